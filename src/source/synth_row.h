/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection of the synthetic host at a tick: what it has carried so far, and the records that
 * the kernel and the capture would make of it. Both come from the same numbers, so that they agree
 * to the byte.
 */
#ifndef SOCKMON_SOURCE_SYNTH_ROW_H
#define SOCKMON_SOURCE_SYNTH_ROW_H

#include "source/synth_host.h"

struct synthtime {
	uint32_t tick;
	uint64_t now_ns, interval_ns;
};

/* Where in its life something is. */
struct synthphase {
	bool there;		/* the process, the socket */
	bool over;		/* in TIME_WAIT */
	bool ends;		/* the kernel frees it: it goes, or a TIME_WAIT takes its place */
	bool lingers;		/* there, or not longer gone than its flow stays */
	uint32_t cycle;
	uint32_t age, over_age;	/* ticks since it came, since it was over */
};

struct synthphase synthlife_phase(const struct synthlife *l, uint32_t tick);

/* Invariant: sent and received only grow until the next synthrow_start(). */
struct synthrow {
	const struct synthconn *conn;
	struct addr laddr, raddr;
	uint32_t index;			/* in the table */
	uint32_t flow_id;		/* dense, of those with SY_FLOW */
	bool flow_live;			/* told, and not yet told to be over */
	uint32_t cycle;
	uint64_t opened_ns, last_ns;
	uint64_t rx, tx;		/* payload, each byte once */
	uint64_t rx_segs, tx_segs;	/* that carried it */
	uint64_t resent;		/* segments, all full */
	uint32_t retransmits;
	bool over;			/* in TIME_WAIT */
	bool gone;			/* the kernel has freed it */
};

int synthrow_init(struct synthrow *r, const struct synthconn *conn, uint32_t index, uint32_t flow_id);
/* Its life begins; it carries what one interval brings. */
void synthrow_start(struct synthrow *r, uint32_t cycle, const struct synthtime *t);
void synthrow_carry(struct synthrow *r, const struct synthphase *p, const struct synthtime *t);

uint32_t synthrow_inode(const struct synthrow *r);	/* 0 in TIME_WAIT, and where nobody has it */
uint64_t synth_cgroup(enum synthprocid proc);		/* an id for each path */
void synthrow_socket(const struct synthrow *r, const struct synthphase *p, const struct synthtime *t,
		     struct sockrec *out, struct sockmore *more);
/* What the kernel says of it when it frees it: no inode, no user, no queues; the final counters. */
void synthrow_gone(const struct synthrow *r, const struct synthtime *t, struct sockrec *out,
		   struct sockmore *more);
void synthrow_flow(const struct synthrow *r, struct flowrec *out);

#endif
