/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/errorcopies.c: the same error at another observation point is not another error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/errorcopies.h"

#define START_NS (1700000000ull * NSEC_PER_SEC)

static struct pktmeta error(uint64_t at_us, uint32_t ifindex, uint8_t way)
{
	return (struct pktmeta){
		.is_error = true, .icmp_type = 3, .icmp_code = 3, .ifindex = ifindex, .way = way,
		.time_ns = START_NS + at_us * NSEC_PER_USEC,
	};
}

static bool is_copy(struct errorcopies *c, uint64_t hash, struct pktmeta m)
{
	return errorcopies_is_copy(c, hash, &m);
}

static void test_errorcopies_same_error_elsewhere_is_a_copy(void **state)
{
	struct errorcopies c = { 0 };

	(void)state;
	assert_false(is_copy(&c, 1, error(0, 2, PKT_IN)));
	assert_true(is_copy(&c, 1, error(10, 2, PKT_OUT)));
	assert_true(is_copy(&c, 1, error(20, 3, PKT_IN)));
	/* Rings are read one after the other: a copy may have the earlier stamp. */
	assert_false(is_copy(&c, 1, error(2000, 2, PKT_IN)));
	assert_true(is_copy(&c, 1, error(1990, 3, PKT_OUT)));
}

static void test_errorcopies_errors_at_one_point_all_count(void **state)
{
	struct errorcopies c = { 0 };

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_false(is_copy(&c, 1, error(i, 2, PKT_IN)));
}

static void test_errorcopies_point_moves_after_a_while(void **state)
{
	struct errorcopies c = { 0 };

	(void)state;
	assert_false(is_copy(&c, 1, error(0, 2, PKT_IN)));
	assert_false(is_copy(&c, 1, error(10001, 3, PKT_IN)));
	assert_true(is_copy(&c, 1, error(10002, 2, PKT_IN)));
	assert_false(is_copy(&c, 1, error(10003, 3, PKT_IN)));
}

static void test_errorcopies_other_errors_and_flows_are_none(void **state)
{
	struct errorcopies c = { 0 };
	struct pktmeta other = error(1, 3, PKT_IN);

	(void)state;
	assert_false(is_copy(&c, 1, error(0, 2, PKT_IN)));
	other.icmp_code = 1;
	assert_false(is_copy(&c, 1, other));
	other = error(2, 4, PKT_IN);
	assert_false(is_copy(&c, 2, other));
	/* One that shares its place pushes it out. */
	assert_false(is_copy(&c, 1 + ((uint64_t)1 << 40), error(3, 2, PKT_IN)));
	assert_false(is_copy(&c, 1, error(4, 2, PKT_IN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errorcopies_same_error_elsewhere_is_a_copy),
		cmocka_unit_test(test_errorcopies_errors_at_one_point_all_count),
		cmocka_unit_test(test_errorcopies_point_moves_after_a_while),
		cmocka_unit_test(test_errorcopies_other_errors_and_flows_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
