/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/nsscan.c and nstab.c over a /proc and a /run/netns made here. An ordinary file stands
 * for a namespace: it has an inode of its own, but cannot be entered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/nsscan.h"
#include "source/nstab.h"

enum { HEARD_MAX = 256, PATH_ROOM = 128 };

struct world {
	char dir[32];
	struct source *source;
	uint64_t now_ns;
	struct netnsrec heard[HEARD_MAX];
	unsigned count;
	char notice[EVENT_TEXT_MAX];
};

static void hear(void *ctx, const struct event *e)
{
	struct world *w = ctx;

	if (e->kind == EV_NOTICE) {
		assert_int_equal(e->notice.source, NOTICE_INTERFACES);
		memcpy(w->notice, e->notice.text, sizeof(w->notice));
		return;
	}
	assert_int_equal(e->kind, EV_NETNS);
	assert_true(w->count < HEARD_MAX);
	assert_non_null(memchr(e->netns.name, '\0', sizeof(e->netns.name)));
	w->heard[w->count++] = e->netns;
}

static const char *path_of(const struct world *w, char path[PATH_ROOM], const char *rest)
{
	assert_true(snprintf(path, PATH_ROOM, "%s/%s", w->dir, rest) < PATH_ROOM);
	return path;
}

static void make_dir(const struct world *w, const char *rest)
{
	char path[PATH_ROOM];

	assert_true(mkdir(path_of(w, path, rest), 0755) == 0 || errno == EEXIST);
}

static void make_file(const struct world *w, const char *rest, const char *text)
{
	char path[PATH_ROOM];
	FILE *f = fopen(path_of(w, path, rest), "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A name for `target`, which is an absolute path or a file of ours. */
static void make_link(const struct world *w, const char *rest, const char *target)
{
	char path[PATH_ROOM], to[PATH_ROOM];

	assert_int_equal(symlink(*target == '/' ? target : path_of(w, to, target),
				 path_of(w, path, rest)), 0);
}

/* A process in the namespace that `ns` stands for; its /proc/PID/net is not there. */
static void make_process(const struct world *w, unsigned pid, const char *comm, const char *ns)
{
	char rest[PATH_ROOM];

	snprintf(rest, sizeof(rest), "proc/%u", pid);
	make_dir(w, rest);
	snprintf(rest, sizeof(rest), "proc/%u/ns", pid);
	make_dir(w, rest);
	snprintf(rest, sizeof(rest), "proc/%u/comm", pid);
	make_file(w, rest, comm);
	snprintf(rest, sizeof(rest), "proc/%u/ns/net", pid);
	make_link(w, rest, ns);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

static void remove_all(const struct world *w, const char *rest)
{
	char path[PATH_ROOM];

	nftw(path_of(w, path, rest), remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void end_process(const struct world *w, unsigned pid)
{
	char rest[PATH_ROOM];

	snprintf(rest, sizeof(rest), "proc/%u", pid);
	remove_all(w, rest);
}

static void begin(struct world *w)
{
	struct errmsg err = { "" };
	char proc[PATH_ROOM], run[PATH_ROOM];

	*w = (struct world){ .dir = "/tmp/test_nsscan.XXXXXX", .now_ns = 1000 * NSEC_PER_SEC };
	assert_non_null(mkdtemp(w->dir));
	make_dir(w, "proc");
	make_dir(w, "run");
	make_dir(w, "proc/self");
	make_dir(w, "proc/self/ns");
	make_link(w, "proc/self/ns/net", "/proc/self/ns/net");
	make_process(w, 1, "init\n", "/proc/self/ns/net");
	assert_int_equal(nsscan_new(&w->source, path_of(w, proc, "proc"), path_of(w, run, "run"),
				    &err), 0);
}

static void end(struct world *w)
{
	w->source->ops->close(w->source);
	remove_all(w, ".");
	rmdir(w->dir);
}

static void run_pass(struct world *w)
{
	const struct sink out = { hear, w };

	for (unsigned i = 0; w->source->ops->busy(w->source); i++) {
		assert_true(i < 1000);
		assert_true(w->source->ops->due_ns(w->source) <= w->now_ns);
		assert_int_equal(w->source->ops->step(w->source, w->now_ns, &out), 0);
	}
	assert_int_equal(w->source->ops->due_ns(w->source), SOURCE_NEVER);
}

/* A minute later, whatever the last pass took. */
static void run_next_pass(struct world *w)
{
	w->count = 0;
	w->now_ns += 60 * NSEC_PER_SEC;
	w->source->ops->refresh(w->source, w->now_ns);
	assert_true(w->source->ops->busy(w->source));
	run_pass(w);
}

static uint64_t inode_of(const struct world *w, const char *rest)
{
	char path[PATH_ROOM];
	struct stat st;

	assert_int_equal(stat(path_of(w, path, rest), &st), 0);
	return st.st_ino;
}

static void test_nsscan_own_namespace_is_number_zero_and_nothing_to_take(void **state)
{
	struct netns_place place;
	struct world w;
	uint16_t index;

	(void)state;
	begin(&w);
	run_pass(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].index, 0);
	assert_int_equal(w.heard[0].inode, inode_of(&w, "proc/1/ns/net"));
	assert_string_equal(w.heard[0].name, "");
	assert_string_equal(w.notice, "");
	assert_false(nsscan_take_new(w.source, &place));
	assert_false(nsscan_take_gone(w.source, &index));
	run_next_pass(&w);
	assert_int_equal(w.count, 0);
	end(&w);
}

static void test_nsscan_namespace_has_the_name_of_its_first_process(void **state)
{
	struct netns_place place;
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 30, "worker\n", "blue");
	make_process(&w, 20, "nginx\n", "blue");
	make_process(&w, 40, "worker\n", "blue");
	run_pass(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.heard[1].index, 1);
	assert_false(w.heard[1].gone);
	assert_int_equal(w.heard[1].inode, inode_of(&w, "blue"));
	assert_string_equal(w.heard[1].name, "nginx[20]");
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.index, 1);
	assert_int_equal(place.fd, -1);
	assert_int_equal(place.pid, 20);
	assert_false(nsscan_take_new(w.source, &place));
	assert_non_null(strstr(w.notice, "1 network namespace may not be entered"));
	make_file(&w, "proc/20/comm", "nginx: master\n");	/* it has called exec */
	run_next_pass(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].index, 1);
	assert_string_equal(w.heard[0].name, "nginx: master[20]");
	assert_false(nsscan_take_new(w.source, &place));
	end(&w);
}

static void test_nsscan_process_without_a_name_leaves_the_inode(void **state)
{
	struct world w;
	char name[32];

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "\n", "blue");
	run_pass(&w);
	snprintf(name, sizeof(name), "net:[%llu]", (unsigned long long)inode_of(&w, "blue"));
	assert_string_equal(w.heard[1].name, name);
	make_file(&w, "proc/20/comm", "a name longer than the kernel has them");
	run_next_pass(&w);
	assert_string_equal(w.heard[0].name, "a name longer t[20]");
	end(&w);
}

