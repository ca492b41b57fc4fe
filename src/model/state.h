/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's inside, for the files that make it up only: model.c and those named below.
 */
#ifndef SOCKMON_MODEL_STATE_H
#define SOCKMON_MODEL_STATE_H

#include "model/addrnames.h"
#include "model/closedq.h"
#include "model/flowmirror.h"
#include "model/iftab.h"
#include "model/lifelog.h"
#include "model/nametab.h"
#include "model/proctab.h"
#include "model/sktab.h"

enum { MODEL_CONGS = 64, MODEL_LOOKUPS = 256, MODEL_BROKEN = 64 };

struct ratepoint {
	uint64_t rx_bps, tx_bps;
};

/* The counters of a socket's record, also of one that is replaced. */
struct ratebase {
	uint64_t received, acked, sent, retrans;	/* bytes */
	uint64_t read_ns;		/* 0: they are not to be had any more */
	uint8_t state;			/* enum sockstate */
	bool has_sent;
	bool known;
};

/* The end of a flow whose socket may be asked for, or a socket that may go on as a minisocket. */
struct lookup {
	uint64_t cookie;		/* of that socket; 0: a flow */
	uint32_t flow, gen;
	uint8_t end;
};

struct model {
	struct sktab socks;
	struct slab mores;		/* of struct sockmore */
	struct slab ecns;		/* of struct tcpecn: of the few where it is not all 0 */
	struct slab covers;		/* coverage.c's: of TCP sockets that carried something since the capture began */
	struct flowmirror flows;
	struct slab sums;		/* of struct flow: what unconnected sockets' flows add up to */
	struct proctab *procs;
	struct iftab *ifaces;
	struct closedq closed;
	struct lifelog lives;
	struct nametab cgroups;		/* of struct cgrouprec */
	struct nametab users;		/* of struct userrec */
	struct addrnames names;

	struct hostrec host;
	struct capturerec capture;
	struct passrec pass;
	uint64_t dump_began_ns[DUMPS_MAX];	/* the last whole one of each; 0 = none */
	uint64_t dump_ns[NETNS_MAX];	/* the oldest of these of a namespace that are still being taken */
	uint64_t pass_ns;		/* end of the last pass over /proc; 0 = none yet */
	uint64_t lost[NETNS_MAX];	/* overflows told by each namespace's event socket */
	struct netnsrec netns[NETNS_MAX];
	uint64_t netns_known;		/* bit i: netns[i] was told */
	char congs[MODEL_CONGS][EVENT_NAME_MAX];	/* names of congestion controls, by sk.cong - 1 */
	unsigned cong_count;
	char notice[NOTICES][EVENT_TEXT_MAX];
	struct lookup lookups[MODEL_LOOKUPS];	/* a ring */
	unsigned lookup_first, lookup_count;
	struct lookup broken_flows[MODEL_BROKEN];	/* flowends.c: reset or refused, without a socket; a ring */
	uint64_t portless[MODEL_BROKEN];	/* cookies of sockets that ended without their peer's port; likewise */
	unsigned broken_next, portless_next;
	uint32_t ownerless;		/* see model_take_ownerless() */
	struct model_totals totals;
	struct ratepoint history[MODEL_HISTORY];	/* a ring */
	unsigned history_next, history_count;

	uint64_t time_ns, tick_ns;
	uint64_t interval_ns;		/* between the last two ticks; 0 = none yet */
	uint64_t version;
	uint64_t seed;
	uint64_t covered_past, missing_past;	/* of records of struct coverage that are gone */
	uint64_t capturing_ns;		/* when the first EV_CAPTURE came */
	struct capturebalance balance;	/* as of the last one that was balanced */
	uint64_t live_packets, live_bytes;	/* of the flows that are here */
	bool balanced;			/* there was one */
	bool capturing;			/* EV_CAPTURE came */
	bool addrs_changed;		/* flows' `ours` is stale */
	bool new_receivers;		/* sockets without a peer appeared: flows may have an owner now */
};

/*
 * Ended sockets are rows only where the host keeps them; else they wait for the tick that removes
 * them.
 */
static inline bool sk_is_row(const struct model *m, const struct sk *s)
{
	return s->used && (!s->ended_ns || m->host.keep_closed_ns);
}

/* sockets.c */
void sockets_apply(struct model *m, const struct event *e);	/* EV_SOCKET */
void sockets_take_ecn(struct model *m, struct sk *s, const struct tcpecn *ecn);	/* after its rec */
void sockets_apply_dump_done(struct model *m, const struct event *e);
void sockets_count(struct model *m, const struct sk *s, int by);	/* into the totals (1), out of them (-1) */
void sockets_count_closed(struct model *m);	/* totals.closed, after either of the two it depends on changed */
void sockets_remove(struct model *m, uint32_t sk);
void sockets_drop_netns(struct model *m, uint16_t netns);
bool sockets_know_table(const struct model *m, uint16_t dump);	/* it was dumped whole before: what appears is new */

