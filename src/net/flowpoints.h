/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting at observation points (see net/flowtab.h). Most ends are seen at one point only and have
 * sent little: their value is in the flow's slot, in 32 bits. An end that has outgrown these, or is
 * seen at a second point (bridges, veth, macvlan), has its value in a slab of wide counters; the
 * points of the latter are in another slab, each with counters of its own.
 *
 * A connection may move to another interface. What a further point sees beyond all that the first
 * one has (by its TCP numbers) is no repeat: that point has at least the counters of the first then,
 * which is as sound as packets are in order there. Where the first one is silent, the other takes
 * its place.
 *
 * Records are named by number, 0 = none. There is a wide one for every end, but points have a hard
 * cap. Memory is reserved at the start and only becomes real where it is used. Owned by the flow
 * table.
 */
#ifndef SOCKMON_NET_FLOWPOINTS_H
#define SOCKMON_NET_FLOWPOINTS_H

#include "net/flowslot.h"

/* A routed container's packets pass three: port, bridge, uplink. */
enum { FLOWPOINTS_PER_END = 4 };

struct flowwide {
	struct flowcount value;		/* the maximum over the points, or its only point's counters */
	uint64_t first_ns;		/* several: when the first one last had a packet, or could have */
	uint32_t ifindex;		/* of the first point; its way is in flow.first_point */
	uint32_t points;		/* all of them, the eldest last; 0 = only the first */
};

struct flowpoint {
	struct flowcount count;
	uint32_t ifindex;
	uint32_t next;
	uint8_t way;		/* enum pktway */
};

struct flowpoints {
	struct flowwide *wides;		/* [0] is never used, in both */
	struct flowpoint *slab;
	uint32_t wide_limit, limit;
	uint32_t wide_used, used;	/* records that were ever taken */
	uint32_t wide_free, free;	/* heads of those that came back; linked by .points, .next */
};

/* flows: how many there may be. 0 or -errno. */
int flowpoints_init(struct flowpoints *p, uint32_t flows);
void flowpoints_fini(struct flowpoints *p);

/* Gives a flow's records back. It has no value then. */
void flowpoints_drop(struct flowpoints *p, struct flowslot *f);

/* What the end has sent. */
struct flowcount flowpoints_value(const struct flowpoints *p, const struct flowslot *f, unsigned end);

uint8_t flowpoints_in_use(const struct flowpoints *p, const struct flowslot *f);

/* The interface of the point that saw most of the direction with more packets. */
uint32_t flowpoints_main_ifindex(const struct flowpoints *p, const struct flowslot *f);

/* flowpoints_count() for what does not fit in the slot. */
bool flowpoints_count_wide(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
			   const struct flowtrack *track, struct flowtotals *totals);

static inline unsigned flowpoints_bits(const struct flowslot *f, unsigned end)
{
	return f->first_point >> POINT_BITS * end & 0xf;
}

/* false: it would not fit, nothing was added. */
static inline bool flowsmall_add(struct flowsmall *s, const struct pktmeta *m)
{
	if (m->ip_bytes > UINT32_MAX - s->bytes || m->payload_bytes > UINT32_MAX - s->payload ||
	    m->segs > (uint32_t)UINT16_MAX - s->segs || s->packets == UINT16_MAX)
		return false;
	s->packets++;
	s->segs = (uint16_t)(s->segs + m->segs);
	s->bytes += m->ip_bytes;
	s->payload += m->payload_bytes;
	return true;
}

/*
 * Adds the packet to the flow's value (the maximum over the points of its end) or to the repeats. A
 * packet at a point for which there is no room is a repeat. Returns whether it was seen at the
 * first point of its end. track: what was seen there so far; NULL is fine.
 */
static inline bool flowpoints_count(struct flowpoints *p, struct flowslot *f,
				    const struct pktmeta *m, const struct flowtrack *track,
				    struct flowtotals *totals)
{
	unsigned end = m->from, only_here = POINT_KNOWN | (m->way & POINT_WAY);

	if (flowpoints_bits(f, end) == only_here && f->at[end] == m->ifindex &&
	    flowsmall_add(&f->small[end], m))
		return true;
	return flowpoints_count_wide(p, f, m, track, totals);
}

#endif
