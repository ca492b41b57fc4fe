/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk: depth first, with the open directories as its memory. Cgroups come and go meanwhile:
 * what vanishes is passed over.
 */
#include "source/cgroupwalk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { CLOCK_EVERY = 32 };	/* entries between two looks at the clock */

/* Goes down into a directory of the last one; parent_fd: that one. */
static int enter(struct cgroupwalk *w, int parent_fd, const char *name, size_t path_len)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = errno;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -err;
	}
	w->dirs[w->depth] = dir;
	w->path_len[w->depth] = path_len;
	w->depth++;
	return 0;
}

int cgroupwalk_begin(struct cgroupwalk *w, int mount_fd)
{
	w->depth = 0;
	w->count = 0;
	w->path[0] = '\0';
	return enter(w, mount_fd, ".", 0);
}

/* Cgroups are the directories; their files say so by d_type, which kernfs always knows. */
static bool is_dir(int parent_fd, const struct dirent *entry)
{
	struct stat st;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(parent_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* Adds "/name" to the path of the last directory; 0: there is no room. */
static size_t add_name(struct cgroupwalk *w, const char *name)
{
	size_t at = w->path_len[w->depth - 1], len = strlen(name);

	if (at + 1 + len >= sizeof(w->path))
		return 0;
	w->path[at] = '/';
	memcpy(w->path + at + 1, name, len + 1);
	return at + 1 + len;
}

static void leave(struct cgroupwalk *w)
{
	closedir(w->dirs[--w->depth]);
}

/* The next entry of the last directory. */
static void look_at_next(struct cgroupwalk *w,
			 void (*each)(void *ctx, uint64_t id, const char *path), void *ctx)
{
	DIR *dir = w->dirs[w->depth - 1];
	const struct dirent *entry = readdir(dir);
	size_t path_len;

	if (!entry) {
		leave(w);
		return;
	}
	if (!is_dir(dirfd(dir), entry))
		return;
	path_len = add_name(w, entry->d_name);
	if (!path_len)
		return;
	if (++w->count > CGROUPWALK_DIRS_MAX) {
		cgroupwalk_end(w);
		return;
	}
	each(ctx, entry->d_ino, w->path);
	if (w->depth < CGROUPWALK_DEPTH_MAX)
		enter(w, dirfd(dir), entry->d_name, path_len);
}

bool cgroupwalk_step(struct cgroupwalk *w, uint64_t deadline_ns,
		     void (*each)(void *ctx, uint64_t id, const char *path), void *ctx)
{
	unsigned looked = 0;

	while (w->depth) {
		if (++looked % CLOCK_EVERY == 0 && clock_mono_ns() >= deadline_ns)
			return true;
		look_at_next(w, each, ctx);
	}
	return false;
}

void cgroupwalk_end(struct cgroupwalk *w)
{
	while (w->depth)
		leave(w);
}
