/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_wire: what the packets say: counters, rates, flags, times.
 *
 * Owns no state. Rates fall back to tcp_info, and say so.
 */
#include "query/columns_parts.h"
#include "query/row.h"

/* arg: a field of struct flowcount, and which way. */
#define WAY_SHIFT	      16
#define COUNT_ARG(field, way) (offsetof(struct flowcount, field) | (uint32_t)(way) << WAY_SHIFT)

static bool get_count(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowcount *count = row_count(r, c->arg >> WAY_SHIFT);
	size_t offset = c->arg & ((1u << WAY_SHIFT) - 1);

	if (!count)
		return false;
	memcpy(&v->u64, (const char *)count + offset, sizeof(v->u64));
	return true;
}

static bool get_rate(const struct column *c, const struct row *r, struct value *v)
{
	bool from_wire;

	return row_rate(r, c->arg, &v->u64, &from_wire);
}

COLUMNWORDS(source_word, "wire", "kernel")

static bool get_rate_source(const struct column *c, const struct row *r, struct value *v)
{
	bool from_wire;
	uint64_t bps;

	(void)c;
	if (!row_rate(r, ROW_TX, &bps, &from_wire) && !row_rate(r, ROW_RX, &bps, &from_wire))
		return false;
	v->text = source_word(from_wire ? 0 : 1);
	return true;
}

static bool get_first_seen(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = row_first_ns(r);
	return v->u64 != 0;
}

/* Of packets only: that the kernel still lists a socket is said by its state. */
static bool get_last_seen(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = r->flow ? r->flow->rec.last_ns : 0;
	return v->u64 != 0;
}

COLUMNWORDS(opener_word, "local", "remote")

/* Known where the SYN was seen; the sum of several flows has no opener. */
static bool get_opener(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->flow || row_is_sum(r) || !r->flow->rec.opener_certain)
		return false;
	v->text = opener_word(r->flow->rec.opener == r->local ? 0 : 1);
	return true;
}

/* In the order of the bits, low to high (RFC 9293 3.1). */
static bool get_flags(const struct column *c, const struct row *r, struct value *v)
{
	static const char letters[] = "FSRPAUEC";
	unsigned flags, len = 0;

	if (!r->flow)
		return false;
	flags = r->flow->rec.tcp_flags[c->arg == ROW_TX ? r->local : !r->local];
	for (unsigned bit = 0; bit < 8; bit++) {
		if (flags & 1u << bit)
			v->buf[len++] = letters[bit];
	}
	v->buf[len] = '\0';
	v->text = v->buf;
	return len != 0;
}

static bool get_vlan(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->flow)
		return false;
	v->u64 = r->flow->rec.vlan;
	return v->u64 != 0;
}

static bool get_no_traffic_reason(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = r->flow ? NULL : wirereason_name(r->wire_reason);
	return v->text;
}

#define COUNT(name, field, way, unit, title, help)                                            \
	{                                                                                     \
		name, name, title, help, VT_UINT, unit, SCOPE_WIRE, 6, COUNT_ARG(field, way), \
			get_count, 0, OF_FLOW                                                 \
	}

static const char *reason_word(unsigned i)
{
	return i + 1 < WIREREASONS ? wirereason_name(i + 1) : NULL;
}

static const struct column rows[] = {
	COUNT("rx_packets", packets, ROW_RX, UNIT_COUNT, "RXPKT", "packets received, as captured"),
	COUNT("tx_packets", packets, ROW_TX, UNIT_COUNT, "TXPKT", "packets sent, as captured"),
	COUNT("rx_bytes", bytes, ROW_RX, UNIT_BYTES, "RXB", "bytes of IP received"),
	COUNT("tx_bytes", bytes, ROW_TX, UNIT_BYTES, "TXB", "bytes of IP sent"),
	COUNT("rx_segs", segs, ROW_RX, UNIT_COUNT, "RXSEG", "segments received on the wire"),
	COUNT("tx_segs", segs, ROW_TX, UNIT_COUNT, "TXSEG", "segments sent on the wire"),
	COUNT("rx_payload", payload, ROW_RX, UNIT_BYTES, "RXPAY", "bytes of payload received"),
	COUNT("tx_payload", payload, ROW_TX, UNIT_BYTES, "TXPAY", "bytes of payload sent"),
	{ "rx_rate", "rx_rate", "RX/s", "bytes per second received, over the last interval",
	  VT_UINT, UNIT_RATE, SCOPE_WIRE, 6, ROW_RX, get_rate, NEED_INFO },
	{ "tx_rate", "tx_rate", "TX/s", "bytes per second sent, over the last interval", VT_UINT,
	  UNIT_RATE, SCOPE_WIRE, 6, ROW_TX, get_rate, NEED_INFO },
	{ "rate_source", "rate_source", "BY", "who tells the rates: wire, kernel (tcp_info)",
	  VT_TEXT, UNIT_NONE, SCOPE_WIRE, 6, 0, get_rate_source, NEED_INFO, OF_ROW, source_word },
	{ "first_seen", "first_seen", "FIRST", "when it was first seen", VT_TIME, UNIT_NONE,
	  SCOPE_IDENTITY, 8, 0, get_first_seen },
	{ "last_seen", "last_seen", "LAST", "when its last packet was seen", VT_TIME, UNIT_NONE,
	  SCOPE_WIRE, 8, 0, get_last_seen, 0, OF_FLOW },
	{ "opener", "opener", "OPENER", "who opened it: local, remote", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 6, 0, get_opener, 0, OF_FLOW, opener_word },
	{ "rx_flags", "rx_flags", "RXFLG", "TCP flags received: FSRPAUEC", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 8, ROW_RX, get_flags, 0, OF_FLOW },
	{ "tx_flags", "tx_flags", "TXFLG", "TCP flags sent: FSRPAUEC", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 8, ROW_TX, get_flags, 0, OF_FLOW },
	{ "vlan", "vlan", "VLAN", "outermost VLAN id", VT_UINT, UNIT_NONE, SCOPE_WIRE, 4, 0,
	  get_vlan, 0, OF_FLOW },
	{ "no_traffic_reason", "no_traffic_reason", "QUIET", "why no traffic was seen", VT_TEXT,
	  UNIT_NONE, SCOPE_WIRE, 10, 0, get_no_traffic_reason, NEED_INFO, OF_ROW, reason_word },
};

const struct columnpart columns_wire = COLUMNPART(rows);
