/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the reading of a capture file has come: one line while it lasts, and until all flows are
 * in the list. Stopping is a command's (commands.c); that the file was not read to its end is then
 * told by the header.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "ui/ui.h"
#include "ui/view.h"

#define SURE_AFTER_NS NSEC_PER_SEC	/* before, a rate says little */

enum { BAR_MIN = 8, BAR_MAX = 40, HINT_FROM = 100 };

bool reading_is_on(const struct ui *u)
{
	uint64_t at, size;

	return !app_file_done(u->app) && app_file_progress(u->app, &at, &size);
}

/* At the pace so far; 0: not to be told yet. */
static uint64_t left_ns(const struct ui *u, uint64_t at, uint64_t size)
{
	uint64_t gone_ns = u->mono_ns - u->read_since_ns;

	if (gone_ns < SURE_AFTER_NS || !at || at >= size)
		return 0;
	return (uint64_t)((double)gone_ns * (double)(size - at) / (double)at);
}

/* All was read, or the reader wants no more: what is left to do is to list it. */
static bool is_listing(const struct ui *u, uint64_t at, uint64_t size)
{
	return app_was_cut(u->app) || (size && at >= size);
}

static void add_listed(struct pieces *p, const struct ui *u)
{
	uint32_t listed = model_row_count(ui_model(u));
	uint64_t flows = model_capture(ui_model(u))->totals.live_flows;
	char done[32], all[32];

	human_thousands(done, sizeof(done), listed);
	human_thousands(all, sizeof(all), flows > listed ? flows : listed);
	pieces_add(p, 1, STYLE_NORMAL, "listing %s of %s flows", done, all);
}

static void add_amount(struct pieces *p, const struct ui *u, uint64_t at, uint64_t size)
{
	char done[24], all[24], left[24];

	human_bytes(done, sizeof(done), at);
	if (!size) {
		pieces_add(p, 1, STYLE_NORMAL, "%s so far", done);
		return;
	}
	human_bytes(all, sizeof(all), size);
	pieces_add(p, 0, STYLE_TITLE, "%u %%",
		   at < size ? (unsigned)((double)at * 100 / (double)size) : 100);
	pieces_add(p, 4, STYLE_NORMAL, "%s of %s", done, all);
	if (left_ns(u, at, size)) {
		human_age(left, sizeof(left), left_ns(u, at, size));
		pieces_add(p, 3, STYLE_NORMAL, "%s left", left);
	}
}

/* Nothing else that Esc would take back first. */
static bool esc_stops(const struct ui *u)
{
	if (u->dialog || u->menu_choose)
		return false;
	return (u->view == &view_conns && !u->rows.text[0]) ||
	       (u->view == &view_events && !u->events.search[0]) || u->view == &view_ifaces;
}

void reading_paint(const struct ui *u, struct grid *g, int y)
{
	struct pieces p = { .count = 0 };
	uint64_t at = 0, size = 0;
	int bar;

	app_file_progress(u->app, &at, &size);
	if (is_listing(u, at, size)) {
		add_listed(&p, u);
		pieces_fit(&p, g->width);
		pieces_paint(&p, g, y);
		return;
	}
	pieces_add(&p, 1, STYLE_NORMAL, "reading %s", model_capture(ui_model(u))->interfaces);
	bar = size ? pieces_add_space(&p, 2, BAR_MIN) : -1;
	add_amount(&p, u, at, size);
	if (esc_stops(u)) {
		pieces_right(&p);
		pieces_add(&p, 2, STYLE_DIM, g->width < HINT_FROM ?
			   "Esc stops" : "Esc stops and keeps what was read");
	}
	pieces_fit(&p, g->width);
	if (bar >= 0 && p.piece[bar].shown) {
		p.piece[bar].cells += p.gap < BAR_MAX - BAR_MIN ? p.gap : BAR_MAX - BAR_MIN;
		pieces_fit(&p, g->width);
		grid_bar(g, p.piece[bar].x, y, p.piece[bar].cells, STYLE_RX, at, size);
	}
	pieces_paint(&p, g, y);
}