static void test_nsscan_namespace_without_processes_is_gone(void **state)
{
	struct netns_place place;
	struct world w;
	uint16_t index = 77;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	run_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	end_process(&w, 20);
	run_next_pass(&w);
	assert_int_equal(w.count, 1);
	assert_true(w.heard[0].gone);
	assert_int_equal(w.heard[0].index, 1);
	assert_string_equal(w.notice, "");
	assert_true(nsscan_take_gone(w.source, &index));
	assert_int_equal(index, 1);
	assert_false(nsscan_take_gone(w.source, &index));
	end(&w);
}

static void test_nsscan_index_of_a_namespace_that_went_is_not_the_next_ones(void **state)
{
	struct netns_place place;
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_file(&w, "red", "");
	make_process(&w, 20, "nginx\n", "blue");
	run_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	end_process(&w, 20);
	make_process(&w, 21, "nginx\n", "red");
	run_next_pass(&w);
	assert_int_equal(w.count, 2);
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.index, 2);
	end(&w);
}

static void test_nsscan_place_that_is_a_process_goes_with_it(void **state)
{
	struct netns_place place;
	struct world w;
	uint16_t index;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	make_process(&w, 30, "worker\n", "blue");
	run_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.pid, 20);
	end_process(&w, 20);
	run_next_pass(&w);
	assert_true(nsscan_take_gone(w.source, &index));
	run_next_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.pid, 30);
	end(&w);
}

static void test_nsscan_name_of_ip_netns_comes_first(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	make_link(&w, "run/zz-own", "/proc/self/ns/net");
	make_link(&w, "run/own", "/proc/self/ns/net");
	make_file(&w, "run/leftover", "");
	make_link(&w, "run/not-net", "/proc/self/ns/mnt");
	make_link(&w, "run/dangling", "nowhere");
	run_pass(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].index, 0);
	assert_string_equal(w.heard[0].name, "own");
	remove_all(&w, "run");
	run_next_pass(&w);
	assert_int_equal(w.count, 1);
	assert_string_equal(w.heard[0].name, "");
	end(&w);
}

