/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowranks.c: who goes first, and who gets another chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "net/flowranks.h"

enum { FLOWS = 16 };

static void init(struct flowranks *r, struct flowslot flows[static FLOWS])
{
	memset(flows, 0, FLOWS * sizeof(*flows));
	flowranks_init(r, flows);
}

static void test_flowranks_cheapest_is_the_eldest_of_the_lowest_rank(void **state)
{
	static const uint8_t ranks[] = {
		RANK_ESTABLISHED, RANK_DATAGRAM, RANK_ONE_PACKET, RANK_HALF_OPEN, RANK_CLOSED,
		RANK_ENDED, RANK_ENDED, RANK_CLOSED,
	};
	static const uint32_t order[] = { 5, 6, 4, 7, 3, 2, 1, 0 };
	struct flowslot flows[FLOWS];
	struct flowranks r;

	(void)state;
	init(&r, flows);
	for (uint32_t id = 0; id < sizeof(ranks); id++) {
		flowranks_join(&r, id, ranks[id]);
		assert_int_equal(flows[id].rank, ranks[id]);
	}
	for (unsigned i = 0; i < sizeof(ranks); i++)
		assert_int_equal(flowranks_take_cheapest(&r), order[i]);
}

static void test_flowranks_any_may_leave(void **state)
{
	struct flowslot flows[FLOWS];
	struct flowranks r;

	(void)state;
	/* The first, one between, the last; then whoever is left, in order. */
	for (uint32_t gone = 0; gone < 4; gone++) {
		init(&r, flows);
		for (uint32_t id = 0; id < 4; id++)
			flowranks_join(&r, id, RANK_HALF_OPEN);
		flowranks_leave(&r, gone);
		flowranks_join(&r, 9, RANK_HALF_OPEN);
		for (uint32_t id = 0; id < 4; id++)
			if (id != gone)
				assert_int_equal(flowranks_take_cheapest(&r), id);
		assert_int_equal(flowranks_take_cheapest(&r), 9);
		assert_int_equal(r.list[RANK_HALF_OPEN].head, FLOW_NONE);
		assert_int_equal(r.list[RANK_HALF_OPEN].tail, FLOW_NONE);
	}
}

static void test_flowranks_busy_ones_get_another_chance(void **state)
{
	struct flowslot flows[FLOWS];
	struct flowranks r;

	(void)state;
	init(&r, flows);
	for (uint32_t id = 0; id < 3; id++)
		flowranks_join(&r, id, RANK_ESTABLISHED);
	flows[0].marks = flows[1].marks = FLOW_TOUCHED | FLOW_TRACKED;
	assert_int_equal(flowranks_take_cheapest(&r), 2);
	assert_int_equal(flows[0].marks, FLOW_TRACKED);
	/* They were asked once: who had no packet since goes. */
	flows[0].marks |= FLOW_TOUCHED;
	assert_int_equal(flowranks_take_cheapest(&r), 1);
	assert_int_equal(flowranks_take_cheapest(&r), 0);
}

/* In a flood they are all new: none is spared, and none is asked twice. */
static void test_flowranks_half_open_and_single_packets_get_none(void **state)
{
	static const uint8_t ranks[] = { RANK_CLOSED, RANK_HALF_OPEN, RANK_ONE_PACKET };
	struct flowslot flows[FLOWS];
	struct flowranks r;

	(void)state;
	for (unsigned i = 0; i < sizeof(ranks); i++) {
		init(&r, flows);
		for (uint32_t id = 0; id < 2; id++) {
			flows[id].marks = FLOW_TOUCHED;
			flowranks_join(&r, id, ranks[i]);
		}
		assert_int_equal(flowranks_take_cheapest(&r), 0);
	}
}

/* However many are busy, the search ends: it takes the one after eight chances. */
static void test_flowranks_chances_are_few(void **state)
{
	struct flowslot flows[FLOWS];
	struct flowranks r;

	(void)state;
	init(&r, flows);
	for (uint32_t id = 0; id < FLOWS; id++) {
		flows[id].marks = FLOW_TOUCHED;
		flowranks_join(&r, id, RANK_DATAGRAM);
	}
	assert_int_equal(flowranks_take_cheapest(&r), 8);
	for (uint32_t id = 0; id < FLOWS; id++)
		assert_int_equal(flows[id].marks & FLOW_TOUCHED, id < 8 ? 0 : FLOW_TOUCHED);
}

static void test_flowranks_worth_more_is_waited_for_longer(void **state)
{
	(void)state;
	for (unsigned rank = RANK_CLOSED; rank < RANK_ESTABLISHED; rank++)
		assert_true(flowranks_idle_ns(rank) <= flowranks_idle_ns(rank + 1));
	assert_true(flowranks_idle_ns(RANK_CLOSED) >= NSEC_PER_SEC);
	assert_int_equal(flowranks_of_state(WS_NONE), RANK_HALF_OPEN);
	assert_int_equal(flowranks_of_state(WS_SYN_RECV), RANK_HALF_OPEN);
	assert_int_equal(flowranks_of_state(WS_FIN_WAIT2), RANK_ESTABLISHED);
	assert_int_equal(flowranks_of_state(WS_TIME_WAIT), RANK_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowranks_cheapest_is_the_eldest_of_the_lowest_rank),
		cmocka_unit_test(test_flowranks_any_may_leave),
		cmocka_unit_test(test_flowranks_busy_ones_get_another_chance),
		cmocka_unit_test(test_flowranks_half_open_and_single_packets_get_none),
		cmocka_unit_test(test_flowranks_chances_are_few),
		cmocka_unit_test(test_flowranks_worth_more_is_waited_for_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
