/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sock_diag source: on refresh() it dumps the wanted rows of families.c one after the other
 * over one netlink socket, or reads them from /proc/net where sock_diag has none of them, and says
 * how each dump ended. Owns the plan; what is in a datagram is diagdump's business, single sockets
 * are diagask's, whether a socket missing from a dump is gone the model's.
 *
 * A dump that cannot be carried on (lost memory, a cut datagram, a leftover that makes the kernel
 * answer EBUSY) ends incomplete and the netlink socket is opened anew, which is the one way to be
 * rid of the rest.
 */
#include "source/diag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/diagabsent.h"
#include "source/diagask.h"
#include "source/diagdump.h"
#include "source/diagrest.h"
#include "source/family_inet.h"
#include "source/nlsock.h"
#include "source/procnet.h"

#define STEP_NS (5 * NSEC_PER_MSEC)

/* A dump's parts are made inside recvmsg(): one that has nothing for this long has stopped. */
#define STALL_NS (2 * NSEC_PER_SEC)

/* What this kernel has no module for: one may be loaded later, so ask now and then. */
#define ABSENT_RETRY_NS (60 * NSEC_PER_SEC)

struct table {
	bool wanted;
	bool no_diag;	   /* the kernel said that sock_diag does not have it */
	bool absent;	   /* there is no text of it either */
	int refusal;	   /* with which sock_diag said no_diag */
	int error;	   /* of its last dump, but for being absent */
	uint64_t retry_ns; /* what is missing is not asked for before */
};

/*
 * Invariant: while a round is under way, `at` is the table that is dumped (dumping) or looked at
 * next. `text` is open while that dump reads a file.
 */
struct diag {
	struct source source;
	struct nlsock nl;
	struct diagask ask;
	struct diagdump dump;
	struct diagrest rest;
	struct procnet_read *text;
	uint32_t malformed; /* lines of that text */
	struct table tables[FAMILY_ROWS_MAX];
	uint32_t runs[FAMILY_ROWS_MAX];
	struct diag_options opt; /* protos, details: of the next round. Pointers: only budget */
	struct askbudget own_budget;
	char *proc_net;
	uint16_t netns;
	uint32_t details; /* of this round */
	uint32_t missing; /* protos that absences is about */
	char absences[EVENT_TEXT_MAX];
	char told[EVENT_TEXT_MAX]; /* the notice, as last told */
	bool round;
	bool dumping;
	bool single; /* this kernel does not tell of TCP over IPv4 and IPv6 in one answer */
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

uint32_t diag_absent(const struct source *s)
{
	const struct diag *d = (const struct diag *)s;
	uint32_t absent = 0, listed = 0;

	for (unsigned i = 0; family_at(i); i++) {
		if (!d->tables[i].wanted || !d->runs[i])
			continue;
		if (d->tables[i].absent)
			absent |= family_at(i)->protos;
		else
			listed |= family_at(i)->protos;
	}
	return absent & ~listed;
}

bool diag_trouble(const struct source *s, char out[static EVENT_TEXT_MAX])
{
	const struct diag *d = (const struct diag *)s;
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; family_at(i) && len < EVENT_TEXT_MAX; i++) {
		const struct table *t = &d->tables[i];

		if (t->wanted && t->error)
			len += (size_t)snprintf(out + len, EVENT_TEXT_MAX - len, "%s%s: %s",
						len ? "; " : "sockets are missing: ",
						family_at(i)->name, strerror(-t->error));
	}
	return len > 0;
}

