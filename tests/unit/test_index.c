/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index: what was inserted is found by its hash, whatever the hashes, through growth and removal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "model/index.h"

enum { SLOTS = 100000 };	/* more than the first buckets: it has to grow */

/* How often the slot is met on the walk of its hash. */
static unsigned times_found(const struct index *x, uint32_t slot, uint64_t hash)
{
	unsigned found = 0, steps = 0;

	for (uint32_t at = index_first(x, hash); at != MODEL_NONE; at = index_next(x, at)) {
		found += at == slot;
		assert_true(++steps <= SLOTS);
	}
	return found;
}

static void insert(struct index *x, uint32_t slot, uint64_t hash)
{
	assert_true(index_reach(x, slot));
	index_insert(x, slot, hash);
}

static void check_with(uint64_t (*hash)(uint32_t slot), uint32_t slots)
{
	struct index x;

	index_init(&x);
	for (uint32_t i = 0; i < slots; i++)
		insert(&x, i, hash(i));
	assert_int_equal(x.count, slots);
	for (uint32_t i = 0; i < slots; i += 7)
		assert_int_equal(times_found(&x, i, hash(i)), 1);
	for (uint32_t i = 0; i < slots; i += 2)
		index_remove(&x, i, hash(i));
	assert_int_equal(x.count, slots / 2);
	for (uint32_t i = 0; i < slots; i += 7)
		assert_int_equal(times_found(&x, i, hash(i)), i % 2);
	index_remove(&x, 0, hash(0));	/* not in it: nothing happens */
	assert_int_equal(x.count, slots / 2);
	insert(&x, 0, hash(0));
	assert_int_equal(times_found(&x, 0, hash(0)), 1);
	index_fini(&x);
}

static uint64_t spread(uint32_t slot)
{
	return hash_u64(slot, 5);
}

static uint64_t same(uint32_t slot)
{
	(void)slot;
	return 42;
}

/* All in one bucket, and no two alike. */
static uint64_t same_bucket(uint32_t slot)
{
	return (uint64_t)slot << 20 | 42;
}

static void test_index_finds_what_was_inserted_through_growth_and_removal(void **state)
{
	(void)state;
	check_with(spread, SLOTS);
}

static void test_index_with_one_hash_for_all_is_slow_but_right(void **state)
{
	(void)state;
	check_with(same, SLOTS / 40);	/* every step walks them all */
}

static void test_index_walk_leaves_out_other_hashes_of_the_bucket(void **state)
{
	struct index x;

	(void)state;
	check_with(same_bucket, 4000);
	index_init(&x);
	for (uint32_t i = 0; i < 4000; i++)
		insert(&x, i, same_bucket(i));
	for (uint32_t i = 0; i < 4000; i += 9) {
		assert_int_equal(index_first(&x, same_bucket(i)), i);
		assert_int_equal(index_next(&x, i), MODEL_NONE);
	}
	assert_int_equal(index_first(&x, same_bucket(4000)), MODEL_NONE);
	index_fini(&x);
}

static void test_index_walks_equal_hashes_newest_first(void **state)
{
	struct index x;

	(void)state;
	index_init(&x);
	insert(&x, 3, 42);
	insert(&x, 9000, 42);
	insert(&x, 1, 42);
	assert_int_equal(index_first(&x, 42), 1);
	assert_int_equal(index_next(&x, 1), 9000);
	assert_int_equal(index_next(&x, 9000), 3);
	assert_int_equal(index_next(&x, 3), MODEL_NONE);
	index_fini(&x);
}

static void test_index_grows_with_its_entries(void **state)
{
	struct index x;

	(void)state;
	index_init(&x);
	for (uint32_t i = 0; i < SLOTS; i++)
		insert(&x, i, spread(i));
	assert_true(x.mask + 1 >= SLOTS / 2);
	assert_int_equal(x.mask & (x.mask + 1), 0);
	index_fini(&x);
}

static void test_index_has_no_room_for_no_slot(void **state)
{
	struct index x;

	(void)state;
	index_init(&x);
	assert_false(index_reach(&x, MODEL_NONE));
	assert_int_equal(index_first(&x, 42), MODEL_NONE);
	index_fini(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_finds_what_was_inserted_through_growth_and_removal),
		cmocka_unit_test(test_index_with_one_hash_for_all_is_slow_but_right),
		cmocka_unit_test(test_index_walk_leaves_out_other_hashes_of_the_bucket),
		cmocka_unit_test(test_index_walks_equal_hashes_newest_first),
		cmocka_unit_test(test_index_grows_with_its_entries),
		cmocka_unit_test(test_index_has_no_room_for_no_slot),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
