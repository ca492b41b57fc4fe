/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source that finds network namespaces: those of /run/netns (they may have no process) and
 * of every process (/proc/PID/ns/net). Each is told by EV_NETNS with an index of its own; 0 is
 * sockmon's. Names: ip netns', else that of the container or the systemd unit of its lowest process
 * (see nsname.h), else "net:[INODE]"; without the right to know the inode, that process's
 * COMM[PID]. Looks again at refresh(), not more than every 2 s.
 *
 * nsscan keeps a descriptor of each, so that it can be entered; with the rights missing it
 * keeps a pid for /proc/PID/net, and says so in its notice.
 */
#ifndef SOCKMON_SOURCE_NSSCAN_H
#define SOCKMON_SOURCE_NSSCAN_H

#include "source/netns.h"
#include "source/source.h"

/* proc: "/proc", run: "/run/netns" (tests give directories of their own). */
int nsscan_new(struct source **out, const char *proc, const char *run, struct errmsg *err);

/*
 * The next namespace that came since the last call and is not sockmon's own; false: none. fd is
 * -1 where it could not be opened (then pid is not 0). Borrowed from the source until its
 * EV_NETNS with `gone`.
 */
bool nsscan_take_new(struct source *s, struct netns_place *out);

/* It could not be used now: take_new() hands it out once more after the next look. */
void nsscan_put_back(struct source *s, uint16_t index);

/* The next index that is gone; false: none. */
bool nsscan_take_gone(struct source *s, uint16_t *index);

#endif
