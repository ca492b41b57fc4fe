/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_socket: what sock_diag says of any socket: state, how it ended, queues, timer, memory.
 *
 * Owns no state. Who it is stands in columns_identity.c, tcp_info in columns_tcpinfo.c.
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

static bool get_end(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = endreason_name(row_end(r));
	return v->text;
}

static const char *end_word(unsigned i)
{
	return i + 1 < ENDREASONS ? endreason_name(i + 1) : NULL;
}

static bool get_ended(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = row_ended_ns(r);
	return v->u64 != 0;
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

/* The words of ss, from TIMER_RETRANS on. */
COLUMNWORDS(timer_word, "on", "keepalive", "timewait", "persist")

static bool get_timer(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TIMER) || r->sk->rec.timer == TIMER_NONE || r->sk->rec.timer > TIMER_PROBE)
		return false;
	v->text = timer_word(r->sk->rec.timer - TIMER_RETRANS);
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

static bool get_skmem(const struct column *c, const struct row *r, struct value *v)
{
	bool told;

	if (!r->sk || c->arg >= SKMEM_VALUES)
		return false;
	told = c->arg < r->sk->rec.skmem_count || (c->arg == SKMEM_DROPS && has(r, HAS_DROPS));
	v->u64 = r->sk->rec.skmem[c->arg];
	/* The kernel's counters are int, and fwd_alloc may be below zero for a moment. */
	return told && (v->u64 <= INT32_MAX || c->arg == SKMEM_DROPS);
}

static const struct column rows[] = {
	{ "state", "state", "STATE", "the kernel's state of the socket", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 11, 0, get_state, 0, OF_SOCKET },
	{ "wire_state", "wire_state", "WIRE", "the state that the packets tell", VT_TEXT, UNIT_NONE,
	  SCOPE_WIRE, 11, 0, get_wire_state, 0, OF_FLOW },
	{ "end", "end", "END", "how it ended: closed, reset, refused, killed, gone", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 8, 0, get_end, 0, OF_ROW, end_word },
	{ "ended", "ended", "ENDED", "when it ended", VT_TIME, UNIT_NONE, SCOPE_IDENTITY, 8, 0,
	  get_ended },
	{ "recv_q", "recv_q", "RECVQ",
	  "bytes the process has not read; LISTEN: connections to accept", VT_UINT, UNIT_BYTES,
	  SCOPE_KERNEL, 5, 0, get_recv_q, 0, OF_SOCKET },
	{ "send_q", "send_q", "SENDQ", "bytes the peer has not acknowledged", VT_UINT, UNIT_BYTES,
	  SCOPE_KERNEL, 5, false, get_send_q, 0, OF_SOCKET },
	{ "backlog_max", "backlog_max", "BACKLOG", "LISTEN: limit of the accept queue", VT_UINT,
	  UNIT_COUNT, SCOPE_KERNEL, 7, true, get_send_q, 0, OF_SOCKET },
	{ "timer", "timer", "TIMER", "running timer, as ss: on, keepalive, timewait, persist",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 9, 0, get_timer, 0, OF_SOCKET, timer_word },
	{ "timer_ms", "timer_ms", "EXPIRES", "time until the timer fires", VT_UINT, UNIT_MS,
	  SCOPE_KERNEL, 7, 0, get_timer_ms, 0, OF_SOCKET },
	{ "retransmits", "retransmits", "RTX", "retransmissions or probes since the last answer",
	  VT_UINT, UNIT_COUNT, SCOPE_KERNEL, 3, 0, get_retransmits, 0, OF_SOCKET },
};

#define SKMEM(index, name, title, unit, help)                                            \
	{                                                                                \
		name, "skmem." name, title, help, VT_UINT, unit, SCOPE_KERNEL, 7, index, \
			get_skmem, NEED_SKMEM, OF_SKMEM                                  \
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
