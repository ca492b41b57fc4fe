/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/procfs.c with pidlook, pidscan and pidtab: what is told of which process. */
#include "procfs_fixture.h"

static void test_procfs_tells_the_process_before_its_sockets(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	put_socket(w, 100, 10, 124);
	put_link(w, "100/fd", 0, "/dev/null");
	put_link(w, "100/fd", 1, "pipe:[77]");
	first_pass(w);
	assert_int_equal(w->count, 4);
	assert_int_equal(w->told[0].kind, EV_PROC);
	assert_int_equal(w->told[0].proc.pid, 100);
	assert_int_equal(w->told[0].proc.ppid, 7);
	assert_int_equal(w->told[0].proc.uid, geteuid());
	assert_int_equal(w->told[0].proc.start_ticks, 5000);
	assert_string_equal(w->told[0].proc.comm, "server");
	assert_string_equal(w->told[0].proc.cmdline, "/bin/x -v two words");
	assert_false(w->told[0].proc.hidden);
	assert_true(told_holder(w, 100, 3, 123, true));
	assert_true(told_holder(w, 100, 10, 124, true));
	assert_int_equal(w->told[3].kind, EV_PROC_PASS);
	assert_int_equal(w->told[3].pass.processes, 1);
	assert_int_equal(w->told[3].pass.hidden, 0);
}

static void test_procfs_process_without_sockets_is_not_told(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "idle", 5000);
	put_link(w, "100/fd", 0, "/dev/null");
	first_pass(w);
	remove_tree(w, "100");
	run_seconds(w, 31);
	assert_int_equal(w->count, 2);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 2);
	assert_int_equal(w->told[1].pass.processes, 0);
}

static void test_procfs_nothing_changed_is_nothing_told(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	run_seconds(w, 95);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 3);
	assert_int_equal(w->count, 3);
}

static void test_procfs_only_differences_are_told(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	put_socket(w, 100, 4, 124);
	put_socket(w, 100, 5, 125);
	first_pass(w);
	w->count = 0;
	put_socket(w, 100, 4, 999);
	put_socket(w, 100, 6, 126);
	remove_tree(w, "100/fd/5");
	run_seconds(w, 31);
	assert_int_equal(count_kind(w, EV_HOLDER), 4);
	assert_true(told_holder(w, 100, 4, 124, false));
	assert_true(told_holder(w, 100, 4, 999, true));
	assert_true(told_holder(w, 100, 5, 125, false));
	assert_true(told_holder(w, 100, 6, 126, true));
	assert_int_equal(count_kind(w, EV_PROC), 0);
}

static void test_procfs_ended_process_is_told_once(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	remove_tree(w, "100");
	run_seconds(w, 65);
	assert_int_equal(only(w, EV_PROC_GONE)->proc.pid, 100);
	assert_int_equal(only(w, EV_PROC_GONE)->proc.start_ticks, 5000);
}

static void test_procfs_reused_pid_is_another_process(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "old", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	remove_tree(w, "100");
	put_process(w, 100, "new", 6000);
	put_socket(w, 100, 3, 123);
	run_seconds(w, 31);
	assert_int_equal(w->told[0].kind, EV_PROC_GONE);
	assert_int_equal(w->told[0].proc.start_ticks, 5000);
	assert_int_equal(w->told[1].kind, EV_PROC);
	assert_int_equal(w->told[1].proc.start_ticks, 6000);
	assert_string_equal(w->told[1].proc.comm, "new");
	assert_int_equal(w->told[2].kind, EV_HOLDER);
	assert_true(w->told[2].holder.held);
}

static void test_procfs_renamed_process_is_told_again(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "sh", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	put_stat(w, 100, "server", 'S', 5000);
	run_seconds(w, 31);
	assert_string_equal(only(w, EV_PROC)->proc.comm, "server");
	assert_int_equal(count_kind(w, EV_HOLDER), 0);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 0);
}

