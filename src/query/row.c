/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row: what a row says of its ends, owner and rates, the kernel's word first and the wire's where
 * there is no socket. Owns nothing. Makes no text: that is the columns' part.
 */
#include "query/row.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "net/protos.h"
#include "query/names.h"

const struct addr *row_addr(const struct row *r, enum rowend end)
{
	const struct sk *sk = r->sk;

	if (!sk)
		return r->flow ? &r->flow->rec.key.addr[end == ROW_LOCAL ? r->local : !r->local]
			       : NULL;
	if (!row_is_ip(r))
		return NULL;
	if (end == ROW_LOCAL)
		return &sk->rec.laddr;
	return sk->rec.rport || !addr_is_any(&sk->rec.raddr) ? &sk->rec.raddr : NULL;
}

/* Of two ends, often only one has a name. */
static const char *unix_name(const struct row *r, enum rowend end, char *buf)
{
	const struct sockmore *more = end == ROW_LOCAL ? r->more : r->peer_more;

	(void)buf;
	return more && more->kind == MORE_UNIX && more->un.name[0] ? more->un.name : NULL;
}

static const char *vsock_name(const struct row *r, enum rowend end, char *buf)
{
	uint32_t cid = end == ROW_LOCAL ? r->more->vsock.cid : r->more->vsock.peer_cid;

	if (cid == UINT32_MAX)
		return end == ROW_LOCAL ? "*" : NULL;
	snprintf(buf, ROW_NAME_MAX, "%u", cid);
	return buf;
}

static const char *netlink_name(const struct row *r, enum rowend end, char *buf)
{
	return end == ROW_LOCAL ? names_netlink(r->more->netlink.protocol, buf) : NULL;
}

static uint32_t vsock_port(const struct row *r, enum rowend end)
{
	uint32_t port = end == ROW_LOCAL ? r->more->vsock.port : r->more->vsock.peer_port;

	return port == UINT32_MAX ? 0 : port;
}

static uint32_t netlink_port(const struct row *r, enum rowend end)
{
	return end == ROW_LOCAL ? r->more->netlink.portid : r->more->netlink.dst_portid;
}

/* Ends of families without IP addresses; what is not here has neither name nor port. */
static const struct {
	const char *(*name)(const struct row *r, enum rowend end, char *buf);
	uint32_t (*port)(const struct row *r, enum rowend end);
} ends[] = {
	[MORE_UNIX] = { unix_name, NULL },
	[MORE_NETLINK] = { netlink_name, netlink_port },
	[MORE_VSOCK] = { vsock_name, vsock_port },
};

static unsigned end_kind(const struct row *r)
{
	if (r->sk && ROW_KINDS_UNIX >> r->sk->rec.proto & 1)
		return MORE_UNIX;
	return r->more && r->more->kind < sizeof(ends) / sizeof(ends[0]) ? r->more->kind
									 : MORE_NONE;
}

const char *row_name(const struct row *r, enum rowend end, char buf[static ROW_NAME_MAX])
{
	unsigned kind = end_kind(r);

	return ends[kind].name ? ends[kind].name(r, end, buf) : NULL;
}

uint32_t row_port(const struct row *r, enum rowend end)
{
	const struct ipproto *proto;

	if (r->sk && !row_is_ip(r))
		return ends[end_kind(r)].port ? ends[end_kind(r)].port(r, end) : 0;
	if (r->sk)
		return end == ROW_LOCAL ? r->sk->rec.lport : r->sk->rec.rport;
	if (!r->flow)
		return 0;
	proto = ipproto_find(r->flow->rec.key.proto);
	/* An echo's identifier stands in the key's ports and is none. */
	if (!proto || !proto->has_ports)
		return 0;
	return r->flow->rec.key.port[end == ROW_LOCAL ? r->local : !r->local];
}

/* The kinds are in order: those of IP come first. */
bool row_is_ip(const struct row *r)
{
	return r->sk ? r->sk->rec.proto < SP_UNIX_STREAM : r->flow != NULL;
}

