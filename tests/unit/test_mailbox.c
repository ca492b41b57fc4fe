/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/mailbox.c: two items, one waiting at most, and no wake that is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <sched.h>
#include <stdbool.h>

#include "base/mailbox.h"

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void test_mailbox_starts_with_two_empty_items(void **state)
{
	struct mailbox m;
	int a, b;
	void *first, *second;

	(void)state;
	assert_int_equal(mailbox_init(&m, &a, &b), 0);
	assert_null(mailbox_take_full(&m));
	assert_false(is_readable(m.wake_fd));
	first = mailbox_take_empty(&m);
	second = mailbox_take_empty(&m);
	assert_true((first == &a && second == &b) || (first == &b && second == &a));
	assert_null(mailbox_take_empty(&m));
	mailbox_fini(&m);
}

static void test_mailbox_wakes_until_the_item_is_taken(void **state)
{
	struct mailbox m;
	int a, b;
	void *item;

	(void)state;
	assert_int_equal(mailbox_init(&m, &a, &b), 0);
	item = mailbox_take_empty(&m);
	mailbox_put_full(&m, item);
	assert_true(is_readable(m.wake_fd));
	assert_true(is_readable(m.wake_fd));
	assert_ptr_equal(mailbox_take_full(&m), item);
	assert_false(is_readable(m.wake_fd));
	assert_null(mailbox_take_full(&m));
	mailbox_fini(&m);
}

static void test_mailbox_gives_no_empty_while_one_waits(void **state)
{
	struct mailbox m;
	int a, b;
	void *item;

	(void)state;
	assert_int_equal(mailbox_init(&m, &a, &b), 0);
	item = mailbox_take_empty(&m);
	mailbox_put_full(&m, item);
	assert_null(mailbox_take_empty(&m));
	assert_ptr_equal(mailbox_take_full(&m), item);
	assert_non_null(mailbox_take_empty(&m));
	mailbox_fini(&m);
}

static void test_mailbox_item_comes_back_to_the_producer(void **state)
{
	struct mailbox m;
	int a, b;
	void *first, *second;

	(void)state;
	assert_int_equal(mailbox_init(&m, &a, &b), 0);
	first = mailbox_take_empty(&m);
	mailbox_put_full(&m, first);
	assert_ptr_equal(mailbox_take_full(&m), first);
	second = mailbox_take_empty(&m);
	assert_ptr_not_equal(second, first);
	assert_null(mailbox_take_empty(&m)); /* the consumer holds the other */
	mailbox_give_back(&m, first);
	assert_ptr_equal(mailbox_take_empty(&m), first);
	mailbox_fini(&m);
}

/* Cumulative counters, as the capture thread publishes them. */
struct batch {
	unsigned long from, to;
};

#define LAST 100000ul

static void *produce(void *arg)
{
	struct mailbox *m = arg;
	unsigned long sent = 0, made = 0;
	struct batch *b = NULL;

	while (sent < LAST) {
		if (made < LAST)
			made++;
		if (!b)
			b = mailbox_take_empty(m);
		if (!b) {
			sched_yield();
			continue;
		}
		b->from = sent;
		b->to = sent = made;
		mailbox_put_full(m, b);
		b = NULL;
	}
	return NULL;
}

/* The consumer sleeps in poll(2) alone: a lost wake would hang it (and reach the time limit). */
static void test_mailbox_loses_nothing_between_threads(void **state)
{
	struct batch a = { 0 }, b = { 0 };
	struct pollfd p = { .events = POLLIN };
	unsigned long got = 0;
	struct mailbox m;
	struct batch *item;
	pthread_t thread;

	(void)state;
	assert_int_equal(mailbox_init(&m, &a, &b), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, &m), 0);
	p.fd = m.wake_fd;
	while (got < LAST) {
		assert_int_equal(poll(&p, 1, 20000), 1);
		item = mailbox_take_full(&m);
		if (!item)
			continue;
		assert_int_equal(item->from, got);
		assert_true(item->to > got);
		got = item->to;
		mailbox_give_back(&m, item);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(got, LAST);
	mailbox_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mailbox_starts_with_two_empty_items),
		cmocka_unit_test(test_mailbox_wakes_until_the_item_is_taken),
		cmocka_unit_test(test_mailbox_gives_no_empty_while_one_waits),
		cmocka_unit_test(test_mailbox_item_comes_back_to_the_producer),
		cmocka_unit_test(test_mailbox_loses_nothing_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
