/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over all processes, in slices: those that nobody has met before come first, the youngest
 * number at the front, since they may be gone the soonest.
 */
#ifndef SOCKMON_SOURCE_PIDPASS_H
#define SOCKMON_SOURCE_PIDPASS_H

#include <dirent.h>

#include "source/pidlook.h"

enum passkind {
	PASS_QUICK,	/* processes that are new or have another number of descriptors */
	PASS_FULL,	/* all of them, and their threads */
	PASS_GLANCE,	/* as quick; where the kernel does not count descriptors: the new ones */
	PASS_REREAD,	/* known ones, all their descriptors: the latest to open a socket first */
};

/*
 * Invariants: dir is open while the pids are gathered out of it (PASS_REREAD has them from the
 * table), after that the first `at` of them were met.
 * Two passes may be under way over one table; a process is in one look at a time.
 */
struct pidpass {
	int root_fd;		/* of /proc; borrowed */
	bool counts_fds;	/* /proc/PID/fd has a size (Linux 6.2) */
	struct pidtab *tab;	/* borrowed */
	bool running;
	enum passkind kind;
	uint32_t number;	/* what a process that was met gets as its `pass` */
	uint64_t fds_max;	/* PASS_REREAD: whoever has more is passed over; 0 at its begin */
	struct passrec totals;
	DIR *dir;
	uint32_t *pids;		/* owned */
	size_t count, room, at;
	struct pidlook look;
};

void pidpass_init(struct pidpass *p, int root_fd, bool counts_fds, struct pidtab *tab);
int pidpass_begin(struct pidpass *p, enum passkind kind, uint32_t number);	/* 0 or -errno */

/* Works until deadline_ns of clock_mono_ns(). 1: more to do, 0: done, -ENOMEM: given up. */
int pidpass_step(struct pidpass *p, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out);

void pidpass_end(struct pidpass *p);	/* gives an unfinished pass up */

#endif
