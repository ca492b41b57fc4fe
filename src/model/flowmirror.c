/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows by id, and by key; see flowmirror.h. */
#include "model/flowmirror.h"

static uint64_t key_of_slot(const void *ctx, uint32_t id)
{
	const struct flowmirror *t = ctx;

	return flowkey_hash(&flowmirror_at(t, id)->rec.key, t->seed);
}

static struct index_chain key_chain(const struct flowmirror *t)
{
	return (struct index_chain){ (char *)t->slab.base + offsetof(struct flow, next_key),
				     sizeof(struct flow), key_of_slot, t };
}

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

uint32_t flowmirror_find(const struct flowmirror *t, const struct flowkey *key)
{
	struct index_chain c = key_chain(t);
	uint32_t id = index_head(&t->by_key, flowkey_hash(key, t->seed));

	while (id != MODEL_NONE && !flowkey_equal(&flowmirror_at(t, id)->rec.key, key))
		id = *index_next(&c, id);
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
	struct index_chain c;

	if (!slab_reach(&t->slab, rec->id))
		return false;
	*flowmirror_at(t, rec->id) = flow_blank(rec);
	c = key_chain(t);
	index_insert(&t->by_key, &c, rec->id, flowkey_hash(&rec->key, t->seed));
	t->count++;
	return true;
}

void flowmirror_end(struct flowmirror *t, uint32_t id)
{
	struct index_chain c = key_chain(t);
	struct flow *f = flowmirror_at(t, id);

	index_remove(&t->by_key, &c, id, flowkey_hash(&f->rec.key, t->seed));
	f->used = false;
	t->count--;
}
