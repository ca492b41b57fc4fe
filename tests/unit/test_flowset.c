/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowset.c: every id comes once, none waits for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "net/flowset.h"

static void test_flowset_gives_each_id_once_in_order(void **state)
{
	static const uint32_t ids[] = { 199, 0, 64, 63, 65, 128, 63, 0 };
	static const uint32_t sorted[] = { 0, 63, 64, 65, 128, 199 };
	struct flowset s;

	(void)state;
	assert_int_equal(flowset_init(&s, 200), 0);
	for (unsigned i = 0; i < 8; i++)
		flowset_add(&s, ids[i]);
	assert_int_equal(s.count, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(flowset_take(&s), sorted[i]);
	assert_int_equal(s.count, 0);
	flowset_fini(&s);
}

static void test_flowset_busy_ids_do_not_keep_others_waiting(void **state)
{
	struct flowset s;
	unsigned taken = 0;

	(void)state;
	assert_int_equal(flowset_init(&s, 100), 0);
	for (uint32_t id = 0; id < 100; id++)
		flowset_add(&s, id);
	/* Ids 0 to 9 are there again at once. */
	while (flowset_take(&s) != 99) {
		for (uint32_t id = 0; id < 10; id++)
			flowset_add(&s, id);
		assert_true(++taken < 100);
	}
	assert_int_equal(flowset_take(&s), 0);
	flowset_fini(&s);
}

static void test_flowset_matches_a_simple_one(void **state)
{
	enum { IDS = 300 };
	bool there[IDS] = { false };
	unsigned short dice[3] = { 1, 2, 3 };
	uint32_t count = 0, id;
	struct flowset s;

	(void)state;
	assert_int_equal(flowset_init(&s, IDS), 0);
	for (unsigned i = 0; i < 100000; i++) {
		id = (uint32_t)nrand48(dice) % IDS;
		if (nrand48(dice) & 1) {
			count += !there[id];
			there[id] = true;
			flowset_add(&s, id);
		} else if (nrand48(dice) & 1) {
			count -= there[id];
			there[id] = false;
			flowset_remove(&s, id);
		} else if (count) {
			id = flowset_take(&s);
			assert_true(there[id]);
			there[id] = false;
			count--;
		}
		assert_int_equal(s.count, count);
	}
	flowset_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowset_gives_each_id_once_in_order),
		cmocka_unit_test(test_flowset_busy_ids_do_not_keep_others_waiting),
		cmocka_unit_test(test_flowset_matches_a_simple_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
