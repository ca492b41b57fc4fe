/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interfaces: what each counts itself, and how much of that the capture saw; below, as far as
 * there is room, a graph of each. The busiest stands first. Owns its place in the list and the past
 * rates; what an interface is and how much of it was seen is the model's.
 */
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/xalloc.h"
#include "ui/commands.h"
#include "ui/ifcells.h"
#include "ui/mirror.h"
#include "ui/text.h"
#include "ui/view.h"

enum {
	CAPTURE_FROM = 6,		/* lines of body that each needs */
	PANEL_MIN = 7,
	PANEL_LINES = 9,		/* that a further one has to have */
	HALF_MAX = 8,			/* lines of a graph on either side of its axis */
	FACTS_CELLS = 22,		/* beside the graph */
	GRAPH_MIN = 8,
	FACTS = 4,
	FACT_TEXT = 40,
};

void ifaces_init(struct ui *u)
{
	ifcells_init(&u->ifaces.layout);
	u->ifaces.table.page = 1;
}

void ifaces_fini(struct ui *u)
{
	ifhistory_fini(&u->ifaces.history);
	free(u->ifaces.places);
}

void ifaces_take(struct ui *u)
{
	ifhistory_take(&u->ifaces.history, ui_model(u));
}

static uint64_t ident_of(const struct iface *i)
{
	return ((uint64_t)i->rec.netns << 32 | i->rec.ifindex) + 1;
}

