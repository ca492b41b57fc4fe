/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the UI share: its state, and the struct of operations that a view is.
 *
 * A view paints the body of the screen and moves about in it. All else that a key does is a command
 * (commands.c) or belongs to a dialog, which takes all keys while it is open: a prompt at the
 * bottom, or a menu over the screen. ui.c owns the frame: header, tabs, body, bottom lines,
 * function bar.
 *
 * Keys act on what the screen shows: the rows change while painting, or when a key changed the
 * query.
 */
#ifndef SOCKMON_UI_VIEW_H
#define SOCKMON_UI_VIEW_H

#include "app.h"
#include "ui/cards.h"
#include "ui/grid.h"
#include "ui/ifhistory.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/menu.h"
#include "ui/pieces.h"
#include "ui/prompt.h"
#include "ui/rows.h"
#include "ui/table.h"

struct ui;
struct command;

/* Where a command serves: bits. */
enum where {
	IN_LIST = 1,
	IN_DETAIL = 2,
	IN_HELP = 4,
	IN_EVENTS = 8,
	IN_IFACES = 16,
	IN_ALL = IN_LIST | IN_DETAIL | IN_HELP | IN_EVENTS | IN_IFACES
};

struct view {
	const char *name;		/* in the tab */
	bool numbered;			/* has a tab and a digit */
	enum where where;
	void (*paint)(struct ui *u, struct grid *g, int y, int h);
	void (*move)(struct ui *u, enum move m);
	void (*click)(struct ui *u, int x, int y, bool twice);	/* y: line of the body */
};

const struct view *view_at(unsigned i);			/* numbered ones first; NULL past the end */
extern const struct view view_conns, view_detail, view_events, view_help, view_ifaces;

/* A prompt at the bottom. It has all keys. */
struct dialog {
	void (*key)(struct ui *u, const struct key *k);
	int (*height)(const struct ui *u, int width);		/* lines that it needs */
	void (*paint)(struct ui *u, struct grid *g, int y);	/* in the last height() lines of the screen */
};

extern const struct dialog dialog_filter, dialog_export, dialog_overwrite;
extern const struct dialog dialog_kill, dialog_killed, dialog_search;

enum { UI_BAR_MAX = 24, UI_TABS_MAX = 9, KILL_MAX = IDSET_MAX, KILL_TOLD_MAX = 8, KILL_TEXT = 256 };

/* An item of the function bar, where it was painted. */
struct barspot {
	const struct command *command;
	int x, w;
};

struct tabspot {
	const struct view *view;
	int x, w;
};

/*
 * What a question is open about: a row's number may become another's, its identity cannot.
 */
struct killtarget {
	uint32_t id;
	uint64_t ident;
};

/* What became of one that was to die. */
struct killtold {
	int error;				/* 0: it is destroyed */
	char who[KILL_TEXT];
};

struct killlist {
	uint32_t count;
	uint32_t passed_over;			/* marked, but without a socket that lives */
	uint32_t hidden;			/* marked, but not in the list as it is shown */
	struct killtarget target[KILL_MAX];
	uint32_t told_count;			/* 0: there were too many to tell of each */
	struct killtold told[KILL_TOLD_MAX];
};

/* The log of lives as it is shown. An entry's serial is its number since the start, from 1. */
struct eventlist {
	struct table table;			/* over its lines; ident is the serial */
	struct layout layout;
	uint64_t total;				/* entries ever, when it was painted */
	char search[PROMPT_SIZE];		/* "" = all are shown */
	char search_before[PROMPT_SIZE];	/* what Esc restores */
	struct prompt prompt;
	uint64_t *found;			/* owned; serials of what matches, ascending */
	char found_for[PROMPT_SIZE];		/* the search that they match */
	uint64_t found_version;			/* and the log, but for what was added since */
	uint64_t settled;			/* up to this serial all were looked at for good */
	uint32_t settled_count;			/* of found[] */
};

/* A line of the interfaces, as painted. */
struct ifplace {
	uint64_t load;				/* what they are sorted by */
	uint64_t ident;				/* namespace and index; never 0 */
	uint32_t at;				/* in the model's order */
};

/* The interfaces as they are shown. */
struct ifacelist {
	struct table table;			/* over places */
	struct layout layout;
	struct ifhistory history;
	struct ifplace *places;			/* owned */
	unsigned place_count, place_cap;
};

struct ui {
	struct app *app;			/* borrowed */
	const struct view *view;
	const struct view *back;		/* where help was opened from */
	const struct view *detail_back;		/* and the details */
	const struct dialog *dialog;		/* NULL: keys are commands */
	void (*menu_choose)(struct ui *u, uint32_t value);	/* NULL: no menu is open */
	struct menu menu;
	struct prompt filter_prompt, export_prompt;

