/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pktset.c: several sources as one: none is forgotten, none keeps the others waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "source/pktset.h"

enum { MEMBERS = 5, ENDLESS = UINT32_MAX };

struct fake {
	struct pktsrc pktsrc;
	int fd;
	uint32_t left;			/* packets; ENDLESS */
	uint64_t given;
	uint32_t largest;		/* step */
	uint64_t dropped;
	int fails;			/* -errno of the next step; 0 = works */
	atomic_bool closed;		/* in another thread */
};

static int fake_step(struct pktsrc *p, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct fake *f = (struct fake *)p;
	const struct pktraw raw = { .netns = 1 };
	unsigned n = f->left < max ? f->left : max;

	if (f->fails) {
		errmsg_set(err, "it is gone");
		return f->fails;
	}
	for (unsigned i = 0; i < n; i++)
		each(ctx, &raw);
	f->given += n;
	f->largest = max > f->largest ? max : f->largest;
	f->left -= f->left == ENDLESS ? 0 : n;
	return (int)n;
}

static int fake_fd(const struct pktsrc *p)
{
	return ((const struct fake *)p)->fd;
}

static void fake_stats(struct pktsrc *p, struct pktstats *out)
{
	*out = (struct pktstats){ .dropped = ((struct fake *)p)->dropped };
}

static void fake_close(struct pktsrc *p)
{
	atomic_store(&((struct fake *)p)->closed, true);
}

static const struct pktsrc_ops fake_ops = {
	.step = fake_step, .fd = fake_fd, .stats = fake_stats, .close = fake_close,
};

struct fixture {
	struct pktsrc *set;
	struct fake fake[MEMBERS];
	uint64_t handed;
};

static int set_up(void **state)
{
	static struct fixture x;
	struct errmsg err = { "" };

	x = (struct fixture){ 0 };
	for (unsigned i = 0; i < MEMBERS; i++)
		x.fake[i] = (struct fake){ .pktsrc.ops = &fake_ops, .fd = eventfd(1, EFD_CLOEXEC) };
	*state = &x;
	return pktset_new(&x.set, &err);
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	x->set->ops->close(x->set);
	for (unsigned i = 0; i < MEMBERS; i++)
		close(x->fake[i].fd);
	return 0;
}

static void add(struct fixture *x, unsigned members, uint32_t left)
{
	for (unsigned i = 0; i < members; i++) {
		x->fake[i].left = left;
		assert_int_equal(pktset_add(x->set, &x->fake[i].pktsrc, (uint16_t)(i + 1)), 0);
	}
}

static void count(void *ctx, const struct pktraw *raw)
{
	struct fixture *x = ctx;

	x->handed += raw->netns;
}

static int step(struct fixture *x, unsigned max, struct errmsg *err)
{
	return x->set->ops->step(x->set, max, count, x, err);
}

/* Fewer would say that nothing is left, and whoever steps it would go to sleep. */
static void test_pktset_of_busy_members_gives_all_that_it_may(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 7, 64, 4096 };
	struct fixture *x = *state;
	struct errmsg err = { "" };

	for (unsigned members = 1; members <= MEMBERS; members++) {
		x->fake[members - 1].left = ENDLESS;
		assert_int_equal(pktset_add(x->set, &x->fake[members - 1].pktsrc,
					    (uint16_t)members), 0);
		for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
			assert_int_equal(step(x, sizes[i], &err), sizes[i]);
	}
	assert_int_equal(x->handed, MEMBERS * (1 + 2 + 3 + 7 + 64 + 4096));
}

static void test_pktset_what_one_leaves_the_others_get(void **state)
{
	struct fixture *x = *state;
	struct errmsg err = { "" };

	add(x, 3, 0);
	x->fake[0].left = 5;
	x->fake[1].left = ENDLESS;
	assert_int_equal(step(x, 100, &err), 100);
	assert_int_equal(x->fake[0].given, 5);
	assert_int_equal(x->fake[1].given, 95);
	/* Nobody has more than his share at once. */
	assert_in_range(x->fake[1].largest, 33, 66);
}

static void test_pktset_gives_what_is_there_and_no_more(void **state)
{
	struct fixture *x = *state;
	struct errmsg err = { "" };

	add(x, 4, 1000);
	x->fake[3].left = 1;
	assert_int_equal(step(x, 4096, &err), 3001);
	assert_int_equal(step(x, 4096, &err), 0);
	assert_int_equal(x->handed, 3001);
}