/* One notice about all; with nothing wrong its empty text takes the former back. */
static void tell_trouble(struct diag *d, uint64_t now_ns, const struct sink *out)
{
	uint32_t missing = diag_absent(&d->source) & d->opt.asked;
	struct event e = { .kind = EV_NOTICE,
			   .time_ns = now_ns,
			   .notice = { .source = NOTICE_SOCKETS } };
	char errors[EVENT_TEXT_MAX];
	bool any = diag_trouble(&d->source, errors);

	/* There is one place for it, and what one namespace lacks all lack. */
	if (d->netns != 0)
		return;
	if (missing != d->missing) /* costs a socket(2) for each kind */
		diagabsent_format(missing, d->opt.text_only, d->absences);
	d->missing = missing;
	if (snprintf(e.notice.text, sizeof(e.notice.text), "%s%s%s", errors,
		     any && d->absences[0] ? "; " : "", d->absences) < 0 ||
	    strcmp(e.notice.text, d->told) == 0)
		return;
	memcpy(d->told, e.notice.text, sizeof(d->told));
	sink_send(out, &e);
}

static void end_table(struct diag *d, struct stepclock *clock, int error, bool complete,
		      const struct sink *out)
{
	struct event e = { .kind = EV_DUMP_DONE, .time_ns = event_now_ns(clock) };
	struct table *t = &d->tables[d->at];

	take_lap(d, clock);
	e.dump.dump = dump_index(d->netns, d->at);
	e.dump.gen = d->runs[d->at];
	e.dump.error = error;
	e.dump.complete = error == 0 && complete;
	e.dump.took_ns = d->work_ns;
	t->absent = error == -ENOENT;
	t->error = t->absent ? 0 : error;
	if (t->absent && t->retry_ns <= e.time_ns)
		t->retry_ns = e.time_ns + ABSENT_RETRY_NS;
	sink_send(out, &e);
	d->dumping = false;
	d->at++;
}

static void end_dump(struct diag *d, struct stepclock *clock, int error, bool complete,
		     const struct sink *out)
{
	bool twin = d->dump.twin != NULL;

	end_table(d, clock, error, complete, out);
	if (twin)	/* the time that it took was the same */
		end_table(d, clock, error, complete, out);
	d->dump.twin = NULL;
}

/* Gives the dump up: what the kernel still has for it would stand in the way of the next. */
static void abandon_dump(struct diag *d, struct stepclock *clock, int error, const struct sink *out)
{
	nlsock_reopen(&d->nl);
	end_dump(d, clock, error, false, out);
}

static void end_text(struct diag *d, struct stepclock *clock, int error, const struct sink *out)
{
	procnet_close(d->text);
	d->text = NULL;
	end_dump(d, clock, error, d->malformed == 0, out);
}

static void begin_text(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	const struct procnet *p = d->dump.family->text;
	int err = p ? procnet_open(&d->text, d->proc_net, p) : -ENOENT;

	/* Without a text what sock_diag has said counts. */
	if (err == -ENOENT && d->tables[d->at].refusal)
		err = d->tables[d->at].refusal;
	d->malformed = 0;
	if (err)
		end_text(d, clock, err, out);
}

/* One slice of the file. */
static void read_text(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	int rc;

	d->dump.event.time_ns = event_now_ns(clock);
	rc = procnet_step(d->text, d->dump.family, &d->dump.event, clock->mono_ns + STEP_NS, out,
			  &d->malformed);
	if (rc <= 0)
		end_text(d, clock, rc, out);
}

static int send_request(struct diag *d, const struct family *f, uint32_t seq)
{
	void (*write)(const struct family *f, void *buf, uint32_t seq, uint32_t details) =
		d->dump.twin ? family_inet_request_both : f->request;
	union {
		struct nlmsghdr header;
		uint8_t bytes[NLSOCK_REQUEST_BYTES];
	} request = { .header = { .nlmsg_len = 0 } };

	write(f, &request, seq, d->details);
	return nlsock_send(&d->nl, &request.header);
}

/* Is sock_diag to be asked for this table, or for the first time in a while again? */
static bool asks_diag(const struct diag *d, const struct table *t, uint64_t now_ns)
{
	return d->dump.family->request && !d->opt.text_only &&
	       (!t->no_diag || now_ns >= t->retry_ns);
}

