/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of lives, newest first: what opened, began to listen, ended and how. Owns its place in
 * the log and the words that it is searched for; what is in the log is the model's. Knows no
 * column of the connections.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "ui/lifecells.h"
#include "ui/text.h"
#include "ui/view.h"

#define YOUNG_NS (5 * NSEC_PER_SEC)

enum { LINE_TEXT = 512, SEARCH_TEXT_X = 3 };

static bool is_lost(const struct life *l)
{
	return l->kind == LIFE_LOST;
}

void events_init(struct ui *u)
{
	lifecells_init(&u->events.layout);
	u->events.table.page = 1;
}

void events_fini(struct ui *u)
{
	free(u->events.found);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(const char *text, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		/* The text's '\0' matches no letter of a word. */
		if (lower(text[i]) != lower(word[i]))
			return false;
	}
	return true;
}

static bool has_word(const char *text, const char *word, size_t len)
{
	for (; *text; text++) {
		if (begins(text, word, len))
			return true;
	}
	return false;
}

static void make_line(const struct model *m, const struct life *l, char out[static LINE_TEXT])
{
	char cell[LIFECELL_TEXT];
	size_t len = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < LIFECELLS; i++) {
		lifecell_make(m, l, i, 0, cell);
		if (cell[0] && len < LINE_TEXT)
			len += (size_t)snprintf(out + len, LINE_TEXT - len, "%s ", cell);
	}
}

/* Every word is somewhere in the line, whatever the case. */
static bool matches(const struct model *m, const struct life *l, const char *search)
{
	char line[LINE_TEXT];
	const char *word = search + strspn(search, " ");

	make_line(m, l, line);
	while (*word) {
		size_t len = strcspn(word, " ");

		if (!has_word(line, word, len))
			return false;
		word += len;
		word += strspn(word, " ");
	}
	return true;
}

/* Entries that were corrected, and those that were added, which find_lines() sees for itself. */
static uint64_t corrections(const struct model *m)
{
	return model_lives_version(m) - model_lives_total(m);
}

/* Another search, or entries are not what they were: all of the log has to be looked at. */
static void restart_search(struct eventlist *e, const struct model *m, uint64_t oldest)
{
	e->found_version = corrections(m);
	memcpy(e->found_for, e->search, sizeof(e->found_for));
	if (!e->found)
		e->found = xreallocarray(NULL, MODEL_LIVES, sizeof(*e->found));
	e->settled = oldest;
	e->settled_count = 0;
}

/* What the log has pushed out is found no more. */
static void forget_found(struct eventlist *e, uint64_t oldest)
{
	uint32_t gone = 0;

	while (gone < e->settled_count && e->found[gone] <= oldest)
		gone++;
	memmove(e->found, e->found + gone, (e->settled_count - gone) * sizeof(*e->found));
	e->settled_count -= gone;
	if (e->settled < oldest)
		e->settled = oldest;
}

/*
 * The number of lines. With a search, the serials of those that match are in found[], the oldest
 * first. Entries are looked at once, but for young ones: how a socket ended may be learned a moment
 * later.
 */
static uint32_t find_lines(struct eventlist *e, const struct model *m)
{
	uint64_t total = model_lives_total(m), oldest = total - model_life_count(m), serial;
	uint32_t count;

	if (!e->search[0])
		return model_life_count(m);
	if (!e->found || strcmp(e->found_for, e->search) != 0 || e->found_version != corrections(m))
		restart_search(e, m, oldest);
	forget_found(e, oldest);
	count = e->settled_count;
	for (serial = e->settled + 1; serial <= total; serial++) {
		const struct life *l = model_life(m, (uint32_t)(total - serial));

		if (count < MODEL_LIVES && matches(m, l, e->search))
			e->found[count++] = serial;
		if (serial == e->settled + 1 && l->time_ns + YOUNG_NS < model_time_ns(m)) {
			e->settled = serial;
			e->settled_count = count;
		}
	}
	return count;
}

/* Of a line as it was painted: the log may have grown since. 0 = there is no such line. */
static uint64_t serial_of(const struct eventlist *e, uint32_t line)
{
	if (line >= e->table.count)
		return 0;
	return e->search[0] ? e->found[e->table.count - 1 - line] : e->total - line;
}

/* NULL: no such line, or it was pushed out. */
static const struct life *life_at(const struct eventlist *e, const struct model *m, uint32_t line)
{
	uint64_t serial = serial_of(e, line), place = model_lives_total(m) - serial;

	return serial && place < model_life_count(m) ? model_life(m, (uint32_t)place) : NULL;
}