/* ends.c */
void ends_apply_gone(struct model *m, const struct event *e);
void ends_apply_killed(struct model *m, const struct event *e);
void ends_socket(struct model *m, uint32_t sk, enum endreason reason, uint64_t now_ns);
bool ends_is_minisocket(const struct sockrec *r);
bool ends_may_return(const struct sk *s, const struct sockrec *rec);
void ends_minisocket(struct model *m, uint32_t sk, uint64_t now_ns);	/* it became one */
void ends_missed(struct model *m, uint32_t sk, uint64_t now_ns);	/* a complete dump does not list it */
void ends_learn(struct model *m, struct sk *s);		/* ended: its flow came, or says more */

/*
 * The socket whose minisocket that unknown record is, under its cookie from now on; MODEL_NONE:
 * none.
 */
uint32_t ends_former_of(struct model *m, const struct sockrec *rec, uint64_t now_ns);
bool ends_drop_oldest(struct model *m);		/* false: there is none */
void ends_expire(struct model *m, uint64_t now_ns);

/* lives.c: what is entered in the log */
void lives_began(struct model *m, uint32_t sk, enum sockstate former, uint64_t now_ns);
void lives_ended(struct model *m, struct sk *s, enum endreason reason, uint64_t now_ns);
void lives_correct(struct model *m, const struct sk *s);	/* more is known of how it ended */
void lives_correct_unknown(struct model *m, const struct life *former, const struct sockrec *rec);
void lives_killed(struct model *m, uint64_t cookie, uint64_t since_ns);	/* if it ended after that */
void lives_renamed(struct model *m, uint64_t former_cookie, uint64_t cookie);
void lives_take_back(struct model *m, struct sk *s);	/* it has not ended */
void lives_named(struct model *m, const struct sk *s);	/* its process became known */
void lives_flow_ended(struct model *m, const struct flow *f, unsigned end, enum endreason reason);
void lives_apply_lost(struct model *m, const struct event *e);

/* flowends.c */
void flowends_note(struct model *m, uint32_t id, const struct flowrec *before);	/* NULL: it began */
void flowends_complete(const struct model *m, struct sockrec *r);	/* what the kernel's event leaves out */
void flowends_note_portless(struct model *m, uint64_t cookie);

/* wanted.c: what model_take_*() gives */
void wanted_note_names(struct model *m, const struct sockrec *r);
void wanted_note_flow(struct model *m, uint32_t id, const struct flowrec *before);	/* NULL: it began */
void wanted_note_ended(struct model *m, uint32_t sk);

/* join.c */
void join_socket(struct model *m, uint32_t sk);		/* it came, or its tuple changed: index and match it */
void join_unlink_socket(struct model *m, uint32_t sk);	/* before it goes or its tuple changes */
void join_end_socket(struct model *m, uint32_t sk, uint64_t now_ns);	/* it ended, its row may stay */
void join_flow(struct model *m, uint32_t id);		/* a flow came */
void join_unlink_flow(struct model *m, uint32_t id);	/* before it goes */
const struct flow *join_flow_of(const struct model *m, const struct sk *s);	/* of its tuple; NULL */
uint32_t join_socket_of(const struct model *m, const struct flow *f, unsigned end);	/* exact; MODEL_NONE */
bool join_was_reused(const struct model *m, const struct sk *s);	/* ended: its tuple has a later flow */
void join_flow_grew(struct model *m, uint32_t id, const struct flowrec *before);
void join_settle(struct model *m);	/* after a dump or an address change: flows look again */
void join_owner(struct model *m, uint32_t sk);	/* holders of its inode changed, or it is new */
void join_drop_owner(struct model *m, uint32_t sk);	/* before a socket goes */

/* attribution.c: what a row says of others than its own socket */
const struct sk *attribution_listener(const struct model *m, const struct sk *s);	/* NULL: none */
const struct sk *attribution_peer(const struct model *m, const struct sk *s);	/* on this host; NULL */
bool attribution_is_kernels(const struct model *m, const struct sk *s);	/* no process can hold it */

/* coverage.c */
void coverage_init(struct model *m, uint32_t limit);
/* After a record was taken; former: what rate_base() gave before; NULL: the socket is new. */
void coverage_record(struct model *m, uint32_t sk, const struct ratebase *former, uint64_t now_ns);
void coverage_linked(struct model *m, uint32_t sk);	/* its flow came after it */
/* Its last counters came; former: as above, NULL: none are known. */
void coverage_final(struct model *m, uint32_t sk, const struct ratebase *former, uint64_t now_ns);
void coverage_drop(struct model *m, uint32_t sk);	/* before the socket goes */
void coverage_tick(struct model *m);	/* an interval ended */
enum wirereason coverage_why_unseen(const struct model *m, const struct sk *s);	/* it carried what was not seen */
bool coverage_has_carried(const struct sk *s);		/* ever, as the kernel says */

/* rate.c */
struct ratebase rate_base(const struct sk *s);		/* before its record is replaced */
void rate_socket(struct sk *s, const struct ratebase *base, uint64_t now_ns);	/* after it; NULL: it is new */
void rate_forget(struct sk *s);				/* it is over */
void rate_tick(struct model *m, uint64_t now_ns);	/* an interval ended */
void rate_count_flows(struct model *m);			/* totals.flows, flows_without_socket */
void rate_whole_life(struct flow *f);			/* a file: mean over the flow's life */

#endif
