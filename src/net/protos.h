/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of IP protocols that sockmon knows: number, name, and how its header is decoded.
 * To add one: a row in protos.c, a capture with its expectation, a copy cut in mid-header.
 */
#ifndef SOCKMON_NET_PROTOS_H
#define SOCKMON_NET_PROTOS_H

#include "base/bytes.h"
#include "net/decode.h"

/* What a transport header said of itself; struct pktmeta has the rest. */
struct l4head {
	uint32_t header_bytes;
	uint16_t sport, dport;
	bool is_datagram;		/* what is behind the header is one message, whole or cut */
	bool is_error;			/* the packet that it is about begins behind the header */
};

struct ipproto {
	uint8_t number;			/* IANA protocol number */
	const char *name;		/* "tcp": as in JSON and filters */
	bool has_ports;
	/*
	 * Reads the header at l4: sets what is not 0 of *h, and the protocol's own fields of *m,
	 * nothing else. false: cut short or malformed. NULL: nothing below IP is looked at (every
	 * such packet belongs to the flow of its addresses).
	 */
	bool (*decode)(struct bytes l4, struct l4head *h, struct pktmeta *m);
};

const struct ipproto *ipproto_find(uint8_t number);		/* NULL: unknown */
/*
 * Sets the ports of *h from a header of which only the beginning is there: eight bytes serve every
 * protocol (RFC 792). h->header_bytes means nothing then. false: cut short before the ports.
 */
bool ipproto_read_ports(uint8_t number, struct bytes l4, struct l4head *h);

const struct ipproto *ipproto_by_name(const char *name);	/* case-blind; NULL: unknown */

/* The name, or "ip-proto-N" written to buf for an unknown number; never NULL. */
const char *ipproto_name(uint8_t number, char buf[static 16]);

#endif
