/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flags of descriptors that hold sockets: O_NONBLOCK and O_CLOEXEC, from /proc/PID/fdinfo/FD.
 * That is a read for each (some 7 us), so they are looked up for one descriptor after the other,
 * as far as the budget goes, and again from the start once all had their turn. Flags seldom change:
 * with a budget most laps are for those that were never read.
 */
#ifndef SOCKMON_SOURCE_PIDFLAGS_H
#define SOCKMON_SOURCE_PIDFLAGS_H

#include "event.h"
#include "source/pidtab.h"

enum { PIDFLAGS_ASKED_MAX = 16 };

/*
 * Invariants: a lap is under way while lap_open is; it has come to descriptor fd_at of slot
 * `slot`. In a table that grows or shrinks meanwhile some have their turn twice or in the next lap
 * only.
 */
struct pidflags {
	int root_fd;		/* of /proc; borrowed */
	struct pidtab *tab;	/* borrowed */
	uint64_t budget_ns;	/* a round; 0: none, UINT64_MAX: one whole lap */
	uint64_t left_ns;	/* of this round's */
	bool lap_open;
	bool lap_whole;		/* of those that are known, too */
	unsigned laps;		/* begun */
	size_t slot, fd_at;
	struct holderrec asked[PIDFLAGS_ASKED_MAX];
	unsigned asked_count;
};

void pidflags_set_budget(struct pidflags *f, uint64_t budget_ns);
void pidflags_begin_round(struct pidflags *f);
bool pidflags_wants_work(const struct pidflags *f);	/* beside what was asked for */

/*
 * Goes on with the lap until deadline_ns of clock_mono_ns(). Tells what was not known or has
 * changed.
 */
void pidflags_step(struct pidflags *f, uint64_t deadline_ns, uint64_t now_ns,
		   const struct sink *out);

/* One descriptor, at the next pidflags_answer(); of more than there is room for the first stay. */
void pidflags_ask(struct pidflags *f, uint32_t pid, int32_t fd, uint32_t inode);

/* Tells those that are still as they were asked for, changed or not. */
void pidflags_answer(struct pidflags *f, uint64_t now_ns, const struct sink *out);

#endif
