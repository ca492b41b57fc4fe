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
	READ_PACKETS = 64,	/* between two looks at the clock */
	SLICE_FLOWS = 4096,
	HELD_SLICE = 512,	/* these and what the model makes of them stay in a core's cache */
	/* There may be dozens of further namespaces, and most have little to say. */
	FURTHER_BUFFER_KIB = 2048,
};

/* Of a file every name is learned. */
_Static_assert((int)READ_PACKETS <= (int)PKTFEED_ANSWERS &&
	       (int)READ_PACKETS * (int)DNS_ADDRS_MAX <= (int)PKTFEED_NAMES, "names are taken in time");

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
	uint64_t asked_ns;		/* event time of the last one */

	/* a file */
	struct pktfeed feed;
	struct flowout *slice;
	struct namerec *names;		/* PKTFEED_NAMES */
	struct ifcountrec *ifcounts;	/* IFCOUNTS_MAX */
	uint32_t slice_count;		/* held: flows in it that were sent and not taken back */
	uint32_t slice_gen;		/* one more with each slice */
	enum filephase phase;
	bool at_end_only, hold;
	bool idle;			/* it is a pipe, and nothing is in it now */
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

static void send_names(const struct namerec *names, uint32_t count, uint64_t time_ns,
		       const struct sink *out)
{
	struct event e = { .kind = EV_NAME, .time_ns = time_ns };

	for (uint32_t i = 0; i < count; i++) {
		e.name = names[i];
		sink_send(out, &e);
	}
}

