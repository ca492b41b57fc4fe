/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact lookups: the sockets of single tuples, asked of sock_diag between the dumps, over a netlink
 * socket of their own. Bounded by a budget of time that fills up slowly: what it does not cover is
 * left to the next dump.
 */
#ifndef SOCKMON_SOURCE_DIAGASK_H
#define SOCKMON_SOURCE_DIAGASK_H

#include "source/nlsock.h"
#include "source/source.h"

enum { DIAGASK_QUEUE_MAX = 256 };

/* Invariant: count <= DIAGASK_QUEUE_MAX. */
struct diagask {
	struct nlsock nl;
	const uint32_t *runs;	/* by row of families.c: the current or last run of its dump */
	struct sockquery queue[DIAGASK_QUEUE_MAX];
	unsigned count;
	int64_t budget_ns;	/* below zero: the last lookups cost more than there was */
	uint64_t filled_ns;	/* event time up to which the budget was filled */
	struct event event;	/* reused for every answer */
};

/* runs is read at each answer, and borrowed until close. */
int diagask_open(struct diagask *a, const struct netns_place *where, const uint32_t *runs);
void diagask_close(struct diagask *a);

/* Takes the query in as far as queue and budget reach; else it is left to the next dump. */
void diagask_add(struct diagask *a, const struct sockquery *q, uint64_t now_ns);
bool diagask_waits(const struct diagask *a);	/* is there anything for run() to do? */

/*
 * Asks and reads the answers at once: the kernel makes them within send(). Each is an EV_SOCKET of
 * its family's current run, so that a dump under way does not sweep it.
 */
void diagask_run(struct diagask *a, uint32_t details, uint64_t time_ns, const struct sink *out);

#endif
