/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says of one process beside its descriptors: proc(5), stat, cmdline, owner. Needs no
 * right but where /proc is mounted with hidepid. A process may vanish between any two calls.
 */
#ifndef SOCKMON_SOURCE_PIDINFO_H
#define SOCKMON_SOURCE_PIDINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Of /proc/PID/stat. */
struct pidinfo {
	char comm[EVENT_NAME_MAX];
	char state; /* 'Z': the main thread has ended */
	uint32_t ppid;
	uint32_t threads;
	uint64_t start_ticks;
	bool kernel_thread;
};

/* False: not the text of a stat file. A name may hold anything, ')' and blanks included. */
bool pidinfo_parse(const char *text, size_t len, struct pidinfo *out);

/* Of /proc/PID/fdinfo/FD. */
struct fdflags {
	bool nonblock, cloexec;	/* O_NONBLOCK, O_CLOEXEC */
	uint32_t inode;		/* 0: not told (before Linux 5.14), or not one of 32 bits */
};

/* False: the text tells no flags. */
bool pidinfo_parse_fdinfo(const char *text, size_t len, struct fdflags *out);

int pidinfo_read(int root_fd, uint32_t pid, struct pidinfo *out); /* 0 or -errno */

/*
 * Arguments joined by blanks, cut; empty where there are none (kernel threads) or they cannot be
 * read.
 */
void pidinfo_read_cmdline(int root_fd, uint32_t pid, char out[static EVENT_CMDLINE_MAX]);

uint32_t pidinfo_uid(int root_fd, uint32_t pid); /* effective; UINT32_MAX: gone */

#endif
