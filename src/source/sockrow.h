/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all readers of sockets do to a record, whether it comes out of a netlink message
 * (family_*.c) or of a line of text (procnet_*.c): begin it, and give it its identity. Pure, no
 * I/O; what the fields mean is in event.h.
 *
 * Real cookies count up from 1, so the top bit tells the identities that are made here from them,
 * and the next one those made of a hash from those made of an inode.
 */
#ifndef SOCKMON_SOURCE_SOCKROW_H
#define SOCKMON_SOURCE_SOCKROW_H

#include <string.h>

#include "base/hash.h"
#include "event.h"

#define SOCKROW_MADE	(1ull << 63)
#define SOCKROW_HASHED	(1ull << 62)

/* Clears what an earlier row left, but for what the dump has set: dump, dump_gen, netns. */
static inline struct sockrec *sockrow_begin(struct event *e, uint8_t proto, uint8_t family)
{
	struct sockrec *sk = &e->sock;
	uint16_t dump = sk->dump, netns = sk->netns;
	uint32_t dump_gen = sk->dump_gen;

	memset(sk, 0, sizeof(*sk));
	sk->dump = dump;
	sk->dump_gen = dump_gen;
	sk->netns = netns;
	sk->proto = proto;
	sk->family = family;
	e->more.kind = MORE_NONE;
	e->more.cong[0] = '\0';
	return sk;
}

/* Without a cookie: unique over (namespace, protocol, inode). Needs netns, proto and inode. */
static inline void sockrow_identify_by_inode(struct sockrec *sk)
{
	sk->cookie = SOCKROW_MADE | (uint64_t)sk->netns << 48 | (uint64_t)sk->proto << 40 |
		     sk->inode;
}

/*
 * For a socket without an inode either: a hash of its ends and of one number more. Unseeded,
 * because it must be the same in every dump; who finds two tuples of one hash has two of his rows
 * merged.
 */
static inline void sockrow_identify_by_tuple(struct sockrec *sk, uint32_t number)
{
	struct {
		struct addr laddr, raddr;
		uint32_t number, ifindex;
		uint16_t lport, rport, netns;
		uint8_t proto, family;
	} key = { .laddr = sk->laddr,
		  .raddr = sk->raddr,
		  .number = number,
		  .ifindex = sk->ifindex,
		  .lport = sk->lport,
		  .rport = sk->rport,
		  .netns = sk->netns,
		  .proto = sk->proto,
		  .family = sk->family };

	_Static_assert(sizeof(key) == 48, "no padding: it would be hashed");
	sk->cookie = SOCKROW_MADE | SOCKROW_HASHED | hash_bytes(&key, sizeof(key), 0) >> 2;
}

/* cookie: the two words of a sock_diag message; all zeros or all ones: this kernel gives none. */
static inline void sockrow_identify(struct sockrec *sk, const uint32_t cookie[static 2])
{
	uint64_t both = (uint64_t)cookie[1] << 32 | cookie[0];

	if (both == 0 || both == UINT64_MAX) {
		sockrow_identify_by_inode(sk);
		return;
	}
	sk->cookie = both;
	sk->has |= HAS_COOKIE;
}

/* SK_MEMINFO_*: older kernels have fewer values, newer ones may have more. */
static inline void sockrow_take_skmem(struct sockrec *sk, const uint8_t *data, size_t len)
{
	size_t values = len / sizeof(sk->skmem[0]);

	sk->skmem_count = (uint8_t)(values < SKMEM_VALUES ? values : SKMEM_VALUES);
	memcpy(sk->skmem, data, sk->skmem_count * sizeof(sk->skmem[0]));
}

/* The queues of sockets that have no other measure of them: what lies in memory. */
static inline void sockrow_queues_from_skmem(struct sockrec *sk)
{
	if (sk->skmem_count <= SKMEM_WMEM_ALLOC)
		return;
	sk->recv_q = sk->skmem[SKMEM_RMEM_ALLOC];
	sk->send_q = sk->skmem[SKMEM_WMEM_ALLOC];
	sk->has |= HAS_QUEUES;
}

/* A state of a later kernel is not malformed, only unknown. */
static inline uint8_t sockrow_state(uint64_t kernels)
{
	return kernels < SOCKSTATES ? (uint8_t)kernels : ST_UNKNOWN;
}

/*
 * An SCTP association has states of its own (enum sctp_state, RFC 9260 4), other than its socket's:
 * told in the words for TCP's that come nearest.
 */
static inline uint8_t sockrow_sctp_state(uint64_t association)
{
	static const uint8_t states[] = {
		ST_CLOSE,	 /* CLOSED */
		ST_SYN_SENT,	 /* COOKIE_WAIT */
		ST_SYN_SENT,	 /* COOKIE_ECHOED */
		ST_ESTABLISHED,	 /* ESTABLISHED */
		ST_FIN_WAIT1,	 /* SHUTDOWN_PENDING */
		ST_FIN_WAIT2,	 /* SHUTDOWN_SENT */
		ST_CLOSE_WAIT,	 /* SHUTDOWN_RECEIVED */
		ST_LAST_ACK,	 /* SHUTDOWN_ACK_SENT */
	};

	return association < sizeof(states) ? states[association] : ST_UNKNOWN;
}

#endif
