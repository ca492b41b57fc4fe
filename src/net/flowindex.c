/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index's growth and removal: see flowindex.h. Removal shifts the rest of a run back, so that a
 * flood which comes and goes leaves nothing behind.
 */
#include "net/flowindex.h"

#include <errno.h>

#include "net/reserve.h"

enum {
	SLOTS_MIN = 4096,
	HUGE_SLOTS = 1 << 20,	/* from this size on small pages cost more than they spare */
	AHEAD = 16,		/* records fetched ahead while growing */
	FAR_MAX = 15,		/* so far or farther: told by the hash */
	TAG_MAX = (1 << FLOWINDEX_TAG_BITS) - 1,
};

/* The sizes lie one after the other, so the table of n slots begins where all smaller ones end. */
static size_t region_bytes(uint32_t max_slots)
{
	return (2 * (size_t)max_slots - SLOTS_MIN) * sizeof(uint32_t);
}

int flowindex_init(struct flowindex *x, uint32_t limit, uint64_t seed)
{
	uint32_t max_slots = SLOTS_MIN;
	void *region;

	while (max_slots / 2 < limit)
		max_slots *= 2;
	region = reserve_new(region_bytes(max_slots));
	if (!region)
		return -ENOMEM;
	*x = (struct flowindex){
		.slots = region, .region = region, .mask = SLOTS_MIN - 1, .max_slots = max_slots,
		.seed = seed,
	};
	return 0;
}

void flowindex_fini(struct flowindex *x)
{
	reserve_free(x->region, region_bytes(x->max_slots));
	x->region = NULL;
}

static uint64_t hash_of(const struct flowindex *x, const struct flowslot *flows, uint32_t slot)
{
	return flowindex_hash(x, &flows[flowindex_id(slot)].key);
}

static uint32_t slot_of(uint32_t far, uint32_t tag, uint32_t id)
{
	if (far > FAR_MAX)
		far = FAR_MAX;
	return far << FLOWINDEX_FAR_SHIFT | tag << FLOWINDEX_ID_BITS | id;
}

static void place(struct flowindex *x, uint64_t hash, uint32_t id)
{
	uint32_t home = (uint32_t)hash & x->mask, i = home;

	while (x->slots[i])
		i = (i + 1) & x->mask;
	x->slots[i] = slot_of((i - home) & x->mask, flowindex_tag(hash), id);
}

static void grow(struct flowindex *x, const struct flowslot *flows)
{
	uint32_t size = x->mask + 1, *old = x->slots;

	x->slots = old + size;
	x->mask = 2 * size - 1;
	if (2 * size >= HUGE_SLOTS)
		reserve_hugepages(x->slots, 2 * (size_t)size * sizeof(*old));
	for (uint32_t i = 0; i < size; i++) {
		if (i + AHEAD < size && old[i + AHEAD])
			__builtin_prefetch(&flows[flowindex_id(old[i + AHEAD])].key);
		if (old[i])
			place(x, hash_of(x, flows, old[i]), flowindex_id(old[i]));
	}
	reserve_forget(old, size * sizeof(*old));
}

void flowindex_insert(struct flowindex *x, const struct flowslot *flows, uint64_t hash, uint32_t id)
{
	if (x->count >= (x->mask + 1) / 2 && x->mask + 1 < x->max_slots)
		grow(x, flows);
	place(x, hash, id);
	x->count++;
}

/* How far the slot at i stands from its home. */
static uint32_t far_of(const struct flowindex *x, const struct flowslot *flows, uint32_t i)
{
	uint32_t far = x->slots[i] >> FLOWINDEX_FAR_SHIFT;

	return far < FAR_MAX ? far : (i - (uint32_t)hash_of(x, flows, x->slots[i])) & x->mask;
}

void flowindex_remove(struct flowindex *x, const struct flowslot *flows, uint32_t id)
{
	uint32_t hole = (uint32_t)hash_of(x, flows, id) & x->mask, i, slot;

	while (flowindex_id(x->slots[hole]) != id || !x->slots[hole])
		hole = (hole + 1) & x->mask;
	/* Whoever's home is not after the hole may stand in it (Knuth 6.4, algorithm R). */
	for (i = (hole + 1) & x->mask; (slot = x->slots[i]); i = (i + 1) & x->mask) {
		uint32_t far = far_of(x, flows, i), back = (i - hole) & x->mask;

		if (far < back)
			continue;
		x->slots[hole] = slot_of(far - back, slot >> FLOWINDEX_ID_BITS & TAG_MAX,
					 flowindex_id(slot));
		hole = i;
	}
	x->slots[hole] = 0;
	x->count--;
}
