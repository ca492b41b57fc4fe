/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting at observation points (see net/flowtab.h). The record of a flow holds the first point of
 * each end; ends that are seen at more than one (bridges, veth, macvlan) have all of theirs in a
 * slab. Points are named by number, 0 = none, and chained by `next`. The slab has a hard cap;
 * memory is reserved at the start and only becomes real where it is used. Owned by the flow table.
 */
#ifndef SOCKMON_NET_FLOWPOINTS_H
#define SOCKMON_NET_FLOWPOINTS_H

#include "net/flowslot.h"

/* A routed container's packets pass three: port, bridge, uplink. */
enum { FLOWPOINTS_PER_END = 4 };

struct flowpoint {
	struct flowcount count;
	uint32_t ifindex;
	uint32_t next;
	uint8_t way;		/* enum pktway */
};

struct flowpoints {
	struct flowpoint *slab;		/* slab[0] is never used */
	uint32_t limit;
	uint32_t used;			/* slots that were ever taken */
	uint32_t free;			/* head of those that came back */
};

int flowpoints_init(struct flowpoints *p, uint32_t limit);	/* 0 or -errno */
void flowpoints_fini(struct flowpoints *p);

/*
 * Adds the packet to the flow's value (the maximum over the points of its end) or to the repeats. A
 * packet at a point for which there is no room is a repeat.
 */
void flowpoints_count(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
		      struct flowtotals *totals);

/* Gives a flow's points back; its value stays. */
void flowpoints_drop(struct flowpoints *p, struct flowslot *f);

uint8_t flowpoints_in_use(const struct flowpoints *p, const struct flowslot *f);

/* The interface of the point that saw most of the direction with more packets. */
uint32_t flowpoints_main_ifindex(const struct flowpoints *p, const struct flowslot *f);

#endif
