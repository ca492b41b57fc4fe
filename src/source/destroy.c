/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends of sockets as the kernel multicasts them; see destroy.h. Owns the netlink socket that hears
 * them and the count of its overflows. Deliberately remembers no socket: what an end means is the
 * model's business.
 *
 * The other end is sock_diag_broadcast_destroy() in net/core/sock_diag.c: one datagram for each
 * full socket that is freed, which for a connection in order is its entry into TIME_WAIT. Request
 * sockets and TIME_WAIT have none, neither have the kernel's own.
 */
#include "source/destroy.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/families.h"
#include "source/nlread.h"
#include "source/nlsock.h"

#define STEP_NS	      (5 * NSEC_PER_MSEC)

#define GROUP(number) (1u << ((number)-1))
#define DESTROY_GROUPS                                                       \
	(GROUP(SKNLGRP_INET_TCP_DESTROY) | GROUP(SKNLGRP_INET_UDP_DESTROY) | \
	 GROUP(SKNLGRP_INET6_TCP_DESTROY) | GROUP(SKNLGRP_INET6_UDP_DESTROY))

enum {
	/* Each waiting end is charged with 1280 bytes: unasked, there is room for 166. */
	RECEIVE_BYTES = 16 << 20,
	BATCH = 64,
	/* An end takes 380 in Linux 6.18; its tcp_info grows by a field or two a year. */
	MESSAGE_BYTES = NLSOCK_BUFFER_BYTES / BATCH,
};

/* Which kinds of socket the groups tell of. */
#define PROTOS (1u << SP_TCP | 1u << SP_UDP)

/*
 * Invariants: msgs, rooms and senders describe the slices of nl.buffer, one for each datagram of a
 * batch. `overflowed` is true from an overflow until the queue was seen empty: as long the kernel
 * drops what comes (NETLINK_S_CONGESTED), so a dump that began earlier would not make up for all
 * that is lost. `lost` is true from then until somebody took it.
 */
struct destroy {
	struct source source;
	struct nlsock nl;
	uint16_t netns;
	bool told; /* that ends are told at all */
	bool overflowed;
	bool lost;
	uint64_t losses;
	struct mmsghdr msgs[BATCH];
	struct iovec rooms[BATCH];
	struct sockaddr_nl senders[BATCH];
};

static void tell_losses(const struct destroy *d, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_LOST,
			   .time_ns = now_ns,
			   .lost = { .netns = d->netns, .times = d->losses } };

	sink_send(out, &e);
}

static void count_loss(struct destroy *d, uint64_t now_ns, const struct sink *out)
{
	d->overflowed = true;
	d->losses++;
	tell_losses(d, now_ns, out);
}

/* The IP protocol of a message's socket; 0: it does not say. */
static uint8_t protocol_of(struct bytes attrs)
{
	struct nlread_attr a;

	while (nlread_attr(&attrs, &a))
		if (a.type == INET_DIAG_PROTOCOL && a.len >= 1)
			return a.data[0];
	return 0;
}

/* The row of the families table that reads such a message; NULL: of no kind expected here. */
static const struct family *find_family(uint8_t af, uint8_t protocol)
{
	const struct family *f;

	for (unsigned i = 0; (f = family_at(i)); i++)
		if (PROTOS & f->protos && sockproto_ipproto(f->proto) == protocol &&
		    f->family == af)
			return f;
	return NULL;
}

static void clear_owner_and_queues(struct sockrec *sk)
{
	sk->inode = sk->uid = 0;
	sk->recv_q = sk->send_q = 0;
	sk->has &= (uint16_t) ~(HAS_UID | HAS_QUEUES);
}

/*
 * Reads one message; false: not one of these, or of a socket without any port, which was never
 * bound: nobody has seen it, and nobody misses it.
 */
static bool read_end(const struct nlmsghdr *msg, struct event *e)
{
	struct bytes payload = nlread_payload(msg);
	const struct family *f;
	struct inet_diag_msg m;
	bool skip = false;

	if (msg->nlmsg_type != SOCK_DIAG_BY_FAMILY || !bytes_copy(&payload, &m, sizeof(m)))
		return false;
	f = find_family(m.idiag_family, protocol_of(payload));
	if (!f || !f->parse(f, msg, e, &skip) || skip)
		return false;
	/* The kernel fills in no owner, and leaves the queues as they happen to be. */
	clear_owner_and_queues(&e->sock);
	return e->sock.has & HAS_COOKIE && (e->sock.lport || e->sock.rport);
}

