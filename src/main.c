/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockmon: reads the command line, opens the app, and chooses the screen or a batch run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/signals.h"
#include "batch.h"
#include "config.h"
#include "killrun.h"
#include "ui/run.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static int complain(int status, const struct errmsg *err)
{
	fprintf(stderr, "sockmon: %s\n", err->text);
	return status;
}

/* A filter's error is shown with the spot. */
static int complain_usage(const struct options *o, const struct errmsg *err)
{
	struct buf caret;

	complain(EXIT_USAGE, err);
	if (!o->filter_err.msg.text[0])
		return EXIT_USAGE;
	buf_init(&caret);
	filter_error_caret(&o->filter_err, o->filter_text, &caret);
	if (caret.data)
		fprintf(stderr, "%s\n", caret.data);
	buf_fini(&caret);
	return EXIT_USAGE;
}

/* What --help and --version print is output like any other: a full disk is an error. */
static int print(struct buf *text)
{
	int rc = buf_write(text, STDOUT_FILENO);
	struct errmsg err;

	buf_fini(text);
	if (!rc || rc == -EPIPE)
		return EXIT_DONE;
	errmsg_set(&err, "standard output could not be written: %s", strerror(-rc));
	return complain(EXIT_FAILED, &err);
}

static int print_words(enum run_mode mode)
{
	struct buf text;

	buf_init(&text);
	if (mode == RUN_HELP)
		options_help(&text);
	else if (mode == RUN_COLUMNS_HELP)
		options_columns_help(&text);
	else
		buf_adds(&text, "sockmon " PACKAGE_VERSION "\n");
	return print(&text);
}

/*
 * What could not be looked at, for a person who reads the output; scripts have it in JSON's
 * `sources`.
 */
static void mention_notices(const struct model *m)
{
	for (int n = 0; n < NOTICES && isatty(STDERR_FILENO); n++)
		if (model_notice(m, n)[0])
			fprintf(stderr, "sockmon: %s\n", model_notice(m, n));
}

static int run(struct options *o)
{
	bool batch = o->kill || o->format || o->once || o->count || !isatty(STDOUT_FILENO);
	struct errmsg err = { "" };
	const char *trouble;
	bool was_cut;
	sigset_t wait_mask;
	struct app *app;
	int rc;

	if (batch && !o->format)
		o->format = format_find("table");
	if (batch && (!o->series || o->kill) && !o->read_file)
		o->once = true;
	rc = app_new(&app, o, &err);
	if (rc)
		return complain(rc == -EINVAL ? EXIT_USAGE : EXIT_FAILED, &err);
	signals_init(&wait_mask);	/* not before: until here a signal may simply end us */
	if (o->kill)
		rc = killrun(app, &wait_mask, &err);
	else
		rc = batch ? batch_run(app, &wait_mask, &err) : ui_run(app, &wait_mask, &err);
	trouble = app_trouble(app);
	if (batch && !rc && !trouble)
		mention_notices(app_model(app));
	was_cut = !rc && app_was_cut(app);
	if (!rc && trouble) {
		errmsg_set(&err, "%s", trouble);
		rc = -EIO;
	}
	app_free(app);
	return rc ? complain(was_cut ? EXIT_DONE : EXIT_FAILED, &err) : EXIT_DONE;
}

/*
 * A standard stream that the caller closed would be the number of the next descriptor opened, and
 * what is printed would go there. So each gets one that cannot be used: writing to a closed stdout
 * fails (EBADF).
 */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A namespace takes a dozen descriptors, and the usual soft limit is 1024. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);	/* what cannot be had is done without */
}

int main(int argc, char **argv)
{
	struct options o;
	struct errmsg err = { "" };
	int status;

	occupy_standard_streams();
	allow_many_files();
	if (options_parse(&o, argc, argv, &err))
		status = complain_usage(&o, &err);
	else if (o.mode != RUN_NORMAL)
		status = print_words(o.mode);
	else
		status = run(&o);
	options_fini(&o);
	return status;
}
