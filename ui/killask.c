/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Destroy 2 sockets? y/N", with the names of what will die. Owns which rows were asked about:
 * those and no others are destroyed, whatever the list shows by then. How a socket is destroyed is
 * app_kill()'s.
 */
#include "ui/killask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/text.h"

enum { NAMED_MAX = 2, ERRORS_MAX = 4, DESCRIBED = 256 };

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

/* Marks are identities: which rows have them is found by looking at all. */
static void add_marked(struct ui *u)
{
	const struct model *m = ui_model(u);
	uint32_t rows = model_row_count(m), i;
	uint32_t *ids = rows ? calloc(rows, sizeof(*ids)) : NULL;
	struct row row;

	rows = ids ? model_row_ids(m, ids) : 0;
	for (i = 0; i < rows; i++) {
		if (model_row(m, ids[i], &row) && idset_has(&u->rows.marks, row.ident))
			add(&u->kill, &row, ids[i]);
	}
	free(ids);
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

	u->kill.count = u->kill.passed_over = 0;
	if (u->rows.marks.count && u->view != &view_detail) {
		add_marked(u);
		if (!u->kill.count)
			ui_say(u, STYLE_TROUBLE, "none of the marked rows has a socket that lives");
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
static void describe(const struct row *r, char out[static DESCRIBED])
{
	char proc[40], pid[16], local[80], remote[64], state[24];

	text_of(r, "proc", proc, sizeof(proc));
	text_of(r, "pid", pid, sizeof(pid));
	text_of(r, "local", local, sizeof(local));
	text_of(r, "remote", remote, sizeof(remote));
	text_of(r, "state", state, sizeof(state));
	if (strcmp(remote, "*") == 0)	/* nobody yet */
		remote[0] = '\0';
	snprintf(out, DESCRIBED, "%s%s%s%s  %s%s%s  %s", proc, pid[0] ? "[" : "", pid,
		 pid[0] ? "]" : "", local, remote[0] ? " ─ " : "", remote, state);
}

static int height(const struct ui *u, int width)
{
	(void)width;
	return 1 + (int)(u->kill.count < NAMED_MAX ? u->kill.count : NAMED_MAX);
}

static void paint_target(const struct ui *u, struct grid *g, int y, int room, uint32_t i)
{
	const struct killtarget *t = &u->kill.target[i];
	char text[DESCRIBED] = "(it has ended meanwhile)";
	struct row row;

	if (target_row(u, t, &row))
		describe(&row, text);
	grid_ellipsis(g, 3, y, room, STYLE_NORMAL, text);
}

static void paint(struct ui *u, struct grid *g, int y)
{
	uint32_t i, named = u->kill.count < NAMED_MAX ? u->kill.count : NAMED_MAX;
	uint32_t more = u->kill.count - named;
	int x = 1, room = g->width - 4, w;
	char rest[32];

	x += grid_printf(g, x, y, g->width - 2, STYLE_ERROR, "Destroy %u socket%s?", u->kill.count,
			 u->kill.count == 1 ? "" : "s");
	x += grid_text(g, x + 2, y, g->width - x - 2, STYLE_TITLE, "y/N") + 2;
	if (u->kill.passed_over)
		grid_printf(g, x + 2, y, g->width - x - 3, STYLE_DIM,
			    "%u marked without a living socket", u->kill.passed_over);
	for (i = 0; i < named; i++) {
		w = 0;
		if (i == named - 1 && more) {
			snprintf(rest, sizeof(rest), "and %u more", more);
			w = text_cells(rest);
			grid_right(g, g->width - 1 - w, y + 1 + (int)i, w, STYLE_TROUBLE, rest);
			w += 2;
		}
		paint_target(u, g, y + 1 + (int)i, room - w, i);
	}
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

/* "2 destroyed, 1 failed: …" */
static void say_outcome(struct ui *u, const struct outcome *o)
{
	char text[sizeof(u->said)];
	size_t len = 0;
	unsigned i;

	if (o->destroyed || !o->failed)
		len = (size_t)snprintf(text, sizeof(text), "%u destroyed%s", o->destroyed,
				       o->failed ? ", " : "");
	if (o->failed)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%u failed: ", o->failed);
	for (i = 0; i < o->errors && len < sizeof(text); i++) {
		if (o->errors > 1)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u× ",
						i ? "; " : "", o->error[i].times);
		if (len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
						app_kill_why(o->error[i].error));
	}
	ui_say(u, o->failed ? STYLE_ERROR : STYLE_GOOD, "%s", text);
}

static void destroy(struct ui *u)
{
	struct outcome o = { .destroyed = 0 };
	struct row row;
	uint32_t i;

	for (i = 0; i < u->kill.count; i++) {
		const struct killtarget *t = &u->kill.target[i];
		int rc = -ENOENT;

		/* The row's number may be another's by now: only who was named dies. */
		if (target_row(u, t, &row))
			rc = app_kill(u->app, t->id);
		if (!rc)
			idset_remove(&u->rows.marks, t->ident);
		note(&o, rc);
	}
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
