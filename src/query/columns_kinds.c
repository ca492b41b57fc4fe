/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_kinds: what only sockets of one family have: SCTP's addresses and streams, the peer of a
 * unix socket, a packet socket's ring, a netlink socket's groups.
 *
 * Owns no state. Reads the row's sockmore, and only the member that its kind says.
 */
#include <linux/if_packet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "query/columns_parts.h"
#include "query/field.h"
#include "query/names.h"
#include "query/row.h"

static const struct sockmore *more_of(const struct row *r, enum morekind kind)
{
	return r->more && r->more->kind == kind ? r->more : NULL;
}

/* arg: a field of struct sockmore; the part it belongs to says of which kind. */
static bool get_field(const struct column *c, const struct row *r, struct value *v)
{
	static const uint8_t kinds[] = {
		[OF_SCTP] = MORE_SCTP,
		[OF_UNIX] = MORE_UNIX,
		[OF_PACKET] = MORE_PACKET,
		[OF_NETLINK] = MORE_NETLINK,
	};
	const struct sockmore *more = more_of(r, kinds[c->of]);

	return more && field_get(more, sizeof(*more), c->arg, &v->u64);
}

/* As many as there is room for; arg: the remote ones. */
static bool get_sctp_addrs(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_SCTP);
	const struct addr *addrs;
	unsigned count;
	size_t len = 0;

	if (!more)
		return false;
	addrs = c->arg ? more->sctp.raddr : more->sctp.laddr;
	count = c->arg ? more->sctp.raddrs : more->sctp.laddrs;
	for (unsigned i = 0; i < count && i < SCTP_ADDRS_MAX; i++) {
		if (len + 1 + ADDR_TEXT_MAX > sizeof(v->buf))
			break;
		if (len)
			v->buf[len++] = ' ';
		len += addr_format(&addrs[i], v->buf + len);
	}
	v->buf[len] = '\0';
	v->text = v->buf;
	return len != 0;
}

static bool get_peer_inode(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !(r->sk->rec.has & HAS_PEER) || !r->sk->rec.peer)
		return false;
	v->u64 = r->sk->rec.peer;
	return true;
}

static bool get_peer_pid(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->peer_proc)
		return false;
	v->u64 = r->peer_proc->rec.pid;
	return true;
}

static bool get_peer_process(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->peer_proc || !r->peer_proc->rec.comm[0])
		return false;
	v->text = r->peer_proc->rec.comm;
	return true;
}

/*
 * "MAJOR:MINOR": the number is the kernel's own dev_t (MKDEV() in linux/kdev_t.h), not that of
 * stat(2).
 */
static bool get_vfs_dev(const struct column *c, const struct row *r, struct value *v)
{
	enum { MINOR_BITS = 20 };
	const struct sockmore *more = more_of(r, MORE_UNIX);

	(void)c;
	if (!more || !more->un.vfs_dev)
		return false;
	snprintf(v->buf, sizeof(v->buf), "%u:%u", more->un.vfs_dev >> MINOR_BITS,
		 more->un.vfs_dev & ((1u << MINOR_BITS) - 1));
	v->text = v->buf;
	return true;
}

/* "stream", "dgram" …; false: no word for it. */
static bool set_type(struct value *v, uint8_t type)
{
	static const char *const words[] = {
		[SOCK_STREAM] = "stream",	[SOCK_DGRAM] = "dgram",	  [SOCK_RAW] = "raw",
		[SOCK_SEQPACKET] = "seqpacket", [SOCK_PACKET] = "packet",
	};

	v->text = type < sizeof(words) / sizeof(words[0]) ? words[type] : NULL;
	return v->text;
}

static bool get_packet_type(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_PACKET);

	(void)c;
	return more && set_type(v, more->packet.type);
}

static bool get_vsock_type(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_VSOCK);

	(void)c;
	return more && set_type(v, more->vsock.type);
}

static bool get_packet_protocol(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || r->sk->rec.proto != SP_PACKET)
		return false;
	v->text = names_ethertype(r->sk->rec.lport, v->buf);
	return true;
}

