/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of connections: one row is one connection, what the kernel says left of the rule, what
 * the wire says right of it. Which rows there are is rows.c's, which columns slots.c's, what a cell
 * reads cells.c's.
 */
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "ui/cells.h"
#include "ui/commands.h"
#include "ui/kinds.h"
#include "ui/menus.h"
#include "ui/slots.h"
#include "ui/text.h"
#include "ui/view.h"

enum { SIDES_FROM_WIDTH = 100, SIDES_FROM_HEIGHT = 8, GROUP_LABEL = 24 };

static bool is_shown(const struct layout *l, const char *column)
{
	const struct column *c = column_find(column);
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		if (l->slots[l->placed[i].slot].col == c)
			return true;
	}
	return false;
}

static struct cellmode mode_of(const struct ui *u)
{
	return (struct cellmode){
		.bits = u->bits,
		.of_file = ui_is_of_file(u),
		.proto_shown = is_shown(&u->layout, "proto"),
		.wire_state_shown = is_shown(&u->layout, "wire_state"),
		.sendq_shown = is_shown(&u->layout, "sendq_cell"),
	};
}

/* Remembers the widest content seen, so that columns grow with need and do not jump about. */
static void measure_row(struct layout *l, const struct row *r, const struct cellmode *mode)
{
	struct celltext t;
	unsigned i;

	for (i = 0; i < l->slot_count; i++) {
		struct slot *s = &l->slots[i];
		int cells;

		if (s->seen >= s->max || s->wish == WISH_HIDDEN)
			continue;
		cell_make(s->col, (enum celllook)s->look, r, mode, 0, &t);
		cells = text_cells(t.text);
		if (cells > s->seen)
			s->seen = cells < s->max ? (uint8_t)cells : s->max;
	}
}

static void fit_columns(struct ui *u, int width, const struct cellmode *mode)
{
	struct row row;
	uint32_t i;

	for (i = u->table.top; i < u->rows.count && i - u->table.top < u->table.page; i++) {
		if (!u->rows.lines[i].is_group && ui_row(u, u->rows.lines[i].id, &row))
			measure_row(&u->layout, &row, mode);
	}
	slots_show_netns(&u->layout, model_netns(ui_model(u), 1) != NULL);
	layout_fit(&u->layout, width);
}

static bool is_narrow(const struct slot *s, const struct placed *p)
{
	return s->narrow && p->w < s->narrow_below;
}

/* "TX/s▼": where both do not fit, the title gives way. */
static void paint_title(const struct ui *u, struct grid *g, int y, const struct placed *p,
			bool sorted)
{
	const struct slot *s = &u->layout.slots[p->slot];
	enum style st = sorted ? STYLE_SORTED : STYLE_COLHEAD;
	const char *title = s->title, *sign = u->rows.query.descending ? "▼" : "▲";
	int cells = text_cells(title), room = p->w - sorted;
	int x = p->x;

	cells = cells < room ? cells : room;
	if (s->right || is_narrow(s, p))
		x += room - cells;
	x += grid_text(g, x, y, cells, st, title);
	if (sorted)
		grid_text(g, x, y, 1, st, sign);
}

static void paint_headings(const struct ui *u, struct grid *g, int y)
{
	const struct layout *l = &u->layout;
	int sorted = slots_find_sort(l, u->rows.query.sort);
	unsigned i;

	grid_fill(g, 0, y, g->width, 1, STYLE_COLHEAD, ' ');
	for (i = 0; i < l->placed_count; i++)
		paint_title(u, g, y, &l->placed[i], l->placed[i].slot == sorted);
	if (l->rule_x >= 0)
		grid_vline(g, l->rule_x, y, 1, STYLE_RULE);
}

static void paint_sides(const struct ui *u, struct grid *g, int y)
{
	int rule = u->layout.rule_x;

	grid_text(g, LAYOUT_GUTTER, y, rule - LAYOUT_GUTTER, STYLE_DIM, "kernel");
	grid_vline(g, rule, y, 1, STYLE_RULE);
	grid_text(g, rule + 1, y, g->width - rule - 1, STYLE_DIM, "wire");
}

/* The cell before the line: the cursor and the mark. */
static void paint_gutter(const struct ui *u, struct grid *g, int y, uint32_t line)
{
	uint64_t ident = u->rows.marks.count ? rows_ident(&u->rows, ui_model(u), line) : 0;

	if (ident && idset_has(&u->rows.marks, ident)) {
		grid_restyle(g, 0, y, g->width, STYLE_MARKED);
		grid_text(g, 0, y, 1, STYLE_MARKED, "●");
	}
	if (line != u->table.selected)
		return;
	grid_restyle(g, 0, y, g->width, STYLE_SELECTED);
	if (!ident || !idset_has(&u->rows.marks, ident))
		grid_text(g, 0, y, 1, STYLE_SELECTED, "▌");
}

/*
 * A path has little room where an address stands: it takes the remote end's, too. Returns how many
 * slots it took.
 */
