/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting at observation points: see flowpoints.h. Keeps the balance that flowtab.h promises. */
#include "net/flowpoints.h"

#include <assert.h>
#include <errno.h>

#include "base/clock.h"
#include "net/reserve.h"

enum {
	POINTS_PER_FLOW = 2,	/* slab size: bridged hosts use four a flow, most none */
	ENDS = 2,
};

/* For so long the rings of two interfaces may be read one after the other. */
#define SILENT_NS (50 * NSEC_PER_MSEC)

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

static bool is_at(const struct flowpoint *point, uint32_t ifindex, unsigned way)
{
	return point->ifindex == ifindex && point->way == way;
}

/* From here on the end's first point has counters of its own. */
static bool first_split(struct flowpoints *p, struct flowwide *w, unsigned way, uint64_t last_ns)
{
	struct flowpoint *first = point_push(p, w, w->ifindex, way);

	if (!first)
		return false;
	first->count = w->value;
	w->first_ns = last_ns;
	return true;
}

/* Another point is the first one from now on. */
static void first_move(struct flowslot *f, unsigned end, struct flowwide *w,
		       const struct flowpoint *to)
{
	f->first_point &= (uint8_t)~(POINT_WAY << POINT_BITS * end);
	bits_set(f, end, to->way);
	w->ifindex = to->ifindex;
}

/* The end's first point, and the one that saw m, made when it is new. */
struct pair {
	struct flowpoint *first;
	struct flowpoint *point;	/* NULL: there is no room for it */
};

static struct pair pair_of(struct flowpoints *p, struct flowwide *w, unsigned way,
			   const struct pktmeta *m)
{
	struct pair pair = { 0 };
	unsigned count = 0;

	for (uint32_t n = w->points; n; n = p->slab[n].next, count++) {
		if (is_at(&p->slab[n], w->ifindex, way))
			pair.first = &p->slab[n];
		if (is_at(&p->slab[n], m->ifindex, m->way))
			pair.point = &p->slab[n];
	}
	if (!pair.point && count < FLOWPOINTS_PER_END)
		pair.point = point_push(p, w, m->ifindex, m->way);
	return pair;
}

/*
 * m is beyond what the first point saw: so are all that pass here later, and none of those is among
 * what that counted.
 */
static void catch_up(struct flowslot *f, struct flowwide *w, struct pair pair,
		     const struct pktmeta *m)
{
	count_raise(&pair.point->count, &pair.first->count);
	if (m->time_ns > w->first_ns + SILENT_NS) {
		first_move(f, m->from, w, pair.point);
		w->first_ns = m->time_ns;
	}
}

/* What a point saw beyond the flow's value makes that grow; the rest is a repeat. */
static void count_at_several(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
			     const struct flowtrack *track, struct flowtotals *totals)
{
	struct flowwide *w = wide_of(p, f, m->from);
	unsigned way = flowpoints_bits(f, m->from) & POINT_WAY;
	uint64_t packets = w->value.packets, bytes = w->value.bytes;
	struct pair pair = { 0 };

	if (w->points || first_split(p, w, way, f->last_ns))
		pair = pair_of(p, w, way, m);
	if (pair.point) {
		if (pair.point == pair.first)
			w->first_ns = larger(w->first_ns, m->time_ns);
		else if (track && flowtrack_is_ahead(track, m))
			catch_up(f, w, pair, m);
		count_add(&pair.point->count, m);
		count_raise(&w->value, &pair.point->count);
	}
	totals->repeats += 1 - (w->value.packets - packets);
	totals->repeat_bytes += m->ip_bytes - (w->value.bytes - bytes);
}

static bool is_at_first(const struct flowslot *f, const struct flowwide *w, const struct pktmeta *m)
{
	return w->ifindex == m->ifindex &&
	       (flowpoints_bits(f, m->from) & POINT_WAY) == (m->way & POINT_WAY);
}

bool flowpoints_count_wide(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
			   const struct flowtrack *track, struct flowtotals *totals)
{
	unsigned end = m->from;
	struct flowwide *w = wide_of(p, f, end);

	if (!(flowpoints_bits(f, end) & POINT_KNOWN)) {
		f->at[end] = m->ifindex;
		bits_set(f, end, POINT_KNOWN | (m->way & POINT_WAY));
		if (flowsmall_add(&f->small[end], m))
			return true;
	}
	if (!w)
		w = widen(p, f, end);
	if (!w->points && is_at_first(f, w, m))
		count_add(&w->value, m);
	else
		count_at_several(p, f, m, track, totals);
	return is_at_first(f, w, m);
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

	/* The eldest point is last in its chain, and wins where several saw the same. */
	for (uint32_t n = w ? w->points : 0; n; n = p->slab[n].next)
		if (p->slab[n].count.packets >= most) {
			most = p->slab[n].count.packets;
			ifindex = p->slab[n].ifindex;
		}
	return ifindex;
}
