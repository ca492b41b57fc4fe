/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of source/procfs.c: a tree that looks like /proc, made in a temporary directory,
 * and event time that the test counts. Nothing here depends on how fast the machine is.
 */
#ifndef TESTS_UNIT_PROCFS_FIXTURE_H
#define TESTS_UNIT_PROCFS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/procfs.h"

enum { TOLD_MAX = 8192, TEXT_MAX = 256 };

struct world {
	char root[64];
	struct source *source;
	uint64_t now_ns;
	struct event *told; /* TOLD_MAX */
	size_t count;
	unsigned steps;
};

static inline void keep_event(void *ctx, const struct event *e)
{
	struct world *w = ctx;

	assert_true(w->count < TOLD_MAX);
	w->told[w->count++] = *e;
}

/* ---- the tree ---- */

static inline void path_of(const struct world *w, char out[static TEXT_MAX], const char *fmt, ...)
{
	va_list args;
	int n = snprintf(out, TEXT_MAX, "%s/", w->root);

	va_start(args, fmt);
	vsnprintf(out + n, TEXT_MAX - (size_t)n, fmt, args);
	va_end(args);
}

static inline void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static inline void put_stat(const struct world *w, unsigned pid, const char *comm, char state,
			    unsigned start)
{
	char path[TEXT_MAX], text[TEXT_MAX];
	int len = snprintf(text, sizeof(text),
			   "%u (%s) %c 7 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 %u 1 1\n", pid,
			   comm, state, start);

	path_of(w, path, "%u/stat", pid);
	write_file(path, text, (size_t)len);
}

static inline void put_process(const struct world *w, unsigned pid, const char *comm,
			       unsigned start)
{
	char path[TEXT_MAX];

	path_of(w, path, "%u", pid);
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(w, path, "%u/fd", pid);
	assert_int_equal(mkdir(path, 0755), 0);
	put_stat(w, pid, comm, 'S', start);
	path_of(w, path, "%u/cmdline", pid);
	write_file(path, "/bin/x\0-v\0two words\0", 20);
}

static inline void put_link(const struct world *w, const char *where, int fd, const char *target)
{
	char path[TEXT_MAX];

	path_of(w, path, "%s/%d", where, fd);
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static inline void put_socket(const struct world *w, unsigned pid, int fd, unsigned inode)
{
	char where[TEXT_MAX], target[32];

	snprintf(where, sizeof(where), "%u/fd", pid);
	snprintf(target, sizeof(target), "socket:[%u]", inode);
	put_link(w, where, fd, target);
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void remove_tree(const struct world *w, const char *name)
{
	char path[TEXT_MAX];

	path_of(w, path, "%s", name);
	assert_int_equal(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(w);
	w->told = calloc(TOLD_MAX, sizeof(*w->told));
	assert_non_null(w->told);
	assert_true(snprintf(w->root, sizeof(w->root), "%s/procfs.XXXXXX", tmp ? tmp : "/tmp") <
		    (int)sizeof(w->root));
	assert_non_null(mkdtemp(w->root));
	assert_int_equal(chmod(w->root, 0755), 0);
	w->now_ns = 1000 * NSEC_PER_SEC;
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;

	if (w->source)
		w->source->ops->close(w->source);
	remove_tree(w, "");
	free(w->told);
	free(w);
	return 0;
}

/* A kernel that tells how many descriptors there are: on this file system, any size but 0. */
static inline void make_counting(const struct world *w)
{
	char path[TEXT_MAX];

	path_of(w, path, "self");
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(w, path, "self/fd");
	assert_int_equal(mkdir(path, 0755), 0);
	put_link(w, "self/fd", 0, "/dev/null");
}

/* ---- running it ---- */

static inline void begin(struct world *w)
{
	assert_int_equal(procfs_new(&w->source, w->root, NULL), 0);
	assert_true(w->source->ops->busy(w->source));
}

/* Until event time `until`, each step at the time it asked for. */
static inline void run_until(struct world *w, uint64_t until_ns)
{
	struct sink sink = { keep_event, w };
	uint64_t due_ns;

	while ((due_ns = w->source->ops->due_ns(w->source)) <= until_ns) {
		if (due_ns > w->now_ns)
			w->now_ns = due_ns;
		assert_int_equal(w->source->ops->step(w->source, w->now_ns, &sink), 0);
		w->steps++;
		assert_true(w->steps < 1000000);
	}
	w->now_ns = until_ns;
}

static inline void run_seconds(struct world *w, unsigned seconds)
{
	run_until(w, w->now_ns + seconds * NSEC_PER_SEC);
}

static inline void first_pass(struct world *w)
{
	begin(w);
	run_until(w, w->now_ns);
	assert_false(w->source->ops->busy(w->source));
}

static inline size_t count_kind(const struct world *w, enum eventkind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += w->told[i].kind == kind;
	return n;
}

static inline const struct event *only(const struct world *w, enum eventkind kind)
{
	const struct event *found = NULL;

	assert_int_equal(count_kind(w, kind), 1);
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].kind == kind)
			found = &w->told[i];
	}
	return found;
}

static inline bool told_holder(const struct world *w, unsigned pid, int fd, unsigned inode,
			       bool held)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct holderrec *h = &w->told[i].holder;

		if (w->told[i].kind == EV_HOLDER && h->pid == pid && h->fd == fd &&
		    h->inode == inode && h->held == held)
			return true;
	}
	return false;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
