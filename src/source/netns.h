/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network namespaces: finding them and opening things inside of them.
 *
 * A socket belongs for ever to the namespace that its maker's thread was in. So a helper thread
 * enters the namespace (setns(2) is a thread's own), opens, and ends; nobody else ever leaves
 * his.
 */
#ifndef SOCKMON_SOURCE_NETNS_H
#define SOCKMON_SOURCE_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/errmsg.h"
#include "event.h"

/* Where a source works. NULL in place of a pointer to one: sockmon's own, number 0. */
struct netns_place {
	uint16_t index;		/* in every event */
	int fd;			/* of the namespace's file; -1 = sockmon's own. Borrowed: dup() to keep it */
	uint32_t pid;		/* a process in it, for /proc/PID/net; 0 = none (or sockmon's own) */
};

static inline uint16_t netns_index(const struct netns_place *p)
{
	return p ? p->index : 0;
}

/*
 * Runs fn(ctx) in a thread that is in that namespace and returns what it returns; where place
 * is NULL or its fd -1 fn is called at once, here. -errno of setns(): -EPERM needs
 * CAP_SYS_ADMIN.
 */
int netns_run(const struct netns_place *place, int (*fn)(void *ctx), void *ctx);

/*
 * The same without waiting, always in a thread: a packet ring takes the kernel some 15 ms to
 * open, and 25 to close. ctx is that thread's until netns_wait(), which returns what
 * netns_run() would. Every visit that began must be waited for, once. -errno: no thread.
 */
struct netns_visit;
int netns_begin(struct netns_visit **out, const struct netns_place *place, int (*fn)(void *ctx),
		void *ctx);
bool netns_is_over(const struct netns_visit *v);	/* netns_wait() would not wait */
int netns_wait(struct netns_visit *v);

/*
 * The namespace that the user means: a name (ip netns: /run/netns/NAME), a pid, a path. Opens
 * it; the descriptor is the caller's. 0 or -errno with the sentence.
 */
int netns_open(const char *spec, int *fd, struct errmsg *err);

/*
 * Takes the whole process, with all threads that it makes from now on, into it: for -N NAME,
 * before anything is open.
 */
int netns_enter(int fd, struct errmsg *err);

/* The inode that names a namespace (nsfs), of an open descriptor; 0: it is none. */
uint64_t netns_inode(int fd);

#endif
