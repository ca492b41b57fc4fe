/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The synthetic host's sockets that never leave it: unix, packet, netlink. A table and the records
 * made of it; they carry nothing, and none comes or goes.
 */
#ifndef SOCKMON_SOURCE_SYNTH_LOCAL_H
#define SOCKMON_SOURCE_SYNTH_LOCAL_H

#include "source/synth_row.h"

enum { SYNTHLOCAL_DUMPS = 3 }; /* unix, packet, netlink: numbered behind those with IP addresses */

struct synthlocal {
	uint8_t proto; /* enum sockproto */
	uint8_t state; /* enum sockstate */
	uint8_t proc;  /* enum synthprocid; one that is always there */
	uint8_t fd;
	uint8_t peer; /* unix: rows to the other end, one way or the other, by `ahead` */
	bool ahead;
	uint16_t port; /* as in struct sockrec: ethertype, netlink protocol */
	uint32_t ifindex;
	uint32_t recv_q, send_q; /* LISTEN: waiting, and the limit */
	uint32_t groups;	 /* netlink */
	const char *name;	 /* unix: NULL = none */
};

const struct synthlocal *synthlocal_at(unsigned i); /* NULL past the end */
uint32_t synthlocal_inode(unsigned i);

/* false: there is no such row. */
bool synthlocal_socket(unsigned i, const struct synthtime *t, struct sockrec *out,
		       struct sockmore *more);

#endif
