/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk over the directories of a cgroup2 tree, in pieces: for who may not open a cgroup by its
 * id.
 */
#ifndef SOCKMON_SOURCE_CGROUPWALK_H
#define SOCKMON_SOURCE_CGROUPWALK_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CGROUPWALK_DEPTH_MAX = 32,
	CGROUPWALK_DIRS_MAX = 100000,
};

/*
 * Invariants: the first `depth` of dirs are open, each below the one before; path is the last one's
 * below the mount, path_len[i] its length up to the i-th. Under way while depth is not 0.
 */
struct cgroupwalk {
	DIR *dirs[CGROUPWALK_DEPTH_MAX];
	size_t path_len[CGROUPWALK_DEPTH_MAX];
	unsigned depth;
	uint32_t count;		/* directories met */
	char path[PATH_MAX];
};

int cgroupwalk_begin(struct cgroupwalk *w, int mount_fd);	/* 0 or -errno */

/*
 * Works until deadline_ns of clock_mono_ns(), calls each() for the directories on the way; path is
 * "/a/b", borrowed. False: the walk has ended. What is deeper or more than the limits, or may not
 * be read, is left out.
 */
bool cgroupwalk_step(struct cgroupwalk *w, uint64_t deadline_ns,
		     void (*each)(void *ctx, uint64_t id, const char *path), void *ctx);

void cgroupwalk_end(struct cgroupwalk *w);	/* gives an unfinished walk up */

#endif
