/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The app: when each source is stepped, what a round is, and the verbs of the UI. What is opened is
 * appopen.c's.
 *
 * A round: every source but the capture is asked to refresh. When what they read has come, the
 * capture is asked: so its answer is of just after what the kernel counted, and the two can be
 * compared (model/coverage.c). Then the owners of sockets that have none yet are looked for; when
 * that is done too, a tick ends the interval.
 * Rounds overlap nothing: the next one starts only when the caller says so.
 */
#include "appstate.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "export/outfile.h"
#include "source/capture.h"
#include "source/cgroups.h"
#include "source/killer.h"
#include "source/procfs.h"
#include "source/synth.h"
#include "source/users.h"

enum {
	FDS_MAX = SOURCES_MAX * 2 + SOURCE_FDS_MAX,
	ROUND_SHARE = 20,	/* a round may take 1/20 of the time */
	WANTS_PER_TURN = 64,
	ROUND_WAIT_MS = 200,	/* a signal that comes just before a wait is seen so much later */
};

#define TURN_NS (10 * NSEC_PER_MSEC)
#define NAMES_WAIT_NS NSEC_PER_SEC	/* a directory service that is down holds no snapshot up longer */

/* Lives as long as the app; a source of a place may be at the address of one that is gone. */
static bool is_own(const struct app *a, const struct source *s)
{
	return s == a->capture || s == a->procfs || s == a->cgroups || s == a->users || s == a->synth;
}

/* Lists all sources anew; of the app's own, who is finished stays it. */
void app_list_sources(struct app *a)
{
	struct source *list[SOURCES_MAX] = { NULL };
	struct running former[SOURCES_MAX];
	unsigned former_count = a->run_count, n = 0;

	memcpy(former, a->run, former_count * sizeof(former[0]));
	if (a->synth)
		list[n++] = a->synth;
	if (a->capture)
		list[n++] = a->capture;
	if (a->places)
		n += places_sources(a->places, list + n);
	if (a->procfs)
		list[n++] = a->procfs;
	if (a->cgroups)
		list[n++] = a->cgroups;
	if (a->users)
		list[n++] = a->users;
	for (unsigned i = 0; i < n; i++) {
		a->run[i] = (struct running){ .source = list[i] };
		for (unsigned k = 0; k < former_count; k++)
			if (is_own(a, list[i]) && former[k].source == list[i])
				a->run[i].finished = former[k].finished;
	}
	a->run_count = n;
	a->run_next = 0;
}

const struct model *app_model(const struct app *a)
{
	return a->model;
}

const struct options *app_options(const struct app *a)
{
	return a->opt;
}

static bool is_busy(const struct source *s)
{
	return s && s->ops->busy && s->ops->busy(s);
}

/* Owners and names are looked for when the sockets are known; the capture is asked last. */
static bool any_reading(const struct app *a)
{
	for (unsigned i = 0; i < a->run_count; i++) {
		const struct source *s = a->run[i].source;

		if (!a->run[i].finished && s != a->capture && s != a->procfs && s != a->cgroups &&
		    s != a->users && is_busy(s))
			return true;
	}
	return false;
}

/* NULL: there is none, or it ended for good. */
static struct source *running_capture(const struct app *a)
{
	for (unsigned i = 0; i < a->run_count; i++)
		if (a->run[i].source == a->capture)
			return a->run[i].finished ? NULL : a->capture;
	return NULL;
}

/* By the clock, not by the turn's time: what was read in this turn is older. */
static void ask_capture(struct app *a)
{
	struct source *s = running_capture(a);

	if (s && s->ops->refresh)
		s->ops->refresh(s, eventclock_now(&a->clock));
}

/* Has the model's questions answered, by those sources that can. */
static void pass_wants_on(struct app *a, uint64_t now_ns)
{
	struct sockquery queries[WANTS_PER_TURN];
	uint64_t cgroups[WANTS_PER_TURN];
	uint32_t users[WANTS_PER_TURN];
	unsigned n;

	n = model_take_cgroups(a->model, cgroups, WANTS_PER_TURN);
	if (n && a->cgroups)
		cgroups_want(a->cgroups, cgroups, n);
	n = model_take_users(a->model, users, WANTS_PER_TURN);
	if (n && a->users)
		users_want(a->users, users, n);
	n = model_take_lookups(a->model, queries, WANTS_PER_TURN);
	if (n && a->places)
		places_look_up(a->places, queries, n, now_ns);
	/*
	 * At the end of a round's dumps everything is looked for; this is for what comes between.
	 */
	if (a->stage == ROUND_DONE && a->procfs && model_take_ownerless(a->model))
		procfs_look_now(a->procfs, now_ns);
}

