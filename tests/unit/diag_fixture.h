/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of the netlink sources: recorded replies (tests/data/README.md) and a sink that
 * keeps what it is given.
 */
#ifndef TESTS_UNIT_DIAG_FIXTURE_H
#define TESTS_UNIT_DIAG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "source/diagdump.h"

enum { FIXTURE_SEQ = 7, FIXTURE_PORTID = 4242 };

/* The rows of families.c: a row's place is part of every event, so none may move. */
enum {
	FIXTURE_TCP4,
	FIXTURE_TCP6,
	FIXTURE_UDP4,
	FIXTURE_UDP6,
	FIXTURE_UDPLITE4,
	FIXTURE_UDPLITE6,
	FIXTURE_RAW4,
	FIXTURE_RAW6,
	FIXTURE_ICMP4,
	FIXTURE_ICMP6,
	FIXTURE_SCTP4,
	FIXTURE_SCTP6,
	FIXTURE_SCTP_EPS,
	FIXTURE_SCTP_ASSOCS,
	FIXTURE_DCCP4,
	FIXTURE_DCCP6,
	FIXTURE_MPTCP4,
	FIXTURE_MPTCP6,
	FIXTURE_UNIX,
	FIXTURE_PACKET,
	FIXTURE_NETLINK,
	FIXTURE_VSOCK,
	FIXTURE_ROWS
};

enum { KEPT_MAX = 64, REPLY_MAX = 65536 };

struct kept {
	struct event events[KEPT_MAX];
	size_t count;
};

static inline void keep_event(void *ctx, const struct event *e)
{
	struct kept *k = ctx;

	assert_true(k->count < KEPT_MAX);
	k->events[k->count++] = *e;
}

struct reply {
	_Alignas(8) uint8_t bytes[REPLY_MAX];
	size_t len;
};

static inline void read_reply(const char *name, struct reply *out)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/%s.bin", top ? top : ".", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot read %s", path);
	out->len = fread(out->bytes, 1, sizeof(out->bytes), f);
	fclose(f);
	assert_true(out->len > 0 && out->len < sizeof(out->bytes));
}

static inline struct diagdump_id fixture_id(void)
{
	return (struct diagdump_id){ .seq = FIXTURE_SEQ, .portid = FIXTURE_PORTID };
}

/* The whole recorded dump through diagdump. */
static inline void play(const char *name, uint8_t family, struct diagdump *d, struct kept *k)
{
	struct sink sink = { keep_event, k };
	struct reply r;

	k->count = 0;
	read_reply(name, &r);
	diagdump_begin(d, family, 1, fixture_id());
	diagdump_feed(d, bytes_of(r.bytes, r.len), 5, &sink);
}

/* The one kept event of a socket with these ports. */
static inline const struct event *kept_event(const struct kept *k, uint16_t lport, uint16_t rport)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < k->count; i++) {
		const struct event *e = &k->events[i];

		if (e->sock.lport != lport || e->sock.rport != rport)
			continue;
		assert_null(found);
		found = e;
	}
	if (!found)
		fail_msg("no socket from port %u to port %u", lport, rport);
	return found;
}

static inline const struct sockrec *kept_socket(const struct kept *k, uint16_t lport,
						uint16_t rport)
{
	return &kept_event(k, lport, rport)->sock;
}

static inline const struct sockmore *kept_more(const struct kept *k, uint16_t lport,
					       uint16_t rport)
{
	return &kept_event(k, lport, rport)->more;
}

#endif
