/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture thread: see capthread.h. */
#include "source/capthread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/xalloc.h"
#include "source/pktfeed.h"
#include "source/pktset.h"

enum {
	BATCH_FLOWS = 4096,
	STEP_PACKETS = 4096,
	EXPIRE_SLOTS = 16384,	/* at most a look, ten times a second: a million flows in 6 s */
};

/*
 * Flows that began are told at once (their owner may be gone soon), at most each 10 ms. The
 * counters of all others wait until somebody asks, which the app does at each interval, or for a
 * while: telling 2,000 busy flows ten times a second would cost more than counting their packets.
 */
#define GAP_BEGAN_NS (10 * NSEC_PER_MSEC)
#define GAP_ALL_NS (1500 * NSEC_PER_MSEC)	/* the usual interval's answer comes before */
#define GAP_EXPIRE_NS (100 * NSEC_PER_MSEC)
/* Packets that the kernel dropped are told at once, and while it goes on dropping, now and then. */
#define GAP_LOSS_NS (100 * NSEC_PER_MSEC)
/*
 * Until what was captured when somebody asked has left the kernel: the ring hands blocks over after
 * 50 ms.
 */
#define ANSWER_NS (60 * NSEC_PER_MSEC)
#define ANSWER_BUSY_NS (2 * ANSWER_NS)	/* the same where the source always has more to give */
#define ANSWER_LATE_NS NSEC_PER_SEC	/* flows change faster than they can be told: be it so */
#define CLOCK_STEP_NS (500 * NSEC_PER_MSEC)
/*
 * Around a step of the clock some packets are shifted that were stamped before it, and some are not
 * that were stamped after it.
 */
#define STAMP_PAST_NS (2 * NSEC_PER_SEC)
#define STAMP_FUTURE_NS NSEC_PER_SEC

/* A wish, on its way to the thread, which frees it. */
struct order {
	struct order *next;
	struct pktsrc *pktsrc;	/* to add; NULL: the namespace's are to be dropped */
	uint16_t netns;
};

struct capthread {
	/* Shared: each is its own boundary. */
	struct mailbox mailbox;
	atomic_bool stop;
	atomic_uint asked;
	atomic_bool starved;	/* the thread has more to tell and no batch for it */
	_Atomic(struct order *) orders;	/* latest first; whoever takes takes all */
	int nudge_fd;		/* eventfd: wakes the thread */

	pthread_t thread;
	struct capbatch batches[2];

	/* The thread's. */
	struct pktfeed feed;	/* its source is a pktset */
	struct eventclock clock;
	uint64_t published_ns, all_ns;	/* monotonic: the last batch, the last one with all changes */
	uint64_t loss_ns;	/* monotonic: the last batch that had to tell of dropped packets */
	uint64_t expired_ns, asked_ns;
	uint64_t stepped_ns;	/* event time: when the clock was last found set */
	uint32_t asked_seen, answered;
	uint32_t whole;		/* the last that was answered with nothing left behind */
	bool drained;		/* the source had nothing more to give */
	bool backlog;
};

/* ---- the thread */

static bool is_asked(const struct capthread *t)
{
	return t->asked_seen != t->answered;
}

/* When the next batch with all changes is due. */
static uint64_t all_due_ns(const struct capthread *t)
{
	uint64_t due = t->all_ns + GAP_ALL_NS;
	uint64_t answer = t->asked_ns + (t->drained ? ANSWER_NS : ANSWER_BUSY_NS);

	if (t->backlog)
		return t->published_ns;
	return is_asked(t) && answer < due ? answer : due;
}

/*
 * When the next batch is due, as far as is known now. Only a backlog that nothing is added to
 * goes at the reader's pace: else telling would take the time that counting needs most.
 */
static uint64_t due_ns(const struct capthread *t)
{
	uint64_t all = all_due_ns(t), soonest = t->published_ns + GAP_BEGAN_NS;

	uint64_t loss = t->loss_ns + GAP_LOSS_NS, due = all;

	if (!(t->backlog && t->drained) && (flowtab_has_begun(t->feed.flows) || all < soonest))
		due = soonest;
	loss = loss < soonest ? soonest : loss;
	return t->feed.pktsrc->losing && loss < due ? loss : due;
}

static bool is_answer(const struct capthread *t, uint64_t now)
{
	uint64_t waited = now - t->asked_ns;

	if (t->backlog)
		return waited >= ANSWER_LATE_NS;
	return waited >= (t->drained ? ANSWER_NS : ANSWER_BUSY_NS);
}

static void collect(struct capthread *t, struct capbatch *b, bool all, uint64_t now)
{
	struct flowtab *flows = t->feed.flows;

	b->name_count = pktfeed_take_names(&t->feed, b->names);
	b->ifcount_count = 0;
	if (!all) {
		b->count = flowtab_collect_began(flows, b->flows, BATCH_FLOWS);
		t->backlog = b->backlog = flowtab_has_begun(flows);
		return;
	}
	b->count = flowtab_collect(flows, b->flows, BATCH_FLOWS);
	t->backlog = b->backlog = flowtab_has_changes(flows);
	b->ifcount_count = ifcounts_collect(&t->feed.ifcounts, b->ifcounts);
	t->all_ns = now;
	if (!is_answer(t, now))
		return;
	t->answered = t->asked_seen;
	if (t->drained && !t->backlog)
		t->whole = t->asked_seen;
}

