/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/fragments.c: later fragments get the ports of their own first one, for as long as it counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>

#include "base/clock.h"
#include "net/fragments.h"

enum { SEED = 7 };

#define START_NS (1700000000ull * NSEC_PER_SEC)

static struct addr host(unsigned n)
{
	uint8_t v4[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	return addr_from_v4(v4);
}

/* A fragment of the datagram `id` from host src to host dst; sport 0 = a later one. */
static struct pktmeta fragment(unsigned src, uint16_t sport, unsigned dst, uint16_t dport,
			       uint32_t id)
{
	struct addr from = host(src), to = host(dst);
	struct pktmeta m = {
		.kind = PKT_FLOW,
		.time_ns = START_NS,
		.fragment_id = id,
		.fragment_proto = IPPROTO_UDP,
		.fragment = !sport,
		.fragment_first = sport,
	};

	m.from = (uint8_t)flowkey_make(&m.key, IPPROTO_UDP, &from, sport, &to, dport);
	return m;
}

static void assert_same_flow(const struct pktmeta *later, const struct pktmeta *first)
{
	assert_true(flowkey_equal(&later->key, &first->key));
	assert_int_equal(later->from, first->from);
}

static void test_fragments_later_ones_get_the_ports_of_their_first(void **state)
{
	struct fragments *f = fragments_new(SEED);

	(void)state;
	/* Either end may send, and either port be the larger. */
	for (unsigned i = 0; i < 4; i++) {
		unsigned src = i & 1 ? 1 : 2, dst = i & 1 ? 2 : 1;
		struct pktmeta first = fragment(src, i & 2 ? 5000 : 53, dst, i & 2 ? 53 : 5000, i);
		struct pktmeta later = fragment(src, 0, dst, 0, i);

		fragments_note(f, &first);
		assert_true(fragments_resolve(f, &later));
		assert_same_flow(&later, &first);
		assert_true(later.fragment);
	}
	fragments_free(f);
}

static void test_fragments_between_equal_addresses_the_ports_tell_who_sent(void **state)
{
	struct fragments *f = fragments_new(SEED);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct pktmeta first = fragment(1, i ? 9000 : 80, 1, i ? 80 : 9000, i);
		struct pktmeta later = fragment(1, 0, 1, 0, i);

		fragments_note(f, &first);
		assert_true(fragments_resolve(f, &later));
		assert_same_flow(&later, &first);
	}
	fragments_free(f);
}

static void test_fragments_another_datagrams_ports_are_not_taken(void **state)
{
	struct fragments *f = fragments_new(SEED);
	struct pktmeta first = fragment(1, 53, 2, 5000, 99), later, as_it_was;

	(void)state;
	first.key.netns = 3;
	fragments_note(f, &first);
	for (unsigned i = 0; i < 6; i++) {
		later = fragment(i == 1 ? 2 : 1, 0,
				 i == 1	  ? 1
				 : i == 2 ? 3
					  : 2,
				 0, i == 3 ? 98 : 99);
		later.key.netns = i == 4 ? 0 : 3;
		if (i == 5)
			later.key.proto = later.fragment_proto = IPPROTO_TCP;
		as_it_was = later;
		assert_int_equal(fragments_resolve(f, &later), i == 0);
		if (i == 0)
			assert_same_flow(&later, &first);
		else
			assert_memory_equal(&later.key, &as_it_was.key, sizeof(later.key));
	}
	fragments_free(f);
}

/* Destination options, an authentication header: what hides behind them only the first shows. */
static void test_fragments_later_ones_get_the_protocol_of_their_first(void **state)
{
	struct fragments *f = fragments_new(SEED);
	struct pktmeta first = fragment(1, 53, 2, 5000, 1), later = fragment(1, 0, 2, 0, 1);

	(void)state;
	first.fragment_proto = later.fragment_proto = later.key.proto = IPPROTO_DSTOPTS;
	fragments_note(f, &first);
	assert_true(fragments_resolve(f, &later));
	assert_same_flow(&later, &first);
	assert_int_equal(later.key.proto, IPPROTO_UDP);
	fragments_free(f);
}

static void test_fragments_ports_count_for_thirty_seconds(void **state)
{
	struct fragments *f = fragments_new(SEED);
	struct pktmeta first = fragment(1, 53, 2, 5000, 1), later = fragment(1, 0, 2, 0, 1);

	(void)state;
	fragments_note(f, &first);
	later.time_ns = START_NS + 30 * NSEC_PER_SEC + 1;
	assert_false(fragments_resolve(f, &later));
	later.time_ns = START_NS - 30 * NSEC_PER_SEC - 1;
	assert_false(fragments_resolve(f, &later));
	later.time_ns = START_NS + 30 * NSEC_PER_SEC;
	assert_true(fragments_resolve(f, &later));
	fragments_free(f);
}

static void test_fragments_identification_used_again_is_the_newer_datagrams(void **state)
{
	struct fragments *f = fragments_new(SEED);
	struct pktmeta old = fragment(1, 53, 2, 5000, 1), new = fragment(1, 53, 2, 6000, 1);
	struct pktmeta later = fragment(1, 0, 2, 0, 1);

	(void)state;
	fragments_note(f, &old);
	new.time_ns += NSEC_PER_SEC;
	fragments_note(f, &new);
	assert_true(fragments_resolve(f, &later));
	assert_same_flow(&later, &new);
	fragments_free(f);
}

/* A million others: the last of them are known, an older one is forgotten and not mistaken. */
static void test_fragments_flood_only_pushes_others_out(void **state)
{
	enum { FLOOD = 1000000, NEWEST = 200 };
	struct fragments *f = fragments_new(SEED);
	struct pktmeta first = fragment(1, 53, 2, 5000, 1), later = fragment(1, 0, 2, 0, 1);
	unsigned known = 0;

	(void)state;
	fragments_note(f, &first);
	for (unsigned i = 0; i < FLOOD; i++) {
		first = fragment(3, 1234, 4 + i, 5678, i);
		first.time_ns += i + 1;
		fragments_note(f, &first);
	}
	assert_false(fragments_resolve(f, &later));
	for (unsigned i = FLOOD - NEWEST; i < FLOOD; i++) {
		later = fragment(3, 0, 4 + i, 0, i);
		known += fragments_resolve(f, &later);
	}
	assert_true(known > NEWEST * 9 / 10);
	fragments_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fragments_later_ones_get_the_ports_of_their_first),
		cmocka_unit_test(test_fragments_between_equal_addresses_the_ports_tell_who_sent),
		cmocka_unit_test(test_fragments_another_datagrams_ports_are_not_taken),
		cmocka_unit_test(test_fragments_later_ones_get_the_protocol_of_their_first),
		cmocka_unit_test(test_fragments_ports_count_for_thirty_seconds),
		cmocka_unit_test(test_fragments_identification_used_again_is_the_newer_datagrams),
		cmocka_unit_test(test_fragments_flood_only_pushes_others_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