/* In the order of the bits PDI_* (linux/packet_diag.h). */
static bool get_packet_flags(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = { "running", "auxdata", "origdev", "vnethdr", "loss" };
	const struct sockmore *more = more_of(r, MORE_PACKET);

	(void)c;
	return more && value_words(v, more->packet.flags, words, sizeof(words) / sizeof(words[0]));
}

static bool get_fanout(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_PACKET);

	(void)c;
	if (!more || !more->packet.has_fanout)
		return false;
	v->u64 = more->packet.fanout_id;
	return true;
}

static bool get_fanout_type(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = {
		[PACKET_FANOUT_HASH] = "hash", [PACKET_FANOUT_LB] = "lb",
		[PACKET_FANOUT_CPU] = "cpu",   [PACKET_FANOUT_ROLLOVER] = "rollover",
		[PACKET_FANOUT_RND] = "rnd",   [PACKET_FANOUT_QM] = "qm",
		[PACKET_FANOUT_CBPF] = "cbpf", [PACKET_FANOUT_EBPF] = "ebpf",
	};
	const struct sockmore *more = more_of(r, MORE_PACKET);

	(void)c;
	if (!more || !more->packet.has_fanout ||
	    more->packet.fanout_type >= sizeof(words) / sizeof(words[0]))
		return false;
	v->text = words[more->packet.fanout_type];
	return true;
}

/* arg: the size of the ring, else the version of its frames. */
static bool get_ring(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_PACKET);

	if (!more || !more->packet.has_ring)
		return false;
	v->u64 = c->arg ? more->packet.ring_bytes : more->packet.version + 1u;
	return true;
}

static bool get_netlink_protocol(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockmore *more = more_of(r, MORE_NETLINK);

	(void)c;
	if (!more)
		return false;
	v->text = names_netlink(more->netlink.protocol, v->buf);
	return true;
}

/* In the order of the bits NDIAG_FLAG_* (linux/netlink_diag.h). */
static bool get_netlink_flags(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = { "cb_running", "pktinfo",	      "broadcast_error",
					     "no_enobufs", "listen_all_nsid", "cap_ack" };
	const struct sockmore *more = more_of(r, MORE_NETLINK);

	(void)c;
	return more && value_words(v, more->netlink.flags, words, sizeof(words) / sizeof(words[0]));
}

#define FIELD(prefix, member, field, title, type, unit, flags, need, part, help)                 \
	{                                                                                        \
		prefix "_" #field, prefix "." #field, title, help, type, unit, SCOPE_KERNEL, 7,  \
			FIELD_OF(struct sockmore, member.field) | (flags), get_field, need, part \
	}
#define SCTP(field, title, help) \
	FIELD("sctp", sctp, field, title, VT_UINT, UNIT_COUNT, FIELD_ZERO, NEED_INFO, OF_SCTP, help)
#define PACKET(field, title, unit, help) \
	FIELD("packet", packet, field, title, VT_UINT, unit, FIELD_ZERO, 0, OF_PACKET, help)
#define NETLINK(field, title, type, flags, help) \
	FIELD("netlink", netlink, field, title, type, UNIT_NONE, flags, 0, OF_NETLINK, help)

static const struct column sctp_rows[] = {
	FIELD("sctp", sctp, assoc_id, "ASSOC", VT_UINT, UNIT_NONE, FIELD_ZERO, NEED_INFO, OF_SCTP,
	      "number of the association"),
	SCTP(instreams, "INSTRM", "streams that the peer may send on"),
	SCTP(outstreams, "OUTSTR", "streams that we may send on"),
	SCTP(maxrt, "MAXRT", "limit of retransmissions"),
	{ "sctp_laddrs", "sctp.laddrs", "LADDRS", "all local addresses, as far as they fit",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 30, false, get_sctp_addrs, 0, OF_SCTP },
	{ "sctp_raddrs", "sctp.raddrs", "RADDRS", "all of the peer's, as far as they fit", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 30, true, get_sctp_addrs, 0, OF_SCTP },
	FIELD("sctp", sctp, more_addrs, "ADDR+", VT_UINT, UNIT_COUNT, FIELD_ZERO, 0, OF_SCTP,
	      "how many did not fit"),
};