/* The descriptor of the watched row is read anew: whether it blocks may change at any time. */
static void read_watched(struct app *a)
{
	struct row r;

	if (a->watched == MODEL_NONE || !a->procfs || !model_row(a->model, a->watched, &r) ||
	    !r.sk || !r.proc || r.sk->fd < 0 || r.proc_reason != PROC_KNOWN)
		return;
	procfs_read_flags(a->procfs, r.proc->rec.pid, r.sk->fd, r.sk->inode);
}

static void end_round(struct app *a, uint64_t now_ns)
{
	struct event tick = { .kind = EV_TICK, .time_ns = now_ns };

	a->stage = ROUND_DONE;
	a->last_round_cost_ns = a->round_cost_ns;
	if (a->live)
		app_tell(a, &tick);
}

/* Moves the round on as far as it goes. */
static void advance(struct app *a, uint64_t now_ns)
{
	if (a->stage == ROUND_READING && !a->turn_cut && !any_reading(a)) {
		ask_capture(a);
		a->stage = ROUND_CAPTURE;
	}
	if (a->stage == ROUND_CAPTURE && !a->turn_cut && !is_busy(running_capture(a))) {
		model_take_ownerless(a->model);
		if (a->procfs)
			procfs_want(a->procfs, model_totals(a->model)->unresolved, now_ns);
		read_watched(a);
		a->stage = ROUND_OWNERS;
	}
	if (a->stage == ROUND_OWNERS && !is_busy(a->procfs)) {
		a->stage = ROUND_NAMES;
		a->names_since_ns = now_ns;
	}
	/* A screen shows names as they come. */
	if (a->stage == ROUND_NAMES &&
	    (!a->opt->format || !(is_busy(a->cgroups) || is_busy(a->users)) ||
	     now_ns - a->names_since_ns >= NAMES_WAIT_NS))
		end_round(a, now_ns);
}

/* A source that ended for good has said why in its notice. */
static void note_end(struct app *a, unsigned i)
{
	a->run[i].finished = true;
	errmsg_set(&a->trouble, "%s", model_notice(a->model, a->run[i].source->ops->notice));
}

/*
 * Packets come at their own pace: in a flood of them rounds further apart would save nothing, and
 * their time is no cost of the round.
 */
static int step_source(struct app *a, struct source *s, uint64_t now_ns, const struct sink *out)
{
	uint64_t start = clock_mono_ns();
	int rc = s->ops->step(s, now_ns, out);

	if (s != a->capture)
		a->round_cost_ns += clock_mono_ns() - start;
	return rc;
}

/*
 * Steps one source after the other, for as long as a turn may take: with many namespaces there
 * are many sources. The next turn goes on with the one after.
 */
static void step_sources(struct app *a, uint64_t now_ns, const struct sink *out)
{
	uint64_t start_ns = clock_mono_ns(), ran_ns = 0;
	unsigned done = 0;

	a->turn_cut = false;
	for (; done < a->run_count && !a->turn_cut; done++) {
		unsigned i = (a->run_next + done) % a->run_count;
		struct source *s = a->run[i].source;

		if (!a->run[i].finished && step_source(a, s, now_ns + ran_ns, out))
			note_end(a, i);
		ran_ns = a->live ? clock_mono_ns() - start_ns : 0;
		a->turn_cut = done + 1 < a->run_count && clock_mono_ns() - start_ns >= TURN_NS;
	}
	a->run_next = a->turn_cut ? (a->run_next + done) % a->run_count : 0;
}

/* What of other namespaces cannot be had; said when it changes. */
static void tell_places(struct app *a)
{
	const char *trouble = places_trouble(a->places);
	struct errmsg text = { "" };

	if (trouble)
		errmsg_set(&text, "%s", trouble);
	if (strncmp(text.text, model_notice(a->model, NOTICE_NAMESPACES), EVENT_TEXT_MAX - 1) != 0)
		app_tell_notice(a, NOTICE_NAMESPACES, &text);
}