/* Where the entry is now; -1: it is not shown any more. */
static int64_t line_of(const struct eventlist *e, const struct model *m, uint64_t serial,
		       uint32_t count)
{
	uint64_t place = model_lives_total(m) - serial;
	uint32_t i;

	if (!serial || place >= model_life_count(m))
		return TABLE_GONE;
	if (!e->search[0])
		return (int64_t)place;
	for (i = 0; i < count; i++) {
		if (e->found[i] == serial)
			return count - 1 - i;
	}
	return TABLE_GONE;
}

static void measure(struct ui *u)
{
	struct eventlist *e = &u->events;
	struct layout *l = &e->layout;
	char text[LIFECELL_TEXT];
	uint32_t line;
	unsigned i;

	l->slots[LIFECELL_NETNS].wish = model_netns(ui_model(u), 1) ? WISH_AUTO : WISH_HIDDEN;
	for (line = e->table.top; line < e->table.count && line - e->table.top < e->table.page;
	     line++) {
		const struct life *life = life_at(e, ui_model(u), line);

		for (i = 0; i < LIFECELLS; i++) {
			int cells;

			lifecell_make(ui_model(u), life, i, 0, text);
			cells = text_cells(text);
			if (cells > l->slots[i].seen)
				l->slots[i].seen = cells < l->slots[i].max ? (uint8_t)cells
									   : l->slots[i].max;
		}
	}
}

static void paint_headings(const struct layout *l, struct grid *g, int y)
{
	unsigned i;

	grid_fill(g, 0, y, g->width, 1, STYLE_COLHEAD, ' ');
	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];

		if (l->slots[p->slot].right)
			grid_right(g, p->x, y, p->w, STYLE_COLHEAD, l->slots[p->slot].title);
		else
			grid_text(g, p->x, y, p->w, STYLE_COLHEAD, l->slots[p->slot].title);
	}
}

/* An entry of its own kind: there is no socket to tell of. */
static void paint_lost(const struct layout *l, struct grid *g, int y, const struct life *life)
{
	const struct placed *word = layout_placed(l, LIFECELL_WORD);
	int x = word ? word->x + word->w + 1 : LAYOUT_GUTTER;

	grid_printf(
		g, x, y, g->width - x - 1, STYLE_ERROR,
		"ends of sockets: the kernel told more than there was room for, %llu times so far",
		(unsigned long long)life->lost);
}

static void paint_life(const struct ui *u, struct grid *g, int y, const struct life *life)
{
	const struct layout *l = &u->events.layout;
	char text[LIFECELL_TEXT];
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];
		enum style st;

		lifecell_make(ui_model(u), life, p->slot, p->w, text);
		st = lifecell_style(p->slot, life, text);
		if (l->slots[p->slot].right)
			grid_right(g, p->x, y, p->w, st, text);
		else
			grid_ellipsis(g, p->x, y, p->w, st, text);
	}
	if (is_lost(life))
		paint_lost(l, g, y, life);
}

static void paint_empty(const struct ui *u, struct grid *g, int y)
{
	if (u->events.search[0])
		grid_printf(g, 1, y, g->width - 2, STYLE_DIM,
			    "none of the %u events shows that; Esc clears it",
			    model_life_count(ui_model(u)));
	else if (model_host(ui_model(u))->offline)
		grid_text(g, 1, y, g->width - 2, STYLE_DIM,
			  "a capture file does not tell of sockets' lives");
	else
		grid_text(g, 1, y, g->width - 2, STYLE_DIM,
			  "no socket has come or gone since sockmon was started");
}

/* What narrows the list, and how much of it that leaves. */
static void paint_search(const struct ui *u, struct grid *g, int y)
{
	struct pieces p = { .count = 0 };

	pieces_add(&p, 0, STYLE_GOOD, "/ %.200s", u->events.search);
	pieces_right(&p);
	pieces_add(&p, 1, STYLE_DIM, "%u of %u", u->events.table.count,
		   model_life_count(ui_model(u)));
	pieces_fit(&p, g->width);
	pieces_paint(&p, g, y);
}

