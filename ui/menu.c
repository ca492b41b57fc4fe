/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pop-up list: keys, mouse, painting. It covers what is below it and knows nothing of that.
 */
#include "ui/menu.h"

#include <stdio.h>
#include <string.h>

#include "ui/text.h"

enum { MENU_WIDEST = 90, MENU_MARK = 4 };

void menu_start(struct menu *m, const char *title, bool many)
{
	memset(m, 0, sizeof(*m));
	m->title = title;
	m->many = many;
	m->table.page = 1;
}

void menu_add(struct menu *m, uint32_t value, bool on, const char *label, const char *help)
{
	struct menu_item *i;

	if (m->table.count == MENU_ITEMS_MAX)
		return;
	i = &m->items[m->table.count++];
	i->value = value;
	i->on = on;
	snprintf(i->label, sizeof(i->label), "%-13s %s", label, help);
}

void menu_select(struct menu *m, uint32_t value)
{
	uint32_t i;

	for (i = 0; i < m->table.count; i++) {
		if (m->items[i].value == value)
			table_select(&m->table, i);
	}
}

struct menu_item *menu_chosen(struct menu *m)
{
	return &m->items[m->table.selected];
}

static enum menu_result mouse(struct menu *m, const struct key *k)
{
	bool inside = k->x >= m->x && k->x < m->x + m->w && k->y > m->y && k->y < m->y + m->h - 1;

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
		table_move(&m->table, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
		return MENU_OPEN;
	}
	if (!inside)
		return MENU_CLOSED;
	table_select(&m->table, m->table.top + (uint32_t)(k->y - m->y - 1));
	return MENU_CHOSEN;
}

static const struct {
	uint32_t key;
	enum move move;
} moves[] = {
	{ 'j', MOVE_DOWN },	    { KEY_DOWN_, MOVE_DOWN },	    { 'k', MOVE_UP },
	{ KEY_UP_, MOVE_UP },	    { 'g', MOVE_FIRST },	    { KEY_HOME_, MOVE_FIRST },
	{ 'G', MOVE_LAST },	    { KEY_END_, MOVE_LAST },	    { KEY_PGUP_, MOVE_PAGE_UP },
	{ KEY_PGDN_, MOVE_PAGE_DOWN },
};

enum menu_result menu_key(struct menu *m, const struct key *k)
{
	unsigned i;

	if (!m->table.count)
		return MENU_CLOSED;
	if (k->code == KEY_MOUSE_)
		return mouse(m, k);
	for (i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (moves[i].key == k->code)
			table_move(&m->table, moves[i].move);
	}
	if (k->code == KEY_ENTER_)
		return m->many ? MENU_CLOSED : MENU_CHOSEN;
	if (k->code == ' ')
		return MENU_CHOSEN;
	return k->code == KEY_ESC_ || k->code == 'q' ? MENU_CLOSED : MENU_OPEN;
}

static int smaller(int x, int y)
{
	return x < y ? x : y;
}

static void measure(struct menu *m, const struct grid *g)
{
	int widest = text_cells(m->title) + 2;
	uint32_t i;

	for (i = 0; i < m->table.count; i++) {
		int cells = text_cells(m->items[i].label);

		widest = cells > widest ? cells : widest;
	}
	m->w = smaller(smaller(widest, MENU_WIDEST) + MENU_MARK + 3, g->width);
	m->h = smaller((int)m->table.count + 2, g->height > 6 ? g->height - 2 : g->height);
	m->x = (g->width - m->w) / 2;
	m->y = (g->height - m->h) / 2;
	table_fit(&m->table, m->h - 2);
}

static void frame(const struct menu *m, struct grid *g)
{
	int right = m->x + m->w - 1, bottom = m->y + m->h - 1;

	grid_fill(g, m->x, m->y, m->w, m->h, STYLE_NORMAL, ' ');
	grid_hline(g, m->x, m->y, m->w, STYLE_RULE);
	grid_hline(g, m->x, bottom, m->w, STYLE_RULE);
	grid_vline(g, m->x, m->y, m->h, STYLE_RULE);
	grid_vline(g, right, m->y, m->h, STYLE_RULE);
	grid_text(g, m->x, m->y, 1, STYLE_RULE, "┌");
	grid_text(g, right, m->y, 1, STYLE_RULE, "┐");
	grid_text(g, m->x, bottom, 1, STYLE_RULE, "└");
	grid_text(g, right, bottom, 1, STYLE_RULE, "┘");
	grid_printf(g, m->x + 2, m->y, m->w - 4, STYLE_TITLE, " %s ", m->title);
	grid_text(g, m->x + 2, bottom, m->w - 4, STYLE_DIM,
		  m->many ? " Space on/off  Enter done " : " Enter choose  Esc close ");
}

static void paint_item(const struct menu *m, struct grid *g, uint32_t line, int y)
{
	const struct menu_item *i = &m->items[line];
	bool selected = line == m->table.selected;
	enum style st = selected ? STYLE_SELECTED : STYLE_NORMAL;

	if (selected)
		grid_fill(g, m->x + 1, y, m->w - 2, 1, st, ' ');
	if (m->many)
		grid_text(g, m->x + 2, y, 3, st, i->on ? "[x]" : "[ ]");
	else
		grid_text(g, m->x + 2, y, 3, st, i->on ? "  *" : "   ");
	grid_ellipsis(g, m->x + 2 + MENU_MARK, y, m->w - MENU_MARK - 4, st, i->label);
}

void menu_paint(struct menu *m, struct grid *g)
{
	uint32_t line;

	measure(m, g);
	frame(m, g);
	for (line = 0; line < m->table.page && m->table.top + line < m->table.count; line++)
		paint_item(m, g, m->table.top + line, m->y + 1 + (int)line);
}
