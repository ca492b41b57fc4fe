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

static bool parse_fdinfo(const char *text, struct fdflags *out)
{
	return pidinfo_parse_fdinfo(text, strlen(text), out);
}

static void test_pidinfo_flags_of_a_descriptor_are_octal(void **state)
{
	struct fdflags f = { .inode = 0 };

	(void)state;
	assert_true(parse_fdinfo("pos:\t0\nflags:\t02004002\nmnt_id:\t9\nino:\t4294967295\n", &f));
	assert_true(f.nonblock);
	assert_true(f.cloexec);
	assert_int_equal(f.inode, 4294967295u);
	/* Before Linux 5.14 there is no inode; the last line may be cut by the buffer. */
	assert_true(parse_fdinfo("pos:\t0\nflags:\t02", &f));
	assert_false(f.nonblock);
	assert_false(f.cloexec);
	assert_int_equal(f.inode, 0);
	assert_true(parse_fdinfo("flags:\t04000\nino:\t4294967296\n", &f));
	assert_true(f.nonblock);
	assert_false(f.cloexec);
	assert_int_equal(f.inode, 0);
}

static void test_pidinfo_text_without_flags_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"flags:",
		"flags:\t",
		"flags:\t\n04000\n",
		"flags:\t04000x\n",
		"flags:\t8\n",
		"xflags:\t04000\n",
		"flags\t04000\n",
		"flags:\t-1\n",
		"flags:\t777777777777777777777777777777\n",
		"ino:\t5\n",
	};
	struct fdflags f = { .inode = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (parse_fdinfo(texts[i], &f))
			fail_msg("%s", texts[i]);
	assert_int_equal(f.inode, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pidinfo_name_ends_at_the_last_parenthesis),
		cmocka_unit_test(test_pidinfo_cut_anywhere_is_refused),
		cmocka_unit_test(test_pidinfo_flags_of_a_descriptor_are_octal),
		cmocka_unit_test(test_pidinfo_text_without_flags_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
