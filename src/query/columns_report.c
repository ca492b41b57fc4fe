/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_report: how it went on the wire: what was sent again, round trips, the handshake, ICMP
 * errors; and how much of it was captured.
 *
 * Owns no state. All of it is told as the local end sees it: tx is what that end sent. Where the
 * packets were not followed nothing is known, and that is not 0. The sum of several flows went in
 * no way of its own.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include "net/tunnels.h"
#include "query/columns_parts.h"
#include "query/field.h"
#include "query/row.h"

static const struct flowrec *flow_of(const struct row *r)
{
	return r->flow && !row_is_sum(r) ? &r->flow->rec : NULL;
}

/* NULL: nobody followed the packets. */
static const struct flowreport *report_of(const struct row *r)
{
	const struct flowrec *f = flow_of(r);

	return f && f->report.known ? &f->report : NULL;
}

static bool is_tcp(const struct row *r)
{
	return r->flow->rec.key.proto == IPPROTO_TCP;
}

static unsigned end_of(const struct row *r, enum rowway way)
{
	return way == ROW_TX ? r->local : !r->local;
}

/* Whether the handshake was followed from the SYN on: what it offered is known. */
static bool saw_syn(const struct row *r)
{
	return is_tcp(r) && r->flow->rec.opener_certain;
}

/* ---- of one end. arg: a field of struct endreport, and whose */

#define OF_PEER		  (1u << 31)	/* beyond what FIELD_OF() uses */
#define OWN(field)	  FIELD_OF(struct endreport, field)
#define PEERS(field)	  (FIELD_OF(struct endreport, field) | OF_PEER)

static uint64_t end_field(const struct column *c, const struct row *r, const struct flowreport *p)
{
	enum rowway way = c->arg & OF_PEER ? ROW_RX : ROW_TX;

	return field_load(&p->end[end_of(r, way)], c->arg & ~OF_PEER);
}

static bool get_count(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	if (!p || !is_tcp(r))
		return false;
	v->u64 = end_field(c, r, p);
	return true;
}

/* Of both ends; arg names the own one. */
static bool get_both(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	if (!p || !is_tcp(r))
		return false;
	v->u64 = field_load(&p->end[0], c->arg) + field_load(&p->end[1], c->arg);
	return true;
}

static bool get_mss(const struct column *c, const struct row *r, struct value *v)
{
	return get_count(c, r, v) && v->u64 != 0;
}

static bool get_wscale(const struct column *c, const struct row *r, struct value *v)
{
	return get_count(c, r, v) && saw_syn(r) && v->u64 != WSCALE_NONE;
}

/*
 * From what the local end sent to the other's answer. Where no data went that way, the handshake's:
 * the SYN's answer, or that to the SYN+ACK; not where one was sent again, since nobody knows which
 * of the two was answered (RFC 6298 3).
 */
static uint32_t handshake_us(const struct row *r, const struct flowreport *p)
{
	if (!saw_syn(r) || !p->synack_us ||
	    (p->end[0].bits | p->end[1].bits) & END_SYN_RESENT)
		return 0;
	if (r->flow->rec.opener == r->local)
		return p->synack_us;
	return p->ack_us > p->synack_us ? p->ack_us - p->synack_us : 0;
}

static bool get_rtt(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	if (!p || tunnel_name(&r->flow->rec.key))
		return false; /* what passes in a tunnel is no question and answer */
	v->u64 = end_field(c, r, p);
	if (!v->u64)
		v->u64 = handshake_us(r, p);
	return v->u64 != 0;
}

/* ---- of the whole. arg: a field of struct flowreport; 0: there was none */

static bool get_time(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	if (!p)
		return false;
	v->u64 = field_load(p, c->arg);
	return v->u64 != 0;
}

COLUMNWORDS(ecn_word, "off", "asked", "on", "ce")

/* What the ends offered; that a packet was marked on its way says more than both. */
static bool get_ecn(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);
	unsigned asked;

	(void)c;
	if (!p)
		return false;
	asked = (p->end[0].bits & END_ECN_ASKED ? 1 : 0) + (p->end[1].bits & END_ECN_ASKED ? 1 : 0);
	if (p->end[0].ce || p->end[1].ce || (p->end[0].bits | p->end[1].bits) & END_ECE)
		v->text = ecn_word(3);
	else
		v->text = saw_syn(r) ? ecn_word(asked) : NULL;
	return v->text;
}

static bool get_history(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	(void)c;
	v->text = p ? p->history : NULL;
	return v->text && v->text[0];
}

static bool get_midstream(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowrec *f = flow_of(r);

	(void)c;
	if (!f || !is_tcp(r))
		return false;
	v->u64 = !f->opener_certain;
	return true;
}

COLUMNWORDS(closer_word, "local", "remote")

/* Who sent the first FIN; without any, the RST, unless nobody heeded it. */
static bool get_closed_by(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowrec *f = flow_of(r);

	(void)c;
	if (!f || !is_tcp(r))
		return false;
	if (f->closer != OPENER_UNKNOWN)
		v->text = closer_word(f->closer != r->local);
	else if (f->wire_state != WS_ESTABLISHED && (f->rst_from == 1 || f->rst_from == 2))
		v->text = closer_word((f->rst_from == 2) != r->local);
	else
		return false;
	return true;
}

