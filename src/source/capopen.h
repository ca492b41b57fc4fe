/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens live packet sources for the capture source: our ring, or libpcap where the kernel has
 * none; here, or in another network namespace; at once, or in the background, since a ring
 * takes some 15 ms to open.
 */
#ifndef SOCKMON_SOURCE_CAPOPEN_H
#define SOCKMON_SOURCE_CAPOPEN_H

#include "source/capthread.h"
#include "source/netns.h"

/* At once. Its packets carry the place's index. */
int capopen_now(struct pktsrc **out, const struct netns_place *where,
		const struct pktsrc_options *opt, struct errmsg *err);

struct capopening;

/*
 * In the background; what was opened goes to `to`, which must live until capopen_end(), as must
 * the strings of opt. -errno: not even begun.
 */
int capopen_begin(struct capopening **out, const struct netns_place *where,
		  const struct pktsrc_options *opt, struct capthread *to, struct errmsg *err);

bool capopen_is_over(const struct capopening *o);	/* capopen_end() would not wait */

/* Waits and frees; NULL is allowed. 0, or -errno with the sentence: nothing was opened. */
int capopen_end(struct capopening *o, struct errmsg *err);

/*
 * Nobody wants it any more; NULL is allowed. What is still being opened is closed again in the
 * background and goes to *left, a list that is empty (NULL) at first; what has been given to the
 * capture thread already is there to stay. Never waits for a ring.
 */
void capopen_abandon(struct capopening *o, struct capopening **left);

/* Frees those of the list that are over by now; wait: all. */
void capopen_reap(struct capopening **left, bool wait);

#endif
