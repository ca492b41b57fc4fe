/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/procfs.c: the looks between rounds, and what they may cost. */
#include "procfs_fixture.h"

/* A host that was looked at, with nothing wanted for a while. */
static void settle_down(struct world *w)
{
	first_pass(w);
	procfs_want(w->source, 0, w->now_ns);
	run_seconds(w, 2);
	w->count = 0;
}

static void test_glance_finds_a_new_process_between_rounds(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	settle_down(w);
	put_process(w, 101, "curl", 5001);
	put_socket(w, 101, 5, 124);
	assert_true(w->source->ops->due_ns(w->source) > w->now_ns);
	procfs_look_now(w->source, w->now_ns);
	assert_true(w->source->ops->due_ns(w->source) <= w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 101, 5, 124, true));
	assert_int_equal(w->count, 2);
	/* One wish, one look. */
	assert_true(w->source->ops->due_ns(w->source) > w->now_ns);
}

static void test_glance_finds_a_new_process_where_descriptors_are_not_counted(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	settle_down(w);
	put_socket(w, 100, 4, 125);
	put_process(w, 101, "curl", 5001);
	put_socket(w, 101, 5, 124);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 101, 5, 124, true));
	assert_true(w->told[1].holder.pid == 101);
	/* Then who is known. */
	assert_true(told_holder(w, 100, 4, 125, true));
}

static void test_glance_looks_at_the_youngest_first(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 500, "server", 5000);
	settle_down(w);
	for (unsigned pid = 100; pid < 120; pid++) {
		put_process(w, pid, "curl", 5001);
		put_socket(w, pid, 3, pid);
	}
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(w->count, 40);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(w->told[2 * i].proc.pid, 119 - i);
}

static void test_glance_says_of_nobody_that_it_ended(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	settle_down(w);
	remove_tree(w, "100");
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(w->count, 0);
	run_seconds(w, 31);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 1);
}

static void test_glance_does_not_wait_for_a_pass_under_way(void **state)
{
	struct sink sink = { keep_event, *state };
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	for (int fd = 0; fd < 6000; fd++)
		put_socket(w, 100, fd, 10000u + (unsigned)fd);
	settle_down(w);
	/* The regular pass begins; nobody waits for it, so it is not done with the first slice. */
	w->now_ns = w->source->ops->due_ns(w->source);
	assert_int_equal(w->source->ops->step(w->source, w->now_ns, &sink), 0);
	assert_int_equal(w->count, 0);
	assert_true(w->source->ops->due_ns(w->source) < w->now_ns + NSEC_PER_SEC);
	put_process(w, 101, "curl", 5001);
	put_socket(w, 101, 5, 124);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 101, 5, 124, true));
	assert_int_equal(w->count, 2);
	/* The pass did not meet it, and does not take it for gone. */
	run_seconds(w, 5);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 1);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 0);
	assert_int_equal(w->count, 3);
}

static void test_glance_before_the_first_pass_waits_for_its_end(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	begin(w);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(count_kind(w, EV_HOLDER), 1);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 1);
}

static void test_glances_end_with_their_savings_and_come_again(void **state)
{
	struct world *w = *state;
	unsigned glances = 0;
	uint64_t due_ns;

	make_counting(w);
	for (unsigned pid = 100; pid < 150; pid++)
		put_process(w, pid, "server", 5000);
	settle_down(w);
	/* Event time stands still: what the machine works is all taken from the savings. */
	do {
		procfs_look_now(w->source, w->now_ns);
		run_until(w, w->now_ns);
		due_ns = w->source->ops->due_ns(w->source);
		assert_true(++glances < 500000);
	} while (due_ns > w->now_ns + NSEC_PER_SEC);
	assert_true(glances > 1);
	/* A fiftieth of the time: 2 ms of it are there within 100 ms. */
	assert_true(due_ns > w->now_ns);
	assert_true(due_ns <= w->now_ns + 100 * NSEC_PER_MSEC);
	put_process(w, 99, "curl", 5001);
	put_socket(w, 99, 5, 124);
	procfs_look_now(w->source, w->now_ns);	/* the one under way may be past its list */
	run_until(w, due_ns - 1);
	assert_int_equal(w->count, 0);
	run_until(w, w->now_ns + 2 * NSEC_PER_SEC);
	assert_true(told_holder(w, 99, 5, 124, true));
}

/* Descriptors that are no sockets: they take time to look through, and tell nothing. */
static void put_files(const struct world *w, unsigned pid, int count)
{
	char where[TEXT_MAX];

	snprintf(where, sizeof(where), "%u/fd", pid);
	for (int fd = 10; fd < 10 + count; fd++)
		put_link(w, where, fd, "/dev/null");
}

