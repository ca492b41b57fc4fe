/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the column table, each with its getters beside it. Private to query: everybody else
 * asks columns.h. columns.c joins the parts, in the order of the JSON keys.
 */
#ifndef SOCKMON_QUERY_COLUMNS_PARTS_H
#define SOCKMON_QUERY_COLUMNS_PARTS_H

#include "query/columns.h"

struct columnpart {
	const struct column *rows;
	unsigned count;
};

#define COLUMNPART(table) { .rows = table, .count = sizeof(table) / sizeof((table)[0]) }

/* The only words of a column: its member `word`, and what its getter takes them from. */
#define COLUMNWORDS(name, ...)                                                                \
	static const char *name(unsigned i)                                                   \
	{                                                                                     \
		static const char *const words[] = { __VA_ARGS__ };                           \
                                                                                              \
		return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;                \
	}

extern const struct columnpart columns_ends;	/* columns_ends.c: protocol, addresses, ports */
extern const struct columnpart columns_socket;	/* columns_socket.c: state, end, queues, timer */
extern const struct columnpart columns_skmem;	/* columns_socket.c: skmem */
extern const struct columnpart columns_identity;	/* columns_identity.c: inode, user, cgroup, netns */
extern const struct columnpart columns_options;	/* columns_options.c: mark, tos, shutdown */
extern const struct columnpart columns_sockopt;	/* columns_options.c: sockopt */
extern const struct columnpart columns_process;	/* columns_process.c: who holds it */
extern const struct columnpart columns_unix;	/* columns_kinds.c: the peer, the path's inode */
extern const struct columnpart columns_tcpinfo;	/* columns_tcpinfo.c: cong, tcp_info */
extern const struct columnpart columns_cc;	/* columns_cc.c: bbr, dctcp, vegas */
extern const struct columnpart columns_tls;	/* columns_ulp.c: ulp, tls */
extern const struct columnpart columns_subflow;	/* columns_ulp.c: subflow */
extern const struct columnpart columns_mptcp;	/* columns_ulp.c: mptcp */
extern const struct columnpart columns_sctp;	/* columns_kinds.c: sctp */
extern const struct columnpart columns_packet;	/* columns_kinds.c: packet */
extern const struct columnpart columns_netlink;	/* columns_kinds.c: netlink */
extern const struct columnpart columns_wire;	/* columns_wire.c: counters, rates, times */
extern const struct columnpart columns_report;	/* columns_report.c: how it went, how much was captured */
extern const struct columnpart columns_screen;	/* columns_screen.c: cells made of several values */

#endif
