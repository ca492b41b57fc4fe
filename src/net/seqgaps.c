/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gaps in sequence numbers: see seqgaps.h. Owns the pool; the heads are the flow records'. Does not
 * judge what fills a gap: that is flowtrack.c's.
 */
#include "net/seqgaps.h"

#include <errno.h>
#include <stddef.h>

#include "net/reserve.h"

static size_t slab_bytes(uint32_t limit)
{
	return ((size_t)limit + 1) * sizeof(struct seqgap);
}

int seqgaps_init(struct seqgaps *p, uint32_t limit)
{
	void *slab = reserve_new(slab_bytes(limit));

	if (!slab)
		return -ENOMEM;
	*p = (struct seqgaps){ .slab = slab, .limit = limit };
	return 0;
}

void seqgaps_fini(struct seqgaps *p)
{
	reserve_free(p->slab, slab_bytes(p->limit));
	p->slab = NULL;
}

static bool pool_is_full(const struct seqgaps *p)
{
	return !p->free && p->used == p->limit;
}

static uint32_t cell_take(struct seqgaps *p)
{
	uint32_t n = p->free;

	if (pool_is_full(p))
		return 0;
	if (n)
		p->free = p->slab[n].next;
	else
		n = ++p->used;
	p->held++;
	return n;
}

static void cell_put(struct seqgaps *p, uint32_t n)
{
	p->slab[n].next = p->free;
	p->free = n;
	p->held--;
}

/* prev: the gap before it, 0 = it is the head. */
static void link_set(struct seqgaps *p, uint32_t *head, uint32_t prev, uint32_t to)
{
	if (prev)
		p->slab[prev].next = to;
	else
		*head = to;
}

static void head_drop(struct seqgaps *p, uint32_t *head)
{
	uint32_t n = *head;

	*head = p->slab[n].next;
	cell_put(p, n);
}

static unsigned list_length(const struct seqgaps *p, uint32_t head)
{
	unsigned count = 0;

	for (uint32_t n = head; n; n = p->slab[n].next)
		count++;
	return count;
}

static bool has_room(const struct seqgaps *p, uint32_t head)
{
	return !pool_is_full(p) && list_length(p, head) < SEQGAPS_PER_END;
}

/* It counts as noticed when the later one was: in doubt what fills it is out of order. */
static void merge_oldest(struct seqgaps *p, uint32_t *head)
{
	uint32_t first = *head, second = first ? p->slab[first].next : 0;

	if (!second)
		return;
	p->slab[second].begin = p->slab[first].begin;
	p->slab[second].blurred = 1;
	head_drop(p, head);
}

void seqgaps_add(struct seqgaps *p, uint32_t *head, uint32_t begin, uint32_t end, uint32_t at_us)
{
	uint32_t n, last = 0;

	if (begin == end)
		return;
	while (*head && end - p->slab[*head].begin > SEQ_JUMP_MAX)
		head_drop(p, head);
	if (!has_room(p, *head))
		merge_oldest(p, head);
	n = cell_take(p);
	if (!n)
		return;
	p->slab[n] = (struct seqgap){ .begin = begin, .end = end, .at_us = at_us };
	for (uint32_t i = *head; i; i = p->slab[i].next)
		last = i;
	link_set(p, head, last, n);
}

/* The gap's tail from `at` on becomes a gap of its own, if there is room. */
static bool gap_split(struct seqgaps *p, uint32_t head, uint32_t n, uint32_t at)
{
	uint32_t tail = has_room(p, head) ? cell_take(p) : 0;

	if (!tail)
		return false;
	p->slab[tail] = p->slab[n];
	p->slab[tail].begin = at;
	p->slab[n].end = at;
	p->slab[n].next = tail;
	return true;
}

/* Takes [begin, end), which the gap has a part of, out of gap n. True: nothing is left of it. */
static bool gap_cut(struct seqgaps *p, uint32_t head, uint32_t n, uint32_t begin, uint32_t end)
{
	struct seqgap *g = &p->slab[n];
	bool has_front = seq_before(g->begin, begin), has_tail = seq_before(end, g->end);

	if (has_front && has_tail && !gap_split(p, head, n, end)) {
		g->blurred = 1;
		return false;
	}
	if (has_front)
		g->end = begin;
	else if (has_tail)
		g->begin = end;
	return !has_front && !has_tail;
}

static uint32_t overlap(const struct seqgap *g, uint32_t begin, uint32_t end)
{
	uint32_t from = seq_before(g->begin, begin) ? begin : g->begin;
	uint32_t to = seq_before(end, g->end) ? end : g->end;

	return to - from;
}

uint32_t seqgaps_fill(struct seqgaps *p, uint32_t *head, uint32_t begin, uint32_t end,
		      uint32_t *at_us)
{
	uint32_t filled = 0, prev = 0, next;

	for (uint32_t n = *head; n && seq_before(p->slab[n].begin, end); n = next) {
		next = p->slab[n].next;
		if (!seq_before(begin, p->slab[n].end)) {
			prev = n;
			continue;
		}
		if (!filled)
			*at_us = p->slab[n].at_us;
		filled += overlap(&p->slab[n], begin, end);
		if (gap_cut(p, *head, n, begin, end)) {
			link_set(p, head, prev, next);
			cell_put(p, n);
		} else {
			prev = n;
		}
	}
	return filled;
}

uint32_t seqgaps_drop_before(struct seqgaps *p, uint32_t *head, uint32_t seq)
{
	uint32_t missed = 0;

	while (*head && seq_before(p->slab[*head].begin, seq)) {
		struct seqgap *g = &p->slab[*head];
		bool whole = !seq_before(seq, g->end);

		if (!g->blurred)
			missed += (whole ? g->end : seq) - g->begin;
		if (!whole) {
			g->begin = seq;
			break;
		}
		head_drop(p, head);
	}
	return missed;
}

void seqgaps_drop(struct seqgaps *p, uint32_t *head)
{
	while (*head)
		head_drop(p, head);
}
