/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets among one process's descriptors, read from /proc/PID/fd in slices: a process may have
 * a million. Where the main thread has gone and others live on (a "zombie leader"), or threads have
 * descriptors of their own, from /proc/PID/task/TID/fd: once for each table, not for each thread.
 */
#ifndef SOCKMON_SOURCE_PIDSCAN_H
#define SOCKMON_SOURCE_PIDSCAN_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Ordered by fd, then inode. Eight bytes, since busy hosts have hundreds of thousands of them; an
 * fd needs no more bits (the kernel would need 4 GiB for a table with that many).
 */
struct sockfd {
	uint32_t fd : 29;
	uint32_t has_flags : 1; /* the following two are known: pidflags.c looks them up */
	uint32_t nonblock : 1;
	uint32_t cloexec : 1;
	uint32_t inode;
};

struct sockfds {
	struct sockfd *at; /* owned; sorted, no two alike */
	size_t count;
	size_t room;
};

void sockfds_fini(struct sockfds *f);
int sockfd_compare(const void *x, const void *y); /* <0, 0, >0; for qsort too */

void sockfds_trim(struct sockfds *f); /* gives back the room that is not used */

enum {
	SOCKFD_FD_MAX = (1 << 29) - 1,
	PIDSCAN_PATH_MAX = 64,
	PIDSCAN_TABLES_MAX = 64, /* of one process; those of threads beyond are left out */
};

/*
 * Invariants: open while dir or tasks is; `found` has what was read so far, in order once step()
 * has returned 0. A descriptor table that cannot be read is an error, one that vanishes is empty.
 * table_of is the thread whose table was the first that had any descriptor, 0 until then.
 */
struct pidscan {
	int root_fd; /* of /proc; borrowed */
	uint32_t pid;
	char path[PIDSCAN_PATH_MAX]; /* of the descriptor directory, from root_fd */
	DIR *dir;		     /* that directory */
	DIR *tasks;		     /* its threads */
	uint32_t tid;		     /* whose dir it is */
	uint32_t table_of;
	unsigned tables;	     /* read so far */
	bool split;		     /* a thread had a table of its own (unshare(CLONE_FILES)) */
	bool by_kcmp;		     /* the kernel can be asked whether two threads share theirs */
	bool ordered;		     /* as the kernel lists them; else they are sorted in the end */
	bool any;		     /* a descriptor of any kind was there */
	struct sockfds found;
};

/*
 * 0, or -errno of the process's fd directory: -EACCES, -EPERM (not ours to look), -ENOENT, -ESRCH
 * (gone).
 */
int pidscan_begin(struct pidscan *p, int root_fd, uint32_t pid);

/*
 * Goes on to the task directory: for a process whose own fd directory is empty, or whose threads
 * may have descriptors of their own. Tables that are the first one's are passed over. Its end is
 * step()'s.
 */
int pidscan_begin_tasks(struct pidscan *p);

/*
 * Works until deadline_ns of clock_mono_ns(). 0: done, 1: more to do, -errno: as in begin, or
 * -ENOMEM. found is then the caller's to take.
 */
int pidscan_step(struct pidscan *p, uint64_t deadline_ns);

void pidscan_end(struct pidscan *p); /* closes, and frees what was not taken */

/* A directory entry's name as a number; false: it is none. */
bool pidscan_number(const char *name, uint32_t *out);

#endif
