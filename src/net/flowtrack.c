/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a flow went, told from its packets: see flowtrack.h. Owns nothing: records and the pool of
 * gaps are the flow table's. TCP is here, other protocols are in datagramtrack.c. Does not follow
 * the connection's state (wirestate.c), reads no SACK, and checks no window: what was forged well
 * is believed.
 *
 * An end's sequence numbers are in one of three conditions: nothing was seen (no TRACK_NEXT);
 * picked up midway (TRACK_START without TRACK_TIMING): what lies below timed_end may have passed
 * before the capture began, until the other acknowledges up to there; or whole. What is below
 * `next` and in no gap was seen before.
 */
#include "net/flowtrack.h"

#include <netinet/in.h>

#include "base/clock.h"
#include "net/datagramtrack.h"
#include "net/flowtrack_timing.h"

enum {
	WSCALE_UNSEEN = 15,		/* RFC 7323 2.3 allows 14 */
	WINDOW_UNSEEN = UINT16_MAX,
	SYN_DATA_MAX = 1 << 16,
	REORDER_UNKNOWN_US = 3000,	/* taken for disorder where no round trip is known */
};

static void add16(uint16_t *count)
{
	if (*count < UINT16_MAX)
		++*count;
}

static void add32(uint32_t *count, uint32_t more)
{
	*count = more < UINT32_MAX - *count ? *count + more : UINT32_MAX;
}

/* ---- round trips */

/* Whole; a float of hours may have been rounded to below the least of them. */
static uint32_t srtt_us(const struct flowtrack *t, unsigned end)
{
	float srtt = t->end[end].srtt_us + 0.5f;
	uint32_t us = srtt < (float)UINT32_MAX ? (uint32_t)srtt : UINT32_MAX;

	return us > t->count[end].rtt_min_us ? us : t->count[end].rtt_min_us;
}

/*
 * How long after a gap was noticed what fills it is taken for merely late. To be sent again it has
 * to be missed by the receiver first, so that it comes a whole round trip later, past the tap to
 * both ends and back: the shortest ones known, for the smoothed ones hold delayed acknowledgements.
 */
static int64_t reorder_us(const struct flowtrack *t)
{
	uint64_t there = t->count[0].rtt_min_us, back = t->count[1].rtt_min_us;
	int64_t most = (int64_t)((there + back) * 3 / 4);

	if ((there && back) || most > REORDER_UNKNOWN_US)
		return most;
	return REORDER_UNKNOWN_US;
}

/* ---- what an end sends: sequence numbers */

static bool syn_is_pending(const struct flowtrack_end *e)
{
	return (e->flags & (TRACK_START | TRACK_TIMING)) == (TRACK_START | TRACK_TIMING);
}

static bool is_picked_up(const struct flowtrack_end *e)
{
	return (e->flags & (TRACK_START | TRACK_TIMING)) == TRACK_START;
}

static void note_again(struct flowtrack *t, const struct pktmeta *m)
{
	uint32_t *count = &t->count[m->from].retrans, before = *count;

	add32(count, m->segs);
	flowhistory_write_count(&t->history, m->from, L_AGAIN, before, *count);
}

static void note_missed(struct flowtrack *t, unsigned end)
{
	uint16_t before = t->end[end].missed;

	add16(&t->end[end].missed);
	t->end[end].flags |= END_FLOW_GAPS;
	flowhistory_write_count(&t->history, end, L_GAP, before, t->end[end].missed);
}

/* Begins anew with m, whatever was there. */
static void resynchronise(struct flowtrack_end *e, struct seqgaps *pool, const struct pktmeta *m,
			  uint32_t len)
{
	seqgaps_drop(pool, &e->gaps);
	e->next = m->seq + len;
	e->flags &= (uint16_t)~(TRACK_ACKED | TRACK_TIMING | TRACK_TAINTED);
	e->flags |= TRACK_NEXT | TRACK_START;
	timing_start(e, m->seq, m->time_ns);
}

static void time_segment(struct flowtrack_end *e, uint64_t now_ns)
{
	if (e->flags & (TRACK_TIMING | TRACK_START))
		return;
	timing_start(e, e->next, now_ns);
	e->flags = (uint16_t)((e->flags & ~TRACK_TAINTED) | TRACK_TIMING);
}

