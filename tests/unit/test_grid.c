/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ui/grid.c: what may be in a cell, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/grid.h"

enum { W = 12, H = 3 };

static int setup(void **state)
{
	static struct grid g;

	*state = &g;
	return grid_init(&g, W, H, false);
}

static int teardown(void **state)
{
	grid_fini(*state);
	return 0;
}

static void assert_dump(const struct grid *g, const char *expected)
{
	struct buf out;

	buf_init(&out);
	grid_dump(g, &out);
	assert_string_equal(out.data, expected);
	buf_fini(&out);
}

static const struct cell *at(const struct grid *g, int x, int y)
{
	return &g->cells[y * g->width + x];
}

static void test_grid_starts_blank_and_without_a_cursor(void **state)
{
	struct grid *g = *state;

	assert_dump(g, "\n\n\n");
	assert_string_equal(at(g, W - 1, H - 1)->text, " ");
	assert_int_equal(g->cursor_x, -1);
	assert_int_equal(g->cursor_y, -1);
}

static void test_grid_size_is_clamped(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_resize(g, 0, -5), 0);
	assert_int_equal(g->width, 1);
	assert_int_equal(g->height, 1);
	assert_int_equal(grid_resize(g, 100000, 2), 0);
	assert_int_equal(g->width, 1000);
	assert_int_equal(g->height, 2);
}

static void test_text_is_cut_at_its_span(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 2, 1, 4, STYLE_RX, "abcdef"), 4);
	assert_dump(g, "\n  abcd\n\n");
	assert_int_equal(at(g, 5, 1)->style, STYLE_RX);
	assert_int_equal(at(g, 6, 1)->style, STYLE_NORMAL);
}

static void test_text_never_leaves_the_grid(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 9, 0, 100, STYLE_NORMAL, "abcdef"), 3);
	assert_int_equal(grid_text(g, -3, 2, 100, STYLE_NORMAL, "abcdef"), 6);
	assert_int_equal(grid_text(g, 0, -1, 100, STYLE_NORMAL, "x"), 0);
	assert_int_equal(grid_text(g, 0, H, 100, STYLE_NORMAL, "x"), 0);
	assert_int_equal(grid_text(g, W, 0, 100, STYLE_NORMAL, "x"), 0);
	assert_int_equal(grid_text(g, INT32_MIN, 0, INT32_MAX, STYLE_NORMAL, "x"), 0);
	assert_int_equal(grid_text(g, 0, 0, -1, STYLE_NORMAL, "x"), 0);
	assert_dump(g, "         abc\n\ndef\n");
}

static void test_wide_character_never_straddles_its_span(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 0, 0, 5, STYLE_NORMAL, "漢字漢"), 4);
	assert_dump(g, "漢字\n\n\n");
	assert_string_equal(at(g, 1, 0)->text, "");
	assert_int_equal(grid_text(g, W - 1, 1, 9, STYLE_NORMAL, "漢"), 0);
	assert_int_equal(grid_text(g, -1, 2, 9, STYLE_NORMAL, "漢a"), 3);
	assert_dump(g, "漢字\n\n a\n");
}

static void test_half_overwritten_wide_character_leaves_a_space(void **state)
{
	struct grid *g = *state;

	grid_text(g, 0, 0, 8, STYLE_NORMAL, "漢字漢字");
	grid_text(g, 1, 0, 2, STYLE_NORMAL, "ab");
	assert_dump(g, " ab 漢字\n\n\n");
	grid_text(g, 5, 0, 2, STYLE_NORMAL, "語");
	assert_dump(g, " ab  語\n\n\n");
}

static void test_combining_mark_joins_its_character(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 0, 0, 9, STYLE_NORMAL, "e\xcc\x81x"), 2);
	assert_string_equal(at(g, 0, 0)->text, "e\xcc\x81");
	assert_string_equal(at(g, 1, 0)->text, "x");
	assert_int_equal(grid_text(g, 0, 1, 9, STYLE_NORMAL, "漢\xcc\x81x"), 3);
	assert_string_equal(at(g, 0, 1)->text, "漢\xcc\x81");
}

