/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the descriptors of one process. Owns the open directories and the list it makes;
 * deliberately remembers nothing of earlier walks: a descriptor's number says nothing about what is
 * behind it now.
 */
#include "source/pidscan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	CLOCK_EVERY = 32, /* descriptors and threads between two looks at the clock */
	SOCKFDS_FIRST_ROOM = 16,
};

void sockfds_fini(struct sockfds *f)
{
	free(f->at);
	*f = (struct sockfds){ .at = NULL };
}

void sockfds_trim(struct sockfds *f)
{
	struct sockfd *at;

	if (f->count == 0) {
		sockfds_fini(f);
		return;
	}
	at = reallocarray(f->at, f->count, sizeof(*at));
	if (!at)
		return;
	f->at = at;
	f->room = f->count;
}

int sockfd_compare(const void *x, const void *y)
{
	const struct sockfd *a = x, *b = y;

	if (a->fd != b->fd)
		return a->fd < b->fd ? -1 : 1;
	return (a->inode > b->inode) - (a->inode < b->inode);
}

bool pidscan_number(const char *name, uint32_t *out)
{
	uint64_t n = 0;

	if (*name == '\0')
		return false;
	for (; *name; name++) {
		if (*name < '0' || *name > '9')
			return false;
		n = n * 10 + (uint64_t)(*name - '0');
		if (n > INT32_MAX)
			return false;
	}
	*out = (uint32_t)n;
	return true;
}

/* "socket:[123]" -> 123; false: something else. */
static bool socket_inode(const char *target, uint32_t *out)
{
	static const char prefix[] = "socket:[";
	uint64_t n = 0;
	const char *digit = target + sizeof(prefix) - 1;

	if (strncmp(target, prefix, sizeof(prefix) - 1) != 0)
		return false;
	for (; *digit >= '0' && *digit <= '9' && n <= UINT32_MAX; digit++)
		n = n * 10 + (uint64_t)(*digit - '0');
	if (strcmp(digit, "]") != 0 || n == 0 || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static int add_found(struct pidscan *p, struct sockfd entry)
{
	struct sockfds *f = &p->found;

	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : SOCKFDS_FIRST_ROOM;
		struct sockfd *at = reallocarray(f->at, room, sizeof(*at));

		if (!at)
			return -ENOMEM;
		f->at = at;
		f->room = room;
	}
	if (f->count && sockfd_compare(&f->at[f->count - 1], &entry) >= 0)
		p->ordered = false;
	f->at[f->count++] = entry;
	return 0;
}

static int open_dir(int root_fd, const char *path, DIR **out)
{
	int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;
	int err;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	*out = dir;
	return 0;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
	*dir = NULL;
}

int pidscan_begin(struct pidscan *p, int root_fd, uint32_t pid)
{
	*p = (struct pidscan){ .root_fd = root_fd, .pid = pid, .tid = pid, .ordered = true };
	snprintf(p->path, sizeof(p->path), "%u/fd", pid);
	return open_dir(root_fd, p->path, &p->dir);
}

int pidscan_begin_tasks(struct pidscan *p)
{
	char path[PIDSCAN_PATH_MAX];
	struct statfs fs;

	/* A tree that only looks like /proc has other threads' numbers in it. */
	p->by_kcmp = fstatfs(p->root_fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
	snprintf(path, sizeof(path), "%u/task", p->pid);
	return open_dir(p->root_fd, path, &p->tasks);
}

/* One entry of the open descriptor directory. */
static int look_at(struct pidscan *p, const char *name)
{
	struct sockfd entry = { .fd = 0 };
	uint32_t number, inode;
	char target[32];
	ssize_t len;

	if (!pidscan_number(name, &number) || number > SOCKFD_FD_MAX)
		return 0;
	p->any = true;
	len = readlinkat(dirfd(p->dir), name, target, sizeof(target) - 1);
	if (len < 0) /* closed meanwhile; or not ours to look at */
		return errno == EACCES || errno == EPERM ? -errno : 0;
	target[len] = '\0';
	if (!socket_inode(target, &inode))
		return 0;
	entry.fd = number & SOCKFD_FD_MAX;
	entry.inode = inode;
	return add_found(p, entry);
}

static void table_path(const struct pidscan *p, uint32_t tid, char out[static PIDSCAN_PATH_MAX])
{
	snprintf(out, PIDSCAN_PATH_MAX, "%u/task/%u/fd", p->pid, tid);
}

/* How many descriptors a thread has; 0: none, or this kernel does not tell (before Linux 6.2). */
static uint64_t table_size(const struct pidscan *p, uint32_t tid)
{
	char path[PIDSCAN_PATH_MAX];
	struct stat st;

	table_path(p, tid, path);
	return fstatat(p->root_fd, path, &st, 0) ? 0 : (uint64_t)st.st_size;
}

/*
 * Is the thread's table the one that was read? Next to all are, and to read the same descriptors
 * of every thread would be threads times descriptors, both any user's to choose. Where the kernel
 * cannot be asked, tables of one size are taken for one.
 */
static bool shares_table(const struct pidscan *p, uint32_t tid)
{
	long order;

	if (p->by_kcmp) {
		order = syscall(SYS_kcmp, (pid_t)p->table_of, (pid_t)tid, KCMP_FILES, 0ul, 0ul);
		if (order >= 0)
			return order == 0;
		if (errno == ESRCH)
			return true;	/* it has ended */
	}
	return table_size(p, tid) == table_size(p, p->table_of);
}

/* Goes to the next entry of the task directory, and opens its descriptors if they are its own. */
static void next_task(struct pidscan *p)
{
	const struct dirent *task = p->tables < PIDSCAN_TABLES_MAX ? readdir(p->tasks) : NULL;
	uint32_t tid;

	if (!task) {
		close_dir(&p->tasks);
		return;
	}
	if (!pidscan_number(task->d_name, &tid) || tid == p->pid)
		return;
	if (p->table_of) {
		if (shares_table(p, tid))
			return;
		p->split = true;
	}
	p->tid = tid;
	table_path(p, tid, p->path);
	/* It may have ended: then there is nothing of it, and dir stays closed. */
	open_dir(p->root_fd, p->path, &p->dir);
}

/* A descriptor directory was read to its end. */
static void end_dir(struct pidscan *p)
{
	close_dir(&p->dir);
	p->tables += p->any;
	if (p->any && !p->table_of)
		p->table_of = p->tid;
}

static void put_in_order(struct pidscan *p)
{
	struct sockfds *f = &p->found;
	size_t kept = 0;

	if (p->ordered || f->count == 0)
		return;
	qsort(f->at, f->count, sizeof(*f->at), sockfd_compare);
	for (size_t i = 1; i < f->count; i++) {
		if (sockfd_compare(&f->at[kept], &f->at[i]) != 0)
			f->at[++kept] = f->at[i];
	}
	f->count = kept + 1;
	p->ordered = true;
}

int pidscan_step(struct pidscan *p, uint64_t deadline_ns)
{
	unsigned looked = 0;

	while (p->dir || p->tasks) {
		const struct dirent *entry;
		int err;

		if (++looked % CLOCK_EVERY == 0 && clock_mono_ns() >= deadline_ns)
			return 1;
		if (!p->dir) {
			next_task(p);
			continue;
		}
		entry = readdir(p->dir);
		if (!entry) {
			end_dir(p);
			continue;
		}
		err = look_at(p, entry->d_name);
		if (err)
			return err;
	}
	put_in_order(p);
	return 0;
}

void pidscan_end(struct pidscan *p)
{
	close_dir(&p->dir);
	close_dir(&p->tasks);
	sockfds_fini(&p->found);
}
