/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several packet sources as one: see pktset.h. Owns its members and an epoll descriptor that is
 * readable when one of them is. Opens none, and knows nothing of what they are.
 *
 * A set of one is as cheap as that one: its step is handed on, its descriptor given out. In a
 * larger one only members that are ready are stepped (an idle ring's step is a system call),
 * and once a second all of them: some of their ends are told by no descriptor.
 */
#include "source/pktset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/netns.h"

#define LOOK_NS NSEC_PER_SEC

struct member {
	struct pktsrc *pktsrc;
	uint16_t netns;
};

/*
 * Invariants: the first `count` members are in use; each with a descriptor is in epoll, with
 * its place as data.
 */
struct pktset {
	struct pktsrc pktsrc;
	int epoll_fd;
	struct member members[PKTSET_MAX];
	unsigned count;
	uint64_t look_ns;		/* when all are stepped next (monotonic) */
	struct pktstats retired;	/* of members that are gone */
	struct netns_visit *closing[PKTSET_MAX];	/* of members that are on their way out; NULL = free */
	struct errmsg trouble;		/* "" = none */
};

static struct pktset *set_of(struct pktsrc *p)
{
	return (struct pktset *)p;
}

/* ---- members */

static int watch(const struct pktset *s, unsigned i, int op)
{
	int fd = s->members[i].pktsrc->ops->fd(s->members[i].pktsrc);
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };

	if (fd < 0)
		return 0;
	return epoll_ctl(s->epoll_fd, op, fd, &e) < 0 ? -errno : 0;
}

int pktset_add(struct pktsrc *set, struct pktsrc *pktsrc, uint16_t netns)
{
	struct pktset *s = set_of(set);
	int r = -ENOSPC;

	if (s->count < PKTSET_MAX) {
		s->members[s->count] = (struct member){ .pktsrc = pktsrc, .netns = netns };
		r = watch(s, s->count, EPOLL_CTL_ADD);
	}
	if (!r) {
		s->count++;
		return 0;
	}
	errmsg_set(&s->trouble, "one network namespace more cannot be captured in: %s",
		   strerror(-r));
	pktsrc->ops->close(pktsrc);
	return r;
}

static int close_member(void *ctx)
{
	struct pktsrc *p = ctx;

	p->ops->close(p);
	return 0;
}

/*
 * Closing a ring takes the kernel longer than a busy one can be left alone: it is done beside,
 * and at once for many.
 */
static void begin_closing(struct pktset *s, struct pktsrc *p)
{
	unsigned i = 0;

	while (i < PKTSET_MAX && s->closing[i])
		i++;
	if (i == PKTSET_MAX || netns_begin(&s->closing[i], NULL, close_member, p))
		close_member(p);
}

/* Waits for all that are under way, or only takes note of those that are over. */
static void end_closing(struct pktset *s, bool wait)
{
	for (unsigned i = 0; i < PKTSET_MAX; i++) {
		if (!s->closing[i] || !(wait || netns_is_over(s->closing[i])))
			continue;
		netns_wait(s->closing[i]);
		s->closing[i] = NULL;
	}
}

/* The last one takes its place. */
static void leave(struct pktset *s, unsigned i)
{
	struct pktsrc *p = s->members[i].pktsrc;
	struct pktstats stats;

	p->ops->stats(p, &stats);
	s->retired.dropped += stats.dropped;
	s->retired.if_dropped += stats.if_dropped;
	watch(s, i, EPOLL_CTL_DEL);
	begin_closing(s, p);
	s->count--;
	if (i == s->count)
		return;
	s->members[i] = s->members[s->count];
	watch(s, i, EPOLL_CTL_MOD);
}

void pktset_drop(struct pktsrc *set, uint16_t netns)
{
	struct pktset *s = set_of(set);

	end_closing(s, false);
	for (unsigned i = s->count; i > 0; i--)
		if (s->members[i - 1].netns == netns)
			leave(s, i - 1);
}

bool pktset_take_trouble(struct pktsrc *set, struct errmsg *out)
{
	struct pktset *s = set_of(set);

	if (!s->trouble.text[0])
		return false;
	*out = s->trouble;
	s->trouble.text[0] = '\0';
	return true;
}

/* ---- packets */

