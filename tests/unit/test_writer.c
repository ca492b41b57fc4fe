/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export/writer.c: all bytes in their order, from another thread; errors come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/writer.h"

static void test_writer_writes_all_in_order(void **state)
{
	char path[] = "/tmp/test_writer.XXXXXX";
	int fd = mkstemp(path);
	struct writer *w;
	struct buf b;
	sigset_t none;
	uint32_t n;

	(void)state;
	assert_true(fd >= 0);
	sigemptyset(&none);
	buf_init(&b);
	assert_int_equal(writer_start(&w, fd, &none), 0);
	for (n = 0; n < 100000; n++) {
		buf_add(&b, &n, sizeof(n));
		if (n % 777 == 0) {
			assert_int_equal(writer_flush(w, &b), 0);
			assert_int_equal(b.len, 0);
		}
	}
	assert_int_equal(writer_flush(w, &b), 0);
	assert_int_equal(writer_finish(w), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	for (n = 0; n < 100000; n++) {
		uint32_t got;

		assert_int_equal(read(fd, &got, sizeof(got)), sizeof(got));
		assert_int_equal(got, n);
	}
	buf_fini(&b);
	close(fd);
	unlink(path);
}

static void test_writer_that_took_nothing_ends(void **state)
{
	struct writer *w;
	sigset_t none;

	(void)state;
	sigemptyset(&none);
	assert_int_equal(writer_start(&w, -1, &none), 0);
	assert_int_equal(writer_finish(w), 0);
}

/* The second flush may come before or after the first failed; what is told last is certain. */
static void test_writer_tells_of_a_reader_that_left(void **state)
{
	struct writer *w;
	struct buf b;
	sigset_t none;
	int fds[2], rc = 0;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	buf_init(&b);
	assert_int_equal(writer_start(&w, fds[1], &none), 0);
	for (unsigned i = 0; i < 3; i++) {
		buf_adds(&b, "nobody reads this");
		rc = writer_flush(w, &b);
	}
	assert_int_equal(rc, -EPIPE);	/* the third waited for the second, which waited for the first */
	assert_int_equal(writer_finish(w), -EPIPE);
	buf_fini(&b);
	close(fds[1]);
}

static void test_writer_blocks_the_callers_signals_and_lets_them_in_again(void **state)
{
	struct writer *w;
	sigset_t none, now;

	(void)state;
	sigemptyset(&none);
	assert_int_equal(writer_start(&w, -1, &none), 0);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	assert_true(sigismember(&now, SIGINT));
	assert_int_equal(writer_finish(w), 0);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGINT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writer_writes_all_in_order),
		cmocka_unit_test(test_writer_that_took_nothing_ends),
		cmocka_unit_test(test_writer_tells_of_a_reader_that_left),
		cmocka_unit_test(test_writer_blocks_the_callers_signals_and_lets_them_in_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
