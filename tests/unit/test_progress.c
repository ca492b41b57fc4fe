/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: one line that fits, says no more than is known, and cannot act on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "progress.h"

#define MB 1000000ull

static void assert_line(const char *name, uint64_t at, uint64_t size, uint64_t elapsed_ns,
			size_t width, const char *want, size_t want_cells)
{
	struct buf b;

	buf_init(&b);
	assert_int_equal(progress_format(&b, name, at, size, elapsed_ns, width), want_cells);
	assert_string_equal(b.data, want);
	buf_fini(&b);
}

static void test_progress_says_how_far_and_how_long(void **state)
{
	static const char want[] = "reading day.pcap  43 %  1.2 GB of 2.8 GB  4s left";

	(void)state;
	assert_line("day.pcap", 1210 * MB, 2800 * MB, 3100 * NSEC_PER_MSEC, 100, want,
		    sizeof(want) - 1);
}

static void test_progress_of_a_pipe_says_what_was_read(void **state)
{
	static const char want[] = "reading standard input  1.2 GB  3s";

	(void)state;
	assert_line("standard input", 1210 * MB, 0, 3100 * NSEC_PER_MSEC, 100, want,
		    sizeof(want) - 1);
}

/* It is still being written to: more was read than it had. */
static void test_progress_never_passes_the_end(void **state)
{
	static const char want[] = "reading a  100 %  2.0 MB of 2.0 MB  0s left";

	(void)state;
	assert_line("a", 5 * MB, 2 * MB, NSEC_PER_SEC, 100, want, sizeof(want) - 1);
}

static void test_progress_cuts_the_name_and_not_the_numbers(void **state)
{
	static const char want[] = "reading aaaaaaaaaaaa\xe2\x80\xa6  50 %  1.0 MB of 2.0 MB  1s left";

	(void)state;
	assert_line("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", MB, 2 * MB, NSEC_PER_SEC, 54, want, 54);
	/* However narrow, there is some of it. */
	assert_line("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", MB, 2 * MB, NSEC_PER_SEC, 1,
		    "reading aaaaaaa\xe2\x80\xa6  50 %  1.0 MB of 2.0 MB  1s left", 49);
}

static void test_progress_of_a_hostile_name_is_harmless(void **state)
{
	(void)state;
	assert_line("\x1b[2J\r\n\xff\xe2\x80\xae", 0, 0, 0, 100,
		    "reading ?[2J??\xef\xbf\xbd?  0 B  0s", 25);
}

static void test_progress_is_not_shown_where_there_is_no_terminal(void **state)
{
	struct progress p;
	char byte;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	progress_begin(&p, fds[1], "x", 0);
	assert_false(progress_is_due(&p, NSEC_PER_SEC * 10));
	progress_show(&p, 1, 2, NSEC_PER_SEC * 10);
	progress_end(&p);
	assert_int_equal(read(fds[0], &byte, 1), -1);
	close(fds[0]);
	close(fds[1]);
}

/* As on a terminal, but for isatty(): quiet at first, then five times a second, then erased. */
static void test_progress_is_rewritten_in_place_and_erased(void **state)
{
	struct progress p = { .name = "x", .next_ns = 500 * NSEC_PER_MSEC };
	char text[256];
	ssize_t n;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	p.fd = fds[1];
	progress_show(&p, MB, 2 * MB, 499 * NSEC_PER_MSEC);
	progress_show(&p, MB, 2 * MB, 500 * NSEC_PER_MSEC);
	progress_show(&p, MB, 2 * MB, 699 * NSEC_PER_MSEC);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "\rreading x  50 %  1.0 MB of 2.0 MB  0s left");
	progress_show(&p, MB, 0, 700 * NSEC_PER_MSEC);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "\rreading x  1.0 MB  0s                     ");
	progress_end(&p);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "\r                     \r");
	progress_end(&p);
	close(fds[1]);
	assert_int_equal(read(fds[0], text, sizeof(text)), 0);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_says_how_far_and_how_long),
		cmocka_unit_test(test_progress_of_a_pipe_says_what_was_read),
		cmocka_unit_test(test_progress_never_passes_the_end),
		cmocka_unit_test(test_progress_cuts_the_name_and_not_the_numbers),
		cmocka_unit_test(test_progress_of_a_hostile_name_is_harmless),
		cmocka_unit_test(test_progress_is_not_shown_where_there_is_no_terminal),
		cmocka_unit_test(test_progress_is_rewritten_in_place_and_erased),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
