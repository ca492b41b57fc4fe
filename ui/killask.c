/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Destroy 2 sockets? y/N", with the names of what will die, and then what became of each. Owns
 * which rows were asked about: those and no others are destroyed, whatever the list shows by then.
 * How a socket is destroyed is app_kill()'s.
 */
#include "ui/killask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/text.h"
#include "ui/ui.h"

enum {
	LIST_KEPT = 4,		/* lines of the view that stay above the question */
	NAMED_MIN = 2,
	ERRORS_MAX = 4,
	VERB_CELLS = 9,		/* "destroyed" */
};

/* What may be destroyed; else the row was only passed over. */
static bool is_target(const struct row *r)
{
	return r->sk && !r->sk->ended_ns;
}

static void add(struct killlist *k, const struct row *r, uint32_t id)
{
	if (!is_target(r)) {
		k->passed_over++;
		return;
	}
	if (k->count < KILL_MAX)
		k->target[k->count++] = (struct killtarget){ id, r->ident };
}

static uint32_t count_marked(const struct ui *u)
{
	const struct model *m = ui_model(u);
	uint32_t rows = model_row_count(m), marked = 0, i;
	uint32_t *ids = rows ? calloc(rows, sizeof(*ids)) : NULL;
	struct row row;

	rows = ids ? model_row_ids(m, ids) : 0;
	for (i = 0; i < rows; i++)
		marked += model_row(m, ids[i], &row) && idset_has(&u->rows.marks, row.ident);
	free(ids);
	return marked;
}

/* What the reader does not see must not die: a mark counts while its row is in the list. */
static void add_marked(struct ui *u)
{
	uint32_t shown = 0, marked, i;
	struct row row;

	for (i = 0; i < u->rows.count; i++) {
		const struct item *line = &u->rows.lines[i];

		if (line->is_group || !model_row(ui_model(u), line->id, &row) ||
		    !idset_has(&u->rows.marks, row.ident))
			continue;
		add(&u->kill, &row, line->id);
		shown++;
	}
	marked = count_marked(u);
	u->kill.hidden = marked > shown ? marked - shown : 0;
}

static void say_none_marked(struct ui *u)
{
	if (u->kill.hidden)
		ui_say(u, STYLE_TROUBLE,
		       "the list shows none of the marked rows: only what is shown is destroyed");
	else
		ui_say(u, STYLE_TROUBLE, "none of the marked rows has a socket that lives");
}

static void say_none(struct ui *u, const struct row *r)
{
	if (r && r->sk)
		ui_say(u, STYLE_TROUBLE, "this socket has ended: there is nothing to destroy");
	else if (r)
		ui_say(u, STYLE_TROUBLE,
		       "this row is traffic without a socket: there is nothing to destroy");
	else
		ui_say(u, STYLE_TROUBLE, "there is no row here to destroy the socket of");
}

void killask_open(struct ui *u)
{
	struct row row;

	u->kill.count = u->kill.passed_over = u->kill.hidden = 0;
	if (u->rows.marks.count && u->view != &view_detail) {
		add_marked(u);
		if (!u->kill.count)
			say_none_marked(u);
	} else if (!ui_selected_row(u, &row) || u->selected_gone) {
		say_none(u, NULL);
	} else {
		add(&u->kill, &row, u->rows.lines[u->table.selected].id);
		if (!u->kill.count)
			say_none(u, &row);
	}
	if (u->kill.count)
		u->dialog = &dialog_kill;
}

static bool target_row(const struct ui *u, const struct killtarget *t, struct row *out)
{
	return model_row(ui_model(u), t->id, out) && out->ident == t->ident && is_target(out);
}

static void text_of(const struct row *r, const char *column, char *out, size_t size)
{
	const struct column *c = column_find(column);
	struct value v;

	out[0] = '\0';
	if (c && column_get(c, r, &v))
		value_format(c, &v, TEXT_SHORT, false, out, size);
}

