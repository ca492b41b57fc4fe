/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The app owns the loop, the sources and the model, and offers what main and the UI may do with
 * them. Main thread only.
 */
#ifndef SOCKMON_APP_H
#define SOCKMON_APP_H

#include <signal.h>

#include "options.h"

struct app;

/*
 * Opens all sources (what needs rights first), according to *opt, which must outlive the app. 0 or
 * -errno.
 */
int app_new(struct app **out, const struct options *opt, struct errmsg *err);
void app_free(struct app *a);

const struct model *app_model(const struct app *a);
const struct options *app_options(const struct app *a);

/*
 * One turn of the loop: waits at most timeout_ms (less when a source is due) for the sources and
 * for extra_fd (-1 = none), then lets each source do a bounded step. Signals are let in only
 * while it waits (wait_mask, from signals_init()). Returns true when extra_fd is readable, has an
 * error or hung up.
 */
bool app_turn(struct app *a, int timeout_ms, int extra_fd, const sigset_t *wait_mask);

/* The same without waiting, at an event time of the caller's choosing: for tests and the demo. */
void app_step(struct app *a, uint64_t now_ns);

/* Starts a round (sockets dumped, statistics read) and ends the interval: a tick follows it. */
void app_refresh(struct app *a);
/*
 * How long until the next round should begin: the interval asked for, stretched where the rounds of
 * this host take so long that they would cost more than a twentieth of a core.
 */
uint64_t app_interval_ns(const struct app *a);

/* A whole round, waited for; false: a signal told to stop before it was done. */
bool app_run_round(struct app *a, const sigset_t *wait_mask);
bool app_round_done(const struct app *a);	/* no source has work of this round left */
bool app_file_done(const struct app *a);	/* -r: read to its end */

void app_cut_file(struct app *a);	/* -r: read no further; what was read is still sent */
bool app_was_cut(const struct app *a);	/* that is why it ended early: its trouble is no failure */

/* Percent of the file read, 0..100; -1 = not a file or unknown. */
int app_progress(const struct app *a);
/* -r: bytes read, and its size: 0 = unknown. false: not a file. */
bool app_file_progress(const struct app *a, uint64_t *at, uint64_t *size);

/*
 * A file's rows need not all be in the model at once where the output goes row by row: then, after
 * the round in which it was read, the model has none of them, and each app_next_slice() puts the
 * next few hundred there in place of the last ones. false: there are no more.
 */
bool app_is_sliced(const struct app *a);
bool app_next_slice(struct app *a);

/*
 * While paused no source is stepped: nothing on the screen moves, and nothing is lost (all counts
 * are cumulative).
 */
void app_pause(struct app *a, bool paused);
bool app_paused(const struct app *a);

/* One sentence when the input ended early or a source failed: exit status 1. NULL = all is well. */
const char *app_trouble(const struct app *a);

/*
 * Kinds of sockets that this kernel tells nothing of: bits 1 << enum sockproto. For struct
 * snapshot.
 */
uint32_t app_absent(const struct app *a);

/*
 * Writes the rows of *q to path in format f; complete or absent. cols as in struct snapshot.
 * *rows: how many, *bytes: the file's size.
 */
int app_export(struct app *a, const struct query *q, const struct format *f, const char *path,
	       const struct column *const *cols, unsigned col_count, uint32_t *rows, uint64_t *bytes,
	       struct errmsg *err);

/*
 * Sockets of these kinds from the next round on (the toggles t, u and x): those of the options
 * stay in any case, since flows need them.
 */
void app_want_protos(struct app *a, uint32_t protos);

/*
 * The row that the user looks at closely: the flags of its descriptors are read anew with each
 * round. MODEL_NONE: none.
 */
void app_watch(struct app *a, uint32_t row_id);

/*
 * Destroys the row's socket (SOCK_DESTROY, with its cookie). 0, or -errno as killer_destroy();
 * -ENOENT also where the row or its socket is gone. The model is told. killer_why() of
 * source/killer.h is app_kill_why() here.
 */
int app_kill(struct app *a, uint32_t row_id);
const char *app_kill_why(int error);

#endif
