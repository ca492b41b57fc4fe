/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index's growth and removal: see flowindex.h. Removal shifts the rest of a run back, so that a
 * flood which comes and goes leaves nothing behind.
 */
#include "net/flowindex.h"

#include <errno.h>
#include <sys/mman.h>

enum { SLOTS_MIN = 4096 };

/* The sizes lie one after the other, so the table of n slots begins where all smaller ones end. */
static size_t region_bytes(uint32_t max_slots)
{
	return (2 * (size_t)max_slots - SLOTS_MIN) * sizeof(uint32_t);
}

int flowindex_init(struct flowindex *x, uint32_t limit)
{
	uint32_t max_slots = SLOTS_MIN;
	void *region;

	while (max_slots / 2 < limit)
		max_slots *= 2;
	region = mmap(NULL, region_bytes(max_slots), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (region == MAP_FAILED)
		return -errno;
	*x = (struct flowindex){
		.slots = region, .region = region, .mask = SLOTS_MIN - 1, .max_slots = max_slots,
	};
	return 0;
}

void flowindex_fini(struct flowindex *x)
{
	if (x->region)
		munmap(x->region, region_bytes(x->max_slots));
	x->region = NULL;
}

static void place(struct flowindex *x, uint32_t hash, uint32_t slot)
{
	uint32_t i = hash & x->mask;

	while (x->slots[i])
		i = (i + 1) & x->mask;
	x->slots[i] = slot;
}

static void grow(struct flowindex *x, const struct flowslot *flows)
{
	uint32_t size = x->mask + 1, *old = x->slots;

	x->slots = old + size;
	x->mask = 2 * size - 1;
	for (uint32_t i = 0; i < size; i++)
		if (old[i])
			place(x, flows[flowindex_id(old[i])].hash, old[i]);
	madvise(old, size * sizeof(*old), MADV_DONTNEED);
}

void flowindex_insert(struct flowindex *x, const struct flowslot *flows, uint64_t hash, uint32_t id)
{
	if (x->count >= (x->mask + 1) / 2 && x->mask + 1 < x->max_slots)
		grow(x, flows);
	place(x, (uint32_t)hash, flowindex_tag(hash) << FLOWINDEX_ID_BITS | id);
	x->count++;
}

void flowindex_remove(struct flowindex *x, const struct flowslot *flows, uint32_t id)
{
	uint32_t hole = flows[id].hash & x->mask, i, slot;

	while (flowindex_id(x->slots[hole]) != id || !x->slots[hole])
		hole = (hole + 1) & x->mask;
	/* Whoever's home is not after the hole may stand in it (Knuth 6.4, algorithm R). */
	for (i = (hole + 1) & x->mask; (slot = x->slots[i]); i = (i + 1) & x->mask) {
		uint32_t home = flows[flowindex_id(slot)].hash & x->mask;

		if (((i - home) & x->mask) >= ((i - hole) & x->mask)) {
			x->slots[hole] = slot;
			hole = i;
		}
	}
	x->slots[hole] = 0;
	x->count--;
}