/* Returns whether everything that is known was given away. `trouble`: the source's end, or NULL. */
static bool publish(struct capthread *t, uint64_t now, const struct errmsg *trouble)
{
	struct capbatch *b;

	/* Before the look, or a batch given back right after it would wake nobody. */
	atomic_store(&t->starved, true);
	b = mailbox_take_empty(&t->mailbox);
	if (!b)
		return false;	/* the reader is slow: what changes meanwhile adds up */
	collect(t, b, trouble || now >= all_due_ns(t), now);
	b->failed = trouble && !b->backlog;
	b->trouble.text[0] = '\0';
	if (b->failed)
		b->trouble = *trouble;
	else
		pktset_take_trouble(t->feed.pktsrc, &b->trouble);
	b->totals = *flowtab_totals(t->feed.flows);
	b->balanced = !flowtab_has_changes(t->feed.flows);
	if (t->feed.pktsrc->losing)
		t->loss_ns = now;
	t->feed.pktsrc->ops->stats(t->feed.pktsrc, &b->stats);
	b->answers = t->answered;
	b->whole = t->whole;
	t->published_ns = now;
	atomic_store(&t->starved, t->backlog);
	mailbox_put_full(&t->mailbox, b);
	return !t->backlog;
}

static void follow_clock(struct capthread *t)
{
	uint64_t now = eventclock_now(&t->clock), shift = now - clock_wall_ns();
	int64_t change = (int64_t)(shift - t->feed.shift_ns);

	if (change > (int64_t)CLOCK_STEP_NS || change < -(int64_t)CLOCK_STEP_NS) {
		t->feed.shift_ns = shift;
		t->stepped_ns = now;
	}
	/* At other times an old stamp is true: a process that was stopped finds its ring full. */
	t->feed.oldest_ns = now - t->stepped_ns < STAMP_PAST_NS ? now - STAMP_PAST_NS : 0;
	t->feed.newest_ns = now + STAMP_FUTURE_NS;
}

static void note_asked(struct capthread *t)
{
	uint32_t asked = atomic_load(&t->asked);

	if (asked != t->asked_seen) {
		t->asked_seen = asked;
		t->asked_ns = clock_mono_ns();
	}
}

static void wait_for_work(struct capthread *t, uint64_t due)
{
	struct pollfd fds[2] = {
		{ .fd = t->nudge_fd, .events = POLLIN },
		{ .fd = t->feed.pktsrc->ops->fd(t->feed.pktsrc), .events = POLLIN },
	};
	uint64_t now = clock_mono_ns(), nudges;
	int timeout_ms;

	/*
	 * Overdue: no batch was free. One is looked for again when there is a packet, or in a
	 * while.
	 */
	timeout_ms = (int)((due > now ? due - now : GAP_EXPIRE_NS) / NSEC_PER_MSEC) + 1;
	poll(fds, 2, timeout_ms);
	if ((fds[0].revents & POLLIN) && read(t->nudge_fd, &nudges, sizeof(nudges)) < 0)
		return;		/* nothing to clear after all */
}

/* Takes all orders there are, the first one first. */
static struct order *take_orders(struct capthread *t)
{
	struct order *o = atomic_exchange(&t->orders, NULL), *first = NULL;

	while (o) {
		struct order *next = o->next;

		o->next = first;
		first = o;
		o = next;
	}
	return first;
}

static void carry_out_orders(struct capthread *t)
{
	struct order *o = take_orders(t), *next;

	for (; o; o = next) {
		next = o->next;
		if (o->pktsrc) {
			pktset_add(t->feed.pktsrc, o->pktsrc, o->netns);
		} else {
			pktset_drop(t->feed.pktsrc, o->netns);
			ifcounts_drop_netns(&t->feed.ifcounts, o->netns);
		}
		free(o);
	}
}

/* 0 or -errno of the source. */
static int work(struct capthread *t, struct errmsg *err)
{
	uint64_t now;
	int n;

	if (atomic_load(&t->orders))
		carry_out_orders(t);
	follow_clock(t);
	note_asked(t);
	/* Before the step: an answer holds what was there when it began, however long it takes. */
	now = clock_mono_ns();
	n = pktfeed_step(&t->feed, STEP_PACKETS, err);
	t->drained = n < STEP_PACKETS && !t->feed.pktsrc->more;
	if (now - t->expired_ns >= GAP_EXPIRE_NS) {
		flowtab_expire(t->feed.flows, eventclock_now(&t->clock), EXPIRE_SLOTS);
		t->expired_ns = now;
	}
	if (now >= due_ns(t))
		publish(t, now, NULL);
	return n < 0 ? n : 0;
}

