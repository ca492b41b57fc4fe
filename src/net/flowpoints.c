/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting at observation points: see flowpoints.h. Keeps the balance that flowtab.h promises. */
#include "net/flowpoints.h"

#include <errno.h>
#include <sys/mman.h>

static size_t slab_bytes(uint32_t limit)
{
	return ((size_t)limit + 1) * sizeof(struct flowpoint);
}

int flowpoints_init(struct flowpoints *p, uint32_t limit)
{
	void *slab = mmap(NULL, slab_bytes(limit), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (slab == MAP_FAILED)
		return -errno;
	*p = (struct flowpoints){ .slab = slab, .limit = limit };
	return 0;
}

void flowpoints_fini(struct flowpoints *p)
{
	if (p->slab)
		munmap(p->slab, slab_bytes(p->limit));
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

static unsigned bits_of(const struct flowslot *f, unsigned end)
{
	return f->first_point >> POINT_BITS * end & 0xf;
}

static void bits_set(struct flowslot *f, unsigned end, unsigned bits)
{
	f->first_point |= (uint8_t)(bits << POINT_BITS * end);
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
static struct flowpoint *point_push(struct flowpoints *p, struct flowslot *f, unsigned end,
				    uint32_t ifindex, unsigned way)
{
	uint32_t n = slab_take(p);

	if (!n)
		return NULL;
	p->slab[n] = (struct flowpoint){
		.ifindex = ifindex, .way = (uint8_t)way, .next = f->points[end],
	};
	f->points[end] = n;
	return &p->slab[n];
}

/* From here on the end's first point has counters of its own. */
static bool end_split(struct flowpoints *p, struct flowslot *f, unsigned end)
{
	unsigned way = bits_of(f, end) & POINT_WAY;
	struct flowpoint *first = point_push(p, f, end, f->ifindex[end], way);

	if (!first)
		return false;
	first->count = f->dir[end];
	bits_set(f, end, POINT_SEVERAL);
	return true;
}

/* The point that saw m, made when it is new; NULL when there is no room for one. */
static struct flowpoint *point_of(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m)
{
	unsigned end = m->from, count = 0;

	if (!(bits_of(f, end) & POINT_SEVERAL) && !end_split(p, f, end))
		return NULL;
	for (uint32_t n = f->points[end]; n; n = p->slab[n].next, count++)
		if (p->slab[n].ifindex == m->ifindex && p->slab[n].way == m->way)
			return &p->slab[n];
	return count < FLOWPOINTS_PER_END ? point_push(p, f, end, m->ifindex, m->way) : NULL;
}

/* What a point saw beyond the flow's value makes that grow; the rest is a repeat. */
static void count_at_several(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
			     struct flowtotals *totals)
{
	struct flowpoint *point = point_of(p, f, m);
	struct flowcount *value = &f->dir[m->from];
	uint64_t packets = value->packets, bytes = value->bytes;

	if (point) {
		count_add(&point->count, m);
		count_raise(value, &point->count);
	}
	totals->repeats += 1 - (value->packets - packets);
	totals->repeat_bytes += m->ip_bytes - (value->bytes - bytes);
}

void flowpoints_count(struct flowpoints *p, struct flowslot *f, const struct pktmeta *m,
		      struct flowtotals *totals)
{
	unsigned end = m->from, only_here = POINT_KNOWN | (m->way & POINT_WAY);

	if (!(bits_of(f, end) & POINT_KNOWN)) {
		f->ifindex[end] = m->ifindex;
		bits_set(f, end, only_here);
	}
	if (bits_of(f, end) == only_here && f->ifindex[end] == m->ifindex)
		count_add(&f->dir[end], m);
	else
		count_at_several(p, f, m, totals);
}

void flowpoints_drop(struct flowpoints *p, struct flowslot *f)
{
	slab_put(p, f->points[0]);
	slab_put(p, f->points[1]);
	f->points[0] = f->points[1] = 0;
}

uint8_t flowpoints_in_use(const struct flowpoints *p, const struct flowslot *f)
{
	unsigned count = 0;

	for (unsigned end = 0; end < 2; end++) {
		count += (bits_of(f, end) & (POINT_KNOWN | POINT_SEVERAL)) == POINT_KNOWN;
		for (uint32_t n = f->points[end]; n; n = p->slab[n].next)
			count++;
	}
	return (uint8_t)count;
}

uint32_t flowpoints_main_ifindex(const struct flowpoints *p, const struct flowslot *f)
{
	unsigned end = f->dir[1].packets > f->dir[0].packets;
	uint32_t ifindex = f->ifindex[end];
	uint64_t most = 0;

	/* The oldest point is last in its chain, and wins where several saw the same. */
	for (uint32_t n = f->points[end]; n; n = p->slab[n].next)
		if (p->slab[n].count.packets >= most) {
			most = p->slab[n].count.packets;
			ifindex = p->slab[n].ifindex;
		}
	return ifindex;
}
