/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows by id, and by key; see flowmirror.h. */
#include "model/flowmirror.h"

void flowmirror_init(struct flowmirror *t, uint32_t limit, uint64_t seed)
{
	*t = (struct flowmirror){ .seed = seed };
	slab_init(&t->slab, sizeof(struct flow), limit);
	index_init(&t->by_key);
}

void flowmirror_fini(struct flowmirror *t)
{
	slab_fini(&t->slab);
	index_fini(&t->by_key);
}

struct flow *flowmirror_get(const struct flowmirror *t, uint32_t id)
{
	struct flow *f = id < t->slab.end ? flowmirror_at(t, id) : NULL;

	return f && f->used ? f : NULL;
}

uint32_t flowmirror_find(const struct flowmirror *t, const struct flowkey *key, uint64_t key_hash)
{
	uint32_t id = index_first(&t->by_key, key_hash);

	while (id != MODEL_NONE && !flowkey_equal(&flowmirror_at(t, id)->rec.key, key))
		id = index_next(&t->by_key, id);
	return id;
}

struct flow flow_blank(const struct flowrec *rec)
{
	return (struct flow){
		.rec = *rec,
		.bps = { MODEL_RATE_UNKNOWN, MODEL_RATE_UNKNOWN },
		.sk = { MODEL_NONE, MODEL_NONE },
		.proc = MODEL_NONE,
		.served_next = { MODEL_NONE, MODEL_NONE },
		.served_prev = { MODEL_NONE, MODEL_NONE },
		.used = true,
	};
}

bool flowmirror_start(struct flowmirror *t, const struct flowrec *rec)
{
	if (!slab_reach(&t->slab, rec->id) || !index_reach(&t->by_key, rec->id))
		return false;
	*flowmirror_at(t, rec->id) = flow_blank(rec);
	index_insert(&t->by_key, rec->id, flowkey_hash(&rec->key, t->seed));
	t->count++;
	return true;
}

void flowmirror_end(struct flowmirror *t, uint32_t id)
{
	struct flow *f = flowmirror_at(t, id);

	index_remove(&t->by_key, id, flowkey_hash(&f->rec.key, t->seed));
	f->used = false;
	t->count--;
}
