/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/buf.c: what is added is there, whole and terminated, and what is written arrives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

static void assert_holds(const struct buf *b, const char *text)
{
	assert_false(b->failed);
	assert_int_equal(b->len, strlen(text));
	assert_string_equal(b->data, text);
	assert_true(b->len < b->cap);
}

static void test_buf_starts_without_memory(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_write(&b, -1), 0);
	buf_fini(&b);
}

static void test_buf_adds_in_order(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_add(&b, NULL, 0);
	assert_holds(&b, "");
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_pad(&b, '.', 3);
	buf_pad(&b, '!', 0);
	buf_addf(&b, "%d%%", -7);
	buf_add(&b, "xyz", 2);
	assert_holds(&b, "abc...-7%xy");
	buf_fini(&b);
	assert_null(b.data);
}

static void test_buf_keeps_zero_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_add(&b, "a\0b", 3);
	buf_addc(&b, '\0');
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "a\0b\0", 5);
	buf_fini(&b);
}

static void test_buf_writes_every_decimal(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_addu(&b, 0);
	buf_addc(&b, ' ');
	buf_addu(&b, 1000);
	buf_addc(&b, ' ');
	buf_addu(&b, UINT64_MAX);
	assert_holds(&b, "0 1000 18446744073709551615");
	buf_fini(&b);
}

/* Every length around the steps by which the memory grows. */
static void test_buf_grows_at_any_length(void **state)
{
	struct buf pad, format;
	size_t n;

	(void)state;
	for (n = 0; n < 1100; n++) {
		buf_init(&pad);
		buf_init(&format);
		buf_pad(&pad, 'x', n);
		buf_addf(&format, "%s", pad.data);
		assert_int_equal(format.len, n);
		assert_holds(&format, pad.data);
		buf_addf(&format, "<%s>", pad.data);
		assert_int_equal(format.len, 2 * n + 2);
		assert_int_equal(format.data[format.len - 1], '>');
		buf_fini(&format);
		buf_fini(&pad);
	}
}

static void test_buf_reset_keeps_the_memory(void **state)
{
	struct buf b;
	char *data;

	(void)state;
	buf_init(&b);
	buf_adds(&b, "old");
	data = b.data;
	buf_reset(&b);
	assert_ptr_equal(b.data, data);
	assert_holds(&b, "");
	buf_fini(&b);
}

static void test_buf_that_cannot_grow_keeps_what_it_has(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_adds(&b, "kept");
	buf_pad(&b, 'x', SIZE_MAX - 2);
	assert_true(b.failed);
	buf_adds(&b, " lost");
	buf_addf(&b, "%s", " lost");
	buf_addu(&b, 1);
	assert_string_equal(b.data, "kept");
	assert_int_equal(b.len, 4);
	buf_reset(&b);
	buf_adds(&b, "again");
	assert_holds(&b, "again");
	buf_fini(&b);
}

/* Reads all of a pipe into a buf, with a pause-free loop; ends at end of file. */
struct reader {
	int fd;
	struct buf got;
};

static void *read_all(void *arg)
{
	struct reader *r = arg;
	char bytes[4096];
	ssize_t n;

	while ((n = read(r->fd, bytes, sizeof(bytes))) > 0)
		buf_add(&r->got, bytes, (size_t)n);
	return NULL;
}

static void write_through_pipe(int flags)
{
	struct reader r;
	struct buf b;
	pthread_t thread;
	int fds[2];
	unsigned i;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, flags), 0);
	buf_init(&b);
	for (i = 0; i < 200000; i++)
		buf_addu(&b, i);
	r.fd = fds[0];
	buf_init(&r.got);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &r), 0);
	assert_int_equal(buf_write(&b, fds[1]), 0);
	close(fds[1]);
	pthread_join(thread, NULL);
	assert_int_equal(r.got.len, b.len);
	assert_memory_equal(r.got.data, b.data, b.len);
	close(fds[0]);
	buf_fini(&r.got);
	buf_fini(&b);
}

static void test_buf_write_goes_on_after_a_short_write(void **state)
{
	(void)state;
	write_through_pipe(0);
}

static void test_buf_write_waits_for_a_non_blocking_descriptor(void **state)
{
	(void)state;
	write_through_pipe(O_NONBLOCK);
}

static void test_buf_write_tells_why_it_failed(void **state)
{
	struct buf b;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	buf_init(&b);
	buf_adds(&b, "x");
	assert_int_equal(buf_write(&b, full), -ENOSPC);
	close(full);
	assert_int_equal(buf_write(&b, -1), -EBADF);
	buf_fini(&b);
}

static void test_buf_write_of_a_failed_buffer_is_an_error(void **state)
{
	struct buf b;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(null >= 0);
	buf_init(&b);
	buf_adds(&b, "part");
	buf_pad(&b, 'x', SIZE_MAX - 2);
	assert_int_equal(buf_write(&b, null), -ENOMEM);
	close(null);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_starts_without_memory),
		cmocka_unit_test(test_buf_adds_in_order),
		cmocka_unit_test(test_buf_keeps_zero_bytes),
		cmocka_unit_test(test_buf_writes_every_decimal),
		cmocka_unit_test(test_buf_grows_at_any_length),
		cmocka_unit_test(test_buf_reset_keeps_the_memory),
		cmocka_unit_test(test_buf_that_cannot_grow_keeps_what_it_has),
		cmocka_unit_test(test_buf_write_goes_on_after_a_short_write),
		cmocka_unit_test(test_buf_write_waits_for_a_non_blocking_descriptor),
		cmocka_unit_test(test_buf_write_tells_why_it_failed),
		cmocka_unit_test(test_buf_write_of_a_failed_buffer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
