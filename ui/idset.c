/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted array and a binary search. Does not allocate.
 */
#include "ui/idset.h"

#include <string.h>

/* Where id is, or would stand. */
static uint32_t place_of(const struct idset *s, uint64_t id)
{
	uint32_t low = 0, high = s->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool idset_has(const struct idset *s, uint64_t id)
{
	uint32_t at = place_of(s, id);

	return at < s->count && s->ids[at] == id;
}

bool idset_add(struct idset *s, uint64_t id)
{
	uint32_t at = place_of(s, id);

	if (at < s->count && s->ids[at] == id)
		return true;
	if (s->count == IDSET_MAX)
		return false;
	memmove(&s->ids[at + 1], &s->ids[at], (s->count - at) * sizeof(s->ids[0]));
	s->ids[at] = id;
	s->count++;
	return true;
}

void idset_remove(struct idset *s, uint64_t id)
{
	uint32_t at = place_of(s, id);

	if (at == s->count || s->ids[at] != id)
		return;
	s->count--;
	memmove(&s->ids[at], &s->ids[at + 1], (s->count - at) * sizeof(s->ids[0]));
}
