/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choosing and placing the pieces of a line. Knows nothing of what they say.
 */
#include "ui/pieces.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/text.h"

static struct piece *add(struct pieces *p, unsigned rank, enum style st)
{
	struct piece *piece;

	if (p->count == PIECES_MAX)
		return NULL;
	piece = &p->piece[p->count++];
	memset(piece, 0, sizeof(*piece));
	piece->rank = (uint8_t)rank;
	piece->style = st;
	piece->right = p->at_right;
	return piece;
}

void pieces_add(struct pieces *p, unsigned rank, enum style st, const char *fmt, ...)
{
	struct piece *piece = add(p, rank, st);
	va_list args;

	if (!piece)
		return;
	va_start(args, fmt);
	vsnprintf(piece->text, sizeof(piece->text), fmt, args);
	va_end(args);
	piece->cells = text_cells(piece->text);
}

int pieces_add_space(struct pieces *p, unsigned rank, int cells)
{
	struct piece *piece = add(p, rank, STYLE_NORMAL);

	if (!piece)
		return -1;
	piece->cells = cells;
	return (int)p->count - 1;
}

void pieces_right(struct pieces *p)
{
	p->at_right = true;
}

/* Cells of the shown pieces of one side with the blanks between. */
static int side_cells(const struct pieces *p, bool right)
{
	int cells = 0;
	unsigned i;

	for (i = 0; i < p->count; i++) {
		if (p->piece[i].shown && p->piece[i].right == right)
			cells += p->piece[i].cells + (cells ? PIECES_BLANKS : 0);
	}
	return cells;
}

static int free_cells(const struct pieces *p, int width)
{
	int left = side_cells(p, false), right = side_cells(p, true);

	return width - 2 - left - right - (left && right ? PIECES_BLANKS : 0);
}

/* The least important shown piece; the last of equals. */
static struct piece *least(struct pieces *p)
{
	struct piece *found = NULL;
	unsigned i;

	for (i = 0; i < p->count; i++) {
		if (p->piece[i].shown && (!found || p->piece[i].rank >= found->rank))
			found = &p->piece[i];
	}
	return found;
}

static void place(struct pieces *p, int x, bool right)
{
	unsigned i;

	for (i = 0; i < p->count; i++) {
		if (!p->piece[i].shown || p->piece[i].right != right)
			continue;
		p->piece[i].x = x;
		x += p->piece[i].cells + PIECES_BLANKS;
	}
}

void pieces_fit(struct pieces *p, int width)
{
	unsigned i, shown = p->count;

	for (i = 0; i < p->count; i++)
		p->piece[i].shown = true;
	while (free_cells(p, width) < 0 && shown > 1) {
		least(p)->shown = false;
		shown--;
	}
	p->gap = free_cells(p, width);
	place(p, 1, false);
	place(p, width - 1 - side_cells(p, true), true);
}

void pieces_paint(const struct pieces *p, struct grid *g, int y)
{
	unsigned i;

	for (i = 0; i < p->count; i++) {
		const struct piece *piece = &p->piece[i];
		int x = piece->x > 0 ? piece->x : 0;

		if (piece->shown && piece->text[0])
			grid_ellipsis(g, x, y, g->width - x, piece->style, piece->text);
	}
}
