/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of addresses; see addrnames.h. Slab and index are made when the first name comes. */
#include "model/addrnames.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum { LOOK_MAX = 32 };		/* of the oldest, for one whose time is over */

struct entry {
	struct namerec rec;
	uint64_t expires_ns;	/* UINT64_MAX: never */
	uint32_t prev, next;	/* learned before, after it; MODEL_NONE */
};

static struct entry *entry_at(const struct addrnames *t, uint32_t slot)
{
	return slab_at(&t->slab, slot);
}

void addrnames_init(struct addrnames *t, uint32_t limit, uint64_t seed)
{
	*t = (struct addrnames){ .seed = seed, .oldest = MODEL_NONE, .newest = MODEL_NONE };
	slab_init(&t->slab, sizeof(struct entry), limit);
}

void addrnames_fini(struct addrnames *t)
{
	slab_fini(&t->slab);
	if (t->in_use)
		index_fini(&t->by_addr);
	t->in_use = false;
}

static uint64_t hash_of(const struct addrnames *t, uint16_t netns, const struct addr *a)
{
	return hash_bytes(a, sizeof(*a), t->seed ^ netns);
}

static uint32_t find(const struct addrnames *t, uint16_t netns, const struct addr *a)
{
	uint32_t slot;

	if (!t->in_use)
		return MODEL_NONE;
	slot = index_first(&t->by_addr, hash_of(t, netns, a));
	for (; slot != MODEL_NONE; slot = index_next(&t->by_addr, slot)) {
		const struct namerec *r = &entry_at(t, slot)->rec;

		if (r->netns == netns && addr_equal(&r->addr, a))
			break;
	}
	return slot;
}

/* ---- the list in the order of learning */

static void unlink_entry(struct addrnames *t, uint32_t slot)
{
	const struct entry *e = entry_at(t, slot);

	if (e->prev == MODEL_NONE)
		t->oldest = e->next;
	else
		entry_at(t, e->prev)->next = e->next;
	if (e->next == MODEL_NONE)
		t->newest = e->prev;
	else
		entry_at(t, e->next)->prev = e->prev;
}

static void append_entry(struct addrnames *t, uint32_t slot)
{
	struct entry *e = entry_at(t, slot);

	e->prev = t->newest;
	e->next = MODEL_NONE;
	if (t->newest == MODEL_NONE)
		t->oldest = slot;
	else
		entry_at(t, t->newest)->next = slot;
	t->newest = slot;
}

/* ---- entries */

static void forget(struct addrnames *t, uint32_t slot)
{
	const struct namerec *r = &entry_at(t, slot)->rec;

	index_remove(&t->by_addr, slot, hash_of(t, r->netns, &r->addr));
	unlink_entry(t, slot);
}

/* Who goes for a new one: of those learned longest ago one whose time is over, else the first. */
static uint32_t give_away(struct addrnames *t, uint64_t now_ns)
{
	uint32_t slot = t->oldest, at = t->oldest;

	for (unsigned i = 0; at != MODEL_NONE && i < LOOK_MAX; i++) {
		if (entry_at(t, at)->expires_ns <= now_ns) {
			slot = at;
			break;
		}
		at = entry_at(t, at)->next;
	}
	if (slot != MODEL_NONE)
		forget(t, slot);
	return slot;
}

/* In no list yet. MODEL_NONE: memory is short. */
static uint32_t insert(struct addrnames *t, const struct namerec *r, uint64_t now_ns)
{
	uint32_t slot = slab_take(&t->slab);

	if (slot == MODEL_NONE)
		slot = give_away(t, now_ns);
	if (slot == MODEL_NONE)
		return slot;
	if (!t->in_use) {
		index_init(&t->by_addr);
		t->in_use = true;
	}
	if (!index_reach(&t->by_addr, slot)) {
		slab_put(&t->slab, slot);
		return MODEL_NONE;
	}
	index_insert(&t->by_addr, slot, hash_of(t, r->netns, &r->addr));
	return slot;
}

static bool is_better(const struct namerec *r, const struct entry *known, uint64_t now_ns)
{
	return r->origin != NAME_RESOLVER || known->rec.origin == NAME_RESOLVER ||
	       known->expires_ns <= now_ns;
}

void addrnames_apply(struct addrnames *t, const struct namerec *r, uint64_t now_ns)
{
	uint32_t slot = find(t, r->netns, &r->addr);
	struct entry *e;

	if (slot == MODEL_NONE) {
		slot = insert(t, r, now_ns);
		if (slot == MODEL_NONE)
			return;
	} else if (is_better(r, entry_at(t, slot), now_ns)) {
		unlink_entry(t, slot);
	} else {
		return;
	}
	append_entry(t, slot);
	e = entry_at(t, slot);
	e->rec = *r;
	e->rec.name[sizeof(e->rec.name) - 1] = '\0';
	e->expires_ns = r->ttl ? now_ns + r->ttl * NSEC_PER_SEC : UINT64_MAX;
}

void addrnames_drop_netns(struct addrnames *t, uint16_t netns)
{
	uint32_t slot = t->oldest, next;

	for (; slot != MODEL_NONE; slot = next) {
		next = entry_at(t, slot)->next;
		if (entry_at(t, slot)->rec.netns != netns)
			continue;
		forget(t, slot);
		slab_put(&t->slab, slot);
	}
}

const struct namerec *addrnames_find(const struct addrnames *t, uint16_t netns, const struct addr *a)
{
	uint32_t slot = find(t, netns, a);

	return slot == MODEL_NONE ? NULL : &entry_at(t, slot)->rec;
}
