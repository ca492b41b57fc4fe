/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc: which descriptors of which processes refer to which socket inodes.
 *
 * Incremental and sliced: a pass looks first only at processes that are new or whose number of
 * descriptors changed, and tells differences only; procfs_want() says that sockets without an
 * owner appeared, a full pass follows a quick one that did not settle it. With nothing wanted,
 * everything is looked at again about once in 30 s. A full pass also finds threads with descriptors
 * of their own (unshare(CLONE_FILES)). Each step() stays within its slice.
 */
#ifndef SOCKMON_SOURCE_PROCFS_H
#define SOCKMON_SOURCE_PROCFS_H

#include "source/source.h"

/* root: "/proc" (tests give a directory of their own making); copied. */
int procfs_new(struct source **out, const char *root, struct errmsg *err);

/*
 * `unresolved` sockets have an inode and no holder yet. 0 takes the wish back. Repeated calls with
 * the same number after full passes are answered at growing distances (1, 2, 4 … 30 s).
 */
void procfs_want(struct source *s, uint32_t unresolved, uint64_t now_ns);

/*
 * Sockets came between rounds that nobody is known to hold (a connection that may live for 50 ms
 * only): looks at new and changed processes at once, and then at those that look unchanged, the
 * latest to open a socket first: whoever makes one connection after the other always has as many
 * descriptors. Such looks take at most 2 % of a core over time, with 40 ms of it saved up, of which
 * half is kept for new and changed ones.
 */
void procfs_look_now(struct source *s, uint64_t now_ns);

/*
 * The flags of descriptors that hold sockets (O_NONBLOCK, O_CLOEXEC) are wanted: a read for each,
 * so they are looked up one after the other, for `budget_ns` in a round (which refresh() begins);
 * once all had their turn it begins anew. What is not known yet or has changed is told by
 * EV_HOLDER. 0 = none (the default), SOURCE_NEVER = all of them in each round, which is busy until
 * then.
 */
void procfs_want_flags(struct source *s, uint64_t budget_ns);

/*
 * The flags of one descriptor, now: the selected row's. Told as EV_HOLDER by the next step(),
 * changed or not, if it is still what was told before.
 */
void procfs_read_flags(struct source *s, uint32_t pid, int32_t fd, uint32_t inode);

#endif
