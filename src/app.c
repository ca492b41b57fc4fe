/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The app: which sources there are, when each is stepped, and what a round is.
 *
 * A round: every source is asked to refresh; when none of them is busy any more, the owners of sockets
 * that have none yet are looked for; when that is done too, a tick ends the interval. Rounds overlap
 * nothing: the next one starts only when the caller says so.
 */
#include "app.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"
#include "config.h"
#include "export/outfile.h"
#include "source/capture.h"
#include "source/diag.h"
#include "source/procfs.h"
#include "source/rtlink.h"
#include "source/synth.h"

enum {
	SOURCES_MAX = 5,
	FDS_MAX = SOURCES_MAX * SOURCE_FDS_MAX + 1,
	SOCKET_LIMIT = 1 << 20,
	FLOW_LIMIT = 1 << 20,
	ROUND_SHARE = 20,	/* a round may take 1/20 of the time */
};

static const uint32_t ALL_PROTOS = 1u << SP_TCP | 1u << SP_UDP;

enum stage { ROUND_DONE, ROUND_READING, ROUND_OWNERS };

struct app {
	const struct options *opt;
	struct model *model;
	struct source *source[SOURCES_MAX];
	bool finished[SOURCES_MAX];	/* its step() said so */
	unsigned source_count;
	struct source *procfs;		/* also in source[]; NULL = --no-process */
	struct source *capture;		/* likewise */
	struct eventclock clock;
	enum stage stage;
	uint64_t round_cost_ns;		/* time spent in steps since the round began */
	uint64_t last_round_cost_ns;
	bool paused;
	bool live;			/* ticks are ours to give (the synthetic host has its own) */
	struct errmsg trouble;
};

static void add_source(struct app *a, struct source *s)
{
	a->source[a->source_count++] = s;
}

static void tell(struct app *a, const struct event *e)
{
	model_apply(a->model, e);
}

static void tell_host(struct app *a, bool offline, bool no_capture)
{
	struct event e = { .kind = EV_HOST, .time_ns = offline ? 0 : eventclock_now(&a->clock) };

	if (offline || gethostname(e.host.name, sizeof(e.host.name) - 1))
		e.host.name[0] = '\0';	/* whose packets a file holds is not known */
	memcpy(e.host.version, PACKAGE_VERSION, sizeof(PACKAGE_VERSION));
	e.host.offline = offline;
	e.host.no_process = offline || a->opt->no_process;
	e.host.no_capture = no_capture;
	tell(a, &e);
}

static void tell_notice(struct app *a, enum noticesource source, const struct errmsg *err)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = eventclock_now(&a->clock) };

	e.notice.source = (uint8_t)source;
	memcpy(e.notice.text, err->text, sizeof(e.notice.text) - 1);
	tell(a, &e);
}

static struct capture_options capture_options(const struct options *opt)
{
	return (struct capture_options){
		.pktsrc = { .interfaces = opt->interfaces ? opt->interfaces : "any",
			    .filter = opt->capture_filter,
			    .snaplen = opt->snaplen,
			    .buffer_kib = opt->buffer_kib },
		.file = opt->read_file,
		.max_flows = opt->max_flows,
		.publish_at_end_only = opt->read_file && opt->format,
	};
}

/*
 * Live capture. Where it cannot be had (no right, a kernel without AF_PACKET), sockmon goes on
 * without packets and says what is missing. Who asked for packets by name (-i, -f) is refused, but
 * for a missing right on a screen, which says it.
 */
static int open_capture(struct app *a, struct errmsg *err)
{
	const struct options *opt = a->opt;
	struct capture_options c = capture_options(opt);
	bool asked = opt->interfaces || opt->capture_filter;
	struct errmsg why = { "" };
	int rc;

	if (opt->no_capture || (opt->once && !asked)) {
		tell_host(a, false, true);
		return 0;
	}
	rc = capture_new(&a->capture, &c, &why);
	if (rc && asked && (rc != -EPERM || opt->format)) {
		*err = why;
		return rc;
	}
	tell_host(a, false, rc != 0);
	if (rc)
		tell_notice(a, NOTICE_CAPTURE, &why);
	else
		add_source(a, a->capture);
	return 0;
}

static int open_diag(struct app *a, struct errmsg *err)
{
	const struct options *opt = a->opt;
	/*
	 * Both families, whatever -4 and -6 leave to be shown: IPv4 packets may belong to a socket
	 * of AF_INET6, and a flow without its socket would get a wrong reason. Tables left out by
	 * -t or -u likewise matter only where packets are looked at.
	 */
	struct diag_options d = {
		.protos = opt->protos && !a->capture ? opt->protos : ALL_PROTOS | opt->protos,
		.ipv4 = a->capture || opt->ipv4 || !opt->ipv6,
		.ipv6 = a->capture || opt->ipv6 || !opt->ipv4,
	};
	struct source *s;
	int rc = diag_new(&s, &d, err);

	if (!rc)
		add_source(a, s);
	return rc;
}

static int open_live(struct app *a, struct errmsg *err)
{
	struct source *s;
	int rc = open_capture(a, err);	/* first: it is what needs a right */

	if (rc)
		return rc;
	rc = rtlink_new(&s, err);
	if (rc)
		return rc;
	add_source(a, s);
	rc = open_diag(a, err);
	if (rc || a->opt->no_process)
		return rc;
	rc = procfs_new(&a->procfs, "/proc", err);
	if (rc)
		return rc;
	add_source(a, a->procfs);
	return 0;
}

