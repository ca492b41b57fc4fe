/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards lose nothing of what they were given, whatever the width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/cards.h"

enum { WIDTH_MAX = 400, HEIGHT = 40 };

/* The characters of the painted card without blanks: where lines break does not matter. */
static void paint(const struct cardside *s, struct buf *out)
{
	struct grid g;
	struct buf screen;
	const char *c;

	assert_int_equal(grid_init(&g, s->width, HEIGHT, false), 0);
	cardside_paint(s, &g, 0, 0, HEIGHT, 0);
	buf_init(&screen);
	grid_dump(&g, &screen);
	for (c = screen.data; *c; c++) {
		if (*c != ' ' && *c != '\n')
			buf_addc(out, *c);
	}
	buf_fini(&screen);
	grid_fini(&g);
}

static void check(const struct cardside *s, const char *expected)
{
	struct buf got;

	buf_init(&got);
	paint(s, &got);
	assert_string_equal(got.data, expected);
	buf_fini(&got);
}

static void test_a_short_value_shares_its_line(void **state)
{
	struct cardside s;

	(void)state;
	cardside_start(&s, 80);
	cardside_pair(&s, "rtt", "20ms", STYLE_NORMAL);
	cardside_pair(&s, "rto", "224ms", STYLE_NORMAL);
	assert_int_equal(s.count, 1);
	check(&s, "rtt20msrto224ms");
}

static void test_a_long_value_is_not_cut(void **state)
{
	static const char unit[] =
		"user@1000.service/app-org.gnome.Terminal-vte-spawn-0123456789abcdef.scope";
	struct cardside s;
	char expected[128];
	int width;

	(void)state;
	memcpy(expected, "unit", 4);
	memcpy(expected + 4, unit, sizeof(unit));
	for (width = 24; width <= 120; width += 8) {
		cardside_start(&s, width);
		cardside_pair(&s, "unit", unit, STYLE_NORMAL);
		check(&s, expected);
	}
}

static void test_a_long_label_is_not_cut(void **state)
{
	struct cardside s;

	(void)state;
	cardside_start(&s, 30);
	cardside_pair(&s, "fastopen_client_fail", "a value of many words", STYLE_NORMAL);
	check(&s, "fastopen_client_failavalueofmanywords");
}

static void test_a_line_of_a_very_wide_screen_is_not_cut(void **state)
{
	struct cardside s;
	char text[2 * WIDTH_MAX + 1], expected[2 * WIDTH_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(expected, text, sizeof(text));
	cardside_start(&s, WIDTH_MAX);
	cardside_text(&s, STYLE_NORMAL, text);
	check(&s, expected);
}

/* Two values of a billion fit into the narrowest usual screen, whole; what does not is marked. */
static void test_two_values_in_columns_lose_no_digit_unseen(void **state)
{
	struct cardside s;

	(void)state;
	cardside_start(&s, 38);
	cardside_two(&s, "window closed", "1,718,111,320", STYLE_NORMAL, "0", STYLE_DIM);
	check(&s, "windowcl…1,718,111,3200");
	cardside_start(&s, 26);
	cardside_two(&s, "payload", "1,718,111,320", STYLE_NORMAL, "0", STYLE_DIM);
	check(&s, "payload1,718,1…0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_short_value_shares_its_line),
		cmocka_unit_test(test_a_long_value_is_not_cut),
		cmocka_unit_test(test_a_long_label_is_not_cut),
		cmocka_unit_test(test_a_line_of_a_very_wide_screen_is_not_cut),
		cmocka_unit_test(test_two_values_in_columns_lose_no_digit_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
