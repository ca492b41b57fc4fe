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
enum { FIXTURE_TCP4, FIXTURE_TCP6, FIXTURE_UDP4, FIXTURE_UDP6 }; /* rows of families.c */

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

/* The one kept socket with these ports. */
static inline const struct sockrec *kept_socket(const struct kept *k, uint16_t lport,
						uint16_t rport)
{
	const struct sockrec *found = NULL;

	for (size_t i = 0; i < k->count; i++) {
		const struct sockrec *sk = &k->events[i].sock;

		if (sk->lport != lport || sk->rport != rport)
			continue;
		assert_null(found);
		found = sk;
	}
	if (!found)
		fail_msg("no socket from port %u to port %u", lport, rport);
	return found;
}

#endif