static int open_file(struct app *a, struct errmsg *err)
{
	struct capture_options c = capture_options(a->opt);
	int rc = capture_new(&a->capture, &c, err);

	if (rc)
		return rc;
	tell_host(a, true, false);
	add_source(a, a->capture);
	return 0;
}

static int open_demo(struct app *a, struct errmsg *err)
{
	struct source *s;
	int rc = synth_new(&s, a->opt->interval_ns, err);

	if (!rc)
		add_source(a, s);
	return rc;
}

int app_new(struct app **out, const struct options *opt, struct errmsg *err)
{
	struct app *a = xcalloc(1, sizeof(*a));
	uint32_t flows = opt->max_flows ? opt->max_flows : FLOW_LIMIT;
	int rc;

	a->opt = opt;
	a->model = model_new(SOCKET_LIMIT, flows, hash_random_seed());
	a->live = !opt->demo && !opt->read_file;
	eventclock_init(&a->clock);
	if (opt->demo)
		rc = open_demo(a, err);
	else
		rc = opt->read_file ? open_file(a, err) : open_live(a, err);
	if (rc) {
		app_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void app_free(struct app *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < a->source_count; i++)
		a->source[i]->ops->close(a->source[i]);
	model_free(a->model);
	free(a);
}

const struct model *app_model(const struct app *a)
{
	return a->model;
}

const struct options *app_options(const struct app *a)
{
	return a->opt;
}

static bool is_busy(const struct app *a, const struct source *s)
{
	return s->ops->busy && s->ops->busy(s) && s != a->procfs;
}

static bool any_busy(const struct app *a)
{
	for (unsigned i = 0; i < a->source_count; i++)
		if (!a->finished[i] && is_busy(a, a->source[i]))
			return true;
	return false;
}

static void end_round(struct app *a, uint64_t now_ns)
{
	struct event tick = { .kind = EV_TICK, .time_ns = now_ns };

	a->stage = ROUND_DONE;
	a->last_round_cost_ns = a->round_cost_ns;
	if (a->live)
		tell(a, &tick);
}

/* Moves the round on as far as it goes. */
static void advance(struct app *a, uint64_t now_ns)
{
	if (a->stage == ROUND_READING && !any_busy(a)) {
		if (a->procfs)
			procfs_want(a->procfs, model_totals(a->model)->unresolved, now_ns);
		a->stage = ROUND_OWNERS;
	}
	if (a->stage == ROUND_OWNERS && !(a->procfs && a->procfs->ops->busy(a->procfs)))
		end_round(a, now_ns);
}

/* A source that ended for good has said why in its notice. */
static void note_end(struct app *a, unsigned i)
{
	a->finished[i] = true;
	errmsg_set(&a->trouble, "%s", model_notice(a->model, a->source[i]->ops->notice));
}

void app_step(struct app *a, uint64_t now_ns)
{
	struct sink out = model_sink(a->model);
	uint64_t start = clock_mono_ns();

	if (a->paused)
		return;
	for (unsigned i = 0; i < a->source_count; i++)
		if (!a->finished[i] && a->source[i]->ops->step(a->source[i], now_ns, &out))
			note_end(a, i);
	a->round_cost_ns += clock_mono_ns() - start;
	advance(a, now_ns);
}

/* How long poll() may wait before a source is due, in milliseconds rounded up. */
static int wait_ms(const struct app *a, uint64_t now_ns, int most)
{
	for (unsigned i = 0; i < a->source_count; i++) {
		const struct source *s = a->source[i];
		uint64_t due = a->finished[i] || !s->ops->due_ns ? SOURCE_NEVER : s->ops->due_ns(s);

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

	for (unsigned i = 0; i < a->source_count; i++)
		if (!a->finished[i] && a->source[i]->ops->fds)
			n += a->source[i]->ops->fds(a->source[i], out + n, SOURCE_FDS_MAX);
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
	for (unsigned i = 0; i < a->source_count; i++)
		if (!a->finished[i] && a->source[i]->ops->refresh)
			a->source[i]->ops->refresh(a->source[i], now_ns);
	a->stage = ROUND_READING;
	a->round_cost_ns = 0;
}

uint64_t app_interval_ns(const struct app *a)
{
	uint64_t least = a->last_round_cost_ns * ROUND_SHARE;

	return least > a->opt->interval_ns ? least : a->opt->interval_ns;
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
		capture_cut(a->capture);
}

int app_progress(const struct app *a)
{
	uint64_t at, size;

	if (!a->capture || !a->opt->read_file)
		return -1;
	capture_progress(a->capture, &at, &size);
	return size ? (int)(at * 100 / size) : -1;
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

static int export_rows(const struct model *m, const struct query *q, const struct format *f,
		       const struct column *const *cols, unsigned col_count, struct export_run *run)
{
	struct result result;
	struct buf b;
	struct snapshot s = { .m = m, .result = &result, .query = q, .cols = cols,
			      .col_count = col_count, .header = true, .first = true,
			      .flush = flush_counting, .ctx = run };
	int rc;

	result_init(&result);
	buf_init(&b);
	rc = query_run(q, m, false, &result);
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
	rc = export_rows(a->model, q, f, cols, col_count, &run);
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