static void test_combining_mark_without_a_character_or_room_is_left_out(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 0, 0, 9, STYLE_NORMAL, "\xcc\x81"
							     "a\xcc\x81\xcc\x82\xcc\x83"), 1);
	assert_string_equal(at(g, 0, 0)->text, "a\xcc\x81");
	/* four bytes and four more do not fit a cell with its end */
	assert_int_equal(grid_text(g, 0, 1, 9, STYLE_NORMAL, "🐍\xf0\x9d\x85\xa7"), 2);
	assert_string_equal(at(g, 0, 1)->text, "\xf0\x9f\x90\x8d");
	/* a variation selector: terminals disagree on what it does to the width */
	assert_int_equal(grid_text(g, 0, 2, 9, STYLE_NORMAL, "☺\xef\xb8\x8f"), 1);
	assert_string_equal(at(g, 0, 2)->text, "☺");
}

static void test_control_characters_show_in_one_cell_each(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_text(g, 0, 0, 12, STYLE_NORMAL, "a\x1b]0;P\x07\r\n\tz"), 11);
	assert_dump(g, "a\ufffd]0;P\ufffd\ufffd\ufffd\ufffdz\n\n\n");
	grid_text(g, 0, 1, 12, STYLE_NORMAL, "x\u202ey\xc2\x85\u2066\u200bz\x7f");
	assert_string_equal(at(g, 7, 1)->text, "\ufffd");
	assert_string_equal(at(g, 8, 1)->text, " ");
	assert_int_equal(grid_bytes(g, 0, 2, 12, STYLE_NORMAL, "a\0b", 3), 3);
	assert_string_equal(at(g, 1, 1)->text, "\ufffd");
	assert_string_equal(at(g, 1, 2)->text, "\ufffd");
}

static void test_ascii_grid_holds_only_ascii(void **state)
{
	struct grid *g = *state;

	g->ascii = true;
	grid_text(g, 0, 0, 12, STYLE_NORMAL, "▼▲│─…█░●▌←→");
	grid_text(g, 0, 1, 12, STYLE_NORMAL, "é漢e\xcc\x81\x1b\xff·");
	grid_ellipsis(g, 0, 2, 4, STYLE_NORMAL, "abcdef");
	assert_dump(g, "v^|-~#.*><>\n??e??.\nabc~\n");
}

static void test_right_aligns_by_cells(void **state)
{
	struct grid *g = *state;

	grid_right(g, 0, 0, 6, STYLE_NORMAL, "漢1");
	grid_right(g, 0, 1, 6, STYLE_NORMAL, "1234567");
	grid_right(g, 8, 2, 4, STYLE_NORMAL, "9");
	assert_dump(g, "   漢1\n123456\n           9\n");
}

static void test_ellipsis_only_where_cut(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_ellipsis(g, 0, 0, 6, STYLE_NORMAL, "abcdef"), 6);
	assert_int_equal(grid_ellipsis(g, 0, 1, 5, STYLE_NORMAL, "abcdef"), 5);
	assert_int_equal(grid_ellipsis(g, 0, 2, 4, STYLE_NORMAL, "漢字漢"), 3);
	assert_dump(g, "abcdef\nabcd…\n漢…\n");
	assert_int_equal(grid_ellipsis(g, 0, 0, 0, STYLE_NORMAL, "abc"), 0);
}

static void test_printf_paints_text_not_formats(void **state)
{
	struct grid *g = *state;

	assert_int_equal(grid_printf(g, 0, 0, 12, STYLE_NORMAL, "%s %d", "%n%s", 7), 6);
	assert_dump(g, "%n%s 7\n\n\n");
}

static void test_fill_and_lines_are_clipped(void **state)
{
	struct grid *g = *state;

	grid_fill(g, -2, -2, 4, 4, STYLE_NORMAL, '.');
	grid_hline(g, 10, 2, 100, STYLE_RULE);
	grid_vline(g, 5, 1, 100, STYLE_RULE);
	grid_fill(g, 0, H, 1, 100, STYLE_NORMAL, 'x');
	assert_dump(g, "..\n..   │\n     │    ──\n");
	grid_fill(g, 0, 0, 1, 1, STYLE_NORMAL, '\x1b');
	assert_string_equal(at(g, 0, 0)->text, "\ufffd");
}

