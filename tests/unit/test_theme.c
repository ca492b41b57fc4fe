/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ui/theme.c: what every theme must hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/grid.h"
#include "ui/theme.h"

static const enum style loud[] = { STYLE_SELECTED, STYLE_TROUBLE, STYLE_ERROR, STYLE_BADINPUT,
				   STYLE_TABON,	   STYLE_TITLE,	  STYLE_MARKED };

static void test_themes_are_found_by_name(void **state)
{
	unsigned count = 0;

	(void)state;
	for (; theme_at(count); count++)
		assert_ptr_equal(theme_find(theme_at(count)->name), theme_at(count));
	assert_string_equal(theme_at(0)->name, "default");
	assert_ptr_equal(theme_at(count - 1), theme_mono());
	assert_null(theme_find("no such theme"));
}

static void test_colours_are_of_the_palette(void **state)
{
	(void)state;
	for (unsigned i = 0; theme_at(i); i++) {
		for (unsigned s = 0; s < STYLES; s++) {
			const struct look *l = &theme_at(i)->look[s];

			assert_true(l->fg >= -1 && l->fg <= 255);
			assert_true(l->bg >= -1 && l->bg <= 255);
			assert_true(l->fg8 >= -1 && l->fg8 <= 7);
		}
	}
}

static void test_plain_text_is_the_terminals_own(void **state)
{
	(void)state;
	for (unsigned i = 0; theme_at(i); i++) {
		const struct look *l = &theme_at(i)->look[STYLE_NORMAL];

		assert_int_equal(l->fg, COLOR_DEFAULT);
		assert_int_equal(l->bg, COLOR_DEFAULT);
		assert_int_equal(l->fg8, COLOR_DEFAULT);
		assert_int_equal(l->attr, 0);
	}
}

/* A style left out of a table would be black on black. */
static void test_no_style_is_black(void **state)
{
	(void)state;
	for (unsigned i = 0; theme_at(i); i++)
		for (unsigned s = 0; s < STYLES; s++)
			assert_true(theme_at(i)->look[s].fg != 0 && theme_at(i)->look[s].fg8 != 0);
}

static void test_monochrome_uses_no_colour_but_tells_what_matters(void **state)
{
	const struct theme *mono = theme_mono();

	(void)state;
	for (unsigned s = 0; s < STYLES; s++) {
		assert_int_equal(mono->look[s].fg, COLOR_DEFAULT);
		assert_int_equal(mono->look[s].bg, COLOR_DEFAULT);
		assert_int_equal(mono->look[s].fg8, COLOR_DEFAULT);
	}
	for (unsigned i = 0; i < sizeof(loud) / sizeof(loud[0]); i++)
		assert_true(mono->look[loud[i]].attr != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_themes_are_found_by_name),
		cmocka_unit_test(test_colours_are_of_the_palette),
		cmocka_unit_test(test_plain_text_is_the_terminals_own),
		cmocka_unit_test(test_no_style_is_black),
		cmocka_unit_test(test_monochrome_uses_no_colour_but_tells_what_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
