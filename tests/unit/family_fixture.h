/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of family_{unix,packet,netlink,vsock}.c: a recorded dump whole, and rows made by
 * hand, in a heap block of exactly their size, so that a sanitizer sees a read past the end.
 */
#ifndef TESTS_UNIT_FAMILY_FIXTURE_H
#define TESTS_UNIT_FAMILY_FIXTURE_H

#include "diag_fixture.h"

#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/diag.h"
#include "source/nlsock.h"

static inline void play_whole(const char *name, uint8_t family, struct kept *k)
{
	struct diagdump d;

	play(name, family, &d, k);
	assert_true(diagdump_is_complete(&d));
	for (size_t i = 0; i < k->count; i++) {
		assert_int_equal(k->events[i].kind, EV_SOCKET);
		assert_int_equal(k->events[i].sock.dump, family);
		assert_int_equal(k->events[i].sock.dump_gen, 1);
		assert_true(k->events[i].sock.has & HAS_COOKIE);
		assert_int_equal(k->events[i].sock.family, family_at(family)->family);
	}
}

/* A whole dump's request; what follows the header is the caller's to look at. */
union request {
	struct nlmsghdr header;
	uint8_t bytes[NLSOCK_REQUEST_BYTES];
};

static inline const void *make_request(uint8_t family, uint32_t details, size_t size,
				       union request *r)
{
	memset(r, 0xaa, sizeof(*r));
	family_at(family)->request(family_at(family), r, 9, details);
	assert_int_equal(r->header.nlmsg_len, NLMSG_LENGTH(size));
	assert_int_equal(r->header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(r->header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(r->header.nlmsg_seq, 9);
	return NLMSG_DATA(&r->header);
}

struct row {
	_Alignas(8) uint8_t bytes[4096];
	struct nlmsghdr *head;
};

static inline void row_begin(struct row *r, const void *msg, size_t size)
{
	memset(r->bytes, 0, sizeof(r->bytes));
	r->head = (void *)r->bytes;
	r->head->nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	r->head->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	memcpy(NLMSG_DATA(r->head), msg, size);
}

static inline void row_add(struct row *r, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type };
	uint8_t *at = r->bytes + NLMSG_ALIGN(r->head->nlmsg_len);

	assert_true(NLMSG_ALIGN(r->head->nlmsg_len) + a.nla_len <= sizeof(r->bytes));
	memcpy(at, &a, sizeof(a));
	if (len)
		memcpy(at + sizeof(a), data, len);
	r->head->nlmsg_len = NLMSG_ALIGN(r->head->nlmsg_len) + a.nla_len;
}

static inline bool parse_row(const struct row *r, uint8_t family, struct event *out)
{
	const struct family *f = family_at(family);
	struct nlmsghdr *exact = malloc(r->head->nlmsg_len);
	bool skip = true, good;

	assert_non_null(exact);
	memcpy(exact, r->bytes, r->head->nlmsg_len);
	good = f->parse(f, exact, out, &skip);
	free(exact);
	assert_true(!good || !skip);
	return good;
}

/* What an earlier row may have left; only what the dump has set must live through a parse. */
static inline void soil(struct event *e)
{
	memset(e, 0x5a, sizeof(*e));
	e->sock.dump = 11;
	e->sock.dump_gen = 12;
	e->sock.netns = 13;
}

static inline void assert_begun_clean(const struct event *e)
{
	assert_int_equal(e->sock.dump, 11);
	assert_int_equal(e->sock.dump_gen, 12);
	assert_int_equal(e->sock.netns, 13);
	assert_int_equal(e->sock.tcpinfo_len, 0);
	assert_int_equal(e->sock.tcpinfo.rto, 0);
	assert_int_equal(e->sock.timer, TIMER_NONE);
	assert_true(e->more.cong[0] == '\0');
}

/* Every message that ends early is either refused or understood as far as it goes. */
static inline void cut_everywhere(const struct row *whole, uint8_t family, size_t needed)
{
	for (uint32_t len = sizeof(struct nlmsghdr); len < whole->head->nlmsg_len; len++) {
		struct row cut = *whole;
		struct event e;

		cut.head = (void *)cut.bytes;
		cut.head->nlmsg_len = len;
		soil(&e);
		assert_int_equal(parse_row(&cut, family, &e), len >= NLMSG_LENGTH(needed));
	}
}

#endif
