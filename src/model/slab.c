/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots with stable numbers; see slab.h. */
#include "model/slab.h"

#include <sys/mman.h>

enum { FIRST_SLOTS = 256, SMALL_BYTES = 4 << 20 };

void slab_init(struct slab *s, size_t size, uint32_t limit)
{
	*s = (struct slab){ .size = size, .limit = limit };
}

/*
 * Pages of their own: they begin as zeros, cost nothing before they are used, and move without
 * being copied. Many are asked for as large ones, where the kernel has them for those who ask: a
 * fault for each small one costs as much as filling it. false: memory is short, which shrinking
 * never is.
 */
static bool resize(void **pages, size_t from, size_t to)
{
	char *base;

	if (from == 0)
		base = mmap(NULL, to, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else
		base = mremap(*pages, from, to, MREMAP_MAYMOVE);
	if (base == MAP_FAILED)
		return false;
	if (to > SMALL_BYTES)
		madvise(base, to, MADV_HUGEPAGE);
	*pages = base;
	return true;
}

void slab_fini(struct slab *s)
{
	if (s->cap) {
		munmap(s->base, s->cap * s->size);
		munmap(s->free_slots, s->cap * sizeof(uint32_t));
	}
	*s = (struct slab){ .size = s->size, .limit = s->limit };
}

static bool grow_to(struct slab *s, uint32_t want)
{
	uint64_t cap = s->cap ? s->cap : FIRST_SLOTS;
	void *base = s->base, *stack = s->free_slots;

	while (cap < want)
		cap *= 2;
	if (cap > s->limit)
		cap = s->limit;
	if (want > cap || !resize(&base, s->cap * s->size, cap * s->size))
		return false;
	s->base = base;
	if (!resize(&stack, s->cap * sizeof(uint32_t), cap * sizeof(uint32_t))) {
		if (s->cap)
			resize(&s->base, cap * s->size, s->cap * s->size);
		else
			munmap(base, cap * s->size);
		return false;
	}
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
	if (slot >= s->end)
		s->end = slot + 1;
	return true;
}
