/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc: which descriptors of which processes refer to which socket inodes.
 *
 * Incremental and sliced: a pass looks first only at processes that are new or whose number of
 * descriptors changed, and tells differences only; procfs_want() says that sockets without an owner
 * appeared, a full pass follows a quick one that did not settle it. With nothing wanted, everything is
 * looked at again about once in 30 s. Each step() stays within its slice.
 */
#ifndef SOCKMON_SOURCE_PROCFS_H
#define SOCKMON_SOURCE_PROCFS_H

#include "source/source.h"

/* root: "/proc" (tests give a directory of their own making); copied. */
int procfs_new(struct source **out, const char *root, struct errmsg *err);

/*
 * `unresolved` sockets have an inode and no holder yet. 0 takes the wish back. Repeated calls with the
 * same number after full passes are answered at growing distances (1, 2, 4 … 30 s).
 */
void procfs_want(struct source *s, uint32_t unresolved, uint64_t now_ns);

#endif