/*
 * Something was left out before m. Where the other has acknowledged it, it had passed unseen: its
 * acknowledgement alone would not prove that, for packets of two directions may be captured in the
 * wrong order. A packet without data proves nothing but that: anything else it shows next time.
 */
static void take_ahead(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m,
		       uint32_t len)
{
	struct flowtrack_end *e = &t->end[m->from];
	uint32_t begin = e->next;

	if ((e->flags & TRACK_ACKED) && seq_before(begin, e->acked)) {
		begin = seq_before(e->acked, m->seq) ? e->acked : m->seq;
		note_missed(t, m->from);
	}
	e->next = len ? m->seq + len : begin;
	if (len)
		seqgaps_add(pool, &e->gaps, begin, m->seq, (uint32_t)(m->time_ns / NSEC_PER_USEC));
}

/*
 * Keep-alives and window probes repeat the last byte (or a wrong one in its place) once that was
 * acknowledged, or where the window is closed: RFC 9293 3.8.4, 3.8.6.1.
 */
static bool is_probe(const struct flowtrack *t, const struct pktmeta *m, uint32_t len)
{
	const struct flowtrack_end *e = &t->end[m->from], *peer = &t->end[!m->from];

	if (len > 1 || m->seq != e->next - 1 || (m->tcp_flags & WIRE_FIN))
		return false;
	return !(e->flags & TRACK_ACKED) || !seq_before(e->acked, e->next) || !peer->window;
}

/* Did these bytes, some of which nobody saw before, come so soon that they were merely late? */
static bool is_merely_late(const struct flowtrack *t, const struct pktmeta *m, uint32_t filled,
			   uint32_t at_us)
{
	uint64_t ns;

	if (filled)
		return (int32_t)((uint32_t)(m->time_ns / NSEC_PER_USEC) - at_us) <= reorder_us(t);
	return !timing_elapsed(&t->end[m->from], m->time_ns, &ns) ||
	       (int64_t)(ns / NSEC_PER_USEC) <= reorder_us(t);
}

/* A segment that begins below what was seen. */
static void take_behind(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m,
			uint32_t len)
{
	struct flowtrack_end *e = &t->end[m->from];
	uint32_t end = m->seq + len, at_us = 0, filled;

	if (is_probe(t, m, len))
		return;
	/* Whatever lies below what is timed, the acknowledgement of that may have waited for. */
	if (seq_before(m->seq, e->timed_end))
		e->flags |= TRACK_TAINTED;
	filled = seqgaps_fill(pool, &e->gaps, m->seq, end, &at_us);
	if (seq_before(e->next, end))
		e->next = end;
	else if ((filled || (is_picked_up(e) && seq_before(m->seq, e->timed_end))) &&
		 is_merely_late(t, m, filled, at_us))
		add32(&t->count[m->from].ooo, m->segs);
	else
		note_again(t, m);
}

static void take_odd_segment(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m,
			     uint32_t len)
{
	struct flowtrack_end *e = &t->end[m->from];
	int32_t ahead = (int32_t)(m->seq - e->next);

	if (!(e->flags & TRACK_NEXT) || (len && (ahead > SEQ_JUMP_MAX || ahead < -SEQ_JUMP_MAX)))
		resynchronise(e, pool, m, len);
	else if (ahead > 0 && ahead <= SEQ_JUMP_MAX)
		take_ahead(t, pool, m, len);
	else if (len)
		take_behind(t, pool, m, len);
}

static void take_segment(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from];
	uint32_t len = m->payload_bytes + (m->tcp_flags & WIRE_FIN);

	_Static_assert(WIRE_FIN == 1, "a FIN takes one sequence number");
	if (len > SEQ_JUMP_MAX)
		return;
	if (m->seq != e->next || !(e->flags & TRACK_NEXT)) {
		take_odd_segment(t, pool, m, len);
	} else if (len) {
		e->next += len;
		time_segment(e, m->time_ns);
	}
	/* The rest of it has no ports, and may be anywhere: what follows is picked up. */
	if (m->fragment_first)
		e->flags &= (uint16_t)~TRACK_NEXT;
}

