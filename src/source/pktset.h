/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several packet sources that are read as one: a ring for each network namespace. Itself a
 * packet source, used by the thread that owns it only.
 *
 * A member that fails leaves and is closed in a thread of its own, and the others go on; the
 * last one's failure is the set's. What members lost stays in the set's statistics when they
 * are gone.
 */
#ifndef SOCKMON_SOURCE_PKTSET_H
#define SOCKMON_SOURCE_PKTSET_H

#include <stdbool.h>

#include "source/pktsrc.h"

/* One for each namespace, and one to spare: more are refused. */
enum { PKTSET_MAX = 65 };

/* Empty; closed as every packet source. 0 or -errno with the sentence. */
int pktset_new(struct pktsrc **out, struct errmsg *err);

/* Takes pktsrc over, also when it is refused: -ENOSPC, or -errno of epoll_ctl(2). */
int pktset_add(struct pktsrc *set, struct pktsrc *pktsrc, uint16_t netns);

/* Closes the members of that namespace. A set without members is silent, not failed. */
void pktset_drop(struct pktsrc *set, uint16_t netns);

/*
 * Why a member left of itself or was refused, the last one to do so. False: none did since the
 * last call.
 */
bool pktset_take_trouble(struct pktsrc *set, struct errmsg *out);

#endif
