/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sock_diag over libmnl (linux/sock_diag.h, linux/inet_diag.h): every socket of this network namespace.
 *
 * One netlink socket, kept open, non-blocking, 64 KiB receive buffer. Dumps run one after the other, as
 * listed in families.c; a DONE payload below zero is an error (a missing *_diag module) and never an
 * empty table. An interrupted dump updates but is not complete. Needs no privilege.
 */
#ifndef SOCKMON_SOURCE_DIAG_H
#define SOCKMON_SOURCE_DIAG_H

#include "source/source.h"

/* Which tables to dump. */
struct diag_options {
	uint32_t protos;	/* bits 1 << enum sockproto; those without a family row are ignored */
	bool ipv4, ipv6;
	bool no_congestion;	/* leave out the congestion control's name (one attribute less) */
};

int diag_new(struct source **out, const struct diag_options *opt, struct errmsg *err);

#endif