#define UNIX(field, title, unit, flags, help)                                                \
	{                                                                                    \
#field, #field, title, help, VT_UINT, unit, SCOPE_KERNEL, 8,                 \
			FIELD_OF(struct sockmore, un.field) | (flags), get_field, NEED_UNIX, \
			OF_UNIX                                                              \
	}

static const struct column unix_rows[] = {
	{ "peer_inode", "peer_inode", "PEER", "unix: inode of the other end", VT_UINT, UNIT_NONE,
	  SCOPE_KERNEL, 10, 0, get_peer_inode, 0, OF_SOCKET },
	{ "peer_pid", "peer_pid", "PEERPID", "process of the other end, where that is on this host",
	  VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 7, 0, get_peer_pid },
	{ "peer_process", "peer_process", "PEERPROC", "its name", VT_TEXT, UNIT_NONE,
	  SCOPE_IDENTITY, 15, 0, get_peer_process },
	UNIX(pending, "PENDING", UNIT_COUNT, 0, "unix, LISTEN: connections to accept"),
	{ "vfs_dev", "vfs_dev", "DEV", "unix: device of the path, MAJOR:MINOR", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 8, 0, get_vfs_dev, NEED_UNIX, OF_UNIX },
	UNIX(vfs_ino, "VFSINO", UNIT_NONE, FIELD_ZERO, "unix: inode of the path"),
	{ "vsock_type", "vsock.type", "VTYPE", "stream, dgram, seqpacket", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 9, 0, get_vsock_type, 0, OF_SOCKET },
};

static const struct column packet_rows[] = {
	{ "packet_type", "packet.type", "PTYPE", "raw, dgram, packet", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_packet_type, 0, OF_PACKET },
	{ "packet_protocol", "packet.protocol", "ETHTYPE", "ethertype that it takes; * all of them",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 7, 0, get_packet_protocol, 0, OF_SOCKET },
	{ "packet_flags", "packet.flags", "PFLAGS", "running auxdata origdev vnethdr loss", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 12, 0, get_packet_flags, 0, OF_PACKET },
	{ "packet_fanout", "packet.fanout", "FANOUT", "number of its fanout group", VT_UINT,
	  UNIT_NONE, SCOPE_KERNEL, 6, 0, get_fanout, 0, OF_PACKET },
	{ "packet_fanout_type", "packet.fanout_type", "FANTYPE", "how the group shares: hash, cpu",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 8, 0, get_fanout_type, 0, OF_PACKET },
	{ "packet_ring_version", "packet.ring_version", "TPACKET", "version of its ring's frames",
	  VT_UINT, UNIT_NONE, SCOPE_KERNEL, 7, false, get_ring, 0, OF_PACKET },
	{ "packet_ring_bytes", "packet.ring_bytes", "RING", "size of its receive ring", VT_UINT,
	  UNIT_BYTES, SCOPE_KERNEL, 7, true, get_ring, 0, OF_PACKET },
	PACKET(copy_thresh, "COPYTH", UNIT_COUNT, "packets that are copied beside the ring"),
	PACKET(tstamp, "TSTAMP", UNIT_NONE, "kind of its timestamps"),
};

static const struct column netlink_rows[] = {
	{ "netlink_protocol", "netlink.protocol", "NLPROTO", "route, sock_diag, generic", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 10, 0, get_netlink_protocol, 0, OF_NETLINK },
	NETLINK(portid, "PORTID", VT_UINT, 0, "its port id"),
	NETLINK(dst_portid, "DSTPORT", VT_UINT, 0, "port id that it is connected to"),
	NETLINK(dst_group, "DSTGRP", VT_UINT, 0, "group that it is connected to"),
	NETLINK(groups, "GROUPS", VT_HEX, 0, "the first 32 groups that it is in"),
	{ "netlink_flags", "netlink.flags", "NLFLAGS",
	  "cb_running pktinfo broadcast_error no_enobufs listen_all_nsid cap_ack", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 12, 0, get_netlink_flags, 0, OF_NETLINK },
};

const struct columnpart columns_sctp = COLUMNPART(sctp_rows);
const struct columnpart columns_unix = COLUMNPART(unix_rows);
const struct columnpart columns_packet = COLUMNPART(packet_rows);
const struct columnpart columns_netlink = COLUMNPART(netlink_rows);
