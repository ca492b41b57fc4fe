/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines above the body: who and how fast, how many of what, what is missing, and the tabs where
 * there is more than one view. Quiet while all is well.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/human.h"
#include "ui/cells.h"
#include "ui/text.h"
#include "ui/view.h"

enum {
	HEADER_TWO_LINES_FROM = 8,	/* screens with fewer lines get one */
	TABS_FROM = 12,
	NOTICES_FROM = 12,
	NOTICES_LINES = 2,		/* of all notices on a small screen */
	NOTICES_MORE_FROM = 30,		/* from here on a quarter of the screen */
	READING_FROM = HEADER_TWO_LINES_FROM,
	SPARK_MIN = 8,
	SPARK_MAX = 60,
	RATE_CELLS = 9,
	SEEN_ENOUGH = 999,		/* per mille: less is worth a look */
};

static void add_rate(struct pieces *p, unsigned rank, enum style st, const char *arrow, bool known,
		     uint64_t bps, bool bits)
{
	char rate[24] = "-";

	if (known && bps != MODEL_RATE_UNKNOWN)
		human_rate(rate, sizeof(rate), bps, bits);
	pieces_add(p, rank, st, "%s %-*s", arrow, RATE_CELLS, rate);
}

/* What makes the screen stand still or show less must be seen. */
static void add_modes(struct pieces *p, const struct ui *u, int height)
{
	int progress = app_progress(u->app);

	if (app_paused(u->app))
		pieces_add(p, 0, STYLE_TROUBLE, "PAUSED");
	if (u->rows.frozen)
		pieces_add(p, 0, STYLE_TROUBLE, "FROZEN");
	if (progress >= 0 && reading_is_on(u) && height < READING_FROM)
		pieces_add(p, 2, STYLE_TITLE, "reading %d %%", progress);
}

static void add_dropped(struct pieces *p, const struct model *m)
{
	const struct capturerec *c = model_capture(m);
	uint64_t dropped = c->dropped + c->if_dropped;
	char text[32];

	if (!c->live)
		return;
	human_thousands(text, sizeof(text), dropped);
	pieces_add(p, dropped ? 1 : 6, dropped ? STYLE_ERROR : STYLE_DIM, "%s dropped", text);
}

/*
 * How much of what the TCP sockets carried was captured: by the kernel's own counters. Cut, not
 * rounded: what is not all does not read 100.
 */
static void add_seen(struct pieces *p, const struct model *m)
{
	int seen = model_seen(m), permille = seen / 10;

	if (seen < 0)
		return;
	if (permille == 1000)
		pieces_add(p, 7, STYLE_DIM, "seen 100 %%");
	else if (permille >= SEEN_ENOUGH)
		pieces_add(p, 7, STYLE_DIM, "seen 99.9 %%");
	else
		pieces_add(p, 2, STYLE_TROUBLE, "seen %d.%d %%", permille / 10, permille % 10);
}

static unsigned total_history(const struct model *m, uint64_t total[static MODEL_HISTORY])
{
	uint64_t tx[MODEL_HISTORY];
	unsigned count = model_history(m, total, tx, MODEL_HISTORY), i;

	for (i = 0; i < count; i++)
		total[i] += tx[i];
	return count;
}

static void paint_spark(const struct ui *u, struct grid *g, int x, int y, int w)
{
	uint64_t total[MODEL_HISTORY];
	unsigned count = total_history(ui_model(u), total);

	if (w > (int)count) {		/* the newest stands next to the numbers' end */
		x += w - (int)count;
		w = (int)count;
	}
	grid_spark(g, x, y, w, STYLE_DIM, total, count);
}

/* As wide as there is history to show, as far as there is room. */
static int spark_cells(const struct model *m, int room)
{
	uint64_t total[MODEL_HISTORY];
	int cells = (int)total_history(m, total);

	cells = cells < room ? cells : room;
	return cells < SPARK_MIN ? SPARK_MIN : cells > SPARK_MAX ? SPARK_MAX : cells;
}

/* From when to when, in UTC as all times here: "2026-01-01 12:00:00 to 12:10:03 UTC (10m03s)". */
static void add_span(struct pieces *p, const struct capturerec *c)
{
	char first[32], last[32], lasted[16];

	if (!c->first_ns)
		return;
	clock_format_rfc3339(c->first_ns, first);
	clock_format_rfc3339(c->last_ns, last);
	human_age(lasted, sizeof(lasted), c->last_ns - c->first_ns);
	if (strncmp(first, last, 10) == 0)
		pieces_add(p, 3, STYLE_NORMAL, "%.10s %.8s to %.8s UTC", first, first + 11,
			   last + 11);
	else
		pieces_add(p, 3, STYLE_NORMAL, "%.10s %.8s to %.10s %.8s UTC", first, first + 11,
			   last, last + 11);
	pieces_add(p, 2, STYLE_NORMAL, "%s", lasted);
}