static int by_load(const void *a, const void *b)
{
	const struct ifplace *x = a, *y = b;

	if (x->load != y->load)
		return x->load > y->load ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The order of the lines, anew for each paint: the model's own order may have changed. */
static void find_places(struct ifacelist *l, const struct model *m)
{
	const struct iface *iface;
	unsigned count = 0;

	while ((iface = model_iface_at(m, count))) {
		if (count == l->place_cap) {
			l->place_cap = l->place_cap ? l->place_cap * 2 : 16;
			l->places = xreallocarray(l->places, l->place_cap, sizeof(*l->places));
		}
		l->places[count] = (struct ifplace){
			.load = ifpast_load(ifhistory_find(&l->history, iface)),
			.ident = ident_of(iface),
			.at = count,
		};
		count++;
	}
	l->place_count = count;
	if (count)
		qsort(l->places, count, sizeof(*l->places), by_load);
}

static int64_t line_of(const struct ifacelist *l, uint64_t ident)
{
	unsigned i;

	for (i = 0; ident && i < l->place_count; i++) {
		if (l->places[i].ident == ident)
			return i;
	}
	return TABLE_GONE;
}

/* As painted; NULL: it is gone since, or there is no such line. */
static const struct iface *iface_of(const struct ui *u, uint32_t line)
{
	const struct ifacelist *l = &u->ifaces;
	uint64_t ident = line < l->place_count ? l->places[line].ident - 1 : 0;

	if (line >= l->place_count)
		return NULL;
	return model_iface(ui_model(u), (uint16_t)(ident >> 32), (uint32_t)ident);
}

/* What is looked at, and how much of it there was no room for. */
static void paint_capture(const struct ui *u, struct grid *g, int y)
{
	const struct model *m = ui_model(u);
	const struct capturerec *c = model_capture(m);
	const char *filter = app_options(u->app)->capture_filter;
	struct pieces p = { .count = 0 };
	char text[32];

	if (!c->live) {
		grid_text(g, 1, y, g->width - 2, STYLE_DIM,
			  model_host(m)->offline ? "packets are read from a file" :
						   "packets are not looked at");
		return;
	}
	pieces_add(&p, 1, STYLE_DIM, "captured on");
	pieces_add(&p, 0, STYLE_NORMAL, "%s", c->interfaces);
	if (filter)
		pieces_add(&p, 2, STYLE_NORMAL, "filter %.200s", filter);
	pieces_right(&p);
	human_thousands(text, sizeof(text), c->totals.packets);
	pieces_add(&p, 3, STYLE_NORMAL, "%s packets", text);
	human_bytes(text, sizeof(text), c->totals.bytes);
	pieces_add(&p, 4, STYLE_DIM, "%s of IP", text);
	human_thousands(text, sizeof(text), c->dropped);
	pieces_add(&p, 1, c->dropped ? STYLE_ERROR : STYLE_DIM, "%s dropped by the ring", text);
	pieces_fit(&p, g->width);
	pieces_paint(&p, g, y);
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

/* Both ways together: which way is told by the numbers before it. */
static void paint_spark(const struct ui *u, struct grid *g, const struct placed *p, int y,
			const struct iface *iface)
{
	const struct ifpast *past = ifhistory_find(&u->ifaces.history, iface);
	uint64_t sum[IFHISTORY_TICKS];
	unsigned i;

	if (!past)
		return;
	for (i = 0; i < past->count; i++)
		sum[i] = past->rx_bps[i] + past->tx_bps[i];
	grid_spark(g, p->x, y, p->w, STYLE_DIM, sum, past->count);
}

static void paint_line(const struct ui *u, struct grid *g, int y, const struct iface *iface)
{
	const struct layout *l = &u->ifaces.layout;
	char text[IFCELL_TEXT];
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		const struct placed *p = &l->placed[i];
		enum style st = ifcell_style(p->slot, iface);

		if (p->slot == IFCELL_GRAPH) {
			paint_spark(u, g, p, y, iface);
			continue;
		}
		ifcell_make(ui_model(u), iface, p->slot, u->bits, text);
		if (l->slots[p->slot].right)
			grid_right(g, p->x, y, p->w, st, text);
		else
			grid_ellipsis(g, p->x, y, p->w, st, text);
	}
	if (ifcell_style(IFCELL_SEEN, iface) == STYLE_TROUBLE ||
	    ifcell_style(IFCELL_DROPS, iface) == STYLE_TROUBLE ||
	    ifcell_style(IFCELL_ERRORS, iface) == STYLE_TROUBLE)
		grid_text(g, g->width - 1, y, 1, STYLE_TROUBLE, "!");
}

static void measure(struct ui *u)
{
	struct layout *l = &u->ifaces.layout;
	char text[IFCELL_TEXT];
	uint32_t line;
	unsigned i;

	l->slots[IFCELL_NETNS].wish = model_netns(ui_model(u), 1) ? WISH_AUTO : WISH_HIDDEN;
	for (line = 0; line < u->ifaces.table.count; line++) {
		const struct iface *iface = iface_of(u, line);

		for (i = 0; iface && i < IFCELLS; i++) {
			int cells;

			ifcell_make(ui_model(u), iface, i, u->bits, text);
			cells = text_cells(text);
			if (cells > l->slots[i].seen)
				l->slots[i].seen = cells < l->slots[i].max ? (uint8_t)cells
									   : l->slots[i].max;
		}
	}
}

/* "eth0  up  ethernet  10.0.0.2/24  2001:db8::2/64  in br0", in a line that begins the graph. */
static void paint_panel_title(const struct ui *u, struct grid *g, int y, const struct iface *iface)
{
	static const uint8_t cells[] = { IFCELL_NAME, IFCELL_STATE, IFCELL_TYPE };
	const struct model *m = ui_model(u);
	const struct addrrec *a;
	struct pieces p = { .count = 0 };
	char text[IFCELL_TEXT];
	unsigned i;

	grid_hline(g, 0, y, g->width, STYLE_RULE);
	for (i = 0; i < sizeof(cells); i++) {
		ifcell_make(m, iface, cells[i], u->bits, text);
		pieces_add(&p, i, i ? ifcell_style(cells[i], iface) : STYLE_TITLE, " %s ", text);
	}
	for (i = 0; (a = model_addr_at(m, i)); i++) {
		if (a->ifindex != iface->rec.ifindex || a->netns != iface->rec.netns)
			continue;
		addr_format(&a->addr, text);
		pieces_add(&p, 3, STYLE_NORMAL, " %.*s/%u ", ADDR_TEXT_MAX, text, a->prefix);
	}
	ifcell_make(m, iface, IFCELL_MASTER, u->bits, text);
	if (text[0])
		pieces_add(&p, 4, STYLE_DIM, " part of %s ", text);
	ifcell_make(m, iface, IFCELL_NETNS, u->bits, text);
	if (iface->rec.netns)
		pieces_add(&p, 4, STYLE_DIM, " in namespace %s ", text);
	pieces_fit(&p, g->width);
	pieces_paint(&p, g, y);
}

struct fact {
	char text[FACT_TEXT];
	enum style style;
};

static void put_count(struct fact *f, uint64_t n, const char *what, bool is_trouble)
{
	char text[32];

	human_thousands(text, sizeof(text), n);
	snprintf(f->text, sizeof(f->text), "%.26s %s", text, what);
	f->style = is_trouble ? STYLE_TROUBLE : n ? STYLE_NORMAL : STYLE_DIM;
}

/* One way of an interface, the most important first. Returns how many there are. */
static unsigned make_facts(const struct ui *u, const struct iface *i, const struct mirror *graph,
			   int cells, bool rx, struct fact out[static FACTS])
{
	uint64_t bps = rx ? i->rx_bps : i->tx_bps, own[2], captured[2];
	const struct ifacerec *now = &i->rec, *base = &i->base;
	uint64_t dropped = rx ? now->rx_dropped : now->tx_dropped;
	char rate[24] = "-";
	unsigned n = 0;

	if (bps != MODEL_RATE_UNKNOWN)
		human_rate(rate, sizeof(rate), bps, u->bits);
	snprintf(out[n].text, sizeof(out[n].text), "%s %s", rx ? "▼" : "▲", rate);
	out[n++].style = rx ? STYLE_RX : STYLE_TX;
	human_rate(rate, sizeof(rate), mirror_peak(rx ? graph->rx : graph->tx, graph->count, cells),
		   u->bits);
	snprintf(out[n].text, sizeof(out[n].text), "  peak %s", rate);
	out[n++].style = STYLE_DIM;
	if (!rx && now->flags & IFF_LOOPBACK)
		return n;		/* it is what is received */
	if (now->no_stats) {
		put_count(&out[n++], rx ? i->seen.rx_packets : i->seen.tx_packets, "captured", false);
	} else if (ifcell_packets(i, own) && ifcell_captured(i, captured)) {
		put_count(&out[n++], own[!rx], "packets", false);
		put_count(&out[n++], captured[!rx], "captured",
			  captured[!rx] < own[!rx] / 1000 * 999);
	} else {
		put_count(&out[n++], rx ? now->rx_packets : now->tx_packets, "packets", false);
		put_count(&out[n++], dropped, "dropped",
			  base->ifindex && dropped > (rx ? base->rx_dropped : base->tx_dropped));
	}
	return n;
}

/* A title, and the graph of the past between what is received and what is sent. */
static void paint_panel(const struct ui *u, struct grid *g, int y, int h, const struct iface *iface)
{
	const struct ifpast *past = ifhistory_find(&u->ifaces.history, iface);
	static const uint64_t none[1] = { 0 };
	struct mirror graph = { past ? past->rx_bps : none, past ? past->tx_bps : none,
				past ? past->count : 0 };
	int half = (h - 1) / 2 < HALF_MAX ? (h - 1) / 2 : HALF_MAX;
	int x = 1 + FACTS_CELLS, w = g->width - x - 1;
	struct fact facts[FACTS];
	unsigned n, i, way;

	paint_panel_title(u, g, y, iface);
	for (way = 0; way < 2; way++) {
		n = make_facts(u, iface, &graph, w, way == 0, facts);
		for (i = 0; i < n && (int)i < half; i++)
			grid_ellipsis(g, 2, y + 1 + (int)way * half + (int)i, FACTS_CELLS - 2,
				      facts[i].style, facts[i].text);
	}
	if (w >= GRAPH_MIN)
		mirror_paint(&graph, g, x, y + 1, w, half);
}

/* As many as have room, the selected one among them, in the order of the list. */
static void paint_panels(const struct ui *u, struct grid *g, int y, int h)
{
	const struct ifacelist *l = &u->ifaces;
	unsigned count = l->table.count, shown = (unsigned)(h / PANEL_LINES), first = 0, i;

	if (h < PANEL_MIN || !count)
		return;
	shown = shown < 1 ? 1 : shown > count ? count : shown;
	if (l->table.selected >= shown)
		first = l->table.selected - shown + 1;
	for (i = 0; i < shown; i++) {
		const struct iface *iface = iface_of(u, first + i);
		int each = h / (int)shown;

		each = each < 1 + 2 * HALF_MAX + 1 ? each : 1 + 2 * HALF_MAX + 1;
		if (iface)
			paint_panel(u, g, y + (int)i * each, each, iface);
	}
}

static void paint_empty(const struct ui *u, struct grid *g, int y)
{
	grid_text(g, 1, y, g->width - 2, STYLE_DIM,
		  model_host(ui_model(u))->offline ?
			  "a capture file does not tell of interfaces and their own counters" :
			  "no interface is known yet");
}

static void paint(struct ui *u, struct grid *g, int y, int h)
{
	struct ifacelist *l = &u->ifaces;
	int top = h >= CAPTURE_FROM ? 2 : h > 1 ? 1 : 0, list = h - top;
	uint32_t i;

	find_places(l, ui_model(u));
	u->list_y = top;
	table_place(&l->table, l->place_count, line_of(l, l->table.ident));
	if (l->table.ident && l->table.count)	/* one that is gone: go on with what is in its place */
		l->table.ident = l->places[l->table.selected].ident;
	if (list - (int)l->table.count - 1 < PANEL_MIN && list > 3 * PANEL_MIN)
		list = list - PANEL_MIN - 1;	/* a long list leaves room for one panel */
	table_fit(&l->table, list);
	measure(u);
	layout_fit(&l->layout, g->width);
	if (h >= CAPTURE_FROM)
		paint_capture(u, g, y);
	if (top)
		paint_headings(&l->layout, g, y + top - 1);
	for (i = 0; i < l->table.page && l->table.top + i < l->table.count; i++) {
		const struct iface *iface = iface_of(u, l->table.top + i);

		if (iface)
			paint_line(u, g, y + top + (int)i, iface);
		if (l->table.top + i == l->table.selected) {
			grid_restyle(g, 0, y + top + (int)i, g->width, STYLE_SELECTED);
			grid_text(g, 0, y + top + (int)i, 1, STYLE_SELECTED, "▌");
		}
	}
	if (!l->table.count && top)
		paint_empty(u, g, y + top);
	paint_panels(u, g, y + top + (int)i + 1, h - top - (int)i - 1);
}

static void follow(struct ui *u)
{
	struct ifacelist *l = &u->ifaces;

	if (l->table.selected < l->place_count)
		l->table.ident = l->places[l->table.selected].ident;
}

static void move(struct ui *u, enum move m)
{
	table_move(&u->ifaces.table, m);
	follow(u);
	if (m == MOVE_FIRST)
		u->ifaces.table.ident = 0;	/* stay at the top, whatever comes there */
}

static void click(struct ui *u, int x, int y, bool twice)
{
	struct table *t = &u->ifaces.table;
	uint32_t line = t->top + (uint32_t)(y - u->list_y);

	(void)x;
	if (y < u->list_y || line >= t->count || line - t->top >= t->page)
		return;
	table_select(t, line);
	follow(u);
	if (twice)
		ifaces_connections(u);
}

void ifaces_connections(struct ui *u)
{
	const struct iface *iface = iface_of(u, u->ifaces.table.selected);
	char filter[EVENT_NAME_MAX + 16];
	struct filter_error err;

	if (!iface) {
		ui_say(u, STYLE_DIM, "there is no interface here");
		return;
	}
	snprintf(filter, sizeof(filter), "iface = \"%.*s\"", EVENT_NAME_MAX, iface->rec.name);
	if (rows_set_filter(&u->rows, filter, &err)) {
		ui_say(u, STYLE_TROUBLE, "its name cannot be a filter: %s", err.msg.text);
		return;
	}
	ui_open_view(u, &view_conns);
}

const struct view view_ifaces = {
	.name = "Interfaces",
	.numbered = true,
	.where = IN_IFACES,
	.paint = paint,
	.move = move,
	.click = click,
};
