/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which columns stand where in a given width. Pure arithmetic: knows columns only as slots with
 * widths.
 *
 * Slots stand in the order of the screen, the wire's behind the kernel's; a rule is drawn between.
 * Steps are taken in the order of importance, each giving one slot a width, until one does not fit:
 * so columns go by priority as the screen shrinks and come back the same way. What is left then
 * widens the slots whose content was cut, and at last one of them takes the rest, so that the right
 * edge is used.
 *
 * Line: one cell for the cursor, the slots with a blank between, one cell of rule, the wire's
 * slots, and two cells at the end for the mark of trouble.
 */
#ifndef SOCKMON_UI_LAYOUT_H
#define SOCKMON_UI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

struct column;

enum { LAYOUT_SLOTS_MAX = 64, LAYOUT_STEPS_MAX = 96, LAYOUT_GUTTER = 1, LAYOUT_TAIL = 2 };

enum wish { WISH_AUTO, WISH_SHOWN, WISH_HIDDEN };	/* what the reader asked of a column */

struct slot {
	const struct column *col;
	const struct column *narrow;	/* stands in for col below `narrow_below` cells; NULL */
	const struct column *sort;	/* what the list is sorted by when sorted by this slot */
	const char *title;
	uint8_t narrow_below;
	uint8_t max;			/* cells that it may grow to */
	uint8_t width;			/* cells when the reader asked for it */
	uint8_t seen;			/* cells that its content wanted so far */
	bool right;			/* aligned to the right */
	bool wire;
	bool filler;			/* may take what is left over */
	uint8_t wish;			/* enum wish */
	bool chosen;			/* and it was the reader who said so */
	uint8_t look;			/* how its cells are painted: enum celllook of cells.h */
};

struct layout_step {
	uint8_t slot;
	uint8_t width;
};

struct placed {
	uint8_t slot;
	int16_t x, w;
};

struct layout {
	struct slot slots[LAYOUT_SLOTS_MAX];
	unsigned slot_count;
	struct layout_step steps[LAYOUT_STEPS_MAX];
	unsigned step_count;

	/* The result of layout_fit(). */
	struct placed placed[LAYOUT_SLOTS_MAX];
	unsigned placed_count;
	int rule_x;			/* -1 = no rule: one side only */
	int width;
};

void layout_fit(struct layout *l, int width);

/* Its cells, when it is on the screen; else NULL. */
const struct placed *layout_placed(const struct layout *l, unsigned slot);

/* The slot under a cell of the screen; -1 = none. */
int layout_at(const struct layout *l, int x);

/* The column that a placed slot shows: the narrow one where it has little room. */
const struct column *layout_column(const struct layout *l, const struct placed *p);

#endif
