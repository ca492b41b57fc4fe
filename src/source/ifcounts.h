/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was captured at each interface, counted once a packet. Owned by the thread that captures.
 * Bounded: what passes at interfaces beyond the cap is in no count here (it is in the flows').
 */
#ifndef SOCKMON_SOURCE_IFCOUNTS_H
#define SOCKMON_SOURCE_IFCOUNTS_H

#include "event.h"

enum { IFCOUNTS_MAX = 256, IFCOUNTS_SLOTS = 2 * IFCOUNTS_MAX };

struct ifcount {
	struct ifcountrec rec;
	uint64_t told;		/* packets when it was last collected */
};

/* Invariants: entries are dense; slots is an open-addressing index into them, entry + 1, 0 = free. */
struct ifcounts {
	struct ifcount *last;	/* the one that counted last: as a rule the next packet's */
	unsigned count;
	struct ifcount entries[IFCOUNTS_MAX + 1];	/* the last one takes what nobody asks for */
	uint16_t slots[IFCOUNTS_SLOTS];
};

void ifcounts_init(struct ifcounts *t);

/* That namespace is gone: its number may be given to another, which begins at 0. */
void ifcounts_drop_netns(struct ifcounts *t, uint16_t netns);

/* Copies those that counted since the last call; returns how many. */
unsigned ifcounts_collect(struct ifcounts *t, struct ifcountrec out[static IFCOUNTS_MAX]);

/* The entry of that interface, which is `last` from now on. Never NULL. */
struct ifcount *ifcounts_find(struct ifcounts *t, uint32_t ifindex, uint16_t netns);

static inline void ifcounts_add(struct ifcounts *t, const struct pktmeta *m)
{
	struct ifcount *c = t->last;

	if (c->rec.ifindex != m->ifindex || c->rec.netns != m->key.netns)
		c = ifcounts_find(t, m->ifindex, m->key.netns);
	c->rec.last_ns = m->time_ns;
	if (m->way == PKT_OUT) {
		c->rec.tx_packets++;
		c->rec.tx_segs += m->segs;
		c->rec.tx_bytes += m->wire_bytes;
	} else {
		c->rec.rx_packets++;
		c->rec.rx_segs += m->segs;
		c->rec.rx_bytes += m->wire_bytes;
	}
}

#endif
