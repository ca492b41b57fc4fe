/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of rank: see flowranks.h. */
#include "net/flowranks.h"

#include "base/clock.h"

enum { SECOND_CHANCES = 8 };	/* for a flow that had packets since the last look */

static const uint64_t idle_ns[RANKS] = {
	[RANK_CLOSED] = 60 * NSEC_PER_SEC,
	[RANK_HALF_OPEN] = 60 * NSEC_PER_SEC,
	[RANK_ONE_PACKET] = 120 * NSEC_PER_SEC,
	[RANK_DATAGRAM] = 120 * NSEC_PER_SEC,
	[RANK_ESTABLISHED] = 3600 * NSEC_PER_SEC,
};

static const uint8_t rank_of_state[WS_STATES] = {
	[WS_NONE] = RANK_HALF_OPEN,
	[WS_SYN_SENT] = RANK_HALF_OPEN,
	[WS_SYN_RECV] = RANK_HALF_OPEN,
	[WS_ESTABLISHED] = RANK_ESTABLISHED,
	[WS_FIN_WAIT1] = RANK_ESTABLISHED,
	[WS_FIN_WAIT2] = RANK_ESTABLISHED,
	[WS_CLOSING] = RANK_CLOSED,
	[WS_TIME_WAIT] = RANK_CLOSED,
	[WS_RESET] = RANK_CLOSED,
	[WS_REFUSED] = RANK_CLOSED,
};

uint64_t flowranks_idle_ns(enum flowrank rank)
{
	return idle_ns[rank];
}

enum flowrank flowranks_of_state(enum wirestate s)
{
	return rank_of_state[s];
}

void flowranks_init(struct flowranks *r, struct flowslot *flows)
{
	r->flows = flows;
	for (unsigned i = 0; i < RANKS; i++)
		r->list[i].head = r->list[i].tail = FLOW_NONE;
}

void flowranks_leave(struct flowranks *r, uint32_t id)
{
	const struct flowslot *f = &r->flows[id];

	if (f->prev == FLOW_NONE)
		r->list[f->rank].head = f->next;
	else
		r->flows[f->prev].next = f->next;
	if (f->next == FLOW_NONE)
		r->list[f->rank].tail = f->prev;
	else
		r->flows[f->next].prev = f->prev;
}

void flowranks_join(struct flowranks *r, uint32_t id, enum flowrank rank)
{
	struct flowslot *f = &r->flows[id];
	uint32_t tail = r->list[rank].tail;

	f->rank = (uint8_t)rank;
	f->prev = tail;
	f->next = FLOW_NONE;
	if (tail == FLOW_NONE)
		r->list[rank].head = id;
	else
		r->flows[tail].next = id;
	r->list[rank].tail = id;
}

uint32_t flowranks_take_cheapest(struct flowranks *r)
{
	unsigned rank = RANK_ENDED, chances = SECOND_CHANCES;

	while (r->list[rank].head == FLOW_NONE)
		rank++;
	for (;;) {
		uint32_t id = r->list[rank].head;
		struct flowslot *f = &r->flows[id];

		flowranks_leave(r, id);
		if (!(f->marks & FLOW_TOUCHED) || rank < RANK_DATAGRAM || !chances--)
			return id;
		f->marks &= (uint16_t)~FLOW_TOUCHED;
		flowranks_join(r, id, rank);
	}
}
