/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of one network namespace: sock_diag over libmnl (linux/sock_diag.h and each family's
 * header), and /proc/net (source/procnet.h) for a family whose *_diag module the kernel lacks.
 *
 * One netlink socket, kept open, non-blocking, 64 KiB receive buffer; a second one for lookups.
 * Dumps run one after the other, as listed in families.c; a DONE payload below zero is an error and
 * never an empty table: a missing *_diag module, or one that we may not ask, is made up for by
 * text; what is left is told by a notice for as long as it lasts. An interrupted dump updates but
 * is not complete. Needs no privilege.
 */
#ifndef SOCKMON_SOURCE_DIAG_H
#define SOCKMON_SOURCE_DIAG_H

#include "source/netns.h"
#include "source/source.h"

struct askbudget;

/* What of a socket somebody will look at; the rest is not asked for. */
enum sockdetail {
	DETAIL_INFO = 1 << 0,		/* tcp_info, mptcp_info, sctp_info; with it the ULP */
	DETAIL_SKMEM = 1 << 1,
	DETAIL_CONG = 1 << 2,		/* the congestion control's name */
	DETAIL_CC = 1 << 3,		/* and its own figures */
	DETAIL_TOS = 1 << 4,		/* tos, tclass, class id */
	DETAIL_UNIX = 1 << 5,		/* unix: all there is; else name, peer and queues */
	DETAIL_BOUND = 1 << 6,		/* TCP that is bound and no more: a walk over the ports */
	DETAIL_ALL = 0x7f,
};

struct diag_options {
	uint32_t protos;	/* tables to dump: bits 1 << enum sockproto */
	bool ipv4, ipv6;
	uint32_t details;	/* enum sockdetail */
	uint32_t asked;		/* protos that the user named: a notice says what cannot be had */
	const struct netns_place *where;	/* NULL = here */
	const char *proc_net;	/* for text: "/proc/PID/net"; NULL = "/proc/net" */
	bool text_only;		/* the namespace cannot be entered: all that proc_net has */
	struct askbudget *budget;	/* of diag_look_up(): shared and borrowed; NULL = its own */
};

int diag_new(struct source **out, const struct diag_options *opt, struct errmsg *err);

/* From the next round on: these tables, these details. */
void diag_want(struct source *s, uint32_t protos, uint32_t details);

/*
 * Asks for the sockets of these tuples at once, between dumps or during one: the next step() tells
 * each that exists by an EV_SOCKET, as the dump would. Only TCP, UDP and UDP-Lite, and only of a
 * table that is dumped. At most 2 % of a core over time, of all that share the budget; what is
 * beyond is left to the next dump.
 */
void diag_look_up(struct source *s, const struct sockquery *q, unsigned count, uint64_t now_ns);

/*
 * What went wrong with the last dumps, table by table, in one sentence; false: nothing, *out is "".
 * sockmon's own namespace tells it by its notice, others leave it to whoever has them all.
 */
bool diag_trouble(const struct source *s, char out[static EVENT_TEXT_MAX]);

/*
 * Of the tables dumped so far those that this kernel cannot tell of, one way or the other: bits
 * 1 << enum sockproto. For the JSON's sources.
 */
uint32_t diag_absent(const struct source *s);

#endif
