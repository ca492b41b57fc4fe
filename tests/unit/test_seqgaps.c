/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gaps in sequence numbers: filling, forgetting, caps, wrap-around; and against a map of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/seqgaps.h"

enum { POOL = 64 };

static struct seqgaps pool_of(uint32_t limit)
{
	struct seqgaps p;

	assert_int_equal(seqgaps_init(&p, limit), 0);
	return p;
}

static void pool_end(struct seqgaps *p, uint32_t *head)
{
	seqgaps_drop(p, head);
	assert_int_equal(p->held, 0);
	seqgaps_fini(p);
}

static uint32_t fill(struct seqgaps *p, uint32_t *head, uint32_t begin, uint32_t end)
{
	uint32_t at = 0;

	return seqgaps_fill(p, head, begin, end, &at);
}

static unsigned length(const struct seqgaps *p, uint32_t head)
{
	unsigned count = 0;

	for (uint32_t n = head; n; n = p->slab[n].next)
		count++;
	return count;
}

/* The same at every place where the numbers may wrap. */
static void fills_in_parts(uint32_t base)
{
	struct seqgaps p = pool_of(POOL);
	uint32_t head = 0, at = 0;

	seqgaps_add(&p, &head, base, base + 100, 7);
	assert_int_equal(fill(&p, &head, base + 100, base + 200), 0);
	assert_int_equal(seqgaps_fill(&p, &head, base - 50, base + 10, &at), 10);
	assert_int_equal(at, 7);
	assert_int_equal(fill(&p, &head, base + 90, base + 150), 10);
	assert_int_equal(fill(&p, &head, base + 40, base + 60), 20);
	assert_int_equal(length(&p, head), 2);
	assert_int_equal(fill(&p, &head, base + 40, base + 60), 0);
	assert_int_equal(fill(&p, &head, base - 10, base + 200), 60);
	assert_int_equal(head, 0);
	pool_end(&p, &head);
}

static void test_seqgaps_are_filled_in_parts_wherever_numbers_wrap(void **state)
{
	(void)state;
	for (uint32_t back = 0; back < 160; back++)
		fills_in_parts(0u - back);
	fills_in_parts(0x80000000u - 50);
}

static void test_seqgaps_tells_since_when_the_oldest_was_known(void **state)
{
	struct seqgaps p = pool_of(POOL);
	uint32_t head = 0, at = 99;

	(void)state;
	seqgaps_add(&p, &head, 10, 20, 1);
	seqgaps_add(&p, &head, 30, 40, 2);
	seqgaps_add(&p, &head, 50, 60, 3);
	assert_int_equal(seqgaps_fill(&p, &head, 20, 30, &at), 0);
	assert_int_equal(at, 99);
	assert_int_equal(seqgaps_fill(&p, &head, 35, 55, &at), 10);
	assert_int_equal(at, 2);
	assert_int_equal(seqgaps_fill(&p, &head, 55, 70, &at), 5);
	assert_int_equal(at, 3);
	pool_end(&p, &head);
}

static void test_seqgaps_acknowledged_are_counted_once(void **state)
{
	struct seqgaps p = pool_of(POOL);
	uint32_t head = 0;

	(void)state;
	seqgaps_add(&p, &head, 0xfffffff0, 0xfffffff8, 1);
	seqgaps_add(&p, &head, 0xfffffffc, 10, 1);
	assert_int_equal(seqgaps_drop_before(&p, &head, 0xfffffff0), 0);
	assert_int_equal(seqgaps_drop_before(&p, &head, 0), 8 + 4);
	assert_int_equal(seqgaps_drop_before(&p, &head, 0), 0);
	assert_int_equal(seqgaps_drop_before(&p, &head, 400), 10);
	assert_int_equal(head, 0);
	pool_end(&p, &head);
}

static void test_seqgaps_list_is_bounded_and_blurs_the_oldest(void **state)
{
	struct seqgaps p = pool_of(POOL);
	uint32_t head = 0, at = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		seqgaps_add(&p, &head, i * 10, i * 10 + 4, i);
		assert_true(length(&p, head) <= SEQGAPS_PER_END);
	}
	assert_int_equal(p.held, SEQGAPS_PER_END);
	/* All that is missing is still known as missing; what lies between is in doubt. */
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(fill(&p, &head, i * 10, i * 10 + 4), 4);
	assert_int_equal(seqgaps_fill(&p, &head, 4, 10, &at), 6);
	assert_int_equal(at, 84);
	/* And is no proof that anything was missed. */
	assert_true(head);
	assert_int_equal(seqgaps_drop_before(&p, &head, 2000), 0);
	pool_end(&p, &head);
}