/* "firefox[3312]  10.0.0.2:51234 ─ 203.0.113.10:443  ESTABLISHED" */
static void describe(const struct row *r, char out[static KILL_TEXT])
{
	char proc[40], pid[16], local[80], remote[64], state[24];

	text_of(r, "proc", proc, sizeof(proc));
	text_of(r, "pid", pid, sizeof(pid));
	text_of(r, "local", local, sizeof(local));
	text_of(r, "remote", remote, sizeof(remote));
	text_of(r, "state", state, sizeof(state));
	if (strcmp(remote, "*") == 0)	/* nobody yet */
		remote[0] = '\0';
	snprintf(out, KILL_TEXT, "%s%s%s%s%s%s%s%s  %s", proc, pid[0] ? "[" : "", pid,
		 pid[0] ? "]" : "", proc[0] ? "  " : "", local, remote[0] ? " ─ " : "", remote,
		 state);
}

/* Lines for the names: the list gives way, but for its beginning. */
static uint32_t room_for_names(const struct ui *u)
{
	int room = u->screen_h - u->body_y - LIST_KEPT - 1;

	return room > NAMED_MIN ? (uint32_t)room : NAMED_MIN;
}

static bool passes_over(const struct killlist *k)
{
	return k->passed_over || k->hidden;
}

/* The last of the lines says how many more there are. */
static uint32_t named(const struct ui *u)
{
	uint32_t room = room_for_names(u) - passes_over(&u->kill);

	room = room ? room : 1;
	return u->kill.count <= room ? u->kill.count : room - 1;
}

static int height(const struct ui *u, int width)
{
	uint32_t names = named(u);

	(void)width;
	return 1 + passes_over(&u->kill) + (int)names + (names < u->kill.count);
}

static void paint_target(const struct ui *u, struct grid *g, int y, uint32_t i)
{
	const struct killtarget *t = &u->kill.target[i];
	char text[KILL_TEXT] = "(it has ended meanwhile)";
	struct row row;

	if (target_row(u, t, &row))
		describe(&row, text);
	grid_ellipsis(g, 3, y, g->width - 4, STYLE_NORMAL, text);
}

static void paint_passed_over(const struct killlist *k, struct grid *g, int y)
{
	char text[128];
	size_t len = 0;

	if (k->hidden)
		len = (size_t)snprintf(text, sizeof(text), "%u that the list does not show%s",
				       k->hidden, k->passed_over ? ", " : "");
	if (k->passed_over)
		snprintf(text + len, sizeof(text) - len, "%u without a living socket",
			 k->passed_over);
	grid_printf(g, 3, y, g->width - 4, STYLE_DIM, "marked, but passed over: %s", text);
}

static void paint(struct ui *u, struct grid *g, int y)
{
	uint32_t names = named(u), i;
	int x = 1;

	x += grid_printf(g, x, y, g->width - 2, STYLE_ERROR, "Destroy %u socket%s?", u->kill.count,
			 u->kill.count == 1 ? "" : "s");
	grid_text(g, x + 2, y++, g->width - x - 2, STYLE_TITLE, "y/N");
	if (passes_over(&u->kill))
		paint_passed_over(&u->kill, g, y++);
	for (i = 0; i < names; i++)
		paint_target(u, g, y++, i);
	if (names < u->kill.count)
		grid_printf(g, 3, y, g->width - 4, STYLE_TROUBLE, "and %u more",
			    u->kill.count - names);
}

/* How often each error came, in the order of their first. */
struct outcome {
	uint32_t destroyed, failed;
	unsigned errors;
	struct {
		int error;
		uint32_t times;
	} error[ERRORS_MAX];
};

static void note(struct outcome *o, int rc)
{
	unsigned i;

	if (!rc) {
		o->destroyed++;
		return;
	}
	o->failed++;
	for (i = 0; i < o->errors && o->error[i].error != rc; i++)
		;
	if (i == ERRORS_MAX)
		return;
	if (i == o->errors) {
		o->error[i].error = rc;
		o->errors++;
	}
	o->error[i].times++;
}

/* "2 destroyed, 1 failed" */
static size_t format_totals(const struct outcome *o, char *out, size_t size)
{
	if (!o->failed)
		return (size_t)snprintf(out, size, "%u destroyed", o->destroyed);
	if (!o->destroyed)
		return (size_t)snprintf(out, size, "%u failed", o->failed);
	return (size_t)snprintf(out, size, "%u destroyed, %u failed", o->destroyed, o->failed);
}