/* A file has no rates that move: what there is, is from when to when. */
static void paint_file(const struct ui *u, struct grid *g, int y)
{
	const struct capturerec *c = model_capture(ui_model(u));
	struct pieces p = { .count = 0 };

	pieces_add(&p, 1, STYLE_TITLE, "sockmon");
	add_modes(&p, u, g->height);
	pieces_add(&p, 4, STYLE_NORMAL, "%s", c->interfaces);
	pieces_right(&p);
	add_span(&p, c);
	pieces_fit(&p, g->width);
	pieces_paint(&p, g, y);
}

static void paint_who(const struct ui *u, struct grid *g, int y)
{
	const struct model *m = ui_model(u);
	const struct model_totals *t = model_totals(m);
	struct pieces p = { .count = 0 };
	int spark;

	pieces_add(&p, 1, STYLE_TITLE, "sockmon");
	add_modes(&p, u, g->height);
	pieces_add(&p, 4, STYLE_NORMAL, "%s", model_host(m)->name);
	if (model_capture(m)->interfaces[0])
		pieces_add(&p, 5, STYLE_DIM, "%s", model_capture(m)->interfaces);
	pieces_right(&p);
	add_rate(&p, 3, STYLE_RX, "▼", t->rates_known, t->rx_bps, u->bits);
	add_rate(&p, 2, STYLE_TX, "▲", t->rates_known, t->tx_bps, u->bits);
	if (t->rates_known && !t->rates_from_wire)
		pieces_add(&p, 6, STYLE_DIM, "(TCP)");
	spark = pieces_add_space(&p, 8, SPARK_MIN);
	add_seen(&p, m);
	add_dropped(&p, m);
	pieces_fit(&p, g->width);
	if (spark >= 0 && p.piece[spark].shown) {
		p.piece[spark].cells = spark_cells(m, SPARK_MIN + p.gap / 2);
		pieces_fit(&p, g->width);
		paint_spark(u, g, p.piece[spark].x, y, p.piece[spark].cells);
	}
	pieces_paint(&p, g, y);
}

/* The order of their importance to a reader, which is not the kernel's. */
static const struct {
	enum sockstate state;
	const char *word;
	uint8_t rank;
} states[] = {
	{ ST_ESTABLISHED, "estab", 2 },	   { ST_LISTEN, "listen", 4 },
	{ ST_TIME_WAIT, "time-wait", 5 },  { ST_CLOSE_WAIT, "close-wait", 3 },
	{ ST_SYN_SENT, "syn-sent", 6 },	   { ST_SYN_RECV, "syn-recv", 6 },
	{ ST_FIN_WAIT1, "fin-wait-1", 8 }, { ST_FIN_WAIT2, "fin-wait-2", 8 },
	{ ST_LAST_ACK, "last-ack", 8 },	   { ST_CLOSING, "closing", 8 },
	{ ST_CLOSE, "unconn", 7 },
};

static void add_states(struct pieces *p, const struct model_totals *t)
{
	unsigned i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		uint32_t n = t->by_state[states[i].state];

		if (n)
			pieces_add(p, states[i].rank, cell_state_style(states[i].state), "%u %s", n,
				   states[i].word);
	}
}

static void add_evicted(struct pieces *p, const struct flowtotals *f)
{
	char text[16];

	if (!f->evicted_flows)
		return;
	human_count(text, sizeof(text), f->evicted_flows);
	pieces_add(p, 1, STYLE_TROUBLE, "%s flows evicted", text);
}

static void add_wire(struct pieces *p, const struct model *m)
{
	const struct model_totals *t = model_totals(m);
	const struct flowtotals *f = &model_capture(m)->totals;
	unsigned flows = t->flows;
	char text[16];

	if (model_host(m)->no_capture) {
		pieces_add(p, 5, STYLE_DIM, "packets are not looked at");
		return;
	}
	pieces_add(p, 4, STYLE_NORMAL, "%u flow%s", flows, flows == 1 ? "" : "s");
	if (t->flows_without_socket)
		pieces_add(p, 7, STYLE_DIM, "%u without a socket", t->flows_without_socket);
	human_count(text, sizeof(text), f->packets);
	pieces_add(p, 8, STYLE_DIM, "%s packets", text);
	add_evicted(p, f);
}