bool row_is_over(const struct row *r)
{
	return row_ended_ns(r) || (r->sk && r->sk->rec.state == ST_TIME_WAIT);
}

enum endreason row_end(const struct row *r)
{
	static const uint8_t of_wire[WS_STATES] = {
		[WS_RESET] = END_RESET,
		[WS_REFUSED] = END_REFUSED,
		[WS_TIME_WAIT] = END_CLOSED,
		[WS_CLOSED] = END_CLOSED,
	};

	if (r->sk)
		return r->sk->end;
	/* A datagram that was refused keeps nobody from sending the next. */
	return r->flow && r->flow->rec.key.proto == IPPROTO_TCP ? of_wire[row_wire_state(r)] :
								  END_NONE;
}

uint64_t row_ended_ns(const struct row *r)
{
	if (r->sk)
		return r->sk->ended_ns;
	return row_end(r) != END_NONE ? r->flow->rec.last_ns : 0;
}

bool row_is_v6(const struct row *r)
{
	if (r->sk)
		return r->sk->rec.family == AF_INET6;
	return r->flow && !addr_is_v4(&r->flow->rec.key.addr[0]);
}

bool row_is_datagram(const struct row *r)
{
	return r->sk && sockproto_is_datagram(r->sk->rec.proto);
}

const struct sk *row_owner(const struct row *r)
{
	return r->sk ? r->sk : r->owner;
}

bool row_is_sum(const struct row *r)
{
	return r->sk && r->flow && r->sk->flow == MODEL_NONE;
}

const struct flowcount *row_count(const struct row *r, enum rowway way)
{
	return r->flow ? &r->flow->rec.dir[way == ROW_TX ? r->local : !r->local] : NULL;
}

/*
 * A living socket of which no packet was seen, though packets have been looked at for an
 * interval, and of which the kernel has no rate either. MPTCP's packets are its subflows'.
 */
static bool is_silent(const struct row *r)
{
	return r->sk && !r->flow && row_is_ip(r) && !row_is_over(r) &&
	       r->sk->rec.proto != SP_MPTCP && r->sk->rx_bps == MODEL_RATE_UNKNOWN &&
	       r->sk->tx_bps == MODEL_RATE_UNKNOWN &&
	       (r->wire_reason == TRAFFIC_IDLE || r->wire_reason == TRAFFIC_NONE ||
		r->wire_reason == TRAFFIC_BEFORE) &&
	       model_interval_ns(r->m);
}

bool row_rate(const struct row *r, enum rowway way, uint64_t *bps, bool *from_wire)
{
	uint64_t wire = MODEL_RATE_UNKNOWN, kernel = MODEL_RATE_UNKNOWN;

	if (r->flow)
		wire = r->flow->bps[way == ROW_TX ? r->local : !r->local];
	if (r->sk)
		kernel = way == ROW_TX ? r->sk->tx_bps : r->sk->rx_bps;
	if (is_silent(r))
		wire = 0;
	if (wire == MODEL_RATE_UNKNOWN && kernel == MODEL_RATE_UNKNOWN)
		return false;
	*from_wire = wire != MODEL_RATE_UNKNOWN;
	*bps = *from_wire ? wire : kernel;
	return true;
}

uint64_t row_first_ns(const struct row *r)
{
	uint64_t sk_ns = r->sk ? r->sk->first_ns : 0, flow_ns = r->flow ? r->flow->rec.first_ns : 0;

	return sk_ns && (!flow_ns || sk_ns < flow_ns) ? sk_ns : flow_ns;
}

enum wirestate row_wire_state(const struct row *r)
{
	return r->flow ? wirestate_of_end(&r->flow->rec, r->local) : WS_NONE;
}

uint32_t row_ifindex(const struct row *r)
{
	if (r->sk && r->sk->rec.ifindex)
		return r->sk->rec.ifindex;
	return r->flow ? r->flow->rec.ifindex : 0;
}
