/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look at one process: what it holds now, told as differences to what was told before.
 */
#ifndef SOCKMON_SOURCE_PIDLOOK_H
#define SOCKMON_SOURCE_PIDLOOK_H

#include <sys/stat.h>

#include "source/pidinfo.h"
#include "source/pidtab.h"

/*
 * Invariants: `who` is NULL between looks. While telling, who->fds is what was told and scan.found
 * what is now; old_at and new_at are how far the comparison has got in each.
 */
struct pidlook {
	int root_fd;	    /* of /proc; borrowed */
	uint64_t seed;	    /* of the hashes of command lines */
	struct pident *who; /* borrowed */
	struct pidscan scan;
	struct pidinfo info;
	bool has_info;
	bool threads;	    /* see pidlook_begin() */
	bool tried_threads; /* the descriptors of its other threads were looked for */
	bool telling;
	uint64_t fd_ino; /* of the fd directory, for `who` once the look is over */
	uint64_t fd_count;
	size_t old_at, new_at;
};

/*
 * threads: look for threads with descriptors of their own also where there were none yet. Nobody
 * else may look at `who` until this look has ended.
 */
void pidlook_begin(struct pidlook *l, struct pident *who, const struct stat *fds, bool threads);

/*
 * Works until deadline_ns of clock_mono_ns(); false: there is more to do. A process that vanishes
 * is left as it was.
 */
bool pidlook_step(struct pidlook *l, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out);

void pidlook_end(struct pidlook *l); /* gives an unfinished look up */

#endif
