/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/capwindow.c: what is looked at lies in one piece, whatever the pieces it came in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/capwindow.h"

/* Bytes whose values tell where they are, up to `len`. */
struct stream {
	size_t at, len;
	size_t piece;		/* bytes that one read gives at most */
	unsigned reads;
	bool stalls;		/* every other read has nothing, unless it may wait */
	bool stalled;
	int error;		/* -errno in place of the end; 0 = the end */
};

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 31 >> 3 ^ offset >> 11);
}

static ssize_t read_stream(void *ctx, void *to, size_t n, bool wait)
{
	struct stream *s = ctx;
	uint8_t *out = to;

	s->reads++;
	s->stalled = s->stalls && !s->stalled && !wait;
	if (s->stalled)
		return -EAGAIN;
	if (s->at == s->len)
		return s->error;
	n = n < s->piece ? n : s->piece;
	n = n < s->len - s->at ? n : s->len - s->at;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++)
		out[i] = byte_at(s->at + i);
	s->at += n;
	return (ssize_t)n;
}

static void begin(struct capwindow *w, struct stream *s)
{
	const struct capinput input = { .read = read_stream, .ctx = s };

	capwindow_init(w, &input);
}

/* The next n bytes are those that stand there in the stream; consumes them. */
static void assert_next(struct capwindow *w, size_t n)
{
	uint64_t offset = capwindow_offset(w);
	const uint8_t *at = capwindow_peek(w, n);
	size_t wrong = 0;

	assert_non_null(at);
	for (size_t i = 0; i < n; i++)
		wrong += at[i] != byte_at(offset + i);
	assert_int_equal(wrong, 0);
	capwindow_skip(w, n);
	assert_int_equal(capwindow_offset(w), offset + n);
}

static void test_capwindow_records_of_any_size_come_in_one_piece(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, 65537, SIZE_MAX };

	(void)state;
	for (unsigned i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct stream s = { .len = 3 << 20, .piece = pieces[i] };
		size_t len = 1;
		struct capwindow w;

		begin(&w, &s);
		while (capwindow_offset(&w) + len < s.len) {
			assert_next(&w, len);
			len = len * 7 % 300007;	/* now and then more than the window has at first */
		}
		capwindow_fini(&w);
	}
}

static void test_capwindow_grows_for_a_record_that_is_larger(void **state)
{
	struct stream s = { .len = (size_t)CAPWINDOW_MAX + 100, .piece = 1 << 20 };
	struct capwindow w;

	(void)state;
	begin(&w, &s);
	assert_next(&w, 50);
	assert_true(w.room < CAPWINDOW_MAX);
	assert_next(&w, CAPWINDOW_MAX);
	assert_next(&w, 50);
	assert_null(capwindow_peek(&w, 1));
	assert_true(w.ended);
	capwindow_fini(&w);
}

/* What is asked for again is not read again, and not moved. */
static void test_capwindow_peek_does_not_consume(void **state)
{
	struct stream s = { .len = 1000, .piece = SIZE_MAX };
	struct capwindow w;
	const uint8_t *at;

	(void)state;
	begin(&w, &s);
	at = capwindow_peek(&w, 10);
	assert_ptr_equal(capwindow_peek(&w, 20), at);
	assert_int_equal(s.reads, 1);
	assert_int_equal(capwindow_offset(&w), 0);
	assert_int_equal(capwindow_left(&w), 1000);
	assert_next(&w, 1000);
	assert_int_equal(capwindow_left(&w), 0);
	capwindow_fini(&w);
}

static void test_capwindow_that_ends_in_mid_record_keeps_what_is_left(void **state)
{
	struct stream s = { .len = 1000, .piece = 64 };
	struct capwindow w;

	(void)state;
	begin(&w, &s);
	assert_next(&w, 990);
	assert_null(capwindow_peek(&w, 11));
	assert_true(w.ended);
	assert_int_equal(w.failed, 0);
	assert_int_equal(capwindow_left(&w), 10);
	assert_null(capwindow_peek(&w, 11));	/* an input that ended is not read again */
	assert_int_equal(s.reads, 1000 / 64 + 2);
	assert_next(&w, 10);
	capwindow_fini(&w);
}

static void test_capwindow_nothing_now_in_mid_record_is_no_end(void **state)
{
	struct stream s = { .len = 600000, .piece = 1000, .stalls = true };
	struct capwindow w;
	unsigned stalls = 0;

	(void)state;
	begin(&w, &s);
	assert_null(capwindow_peek(&w, 1));
	assert_int_equal(w.failed, -EAGAIN);
	/* Larger than the window at first: it grows once, and holds what came before. */
	while (!capwindow_peek(&w, 500000)) {
		assert_int_equal(w.failed, -EAGAIN);
		assert_false(w.ended);
		stalls++;
	}
	assert_int_equal(stalls, 500 - 1);
	assert_next(&w, 500000);
	w.wait = true;
	assert_next(&w, 100000);
	capwindow_fini(&w);
}

static void test_capwindow_failure_is_final(void **state)
{
	struct stream s = { .len = 100, .piece = SIZE_MAX, .error = -EIO };
	struct capwindow w;

	(void)state;
	begin(&w, &s);
	assert_null(capwindow_peek(&w, 101));
	assert_int_equal(w.failed, -EIO);
	assert_false(w.ended);
	s.error = 0;
	assert_null(capwindow_peek(&w, 101));
	assert_int_equal(w.failed, -EIO);
	assert_int_equal(s.reads, 2);
	assert_next(&w, 100);
	capwindow_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capwindow_records_of_any_size_come_in_one_piece),
		cmocka_unit_test(test_capwindow_grows_for_a_record_that_is_larger),
		cmocka_unit_test(test_capwindow_peek_does_not_consume),
		cmocka_unit_test(test_capwindow_that_ends_in_mid_record_keeps_what_is_left),
		cmocka_unit_test(test_capwindow_nothing_now_in_mid_record_is_no_end),
		cmocka_unit_test(test_capwindow_failure_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
