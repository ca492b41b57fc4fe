/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TCP state machine of an onlooker: see wirestate.h. It follows what was seen, in whatever
 * order and with whatever missing, and never waits for a packet that the capture may have lost. It
 * does not check windows: a forged RST looks like a RST.
 */
#include "net/wirestate.h"

#include <netinet/in.h>

#include "net/flowtab.h"

enum {
	ICMP4_UNREACHABLE = 3,		/* RFC 792 */
	ICMP4_FRAGMENTATION_NEEDED = 4,	/* a code of it */
	ICMP6_UNREACHABLE = 1,		/* RFC 4443 3.1 */
};

/* wirestate_track.seen; bit e of a pair is end e. */
enum {
	SEEN_PACKET = 0x01,
	SEEN_FIN = 0x04,
	SEEN_FIN_ACK = 0x10,	/* end e's FIN was acknowledged */
	SEEN_SINCE_RST = SEEN_FIN_ACK,	/* in WS_RESET without a FIN: end e sent data since, up to fin_end */
	SEEN_SYN = 0x40,	/* SYN or its SYN-ACK: the opener is certain */
};

_Static_assert(WS_STATES <= 16, "four bits have room for every state");

const char *wirestate_name(enum wirestate s)
{
	static const char *const names[WS_STATES] = {
		[WS_NONE] = "",
		[WS_SYN_SENT] = "SYN_SENT",
		[WS_SYN_RECV] = "SYN_RECV",
		[WS_ESTABLISHED] = "ESTABLISHED",
		[WS_FIN_WAIT1] = "FIN_WAIT1",
		[WS_FIN_WAIT2] = "FIN_WAIT2",
		[WS_CLOSING] = "CLOSING",
		[WS_TIME_WAIT] = "TIME_WAIT",
		[WS_RESET] = "RESET",
		[WS_REFUSED] = "REFUSED",
		[WS_CLOSE_WAIT] = "CLOSE_WAIT",
		[WS_LAST_ACK] = "LAST_ACK",
		[WS_CLOSED] = "CLOSE",
	};

	return (unsigned)s < WS_STATES ? names[s] : "";
}

enum wirestate wirestate_of_end(const struct flowrec *r, unsigned end)
{
	bool passive = r->closer != OPENER_UNKNOWN && r->closer != end;

	if (!passive)
		return r->wire_state;
	switch (r->wire_state) {
	case WS_FIN_WAIT1:
	case WS_FIN_WAIT2:
		return WS_CLOSE_WAIT;
	case WS_CLOSING:
		return WS_LAST_ACK;
	case WS_TIME_WAIT:
		return WS_CLOSED;
	default:
		return r->wire_state;
	}
}

/* RFC 9293 3.4: sequence numbers compare modulo 2^32. */
static bool seq_reached(uint32_t ack, uint32_t end)
{
	return (int32_t)(ack - end) >= 0;
}

static bool is_over(const struct wirestate_track *w)
{
	/*
	 * CLOSING: only the last ACK is missing, and nobody sends SYN while the other still waits
	 * for it.
	 */
	return w->state == WS_TIME_WAIT || w->state == WS_RESET || w->state == WS_REFUSED ||
	       w->state == WS_CLOSING;
}

static bool both(const struct wirestate_track *w, unsigned what)
{
	return (w->seen & what * 3) == what * 3;
}

void wirestate_begin(struct wirestate_track *w, const struct pktmeta *first)
{
	*w = (struct wirestate_track){ .opener = first->from ? OPENER_END1 : OPENER_END0,
				       .closer = OPENER_UNKNOWN,
				       .syn_seq = first->seq };
	w->fin_end[!first->from] = first->ack;
}

bool wirestate_opener_certain(const struct wirestate_track *w)
{
	return w->seen & SEEN_SYN;
}

unsigned wirestate_ends_seen(const struct wirestate_track *w)
{
	return w->seen & SEEN_PACKET * 3;
}