/* "2 destroyed, 1 failed: …": of so many that not each can be told of. */
static void say_outcome(struct ui *u, const struct outcome *o)
{
	char text[sizeof(u->said)];
	size_t len = format_totals(o, text, sizeof(text));
	unsigned i;

	for (i = 0; i < o->errors && len < sizeof(text); i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, i ? "; " : ": ");
		if (o->errors > 1 && len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%u× ",
						o->error[i].times);
		if (len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
						app_kill_why(o->error[i].error));
	}
	ui_say(u, o->failed ? STYLE_ERROR : STYLE_GOOD, "%s", text);
}

static int kill_one(struct ui *u, const struct killtarget *t, struct killtold *told)
{
	int rc = -ENOENT;
	struct row row;

	/* The row's number may be another's by now: only who was named dies. */
	if (target_row(u, t, &row)) {
		describe(&row, told->who);
		rc = app_kill(u->app, t->id);
	} else {
		snprintf(told->who, sizeof(told->who), "(it has ended meanwhile)");
	}
	if (!rc)
		idset_remove(&u->rows.marks, t->ident);
	told->error = rc;
	return rc;
}

static void destroy(struct ui *u)
{
	struct killlist *k = &u->kill;
	struct outcome o = { .destroyed = 0 };
	struct killtold ignored;
	uint32_t i;

	k->told_count = k->count <= KILL_TOLD_MAX ? k->count : 0;
	for (i = 0; i < k->count; i++)
		note(&o, kill_one(u, &k->target[i], k->told_count ? &k->told[i] : &ignored));
	if (k->told_count)
		u->dialog = &dialog_killed;
	else
		say_outcome(u, &o);
}

/* Only 'y' is yes. */
static void key(struct ui *u, const struct key *k)
{
	if (k->code == KEY_MOUSE_)
		return;
	u->dialog = NULL;
	if (k->code == 'y')
		destroy(u);
	else
		ui_say(u, STYLE_DIM, "nothing was destroyed");
	u->kill.count = 0;
}

const struct dialog dialog_kill = { key, height, paint };

static const char *verb_of(const struct killtold *t)
{
	return t->error ? "failed" : "destroyed";
}

/* Why it failed stands behind who it is where both fit, else below. */
static bool why_is_below(const struct killtold *t, int width)
{
	return t->error && 3 + VERB_CELLS + 2 + text_cells(t->who) + 2 +
				   text_cells(app_kill_why(t->error)) >= width;
}

static int killed_height(const struct ui *u, int width)
{
	int lines = 1;
	uint32_t i;

	for (i = 0; i < u->kill.told_count; i++)
		lines += 1 + why_is_below(&u->kill.told[i], width);
	return lines;
}

static int paint_told(struct grid *g, int y, const struct killtold *t)
{
	int x = 3 + VERB_CELLS + 2, room = g->width - x - 1, w;
	bool below = why_is_below(t, g->width);

	grid_text(g, 3, y, VERB_CELLS, t->error ? STYLE_ERROR : STYLE_GOOD, verb_of(t));
	w = grid_ellipsis(g, x, y, room, STYLE_NORMAL, t->who);
	if (!t->error)
		return 1;
	if (below)
		grid_ellipsis(g, x, y + 1, room, STYLE_TROUBLE, app_kill_why(t->error));
	else
		grid_ellipsis(g, x + w + 2, y, room - w - 2, STYLE_TROUBLE, app_kill_why(t->error));
	return 1 + below;
}

static void killed_paint(struct ui *u, struct grid *g, int y)
{
	struct outcome o = { .destroyed = 0 };
	char text[64];
	uint32_t i;
	int w;

	for (i = 0; i < u->kill.told_count; i++)
		note(&o, u->kill.told[i].error);
	format_totals(&o, text, sizeof(text));
	w = grid_text(g, 1, y, g->width - 2, o.failed ? STYLE_ERROR : STYLE_GOOD, text);
	grid_text(g, 1 + w + 2, y++, g->width - w - 4, STYLE_DIM, "any key goes on");
	for (i = 0; i < u->kill.told_count; i++)
		y += paint_told(g, y, &u->kill.told[i]);
}

/* Gone with the next key, which does what it always does; but Esc and Enter were for this. */
static void killed_key(struct ui *u, const struct key *k)
{
	u->dialog = NULL;
	if (k->code != KEY_ESC_ && k->code != KEY_ENTER_ && k->code != ' ')
		ui_key(u, k);
}

const struct dialog dialog_killed = { killed_key, killed_height, killed_paint };