/* How much of what, exact where there is room. */
static void add_file(struct pieces *p, const struct model *m)
{
	const struct flowtotals *f = &model_capture(m)->totals;
	char packets[32], bytes[24], flows[32];

	human_thousands(flows, sizeof(flows), f->live_flows);
	human_thousands(packets, sizeof(packets), f->packets);
	human_bytes(bytes, sizeof(bytes), f->bytes);
	pieces_add(p, 0, STYLE_NORMAL, "%s flow%s", flows, f->live_flows == 1 ? "" : "s");
	pieces_add(p, 1, STYLE_NORMAL, "%s packet%s", packets, f->packets == 1 ? "" : "s");
	pieces_add(p, 2, STYLE_NORMAL, "%s", bytes);
	add_evicted(p, f);
	pieces_right(p);
	if (f->not_ip) {
		human_thousands(packets, sizeof(packets), f->not_ip);
		pieces_add(p, 4, STYLE_DIM, "%s not IP", packets);
	}
	if (f->undecodable) {
		human_thousands(packets, sizeof(packets), f->undecodable);
		pieces_add(p, 3, STYLE_TROUBLE, "%s not understood", packets);
	}
}

static void add_sockets(struct pieces *p, const struct model_totals *t)
{
	add_states(p, t);
	if (t->closed)
		pieces_add(p, 8, STYLE_DIM, "%u closed", t->closed);
}

/* States that found no room. */
static unsigned states_left_out(const struct pieces *p)
{
	unsigned left_out = 0, i;

	for (i = 0; i < p->count; i++)
		left_out += !p->piece[i].shown && !p->piece[i].right;
	return left_out;
}

/* The line, with a word for as many states as are left out. Returns how many are. */
static unsigned fit_counts(struct pieces *p, const struct model *m, unsigned left_out, int width)
{
	const struct model_totals *t = model_totals(m);

	memset(p, 0, sizeof(*p));
	pieces_add(p, 0, STYLE_NORMAL, "%u socket%s%s", t->sockets, t->sockets == 1 ? "" : "s",
		   t->sockets ? ":" : "");
	add_sockets(p, t);
	if (left_out)
		pieces_add(p, 1, STYLE_DIM, "+%u more", left_out);
	if (t->lost_events)
		pieces_add(p, 5, STYLE_TROUBLE, "%llu× ends lost",
			   (unsigned long long)t->lost_events);
	if (t->refused_sockets)
		pieces_add(p, 1, STYLE_TROUBLE, "%llu beyond the limit",
			   (unsigned long long)t->refused_sockets);
	pieces_right(p);
	add_wire(p, m);
	pieces_fit(p, width);
	return states_left_out(p);
}

/* That some are left out takes the room of one more at times. */
static void paint_counts(const struct ui *u, struct grid *g, int y)
{
	struct pieces p;
	unsigned left_out = 0, i;

	if (ui_is_of_file(u)) {
		memset(&p, 0, sizeof(p));
		add_file(&p, ui_model(u));
		pieces_fit(&p, g->width);
		pieces_paint(&p, g, y);
		return;
	}
	for (i = 0; i < 3; i++)
		left_out = fit_counts(&p, ui_model(u), left_out, g->width);
	pieces_paint(&p, g, y);
}

/* A sentence above the list, and how many others wait behind it. */
struct told {
	const char *text;
	enum style style;
	unsigned behind;
};

static int lines_of(const char *text, int width)
{
	int lines = 0;
	size_t skip;

	for (; *text; text += skip) {
		text_wrap(text, width, &skip);
		lines++;
	}
	return lines;
}

/*
 * Paints the first lines of a sentence, `most` of them; the last is cut with an ellipsis, and tells
 * of the sentences that found no room. Returns how many.
 */
static int paint_told(struct grid *g, int y, int most, const struct told *t)
{
	int width = g->width - 2, lines = 0, last;
	const char *text = t->text;
	size_t skip;

	while (*text && lines < most) {
		size_t len = text_wrap(text, width, &skip);

		if (lines == most - 1) {
			char more[48] = "";

			if (t->behind)
				snprintf(more, sizeof(more), "+%u more: Esc", t->behind);
			last = width - (int)strlen(more) - (t->behind ? 2 : 0);
			grid_ellipsis(g, 1, y + lines, last, t->style, text);
			grid_text(g, 1 + last + 2, y + lines, width - last - 2, STYLE_DIM, more);
		} else {
			grid_bytes(g, 1, y + lines, width, t->style, text, len);
		}
		lines++;
		text += skip;
	}
	return lines;
}

