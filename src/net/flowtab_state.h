/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow table's inside, for flowtab.c (packets in, flows' lives) and flowtab_collect.c (changes
 * out) only: the slots, the index, the lists of rank, counters and observation points, records of
 * what is followed, the ports of fragments, and what waits to be published.
 *
 * A slot is free (RANK_FREE, linked by `next`) or on the list of its rank. An ended flow
 * (RANK_ENDED) has left the index and the books of live flows, and waits to be published once more.
 * A former flow (FLOW_FORMER) has left the index only. Whatever changed is in `changed`, or in
 * `began` where it is urgent: FLOW_CHANGED says that it is in one of them.
 */
#ifndef SOCKMON_NET_FLOWTAB_STATE_H
#define SOCKMON_NET_FLOWTAB_STATE_H

#include "net/errorcopies.h"
#include "net/flowindex.h"
#include "net/flowpoints.h"
#include "net/flowranks.h"
#include "net/flowset.h"
#include "net/flowtab.h"
#include "net/flowtracks.h"
#include "net/fragments.h"

struct flowtab {
	struct flowslot *flows;
	struct flowindex index;
	struct flowpoints points;
	struct flowtracks tracks;
	struct flowranks ranks;
	struct flowset began;	/* wanted at once */
	struct flowset changed;	/* the rest has time */
	struct fragments *fragments;
	struct errorcopies errors;
	struct flowtotals totals;
	uint32_t limit;
	uint32_t used;		/* slots that ever held a flow: all below it are mapped */
	uint32_t free;
	uint32_t expire_at;	/* where the next flowtab_expire() goes on */
	bool keeps_former;
};

/* The records that the flow has beside its slot. */
static inline void flowtab_give_back(struct flowtab *t, struct flowslot *f)
{
	flowpoints_drop(&t->points, f);
	flowtracks_end(&t->tracks, f);
}

#endif
