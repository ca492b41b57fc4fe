/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in cards: headings, labelled values in even columns, wrapped sentences. Built for a width,
 * then painted from any line on. Holds copies, so it can be painted after its row is gone.
 */
#ifndef SOCKMON_UI_CARDS_H
#define SOCKMON_UI_CARDS_H

#include "ui/grid.h"

enum { CARDS_LINES_MAX = 160, CARDS_SIDES = 2, CARDS_PAIRS_MAX = 6, CARDS_TEXT = 256 };

/* One labelled value. */
struct cardpair {
	char label[24];
	char value[40];
	uint8_t style;
};

struct cardline {
	uint8_t pairs;			/* 0: text */
	bool two;			/* the pairs are two values of one label, below those of the line before */
	uint8_t label;			/* text: as many bytes (of ASCII) at its beginning are the label */
	uint8_t style;
	union {
		char text[CARDS_TEXT];
		struct cardpair pair[CARDS_PAIRS_MAX];
	};
};

/* A column of cards. */
struct cardside {
	int width;
	unsigned count;
	unsigned open_pairs;		/* the last line takes more pairs while this is not 0 */
	struct cardline lines[CARDS_LINES_MAX];
};

struct cards {
	struct cardside side[CARDS_SIDES];
};

void cardside_start(struct cardside *s, int width);
void cardside_title(struct cardside *s, const char *title);	/* a blank line before all but the first */
void cardside_pair(struct cardside *s, const char *label, const char *value, enum style st);
/* Two values in columns; the label is the first pair's. */
void cardside_two(struct cardside *s, const char *label, const char *left, enum style left_style,
		  const char *right, enum style right_style);
void cardside_break(struct cardside *s);			/* the next pair begins a line */
void cardside_field(struct cardside *s, const char *label, const char *text, enum style st);	/* long text: wrapped */
void cardside_text(struct cardside *s, enum style st, const char *text);	/* wrapped sentences */

/* Lines from `top` on, h of them, at (x, y). */
void cardside_paint(const struct cardside *s, struct grid *g, int x, int y, int h, unsigned top);

#endif