static void test_procfs_other_arguments_are_told_again(void **state)
{
	struct world *w = *state;
	char path[TEXT_MAX];

	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	path_of(w, path, "100/cmdline");
	write_file(path, "server: waiting\0", 16);
	run_seconds(w, 31);
	assert_string_equal(only(w, EV_PROC)->proc.cmdline, "server: waiting");
	assert_int_equal(only(w, EV_PROC)->proc.start_ticks, 5000);
	assert_int_equal(count_kind(w, EV_HOLDER), 0);
	/* One that is ending has none: it keeps those it had. */
	w->count = 0;
	write_file(path, "", 0);
	run_seconds(w, 31);
	assert_int_equal(count_kind(w, EV_PROC), 0);
}

static void test_procfs_other_owner_is_told_again(void **state)
{
	struct world *w = *state;
	char path[TEXT_MAX];

	if (geteuid() != 0) {
		print_message("# only root can give a directory away\n");
		skip();
	}
	put_process(w, 100, "server", 5000);
	put_socket(w, 100, 3, 123);
	first_pass(w);
	w->count = 0;
	path_of(w, path, "100");
	assert_int_equal(chown(path, 1234, 0), 0);
	run_seconds(w, 31);
	assert_int_equal(only(w, EV_PROC)->proc.uid, 1234);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 0);
}

static void test_procfs_zombie_leader_has_its_threads_sockets(void **state)
{
	static const char *const dirs[] = { "100/task",	      "100/task/100",	 "100/task/100/fd",
					    "100/task/101",   "100/task/101/fd", "100/task/102",
					    "100/task/102/fd" };
	struct world *w = *state;
	char path[TEXT_MAX];

	put_process(w, 100, "server", 5000);
	put_stat(w, 100, "server", 'Z', 5000);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path_of(w, path, "%s", dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	/* The threads share their descriptors: each is told once. */
	put_link(w, "100/task/101/fd", 3, "socket:[123]");
	put_link(w, "100/task/101/fd", 4, "socket:[124]");
	put_link(w, "100/task/102/fd", 3, "socket:[123]");
	put_link(w, "100/task/102/fd", 4, "socket:[124]");
	first_pass(w);
	assert_int_equal(count_kind(w, EV_PROC), 1);
	assert_int_equal(count_kind(w, EV_HOLDER), 2);
	assert_true(told_holder(w, 100, 3, 123, true));
	assert_true(told_holder(w, 100, 4, 124, true));
}

static void test_procfs_zombie_without_threads_ends_the_look(void **state)
{
	struct world *w = *state;
	char path[TEXT_MAX];

	put_process(w, 100, "dead", 5000);
	put_stat(w, 100, "dead", 'Z', 5000);
	path_of(w, path, "100/task");
	assert_int_equal(mkdir(path, 0755), 0);
	put_process(w, 101, "dead", 5000);
	put_stat(w, 101, "dead", 'Z', 5000);
	first_pass(w);
	assert_int_equal(only(w, EV_PROC_PASS)->pass.processes, 2);
	assert_int_equal(w->count, 1);
}

static void test_procfs_hidden_process_is_counted_and_said(void **state)
{
	struct world *w = *state;
	char path[TEXT_MAX];
	bool root = geteuid() == 0;

	put_process(w, 100, "secret", 5000);
	put_socket(w, 100, 3, 123);
	put_process(w, 101, "open", 5000);
	put_socket(w, 101, 3, 124);
	path_of(w, path, "100/fd");
	assert_int_equal(chmod(path, 0), 0);
	begin(w);
	/* Root may read it all the same. */
	assert_int_equal(root ? seteuid(65534) : 0, 0);
	run_until(w, w->now_ns);
	run_seconds(w, 31);
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(count_kind(w, EV_PROC_PASS), 2);
	assert_int_equal(count_kind(w, EV_HOLDER), 1);
	assert_int_equal(only(w, EV_PROC)->proc.pid, 101);
	assert_int_equal(only(w, EV_NOTICE)->notice.source, NOTICE_PROCESSES);
	assert_non_null(strstr(only(w, EV_NOTICE)->notice.text, "setcap"));
	assert_int_equal(w->told[w->count - 1].pass.hidden, 1);
	/* Now it may be read: the notice is taken back. */
	w->count = 0;
	run_seconds(w, 31);
	assert_true(told_holder(w, 100, 3, 123, true));
	assert_string_equal(only(w, EV_NOTICE)->notice.text, "");
}

static void test_procfs_odd_names_and_targets_are_passed_over(void **state)
{
	static const char *const targets[] = { "socket:[0]",	      "socket:[]",
					       "socket:[12",	      "socket:[12]x",
					       "socket:12",	      "socket:[-4]",
					       "socket:[4294967296]", "anon_inode:[eventpoll]" };
	struct world *w = *state;
	char path[TEXT_MAX];

	put_process(w, 100, "server", 5000);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		put_link(w, "100/fd", (int)i, targets[i]);
	put_socket(w, 100, 20, 4294967295u);
	path_of(w, path, "99999999999");
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(w, path, "12x");
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(w, path, "100/fd/x");
	assert_int_equal(symlink("socket:[55]", path), 0);
	first_pass(w);
	assert_int_equal(count_kind(w, EV_HOLDER), 1);
	assert_true(told_holder(w, 100, 20, 4294967295u, true));
	assert_int_equal(only(w, EV_PROC_PASS)->pass.processes, 1);
}

static void test_procfs_many_descriptors_are_told_in_slices(void **state)
{
	struct world *w = *state;

	put_process(w, 100, "server", 5000);
	for (int fd = 0; fd < 6000; fd++)
		put_socket(w, 100, fd, 10000u + (unsigned)fd);
	first_pass(w);
	assert_int_equal(count_kind(w, EV_HOLDER), 6000);
	assert_true(w->steps > 1);
	for (size_t i = 1; i <= 6000; i++)
		assert_int_equal(w->told[i].holder.fd, i - 1);
}

static void test_procfs_many_processes_come_and_go(void **state)
{
	struct world *w = *state;

	for (unsigned pid = 1; pid <= 1500; pid++) {
		put_process(w, pid, "p", pid);
		put_socket(w, pid, 3, pid);
	}
	first_pass(w);
	assert_int_equal(count_kind(w, EV_PROC), 1500);
	assert_int_equal(count_kind(w, EV_HOLDER), 1500);
	w->count = 0;
	for (unsigned pid = 1; pid <= 1500; pid += 2) {
		char name[16];

		snprintf(name, sizeof(name), "%u", pid);
		remove_tree(w, name);
	}
	run_seconds(w, 60);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 750);
	assert_int_equal(count_kind(w, EV_PROC), 0);
	for (size_t i = 0; i < 750; i++)
		assert_int_equal(w->told[i].proc.start_ticks, w->told[i].proc.pid);
	w->count = 0;
	run_seconds(w, 60);
	assert_int_equal(count_kind(w, EV_PROC_GONE), 0);
}

