/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowpoints.c: what each point saw, where the room for points ends, and that it comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/flowpoints.h"

enum { FLOWS = 4, POINTS = 2 * FLOWS };

struct fixture {
	struct flowpoints points;
	struct flowtotals totals;
	struct flowslot flows[FLOWS];
};

static void init(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	assert_int_equal(flowpoints_init(&x->points, FLOWS), 0);
}

/* A packet of flow n's end `from` at a point; true where that is the first one of the end. */
static bool count(struct fixture *x, unsigned n, unsigned from, uint32_t ifindex, uint8_t way)
{
	struct pktmeta m = {
		.from = (uint8_t)from, .ifindex = ifindex, .way = way, .segs = 2, .ip_bytes = 100,
		.payload_bytes = 60,
	};

	x->totals.packets++;
	x->totals.bytes += m.ip_bytes;
	return flowpoints_count(&x->points, &x->flows[n], &m, NULL, &x->totals);
}

static uint64_t value(const struct fixture *x, unsigned n, unsigned end)
{
	struct flowcount c = flowpoints_value(&x->points, &x->flows[n], end);

	assert_int_equal(c.bytes, c.packets * 100);
	assert_int_equal(c.payload, c.packets * 60);
	assert_int_equal(c.segs, c.packets * 2);
	return c.packets;
}

static void assert_balance(const struct fixture *x)
{
	uint64_t packets = 0;

	for (unsigned n = 0; n < FLOWS; n++)
		packets += value(x, n, 0) + value(x, n, 1);
	assert_int_equal(x->totals.packets, packets + x->totals.repeats);
	assert_int_equal(x->totals.bytes, packets * 100 + x->totals.repeat_bytes);
}

static void test_flowpoints_five_points_are_four_and_repeats(void **state)
{
	struct fixture x;

	(void)state;
	init(&x);
	for (unsigned round = 0; round < 3; round++)
		for (uint32_t ifindex = 1; ifindex <= 5; ifindex++) {
			assert_int_equal(count(&x, 0, 0, ifindex, PKT_SEEN), ifindex == 1);
			assert_balance(&x);
		}
	assert_int_equal(value(&x, 0, 0), 3);
	assert_int_equal(x.totals.repeats, 12);
	assert_int_equal(flowpoints_in_use(&x.points, &x.flows[0]), FLOWPOINTS_PER_END);
	/* The fifth has no counters: however much it alone sees, the value stays. */
	for (unsigned i = 0; i < 5; i++)
		count(&x, 0, 0, 5, PKT_SEEN);
	assert_int_equal(value(&x, 0, 0), 3);
	assert_balance(&x);
	flowpoints_fini(&x.points);
}

static void test_flowpoints_way_and_interface_make_a_point(void **state)
{
	struct fixture x;

	(void)state;
	init(&x);
	assert_true(count(&x, 0, 0, 1, PKT_IN));
	assert_false(count(&x, 0, 0, 1, PKT_OUT));
	assert_false(count(&x, 0, 0, 2, PKT_IN));
	assert_true(count(&x, 0, 1, 2, PKT_OUT));	/* the other end has points of its own */
	assert_true(count(&x, 0, 0, 1, PKT_IN));
	assert_int_equal(value(&x, 0, 0), 2);
	assert_int_equal(value(&x, 0, 1), 1);
	assert_int_equal(flowpoints_in_use(&x.points, &x.flows[0]), 4);
	assert_int_equal(flowpoints_main_ifindex(&x.points, &x.flows[0]), 1);
	assert_balance(&x);
	flowpoints_fini(&x.points);
}

/* Two flows take all points; a third has its first one, which needs none, and repeats. */
static void test_flowpoints_full_slab_counts_at_the_first_point_on(void **state)
{
	struct fixture x;

	(void)state;
	init(&x);
	for (unsigned n = 0; n < 2; n++)
		for (uint32_t ifindex = 1; ifindex <= FLOWPOINTS_PER_END; ifindex++)
			count(&x, n, 0, ifindex, PKT_SEEN);
	assert_int_equal(x.points.used, POINTS);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(count(&x, 2, 0, 1, PKT_SEEN));
		assert_false(count(&x, 2, 0, 2, PKT_SEEN));
		assert_false(count(&x, 0, 0, 9, PKT_SEEN));
		assert_balance(&x);
	}
	assert_int_equal(value(&x, 2, 0), 5);
	assert_int_equal(value(&x, 0, 0), 1);
	assert_int_equal(flowpoints_in_use(&x.points, &x.flows[2]), 1);
	flowpoints_fini(&x.points);
}

static void test_flowpoints_records_come_back(void **state)
{
	struct fixture x;

	(void)state;
	init(&x);
	for (unsigned round = 0; round < 50; round++) {
		x.totals = (struct flowtotals){ 0 };
		for (unsigned n = 0; n < 2; n++)
			for (uint32_t ifindex = 1; ifindex <= FLOWPOINTS_PER_END; ifindex++)
				count(&x, n, round & 1, ifindex, PKT_SEEN);
		assert_balance(&x);
		assert_int_equal(x.points.used, POINTS);
		assert_int_equal(x.points.wide_used, 2);
		for (unsigned n = 0; n < 2; n++) {
			flowpoints_drop(&x.points, &x.flows[n]);
			memset(&x.flows[n], 0, sizeof(x.flows[n]));
		}
	}
	flowpoints_fini(&x.points);
}

/* What outgrows the slot goes on where it was. */
static void test_flowpoints_wide_counters_go_on_from_the_small_ones(void **state)
{
	struct fixture x;
	struct pktmeta huge = { .segs = 1, .ifindex = 1, .ip_bytes = UINT32_MAX - 50 };

	(void)state;
	init(&x);
	for (unsigned i = 0; i < 70000; i++)
		assert_true(count(&x, 0, 0, 1, PKT_SEEN));
	assert_int_equal(value(&x, 0, 0), 70000);
	assert_balance(&x);
	assert_true(flowpoints_count(&x.points, &x.flows[1], &huge, NULL, &x.totals));
	assert_true(flowpoints_count(&x.points, &x.flows[1], &huge, NULL, &x.totals));
	assert_int_equal(flowpoints_value(&x.points, &x.flows[1], 0).bytes, 2ull * huge.ip_bytes);
	assert_int_equal(x.totals.repeats, 0);
	flowpoints_fini(&x.points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowpoints_five_points_are_four_and_repeats),
		cmocka_unit_test(test_flowpoints_way_and_interface_make_a_point),
		cmocka_unit_test(test_flowpoints_full_slab_counts_at_the_first_point_on),
		cmocka_unit_test(test_flowpoints_records_come_back),
		cmocka_unit_test(test_flowpoints_wide_counters_go_on_from_the_small_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