/*
 * Does this sequence number of the opener's follow its SYN, or the data that came with it (RFC
 * 7413)?
 */
static bool follows_syn(const struct wirestate_track *w, uint32_t seq)
{
	return seq - 1 - w->syn_seq <= w->syn_bytes;
}

/* The same SYN at another observation point, or sent again, is not a new connection. */
static bool is_another_syn(const struct wirestate_track *w, const struct pktmeta *m)
{
	return !(w->seen & SEEN_SYN) || m->from != w->opener || m->seq != w->syn_seq;
}

/*
 * A peer that still has the old connection answers a SYN with a mere ACK (RFC 9293 3.10.7.4, RFC
 * 5961 4), so an answer with SYN to a SYN other than the one we know is a new connection's. One
 * from the opener itself is of a simultaneous open, with the sequence number of its SYN; or roles
 * have changed.
 */
static bool accepts_another_syn(const struct wirestate_track *w, const struct pktmeta *m)
{
	if (!(w->seen & SEEN_SYN))
		return w->state != WS_NONE;
	return m->from == w->opener ? m->seq != w->syn_seq : !follows_syn(w, m->ack);
}

bool wirestate_restarts(const struct wirestate_track *w, const struct pktmeta *m)
{
	switch (m->tcp_flags & (WIRE_SYN | WIRE_ACK | WIRE_RST | WIRE_FIN)) {
	case WIRE_SYN:
		return is_over(w) && is_another_syn(w, m);
	case WIRE_SYN | WIRE_ACK:
		return accepts_another_syn(w, m);
	}
	return false;
}

static void step_rst(struct wirestate_track *w, const struct pktmeta *m)
{
	bool answers_syn = w->state == WS_SYN_SENT && m->from != w->opener;

	/* To a peer that still has the former connection: RFC 9293 3.5.1. The SYN is sent again. */
	if (w->state == WS_SYN_SENT && m->from == w->opener && !follows_syn(w, m->seq))
		return;
	if (!is_over(w) || w->state == WS_CLOSING)
		w->state = answers_syn ? WS_REFUSED : WS_RESET;
}

/* What was under way when a real one passed is not acknowledged any more. After a FIN nobody asks. */
bool wirestate_outlives_rst(struct wirestate_track *w, const struct pktmeta *m)
{
	unsigned from = m->from, peer = !from;

	if (w->state != WS_RESET || (w->seen & SEEN_FIN * 3) ||
	    (m->tcp_flags & (WIRE_SYN | WIRE_RST)))
		return false;
	if ((m->tcp_flags & WIRE_ACK) && (w->seen & SEEN_SINCE_RST << peer) &&
	    seq_reached(m->ack, w->fin_end[peer])) {
		w->seen &= (uint8_t)~(SEEN_SINCE_RST * 3);
		w->state = WS_ESTABLISHED;
		return true;
	}
	if (m->payload_bytes && !(w->seen & SEEN_SINCE_RST << from)) {
		w->fin_end[from] = m->seq + m->payload_bytes;
		w->seen |= (uint8_t)(SEEN_SINCE_RST << from);
	}
	return false;
}

static void step_syn(struct wirestate_track *w, const struct pktmeta *m)
{
	bool accepts = m->tcp_flags & WIRE_ACK;
	uint32_t data_bytes = m->payload_bytes < UINT16_MAX ? m->payload_bytes : UINT16_MAX;

	if (w->state == WS_NONE) {
		w->opener = accepts ? !m->from : m->from;
		w->syn_seq = accepts ? m->ack - 1 : m->seq;
		w->syn_bytes = accepts ? 0 : (uint16_t)data_bytes;
		w->seen |= SEEN_SYN;
		w->state = accepts ? WS_SYN_RECV : WS_SYN_SENT;
	} else if (w->state == WS_SYN_SENT && m->from != w->opener) {
		w->state = WS_SYN_RECV;		/* also simultaneous open (RFC 9293 3.5) */
	}
}