static unsigned paint_both_ends(const struct layout *l, struct grid *g, int y, unsigned at,
				const struct row *r, const struct cellmode *mode)
{
	const struct placed *p = &l->placed[at], *next = p + 1;
	const struct slot *s = &l->slots[p->slot];
	struct celltext t;

	if (!cell_is_local(r) || s->look != CELL_END || at + 1 == l->placed_count ||
	    l->slots[next->slot].look != CELL_END)
		return 0;
	cell_make(s->col, CELL_END, r, mode, 0, &t);
	if (!is_narrow(s, p) && text_cells(t.text) <= p->w)
		return 0;
	cell_make_both_ends(r, next->x + next->w - p->x, &t);
	cell_paint(g, p->x, y, next->x + next->w - p->x, CELL_PLAIN, false, &t);
	return 2;
}

static void paint_row(const struct ui *u, struct grid *g, int y, const struct row *r,
		      const struct cellmode *mode)
{
	const struct layout *l = &u->layout;
	bool told = false;
	struct celltext t;
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];
		const struct slot *s = &l->slots[p->slot];
		unsigned took = paint_both_ends(l, g, y, i, r, mode);

		if (took) {
			i += took - 1;
			continue;
		}
		cell_make(layout_column(l, p), (enum celllook)s->look, r, mode, p->w, &t);
		cell_paint(g, p->x, y, p->w, (enum celllook)s->look, s->right || is_narrow(s, p),
			   &t);
		told |= s->look == CELL_ALERT;
	}
	if (l->rule_x >= 0)
		grid_vline(g, l->rule_x, y, 1, STYLE_RULE);
	if (!told && cell_has_alert(r))
		grid_text(g, g->width - 1, y, 1, STYLE_TROUBLE, "!");
}

static void paint_group_sums(const struct ui *u, struct grid *g, int y, const struct group *group)
{
	const struct layout *l = &u->layout;
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];
		const struct column *c = l->slots[p->slot].col;
		struct value v;
		char text[32] = "-";

		if (!group_sum(group, c, &v.u64))
			continue;
		if (v.u64 != MODEL_RATE_UNKNOWN)
			value_format(c, &v, TEXT_SHORT, u->bits, text, sizeof(text));
		grid_right(g, p->x, y, p->w, STYLE_GROUP, text);
	}
}

/* "41 estab 2 close-wait": the states that there are, in the kernel's order. */
static void format_states(const struct group *group, char *out, size_t size)
{
	size_t len = 0;
	unsigned s;

	out[0] = '\0';
	for (s = 0; s < SOCKSTATES && len < size; s++) {
		if (group->by_state[s])
			len += (size_t)snprintf(out + len, size - len, "  %u %s",
						group->by_state[s],
						sockstate_short((enum sockstate)s));
	}
}

/* Up to the rule, or to the first column that has a sum. */
static int label_end(const struct layout *l, const struct group *group, int width)
{
	int end = l->rule_x > 0 ? l->rule_x : width;
	uint64_t sum;
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];

		if (p->x < end && group_sum(group, l->slots[p->slot].col, &sum))
			end = p->x;
	}
	return end;
}

static void paint_group(const struct ui *u, struct grid *g, int y, uint32_t line,
			const struct group *group)
{
	const struct layout *l = &u->layout;
	bool open = line + 1 < u->rows.count && !u->rows.lines[line + 1].is_group;
	int end = label_end(l, group, g->width), x = LAYOUT_GUTTER;
	char states[160], rows[224];

	grid_fill(g, 0, y, g->width, 1, STYLE_GROUP, ' ');
	format_states(group, states, sizeof(states));
	x += grid_text(g, x, y, end - x, STYLE_GROUP, open ? "▾ " : "▸ ");
	grid_ellipsis(g, x, y, end - x < GROUP_LABEL ? end - x : GROUP_LABEL, STYLE_GROUP,
		      group->known ? group->label : "(none)");
	x += GROUP_LABEL + 1;
	snprintf(rows, sizeof(rows), "%5u row%s%s", group->rows, group->rows == 1 ? " " : "s",
		 states);
	grid_ellipsis(g, x, y, end - x, STYLE_GROUP, rows);
	if (l->rule_x >= 0)
		grid_vline(g, l->rule_x, y, 1, STYLE_RULE);
	paint_group_sums(u, g, y, group);
}

static void paint_line(const struct ui *u, struct grid *g, int y, uint32_t line,
		       const struct cellmode *mode)
{
	const struct group *group = rows_group(&u->rows, line);
	struct row row;

	if (group)
		paint_group(u, g, y, line, group);
	else if (ui_row(u, u->rows.lines[line].id, &row))
		paint_row(u, g, y, &row, mode);
	else
		grid_text(g, LAYOUT_GUTTER, y, g->width, STYLE_DIM, "(closed)");
	paint_gutter(u, g, y, line);
}

/*
 * The filter asks for kinds of sockets of which none is shown: what would show them. false: that is
 * not why the list is empty.
 */
