/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink socket of a source that dumps. Owns the descriptor and the receive buffer;
 * deliberately knows nothing of what is in the messages.
 */
#include "source/nlsock.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"

/* Opens with what s->bus and s->groups say; for netns_run(). */
static int connect_here(void *ctx)
{
	struct nlsock *s = ctx;
	struct mnl_socket *socket = mnl_socket_open2(s->bus, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int err;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, s->groups, MNL_SOCKET_AUTOPID)) {
		err = -errno;
		mnl_socket_close(socket);
		return err;
	}
	s->socket = socket;
	s->portid = mnl_socket_get_portid(socket);
	return 0;
}

static int connect_to_kernel(struct nlsock *s)
{
	return netns_run(&s->where, connect_here, s);
}

static void disconnect(struct nlsock *s)
{
	if (s->socket)
		mnl_socket_close(s->socket);
	s->socket = NULL;
}

static void forget_place(struct nlsock *s)
{
	if (s->where.fd >= 0)
		close(s->where.fd);
	s->where.fd = -1;
}

int nlsock_open_in(struct nlsock *s, int bus, uint32_t groups, const struct netns_place *where)
{
	struct nlsock opened = { .bus = bus, .groups = groups, .where = { .fd = -1 } };
	int err;

	if (where && where->fd >= 0) {
		opened.where = *where;
		opened.where.fd = fcntl(where->fd, F_DUPFD_CLOEXEC, 0);
		if (opened.where.fd < 0)
			return -errno;
	}
	err = connect_to_kernel(&opened);
	if (err) {
		forget_place(&opened);
		return err;
	}
	opened.buffer = xmalloc(NLSOCK_BUFFER_BYTES);
	*s = opened;
	return 0;
}

int nlsock_reopen(struct nlsock *s)
{
	disconnect(s);
	return connect_to_kernel(s);
}

void nlsock_close(struct nlsock *s)
{
	if (!s->buffer) /* never opened, or closed */
		return;
	disconnect(s);
	forget_place(s);
	free(s->buffer);
	s->buffer = NULL;
}

int nlsock_fd(const struct nlsock *s)
{
	return s->socket ? mnl_socket_get_fd(s->socket) : -1;
}

uint32_t nlsock_next_seq(struct nlsock *s)
{
	/* Multicasts have 0. */
	if (++s->seq == 0)
		s->seq = 1;
	return s->seq;
}

int nlsock_send_many(const struct nlsock *s, const void *requests, size_t len)
{
	if (!s->socket)
		return -ENOTCONN;
	return mnl_socket_sendto(s->socket, requests, len) < 0 ? -errno : 0;
}

int nlsock_send(const struct nlsock *s, const struct nlmsghdr *request)
{
	return nlsock_send_many(s, request, request->nlmsg_len);
}

int nlsock_recv(struct nlsock *s, struct bytes *out)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct iovec room = { .iov_base = s->buffer, .iov_len = NLSOCK_BUFFER_BYTES };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &room, .msg_iovlen = 1
	};
	ssize_t got;

	if (!s->socket)
		return -ENOTCONN;
	do {
		got = recvmsg(mnl_socket_get_fd(s->socket), &msg, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (msg.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	/* With CAP_NET_ADMIN anybody may send to our port: only port 0 is the kernel. */
	*out = bytes_of(s->buffer, from.nl_pid == 0 ? (size_t)got : 0);
	return 0;
}
