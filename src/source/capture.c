/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture source: see capture.h. Turns batches of the capture thread, or a file read in place,
 * into events. Counts nothing itself.
 *
 * Live, event time is the time given to step(). In a file it is packet time, the largest seen;
 * there flows are never too old, and a connection stays when its ports are used again (a file ends,
 * and whoever reads it wants all of it), so the table's cap is the only bound.
 */
#include "source/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/capopen.h"
#include "source/capthread.h"
#include "source/pktfeed.h"

enum {
	MAX_FLOWS_DEFAULT = 1 << 20,
	READ_PACKETS = 1024,	/* between two looks at the clock */
	SLICE_FLOWS = 4096,
	/* There may be dozens of further namespaces, and most have little to say. */
	FURTHER_BUFFER_KIB = 2048,
};

#define READ_NS (4 * NSEC_PER_MSEC)
#define SHOW_GAP_NS (100 * NSEC_PER_MSEC)

enum filephase { FILE_READING, FILE_SENDING, FILE_DONE };

struct capture {
	struct source source;
	struct capturerec rec;		/* as last told */
	struct errmsg trouble;		/* "" = none */

	/* live */
	struct pktsrc_options opt;	/* for further namespaces; its strings are owned */
	struct capthread *thread;	/* NULL: a file */
	struct capopening *opening[NETNS_MAX];	/* in the background; NULL: none, or it was seen to be over */
	struct capopening *left;	/* not wanted any more before they were open */
	struct errmsg told_next;	/* what became of one; "" = nothing to tell */
	uint32_t asked, answered;	/* see capthread_ask() */

	/* a file */
	struct pktfeed feed;
	struct flowout *slice;
	enum filephase phase;
	bool at_end_only;
	uint64_t shown_ns;		/* monotonic: when flows were last sent while reading */
};

static struct capture *capture_of(struct source *s)
{
	return (struct capture *)s;
}

static const struct capture *capture_of_const(const struct source *s)
{
	return (const struct capture *)s;
}

/* ---- events */

static void send_flows(const struct flowout *flows, uint32_t count, uint64_t time_ns,
		       const struct sink *out)
{
	struct event e = { .kind = EV_FLOW, .time_ns = time_ns };

	for (uint32_t i = 0; i < count; i++) {
		e.flow = (struct flowevent){ .rec = flows[i].rec, .ended = flows[i].ended };
		sink_send(out, &e);
	}
}

static void send_totals(struct capture *c, const struct flowtotals *totals,
			const struct pktstats *stats, uint64_t time_ns, const struct sink *out)
{
	struct event e = { .kind = EV_CAPTURE, .time_ns = time_ns };

	c->rec.totals = *totals;
	c->rec.dropped = stats->dropped;
	c->rec.if_dropped = stats->if_dropped;
	e.capture = c->rec;
	sink_send(out, &e);
}

static void send_trouble(const struct errmsg *trouble, uint64_t time_ns, const struct sink *out)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = time_ns };

	e.notice.source = NOTICE_CAPTURE;
	snprintf(e.notice.text, sizeof(e.notice.text), "%.*s", (int)sizeof(e.notice.text) - 1,
		 trouble->text);
	sink_send(out, &e);
}

/* ---- live */

/* One that failed, other than for an interface which is not there, is told at the next step. */
static void end_opening(struct capture *c, uint16_t index)
{
	struct errmsg why = { "" };
	int r = capopen_end(c->opening[index], &why);

	c->opening[index] = NULL;
	if (r && r != -ENODEV)
		c->told_next = why;
}

static int live_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct capture *c = capture_of(s);
	struct capbatch *b = capthread_take(c->thread);
	bool failed;

	if (!b)
		return c->rec.ended ? -EIO : 0;
	failed = b->failed;
	if (failed) {
		c->trouble = b->trouble;
		c->rec.ended = c->rec.truncated = true;
	}
	send_flows(b->flows, b->count, now_ns, out);
	if (c->told_next.text[0])
		send_trouble(&c->told_next, now_ns, out);
	c->told_next.text[0] = '\0';
	if (b->trouble.text[0])
		send_trouble(&b->trouble, now_ns, out);
	send_totals(c, &b->totals, &b->stats, now_ns, out);
	c->answered = b->answers;
	capthread_give_back(c->thread, b);
	return failed ? -EIO : 0;
}

