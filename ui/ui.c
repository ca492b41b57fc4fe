/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame: gives keys to whom they belong, and stacks header, body, bottom lines and function
 * bar. Knows neither what a view shows nor what a command does.
 */
#include "ui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ui/commands.h"
#include "ui/slots.h"
#include "ui/view.h"

enum { BAR_FROM = 5, BOTTOM_FROM = 4 };		/* lines of screen that each needs */

/* What is not shown need not be asked of the kernel. */
static void tell_wanted(struct ui *u)
{
	uint32_t wanted = rows_wanted_protos(&u->rows);

	if (wanted != u->wanted)
		app_want_protos(u->app, wanted);
	u->wanted = wanted;
}

struct ui *ui_new(struct app *app)
{
	struct ui *u = xcalloc(1, sizeof(*u));
	const struct options *opt = app_options(app);

	u->app = app;
	u->view = u->back = u->detail_back = &view_conns;
	u->watched = MODEL_NONE;
	rows_init(&u->rows, opt);
	slots_init(&u->layout, opt->cols, opt->col_count, ui_is_of_file(u));
	u->table.page = 1;
	events_init(u);
	ifaces_init(u);
	tell_wanted(u);
	u->bar_y = u->tabs_y = -1;
	u->dirty = true;
	return u;
}

void ui_free(struct ui *u)
{
	if (!u)
		return;
	app_watch(u->app, MODEL_NONE);
	rows_fini(&u->rows);
	events_fini(u);
	ifaces_fini(u);
	free(u);
}

void ui_say(struct ui *u, enum style st, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(u->said, sizeof(u->said), fmt, args);
	va_end(args);
	u->said_style = st;
}

void ui_open_view(struct ui *u, const struct view *v)
{
	u->view = v;
	/* j and k walk the list as it was when the details were opened. */
	rows_hold(&u->rows, v == &view_detail || (v == &view_help && u->back == &view_detail));
}

void ui_open_details(struct ui *u)
{
	u->detail_back = u->view;
	u->detail_top = 0;
	ui_open_view(u, &view_detail);
}

/* The app reads more of the row that is looked at closely. */
static void tell_watched(struct ui *u)
{
	struct row row;
	uint32_t id = MODEL_NONE;

	if (u->view == &view_detail && !u->selected_gone && ui_selected_row(u, &row))
		id = u->rows.lines[u->table.selected].id;
	if (id != u->watched)
		app_watch(u->app, id);
	u->watched = id;
}

/* The numbered views stand first in the table. */
void ui_step_view(struct ui *u, int by)
{
	unsigned count = 0, now = 0;

	while (view_at(count) && view_at(count)->numbered) {
		if (view_at(count) == ui_tab(u))
			now = count;
		count++;
	}
	ui_open_view(u, view_at((now + count + (unsigned)by) % count));
}

uint32_t ui_scrolled(uint32_t top, enum move m, int page)
{
	const int by[] = {
		[MOVE_UP] = -1,		     [MOVE_DOWN] = 1,		  [MOVE_PAGE_UP] = -page,
		[MOVE_PAGE_DOWN] = page,     [MOVE_FIRST] = -INT16_MAX,	  [MOVE_LAST] = INT16_MAX,
		[MOVE_WHEEL_UP] = -3,	     [MOVE_WHEEL_DOWN] = 3,
	};
	int64_t to = (int64_t)top + by[m];

	return to < 0 ? 0 : to > INT16_MAX ? INT16_MAX : (uint32_t)to;
}

void ui_open_menu(struct ui *u, const char *title, bool many,
		  void (*choose)(struct ui *u, uint32_t value))
{
	menu_start(&u->menu, title, many);
	u->menu_choose = choose;
}

bool ui_row(const struct ui *u, uint32_t id, struct row *out)
{
	if (!model_row(ui_model(u), id, out))
		return false;
	out->names = u->rows.query.names;
	return true;
}

bool ui_selected_row(const struct ui *u, struct row *out)
{
	uint32_t line = u->table.selected;

	if (line >= u->rows.count || u->rows.lines[line].is_group)
		return false;
	return ui_row(u, u->rows.lines[line].id, out);
}

void ui_follow_selection(struct ui *u)
{
	uint32_t line = u->table.selected;

	u->table.ident = rows_ident(&u->rows, ui_model(u), line);
	u->selected_id = line < u->rows.count ? u->rows.lines[line].id : 0;
	u->selected_gone = false;
}

void ui_refresh_rows(struct ui *u)
{
	int64_t at;

	if (!rows_update(&u->rows, ui_model(u)))
		return;
	at = rows_find(&u->rows, ui_model(u), u->table.ident, u->selected_id);
	table_place(&u->table, u->rows.count, at);
	if (!u->table.ident)
		return;
	u->selected_gone = at < 0;
	/* Details of what is gone stay as they were; the list goes on with what is in its place. */
	if (at < 0 && u->view != &view_detail)
		ui_follow_selection(u);
}

static void menu_key_pressed(struct ui *u, const struct key *k)
{
	void (*choose)(struct ui *u, uint32_t value) = u->menu_choose;
	enum menu_result result = menu_key(&u->menu, k);

	if (result == MENU_CLOSED || (result == MENU_CHOSEN && !u->menu.many))
		u->menu_choose = NULL;
	if (result == MENU_CHOSEN)
		choose(u, menu_chosen(&u->menu)->value);
}

