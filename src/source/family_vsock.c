/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VSOCK sockets out of sock_diag: builds the request and reads one reply message
 * (net/vmw_vsock/diag.c is the other end). Pure functions over untrusted bytes. The kernel tells
 * neither queues nor an owner, and no attributes.
 */
#include "source/family_vsock.h"

#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/vm_sockets_diag.h>

#include "source/nlread.h"
#include "source/sockrow.h"

void family_vsock_request(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct vsock_diag_req *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	(void)details;
	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->vdiag_states = UINT32_MAX;
}

bool family_vsock_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			bool *skip)
{
	struct bytes payload = nlread_payload(msg);
	struct vsock_diag_msg m;
	struct sockrec *sk;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.vdiag_family != f->family)
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	sk->state = sockrow_state(m.vdiag_state);
	sk->shutdown = m.vdiag_shutdown;
	sk->has |= HAS_SHUTDOWN;
	sk->inode = m.vdiag_ino;
	sockrow_identify(sk, m.vdiag_cookie);
	out->more.kind = MORE_VSOCK;
	out->more.vsock = (struct vsockmore){
		.type = m.vdiag_type,
		.cid = m.vdiag_src_cid,
		.port = m.vdiag_src_port,
		.peer_cid = m.vdiag_dst_cid,
		.peer_port = m.vdiag_dst_port,
	};
	return true;
}