static void send_ifcounts(const struct ifcountrec *counts, uint32_t count, uint64_t time_ns,
			  const struct sink *out)
{
	struct event e = { .kind = EV_IFCOUNT, .time_ns = time_ns };

	for (uint32_t i = 0; i < count; i++) {
		e.ifcount = counts[i];
		sink_send(out, &e);
	}
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

/*
 * Packets are looked at since it was opened, a little before its first step or refresh: the first
 * time that it is told.
 */
static void note_began(struct capture *c, uint64_t now_ns)
{
	if (!c->rec.began_ns)
		c->rec.began_ns = now_ns;
}

static int live_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct capture *c = capture_of(s);
	struct capbatch *b = capthread_take(c->thread);
	bool failed;

	note_began(c, now_ns);
	if (!b)
		return c->rec.ended ? -EIO : 0;
	failed = b->failed;
	if (failed) {
		c->trouble = b->trouble;
		c->rec.ended = c->rec.truncated = true;
	}
	send_flows(b->flows, b->count, now_ns, out);
	send_names(b->names, b->name_count, now_ns, out);
	send_ifcounts(b->ifcounts, b->ifcount_count, now_ns, out);
	if (c->told_next.text[0])
		send_trouble(&c->told_next, now_ns, out);
	c->told_next.text[0] = '\0';
	if (b->trouble.text[0])
		send_trouble(&b->trouble, now_ns, out);
	c->rec.balanced = b->balanced;
	if (b->whole == c->asked)
		c->rec.told_ns = c->asked_ns;
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

	note_began(c, now_ns);
	for (uint16_t i = 0; i < NETNS_MAX; i++)
		if (c->opening[i] && capopen_is_over(c->opening[i]))
			end_opening(c, i);
	capopen_reap(&c->left, false);
	c->asked_ns = now_ns;
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
	free(c->names);
	free(c->ifcounts);
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

/* What the file itself counts as lost before it was written (pcapng's interface statistics). */
static void file_send_totals(struct capture *c, uint64_t time_ns, const struct sink *out)
{
	const struct pktsrc *p = c->feed.pktsrc;
	struct pktstats stats = { 0 };

	if (p->ops->stats)
		p->ops->stats(c->feed.pktsrc, &stats);
	c->rec.first_ns = c->feed.earliest_ns;
	c->rec.last_ns = c->feed.latest_ns;
	c->rec.balanced = c->hold || !flowtab_has_changes(c->feed.flows);
	if (c->hold)
		flowtab_sum(c->feed.flows, &c->rec.held_packets, &c->rec.held_bytes);
	send_ifcounts(c->ifcounts, ifcounts_collect(&c->feed.ifcounts, c->ifcounts), time_ns, out);
	send_totals(c, flowtab_totals(c->feed.flows), &stats, time_ns, out);
}

static void file_end(struct capture *c, uint64_t time_ns, const struct sink *out)
{
	c->phase = FILE_DONE;
	c->rec.ended = true;
	c->rec.truncated = c->trouble.text[0];
	if (c->rec.truncated)
		send_trouble(&c->trouble, time_ns, out);
}

static void file_send_slice(struct capture *c, uint64_t time_ns, const struct sink *out)
{
	if (!c->hold)
		send_flows(c->slice, flowtab_collect(c->feed.flows, c->slice, SLICE_FLOWS), time_ns,
			   out);
	if (c->phase == FILE_SENDING && (c->hold || !flowtab_has_changes(c->feed.flows)))
		file_end(c, time_ns, out);
	file_send_totals(c, time_ns, out);
}

/* A file without packets has no time of its own. */
static uint64_t file_time_ns(const struct capture *c, uint64_t now_ns)
{
	return c->feed.latest_ns ? c->feed.latest_ns : now_ns;
}

/* Names that the file itself gives to addresses, and those in its DNS answers. */
static void file_send_names(struct capture *c, uint64_t time_ns, const struct sink *out)
{
	struct event e = { .kind = EV_NAME, .time_ns = time_ns };
	struct pktsrc *p = c->feed.pktsrc;
	char name[DNS_NAME_MAX];

	if (c->feed.answers)
		send_names(c->names, pktfeed_take_names(&c->feed, c->names), time_ns, out);
	while (p->ops->take_name && p->ops->take_name(p, &e.name.addr, name)) {
		e.name.origin = NAME_FILE;
		snprintf(e.name.name, sizeof(e.name.name), "%s", name);
		sink_send(out, &e);
	}
}

static void send_iface(uint32_t ifindex, const char name[static EVENT_NAME_MAX], uint64_t time_ns,
		       const struct sink *out)
{
	struct event e = { .kind = EV_IFACE, .time_ns = time_ns };

	e.iface.ifindex = ifindex;
	e.iface.no_stats = true;
	memcpy(e.iface.name, name, sizeof(e.iface.name));
	sink_send(out, &e);
}

static void file_send_ifaces(const struct capture *c, uint64_t time_ns, const struct sink *out)
{
	struct pktsrc *p = c->feed.pktsrc;
	char name[EVENT_NAME_MAX];
	uint32_t ifindex;

	while (p->ops->take_iface && p->ops->take_iface(p, &ifindex, name))
		send_iface(ifindex, name, time_ns, out);
}

/* Reads for a while; true when there is something to show before the end. */
static bool file_read(struct capture *c, uint64_t now_ns, const struct sink *out)
{
	uint64_t start = clock_mono_ns(), now = start;

	for (; now - start < READ_NS; now = clock_mono_ns()) {
		int n = pktfeed_step(&c->feed, READ_PACKETS, &c->trouble);

		file_send_ifaces(c, file_time_ns(c, now_ns), out);
		file_send_names(c, file_time_ns(c, now_ns), out);
		c->idle = n == -EAGAIN;
		if (c->idle)
			break;
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
		show = file_read(c, now_ns, out);
	if (show)
		file_send_slice(c, file_time_ns(c, now_ns), out);
	return 0;
}

/* What is written into a pipe comes when it comes; a file on disk is always there. */
static bool file_is_idle(const struct capture *c)
{
	return c->phase == FILE_READING && c->idle;
}

static int file_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct capture *c = capture_of_const(s);
	int fd = c->feed.pktsrc->ops->fd ? c->feed.pktsrc->ops->fd(c->feed.pktsrc) : -1;

	if (max < 1 || fd < 0 || !file_is_idle(c))
		return 0;
	*out = (struct pollfd){ .fd = fd, .events = POLLIN };
	return 1;
}

static uint64_t file_due_ns(const struct source *s)
{
	const struct capture *c = capture_of_const(s);

	return c->phase == FILE_DONE || file_is_idle(c) ? SOURCE_NEVER : 0;
}

static bool file_busy(const struct source *s)
{
	return capture_of_const(s)->phase != FILE_DONE;
}

static const struct source_ops file_ops = {
	.notice = NOTICE_CAPTURE,
	.step = file_step,
	.fds = file_fds,
	.due_ns = file_due_ns,
	.busy = file_busy,
	.close = capture_close,
};

bool capture_next_slice(struct source *s, const struct sink *out)
{
	struct capture *c = capture_of(s);
	uint32_t former = c->slice_count, count;

	if (s->ops != &file_ops || !c->hold || c->phase != FILE_DONE)
		return false;
	count = flowtab_collect(c->feed.flows, c->slice, HELD_SLICE);
	c->slice_gen++;
	for (uint32_t i = 0; i < count; i++) {
		c->slice[i].rec.id = i;
		c->slice[i].rec.gen = c->slice_gen;
	}
	for (uint32_t i = count; i < former; i++)
		c->slice[i].ended = true;
	send_flows(c->slice, former > count ? former : count, c->feed.latest_ns, out);
	c->slice_count = count;
	return count > 0;
}

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

/* As in ringfilter.c: one `any` in the list, and all are meant. */
static bool names_any(const char *interfaces)
{
	for (const char *at = interfaces; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, "any", 3) == 0 && (at[3] == ',' || !at[3]))
			return true;
	}
	return false;
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
	c->rec.filtered = opt->pktsrc.filter && opt->pktsrc.filter[0];
	c->rec.limited = opt->pktsrc.interfaces && !names_any(opt->pktsrc.interfaces);
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
	int r = pktsrc_file_open(&pktsrc, opt->file, &opt->pktsrc, err);

	if (r)
		return r;
	c = capture_alloc(&file_ops, slash ? slash + 1 : opt->file);
	c->at_end_only = opt->publish_at_end_only || opt->hold;
	c->hold = opt->hold;
	c->rec.filtered = opt->pktsrc.filter != NULL;
	r = pktfeed_init(&c->feed, pktsrc, max_flows_of(opt), err);
	if (r) {
		free(c);
		return r;
	}
	flowtab_keep_former(c->feed.flows);
	c->slice = xcalloc(SLICE_FLOWS, sizeof(*c->slice));
	c->names = xcalloc(PKTFEED_NAMES, sizeof(*c->names));
	c->ifcounts = xcalloc(IFCOUNTS_MAX, sizeof(*c->ifcounts));
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

bool capture_cut(struct source *s)
{
	struct capture *c = capture_of(s);

	if (s->ops != &file_ops || c->phase != FILE_READING)
		return false;
	c->phase = FILE_SENDING;
	errmsg_set(&c->trouble, "%s was not read to its end: interrupted; what was read is shown",
		   strcmp(c->rec.interfaces, "-") == 0 ? "standard input" : c->rec.interfaces);
	return true;
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
