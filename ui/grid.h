/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as cells in memory: everything is painted here, so every screen is testable as text.
 * Hostile text is made harmless here, once: control and bidi characters become visible, invalid
 * UTF-8 becomes U+FFFD, and nothing is ever written outside the row and span that the caller
 * named.
 */
#ifndef SOCKMON_UI_GRID_H
#define SOCKMON_UI_GRID_H

#include "base/buf.h"
#include "ui/theme.h"

struct cell {
	char text[8];	/* UTF-8 of one base character (and at most one combining one), '\0'-terminated; "" = right half of a wide one */
	uint8_t style;	/* enum style */
	uint8_t attr;	/* GRID_* bits, added to the style's */
};

enum { GRID_REVERSE = 1, GRID_BOLD = 2, GRID_DIM = 4, GRID_UNDERLINE = 8 };

struct grid {
	int width, height;	/* >= 1 */
	bool ascii;		/* only ASCII may be painted: box drawing and blocks are replaced, others become '?' */
	struct cell *cells;	/* width * height, row by row; owned */
	int cursor_x, cursor_y;	/* -1 = hidden */
};

int grid_init(struct grid *g, int width, int height, bool ascii);	/* blank; 0 or -ENOMEM */
void grid_fini(struct grid *g);
int grid_resize(struct grid *g, int width, int height);		/* blank; clamps to 1..1000 */
void grid_blank(struct grid *g);				/* all spaces, STYLE_NORMAL, cursor hidden */

/*
 * Paints text from (x, y), at most `max` cells, cut at a character border. Returns the cells
 * used.
 */
int grid_text(struct grid *g, int x, int y, int max, enum style st, const char *text);
int grid_bytes(struct grid *g, int x, int y, int max, enum style st, const char *text, size_t len);

/* The cells that text would take. */
int grid_cells(const struct grid *g, const char *text, size_t len);

/* Right-aligned in max cells; too long: cut at the right. */
int grid_right(struct grid *g, int x, int y, int max, enum style st, const char *text);

/* Cut text ends with "…" ("~" in ASCII). */
int grid_ellipsis(struct grid *g, int x, int y, int max, enum style st, const char *text);

int grid_printf(struct grid *g, int x, int y, int max, enum style st, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

void grid_fill(struct grid *g, int x, int y, int w, int h, enum style st, char c);
void grid_hline(struct grid *g, int x, int y, int w, enum style st);
void grid_vline(struct grid *g, int x, int y, int h, enum style st);
void grid_attr(struct grid *g, int x, int y, int w, uint8_t attr);	/* adds bits to existing cells */
void grid_restyle(struct grid *g, int x, int y, int w, enum style st);	/* changes the style of existing cells */

/* A bar of w cells, part of whole filled, in eighths ("#" and "." in ASCII). */
void grid_bar(struct grid *g, int x, int y, int w, enum style st, uint64_t part, uint64_t whole);

/* A one-row sparkline of the last w values ("_.-=#" levels in ASCII). */
void grid_spark(struct grid *g, int x, int y, int w, enum style st, const uint64_t *values, unsigned count);

/*
 * The whole grid as text, trailing spaces of rows removed, '\n' after each row: what screen tests
 * compare.
 */
void grid_dump(const struct grid *g, struct buf *out);

#endif