static void paint(struct ui *u, struct grid *g, int y, int h)
{
	struct eventlist *e = &u->events;
	const struct model *m = ui_model(u);
	bool says_search = e->search[0] && !u->dialog && h > 2;
	uint32_t count = find_lines(e, m), i;

	u->list_y = h > 1;
	e->total = model_lives_total(m);
	table_place(&e->table, count, line_of(e, m, e->table.ident, count));
	/* One that was pushed out: go on with what is in its place. */
	if (e->table.ident && e->table.count)
		e->table.ident = serial_of(e, e->table.selected);
	table_fit(&e->table, h - u->list_y - says_search);
	measure(u);
	layout_fit(&e->layout, g->width);
	if (u->list_y)
		paint_headings(&e->layout, g, y);
	for (i = 0; i < e->table.page && e->table.top + i < count; i++) {
		int at = y + u->list_y + (int)i;

		paint_life(u, g, at, life_at(e, m, e->table.top + i));
		if (e->table.top + i == e->table.selected) {
			grid_restyle(g, 0, at, g->width, STYLE_SELECTED);
			grid_text(g, 0, at, 1, STYLE_SELECTED, "▌");
		}
	}
	if (!count && u->list_y)
		paint_empty(u, g, y + u->list_y);
	if (says_search)
		paint_search(u, g, y + h - 1);
}

static void follow(struct ui *u)
{
	u->events.table.ident = serial_of(&u->events, u->events.table.selected);
}

static void move(struct ui *u, enum move m)
{
	table_move(&u->events.table, m);
	follow(u);
	if (m == MOVE_FIRST)
		u->events.table.ident = 0;	/* stay at the top, whatever comes there */
}

static void click(struct ui *u, int x, int y, bool twice)
{
	struct eventlist *e = &u->events;

	(void)x;
	if (y < u->list_y || e->table.top + (uint32_t)(y - u->list_y) >= e->table.count)
		return;
	table_select(&e->table, e->table.top + (uint32_t)(y - u->list_y));
	follow(u);
	if (twice)
		events_details(u);
}

void events_details(struct ui *u)
{
	const struct life *life = life_at(&u->events, ui_model(u), u->events.table.selected);
	struct row row;
	uint32_t i;

	for (i = 0; life && life->cookie && i < u->rows.count; i++) {
		if (u->rows.lines[i].is_group ||
		    !model_row(ui_model(u), u->rows.lines[i].id, &row) || !row.sk ||
		    row.sk->rec.cookie != life->cookie)
			continue;
		table_select(&u->table, i);
		ui_follow_selection(u);
		ui_open_details(u);
		return;
	}
	ui_say(u, STYLE_DIM,
	       "its socket is no row of the list: it is over, or something narrows the list");
}

static void take_text(char out[static PROMPT_SIZE], const char *text)
{
	size_t len = strnlen(text, PROMPT_SIZE - 1);

	memmove(out, text, len);
	out[len] = '\0';
}

/* What was painted is no longer what the lines are: until the next paint there are none. */
static void set_search(struct eventlist *e, const char *text)
{
	if (strcmp(e->search, text) == 0)
		return;
	take_text(e->search, text);
	e->table.count = 0;
}

void events_search(struct ui *u)
{
	struct eventlist *e = &u->events;

	take_text(e->search_before, e->search);
	prompt_start(&e->prompt, e->search);
	u->dialog = &dialog_search;
}

bool events_clear_search(struct ui *u)
{
	bool had = u->events.search[0];

	set_search(&u->events, "");
	return had;
}

static void search_key(struct ui *u, const struct key *k)
{
	struct eventlist *e = &u->events;
	enum prompt_result result = prompt_key(&e->prompt, k);

	set_search(e, result == PROMPT_CANCELLED ? e->search_before : e->prompt.text);
	if (result != PROMPT_EDITING)
		u->dialog = NULL;
}

static int search_height(const struct ui *u, int width)
{
	(void)u;
	(void)width;
	return 2;
}

static void search_paint(struct ui *u, struct grid *g, int y)
{
	grid_text(g, 1, y, 2, STYLE_TITLE, "/");
	prompt_paint(&u->events.prompt, g, SEARCH_TEXT_X, y, g->width - SEARCH_TEXT_X, STYLE_GOOD);
	grid_ellipsis(g, SEARCH_TEXT_X, y + 1, g->width - SEARCH_TEXT_X - 1, STYLE_DIM,
		      "Enter keep  Esc back   words that a line shows: reset   nginx   :443");
}

const struct dialog dialog_search = { search_key, search_height, search_paint };

const struct view view_events = {
	.name = "Events",
	.numbered = true,
	.where = IN_EVENTS,
	.paint = paint,
	.move = move,
	.click = click,
};
