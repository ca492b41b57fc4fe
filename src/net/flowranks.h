/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which flow goes at the cap: every flow that is not free is on the list of its rank, in the order
 * of joining it. Joining, leaving and choosing are O(1). Owned by the flow table.
 */
#ifndef SOCKMON_NET_FLOWRANKS_H
#define SOCKMON_NET_FLOWRANKS_H

#include "net/flowslot.h"

struct flowranks {
	struct flowslot *flows;		/* borrowed */
	struct flowlist {
		uint32_t head, tail;
	} list[RANKS];
};

void flowranks_init(struct flowranks *r, struct flowslot *flows);
void flowranks_join(struct flowranks *r, uint32_t id, enum flowrank rank);	/* sets .rank */
void flowranks_leave(struct flowranks *r, uint32_t id);

/* The cheapest flow, which leaves its list. There must be one. */
uint32_t flowranks_take_cheapest(struct flowranks *r);

/* How long a flow of this rank may be without a packet. */
uint64_t flowranks_idle_ns(enum flowrank rank);

enum flowrank flowranks_of_state(enum wirestate s);	/* of TCP */

#endif
