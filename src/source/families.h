/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of socket families. To add one: a row in families.c, a file family_x.c, and a canned
 * netlink reply in tests/data.
 */
#ifndef SOCKMON_SOURCE_FAMILIES_H
#define SOCKMON_SOURCE_FAMILIES_H

#include <linux/netlink.h>

#include "event.h"

struct procnet;

/* What the user is told of a kind of socket that cannot be listed; rows of one kind share it. */
struct sockkind {
	const char *title;	/* "SCTP" */
	const char *module;	/* that would list it: "sctp_diag"; NULL: there is none */
	int type, protocol;	/* of a socket(2) of its kind: does this kernel have any? */
};

struct family {
	const char *name;	/* "tcp4": in notices */
	uint32_t protos;	/* bits 1 << enum sockproto: what its rows may be */
	uint8_t proto;		/* enum sockproto; the first, where its rows are of several */
	uint8_t family;		/* AF_*; AF_UNSPEC: IPv4 and IPv6 */

	/*
	 * Writes the dump request (header included) into buf of NLSOCK_REQUEST_BYTES; seq as given,
	 * details as in source/diag.h. Cannot fail. NULL: sock_diag has no such dump on any kernel.
	 */
	void (*request)(const struct family *f, void *buf, uint32_t seq, uint32_t details);

	/*
	 * Parses one reply message of untrusted length into sock and more of an event; false:
	 * malformed, count it. Leaves dump, dump_gen, netns alone. A row to be passed over (netlink
	 * lists some twice) is told by *skip, which is false before.
	 */
	bool (*parse)(const struct family *f, const struct nlmsghdr *msg, struct event *out,
		      bool *skip);

	/* The file in /proc/net where the module is missing, and how a line reads; NULL: none. */
	const struct procnet *text;

	bool stand_in;	/* its text is read only while sock_diag has nothing of its protos */
	const struct sockkind *kind;
};

/* The i-th row; NULL past the end. i is that of dump_index(). */
const struct family *family_at(unsigned i);

#endif
