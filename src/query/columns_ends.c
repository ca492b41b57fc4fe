/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_ends: which sides know of a row, its protocol and family, and its two ends.
 *
 * Owns no state. Deliberately knows nothing of states, owners or counters.
 */
#include "net/protos.h"
#include "query/columns_parts.h"
#include "query/endtext.h"
#include "query/row.h"

COLUMNWORDS(side_word, "both", "socket", "flow")
COLUMNWORDS(family_word, "inet", "inet6", "unix", "packet", "netlink", "vsock")

static bool get_side(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = side_word(r->sk && r->flow ? 0 : r->sk ? 1 : 2);
	return true;
}

static bool get_proto(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk && !r->flow)
		return false;
	if (r->sk)
		v->text = sockproto_name(r->sk->rec.proto);
	else
		v->text = ipproto_name(r->flow->rec.key.proto, v->buf);
	return true;
}

static const char *family_name(enum sockproto proto)
{
	switch (proto) {
	case SP_PACKET:
		return "packet";
	case SP_NETLINK:
		return "netlink";
	case SP_VSOCK:
		return "vsock";
	default:
		return "unix";
	}
}

static bool get_family(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk && !r->flow)
		return false;
	v->text = row_is_ip(r) ? (row_is_v6(r) ? "inet6" : "inet") : family_name(r->sk->rec.proto);
	return true;
}

static bool get_addr(const struct column *c, const struct row *r, struct value *v)
{
	const struct addr *addr = row_addr(r, c->arg);

	v->text = addr ? NULL : row_name(r, c->arg, v->buf);
	if (addr)
		v->addr = *addr;
	return addr || v->text;
}

static bool get_port(const struct column *c, const struct row *r, struct value *v)
{
	v->u64 = row_port(r, c->arg);
	return v->u64 != 0;
}

static bool get_name(const struct column *c, const struct row *r, struct value *v)
{
	v->text = endtext_name(r, c->arg);
	return v->text;
}

static const struct column rows[] = {
	{ "side", "side", "SIDE", "who knows of it: both, socket (kernel), flow (wire)", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 6, 0, get_side, 0, OF_ROW, side_word },
	{ "proto", "proto", "PROTO", "protocol: tcp, udp, icmp, unix_stream, netlink", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 5, 0, get_proto },
	{ "family", "family", "FAM", "address family: inet, inet6, unix, packet, netlink, vsock",
	  VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 5, 0, get_family, 0, OF_ROW, family_word },
	{ "laddr", "laddr", "LADDR", "local address; unix: the path, @ for abstract", VT_ADDR,
	  UNIT_NONE, SCOPE_IDENTITY, 15, ROW_LOCAL, get_addr },
	{ "lport", "lport", "LPORT", "local port; raw: the IP protocol; netlink: the port id",
	  VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 5, ROW_LOCAL, get_port },
	{ "raddr", "raddr", "RADDR", "remote address; unix: the peer's path", VT_ADDR, UNIT_NONE,
	  SCOPE_IDENTITY, 15, ROW_REMOTE, get_addr },
	{ "rport", "rport", "RPORT", "remote port", VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 5,
	  ROW_REMOTE, get_port },
	{ "lname", "lname", "LNAME", "name learned for the local address", VT_TEXT, UNIT_NONE,
	  SCOPE_IDENTITY, 20, ROW_LOCAL, get_name },
	{ "rname", "rname", "RNAME", "name learned for the remote address, from DNS answers",
	  VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 20, ROW_REMOTE, get_name },
};

const struct columnpart columns_ends = COLUMNPART(rows);
