/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/utf8.c: only well-formed text decodes, and nothing that steers a terminal has a width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

static void test_utf8_every_scalar_value_survives(void **state)
{
	uint32_t cp, back;
	char text[4];
	size_t len;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		len = utf8_encode(cp, text);
		assert_int_equal(len, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
		assert_int_equal(utf8_decode(text, len, &back), len);
		assert_int_equal(back, cp);
	}
}

static void test_utf8_encodes_no_surrogate(void **state)
{
	char text[4];

	(void)state;
	assert_int_equal(utf8_encode(0xd800, text), 3);
	assert_memory_equal(text, "\xef\xbf\xbd", 3);
	assert_int_equal(utf8_encode(0x110000, text), 3);
	assert_memory_equal(text, "\xef\xbf\xbd", 3);
	assert_int_equal(utf8_encode(UINT32_MAX, text), 3);
}

static void assert_bad(const char *text, size_t len)
{
	uint32_t cp = 0;

	assert_int_equal(utf8_decode(text, len, &cp), 1);
	assert_int_equal(cp, UTF8_BAD);
}

static void test_utf8_bad_forms_cost_one_byte(void **state)
{
	(void)state;
	assert_bad("\x80", 1); /* a tail without a head */
	assert_bad("\xbf\xbf", 2);
	assert_bad("\xc0\x80", 2); /* overlong */
	assert_bad("\xc1\xbf", 2);
	assert_bad("\xe0\x9f\xbf", 3);
	assert_bad("\xf0\x8f\xbf\xbf", 4);
	assert_bad("\xed\xa0\x80", 3); /* surrogates */
	assert_bad("\xed\xbf\xbf", 3);
	assert_bad("\xf4\x90\x80\x80", 4); /* above U+10FFFF */
	assert_bad("\xf7\xbf\xbf\xbf", 4);
	assert_bad("\xf8\x88\x80\x80\x80", 5); /* five bytes: RFC 3629 ended them */
	assert_bad("\xff", 1);
	assert_bad("\xc3(", 2); /* a head without its tail */
	assert_bad("\xe2\x82(", 3);
	assert_bad("\xf0\x9f\x98(", 4);
}

/* The whole is valid, each shorter length is not, and no byte past len is looked at. */
static void test_utf8_cut_characters_are_bad(void **state)
{
	static const char euro[] = "\xe2\x82\xac", face[] = "\xf0\x9f\x98\x80",
			  acute[] = "\xc3\xa9";

	(void)state;
	assert_bad(acute, 1);
	assert_bad(euro, 1);
	assert_bad(euro, 2);
	assert_bad(face, 1);
	assert_bad(face, 2);
	assert_bad(face, 3);
}

static void test_utf8_decode_always_advances(void **state)
{
	char text[3];
	uint32_t cp, i;
	size_t at, n;

	(void)state;
	for (i = 0; i < 1u << 24; i += 7) {
		text[0] = (char)(i >> 16);
		text[1] = (char)(i >> 8);
		text[2] = (char)i;
		for (at = 0; at < sizeof(text); at += n) {
			n = utf8_decode(text + at, sizeof(text) - at, &cp);
			assert_in_range(n, 1, sizeof(text) - at);
			assert_in_range(cp, 0, 0x10ffff);
		}
	}
}

static void test_utf8_widths_of_known_characters(void **state)
{
	static const struct {
		uint32_t cp;
		int width;
	} known[] = {
		{ 'a', 1 },	{ 0xa0, 1 },	{ 0xad, 1 },	{ 0xe9, 1 },	{ 0x300, 0 },
		{ 0x20dd, 0 },	{ 0x1100, 2 },	{ 0x1160, 0 },	{ 0x11ff, 0 },	{ 0x2502, 1 },
		{ 0x2588, 1 },	{ 0x28ff, 1 },	{ 0x231a, 2 },	{ 0x231b, 2 },	{ 0x231c, 1 },
		{ 0x3000, 2 },	{ 0x3042, 2 },	{ 0x4e2d, 2 },	{ 0xac00, 2 },	{ 0xd7a3, 2 },
		{ 0xfe0f, 0 },	{ 0xff01, 2 },	{ 0xff60, 2 },	{ 0xff61, 1 },	{ 0xfffd, 1 },
		{ 0x1f600, 2 }, { 0x1fae8, 2 }, { 0x1f1e6, 1 }, { 0x20000, 2 }, { 0x3fffd, 2 },
		{ 0x3fffe, 1 }, { 0xe0100, 0 }, { 0xe01ef, 0 }, { 0xe01f0, 1 }, { 0x10ffff, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (utf8_width(known[i].cp) != known[i].width)
			fail_msg("U+%04X is %d wide", known[i].cp, utf8_width(known[i].cp));
	}
}

/* curses pads by wcwidth(3): a character that both know and measure differently would bend the screen. */
static void test_utf8_widths_agree_with_the_c_library(void **state)
{
	unsigned differ = 0;
	uint32_t cp;
	int libc;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8") || wcwidth(0x4e2d) != 2)
		skip();
	for (cp = 0x20; cp < 0x20000; cp++) {
		libc = wcwidth((wchar_t)cp);
		if (libc >= 0 && !utf8_is_control(cp) && libc != utf8_width(cp))
			differ++;
	}
	setlocale(LC_CTYPE, "C");
	assert_in_range(differ, 0, 512); /* Unicode 16 alone widened some two hundred */
}

static void test_utf8_controls_have_no_width(void **state)
{
	static const uint32_t bad[] = { 0,	0x1b,	0x1f,	 0x7f,	  0x80,	  0x9b,
					0x9f,	0x61c,	0x200b,	 0x200d,  0x200f, 0x2028,
					0x2029, 0x202e, 0x2060,	 0x2066,  0x2069, 0xfeff,
					0xfff9, 0xfffb, 0xe0000, 0xe0001, 0xe007f };
	static const uint32_t good[] = { 0x20,	 0x7e,	 0xa0,	 0x61b,	 0x61d,	 0x200a,
					 0x2010, 0x2027, 0x202f, 0x205f, 0x206a, 0xfefe,
					 0xff00, 0xfff8, 0xfffc, 0xe0080 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(utf8_is_control(bad[i]));
		assert_int_equal(utf8_width(bad[i]), 0);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_false(utf8_is_control(good[i]));
}

static void test_utf8_cells_add_up(void **state)
{
	(void)state;
	assert_int_equal(utf8_cells("", 0), 0);
	assert_int_equal(utf8_cells("abc", 3), 3);
	assert_int_equal(utf8_cells("abc", 2), 2);
	assert_int_equal(utf8_cells("e\xcc\x81", 3), 1); /* e, combining acute */
	assert_int_equal(utf8_cells("\xe4\xb8\xad\xe6\x96\x87.org", 10), 8); /* two ideographs */
	assert_int_equal(utf8_cells("\xff\xfe", 2), 2);			     /* shown as U+FFFD */
	assert_int_equal(utf8_cells("a\x1b[2J", 5), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_every_scalar_value_survives),
		cmocka_unit_test(test_utf8_encodes_no_surrogate),
		cmocka_unit_test(test_utf8_bad_forms_cost_one_byte),
		cmocka_unit_test(test_utf8_cut_characters_are_bad),
		cmocka_unit_test(test_utf8_decode_always_advances),
		cmocka_unit_test(test_utf8_widths_of_known_characters),
		cmocka_unit_test(test_utf8_widths_agree_with_the_c_library),
		cmocka_unit_test(test_utf8_controls_have_no_width),
		cmocka_unit_test(test_utf8_cells_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
