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

/* Time that lookups may take: one for all namespaces, since they all run in one thread. */
struct askbudget {
	int64_t left_ns;	/* below zero: the last lookups cost more than there was */
	uint64_t filled_ns;	/* event time up to which it was filled */
};

void askbudget_init(struct askbudget *b);

/* Invariant: count <= DIAGASK_QUEUE_MAX. */
struct diagask {
	struct nlsock nl;
	const uint32_t *runs;	/* by row of families.c: the current or last run of its dump */
	struct sockquery queue[DIAGASK_QUEUE_MAX];
	unsigned count;
	struct askbudget *budget;	/* borrowed */
	struct event event;	/* reused for every answer */
};

/* runs is read at each answer; it and budget are borrowed until close. */
int diagask_open(struct diagask *a, const struct netns_place *where, const uint32_t *runs,
		 struct askbudget *budget);
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
