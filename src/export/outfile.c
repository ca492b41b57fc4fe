/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is complete or absent: see outfile.h. It writes no content itself.
 *
 * The folder is held open from the start and everything is done relative to it, so that a rename
 * of the folder or a chdir in between changes nothing.
 */
#include "export/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/hash.h"

enum {
	LINKS_MAX = 40, /* as the kernel's MAXSYMLINKS */
	NAME_TRIES = 100,
	TEMP_NAME_SIZE = 40,
};

/*
 * Invariants: fd is open for writing. In place (dir_fd < 0) the rest is unused. Else base is the
 * target's name in dir_fd, and temp is the name that must be removed, "" while the file has none.
 */
struct outfile {
	int fd;
	int dir_fd;
	char *path; /* as the user gave it, for sentences */
	char base[NAME_MAX + 1];
	char temp[TEMP_NAME_SIZE];
};

static const char *hint_of(int error)
{
	static const struct {
		int error;
		const char *hint;
	} hints[] = {
		{ EACCES, "choose a folder and a file that you may write to" },
		{ EPERM, "choose a folder and a file that you may write to" },
		{ EROFS, "choose a folder on a file system that can be written" },
		{ ENOSPC, "free some space, or choose another disk" },
		{ EDQUOT, "free some space, or choose another disk" },
		{ EFBIG, "raise the limit on file sizes (ulimit -f)" },
		{ EISDIR, "give the name of a file in it" },
		{ ENOENT, "make its folder first" },
		{ ENOTDIR, "make its folder first" },
		{ ENXIO, "start the program that reads it first" },
		{ EPIPE, "its reader has gone" },
		{ ELOOP, "its symbolic links lead in a circle" },
		{ ENAMETOOLONG, "give it a shorter name" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].error == error)
			return hints[i].hint;
	return "choose another file";
}

static int sentence(const char *path, int error, struct errmsg *err)
{
	errmsg_set(err, "cannot write %s: %s; %s", path, strerror(-error), hint_of(-error));
	return error;
}

int outfile_error(const struct outfile *f, int error, struct errmsg *err)
{
	return sentence(f->path, error, err);
}

/* Opens the folder part of path, which is relative to dir_fd. Readable if possible: for fsync. */
static int open_folder(int dir_fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	size_t len = slash ? (size_t)(slash - path) : 0;
	int fd;

	if (len >= sizeof(folder))
		return -ENAMETOOLONG;
	if (slash) {
		memcpy(folder, path, len);
		memcpy(folder + len, len ? "" : "/", len ? 1 : 2);
	}
	fd = openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == EACCES)
		fd = openat(dir_fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int take_base(struct outfile *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base);

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (len == 0)
		return path[0] ? -EISDIR : -ENOENT;
	memcpy(f->base, base, len + 1);
	return 0;
}

