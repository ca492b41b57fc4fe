/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens live packet sources: see capopen.h. Keeps none: they are the caller's or the capture
 * thread's.
 */
#include "source/capopen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* What one opening works on; the helper thread's while it is under way. */
struct opening {
	struct pktsrc_options opt;
	struct pktsrc *pktsrc;
	struct errmsg err;
};

struct capopening {
	struct opening work;
	struct capthread *to;
	struct netns_visit *visit;
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
	int r = open_ring(&o->work);

	if (!r)
		capthread_add(o->to, o->work.pktsrc, o->work.opt.netns);
	return r;
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
