/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_socket: what sock_diag says of any socket: state, queues, timer, identity, memory.
 *
 * Owns no state. tcp_info is in columns_tcpinfo.c.
 */
#include "query/columns_parts.h"
#include "query/row.h"

static bool get_state(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || r->sk->rec.state == ST_UNKNOWN)
		return false;
	v->text = sockstate_name(r->sk->rec.state, row_is_datagram(r));
	return true;
}

static bool get_wire_state(const struct column *c, const struct row *r, struct value *v)
{
	enum wirestate state = row_wire_state(r);

	(void)c;
	v->text = wirestate_name(state);
	return state != WS_NONE;
}

static bool has(const struct row *r, enum sockhas part)
{
	return r->sk && r->sk->rec.has & part;
}

static bool get_recv_q(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_QUEUES))
		return false;
	v->u64 = r->sk->rec.recv_q;
	return true;
}

/*
 * A listener's second queue field is its backlog limit (net/ipv4/inet_diag.c): the column after
 * it.
 */
static bool get_send_q(const struct column *c, const struct row *r, struct value *v)
{
	bool wants_listener = c->arg;

	if (!has(r, HAS_QUEUES) || (r->sk->rec.state == ST_LISTEN) != wants_listener)
		return false;
	v->u64 = r->sk->rec.send_q;
	return true;
}

/* The words of ss. */
static const char *const timer_words[] = {
	[TIMER_RETRANS] = "on",
	[TIMER_KEEPALIVE] = "keepalive",
	[TIMER_TIME_WAIT] = "timewait",
	[TIMER_PROBE] = "persist",
};

static bool get_timer(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TIMER) || r->sk->rec.timer == TIMER_NONE || r->sk->rec.timer > TIMER_PROBE)
		return false;
	v->text = timer_words[r->sk->rec.timer];
	return true;
}

static bool get_timer_ms(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TIMER))
		return false;
	v->u64 = r->sk->rec.timer_ms;
	return true;
}

static bool get_retransmits(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TIMER))
		return false;
	v->u64 = r->sk->rec.retransmits;
	return true;
}

static bool get_inode(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !r->sk->rec.inode)
		return false;
	v->u64 = r->sk->rec.inode;
	return true;
}

static bool get_cookie(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_COOKIE))
		return false;
	v->u64 = r->sk->rec.cookie;
	return true;
}

static bool get_uid(const struct column *c, const struct row *r, struct value *v)
{
	const struct sk *owner = row_owner(r);

	(void)c;
	if (!owner || !(owner->rec.has & HAS_UID))
		return false;
	v->u64 = owner->rec.uid;
	return true;
}

static bool get_cgroup_id(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_CGROUP))
		return false;
	v->u64 = r->sk->rec.cgroup_id;
	return true;
}

/* sockmon's own namespace has no number worth showing. */
static bool get_netns(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = r->sk ? r->sk->rec.netns : r->flow ? r->flow->rec.key.netns : 0;
	return v->u64 != 0;
}

static bool get_iface(const struct column *c, const struct row *r, struct value *v)
{
	uint32_t ifindex = row_ifindex(r);
	const struct iface *iface = ifindex ? model_iface(r->m, ifindex) : NULL;

	(void)c;
	if (!iface)
		return false;
	v->text = iface->rec.name;
	return true;
}

static bool get_mark(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_MARK))
		return false;
	v->u64 = r->sk->rec.mark;
	return true;
}

static bool get_v6only(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !row_is_v6(r))
		return false;
	/* A v4-mapped socket cannot be of IPv6 only, whether or not the kernel says so. */
	v->u64 = has(r, HAS_V6ONLY) && r->sk->rec.v6only;
	return has(r, HAS_V6ONLY) || addr_is_v4(&r->sk->rec.laddr);
}

static bool get_tos(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TOS))
		return false;
	v->u64 = r->sk->rec.tos;
	return true;
}

static bool get_tclass(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TCLASS))
		return false;
	v->u64 = r->sk->rec.tclass;
	return true;
}

/* RCV_SHUTDOWN 1, SEND_SHUTDOWN 2 (include/net/sock.h) */
static bool get_shutdown(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = { "none", "receive", "send", "both" };

	(void)c;
	if (!has(r, HAS_SHUTDOWN))
		return false;
	v->text = words[r->sk->rec.shutdown & 3];
	return true;
}

static bool get_skmem(const struct column *c, const struct row *r, struct value *v)
{
	if (!r->sk || c->arg >= r->sk->rec.skmem_count || c->arg >= SKMEM_VALUES)
		return false;
	v->u64 = r->sk->rec.skmem[c->arg];
	/* The kernel's counters are int, and fwd_alloc may be below zero for a moment. */
	return v->u64 <= INT32_MAX || c->arg == SKMEM_DROPS;
}

