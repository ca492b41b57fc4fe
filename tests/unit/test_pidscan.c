/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pidscan.c: what one walk costs, where a process has many threads. */
#include "procfs_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/socket.h>

#include "source/pidscan.h"

enum { PID = 100, FIRST_TID = 1000 };

static void put_dir(const struct world *w, const char *name)
{
	char path[TEXT_MAX];

	path_of(w, path, "%s", name);
	assert_int_equal(mkdir(path, 0755), 0);
}

/* A thread with `sockets` descriptors, the same ones as every other. */
static void put_thread(const struct world *w, unsigned tid, unsigned sockets)
{
	char name[TEXT_MAX];

	snprintf(name, sizeof(name), "%u/task/%u", PID, tid);
	put_dir(w, name);
	snprintf(name, sizeof(name), "%u/task/%u/fd", PID, tid);
	put_dir(w, name);
	for (unsigned i = 0; i < sockets; i++) {
		char target[32];

		snprintf(target, sizeof(target), "socket:[%u]", 5000 + i);
		put_link(w, name, (int)i, target);
	}
}

/* Its main thread has ended, and has no descriptors. Returns the root, to be closed. */
static int begin_scan(const struct world *w, struct pidscan *scan, unsigned threads,
		      unsigned sockets)
{
	int root_fd = open(w->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(root_fd >= 0);
	put_process(w, PID, "server", 5000);
	put_dir(w, "100/task");
	for (unsigned i = 0; i < threads; i++)
		put_thread(w, FIRST_TID + i, sockets);
	assert_int_equal(pidscan_begin(scan, root_fd, PID), 0);
	assert_int_equal(pidscan_step(scan, UINT64_MAX), 0);
	assert_false(scan->any);
	assert_int_equal(pidscan_begin_tasks(scan), 0);
	return root_fd;
}

static void test_pidscan_one_thread_speaks_for_all(void **state)
{
	struct world *w = *state;
	struct pidscan scan;
	int root_fd = begin_scan(w, &scan, 40, 50);

	assert_int_equal(pidscan_step(&scan, UINT64_MAX), 0);
	assert_int_equal(scan.found.count, 50);
	/* Not threads times descriptors on the way there. */
	assert_true(scan.found.room < 2 * 50);
	for (unsigned i = 0; i < 50; i++) {
		assert_int_equal(scan.found.at[i].fd, i);
		assert_int_equal(scan.found.at[i].inode, 5000 + i);
	}
	pidscan_end(&scan);
	close(root_fd);
}

static void test_pidscan_threads_without_descriptors_end_with_the_slice(void **state)
{
	struct world *w = *state;
	struct pidscan scan;
	unsigned steps = 1;
	int root_fd = begin_scan(w, &scan, 200, 0);

	/* A deadline that has passed: each step does little, but does it. */
	while (pidscan_step(&scan, 0) == 1)
		assert_true(++steps < 100);
	assert_true(steps > 5);
	assert_int_equal(scan.found.count, 0);
	assert_false(scan.any);
	pidscan_end(&scan);
	close(root_fd);
}

static void test_pidscan_step_that_is_not_done_can_be_gone_on_with(void **state)
{
	struct world *w = *state;

	/* Wherever the slice ends: among threads, among descriptors, between the two. */
	for (unsigned threads = 1; threads < 70; threads += 17) {
		for (unsigned sockets = 28; sockets < 34; sockets++) {
			struct pidscan scan;
			int root_fd = begin_scan(w, &scan, threads, sockets), rc;

			while ((rc = pidscan_step(&scan, 0)) == 1)
				assert_true(scan.dir || scan.tasks);
			assert_int_equal(rc, 0);
			assert_int_equal(scan.found.count, sockets);
			pidscan_end(&scan);
			close(root_fd);
			remove_tree(w, "100");
		}
	}
}

/* A thread of this test, which opens sockets where its main thread does not see them, or does. */
struct opener {
	pthread_t thread;
	bool unshares;
	unsigned inode;
	sem_t opened, seen;
};

static void *open_sockets(void *arg)
{
	struct opener *o = arg;
	struct stat st;
	int pair[2];

	if (o->unshares)
		assert_int_equal(unshare(CLONE_FILES), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(fstat(pair[0], &st), 0);
	o->inode = (unsigned)st.st_ino;
	sem_post(&o->opened);
	sem_wait(&o->seen);
	close(pair[0]);
	close(pair[1]);
	return NULL;
}

static void begin_opener(struct opener *o, bool unshares)
{
	o->unshares = unshares;
	sem_init(&o->opened, 0, 0);
	sem_init(&o->seen, 0, 0);
	assert_int_equal(pthread_create(&o->thread, NULL, open_sockets, o), 0);
	sem_wait(&o->opened);
}

static void end_opener(struct opener *o)
{
	sem_post(&o->seen);
	pthread_join(o->thread, NULL);
}

static unsigned count_inode(const struct pidscan *scan, unsigned inode)
{
	unsigned n = 0;

	for (size_t i = 0; i < scan->found.count; i++)
		n += scan->found.at[i].inode == inode;
	return n;
}

/* In the real /proc, which anybody may read of themselves. */
static void scan_myself(struct pidscan *scan, int root_fd)
{
	assert_int_equal(pidscan_begin(scan, root_fd, (uint32_t)getpid()), 0);
	assert_int_equal(pidscan_step(scan, UINT64_MAX), 0);
	assert_true(scan->any);
	assert_int_equal(pidscan_begin_tasks(scan), 0);
	assert_int_equal(pidscan_step(scan, UINT64_MAX), 0);
}

static void test_pidscan_thread_with_its_own_table_is_read_too(void **state)
{
	int root_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct opener own, shared;
	struct pidscan scan;

	(void)state;
	assert_true(root_fd >= 0);
	begin_opener(&shared, false);
	scan_myself(&scan, root_fd);
	assert_false(scan.split);
	assert_int_equal(count_inode(&scan, shared.inode), 1);
	pidscan_end(&scan);
	begin_opener(&own, true);
	scan_myself(&scan, root_fd);
	assert_true(scan.split);
	assert_int_equal(count_inode(&scan, own.inode), 1);
	/* It has copies of what was there before, of the same numbers: told once. */
	assert_int_equal(count_inode(&scan, shared.inode), 1);
	pidscan_end(&scan);
	end_opener(&own);
	end_opener(&shared);
	close(root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_pidscan_one_thread_speaks_for_all),
		WORLD_TEST(test_pidscan_threads_without_descriptors_end_with_the_slice),
		WORLD_TEST(test_pidscan_step_that_is_not_done_can_be_gone_on_with),
		cmocka_unit_test(test_pidscan_thread_with_its_own_table_is_read_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
