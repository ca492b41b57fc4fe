/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of synthetic flows; see synth_report.h. Deliberately without state: the same row gives the
 * same report.
 */
#include "source/synth_report.h"

enum {
	ANSWER_US = 58,			/* this host's own delay */
	DATAGRAM_RTT_US = 11400, DATAGRAM_RTT_LEAST_US = 8900,
	RESENT_PER_DUPACK = 2, RESENT_PER_WINDOW = 15, SEGS_PER_OOO = 900,
	TIME_STAMPS = 12,		/* a segment is so much shorter than the MSS offered */
	WINDOW_SCALE = 7,
	CONGESTED = 12,
	ICMP_UNREACHABLE = 3, ICMP_PORT = 3,
};

static bool has_handshake(const struct flowrec *f)
{
	return f->wire_state != WS_SYN_SENT && f->wire_state != WS_REFUSED &&
	       f->wire_state != WS_NONE;
}

static uint16_t short_of(uint64_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

static void fill_offers(const struct synthrow *r, const struct flowrec *f, struct flowreport *out)
{
	unsigned end;

	for (end = 0; end < 2; end++) {
		if (end != f->opener && !has_handshake(f))
			continue;
		out->end[end].mss = (uint16_t)(synth_paths[r->conn->path].mss + TIME_STAMPS);
		out->end[end].wscale = WINDOW_SCALE;
		if (r->conn->flags & SY_ECN)
			out->end[end].bits |= END_ECN_ASKED;
	}
}

/* Whoever is far away answers a round trip later; the tap is here. */
static void fill_handshake(const struct synthrow *r, const struct flowrec *f, struct flowreport *out)
{
	uint32_t way_us = synth_paths[r->conn->path].min_rtt_us;
	bool from_here = !(r->conn->flags & SY_ACCEPTED);

	if (!has_handshake(f))
		return;
	out->synack_us = from_here ? way_us + ANSWER_US / 2 : ANSWER_US;
	if (f->wire_state != WS_SYN_RECV)
		out->ack_us = out->synack_us + (from_here ? ANSWER_US : way_us + ANSWER_US / 3);
}

static void fill_tcp(const struct synthrow *r, unsigned local, const struct flowrec *f,
		     struct flowreport *out)
{
	const struct synthpath *path = &synth_paths[r->conn->path];
	struct endreport *here = &out->end[local], *there = &out->end[!local];

	fill_offers(r, f, out);
	fill_handshake(r, f, out);
	here->retrans = (uint32_t)r->resent;
	if (f->wire_state == WS_SYN_SENT && r->retransmits) {
		here->retrans += r->retransmits;
		here->bits |= END_SYN_RESENT;
	}
	if (!has_handshake(f))
		return;
	if (r->tx) {
		here->rtt_us = path->rtt_us + path->rttvar_us / 8;
		here->rtt_min_us = path->min_rtt_us;
	}
	if (r->rx) {
		there->rtt_us = ANSWER_US;
		there->rtt_min_us = ANSWER_US / 3;
	}
	there->dupacks = (uint32_t)(r->resent / RESENT_PER_DUPACK);
	if (r->conn->path == PATH_SLOW_READER)
		there->zero_windows = short_of(r->resent / RESENT_PER_WINDOW);
	if (r->conn->timer == TIMER_PROBE)
		there->zero_windows = 1;
	if (r->conn->path == PATH_LOSSY)
		there->ooo = (uint32_t)(r->rx_segs / SEGS_PER_OOO + 1);
	if (r->conn->flags & SY_ECN)
		here->ce = CONGESTED;
}

static void fill_datagrams(const struct synthrow *r, const struct flowrec *f, struct flowreport *out)
{
	struct endreport *asker = &out->end[f->opener & 1];

	if (f->wire_state == WS_REFUSED) {
		out->icmp_errors = short_of(r->tx_segs);
		out->icmp_type = ICMP_UNREACHABLE;
		out->icmp_code = ICMP_PORT;
	} else if (r->rx && r->tx) {
		asker->rtt_us = r->conn->flags & SY_ACCEPTED ? ANSWER_US : DATAGRAM_RTT_US;
		asker->rtt_min_us = r->conn->flags & SY_ACCEPTED ? ANSWER_US / 2
								 : DATAGRAM_RTT_LEAST_US;
	}
}

static void add_letter(char *history, bool happened, char letter)
{
	size_t len = strlen(history);

	if (!happened)
		return;
	if (len < HISTORY_MAX)
		history[len] = letter;
	else
		history[HISTORY_MAX - 1] = '+';
}

static char letter_of(char capital, bool opener)
{
	return opener ? capital : (char)(capital - 'A' + 'a');
}

/* What both ends did, in the order in which it usually comes. */
static void fill_history(const struct flowrec *f, struct flowreport *out)
{
	unsigned o = f->opener & 1, a = !o;
	bool tcp = f->tcp_flags[0] || f->tcp_flags[1];
	char *h = out->history;
	unsigned i;

	add_letter(h, tcp, 'S');
	add_letter(h, tcp && has_handshake(f), 'h');
	add_letter(h, tcp && has_handshake(f) && f->wire_state != WS_SYN_RECV, 'A');
	add_letter(h, f->dir[o].payload, 'D');
	add_letter(h, f->dir[o].payload && tcp, 'a');
	add_letter(h, f->dir[a].payload, 'd');
	for (i = 0; i < 2; i++) {
		unsigned end = i ? a : o;

		add_letter(h, out->end[end].retrans, letter_of('T', end == o));
		add_letter(h, out->end[end].retrans >= 10, letter_of('T', end == o));
		add_letter(h, out->end[end].zero_windows, letter_of('W', end == o));
	}
	for (i = 0; i < 2; i++) {
		unsigned end = (f->closer == 1) != (i == 1);	/* who closed first comes first */

		add_letter(h, f->tcp_flags[end] & WIRE_FIN, letter_of('F', end == o));
		add_letter(h, f->tcp_flags[end] & WIRE_RST, letter_of('R', end == o));
	}
}

void synthreport_fill(const struct synthrow *r, unsigned local, struct flowrec *f)
{
	struct flowreport *out = &f->report;

	*out = (struct flowreport){ .known = true };
	out->end[0].wscale = out->end[1].wscale = WSCALE_NONE;
	if (r->conn->proto == SP_TCP)
		fill_tcp(r, local, f, out);
	else
		fill_datagrams(r, f, out);
	fill_history(f, out);
}
