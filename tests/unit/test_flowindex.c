/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowindex.c: runs longer than a slot can tell, across the end of the table, while it grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/flowindex.h"

enum { SEED = 42, SMALLEST = 4096, LIMIT = 20000 };

static struct flowkey key(uint32_t n)
{
	struct flowkey k = { .proto = 6 };

	memcpy(k.addr[1].b, &n, sizeof(n));
	return k;
}

static void insert(struct flowindex *x, const struct flowslot *flows, uint32_t id)
{
	flowindex_insert(x, flows, flowindex_hash(x, &flows[id].key), id);
}

static uint32_t find(const struct flowindex *x, const struct flowslot *flows, uint32_t id)
{
	return flowindex_find(x, flows, &flows[id].key, flowindex_hash(x, &flows[id].key));
}

static void assert_empty(const struct flowindex *x)
{
	assert_int_equal(x->count, 0);
	for (uint32_t i = 0; i <= x->mask; i++)
		assert_int_equal(x->slots[i], 0);
}

/* Keys that want the slots from `home` on, `each` of them the same; `count` in all. */
static void crowd(const struct flowindex *x, struct flowslot *flows, uint32_t home, uint32_t each,
		  uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t wanted = (home + i / each) & x->mask;

		do
			flows[i].key = key(n++);
		while (((uint32_t)flowindex_hash(x, &flows[i].key) & x->mask) != wanted);
	}
}

/* In the order in which they came, backwards, or every third. */
static void remove_all(struct flowindex *x, const struct flowslot *flows, uint32_t count,
		       unsigned way)
{
	bool gone[256] = { false };

	for (uint32_t i = 0; i < count; i++) {
		uint32_t id = way == 0 ? i : way == 1 ? count - 1 - i : i * 3 % count;

		flowindex_remove(x, flows, id);
		gone[id] = true;
		for (uint32_t j = 0; j < count; j++)
			assert_int_equal(find(x, flows, j), gone[j] ? FLOW_NONE : j);
	}
}

static void test_flowindex_long_runs_shrink_in_any_order(void **state)
{
	/* Prime to three. 15 is as far as a slot can tell; all at one home, or a row of homes. */
	static const struct {
		uint32_t home, each, count;
	} rows[] = { { 100, 40, 40 }, { 4090, 40, 40 }, { 4080, 3, 80 }, { 0, 1, 40 } };
	struct flowslot *flows = calloc(256, sizeof(*flows));
	struct flowindex x;

	(void)state;
	assert_non_null(flows);
	assert_int_equal(flowindex_init(&x, LIMIT, SEED), 0);
	for (unsigned r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		crowd(&x, flows, rows[r].home, rows[r].each, rows[r].count);
		for (unsigned way = 0; way < 3; way++) {
			for (uint32_t i = 0; i < rows[r].count; i++)
				insert(&x, flows, i);
			remove_all(&x, flows, rows[r].count, way);
			assert_empty(&x);
		}
	}
	flowindex_fini(&x);
	free(flows);
}

/* A guess reads no record: it may be a stranger's whose tag is the same, but never misses. */
static void test_flowindex_guess_misses_nobody(void **state)
{
	struct flowslot *flows = calloc(LIMIT, sizeof(*flows));
	struct flowindex x;
	unsigned right = 0;

	(void)state;
	assert_non_null(flows);
	assert_int_equal(flowindex_init(&x, LIMIT, SEED), 0);
	for (uint32_t i = 0; i < 2000; i++) {
		flows[i].key = key(i);
		insert(&x, flows, i);
	}
	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t guess = flowindex_guess(&x, flowindex_hash(&x, &flows[i].key));

		assert_int_not_equal(guess, FLOW_NONE);
		right += guess == i;
	}
	assert_true(right > 1900);
	flowindex_fini(&x);
	free(flows);
}

/* Coming and going at random, from empty to full; growth in between keeps everybody. */
static void test_flowindex_random_traffic_matches_a_simple_table(void **state)
{
	struct flowslot *flows = calloc(LIMIT, sizeof(*flows));
	bool *there = calloc(LIMIT, sizeof(*there));
	unsigned short dice[3] = { 7, 8, 9 };
	struct flowindex x;

	(void)state;
	assert_non_null(flows);
	assert_non_null(there);
	assert_int_equal(flowindex_init(&x, LIMIT, SEED), 0);
	for (uint32_t i = 0; i < LIMIT; i++)
		flows[i].key = key(i);
	for (uint32_t i = 0; i < 400000; i++) {
		uint32_t id = (uint32_t)nrand48(dice) % LIMIT;

		assert_int_equal(find(&x, flows, id), there[id] ? id : FLOW_NONE);
		if (there[id] && (i < 200000) == !(nrand48(dice) & 7))
			flowindex_remove(&x, flows, id);
		else if (!there[id] && (i < 200000) == !!(nrand48(dice) & 7))
			insert(&x, flows, id);
		else
			continue;
		there[id] = !there[id];
	}
	assert_true(x.mask + 1 > SMALLEST);
	for (uint32_t id = 0; id < LIMIT; id++) {
		assert_int_equal(find(&x, flows, id), there[id] ? id : FLOW_NONE);
		if (there[id])
			flowindex_remove(&x, flows, id);
	}
	assert_empty(&x);
	flowindex_fini(&x);
	free(flows);
	free(there);
}

static void test_flowindex_full_table_is_at_most_half_full(void **state)
{
	struct flowslot *flows = calloc(LIMIT, sizeof(*flows));
	struct flowindex x;

	(void)state;
	assert_non_null(flows);
	assert_int_equal(flowindex_init(&x, LIMIT, SEED), 0);
	for (uint32_t i = 0; i < LIMIT; i++) {
		flows[i].key = key(i);
		insert(&x, flows, i);
		assert_true(x.count <= (x.mask + 1) / 2);
	}
	for (uint32_t i = 0; i < LIMIT; i++)
		assert_int_equal(find(&x, flows, i), i);
	flowindex_fini(&x);
	free(flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowindex_long_runs_shrink_in_any_order),
		cmocka_unit_test(test_flowindex_guess_misses_nobody),
		cmocka_unit_test(test_flowindex_random_traffic_matches_a_simple_table),
		cmocka_unit_test(test_flowindex_full_table_is_at_most_half_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