static const struct column rows[] = {
	{ "state", "state", "STATE", "the kernel's state of the socket", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 11, 0, get_state },
	{ "wire_state", "wire_state", "WIRE", "the state that the packets tell", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 11, 0, get_wire_state },
	{ "recv_q", "recv_q", "RECVQ",
	  "bytes the process has not read; LISTEN: connections to accept", VT_UINT, UNIT_BYTES,
	  SCOPE_KERNEL, 5, 0, get_recv_q },
	{ "send_q", "send_q", "SENDQ", "bytes the peer has not acknowledged", VT_UINT, UNIT_BYTES,
	  SCOPE_KERNEL, 5, false, get_send_q },
	{ "backlog_max", "backlog_max", "BACKLOG", "LISTEN: limit of the accept queue", VT_UINT,
	  UNIT_COUNT, SCOPE_KERNEL, 7, true, get_send_q },
	{ "timer", "timer", "TIMER", "running timer, as ss: on, keepalive, timewait, persist",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 9, 0, get_timer },
	{ "timer_ms", "timer_ms", "EXPIRES", "time until the timer fires", VT_UINT, UNIT_MS,
	  SCOPE_KERNEL, 7, 0, get_timer_ms },
	{ "retransmits", "retransmits", "RTX", "retransmissions or probes since the last answer",
	  VT_UINT, UNIT_COUNT, SCOPE_KERNEL, 3, 0, get_retransmits },
	{ "inode", "inode", "INODE", "inode, as in /proc/PID/fd", VT_UINT, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_inode },
	{ "cookie", "cookie", "COOKIE", "the kernel's identity of the socket", VT_HEX, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_cookie },
	{ "uid", "uid", "UID", "user that made the socket", VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 5,
	  0, get_uid },
	{ "cgroup_id", "cgroup_id", "CGROUP", "id of the socket's cgroup", VT_HEX, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_cgroup_id },
	{ "netns", "netns", "NETNS", "network namespace, where it is not sockmon's own", VT_UINT,
	  UNIT_NONE, SCOPE_IDENTITY, 5, 0, get_netns },
	{ "iface", "iface", "IFACE", "device it is bound to, else where its packets are seen",
	  VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 8, 0, get_iface },
	{ "mark", "mark", "MARK", "firewall mark", VT_UINT, UNIT_NONE, SCOPE_KERNEL, 5, 0,
	  get_mark },
	{ "v6only", "v6only", "V6ONLY", "IPv6 socket that takes no IPv4", VT_BOOL, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_v6only },
	{ "tos", "tos", "TOS", "type of service of its IPv4 packets", VT_UINT, UNIT_NONE,
	  SCOPE_KERNEL, 3, 0, get_tos },
	{ "tclass", "tclass", "TCLASS", "traffic class of its IPv6 packets", VT_UINT, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_tclass },
	{ "shutdown", "shutdown", "SHUT", "directions shut down: none, receive, send, both",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 7, 0, get_shutdown },
};

#define SKMEM(index, name, title, unit, help)                                                      \
	{                                                                                          \
		name, "skmem." name, title, help, VT_UINT, unit, SCOPE_KERNEL, 7, index, get_skmem \
	}

static const struct column skmem_rows[] = {
	SKMEM(SKMEM_RMEM_ALLOC, "rmem_alloc", "RMEM", UNIT_BYTES, "receive memory in use"),
	SKMEM(SKMEM_RCVBUF, "rcvbuf", "RCVBUF", UNIT_BYTES, "limit of the receive memory"),
	SKMEM(SKMEM_WMEM_ALLOC, "wmem_alloc", "WMEM", UNIT_BYTES,
	      "send memory handed to the device"),
	SKMEM(SKMEM_SNDBUF, "sndbuf", "SNDBUF", UNIT_BYTES, "limit of the send memory"),
	SKMEM(SKMEM_FWD_ALLOC, "fwd_alloc", "FWD", UNIT_BYTES, "memory reserved, not yet used"),
	SKMEM(SKMEM_WMEM_QUEUED, "wmem_queued", "WQUEUE", UNIT_BYTES, "send memory in the queue"),
	SKMEM(SKMEM_OPTMEM, "optmem", "OPTMEM", UNIT_BYTES, "memory of socket options"),
	SKMEM(SKMEM_BACKLOG, "backlog", "BLOG", UNIT_BYTES,
	      "packets that wait for the socket's lock"),
	SKMEM(SKMEM_DROPS, "drops", "DROPS", UNIT_COUNT,
	      "packets dropped before the process read them"),
};

const struct columnpart columns_socket = COLUMNPART(rows);
const struct columnpart columns_skmem = COLUMNPART(skmem_rows);
