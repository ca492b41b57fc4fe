/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a network namespace is called that `ip netns` has no name for: after a process in it.
 */
#ifndef SOCKMON_SOURCE_NSNAME_H
#define SOCKMON_SOURCE_NSNAME_H

#include "source/nstab.h"

/*
 * The container or the systemd unit that the process runs in: "docker:0123456789ab",
 * "polkit.service". False: neither, or it is a user's own: what somebody starts in a session is not
 * what the session is. Untrusted.
 */
bool nsname_by_cgroup(int proc_fd, uint32_t pid, char name[static NSNAME_MAX]);

/* "COMM[PID]", where there is nothing better. False: it is gone, or has no name. */
bool nsname_by_command(int proc_fd, uint32_t pid, char name[static NSNAME_MAX]);

#endif
