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

#include "source/nlread.h"
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

static void take_info(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a)
{
	struct packet_diag_info info;

	memcpy(&info, a->data, sizeof(info));
	sk->ifindex = info.pdi_index;
	p->version = (uint8_t)info.pdi_version;
	p->flags = (uint16_t)info.pdi_flags;
	p->copy_thresh = info.pdi_copy_thresh;
	p->tstamp = info.pdi_tstamp;
}

static void take_ring(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a)
{
	struct packet_diag_ring ring;
	uint64_t bytes;

	(void)sk;
	memcpy(&ring, a->data, sizeof(ring));
	bytes = (uint64_t)ring.pdr_block_size * ring.pdr_block_nr;
	p->ring_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
	p->has_ring = true;
}

/* The group's number and, above it, its type (packet_diag.c: pdiag_put_fanout). */
static void take_fanout(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a)
{
	uint32_t fanout;

	(void)sk;
	memcpy(&fanout, a->data, sizeof(fanout));
	p->fanout_id = (uint16_t)fanout;
	p->fanout_type = (uint8_t)(fanout >> 16);
	p->has_fanout = true;
}

static void take_uid(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a)
{
	(void)p;
	memcpy(&sk->uid, a->data, sizeof(sk->uid));
	sk->has |= HAS_UID;
}

static void take_skmem(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a)
{
	(void)p;
	sockrow_take_skmem(sk, a->data, a->len);
	sockrow_queues_from_skmem(sk);
}

struct attr_reader {
	void (*take)(struct sockrec *sk, struct packetmore *p, const struct nlread_attr *a);
	size_t min_len; /* a shorter one is passed over: unknown, not wrong */
};

static const struct attr_reader readers[] = {
	[PACKET_DIAG_INFO] = { take_info, sizeof(struct packet_diag_info) },
	[PACKET_DIAG_RX_RING] = { take_ring, sizeof(struct packet_diag_ring) },
	[PACKET_DIAG_FANOUT] = { take_fanout, sizeof(uint32_t) },
	[PACKET_DIAG_UID] = { take_uid, sizeof(uint32_t) },
	[PACKET_DIAG_MEMINFO] = { take_skmem, sizeof(uint32_t) },
};

static void take_attributes(struct event *e, struct bytes attrs)
{
	struct nlread_attr a;

	while (nlread_attr(&attrs, &a)) {
		const struct attr_reader *r;

		if (a.type >= sizeof(readers) / sizeof(readers[0]))
			continue;
		r = &readers[a.type];
		if (r->take && a.len >= r->min_len)
			r->take(&e->sock, &e->more.packet, &a);
	}
}

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
	take_attributes(out, payload);
	return true;
}
