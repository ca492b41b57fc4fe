/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of what rtlink has told of. Owns its slots; knows no netlink and sends nothing.
 */
#include "source/rtknown.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xalloc.h"

enum { FIRST_SLOTS = 64 };

void rtknown_init(struct rtknown *k)
{
	k->slots = xcalloc(FIRST_SLOTS, sizeof(*k->slots));
	k->mask = FIRST_SLOTS - 1;
	k->count = 0;
	k->seed = hash_random_seed();
}

void rtknown_fini(struct rtknown *k)
{
	free(k->slots);
	k->slots = NULL;
}

static size_t home_of(const struct rtknown *k, const struct rtkey *key)
{
	return hash_bytes(key, sizeof(*key), k->seed) & k->mask;
}

/* Where the key is, or the free slot where it belongs. */
static size_t slot_of(const struct rtknown *k, const struct rtkey *key)
{
	size_t i = home_of(k, key);

	while (k->slots[i].key.kind != RT_NONE && memcmp(&k->slots[i].key, key, sizeof(*key)) != 0)
		i = (i + 1) & k->mask;
	return i;
}

static bool grow(struct rtknown *k)
{
	struct rtknown bigger = { .mask = 2 * k->mask + 1, .count = k->count, .seed = k->seed };

	bigger.slots = calloc(bigger.mask + 1, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i <= k->mask; i++) {
		if (k->slots[i].key.kind != RT_NONE)
			bigger.slots[slot_of(&bigger, &k->slots[i].key)] = k->slots[i];
	}
	free(k->slots);
	*k = bigger;
	return true;
}

void rtknown_put(struct rtknown *k, const struct rtkey *key, uint32_t round)
{
	size_t i = slot_of(k, key);

	if (k->slots[i].key.kind == RT_NONE) {
		if (2 * k->count > k->mask && !grow(k))
			return;
		i = slot_of(k, key);
		k->slots[i].key = *key;
		k->count++;
	}
	k->slots[i].round = round;
}

bool rtknown_take(struct rtknown *k, const struct rtkey *key)
{
	size_t i = slot_of(k, key), next = i;

	if (k->slots[i].key.kind == RT_NONE)
		return false;
	k->count--;
	/* Close the gap: an entry behind it that could not have its own slot moves up. */
	for (;;) {
		size_t home;

		k->slots[i] = (struct rtknown_entry){ .round = 0 };
		do {
			next = (next + 1) & k->mask;
			if (k->slots[next].key.kind == RT_NONE)
				return true;
			home = home_of(k, &k->slots[next].key);
		} while (((next - home) & k->mask) < ((next - i) & k->mask));
		k->slots[i] = k->slots[next];
		i = next;
	}
}

/*
 * *at stays on what was found: once that is taken, another may have moved there. What moves comes
 * from further on, or, around the end, from where nothing stale is left.
 */
const struct rtkey *rtknown_stale(const struct rtknown *k, enum rtkind kind, uint32_t round,
				  size_t *at)
{
	for (; *at <= k->mask; ++*at) {
		const struct rtknown_entry *e = &k->slots[*at];

		if (e->key.kind == kind && e->round != round)
			return &e->key;
	}
	return NULL;
}