static void take_message(const struct destroy *d, const struct nlmsghdr *msg, uint64_t now_ns,
			 const struct sink *out)
{
	struct event e;

	e.kind = EV_SOCKET_GONE;
	e.time_ns = now_ns;
	e.sock.netns = d->netns;
	e.sock.dump = 0;
	e.sock.dump_gen = 0;
	if (read_end(msg, &e))
		sink_send(out, &e);
}

static void take_datagram(struct destroy *d, const struct mmsghdr *got, uint64_t now_ns,
			  const struct sink *out)
{
	const struct sockaddr_nl *sender = got->msg_hdr.msg_name;
	struct bytes datagram = bytes_of(got->msg_hdr.msg_iov->iov_base, got->msg_len);
	const struct nlmsghdr *msg;

	/* With CAP_NET_ADMIN anybody may send to the groups: only port 0 is the kernel. */
	if (sender->nl_pid != 0)
		return;
	if (got->msg_hdr.msg_flags & MSG_TRUNC) {
		count_loss(d, now_ns, out);
		return;
	}
	while ((msg = nlread_msg(&datagram)))
		take_message(d, msg, now_ns, out);
}

/* The queue is empty: what comes from now on is heard again. */
static void end_overflow(struct destroy *d)
{
	d->lost |= d->overflowed;
	d->overflowed = false;
}

/* One batch; false: nothing more is to be had now. */
static bool receive(struct destroy *d, uint64_t now_ns, const struct sink *out)
{
	int count, error;

	for (unsigned i = 0; i < BATCH; i++)
		d->msgs[i].msg_hdr.msg_namelen = sizeof(d->senders[i]);
	count = recvmmsg(nlsock_fd(&d->nl), d->msgs, BATCH, MSG_DONTWAIT, NULL);
	error = count < 0 ? errno : 0;
	for (int i = 0; i < count; i++)
		take_datagram(d, &d->msgs[i], now_ns, out);
	if (error == EAGAIN)
		end_overflow(d);
	else if (error && error != EINTR)
		count_loss(d, now_ns, out);
	return count > 0 || error == EINTR || error == ENOBUFS;
}

static int destroy_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct destroy *d = (struct destroy *)s;
	uint64_t start_ns = clock_mono_ns();

	if (!d->told) {
		d->told = true;
		tell_losses(d, now_ns, out);
	}
	while (receive(d, now_ns, out) && clock_mono_ns() < start_ns + STEP_NS)
		;
	return 0;
}

static int destroy_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct destroy *d = (const struct destroy *)s;

	if (max < 1)
		return 0;
	out[0] = (struct pollfd){ .fd = nlsock_fd(&d->nl), .events = POLLIN };
	return 1;
}

static uint64_t destroy_due_ns(const struct source *s)
{
	const struct destroy *d = (const struct destroy *)s;

	return d->told ? SOURCE_NEVER : 0;
}

static void destroy_close(struct source *s)
{
	struct destroy *d = (struct destroy *)s;

	nlsock_close(&d->nl);
	free(d);
}

bool destroy_take_loss(struct source *s)
{
	struct destroy *d = (struct destroy *)s;
	bool lost = d->lost;

	d->lost = false;
	return lost;
}

static const struct source_ops destroy_ops = {
	.notice = NOTICE_SOCKETS,
	.step = destroy_step,
	.fds = destroy_fds,
	.due_ns = destroy_due_ns,
	.close = destroy_close,
};

/* As large as may be. Whatever it is in the end: what does not fit is counted. */
static void enlarge_queue(int fd)
{
	int bytes = RECEIVE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static void lay_out_batch(struct destroy *d)
{
	for (unsigned i = 0; i < BATCH; i++) {
		d->rooms[i] = (struct iovec){ .iov_base = d->nl.buffer + i * MESSAGE_BYTES,
					      .iov_len = MESSAGE_BYTES };
		d->msgs[i].msg_hdr = (struct msghdr){ .msg_name = &d->senders[i],
						      .msg_namelen = sizeof(d->senders[i]),
						      .msg_iov = &d->rooms[i],
						      .msg_iovlen = 1 };
	}
}

int destroy_new(struct source **out, const struct netns_place *where, struct errmsg *err)
{
	struct destroy *d = xcalloc(1, sizeof(*d));
	int rc = nlsock_open_in(&d->nl, NETLINK_SOCK_DIAG, DESTROY_GROUPS, where);

	if (rc) {
		errmsg_set(err,
			   "cannot hear from the kernel which sockets end: sock_diag: %s; short "
			   "connections will be missed",
			   strerror(-rc));
		free(d);
		return rc;
	}
	d->source.ops = &destroy_ops;
	d->netns = netns_index(where);
	enlarge_queue(nlsock_fd(&d->nl));
	lay_out_batch(d);
	*out = &d->source;
	return 0;
}
