/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/cgroups.c, cgroupmount.c and cgroupwalk.c: in a tree of directories that looks like
 * cgroup2. Its file system does not open cgroups by id, so this is the walk; tests/live has the
 * other way.
 */
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
#include "source/cgroupmount.h"
#include "source/cgroups.h"
#include "source/cgroupwalk.h"

enum { TOLD_MAX = 1024 };

struct tree {
	char root[64];
	char mountinfo[96];
	struct source *source;
	uint64_t now_ns;
	unsigned steps;
	struct event told[TOLD_MAX];
	unsigned count;
};

static void keep(void *ctx, const struct event *e)
{
	struct tree *t = ctx;

	assert_true(t->count < TOLD_MAX);
	t->told[t->count++] = *e;
}

static void write_mountinfo(const struct tree *t, const char *line)
{
	FILE *f = fopen(t->mountinfo, "w");

	assert_non_null(f);
	fprintf(f, "22 1 0:21 / / rw - ext4 /dev/vda rw\n%s", line);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));
	const char *tmp = getenv("TMPDIR");
	char line[256];

	assert_non_null(t);
	snprintf(t->root, sizeof(t->root), "%s/cgroups.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->root));
	snprintf(t->mountinfo, sizeof(t->mountinfo), "%s/mountinfo", t->root);
	snprintf(line, sizeof(line), "41 31 0:38 / %s/unified rw - cgroup2 cgroup2 rw\n", t->root);
	write_mountinfo(t, line);
	t->now_ns = NSEC_PER_SEC;
	*state = t;
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct tree *t = *state;

	if (t->source)
		t->source->ops->close(t->source);
	assert_int_equal(nftw(t->root, remove_entry, 64, FTW_DEPTH | FTW_PHYS), 0);
	free(t);
	return 0;
}

