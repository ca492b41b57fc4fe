/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row says of others than its own socket: the listener that it waits at or came from, the
 * socket at the other end. Listeners and unix peers are looked up when they are read: they come
 * and go without the socket noticing. Changes nothing.
 */
#include "model/state.h"

#include <sys/socket.h>

/* Did the peer open it, for all that is known? */
static bool may_be_accepted(const struct model *m, const struct sk *s)
{
	const struct flow *f = s->flow != MODEL_NONE ? flowmirror_at(&m->flows, s->flow) : NULL;

	return !f || !f->rec.opener_certain || f->rec.opener != s->local_end;
}

const struct sk *attribution_listener(const struct model *m, const struct sk *s)
{
	const struct sockrec *r = &s->rec;
	uint32_t listener;

	if (sockproto_is_datagram(r->proto) || !sk_is_ip(r) || !sk_is_connected(r) ||
	    r->state == ST_SYN_SENT || !may_be_accepted(m, s))
		return NULL;
	listener = sktab_by_port(&m->socks, r->netns, sockproto_ipproto(r->proto), &r->laddr,
				 r->lport);
	return listener == MODEL_NONE ? NULL : sktab_at(&m->socks, listener);
}

static const struct sk *unix_peer(const struct model *m, const struct sk *s)
{
	uint32_t sk;

	if (!(s->rec.has & HAS_PEER) || !s->rec.peer)
		return NULL;
	for (sk = sktab_inode_first(&m->socks, s->rec.peer); sk != MODEL_NONE;
	     sk = sktab_inode_next(&m->socks, sk)) {
		const struct sk *peer = sktab_at(&m->socks, sk);

		if (peer->rec.family == AF_UNIX)
			return peer;	/* of any namespace: a path leads to all */
	}
	return NULL;
}

const struct sk *attribution_peer(const struct model *m, const struct sk *s)
{
	if (s->rec.family == AF_UNIX)
		return unix_peer(m, s);
	return s->peer != MODEL_NONE ? sktab_at(&m->socks, s->peer) : NULL;
}

/* Its own sockets of netlink have no port number. */
bool attribution_is_kernels(const struct model *m, const struct sk *s)
{
	const struct sockmore *more = s->more == MODEL_NONE ? NULL : slab_at(&m->mores, s->more);

	return more && more->kind == MORE_NETLINK && !more->netlink.portid;
}
