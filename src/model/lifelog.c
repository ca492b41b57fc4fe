/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of lives; see lifelog.h. */
#include "model/lifelog.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xalloc.h"

static uint64_t hash_cookie(const struct lifelog *l, uint64_t cookie)
{
	return hash_u64(cookie, l->seed);
}

void lifelog_init(struct lifelog *l, uint64_t seed)
{
	*l = (struct lifelog){ .seed = seed };
}

void lifelog_fini(struct lifelog *l)
{
	if (!l->ring)
		return;
	free(l->ring);
	index_fini(&l->by_cookie);
	l->ring = NULL;
}

void lifelog_add(struct lifelog *l, const struct life *entry)
{
	uint32_t slot = (uint32_t)(l->total % MODEL_LIVES);

	if (!l->ring) {
		l->ring = xcalloc(MODEL_LIVES, sizeof(*l->ring));
		index_init(&l->by_cookie);
		if (!index_reach(&l->by_cookie, MODEL_LIVES - 1))
			abort();
	}
	if (l->total >= MODEL_LIVES && l->ring[slot].cookie)
		index_remove(&l->by_cookie, slot, hash_cookie(l, l->ring[slot].cookie));
	l->ring[slot] = *entry;
	if (entry->cookie)
		index_insert(&l->by_cookie, slot, hash_cookie(l, entry->cookie));
	l->total++;
}

static struct life *find(struct lifelog *l, uint64_t cookie, bool ended)
{
	uint32_t slot;

	if (!l->ring || !cookie)
		return NULL;
	for (slot = index_first(&l->by_cookie, hash_cookie(l, cookie)); slot != MODEL_NONE;
	     slot = index_next(&l->by_cookie, slot)) {
		struct life *life = &l->ring[slot];

		if (life->cookie == cookie && (life->kind == LIFE_ENDED) == ended)
			return life;
	}
	return NULL;
}

struct life *lifelog_end_of(struct lifelog *l, uint64_t cookie)
{
	return find(l, cookie, true);
}

struct life *lifelog_began(struct lifelog *l, uint64_t cookie)
{
	return find(l, cookie, false);
}

uint32_t lifelog_count(const struct lifelog *l)
{
	return l->total < MODEL_LIVES ? (uint32_t)l->total : MODEL_LIVES;
}

const struct life *lifelog_at(const struct lifelog *l, uint32_t i)
{
	return i < lifelog_count(l) ? &l->ring[(l->total - 1 - i) % MODEL_LIVES] : NULL;
}
