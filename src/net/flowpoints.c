/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting at observation points: see flowpoints.h. Keeps the balance that flowtab.h promises. */
#include "net/flowpoints.h"

#include <assert.h>
#include <errno.h>

#include "net/reserve.h"

enum {
	POINTS_PER_FLOW = 2,	/* slab size: bridged hosts use four a flow, most none */
	ENDS = 2,
};

static size_t wides_bytes(uint32_t limit)
{
	return ((size_t)limit + 1) * sizeof(struct flowwide);
}

static size_t slab_bytes(uint32_t limit)
{
	return ((size_t)limit + 1) * sizeof(struct flowpoint);
}

int flowpoints_init(struct flowpoints *p, uint32_t flows)
{
	*p = (struct flowpoints){ .limit = flows * POINTS_PER_FLOW, .wide_limit = flows * ENDS };
	p->wides = reserve_new(wides_bytes(p->wide_limit));
	p->slab = reserve_new(slab_bytes(p->limit));
	return p->wides && p->slab ? 0 : -ENOMEM;
}

void flowpoints_fini(struct flowpoints *p)
{
	reserve_free(p->wides, wides_bytes(p->wide_limit));
	reserve_free(p->slab, slab_bytes(p->limit));
	p->wides = NULL;
	p->slab = NULL;
}

static uint32_t slab_take(struct flowpoints *p)
{
	uint32_t n = p->free;

	if (n)
		p->free = p->slab[n].next;
	else if (p->used < p->limit)
		n = ++p->used;
	return n;
}

static void slab_put(struct flowpoints *p, uint32_t chain)
{
	while (chain) {
		uint32_t next = p->slab[chain].next;

		p->slab[chain].next = p->free;
		p->free = chain;
		chain = next;
	}
}

static void bits_set(struct flowslot *f, unsigned end, unsigned bits)
{
	f->first_point |= (uint8_t)(bits << POINT_BITS * end);
}

static struct flowwide *wide_of(const struct flowpoints *p, const struct flowslot *f, unsigned end)
{
	return flowpoints_bits(f, end) & POINT_WIDE ? &p->wides[f->at[end]] : NULL;
}

static struct flowcount widened(const struct flowsmall *s)
{
	return (struct flowcount){
		.packets = s->packets, .segs = s->segs, .bytes = s->bytes, .payload = s->payload,
	};
}

/* From here on the end's value is in a wide record. There is one for every end. */
static struct flowwide *widen(struct flowpoints *p, struct flowslot *f, unsigned end)
{
	uint32_t n = p->wide_free ? p->wide_free : ++p->wide_used;

	assert(n <= p->wide_limit);
	if (n == p->wide_free)
		p->wide_free = p->wides[n].points;
	p->wides[n] = (struct flowwide){ .value = widened(&f->small[end]),
					 .ifindex = f->at[end] };
	f->at[end] = n;
	bits_set(f, end, POINT_WIDE);
	return &p->wides[n];
}

static void wide_put(struct flowpoints *p, struct flowslot *f, unsigned end)
{
	struct flowwide *w = wide_of(p, f, end);

	if (!w)
		return;
	slab_put(p, w->points);
	w->points = p->wide_free;
	p->wide_free = f->at[end];
}