/* Marks the members that are to be stepped now. */
static void find_ready(struct pktset *s, bool ready[PKTSET_MAX])
{
	struct epoll_event events[PKTSET_MAX];
	uint64_t now = clock_mono_ns();
	int n = epoll_wait(s->epoll_fd, events, PKTSET_MAX, 0);
	bool all = now >= s->look_ns;

	for (unsigned i = 0; i < s->count; i++)
		ready[i] = all;
	for (int i = 0; i < n; i++)
		ready[events[i].data.u32] = true;
	if (all)
		s->look_ns = now + LOOK_NS;
}

/* Its failure is the set's where it is the last member, else its own. */
static int step_member(struct pktset *s, unsigned i, unsigned max,
		       void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		       struct errmsg *err)
{
	struct pktsrc *p = s->members[i].pktsrc;
	struct errmsg why = { "" };
	int n = p->ops->step(p, max, each, ctx, &why);

	s->pktsrc.losing = s->pktsrc.losing || p->losing;
	if (n >= 0)
		return n;
	if (s->count == 1) {
		errmsg_set(err, "%s", why.text);
		return n;
	}
	s->trouble = why;
	leave(s, i);
	return 0;
}

/*
 * One turn of those that are ready, `share` packets each at most; who gives less has no more and is
 * not ready any longer. Returns how many packets these were, or -errno of the last member.
 */
static int take_turn(struct pktset *s, bool ready[PKTSET_MAX], unsigned share, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	unsigned total = 0;

	/* From the last to the first: who leaves is replaced by one that had its turn. */
	for (unsigned i = s->count; i > 0 && total < max; i--) {
		unsigned before = s->count;
		int n = ready[i - 1] ? step_member(s, i - 1, share, each, ctx, err) : 0;

		if (n < 0)
			return n;
		ready[i - 1] = s->count < before ? ready[s->count] : (unsigned)n == share;
		total += (unsigned)n;
	}
	return (int)total;
}

static unsigned count_ready(const struct pktset *s, const bool ready[PKTSET_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->count; i++)
		count += ready[i];
	return count;
}

/* Gives less than max only where no member has more: whoever steps the set relies on it. */
static int step_many(struct pktset *s, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	unsigned wanted, total = 0;
	bool ready[PKTSET_MAX];

	find_ready(s, ready);
	while (total < max && (wanted = count_ready(s, ready))) {
		unsigned left = max - total, share = left / wanted ? left / wanted : 1;
		int n = take_turn(s, ready, share, left, each, ctx, err);

		if (n < 0)
			return n;
		total += (unsigned)n;
	}
	return (int)total;
}

static int set_step(struct pktsrc *src, unsigned max,
		    void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		    struct errmsg *err)
{
	struct pktset *s = set_of(src);
	struct pktsrc *only = s->members[0].pktsrc;
	int n;

	if (s->count == 0)
		return 0;
	if (s->count > 1)
		return step_many(s, max, each, ctx, err);
	src->more = false;	/* all of max is its own */
	n = only->ops->step(only, max, each, ctx, err);
	src->losing = src->losing || only->losing;
	return n;
}

static int set_fd(const struct pktsrc *src)
{
	const struct pktset *s = (const struct pktset *)src;
	const struct pktsrc *only = s->members[0].pktsrc;

	return s->count == 1 ? only->ops->fd(only) : s->epoll_fd;
}

static void set_stats(struct pktsrc *src, struct pktstats *out)
{
	struct pktset *s = set_of(src);

	*out = s->retired;
	src->losing = false;
	for (unsigned i = 0; i < s->count; i++) {
		struct pktsrc *p = s->members[i].pktsrc;
		struct pktstats stats;

		p->ops->stats(p, &stats);
		out->dropped += stats.dropped;
		out->if_dropped += stats.if_dropped;
	}
}

static void set_close(struct pktsrc *src)
{
	struct pktset *s = set_of(src);

	for (unsigned i = 0; i < s->count; i++)
		begin_closing(s, s->members[i].pktsrc);
	end_closing(s, true);
	close(s->epoll_fd);
	free(s);
}

static const struct pktsrc_ops set_ops = {
	.step = set_step,
	.fd = set_fd,
	.stats = set_stats,
	.close = set_close,
};

int pktset_new(struct pktsrc **out, struct errmsg *err)
{
	int fd = epoll_create1(EPOLL_CLOEXEC), r;
	struct pktset *s;

	if (fd < 0) {
		r = -errno;
		errmsg_set(err, "cannot wait for packets: %s", strerror(-r));
		return r;
	}
	s = xcalloc(1, sizeof(*s));
	s->pktsrc.ops = &set_ops;
	s->epoll_fd = fd;
	*out = &s->pktsrc;
	return 0;
}