/* Can the next table's sockets be in the same answer? */
static bool has_twin(const struct diag *d)
{
	const struct family *next = family_at(d->at + 1);

	return !d->single && d->dump.family->proto == SP_TCP && next && next->proto == SP_TCP &&
	       d->tables[d->at + 1].wanted && !d->tables[d->at].no_diag &&
	       !d->tables[d->at + 1].no_diag;
}

static void begin_dump(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	struct diagdump_id id = { .seq = nlsock_next_seq(&d->nl) };
	struct table *t = &d->tables[d->at];
	int err;

	diagdump_begin(&d->dump, dump_index(d->netns, d->at), ++d->runs[d->at], id);
	d->dumping = true;
	d->work_ns = 0;
	d->heard_ns = event_now_ns(clock);
	if (!asks_diag(d, t, d->heard_ns)) {
		begin_text(d, clock, out);
		return;
	}
	if (diagrest_take(&d->rest, d->at)) {
		end_dump(d, clock, 0, true, out);
		return;
	}
	if (has_twin(d))
		diagdump_add_twin(&d->dump, ++d->runs[d->at + 1]);
	err = d->nl.socket ? 0 : nlsock_reopen(&d->nl);
	d->dump.id.portid = d->nl.portid;
	if (!err)
		err = send_request(d, d->dump.family, id.seq);
	if (err)
		abandon_dump(d, clock, err, out);
}

/* Of a kind of socket that sock_diag tells of, a stand-in would tell twice. */
static bool is_needed(const struct diag *d, const struct family *stand_in)
{
	for (unsigned i = 0; family_at(i); i++) {
		const struct family *f = family_at(i);

		if (f->proto == stand_in->proto && f->request && d->tables[i].wanted &&
		    d->runs[i] && !d->tables[i].no_diag)
			return false;
	}
	return true;
}

/* Moves on to a table that is wanted and not known to be absent; false: the round is over. */
static bool find_table(struct diag *d, uint64_t now_ns)
{
	const struct family *f;

	for (; (f = family_at(d->at)); d->at++) {
		const struct table *t = &d->tables[d->at];

		if (t->wanted && (!t->absent || now_ns >= t->retry_ns) &&
		    (!f->stand_in || is_needed(d, f)))
			return true;
	}
	return false;
}

/* Does sock_diag not have that table, or not for us? */
static bool is_refusal(int error)
{
	return error == -ENOENT || error == -EOPNOTSUPP || error == -EPERM;
}

/* sock_diag has ended its answer. */
static void take_end(struct diag *d, struct stepclock *clock, const struct sink *out)
{
	struct table *t = &d->tables[d->at];

	if (d->dump.twin && is_refusal(d->dump.error)) {
		d->single = true;
		begin_dump(d, clock, out);
		return;
	}
	diagrest_note(&d->rest, d->at, &d->dump);
	t->no_diag = is_refusal(d->dump.error);
	t->refusal = t->no_diag ? d->dump.error : 0;
	if (t->no_diag) {
		t->retry_ns = d->heard_ns + ABSENT_RETRY_NS;
		begin_text(d, clock, out);
		return;
	}
	if (d->dump.error == -EBUSY)
		abandon_dump(d, clock, -EBUSY, out);
	else
		end_dump(d, clock, d->dump.error, diagdump_is_complete(&d->dump), out);
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
	if (d->dump.done)
		take_end(d, clock, out);
	return true;
}

static int diag_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct diag *d = (struct diag *)s;
	struct stepclock clock = { .start_ns = now_ns, .mono_ns = clock_mono_ns() };

	if (diagask_waits(&d->ask)) {
		diagask_run(&d->ask, d->details, now_ns, out);
		clock.lap_ns = elapsed_ns(&clock); /* is on no dump's account */
	}
	while (d->round && elapsed_ns(&clock) < STEP_NS) {
		if (!d->dumping && !find_table(d, now_ns))
			d->round = false;
		else if (!d->dumping)
			begin_dump(d, &clock, out);
		else if (d->text)
			read_text(d, &clock, out);
		else if (!receive(d, &clock, out))
			break;
	}
	take_lap(d, &clock);
	if (!d->round)
		tell_trouble(d, event_now_ns(&clock), out);
	return 0;
}