/*
 * Anything but SYN and RST. A connection is open when its handshake ended, or both ends or data
 * were seen.
 */
static void step_open(struct wirestate_track *w, const struct pktmeta *m)
{
	bool picked_up = m->payload_bytes > 0 || both(w, SEEN_PACKET);

	/* The peer's mere ACK is of a former connection that it still has: RFC 9293 3.10.7.3. */
	if ((w->state == WS_SYN_SENT && m->from == w->opener) || (w->state == WS_NONE && picked_up))
		w->state = WS_ESTABLISHED;
	else if (w->state == WS_SYN_RECV && (m->from == w->opener || m->payload_bytes > 0))
		w->state = WS_ESTABLISHED;
}

static void step_close(struct wirestate_track *w, const struct pktmeta *m)
{
	unsigned from = m->from, peer = !from;

	if (m->tcp_flags & WIRE_FIN) {
		if (w->closer == OPENER_UNKNOWN)
			w->closer = from ? OPENER_END1 : OPENER_END0;
		w->fin_end[from] = m->seq + m->payload_bytes + 1;
		w->seen |= (uint8_t)(SEEN_FIN << from);
	}
	if ((m->tcp_flags & WIRE_ACK) && (w->seen & SEEN_FIN << peer) &&
	    seq_reached(m->ack, w->fin_end[peer]))
		w->seen |= (uint8_t)(SEEN_FIN_ACK << peer);

	if (both(w, SEEN_FIN))
		w->state = both(w, SEEN_FIN_ACK) ? WS_TIME_WAIT : WS_CLOSING;
	else if (w->seen & SEEN_FIN * 3)
		w->state = w->seen & SEEN_FIN_ACK * 3 ? WS_FIN_WAIT2 : WS_FIN_WAIT1;
}

bool wirestate_is_unreachable(const struct pktmeta *error)
{
	if (!error->is_error)
		return false;
	if (error->key.proto == IPPROTO_ICMPV6)
		return error->icmp_type == ICMP6_UNREACHABLE;
	return error->key.proto == IPPROTO_ICMP && error->icmp_type == ICMP4_UNREACHABLE &&
	       error->icmp_code != ICMP4_FRAGMENTATION_NEEDED;
}

void wirestate_unreachable(struct wirestate_track *w, bool is_tcp, unsigned sender)
{
	if (is_tcp && (w->state != WS_SYN_SENT || sender != w->opener))
		return;
	w->unreached |= (uint8_t)(1 << sender);
	w->state = WS_REFUSED;
}

void wirestate_answered(struct wirestate_track *w, unsigned from)
{
	if (!w->unreached)
		return;
	w->unreached &= (uint8_t)~(1 << !from);
	if (!w->unreached)
		w->state = WS_NONE;
}

/* The SYN was sent again, and arrived. What RST refuses then stays refused. */
static void accept_after_all(struct wirestate_track *w, const struct pktmeta *m)
{
	if (m->from == w->opener || !(m->tcp_flags & (WIRE_SYN | WIRE_RST)))
		return;
	w->unreached = 0;
	if (!(m->tcp_flags & WIRE_RST))
		w->state = WS_SYN_SENT;
}

void wirestate_step(struct wirestate_track *w, const struct pktmeta *m)
{
	w->seen |= (uint8_t)(SEEN_PACKET << m->from);
	if (w->unreached)
		accept_after_all(w, m);
	if (m->tcp_flags & WIRE_RST) {
		step_rst(w, m);
	} else if (w->state == WS_RESET || w->state == WS_REFUSED) {
		return;		/* what was under way when the RST passed */
	} else if (m->tcp_flags & WIRE_SYN) {
		step_syn(w, m);
	} else {
		step_open(w, m);
		step_close(w, m);
	}
}
