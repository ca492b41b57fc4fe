/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of lives; see lifelog.h. */
#include "model/lifelog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xalloc.h"

enum { ORDER_ROOM = 2 * MODEL_LIVES };

static uint64_t hash_cookie(const struct lifelog *l, uint64_t cookie)
{
	return hash_u64(cookie, l->seed);
}

static struct life *life_at(const struct lifelog *l, uint32_t slot)
{
	return slab_at(&l->slots, slot);
}

void lifelog_init(struct lifelog *l, uint64_t seed)
{
	*l = (struct lifelog){ .seed = seed };
	slab_init(&l->slots, sizeof(struct life), MODEL_LIVES);
}

void lifelog_fini(struct lifelog *l)
{
	slab_fini(&l->slots);
	if (!l->order)
		return;
	free(l->order);
	index_fini(&l->by_cookie);
	l->order = NULL;
}

static void start(struct lifelog *l)
{
	l->order = xcalloc(ORDER_ROOM, sizeof(*l->order));
	index_init(&l->by_cookie);
	if (!index_reach(&l->by_cookie, MODEL_LIVES - 1))
		abort();
}

static void put_in_index(struct lifelog *l, uint32_t slot)
{
	uint64_t cookie = life_at(l, slot)->cookie;

	if (cookie)
		index_insert(&l->by_cookie, slot, hash_cookie(l, cookie));
}

static void take_from_index(struct lifelog *l, uint32_t slot)
{
	uint64_t cookie = life_at(l, slot)->cookie;

	if (cookie)
		index_remove(&l->by_cookie, slot, hash_cookie(l, cookie));
}

static void drop_oldest(struct lifelog *l)
{
	uint32_t slot = l->order[l->first];

	take_from_index(l, slot);
	slab_put(&l->slots, slot);
	l->first++;
	l->count--;
}

/* Behind all that are not younger; most are the youngest. */
static void put_in_order(struct lifelog *l, uint32_t slot)
{
	uint64_t time_ns = life_at(l, slot)->time_ns;
	uint32_t at = l->first + l->count;

	if (at == ORDER_ROOM) {
		memmove(l->order, l->order + l->first, l->count * sizeof(*l->order));
		l->first = 0;
		at = l->count;
	}
	for (; at > l->first && life_at(l, l->order[at - 1])->time_ns > time_ns; at--)
		l->order[at] = l->order[at - 1];
	l->order[at] = (uint16_t)slot;
	l->count++;
}

void lifelog_add(struct lifelog *l, const struct life *entry)
{
	uint32_t slot;

	if (!l->order)
		start(l);
	if (l->count == MODEL_LIVES)
		drop_oldest(l);
	slot = slab_take(&l->slots);
	if (slot == MODEL_NONE)
		return;		/* memory is short */
	*life_at(l, slot) = *entry;
	put_in_index(l, slot);
	put_in_order(l, slot);
	l->total++;
	l->version++;
}

static const struct life *find(const struct lifelog *l, uint64_t cookie, bool ended)
{
	uint32_t slot;

	if (!l->order || !cookie)
		return NULL;
	for (slot = index_first(&l->by_cookie, hash_cookie(l, cookie)); slot != MODEL_NONE;
	     slot = index_next(&l->by_cookie, slot)) {
		const struct life *life = life_at(l, slot);

		if (life->cookie == cookie && (life->kind == LIFE_ENDED) == ended)
			return life;
	}
	return NULL;
}

const struct life *lifelog_end_of(const struct lifelog *l, uint64_t cookie)
{
	return find(l, cookie, true);
}

const struct life *lifelog_began(const struct lifelog *l, uint64_t cookie)
{
	return find(l, cookie, false);
}

static uint32_t slot_of(const struct lifelog *l, const struct life *entry)
{
	return (uint32_t)(entry - (const struct life *)l->slots.base);
}

void lifelog_correct(struct lifelog *l, const struct life *former, const struct life *now)
{
	uint32_t slot = slot_of(l, former);
	uint64_t time_ns = former->time_ns;

	if (memcmp(former, now, sizeof(*now)) == 0)
		return;
	take_from_index(l, slot);
	*life_at(l, slot) = *now;
	life_at(l, slot)->time_ns = time_ns;
	put_in_index(l, slot);
	l->version++;
}

void lifelog_take_back(struct lifelog *l, const struct life *former)
{
	uint32_t slot = slot_of(l, former), end = l->first + l->count, at = end - 1;

	while (l->order[at] != slot) {
		assert(at > l->first);
		at--;
	}
	memmove(&l->order[at], &l->order[at + 1], (end - at - 1) * sizeof(*l->order));
	l->count--;
	take_from_index(l, slot);
	slab_put(&l->slots, slot);
	l->total--;
	l->version++;
}

uint32_t lifelog_count(const struct lifelog *l)
{
	return l->count;
}

const struct life *lifelog_at(const struct lifelog *l, uint32_t i)
{
	return i < l->count ? life_at(l, l->order[l->first + l->count - 1 - i]) : NULL;
}
