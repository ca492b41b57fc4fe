/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet sockets out of sock_diag: builds the request and reads one reply message
 * (net/packet/diag.c is the other end). Pure functions over untrusted bytes. Does not ask for
 * multicast lists and filters: nobody shows them.
 */
#include "source/family_packet.h"

#include <libmnl/libmnl.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/sockattr.h"
#include "source/sockrow.h"

enum { SHOW = PACKET_SHOW_INFO | PACKET_SHOW_RING_CFG | PACKET_SHOW_FANOUT | PACKET_SHOW_MEMINFO };

void family_packet_request(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct packet_diag_req *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	(void)details; /* a host has a handful of them */
	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->pdiag_show = SHOW;
	memset(req->pdiag_cookie, 0xff, sizeof(req->pdiag_cookie));
}

static void take_info(struct event *e, const struct nlread_attr *a)
{
	struct packet_diag_info info;

	memcpy(&info, a->data, sizeof(info));
	e->sock.ifindex = info.pdi_index;
	e->more.packet.version = (uint8_t)info.pdi_version;
	e->more.packet.flags = (uint16_t)info.pdi_flags;
	e->more.packet.copy_thresh = info.pdi_copy_thresh;
	e->more.packet.tstamp = info.pdi_tstamp;
}

static void take_ring(struct event *e, const struct nlread_attr *a)
{
	struct packet_diag_ring ring;
	uint64_t bytes;

	memcpy(&ring, a->data, sizeof(ring));
	bytes = (uint64_t)ring.pdr_block_size * ring.pdr_block_nr;
	e->more.packet.ring_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
	e->more.packet.has_ring = true;
}

/* The group's number and, above it, its type (packet_diag.c: pdiag_put_fanout). */
static void take_fanout(struct event *e, const struct nlread_attr *a)
{
	uint32_t fanout;

	memcpy(&fanout, a->data, sizeof(fanout));
	e->more.packet.fanout_id = (uint16_t)fanout;
	e->more.packet.fanout_type = (uint8_t)(fanout >> 16);
	e->more.packet.has_fanout = true;
}

static void take_uid(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.uid, a->data, sizeof(e->sock.uid));
	e->sock.has |= HAS_UID;
}

static void take_skmem(struct event *e, const struct nlread_attr *a)
{
	sockrow_take_skmem(&e->sock, a->data, a->len);
	sockrow_queues_from_skmem(&e->sock);
}

static const struct sockattr_reader readers[] = {
	[PACKET_DIAG_INFO] = { take_info, sizeof(struct packet_diag_info) },
	[PACKET_DIAG_RX_RING] = { take_ring, sizeof(struct packet_diag_ring) },
	[PACKET_DIAG_FANOUT] = { take_fanout, sizeof(uint32_t) },
	[PACKET_DIAG_UID] = { take_uid, sizeof(uint32_t) },
	[PACKET_DIAG_MEMINFO] = { take_skmem, sizeof(uint32_t) },
};

bool family_packet_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			 bool *skip)
{
	struct bytes payload = nlread_payload(msg);
	struct packet_diag_msg m;
	struct sockrec *sk;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.pdiag_family != f->family)
		return false;
	*skip = false;
	sk = sockrow_begin(out, f->proto, f->family);
	sk->state = ST_CLOSE; /* it is never connected; ss: UNCONN */
	sk->lport = m.pdiag_num;
	sk->inode = m.pdiag_ino;
	sockrow_identify(sk, m.pdiag_cookie);
	out->more.kind = MORE_PACKET;
	out->more.packet = (struct packetmore){ .type = m.pdiag_type };
	sockattr_take_all(out, payload, readers, sizeof(readers) / sizeof(readers[0]));
	return true;
}
