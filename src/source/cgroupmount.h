/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where cgroup2 is mounted: proc_pid_mountinfo(5). On hybrid hosts that is beside the v1
 * hierarchies (/sys/fs/cgroup/unified).
 */
#ifndef SOCKMON_SOURCE_CGROUPMOUNT_H
#define SOCKMON_SOURCE_CGROUPMOUNT_H

#include <limits.h>
#include <stdbool.h>

struct cgroupmount {
	char point[PATH_MAX];	/* without a '/' at its end, but for "/" itself */
	char root[PATH_MAX];	/* the cgroup that is seen there; "" = the root of all */
};

/*
 * One line of mountinfo, which is taken apart. False: it is not cgroup2's, or not to be
 * understood.
 */
bool cgroupmount_parse(char *line, struct cgroupmount *out);

/*
 * The one to use: one that shows the whole tree, else the first. 0, -ENOENT where there is none, or
 * -errno of the file.
 */
int cgroupmount_find(const char *mountinfo, struct cgroupmount *out);

#endif
