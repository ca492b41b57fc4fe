/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture thread: the one thread boundary of the program. It owns packet sources (one for
 * each namespace) and a flow table, and publishes the flows that changed by batches, through a
 * mailbox. A batch that is given back is the request for the next: a slow reader costs latency,
 * never data, and nothing can grow.
 *
 * Flows that began are published within 10 ms (the owner of a short connection can only be
 * looked up while it lives), everything else when capthread_ask() asks for it, and every 1.5 s
 * in any case.
 *
 * Packet times are the kernel's wall clock. When somebody sets that clock, they are shifted to go
 * on as event time does, which never jumps (base/clock.h).
 */
#ifndef SOCKMON_SOURCE_CAPTHREAD_H
#define SOCKMON_SOURCE_CAPTHREAD_H

#include "event.h"
#include "source/pktsrc.h"

struct capthread;

struct capbatch {
	struct flowout *flows;
	uint32_t count;
	uint32_t answers;	/* the last capthread_ask() that all up to here answers */
	uint32_t whole;		/* the last one that was answered with all there was */
	bool backlog;		/* more changes wait than fitted */
	bool balanced;		/* nothing waits: with this batch, all flows were told as `totals` has them */
	bool failed;		/* the last source did, `trouble` says why; no batch comes after this */
	struct namerec *names;		/* learned since the last batch */
	uint32_t name_count;
	struct ifcountrec *ifcounts;	/* of interfaces that saw something since the last batch */
	uint32_t ifcount_count;
	struct flowtotals totals;
	struct pktstats stats;
	struct errmsg trouble;	/* "" = none; without `failed`: of one source of several, which ended */
};

/*
 * All functions are for main, capthread_add() for any thread. Takes pktsrc, of namespace netns,
 * over, also when it fails.
 */
int capthread_start(struct capthread **out, struct pktsrc *pktsrc, uint16_t netns,
		    uint32_t max_flows, struct errmsg *err);
void capthread_stop(struct capthread *t);	/* joins it; NULL is allowed */

/*
 * One more source for the same thread and table, taken over; ends by itself when it fails, without
 * the others. Drop: the sources of that namespace are closed, what they counted stays.
 */
void capthread_add(struct capthread *t, struct pktsrc *pktsrc, uint16_t netns);
void capthread_drop(struct capthread *t, uint16_t netns);

int capthread_fd(const struct capthread *t);	/* readable while a batch waits */
struct capbatch *capthread_take(struct capthread *t);	/* NULL: none now */
void capthread_give_back(struct capthread *t, struct capbatch *b);

/*
 * Asks for what has passed up to now to be published soon; returns the number to compare `answers`
 * with. Under overload, where flows change faster than they can be told, the answer comes after a
 * second, with what there was room for (the batch says `backlog`); the rest follows.
 */
uint32_t capthread_ask(struct capthread *t);

#endif
