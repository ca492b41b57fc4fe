/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands: one row each, with a small function where the work is not another file's. Does not
 * parse keys that a prompt or a menu takes.
 */
#include "ui/commands.h"

#include <stdio.h>
#include <string.h>

#include "ui/killask.h"
#include "ui/menus.h"
#include "ui/saveas.h"

static void run_move(struct ui *u, int arg)
{
	u->view->move(u, (enum move)arg);
}

static void run_details(struct ui *u, int arg)
{
	struct row row;

	(void)arg;
	if (rows_group(&u->rows, u->table.selected)) {
		conns_toggle_group(u);
		return;
	}
	if (!ui_selected_row(u, &row)) {
		ui_say(u, STYLE_DIM, "there is no row here to show the details of");
		return;
	}
	ui_follow_selection(u);
	ui_open_details(u);
}

static void run_event_details(struct ui *u, int arg)
{
	(void)arg;
	events_details(u);
}

static void run_iface_connections(struct ui *u, int arg)
{
	(void)arg;
	ifaces_connections(u);
}

static void run_fold(struct ui *u, int arg)
{
	conns_set_group(u, arg);
}

static void run_next_row(struct ui *u, int arg)
{
	detail_step(u, arg > 0);
}

/* From the innermost outwards: a view on top, the filter, a file that is being read, the notices. */
static void run_back(struct ui *u, int arg)
{
	struct filter_error ignored;

	(void)arg;
	if (u->view == &view_help)
		ui_open_view(u, u->back);
	else if (u->view == &view_detail)
		ui_open_view(u, u->detail_back);
	else if (u->view == &view_events && events_clear_search(u))
		return;
	else if (u->view == &view_conns && u->rows.text[0])
		rows_set_filter(&u->rows, "", &ignored);
	else if (reading_is_on(u) && !app_was_cut(u->app))
		app_cut_file(u->app);
	else if (u->notices_shown || u->drops_shown)
		ui_hide_notices(u);
}

static void run_filter(struct ui *u, int arg)
{
	(void)arg;
	filter_open(u);
}

static void run_search(struct ui *u, int arg)
{
	(void)arg;
	events_search(u);
}

static void run_sort(struct ui *u, int arg)
{
	(void)arg;
	menu_open_sort(u);
}

static void run_reverse(struct ui *u, int arg)
{
	(void)arg;
	rows_set_sort(&u->rows, u->rows.query.sort, !u->rows.query.descending);
}

static void run_sort_step(struct ui *u, int arg)
{
	menu_step_sort(u, arg);
}

static void run_group(struct ui *u, int arg)
{
	(void)arg;
	menu_open_group(u);
}

static void run_columns(struct ui *u, int arg)
{
	(void)arg;
	menu_open_columns(u);
}

static void run_tcp(struct ui *u, int arg)
{
	(void)arg;
	rows_toggle(&u->rows, &u->rows.no_tcp);
}

static void run_udp(struct ui *u, int arg)
{
	(void)arg;
	rows_toggle(&u->rows, &u->rows.no_udp);
}

static void run_unix(struct ui *u, int arg)
{
	(void)arg;
	rows_toggle(&u->rows, &u->rows.with_unix);
	ui_say(u, STYLE_DIM, "unix sockets are %s", u->rows.with_unix ? "shown" : "not shown");
}

static void run_over(struct ui *u, int arg)
{
	(void)arg;
	rows_toggle(&u->rows, &u->rows.no_over);
}

static void run_only(struct ui *u, int arg)
{
	rows_set_only(&u->rows, u->rows.only == arg ? ONLY_ALL : (enum only)arg);
}

static void run_mark(struct ui *u, int arg)
{
	uint64_t ident = rows_ident(&u->rows, ui_model(u), u->table.selected);

	(void)arg;
	if (rows_group(&u->rows, u->table.selected)) {
		conns_toggle_group(u);
		return;
	}
	if (!ident)
		return;
	if (idset_has(&u->rows.marks, ident))
		idset_remove(&u->rows.marks, ident);
	else if (!idset_add(&u->rows.marks, ident))
		ui_say(u, STYLE_TROUBLE, "no more than %d rows can be marked", IDSET_MAX);
	u->view->move(u, MOVE_DOWN);
}

static void run_pause(struct ui *u, int arg)
{
	(void)arg;
	app_pause(u->app, !app_paused(u->app));
}

static void run_freeze(struct ui *u, int arg)
{
	(void)arg;
	rows_freeze(&u->rows, !u->rows.frozen);
}

static void run_bits(struct ui *u, int arg)
{
	(void)arg;
	u->bits = !u->bits;
}

static void run_names(struct ui *u, int arg)
{
	(void)arg;
	rows_toggle(&u->rows, &u->rows.query.names);
	ui_say(u, STYLE_DIM, u->rows.query.names ?
	       "addresses are shown by the names learned for them, where there are any" :
	       "addresses are shown as numbers");
}