static void follow_places(struct app *a, uint64_t now_ns)
{
	if (!a->places)
		return;
	a->lost |= places_take_loss(a->places);
	if (places_follow(a->places, a->capture, now_ns))
		app_list_sources(a);
	tell_places(a);
}

void app_step(struct app *a, uint64_t now_ns)
{
	struct sink out = model_sink(a->model);
	uint64_t start;

	if (a->paused)
		return;
	step_sources(a, now_ns, &out);
	start = clock_mono_ns();
	follow_places(a, now_ns);
	pass_wants_on(a, now_ns);
	a->round_cost_ns += clock_mono_ns() - start;
	advance(a, now_ns);
}

/* How long poll() may wait before a source is due, in milliseconds rounded up. */
static int wait_ms(const struct app *a, uint64_t now_ns, int most)
{
	if (a->turn_cut)
		return 0;
	for (unsigned i = 0; i < a->run_count; i++) {
		const struct source *s = a->run[i].source;
		uint64_t due = a->run[i].finished || !s->ops->due_ns ? SOURCE_NEVER : s->ops->due_ns(s);

		if (due <= now_ns)
			return 0;
		if (due != SOURCE_NEVER && (due - now_ns) / NSEC_PER_MSEC < (uint64_t)most)
			most = (int)((due - now_ns) / NSEC_PER_MSEC) + 1;
	}
	return most;
}

static int gather_fds(const struct app *a, struct pollfd *out)
{
	int n = 0;

	for (unsigned i = 0; i < a->run_count && n + SOURCE_FDS_MAX < FDS_MAX; i++) {
		const struct source *s = a->run[i].source;

		if (!a->run[i].finished && s->ops->fds)
			n += s->ops->fds(s, out + n, SOURCE_FDS_MAX);
	}
	return n;
}

bool app_turn(struct app *a, int timeout_ms, int extra_fd, const sigset_t *wait_mask)
{
	uint64_t now_ns = eventclock_now(&a->clock);
	int wait = a->paused ? timeout_ms : wait_ms(a, now_ns, timeout_ms);
	struct timespec ts = { wait / 1000, wait % 1000 * 1000000L };
	struct pollfd fds[FDS_MAX];
	int n = a->paused ? 0 : gather_fds(a, fds);
	bool ready;

	fds[n] = (struct pollfd){ .fd = extra_fd, .events = POLLIN };
	ready = ppoll(fds, (nfds_t)n + 1, &ts, wait_mask) > 0 && fds[n].revents;
	app_step(a, eventclock_now(&a->clock));
	return ready;
}

void app_refresh(struct app *a)
{
	uint64_t now_ns = eventclock_now(&a->clock);

	if (a->paused)
		return;
	a->lost = false;
	if (a->places)
		places_want(a->places, a->protos, app_details_wanted(a));
	for (unsigned i = 0; i < a->run_count; i++) {
		struct source *s = a->run[i].source;

		if (!a->run[i].finished && s != a->capture && s->ops->refresh)
			s->ops->refresh(s, now_ns);
	}
	a->stage = ROUND_READING;
	a->round_cost_ns = 0;
}

uint64_t app_interval_ns(const struct app *a)
{
	uint64_t least = a->last_round_cost_ns * ROUND_SHARE;

	if (a->lost)
		return least;	/* a dump tells what the lost events would have */
	return least > a->opt->interval_ns ? least : a->opt->interval_ns;
}

bool app_run_round(struct app *a, const sigset_t *wait_mask)
{
	app_refresh(a);
	while (!app_round_done(a)) {
		if (signals_say_stop())
			return false;
		app_turn(a, ROUND_WAIT_MS, -1, wait_mask);
	}
	return true;
}

bool app_round_done(const struct app *a)
{
	return a->stage == ROUND_DONE;
}

bool app_file_done(const struct app *a)
{
	return !a->opt->read_file || model_capture(a->model)->ended;
}

void app_cut_file(struct app *a)
{
	if (a->capture)
		a->was_cut |= capture_cut(a->capture);
}