/* Lookups need none: their answers are there when the question is sent. */
static int diag_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct diag *d = (const struct diag *)s;

	if (!d->dumping || d->text || max < 1)
		return 0;
	out[0] = (struct pollfd){ .fd = nlsock_fd(&d->nl), .events = POLLIN };
	return 1;
}

static uint64_t diag_due_ns(const struct source *s)
{
	const struct diag *d = (const struct diag *)s;

	if (diagask_waits(&d->ask) || d->text)
		return 0;
	if (d->dumping)
		return d->heard_ns + STALL_NS; /* earlier if the descriptor is ready */
	return d->round ? 0 : SOURCE_NEVER;
}

static bool is_wanted(const struct family *f, const struct diag_options *opt)
{
	return (opt->protos & f->protos) && (f->family != AF_INET || opt->ipv4) &&
	       (f->family != AF_INET6 || opt->ipv6);
}

static void take_wishes(struct diag *d)
{
	d->details = d->opt.details;
	for (unsigned i = 0; family_at(i); i++)
		d->tables[i].wanted = is_wanted(family_at(i), &d->opt);
}

/* A round that is still under way is as good as a new one. */
static void diag_refresh(struct source *s, uint64_t now_ns)
{
	struct diag *d = (struct diag *)s;

	(void)now_ns;
	if (d->round)
		return;
	take_wishes(d);
	diagrest_begin_round(&d->rest);
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

	procnet_close(d->text);
	diagask_close(&d->ask);
	nlsock_close(&d->nl);
	free(d->proc_net);
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

void diag_want(struct source *s, uint32_t protos, uint32_t details)
{
	struct diag *d = (struct diag *)s;

	d->opt.protos = protos;
	d->opt.details = details;
}

/* Is there a dump that would tell of such a socket, and drop it when it is gone? */
static bool is_dumped(const struct diag *d, const struct sockquery *q)
{
	static const uint32_t can_be_asked = 1u << SP_TCP | 1u << SP_UDP | 1u << SP_UDPLITE;

	if (d->opt.text_only || q->proto >= SOCKPROTOS || !(can_be_asked >> q->proto & 1))
		return false;
	for (unsigned i = 0; family_at(i); i++)
		if (family_at(i)->proto == q->proto &&
		    (!d->tables[i].wanted || d->tables[i].no_diag))
			return false;
	return true;
}

void diag_look_up(struct source *s, const struct sockquery *q, unsigned count, uint64_t now_ns)
{
	struct diag *d = (struct diag *)s;

	for (unsigned i = 0; i < count; i++)
		if (q[i].netns == d->netns && is_dumped(d, &q[i]))
			diagask_add(&d->ask, &q[i], now_ns);
}

static int open_sockets(struct diag *d, const struct netns_place *where)
{
	struct askbudget *budget = d->opt.budget ? d->opt.budget : &d->own_budget;
	int rc = diagask_open(&d->ask, where, d->runs, budget);

	return rc ? rc : nlsock_open_in(&d->nl, NETLINK_SOCK_DIAG, 0, where);
}

int diag_new(struct source **out, const struct diag_options *opt, struct errmsg *err)
{
	struct diag *d = xcalloc(1, sizeof(*d));
	int rc;

	d->source.ops = &diag_ops;
	d->opt = *opt;
	d->netns = netns_index(opt->where);
	d->proc_net = xstrdup(opt->proc_net ? opt->proc_net : "/proc/net");
	askbudget_init(&d->own_budget);
	take_wishes(d);
	rc = opt->text_only ? 0 : open_sockets(d, opt->where);
	if (rc) {
		errmsg_set(err,
			   "cannot ask the kernel for its sockets: sock_diag: %s; "
			   "it needs CONFIG_INET_DIAG",
			   strerror(-rc));
		diag_close(&d->source);
		return rc;
	}
	*out = &d->source;
	return 0;
}
