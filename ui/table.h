/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where one stands in a list of lines: which line is selected, which is the first on the screen.
 *
 * The selection follows an identity, not a number: the owner of the list names the identity of each
 * line and says after every change where the selected one went. Until the reader moves, and after
 * Home, the selection stays on the first line instead ("what is on top now" is what one watches
 * then).
 *
 * Invariants: selected < count unless count is 0; top <= selected after table_fit().
 */
#ifndef SOCKMON_UI_TABLE_H
#define SOCKMON_UI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { TABLE_GONE = -1 };

enum move {
	MOVE_UP,
	MOVE_DOWN,
	MOVE_PAGE_UP,
	MOVE_PAGE_DOWN,
	MOVE_FIRST,
	MOVE_LAST,
	MOVE_WHEEL_UP,
	MOVE_WHEEL_DOWN
};

struct table {
	uint32_t count;
	uint32_t selected;
	uint32_t top;
	uint32_t page;		/* lines that the screen has room for; >= 1 */
	uint64_t ident;		/* of the selected line; 0 = none: stay on the first line */
};

/*
 * There are now `count` lines, and the selected identity is on line `at` (TABLE_GONE: the number is
 * kept).
 */
void table_place(struct table *t, uint32_t count, int64_t at);

/* The screen has room for `page` lines: scrolls as little as shows the selection. */
void table_fit(struct table *t, int page);

/* Moves; the caller then sets ident to that of the line. */
void table_move(struct table *t, enum move m);
void table_select(struct table *t, uint32_t line);

#endif
