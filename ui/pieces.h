/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line made of pieces of which the less important ones are left out when the line is short.
 * Pieces keep their order; those behind the gap stand at the right edge.
 */
#ifndef SOCKMON_UI_PIECES_H
#define SOCKMON_UI_PIECES_H

#include "ui/grid.h"

enum { PIECES_MAX = 32, PIECES_BLANKS = 2 };

struct piece {
	char text[256];
	enum style style;
	uint8_t rank;		/* the highest goes first */
	int cells;
	bool shown;
	bool right;		/* behind the gap */
	int x;			/* where pieces_fit() put it */
};

struct pieces {
	struct piece piece[PIECES_MAX];
	unsigned count;
	bool at_right;		/* what is added next stands behind the gap */
	int gap;		/* cells that pieces_fit() left free between left and right */
};

void pieces_add(struct pieces *p, unsigned rank, enum style st, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void pieces_right(struct pieces *p);

/* A piece that someone else paints; returns its index, or -1 when there are too many. */
int pieces_add_space(struct pieces *p, unsigned rank, int cells);

/* Chooses and places; x from 1, one cell is left free at either edge. */
void pieces_fit(struct pieces *p, int width);
void pieces_paint(const struct pieces *p, struct grid *g, int y);

#endif