	struct rows rows;
	struct table table;			/* over rows.lines */
	uint32_t selected_id;			/* row id of the selected line, to find it fast */
	bool selected_gone;			/* details: the row that they show is no more */
	struct layout layout;
	bool bits;

	struct eventlist events;
	struct ifacelist ifaces;
	struct killlist kill;
	uint32_t watched;			/* what the app knows that the details show */
	uint32_t wanted;			/* kinds of sockets that it was asked for */

	struct pieces who;			/* details: their first line */
	struct cards cards;			/* and what they show */
	uint32_t detail_top, help_top;		/* lines scrolled away */

	struct filter_error filter_error;	/* of the text in the prompt */
	bool filter_bad;
	uint64_t filter_due_ns;			/* when the text in the prompt is to be applied; 0 = it was */
	char filter_before[PROMPT_SIZE];	/* what Esc restores */

	char said[600];				/* to the reader, until the next key; "" = nothing */
	enum style said_style;
	uint64_t notices_hidden[NOTICES];	/* hashes of those that Esc put away; 0 = none */
	uint8_t notices_shown;			/* bits: those that the last paint had */

	struct barspot bar[UI_BAR_MAX];
	unsigned bar_count;
	struct tabspot tabs[UI_TABS_MAX];
	unsigned tab_count;
	int bar_y, tabs_y, body_y, body_h;	/* as last painted; -1 = not there */
	int screen_h;				/* lines of the screen, as last painted */
	int list_y;				/* the first row of the list, in lines of the body */

	uint64_t mono_ns, read_since_ns;	/* ui_tell_time(): now, and the first time; 0 = never told */
	uint64_t drops_hidden;			/* so many lost packets were put away with Esc */
	uint64_t drops_shown;			/* and so many the last paint told of; 0 = none */

	uint64_t painted_version;
	bool dirty, quit, repaint, suspend;
};

void ui_say(struct ui *u, enum style st, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void ui_open_view(struct ui *u, const struct view *v);
void ui_open_menu(struct ui *u, const char *title, bool many,
		  void (*choose)(struct ui *u, uint32_t value));

static inline const struct model *ui_model(const struct ui *u)
{
	return app_model(u->app);
}

/* A capture file is looked at (-r): there are no sockets, no processes, and what was is over. */
static inline bool ui_is_of_file(const struct ui *u)
{
	return app_options(u->app)->read_file != NULL;
}

/* The numbered view that is open, or that the details were opened from. */
static inline const struct view *ui_tab(const struct ui *u)
{
	const struct view *v = u->view == &view_help ? u->back : u->view;

	return v == &view_detail ? u->detail_back : v;
}

/* A row as it is to be shown, with names or numbers; false: it is gone. */
bool ui_row(const struct ui *u, uint32_t id, struct row *out);

/* The selected line; false: it is no row, or it is gone. */
bool ui_selected_row(const struct ui *u, struct row *out);

/* Makes the table's current line the one that is followed. */
void ui_follow_selection(struct ui *u);
void ui_refresh_rows(struct ui *u);		/* the query, if it is due, and where the selection went */
void ui_step_view(struct ui *u, int by);	/* to the next numbered view */
void ui_hide_notices(struct ui *u);

/* Text that scrolls: the new first line. The painter clamps it to what there is. */
uint32_t ui_scrolled(uint32_t top, enum move m, int page);

/* view_conns.c: what commands do to the list. */
void conns_toggle_group(struct ui *u);		/* the selected heading's */
void conns_set_group(struct ui *u, bool open);	/* the one that the selected line is in */
void conns_reset(struct ui *u);

/* view_events.c */
void events_init(struct ui *u);
void events_fini(struct ui *u);
void events_search(struct ui *u);		/* opens the prompt */
bool events_clear_search(struct ui *u);		/* false: there was none */
void events_details(struct ui *u);		/* of the entry's socket, while that is a row */

/* view_ifaces.c */
void ifaces_init(struct ui *u);
void ifaces_fini(struct ui *u);
void ifaces_take(struct ui *u);			/* the rates of the last tick, whatever view is open */
void ifaces_connections(struct ui *u);		/* those seen on the selected one */

/* Of the selected row; Esc comes back to the view that is open now. */
void ui_open_details(struct ui *u);

/* view_detail.c: the next or previous row that is no heading. */
void detail_step(struct ui *u, bool forward);

/* filterline.c */
void filter_open(struct ui *u);
void filter_settle(struct ui *u);		/* applies what was typed */
int filter_line_height(const struct ui *u);			/* 0: nothing to say of what is shown */
void filter_line_paint(const struct ui *u, struct grid *g, int y);

/* reading.c: how far a capture file was read, in one line. */
bool reading_is_on(const struct ui *u);
void reading_paint(const struct ui *u, struct grid *g, int y);

/* header.c: the lines above the body; return how many they took. */
int header_paint(struct ui *u, struct grid *g);

#endif
