/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dumpfloor [owners]: the least a program does that asks the kernel for every TCP socket with what
 * sockmon asks for: receives the two dumps (IPv4, IPv6) and counts messages. Looks into none. With
 * "owners" it also reads where every descriptor of every process leads, one thread, nothing kept.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536 };	/* the kernel fills at most 32 KiB at a time */

struct request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 inet;
};

static int ask(int fd, uint8_t family)
{
	struct request r = {
		.head = { .nlmsg_len = sizeof(r),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.inet = { .sdiag_family = family,
			  .sdiag_protocol = IPPROTO_TCP,
			  .idiag_ext = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1) |
				       1 << (INET_DIAG_CONG - 1),
			  .idiag_states = UINT32_MAX },
	};

	return send(fd, &r, sizeof(r), 0) == sizeof(r) ? 0 : -errno;
}

/* Counts the messages of one datagram; true when the dump is over. */
static bool count(const struct nlmsghdr *h, size_t len, unsigned long *sockets)
{
	for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
			return true;
		++*sockets;
	}
	return false;
}

static int dump(uint8_t family, unsigned long *sockets)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int rc = fd < 0 ? -errno : ask(fd, family);

	for (bool done = rc; !done;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

		if (got <= 0)
			rc = got ? -errno : -EPIPE;
		done = rc || count((const struct nlmsghdr *)buffer, (size_t)got, sockets);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* What readlink() of every descriptor of a process costs; what may not be looked at costs nothing. */
static void read_links(const char *pid)
{
	char path[300], target[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]) &&
		    readlinkat(dirfd(dir), d->d_name, target, sizeof(target)) < 0)
			continue;	/* closed meanwhile */
	if (dir)
		closedir(dir);
}

static void read_owners(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			read_links(d->d_name);
	if (proc)
		closedir(proc);
}

int main(int argc, char **argv)
{
	unsigned long sockets = 0;
	int rc = dump(AF_INET, &sockets);

	if (argc > 1 && strcmp(argv[1], "owners") == 0)
		read_owners();

	if (!rc)
		rc = dump(AF_INET6, &sockets);
	if (rc)
		fprintf(stderr, "dumpfloor: %s\n", strerror(-rc));
	printf("%lu\n", sockets);
	return rc ? 1 : 0;
}
