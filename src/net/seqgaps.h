/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gaps in what one end of a TCP connection sent: ranges of sequence numbers below the highest one
 * seen that no packet has filled yet. A list for each end, in order, out of one pool with a hard
 * cap; lists are named by their head, 0 = empty. Owned by the flow table; pure.
 *
 * A list has at most SEQGAPS_PER_END. Where there is no room for one more, the two oldest become
 * one that covers what lies between them, too: it is blurred. What is sent again of it is told from
 * what comes late by time alone, and it is no proof that anything was missed. A gap that lies more
 * than SEQ_JUMP_MAX back is forgotten.
 */
#ifndef SOCKMON_NET_SEQGAPS_H
#define SOCKMON_NET_SEQGAPS_H

#include <stdbool.h>
#include <stdint.h>

enum { SEQGAPS_PER_END = 16 };

/* The largest window (RFC 7323 2.3); what jumps farther is of another connection, or forged. */
enum { SEQ_JUMP_MAX = 1 << 30 };

/* RFC 9293 3.4: sequence numbers compare modulo 2^32. */
static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

struct seqgap {
	uint32_t begin, end;	/* end is the first number behind it; modulo 2^32 */
	uint32_t at_us;		/* when it was noticed: low bits of the packets' clock */
	uint32_t next : 31;	/* 0 = the last */
	uint32_t blurred : 1;	/* not all of it is missing */
};

struct seqgaps {
	struct seqgap *slab;	/* slab[0] is never used */
	uint32_t limit;
	uint32_t used;		/* that were ever taken */
	uint32_t free;		/* head of those that came back */
	uint32_t held;		/* in lists now */
};

int seqgaps_init(struct seqgaps *p, uint32_t limit);	/* at most 2^30; 0 or -errno */
void seqgaps_fini(struct seqgaps *p);

/*
 * Nothing of [begin, end) was seen. It lies behind all that the list has. Where neither the pool
 * nor the list has room to make, it is not remembered.
 */
void seqgaps_add(struct seqgaps *p, uint32_t *head, uint32_t begin, uint32_t end, uint32_t at_us);

/*
 * Takes [begin, end) out of the list; returns how many bytes of it were in gaps, and since when the
 * oldest of these was known (left untouched where there were none).
 */
uint32_t seqgaps_fill(struct seqgaps *p, uint32_t *head, uint32_t begin, uint32_t end,
		      uint32_t *at_us);

/* Everything before seq was acknowledged: what is missing there was sent and not captured. Bytes. */
uint32_t seqgaps_drop_before(struct seqgaps *p, uint32_t *head, uint32_t seq);

void seqgaps_drop(struct seqgaps *p, uint32_t *head);

#endif