static void run_export(struct ui *u, int arg)
{
	(void)arg;
	saveas_open(u);
}

static void run_kill(struct ui *u, int arg)
{
	(void)arg;
	killask_open(u);
}

static void run_reset(struct ui *u, int arg)
{
	(void)arg;
	conns_reset(u);
	ui_say(u, STYLE_DIM, "the view is as at the start");
}

static void run_view_step(struct ui *u, int arg)
{
	ui_step_view(u, arg);
}

static void run_view(struct ui *u, int arg)
{
	const struct view *v = view_at((unsigned)arg - 1);

	if (v && v->numbered)
		ui_open_view(u, v);
}

static void run_help(struct ui *u, int arg)
{
	(void)arg;
	u->back = u->view;
	u->help_top = 0;
	ui_open_view(u, &view_help);
}

static void run_repaint(struct ui *u, int arg)
{
	(void)arg;
	u->repaint = true;
}

static void run_suspend(struct ui *u, int arg)
{
	(void)arg;
	u->suspend = true;
}

static void run_quit(struct ui *u, int arg)
{
	(void)arg;
	u->quit = true;
}

static const struct command commands[] = {
	{ { KEY_F0_ + 1, '?' }, "Help", "this screen",
	  IN_ALL & ~IN_HELP, COMMANDS_PROGRAM, 1, run_help, 0 },
	{ { KEY_ESC_ }, "Back", "go back", IN_DETAIL | IN_HELP, COMMANDS_PROGRAM, 2, run_back, 0 },
	{ { KEY_ESC_ }, NULL, "clear the filter; then stop reading a file, or put the notice away",
	  IN_LIST | IN_EVENTS | IN_IFACES, COMMANDS_ROWS, 0, run_back, 0 },

	{ { KEY_DOWN_, 'j' }, NULL, "down",
	  IN_ALL & ~IN_DETAIL, COMMANDS_MOVE, 0, run_move, MOVE_DOWN },
	{ { KEY_UP_, 'k' }, NULL, "up",
	  IN_ALL & ~IN_DETAIL, COMMANDS_MOVE, 0, run_move, MOVE_UP },
	{ { 'j' }, "Next", "in the details: the next row",
	  IN_DETAIL, COMMANDS_MOVE, 3, run_next_row, 1 },
	{ { 'k' }, "Previous", "in the details: the previous row",
	  IN_DETAIL, COMMANDS_MOVE, 4, run_next_row, -1 },
	{ { KEY_DOWN_ }, NULL, "in the details: scroll down",
	  IN_DETAIL, COMMANDS_MOVE, 0, run_move, MOVE_DOWN },
	{ { KEY_UP_ }, NULL, "in the details: scroll up",
	  IN_DETAIL, COMMANDS_MOVE, 0, run_move, MOVE_UP },
	{ { KEY_PGDN_, KEY_CTRL_('f') }, NULL, "a page down",
	  IN_ALL, COMMANDS_MOVE, 0, run_move, MOVE_PAGE_DOWN },
	{ { KEY_PGUP_, KEY_CTRL_('b') }, NULL, "a page up",
	  IN_ALL, COMMANDS_MOVE, 0, run_move, MOVE_PAGE_UP },
	{ { KEY_HOME_, 'g' }, NULL, "to the first row, and stay there",
	  IN_ALL, COMMANDS_MOVE, 0, run_move, MOVE_FIRST },
	{ { KEY_END_, 'G' }, NULL, "to the last row",
	  IN_ALL, COMMANDS_MOVE, 0, run_move, MOVE_LAST },
	{ { KEY_ENTER_ }, "Details", "details of the row; open or close a group",
	  IN_LIST, COMMANDS_MOVE, 6, run_details, 0 },
	{ { KEY_ENTER_ }, "Details", "in the events: details of its socket",
	  IN_EVENTS, COMMANDS_MOVE, 3, run_event_details, 0 },
	{ { KEY_ENTER_ }, "Connections", "in the interfaces: the connections seen on it",
	  IN_IFACES, COMMANDS_MOVE, 3, run_iface_connections, 0 },
	{ { KEY_RIGHT_ }, NULL, "open the group", IN_LIST, COMMANDS_MOVE, 0, run_fold, 1 },
	{ { KEY_LEFT_ }, NULL, "close the group", IN_LIST, COMMANDS_MOVE, 0, run_fold, 0 },
	{ { KEY_TAB_ }, NULL, "next view", IN_ALL, COMMANDS_MOVE, 0, run_view_step, 1 },
	{ { KEY_BACKTAB_ }, NULL, "previous view", IN_ALL, COMMANDS_MOVE, 0, run_view_step, -1 },
	{ { '1' }, NULL, "connections", IN_ALL, COMMANDS_MOVE, 0, run_view, 1 },
	{ { '2' }, NULL, "events: what opened, and what ended how",
	  IN_ALL, COMMANDS_MOVE, 0, run_view, 2 },
	{ { '3' }, NULL, "interfaces: what they carry, and what of it was captured",
	  IN_ALL, COMMANDS_MOVE, 0, run_view, 3 },

	{ { '/' }, "Filter", "filter the rows", IN_LIST, COMMANDS_ROWS, 2, run_filter, 0 },
	{ { '/' }, "Search", "in the events: show those with these words",
	  IN_EVENTS, COMMANDS_ROWS, 2, run_search, 0 },
	{ { 's' }, "Sort", "choose what to sort by", IN_LIST, COMMANDS_ROWS, 3, run_sort, 0 },
	{ { 'S' }, NULL, "sort the other way round", IN_LIST, COMMANDS_ROWS, 0, run_reverse, 0 },
	{ { '<' }, NULL, "sort by the column on the left",
	  IN_LIST, COMMANDS_ROWS, 0, run_sort_step, -1 },
	{ { '>' }, NULL, "sort by the column on the right",
	  IN_LIST, COMMANDS_ROWS, 0, run_sort_step, 1 },
	{ { 'a' }, "Group", "group the rows", IN_LIST, COMMANDS_ROWS, 4, run_group, 0 },
	{ { 't' }, NULL, "TCP on and off", IN_LIST, COMMANDS_ROWS, 0, run_tcp, 0 },
	{ { 'u' }, NULL, "UDP on and off", IN_LIST, COMMANDS_ROWS, 0, run_udp, 0 },
	{ { 'X' }, NULL, "unix sockets on and off", IN_LIST, COMMANDS_ROWS, 0, run_unix, 0,
	  .of_host = true },
	{ { 'l' }, NULL, "listening sockets only, and all",
	  IN_LIST, COMMANDS_ROWS, 0, run_only, ONLY_LISTENING,
	  .of_host = true },
	{ { 'e' }, NULL, "established only, and all",
	  IN_LIST, COMMANDS_ROWS, 0, run_only, ONLY_ESTABLISHED,
	  .of_host = true },
	{ { 'w' }, NULL, "TIME_WAIT and closed rows on and off",
	  IN_LIST, COMMANDS_ROWS, 0, run_over, 0 },
	{ { ' ' }, NULL, "mark the row; open or close a group",
	  IN_LIST, COMMANDS_ROWS, 0, run_mark, 0 },
	{ { 'r' }, NULL, "reset filter, order, groups and columns",
	  IN_LIST, COMMANDS_ROWS, 0, run_reset, 0 },

	{ { 'c' }, "Columns", "choose the columns", IN_LIST, COMMANDS_SHOW, 9, run_columns, 0 },
	{ { 'p' }, "Pause", "pause and go on; nothing is lost meanwhile",
	  IN_ALL, COMMANDS_SHOW, 8, run_pause, 0 },
	{ { 'f' }, NULL, "freeze the order: values move, rows stay",
	  IN_LIST, COMMANDS_SHOW, 0, run_freeze, 0 },
	{ { 'b' }, NULL, "rates in bits or bytes", IN_ALL, COMMANDS_SHOW, 0, run_bits, 0 },
	{ { 'n' }, NULL, "names learned from DNS, or numbers", IN_ALL, COMMANDS_SHOW, 0, run_names, 0 },

	{ { 'K' }, "Kill", "destroy the marked sockets of the list, or the selected one; asks",
	  IN_LIST | IN_DETAIL, COMMANDS_PROGRAM, 5, run_kill, 0,
	  .of_host = true },
	{ { 'x' }, "Export", "write the rows to a file",
	  IN_LIST | IN_DETAIL, COMMANDS_PROGRAM, 7, run_export, 0 },
	{ { KEY_CTRL_('l') }, NULL, "repaint the screen",
	  IN_ALL, COMMANDS_PROGRAM, 0, run_repaint, 0 },
	{ { KEY_CTRL_('z') }, NULL, "suspend; fg comes back",
	  IN_ALL, COMMANDS_PROGRAM, 0, run_suspend, 0 },
	{ { 'q', KEY_F0_ + 10 }, "Quit", "quit", IN_ALL, COMMANDS_PROGRAM, 1, run_quit, 0 },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

const struct command *command_at(unsigned i)
{
	return i < COMMANDS ? &commands[i] : NULL;
}

const struct command *command_find(uint32_t key, enum where where)
{
	unsigned i, k;

	for (i = 0; key && i < COMMANDS; i++) {
		for (k = 0; k < COMMAND_KEYS && (commands[i].where & where); k++) {
			if (commands[i].keys[k] == key)
				return &commands[i];
		}
	}
	return NULL;
}

bool command_serves(const struct ui *u, const struct command *c)
{
	return !c->of_host || !ui_is_of_file(u);
}

const char *command_group_title(enum command_group g)
{
	static const char *const titles[COMMAND_GROUPS] = {
		[COMMANDS_MOVE] = "Moving",
		[COMMANDS_ROWS] = "Which rows, in which order",
		[COMMANDS_SHOW] = "How they are shown",
		[COMMANDS_PROGRAM] = "The program",
	};

	return titles[g];
}