/* RFC 792, RFC 1122, RFC 1812; RFC 4443. code 0xff: any. */
static const struct {
	uint8_t proto, type, code;
	const char *name;
} icmp_names[] = {
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_NET, "net-unreachable" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_HOST, "host-unreachable" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_PROTOCOL, "protocol-unreachable" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_PORT, "port-unreachable" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, "too-big" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_FILTER_PROHIB, "prohibited" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_NET_PROHIB, "net-prohibited" },
	{ IPPROTO_ICMP, ICMP_UNREACH, ICMP_UNREACH_HOST_PROHIB, "host-prohibited" },
	{ IPPROTO_ICMP, ICMP_UNREACH, 0xff, "unreachable" },
	{ IPPROTO_ICMP, ICMP_SOURCEQUENCH, 0xff, "source-quench" },
	{ IPPROTO_ICMP, ICMP_REDIRECT, 0xff, "redirect" },
	{ IPPROTO_ICMP, ICMP_TIMXCEED, ICMP_TIMXCEED_REASS, "reassembly-time" },
	{ IPPROTO_ICMP, ICMP_TIMXCEED, 0xff, "ttl-exceeded" },
	{ IPPROTO_ICMP, ICMP_PARAMPROB, 0xff, "bad-header" },
	{ IPPROTO_ICMPV6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, "net-unreachable" },
	{ IPPROTO_ICMPV6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, "prohibited" },
	{ IPPROTO_ICMPV6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, "host-unreachable" },
	{ IPPROTO_ICMPV6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port-unreachable" },
	{ IPPROTO_ICMPV6, ICMP6_DST_UNREACH, 0xff, "unreachable" },
	{ IPPROTO_ICMPV6, ICMP6_PACKET_TOO_BIG, 0xff, "too-big" },
	{ IPPROTO_ICMPV6, ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY, "reassembly-time" },
	{ IPPROTO_ICMPV6, ICMP6_TIME_EXCEEDED, 0xff, "ttl-exceeded" },
	{ IPPROTO_ICMPV6, ICMP6_PARAM_PROB, 0xff, "bad-header" },
};

/* The error is of the version of the addresses that the flow has. */
static bool get_icmp_error(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);
	uint8_t proto;

	(void)c;
	if (!p || !p->icmp_errors)
		return false;
	proto = addr_is_v4(&r->flow->rec.key.addr[0]) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	v->text = "other";
	for (size_t i = 0; i < sizeof(icmp_names) / sizeof(icmp_names[0]); i++) {
		if (icmp_names[i].proto != proto || icmp_names[i].type != p->icmp_type ||
		    (icmp_names[i].code != 0xff && icmp_names[i].code != p->icmp_code))
			continue;
		v->text = icmp_names[i].name;
		break;
	}
	return true;
}

static bool get_icmp_errors(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowreport *p = report_of(r);

	(void)c;
	if (!p)
		return false;
	v->u64 = p->icmp_errors;
	return true;
}

static bool get_tunnel(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowrec *f = flow_of(r);

	(void)c;
	v->text = f ? tunnel_name(&f->key) : NULL;
	return v->text;
}

/* ---- how much was captured */

static bool coverage_of(const struct row *r, struct coverage *out)
{
	return r->sk && model_coverage(r->m, r->sk, out);
}

/* Rounded down: where anything is missing it is not all. */
static bool get_seen(const struct column *c, const struct row *r, struct value *v)
{
	struct coverage cov;
	uint64_t all, missing;

	(void)c;
	if (!coverage_of(r, &cov))
		return false;
	all = cov.kernel[0] + cov.kernel[1];
	missing = cov.missing[0] + cov.missing[1];
	v->u64 = missing < all ? (uint64_t)((double)(all - missing) * 1000 / (double)all) : 0;
	if (missing && v->u64 == 1000)
		v->u64--;
	return true;
}

static bool get_seen_missing(const struct column *c, const struct row *r, struct value *v)
{
	struct coverage cov;

	(void)c;
	if (!coverage_of(r, &cov))
		return false;
	v->u64 = cov.missing[0] + cov.missing[1];
	return true;
}

static bool get_seen_reason(const struct column *c, const struct row *r, struct value *v)
{
	struct coverage cov;

	(void)c;
	v->text = coverage_of(r, &cov) ? wirereason_name(cov.reason) : NULL;
	return v->text;
}

static const char *reason_word(unsigned i)
{
	static const uint8_t reasons[] = { TRAFFIC_FILTERED, TRAFFIC_DROPPED, TRAFFIC_OTHER_IFACE,
					   TRAFFIC_UNSEEN };

	return i < sizeof(reasons) ? wirereason_name(reasons[i]) : NULL;
}

#define COUNT(name, title, arg, get, help)                                                     \
	{                                                                                      \
		name, name, title, help, VT_UINT, UNIT_COUNT, SCOPE_WIRE, 6, arg, get, 0,      \
			OF_FLOW                                                                \
	}