static uint64_t notice_hash(const char *text)
{
	return hash_bytes(text, strlen(text), 1) | 1;
}

void ui_hide_notices(struct ui *u)
{
	unsigned i;

	for (i = 0; i < NOTICES; i++) {
		if (u->notices_shown >> i & 1)
			u->notices_hidden[i] =
				notice_hash(model_notice(ui_model(u), (enum noticesource)i));
	}
	if (u->drops_shown)
		u->drops_hidden = u->drops_shown;
}

/* Those that were put away come back when they say something else; what the app says is said once. */
static bool is_told(const struct ui *u, unsigned i)
{
	const char *text = model_notice(ui_model(u), (enum noticesource)i);

	if (app_trouble(u->app) && strcmp(text, app_trouble(u->app)) == 0)
		return false;
	return *text && u->notices_hidden[i] != notice_hash(text);
}

/* What was lost, in words; put away, it comes back when more is lost. */
static int paint_drops(struct ui *u, struct grid *g, int y)
{
	const struct capturerec *c = model_capture(ui_model(u));
	uint64_t lost = c->live ? c->dropped + c->if_dropped : 0;
	char count[32], by_iface[32], text[200];
	struct told told = { text, STYLE_ERROR, 0 };

	u->drops_shown = 0;
	if (g->height < NOTICES_FROM || lost <= u->drops_hidden)
		return 0;
	u->drops_shown = lost;
	human_thousands(count, sizeof(count), c->dropped);
	human_thousands(by_iface, sizeof(by_iface), c->if_dropped);
	if (!c->if_dropped)
		snprintf(text, sizeof(text),
			 "%s packet%s dropped by the kernel: the capture is incomplete; "
			 "a larger buffer (-B) or a filter (-f) helps",
			 count, c->dropped == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text),
			 "%s packets dropped by the kernel and %s by the interface: "
			 "the capture is incomplete",
			 count, by_iface);
	return paint_told(g, y, NOTICES_LINES, &told);
}

static int paint_notices(struct ui *u, struct grid *g, int y)
{
	const char *trouble = app_trouble(u->app);
	int most = g->height < NOTICES_MORE_FROM ? NOTICES_LINES : g->height / 4, lines = 0;
	struct told told = { trouble, STYLE_ERROR, 0 };
	unsigned i, behind = 0;

	u->notices_shown = 0;
	if (g->height < NOTICES_FROM)
		return 0;
	for (i = 0; i < NOTICES; i++)
		behind += is_told(u, i);
	if (trouble) {
		told.behind = lines_of(trouble, g->width - 2) >= most ? behind : 0;
		lines = paint_told(g, y, most, &told);
	}
	for (i = 0; i < NOTICES && lines < most; i++) {
		if (!is_told(u, i))
			continue;
		told.text = model_notice(ui_model(u), (enum noticesource)i);
		told.style = STYLE_CLOSING;
		behind--;
		told.behind = lines + lines_of(told.text, g->width - 2) >= most ? behind : 0;
		lines += paint_told(g, y + lines, most - lines, &told);
		u->notices_shown |= (uint8_t)(1u << i);
	}
	return lines;
}

static int paint_tabs(struct ui *u, struct grid *g, int y)
{
	const struct view *v;
	unsigned i;
	int x = 1;

	u->tabs_y = -1;
	u->tab_count = 0;
	if (g->height < TABS_FROM)
		return 0;
	u->tabs_y = y;
	for (i = 0; (v = view_at(i)) && v->numbered && i < UI_TABS_MAX; i++) {
		int w = grid_printf(g, x, y, g->width - x, v == ui_tab(u) ? STYLE_TABON : STYLE_TAB,
				    "%u %s", i + 1, v->name);

		u->tabs[u->tab_count++] = (struct tabspot){ v, x, w };
		x += w + 2;
	}
	return 1;
}

int header_paint(struct ui *u, struct grid *g)
{
	int y = 0;

	if (ui_is_of_file(u))
		paint_file(u, g, y++);
	else
		paint_who(u, g, y++);
	if (g->height >= HEADER_TWO_LINES_FROM)
		paint_counts(u, g, y++);
	if (g->height >= READING_FROM && reading_is_on(u))
		reading_paint(u, g, y++);
	y += paint_drops(u, g, y);
	y += paint_notices(u, g, y);
	y += paint_tabs(u, g, y);
	return y;
}
