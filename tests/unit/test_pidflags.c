/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pidflags.c by way of procfs: whose descriptors' flags are read, and when they are told. */
#include "procfs_fixture.h"

#include <fcntl.h>

#include "source/source.h"

static void put_flags(const struct world *w, unsigned pid, int fd, unsigned inode, unsigned flags)
{
	char path[TEXT_MAX], text[TEXT_MAX];
	int len = snprintf(text, sizeof(text), "pos:\t0\nflags:\t0%o\nmnt_id:\t9\nino:\t%u\n",
			   flags, inode);

	path_of(w, path, "%u/fdinfo", pid);
	if (mkdir(path, 0755))
		assert_int_equal(errno, EEXIST);
	path_of(w, path, "%u/fdinfo/%d", pid, fd);
	write_file(path, text, (size_t)len);
}

/* A process with that many sockets, inodes from 1000 on, all of these flags. */
static void put_server(const struct world *w, unsigned pid, unsigned sockets, unsigned flags)
{
	put_process(w, pid, "server", 5000);
	for (unsigned i = 0; i < sockets; i++) {
		put_socket(w, pid, (int)i, 1000 + i);
		put_flags(w, pid, (int)i, 1000 + i, flags);
	}
}

static void next_round(struct world *w)
{
	w->count = 0;
	w->now_ns += NSEC_PER_SEC;
	w->source->ops->refresh(w->source, w->now_ns);
	run_until(w, w->now_ns);
}

static size_t count_flags(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += w->told[i].kind == EV_HOLDER && w->told[i].holder.has_flags;
	return n;
}

static const struct holderrec *flags_of(const struct world *w, unsigned pid, int fd)
{
	const struct holderrec *found = NULL;

	for (size_t i = 0; i < w->count; i++) {
		const struct holderrec *h = &w->told[i].holder;

		if (w->told[i].kind != EV_HOLDER || !h->has_flags || h->pid != pid || h->fd != fd)
			continue;
		assert_null(found);
		assert_true(h->held);
		found = h;
	}
	assert_non_null(found);
	return found;
}

static void test_pidflags_unasked_for_are_not_read(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 3, O_RDWR);
	first_pass(w);
	next_round(w);
	assert_int_equal(count_flags(w), 0);
}

static void test_pidflags_all_of_them_are_waited_for(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 300, O_RDWR);
	put_flags(w, 100, 7, 1007, O_RDWR | O_NONBLOCK);
	put_flags(w, 100, 8, 1008, O_RDWR | O_CLOEXEC);
	put_flags(w, 100, 9, 1009, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	begin(w);
	procfs_want_flags(w->source, SOURCE_NEVER);
	run_until(w, w->now_ns);
	assert_false(w->source->ops->busy(w->source));
	assert_int_equal(count_flags(w), 300);
	assert_false(flags_of(w, 100, 6)->nonblock || flags_of(w, 100, 6)->cloexec);
	assert_true(flags_of(w, 100, 7)->nonblock && !flags_of(w, 100, 7)->cloexec);
	assert_true(!flags_of(w, 100, 8)->nonblock && flags_of(w, 100, 8)->cloexec);
	assert_true(flags_of(w, 100, 9)->nonblock && flags_of(w, 100, 9)->cloexec);
	assert_int_equal(flags_of(w, 100, 9)->inode, 1009);
}

static void test_pidflags_only_changes_are_told_again(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 10, O_RDWR);
	put_server(w, 101, 10, O_RDWR);
	begin(w);
	procfs_want_flags(w->source, SOURCE_NEVER);
	run_until(w, w->now_ns);
	assert_int_equal(count_flags(w), 20);
	next_round(w);
	assert_int_equal(count_flags(w), 0);
	put_flags(w, 101, 4, 1004, O_RDWR | O_NONBLOCK);
	next_round(w);
	assert_int_equal(count_flags(w), 1);
	assert_true(flags_of(w, 101, 4)->nonblock);
}

static void test_pidflags_are_kept_through_a_look(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 10, O_RDWR);
	begin(w);
	procfs_want_flags(w->source, SOURCE_NEVER);
	run_until(w, w->now_ns);
	put_socket(w, 100, 10, 1010);
	put_flags(w, 100, 10, 1010, O_RDWR);
	run_seconds(w, 31);
	next_round(w);
	assert_int_equal(count_flags(w), 1);
	assert_int_equal(flags_of(w, 100, 10)->inode, 1010);
}