bool app_was_cut(const struct app *a)
{
	return a->was_cut;
}

bool app_file_progress(const struct app *a, uint64_t *at, uint64_t *size)
{
	if (!a->capture || !a->opt->read_file)
		return false;
	capture_progress(a->capture, at, size);
	return true;
}

int app_progress(const struct app *a)
{
	uint64_t at, size;

	if (!app_file_progress(a, &at, &size) || !size)
		return -1;
	return at < size ? (int)(at * 100 / size) : 100;
}

bool app_is_sliced(const struct app *a)
{
	return a->sliced;
}

bool app_next_slice(struct app *a)
{
	struct sink out = model_sink(a->model);

	return a->sliced && capture_next_slice(a->capture, &out);
}

void app_pause(struct app *a, bool paused)
{
	a->paused = paused;
}

bool app_paused(const struct app *a)
{
	return a->paused;
}

const char *app_trouble(const struct app *a)
{
	const char *file = a->capture ? capture_trouble(a->capture) : NULL;

	if (file)
		return file;
	return a->trouble.text[0] ? a->trouble.text : NULL;
}

uint32_t app_absent(const struct app *a)
{
	return a->places ? places_absent(a->places) : 0;
}

struct export_run {
	int fd;
	uint32_t rows;
	uint64_t bytes;
};

static int flush_counting(void *ctx, struct buf *b)
{
	struct export_run *run = ctx;

	run->bytes += b->len;
	return snapshot_flush_fd(&run->fd, b);
}

static int export_rows(const struct app *a, const struct query *q, const struct format *f,
		       const struct column *const *cols, unsigned col_count, struct export_run *run)
{
	struct result result;
	struct buf b;
	struct snapshot s = { .m = a->model, .result = &result, .query = q, .cols = cols,
			      .col_count = col_count, .absent = app_absent(a),
			      .header = true, .first = true,
			      .flush = flush_counting, .ctx = run };
	int rc;

	result_init(&result);
	buf_init(&b);
	rc = query_run(q, a->model, false, &result);
	if (!rc)
		rc = f->write(&s, &b);
	run->rows = result.rows;
	buf_fini(&b);
	result_fini(&result);
	return rc;
}

int app_export(struct app *a, const struct query *q, const struct format *f, const char *path,
	       const struct column *const *cols, unsigned col_count, uint32_t *rows, uint64_t *bytes,
	       struct errmsg *err)
{
	struct outfile *file;
	struct export_run run;
	int rc = outfile_open(&file, path, err);

	if (rc)
		return rc;
	run = (struct export_run){ .fd = outfile_fd(file) };
	rc = export_rows(a, q, f, cols, col_count, &run);
	if (rc) {
		rc = outfile_error(file, rc, err);
		outfile_abort(file);
		return rc;
	}
	rc = outfile_commit(file, err);
	if (!rc) {
		*rows = run.rows;
		*bytes = run.bytes;
	}
	return rc;
}

void app_want_protos(struct app *a, uint32_t protos)
{
	a->protos = app_protos_to_dump(a, a->opt->protos | protos);
	if (a->synth)
		synth_want(a->synth, a->protos);
}

void app_watch(struct app *a, uint32_t row_id)
{
	if (row_id == a->watched)
		return;
	a->watched = row_id;
	read_watched(a);
}

static int kill_socket(struct app *a, const struct sk *sk)
{
	struct killer *killer;
	int rc;

	if (!a->places)
		return -EOPNOTSUPP;
	rc = places_killer(a->places, sk->rec.netns, &killer);
	return rc ? rc : killer_destroy(killer, &sk->rec);
}

int app_kill(struct app *a, uint32_t row_id)
{
	struct event e = { .kind = EV_KILLED };
	struct row r;

	if (!model_row(a->model, row_id, &r) || !r.sk || r.sk->ended_ns)
		return -ENOENT;
	e.kill = (struct killrec){ .cookie = r.sk->rec.cookie, .error = kill_socket(a, r.sk) };
	e.time_ns = a->live ? eventclock_now(&a->clock) : model_time_ns(a->model);
	app_tell(a, &e);
	return e.kill.error;
}

const char *app_kill_why(int error)
{
	return killer_why(error);
}
