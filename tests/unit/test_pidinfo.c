/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pidinfo.c: /proc/PID/stat, whose second field is whatever a process calls itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "source/pidinfo.h"

static bool parse(const char *text, struct pidinfo *out)
{
	return pidinfo_parse(text, strlen(text), out);
}

static void test_pidinfo_name_ends_at_the_last_parenthesis(void **state)
{
	struct pidinfo info;

	(void)state;
	assert_true(parse("5 (a) R 1 (b\n) Z 9 5 5 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 4 0 777 0\n",
			  &info));
	assert_string_equal(info.comm, "a) R 1 (b\n");
	assert_int_equal(info.state, 'Z');
	assert_int_equal(info.ppid, 9);
	assert_int_equal(info.threads, 4);
	assert_int_equal(info.start_ticks, 777);
	assert_true(info.kernel_thread);
	assert_true(parse("5 () S 9 5 5 0 -1 0 0 0 0 0 0 0 0 0 -20 -1 1 0 18446744073709551615",
			  &info));
	assert_string_equal(info.comm, "");
	assert_true(info.start_ticks == UINT64_MAX);
	assert_false(info.kernel_thread);
}

static void test_pidinfo_cut_anywhere_is_refused(void **state)
{
	static const char text[] = "5 (name) S 9 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 1\n";
	struct pidinfo info = { .state = '?' };

	(void)state;
	for (size_t len = 0; len < sizeof(text) - sizeof(" 777 1\n"); len++)
		assert_false(pidinfo_parse(text, len, &info));
	assert_int_equal(info.state, '?');
	assert_false(parse("5 name S 9 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 1", &info));
	assert_false(parse(")5 (name S 9 5 5 0", &info));
	assert_false(parse("5 (name) S 9 5 x 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 1", &info));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pidinfo_name_ends_at_the_last_parenthesis),
		cmocka_unit_test(test_pidinfo_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
