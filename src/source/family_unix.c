/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UNIX domain sockets out of sock_diag: builds the request and reads one reply message
 * (net/unix/diag.c is the other end). Pure functions over untrusted bytes; who is at the other end
 * of a peer's inode is the model's to find out.
 */
#include "source/family_unix.h"

#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include "source/diag.h"
#include "source/sockattr.h"
#include "source/sockrow.h"

enum {
	SHOW_BASIC = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID,
	SHOW_ALL = SHOW_BASIC | UDIAG_SHOW_VFS | UDIAG_SHOW_ICONS | UDIAG_SHOW_MEMINFO,
};

void family_unix_request(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct unix_diag_req *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->udiag_states = UINT32_MAX;
	req->udiag_show = details & DETAIL_UNIX ? SHOW_ALL : SHOW_BASIC;
	memset(req->udiag_cookie, 0xff, sizeof(req->udiag_cookie));
}

/*
 * A path comes with its trailing NUL, an abstract name begins with one and is all the bytes that
 * follow. The kernel's own text (/proc/net/unix) shows every NUL as '@', and so do we.
 */
static void take_name(struct event *e, const struct nlread_attr *a)
{
	size_t len = a->len < UNIX_NAME_MAX ? a->len : UNIX_NAME_MAX;
	bool is_abstract = a->data[0] == '\0';

	while (!is_abstract && len && a->data[len - 1] == '\0')
		len--;
	for (size_t i = 0; i < len; i++)
		e->more.un.name[i] = a->data[i] ? (char)a->data[i] : '@';
	e->more.un.name[len] = '\0';
}

static void take_vfs(struct event *e, const struct nlread_attr *a)
{
	struct unix_diag_vfs vfs;

	memcpy(&vfs, a->data, sizeof(vfs));
	e->more.un.vfs_dev = vfs.udiag_vfs_dev;
	e->more.un.vfs_ino = vfs.udiag_vfs_ino;
}

/* 0: there is a peer, but nobody has accepted it yet. */
static void take_peer(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.peer, a->data, sizeof(e->sock.peer));
	e->sock.has |= HAS_PEER;
}

static void take_pending(struct event *e, const struct nlread_attr *a)
{
	e->more.un.pending = (uint32_t)(a->len / sizeof(uint32_t));
}

static void take_queues(struct event *e, const struct nlread_attr *a)
{
	struct unix_diag_rqlen rqlen;

	memcpy(&rqlen, a->data, sizeof(rqlen));
	e->sock.recv_q = rqlen.udiag_rqueue;
	e->sock.send_q = rqlen.udiag_wqueue;
	e->sock.has |= HAS_QUEUES;
}

static void take_skmem(struct event *e, const struct nlread_attr *a)
{
	sockrow_take_skmem(&e->sock, a->data, a->len);
}

static void take_shutdown(struct event *e, const struct nlread_attr *a)
{
	e->sock.shutdown = a->data[0];
	e->sock.has |= HAS_SHUTDOWN;
}

static void take_uid(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.uid, a->data, sizeof(e->sock.uid));
	e->sock.has |= HAS_UID;
}

static const struct sockattr_reader readers[] = {
	[UNIX_DIAG_NAME] = { take_name, 1 },
	[UNIX_DIAG_VFS] = { take_vfs, sizeof(struct unix_diag_vfs) },
	[UNIX_DIAG_PEER] = { take_peer, sizeof(uint32_t) },
	[UNIX_DIAG_ICONS] = { take_pending, 0 },
	[UNIX_DIAG_RQLEN] = { take_queues, sizeof(struct unix_diag_rqlen) },
	[UNIX_DIAG_MEMINFO] = { take_skmem, sizeof(uint32_t) },
	[UNIX_DIAG_SHUTDOWN] = { take_shutdown, 1 },
	[UNIX_DIAG_UID] = { take_uid, sizeof(uint32_t) },
};

bool family_unix_proto(unsigned type, uint8_t *out)
{
	static const uint8_t protos[] = {
		[SOCK_STREAM] = SP_UNIX_STREAM,
		[SOCK_DGRAM] = SP_UNIX_DGRAM,
		[SOCK_SEQPACKET] = SP_UNIX_SEQPACKET,
	};

	/* SP_TCP, which is 0, is no kind of UNIX socket. */
	if (type >= sizeof(protos) || !protos[type])
		return false;
	*out = protos[type];
	return true;
}

bool family_unix_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
		       bool *skip)
{
	struct bytes payload = nlread_payload(msg);
	struct unix_diag_msg m;
	struct sockrec *sk;
	uint8_t proto;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.udiag_family != f->family ||
	    !family_unix_proto(m.udiag_type, &proto))
		return false;
	*skip = false;
	sk = sockrow_begin(out, proto, f->family);
	sk->state = sockrow_state(m.udiag_state);
	sk->inode = m.udiag_ino;
	sockrow_identify(sk, m.udiag_cookie);
	out->more.kind = MORE_UNIX;
	out->more.un = (struct unixmore){ .name = "" };
	sockattr_take_all(out, payload, readers, sizeof(readers) / sizeof(readers[0]));
	return true;
}
