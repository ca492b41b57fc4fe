/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slab: stable numbers, a cap, and slots that are zero when they are new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/slab.h"

static void test_slab_numbers_are_dense_and_keep_their_content_while_it_grows(void **state)
{
	struct slab s;

	(void)state;
	slab_init(&s, sizeof(uint64_t), 10000);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_int_equal(slab_take(&s), i);
		assert_int_equal(*(uint64_t *)slab_at(&s, i), 0);
		*(uint64_t *)slab_at(&s, i) = i + 1;
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(*(uint64_t *)slab_at(&s, i), i + 1);
	slab_fini(&s);
}

static void test_slab_past_its_limit_gives_nothing_until_one_comes_back(void **state)
{
	struct slab s;

	(void)state;
	slab_init(&s, 1, 300);		/* no power of two */
	for (uint32_t i = 0; i < 300; i++)
		assert_int_not_equal(slab_take(&s), MODEL_NONE);
	assert_int_equal(slab_take(&s), MODEL_NONE);
	slab_put(&s, 17);
	assert_int_equal(slab_take(&s), 17);
	assert_int_equal(slab_take(&s), MODEL_NONE);
	slab_fini(&s);
}

static void test_slab_all_slots_can_come_back(void **state)
{
	struct slab s;

	(void)state;
	slab_init(&s, 4, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		slab_take(&s);
	for (uint32_t i = 0; i < 1000; i++)
		slab_put(&s, i);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_not_equal(slab_take(&s), MODEL_NONE);
	assert_int_equal(slab_take(&s), MODEL_NONE);
	slab_fini(&s);
}

static void test_slab_reach_makes_all_slots_below_and_zeroes_them(void **state)
{
	struct slab s;

	(void)state;
	slab_init(&s, sizeof(uint32_t), 5000);
	assert_true(slab_reach(&s, 3));
	*(uint32_t *)slab_at(&s, 3) = 9;
	assert_true(slab_reach(&s, 4000));
	assert_int_equal(*(uint32_t *)slab_at(&s, 3), 9);
	for (uint32_t i = 4; i <= 4000; i++)
		assert_int_equal(*(uint32_t *)slab_at(&s, i), 0);
	assert_true(slab_reach(&s, 4999));
	assert_false(slab_reach(&s, 5000));
	assert_false(slab_reach(&s, UINT32_MAX));
	slab_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slab_numbers_are_dense_and_keep_their_content_while_it_grows),
		cmocka_unit_test(test_slab_past_its_limit_gives_nothing_until_one_comes_back),
		cmocka_unit_test(test_slab_all_slots_can_come_back),
		cmocka_unit_test(test_slab_reach_makes_all_slots_below_and_zeroes_them),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
