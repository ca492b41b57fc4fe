/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the procfs source remembers of every process from pass to pass, by pid.
 */
#ifndef SOCKMON_SOURCE_PIDTAB_H
#define SOCKMON_SOURCE_PIDTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "source/pidscan.h"

/*
 * Invariants: `told` means that an EV_PROC with start_ticks, ppid, uid, comm, hidden and a command
 * line of that hash was sent and no EV_PROC_GONE since; fds is what has been told as held. fd_ino
 * changes when another process gets the pid.
 */
struct pident {
	uint32_t pid;
	uint32_t pass;	   /* the last that met it */
	uint64_t fd_ino;   /* of /proc/PID/fd when it was looked into; 0: never */
	uint64_t fd_count; /* its size then: open descriptors, where the kernel tells */
	uint64_t opened_ns; /* event time at which it was last told to hold one more; 0: never */
	uint64_t start_ticks;
	uint64_t cmdline_hash;
	uint32_t ppid;
	uint32_t uid;
	char comm[EVENT_NAME_MAX];
	bool told;
	bool hidden;	    /* may not be looked into */
	bool kernel_thread; /* has no descriptors, ever */
	bool leaderless;    /* only its other threads live: the count says nothing */
	bool split;	    /* threads have descriptors of their own: likewise */
	bool in_look;	    /* a look at it is under way: it stays, and no other look begins */
	struct sockfds fds;
};

struct pidtab {
	struct pident **slots; /* owned, each owned; open addressing, linear */
	size_t mask;	       /* slots - 1; slots is a power of two */
	size_t count;
	uint64_t seed;
};

void pidtab_init(struct pidtab *t);
void pidtab_fini(struct pidtab *t);

/* The process of that number, zeroed if it is new. NULL: no memory. Valid until it is swept. */
struct pident *pidtab_get(struct pidtab *t, uint32_t pid);

struct pident *pidtab_find(const struct pidtab *t, uint32_t pid); /* NULL: never met */

/* All, in no order, while nothing is added or swept; *at is 0 at first. NULL: the end. */
struct pident *pidtab_next(const struct pidtab *t, size_t *at);

/* Frees every process that `pass` did not meet and nobody looks at, after gone() was told of it. */
void pidtab_sweep(struct pidtab *t, uint32_t pass,
		  void (*gone)(void *ctx, const struct pident *who), void *ctx);

#endif
