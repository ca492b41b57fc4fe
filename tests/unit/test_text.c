/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measuring, wrapping, and lines whose pieces give way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/cards.h"
#include "ui/pieces.h"
#include "ui/text.h"

static void test_hostile_bytes_take_a_cell_each(void **state)
{
	(void)state;
	assert_int_equal(text_cells("abc"), 3);
	assert_int_equal(text_cells("a\x1b[b"), 4);
	assert_int_equal(text_cells("\xff\xfe"), 2);
	assert_int_equal(text_cells("\xe4\xb8\xad"), 2);
}

static void test_text_wraps_at_blanks_and_commas(void **state)
{
	size_t skip;

	(void)state;
	assert_int_equal(text_wrap("one two three", 8, &skip), 7);
	assert_int_equal(skip, 8);
	assert_int_equal(text_wrap("r0,rb13,t0", 8, &skip), 8);
	assert_int_equal(text_wrap("r0,rb131,t0", 8, &skip), 3);
	assert_int_equal(skip, 3);
	assert_int_equal(text_wrap("unbreakable", 5, &skip), 5);
	assert_int_equal(text_wrap("", 5, &skip), 0);
}

static void test_wrapping_always_goes_on(void **state)
{
	static const char text[] = " \xff\xff,  ,, \xe4\xb8\xad\xe4\xb8\xad a";
	const char *at = text;
	unsigned lines = 0;
	size_t skip;

	(void)state;
	while (*at) {
		text_wrap(at, 1, &skip);
		assert_true(skip > 0);
		at += skip;
		assert_true(++lines < 50);
	}
}

static void test_the_least_important_piece_goes_first(void **state)
{
	struct pieces p = { .count = 0 };

	(void)state;
	pieces_add(&p, 1, STYLE_NORMAL, "first");
	pieces_add(&p, 9, STYLE_NORMAL, "unimportant");
	pieces_right(&p);
	pieces_add(&p, 2, STYLE_NORMAL, "right");
	pieces_fit(&p, 40);
	assert_true(p.piece[0].shown && p.piece[1].shown && p.piece[2].shown);
	assert_int_equal(p.piece[2].x, 40 - 1 - 5);
	pieces_fit(&p, 20);
	assert_false(p.piece[1].shown);
	assert_true(p.piece[2].shown);
	pieces_fit(&p, 3);
	assert_true(p.piece[0].shown);
	assert_false(p.piece[2].shown);
}

static void test_a_long_value_has_a_line_to_itself(void **state)
{
	static struct cardside s;	/* large; tests only */

	(void)state;
	cardside_start(&s, 57);
	cardside_pair(&s, "a", "1", STYLE_NORMAL);
	cardside_pair(&s, "bytes_received", "1,718,111,320,000", STYLE_NORMAL);
	cardside_pair(&s, "b", "2", STYLE_NORMAL);
	cardside_pair(&s, "c", "3", STYLE_NORMAL);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.lines[1].pairs, 1);
	assert_int_equal(s.lines[2].pairs, 2);
}

static void test_cards_stop_at_their_limit(void **state)
{
	static struct cardside s;
	int i;

	(void)state;
	cardside_start(&s, 1);
	for (i = 0; i < 3 * CARDS_LINES_MAX; i++)
		cardside_pair(&s, "label", "value", STYLE_NORMAL);
	cardside_text(&s, STYLE_NORMAL, "some more text");
	cardside_field(&s, "field", "and more", STYLE_NORMAL);
	assert_int_equal(s.count, CARDS_LINES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_bytes_take_a_cell_each),
		cmocka_unit_test(test_text_wraps_at_blanks_and_commas),
		cmocka_unit_test(test_wrapping_always_goes_on),
		cmocka_unit_test(test_the_least_important_piece_goes_first),
		cmocka_unit_test(test_a_long_value_has_a_line_to_itself),
		cmocka_unit_test(test_cards_stop_at_their_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
