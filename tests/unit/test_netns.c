/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/netns.c with this process's own namespace: entering one may be forbidden here, which
 * is an answer too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/netns.h"

struct visitor {
	pthread_t self;
	unsigned calls;
	bool blocked;	/* SIGINT and SIGTERM */
};

static int note_visit(void *ctx)
{
	struct visitor *v = ctx;
	sigset_t mask;

	v->calls++;
	v->self = pthread_self();
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	v->blocked = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
	return -ENOMSG;
}

static void test_netns_run_without_a_place_is_a_call(void **state)
{
	struct netns_place nowhere = { .index = 3, .fd = -1 };
	struct visitor v = { .calls = 0 };

	(void)state;
	assert_int_equal(netns_run(NULL, note_visit, &v), -ENOMSG);
	assert_int_equal(netns_run(&nowhere, note_visit, &v), -ENOMSG);
	assert_int_equal(v.calls, 2);
	assert_true(pthread_equal(v.self, pthread_self()));
}

static void test_netns_run_elsewhere_is_a_thread_without_signals(void **state)
{
	struct netns_place place = { .fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) };
	struct visitor v = { .calls = 0 };
	sigset_t before, after;
	int r;

	(void)state;
	assert_true(place.fd >= 0);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	r = netns_run(&place, note_visit, &v);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
	if (v.calls) {
		assert_int_equal(r, -ENOMSG);
		assert_true(v.blocked);
	} else {
		assert_int_equal(r, -EPERM);
	}
	close(place.fd);
}

static void test_netns_visit_here_is_a_thread_too(void **state)
{
	struct visitor v = { .calls = 0 };
	struct netns_visit *visit;

	(void)state;
	assert_int_equal(netns_begin(&visit, NULL, note_visit, &v), 0);
	while (!netns_is_over(visit))
		sched_yield();
	assert_int_equal(netns_wait(visit), -ENOMSG);
	assert_int_equal(v.calls, 1);
	assert_true(v.blocked);
	assert_false(pthread_equal(v.self, pthread_self()));
}

static void test_netns_run_in_what_is_no_namespace_calls_nobody(void **state)
{
	struct netns_place place = { .fd = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	struct visitor v = { .calls = 0 };

	(void)state;
	assert_int_equal(netns_run(&place, note_visit, &v), -EINVAL);
	assert_int_equal(v.calls, 0);
	close(place.fd);
}

static void test_netns_inode_is_that_of_a_network_namespace_only(void **state)
{
	static const char *const others[] = { "/proc/self/ns/mnt", "/dev/null", "/proc/self" };
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(netns_inode(fd), st.st_ino);
	close(fd);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		fd = open(others[i], O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(netns_inode(fd), 0);
		close(fd);
	}
	assert_int_equal(netns_inode(-1), 0);
}

static void test_netns_pid_and_path_name_the_same(void **state)
{
	struct errmsg err = { "" };
	char pid[16];
	int by_pid = -1, by_path = -1;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_int_equal(netns_open(pid, &by_pid, &err), 0);
	assert_int_equal(netns_open("/proc/self/ns/net", &by_path, &err), 0);
	assert_int_equal(netns_inode(by_pid), netns_inode(by_path));
	assert_true(fcntl(by_pid, F_GETFD) & FD_CLOEXEC);
	close(by_pid);
	close(by_path);
}

struct refusal {
	const char *spec;
	int error;
	const char *words;	/* of the sentence */
};

static void test_netns_what_cannot_be_opened_is_one_sentence(void **state)
{
	static char long_name[300], long_path[5000];
	const struct refusal refusals[] = {
		{ "no-such-namespace", -ENOENT, "ip netns" },
		{ "4294967294", -ENOENT, "process 4294967294" },
		{ "99999999999999999999", -ENOENT, "process 99999999999999999999" },
		{ "/nowhere/at/all", -ENOENT, "/nowhere/at/all" },
		{ "/dev/null", -EINVAL, "/dev/null is not a network namespace" },
		{ "/proc/self/ns/mnt", -EINVAL, "not a network namespace" },
		{ "", -EINVAL, "''" },
		{ ".", -EINVAL, "'.'" },
		{ "..", -EINVAL, "'..'" },
		{ long_name, -EINVAL, "aaaa" },
		{ long_path, -EINVAL, "////" },
	};

	(void)state;
	memset(long_name, 'a', sizeof(long_name) - 1);
	memset(long_path, '/', sizeof(long_path) - 1);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct errmsg err = { "" };
		int fd = 77;

		assert_int_equal(netns_open(refusals[i].spec, &fd, &err), refusals[i].error);
		assert_int_equal(fd, 77);
		assert_non_null(strstr(err.text, refusals[i].words));
		assert_null(strchr(err.text, '\n'));
		assert_int_equal(netns_open(refusals[i].spec, &fd, NULL), refusals[i].error);
	}
}

static void test_netns_fifo_does_not_hang_it(void **state)
{
	char path[] = "/tmp/test_netns.XXXXXX", fifo[64];
	int fd = 77;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(fifo, sizeof(fifo), "%s/fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(netns_open(fifo, &fd, NULL), -EINVAL);
	unlink(fifo);
	rmdir(path);
}

static void test_netns_entering_what_is_no_namespace_fails(void **state)
{
	struct errmsg err = { "" };

	(void)state;
	assert_int_equal(netns_enter(-1, &err), -EBADF);
	assert_non_null(strstr(err.text, "cannot enter the network namespace"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netns_run_without_a_place_is_a_call),
		cmocka_unit_test(test_netns_run_elsewhere_is_a_thread_without_signals),
		cmocka_unit_test(test_netns_visit_here_is_a_thread_too),
		cmocka_unit_test(test_netns_run_in_what_is_no_namespace_calls_nobody),
		cmocka_unit_test(test_netns_inode_is_that_of_a_network_namespace_only),
		cmocka_unit_test(test_netns_pid_and_path_name_the_same),
		cmocka_unit_test(test_netns_what_cannot_be_opened_is_one_sentence),
		cmocka_unit_test(test_netns_fifo_does_not_hang_it),
		cmocka_unit_test(test_netns_entering_what_is_no_namespace_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
