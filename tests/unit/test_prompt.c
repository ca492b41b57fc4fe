/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ui/prompt.c: editing, history, scrolling. Keys are fed by name: words between spaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/prompt.h"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct prompt));
	if (!*state)
		return -1;
	prompt_start(*state, "");
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static enum prompt_result feed(struct prompt *p, const char *names)
{
	enum prompt_result result = PROMPT_EDITING;
	struct key k = { 0 };
	size_t len;

	while (*names) {
		len = strcspn(names, " ");
		k.code = key_from_name(names, len);
		assert_int_not_equal(k.code, 0);
		result = prompt_key(p, &k);
		names += len + strspn(names + len, " ");
	}
	return result;
}

static void assert_line(const struct prompt *p, const char *before, const char *behind)
{
	char line[2 * PROMPT_SIZE];

	memcpy(line, before, strlen(before));
	memcpy(line + strlen(before), behind, strlen(behind) + 1);
	assert_string_equal(p->text, line);
	assert_int_equal(p->cur, strlen(before));
	assert_int_equal(p->len, strlen(line));
}

static void test_typing_goes_in_at_the_cursor(void **state)
{
	struct prompt *p = *state;

	assert_int_equal(feed(p, "p o r Left é Right t Space 漢"), PROMPT_EDITING);
	assert_line(p, "poért 漢", "");
	feed(p, "Home x End y C-a z C-e !");
	assert_line(p, "zxpoért 漢y!", "");
}

static void test_moving_goes_by_characters(void **state)
{
	struct prompt *p = *state;

	prompt_start(p, "aé漢😀b");
	feed(p, "Left Left");
	assert_line(p, "aé漢", "😀b");
	feed(p, "Left Left Left Left");
	assert_line(p, "", "aé漢😀b");
	feed(p, "Right Right Right");
	assert_line(p, "aé漢", "😀b");
}

static void test_deleting_takes_whole_characters(void **state)
{
	struct prompt *p = *state;

	prompt_start(p, "aé漢😀b");
	feed(p, "Backspace Backspace");
	assert_line(p, "aé漢", "");
	feed(p, "Home Right Delete");
	assert_line(p, "a", "漢");
	feed(p, "Delete Delete Backspace Backspace");
	assert_line(p, "", "");
}

static void test_invalid_bytes_are_characters_of_their_own(void **state)
{
	struct prompt *p = *state;

	prompt_start(p, "\xff\xe6\xbc漢");
	feed(p, "Backspace");
	assert_line(p, "\xff\xe6\xbc", "");
	feed(p, "Backspace");
	assert_line(p, "\xff\xe6", "");
	feed(p, "Left Left Left Delete");
	assert_line(p, "", "\xe6");
}

static void test_cutting_takes_line_word_and_rest(void **state)
{
	struct prompt *p = *state;

	prompt_start(p, "port 443 and rtt");
	feed(p, "C-w");
	assert_line(p, "port 443 and ", "");
	feed(p, "C-w C-w");
	assert_line(p, "port ", "");
	prompt_start(p, "one two three");
	feed(p, "Home Right Right Right Right C-k");
	assert_line(p, "one ", "");
	feed(p, "x Left C-u");
	assert_line(p, "", "x");
	feed(p, "C-w C-u");
	assert_line(p, "", "x");
}

static void test_control_and_bidi_characters_are_not_taken(void **state)
{
	struct prompt *p = *state;
	static const uint32_t codes[] = { 0,	  KEY_CTRL_('s'), 0x7f,	      0x85,
					  0x202e, 0x200b,	  KEY_F0_ + 3, KEY_MOUSE_ };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct key k = { .code = codes[i] };

		assert_int_equal(prompt_key(p, &k), PROMPT_EDITING);
	}
	assert_line(p, "", "");
}

static void test_line_is_bounded(void **state)
{
	struct prompt *p = *state;
	struct key k = { .code = 0x6f22 };

	for (int i = 0; i < 1000; i++)
		prompt_key(p, &k);
	assert_int_equal(p->len, 510);
	feed(p, "a b");
	assert_int_equal(p->len, 511);
	assert_int_equal(p->text[510], 'a');
	assert_int_equal(p->text[511], '\0');
}

static void test_long_start_is_cut_at_a_character(void **state)
{
	struct prompt *p = *state;
	char text[1024];

	memset(text, 'a', sizeof(text));
	memcpy(text + 510, "漢", sizeof("漢"));
	prompt_start(p, text);
	assert_int_equal(p->len, 510);
	assert_int_equal(p->text[510], '\0');
}

