/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The namespaces that nsscan knows, by index. Opens nothing and reads nothing; closes what it
 * was given.
 *
 * Who may not look into /proc/PID/ns sees no inode there. But each namespace has a directory of
 * its own behind /proc/PID/net, whose files anybody may stat, so the inode of one of them tells
 * namespaces apart too (it is no name that a user knows). An entry has either, or both.
 */
#ifndef SOCKMON_SOURCE_NSTAB_H
#define SOCKMON_SOURCE_NSTAB_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

enum { NSNAME_MAX = sizeof(((struct netnsrec *)0)->name) };

struct nsentry {
	uint64_t inode;			/* of the namespace's file; 0 = not known */
	uint64_t procnet;		/* of /proc/PID/net/stat; 0 = not known */
	int fd;				/* owned; -1 = it cannot be entered */
	uint32_t pid;			/* a process in it, for /proc/PID/net; 0 = none so far */
	uint32_t lowest;		/* of its processes in this pass; 0 = none */
	uint32_t pass;			/* in which it was last met */
	bool used;
	bool tried;			/* to open and enter it */
	bool told;
	bool pid_met;			/* `pid` still was in it in this pass */
	bool taken;			/* handed to the app, once at least */
	bool put_back;			/* by the app: it comes again after the next pass */
	bool again;			/* to be handed to it again */
	bool gone;			/* is not used any more, which the app has not been told yet */
	char ip_name[NSNAME_MAX];	/* of `ip netns` in this pass; "" = none */
	char name[NSNAME_MAX];		/* as last told */
};

/* Entry 0 is sockmon's own and always used. A free place is given out again as late as can be. */
struct nstab {
	struct nsentry at[NETNS_MAX];
	unsigned next;			/* where the search for a free one begins */
	uint32_t pass;
	bool full;			/* somebody was refused in this pass */
};

void nstab_init(struct nstab *t, uint64_t own_inode, uint64_t own_procnet);
void nstab_fini(struct nstab *t);

void nstab_begin_pass(struct nstab *t);

/* Which is it? 0 stands for "not known" in either. NULL: none of them. */
struct nsentry *nstab_find(struct nstab *t, uint64_t inode, uint64_t procnet);

/* A new one, met in this pass; NULL: there is no room. */
struct nsentry *nstab_add(struct nstab *t, uint64_t inode, uint64_t procnet);

/* It was met in this pass: by a process in it, or by a name. */
void nstab_note_pid(struct nstab *t, struct nsentry *e, uint32_t pid);
void nstab_note_name(struct nstab *t, struct nsentry *e, const char *name);

void nstab_drop(struct nstab *t, struct nsentry *e);

uint16_t nstab_index(const struct nstab *t, const struct nsentry *e);

#endif
