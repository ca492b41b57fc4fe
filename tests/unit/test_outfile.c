/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outfile: whatever happens, the target is the old file or the complete new one, and nothing else
 * is left in its folder. Needs no right beyond a temporary folder.
 */
#include "export/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
	char path[64];
	char file[96]; /* "report" in it */
};

static int setup(void **state)
{
	struct folder *d = calloc(1, sizeof(*d));

	if (!d)
		return -1;
	snprintf(d->path, sizeof(d->path), "/tmp/sockmon-outfile-XXXXXX");
	if (!mkdtemp(d->path))
		return -1;
	snprintf(d->file, sizeof(d->file), "%s/report", d->path);
	*state = d;
	return 0;
}

static void in_folder(const struct folder *d, const char *name, char out[static 128])
{
	snprintf(out, 128, "%s/%s", d->path, name);
}

static unsigned entries(const char *path, bool remove_them)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (remove_them && unlinkat(dirfd(dir), e->d_name, 0) < 0)
			unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
	return n;
}

static int teardown(void **state)
{
	struct folder *d = *state;

	chmod(d->path, 0700);
	entries(d->path, true);
	rmdir(d->path);
	free(d);
	return 0;
}

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_content(const char *path, const char *want)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	close(fd);
	assert_string_equal(text, want);
}

static struct outfile *begin(const char *path, const char *text)
{
	struct outfile *f = NULL;
	struct errmsg err = { "" };
	int error = outfile_open(&f, path, &err);

	if (error < 0)
		fail_msg("%s", err.text);
	assert_int_equal(write(outfile_fd(f), text, strlen(text)), strlen(text));
	return f;
}

static void assert_refused(const char *path, int error)
{
	struct outfile *f = NULL;
	struct errmsg err = { "" };

	assert_int_equal(outfile_open(&f, path, &err), error);
	assert_null(f);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "; ")); /* what to do */
}

static void test_outfile_appears_complete_at_commit_and_not_before(void **state)
{
	struct folder *d = *state;
	struct outfile *f = begin(d->file, "all of it");

	assert_int_equal(access(d->file, F_OK), -1);
	assert_int_equal(outfile_commit(f, NULL), 0);
	assert_content(d->file, "all of it");
	assert_int_equal(entries(d->path, false), 1);
}

