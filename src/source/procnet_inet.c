/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of /proc/net/{tcp,udp,udplite,raw,icmp} and of the same with a 6: one layout for them all
 * (net/ipv4/tcp_ipv4.c, udp.c, raw.c, ping.c and their likes of IPv6 print it). Pure functions.
 *
 * A row says what the dump would say of it, as far as the text goes: no memory, no options, no
 * tcp_info.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "source/families.h"
#include "source/procfield.h"
#include "source/procnet.h"
#include "source/sockrow.h"

/*
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 * split at blanks and colons. TCP: ref, pointer and more follow; the others: ref, pointer, drops.
 * "timeout" of TCP is the number of probes sent.
 */
enum {
	FIELD_LADDR = 1,
	FIELD_LPORT,
	FIELD_RADDR,
	FIELD_RPORT,
	FIELD_STATE,
	FIELD_TX_QUEUE,
	FIELD_RX_QUEUE,
	FIELD_TIMER,
	FIELD_WHEN,
	FIELD_RETRANSMITS,
	FIELD_UID,
	FIELD_PROBES,
	FIELD_INODE,
	FIELDS_NEEDED,
	FIELD_DROPS = 16,
	FIELDS_MAX,
};

enum number {
	LPORT,
	RPORT,
	STATE,
	TX_QUEUE,
	RX_QUEUE,
	TIMER,
	WHEN,
	RETRANSMITS,
	UID,
	PROBES,
	INODE,
	NUMBERS
};

static const struct procnumber numbers[NUMBERS] = {
	[LPORT] = { FIELD_LPORT, true, UINT16_MAX },
	[RPORT] = { FIELD_RPORT, true, UINT16_MAX },
	[STATE] = { FIELD_STATE, true, UINT8_MAX },
	[TX_QUEUE] = { FIELD_TX_QUEUE, true, UINT32_MAX },
	[RX_QUEUE] = { FIELD_RX_QUEUE, true, UINT32_MAX },
	[TIMER] = { FIELD_TIMER, true, UINT8_MAX },
	[WHEN] = { FIELD_WHEN, true, UINT64_MAX },
	[RETRANSMITS] = { FIELD_RETRANSMITS, true, UINT32_MAX },
	[UID] = { FIELD_UID, false, UINT32_MAX },
	[PROBES] = { FIELD_PROBES, false, UINT32_MAX },
	[INODE] = { FIELD_INODE, false, UINT32_MAX },
};

/* tm->when is in USER_HZ, which is 100 wherever Linux runs today. */
enum { MS_PER_TICK = 10 };

/* include/net/tcp_states.h, beyond what is printed as a rule. */
enum { KERNEL_NEW_SYN_RECV = 12, KERNEL_BOUND_INACTIVE = 13 };

static uint32_t clamp32(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static uint8_t state_of(uint64_t kernels)
{
	if (kernels == KERNEL_NEW_SYN_RECV)
		return ST_SYN_RECV;
	if (kernels == KERNEL_BOUND_INACTIVE)
		return ST_CLOSE;
	return sockrow_state(kernels);
}

struct ends {
	struct addr laddr, raddr;
};

static bool parse_ends(uint8_t family, const struct procfield *fields, struct ends *out)
{
	size_t digits = family == AF_INET ? 8 : 32;

	return fields[FIELD_LADDR].len == digits && fields[FIELD_RADDR].len == digits &&
	       procfield_hexaddr(&fields[FIELD_LADDR], &out->laddr) &&
	       procfield_hexaddr(&fields[FIELD_RADDR], &out->raddr);
}

/* Which count goes with the timer is as in inet_diag: retransmissions, or probes sent. */
static void take_timer(struct sockrec *sk, const uint64_t n[NUMBERS])
{
	uint64_t when_ms = n[WHEN] > UINT32_MAX ? UINT32_MAX : n[WHEN] * MS_PER_TICK;
	uint64_t count = n[TIMER] == TIMER_RETRANS ? n[RETRANSMITS] : n[PROBES];

	if (n[TIMER] == TIMER_NONE)
		return;
	sk->timer = (uint8_t)n[TIMER];
	sk->timer_ms = clamp32(when_ms);
	if (sk->timer != TIMER_TIME_WAIT)
		sk->retransmits = (uint8_t)(count < UINT8_MAX ? count : UINT8_MAX);
	sk->has |= HAS_TIMER;
}

/* The kernel's minisockets, whose other fields mean nothing: see family_inet.c. */
static bool is_minisocket(const struct sockrec *sk)
{
	return sk->inode == 0 && (sk->state == ST_SYN_RECV || sk->timer == TIMER_TIME_WAIT);
}

static void take_owner_and_queues(struct sockrec *sk, const uint64_t n[NUMBERS])
{
	if (is_minisocket(sk))
		return;
	sk->recv_q = (uint32_t)n[RX_QUEUE];
	sk->send_q = (uint32_t)n[TX_QUEUE];
	sk->has |= HAS_QUEUES;
	if (sk->inode || n[UID]) {
		sk->uid = (uint32_t)n[UID];
		sk->has |= HAS_UID;
	}
}

static void take_drops(struct sockrec *sk, const struct procfield *fields, unsigned count)
{
	uint64_t drops;

	if (count <= FIELD_DROPS || !procfield_dec(&fields[FIELD_DROPS], UINT64_MAX, &drops))
		return;
	sk->skmem[SKMEM_DROPS] = clamp32(drops);
	sk->has |= HAS_DROPS;
}

static bool parse_inet(const struct family *f, const char *line, struct event *out, bool *skip)
{
	struct procfield fields[FIELDS_MAX];
	unsigned count = procfield_split(line, " \t:", fields, FIELDS_MAX);
	uint64_t n[NUMBERS];
	struct sockrec *sk;
	struct ends ends;

	if (count < FIELDS_NEEDED || !parse_ends(f->family, fields, &ends) ||
	    !procfield_numbers(fields, count, numbers, NUMBERS, n))
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	sk->laddr = ends.laddr;
	sk->raddr = ends.raddr;
	sk->lport = (uint16_t)n[LPORT];
	sk->rport = (uint16_t)n[RPORT];
	sk->state = state_of(n[STATE]);
	sk->inode = (uint32_t)n[INODE];
	take_timer(sk, n);
	take_owner_and_queues(sk, n);
	if (f->proto != SP_TCP)
		take_drops(sk, fields, count);
	if (sk->inode)
		sockrow_identify_by_inode(sk);
	else
		sockrow_identify_by_tuple(sk, 0);
	return true;
}

const struct procnet procnet_tcp = { "tcp", parse_inet };
const struct procnet procnet_tcp6 = { "tcp6", parse_inet };
const struct procnet procnet_udp = { "udp", parse_inet };
const struct procnet procnet_udp6 = { "udp6", parse_inet };
const struct procnet procnet_udplite = { "udplite", parse_inet };
const struct procnet procnet_udplite6 = { "udplite6", parse_inet };
const struct procnet procnet_raw = { "raw", parse_inet };
const struct procnet procnet_raw6 = { "raw6", parse_inet };
const struct procnet procnet_icmp = { "icmp", parse_inet };
const struct procnet procnet_icmp6 = { "icmp6", parse_inet };
