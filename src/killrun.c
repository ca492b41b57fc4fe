/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --kill without a screen; see killrun.h. What will die stands on standard error with the
 * question, what became of each on standard output, a line each as it is done. Owns the list of
 * rows between question and deed: a socket's id is good for that long, since no source is stepped
 * meanwhile, and the kernel checks the cookie.
 */
#include "killrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/signals.h"
#include "export/cell.h"

enum { ANSWER_MAX = 16 };

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

/* "y" or "yes", and nothing else. */
static bool is_yes(const char *answer)
{
	size_t len = strcspn(answer, " \t\n");

	return answer[len + strspn(answer + len, " \t\n")] == '\0' &&
	       ((len == 1 && strncasecmp(answer, "y", 1) == 0) ||
		(len == 3 && strncasecmp(answer, "yes", 3) == 0));
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
		if (model_row(app_model(a), found->items[i].id, &r)) {
			add_socket(&b, &r);
			buf_addc(&b, '\n');
		}
	if (found->rows == 1)
		buf_adds(&b, "Destroy this socket? [y/N] ");
	else
		buf_addf(&b, "Destroy these %u sockets? [y/N] ", found->rows);
	buf_write(&b, STDERR_FILENO);
	buf_fini(&b);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	*yes = is_yes(answer);
	return 0;
}

/* Destroys one and says so, before the next. 0, or -errno of the output; *error is the deed's. */
static int destroy_one(struct app *a, uint32_t id, int *error)
{
	struct buf socket, line;
	struct row r;
	int rc;

	*error = 0;
	if (!model_row(app_model(a), id, &r))
		return 0;
	buf_init(&socket);
	buf_init(&line);
	add_socket(&socket, &r);	/* the row is borrowed until the deed */
	*error = app_kill(a, id);
	buf_adds(&line, *error ? "failed     " : "destroyed  ");
	buf_add(&line, socket.data, socket.len);
	if (*error)
		buf_addf(&line, "  %s", app_kill_why(*error));
	buf_addc(&line, '\n');
	rc = buf_write(&line, STDOUT_FILENO);
	buf_fini(&socket);
	buf_fini(&line);
	return rc;
}

/* Returns how many could not be destroyed, or -errno of the output, or -EINTR: told to stop. */
static int destroy_all(struct app *a, const struct result *found, int *first_error)
{
	int failed = 0;

	for (uint32_t i = 0; i < found->count; i++) {
		int error, rc;

		if (signals_say_stop())
			return -EINTR;
		rc = destroy_one(a, found->items[i].id, &error);
		if (rc)
			return rc;
		if (error && !failed++)
			*first_error = error;
	}
	return failed;
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
	if (rc == -EINTR)
		errmsg_set(err, "interrupted: the sockets that are not listed were left alone");
	else if (rc < 0)
		errmsg_set(err, "standard output could not be written: %s; the sockets after the last one "
				"were left alone", strerror(-rc));
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
	rc = app_run_round(a, wait_mask) ? find_sockets(a, &found) : -EINTR;
	if (rc == -EINTR)
		rc = 0;
	else if (rc)
		errmsg_set(err, "not enough memory to list the sockets");
	else
		rc = kill_found(a, &found, err);
	result_fini(&found);
	return rc;
}
