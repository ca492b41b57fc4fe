/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter at the bottom: typed with its result live on the screen, and shown for as long as
 * anything narrows what the list shows. Knows nothing of the language but filter_parse() and its
 * error.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "ui/kinds.h"
#include "ui/slots.h"
#include "ui/text.h"
#include "ui/view.h"

#define SETTLE_NS (150 * NSEC_PER_MSEC)	/* without a key: the typing has come to a stop */

/* What Esc goes back to is what is on now. */
void filter_open(struct ui *u)
{
	size_t len = strnlen(u->rows.text, sizeof(u->filter_before) - 1);

	memcpy(u->filter_before, u->rows.text, len);
	u->filter_before[len] = '\0';
	u->filter_bad = false;
	prompt_start(&u->filter_prompt, u->rows.text);
	u->dialog = &dialog_filter;
}

/* While the text does not parse, the last result that did stays. */
static void try_filter(struct ui *u)
{
	u->filter_bad = rows_set_filter(&u->rows, u->filter_prompt.text, &u->filter_error) != 0;
}

void filter_settle(struct ui *u)
{
	u->filter_due_ns = 0;
	try_filter(u);
	u->dirty = true;
}

/* Where a query takes long, the next letter is not kept waiting by what the last one asked for. */
static void try_later(struct ui *u)
{
	struct filter *parsed = NULL;

	u->filter_bad = filter_parse(&parsed, u->filter_prompt.text, &u->filter_error) != 0;
	filter_free(parsed);
	u->filter_due_ns = u->mono_ns + SETTLE_NS;
}

static void filter_key(struct ui *u, const struct key *k)
{
	enum prompt_result result = prompt_key(&u->filter_prompt, k);

	if (result != PROMPT_CANCELLED && result != PROMPT_ACCEPTED && rows_are_slow(&u->rows)) {
		try_later(u);
		return;
	}
	u->filter_due_ns = 0;
	if (result == PROMPT_CANCELLED) {
		struct filter_error ignored;

		rows_set_filter(&u->rows, u->filter_before, &ignored);
		u->dialog = NULL;
		return;
	}
	try_filter(u);
	if (result == PROMPT_ACCEPTED && !u->filter_bad)
		u->dialog = NULL;
}

static int error_cells(const struct ui *u)
{
	const char *text = u->filter_error.msg.text;

	return text_cells(text);
}

/* Where in the line the spot begins: the prompt may have scrolled, the cursor tells how far. */
static int spot_x(const struct ui *u, int cursor_x)
{
	const struct prompt *p = &u->filter_prompt;
	size_t at = u->filter_error.at < p->len ? u->filter_error.at : p->len;
	size_t from = at < p->cur ? at : p->cur, to = at < p->cur ? p->cur : at;
	int cells = (int)utf8_cells(p->text + from, to - from);

	return at < p->cur ? cursor_x - cells : cursor_x + cells;
}

enum { FILTER_TEXT_X = 3 };

/* The sentence stands behind the caret where it fits, else on a line of its own. */
static bool sentence_fits(const struct ui *u, int width)
{
	int x = spot_x(u, FILTER_TEXT_X +
				  (int)utf8_cells(u->filter_prompt.text, u->filter_prompt.cur));

	return x + (int)u->filter_error.len + 2 + error_cells(u) < width;
}

static int filter_height(const struct ui *u, int width)
{
	return u->filter_bad && !sentence_fits(u, width) ? 3 : 2;
}

static void paint_error(const struct ui *u, struct grid *g, int y)
{
	const struct filter_error *e = &u->filter_error;
	int x = spot_x(u, g->cursor_x), len = e->len ? (int)e->len : 1;

	if (x < FILTER_TEXT_X)		/* scrolled away */
		x = FILTER_TEXT_X;
	if (x + len > g->width)
		len = g->width - x > 1 ? g->width - x : 1;
	grid_fill(g, x, y, len, 1, STYLE_BADINPUT, '^');
	if (sentence_fits(u, g->width))
		grid_text(g, x + len + 1, y, g->width - x - len - 1, STYLE_BADINPUT, e->msg.text);
	else
		grid_ellipsis(g, 1, y + 1, g->width - 2, STYLE_BADINPUT, e->msg.text);
}

static void format_count(const struct ui *u, char *out, size_t size)
{
	if (u->filter_due_ns) {
		snprintf(out, size, "...");
		return;
	}
	snprintf(out, size, "%u of %u", u->rows.result.rows, u->rows.result.total);
}

