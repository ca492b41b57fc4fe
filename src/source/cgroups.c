/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths of cgroups. Owns the questions that wait, the walk under way, and what was found last, so
 * that a cgroup that has ended can still be named. Follows no cgroup's life: who asks again is
 * told anew.
 */
#include "source/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"
#include "source/cgroupmount.h"
#include "source/cgroupwalk.h"

enum {
	FILEID_KERNFS = 0xfe,	/* include/linux/exportfs.h */
	ROOT_ID = 1,		/* what every socket has where nobody uses cgroup2 */
	WANTS_MAX = 1 << 16,
	WANTS_FIRST = 64,
	KNOWN = 1 << 12,
	HANDLES_A_STEP = 256,	/* 4 us each */
};

#define SLICE_NS (2 * NSEC_PER_MSEC)
#define WALK_EVERY_NS (3 * NSEC_PER_SEC)

struct want {
	uint64_t id;
	bool found;
};

/* A path by id; another one of the same slot pushes it out. */
struct known {
	uint64_t id;
	char *path;	/* owned; NULL: free */
};

/*
 * Invariants: mount_fd is -1 where there is no cgroup2. The first walk_count wants are sorted and
 * belong to the walk under way; those behind them came later and wait for the next.
 */
struct cgroups {
	struct source source;
	int mount_fd;
	struct cgroupmount mount;
	bool handles;		/* cgroups can be opened by id */
	bool notified;
	struct want *wants;	/* owned */
	size_t count, room;
	size_t walk_count;
	struct cgroupwalk walk;
	uint64_t walk_due_ns;
	uint64_t seed;
	struct known known[KNOWN];
};

/* Where answers go. */
struct answerctx {
	struct cgroups *c;
	uint64_t now_ns;
	const struct sink *out;
};

/* ---- answers ---- */

static struct known *known_slot(struct cgroups *c, uint64_t id)
{
	return &c->known[hash_u64(id, c->seed) % KNOWN];
}

static void remember(struct cgroups *c, uint64_t id, const char *path)
{
	struct known *k = known_slot(c, id);

	if (k->path && k->id == id && strcmp(k->path, path) == 0)
		return;
	free(k->path);
	k->id = id;
	k->path = strdup(path);	/* no memory: it is forgotten */
}

/* What does not fit loses its beginning: the end says who it is. */
static void put_path(char out[static EVENT_PATH_MAX], const char *path)
{
	static const char cut[] = "...";
	size_t len = strlen(path), n = 0;

	if (len >= EVENT_PATH_MAX) {
		n = sizeof(cut) - 1;
		path += len - (EVENT_PATH_MAX - 1 - n);
		while ((*path & 0xc0) == 0x80)	/* not from the middle of a character */
			path++;
		memcpy(out, cut, n);
		len = strlen(path);
	}
	memcpy(out + n, path, len + 1);
}

static void tell_path(const struct answerctx *a, uint64_t id, const char *below_mount)
{
	struct event e = { .kind = EV_CGROUP, .time_ns = a->now_ns, .cgroup = { .id = id } };
	char path[2 * PATH_MAX];
	bool is_top = strcmp(below_mount, "/") == 0 || !*below_mount;

	snprintf(path, sizeof(path), "%s%s", a->c->mount.root, is_top ? "" : below_mount);
	put_path(e.cgroup.path, *path ? path : "/");
	remember(a->c, id, e.cgroup.path);
	sink_send(a->out, &e);
}

static void tell_gone(const struct answerctx *a, uint64_t id)
{
	struct event e = { .kind = EV_CGROUP,
			   .time_ns = a->now_ns,
			   .cgroup = { .id = id, .gone = true } };
	const struct known *k = known_slot(a->c, id);

	if (k->path && k->id == id)
		put_path(e.cgroup.path, k->path);
	sink_send(a->out, &e);
}

