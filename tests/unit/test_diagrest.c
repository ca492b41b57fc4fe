/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/diagrest.c: when MPTCP's tables are asked for, and when they need not be. */
#include "diag_fixture.h"

#include <string.h>

#include "source/diagrest.h"

/* What the dumps of one round found. */
struct found {
	uint64_t tcp;		/* likeness */
	uint32_t mptcp;
	bool tcp4_alone;	/* TCP over IPv6 is not dumped */
	bool tcp_interrupted;
	bool mptcp_interrupted;
};

static void note(struct diagrest *r, unsigned at, struct diagdump d)
{
	d.family = family_at(at);
	d.done = true;
	diagrest_note(r, at, &d);
}

static void note_tcp(struct diagrest *r, const struct found *f)
{
	diagrest_begin_round(r);
	note(r, FIXTURE_TCP4, (struct diagdump){ .likeness = f->tcp, .damaged = f->tcp_interrupted });
	if (!f->tcp4_alone)
		note(r, FIXTURE_TCP6, (struct diagdump){ .likeness = 5 });
}

/* Was the table of MPTCP over IPv4 asked for? */
static bool is_asked(struct diagrest *r, const struct found *f)
{
	note_tcp(r, f);
	if (diagrest_take(r, FIXTURE_MPTCP4))
		return false;
	note(r, FIXTURE_MPTCP4,
	     (struct diagdump){ .rows = f->mptcp, .damaged = f->mptcp_interrupted });
	return true;
}

static void test_diagrest_empty_table_rests_while_tcp_stays_as_it_is(void **state)
{
	struct diagrest r = { 0 };

	(void)state;
	assert_true(is_asked(&r, &(struct found){ .tcp = 1 }));
	assert_false(is_asked(&r, &(struct found){ .tcp = 1 }));
	assert_false(is_asked(&r, &(struct found){ .tcp = 1 }));
	assert_true(is_asked(&r, &(struct found){ .tcp = 2 }));
	assert_false(is_asked(&r, &(struct found){ .tcp = 2 }));
	assert_true(is_asked(&r, &(struct found){ .tcp = 1 }));
}

static void test_diagrest_table_with_sockets_is_always_asked_for(void **state)
{
	struct diagrest r = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_true(is_asked(&r, &(struct found){ .tcp = 1, .mptcp = 1 }));
	assert_true(is_asked(&r, &(struct found){ .tcp = 1 }));
	assert_false(is_asked(&r, &(struct found){ .tcp = 1 }));
}

static void test_diagrest_ends_after_a_while(void **state)
{
	struct diagrest r = { 0 };
	unsigned asked = 0;

	(void)state;
	for (unsigned i = 0; i < 110; i++)
		asked += is_asked(&r, &(struct found){ .tcp = 1 });
	assert_int_equal(asked, 10);
}

static void test_diagrest_needs_whole_dumps(void **state)
{
	static const struct found found[] = {
		{ .tcp = 1, .tcp_interrupted = true },
		{ .tcp = 1, .mptcp_interrupted = true },
		{ .tcp = 1, .tcp4_alone = true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		struct diagrest r = { 0 };

		assert_true(is_asked(&r, &found[i]));
		assert_true(is_asked(&r, &(struct found){ .tcp = 1 }));
		assert_true(is_asked(&r, &found[i]) || found[i].mptcp_interrupted);
	}
}

static void test_diagrest_tables_rest_each_for_itself(void **state)
{
	struct diagrest r = { 0 };

	(void)state;
	assert_true(is_asked(&r, &(struct found){ .tcp = 1 }));
	note(&r, FIXTURE_MPTCP6, (struct diagdump){ .rows = 1 });
	note_tcp(&r, &(struct found){ .tcp = 1 });
	assert_true(diagrest_take(&r, FIXTURE_MPTCP4));
	assert_false(diagrest_take(&r, FIXTURE_MPTCP6));
	assert_false(diagrest_take(&r, FIXTURE_UDP4));
}

static uint64_t likeness_of(const char *name, uint8_t family)
{
	struct diagdump d;
	struct kept k;

	play(name, family, &d, &k);
	assert_int_equal(d.rows, k.count);
	return d.likeness;
}

static void test_diagrest_likeness_is_of_the_sockets(void **state)
{
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct nlmsghdr *first;
	struct diagdump d;
	struct reply r;

	(void)state;
	assert_true(likeness_of("diag_tcp4", FIXTURE_TCP4) == likeness_of("diag_tcp4", FIXTURE_TCP4));
	assert_true(likeness_of("diag_tcp4", FIXTURE_TCP4) != likeness_of("diag_udp4", FIXTURE_UDP4));
	read_reply("diag_tcp4", &r);
	first = (void *)r.bytes;
	((uint8_t *)(first + 1))[1] ^= 1;	/* idiag_state */
	diagdump_begin(&d, FIXTURE_TCP4, 1, fixture_id());
	diagdump_feed(&d, bytes_of(r.bytes, r.len), 5, &sink);
	assert_true(d.likeness != likeness_of("diag_tcp4", FIXTURE_TCP4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diagrest_empty_table_rests_while_tcp_stays_as_it_is),
		cmocka_unit_test(test_diagrest_table_with_sockets_is_always_asked_for),
		cmocka_unit_test(test_diagrest_ends_after_a_while),
		cmocka_unit_test(test_diagrest_needs_whole_dumps),
		cmocka_unit_test(test_diagrest_tables_rest_each_for_itself),
		cmocka_unit_test(test_diagrest_likeness_is_of_the_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
