/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The details of the selected row: who it is, in plain words what is wrong with it, then the
 * kernel's and the wire's word side by side, one below the other on a narrow screen. A row that
 * ends keeps its last details.
 */
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "ui/cells.h"
#include "ui/detailcards.h"
#include "ui/view.h"

enum { TWO_SIDES_FROM = 100 };

static void text_of(const struct row *r, const char *column, char *out, size_t size)
{
	const struct column *c = column_find(column);
	struct value v;

	out[0] = '\0';
	if (c && column_get(c, r, &v))
		value_format(c, &v, TEXT_SHORT, false, out, size);
}

/* Who opened it: the arrow points to whom it was opened to. */
static const char *arrow_of(const struct row *r)
{
	char opener[16];

	text_of(r, "opener", opener, sizeof(opener));
	if (strcmp(opener, "local") == 0)
		return "▶";
	return strcmp(opener, "remote") == 0 ? "◀" : "─";
}

static void add_who(struct pieces *p, const struct row *r)
{
	char name[40], pid[16], local[64], remote[64];

	text_of(r, "proc", name, sizeof(name));
	text_of(r, "pid", pid, sizeof(pid));
	text_of(r, "local", local, sizeof(local));
	text_of(r, "remote", remote, sizeof(remote));
	pieces_add(p, 1, STYLE_TITLE, pid[0] ? "%s[%s]" : "%s", name, pid);
	pieces_add(p, 0, STYLE_NORMAL, "%s %s %s", local, arrow_of(r), remote);
}

/* "reset 3s ago" */
static void add_end(struct pieces *p, const struct row *r)
{
	uint64_t now_ns = model_time_ns(r->m), ended_ns = r->sk->ended_ns;
	char word[24], ago[16];

	text_of(r, "end", word, sizeof(word));
	human_age(ago, sizeof(ago), now_ns > ended_ns ? now_ns - ended_ns : 0);
	pieces_add(p, 2, STYLE_TROUBLE, "%s %s ago", word[0] ? word : "closed", ago);
}

static void add_what(struct pieces *p, const struct row *r)
{
	char proto[16], state[24], age[16], iface[24];

	text_of(r, "proto", proto, sizeof(proto));
	text_of(r, "state", state, sizeof(state));
	text_of(r, "state_age", age, sizeof(age));
	text_of(r, "iface", iface, sizeof(iface));
	pieces_add(p, 3, STYLE_DIM, "%s", proto);
	if (r->sk && r->sk->ended_ns)
		add_end(p, r);
	else if (state[0])
		pieces_add(p, 2, cell_state_style(r->sk ? r->sk->rec.state : ST_UNKNOWN), "%s%s%s",
			   state, age[0] ? " " : "", age);
	if (iface[0])
		pieces_add(p, 5, STYLE_DIM, "%s", iface);
}

/* Headings do not count. */
static void add_position(struct pieces *p, const struct ui *u)
{
	uint32_t before = 0, all = 0, i;

	for (i = 0; i < u->rows.count; i++) {
		if (u->rows.lines[i].is_group)
			continue;
		before += i < u->table.selected;
		all++;
	}
	pieces_right(p);
	pieces_add(p, 4, STYLE_DIM, "%u of %u", before + 1, all);
}

static void build_who(struct ui *u, const struct row *r)
{
	memset(&u->who, 0, sizeof(u->who));
	add_who(&u->who, r);
	add_what(&u->who, r);
	add_position(&u->who, u);
}

static bool has_two_sides(const struct grid *g)
{
	return g->width >= TWO_SIDES_FROM;
}

static int half(const struct grid *g)
{
	return (g->width - 5) / 2;
}

static void build(struct ui *u, const struct grid *g, const struct row *r)
{
	struct cardside *left = &u->cards.side[0], *right = &u->cards.side[1];

	if (has_two_sides(g)) {
		cardside_start(left, half(g));
		cardside_start(right, g->width - half(g) - 6);
		detail_kernel(left, r, u->bits);
		detail_wire(right, r, u->bits);
		return;
	}
	cardside_start(left, g->width - 2);
	cardside_start(right, 1);
	detail_kernel(left, r, u->bits);
	detail_wire(left, r, u->bits);
}

static unsigned lines_of(const struct ui *u)
{
	unsigned left = u->cards.side[0].count, right = u->cards.side[1].count;

	return left > right ? left : right;
}

/* More below is told at the edge, so that nobody takes the first screen for all. */
static void paint_sides(struct ui *u, struct grid *g, int y, int h)
{
	int lines = (int)lines_of(u), lowest = lines > h ? lines - h : 0, middle = half(g) + 2;

	if ((int)u->detail_top > lowest)
		u->detail_top = (uint32_t)lowest;
	cardside_paint(&u->cards.side[0], g, 1, y, h, u->detail_top);
	if (has_two_sides(g)) {
		grid_vline(g, middle, y, h, STYLE_RULE);
		cardside_paint(&u->cards.side[1], g, middle + 2, y, h, u->detail_top);
	}
	if ((int)u->detail_top < lowest)
		grid_text(g, g->width - 1, y + h - 1, 1, STYLE_DIM, "▼");
	if (u->detail_top)
		grid_text(g, g->width - 1, y, 1, STYLE_DIM, "▲");
}

/* Over both sides: what is wrong with it, and whose it is. */
static int paint_verdict(const struct ui *u, struct grid *g, int y, int h, const struct row *r)
{
	struct cardside s;

	cardside_start(&s, g->width - 2);
	if (u->selected_gone) {
		cardside_text(&s, STYLE_TROUBLE,
			      "It is no longer in the list: this is what was last known of it.");
	} else {
		detail_verdict(&s, r);
		detail_process(&s, r);
	}
	cardside_paint(&s, g, 1, y, h, 0);
	return (int)s.count;
}

static void paint(struct ui *u, struct grid *g, int y, int h)
{
	struct row row;
	int bottom = y + h;

	if (ui_selected_row(u, &row) && !u->selected_gone) {
		build_who(u, &row);
		build(u, g, &row);
	} else {
		u->selected_gone = true;
	}
	pieces_fit(&u->who, g->width);
	pieces_paint(&u->who, g, y++);
	y += paint_verdict(u, g, y, bottom - y, &row);
	if (has_two_sides(g) && y < bottom) {
		grid_text(g, 1, y, half(g), STYLE_COLHEAD, "kernel");
		grid_vline(g, half(g) + 2, y, 1, STYLE_RULE);
		grid_text(g, half(g) + 4, y, half(g), STYLE_COLHEAD, "wire");
		y++;
	}
	if (y < bottom)
		paint_sides(u, g, y, bottom - y);
}

static void move(struct ui *u, enum move m)
{
	u->detail_top = ui_scrolled(u->detail_top, m, u->body_h);
}

static void click(struct ui *u, int x, int y, bool twice)
{
	(void)u;
	(void)x;
	(void)y;
	(void)twice;
}

void detail_step(struct ui *u, bool forward)
{
	uint32_t line = u->table.selected;

	/* What came behind the row that is gone is in its place. */
	if (forward && u->selected_gone)
		line--;
	do {
		if (forward ? line + 1 >= u->rows.count : line == 0) {
			ui_say(u, STYLE_DIM,
			       forward ? "this is the last row" : "this is the first row");
			return;
		}
		line += forward ? 1 : (uint32_t)-1;
	} while (u->rows.lines[line].is_group);
	table_select(&u->table, line);
	ui_follow_selection(u);
	u->detail_top = 0;
}

const struct view view_detail = {
	.name = "Details",
	.where = IN_DETAIL,
	.paint = paint,
	.move = move,
	.click = click,
};
