/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ui/keys.c: names of keys, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/keys.h"

static const struct {
	uint32_t code;
	const char *name;
} expected[] = {
	{ 'a', "a" },
	{ '/', "/" },
	{ ' ', "Space" },
	{ 0xe9, "é" },
	{ 0x6f22, "漢" },
	{ 1, "C-a" },
	{ KEY_CTRL_('l'), "C-l" },
	{ 26, "C-z" },
	{ 0x1c, "C-\\" },
	{ KEY_ENTER_, "Enter" },
	{ KEY_ESC_, "Esc" },
	{ KEY_BACKTAB_, "S-Tab" },
	{ KEY_BACKSPACE_, "Backspace" },
	{ KEY_PGDN_, "PgDn" },
	{ KEY_F0_ + 1, "F1" },
	{ KEY_F0_ + 12, "F12" },
};

static void test_key_names_read_both_ways(void **state)
{
	char name[12];

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		key_name(expected[i].code, name);
		assert_string_equal(name, expected[i].name);
		assert_int_equal(key_from_name(name, strlen(name)), expected[i].code);
	}
}

static void test_every_key_has_a_name_of_its_own(void **state)
{
	char name[12];

	(void)state;
	for (uint32_t code = KEY_ENTER_; code <= KEY_F0_ + 12; code++) {
		if (code == KEY_F0_)
			continue;
		key_name(code, name);
		assert_int_equal(key_from_name(name, strlen(name)), code);
	}
}

static void test_what_does_not_print_is_named_by_number(void **state)
{
	char name[12];

	(void)state;
	key_name(0x202e, name);
	assert_string_equal(name, "U+202E");
	key_name(0x85, name);
	assert_string_equal(name, "U+0085");
	key_name(UINT32_MAX, name);
	assert_string_equal(name, "U+FFFFFFFF");
}

static void test_unknown_names_are_no_keys(void **state)
{
	static const char *const wrong[] = { "",   "F0",    "F13", "enter", "ab",     "C-",
					     "C-1", "C-ab", "\x1b", "\xff",  "\u202e", "Enter " };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(key_from_name(wrong[i], strlen(wrong[i])), 0);
	assert_int_equal(key_from_name("Enterprise", 5), KEY_ENTER_);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_names_read_both_ways),
		cmocka_unit_test(test_every_key_has_a_name_of_its_own),
		cmocka_unit_test(test_what_does_not_print_is_named_by_number),
		cmocka_unit_test(test_unknown_names_are_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
