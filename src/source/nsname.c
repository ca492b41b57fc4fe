/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of network namespaces after a process: see nsname.h. Reads two files of it and keeps
 * nothing; what a cgroup's path says is cgroupname's business.
 */
#include "source/nsname.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroupname.h"

enum { CGROUP_BYTES = 16384 };	/* a dozen hierarchies of cgroup v1; what is behind is not read */

/* Its beginning as a string; false: it cannot be read, or is empty. */
static bool read_start(int proc_fd, uint32_t pid, const char *file, char *out, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%u/%s", pid, file);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, out, size - 1);
	close(fd);
	if (len <= 0)
		return false;
	out[len] = '\0';
	return true;
}

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool name_of_path(const char *path, char name[static NSNAME_MAX])
{
	if (begins_with(path, "/user.slice/"))
		return cgroupname_container(path, name, NSNAME_MAX);
	return cgroupname(path, name, NSNAME_MAX);
}

/*
 * cgroups(7): lines of "HIERARCHY:CONTROLLERS:PATH", of which hierarchy 0 is cgroup2. Where that is
 * not used, its path is "/".
 */
bool nsname_by_cgroup(int proc_fd, uint32_t pid, char name[static NSNAME_MAX])
{
	char text[CGROUP_BYTES], *at = text, *line;
	bool named = false;

	if (!read_start(proc_fd, pid, "cgroup", text, sizeof(text)))
		return false;
	while ((line = strsep(&at, "\n"))) {
		const char *controllers = strchr(line, ':');
		const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		char found[NSNAME_MAX];

		if (!path || !name_of_path(path + 1, found))
			continue;
		if (!named || begins_with(line, "0:"))
			memcpy(name, found, sizeof(found));
		named = true;
	}
	return named;
}

bool nsname_by_command(int proc_fd, uint32_t pid, char name[static NSNAME_MAX])
{
	char comm[EVENT_NAME_MAX];

	if (!read_start(proc_fd, pid, "comm", comm, sizeof(comm)))
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	if (!comm[0])
		return false;
	snprintf(name, NSNAME_MAX, "%s[%u]", comm, pid);
	return true;
}