static void run(struct ui *u, const struct command *c)
{
	if (c)
		c->run(u, c->arg);
}

static void tab_pressed(struct ui *u, int x)
{
	unsigned i;

	for (i = 0; i < u->tab_count; i++) {
		if (x >= u->tabs[i].x && x < u->tabs[i].x + u->tabs[i].w)
			ui_open_view(u, u->tabs[i].view);
	}
}

static void mouse_pressed(struct ui *u, const struct key *k)
{
	bool twice = k->mouse == MOUSE_DOUBLE;

	if (k->mouse == MOUSE_WHEEL_UP)
		u->view->move(u, MOVE_WHEEL_UP);
	else if (k->mouse == MOUSE_WHEEL_DOWN)
		u->view->move(u, MOVE_WHEEL_DOWN);
	else if (k->y == u->bar_y)
		run(u, commands_bar_at(u, k->x));
	else if (k->y == u->tabs_y)
		tab_pressed(u, k->x);
	else if (k->y >= u->body_y && k->y < u->body_y + u->body_h)
		u->view->click(u, k->x, k->y - u->body_y, twice);
}

static void command_pressed(struct ui *u, const struct key *k)
{
	const struct command *c = command_find(k->code, u->view->where);

	if (c && command_serves(u, c))
		run(u, c);
	else if (c)
		ui_say(u, STYLE_TROUBLE, "there are no sockets in a file: ? for the keys that serve");
	else
		ui_say(u, STYLE_TROUBLE, "no such key here: ? for help");
}

void ui_key(struct ui *u, const struct key *k)
{
	u->said[0] = '\0';
	u->dirty = true;
	if (u->dialog)
		u->dialog->key(u, k);
	else if (u->menu_choose)
		menu_key_pressed(u, k);
	else if (k->code == KEY_MOUSE_)
		mouse_pressed(u, k);
	else
		command_pressed(u, k);
	tell_wanted(u);
	/* The next key acts on what this one made of the list. */
	if (u->rows.stale)
		ui_refresh_rows(u);
}

/*
 * The lines for an open prompt, or for what narrows the list (`narrowed`: 0 or 1) and the function
 * bar.
 */
static int bottom_height(const struct ui *u, const struct grid *g, int narrowed)
{
	int lines = 0;

	if (u->dialog)
		lines = u->dialog->height(u, g->width);
	else if (g->height >= BOTTOM_FROM)
		lines = narrowed + (g->height >= BAR_FROM || u->said[0]);
	return lines < g->height ? lines : g->height;
}

static void paint_bottom(struct ui *u, struct grid *g, int y, int narrowed)
{
	u->bar_y = -1;
	grid_fill(g, 0, y, g->width, g->height - y, STYLE_NORMAL, ' ');
	if (u->dialog) {
		u->dialog->paint(u, g, y);
		return;
	}
	if (y < g->height && narrowed)
		filter_line_paint(u, g, y++);
	if (y >= g->height)
		return;
	/* What the program has to say stands in the place of the bar until the next key. */
	if (u->said[0])
		grid_ellipsis(g, 1, y, g->width - 1, u->said_style, u->said);
	else
		commands_paint_bar(u, g, y);
}

void ui_paint(struct ui *u, struct grid *g)
{
	int bottom, narrowed;

	u->painted_version = model_version(ui_model(u));
	u->screen_h = g->height;
	ifaces_take(u);
	ui_refresh_rows(u);
	grid_blank(g);
	u->body_y = header_paint(u, g);
	if (u->layout.width != g->width)	/* which columns are there decides what has to be said below */
		layout_fit(&u->layout, g->width);
	narrowed = filter_line_height(u);
	bottom = g->height - bottom_height(u, g, narrowed);
	u->body_h = bottom > u->body_y ? bottom - u->body_y : 0;
	if (u->body_h)
		u->view->paint(u, g, u->body_y, u->body_h);
	paint_bottom(u, g, bottom, narrowed);
	if (u->menu_choose)
		menu_paint(&u->menu, g);
	tell_watched(u);
	u->dirty = false;
}

void ui_tell_time(struct ui *u, uint64_t mono_ns)
{
	if (!u->read_since_ns)
		u->read_since_ns = mono_ns;
	u->mono_ns = mono_ns;
	if (mono_ns >= ui_due_ns(u))
		filter_settle(u);
}

uint64_t ui_due_ns(const struct ui *u)
{
	return u->filter_due_ns ? u->filter_due_ns : UINT64_MAX;
}

bool ui_wants_quit(const struct ui *u)
{
	return u->quit;
}

bool ui_take_repaint(struct ui *u)
{
	bool asked = u->repaint;

	u->repaint = false;
	return asked;
}

bool ui_take_suspend(struct ui *u)
{
	bool asked = u->suspend;

	u->suspend = false;
	return asked;
}

bool ui_dirty(const struct ui *u)
{
	return u->dirty || u->rows.stale;
}

/* Rows whose query was put off want another paint. */
bool ui_behind(const struct ui *u)
{
	return u->painted_version != model_version(ui_model(u)) ||
	       rows_want_update(&u->rows, ui_model(u));
}
