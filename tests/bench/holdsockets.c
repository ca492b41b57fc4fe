/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holdsockets CONNECTIONS: holds that many TCP connections over lo, two sockets each, until its stdin
 * ends; prints "ready" when they are all there. Descriptors are limited, so that a process holds a share
 * of them. For a network namespace of its own.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_PORT = 7000, SPARE_FDS = 64, SHARE_MAX = 8000 };

static void die(const char *what)
{
	fprintf(stderr, "holdsockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* How many connections a process can hold. */
static long share_of_process(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	if (limit.rlim_max > SHARE_MAX * 2 + SPARE_FDS)
		return SHARE_MAX;
	return ((long)limit.rlim_max - SPARE_FDS) / 2;
}

static int listen_on(const struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) || listen(fd, 16))
		die("listen");
	return fd;
}

static void hold(long worker, long connections)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)(FIRST_PORT + worker)),
				    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = listen_on(&addr);

	for (long i = 0; i < connections; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) ||
		    accept(listener, NULL, NULL) < 0)
			die("connect");
	}
}

static void wait_for_end(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&in, 1, -1) < 0 || !(in.revents & POLLHUP))
		;
}

/* Every worker reports with a byte in the pipe, and lives as long as stdin. */
static void start_worker(long worker, long connections, int report)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	hold(worker, connections);
	if (write(report, "", 1) != 1)
		die("write");
	close(report);
	wait_for_end();
	exit(0);
}

int main(int argc, char **argv)
{
	long left = argc == 2 ? strtol(argv[1], NULL, 10) : 0, share = share_of_process(), workers = 0;
	int report[2];
	char byte;

	if (left <= 0 || share <= 0 || pipe(report)) {
		fprintf(stderr, "usage: holdsockets CONNECTIONS\n");
		return 2;
	}
	for (; left > 0; left -= share)
		start_worker(workers++, left < share ? left : share, report[1]);
	close(report[1]);
	for (long i = 0; i < workers; i++)
		if (read(report[0], &byte, 1) != 1)
			die("a worker failed");
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	return 0;
}