/* ---- the handshake */

static void note_offer(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from];
	unsigned ecn = m->tcp_flags & (WIRE_ECE | WIRE_CWR);
	unsigned wscale = m->wscale < WSCALE_UNSEEN ? m->wscale : WSCALE_UNSEEN;

	e->flags = (uint16_t)((e->flags & ((1u << TRACK_WSCALE_SHIFT) - 1)) |
			      wscale << TRACK_WSCALE_SHIFT);
	t->mss[m->from] = m->mss;
	/* RFC 3168 6.1.1; an answer with both is that of somebody who only reflects them. */
	if (ecn == (m->tcp_flags & WIRE_ACK ? WIRE_ECE : WIRE_ECE | WIRE_CWR))
		e->flags |= END_ECN_ASKED;
}

/* What is timed of it is the SYN alone: its data may be refused (RFC 7413 4.2). */
static void syn_begin(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from];

	resynchronise(e, pool, m, 1 + m->payload_bytes);
	timing_start(e, m->seq + 1, m->time_ns);
	e->flags |= TRACK_TIMING;
	note_offer(t, m);
}

/*
 * A SYN just below what its end sent is that of before, sent again; but the first SYN+ACK of an end
 * is not, whose SYN passed before (simultaneous open: RFC 9293 3.5), or packets of a former
 * connection (3.5.1). Any other begins anew where nothing of its end was acknowledged, and else
 * proves nothing: anybody can send one.
 */
static void take_syn(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from];
	uint32_t behind = e->next - m->seq;
	bool again = (e->flags & TRACK_NEXT) && behind >= 1 && behind <= 1 + SYN_DATA_MAX;
	bool accepts = (m->tcp_flags & WIRE_ACK) && syn_is_pending(&t->end[!m->from]);

	if (m->payload_bytes > SYN_DATA_MAX)
		return;
	if (again && !accepts) {
		e->flags |= TRACK_TAINTED | END_SYN_RESENT;
		note_again(t, m);
	} else if (accepts ? !again || is_picked_up(e) : !(e->flags & TRACK_ACKED)) {
		syn_begin(t, pool, m);
	}
}

static void note_handshake(struct flowtrack *t, const struct pktmeta *m, uint64_t ns)
{
	if ((m->tcp_flags & WIRE_SYN) && !t->synack_us) {
		t->synack_us = timing_whole_us(ns);
	} else if (!(m->tcp_flags & WIRE_SYN) && t->synack_us && !t->ack_us) {
		t->ack_us = t->synack_us;
		add32(&t->ack_us, timing_whole_us(ns));
	}
}

/* ---- what an end acknowledges */

/* The timed segment of the other end was acknowledged by m. */
static void finish_timing(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *o = &t->end[!m->from];
	uint64_t ns;

	if ((o->flags & TRACK_TIMING) && timing_elapsed(o, m->time_ns, &ns)) {
		if (o->flags & TRACK_START)
			note_handshake(t, m, ns);
		if (!(o->flags & TRACK_TAINTED))
			timing_add_sample(t, !m->from, ns);
	}
	o->flags &= (uint16_t)~(TRACK_TIMING | TRACK_START | TRACK_TAINTED);
}

static void take_window(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from];
	uint16_t *count = &t->count[m->from].zero_windows, before = *count;

	if (!m->window && e->window) {
		add16(count);
		flowhistory_write_count(&t->history, m->from, L_WINDOW, before, *count);
	}
	e->window = m->window;
}

/*
 * Is there data that waits for this end's acknowledgement? Where nothing of the other end was seen
 * nobody can tell: but what stands below this end's own data is a keep-alive.
 */
static bool has_outstanding(const struct flowtrack *t, const struct pktmeta *m)
{
	const struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];

	if (o->flags & TRACK_NEXT)
		return seq_before(o->acked, o->next);
	return (e->flags & TRACK_NEXT) && m->seq == e->next;
}

/* RFC 5681 2. */
static void take_same_ack(struct flowtrack *t, const struct pktmeta *m)
{
	if (!m->payload_bytes && !(m->tcp_flags & (WIRE_SYN | WIRE_FIN)) &&
	    m->window == t->end[m->from].window && has_outstanding(t, m))
		add32(&t->count[m->from].dupacks, 1);
}

