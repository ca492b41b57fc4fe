/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function bar: the commands that have a word, as many as the line has room for. Notes where
 * each was painted, for the mouse.
 */
#include <string.h>

#include "ui/commands.h"

enum { BAR_GAP = 2 };

static int item_cells(const struct command *c)
{
	char key[12];

	key_name(c->keys[0], key);
	return (int)(strlen(key) + 1 + strlen(c->word));
}

static bool serves(const struct ui *u, const struct command *c)
{
	return c->word && (c->where & u->view->where) && command_serves(u, c);
}

/* The highest rank that still fits when all lower ones are there. */
static unsigned rank_that_fits(const struct ui *u, int width)
{
	const struct command *c;
	unsigned i, rank, best = 0;

	for (rank = 1; rank < 16; rank++) {
		int cells = -BAR_GAP;

		for (i = 0; (c = command_at(i)); i++) {
			if (serves(u, c) && c->rank <= rank)
				cells += item_cells(c) + BAR_GAP;
		}
		if (cells <= width)
			best = rank;
	}
	return best;
}

static int paint_item(struct ui *u, struct grid *g, int x, int y, const struct command *c)
{
	char key[12];
	int at = x;

	key_name(c->keys[0], key);
	at += grid_text(g, at, y, g->width - at, STYLE_BARKEY, key);
	grid_fill(g, at, y, 1, 1, STYLE_BARTEXT, ' ');
	at++;
	at += grid_text(g, at, y, g->width - at, STYLE_BARTEXT, c->word);
	if (u->bar_count < UI_BAR_MAX)
		u->bar[u->bar_count++] = (struct barspot){ c, x, at - x };
	return at;
}

void commands_paint_bar(struct ui *u, struct grid *g, int y)
{
	unsigned rank = rank_that_fits(u, g->width), i;
	const struct command *c;
	int x = 0;

	u->bar_count = 0;
	u->bar_y = y;
	grid_fill(g, 0, y, g->width, 1, STYLE_BARTEXT, ' ');
	for (i = 0; (c = command_at(i)); i++) {
		if (serves(u, c) && c->rank <= rank)
			x = paint_item(u, g, x, y, c) + BAR_GAP;
	}
}

const struct command *commands_bar_at(const struct ui *u, int x)
{
	unsigned i;

	for (i = 0; i < u->bar_count; i++) {
		if (x >= u->bar[i].x && x < u->bar[i].x + u->bar[i].w)
			return u->bar[i].command;
	}
	return NULL;
}
