/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of /proc/net/{unix,packet,netlink}. Pure functions. A UNIX socket's peer, owner and queues
 * are not in the text, a netlink socket's owner neither.
 */
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "source/families.h"
#include "source/family_unix.h"
#include "source/procfield.h"
#include "source/procnet.h"
#include "source/sockrow.h"

#define BLANKS " \t"

/* ---- unix: Num: RefCount Protocol Flags Type St Inode Path ---- */

enum { UNIX_FLAGS, UNIX_TYPE, UNIX_STATE, UNIX_INODE, UNIX_NUMBERS };

static const struct procnumber unix_numbers[UNIX_NUMBERS] = {
	[UNIX_FLAGS] = { 3, true, UINT32_MAX },
	[UNIX_TYPE] = { 4, true, UINT16_MAX },
	[UNIX_STATE] = { 5, true, UINT8_MAX },
	[UNIX_INODE] = { 6, false, UINT32_MAX },
};

enum { UNIX_FIELDS = 7 };

/* net/unix/af_unix.c: unix_seq_show(); linux/net.h: __SO_ACCEPTCON and socket_state. */
enum { FLAG_LISTENS = 1 << 16, SS_UNCONNECTED = 1, SS_CONNECTED = 3 };

/* Sockets without a file, which the dump passes over: not accepted yet, or going. */
static bool has_no_file(uint64_t state)
{
	return state != SS_UNCONNECTED && state != SS_CONNECTED;
}

static uint8_t unix_state(uint64_t flags, uint64_t state)
{
	if (flags & FLAG_LISTENS)
		return ST_LISTEN;
	return state == SS_CONNECTED ? ST_ESTABLISHED : ST_CLOSE;
}

/*
 * A line of the kernel's begins with a socket's address. A name is printed as it is, and each line
 * feed in it begins a line that does not. A name can pretend there to be a socket: such a line
 * cannot be told from one of the kernel's, and is believed.
 */
static bool begins_a_socket(const char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");

	return digits && line[digits] == ':';
}

/* One blank, then the name to the end of the line; blanks of its own are part of it. */
static void take_unix_name(struct unixmore *un, const char *after_inode)
{
	size_t len;

	if (*after_inode == '\0')
		return;
	len = strnlen(after_inode + 1, UNIX_NAME_MAX);
	memcpy(un->name, after_inode + 1, len);
	un->name[len] = '\0';
}

static bool parse_unix(const struct family *f, const char *line, struct event *out, bool *skip)
{
	struct procfield fields[UNIX_FIELDS];
	unsigned count = procfield_split(line, BLANKS, fields, UNIX_FIELDS);
	uint64_t n[UNIX_NUMBERS];
	struct sockrec *sk;
	uint8_t proto;

	if (!begins_a_socket(line)) {
		*skip = true;
		return true;
	}
	if (!procfield_numbers(fields, count, unix_numbers, UNIX_NUMBERS, n) ||
	    !family_unix_proto((unsigned)n[UNIX_TYPE], &proto))
		return false;
	*skip = has_no_file(n[UNIX_STATE]);
	sk = sockrow_begin(out, proto, f->family);
	sk->state = unix_state(n[UNIX_FLAGS], n[UNIX_STATE]);
	sk->inode = (uint32_t)n[UNIX_INODE];
	sockrow_identify_by_inode(sk);
	out->more.kind = MORE_UNIX;
	out->more.un = (struct unixmore){ .name = "" };
	take_unix_name(&out->more.un, fields[UNIX_FIELDS - 1].at + fields[UNIX_FIELDS - 1].len);
	return true;
}

/* ---- packet: sk RefCnt Type Proto Iface R Rmem User Inode ---- */

enum {
	PACKET_TYPE,
	PACKET_PROTO,
	PACKET_RUNS,
	PACKET_RMEM,
	PACKET_UID,
	PACKET_INODE,
	PACKET_NUMBERS
};

static const struct procnumber packet_numbers[PACKET_NUMBERS] = {
	[PACKET_TYPE] = { 2, false, UINT8_MAX }, [PACKET_PROTO] = { 3, true, UINT16_MAX },
	[PACKET_RUNS] = { 5, false, 1 },	 [PACKET_RMEM] = { 6, false, UINT32_MAX },
	[PACKET_UID] = { 7, false, UINT32_MAX }, [PACKET_INODE] = { 8, false, UINT32_MAX },
};

enum { PACKET_FIELDS = 9, PACKET_IFACE_FIELD = 4 };

