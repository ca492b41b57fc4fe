/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record of the flow table. Private to flowtab.c and the modules that it is made of; the rest
 * of the program sees struct flowrec.
 *
 * Two cache lines, because that is what a million flows of one packet cost each. What is larger
 * only for some flows is elsewhere: counters beyond 32 bits and further observation points in
 * flowpoints.c, what is followed from the second packet on in flowtracks.c.
 */
#ifndef SOCKMON_NET_FLOWSLOT_H
#define SOCKMON_NET_FLOWSLOT_H

#include "net/flowtab.h"
#include "net/wirestate.h"

#define FLOW_NONE UINT32_MAX

enum { CACHE_LINE = 64 };

/* What a flow is worth at the cap: the first of the lowest rank goes. */
enum flowrank {
	RANK_FREE,
	RANK_ENDED,		/* left the index and the live flows; waits to be published once more */
	RANK_CLOSED,
	RANK_HALF_OPEN,
	RANK_ONE_PACKET,
	RANK_DATAGRAM,
	RANK_ESTABLISHED,
	RANKS
};

/* flow.marks */
enum {
	FLOW_CHANGED = 0x01,	/* waits to be published */
	FLOW_TOUCHED = 0x04,	/* had a packet since it was last considered for eviction */
	FLOW_FORMER = 0x08,	/* left the index: its tuple is another flow's now */
	FLOW_SENT_HERE = 0x10,	/* << end */
	FLOW_GOT_HERE = 0x40,	/* << end */
	FLOW_TRACKED = 0x100,	/* has a record in flowtracks.c */
	FLOW_FIRST_KEPT = 0x200, /* its only packet so far can be told again from the slot */
	FLOW_STEADY = 0x400,	/* << end: its packets without SYN, FIN, RST change neither state nor rank */
};

/* flow.first_point: four bits for each end. */
enum {
	POINT_WAY = 0x3,	/* enum pktway */
	POINT_KNOWN = 0x4,	/* the end has sent: at[] and way are set */
	POINT_WIDE = 0x8,	/* its counters and points are flowpoints.c's, at[] is their number there */
	POINT_BITS = 4,
};

/* The value of an end, while it fits. */
struct flowsmall {
	uint32_t bytes, payload;
	uint16_t packets, segs;
};

/* What the first packet said that no other field keeps. */
struct flowfirst {
	union {
		uint16_t mss;		/* of a SYN */
		uint16_t window;	/* of another segment */
	};
	union {
		uint8_t wscale;		/* of a SYN */
		uint8_t icmp_type;
	};
	uint8_t ecn;
};

struct flowslot {
	struct flowkey key;
	uint64_t last_ns;
	uint16_t marks;
	uint16_t vlan;
	uint8_t tcp_flags[2];
	uint8_t first_point;
	uint8_t rank;			/* enum flowrank */
	uint32_t at[2];			/* by end: the interface of its only point; with POINT_WIDE, a number */

	struct flowsmall small[2];	/* by sending end */
	union {
		uint32_t track;		/* with FLOW_TRACKED: number of the record */
		struct flowfirst first;	/* with FLOW_FIRST_KEPT */
	};
	uint32_t gen;
	uint64_t first_ns;
	struct wirestate_track wire;
	uint32_t prev, next;		/* list of its rank; next also links the free slots */
} __attribute__((aligned(CACHE_LINE)));

_Static_assert(offsetof(struct flowslot, small) == CACHE_LINE, "what finds a flow is in one line");
_Static_assert(sizeof(struct flowslot) == 2 * CACHE_LINE, "memory at the cap is promised");

static inline bool flowslot_is_live(const struct flowslot *f)
{
	return f->rank > RANK_ENDED;
}

static inline bool flowslot_is_indexed(const struct flowslot *f)
{
	return flowslot_is_live(f) && !(f->marks & FLOW_FORMER);
}

#endif
