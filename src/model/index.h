/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chained hash index over slots of a slab: buckets hold slot numbers, the chain runs through a
 * uint32_t member of the slots. Owns the buckets only.
 */
#ifndef SOCKMON_MODEL_INDEX_H
#define SOCKMON_MODEL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct index {
	uint32_t *bucket;
	uint32_t mask;		/* buckets - 1 */
	uint32_t count;		/* entries */
};

void index_init(struct index *x);	/* a few buckets */
void index_fini(struct index *x);

/*
 * The chain member of slot i is found at base + i * stride (so *base is slot 0's member).
 * hash_of is needed when the index grows: it gives the hash of a slot again.
 */
struct index_chain {
	char *base;
	size_t stride;
	uint64_t (*hash_of)(const void *ctx, uint32_t slot);
	const void *ctx;
};

static inline uint32_t *index_next(const struct index_chain *c, uint32_t slot)
{
	return (uint32_t *)(void *)(c->base + (size_t)slot * c->stride);
}

static inline uint32_t index_head(const struct index *x, uint64_t hash)
{
	return x->bucket[hash & x->mask];
}

void index_insert(struct index *x, const struct index_chain *c, uint32_t slot, uint64_t hash);
void index_remove(struct index *x, const struct index_chain *c, uint32_t slot, uint64_t hash);

#endif