static void test_seqgaps_full_pool_gives_no_more_than_it_has(void **state)
{
	struct seqgaps p = pool_of(3);
	uint32_t heads[3] = { 0 }, none = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		seqgaps_add(&p, &heads[i], 10, 20, 1);
	seqgaps_add(&p, &none, 10, 20, 1);
	assert_int_equal(none, 0);
	/* No room for the second half: the whole stays, in doubt. */
	assert_int_equal(fill(&p, &heads[0], 14, 16), 2);
	assert_int_equal(fill(&p, &heads[0], 14, 16), 2);
	assert_int_equal(seqgaps_drop_before(&p, &heads[0], 20), 0);
	seqgaps_add(&p, &none, 10, 20, 1);
	assert_true(none);
	assert_int_equal(p.held, 3);
	assert_int_equal(p.used, 3);
	seqgaps_drop(&p, &none);
	seqgaps_drop(&p, &heads[1]);
	pool_end(&p, &heads[2]);
}

static void test_seqgaps_out_of_reach_are_forgotten(void **state)
{
	struct seqgaps p = pool_of(POOL);
	uint32_t head = 0;

	(void)state;
	seqgaps_add(&p, &head, 100, 200, 1);
	seqgaps_add(&p, &head, SEQ_JUMP_MAX, SEQ_JUMP_MAX + 100, 1);
	assert_int_equal(length(&p, head), 2);
	seqgaps_add(&p, &head, SEQ_JUMP_MAX + 200, SEQ_JUMP_MAX + 300, 1);
	assert_int_equal(length(&p, head), 2);
	assert_int_equal(fill(&p, &head, 100, 200), 0);
	pool_end(&p, &head);
}

static uint32_t rng(uint64_t *s)
{
	*s = *s * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

enum { MAP = 4000 };

/* Holes are few enough here for the list to be exact: then it says what a map of bytes says. */
static void against_a_map(uint64_t seed, uint32_t base)
{
	struct seqgaps p = pool_of(POOL);
	uint8_t missing[MAP] = { 0 };
	uint32_t head = 0, next = 0, floor = 0;

	while (next < MAP - 200) {
		uint32_t begin = next, end = begin + rng(&seed) % 60, at = 0, want = 0, expect;

		if (length(&p, head) < SEQGAPS_PER_END / 2) {
			seqgaps_add(&p, &head, base + begin, base + end, 1);
			for (uint32_t i = begin; i < end; i++)
				missing[i] = 1;
			next = end + 1 + rng(&seed) % 40;
		}
		begin = rng(&seed) % next;
		end = begin + rng(&seed) % 100;
		for (uint32_t i = begin; i < end && i < MAP; i++) {
			want += missing[i];
			missing[i] = 0;
		}
		assert_int_equal(seqgaps_fill(&p, &head, base + begin, base + end, &at), want);
		if (rng(&seed) % 8)
			continue;
		expect = 0;
		floor += rng(&seed) % (next - floor + 1);
		for (uint32_t i = 0; i < floor; i++) {
			expect += missing[i];
			missing[i] = 0;
		}
		assert_int_equal(seqgaps_drop_before(&p, &head, base + floor), expect);
	}
	pool_end(&p, &head);
}

static void test_seqgaps_says_what_a_map_of_bytes_says(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++)
		against_a_map(seed, 0u - (uint32_t)(seed * 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seqgaps_are_filled_in_parts_wherever_numbers_wrap),
		cmocka_unit_test(test_seqgaps_tells_since_when_the_oldest_was_known),
		cmocka_unit_test(test_seqgaps_acknowledged_are_counted_once),
		cmocka_unit_test(test_seqgaps_list_is_bounded_and_blurs_the_oldest),
		cmocka_unit_test(test_seqgaps_full_pool_gives_no_more_than_it_has),
		cmocka_unit_test(test_seqgaps_out_of_reach_are_forgotten),
		cmocka_unit_test(test_seqgaps_says_what_a_map_of_bytes_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