static void test_pidflags_small_budget_comes_round_to_all_in_time(void **state)
{
	struct world *w = *state;
	size_t told = 0, rounds = 0;

	put_server(w, 100, 60, O_RDWR);
	put_server(w, 101, 60, O_RDWR);
	first_pass(w);
	/* A budget that is gone after the first look at the clock. */
	procfs_want_flags(w->source, 1);
	while (told < 120) {
		next_round(w);
		assert_true(count_flags(w) <= 8);
		assert_false(w->source->ops->busy(w->source));
		told += count_flags(w);
		assert_true(++rounds < 100);
	}
	assert_true(rounds >= 120 / 8);
	assert_int_equal(told, 120);
}

static void test_pidflags_known_ones_are_read_again_now_and_then(void **state)
{
	struct world *w = *state;
	unsigned rounds = 0;

	put_server(w, 100, 3, O_RDWR);
	first_pass(w);
	procfs_want_flags(w->source, 500 * NSEC_PER_MSEC);
	next_round(w);
	assert_int_equal(count_flags(w), 3);
	put_flags(w, 100, 1, 1001, O_RDWR | O_NONBLOCK);
	/* A new process does not wait for that. */
	put_process(w, 101, "other", 5000);
	put_socket(w, 101, 3, 55);
	put_flags(w, 101, 3, 55, O_RDWR);
	procfs_want(w->source, 1, w->now_ns);
	do {
		next_round(w);
		assert_true(++rounds < 4);
	} while (count_flags(w) == 0);
	assert_int_equal(flags_of(w, 101, 3)->inode, 55);
	assert_int_equal(count_flags(w), 1);
	do {
		next_round(w);
		assert_true(++rounds < 10);
	} while (count_flags(w) == 0);
	assert_true(rounds > 6);
	assert_true(flags_of(w, 100, 1)->nonblock);
}

static void test_pidflags_of_another_file_by_now_are_not_told(void **state)
{
	struct world *w = *state;
	char path[TEXT_MAX];

	put_server(w, 100, 3, O_RDWR);
	put_flags(w, 100, 0, 777, O_RDWR);
	path_of(w, path, "100/fdinfo/1");
	write_file(path, "flags:\tnone\n", 12);
	path_of(w, path, "100/fdinfo/2");
	assert_int_equal(unlink(path), 0);
	put_process(w, 101, "other", 5000);
	put_socket(w, 101, 3, 55);
	begin(w);
	procfs_want_flags(w->source, SOURCE_NEVER);
	run_until(w, w->now_ns);
	assert_int_equal(count_flags(w), 0);
	assert_int_equal(count_kind(w, EV_HOLDER), 4);
	assert_false(w->source->ops->busy(w->source));
}

static void test_pidflags_one_that_is_asked_for_is_told_each_time(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 3, O_RDWR | O_NONBLOCK);
	first_pass(w);
	for (int i = 0; i < 2; i++) {
		w->count = 0;
		procfs_read_flags(w->source, 100, 1, 1001);
		assert_int_equal(w->source->ops->due_ns(w->source), 0);
		run_until(w, w->now_ns);
		assert_int_equal(w->count, 1);
		assert_true(flags_of(w, 100, 1)->nonblock);
	}
}

static void test_pidflags_what_was_not_told_as_held_is_not_answered(void **state)
{
	struct world *w = *state;

	put_server(w, 100, 3, O_RDWR);
	put_flags(w, 100, 5, 1005, O_RDWR);
	first_pass(w);
	w->count = 0;
	procfs_read_flags(w->source, 100, 5, 1005);
	procfs_read_flags(w->source, 100, 1, 1002);
	procfs_read_flags(w->source, 100, -1, 1001);
	procfs_read_flags(w->source, 4711, 1, 1001);
	for (int i = 0; i < 100; i++)
		procfs_read_flags(w->source, 4711, i, 1001);
	run_until(w, w->now_ns);
	assert_int_equal(w->count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_pidflags_unasked_for_are_not_read),
		WORLD_TEST(test_pidflags_all_of_them_are_waited_for),
		WORLD_TEST(test_pidflags_only_changes_are_told_again),
		WORLD_TEST(test_pidflags_are_kept_through_a_look),
		WORLD_TEST(test_pidflags_small_budget_comes_round_to_all_in_time),
		WORLD_TEST(test_pidflags_known_ones_are_read_again_now_and_then),
		WORLD_TEST(test_pidflags_of_another_file_by_now_are_not_told),
		WORLD_TEST(test_pidflags_one_that_is_asked_for_is_told_each_time),
		WORLD_TEST(test_pidflags_what_was_not_told_as_held_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
