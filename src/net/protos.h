/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of IP protocols that sockmon knows: number, name, and how its header is decoded.
 * To add one: a row in protos.c, a capture with its expectation, a copy cut in mid-header.
 */
#ifndef SOCKMON_NET_PROTOS_H
#define SOCKMON_NET_PROTOS_H

#include "base/bytes.h"
#include "net/decode.h"

struct ipproto {
	uint8_t number;			/* IANA protocol number */
	const char *name;		/* "tcp": as in JSON and filters */
	bool has_ports;
	/*
	 * Reads the header at l4, sets ports, header length and protocol fields of *h. false: cut
	 * short or malformed. NULL: nothing below IP is looked at (every such packet belongs to the
	 * flow of its addresses).
	 */
	bool (*decode)(struct bytes l4, struct l4head *h);
};

const struct ipproto *ipproto_find(uint8_t number);		/* NULL: unknown */
const struct ipproto *ipproto_by_name(const char *name);	/* case-blind; NULL: unknown */

/* The name, or "ip-proto-N" written to buf for an unknown number; never NULL. */
const char *ipproto_name(uint8_t number, char buf[static 16]);

#endif
