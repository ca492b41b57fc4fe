/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots of one size with stable numbers, a free list and a hard cap. Slots move in memory when the
 * slab grows: keep numbers, borrow pointers. A slot is zero when it is first used; a returned one
 * keeps its content.
 */
#ifndef SOCKMON_MODEL_SLAB_H
#define SOCKMON_MODEL_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct slab {
	void *base;
	uint32_t *free_slots;	/* a stack of returned numbers; as large as base */
	size_t size;		/* of a slot */
	uint32_t end;		/* slots ever used are below */
	uint32_t cap, limit;
	uint32_t free_count;
};

void slab_init(struct slab *s, size_t size, uint32_t limit);
void slab_fini(struct slab *s);

uint32_t slab_take(struct slab *s);	/* MODEL_NONE: the cap is reached, or memory is short */
void slab_put(struct slab *s, uint32_t slot);

/*
 * Makes slots 0..slot exist (zeroed when new), for slabs whose numbers come from outside. false:
 * cap or memory.
 */
bool slab_reach(struct slab *s, uint32_t slot);

static inline void *slab_at(const struct slab *s, uint32_t slot)
{
	return (char *)s->base + (size_t)slot * s->size;
}

#endif
