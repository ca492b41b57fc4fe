/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs without a screen: waits for rounds, asks the query, writes the format. See batch.h. */
#include "batch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "export/writer.h"
#include "progress.h"

enum { WAIT_MS = 200 };

struct batch {
	struct app *app;
	const sigset_t *wait_mask;
	const struct format *format;
	struct query query;
	struct result result;
	struct buf buf;
	int fd;
	bool first;
};

static bool run_until(struct batch *b, uint64_t end_ns)
{
	for (;;) {
		uint64_t now_ns = clock_mono_ns();

		if (signals_say_stop())
			return false;
		if (now_ns >= end_ns)
			return true;
		app_turn(b->app, end_ns - now_ns > WAIT_MS * NSEC_PER_MSEC ? WAIT_MS :
				 (int)((end_ns - now_ns) / NSEC_PER_MSEC) + 1, -1, b->wait_mask);
	}
}

static struct snapshot snapshot_of(struct batch *b)
{
	const struct options *o = app_options(b->app);

	return (struct snapshot){
		.m = app_model(b->app),
		.result = &b->result,
		.query = &b->query,
		.cols = o->cols,
		.col_count = o->col_count,
		.absent = app_absent(b->app),
		.header = !o->no_header,
		.first = b->first,
		.flush = snapshot_flush_fd,
		.ctx = &b->fd,
	};
}

static int write_snapshot(struct batch *b)
{
	struct snapshot s = snapshot_of(b);
	int rc = query_run(&b->query, s.m, false, &b->result);

	b->first = false;
	return rc ? rc : b->format->write(&s, &b->buf);
}

/*
 * A series: each snapshot covers the interval before it, so that the first has rates too. The
 * interval is kept by the clock: a slow round does not push the later ones back, but what a long
 * stall (SIGSTOP, suspend) left out is left out.
 */
static int run_series(struct batch *b)
{
	const struct options *o = app_options(b->app);
	uint64_t next_ns = clock_mono_ns();
	int rc = 0;

	if (!app_run_round(b->app, b->wait_mask))
		return 0;
	for (uint64_t n = 0; !rc && (!o->count || n < o->count); n++) {
		next_ns += o->interval_ns;
		if (next_ns < clock_mono_ns())
			next_ns = clock_mono_ns();
		if (!run_until(b, next_ns) || !app_run_round(b->app, b->wait_mask))
			break;
		rc = write_snapshot(b);
	}
	return rc;
}

/* The model has a few hundred flows at a time; the query does not know. */
static int write_slices(struct batch *b, const struct snapshot *s)
{
	struct stream *st;
	int rc = b->format->begin(&st, s, &b->buf);

	if (rc)
		return rc;
	while (!rc && app_next_slice(b->app)) {
		rc = query_run(&b->query, s->m, false, &b->result);
		if (!rc)
			rc = st->ops->rows(st, s, &b->buf);
	}
	if (!rc)
		rc = st->ops->end(st, s, &b->buf);
	st->ops->free(st);
	return rc;
}

/* Where there can be no thread, it is done without. */
static int write_sliced_file(struct batch *b)
{
	struct snapshot s = snapshot_of(b);
	struct writer *w;
	int rc, written;

	if (writer_start(&w, b->fd, b->wait_mask))
		return write_slices(b, &s);
	s.flush = writer_flush;
	s.ctx = w;
	s.flush_bytes = WRITER_BYTES;
	rc = write_slices(b, &s);
	written = writer_finish(w);
	return rc ? rc : written;
}

static void show_progress(struct batch *b, struct progress *p)
{
	uint64_t now_ns = clock_mono_ns(), at, size;

	if (progress_is_due(p, now_ns) && app_file_progress(b->app, &at, &size))
		progress_show(p, at, size, now_ns);
}

/*
 * Reads the whole file. One that we are told to stop in the middle of is cut there: what was read
 * so far is still output.
 */
static void read_file(struct batch *b)
{
	struct progress p;

	progress_begin(&p, STDERR_FILENO, app_options(b->app)->read_file, clock_mono_ns());
	app_refresh(b->app);
	while (!app_round_done(b->app) && !signals_say_stop()) {
		app_turn(b->app, WAIT_MS, -1, b->wait_mask);
		show_progress(b, &p);
	}
	progress_end(&p);
	if (app_round_done(b->app))
		return;
	app_cut_file(b->app);
	while (!app_file_done(b->app))
		app_turn(b->app, 0, -1, b->wait_mask);
}

static int run_file(struct batch *b)
{
	read_file(b);
	return app_is_sliced(b->app) ? write_sliced_file(b) : write_snapshot(b);
}

static int run_single(struct batch *b)
{
	return app_run_round(b->app, b->wait_mask) ? write_snapshot(b) : 0;
}

static int run(struct batch *b)
{
	const struct options *o = app_options(b->app);

	if (o->read_file)
		return run_file(b);
	return o->series && !o->once ? run_series(b) : run_single(b);
}

int batch_run(struct app *a, const sigset_t *wait_mask, struct errmsg *err)
{
	const struct options *o = app_options(a);
	struct batch b = { .app = a, .wait_mask = wait_mask, .fd = STDOUT_FILENO, .first = true,
			   .format = o->format ? o->format : format_find("table") };
	int rc;

	/*
	 * Signals may break in anywhere, since a pipe can keep read(2) or write(2) waiting for
	 * ever; one that comes just before a wait is seen WAIT_MS later.
	 */
	sigprocmask(SIG_SETMASK, wait_mask, NULL);
	options_query(o, &b.query);
	result_init(&b.result);
	buf_init(&b.buf);
	rc = run(&b);
	buf_fini(&b.buf);
	result_fini(&b.result);
	if (rc == -EPIPE)
		return 0;	/* the reader has what it wanted (`| head`) */
	if (rc == -EINTR)
		errmsg_set(err, "interrupted before all was written: nobody reads standard output");
	else if (rc == -ENOMEM)
		errmsg_set(err, "not enough memory to list the rows: a filter makes them fewer");
	else if (rc)
		errmsg_set(err, "standard output could not be written: %s", strerror(-rc));
	return rc;
}