static void drop_wants(struct cgroups *c, size_t count)
{
	if (!count)	/* there may be no array at all yet */
		return;
	c->count -= count;
	memmove(c->wants, c->wants + count, c->count * sizeof(*c->wants));
}

/* ---- by id ---- */

static int open_cgroup(int mount_fd, uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	int fd;

	memcpy(h.room + sizeof(h.handle), &id, sizeof(id));
	fd = open_by_handle_at(mount_fd, &h.handle, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * The path of an open directory below the mount point. One that is not below it is seen through a
 * bind mount of another part of the tree: the kernel then gives the path in the whole tree.
 */
static int path_of_fd(const struct cgroupmount *mount, int fd, char out[static PATH_MAX])
{
	size_t point_len = strcmp(mount->point, "/") == 0 ? 0 : strlen(mount->point), skip = 0;
	char link[32];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, out, PATH_MAX);
	if (len < 0)
		return -errno;
	if (len == PATH_MAX)
		return -ENAMETOOLONG;
	out[len] = '\0';
	if (strncmp(out, mount->point, point_len) == 0 &&
	    (out[point_len] == '/' || out[point_len] == '\0'))
		skip = point_len;
	memmove(out, out + skip, (size_t)len - skip + 1);
	return 0;
}

/* 0: it was answered; -EPERM: it cannot be, this way. */
static int answer_by_handle(const struct answerctx *a, uint64_t id)
{
	int fd = open_cgroup(a->c->mount_fd, id), rc;
	char path[PATH_MAX];

	if (fd == -EPERM)
		return fd;
	rc = fd < 0 ? fd : path_of_fd(&a->c->mount, fd, path);
	if (fd >= 0)
		close(fd);
	/* -ESTALE: removed. Else we are short of something: who asks again may have luck. */
	if (rc)
		tell_gone(a, id);
	else
		tell_path(a, id, path);
	return 0;
}

static void answer_by_handles(const struct answerctx *a)
{
	struct cgroups *c = a->c;
	size_t done = 0;

	while (c->handles && done < c->count && done < HANDLES_A_STEP) {
		if (answer_by_handle(a, c->wants[done].id) == 0)
			done++;
		else	/* the right was dropped */
			c->handles = false;
	}
	drop_wants(c, done);
}

/* ---- by walking ---- */

static int compare_wants(const void *x, const void *y)
{
	const struct want *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static void met(void *ctx, uint64_t id, const char *path)
{
	const struct answerctx *a = ctx;
	const struct want key = { .id = id };
	struct want *w = bsearch(&key, a->c->wants, a->c->walk_count, sizeof(key), compare_wants);

	if (!w || w->found)
		return;
	w->found = true;
	tell_path(a, id, path);
}

static void end_walk(const struct answerctx *a)
{
	struct cgroups *c = a->c;

	for (size_t i = 0; i < c->walk_count; i++) {
		if (!c->wants[i].found)
			tell_gone(a, c->wants[i].id);
	}
	drop_wants(c, c->walk_count);
	c->walk_count = 0;
	c->walk_due_ns = a->now_ns + WALK_EVERY_NS;
}

/* The same id twice would be answered once as gone. */
static void sort_wants(struct cgroups *c)
{
	size_t kept = 0;

	qsort(c->wants, c->count, sizeof(*c->wants), compare_wants);
	for (size_t i = 1; i < c->count; i++) {
		if (c->wants[i].id != c->wants[kept].id)
			c->wants[++kept] = c->wants[i];
	}
	c->count = kept + 1;
}

static void begin_walk(struct answerctx *a)
{
	struct cgroups *c = a->c;
	struct stat root;

	sort_wants(c);
	c->walk_count = c->count;
	if (fstat(c->mount_fd, &root) == 0)
		met(a, root.st_ino, "/");
	if (cgroupwalk_begin(&c->walk, c->mount_fd))
		end_walk(a);
}

static void walk_on(struct answerctx *a)
{
	struct cgroups *c = a->c;

	if (!c->walk_count && c->count && a->now_ns >= c->walk_due_ns)
		begin_walk(a);
	if (c->walk_count && !cgroupwalk_step(&c->walk, clock_mono_ns() + SLICE_NS, met, a))
		end_walk(a);
}

/* ---- not at all ---- */

static void tell_missing(const struct answerctx *a)
{
	struct event e = { .kind = EV_NOTICE,
			   .time_ns = a->now_ns,
			   .notice = { .source = NOTICE_PROCESSES } };

	snprintf(e.notice.text, sizeof(e.notice.text),
		 "the cgroups of sockets have no names here: no cgroup2 file system is mounted "
		 "(ip netns exec hides it; nsenter --net does not, nor does sockmon -N)");
	sink_send(a->out, &e);
	a->c->notified = true;
}

static void answer_none(const struct answerctx *a)
{
	struct cgroups *c = a->c;

	for (size_t i = 0; i < c->count; i++) {
		if (c->wants[i].id != ROOT_ID && !c->notified)
			tell_missing(a);
		tell_gone(a, c->wants[i].id);
	}
	c->count = 0;
}

/* ---- struct source_ops ---- */

static int cgroups_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct cgroups *c = (struct cgroups *)s;
	struct answerctx a = { c, now_ns, out };

	if (c->mount_fd < 0)
		answer_none(&a);
	else if (c->handles)
		answer_by_handles(&a);
	else
		walk_on(&a);
	return 0;
}

static bool walks(const struct cgroups *c)
{
	return c->mount_fd >= 0 && !c->handles;
}

static uint64_t cgroups_due_ns(const struct source *s)
{
	const struct cgroups *c = (const struct cgroups *)s;

	if (!c->count)
		return SOURCE_NEVER;
	return walks(c) && !c->walk_count ? c->walk_due_ns : 0;
}

/* A snapshot waits for the answers, but not for the time between two walks. */
static bool cgroups_busy(const struct source *s)
{
	const struct cgroups *c = (const struct cgroups *)s;

	return c->count && cgroups_due_ns(s) == 0;
}

static void cgroups_close(struct source *s)
{
	struct cgroups *c = (struct cgroups *)s;

	cgroupwalk_end(&c->walk);
	for (size_t i = 0; i < KNOWN; i++)
		free(c->known[i].path);
	if (c->mount_fd >= 0)
		close(c->mount_fd);
	free(c->wants);
	free(c);
}

static const struct source_ops cgroups_ops = {
	.notice = NOTICE_PROCESSES,
	.step = cgroups_step,
	.due_ns = cgroups_due_ns,
	.busy = cgroups_busy,
	.close = cgroups_close,
};

void cgroups_want(struct source *s, const uint64_t *ids, unsigned count)
{
	struct cgroups *c = (struct cgroups *)s;

	for (unsigned i = 0; i < count && c->count < WANTS_MAX; i++) {
		if (c->count == c->room) {
			c->room = c->room ? 2 * c->room : WANTS_FIRST;
			c->wants = xreallocarray(c->wants, c->room, sizeof(*c->wants));
		}
		c->wants[c->count++] = (struct want){ .id = ids[i] };
	}
}

/* Tried with the mount's own directory: the right may be missing, or the kernel's support. */
static bool can_open_by_handle(int mount_fd)
{
	struct stat root;
	int fd;

	if (fstat(mount_fd, &root))
		return false;
	fd = open_cgroup(mount_fd, root.st_ino);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int cgroups_new(struct source **out, const char *mountinfo, struct errmsg *err)
{
	struct cgroups *c = xcalloc(1, sizeof(*c));

	(void)err;	/* nothing here is worth refusing to start */
	c->source.ops = &cgroups_ops;
	c->seed = hash_random_seed();
	c->mount_fd = -1;
	if (cgroupmount_find(mountinfo, &c->mount) == 0)
		c->mount_fd = open(c->mount.point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->mount_fd >= 0)
		c->handles = can_open_by_handle(c->mount_fd);
	*out = &c->source;
	return 0;
}
