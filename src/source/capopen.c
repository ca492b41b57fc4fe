/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens live packet sources: see capopen.h. Keeps none: they are the caller's or the capture
 * thread's.
 */
#include "source/capopen.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* What one opening works on; the helper thread's while it is under way. */
struct opening {
	struct pktsrc_options opt;
	struct pktsrc *pktsrc;
	struct errmsg err;
};

/* Who is the first to leave OPENING decides: the helper, or main, who gives it up. */
enum { OPENING, HANDING_OVER, ABANDONED };

struct capopening {
	struct capopening *next;	/* main's: in the list of those that were given up */
	struct opening work;
	struct capthread *to;
	struct netns_visit *visit;
	atomic_int stage;
};

/*
 * Where the kernel has no such ring, libpcap has other ways. Else the first answer is the right
 * one.
 */
static int open_ring(struct opening *o)
{
	int r = pktsrc_ring_open(&o->pktsrc, &o->opt, &o->err);

	if (r && r != -EPERM && r != -EACCES && r != -ENODEV && r != -EINVAL && r != -E2BIG)
		r = pktsrc_pcap_open_live(&o->pktsrc, &o->opt, &o->err);
	return r;
}

static void say_why(const struct opening *o, int r, struct errmsg *err)
{
	if (o->err.text[0])
		errmsg_set(err, "%s", o->err.text);
	else	/* not even there */
		errmsg_set(err, "cannot capture in another network namespace: %s%s", strerror(-r),
			   r == -EPERM ? " (it needs CAP_SYS_ADMIN)" : "");
}

static int open_for_caller(void *ctx)
{
	return open_ring(ctx);
}

int capopen_now(struct pktsrc **out, const struct netns_place *where,
		const struct pktsrc_options *opt, struct errmsg *err)
{
	struct opening o = { .opt = *opt, .err = { "" } };
	int r;

	o.opt.netns = netns_index(where);
	r = netns_run(where, open_for_caller, &o);
	if (r)
		say_why(&o, r, err);
	else
		*out = o.pktsrc;
	return r;
}

static int open_for_thread(void *ctx)
{
	struct capopening *o = ctx;
	int r = open_ring(&o->work), stage = OPENING;

	if (r)
		return r;
	if (atomic_compare_exchange_strong(&o->stage, &stage, HANDING_OVER))
		capthread_add(o->to, o->work.pktsrc, o->work.opt.netns);
	else
		o->work.pktsrc->ops->close(o->work.pktsrc);
	return 0;
}

int capopen_begin(struct capopening **out, const struct netns_place *where,
		  const struct pktsrc_options *opt, struct capthread *to, struct errmsg *err)
{
	struct capopening *o = xcalloc(1, sizeof(*o));
	int r;

	o->work.opt = *opt;
	o->work.opt.netns = netns_index(where);
	o->to = to;
	r = netns_begin(&o->visit, where, open_for_thread, o);
	if (r) {
		errmsg_set(err, "cannot start a thread to open a capture: %s", strerror(-r));
		free(o);
		return r;
	}
	*out = o;
	return 0;
}

bool capopen_is_over(const struct capopening *o)
{
	return netns_is_over(o->visit);
}

int capopen_end(struct capopening *o, struct errmsg *err)
{
	int r;

	if (!o)
		return 0;
	r = netns_wait(o->visit);
	if (r)
		say_why(&o->work, r, err);
	free(o);
	return r;
}

void capopen_abandon(struct capopening *o, struct capopening **left)
{
	int stage = OPENING;

	if (!o)
		return;
	/* All that the helper has left to do while it hands over is to put it in a queue. */
	if (capopen_is_over(o) ||
	    !atomic_compare_exchange_strong(&o->stage, &stage, ABANDONED)) {
		capopen_end(o, NULL);
		return;
	}
	o->next = *left;
	*left = o;
}

void capopen_reap(struct capopening **left, bool wait)
{
	while (*left) {
		struct capopening *o = *left;

		if (wait || capopen_is_over(o)) {
			*left = o->next;
			capopen_end(o, NULL);
		} else {
			left = &o->next;
		}
	}
}
