/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix, packet and netlink sockets of the synthetic host; see synth_local.h. Deliberately without
 * time: the same records in every round.
 */
#include "source/synth_local.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum {
	FIRST_DUMP = 4,
	INODES = 61000,			/* far from those of synth_row.c */
	COOKIES = 0x800000,
	VFS_DEV = 24, VFS_INODES = 900,
	ETHERTYPE_ALL = 3,		/* ETH_P_ALL */
	SNDBUF = 212992,
};

#define UNIX(kind, s) .proto = SP_UNIX_##kind, .state = ST_##s
#define TO_NEXT .peer = 1, .ahead = true
#define TO_FORMER .peer = 1

static const struct synthlocal sockets[] = {
	{ UNIX(STREAM, LISTEN), .proc = P_DBUS, .fd = 3, .send_q = 4096,
	  .name = "/run/dbus/system_bus_socket" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_DBUS, .fd = 12, TO_NEXT,
	  .name = "/run/dbus/system_bus_socket" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_AVAHI, .fd = 10, TO_FORMER },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_DBUS, .fd = 13, TO_NEXT,
	  .name = "/run/dbus/system_bus_socket" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_RESOLVED, .fd = 11, TO_FORMER },
	{ UNIX(STREAM, LISTEN), .proc = P_POSTGRES, .fd = 8, .recv_q = 1, .send_q = 200,
	  .name = "/var/run/postgresql/.s.PGSQL.5432" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_POSTGRES_2, .fd = 9, .recv_q = 2304, TO_NEXT,
	  .name = "/var/run/postgresql/.s.PGSQL.5432" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_JAVA, .fd = 70, TO_FORMER },
	{ UNIX(STREAM, LISTEN), .proc = P_XORG, .fd = 5, .send_q = 4096,
	  .name = "@/tmp/.X11-unix/X0" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_XORG, .fd = 31, TO_NEXT,
	  .name = "@/tmp/.X11-unix/X0" },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_FIREFOX, .fd = 6, TO_FORMER },
	{ UNIX(STREAM, LISTEN), .proc = P_REDIS, .fd = 7, .send_q = 511,
	  .name = "/srv/shop/a rather long way down/to the socket of/redis.sock" },
	{ UNIX(SEQPACKET, LISTEN), .proc = P_UDEVD, .fd = 4, .send_q = 4096,
	  .name = "/run/udev/control" },
	{ UNIX(DGRAM, CLOSE), .proc = P_JOURNALD, .fd = 5, .name = "/run/systemd/journal/dev-log" },
	{ UNIX(DGRAM, ESTABLISHED), .proc = P_SSHD, .fd = 5, TO_FORMER },
	{ UNIX(STREAM, ESTABLISHED), .proc = P_FIREFOX, .fd = 40, TO_NEXT },	/* socketpair(2) */
	{ UNIX(STREAM, ESTABLISHED), .proc = P_FIREFOX, .fd = 41, TO_FORMER },
	{ .proto = SP_PACKET, .state = ST_CLOSE, .proc = P_DHCLIENT, .fd = 5, .port = ETHERTYPE_ALL,
	  .ifindex = 2 },
	{ .proto = SP_NETLINK, .state = ST_CLOSE, .proc = P_RESOLVED, .fd = 8,
	  .port = NETLINK_ROUTE,
	  .groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR },
	{ .proto = SP_NETLINK, .state = ST_CLOSE, .proc = P_UDEVD, .fd = 6,
	  .port = NETLINK_KOBJECT_UEVENT, .groups = 2 },
};

const struct synthlocal *synthlocal_at(unsigned i)
{
	return i < sizeof(sockets) / sizeof(sockets[0]) ? &sockets[i] : NULL;
}

uint32_t synthlocal_inode(unsigned i)
{
	return INODES + i * 3;
}

static void fill_unix(const struct synthlocal *c, unsigned i, struct sockrec *s,
		     struct sockmore *more)
{
	s->family = AF_UNIX;
	s->dump = dump_index(0, FIRST_DUMP);
	s->has |= HAS_SHUTDOWN;
	if (c->state != ST_LISTEN) {
		s->has |= HAS_PEER;
		s->peer = c->peer ? synthlocal_inode(c->ahead ? i + c->peer : i - c->peer) : 0;
	}
	more->kind = MORE_UNIX;
	more->un = (struct unixmore){ .pending = c->state == ST_LISTEN ? c->recv_q : 0 };
	if (!c->name)
		return;
	memcpy(more->un.name, c->name, strlen(c->name));
	if (c->name[0] == '@')		/* abstract: no file */
		return;
	more->un.vfs_dev = VFS_DEV;
	more->un.vfs_ino = VFS_INODES + i;
}

static void fill_packet(const struct synthlocal *c, unsigned i, struct sockrec *s,
		     struct sockmore *more)
{
	(void)i;
	s->family = AF_PACKET;
	s->dump = dump_index(0, FIRST_DUMP + 1);
	s->lport = c->port;
	s->ifindex = c->ifindex;
	more->kind = MORE_PACKET;
	more->packet = (struct packetmore){ .type = SOCK_RAW };
}

static void fill_netlink(const struct synthlocal *c, unsigned i, struct sockrec *s,
		     struct sockmore *more)
{
	(void)i;
	s->family = AF_NETLINK;
	s->dump = dump_index(0, FIRST_DUMP + 2);
	s->lport = c->port;
	more->kind = MORE_NETLINK;
	more->netlink = (struct netlinkmore){
		.protocol = (uint8_t)c->port,
		.portid = synth_procs[c->proc].pid,
		.groups = c->groups,
	};
}

bool synthlocal_socket(unsigned i, const struct synthtime *t, struct sockrec *out,
		       struct sockmore *more)
{
	static void (*const fill[SOCKPROTOS])(const struct synthlocal *, unsigned, struct sockrec *,
					      struct sockmore *) = {
		[SP_UNIX_STREAM] = fill_unix, [SP_UNIX_DGRAM] = fill_unix,
		[SP_UNIX_SEQPACKET] = fill_unix,
		[SP_PACKET] = fill_packet, [SP_NETLINK] = fill_netlink,
	};
	const struct synthlocal *c = synthlocal_at(i);

	if (!c)
		return false;
	*more = (struct sockmore){ .kind = MORE_NONE };
	*out = (struct sockrec){
		.cookie = COOKIES + i,
		.proto = c->proto,
		.state = c->state,
		.has = HAS_COOKIE | HAS_UID | HAS_QUEUES,
		.dump_gen = t->tick + 1,
		.inode = synthlocal_inode(i),
		.uid = synth_procs[c->proc].uid,
		.recv_q = c->recv_q,
		.send_q = c->send_q,
		.skmem_count = SKMEM_VALUES,
	};
	out->skmem[SKMEM_RCVBUF] = out->skmem[SKMEM_SNDBUF] = SNDBUF;
	out->skmem[SKMEM_RMEM_ALLOC] = c->state == ST_LISTEN ? 0 : c->recv_q;
	fill[c->proto](c, i, out, more);
	return true;
}