/* Its source failed: the thread lives on until everything it knows was taken, and the reason. */
static void finish(struct capthread *t, const struct errmsg *trouble)
{
	struct pollfd nudge = { .fd = t->nudge_fd, .events = POLLIN };

	while (!atomic_load(&t->stop) && !publish(t, clock_mono_ns(), trouble))
		poll(&nudge, 1, GAP_BEGAN_NS / NSEC_PER_MSEC);
}

static void *run(void *arg)
{
	struct capthread *t = arg;
	struct errmsg trouble = { "" };

	while (!atomic_load(&t->stop)) {
		if (work(t, &trouble)) {
			finish(t, &trouble);
			break;
		}
		if (t->drained)
			wait_for_work(t, due_ns(t));
	}
	return NULL;
}

/* ---- main's side */

static void nudge(const struct capthread *t)
{
	uint64_t one = 1;

	while (write(t->nudge_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Signals are main's: the thread inherits a mask with all of them. */
static int start(struct capthread *t)
{
	sigset_t all, before;
	int e;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&t->thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!e)
		pthread_setname_np(t->thread, "capture");
	return -e;
}

static void send_order(struct capthread *t, struct pktsrc *pktsrc, uint16_t netns)
{
	struct order *o = xcalloc(1, sizeof(*o));

	o->pktsrc = pktsrc;
	o->netns = netns;
	o->next = atomic_load(&t->orders);
	while (!atomic_compare_exchange_weak(&t->orders, &o->next, o))
		;
	nudge(t);
}

/* What nobody carried out: the thread ended before. */
static void free_orders(struct capthread *t)
{
	struct order *o = take_orders(t), *next;

	for (; o; o = next) {
		next = o->next;
		if (o->pktsrc)
			o->pktsrc->ops->close(o->pktsrc);
		free(o);
	}
}

static void free_all(struct capthread *t)
{
	free_orders(t);
	pktfeed_fini(&t->feed);
	for (unsigned i = 0; i < 2; i++) {
		free(t->batches[i].flows);
		free(t->batches[i].names);
		free(t->batches[i].ifcounts);
	}
	if (t->nudge_fd >= 0)
		close(t->nudge_fd);
	free(t);
}

/* The thread's source: a set of this one. Takes pktsrc over, also when it fails. */
static int make_set(struct pktsrc **set, struct pktsrc *pktsrc, uint16_t netns, struct errmsg *err)
{
	int r = pktset_new(set, err);

	if (r) {
		pktsrc->ops->close(pktsrc);
		return r;
	}
	r = pktset_add(*set, pktsrc, netns);
	if (!r)
		return 0;
	errmsg_set(err, "cannot wait for packets: %s", strerror(-r));
	(*set)->ops->close(*set);
	return r;
}

int capthread_start(struct capthread **out, struct pktsrc *pktsrc, uint16_t netns,
		    uint32_t max_flows, struct errmsg *err)
{
	struct capthread *t = xcalloc(1, sizeof(*t));
	struct pktsrc *set;
	int r;

	for (unsigned i = 0; i < 2; i++) {
		struct capbatch *b = &t->batches[i];

		b->flows = xcalloc(BATCH_FLOWS, sizeof(*b->flows));
		b->names = xcalloc(PKTFEED_NAMES, sizeof(*b->names));
		b->ifcounts = xcalloc(IFCOUNTS_MAX, sizeof(*b->ifcounts));
	}
	eventclock_init(&t->clock);
	t->nudge_fd = -1;
	r = make_set(&set, pktsrc, netns, err);
	if (!r)
		r = pktfeed_init(&t->feed, set, max_flows, err);
	if (r)
		goto fail;
	t->nudge_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = t->nudge_fd < 0 ? -errno : mailbox_init(&t->mailbox, &t->batches[0], &t->batches[1]);
	if (!r) {
		r = start(t);
		if (r)
			mailbox_fini(&t->mailbox);
	}
	if (r) {
		errmsg_set(err, "cannot start the capture thread: %s", strerror(-r));
		goto fail;
	}
	*out = t;
	return 0;
fail:
	free_all(t);
	return r;
}

void capthread_stop(struct capthread *t)
{
	if (!t)
		return;
	atomic_store(&t->stop, true);
	nudge(t);
	pthread_join(t->thread, NULL);
	mailbox_fini(&t->mailbox);
	free_all(t);
}

int capthread_fd(const struct capthread *t)
{
	return t->mailbox.wake_fd;
}

struct capbatch *capthread_take(struct capthread *t)
{
	return mailbox_take_full(&t->mailbox);
}

void capthread_give_back(struct capthread *t, struct capbatch *b)
{
	mailbox_give_back(&t->mailbox, b);
	if (atomic_exchange(&t->starved, false))
		nudge(t);
}

uint32_t capthread_ask(struct capthread *t)
{
	uint32_t number = atomic_fetch_add(&t->asked, 1) + 1;

	nudge(t);
	return number;
}

void capthread_add(struct capthread *t, struct pktsrc *pktsrc, uint16_t netns)
{
	send_order(t, pktsrc, netns);
}

void capthread_drop(struct capthread *t, uint16_t netns)
{
	send_order(t, NULL, netns);
}
