/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's inside, for model.c, join.c, rate.c and rows.c only.
 */
#ifndef SOCKMON_MODEL_STATE_H
#define SOCKMON_MODEL_STATE_H

#include "model/flowmirror.h"
#include "model/iftab.h"
#include "model/proctab.h"
#include "model/sktab.h"

struct ratepoint {
	uint64_t rx_bps, tx_bps;
};

struct model {
	struct sktab socks;
	struct flowmirror flows;
	struct slab sums;		/* of struct flow: what unconnected sockets' flows add up to */
	struct proctab *procs;
	struct iftab *ifaces;

	struct hostrec host;
	struct capturerec capture;
	struct passrec pass;
	uint64_t dump_began_ns[DUMPS_MAX];	/* the last whole one of each; 0 = none */
	uint64_t dump_ns;		/* the oldest of these */
	uint64_t pass_ns;		/* end of the last pass over /proc; 0 = none yet */
	char notice[NOTICES][EVENT_TEXT_MAX];
	struct model_totals totals;
	struct ratepoint history[MODEL_HISTORY];	/* a ring */
	unsigned history_next, history_count;

	uint64_t time_ns, tick_ns;
	uint64_t interval_ns;		/* between the last two ticks; 0 = none yet */
	uint64_t version;
	uint64_t seed;
	bool capturing;			/* EV_CAPTURE came */
	bool addrs_changed;		/* flows' `ours` is stale */
	bool new_receivers;		/* sockets without a peer appeared: flows may have an owner now */
};

/* join.c */
void join_socket(struct model *m, uint32_t sk);		/* it came, or its tuple changed: index and match it */
void join_unlink_socket(struct model *m, uint32_t sk);	/* before it goes or its tuple changes */
void join_flow(struct model *m, uint32_t id);		/* a flow came */
void join_unlink_flow(struct model *m, uint32_t id);	/* before it goes */
void join_flow_grew(struct model *m, uint32_t id, const struct flowrec *before);
void join_settle(struct model *m);	/* after a dump or an address change: flows look again */
void join_owner(struct model *m, uint32_t sk);	/* holders of its inode changed, or it is new */
void join_drop_owner(struct model *m, uint32_t sk);	/* before a socket goes */

/* rate.c */
void rate_socket(struct sk *s, uint64_t now_ns);	/* after an upsert */
void rate_tick(struct model *m, uint64_t now_ns);	/* an interval ended */
void rate_count_flows(struct model *m);			/* totals.flows, flows_without_socket */
void rate_whole_life(struct flow *f);			/* a file: mean over the flow's life */

#endif
