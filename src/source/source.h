/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source: live netlink, /proc, rtnetlink, capture, a synthetic host. All are alike to the app.
 *
 * A source runs in the main thread (the capture source has a thread of its own behind it), never
 * blocks, and never asks the model anything. Each x_new() returns a struct source whose first job
 * is to open what needs rights, so that these can be dropped afterwards.
 */
#ifndef SOCKMON_SOURCE_SOURCE_H
#define SOCKMON_SOURCE_SOURCE_H

#include <poll.h>

#include "base/errmsg.h"
#include "event.h"

#define SOURCE_NEVER UINT64_MAX

struct source;

struct source_ops {
	enum noticesource notice;	/* where it says what it cannot do */

	/*
	 * Does a bounded piece of work (at most about 5 ms) and sends what it learned. now_ns is
	 * event time. Returns 0, or -errno when the source is finished for good (it has then sent
	 * its EV_NOTICE).
	 */
	int (*step)(struct source *s, uint64_t now_ns, const struct sink *out);

	/* Descriptors that make step() worth calling; returns the count (<= max). May be NULL. */
	int (*fds)(const struct source *s, struct pollfd *out, int max);

	/*
	 * Event time at which step() wants to be called even if no descriptor is ready; <= now: at
	 * once.
	 */
	uint64_t (*due_ns)(const struct source *s);

	/*
	 * A new round is asked for (the interval began, or the user pressed refresh): dump again.
	 * May be NULL.
	 */
	void (*refresh)(struct source *s, uint64_t now_ns);

	/*
	 * Is a round under way (a dump, a pass, a file not yet at its end)? A snapshot waits for
	 * it. May be NULL.
	 */
	bool (*busy)(const struct source *s);

	void (*close)(struct source *s);
};

/* Every source embeds this as its first member. */
struct source {
	const struct source_ops *ops;
};

enum { SOURCE_FDS_MAX = 8 };

#endif
