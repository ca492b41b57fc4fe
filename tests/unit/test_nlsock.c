/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/nlsock.c over NETLINK_USERSOCK, on which anybody may send to anybody: this process plays
 * the stranger, who needs CAP_NET_ADMIN on the buses that sockmon uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/nlsock.h"

static void send_from_a_stranger(const struct nlsock *to, size_t len)
{
	struct sockaddr_nl there = { .nl_family = AF_NETLINK, .nl_pid = to->portid };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);
	void *datagram = calloc(1, len);

	assert_true(fd >= 0);
	assert_non_null(datagram);
	assert_int_equal(sendto(fd, datagram, len, 0, (void *)&there, sizeof(there)), len);
	free(datagram);
	close(fd);
}

static void open_or_skip(struct nlsock *s)
{
	int err = nlsock_open_in(s, NETLINK_USERSOCK, 0, NULL);

	if (err) {
		print_message("# no AF_NETLINK here: %s\n", strerror(-err));
		skip();
	}
	assert_int_not_equal(s->portid, 0);
}

static void test_nlsock_hears_nobody_but_the_kernel(void **state)
{
	struct nlsock s;
	struct bytes out;

	(void)state;
	open_or_skip(&s);
	assert_int_equal(nlsock_recv(&s, &out), -EAGAIN);
	send_from_a_stranger(&s, 64);
	assert_int_equal(nlsock_recv(&s, &out), 0);
	assert_int_equal(bytes_left(&out), 0);
	assert_int_equal(nlsock_recv(&s, &out), -EAGAIN);
	nlsock_close(&s);
}

static void test_nlsock_cut_datagram_is_an_error(void **state)
{
	struct bytes out = bytes_of("x", 1);
	struct nlsock s;

	(void)state;
	open_or_skip(&s);
	send_from_a_stranger(&s, NLSOCK_BUFFER_BYTES + 4);
	assert_int_equal(nlsock_recv(&s, &out), -EMSGSIZE);
	assert_int_equal(bytes_left(&out), 1);
	nlsock_close(&s);
}

static void test_nlsock_reopened_has_no_leftovers(void **state)
{
	struct nlsock s;
	struct bytes out;

	(void)state;
	open_or_skip(&s);
	send_from_a_stranger(&s, 64);
	assert_int_equal(nlsock_reopen(&s), 0);
	assert_int_equal(nlsock_recv(&s, &out), -EAGAIN);
	nlsock_close(&s);
	assert_int_equal(nlsock_fd(&s), -1);
	assert_int_equal(nlsock_recv(&s, &out), -ENOTCONN);
}

/* Another namespace needs CAP_SYS_ADMIN, and so does our own by its file. */
static void test_nlsock_place_is_copied_for_reopening(void **state)
{
	struct netns_place where = { .fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) };
	struct nlsock s = { .buffer = NULL };
	int err;

	(void)state;
	assert_true(where.fd >= 0);
	err = nlsock_open_in(&s, NETLINK_USERSOCK, 0, &where);
	close(where.fd);
	if (err) {
		assert_int_equal(err, -EPERM);
		nlsock_close(&s);	/* never opened: harmless */
		return;
	}
	assert_int_not_equal(s.where.fd, where.fd);
	assert_int_equal(nlsock_reopen(&s), 0);
	nlsock_close(&s);
}

static void test_nlsock_place_that_is_none_is_an_error(void **state)
{
	struct netns_place where = { .fd = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	struct nlsock s = { .buffer = NULL };

	(void)state;
	assert_true(nlsock_open_in(&s, NETLINK_USERSOCK, 0, &where) < 0);
	close(where.fd);
	assert_int_equal(nlsock_open_in(&s, NETLINK_USERSOCK, 0, &where), -EBADF);
	assert_null(s.socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nlsock_hears_nobody_but_the_kernel),
		cmocka_unit_test(test_nlsock_cut_datagram_is_an_error),
		cmocka_unit_test(test_nlsock_reopened_has_no_leftovers),
		cmocka_unit_test(test_nlsock_place_is_copied_for_reopening),
		cmocka_unit_test(test_nlsock_place_that_is_none_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