static void test_nsscan_looks_every_two_seconds_at_most(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	run_pass(&w);
	w.now_ns += 2 * NSEC_PER_SEC - 1;
	w.source->ops->refresh(w.source, w.now_ns);
	assert_false(w.source->ops->busy(w.source));
	end(&w);
}

static void test_nsscan_more_namespaces_than_room_are_said_to_be_missing(void **state)
{
	struct netns_place place;
	bool taken[NETNS_MAX] = { false };
	struct world w;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < NETNS_MAX + 10; i++) {
		char ns[16];

		snprintf(ns, sizeof(ns), "ns%u", i);
		make_file(&w, ns, "");
		make_process(&w, 100 + i, "sleep\n", ns);
	}
	run_pass(&w);
	assert_int_equal(w.count, NETNS_MAX);
	for (unsigned i = 1; i < NETNS_MAX; i++) {
		assert_true(nsscan_take_new(w.source, &place));
		assert_true(place.index > 0 && place.index < NETNS_MAX && !taken[place.index]);
		taken[place.index] = true;
	}
	assert_false(nsscan_take_new(w.source, &place));
	for (unsigned i = 0; i < NETNS_MAX + 10; i++)
		end_process(&w, 100 + i);
	run_next_pass(&w);
	assert_int_equal(w.count, NETNS_MAX - 1);
	end(&w);
}

static void test_nsscan_what_cannot_be_read_ends_nothing(void **state)
{
	char path[PATH_ROOM];
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	run_pass(&w);
	remove_all(&w, "run");
	make_link(&w, "run", "run");	/* ELOOP: what has a name only cannot be looked up */
	end_process(&w, 20);
	run_next_pass(&w);
	assert_int_equal(w.count, 0);
	unlink(path_of(&w, path, "run"));
	run_next_pass(&w);
	assert_int_equal(w.count, 1);
	assert_true(w.heard[0].gone);
	end(&w);
}

static void test_nsscan_without_proc_says_so(void **state)
{
	struct errmsg err = { "" };
	struct source *s;

	(void)state;
	assert_int_equal(nsscan_new(&s, "/nowhere", "/nowhere", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere"));
}

/* Without rights there is no inode of the namespace, but one of a file in its /proc/PID/net. */
static void test_nstab_namespace_is_known_by_either_inode(void **state)
{
	struct nstab t;
	struct nsentry *e;

	(void)state;
	nstab_init(&t, 11, 12);
	nstab_begin_pass(&t);
	assert_ptr_equal(nstab_find(&t, 11, 0), &t.at[0]);
	assert_ptr_equal(nstab_find(&t, 0, 12), &t.at[0]);
	assert_null(nstab_find(&t, 12, 0));
	assert_null(nstab_find(&t, 21, 12));	/* the better word counts */
	assert_null(nstab_find(&t, 0, 0));
	e = nstab_add(&t, 0, 22);
	assert_int_equal(nstab_index(&t, e), 1);
	assert_ptr_equal(nstab_find(&t, 21, 22), e);
	assert_ptr_equal(nstab_find(&t, 0, 22), e);
	assert_null(nstab_find(&t, 21, 0));
	nstab_drop(&t, e);
	assert_null(nstab_find(&t, 0, 22));
	nstab_drop(&t, &t.at[0]);
	assert_ptr_equal(nstab_find(&t, 11, 0), &t.at[0]);
	nstab_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsscan_own_namespace_is_number_zero_and_nothing_to_take),
		cmocka_unit_test(test_nsscan_namespace_has_the_name_of_its_first_process),
		cmocka_unit_test(test_nsscan_process_without_a_name_leaves_the_inode),
		cmocka_unit_test(test_nsscan_namespace_without_processes_is_gone),
		cmocka_unit_test(test_nsscan_index_of_a_namespace_that_went_is_not_the_next_ones),
		cmocka_unit_test(test_nsscan_place_that_is_a_process_goes_with_it),
		cmocka_unit_test(test_nsscan_name_of_ip_netns_comes_first),
		cmocka_unit_test(test_nsscan_looks_every_two_seconds_at_most),
		cmocka_unit_test(test_nsscan_more_namespaces_than_room_are_said_to_be_missing),
		cmocka_unit_test(test_nsscan_what_cannot_be_read_ends_nothing),
		cmocka_unit_test(test_nsscan_without_proc_says_so),
		cmocka_unit_test(test_nstab_namespace_is_known_by_either_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
