/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/procfs.c: when a pass is made, and of which kind. */
#include "procfs_fixture.h"

static void test_procfs_quick_pass_finds_a_new_process(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
	put_process(w, 101, "client", 5001);
	put_socket(w, 101, 3, 124);
	procfs_want(w->source, 1, w->now_ns);
	assert_true(w->source->ops->busy(w->source));
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 101, 3, 124, true));
	/* It settled it: no full pass follows. */
	procfs_want(w->source, 0, w->now_ns);
	assert_false(w->source->ops->busy(w->source));
	run_seconds(w, 20);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 0);
}

static void test_procfs_full_pass_follows_a_quick_one_that_did_not_settle_it(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
	/* Another socket behind the same descriptor: the directory's size is what it was. */
	put_socket(w, 100, 3, 124);
	procfs_want(w->source, 1, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(w->count, 0);
	procfs_want(w->source, 1, w->now_ns);
	run_seconds(w, 1);
	assert_true(told_holder(w, 100, 3, 123, false));
	assert_true(told_holder(w, 100, 3, 124, true));
	assert_int_equal(count_kind(w, EV_PROC_PASS), 1);
	assert_false(w->source->ops->busy(w->source));
}

static void test_procfs_full_pass_follows_without_being_asked_again(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
	procfs_want(w->source, 1, w->now_ns);
	run_seconds(w, 1);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 1);
	assert_false(w->source->ops->busy(w->source));
}

/* As when the pid is given out again: its directories are others, all else may be alike. */
static void reuse_pid(const struct world *w)
{
	char path[TEXT_MAX], aside[TEXT_MAX];

	path_of(w, path, "100");
	path_of(w, aside, "former");
	assert_int_equal(rename(path, aside), 0);
	put_process(w, 100, "user", 6000);
	put_socket(w, 100, 3, 124);
	remove_tree(w, "former");
}

static void test_procfs_quick_pass_finds_another_process_with_the_same_pid(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "old", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
	reuse_pid(w);
	procfs_want(w->source, 1, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(only(w, EV_PROC_GONE)->proc.start_ticks, 5000);
	assert_int_equal(only(w, EV_PROC)->proc.start_ticks, 6000);
	assert_true(told_holder(w, 100, 3, 124, true));
	assert_int_equal(count_kind(w, EV_PROC_PASS), 0);
}

static void test_procfs_pid_of_a_kernel_thread_is_looked_into_once_it_is_a_users(void **state)
{
	static const char kernel_thread[] =
		"100 (kworker) I 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n";
	struct world *w = *state;
	char path[TEXT_MAX];

	put_process(w, 100, "kworker", 5);
	path_of(w, path, "100/stat");
	write_file(path, kernel_thread, sizeof(kernel_thread) - 1);
	first_pass(w);
	reuse_pid(w);
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 3, 124, true));
	put_socket(w, 100, 3, 125);
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 3, 125, true));
}

static void test_procfs_pid_of_a_leaderless_process_counts_once_it_is_anothers(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "dead", 5000);
	put_stat(w, 100, "dead", 'Z', 5000);
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	reuse_pid(w);
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 3, 124, true));
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
	/* As many descriptors, the same directory: a quick pass has nothing to look at. */
	put_socket(w, 100, 3, 125);
	procfs_want(w->source, 1, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(w->count, 0);
}

static void test_procfs_same_wish_is_answered_at_growing_distances(void **state)
{
	static const unsigned when[] = { 0, 1, 3, 7, 15, 31, 61, 91 };
	struct world *w = *state;
	uint64_t start_ns = w->now_ns;
	size_t passes = 0;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	first_pass(w);
	for (unsigned second = 0; second < 100; second++) {
		procfs_want(w->source, 3, w->now_ns);
		run_until(w, start_ns + (second + 1) * NSEC_PER_SEC);
	}
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].kind != EV_PROC_PASS)
			continue;
		assert_true(passes < sizeof(when) / sizeof(when[0]));
		assert_int_equal((w->told[i].time_ns - start_ns) / NSEC_PER_SEC, when[passes]);
		passes++;
	}
	assert_int_equal(passes, sizeof(when) / sizeof(when[0]));
}

static void test_procfs_a_greater_wish_is_answered_at_once(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	first_pass(w);
	for (unsigned second = 0; second < 20; second++) {
		procfs_want(w->source, 3, w->now_ns);
		run_seconds(w, 1);
	}
	w->count = 0;
	put_process(w, 101, "client", 5001);
	put_socket(w, 101, 3, 124);
	procfs_want(w->source, 4, w->now_ns);
	run_until(w, w->now_ns + NSEC_PER_SEC / 10);
	assert_true(told_holder(w, 101, 3, 124, true));
}

static void test_procfs_as_many_but_others_are_found_by_quick_passes(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	first_pass(w);
	for (unsigned second = 0; second < 40; second++) {
		procfs_want(w->source, 1, w->now_ns);
		run_seconds(w, 1);
	}
	w->count = 0;
	put_process(w, 101, "client", 5001);
	put_socket(w, 101, 3, 124);
	procfs_want(w->source, 1, w->now_ns);
	run_seconds(w, 1);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 0);
	assert_true(told_holder(w, 101, 3, 124, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_procfs_quick_pass_finds_a_new_process),
		WORLD_TEST(test_procfs_full_pass_follows_a_quick_one_that_did_not_settle_it),
		WORLD_TEST(test_procfs_full_pass_follows_without_being_asked_again),
		WORLD_TEST(test_procfs_quick_pass_finds_another_process_with_the_same_pid),
		WORLD_TEST(test_procfs_pid_of_a_kernel_thread_is_looked_into_once_it_is_a_users),
		WORLD_TEST(test_procfs_pid_of_a_leaderless_process_counts_once_it_is_anothers),
		WORLD_TEST(test_procfs_same_wish_is_answered_at_growing_distances),
		WORLD_TEST(test_procfs_a_greater_wish_is_answered_at_once),
		WORLD_TEST(test_procfs_as_many_but_others_are_found_by_quick_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
