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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/nsname.h"
#include "source/nsscan.h"
#include "source/nstab.h"

enum { HEARD_MAX = 256, PATH_ROOM = 128 };

#define HEX "4f2a61c0ee5b8d3b0f8d1c6a8f3e5d7c9b1a2f4e6d8c0b9a7f5e3d1c2b4a6f8e"

struct world {
	char dir[32];
	struct source *source;
	uint64_t now_ns;
	struct netnsrec heard[HEARD_MAX];
	unsigned count;
	char notice[EVENT_TEXT_MAX];
	bool hogs;		/* takes a descriptor when it hears of a namespace */
	int hogged;
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
	if (w->hogs)
		w->hogged = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->hogs = false;
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

/* cgroup: what /proc/PID/cgroup has. */
static void put_cgroup(const struct world *w, unsigned pid, const char *text)
{
	char rest[PATH_ROOM];

	snprintf(rest, sizeof(rest), "proc/%u/cgroup", pid);
	make_file(w, rest, text);
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

static const char *inode_name(const struct world *w, const char *ns, char name[NSNAME_MAX])
{
	snprintf(name, NSNAME_MAX, "net:[%llu]", (unsigned long long)inode_of(w, ns));
	return name;
}

static void test_nsscan_namespace_has_the_name_of_its_first_processes_container(void **state)
{
	struct netns_place place;
	char name[NSNAME_MAX];
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 30, "worker\n", "blue");
	make_process(&w, 20, "nginx\n", "blue");
	make_process(&w, 40, "worker\n", "blue");
	put_cgroup(&w, 20, "0::/system.slice/docker-" HEX ".scope\n");
	put_cgroup(&w, 30, "0::/system.slice/other.service\n");
	run_pass(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.heard[1].index, 1);
	assert_false(w.heard[1].gone);
	assert_int_equal(w.heard[1].inode, inode_of(&w, "blue"));
	assert_string_equal(w.heard[1].name, "docker:4f2a61c0ee5b");
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.index, 1);
	assert_int_equal(place.fd, -1);
	assert_int_equal(place.pid, 20);
	assert_false(nsscan_take_new(w.source, &place));
	assert_non_null(strstr(w.notice, "1 network namespace may not be entered"));
	put_cgroup(&w, 20, "0::/\n");	/* it was moved */
	run_next_pass(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].index, 1);
	assert_string_equal(w.heard[0].name, inode_name(&w, "blue", name));
	assert_false(nsscan_take_new(w.source, &place));
	end(&w);
}

static void test_nsscan_names_are_found_in_any_hierarchy(void **state)
{
	static const struct {
		const char *cgroup, *name;	/* NULL: the inode */
	} samples[] = {
		{ "0::/system.slice/nginx.service\n", "nginx.service" },
		{ "0::/user.slice/user-0.slice/session-3.scope\n", NULL },
		{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" HEX
		  ".scope/container\n", "podman:4f2a61c0ee5b" },
		{ "12:pids:/docker/" HEX "\n1:name=systemd:/docker/" HEX "\n0::/\n",
		  "docker:4f2a61c0ee5b" },
		{ "12:pids:/a.service\n0::/b.service\n1:name=systemd:/c.service", "b.service" },
		{ "0::/", NULL },
		{ "", NULL },
		{ "0\n:\n::\nx:y", NULL },
		{ "9:cpu,cpuacct:/a:b.service", "a:b.service" },
	};
	char name[NSNAME_MAX];
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	put_cgroup(&w, 20, "0::/first.service\n");
	run_pass(&w);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *wanted = samples[i].name;

		put_cgroup(&w, 20, "0::/other.service\n");
		run_next_pass(&w);
		put_cgroup(&w, 20, samples[i].cgroup);
		run_next_pass(&w);
		assert_int_equal(w.count, 1);
		assert_string_equal(w.heard[0].name,
				    wanted ? wanted : inode_name(&w, "blue", name));
	}
	end(&w);
}