static int live_fds(const struct source *s, struct pollfd *out, int max)
{
	if (max < 1)
		return 0;
	*out = (struct pollfd){ .fd = capthread_fd(capture_of_const(s)->thread), .events = POLLIN };
	return 1;
}

static uint64_t live_due_ns(const struct source *s)
{
	(void)s;
	return SOURCE_NEVER;
}

static void live_refresh(struct source *s, uint64_t now_ns)
{
	struct capture *c = capture_of(s);

	(void)now_ns;
	for (uint16_t i = 0; i < NETNS_MAX; i++)
		if (c->opening[i] && capopen_is_over(c->opening[i]))
			end_opening(c, i);
	capopen_reap(&c->left, false);
	c->asked = capthread_ask(c->thread);
}

static bool live_busy(const struct source *s)
{
	const struct capture *c = capture_of_const(s);

	return !c->rec.ended && c->answered != c->asked;
}

static void capture_close(struct source *s)
{
	struct capture *c = capture_of(s);

	for (unsigned i = 0; i < NETNS_MAX; i++)
		capopen_abandon(c->opening[i], &c->left);
	capopen_reap(&c->left, true);
	capthread_stop(c->thread);
	pktfeed_fini(&c->feed);
	free(c->slice);
	free((char *)c->opt.interfaces);
	free((char *)c->opt.filter);
	free(c);
}

static const struct source_ops live_ops = {
	.notice = NOTICE_CAPTURE,
	.step = live_step,
	.fds = live_fds,
	.due_ns = live_due_ns,
	.refresh = live_refresh,
	.busy = live_busy,
	.close = capture_close,
};

/* ---- a file */

static void file_send_slice(struct capture *c, uint64_t time_ns, const struct sink *out)
{
	uint32_t count = flowtab_collect(c->feed.flows, c->slice, SLICE_FLOWS);
	struct pktstats none = { 0 };

	send_flows(c->slice, count, time_ns, out);
	if (c->phase == FILE_SENDING && !flowtab_has_changes(c->feed.flows)) {
		c->phase = FILE_DONE;
		c->rec.ended = true;
		c->rec.truncated = c->trouble.text[0];
		if (c->rec.truncated)
			send_trouble(&c->trouble, time_ns, out);
	}
	send_totals(c, flowtab_totals(c->feed.flows), &none, time_ns, out);
}

/* Reads for a while; true when there is something to show before the end. */
static bool file_read(struct capture *c)
{
	uint64_t start = clock_mono_ns(), now = start;

	for (; now - start < READ_NS; now = clock_mono_ns()) {
		int n = pktfeed_step(&c->feed, READ_PACKETS, &c->trouble);

		if (n > 0)
			continue;
		c->phase = FILE_SENDING;
		return false;
	}
	if (c->at_end_only || now - c->shown_ns < SHOW_GAP_NS)
		return false;
	c->shown_ns = now;
	return true;
}

static int file_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct capture *c = capture_of(s);
	bool show = c->phase == FILE_SENDING;

	if (c->phase == FILE_READING)
		show = file_read(c);
	if (show)	/* a file without packets has no time of its own */
		file_send_slice(c, c->feed.latest_ns ? c->feed.latest_ns : now_ns, out);
	return 0;
}

static uint64_t file_due_ns(const struct source *s)
{
	return capture_of_const(s)->phase == FILE_DONE ? SOURCE_NEVER : 0;
}

static bool file_busy(const struct source *s)
{
	return capture_of_const(s)->phase != FILE_DONE;
}

static const struct source_ops file_ops = {
	.notice = NOTICE_CAPTURE,
	.step = file_step,
	.due_ns = file_due_ns,
	.busy = file_busy,
	.close = capture_close,
};

/* ---- opening */

static uint32_t max_flows_of(const struct capture_options *opt)
{
	return opt->max_flows ? opt->max_flows : MAX_FLOWS_DEFAULT;
}

