/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the packets of a TCP connection say of its state (RFC 9293 3.3.2), told from flags, FIN
 * sequence numbers and what acknowledged them. Both ends are watched from outside, so FIN_WAIT1
 * means that one of them, whichever closed first, is there. Pure: no clock, no allocation, one
 * record per flow.
 *
 * Source of the names: enum wirestate in net/flowtab.h.
 */
#ifndef SOCKMON_NET_WIRESTATE_H
#define SOCKMON_NET_WIRESTATE_H

#include "net/decode.h"

/*
 * Part of a flow's record, which has two cache lines: hence the bit fields. `seen` and `unreached`
 * are private to wirestate.c. Before the second packet, of any protocol, syn_seq is the first one's
 * `seq`, and fin_end of the end that did not send it its `ack`.
 */
struct wirestate_track {
	uint32_t syn_seq;	/* of the opener's SYN: tells its copies from a new connection */
	uint32_t fin_end[2];	/* the sequence number that acknowledges end e's FIN */
	unsigned state : 4;	/* enum wirestate */
	unsigned opener : 1;	/* enum flowopener, never unknown */
	unsigned closer : 2;	/* enum flowopener: who sent the first FIN */
	unsigned seen : 7;
	unsigned unreached : 2;	/* bit e: ICMP said so of what end e sent, and no answer came since */
	uint16_t syn_bytes;	/* data in that SYN (RFC 7413) */
};

/*
 * Starts a record at a flow's first packet (of any protocol), which counts as the opener's for now.
 */
void wirestate_begin(struct wirestate_track *w, const struct pktmeta *first);

/* Takes in one TCP packet that has a whole header. */
void wirestate_step(struct wirestate_track *w, const struct pktmeta *m);

/*
 * Before wirestate_step(), for packets of each end's first observation point (a copy that comes
 * late proves nothing): data that was sent after a RST and then acknowledged by the other end says
 * that nobody heeded the RST, which was forged or old. The connection is open again then; true.
 */
bool wirestate_outlives_rst(struct wirestate_track *w, const struct pktmeta *m);

/*
 * Does this packet begin another connection with the same tuple? A SYN does where the one we know
 * is over. Where it is not, as far as was seen (FINs get lost), a SYN proves nothing and anybody
 * can send one; but a SYN-ACK that accepts another SYN than the one we know does.
 */
bool wirestate_restarts(const struct wirestate_track *w, const struct pktmeta *m);

bool wirestate_opener_certain(const struct wirestate_track *w);

/* Bit e: end e has sent. Where both have, nobody who only pretends to be one of them made it up. */
unsigned wirestate_ends_seen(const struct wirestate_track *w);

/*
 * Does this ICMP or ICMPv6 error say that what it is about will not arrive? Fragmentation needed is
 * advice (RFC 1191), and time exceeded or a bad header may pass.
 */
bool wirestate_is_unreachable(const struct pktmeta *error);

/*
 * ICMP said that a packet of end `sender` did not arrive. That refuses a SYN, and a datagram; to a
 * connection that is open it is no more than a hint (RFC 5927 6.1).
 */
void wirestate_unreachable(struct wirestate_track *w, bool is_tcp, unsigned sender);

/*
 * End `from` sent a datagram (not TCP, whose answers wirestate_step() sees): it is there, so that
 * the other's were not refused after all. Nothing where the state is not WS_REFUSED.
 */
void wirestate_answered(struct wirestate_track *w, unsigned from);

#endif