static void test_restyle_and_attr_keep_the_text(void **state)
{
	struct grid *g = *state;

	grid_text(g, 0, 0, 12, STYLE_NORMAL, "abc");
	grid_restyle(g, -1, 0, 3, STYLE_SELECTED);
	grid_attr(g, 1, 0, 1, GRID_BOLD);
	grid_attr(g, 1, 0, 1, GRID_DIM);
	grid_attr(g, 0, 99, 1, GRID_DIM);
	assert_dump(g, "abc\n\n\n");
	assert_int_equal(at(g, 0, 0)->style, STYLE_SELECTED);
	assert_int_equal(at(g, 1, 0)->style, STYLE_SELECTED);
	assert_int_equal(at(g, 1, 0)->attr, GRID_BOLD | GRID_DIM);
	assert_int_equal(at(g, 2, 0)->style, STYLE_NORMAL);
}

static void test_bar_is_full_only_when_full_and_empty_only_when_empty(void **state)
{
	struct grid *g = *state;

	grid_bar(g, 0, 0, 4, STYLE_NORMAL, 0, 100);
	grid_bar(g, 4, 0, 4, STYLE_NORMAL, 100, 100);
	grid_bar(g, 8, 0, 4, STYLE_NORMAL, UINT64_MAX, 3);
	grid_bar(g, 0, 1, 4, STYLE_NORMAL, 1, UINT64_MAX);
	grid_bar(g, 4, 1, 4, STYLE_NORMAL, UINT64_MAX - 1, UINT64_MAX);
	grid_bar(g, 8, 1, 4, STYLE_NORMAL, 3, 8);
	grid_bar(g, 0, 2, 4, STYLE_NORMAL, 5, 0);
	assert_dump(g, "░░░░████████\n▏░░░███▉█▌░░\n░░░░\n");
	g->ascii = true;
	grid_bar(g, 0, 2, 4, STYLE_NORMAL, 1, 2);
	assert_string_equal(at(g, 1, 2)->text, "#");
	assert_string_equal(at(g, 2, 2)->text, ".");
}

static void test_spark_shows_the_last_values_at_the_right(void **state)
{
	static const uint64_t values[] = { 900, 0, 1, 35, 70 };
	static const uint64_t zeros[] = { 0, 0 };
	struct grid *g = *state;

	grid_spark(g, 0, 0, 4, STYLE_NORMAL, values, 5);
	grid_spark(g, 0, 1, 4, STYLE_NORMAL, zeros, 2);
	grid_spark(g, 0, 2, 4, STYLE_NORMAL, values, 0);
	assert_dump(g, "▁▂▅█\n  ▁▁\n\n");
	g->ascii = true;
	grid_spark(g, 6, 0, 4, STYLE_NORMAL, values, 5);
	assert_string_equal(at(g, 6, 0)->text, "_");
	assert_string_equal(at(g, 9, 0)->text, "#");
}

