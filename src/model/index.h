/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chained hash index over numbered slots. Buckets and chains are arrays of its own, and a chain's
 * node has the hash beside the link: a look-up that finds nothing, and growing, touch no slot. The
 * owner compares keys; the slots that it is given differ from what it looks for once in 2^32.
 */
#ifndef SOCKMON_MODEL_INDEX_H
#define SOCKMON_MODEL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/slab.h"

/* Slots are numbered from 1 here, so that memory of zeros is an index without entries. */
struct index_node {
	uint32_t hash;
	uint32_t next;		/* slot + 1; 0 = the chain's end */
};

struct index {
	uint32_t *bucket;	/* slot + 1; 0 = empty */
	struct slab nodes;	/* of struct index_node, by slot */
	uint32_t mask;		/* buckets - 1 */
	uint32_t count;		/* entries */
};

void index_init(struct index *x);
void index_fini(struct index *x);

/* Makes room for that slot; false: memory is short. Before its first index_insert(). */
bool index_reach(struct index *x, uint32_t slot);

void index_insert(struct index *x, uint32_t slot, uint64_t hash);
void index_insert_behind(struct index *x, uint32_t slot, uint64_t hash);	/* the first with that hash stays it */
void index_remove(struct index *x, uint32_t slot, uint64_t hash);

static inline struct index_node *index_node(const struct index *x, uint32_t slot)
{
	return (struct index_node *)x->nodes.base + slot;
}

static inline uint32_t index_seek(const struct index *x, uint32_t at, uint32_t hash)
{
	while (at && index_node(x, at - 1)->hash != hash)
		at = index_node(x, at - 1)->next;
	return at - 1;		/* MODEL_NONE is all ones */
}

/* Walks the slots with that hash, newest first; MODEL_NONE: no more. */
static inline uint32_t index_first(const struct index *x, uint64_t hash)
{
	return index_seek(x, x->bucket[hash & x->mask], (uint32_t)hash);
}

static inline uint32_t index_next(const struct index *x, uint32_t slot)
{
	const struct index_node *n = index_node(x, slot);

	return index_seek(x, n->next, n->hash);
}

#endif
