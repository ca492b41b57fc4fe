/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SOCK_DESTROY, one socket at a time; see killer.h. Owns a netlink socket. Deliberately asks nobody
 * whether: the question was put before, and the cookie sees to it that no other socket than the one
 * in question dies.
 *
 * The kernel's side is tcp_diag_destroy() in net/ipv4/tcp_diag.c and __udp_diag_destroy() in
 * net/ipv4/udp_diag.c: they look the tuple up as they would for a packet that arrives, and then
 * compare cookies.
 */
#include "source/killer.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/nlread.h"
#include "source/nlsock.h"

#define ANSWER_NS NSEC_PER_SEC

/*
 * Sockets that share a port with SO_REUSEPORT are chosen from by a hash of the remote end. One that
 * has no remote end is hit by trying some: of eight that share a port each is missed once in 5000
 * times.
 */
enum { REMOTES_TRIED = 64 };

struct killer {
	struct nlsock nl;
};

int killer_new(struct killer **out, const struct netns_place *where)
{
	struct killer *k = xcalloc(1, sizeof(*k));
	int rc = nlsock_open_in(&k->nl, NETLINK_SOCK_DIAG, 0, where);

	if (rc) {
		free(k);
		return rc;
	}
	*out = k;
	return 0;
}

void killer_free(struct killer *k)
{
	if (!k)
		return;
	nlsock_close(&k->nl);
	free(k);
}

/*
 * The address as its family writes it: a v4-mapped one of AF_INET6 stays mapped, the kernel knows
 * these.
 */
static void put_address(__be32 out[4], const struct addr *a, uint8_t family)
{
	if (family == AF_INET)
		memcpy(out, a->b + 12, 4);
	else
		memcpy(out, a->b, sizeof(a->b));
}

static void put_id(struct inet_diag_sockid *id, const struct sockrec *rec)
{
	id->idiag_sport = htons(rec->lport);
	id->idiag_dport = htons(rec->rport);
	put_address(id->idiag_src, &rec->laddr, rec->family);
	put_address(id->idiag_dst, &rec->raddr, rec->family);
	id->idiag_if = rec->ifindex;
	id->idiag_cookie[0] = (uint32_t)rec->cookie;
	id->idiag_cookie[1] = (uint32_t)(rec->cookie >> 32);
}

static int send_request(struct killer *k, const struct sockrec *rec, uint16_t rport)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[NLSOCK_REQUEST_BYTES];
	} request = { .header = { .nlmsg_len = 0 } };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(&request);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	msg->nlmsg_type = SOCK_DESTROY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	msg->nlmsg_seq = nlsock_next_seq(&k->nl);
	req->sdiag_family = rec->family;
	req->sdiag_protocol = sockproto_ipproto(rec->proto);
	req->idiag_states = ~0u;
	put_id(&req->id, rec);
	req->id.idiag_dport = htons(rport);
	return nlsock_send(&k->nl, msg);
}

/* Is the answer to the last request in there? Those to former ones came too late. */
static bool find_answer(const struct killer *k, struct bytes datagram, int *result)
{
	const struct nlmsghdr *msg;

	while ((msg = nlread_msg(&datagram))) {
		if (msg->nlmsg_type != NLMSG_ERROR || msg->nlmsg_seq != k->nl.seq ||
		    msg->nlmsg_pid != k->nl.portid)
			continue;
		*result = nlread_status(msg);
		return true;
	}
	return false;
}

/* Until there is something to read; -ETIMEDOUT. */
static int wait_until(const struct killer *k, uint64_t end_ns)
{
	struct pollfd fd = { .fd = nlsock_fd(&k->nl), .events = POLLIN };
	uint64_t now_ns;
	int ready;

	do {
		now_ns = clock_mono_ns();
		if (now_ns >= end_ns)
			return -ETIMEDOUT;
		ready = poll(&fd, 1, (int)((end_ns - now_ns) / NSEC_PER_MSEC) + 1);
	} while (ready == 0 || (ready < 0 && errno == EINTR));
	return ready < 0 ? -errno : 0;
}

static int receive_answer(struct killer *k)
{
	uint64_t end_ns = clock_mono_ns() + ANSWER_NS;
	int result = 0, rc;

	do {
		struct bytes datagram;

		rc = nlsock_recv(&k->nl, &datagram);
		if (rc == 0 && find_answer(k, datagram, &result))
			return result;
		if (rc == -EAGAIN)
			rc = wait_until(k, end_ns);
	} while (!rc);
	return rc;
}

static int destroy(struct killer *k, const struct sockrec *rec, uint16_t rport)
{
	int rc = send_request(k, rec, rport);

	return rc ? rc : receive_answer(k);
}

/*
 * Not asked for: what the kernel cannot do. Raw sockets can be destroyed where raw_diag is, but are
 * looked up by less than a socket. A TCP socket that is bound and no more is in no table that the
 * tuple is looked up in.
 */
static bool is_destroyable(const struct sockrec *rec)
{
	if (rec->family != AF_INET && rec->family != AF_INET6)
		return false;
	if (rec->proto == SP_TCP)
		return rec->state != ST_CLOSE;
	return rec->proto == SP_UDP || rec->proto == SP_UDPLITE;
}

int killer_destroy(struct killer *k, const struct sockrec *rec)
{
	int rc;

	if (!is_destroyable(rec))
		return -EOPNOTSUPP;
	if (!(rec->has & HAS_COOKIE))
		return -EINVAL;
	rc = destroy(k, rec, rec->rport);
	for (uint16_t i = 1; rc == -ENOENT && rec->rport == 0 && i <= REMOTES_TRIED; i++)
		rc = destroy(k, rec, i);
	return rc;
}

static const struct {
	int error;
	const char *why;
} reasons[] = {
	{ 0, "destroyed" },
	{ -EPERM, "it needs CAP_NET_ADMIN" },
	{ -EOPNOTSUPP, "the kernel cannot destroy sockets of this kind" },
	{ -ENOENT, "it was gone before" },
	{ -EINVAL, "the kernel tells no cookie of it to name it by" },
	{ -ETIMEDOUT, "the kernel did not answer" },
};

const char *killer_why(int error)
{
	for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].error == error)
			return reasons[i].why;
	return strerror(-error);
}