static void take_new_ack(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	struct flowtrack_end *o = &t->end[!m->from];

	o->acked = m->ack;
	o->flags |= TRACK_ACKED;
	if (o->gaps && seqgaps_drop_before(pool, &o->gaps, m->ack))
		note_missed(t, !m->from);
	if ((o->flags & (TRACK_TIMING | TRACK_START)) && !seq_before(m->ack, o->timed_end))
		finish_timing(t, m);
}

/*
 * Not to be believed: what acknowledges far beyond or behind what was sent, and what answers a SYN
 * without one of its own: from a peer that still has a former connection (RFC 9293 3.5.1), or
 * because the SYN+ACK went by unseen.
 */
static bool is_odd_ack(const struct flowtrack *t, const struct pktmeta *m)
{
	const struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];

	if ((o->flags & TRACK_NEXT) && m->ack - o->next + SEQ_JUMP_MAX > 2u * SEQ_JUMP_MAX)
		return true;
	return syn_is_pending(o) && !(m->tcp_flags & WIRE_SYN) && !(e->flags & TRACK_ACKED);
}

/* What an end was acknowledged goes forwards only, unless that was more than anybody saw. */
static bool is_acked_unseen(const struct flowtrack_end *o)
{
	return (o->flags & TRACK_NEXT) && seq_before(o->next, o->acked);
}

static void take_ack(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	struct flowtrack_end *o = &t->end[!m->from];

	if (is_odd_ack(t, m)) {
		o->flags |= TRACK_TAINTED;
		return;
	}
	if ((o->flags & TRACK_ACKED) && m->ack == o->acked)
		take_same_ack(t, m);
	/* An older one came late; unless the newer one acknowledged what nobody saw. */
	else if ((o->flags & TRACK_ACKED) && seq_before(m->ack, o->acked) && !is_acked_unseen(o))
		return;
	else
		take_new_ack(t, pool, m);
	if (!(m->tcp_flags & WIRE_SYN))
		take_window(t, m);
}

/* ---- packets */

static void write_flags(struct flowtrack *t, const struct pktmeta *m)
{
	unsigned flags = m->tcp_flags, from = m->from;

	if (flags & WIRE_RST) {
		flowhistory_write(&t->history, from, L_RST);
		return;
	}
	if (flags & WIRE_SYN)
		flowhistory_write(&t->history, from, flags & WIRE_ACK ? L_SYNACK : L_SYN);
	if (m->payload_bytes)
		flowtrack_write_once(t, from, L_DATA, TRACK_WROTE_DATA);
	else if (!(flags & (WIRE_SYN | WIRE_FIN)))
		flowtrack_write_once(t, from, L_ACK, TRACK_WROTE_ACK);
	if ((flags & (WIRE_FIN | WIRE_SYN)) == WIRE_FIN)
		flowhistory_write(&t->history, from, L_FIN);
}

static void step_tcp(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	unsigned flags = m->tcp_flags;

	/* Nothing else is ever without ACK (RFC 9293 3.10.7.4). */
	if (!(flags & (WIRE_ACK | WIRE_SYN | WIRE_RST)))
		return;
	write_flags(t, m);
	if (flags & WIRE_RST)
		return;
	if (flags & WIRE_SYN) {
		take_syn(t, pool, m);
	} else {
		take_segment(t, pool, m);
		if (flags & WIRE_ECE)
			t->end[m->from].flags |= END_ECE;
		if (flags & WIRE_CWR)
			t->end[m->from].flags |= END_CWR;
	}
	if (flags & WIRE_ACK)
		take_ack(t, pool, m);
}

/*
 * What nearly every packet is: in order, nothing missing, its letter written, and acknowledging
 * what was sent. False: it is something else, and nothing was done.
 */