static struct capture *capture_alloc(const struct source_ops *ops, const char *name)
{
	static const char cut[] = "…";
	struct capture *c = xcalloc(1, sizeof(*c));
	const size_t room = sizeof(c->rec.interfaces);

	c->source.ops = ops;
	/* A file's name fits (NAME_MAX), a list may be cut: anywhere, for names are but bytes. */
	if (snprintf(c->rec.interfaces, room, "%s", name) >= (int)room)
		memcpy(c->rec.interfaces + room - sizeof(cut), cut, sizeof(cut));
	return c;
}

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static int open_live(struct capture **out, const struct capture_options *opt, struct errmsg *err)
{
	struct pktsrc *pktsrc;
	struct capture *c;
	int r = capopen_now(&pktsrc, opt->where, &opt->pktsrc, err);

	if (r)
		return r;
	c = capture_alloc(&live_ops, opt->pktsrc.interfaces ? opt->pktsrc.interfaces : "any");
	c->rec.live = true;
	r = capthread_start(&c->thread, pktsrc, netns_index(opt->where), max_flows_of(opt), err);
	if (r) {
		free(c);
		return r;
	}
	c->opt = opt->pktsrc;
	c->opt.interfaces = copy_of(opt->pktsrc.interfaces);
	c->opt.filter = copy_of(opt->pktsrc.filter);
	if (!c->opt.buffer_kib)
		c->opt.buffer_kib = FURTHER_BUFFER_KIB;
	*out = c;
	return 0;
}

static int open_file(struct capture **out, const struct capture_options *opt, struct errmsg *err)
{
	const char *slash = strrchr(opt->file, '/');
	struct pktsrc *pktsrc;
	struct capture *c;
	int r = pktsrc_pcap_open_file(&pktsrc, opt->file, &opt->pktsrc, err);

	if (r)
		return r;
	c = capture_alloc(&file_ops, slash ? slash + 1 : opt->file);
	c->at_end_only = opt->publish_at_end_only;
	r = pktfeed_init(&c->feed, pktsrc, max_flows_of(opt), err);
	if (r) {
		free(c);
		return r;
	}
	flowtab_keep_former(c->feed.flows);
	c->slice = xcalloc(SLICE_FLOWS, sizeof(*c->slice));
	*out = c;
	return 0;
}

int capture_new(struct source **out, const struct capture_options *opt, struct errmsg *err)
{
	struct capture *c;
	int r = opt->file ? open_file(&c, opt, err) : open_live(&c, opt, err);

	if (!r)
		*out = &c->source;
	return r;
}

void capture_progress(const struct source *s, uint64_t *at, uint64_t *size)
{
	const struct pktsrc *p = capture_of_const(s)->feed.pktsrc;

	*at = *size = 0;
	if (p && p->ops->progress)
		p->ops->progress(p, at, size);
}

void capture_cut(struct source *s)
{
	struct capture *c = capture_of(s);

	if (s->ops != &file_ops || c->phase != FILE_READING)
		return;
	c->phase = FILE_SENDING;
	errmsg_set(&c->trouble, "%s was not read to its end: interrupted; what was read is shown",
		   strcmp(c->rec.interfaces, "-") == 0 ? "standard input" : c->rec.interfaces);
}

const char *capture_trouble(const struct source *s)
{
	const struct capture *c = capture_of_const(s);

	return c->trouble.text[0] ? c->trouble.text : NULL;
}

int capture_add_netns(struct source *s, const struct netns_place *where, struct errmsg *err)
{
	struct capture *c = capture_of(s);
	uint16_t index = netns_index(where);

	if (!c->thread || c->rec.ended || index >= NETNS_MAX) {
		errmsg_set(err, "there is no live capture that a network namespace could join");
		return -EINVAL;
	}
	if (c->opening[index])
		capture_drop_netns(s, index);
	return capopen_begin(&c->opening[index], where, &c->opt, c->thread, err);
}

void capture_drop_netns(struct source *s, uint16_t index)
{
	struct capture *c = capture_of(s);

	if (!c->thread || index >= NETNS_MAX)
		return;
	capopen_abandon(c->opening[index], &c->left);
	c->opening[index] = NULL;
	capthread_drop(c->thread, index);
}
