/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow table: packets in, cumulative counters per flow out. Owned and written by one thread
 * (the capture thread; main while a file is read). Allocates nothing after flowtab_new(): memory
 * that was reserved becomes real as it is used. A flow costs 128 bytes and 8 to 16 in the index;
 * with its second packet 128 more for net/flowtrack.h; 48 and more for an end that is seen at
 * several points, or has sent more than 4 GiB or 65,535 packets.
 *
 * Observation points. One packet can be seen several times (lo twice, veth and bridge, macvlan
 * and its lower device). Counters are kept per point = (flow, direction, ifindex, in/out); each
 * point sees a packet at most once, and the flow's value is the maximum over its points, never
 * the sum. A direction has up to four points; what further ones see (or more, when their slab is
 * full) only counts as repeats. What moves to another interface goes on counting there where TCP's
 * numbers prove that it is new (flowpoints.h); of other protocols it is a repeat until the new point
 * has seen more than the old one.
 *
 * The books balance at every moment, in packets and in bytes (of IP):
 *	observed = sum over live flows of their value + repeats + expired + evicted + not_ip + undecodable
 * where repeats is what further points saw of the same packets. Bytes of the last two are wire
 * bytes.
 *
 * Ids are dense and reused; (id, gen) names one flow for ever.
 */
#ifndef SOCKMON_NET_FLOWTAB_H
#define SOCKMON_NET_FLOWTAB_H

#include "net/decode.h"
#include "net/flowtrack.h"

struct flowcount {
	uint64_t packets;	/* as captured: a super-packet is one */
	uint64_t segs;		/* segments on the wire, where the ring tells; else as packets */
	uint64_t bytes;		/* whole IP packets, no link header, no padding */
	uint64_t payload;	/* transport payload */
};

/* What the packets say of a TCP connection, in RFC 9293's words. */
enum wirestate {
	WS_NONE,		/* nothing to tell it by; not TCP (which may be REFUSED, though) */
	WS_SYN_SENT,
	WS_SYN_RECV,
	WS_ESTABLISHED,
	WS_FIN_WAIT1,		/* the side that opened the closing sent FIN */
	WS_FIN_WAIT2,		/* and it was acknowledged */
	WS_CLOSING,		/* both sent FIN, the last ACK is missing */
	WS_TIME_WAIT,		/* both FINs acknowledged */
	WS_RESET,		/* RST on a connection */
	WS_REFUSED,		/* RST or ICMP unreachable in answer to the SYN; UDP: ICMP unreachable, and no answer since */
	/* What only one end can be in: told by wirestate_of_end(). */
	WS_CLOSE_WAIT,		/* the peer closed, this end has not */
	WS_LAST_ACK,		/* both closed, the peer first; the last ACK is missing */
	WS_CLOSED,		/* both closed, the peer first, and all is acknowledged */
	WS_STATES
};

const char *wirestate_name(enum wirestate s);	/* "ESTABLISHED"; "" for WS_NONE */

enum flowopener { OPENER_END0, OPENER_END1, OPENER_UNKNOWN };	/* closers too */

/* A flow as published: a plain record that crosses the thread boundary and waist 1. */
struct flowrec {
	struct flowkey key;
	uint32_t id;
	uint32_t gen;
	uint64_t first_ns, last_ns;	/* packet time */
	struct flowcount dir[2];	/* by sending end: dir[0] = sent by end 0. Cumulative */
	uint32_t ifindex;		/* of the point that saw most; 0 = unknown */
	uint16_t vlan;
	uint8_t tcp_flags[2];		/* all flags seen, by sending end */
	uint8_t wire_state;		/* enum wirestate */
	uint8_t opener;			/* enum flowopener: who sent the SYN, else the first packet seen */
	uint8_t closer;			/* enum flowopener: who sent the first FIN */
	bool opener_certain;		/* the SYN was seen */
	uint8_t points;			/* observation points in use, both directions */
	uint8_t sent_here;		/* bit e: a packet of end e was seen leaving this host (PKT_OUT) */
	uint8_t got_here;		/* bit e: a packet of end e was seen addressed to this host (PKT_IN) */
	uint8_t rst_from;		/* bit e: end e sent RST */
	struct flowreport report;	/* how it went: net/flowtrack.h */
};

/* The flow's state as it is for one of its ends: after a FIN the two differ (RFC 9293 figure 5). */
enum wirestate wirestate_of_end(const struct flowrec *r, unsigned end);

/* Totals since the table was made. All cumulative, all balance (see above). */
struct flowtotals {
	uint64_t packets, bytes;			/* observed */
	uint64_t not_ip, not_ip_bytes;
	uint64_t undecodable, undecodable_bytes;
	uint64_t repeats, repeat_bytes;			/* seen again at other points */
	uint64_t evicted_flows, evicted_packets, evicted_bytes;	/* pushed out at the cap */
	uint64_t expired_flows, expired_packets, expired_bytes;	/* idle too long */
	uint64_t live_flows;
	uint64_t flow_limit;
	uint64_t fragments;		/* later fragments that found their flow */
	uint64_t lone_fragments;	/* and that did not: they are a flow without ports */
};

struct flowtab;

/* limit: the hard cap on flows, 1 to 2^24. NULL when memory is short. */
struct flowtab *flowtab_new(uint32_t limit, uint64_t hash_seed);
void flowtab_free(struct flowtab *t);

/*
 * From now on a TCP connection whose tuple is used again stays a live flow of its own, and the new
 * one gets another id: several live flows may have one key. For files, whose reader wants all of
 * them.
 */
void flowtab_keep_former(struct flowtab *t);

/*
 * Accounts one decoded packet (of any kind). At the cap the cheapest flow is evicted first:
 * half-open before idle before established. Returns true when a new flow began. A later fragment's
 * key and `from` get the ports of its first, where that was seen.
 */
bool flowtab_add(struct flowtab *t, struct pktmeta *m);

/* The same for many, faster: memory is fetched ahead. Returns how many new flows began. */
uint32_t flowtab_add_batch(struct flowtab *t, struct pktmeta *m, uint32_t count);

/*
 * Ends flows idle for longer than their protocol's time (checks at most `budget` slots,
 * round-robin).
 */
void flowtab_expire(struct flowtab *t, uint64_t now_ns, uint32_t budget);

/*
 * A change to publish. Ids are reused: a record whose gen differs from the last one of its id
 * says that the former flow was evicted, or was over and its tuple is in use again (its last
 * counters are in flowtotals; but see flowtab_keep_former()). An expired flow is told by `ended`.
 */
struct flowout {
	struct flowrec rec;
	bool ended;
};

/*
 * Moves up to max changes into out; what does not fit waits for the next call. First those of
 * flowtab_collect_began(), but of more than fits only half; each in the order of ids, going on
 * behind the last one. Returns the count.
 */
uint32_t flowtab_collect(struct flowtab *t, struct flowout *out, uint32_t max);
bool flowtab_has_changes(const struct flowtab *t);

/*
 * The same for flows that began, completed their handshake or were reset since they were last
 * collected: whoever owns them may be gone soon, an accepted connection has a socket of its own
 * only from then on, and why a socket ended is wanted when it does.
 */
uint32_t flowtab_collect_began(struct flowtab *t, struct flowout *out, uint32_t max);
bool flowtab_has_begun(const struct flowtab *t);

const struct flowtotals *flowtab_totals(const struct flowtab *t);

/* Sum of the values of the live flows (packets, bytes): the balance test walks the table for it. */
void flowtab_sum(const struct flowtab *t, uint64_t *packets, uint64_t *bytes);

#endif
