/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --kill without a screen; see killrun.h. What will die stands on standard error with the question, what became of each
 * on standard output, a line each. Owns the list of rows between question and deed: a row's id is good for that long,
 * since no event is applied meanwhile, and the kernel checks the cookie.
 */
#include "killrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "export/cell.h"

enum { WAIT_MS = 200, ANSWER_MAX = 16 };

/* What a line says of a socket. */
static const char *const line_columns[] = { "proto", "state", "local", "remote", "process", "pid" };

enum { LINE_COLUMNS = sizeof(line_columns) / sizeof(line_columns[0]) };

static void add_socket(struct buf *b, const struct row *r)
{
	for (unsigned i = 0; i < LINE_COLUMNS; i++) {
		const struct column *c = column_find(line_columns[i]);
		struct value v;

		buf_adds(b, i ? "  " : "");
		if (column_get(c, r, &v))
			cell_add(b, c, r, &v, NULL);
		else
			buf_addc(b, '-');
	}
	buf_addc(b, '\n');
}

static bool run_round(struct app *a, const sigset_t *wait_mask)
{
	app_refresh(a);
	while (!app_round_done(a)) {
		if (signals_peek() & (SIGNAL_QUIT | SIGNAL_HANGUP))
			return false;
		app_turn(a, WAIT_MS, -1, wait_mask);
	}
	return true;
}

/* Only sockets: traffic without one cannot be destroyed. */
static int find_sockets(struct app *a, struct result *found)
{
	const struct options *o = app_options(a);
	struct query q;

	options_query(o, &q);
	q.also = o->kill;
	q.group = NULL;
	q.hide_flows = true;
	q.hide_closed = true;
	return query_run(&q, app_model(a), false, found);
}

static int ask(struct app *a, const struct result *found, bool *yes, struct errmsg *err)
{
	char answer[ANSWER_MAX] = "";
	struct buf b;
	struct row r;

	*yes = app_options(a)->yes;
	if (*yes)
		return 0;
	if (!isatty(STDIN_FILENO)) {
		errmsg_set(err, "--kill asks before it destroys %u socket%s, and standard input is no terminal: "
				"--yes does without the question", found->rows, found->rows == 1 ? "" : "s");
		return -EINVAL;
	}
	buf_init(&b);
	for (uint32_t i = 0; i < found->count; i++)
		if (model_row(app_model(a), found->items[i].id, &r))
			add_socket(&b, &r);
	buf_addf(&b, "Destroy %s %u socket%s? [y/N] ", found->rows == 1 ? "this" : "these", found->rows,
		 found->rows == 1 ? "" : "s");
	buf_write(&b, STDERR_FILENO);
	buf_fini(&b);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	*yes = answer[0] == 'y' || answer[0] == 'Y';
	return 0;
}

/* Returns how many could not be destroyed, or -errno of the output. */
static int destroy_all(struct app *a, const struct result *found, int *first_error)
{
	int failed = 0, rc;
	struct buf b;
	struct row r;

	buf_init(&b);
	for (uint32_t i = 0; i < found->count; i++) {
		int error;

		if (!model_row(app_model(a), found->items[i].id, &r))
			continue;
		error = app_kill(a, found->items[i].id);
		buf_adds(&b, error ? "failed     " : "destroyed  ");
		add_socket(&b, &r);
		if (!error)
			continue;
		b.len--;	/* the reason is on the same line */
		buf_addf(&b, "  %s\n", app_kill_why(error));
		if (!failed++)
			*first_error = error;
	}
	rc = buf_write(&b, STDOUT_FILENO);
	buf_fini(&b);
	return rc ? rc : failed;
}

static int kill_found(struct app *a, const struct result *found, struct errmsg *err)
{
	int first_error = 0, rc;
	bool yes;

	if (!found->rows) {
		fprintf(stderr, "sockmon: no socket matches \"%s\": nothing was destroyed\n",
			app_options(a)->kill_text);
		return 0;
	}
	rc = ask(a, found, &yes, err);
	if (rc || !yes)
		return rc;
	rc = destroy_all(a, found, &first_error);
	if (rc < 0)
		errmsg_set(err, "standard output could not be written: %s", strerror(-rc));
	else if (rc > 0)
		errmsg_set(err, "%d of %u socket%s could not be destroyed: %s", rc, found->rows,
			   found->rows == 1 ? "" : "s", app_kill_why(first_error));
	return rc > 0 ? first_error : rc;
}

int killrun(struct app *a, const sigset_t *wait_mask, struct errmsg *err)
{
	struct result found;
	int rc;

	result_init(&found);
	/* A signal ends the wait for an answer, too. */
	sigprocmask(SIG_SETMASK, wait_mask, NULL);
	rc = run_round(a, wait_mask) ? find_sockets(a, &found) : -EINTR;
	if (rc == -EINTR)
		rc = 0;
	else if (rc)
		errmsg_set(err, "not enough memory to list the sockets");
	else
		rc = kill_found(a, &found, err);
	result_fini(&found);
	return rc;
}