/* Who may not look into /proc/PID/ns knows no inode. */
static void test_nsscan_name_without_an_inode_is_the_processes(void **state)
{
	char name[NSNAME_MAX], path[PATH_ROOM];
	struct world w;
	int proc_fd;

	(void)state;
	begin(&w);
	make_process(&w, 20, "a name longer than the kernel has them", "blue");
	make_process(&w, 21, "\n", "blue");
	proc_fd = open(path_of(&w, path, "proc"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(proc_fd >= 0);
	assert_true(nsname_by_command(proc_fd, 20, name));
	assert_string_equal(name, "a name longer t[20]");
	assert_false(nsname_by_command(proc_fd, 21, name));
	assert_false(nsname_by_command(proc_fd, 22, name));
	close(proc_fd);
	end(&w);
}

static void test_nsscan_place_put_back_comes_again_after_the_next_look(void **state)
{
	struct netns_place place;
	struct world w;
	uint16_t index;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	run_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	nsscan_put_back(w.source, place.index);
	assert_false(nsscan_take_new(w.source, &place));
	run_next_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.index, 1);
	assert_false(nsscan_take_new(w.source, &place));
	run_next_pass(&w);
	assert_false(nsscan_take_new(w.source, &place));
	/* One that goes while it is put back is told as gone. */
	nsscan_put_back(w.source, 1);
	end_process(&w, 20);
	run_next_pass(&w);
	assert_true(nsscan_take_gone(w.source, &index));
	assert_int_equal(index, 1);
	assert_false(nsscan_take_new(w.source, &place));
	nsscan_put_back(w.source, 1);	/* too late */
	run_next_pass(&w);
	assert_false(nsscan_take_new(w.source, &place));
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

/* As many descriptors as are open now, and so many more. */
static void allow_descriptors(struct rlimit *before, int more)
{
	struct rlimit tight;
	int next = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(next >= 0);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
	tight = *before;
	tight.rlim_cur = (rlim_t)(next + more);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
}

static void test_nsscan_namespace_waits_until_there_are_descriptors(void **state)
{
	struct netns_place place;
	struct rlimit before;
	struct world w;

	(void)state;
	begin(&w);
	make_file(&w, "blue", "");
	make_process(&w, 20, "nginx\n", "blue");
	/* The directory that is read takes the last one; so does who hears of a namespace. */
	allow_descriptors(&before, 1);
	w.hogs = true;
	run_pass(&w);
	assert_true(w.hogged >= 0);
	close(w.hogged);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(w.count, 1);
	assert_false(nsscan_take_new(w.source, &place));
	assert_non_null(strstr(w.notice, "ulimit -n"));
	run_next_pass(&w);
	assert_true(nsscan_take_new(w.source, &place));
	assert_int_equal(place.index, 1);
	assert_null(strstr(w.notice, "ulimit -n"));
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
		cmocka_unit_test(
			test_nsscan_namespace_has_the_name_of_its_first_processes_container),
		cmocka_unit_test(test_nsscan_names_are_found_in_any_hierarchy),
		cmocka_unit_test(test_nsscan_name_without_an_inode_is_the_processes),
		cmocka_unit_test(test_nsscan_place_put_back_comes_again_after_the_next_look),
		cmocka_unit_test(test_nsscan_namespace_without_processes_is_gone),
		cmocka_unit_test(test_nsscan_index_of_a_namespace_that_went_is_not_the_next_ones),
		cmocka_unit_test(test_nsscan_place_that_is_a_process_goes_with_it),
		cmocka_unit_test(test_nsscan_name_of_ip_netns_comes_first),
		cmocka_unit_test(test_nsscan_looks_every_two_seconds_at_most),
		cmocka_unit_test(test_nsscan_more_namespaces_than_room_are_said_to_be_missing),
		cmocka_unit_test(test_nsscan_what_cannot_be_read_ends_nothing),
		cmocka_unit_test(test_nsscan_namespace_waits_until_there_are_descriptors),
		cmocka_unit_test(test_nsscan_without_proc_says_so),
		cmocka_unit_test(test_nstab_namespace_is_known_by_either_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