static void test_pktset_is_ready_when_a_member_is(void **state)
{
	struct fixture *x = *state;
	struct pollfd fd = { .events = POLLIN };
	uint64_t one;

	add(x, 2, 0);
	fd.fd = x->set->ops->fd(x->set);
	assert_int_equal(poll(&fd, 1, 0), 1);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(read(x->fake[i].fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(poll(&fd, 1, 0), 0);
}

static void test_pktset_member_that_fails_leaves_and_the_others_go_on(void **state)
{
	struct fixture *x = *state;
	struct errmsg err = { "" };
	struct pktstats stats;

	for (unsigned bad = 0; bad < 3; bad++) {
		x->fake[bad].dropped = 10;
		x->fake[bad].left = 4;
		assert_int_equal(pktset_add(x->set, &x->fake[bad].pktsrc, 1), 0);
	}
	x->fake[0].fails = -ENODEV;
	assert_int_equal(step(x, 64, &err), 8);
	assert_string_equal(err.text, "");
	assert_true(pktset_take_trouble(x->set, &err));
	assert_string_equal(err.text, "it is gone");
	assert_false(pktset_take_trouble(x->set, &err));
	x->set->ops->stats(x->set, &stats);
	assert_int_equal(stats.dropped, 30);	/* what it lost is not forgotten */
	x->fake[1].fails = -ENODEV;
	assert_int_equal(step(x, 64, &err), 0);
	x->fake[2].fails = -ENODEV;
	assert_int_equal(step(x, 64, &err), -ENODEV);
	assert_string_equal(err.text, "it is gone");
}

/* Its place is taken by one that had its turn: that one's next turn must not be lost. */
static void test_pktset_member_that_leaves_takes_no_packet_of_another(void **state)
{
	struct fixture *x = *state;
	struct errmsg err = { "" };

	add(x, 3, ENDLESS);
	x->fake[0].fails = -ENODEV;
	assert_int_equal(step(x, 90, &err), 90);
	assert_in_range(x->fake[1].given, 40, 50);
	assert_in_range(x->fake[2].given, 40, 50);
}

static void test_pktset_namespace_that_is_dropped_is_closed(void **state)
{
	struct fixture *x = *state;
	struct errmsg err = { "" };

	add(x, 3, ENDLESS);
	pktset_drop(x->set, 2);
	assert_int_equal(step(x, 64, &err), 64);
	assert_int_equal(x->fake[1].given, 0);
	pktset_drop(x->set, 1);
	pktset_drop(x->set, 3);
	assert_int_equal(step(x, 64, &err), 0);
	x->set->ops->close(x->set);
	for (unsigned i = 0; i < 3; i++)
		assert_true(atomic_load(&x->fake[i].closed));
	assert_int_equal(pktset_new(&x->set, &err), 0);
}

static void test_pktset_more_members_than_room_are_refused_and_closed(void **state)
{
	static struct fake many[PKTSET_MAX + 1];
	struct fixture *x = *state;
	struct errmsg err = { "" };

	for (unsigned i = 0; i <= PKTSET_MAX; i++) {
		many[i] = (struct fake){ .pktsrc.ops = &fake_ops, .fd = -1 };
		assert_int_equal(pktset_add(x->set, &many[i].pktsrc, 1),
				 i < PKTSET_MAX ? 0 : -ENOSPC);
	}
	assert_true(atomic_load(&many[PKTSET_MAX].closed));
	assert_true(pktset_take_trouble(x->set, &err));
	assert_non_null(strstr(err.text, "cannot be captured in"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pktset_of_busy_members_gives_all_that_it_may),
		TEST(test_pktset_what_one_leaves_the_others_get),
		TEST(test_pktset_gives_what_is_there_and_no_more),
		TEST(test_pktset_is_ready_when_a_member_is),
		TEST(test_pktset_member_that_fails_leaves_and_the_others_go_on),
		TEST(test_pktset_member_that_leaves_takes_no_packet_of_another),
		TEST(test_pktset_namespace_that_is_dropped_is_closed),
		TEST(test_pktset_more_members_than_room_are_refused_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
