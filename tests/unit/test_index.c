/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index: what was inserted is on its chain, whatever the hashes, through growth and removal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "model/index.h"

enum { SLOTS = 100000 };	/* more than the first buckets: it has to grow */

struct thing {
	uint64_t hash;
	uint32_t next;
};

static uint64_t hash_of_thing(const void *ctx, uint32_t slot)
{
	const struct thing *things = ctx;

	return things[slot].hash;
}

static struct index_chain chain_of(struct thing *things)
{
	return (struct index_chain){ (char *)&things[0].next, sizeof(things[0]), hash_of_thing, things };
}

/* How often the slot is on the chain of its hash. */
static unsigned times_found(const struct index *x, struct thing *things, uint32_t slot)
{
	struct index_chain c = chain_of(things);
	unsigned found = 0, steps = 0;

	for (uint32_t at = index_head(x, things[slot].hash); at != MODEL_NONE; at = *index_next(&c, at)) {
		found += at == slot;
		assert_true(++steps <= SLOTS);
	}
	return found;
}

static void check_with(uint64_t (*hash)(uint32_t slot), uint32_t slots)
{
	static struct thing things[SLOTS];
	struct index_chain c = chain_of(things);
	struct index x;

	index_init(&x);
	for (uint32_t i = 0; i < slots; i++) {
		things[i].hash = hash(i);
		index_insert(&x, &c, i, things[i].hash);
	}
	assert_int_equal(x.count, slots);
	for (uint32_t i = 0; i < slots; i += 7)
		assert_int_equal(times_found(&x, things, i), 1);
	for (uint32_t i = 0; i < slots; i += 2)
		index_remove(&x, &c, i, things[i].hash);
	assert_int_equal(x.count, slots / 2);
	for (uint32_t i = 0; i < slots; i += 7)
		assert_int_equal(times_found(&x, things, i), i % 2);
	index_remove(&x, &c, 0, things[0].hash);	/* not in it: nothing happens */
	assert_int_equal(x.count, slots / 2);
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

static void test_index_grows_with_its_entries(void **state)
{
	static struct thing things[SLOTS];
	struct index_chain c = chain_of(things);
	struct index x;

	(void)state;
	index_init(&x);
	for (uint32_t i = 0; i < SLOTS; i++) {
		things[i].hash = spread(i);
		index_insert(&x, &c, i, things[i].hash);
	}
	assert_true(x.mask + 1 >= SLOTS / 2);
	assert_int_equal(x.mask & (x.mask + 1), 0);
	index_fini(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_finds_what_was_inserted_through_growth_and_removal),
		cmocka_unit_test(test_index_with_one_hash_for_all_is_slow_but_right),
		cmocka_unit_test(test_index_grows_with_its_entries),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