static void test_outfile_new_file_obeys_the_umask(void **state)
{
	struct folder *d = *state;
	struct stat st;
	mode_t old = umask(027);

	assert_int_equal(outfile_commit(begin(d->file, "x"), NULL), 0);
	umask(old);
	assert_int_equal(stat(d->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void test_outfile_abort_keeps_the_old_content_and_leaves_no_trace(void **state)
{
	struct folder *d = *state;

	put(d->file, "old", 0644);
	outfile_abort(begin(d->file, "new"));
	assert_content(d->file, "old");
	assert_int_equal(entries(d->path, false), 1);
	outfile_abort(NULL);
}

static void test_outfile_keeps_the_mode_of_the_file_it_replaces(void **state)
{
	struct folder *d = *state;
	struct stat st;

	put(d->file, "a longer old content", 0600);
	assert_int_equal(outfile_commit(begin(d->file, "new"), NULL), 0);
	assert_content(d->file, "new");
	assert_int_equal(stat(d->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_outfile_replaces_the_target_of_a_symlink_and_keeps_the_link(void **state)
{
	struct folder *d = *state;
	char first[128], second[128];
	struct stat st;

	put(d->file, "old", 0644);
	in_folder(d, "second", second);
	in_folder(d, "first", first);
	assert_int_equal(symlink(d->file, second), 0);
	assert_int_equal(symlink("second", first), 0); /* relative to its folder */
	assert_int_equal(outfile_commit(begin(first, "new"), NULL), 0);
	assert_content(d->file, "new");
	assert_int_equal(lstat(first, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat(second, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(entries(d->path, false), 3);
}

static void test_outfile_makes_the_target_of_a_dangling_symlink(void **state)
{
	struct folder *d = *state;
	char link[128];

	in_folder(d, "link", link);
	assert_int_equal(symlink("report", link), 0);
	assert_int_equal(outfile_commit(begin(link, "new"), NULL), 0);
	assert_content(d->file, "new");
}

static void test_outfile_refuses_symlinks_in_a_circle(void **state)
{
	struct folder *d = *state;
	char link[128];

	in_folder(d, "link", link);
	assert_int_equal(symlink("link", link), 0);
	assert_refused(link, -ELOOP);
}

static void test_outfile_writes_a_fifo_in_place(void **state)
{
	struct folder *d = *state;
	char text[8] = "";
	struct stat st;
	int reader;

	assert_int_equal(mkfifo(d->file, 0600), 0);
	assert_refused(d->file, -ENXIO); /* nobody reads: it must not hang */
	reader = open(d->file, O_RDONLY | O_NONBLOCK);
	assert_true(reader >= 0);
	assert_int_equal(outfile_commit(begin(d->file, "new"), NULL), 0);
	assert_int_equal(read(reader, text, sizeof(text)), 3);
	assert_string_equal(text, "new");
	close(reader);
	assert_int_equal(stat(d->file, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(entries(d->path, false), 1);
}

static void test_outfile_writes_a_device_in_place(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(outfile_commit(begin("/dev/null", "new"), NULL), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void test_outfile_tells_of_a_full_device(void **state)
{
	struct outfile *f = begin("/dev/null", "");
	struct errmsg err = { "" };

	(void)state;
	outfile_abort(f);
	assert_int_equal(outfile_open(&f, "/dev/full", &err), 0);
	assert_int_equal(write(outfile_fd(f), "x", 1), -1);
	assert_int_equal(outfile_error(f, -errno, &err), -ENOSPC);
	assert_string_equal(err.text, "cannot write /dev/full: No space left on device; "
				      "free some space, or choose another disk");
	outfile_abort(f);
}

static void test_outfile_through_a_descriptor_link_adds_to_what_is_there(void **state)
{
	struct folder *d = *state;
	char link[64];
	int fd;

	put(d->file, "shell ", 0644);
	fd = open(d->file, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	assert_int_equal(outfile_commit(begin(link, "sockmon"), NULL), 0);
	close(fd);
	assert_content(d->file, "shell sockmon");
	assert_int_equal(entries(d->path, false), 1);
}

static void test_outfile_refuses_folders_and_names_without_one(void **state)
{
	struct folder *d = *state;
	char path[128];

	assert_refused(d->path, -EISDIR);
	in_folder(d, "", path);
	assert_refused(path, -EISDIR);
	in_folder(d, ".", path);
	assert_refused(path, -EISDIR);
	in_folder(d, "no/report", path);
	assert_refused(path, -ENOENT);
	assert_refused("", -ENOENT);
	put(d->file, "old", 0644);
	in_folder(d, "report/x", path);
	assert_refused(path, -ENOTDIR);
}

static void test_outfile_refuses_a_name_that_is_too_long(void **state)
{
	struct folder *d = *state;
	char path[600];
	size_t at = strlen(d->path);

	memset(path, 'x', sizeof(path));
	memcpy(path, d->path, at);
	path[at] = '/';
	path[at + 1 + 256] = '\0';
	assert_refused(path, -ENAMETOOLONG);
	path[at + 1 + 255] = '\0'; /* the longest name there may be works */
	assert_int_equal(outfile_commit(begin(path, "x"), NULL), 0);
	assert_int_equal(entries(d->path, false), 1);
}

enum { NOBODY = 65534 };

static void test_outfile_respects_write_protection(void **state)
{
	struct folder *d = *state;
	bool root = geteuid() == 0;

	put(d->file, "old", 0444);
	if (root) { /* root may write everything: be somebody else meanwhile */
		assert_int_equal(chown(d->path, NOBODY, NOBODY) | chown(d->file, NOBODY, NOBODY), 0);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	assert_refused(d->file, -EACCES);
	chmod(d->file, 0644);
	chmod(d->path, 0500);
	assert_refused(d->file, -EACCES);
	assert_content(d->file, "old");
	if (root)
		assert_int_equal(seteuid(0), 0);
}

static void test_outfile_write_beyond_the_limit_keeps_the_old_file(void **state)
{
	struct folder *d = *state;
	struct rlimit old, small;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct outfile *f;
	struct errmsg err = { "" };

	put(d->file, "old", 0644);
	f = begin(d->file, "new");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ .rlim_cur = 3, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(write(outfile_fd(f), "more", 4), -1);
	assert_int_equal(outfile_error(f, -errno, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, handler);
	outfile_abort(f);
	assert_content(d->file, "old");
	assert_int_equal(entries(d->path, false), 1);
}

static void test_outfile_of_a_removed_folder_fails_at_commit(void **state)
{
	struct folder *d = *state;
	struct errmsg err = { "" };
	struct outfile *f;
	char folder[128], file[160];

	in_folder(d, "sub", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(file, sizeof(file), "%s/report", folder);
	f = begin(file, "new");
	entries(folder, true); /* the temporary name, where there is one */
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(outfile_commit(f, &err), -ENOENT);
	assert_non_null(strstr(err.text, file));
}

static void test_outfile_killed_while_writing_leaves_the_old_file(void **state)
{
	struct folder *d = *state;
	int status;
	pid_t child;

	put(d->file, "old", 0644);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		begin(d->file, "new");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_content(d->file, "old");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_outfile_appears_complete_at_commit_and_not_before),
		T(test_outfile_new_file_obeys_the_umask),
		T(test_outfile_abort_keeps_the_old_content_and_leaves_no_trace),
		T(test_outfile_keeps_the_mode_of_the_file_it_replaces),
		T(test_outfile_replaces_the_target_of_a_symlink_and_keeps_the_link),
		T(test_outfile_makes_the_target_of_a_dangling_symlink),
		T(test_outfile_refuses_symlinks_in_a_circle),
		T(test_outfile_writes_a_fifo_in_place),
		T(test_outfile_writes_a_device_in_place),
		T(test_outfile_tells_of_a_full_device),
		T(test_outfile_through_a_descriptor_link_adds_to_what_is_there),
		T(test_outfile_refuses_folders_and_names_without_one),
		T(test_outfile_refuses_a_name_that_is_too_long),
		T(test_outfile_respects_write_protection),
		T(test_outfile_write_beyond_the_limit_keeps_the_old_file),
		T(test_outfile_of_a_removed_folder_fails_at_commit),
		T(test_outfile_killed_while_writing_leaves_the_old_file),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