/* -1: the device that it was bound to is gone; the dump says the same in 32 bits. */
static bool parse_iface(const struct procfield *f, uint32_t *out)
{
	uint64_t n = UINT32_MAX;

	if (!(f->len == 2 && memcmp(f->at, "-1", 2) == 0) && !procfield_dec(f, INT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool parse_packet(const struct family *f, const char *line, struct event *out, bool *skip)
{
	struct procfield fields[PACKET_FIELDS];
	unsigned count = procfield_split(line, BLANKS, fields, PACKET_FIELDS);
	uint64_t n[PACKET_NUMBERS];
	struct sockrec *sk;
	uint32_t ifindex;

	if (!procfield_numbers(fields, count, packet_numbers, PACKET_NUMBERS, n) ||
	    !parse_iface(&fields[PACKET_IFACE_FIELD], &ifindex))
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	sk->state = ST_CLOSE;
	sk->lport = (uint16_t)n[PACKET_PROTO];
	sk->ifindex = ifindex;
	sk->recv_q = (uint32_t)n[PACKET_RMEM];
	sk->uid = (uint32_t)n[PACKET_UID];
	sk->inode = (uint32_t)n[PACKET_INODE];
	sk->has |= HAS_QUEUES | HAS_UID;
	sockrow_identify_by_inode(sk);
	out->more.kind = MORE_PACKET;
	out->more.packet = (struct packetmore){ .type = (uint8_t)n[PACKET_TYPE] };
	out->more.packet.flags = n[PACKET_RUNS] ? PDI_RUNNING : 0;
	return true;
}

/* ---- netlink: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode ---- */

enum {
	NETLINK_PROTO,
	NETLINK_PORTID,
	NETLINK_GROUPS,
	NETLINK_RMEM,
	NETLINK_WMEM,
	NETLINK_DUMPS,
	NETLINK_DROPS,
	NETLINK_INODE,
	NETLINK_NUMBERS
};

static const struct procnumber netlink_numbers[NETLINK_NUMBERS] = {
	[NETLINK_PROTO] = { 1, false, UINT8_MAX },  [NETLINK_PORTID] = { 2, false, UINT32_MAX },
	[NETLINK_GROUPS] = { 3, true, UINT32_MAX }, [NETLINK_RMEM] = { 4, false, UINT32_MAX },
	[NETLINK_WMEM] = { 5, false, UINT32_MAX },  [NETLINK_DUMPS] = { 6, false, 1 },
	[NETLINK_DROPS] = { 8, false, UINT32_MAX }, [NETLINK_INODE] = { 9, false, UINT32_MAX },
};

enum { NETLINK_FIELDS = 10 };

static void take_netlink(struct sockrec *sk, const uint64_t n[NETLINK_NUMBERS])
{
	sk->state = ST_CLOSE;
	sk->lport = (uint16_t)n[NETLINK_PROTO];
	sk->recv_q = (uint32_t)n[NETLINK_RMEM];
	sk->send_q = (uint32_t)n[NETLINK_WMEM];
	sk->skmem[SKMEM_DROPS] = (uint32_t)n[NETLINK_DROPS];
	sk->inode = (uint32_t)n[NETLINK_INODE];
	sk->has |= HAS_QUEUES | HAS_DROPS;
}

static bool parse_netlink(const struct family *f, const char *line, struct event *out, bool *skip)
{
	struct procfield fields[NETLINK_FIELDS];
	unsigned count = procfield_split(line, BLANKS, fields, NETLINK_FIELDS);
	uint64_t n[NETLINK_NUMBERS];
	struct sockrec *sk;

	if (!procfield_numbers(fields, count, netlink_numbers, NETLINK_NUMBERS, n))
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	take_netlink(sk, n);
	out->more.kind = MORE_NETLINK;
	out->more.netlink = (struct netlinkmore){
		.protocol = (uint8_t)n[NETLINK_PROTO],
		.portid = (uint32_t)n[NETLINK_PORTID],
		.groups = (uint32_t)n[NETLINK_GROUPS],
		.flags = n[NETLINK_DUMPS] ? NDIAG_FLAG_CB_RUNNING : 0,
	};
	/* The kernel's own have no file; (protocol, port number) is unique in a namespace. */
	if (sk->inode)
		sockrow_identify_by_inode(sk);
	else
		sockrow_identify_by_tuple(sk, out->more.netlink.portid);
	return true;
}

const struct procnet procnet_unix = { "unix", parse_unix };
const struct procnet procnet_packet = { "packet", parse_packet };
const struct procnet procnet_netlink = { "netlink", parse_netlink };