/* A directory below the mount, "" is the mount itself; its id. */
static uint64_t make(const struct tree *t, const char *name)
{
	char path[1024];
	struct stat st;

	assert_true(snprintf(path, sizeof(path), "%s/unified%s", t->root, name) <
		    (int)sizeof(path));
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void unmake(const struct tree *t, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/unified%s", t->root, name);
	assert_int_equal(rmdir(path), 0);
}

static void begin(struct tree *t)
{
	assert_int_equal(cgroups_new(&t->source, t->mountinfo, NULL), 0);
	assert_false(t->source->ops->busy(t->source));
	assert_true(t->source->ops->due_ns(t->source) == SOURCE_NEVER);
}

static void run_until(struct tree *t, uint64_t until_ns)
{
	struct sink sink = { keep, t };
	uint64_t due_ns;

	while ((due_ns = t->source->ops->due_ns(t->source)) <= until_ns) {
		if (due_ns > t->now_ns)
			t->now_ns = due_ns;
		assert_int_equal(t->source->ops->step(t->source, t->now_ns, &sink), 0);
		assert_true(++t->steps < 100000);
	}
	t->now_ns = until_ns;
}

static void ask(struct tree *t, const uint64_t *ids, unsigned count)
{
	t->count = 0;
	cgroups_want(t->source, ids, count);
	run_until(t, t->now_ns);
}

/* What was said of the id; exactly once. */
static const struct cgrouprec *answer(const struct tree *t, uint64_t id)
{
	const struct cgrouprec *found = NULL;

	for (unsigned i = 0; i < t->count; i++) {
		if (t->told[i].kind != EV_CGROUP || t->told[i].cgroup.id != id)
			continue;
		assert_null(found);
		found = &t->told[i].cgroup;
	}
	assert_non_null(found);
	return found;
}

static void test_cgroups_each_id_has_its_path(void **state)
{
	struct tree *t = *state;
	uint64_t ids[5];

	ids[0] = make(t, "");
	ids[1] = make(t, "/system.slice");
	ids[2] = make(t, "/system.slice/nginx.service");
	ids[3] = make(t, "/user.slice");
	ids[4] = make(t, "/user.slice/a b\n\\x2d");
	begin(t);
	ask(t, ids, 5);
	assert_int_equal(t->count, 5);
	assert_string_equal(answer(t, ids[0])->path, "/");
	assert_string_equal(answer(t, ids[1])->path, "/system.slice");
	assert_string_equal(answer(t, ids[2])->path, "/system.slice/nginx.service");
	assert_string_equal(answer(t, ids[4])->path, "/user.slice/a b\n\\x2d");
	assert_false(answer(t, ids[4])->gone);
	assert_false(t->source->ops->busy(t->source));
}

static void test_cgroups_ended_one_keeps_its_path(void **state)
{
	struct tree *t = *state;
	uint64_t ids[2];

	make(t, "");
	ids[0] = make(t, "/a.service");
	ids[1] = ids[0] + 1000000;
	begin(t);
	ask(t, ids, 2);
	assert_false(answer(t, ids[0])->gone);
	assert_true(answer(t, ids[1])->gone);
	assert_string_equal(answer(t, ids[1])->path, "");
	unmake(t, "/a.service");
	ask(t, ids, 1);
	/* A walk a few seconds at most; a snapshot does not wait for that. */
	assert_int_equal(t->count, 0);
	assert_false(t->source->ops->busy(t->source));
	run_until(t, t->now_ns + 4 * NSEC_PER_SEC);
	assert_true(answer(t, ids[0])->gone);
	assert_string_equal(answer(t, ids[0])->path, "/a.service");
}

static void test_cgroups_asked_twice_at_once_is_answered_once(void **state)
{
	struct tree *t = *state;
	uint64_t ids[4];

	make(t, "");
	ids[0] = ids[2] = ids[3] = make(t, "/a.service");
	ids[1] = make(t, "/b.service");
	begin(t);
	ask(t, ids, 4);
	assert_int_equal(t->count, 2);
	assert_string_equal(answer(t, ids[0])->path, "/a.service");
	assert_string_equal(answer(t, ids[1])->path, "/b.service");
}

static void test_cgroups_long_path_keeps_its_end(void **state)
{
	struct tree *t = *state;
	char name[600] = "";
	uint64_t id = 0;

	make(t, "");
	for (int i = 0; i < 4; i++) {
		/* Two bytes a character, so that one of two cuts is in the middle of one. */
		for (int j = 0; j < 50; j++)
			strcat(name, j ? "\xc3\xa4" : "/");
		id = make(t, name);
	}
	strcat(name, "/x.service");
	id = make(t, name);
	begin(t);
	ask(t, &id, 1);
	assert_true(strlen(answer(t, id)->path) >= EVENT_PATH_MAX - 2);
	assert_memory_equal(answer(t, id)->path, "...", 3);
	assert_true(((unsigned char)answer(t, id)->path[3] & 0xc0) != 0x80);
	assert_string_equal(strrchr(answer(t, id)->path, '/'), "/x.service");
}

static void test_cgroups_deeper_than_anybody_needs_is_left_out(void **state)
{
	struct tree *t = *state;
	char name[256] = "";
	uint64_t ids[40];

	make(t, "");
	for (int i = 0; i < 40; i++) {
		strcat(name, "/d");
		ids[i] = make(t, name);
	}
	begin(t);
	ask(t, ids, 40);
	assert_int_equal(t->count, 40);
	assert_false(answer(t, ids[CGROUPWALK_DEPTH_MAX - 1])->gone);
	assert_true(answer(t, ids[39])->gone);
}

static void test_cgroups_part_of_the_tree_is_named_from_the_whole(void **state)
{
	struct tree *t = *state;
	char line[256];
	uint64_t ids[2];

	ids[0] = make(t, "");
	ids[1] = make(t, "/a.service");
	snprintf(line, sizeof(line), "41 31 0:38 /docker/0123 %s/unified rw - cgroup2 cgroup2 rw\n",
		 t->root);
	write_mountinfo(t, line);
	begin(t);
	ask(t, ids, 2);
	assert_string_equal(answer(t, ids[0])->path, "/docker/0123");
	assert_string_equal(answer(t, ids[1])->path, "/docker/0123/a.service");
}

static void test_cgroups_without_cgroup2_every_id_is_gone_and_it_is_said_once(void **state)
{
	static const uint64_t root = 1, ids[] = { 44, 45 };
	struct tree *t = *state;

	write_mountinfo(t, "31 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
	begin(t);
	/* On hosts that do not use it every socket has the root's: no loss, no word. */
	ask(t, &root, 1);
	assert_int_equal(t->count, 1);
	assert_true(answer(t, 1)->gone);
	ask(t, ids, 2);
	assert_int_equal(t->count, 3);
	assert_int_equal(t->told[0].kind, EV_NOTICE);
	assert_non_null(strstr(t->told[0].notice.text, "nsenter"));
	assert_true(answer(t, 45)->gone);
	ask(t, ids, 2);
	assert_int_equal(t->count, 2);
}

static void test_cgroups_file_that_is_missing_is_as_no_mount(void **state)
{
	static const uint64_t id = 7;
	struct tree *t = *state;

	unlink(t->mountinfo);
	begin(t);
	ask(t, &id, 1);
	assert_true(answer(t, 7)->gone);
}

static void test_cgroups_closed_in_the_middle_of_a_walk(void **state)
{
	struct sink sink;
	struct tree *t = *state;
	uint64_t id = 1 << 30;
	char name[32];

	make(t, "");
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "/%d.slice", i);
		make(t, name);
	}
	begin(t);
	sink = (struct sink){ keep, t };
	cgroups_want(t->source, &id, 1);
	assert_true(t->source->ops->busy(t->source));
	assert_int_equal(t->source->ops->step(t->source, t->now_ns, &sink), 0);
}

