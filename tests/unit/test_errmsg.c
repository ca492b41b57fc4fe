/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/errmsg.c: one sentence, cut but never broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/errmsg.h"
#include "base/utf8.h"

static void test_errmsg_replaces_the_sentence(void **state)
{
	struct errmsg err = { "an older and longer sentence" };

	(void)state;
	errmsg_set(&err, "%s: %d", "eth9", 2);
	assert_string_equal(err.text, "eth9: 2");
	errmsg_set(NULL, "nobody %s", "cares");
}

static void test_errmsg_may_quote_itself(void **state)
{
	struct errmsg err = { "no such file" };

	(void)state;
	errmsg_set(&err, "cannot read x.pcap: %s", err.text);
	assert_string_equal(err.text, "cannot read x.pcap: no such file");
}

/* However far the text is shifted, the cut leaves whole characters. */
static void test_errmsg_cut_leaves_whole_characters(void **state)
{
	static const char *const letters[] = { "x", "\xc3\xa9", "\xe2\x82\xac",
					       "\xf0\x9f\x98\x80" };
	char text[2 * sizeof(struct errmsg)];
	struct errmsg err;
	size_t letter, shift, at, step;
	uint32_t cp;

	(void)state;
	for (letter = 0; letter < 4; letter++) {
		for (shift = 0; shift < 4; shift++) {
			step = strlen(letters[letter]);
			memset(text, 'a', shift);
			for (at = shift; at + step < sizeof(text); at += step)
				memcpy(text + at, letters[letter], step);
			text[at] = '\0';
			errmsg_set(&err, "%s", text);
			assert_in_range(strlen(err.text), sizeof(err.text) - step,
					sizeof(err.text) - 1);
			for (at = 0; err.text[at];) {
				at += utf8_decode(err.text + at, strlen(err.text + at), &cp);
				assert_int_not_equal(cp, UTF8_BAD);
			}
		}
	}
}

static void test_errmsg_cuts_invalid_bytes_too(void **state)
{
	char text[2 * sizeof(struct errmsg)];
	struct errmsg err;

	(void)state;
	memset(text, 0x80, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	errmsg_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errmsg_replaces_the_sentence),
		cmocka_unit_test(test_errmsg_may_quote_itself),
		cmocka_unit_test(test_errmsg_cut_leaves_whole_characters),
		cmocka_unit_test(test_errmsg_cuts_invalid_bytes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
