/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record of the flow table. Private to flowtab.c and flowindex.c; the rest of the program sees
 * struct flowrec.
 *
 * Three cache lines, by how often they are touched: every packet needs the first two; the third is
 * for the first packet, for changes of state and for publishing.
 */
#ifndef SOCKMON_NET_FLOWSLOT_H
#define SOCKMON_NET_FLOWSLOT_H

#include "net/flowtab.h"
#include "net/wirestate.h"

enum { CACHE_LINE = 64 };

/* flow.marks */
enum {
	FLOW_CHANGED = 0x01,	/* waits to be published */
	FLOW_STEADY = 0x02,	/* a packet without SYN, FIN, RST changes neither state nor rank */
	FLOW_TOUCHED = 0x04,	/* had a packet since it was last considered for eviction */
	FLOW_FORMER = 0x08,	/* left the index: its tuple is another flow's now */
	FLOW_SENT_HERE = 0x10,	/* << end */
	FLOW_GOT_HERE = 0x40,	/* << end */
};

/* flow.first_point: four bits for each end. */
enum {
	POINT_WAY = 0x3,	/* enum pktway */
	POINT_KNOWN = 0x4,	/* the end has sent: ifindex[] and way are set */
	POINT_SEVERAL = 0x8,	/* more than one: all of the end's are in the slab, at points[] */
	POINT_BITS = 4,
};

struct flowslot {
	struct flowkey key;
	uint64_t last_ns;
	uint32_t ifindex[2];		/* of each end's first point */
	uint32_t change_next;		/* list that it waits in to be published */
	uint8_t tcp_flags[2];
	uint8_t marks;
	uint8_t first_point;

	/* The value, by sending end: the maximum over its points, or its only point's counters. */
	struct flowcount dir[2];

	uint64_t first_ns;
	struct wirestate_track wire;
	uint32_t gen;
	uint32_t hash;			/* low half of the key's hash: its home in the index */
	uint32_t prev, next;		/* list of its rank; next also links the free slots */
	uint32_t points[2];		/* heads in the slab, 0 = none */
	uint32_t change_prev;		/* with change_next; nothing at the head */
	uint16_t vlan;
	uint8_t rank;			/* enum flowrank of flowtab.c; 0 = a free slot */
	bool urgent;			/* waits with those that began */
} __attribute__((aligned(CACHE_LINE)));

_Static_assert(offsetof(struct flowslot, dir) == CACHE_LINE, "what every packet needs is in two lines");
_Static_assert(offsetof(struct flowslot, first_ns) == 2 * CACHE_LINE, "and the rest in the third");
_Static_assert(sizeof(struct flowslot) == 3 * CACHE_LINE, "memory at the cap is promised");

#endif