static uint32_t step(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Cells that a terminal would need for the row; fails where a cell breaks the invariants. */
static int row_cells(const struct grid *g, int y)
{
	int cells = 0;

	for (int x = 0; x < g->width; x++) {
		const char *text = at(g, x, y)->text;
		size_t len = strnlen(text, sizeof(at(g, x, y)->text));
		uint32_t cp = ' ';

		assert_true(len < sizeof(at(g, x, y)->text));
		for (size_t i = 0; i < len;) {
			size_t start = i;

			i += utf8_decode(text + i, len - i, &cp);
			assert_false(utf8_is_control(cp));
			assert_true(cp != UTF8_BAD || i - start == 3);
			assert_true(!g->ascii || cp < 0x80);
			assert_true(start > 0 || utf8_width(cp) > 0);
			assert_true(start == 0 || utf8_width(cp) == 0);
			cells += utf8_width(cp);
		}
		assert_true(len > 0 || x > 0);
	}
	return cells;
}

/* Half of the text is bytes, half characters from the ranges that matter. */
static size_t random_text(uint32_t *seed, char *out, size_t size)
{
	static const uint32_t bases[] = { 0, 0x80, 0x300, 0x2000, 0x2028, 0x4e00, 0xfe00, 0x1f600,
					  0x1d165, 0xe0000, 0x1100, 0xd7f0 };
	size_t len = 0, wanted = step(seed) % (size - 4);

	while (len < wanted) {
		uint32_t base = bases[step(seed) % (sizeof(bases) / sizeof(bases[0]))];

		if (step(seed) % 2)
			out[len++] = (char)step(seed);
		else
			len += utf8_encode(base + step(seed) % 0x80, out + len);
	}
	return len;
}

static void test_no_text_breaks_the_grid(void **state)
{
	struct grid *g = *state;
	uint32_t seed = 1;
	char text[48];

	for (int round = 0; round < 60000; round++) {
		size_t len = random_text(&seed, text, sizeof(text));
		int x = (int)(step(&seed) % (W + 6)) - 3, max = (int)(step(&seed) % (W + 4));
		int used;

		g->ascii = round % 5 == 4;
		if (round % 5 >= 3)
			grid_blank(g);
		used = grid_bytes(g, x, 1, max, STYLE_NORMAL, text, len);
		assert_in_range(used, 0, max);
		assert_true(used == 0 || x + used <= W);
		assert_int_equal(row_cells(g, 0), W);
		assert_int_equal(row_cells(g, 1), W);
		assert_int_equal(row_cells(g, 2), W);
	}
}

static void test_painting_the_dump_gives_the_dump(void **state)
{
	struct grid *g = *state;
	uint32_t seed = 7;
	char text[48];
	struct buf once, twice;

	buf_init(&once);
	buf_init(&twice);
	assert_int_equal(grid_resize(g, 60, 1), 0);
	for (int round = 0; round < 5000; round++) {
		size_t len = random_text(&seed, text, sizeof(text));

		grid_blank(g);
		assert_int_equal(grid_bytes(g, 0, 0, 60, STYLE_NORMAL, text, len) > 60, 0);
		buf_reset(&once);
		grid_dump(g, &once);
		grid_blank(g);
		grid_bytes(g, 0, 0, 60, STYLE_NORMAL, once.data, once.len - 1);
		buf_reset(&twice);
		grid_dump(g, &twice);
		assert_string_equal(once.data, twice.data);
	}
	buf_fini(&once);
	buf_fini(&twice);
}

static void test_cells_are_what_painting_takes(void **state)
{
	struct grid *g = *state;
	uint32_t seed = 99;
	char text[48];

	assert_int_equal(grid_resize(g, 200, 1), 0);
	for (int round = 0; round < 5000; round++) {
		size_t len = random_text(&seed, text, sizeof(text));

		g->ascii = round % 2;
		assert_int_equal(grid_cells(g, text, len),
				 grid_bytes(g, 0, 0, 200, STYLE_NORMAL, text, len));
	}
}

#define grid_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		grid_test(test_grid_starts_blank_and_without_a_cursor),
		grid_test(test_grid_size_is_clamped),
		grid_test(test_text_is_cut_at_its_span),
		grid_test(test_text_never_leaves_the_grid),
		grid_test(test_wide_character_never_straddles_its_span),
		grid_test(test_half_overwritten_wide_character_leaves_a_space),
		grid_test(test_combining_mark_joins_its_character),
		grid_test(test_combining_mark_without_a_character_or_room_is_left_out),
		grid_test(test_control_characters_show_in_one_cell_each),
		grid_test(test_ascii_grid_holds_only_ascii),
		grid_test(test_right_aligns_by_cells),
		grid_test(test_ellipsis_only_where_cut),
		grid_test(test_printf_paints_text_not_formats),
		grid_test(test_fill_and_lines_are_clipped),
		grid_test(test_restyle_and_attr_keep_the_text),
		grid_test(test_bar_is_full_only_when_full_and_empty_only_when_empty),
		grid_test(test_spark_shows_the_last_values_at_the_right),
		grid_test(test_no_text_breaks_the_grid),
		grid_test(test_painting_the_dump_gives_the_dump),
		grid_test(test_cells_are_what_painting_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