#define NUMBER(name, title, arg, get, help)                                                    \
	{                                                                                      \
		name, name, title, help, VT_UINT, UNIT_NONE, SCOPE_WIRE, 6, arg, get, 0,       \
			OF_FLOW                                                                \
	}
#define MICROS(name, title, arg, get, help)                                                    \
	{                                                                                      \
		name, name, title, help, VT_UINT, UNIT_US, SCOPE_WIRE, 6, arg, get, 0, OF_FLOW \
	}

static const struct column rows[] = {
	MICROS("wire_rtt", "WRTT", OWN(rtt_us), get_rtt,
	       "round trip as the packets tell: data, else handshake"),
	MICROS("wire_rtt_min", "WRTTMN", OWN(rtt_min_us), get_rtt, "the shortest of these"),
	COUNT("wire_retrans", "WRETR", OWN(retrans), get_both, "segments sent again, by both ends"),
	COUNT("tx_retrans", "TXRETR", OWN(retrans), get_count, "segments that it sent again"),
	COUNT("rx_retrans", "RXRETR", PEERS(retrans), get_count,
	      "segments that the peer sent again"),
	COUNT("wire_ooo", "WOOO", OWN(ooo), get_both, "segments that came out of order, both ways"),
	COUNT("tx_ooo", "TXOOO", OWN(ooo), get_count, "segments sent that came out of order"),
	COUNT("rx_ooo", "RXOOO", PEERS(ooo), get_count,
	      "segments received that came out of order"),
	COUNT("tx_dupacks", "TXDUP", OWN(dupacks), get_count, "duplicate ACKs sent"),
	COUNT("rx_dupacks", "RXDUP", PEERS(dupacks), get_count, "duplicate ACKs received"),
	COUNT("wire_zero_window", "WZERO", OWN(zero_windows), get_both,
	      "times that either end closed its window"),
	COUNT("tx_zero_window", "TXZERO", OWN(zero_windows), get_count,
	      "times that it closed its window"),
	COUNT("rx_zero_window", "RXZERO", PEERS(zero_windows), get_count,
	      "times that the peer closed its window"),
	MICROS("synack_time", "SYNACK", FIELD_OF(struct flowreport, synack_us), get_time,
	       "from the first SYN to the SYN+ACK"),
	MICROS("ack_time", "ACK", FIELD_OF(struct flowreport, ack_us), get_time,
	       "from the first SYN to the handshake's end"),
	NUMBER("wire_mss", "WMSS", OWN(mss), get_mss, "MSS that it offered in its SYN"),
	NUMBER("peer_mss", "PMSS", PEERS(mss), get_mss, "MSS that the peer offered in its SYN"),
	NUMBER("wire_wscale", "WSCALE", OWN(wscale), get_wscale,
	       "window scale that it offered in its SYN"),
	NUMBER("peer_wscale", "PSCALE", PEERS(wscale), get_wscale,
	       "window scale that the peer offered in its SYN"),
	{ "ecn", "ecn", "ECN", "ECN as the packets tell: off, asked, on, ce", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 5, 0, get_ecn, 0, OF_FLOW, ecn_word },
	{ "history", "history", "HISTORY", "what passed, in Zeek's letters: opener's in capitals",
	  VT_TEXT, UNIT_NONE, SCOPE_WIRE, 12, 0, get_history, 0, OF_FLOW },
	{ "midstream", "midstream", "MID", "picked up without its SYN", VT_BOOL, UNIT_NONE,
	  SCOPE_WIRE, 3, 0, get_midstream, 0, OF_FLOW },
	{ "closed_by", "closed_by", "CLOSER", "who closed or reset it first: local, remote",
	  VT_TEXT, UNIT_NONE, SCOPE_WIRE, 6, 0, get_closed_by, 0, OF_FLOW, closer_word },
	{ "icmp_error", "icmp_error", "ICMPERR", "the last ICMP error about its packets", VT_TEXT,
	  UNIT_NONE, SCOPE_WIRE, 16, 0, get_icmp_error, 0, OF_FLOW },
	COUNT("icmp_errors", "ICMPS", 0, get_icmp_errors, "ICMP errors about its packets"),
	{ "tunnel", "tunnel", "TUNNEL", "tunnel that it is, as its numbers tell", VT_TEXT,
	  UNIT_NONE, SCOPE_WIRE, 9, 0, get_tunnel, 0, OF_FLOW },
	{ "seen", "seen", "SEEN", "percent of its payload that was captured", VT_TENTHS,
	  UNIT_PERCENT, SCOPE_WIRE, 5, 0, get_seen, NEED_INFO, OF_SOCKET },
	{ "seen_missing", "seen_missing", "MISSED", "bytes of payload that were not captured",
	  VT_UINT, UNIT_BYTES, SCOPE_WIRE, 6, 0, get_seen_missing, NEED_INFO, OF_SOCKET },
	{ "seen_reason", "seen_reason", "WHYMISS", "why they were not", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 15, 0, get_seen_reason, NEED_INFO, OF_SOCKET, reason_word },
};

const struct columnpart columns_report = COLUMNPART(rows);
