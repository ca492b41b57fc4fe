/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remembering and restoring the order of lines: two sorts, no state.
 */
#include "ui/roworder.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define GROUP_KEY (1ull << 63)

/* A line and where it goes: first its heading's place, then its own. */
struct placing {
	uint64_t heading;
	uint32_t place;
	uint32_t was;		/* keeps new ones in the order that they came in */
	struct item item;
};

static uint64_t key_of(const struct item *i, const struct result *result)
{
	const char *label;

	if (!i->is_group)
		return i->id;
	label = result->groups[i->id].label;
	return hash_bytes(label, strnlen(label, sizeof(result->groups[i->id].label)), 2) |
	       GROUP_KEY;
}

static int by_key(const void *x, const void *y)
{
	const struct orderentry *a = x, *b = y;

	return (a->key > b->key) - (a->key < b->key);
}

static int by_place(const void *x, const void *y)
{
	const struct placing *a = x, *b = y;

	if (a->heading != b->heading)
		return a->heading > b->heading ? 1 : -1;
	if (a->place != b->place)
		return a->place > b->place ? 1 : -1;
	return (a->was > b->was) - (a->was < b->was);
}

struct orderentry *roworder_take(const struct item *lines, uint32_t count,
				 const struct result *result, uint32_t *entries)
{
	struct orderentry *order = count ? calloc(count, sizeof(*order)) : NULL;
	uint32_t i;

	if (!order)
		return NULL;
	for (i = 0; i < count; i++)
		order[i] = (struct orderentry){ key_of(&lines[i], result), i };
	qsort(order, count, sizeof(*order), by_key);
	*entries = count;
	return order;
}

static uint32_t place_of(const struct orderentry *order, uint32_t entries, uint64_t key)
{
	struct orderentry wanted = { .key = key };
	const struct orderentry *e = bsearch(&wanted, order, entries, sizeof(*order), by_key);

	return e ? e->place : UINT32_MAX;
}

/* Lines without a heading above them have heading 0. New groups each get a place of their own. */
static void place_all(const struct orderentry *order, uint32_t entries, const struct item *lines,
		      uint32_t count, const struct result *result, struct placing *all)
{
	uint64_t heading = 0, next_new = (uint64_t)UINT32_MAX + 1;
	uint32_t i;

	for (i = 0; i < count; i++) {
		uint32_t place = place_of(order, entries, key_of(&lines[i], result));

		all[i] = (struct placing){ .place = place, .was = i, .item = lines[i] };
		if (lines[i].is_group) {
			heading = place == UINT32_MAX ? next_new++ : (uint64_t)place + 1;
			all[i].place = 0;
		} else if (heading && place != UINT32_MAX) {
			all[i].place = place + 1;	/* below the heading */
		}
		all[i].heading = heading;
	}
}

void roworder_apply(const struct orderentry *order, uint32_t entries, struct item *lines,
		    uint32_t count, const struct result *result)
{
	struct placing *all = count ? calloc(count, sizeof(*all)) : NULL;
	uint32_t i;

	if (!all)
		return;		/* no memory: the query's order is as good a one */
	place_all(order, entries, lines, count, result, all);
	qsort(all, count, sizeof(*all), by_place);
	for (i = 0; i < count; i++)
		lines[i] = all[i].item;
	free(all);
}
