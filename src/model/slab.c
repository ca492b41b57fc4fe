/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots with stable numbers; see slab.h. */
#include "model/slab.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

void slab_init(struct slab *s, size_t size, uint32_t limit)
{
	*s = (struct slab){ .size = size, .limit = limit };
}

void slab_fini(struct slab *s)
{
	free(s->base);
	free(s->free_slots);
	*s = (struct slab){ .size = s->size, .limit = s->limit };
}

static bool grow_to(struct slab *s, uint32_t want)
{
	uint64_t cap = s->cap ? s->cap : FIRST_SLOTS;
	uint32_t *stack;
	void *base;

	while (cap < want)
		cap *= 2;
	if (cap > s->limit)
		cap = s->limit;
	if (want > cap)
		return false;
	base = realloc(s->base, cap * s->size);
	if (!base)
		return false;
	s->base = base;
	stack = realloc(s->free_slots, cap * sizeof(*stack));
	if (!stack)
		return false;
	s->free_slots = stack;
	s->cap = (uint32_t)cap;
	return true;
}

uint32_t slab_take(struct slab *s)
{
	if (s->free_count)
		return s->free_slots[--s->free_count];
	if (s->end == s->cap && !grow_to(s, s->end + 1))
		return MODEL_NONE;
	memset(slab_at(s, s->end), 0, s->size);
	return s->end++;
}

void slab_put(struct slab *s, uint32_t slot)
{
	s->free_slots[s->free_count++] = slot;
}

bool slab_reach(struct slab *s, uint32_t slot)
{
	if (slot >= s->limit || (slot >= s->cap && !grow_to(s, slot + 1)))
		return false;
	if (slot >= s->end) {
		/* zeroed as they come into use, so that a grown slab costs no memory before */
		memset(slab_at(s, s->end), 0, (size_t)(slot + 1 - s->end) * s->size);
		s->end = slot + 1;
	}
	return true;
}