static void test_procfs_missing_root_is_refused_with_a_sentence(void **state)
{
	struct source *s = NULL;
	struct errmsg err = { "" };

	(void)state;
	assert_int_equal(procfs_new(&s, "/nonexistent/proc", &err), -ENOENT);
	assert_null(s);
	assert_non_null(strstr(err.text, "/nonexistent/proc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_procfs_tells_the_process_before_its_sockets),
		WORLD_TEST(test_procfs_process_without_sockets_is_not_told),
		WORLD_TEST(test_procfs_nothing_changed_is_nothing_told),
		WORLD_TEST(test_procfs_only_differences_are_told),
		WORLD_TEST(test_procfs_ended_process_is_told_once),
		WORLD_TEST(test_procfs_reused_pid_is_another_process),
		WORLD_TEST(test_procfs_renamed_process_is_told_again),
		WORLD_TEST(test_procfs_other_arguments_are_told_again),
		WORLD_TEST(test_procfs_other_owner_is_told_again),
		WORLD_TEST(test_procfs_zombie_leader_has_its_threads_sockets),
		WORLD_TEST(test_procfs_zombie_without_threads_ends_the_look),
		WORLD_TEST(test_procfs_hidden_process_is_counted_and_said),
		WORLD_TEST(test_procfs_odd_names_and_targets_are_passed_over),
		WORLD_TEST(test_procfs_many_descriptors_are_told_in_slices),
		WORLD_TEST(test_procfs_many_processes_come_and_go),
		cmocka_unit_test(test_procfs_missing_root_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