static void filter_paint(struct ui *u, struct grid *g, int y)
{
	char count[32];
	int room;

	format_count(u, count, sizeof(count));
	room = g->width - FILTER_TEXT_X - (int)strlen(count) - 2;
	grid_text(g, 1, y, 2, STYLE_TITLE, "/");
	prompt_paint(&u->filter_prompt, g, FILTER_TEXT_X, y,
		     room > 8 ? room : g->width - FILTER_TEXT_X,
		     u->filter_bad ? STYLE_BADINPUT : STYLE_GOOD);
	if (room > 8)
		grid_right(g, g->width - 1 - (int)strlen(count), y, (int)strlen(count), STYLE_DIM,
			   count);
	if (u->filter_bad)
		paint_error(u, g, y + 1);
	else
		grid_ellipsis(
			g, FILTER_TEXT_X, y + 1, g->width - FILTER_TEXT_X - 1, STYLE_DIM,
			"Enter keep  Esc back   as: port 443   state time-wait   rtt > 100ms   sshd");
}

const struct dialog dialog_filter = { filter_key, filter_height, filter_paint };

/* A sort column that was chosen and has no heading on the screen has to be named here. */
static bool sort_is_hidden(const struct ui *u)
{
	int slot = slots_find_sort(&u->layout, u->rows.query.sort);

	return u->rows.query.sort && u->rows.query.sort != rows_default_sort(u->rows.opt) &&
	       (slot < 0 || !layout_placed(&u->layout, (unsigned)slot));
}

/* Unix sockets that no option asked for. */
static bool shows_more(const struct ui *u)
{
	return u->rows.with_unix && !(u->rows.opt->protos & OPTIONS_UNIX);
}

static bool has_something_to_say(const struct ui *u)
{
	return u->rows.text[0] || rows_are_narrowed(&u->rows) || u->rows.marks.count ||
	       u->rows.query.group || u->rows.query.ipv4_only || u->rows.query.ipv6_only ||
	       u->rows.opt->protos || shows_more(u) || sort_is_hidden(u);
}

int filter_line_height(const struct ui *u)
{
	return u->view == &view_conns && has_something_to_say(u);
}

/* "only udp (by -u)" */
static void format_kinds(uint32_t protos, char *out, size_t size)
{
	char words[KINDS_TEXT], options[KINDS_TEXT];

	kinds_format(protos, words);
	kinds_format_options(protos, options);
	if ((protos & OPTIONS_ALL) == OPTIONS_ALL)
		snprintf(out, size, "all kinds (by -A)");
	else
		snprintf(out, size, "only %s (by %s)", words, options);
}

static void add_narrowings(struct pieces *p, const struct ui *u)
{
	const struct rows *r = &u->rows;
	char by_option[2 * KINDS_TEXT + 16];
	const struct {
		bool on;
		const char *text;
	} all[] = {
		{ r->only == ONLY_LISTENING, "listening only" },
		{ r->only == ONLY_ESTABLISHED, "established only" },
		{ r->no_over, "no TIME_WAIT, none closed" },
		{ r->no_tcp, "no TCP" },
		{ r->no_udp, "no UDP" },
		{ r->query.ipv4_only, "IPv4 only" },
		{ r->query.ipv6_only, "IPv6 only" },
		{ r->opt->protos, by_option },
	};
	unsigned i;

	format_kinds(r->opt->protos, by_option, sizeof(by_option));
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].on)
			pieces_add(p, 2, STYLE_TROUBLE, "%s", all[i].text);
	}
}

void filter_line_paint(const struct ui *u, struct grid *g, int y)
{
	const struct query *q = &u->rows.query;
	struct pieces p = { .count = 0 };
	char count[32];

	if (u->rows.text[0])
		pieces_add(&p, 0, STYLE_GOOD, "/ %s", u->rows.text);
	add_narrowings(&p, u);
	if (shows_more(u))
		pieces_add(&p, 3, STYLE_DIM, "with unix");
	if (q->group)
		pieces_add(&p, 3, STYLE_DIM, "by %s", q->group->title);
	if (sort_is_hidden(u))
		pieces_add(&p, 4, STYLE_DIM, "sorted by %s%s", q->sort->name,
			   q->descending ? " ▼" : " ▲");
	if (u->rows.marks.count)
		pieces_add(&p, 3, STYLE_MARKED, "%u marked", u->rows.marks.count);
	pieces_right(&p);
	format_count(u, count, sizeof(count));
	if (u->rows.result.rows != u->rows.result.total)
		pieces_add(&p, 1, STYLE_DIM, "%s", count);
	pieces_fit(&p, g->width);
	pieces_paint(&p, g, y);
}
