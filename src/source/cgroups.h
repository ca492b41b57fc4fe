/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a cgroup id (sock_diag's INET_DIAG_CGROUP_ID) to its path: by open_by_handle_at(2) where the
 * rights are there (CAP_DAC_READ_SEARCH), else by walking the cgroup2 tree, sliced; the id is the
 * inode of the directory. What is asked is answered once by EV_CGROUP; a cgroup that was found and
 * ended keeps its path.
 */
#ifndef SOCKMON_SOURCE_CGROUPS_H
#define SOCKMON_SOURCE_CGROUPS_H

#include "source/source.h"

/*
 * mountinfo: "/proc/self/mountinfo". Without a cgroup2 mount the source answers every id as gone,
 * and says so once, when it is asked for another one than the root's.
 */
int cgroups_new(struct source **out, const char *mountinfo, struct errmsg *err);

/* 65536 may wait, more are dropped. */
void cgroups_want(struct source *s, const uint64_t *ids, unsigned count);

#endif
