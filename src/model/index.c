/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chained hash index; see index.h. Grows by doubling, and stays as it is when memory is short. */
#include "model/index.h"

#include <stdlib.h>


enum { FIRST_BUCKETS = 1 << 16, LAST_BUCKETS = 1 << 22 };

static uint32_t *new_buckets(uint32_t count)
{
	uint32_t *b = malloc(count * sizeof(*b));

	for (uint32_t i = 0; b && i < count; i++)
		b[i] = MODEL_NONE;
	return b;
}

void index_init(struct index *x)
{
	x->bucket = new_buckets(FIRST_BUCKETS);
	if (!x->bucket)
		abort();
	x->mask = FIRST_BUCKETS - 1;
	x->count = 0;
}

void index_fini(struct index *x)
{
	free(x->bucket);
	x->bucket = NULL;
}

static void link_slot(uint32_t *bucket, uint32_t mask, const struct index_chain *c, uint32_t slot,
		      uint64_t hash)
{
	uint32_t *head = &bucket[hash & mask];

	*index_next(c, slot) = *head;
	*head = slot;
}

static void grow(struct index *x, const struct index_chain *c)
{
	uint32_t count = (x->mask + 1) * 2;
	uint32_t *bucket = count <= LAST_BUCKETS ? new_buckets(count) : NULL;

	if (!bucket)
		return;		/* longer chains: slower, not wrong */
	for (uint32_t b = 0; b <= x->mask; b++) {
		uint32_t slot = x->bucket[b];

		while (slot != MODEL_NONE) {
			uint32_t next = *index_next(c, slot);

			link_slot(bucket, count - 1, c, slot, c->hash_of(c->ctx, slot));
			slot = next;
		}
	}
	free(x->bucket);
	x->bucket = bucket;
	x->mask = count - 1;
}

void index_insert(struct index *x, const struct index_chain *c, uint32_t slot, uint64_t hash)
{
	if (x->count > x->mask)
		grow(x, c);
	link_slot(x->bucket, x->mask, c, slot, hash);
	x->count++;
}

void index_remove(struct index *x, const struct index_chain *c, uint32_t slot, uint64_t hash)
{
	uint32_t *at = &x->bucket[hash & x->mask];

	while (*at != MODEL_NONE && *at != slot)
		at = index_next(c, *at);
	if (*at == MODEL_NONE)
		return;
	*at = *index_next(c, slot);
	x->count--;
}