static void count_add(struct flowcount *c, const struct pktmeta *m)
{
	c->packets++;
	c->segs += m->segs;
	c->bytes += m->ip_bytes;
	c->payload += m->payload_bytes;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void count_raise(struct flowcount *c, const struct flowcount *to)
{
	c->packets = larger(c->packets, to->packets);
	c->segs = larger(c->segs, to->segs);
	c->bytes = larger(c->bytes, to->bytes);
	c->payload = larger(c->payload, to->payload);
}

/* A new point at the head of the end's chain; NULL when the slab is full. */
static struct flowpoint *point_push(struct flowpoints *p, struct flowwide *w, uint32_t ifindex,
				    unsigned way)
{
	uint32_t n = slab_take(p);

	if (!n)
		return NULL;
	p->slab[n] = (struct flowpoint){
		.ifindex = ifindex, .way = (uint8_t)way, .next = w->points,
	};
	w->points = n;
	return &p->slab[n];
}

/* From here on the end's first point has counters of its own. */
static bool first_split(struct flowpoints *p, struct flowwide *w, unsigned way)
{
	struct flowpoint *first = point_push(p, w, w->ifindex, way);

	if (!first)
		return false;
	first->count = w->value;
	return true;
}

/*
 * The point that saw m, made when it is new; NULL when there is no room for one. way: the first
 * point's.
 */
static struct flowpoint *point_of(struct flowpoints *p, struct flowwide *w, unsigned way,
				  const struct pktmeta *m)
{
	unsigned count = 0;

	if (!w->points && !first_split(p, w, way))
		return NULL;
	for (uint32_t n = w->points; n; n = p->slab[n].next, count++)
		if (p->slab[n].ifindex == m->ifindex && p->slab[n].way == m->way)
			return &p->slab[n];
	return count < FLOWPOINTS_PER_END ? point_push(p, w, m->ifindex, m->way) : NULL;
}

/* What a point saw beyond the flow's value makes that grow; the rest is a repeat. */
static void count_at_several(struct flowpoints *p, struct flowwide *w, unsigned way,
			     const struct pktmeta *m, struct flowtotals *totals)
{
	struct flowpoint *point = point_of(p, w, way, m);
	uint64_t packets = w->value.packets, bytes = w->value.bytes;

	if (point) {
		count_add(&point->count, m);
		count_raise(&w->value, &point->count);
	}
	totals->repeats += 1 - (w->value.packets - packets);
	totals->repeat_bytes += m->ip_bytes - (w->value.bytes - bytes);
}

bool flowpoints_count_wide(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
			   struct flowtotals *totals)
{
	unsigned end = m->from, way = m->way & POINT_WAY;
	struct flowwide *w = wide_of(p, f, end);
	bool is_first;

	if (!(flowpoints_bits(f, end) & POINT_KNOWN)) {
		f->at[end] = m->ifindex;
		bits_set(f, end, POINT_KNOWN | way);
		if (flowsmall_add(&f->small[end], m))
			return true;
	}
	if (!w)
		w = widen(p, f, end);
	is_first = w->ifindex == m->ifindex && (flowpoints_bits(f, end) & POINT_WAY) == way;
	if (is_first && !w->points)
		count_add(&w->value, m);
	else
		count_at_several(p, w, flowpoints_bits(f, end) & POINT_WAY, m, totals);
	return is_first;
}

void flowpoints_drop(struct flowpoints *p, struct flowslot *f)
{
	for (unsigned end = 0; end < ENDS; end++)
		wide_put(p, f, end);
	f->first_point = 0;
}

struct flowcount flowpoints_value(const struct flowpoints *p, const struct flowslot *f, unsigned end)
{
	const struct flowwide *w = wide_of(p, f, end);

	return w ? w->value : widened(&f->small[end]);
}

uint8_t flowpoints_in_use(const struct flowpoints *p, const struct flowslot *f)
{
	unsigned count = 0;

	for (unsigned end = 0; end < ENDS; end++) {
		const struct flowwide *w = wide_of(p, f, end);

		if (w && w->points)
			for (uint32_t n = w->points; n; n = p->slab[n].next)
				count++;
		else
			count += (flowpoints_bits(f, end) & POINT_KNOWN) != 0;
	}
	return (uint8_t)count;
}

uint32_t flowpoints_main_ifindex(const struct flowpoints *p, const struct flowslot *f)
{
	unsigned end = flowpoints_value(p, f, 1).packets > flowpoints_value(p, f, 0).packets;
	const struct flowwide *w = wide_of(p, f, end);
	uint32_t ifindex = w ? w->ifindex : f->at[end];
	uint64_t most = 0;

	/* The oldest point is last in its chain, and wins where several saw the same. */
	for (uint32_t n = w ? w->points : 0; n; n = p->slab[n].next)
		if (p->slab[n].count.packets >= most) {
			most = p->slab[n].count.packets;
			ifindex = p->slab[n].ifindex;
		}
	return ifindex;
}