static bool is_proc(int dir_fd)
{
	struct statfs fs;

	return fstatfs(dir_fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * Follows path through its symlinks to (dir_fd, base), which need not exist. Returns 1 when a link
 * of /proc/PID/fd is met (/dev/stdout): that is a descriptor, not a name.
 */
static int resolve(struct outfile *f, const char *path)
{
	char link[PATH_MAX];
	int at = AT_FDCWD;

	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t len;
		int err = take_base(f, path);

		f->dir_fd = err < 0 ? err : open_folder(at, path);
		if (at >= 0)
			close(at);
		if (f->dir_fd < 0)
			return f->dir_fd;
		len = readlinkat(f->dir_fd, f->base, link, sizeof(link) - 1);
		if (len < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		if (is_proc(f->dir_fd))
			return 1;
		link[len] = '\0';
		path = link;
		at = f->dir_fd;
		f->dir_fd = -1;
	}
	close(at);
	return -ELOOP;
}

static void close_folder(struct outfile *f)
{
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	f->dir_fd = -1;
}

/* Appends, so that what a shell has put into a redirected stdout stays. Waits for no reader. */
static int open_in_place(struct outfile *f, const char *path)
{
	int flags;

	close_folder(f);
	f->fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (f->fd < 0)
		return -errno;
	flags = fcntl(f->fd, F_GETFL);
	if (flags < 0 || fcntl(f->fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

static void make_temp_name(char name[static TEMP_NAME_SIZE])
{
	snprintf(name, TEMP_NAME_SIZE, ".sockmon-%016llx.tmp",
		 (unsigned long long)hash_random_seed());
}

/* Where the file system knows no nameless files. */
static int create_named(struct outfile *f, mode_t mode)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		make_temp_name(f->temp);
		f->fd = openat(f->dir_fd, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (f->fd >= 0)
			return 0;
		f->temp[0] = '\0';
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static void proc_path(const struct outfile *f, char path[static 32])
{
	snprintf(path, 32, "/proc/self/fd/%d", f->fd);
}

/* A nameless file vanishes with the process, whatever ends it. It gets its name through /proc. */
static int create_temp(struct outfile *f, mode_t mode)
{
	char path[32];

	f->fd = openat(f->dir_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
	if (f->fd >= 0) {
		proc_path(f, path);
		if (faccessat(AT_FDCWD, path, F_OK, 0) == 0)
			return 0;
		close(f->fd);
		f->fd = -1;
	} else if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT) {
		return -errno;
	}
	return create_named(f, mode);
}

/* The temporary file gets the owner and mode of the one it will replace. */
static int copy_mode(struct outfile *f, const struct stat *old)
{
	mode_t mode = old->st_mode & 07777;

	/*
	 * chown clears set-id bits, so it comes first. It may be refused: then set-id bits must
	 * not pass to another owner, and a group that is not the old one is like any other people.
	 */
	if (fchown(f->fd, old->st_uid, old->st_gid) < 0) {
		mode &= 0777;
		if (fchown(f->fd, (uid_t)-1, old->st_gid) < 0)
			mode = (mode & 0707) | (mode & 07) << 3;
	}
	return fchmod(f->fd, mode) < 0 ? -errno : 0;
}

static int open_beside(struct outfile *f, const struct stat *old)
{
	int err;

	if (!old)
		return create_temp(f, 0666);
	if (faccessat(f->dir_fd, f->base, W_OK, AT_EACCESS) < 0)
		return -errno;
	err = create_temp(f, 0600);
	return err < 0 ? err : copy_mode(f, old);
}

static int open_target(struct outfile *f)
{
	struct stat st;
	int found = resolve(f, f->path);

	if (found < 0)
		return found;
	if (found == 1)
		return open_in_place(f, f->path);
	if (fstatat(f->dir_fd, f->base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? open_beside(f, NULL) : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) ? open_beside(f, &st) : open_in_place(f, f->path);
}

static void outfile_free(struct outfile *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	if (f->temp[0])
		unlinkat(f->dir_fd, f->temp, 0);
	close_folder(f);
	free(f->path);
	free(f);
}

int outfile_open(struct outfile **out, const char *path, struct errmsg *err)
{
	struct outfile *f = calloc(1, sizeof(*f));
	int error = -ENOMEM;

	if (f) {
		f->fd = f->dir_fd = -1;
		f->path = strdup(path);
	}
	if (f && f->path)
		error = open_target(f);
	if (error < 0) {
		outfile_free(f);
		return sentence(path, error, err);
	}
	*out = f;
	return 0;
}

int outfile_fd(const struct outfile *f)
{
	return f->fd;
}

/* A FIFO or terminal cannot be synced, and need not be. */
static int sync_fd(int fd)
{
	if (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS)
		return 0;
	return -errno;
}

static int name_temp(struct outfile *f)
{
	char path[32];

	proc_path(f, path);
	for (int i = 0; i < NAME_TRIES; i++) {
		make_temp_name(f->temp);
		if (linkat(AT_FDCWD, path, f->dir_fd, f->temp, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		f->temp[0] = '\0';
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* NFS tells of a full disk or a quota only here. */
static int close_checked(struct outfile *f)
{
	int fd = f->fd;

	f->fd = -1;
	return close(fd) < 0 && errno != EINTR ? -errno : 0;
}

static int put_in_place(struct outfile *f)
{
	int err = f->temp[0] ? 0 : name_temp(f);

	if (err == 0)
		err = close_checked(f);
	if (err < 0)
		return err;
	if (renameat(f->dir_fd, f->temp, f->dir_fd, f->base) < 0)
		return -errno;
	f->temp[0] = '\0';
	/* Best effort: the file is complete, and a folder opened with O_PATH cannot be synced. */
	fsync(f->dir_fd);
	return 0;
}

int outfile_commit(struct outfile *f, struct errmsg *err)
{
	int error = sync_fd(f->fd);

	if (error == 0)
		error = f->dir_fd < 0 ? close_checked(f) : put_in_place(f);
	if (error < 0)
		outfile_error(f, error, err);
	outfile_free(f);
	return error;
}

void outfile_abort(struct outfile *f)
{
	outfile_free(f);
}
