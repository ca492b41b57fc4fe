/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/bytes.h: no read leaves the bytes, and one that fails moves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"

static const uint8_t data[] = { 0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x87 };

static void test_bytes_reads_in_network_order(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));
	uint32_t u32;
	uint16_t u16;
	uint8_t u8;

	(void)state;
	assert_true(bytes_be32(&b, &u32));
	assert_int_equal(u32, 0x81020304u);
	assert_true(bytes_be16(&b, &u16));
	assert_int_equal(u16, 0x0506);
	assert_true(bytes_u8(&b, &u8));
	assert_int_equal(u8, 0x87);
	assert_int_equal(bytes_left(&b), 0);
}

/* Each read at every length that is too short for it. */
static void test_bytes_short_read_changes_nothing(void **state)
{
	uint8_t copy[4] = { 9, 9, 9, 9 };
	uint32_t u32 = 7;
	uint16_t u16 = 7;
	uint8_t u8 = 7;
	size_t n;

	(void)state;
	for (n = 0; n < 4; n++) {
		struct bytes b = bytes_of(data, n);

		assert_false(bytes_be32(&b, &u32));
		assert_false(bytes_copy(&b, copy, 4));
		assert_false(bytes_skip(&b, n + 1));
		assert_null(bytes_take(&b, n + 1));
		assert_false(bytes_skip(&b, SIZE_MAX));
		if (n < 2)
			assert_false(bytes_be16(&b, &u16));
		if (n < 1)
			assert_false(bytes_u8(&b, &u8));
		assert_ptr_equal(b.p, data);
		assert_int_equal(bytes_left(&b), n);
	}
	assert_int_equal(u32, 7);
	assert_int_equal(u16, 7);
	assert_int_equal(u8, 7);
	assert_memory_equal(copy, "\t\t\t\t", 4);
}

static void test_bytes_take_lends_what_it_passes(void **state)
{
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	assert_ptr_equal(bytes_take(&b, 0), data);
	assert_ptr_equal(bytes_take(&b, 3), data);
	assert_ptr_equal(bytes_take(&b, 4), data + 3);
	assert_null(bytes_take(&b, 1));
	assert_true(bytes_skip(&b, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_reads_in_network_order),
		cmocka_unit_test(test_bytes_short_read_changes_nothing),
		cmocka_unit_test(test_bytes_take_lends_what_it_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
