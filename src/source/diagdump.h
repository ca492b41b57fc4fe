/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sock_diag dump: from the kernel's datagrams to EV_SOCKET events, and to a verdict on whether
 * the table was seen whole. Bytes in, events out; diag.c sends and receives.
 */
#ifndef SOCKMON_SOURCE_DIAGDUMP_H
#define SOCKMON_SOURCE_DIAGDUMP_H

#include "base/bytes.h"
#include "source/families.h"

/* What a dump's messages must carry: leftovers of an aborted dump are behind the same socket. */
struct diagdump_id {
	uint32_t seq;
	uint32_t portid;
};

/*
 * Invariant: `done` once the kernel's NLMSG_DONE or NLMSG_ERROR was read; nothing after it counts.
 * `error` is what that message said, `damaged` that a row may be missing though it said nothing.
 */
struct diagdump {
	const struct family *family;
	const struct family *twin; /* its rows come in the same answer; NULL: none */
	struct diagdump_id id;
	bool done;
	bool damaged;
	int error;
	uint32_t rows;	/* sockets told so far */
	uint64_t likeness; /* of which, and in which states: differs when they do, in whatever order */
	struct diagpart {
		uint16_t dump;
		uint32_t run;
	} parts[2]; /* the family's, the twin's */
	struct event event; /* reused for every socket */
};

/* dump: its dump_index(); run: which dump of it this is. */
void diagdump_begin(struct diagdump *d, uint16_t dump, uint32_t run, struct diagdump_id id);

/*
 * The answer is to family_inet_request_both(): rows of the table after the first are in it too,
 * and are told as that one's.
 */
void diagdump_add_twin(struct diagdump *d, uint32_t run);

/* One datagram; its sockets are sent with the time at which it was received. */
void diagdump_feed(struct diagdump *d, struct bytes datagram, uint64_t time_ns,
		   const struct sink *out);

/* May what this dump did not mention be taken for gone? */
bool diagdump_is_complete(const struct diagdump *d);

#endif
