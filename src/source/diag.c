/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sock_diag source: on refresh() it dumps the wanted rows of families.c one after the other
 * over one netlink socket, and says how each dump ended. Owns that socket and the plan; what is in
 * a datagram is diagdump's business, whether a socket missing from a dump is gone the model's.
 *
 * A dump that cannot be carried on (lost memory, a cut datagram, a leftover that makes the kernel
 * answer EBUSY) ends incomplete and the netlink socket is opened anew, which is the one way to be
 * rid of the rest.
 */
#include "source/diag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "source/diagdump.h"
#include "source/nlsock.h"

#define STEP_NS (5 * NSEC_PER_MSEC)

/* A dump's parts are made inside recvmsg(): one that has nothing for this long has stopped. */
#define STALL_NS (2 * NSEC_PER_SEC)

/* A table that this kernel has no module for: one may be loaded later, so ask now and then. */
#define ABSENT_RETRY_NS (60 * NSEC_PER_SEC)

struct table {
	bool wanted;
	bool absent;
	uint32_t runs;
	uint64_t retry_ns; /* absent: not before */
};

/*
 * Invariant: while a round is under way, `at` is the table that is dumped (dumping) or looked at
 * next.
 */
struct diag {
	struct source source;
	struct nlsock nl;
	struct diagdump dump;
	struct table tables[DUMPS_MAX];
	bool no_congestion;
	bool round;
	bool dumping;
	bool absences_changed;
	unsigned at;
	uint64_t work_ns;  /* spent on this dump so far; waiting is not */
	uint64_t heard_ns; /* event time of its last datagram */
};

/* Where a step is in time: event time goes on while it works. */
struct stepclock {
	uint64_t start_ns; /* event time */
	uint64_t mono_ns;
	uint64_t lap_ns; /* elapsed time that is on a dump's account already */
};

static uint64_t elapsed_ns(const struct stepclock *c)
{
	return clock_mono_ns() - c->mono_ns;
}

static uint64_t event_now_ns(const struct stepclock *c)
{
	return c->start_ns + elapsed_ns(c);
}

/* Puts the time since the last lap on the dump's account. */
static void take_lap(struct diag *d, struct stepclock *c)
{
	uint64_t now_ns = elapsed_ns(c);

	d->work_ns += now_ns - c->lap_ns;
	c->lap_ns = now_ns;
}

/* "tcp4, udp6"; returns how many. */
static unsigned list_absent(const struct diag *d, struct buf *names)
{
	unsigned count = 0;

	for (unsigned i = 0; family_at(i); i++) {
		if (!d->tables[i].absent)
			continue;
		buf_adds(names, count++ ? ", " : "");
		buf_adds(names, family_at(i)->name);
	}
	return count;
}

/*
 * The notice is about all absent tables together; with none left its empty text takes the former
 * back.
 */
static void tell_absences(struct diag *d, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_NOTICE,
			   .time_ns = now_ns,
			   .notice = { .source = NOTICE_SOCKETS } };
	struct buf names;

	buf_init(&names);
	if (list_absent(d, &names) && !names.failed)
		snprintf(e.notice.text, sizeof(e.notice.text),
			 "This kernel does not list its %s sockets: it has no sock_diag module "
			 "for them (try, as root: modprobe -a inet_diag tcp_diag udp_diag)",
			 names.data);
	buf_fini(&names);
	sink_send(out, &e);
	d->absences_changed = false;
}

static void note_absence(struct diag *d, struct table *t, int error, uint64_t now_ns)
{
	bool absent = error == -ENOENT;

	if (absent)
		t->retry_ns = now_ns + ABSENT_RETRY_NS;
	d->absences_changed |= absent != t->absent;
	t->absent = absent;
}

static void end_dump(struct diag *d, struct stepclock *clock, int error, const struct sink *out)
{
	struct event e = { .kind = EV_DUMP_DONE, .time_ns = event_now_ns(clock) };

	take_lap(d, clock);
	e.dump.dump = (uint8_t)d->at;
	e.dump.gen = d->tables[d->at].runs;
	e.dump.error = error;
	e.dump.complete = error == 0 && diagdump_is_complete(&d->dump);
	e.dump.took_ns = d->work_ns;
	note_absence(d, &d->tables[d->at], error, e.time_ns);
	sink_send(out, &e);
	d->dumping = false;
	d->at++;
}

/* Gives the dump up: what the kernel still has for it would stand in the way of the next. */
static void abandon_dump(struct diag *d, struct stepclock *clock, int error, const struct sink *out)
{
	nlsock_reopen(&d->nl);
	end_dump(d, clock, error, out);
}

static int send_request(struct diag *d, const struct family *f, uint32_t seq)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[NLSOCK_REQUEST_BYTES];
	} request = { .header = { .nlmsg_len = 0 } };

	f->request(f, &request, seq);
	if (d->no_congestion && f->without_congestion)
		f->without_congestion(&request);
	return nlsock_send(&d->nl, &request.header);
}

