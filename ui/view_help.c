/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Help: all of it generated from the tables of commands, states and columns, so that it is never
 * wrong. Has no words of its own but the examples of filters.
 */
#include <stdio.h>
#include <string.h>

#include "ui/cells.h"
#include "ui/commands.h"
#include "ui/view.h"

enum { HELP_TWO_COLUMNS_FROM = 100, KEYS_CELLS = 15, WORD_CELLS = 24 };

/* Where the next line goes; y runs from above the screen when the help is scrolled. */
struct page {
	struct grid *g;
	int x, w;
	int first;		/* line of the grid where the body begins */
	int last;		/* and the one behind its end */
	int y;
};

static bool visible(const struct page *p)
{
	return p->y >= p->first && p->y < p->last;
}

static void put(struct page *p, const char *left, enum style left_style, int left_cells,
		const char *text, enum style st)
{
	if (visible(p)) {
		grid_ellipsis(p->g, p->x, p->y, left_cells < p->w ? left_cells : p->w, left_style,
			      left);
		if (left_cells + 1 < p->w)
			grid_ellipsis(p->g, p->x + left_cells + 1, p->y, p->w - left_cells - 1, st,
				      text);
	}
	p->y++;
}

static void title(struct page *p, const char *text)
{
	put(p, text, STYLE_TITLE, p->w, "", STYLE_NORMAL);
}

static void keys_of(const struct command *c, char *out, size_t size)
{
	size_t len = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < COMMAND_KEYS && c->keys[i] && len < size; i++) {
		char key[12];

		key_name(c->keys[i], key);
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? " " : "", key);
	}
}

static void put_commands(struct page *p, const struct ui *u, enum command_group group)
{
	const struct command *c;
	char keys[56];
	unsigned i;

	title(p, command_group_title(group));
	for (i = 0; (c = command_at(i)); i++) {
		if (c->group != group || !command_serves(u, c))
			continue;
		keys_of(c, keys, sizeof(keys));
		put(p, keys, STYLE_BARKEY, KEYS_CELLS, c->help, STYLE_NORMAL);
	}
	p->y++;
}

static void put_colours(struct page *p)
{
	static const struct {
		enum style style;
		const char *word, *text;
	} rows[] = {
		{ STYLE_ESTABLISHED, "ESTABLISHED", "data may flow" },
		{ STYLE_LISTEN, "LISTEN", "RECVQ wait to be accepted, SENDQ may" },
		{ STYLE_OPENING, "SYN_SENT", "opening, as SYN_RECV" },
		{ STYLE_CLOSING, "FIN_WAIT1", "closing, as FIN_WAIT2 LAST_ACK CLOSING" },
		{ STYLE_DIM, "TIME_WAIT", "over; SENDQ is the time left" },
		{ STYLE_TROUBLE, "CLOSE_WAIT", "the peer has closed, the process has not" },
		{ STYLE_TROUBLE, "!", "something to say: see the details" },
		{ STYLE_DIM, "-", "not known, which is not 0" },
		{ STYLE_DIM, "(reason)", "why no process is known" },
	};
	unsigned i;

	title(p, "Signs and colours");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put(p, rows[i].word, rows[i].style, KEYS_CELLS, rows[i].text, STYLE_NORMAL);
	p->y++;
}

/* Zeek's, as in its conn.log. */
static void put_history(struct page *p)
{
	static const struct {
		const char *letter, *text;
	} rows[] = {
		{ "S", "SYN" },
		{ "H", "SYN+ACK" },
		{ "A", "a mere acknowledgement" },
		{ "D", "data" },
		{ "T", "data that was sent again" },
		{ "W", "it closed its window" },
		{ "G", "a gap: it was not captured" },
		{ "F", "FIN" },
		{ "R", "RST" },
	};
	unsigned i;

	title(p, "Letters of a history: in capitals by the opener");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put(p, rows[i].letter, STYLE_GOOD, KEYS_CELLS, rows[i].text, STYLE_NORMAL);
	p->y++;
}

static void put_filters(struct page *p)
{
	static const struct {
		const char *filter, *text;
	} rows[] = {
		{ "port 443", "either side" },
		{ "port 8000-8100", "a range" },
		{ "proto udp", "a protocol" },
		{ "state time-wait", "as ss, netstat or the kernel write it" },
		{ "dst 10.0.0.0/8", "a network" },
		{ "sport = :22", "as in ss" },
		{ "process firefox", "any column is a keyword" },
		{ "rtt > 100ms", "us ms s m h, k M G, Ki Mi Gi" },
		{ "process ~ ^post", "a regular expression" },
		{ "not port 22", "and or not ( )" },
		{ "postgres", "a bare word: in any visible column" },
	};
	unsigned i;

	title(p, "Filters");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put(p, rows[i].filter, STYLE_GOOD, KEYS_CELLS + 1, rows[i].text, STYLE_NORMAL);
	p->y++;
}

static void put_columns(struct page *p)
{
	const struct column *c;
	char name[64];
	unsigned i;

	title(p, "Columns: to filter, sort, group and export by");
	for (i = 0; (c = column_at(i)); i++) {
		snprintf(name, sizeof(name), "%s", c->name);
		put(p, name, STYLE_COLHEAD, WORD_CELLS, c->help, STYLE_NORMAL);
	}
}

static void put_keys(struct page *p, const struct ui *u)
{
	unsigned i;

	for (i = 0; i < COMMAND_GROUPS; i++)
		put_commands(p, u, (enum command_group)i);
}

static void put_rest(struct page *p)
{
	put_colours(p);
	put_history(p);
	put_filters(p);
}

/* Paints the help scrolled by `top` lines; returns how many lines it has. */
static int paint_from(const struct ui *u, struct grid *g, int y, int h, int top)
{
	bool two = g->width >= HELP_TWO_COLUMNS_FROM;
	struct page left = { g, 1, two ? g->width / 2 - 2 : g->width - 2, y, y + h, y - top };
	struct page right = left;

	put_keys(&left, u);
	if (two) {
		right.x = g->width / 2 + 1;
		right.w = g->width - right.x - 1;
		put_rest(&right);
		left.y = left.y > right.y ? left.y : right.y;
		left.w = g->width - 2;
	} else {
		put_rest(&left);
	}
	put_columns(&left);
	return left.y - y + top;
}

static void paint(struct ui *u, struct grid *g, int y, int h)
{
	int lines = paint_from(u, g, y, h, (int)u->help_top), lowest = lines > h ? lines - h : 0;

	if ((int)u->help_top <= lowest)
		return;
	u->help_top = (uint32_t)lowest;		/* scrolled past the end, which was not known then */
	grid_fill(g, 0, y, g->width, h, STYLE_NORMAL, ' ');
	paint_from(u, g, y, h, lowest);
}

static void move(struct ui *u, enum move m)
{
	u->help_top = ui_scrolled(u->help_top, m, u->body_h);
}

static void click(struct ui *u, int x, int y, bool twice)
{
	(void)u;
	(void)x;
	(void)y;
	(void)twice;
}

const struct view view_help = {
	.name = "Help",
	.where = IN_HELP,
	.paint = paint,
	.move = move,
	.click = click,
};
