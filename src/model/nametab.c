/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names by number; see nametab.h. The slab and its index are made when the first number is met. */
#include "model/nametab.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum { RETRY_S = 60 };

struct entry {
	uint64_t id;
	uint64_t asked_ns;	/* 0 = never */
	uint32_t next_new;
	bool is_new;		/* on the list of those to be asked for */
	bool answered;
};

static struct entry *entry_at(const struct nametab *t, uint32_t slot)
{
	return slab_at(&t->slab, slot);
}

void nametab_init(struct nametab *t, size_t record, uint32_t limit, uint64_t seed)
{
	*t = (struct nametab){ .seed = seed, .record = record, .first_new = MODEL_NONE,
			       .last_new = MODEL_NONE };
	slab_init(&t->slab, sizeof(struct entry) + (record + 7) / 8 * 8, limit);
}

void nametab_fini(struct nametab *t)
{
	slab_fini(&t->slab);
	if (t->in_use)
		index_fini(&t->by_id);
	t->in_use = false;
}

static uint32_t find(const struct nametab *t, uint64_t id)
{
	uint32_t slot;

	if (!t->in_use)
		return MODEL_NONE;
	slot = index_first(&t->by_id, hash_u64(id, t->seed));
	while (slot != MODEL_NONE && entry_at(t, slot)->id != id)
		slot = index_next(&t->by_id, slot);
	return slot;
}

/* Takes the slot of the one that has been there longest; those still to be asked for stay. */
static uint32_t give_away(struct nametab *t)
{
	uint32_t slot = t->oldest;
	struct entry *e = entry_at(t, slot);

	t->oldest = (slot + 1) % t->slab.end;
	if (e->is_new)
		return MODEL_NONE;
	if (!e->answered)
		t->unanswered--;
	index_remove(&t->by_id, slot, hash_u64(e->id, t->seed));
	if (e->id == t->last_id)
		t->has_last = false;
	return slot;
}

static uint32_t insert(struct nametab *t, uint64_t id)
{
	uint32_t slot = slab_take(&t->slab);

	if (slot == MODEL_NONE && t->slab.end)
		slot = give_away(t);
	if (slot == MODEL_NONE)
		return slot;
	if (!t->in_use) {
		index_init(&t->by_id);
		t->in_use = true;
	}
	if (!index_reach(&t->by_id, slot)) {
		slab_put(&t->slab, slot);
		return MODEL_NONE;
	}
	*entry_at(t, slot) = (struct entry){ .id = id, .next_new = MODEL_NONE };
	t->unanswered++;
	index_insert(&t->by_id, slot, hash_u64(id, t->seed));
	return slot;
}

static void append_new(struct nametab *t, uint32_t slot)
{
	struct entry *e = entry_at(t, slot);

	e->is_new = true;
	e->next_new = MODEL_NONE;
	if (t->first_new == MODEL_NONE)
		t->first_new = slot;
	else
		entry_at(t, t->last_new)->next_new = slot;
	t->last_new = slot;
}

void nametab_want(struct nametab *t, uint64_t id)
{
	uint32_t slot;

	if (t->has_last && id == t->last_id)
		return;
	if (find(t, id) == MODEL_NONE) {
		slot = insert(t, id);
		if (slot == MODEL_NONE) {
			t->refused = true;
			return;
		}
		append_new(t, slot);
	}
	t->last_id = id;
	t->has_last = true;
}

bool nametab_was_full(const struct nametab *t)
{
	return t->refused;
}

void nametab_put(struct nametab *t, uint64_t id, const void *record)
{
	uint32_t slot = find(t, id);
	struct entry *e;

	if (slot == MODEL_NONE)
		slot = insert(t, id);
	if (slot == MODEL_NONE)
		return;
	e = entry_at(t, slot);
	if (!e->answered)
		t->unanswered--;
	e->answered = true;
	memcpy(e + 1, record, t->record);
}

const void *nametab_get(const struct nametab *t, uint64_t id)
{
	uint32_t slot = find(t, id);

	return slot != MODEL_NONE && entry_at(t, slot)->answered ? entry_at(t, slot) + 1 : NULL;
}

/* Puts those that were asked for a minute ago, and not answered, on the list again. */
static void want_again(struct nametab *t, uint64_t now_ns)
{
	if (!t->unanswered || now_ns < t->retry_ns)
		return;
	t->retry_ns = now_ns + RETRY_S * NSEC_PER_SEC;
	for (uint32_t slot = 0; slot < t->slab.end; slot++) {
		const struct entry *e = entry_at(t, slot);

		if (!e->answered && !e->is_new && e->asked_ns + RETRY_S * NSEC_PER_SEC <= now_ns)
			append_new(t, slot);
	}
}

bool nametab_take(struct nametab *t, uint64_t now_ns, uint64_t *id)
{
	want_again(t, now_ns);
	while (t->first_new != MODEL_NONE) {
		struct entry *e = entry_at(t, t->first_new);

		t->first_new = e->next_new;
		e->is_new = false;
		if (e->answered)
			continue;
		e->asked_ns = now_ns;
		*id = e->id;
		return true;
	}
	return false;
}