static void nothing(void *ctx, uint64_t id, const char *path)
{
	(void)id;
	(void)path;
	++*(unsigned *)ctx;
}

static void test_cgroupwalk_goes_in_pieces(void **state)
{
	struct tree *t = *state;
	struct cgroupwalk w;
	unsigned met = 0, steps = 1;
	char name[32];
	FILE *root;

	make(t, "");
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "/%d.slice", i);
		make(t, name);
		snprintf(name, sizeof(name), "/%d.slice/a.service", i);
		make(t, name);
	}
	root = fopen(t->root, "r");
	assert_non_null(root);
	assert_int_equal(cgroupwalk_begin(&w, fileno(root)), 0);
	/* A deadline that has passed: each step does little, but does it. */
	while (cgroupwalk_step(&w, 0, nothing, &met))
		assert_true(++steps < 100);
	assert_true(steps > 5);
	assert_int_equal(met, 201);
	fclose(root);
}

static bool parse(const char *text, struct cgroupmount *out)
{
	char line[512];

	snprintf(line, sizeof(line), "%s", text);
	return cgroupmount_parse(line, out);
}

static void test_cgroupmount_line_is_read_as_the_kernel_writes_it(void **state)
{
	struct cgroupmount m;

	(void)state;
	assert_true(parse("32 31 0:29 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n",
			  &m));
	assert_string_equal(m.point, "/sys/fs/cgroup");
	assert_string_equal(m.root, "");
	assert_true(parse("32 31 0:29 /a\\040b /mnt/c\\134\\011d\\ rw - cgroup2 none rw", &m));
	assert_string_equal(m.point, "/mnt/c\\\td\\");
	assert_string_equal(m.root, "/a b");
	assert_true(
		parse("32 31 0:29 /../../x / rw master:1 propagate_from:2 - cgroup2 none rw", &m));
	assert_string_equal(m.point, "/");
	assert_string_equal(m.root, "");
	assert_false(parse("32 31 0:29 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu", &m));
	assert_false(parse("32 31 0:29 / /sys/fs/cgroup rw - cgroup2x cgroup rw", &m));
	assert_false(parse("32 31 0:29 / - cgroup2 cgroup rw", &m));
	assert_false(parse("32 31 0:29 x /sys rw - cgroup2 cgroup rw", &m));
	assert_false(parse(" - cgroup2 ", &m));
	assert_false(parse("", &m));
}

static void test_cgroupmount_whole_tree_goes_before_a_part(void **state)
{
	struct tree *t = *state;
	struct cgroupmount m;

	write_mountinfo(t, "41 31 0:38 /part /a rw - cgroup2 cgroup2 rw\n"
			   "41 31 0:38 /part /b rw - cgroup2 cgroup2 rw\n"
			   "42 31 0:38 / /c rw - cgroup2 cgroup2 rw\n"
			   "42 31 0:38 / /d rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(cgroupmount_find(t->mountinfo, &m), 0);
	assert_string_equal(m.point, "/c");
	write_mountinfo(t, "41 31 0:38 /part /a rw - cgroup2 cgroup2 rw\n"
			   "41 31 0:38 /part /b rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(cgroupmount_find(t->mountinfo, &m), 0);
	assert_string_equal(m.point, "/a");
	write_mountinfo(t, "");
	assert_int_equal(cgroupmount_find(t->mountinfo, &m), -ENOENT);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_cgroups_each_id_has_its_path),
		TREE_TEST(test_cgroups_ended_one_keeps_its_path),
		TREE_TEST(test_cgroups_asked_twice_at_once_is_answered_once),
		TREE_TEST(test_cgroups_long_path_keeps_its_end),
		TREE_TEST(test_cgroups_deeper_than_anybody_needs_is_left_out),
		TREE_TEST(test_cgroups_part_of_the_tree_is_named_from_the_whole),
		TREE_TEST(test_cgroups_without_cgroup2_every_id_is_gone_and_it_is_said_once),
		TREE_TEST(test_cgroups_file_that_is_missing_is_as_no_mount),
		TREE_TEST(test_cgroups_closed_in_the_middle_of_a_walk),
		TREE_TEST(test_cgroupwalk_goes_in_pieces),
		TREE_TEST(test_cgroupmount_line_is_read_as_the_kernel_writes_it),
		TREE_TEST(test_cgroupmount_whole_tree_goes_before_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
