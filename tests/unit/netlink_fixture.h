/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what happens when the kernel's answers go wrong: it stands in for libmnl's sockets,
 * so that a source which opens one talks to the test. Linked into the test's own program, whose
 * symbols come before a library's. Include it in one file of a program.
 */
#ifndef TESTS_UNIT_NETLINK_FIXTURE_H
#define TESTS_UNIT_NETLINK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/source.h"

enum { PORTID = 4711, HEARD_MAX = 64 };

struct mnl_socket {
	int fd;
	int kernel_fd;	/* the other end */
};

/* The kernel's end of the socket that was opened last; -1: none. libmnl's calls have no context. */
static int kernel_fd = -1;
static unsigned opened;

/* A kernel that answers within send(), as sock_diag does: false: the request is to wait. */
static bool (*answer_at_once)(int kernel_end, const void *requests, size_t len);

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *s = calloc(1, sizeof(*s));
	int pair[2];

	(void)bus;
	assert_non_null(s);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | flags, 0, pair), 0);
	s->fd = pair[0];
	s->kernel_fd = kernel_fd = pair[1];
	opened++;
	return s;
}

int mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	(void)s;
	(void)groups;
	(void)pid;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *s)
{
	(void)s;
	return PORTID;
}

int mnl_socket_get_fd(const struct mnl_socket *s)
{
	return s->fd;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *data, size_t len)
{
	if (answer_at_once && answer_at_once(s->kernel_fd, data, len))
		return (ssize_t)len;
	return send(s->fd, data, len, MSG_NOSIGNAL);
}

int mnl_socket_close(struct mnl_socket *s)
{
	int rc = close(s->fd);

	close(s->kernel_fd);
	if (kernel_fd == s->kernel_fd)
		kernel_fd = -1;
	free(s);
	return rc;
}

/* ---- the kernel ---- */

/* The request that waits: its type; 0: none. *seq is what an answer must carry, 0 with none. */
static inline uint16_t take_request(uint32_t *seq)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[1024];
	} request;
	ssize_t len = recv(kernel_fd, &request, sizeof(request), MSG_DONTWAIT);

	*seq = 0;
	if (len < (ssize_t)sizeof(request.head))
		return 0;
	assert_int_equal(request.head.nlmsg_len, len);
	*seq = request.head.nlmsg_seq;
	return request.head.nlmsg_type;
}

/* One message, in a datagram of its own, to the socket of which this is the kernel's end. */
static inline void answer_to(int kernel_end, struct nlmsghdr *msg, uint32_t seq, uint16_t flags)
{
	msg->nlmsg_seq = seq;
	msg->nlmsg_pid = seq ? PORTID : 0;	/* a multicast has neither */
	msg->nlmsg_flags = flags;
	assert_int_equal(send(kernel_end, msg, msg->nlmsg_len, MSG_NOSIGNAL), msg->nlmsg_len);
}

static inline void answer(struct nlmsghdr *msg, uint32_t seq, uint16_t flags)
{
	answer_to(kernel_fd, msg, seq, flags);
}

static inline void answer_done(uint32_t seq, int status, uint16_t flags)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[NLMSG_LENGTH(sizeof(int))];
	} done = { .head = { .nlmsg_len = sizeof(done.bytes), .nlmsg_type = NLMSG_DONE } };

	memcpy(NLMSG_DATA(&done.head), &status, sizeof(status));
	answer(&done.head, seq, NLM_F_MULTI | flags);
}

/* ---- what the source told ---- */

struct world {
	struct source *source;
	uint64_t now_ns;
	struct event heard[HEARD_MAX];
	unsigned count;
};

static inline void keep_event(void *ctx, const struct event *e)
{
	struct world *w = ctx;

	assert_true(w->count < HEARD_MAX);
	w->heard[w->count++] = *e;
}

static inline void step(struct world *w)
{
	struct sink sink = { keep_event, w };

	assert_int_equal(w->source->ops->step(w->source, w->now_ns, &sink), 0);
}

static inline unsigned count_kind(const struct world *w, enum eventkind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->count; i++)
		n += w->heard[i].kind == kind;
	return n;
}

static inline const struct event *last_of(const struct world *w, enum eventkind kind)
{
	for (unsigned i = w->count; i; i--) {
		if (w->heard[i - 1].kind == kind)
			return &w->heard[i - 1];
	}
	fail_msg("no event of kind %d", kind);
	return NULL;
}

#endif