static bool paint_kinds_left_out(const struct ui *u, struct grid *g, int y)
{
	const struct rows *r = &u->rows;
	uint32_t named = rows_named_protos(r);
	const struct {
		bool key_helps;
		uint32_t protos;
		const char *key;
	} keys[] = {
		{ r->no_tcp, 1u << SP_TCP | 1u << SP_MPTCP, "t" },
		{ r->no_udp, 1u << SP_UDP | 1u << SP_UDPLITE, "u" },
		{ !r->with_unix, OPTIONS_UNIX, "X" },
	};
	char words[KINDS_TEXT];
	unsigned i;

	if (!named || named & rows_wanted_protos(r))
		return false;
	kinds_format(named, words);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!keys[i].key_helps || !(named & keys[i].protos))
			continue;
		grid_printf(g, 1, y, g->width - 2, STYLE_DIM,
			    "%s sockets are not shown: the key %s shows them", words, keys[i].key);
		return true;
	}
	grid_printf(g, 1, y, g->width - 2, STYLE_DIM,
		    "%s sockets are left out by the options: start with -A all to have them",
		    words);
	return true;
}

/* Why there is nothing to see. */
static void paint_empty(const struct ui *u, struct grid *g, int y)
{
	uint32_t total = u->rows.result.total;

	if (u->rows.text[0] && paint_kinds_left_out(u, g, y))
		return;
	if (total && u->rows.text[0])
		grid_printf(g, 1, y, g->width - 2, STYLE_DIM,
			    "none of the %u rows matches the filter; Esc clears it%s", total,
			    u->rows.with_unix ? "" : ", X adds unix sockets");
	else if (total)
		grid_printf(g, 1, y, g->width - 2, STYLE_DIM,
			    "all %u rows are hidden; r shows them", total);
	else if (model_host(ui_model(u))->offline)
		grid_text(g, 1, y, g->width - 2, STYLE_DIM, "no flow in the file so far");
	else if (!model_tick_ns(ui_model(u)))
		grid_text(g, 1, y, g->width - 2, STYLE_DIM,
			  "waiting for the kernel's list of sockets …");
	else
		grid_text(g, 1, y, g->width - 2, STYLE_DIM, "no socket and no traffic");
}

static void paint(struct ui *u, struct grid *g, int y, int h)
{
	struct cellmode mode = mode_of(u);
	bool sides = g->width >= SIDES_FROM_WIDTH && h >= SIDES_FROM_HEIGHT && !ui_is_of_file(u);
	int list = h > 1 ? 1 + sides : 0;	/* lines of headings */
	uint32_t i;

	u->list_y = list;
	table_fit(&u->table, h - list);
	fit_columns(u, g->width, &mode);
	mode = mode_of(u);
	if (sides && u->layout.rule_x >= 0)
		paint_sides(u, g, y);
	if (list)
		paint_headings(u, g, y + list - 1);
	for (i = 0; i < u->table.page && u->table.top + i < u->rows.count; i++)
		paint_line(u, g, y + list + (int)i, u->table.top + i, &mode);
	if (!u->rows.count && list)
		paint_empty(u, g, y + list);
}

static void move(struct ui *u, enum move m)
{
	table_move(&u->table, m);
	ui_follow_selection(u);
	if (m == MOVE_FIRST)
		u->table.ident = 0;	/* stay at the top, whatever comes there */
}

static void click(struct ui *u, int x, int y, bool twice)
{
	uint32_t line = u->table.top + (uint32_t)(y - u->list_y);
	int slot = layout_at(&u->layout, x);
	const struct command *enter = command_find(KEY_ENTER_, IN_LIST);

	if (y < u->list_y) {
		if (slot >= 0)
			menu_sort_by(u, (unsigned)slot);
		return;
	}
	if (line >= u->rows.count)
		return;
	table_select(&u->table, line);
	ui_follow_selection(u);
	if ((twice || rows_group(&u->rows, line)) && enter)
		enter->run(u, enter->arg);
}

/* The heading at or above a line; -1 = the list is not grouped. */
static int64_t heading_of(const struct ui *u, uint32_t line)
{
	int64_t i;

	for (i = line; i >= 0; i--) {
		if (rows_group(&u->rows, (uint32_t)i))
			return i;
	}
	return -1;
}

void conns_set_group(struct ui *u, bool open)
{
	int64_t heading = heading_of(u, u->table.selected);

	if (heading < 0)
		return;
	table_select(&u->table, (uint32_t)heading);
	ui_follow_selection(u);
	rows_set_open(&u->rows, u->table.ident, open);
}

void conns_toggle_group(struct ui *u)
{
	uint64_t ident = rows_ident(&u->rows, ui_model(u), u->table.selected);

	conns_set_group(u, !idset_has(&u->rows.opened, ident));
}

void conns_reset(struct ui *u)
{
	const struct options *opt = app_options(u->app);

	rows_reset(&u->rows);
	slots_init(&u->layout, opt->cols, opt->col_count, ui_is_of_file(u));
	u->table.ident = 0;
	u->bits = false;
}

const struct view view_conns = {
	.name = "Connections",
	.numbered = true,
	.where = IN_LIST,
	.paint = paint,
	.move = move,
	.click = click,
};