static void test_pass_that_begins_under_a_glance_loses_nobody(void **state)
{
	struct sink sink = { keep_event, *state };
	struct world *w = *state;

	make_counting(w);
	for (unsigned pid = 100; pid < 103; pid++) {
		put_process(w, pid, "server", 5000);
		put_socket(w, pid, 3, pid);
		put_files(w, pid, 8000);
	}
	settle_down(w);
	put_process(w, 200, "curl", 5001);
	put_files(w, 200, 8000);
	/* The glance begins, then the regular pass; neither is done with its first slice. */
	w->now_ns = w->source->ops->due_ns(w->source);
	procfs_look_now(w->source, w->now_ns);
	assert_int_equal(w->source->ops->step(w->source, w->now_ns, &sink), 0);
	assert_true(w->source->ops->due_ns(w->source) <= w->now_ns);
	/* The glance goes on at once: it comes by those whom the pass has met. */
	run_until(w, w->now_ns);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 0);
	run_seconds(w, 5);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 1);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 0);
}

static void test_glance_finds_a_socket_that_took_the_place_of_another(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "python3", 5000);
	put_socket(w, 100, 3, 123);
	settle_down(w);
	for (unsigned inode = 130; inode < 138; inode++) {
		put_socket(w, 100, 3, inode);
		procfs_look_now(w->source, w->now_ns);
		run_until(w, w->now_ns);
		assert_true(told_holder(w, 100, 3, inode, true));
		run_until(w, w->now_ns + 150 * NSEC_PER_MSEC);
	}
	assert_int_equal(count_kind(w, EV_HOLDER), 16);
	/* It rests until the next wish. */
	assert_true(w->source->ops->due_ns(w->source) > w->now_ns);
}

static void test_glance_finds_the_first_socket_of_one_that_had_as_many_files(void **state)
{
	struct world *w = *state;

	make_counting(w);
	put_process(w, 100, "python3", 5000);
	put_link(w, "100/fd", 3, "/usr/lib/python3/site.py");
	settle_down(w);
	put_socket(w, 100, 3, 123);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 100, 3, 123, true));
}

static void test_glance_reads_the_latest_to_open_a_socket_first(void **state)
{
	struct world *w = *state;

	make_counting(w);
	for (unsigned pid = 100; pid < 103; pid++) {
		put_process(w, pid, "server", 5000);
		put_socket(w, pid, 3, pid);
	}
	settle_down(w);
	put_socket(w, 100, 3, 200);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 100, 3, 200, true));
	run_until(w, w->now_ns + NSEC_PER_SEC);
	w->count = 0;
	for (unsigned pid = 100; pid < 103; pid++)
		put_socket(w, pid, 3, 300 + pid);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_int_equal(count_kind(w, EV_HOLDER), 6);
	assert_int_equal(w->told[0].holder.pid, 100);
	assert_int_equal(w->told[2].holder.pid, 102);
	assert_int_equal(w->told[4].holder.pid, 101);
}

static void test_glance_does_not_read_whom_it_cannot_afford(void **state)
{
	enum { MANY = 7000 };	/* 20 ms would do for 6,700 */
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_process(w, 101, "python3", 5000);
	put_socket(w, 101, 3, 123);
	settle_down(w);
	w->count = 0;
	for (int fd = 0; fd < MANY; fd++)
		put_socket(w, 100, fd, 10000u + (unsigned)fd);
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 0, 10000, true));
	w->count = 0;
	put_socket(w, 100, 0, 7);
	put_socket(w, 101, 3, 130);
	procfs_look_now(w->source, w->now_ns);
	run_until(w, w->now_ns);
	assert_true(told_holder(w, 101, 3, 130, true));
	assert_false(told_holder(w, 100, 0, 7, true));
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 0, 7, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_glance_finds_a_new_process_between_rounds),
		WORLD_TEST(test_glance_finds_a_new_process_where_descriptors_are_not_counted),
		WORLD_TEST(test_glance_looks_at_the_youngest_first),
		WORLD_TEST(test_glance_says_of_nobody_that_it_ended),
		WORLD_TEST(test_glance_does_not_wait_for_a_pass_under_way),
		WORLD_TEST(test_pass_that_begins_under_a_glance_loses_nobody),
		WORLD_TEST(test_glance_finds_a_socket_that_took_the_place_of_another),
		WORLD_TEST(test_glance_finds_the_first_socket_of_one_that_had_as_many_files),
		WORLD_TEST(test_glance_reads_the_latest_to_open_a_socket_first),
		WORLD_TEST(test_glance_does_not_read_whom_it_cannot_afford),
		WORLD_TEST(test_glance_before_the_first_pass_waits_for_its_end),
		WORLD_TEST(test_glances_end_with_their_savings_and_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
