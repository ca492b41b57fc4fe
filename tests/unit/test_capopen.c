/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/capopen.c: openings that nobody wants any more. The test stands in for the ring, which it
 * has open when it likes, and for the capture thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "source/capopen.h"

/* Neither the ring's calls nor the thread's have a context. */
static sem_t may_open;
static atomic_uint closed, added;

static void close_ring(struct pktsrc *p)
{
	(void)p;
	atomic_fetch_add(&closed, 1);
}

static const struct pktsrc_ops ring_ops = { .close = close_ring };
static struct pktsrc ring = { &ring_ops };

int pktsrc_ring_open(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err)
{
	while (sem_wait(&may_open))
		;
	if (opt->netns == 9) {
		errmsg_set(err, "no");
		return -ENODEV;
	}
	*out = &ring;
	return 0;
}

int pktsrc_pcap_open_live(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err)
{
	(void)out;
	(void)opt;
	(void)err;
	return -ENODEV;
}

void capthread_add(struct capthread *t, struct pktsrc *pktsrc, uint16_t netns)
{
	(void)t;
	assert_ptr_equal(pktsrc, &ring);
	assert_int_equal(netns, 3);
	atomic_fetch_add(&added, 1);
}

static int set_up(void **state)
{
	(void)state;
	atomic_store(&closed, 0);
	atomic_store(&added, 0);
	return sem_init(&may_open, 0, 0);
}

static int tear_down(void **state)
{
	(void)state;
	return sem_destroy(&may_open);
}

static struct capopening *begin(uint16_t index)
{
	const struct netns_place where = { .index = index, .fd = -1 };
	const struct pktsrc_options opt = { .interfaces = "any" };
	struct capopening *o;

	assert_int_equal(capopen_begin(&o, &where, &opt, NULL, NULL), 0);
	return o;
}

static void wait_until_over(const struct capopening *o)
{
	while (!capopen_is_over(o))
		sched_yield();
}

static void test_capopen_what_was_opened_goes_to_the_thread(void **state)
{
	struct capopening *o = begin(3);

	(void)state;
	assert_false(capopen_is_over(o));
	sem_post(&may_open);
	wait_until_over(o);
	assert_int_equal(capopen_end(o, NULL), 0);
	assert_int_equal(added, 1);
	assert_int_equal(closed, 0);
}

/* Would it wait, the test would hang: the ring opens only afterwards. */
static void test_capopen_abandoned_opening_is_not_waited_for(void **state)
{
	struct capopening *a = begin(3), *b = begin(3), *left = NULL;

	(void)state;
	capopen_abandon(a, &left);
	capopen_abandon(b, &left);
	capopen_abandon(NULL, &left);
	capopen_reap(&left, false);
	assert_non_null(left);
	sem_post(&may_open);
	sem_post(&may_open);
	wait_until_over(a);
	wait_until_over(b);
	capopen_reap(&left, false);
	assert_null(left);
	assert_int_equal(added, 0);
	assert_int_equal(closed, 2);
}

static void test_capopen_abandoned_after_its_end_is_the_threads(void **state)
{
	struct capopening *o = begin(3), *left = NULL;

	(void)state;
	sem_post(&may_open);
	wait_until_over(o);
	capopen_abandon(o, &left);
	assert_null(left);
	assert_int_equal(added, 1);
	assert_int_equal(closed, 0);
}

static void test_capopen_abandoned_one_that_fails_has_nothing_to_close(void **state)
{
	struct capopening *o = begin(9), *left = NULL;

	(void)state;
	capopen_abandon(o, &left);
	sem_post(&may_open);
	capopen_reap(&left, true);
	assert_null(left);
	assert_int_equal(added, 0);
	assert_int_equal(closed, 0);
}

#define CAPOPEN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPOPEN_TEST(test_capopen_what_was_opened_goes_to_the_thread),
		CAPOPEN_TEST(test_capopen_abandoned_opening_is_not_waited_for),
		CAPOPEN_TEST(test_capopen_abandoned_after_its_end_is_the_threads),
		CAPOPEN_TEST(test_capopen_abandoned_one_that_fails_has_nothing_to_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
