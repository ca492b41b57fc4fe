/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a flow's key to its id: open addressing with linear probing and no tombstones. A slot is 32
 * bits: the id, four bits of the hash (so that most strangers are passed over without a look at
 * their record), and how far it stands from its home (so that removal looks at none). The hash is
 * not kept: it is needed again only when the index grows.
 *
 * Grows by doubling as flows come, inside address space reserved at the start: it cannot fail
 * later, and a small table stays in the cache. Never more than half full. Owned by the flow table's
 * thread.
 */
#ifndef SOCKMON_NET_FLOWINDEX_H
#define SOCKMON_NET_FLOWINDEX_H

#include "net/flowslot.h"

enum {
	FLOWINDEX_ID_BITS = 24,
	FLOWINDEX_TAG_BITS = 4,
	FLOWINDEX_FAR_SHIFT = FLOWINDEX_ID_BITS + FLOWINDEX_TAG_BITS,
};

struct flowindex {
	uint32_t *slots;	/* far << 28 | tag << 24 | id; 0 = empty (a tag is never 0) */
	uint32_t mask;
	uint32_t count;
	uint32_t max_slots;
	uint32_t *region;	/* every size after the other; its smallest first */
	uint64_t seed;
};

/* limit: flows, 1 to 2^24. 0 or -errno. */
int flowindex_init(struct flowindex *x, uint32_t limit, uint64_t seed);
void flowindex_fini(struct flowindex *x);

/* flows[id].key must be new; hash is its flowindex_hash(). */
void flowindex_insert(struct flowindex *x, const struct flowslot *flows, uint64_t hash, uint32_t id);
void flowindex_remove(struct flowindex *x, const struct flowslot *flows, uint32_t id);

static inline uint64_t flowindex_hash(const struct flowindex *x, const struct flowkey *key)
{
	return flowkey_hash(key, x->seed);
}

static inline uint32_t flowindex_tag(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> (64 - FLOWINDEX_TAG_BITS));

	return tag ? tag : 1;
}

static inline uint32_t flowindex_id(uint32_t slot)
{
	return slot & ((1u << FLOWINDEX_ID_BITS) - 1);
}

static inline bool flowindex_has_tag(uint32_t slot, uint32_t tag)
{
	return (slot >> FLOWINDEX_ID_BITS & ((1u << FLOWINDEX_TAG_BITS) - 1)) == tag;
}

static inline uint32_t flowindex_find(const struct flowindex *x, const struct flowslot *flows,
				      const struct flowkey *key, uint64_t hash)
{
	uint32_t tag = flowindex_tag(hash), i = (uint32_t)hash & x->mask, slot;

	for (; (slot = x->slots[i]); i = (i + 1) & x->mask)
		if (flowindex_has_tag(slot, tag) &&
		    flowkey_equal(&flows[flowindex_id(slot)].key, key))
			return flowindex_id(slot);
	return FLOW_NONE;
}

/* The id that flowindex_find() will look at first: nearly always its answer. Reads no record. */
static inline uint32_t flowindex_guess(const struct flowindex *x, uint64_t hash)
{
	uint32_t tag = flowindex_tag(hash), i = (uint32_t)hash & x->mask, slot;

	for (; (slot = x->slots[i]); i = (i + 1) & x->mask)
		if (flowindex_has_tag(slot, tag))
			return flowindex_id(slot);
	return FLOW_NONE;
}

static inline void flowindex_prefetch(const struct flowindex *x, uint64_t hash)
{
	__builtin_prefetch(&x->slots[(uint32_t)hash & x->mask]);
}

#endif
