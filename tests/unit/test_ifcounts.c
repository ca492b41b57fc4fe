/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/ifcounts.c: each packet at its interface, and at no other one's number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "source/ifcounts.h"

static struct ifcountrec told[IFCOUNTS_MAX];

static struct ifcounts *new_counts(void)
{
	struct ifcounts *t = malloc(sizeof(*t));

	assert_non_null(t);
	ifcounts_init(t);
	return t;
}

static void see(struct ifcounts *t, uint16_t netns, uint32_t ifindex, enum pktway way)
{
	struct pktmeta m = { .key = { .netns = netns }, .ifindex = ifindex, .way = (uint8_t)way,
			     .segs = 3, .wire_bytes = 100 };

	ifcounts_add(t, &m);
}

static void test_ifcounts_by_interface_and_way(void **state)
{
	struct ifcounts *t = new_counts();

	(void)state;
	see(t, 0, 2, PKT_IN);
	see(t, 0, 2, PKT_SEEN);
	see(t, 0, 2, PKT_OUT);
	see(t, 0, 7, PKT_OUT);
	see(t, 1, 2, PKT_IN);
	assert_int_equal(ifcounts_collect(t, told), 3);
	assert_int_equal(told[0].ifindex, 2);
	assert_int_equal(told[0].rx_packets, 2);
	assert_int_equal(told[0].rx_segs, 6);
	assert_int_equal(told[0].rx_bytes, 200);
	assert_int_equal(told[0].tx_packets, 1);
	assert_int_equal(told[0].tx_segs, 3);
	assert_int_equal(told[0].tx_bytes, 100);
	assert_int_equal(told[1].ifindex, 7);
	assert_int_equal(told[1].rx_packets, 0);
	assert_int_equal(told[2].netns, 1);
	assert_int_equal(told[2].rx_packets, 1);
	free(t);
}

static void test_ifcounts_tells_only_what_changed_and_all_of_it(void **state)
{
	struct ifcounts *t = new_counts();

	(void)state;
	assert_int_equal(ifcounts_collect(t, told), 0);
	see(t, 0, 2, PKT_IN);
	see(t, 0, 3, PKT_IN);
	assert_int_equal(ifcounts_collect(t, told), 2);
	assert_int_equal(ifcounts_collect(t, told), 0);
	see(t, 0, 3, PKT_OUT);
	assert_int_equal(ifcounts_collect(t, told), 1);
	assert_int_equal(told[0].ifindex, 3);
	assert_int_equal(told[0].rx_packets, 1);
	assert_int_equal(told[0].tx_packets, 1);
	free(t);
}

static void test_ifcounts_packets_of_no_interface_are_in_none(void **state)
{
	struct ifcounts *t = new_counts();

	(void)state;
	see(t, 0, 0, PKT_IN);
	see(t, 3, 0, PKT_IN);
	see(t, 0, 2, PKT_IN);
	see(t, 0, 0, PKT_IN);
	assert_int_equal(ifcounts_collect(t, told), 1);
	assert_int_equal(told[0].rx_packets, 1);
	free(t);
}

/* Neighbours in the index, and more of them than there is room for. */
static void test_ifcounts_beyond_the_cap_are_not_mistaken(void **state)
{
	struct ifcounts *t = new_counts();
	unsigned n;

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 1; i <= 2 * IFCOUNTS_MAX; i++)
			see(t, (uint16_t)(i % 3), i * IFCOUNTS_SLOTS, PKT_IN);
	n = ifcounts_collect(t, told);
	assert_int_equal(n, IFCOUNTS_MAX);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(told[i].ifindex, (i + 1) * IFCOUNTS_SLOTS);
		assert_int_equal(told[i].netns, (i + 1) % 3);
		assert_int_equal(told[i].rx_packets, 2);
	}
	free(t);
}

static void test_ifcounts_number_of_a_namespace_that_went_begins_at_nothing(void **state)
{
	struct ifcounts *t = new_counts();

	(void)state;
	for (uint32_t i = 1; i <= 20; i++) {
		see(t, 0, i, PKT_IN);
		see(t, 5, i, PKT_IN);
	}
	see(t, 5, 9, PKT_IN);
	ifcounts_drop_netns(t, 5);
	see(t, 5, 9, PKT_OUT);
	see(t, 0, 20, PKT_IN);
	assert_int_equal(ifcounts_collect(t, told), 21);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(told[i].netns, 0);
		assert_int_equal(told[i].rx_packets, told[i].ifindex == 20 ? 2 : 1);
	}
	assert_int_equal(told[20].netns, 5);
	assert_int_equal(told[20].rx_packets, 0);
	assert_int_equal(told[20].tx_packets, 1);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ifcounts_by_interface_and_way),
		cmocka_unit_test(test_ifcounts_tells_only_what_changed_and_all_of_it),
		cmocka_unit_test(test_ifcounts_packets_of_no_interface_are_in_none),
		cmocka_unit_test(test_ifcounts_beyond_the_cap_are_not_mistaken),
		cmocka_unit_test(test_ifcounts_number_of_a_namespace_that_went_begins_at_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