static bool step_plain(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];
	unsigned wrote = m->payload_bytes ? TRACK_WROTE_DATA : TRACK_WROTE_ACK;
	uint32_t advance = m->ack - o->acked;

	if ((m->tcp_flags | WIRE_PSH) != (WIRE_ACK | WIRE_PSH) || m->fragment_first ||
	    m->seq != e->next || m->payload_bytes > SEQ_JUMP_MAX || !m->window ||
	    (e->flags & (TRACK_NEXT | TRACK_START | wrote)) != (TRACK_NEXT | wrote) ||
	    (o->flags & (TRACK_NEXT | TRACK_ACKED | TRACK_START)) != (TRACK_NEXT | TRACK_ACKED) ||
	    o->gaps || advance > o->next - o->acked || (!advance && !m->payload_bytes))
		return false;
	e->window = m->window;
	if (m->payload_bytes) {
		e->next += m->payload_bytes;
		time_segment(e, m->time_ns);
	}
	o->acked = m->ack;
	if ((o->flags & TRACK_TIMING) && !seq_before(m->ack, o->timed_end))
		finish_timing(t, m);
	return true;
}

void flowtrack_begin(struct flowtrack *t)
{
	*t = (struct flowtrack){ 0 };
	for (unsigned e = 0; e < 2; e++) {
		t->end[e].window = WINDOW_UNSEEN;
		t->end[e].flags = (uint16_t)(WSCALE_UNSEEN << TRACK_WSCALE_SHIFT);
	}
}

void flowtrack_end(struct flowtrack *t, struct seqgaps *pool)
{
	seqgaps_drop(pool, &t->end[0].gaps);
	seqgaps_drop(pool, &t->end[1].gaps);
}

void flowtrack_step(struct flowtrack *t, struct seqgaps *pool, const struct pktmeta *m)
{
	if (m->fragment || m->is_error)
		return;
	if (m->ecn == 3)
		add16(&t->count[m->from].ce);
	if (m->key.proto != IPPROTO_TCP)
		datagramtrack_step(t, m);
	else if (!step_plain(t, m))
		step_tcp(t, pool, m);
}

bool flowtrack_is_ahead(const struct flowtrack *t, const struct pktmeta *m)
{
	const struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];
	uint32_t len = m->payload_bytes + (m->tcp_flags & WIRE_FIN);

	if (m->key.proto != IPPROTO_TCP || m->fragment || !(e->flags & TRACK_NEXT) ||
	    (m->tcp_flags & (WIRE_SYN | WIRE_RST | WIRE_ACK)) != WIRE_ACK)
		return false;
	if (len && len <= SEQ_JUMP_MAX && m->seq - e->next <= SEQ_JUMP_MAX)
		return true;
	return (o->flags & TRACK_ACKED) && !is_acked_unseen(o) && !is_odd_ack(t, m) &&
	       m->ack - o->acked - 1 < SEQ_JUMP_MAX;
}

void flowtrack_error(struct flowtrack *t, const struct pktmeta *error)
{
	add16(&t->icmp_errors);
	t->icmp_type = error->icmp_type;
	t->icmp_code = error->icmp_code;
}

/* ---- out */

void flowtrack_publish(const struct flowtrack *t, unsigned opener, struct flowreport *out)
{
	*out = (struct flowreport){
		.synack_us = t->synack_us,
		.ack_us = t->ack_us,
		.icmp_errors = t->icmp_errors,
		.icmp_type = t->icmp_type,
		.icmp_code = t->icmp_code,
		.known = true,
	};
	for (unsigned i = 0; i < 2; i++) {
		const struct flowtrack_end *e = &t->end[i];
		const struct flowtrack_count *c = &t->count[i];
		unsigned wscale = e->flags >> TRACK_WSCALE_SHIFT;

		out->end[i] = (struct endreport){
			.retrans = c->retrans,
			.ooo = c->ooo,
			.dupacks = c->dupacks,
			.rtt_us = srtt_us(t, i),
			.rtt_min_us = c->rtt_min_us,
			.zero_windows = c->zero_windows,
			.ce = c->ce,
			.mss = t->mss[i],
			.wscale = wscale == WSCALE_UNSEEN ? WSCALE_NONE : (uint8_t)wscale,
			.bits = (uint8_t)(e->flags & TRACK_END_BITS),
		};
	}
	flowhistory_format(t->history, opener, out->history);
}
