/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a flow's key to its id: open addressing with linear probing and no tombstones. A slot is 32
 * bits, eight of the hash (so that most strangers are passed over without a look at their record)
 * and the id.
 *
 * Grows by doubling as flows come, inside address space reserved at the start: it cannot fail
 * later, and a small table stays in the cache. Never more than half full. Owned by the flow table's
 * thread.
 */
#ifndef SOCKMON_NET_FLOWINDEX_H
#define SOCKMON_NET_FLOWINDEX_H

#include "net/flowslot.h"

#define FLOW_NONE UINT32_MAX

enum { FLOWINDEX_ID_BITS = 24 };

struct flowindex {
	uint32_t *slots;	/* tag << 24 | id; 0 = empty (a tag is never 0) */
	uint32_t mask;
	uint32_t count;
	uint32_t max_slots;
	uint32_t *region;	/* every size after the other; its smallest first */
};

/* limit: flows, 1 to 2^24. 0 or -errno. */
int flowindex_init(struct flowindex *x, uint32_t limit);
void flowindex_fini(struct flowindex *x);

/* flows[id].hash and .key must be set, and the key be new. */
void flowindex_insert(struct flowindex *x, const struct flowslot *flows, uint64_t hash, uint32_t id);
void flowindex_remove(struct flowindex *x, const struct flowslot *flows, uint32_t id);

static inline uint32_t flowindex_tag(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 56);

	return tag ? tag : 1;
}

static inline uint32_t flowindex_id(uint32_t slot)
{
	return slot & ((1u << FLOWINDEX_ID_BITS) - 1);
}

static inline uint32_t flowindex_find(const struct flowindex *x, const struct flowslot *flows,
				      const struct flowkey *key, uint64_t hash)
{
	uint32_t tag = flowindex_tag(hash), i = (uint32_t)hash & x->mask, slot;

	for (; (slot = x->slots[i]); i = (i + 1) & x->mask)
		if (slot >> FLOWINDEX_ID_BITS == tag &&
		    flowkey_equal(&flows[flowindex_id(slot)].key, key))
			return flowindex_id(slot);
	return FLOW_NONE;
}

/* Fetches ahead: first the slot, a while later (when that has come) the record it seems to name. */
static inline void flowindex_prefetch_slot(const struct flowindex *x, uint64_t hash)
{
	__builtin_prefetch(&x->slots[(uint32_t)hash & x->mask]);
}

static inline void flowindex_prefetch_flow(const struct flowindex *x, const struct flowslot *flows,
					   uint64_t hash)
{
	uint32_t tag = flowindex_tag(hash), i = (uint32_t)hash & x->mask, slot;

	for (; (slot = x->slots[i]); i = (i + 1) & x->mask) {
		if (slot >> FLOWINDEX_ID_BITS != tag)
			continue;
		__builtin_prefetch(&flows[flowindex_id(slot)].key, 1);
		__builtin_prefetch(&flows[flowindex_id(slot)].dir, 1);
		return;
	}
}

#endif
