/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chained hash index; see index.h. Grows its buckets by doubling, and keeps those it has when
 * memory is short.
 */
#include "model/index.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_BUCKETS = 1 << 16, LAST_BUCKETS = 1 << 22 };

void index_init(struct index *x)
{
	*x = (struct index){ .bucket = calloc(FIRST_BUCKETS, sizeof(*x->bucket)),
			     .mask = FIRST_BUCKETS - 1 };
	if (!x->bucket)
		abort();
	slab_init(&x->nodes, sizeof(struct index_node), MODEL_NONE);
}

void index_fini(struct index *x)
{
	free(x->bucket);
	slab_fini(&x->nodes);
	*x = (struct index){ .bucket = NULL };
}

bool index_reach(struct index *x, uint32_t slot)
{
	return slab_reach(&x->nodes, slot);
}

static void link_slot(uint32_t *head, struct index_node *n, uint32_t slot)
{
	n->next = *head;
	*head = slot + 1;
}

static void grow(struct index *x)
{
	uint32_t count = (x->mask + 1) * 2;
	uint32_t *bucket = count <= LAST_BUCKETS ? calloc(count, sizeof(*bucket)) : NULL;

	if (!bucket)
		return;		/* longer chains: slower, not wrong */
	for (uint32_t b = 0; b <= x->mask; b++) {
		uint32_t at = x->bucket[b];

		while (at) {
			struct index_node *n = index_node(x, at - 1);
			uint32_t next = n->next;

			link_slot(&bucket[n->hash & (count - 1)], n, at - 1);
			at = next;
		}
	}
	free(x->bucket);
	x->bucket = bucket;
	x->mask = count - 1;
}

void index_insert(struct index *x, uint32_t slot, uint64_t hash)
{
	struct index_node *n = index_node(x, slot);

	assert(slot < x->nodes.end);
	if (x->count > x->mask)
		grow(x);
	n->hash = (uint32_t)hash;
	link_slot(&x->bucket[hash & x->mask], n, slot);
	x->count++;
}

void index_insert_behind(struct index *x, uint32_t slot, uint64_t hash)
{
	uint32_t first = index_first(x, hash);

	index_insert(x, slot, hash);
	if (first == MODEL_NONE)
		return;
	/* it stands at the head of the chain now: it moves */
	x->bucket[hash & x->mask] = index_node(x, slot)->next;
	index_node(x, slot)->next = index_node(x, first)->next;
	index_node(x, first)->next = slot + 1;
}

void index_remove(struct index *x, uint32_t slot, uint64_t hash)
{
	uint32_t *at = &x->bucket[hash & x->mask];

	while (*at && *at - 1 != slot)
		at = &index_node(x, *at - 1)->next;
	if (!*at)
		return;
	*at = index_node(x, slot)->next;
	x->count--;
}
