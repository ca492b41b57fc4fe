/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the packets of a flow say of how it went, beyond counts and state: what was sent again, what
 * came out of order, round trips, closed windows, the handshake, ICMP errors. One record a flow,
 * made when there is something to follow. Pure: its clock is the packets', it allocates nothing.
 *
 * All of it is seen from the tap, at one observation point for each end (the flow table sees to
 * that): the copy of a packet at another interface is no retransmission.
 *
 * Sequence numbers: RFC 9293 3.4. Samples of round trips: Karn's rule (RFC 6298 3), one at a time.
 * What fills a gap was lost before the tap and sent again, or is merely late: within three quarters
 * of the whole round trip (3 ms where that is not known) it is late. Data from before a connection
 * was picked up midway counts as such a gap, until the other end has acknowledged so far.
 */
#ifndef SOCKMON_NET_FLOWTRACK_H
#define SOCKMON_NET_FLOWTRACK_H

#include <stddef.h>

#include "net/decode.h"
#include "net/flowhistory.h"
#include "net/seqgaps.h"

/* endreport.bits */
enum {
	END_ECN_ASKED = 0x01,	/* its SYN or SYN+ACK offered ECN (RFC 3168 6.1.1) */
	END_ECE = 0x02,		/* it echoed congestion after the handshake */
	END_CWR = 0x04,		/* it said that it had slowed down */
	END_SYN_RESENT = 0x08,
	END_FLOW_GAPS = 0x10,	/* sequence numbers were acknowledged that the capture never saw */
};

/* Of one end: what it sent, as published. */
struct endreport {
	uint32_t retrans;	/* segments that held no new byte, or filled a gap a round trip late; SYN and FIN too */
	uint32_t ooo;		/* segments that filled a gap sooner: merely out of order */
	uint32_t dupacks;	/* duplicate acknowledgements (RFC 5681 2) that it sent; where nothing of the
				   other end was seen, whatever is outstanding */
	uint32_t rtt_us;	/* smoothed, from what it sent to the other's acknowledgement; 0 = no sample.
				   Datagrams: from its question to the other's answer, unless it asked
				   twice */
	uint32_t rtt_min_us;
	uint16_t zero_windows;	/* times that it closed its window; stops at UINT16_MAX, as the next two */
	uint16_t ce;		/* packets of its that were marked CE on their way */
	uint16_t mss;		/* that it offered in its SYN; 0 = not seen */
	uint8_t wscale;		/* likewise; WSCALE_NONE */
	uint8_t bits;		/* END_* */
};

/* Of a flow, as published. */
struct flowreport {
	struct endreport end[2];
	uint32_t synack_us;	/* from the first SYN to the first SYN+ACK; 0 = not seen */
	uint32_t ack_us;	/* from the first SYN to the ACK that completed the handshake; likewise */
	uint16_t icmp_errors;	/* that were about packets of this flow; stops at UINT16_MAX */
	uint8_t icmp_type, icmp_code;	/* of the last of them */
	bool known;		/* there is a record: else all of this is 0 */
	/*
	 * Zeek's letters in the order that they came (conn.log's history): S SYN, H SYN+ACK, A mere
	 * ACK, D data, F FIN, R RST, T sent again, W window closed, G gap; upper case from the
	 * opener, lower from the other. Each once from each end, but T, W and G again at 10, 100,
	 * 1000 times. NUL-terminated; "+" at the end: there was no room for more.
	 */
	char history[HISTORY_MAX + 1];
};

enum { FLOWTRACK_LINE = 64, FLOWTRACK_BYTES = 2 * FLOWTRACK_LINE };

/*
 * The record. Its fields are flowtrack.c's and datagramtrack.c's alone; it is open for those who
 * keep records in a slab. A packet that only carries data or an acknowledgement touches the first
 * cache line, the second is for what happens now and then.
 */
struct flowtrack_end {
	uint32_t next;		/* the highest sequence number that it sent, plus one */
	uint32_t acked;		/* what the other acknowledged */
	uint32_t timed_end;	/* the segment that is timed is acknowledged by this */
	uint32_t timed_low;	/* when that was sent, in units of 256 ns: 48 bits */
	uint16_t timed_high;
	uint16_t flags;
	uint32_t gaps;		/* list in the pool */
	float srtt_us;		/* no sample: 0. A float holds an hour and does not round 20 us / 8 away */
	uint16_t window;	/* that it offered last */
	uint16_t missed;	/* how often data turned out to have passed unseen; stops at UINT16_MAX */
};

struct flowtrack_count {
	uint32_t retrans, ooo, dupacks, rtt_min_us;
	uint16_t zero_windows, ce;
};

struct flowtrack {
	struct flowtrack_end end[2];

	uint64_t history;	/* flowhistory.h */
	struct flowtrack_count count[2];
	uint32_t synack_us, ack_us;
	uint16_t mss[2];
	uint16_t icmp_errors;
	uint8_t icmp_type, icmp_code;
} __attribute__((aligned(FLOWTRACK_LINE)));

_Static_assert(offsetof(struct flowtrack, history) == FLOWTRACK_LINE, "the hot half is one line");
_Static_assert(sizeof(struct flowtrack) == FLOWTRACK_BYTES, "memory at the cap is promised");

/* Before the flow's first packet that is told to flowtrack_step(). */
void flowtrack_begin(struct flowtrack *t);

/* Gives its gaps back to the pool; the record may be used again. */
void flowtrack_end(struct flowtrack *t, struct seqgaps *pool);

/*
 * Takes in one packet of the flow, of any protocol, from its end's own observation point. A later
 * fragment says nothing here. Not in order of time: what goes backwards gives no sample.
 */
void flowtrack_step(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m);

/*
 * Is this packet, from another observation point, beyond all that was taken in of its end? Only TCP's
 * numbers tell: new data, or a new acknowledgement.
 */
bool flowtrack_is_ahead(const struct flowtrack *t, const struct pktmeta *m);

/* An ICMP error about a packet of the flow. */
void flowtrack_error(struct flowtrack *t, const struct pktmeta *error);

/* opener: the end whose letters are upper case. */
void flowtrack_publish(const struct flowtrack *t, unsigned opener, struct flowreport *out);

#endif
