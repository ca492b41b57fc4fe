/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink sockets out of sock_diag: builds the request and reads one reply message
 * (net/netlink/diag.c is the other end). Pure functions over untrusted bytes.
 *
 * The kernel walks a protocol's table of sockets and then its list of group members without passing
 * over those it has told: a member is listed twice, with the same bytes and the same cookie.
 * Nothing in the second row says so, so both are handed on; a socket is its cookie, and the second
 * row updates what the first one made.
 */
#include "source/family_netlink.h"

#include <libmnl/libmnl.h>
#include <linux/netlink_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/sockattr.h"
#include "source/sockrow.h"

enum { SHOW = NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS | NDIAG_SHOW_FLAGS };

void family_netlink_request(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct netlink_diag_req *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	(void)details; /* the queues are in the memory's figures, and the rest is small */
	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->sdiag_protocol = NDIAG_PROTO_ALL;
	req->ndiag_show = SHOW;
	memset(req->ndiag_cookie, 0xff, sizeof(req->ndiag_cookie));
}

static void take_skmem(struct event *e, const struct nlread_attr *a)
{
	sockrow_take_skmem(&e->sock, a->data, a->len);
	sockrow_queues_from_skmem(&e->sock);
}

/* A bitmap of the kernel's longs: the first groups are the low bits of the first. */
static void take_groups(struct event *e, const struct nlread_attr *a)
{
	unsigned long groups;

	memcpy(&groups, a->data, sizeof(groups));
	e->more.netlink.groups = (uint32_t)groups;
}

static void take_flags(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->more.netlink.flags, a->data, sizeof(e->more.netlink.flags));
}

static const struct sockattr_reader readers[] = {
	[NETLINK_DIAG_MEMINFO] = { take_skmem, sizeof(uint32_t) },
	[NETLINK_DIAG_GROUPS] = { take_groups, sizeof(unsigned long) },
	[NETLINK_DIAG_FLAGS] = { take_flags, sizeof(uint32_t) },
};

bool family_netlink_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			  bool *skip)
{
	struct bytes payload = nlread_payload(msg);
	struct netlink_diag_msg m;
	struct sockrec *sk;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.ndiag_family != f->family)
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	sk->state = ST_CLOSE; /* as ss, whatever connect() set as the default destination */
	sk->lport = m.ndiag_protocol;
	sk->inode = m.ndiag_ino;
	sockrow_identify(sk, m.ndiag_cookie);
	out->more.kind = MORE_NETLINK;
	out->more.netlink = (struct netlinkmore){
		.protocol = m.ndiag_protocol,
		.portid = m.ndiag_portid,
		.dst_portid = m.ndiag_dst_portid,
		.dst_group = m.ndiag_dst_group,
	};
	sockattr_take_all(out, payload, readers, sizeof(readers) / sizeof(readers[0]));
	return true;
}