static void test_enter_accepts_and_remembers(void **state)
{
	struct prompt *p = *state;

	assert_int_equal(feed(p, "a Enter"), PROMPT_ACCEPTED);
	assert_string_equal(p->text, "a");
	prompt_start(p, "");
	assert_int_equal(feed(p, "b b Enter"), PROMPT_ACCEPTED);
	prompt_start(p, "");
	feed(p, "b b Enter");
	prompt_start(p, "");
	feed(p, "Enter");
	assert_int_equal(p->past_count, 2);
	prompt_start(p, "dra");
	feed(p, "f t Up");
	assert_line(p, "bb", "");
	feed(p, "Up Up C-p");
	assert_line(p, "a", "");
	feed(p, "Down Down Down");
	assert_line(p, "draft", "");
}

static void test_escape_cancels_and_forgets(void **state)
{
	struct prompt *p = *state;

	assert_int_equal(feed(p, "a Esc"), PROMPT_CANCELLED);
	assert_int_equal(p->past_count, 0);
	assert_int_equal(feed(p, "C-g"), PROMPT_CANCELLED);
}

static void test_history_is_bounded(void **state)
{
	struct prompt *p = *state;
	char text[2] = "A";

	for (int i = 0; i < 26; i++) {
		text[0] = (char)('A' + i);
		prompt_start(p, text);
		feed(p, "Enter");
	}
	assert_int_equal(p->past_count, PROMPT_PAST);
	prompt_start(p, "");
	for (int i = 0; i < 40; i++)
		feed(p, "Up");
	assert_string_equal(p->text, "K");
}

static void assert_painted(const struct prompt *p, int w, const char *expected, int cursor)
{
	struct grid g;
	struct buf out;

	assert_int_equal(grid_init(&g, 12, 1, false), 0);
	buf_init(&out);
	grid_fill(&g, 0, 0, 12, 1, STYLE_NORMAL, '#');
	prompt_paint(p, &g, 2, 0, w, STYLE_GOOD);
	grid_dump(&g, &out);
	assert_string_equal(out.data, expected);
	assert_int_equal(g.cursor_x, cursor);
	assert_int_equal(g.cursor_y, 0);
	buf_fini(&out);
	grid_fini(&g);
}

static void test_paint_scrolls_to_the_cursor(void **state)
{
	struct prompt *p = *state;

	assert_painted(p, 6, "##      ####\n", 2);
	prompt_start(p, "abcdefghij");
	assert_painted(p, 6, "##fghij ####\n", 7);
	feed(p, "Home");
	assert_painted(p, 6, "##abcdef####\n", 2);
	feed(p, "Right Right Right Right Right Right");
	assert_painted(p, 6, "##bcdefg####\n", 7);
	prompt_start(p, "漢字漢字");
	assert_painted(p, 6, "##漢字  ####\n", 6);
	assert_painted(p, 100, "##漢字漢字\n", 10);
}

static void test_no_keys_break_the_line(void **state)
{
	static const uint32_t codes[] = {
		KEY_LEFT_, KEY_RIGHT_, KEY_HOME_, KEY_END_, KEY_UP_, KEY_DOWN_, KEY_BACKSPACE_,
		KEY_DELETE_, KEY_CTRL_('w'), KEY_CTRL_('k'), KEY_ENTER_, 'a', ' ', 0xe9, 0x6f22,
		0x1f600, 'b', ' ', 0x301, 0xe9, 0x6f22,
	};
	struct prompt *p = *state;
	uint32_t seed = 3, cp;
	struct grid g;

	assert_int_equal(grid_init(&g, 20, 2, false), 0);
	for (int i = 0; i < 100000; i++) {
		struct key k = { 0 };
		int w;

		seed = seed * 1664525u + 1013904223u;
		k.code = codes[(seed >> 10) % (sizeof(codes) / sizeof(codes[0]))];
		prompt_key(p, &k);
		assert_true(p->cur <= p->len && p->len < PROMPT_SIZE && p->len == strlen(p->text));
		for (size_t at = 0; at < p->len;) {
			at += utf8_decode(p->text + at, p->len - at, &cp);
			assert_int_not_equal(cp, UTF8_BAD);
		}
		w = (int)(seed >> 24) % 20 + 1;
		prompt_paint(p, &g, 0, 1, w, STYLE_NORMAL);
		assert_in_range(g.cursor_x, 0, w - 1);
	}
	grid_fini(&g);
}

#define prompt_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		prompt_test(test_typing_goes_in_at_the_cursor),
		prompt_test(test_moving_goes_by_characters),
		prompt_test(test_deleting_takes_whole_characters),
		prompt_test(test_invalid_bytes_are_characters_of_their_own),
		prompt_test(test_cutting_takes_line_word_and_rest),
		prompt_test(test_control_and_bidi_characters_are_not_taken),
		prompt_test(test_line_is_bounded),
		prompt_test(test_long_start_is_cut_at_a_character),
		prompt_test(test_enter_accepts_and_remembers),
		prompt_test(test_escape_cancels_and_forgets),
		prompt_test(test_history_is_bounded),
		prompt_test(test_paint_scrolls_to_the_cursor),
		prompt_test(test_no_keys_break_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
