/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/value.c: the text of a cell in both styles, and the order of two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "query/columns.h"

static struct column of(enum vtype type, enum unit unit, uint8_t width)
{
	return (struct column){ .name = "c", .type = type, .unit = unit, .width = width };
}

static void check_number(enum unit unit, uint64_t n, const char *brief, const char *exact)
{
	struct column c = of(VT_UINT, unit, 6);
	struct value v = { .u64 = n };
	char out[64];

	assert_int_equal(value_format(&c, &v, TEXT_SHORT, false, out, sizeof(out)), strlen(brief));
	assert_string_equal(out, brief);
	assert_int_equal(value_format(&c, &v, TEXT_EXACT, false, out, sizeof(out)), strlen(exact));
	assert_string_equal(out, exact);
}

static void test_value_numbers_are_short_by_unit_or_exact(void **state)
{
	(void)state;
	check_number(UNIT_NONE, 51234, "51234", "51234");
	check_number(UNIT_NONE, UINT64_MAX, "18446744073709551615", "18446744073709551615");
	check_number(UNIT_COUNT, 0, "0", "0");
	check_number(UNIT_BYTES, 45200123, "45.2M", "45200123");
	check_number(UNIT_RATE, 999, "999", "999");
	check_number(UNIT_US, 230000, "230ms", "230000");
	check_number(UNIT_MS, 230, "230ms", "230");
	check_number(UNIT_NS, 41000000000, "41s", "41000000000");
}

static void test_value_only_rates_turn_into_bits(void **state)
{
	struct column rate = of(VT_UINT, UNIT_RATE, 6), bytes = of(VT_UINT, UNIT_BYTES, 6);
	struct value v = { .u64 = 125 };
	char out[64];

	(void)state;
	value_format(&rate, &v, TEXT_EXACT, true, out, sizeof(out));
	assert_string_equal(out, "1000");
	value_format(&bytes, &v, TEXT_EXACT, true, out, sizeof(out));
	assert_string_equal(out, "125");
	v.u64 = UINT64_MAX / 2; /* does not wrap */
	value_format(&rate, &v, TEXT_EXACT, true, out, sizeof(out));
	assert_string_equal(out, "18446744073709551615");
}

static void check_text(struct column c, const struct value *v, const char *brief, const char *exact)
{
	char out[64];

	value_format(&c, v, TEXT_SHORT, false, out, sizeof(out));
	assert_string_equal(out, brief);
	value_format(&c, v, TEXT_EXACT, false, out, sizeof(out));
	assert_string_equal(out, exact);
}

static void test_value_other_types_have_their_text(void **state)
{
	struct value v = { .text = "a\x1b[2Jb" };

	(void)state;
	check_text(of(VT_TEXT, UNIT_NONE, 6), &v, "a\x1b[2Jb", "a\x1b[2Jb");
	v.u64 = 0x1a2b;
	check_text(of(VT_HEX, UNIT_NONE, 6), &v, "0x1a2b", "0x1a2b");
	check_text(of(VT_BOOL, UNIT_NONE, 6), &v, "yes", "true");
	check_text(of(VT_BOOL, UNIT_NONE, 1), &v, "!", "true");
	v.u64 = 0;
	check_text(of(VT_HEX, UNIT_NONE, 6), &v, "0x0", "0x0");
	check_text(of(VT_BOOL, UNIT_NONE, 6), &v, "no", "false");
	check_text(of(VT_BOOL, UNIT_NONE, 1), &v, "", "false");
	v.u64 = 1795299243118000000;
	check_text(of(VT_TIME, UNIT_NONE, 8), &v, "22:14:03", "2026-11-21T22:14:03.118000000Z");
	v.text = NULL;
	assert_int_equal(addr_parse("2001:db8::1", &v.addr), 0);
	check_text(of(VT_ADDR, UNIT_NONE, 15), &v, "2001:db8::1", "2001:db8::1");
}

static void test_value_text_never_overruns(void **state)
{
	static const enum vtype types[] = { VT_UINT, VT_TEXT, VT_ADDR, VT_BOOL, VT_TIME, VT_HEX };
	struct value v = { .u64 = 123456789, .text = "abcdefghij" };

	(void)state;
	v.addr.b[0] = 0x20;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct column c = of(types[i], UNIT_NONE, 6);

		for (size_t size = 0; size < 8; size++) {
			char out[16];
			size_t len;

			memset(out, '#', sizeof(out));
			len = value_format(&c, &v, TEXT_EXACT, false, out, size);
			assert_int_equal(out[size], '#');
			if (size)
				assert_int_equal(strlen(out), len);
		}
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void check_order(struct column c, const struct value *less, const struct value *more)
{
	assert_int_equal(sign(value_compare(&c, less, more)), -1);
	assert_int_equal(sign(value_compare(&c, more, less)), 1);
	assert_int_equal(value_compare(&c, less, less), 0);
}

static void test_value_order_is_that_of_the_type(void **state)
{
	struct value x = { .u64 = 9, .text = "Apple" }, y = { .u64 = UINT64_MAX, .text = "bee" };

	(void)state;
	check_order(of(VT_UINT, UNIT_COUNT, 6), &x, &y);
	check_order(of(VT_TIME, UNIT_NONE, 6), &x, &y);
	check_order(of(VT_TEXT, UNIT_NONE, 6), &x, &y);
	check_order(of(VT_ADDR, UNIT_NONE, 6), &x, &y); /* what stands for an address: text */
	x.text = NULL;
	check_order(of(VT_ADDR, UNIT_NONE, 6), &x, &y);
	y.text = NULL;
	addr_parse("9.0.0.1", &x.addr);
	addr_parse("10.0.0.1", &y.addr);
	check_order(of(VT_ADDR, UNIT_NONE, 6), &x, &y);
	addr_parse("::1", &y.addr); /* below every mapped address in its bytes */
	check_order(of(VT_ADDR, UNIT_NONE, 6), &x, &y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_numbers_are_short_by_unit_or_exact),
		cmocka_unit_test(test_value_only_rates_turn_into_bits),
		cmocka_unit_test(test_value_other_types_have_their_text),
		cmocka_unit_test(test_value_text_never_overruns),
		cmocka_unit_test(test_value_order_is_that_of_the_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
