/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The letters of a flow's history: see flowhistory.h. Owns nothing, and does not know what makes a
 * letter: that is flowtrack.c's.
 */
#include "net/flowhistory.h"

#include <stdbool.h>

enum { LETTER_BITS = 5, LETTER_MASK = 31 };

#define HISTORY_FULL (UINT64_C(1) << 63)
_Static_assert(HISTORY_MAX * LETTER_BITS < 63, "beside them is room for a mark");

/* A letter is 1 + 2 * its number + its end; 0 = none any more. */
static void write_letter(uint64_t *history, unsigned from, enum flowletter l, bool again)
{
	uint64_t code = 1 + 2 * (unsigned)l + from;

	for (unsigned shift = 0; shift < HISTORY_MAX * LETTER_BITS; shift += LETTER_BITS) {
		uint64_t there = *history >> shift & LETTER_MASK;

		if (!there) {
			*history |= code << shift;
			return;
		}
		if (there == code && !again)
			return;
	}
	*history |= HISTORY_FULL;
}

void flowhistory_write(uint64_t *history, unsigned from, enum flowletter l)
{
	write_letter(history, from, l, false);
}

void flowhistory_write_count(uint64_t *history, unsigned from, enum flowletter l, uint32_t before,
			     uint32_t now)
{
	for (uint32_t mark = 1; mark <= 1000; mark *= 10)
		if (before < mark && now >= mark)
			write_letter(history, from, l, true);
}

void flowhistory_format(uint64_t history, unsigned opener, char out[static HISTORY_MAX + 1])
{
	static const char letters[2][10] = { "SHADFRTWG", "shadfrtwg" };
	unsigned n = 0;

	for (; n < HISTORY_MAX; n++) {
		unsigned code = history >> n * LETTER_BITS & LETTER_MASK;

		if (!code)
			break;
		out[n] = letters[((code - 1) & 1) != opener][(code - 1) / 2];
	}
	if (history & HISTORY_FULL)
		out[HISTORY_MAX - 1] = '+';
	out[n] = '\0';
}