static void begin_dump(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	struct table *t = &d->tables[d->at];
	struct diagdump_id id;
	int err = d->nl.socket ? 0 : nlsock_reopen(&d->nl);

	id.seq = nlsock_next_seq(&d->nl);
	id.portid = d->nl.portid;
	diagdump_begin(&d->dump, (uint8_t)d->at, ++t->runs, id);
	d->dumping = true;
	d->work_ns = 0;
	d->heard_ns = event_now_ns(clock);
	if (!err)
		err = send_request(d, d->dump.family, id.seq);
	if (err)
		abandon_dump(d, clock, err, out);
}

/* Moves on to a table that is wanted and not known to be absent; false: the round is over. */
static bool find_table(struct diag *d, uint64_t now_ns)
{
	for (; family_at(d->at); d->at++) {
		const struct table *t = &d->tables[d->at];

		if (t->wanted && (!t->absent || now_ns >= t->retry_ns))
			return true;
	}
	return false;
}

/* One datagram of the dump; false: nothing there yet. */
static bool receive(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	struct bytes datagram;
	int err = nlsock_recv(&d->nl, &datagram);
	uint64_t now_ns = event_now_ns(clock);

	if (err == -EAGAIN) {
		if (now_ns < d->heard_ns + STALL_NS)
			return false;
		err = -ETIMEDOUT;
	}
	if (err) {
		abandon_dump(d, clock, err, out);
		return true;
	}
	d->heard_ns = now_ns;
	diagdump_feed(&d->dump, datagram, now_ns, out);
	if (d->dump.done && d->dump.error == -EBUSY)
		abandon_dump(d, clock, -EBUSY, out);
	else if (d->dump.done)
		end_dump(d, clock, d->dump.error, out);
	return true;
}

static int diag_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct diag *d = (struct diag *)s;
	struct stepclock clock = { .start_ns = now_ns, .mono_ns = clock_mono_ns() };

	while (d->round && elapsed_ns(&clock) < STEP_NS) {
		if (!d->dumping && !find_table(d, now_ns))
			d->round = false;
		else if (!d->dumping)
			begin_dump(d, &clock, out);
		else if (!receive(d, &clock, out))
			break;
	}
	take_lap(d, &clock);
	if (!d->round && d->absences_changed)
		tell_absences(d, event_now_ns(&clock), out);
	return 0;
}

static int diag_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct diag *d = (const struct diag *)s;

	if (!d->dumping || max < 1)
		return 0;
	out[0] = (struct pollfd){ .fd = nlsock_fd(&d->nl), .events = POLLIN };
	return 1;
}

static uint64_t diag_due_ns(const struct source *s)
{
	const struct diag *d = (const struct diag *)s;

	if (d->dumping)
		return d->heard_ns + STALL_NS; /* earlier if the descriptor is ready */
	return d->round ? 0 : SOURCE_NEVER;
}

/* A round that is still under way is as good as a new one. */
static void diag_refresh(struct source *s, uint64_t now_ns)
{
	struct diag *d = (struct diag *)s;

	(void)now_ns;
	if (d->round)
		return;
	d->round = true;
	d->at = 0;
}

static bool diag_busy(const struct source *s)
{
	return ((const struct diag *)s)->round;
}

static void diag_close(struct source *s)
{
	struct diag *d = (struct diag *)s;

	nlsock_close(&d->nl);
	free(d);
}

static const struct source_ops diag_ops = {
	.notice = NOTICE_SOCKETS,
	.step = diag_step,
	.fds = diag_fds,
	.due_ns = diag_due_ns,
	.refresh = diag_refresh,
	.busy = diag_busy,
	.close = diag_close,
};

static bool is_wanted(const struct family *f, const struct diag_options *opt)
{
	return (opt->protos >> f->proto & 1) &&
	       ((f->family == AF_INET && opt->ipv4) || (f->family == AF_INET6 && opt->ipv6) ||
		(f->family != AF_INET && f->family != AF_INET6));
}

int diag_new(struct source **out, const struct diag_options *opt, struct errmsg *err)
{
	struct diag *d = xcalloc(1, sizeof(*d));
	int rc = nlsock_open(&d->nl, NETLINK_SOCK_DIAG, 0);

	if (rc) {
		errmsg_set(err,
			   "cannot ask the kernel for its sockets: sock_diag: %s; "
			   "it needs CONFIG_INET_DIAG",
			   strerror(-rc));
		free(d);
		return rc;
	}
	d->source.ops = &diag_ops;
	d->no_congestion = opt->no_congestion;
	for (unsigned i = 0; family_at(i); i++)
		d->tables[i].wanted = is_wanted(family_at(i), opt);
	*out = &d->source;
	return 0;
}
