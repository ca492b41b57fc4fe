/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sock_diag's inet families: writes the dump request or the question for one socket, and reads one
 * reply message into an event (net/ipv4/inet_diag.c is the other end). Pure functions over
 * untrusted bytes; sends, receives and remembers nothing. What goes into struct sockmore is read
 * in inetmore.c.
 *
 * Which attributes a row has follows from its kind: a request socket (SYN_RECV) and a TIME_WAIT
 * minisocket have next to nothing, everything else has what was asked for and what its kernel
 * knows.
 */
#include "source/family_inet.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "source/diag.h"
#include "source/inetmore.h"
#include "source/sockattr.h"
#include "source/sockrow.h"

/* The bit of idiag_ext that asks for an attribute. */
#define EXT(attribute) (1u << ((attribute)-1))

/* Every state, those that later kernels may add included. */
#define EVERY_STATE 0xffffffffu

/* include/net/tcp_states.h, beyond what the rows of a dump are documented to have. */
enum { KERNEL_NEW_SYN_RECV = 12, KERNEL_BOUND_INACTIVE = 13 };

/* sdiag_protocol has 8 bits: this one goes into an attribute (IPPROTO_MPTCP). */
enum { DIAG_MPTCP = 262 };

/* INET_DIAG_SHUTDOWN, _CGROUP_ID, _SOCKOPT and, with CAP_NET_ADMIN, _MARK come unasked. */
static const struct {
	uint32_t detail; /* enum sockdetail */
	uint32_t protos;
	uint8_t ext;
} asked_by[] = {
	{ DETAIL_SKMEM, UINT32_MAX, EXT(INET_DIAG_SKMEMINFO) },
	{ DETAIL_TOS, UINT32_MAX, EXT(INET_DIAG_TOS) | EXT(INET_DIAG_TCLASS) },
	{ DETAIL_INFO, 1u << SP_TCP | 1u << SP_SCTP | 1u << SP_MPTCP, EXT(INET_DIAG_INFO) },
	{ DETAIL_CONG, 1u << SP_TCP, EXT(INET_DIAG_CONG) },
	{ DETAIL_CC, 1u << SP_TCP, EXT(INET_DIAG_VEGASINFO) }, /* or DCTCP's, or BBR's */
};

static uint8_t wanted_ext(enum sockproto proto, uint32_t details)
{
	unsigned ext = EXT(INET_DIAG_SHUTDOWN);

	for (size_t i = 0; i < sizeof(asked_by) / sizeof(asked_by[0]); i++)
		if ((details & asked_by[i].detail) && (asked_by[i].protos >> proto & 1))
			ext |= asked_by[i].ext;
	return (uint8_t)ext;
}

static struct nlmsghdr *begin_request(const struct family *f, void *buf, uint32_t seq,
				      uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));
	/* Both are found under IPPROTO_RAW; for MPTCP an attribute says more. */
	bool as_raw = f->proto == SP_RAWIP || f->proto == SP_MPTCP;

	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->sdiag_protocol = as_raw ? IPPROTO_RAW : sockproto_ipproto(f->proto);
	req->idiag_ext = wanted_ext(f->proto, details);
	req->idiag_states = EVERY_STATE;
	return msg;
}

/* Sockets that are bound and no more (6.8 and later) cost a walk over the bound ports. */
static uint32_t states_of_dump(uint32_t details)
{
	return details & DETAIL_BOUND ? EVERY_STATE : EVERY_STATE & ~(1u << KERNEL_BOUND_INACTIVE);
}

void family_inet_request(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = begin_request(f, buf, seq, details);
	struct inet_diag_req_v2 *req = mnl_nlmsg_get_payload(msg);

	msg->nlmsg_flags |= NLM_F_DUMP;
	req->idiag_states = states_of_dump(details);
	if (f->proto == SP_MPTCP)
		mnl_attr_put_u32(msg, INET_DIAG_REQ_PROTOCOL, DIAG_MPTCP);
}

void family_inet_request_both(const struct family *f, void *buf, uint32_t seq, uint32_t details)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct inet_diag_req *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	msg->nlmsg_type = TCPDIAG_GETSOCK;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->idiag_ext = wanted_ext(f->proto, details);
	req->idiag_states = states_of_dump(details);
}

static void put_addr(__be32 out[4], const struct addr *a, uint8_t family)
{
	if (family == AF_INET)
		memcpy(out, a->b + 12, sizeof(out[0]));
	else
		memcpy(out, a->b, sizeof(a->b));
}

/* fe80::/10: means something on one link only, and its socket is bound to that link's interface. */
static bool is_link_local(const struct addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

void family_inet_ask(const struct family *f, void *buf, uint32_t seq, uint32_t details,
		     const struct sockquery *q)
{
	struct inet_diag_req_v2 *req = mnl_nlmsg_get_payload(begin_request(f, buf, seq, details));
	struct inet_diag_sockid *id = &req->id;
	/* udp_dump_one() has the two ends the other way round, "for historical reasons". */
	bool swap = f->proto == SP_UDP || f->proto == SP_UDPLITE;

	put_addr(swap ? id->idiag_dst : id->idiag_src, &q->laddr, f->family);
	put_addr(swap ? id->idiag_src : id->idiag_dst, &q->raddr, f->family);
	id->idiag_sport = htons(swap ? q->rport : q->lport);
	id->idiag_dport = htons(swap ? q->lport : q->rport);
	if (is_link_local(&q->laddr) || is_link_local(&q->raddr))
		id->idiag_if = q->ifindex;
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

/* As much of a struct as there is, consumed; the rest is zero. */
static void take_start(void *out, size_t size, struct bytes *b)
{
	size_t len = bytes_left(b) < size ? bytes_left(b) : size;

	memcpy(out, bytes_take(b, len), len);
	if (len < size)
		memset((uint8_t *)out + len, 0, size - len);
}

static void take_tcpinfo(struct event *e, const struct nlread_attr *a)
{
	struct bytes info = bytes_of(a->data, a->len < TCPINFO_WHOLE ? a->len : TCPINFO_WHOLE);

	e->sock.tcpinfo_len = (uint16_t)bytes_left(&info);
	take_start(&e->sock.tcpinfo, sizeof(e->sock.tcpinfo), &info);
	take_start(&e->more.ecn, sizeof(e->more.ecn), &info);
}

static void take_info(struct event *e, const struct nlread_attr *a)
{
	static void (*const takers[SOCKPROTOS])(struct event *e, const struct nlread_attr *a) = {
		[SP_TCP] = take_tcpinfo,
		[SP_MPTCP] = inetmore_take_mptcpinfo,
		[SP_SCTP] = inetmore_take_sctpinfo,
	};

	if (takers[e->sock.proto])
		takers[e->sock.proto](e, a);
}

static void take_cong(struct event *e, const struct nlread_attr *a)
{
	size_t len = a->len < sizeof(e->more.cong) - 1 ? a->len : sizeof(e->more.cong) - 1;

	memcpy(e->more.cong, a->data, len);
	e->more.cong[len] = '\0';
	e->sock.has |= HAS_CONG;
}

static void take_vegas(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.cc.vegas, a->data, sizeof(e->sock.cc.vegas));
	e->sock.cc_kind = CC_VEGAS;
}

static void take_dctcp(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.cc.dctcp, a->data, sizeof(e->sock.cc.dctcp));
	e->sock.cc_kind = CC_DCTCP;
}

static void take_bbr(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.cc.bbr, a->data, sizeof(e->sock.cc.bbr));
	e->sock.cc_kind = CC_BBR;
}

static void take_skmem(struct event *e, const struct nlread_attr *a)
{
	sockrow_take_skmem(&e->sock, a->data, a->len);
}

static void take_tos(struct event *e, const struct nlread_attr *a)
{
	e->sock.tos = a->data[0];
	e->sock.has |= HAS_TOS;
}

static void take_tclass(struct event *e, const struct nlread_attr *a)
{
	e->sock.tclass = a->data[0];
	e->sock.has |= HAS_TCLASS;
}

static void take_class_id(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.class_id, a->data, sizeof(e->sock.class_id));
	e->sock.has |= HAS_CLASS;
}

static void take_shutdown(struct event *e, const struct nlread_attr *a)
{
	e->sock.shutdown = a->data[0];
	e->sock.has |= HAS_SHUTDOWN;
}

static void take_v6only(struct event *e, const struct nlread_attr *a)
{
	e->sock.v6only = a->data[0] != 0;
	e->sock.has |= HAS_V6ONLY;
}

static void take_mark(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.mark, a->data, sizeof(e->sock.mark));
	e->sock.has |= HAS_MARK;
}

static void take_md5(struct event *e, const struct nlread_attr *a)
{
	(void)a;
	e->sock.has |= HAS_MD5;
}

static void take_cgroup(struct event *e, const struct nlread_attr *a)
{
	memcpy(&e->sock.cgroup_id, a->data, sizeof(e->sock.cgroup_id));
	e->sock.has |= HAS_CGROUP;
}

/* Through the kernel's own bit-fields: their order is the machine's. */
static void take_sockopt(struct event *e, const struct nlread_attr *a)
{
	struct inet_diag_sockopt o;
	unsigned bits;

	memcpy(&o, a->data, sizeof(o));
	bits = o.recverr * SOCKOPT_RECVERR | o.is_icsk * SOCKOPT_IS_ICSK |
	       o.freebind * SOCKOPT_FREEBIND | o.hdrincl * SOCKOPT_HDRINCL |
	       o.mc_loop * SOCKOPT_MC_LOOP | o.transparent * SOCKOPT_TRANSPARENT |
	       o.mc_all * SOCKOPT_MC_ALL | o.nodefrag * SOCKOPT_NODEFRAG |
	       o.bind_address_no_port * SOCKOPT_BIND_NO_PORT |
	       o.recverr_rfc4884 * SOCKOPT_RECVERR_RFC4884 |
	       o.defer_connect * SOCKOPT_DEFER_CONNECT;
	e->sock.sockopt = (uint16_t)bits;
	e->sock.has |= HAS_SOCKOPT;
}

/*
 * In a dump only raw sockets have it; the end of a TCP or UDP socket is told with it too. On any
 * other it says that the row is no such socket.
 */
static void take_protocol(struct event *e, const struct nlread_attr *a)
{
	struct sockrec *sk = &e->sock;
	bool plain = sk->proto != SP_MPTCP && a->data[0] == sockproto_ipproto(sk->proto);

	if (plain)
		return;
	sk->proto = SP_RAWIP;
	sk->lport = a->data[0];
}

static const struct sockattr_reader readers[] = {
	[INET_DIAG_INFO] = { take_info, 1 },
	[INET_DIAG_VEGASINFO] = { take_vegas, sizeof(struct tcpvegas_info) },
	[INET_DIAG_CONG] = { take_cong, 1 },
	[INET_DIAG_TOS] = { take_tos, 1 },
	[INET_DIAG_TCLASS] = { take_tclass, 1 },
	[INET_DIAG_SKMEMINFO] = { take_skmem, sizeof(uint32_t) },
	[INET_DIAG_SHUTDOWN] = { take_shutdown, 1 },
	[INET_DIAG_DCTCPINFO] = { take_dctcp, sizeof(struct tcp_dctcp_info) },
	[INET_DIAG_PROTOCOL] = { take_protocol, 1 },
	[INET_DIAG_SKV6ONLY] = { take_v6only, 1 },
	[INET_DIAG_LOCALS] = { inetmore_take_locals, 1 },
	[INET_DIAG_PEERS] = { inetmore_take_peers, 1 },
	[INET_DIAG_MARK] = { take_mark, sizeof(uint32_t) },
	[INET_DIAG_BBRINFO] = { take_bbr, sizeof(struct tcp_bbr_info) },
	[INET_DIAG_CLASS_ID] = { take_class_id, sizeof(uint32_t) },
	[INET_DIAG_MD5SIG] = { take_md5, 1 },
	[INET_DIAG_ULP_INFO] = { inetmore_take_ulp, 1 },
	[INET_DIAG_CGROUP_ID] = { take_cgroup, sizeof(uint64_t) },
	[INET_DIAG_SOCKOPT] = { take_sockopt, sizeof(struct inet_diag_sockopt) },
};

static uint8_t state_of(const struct inet_diag_msg *m)
{
	if (m->idiag_state == KERNEL_NEW_SYN_RECV)
		return ST_SYN_RECV;
	if (m->idiag_state == KERNEL_BOUND_INACTIVE)
		return ST_CLOSE;
	return sockrow_state(m->idiag_state);
}

/*
 * Request sockets, TIME_WAIT, and FIN_WAIT2 once its process has closed: kept by the kernel as
 * minisockets whose fields for owner and queues are 0 and mean nothing.
 */
static bool is_minisocket(const struct sockrec *sk)
{
	if (sk->proto == SP_SCTP) /* has neither, and numbers of its own */
		return false;
	if (sk->state == ST_SYN_RECV)
		return sk->inode == 0;
	return (sk->state == ST_FIN_WAIT2 || sk->state == ST_TIME_WAIT) &&
	       sk->timer == TIMER_TIME_WAIT;
}

static void take_endpoints(struct sockrec *sk, const struct inet_diag_sockid *id)
{
	struct addr (*from)(const void *bytes) = sk->family == AF_INET ? addr_from_v4
								       : addr_from_v6;
	const uint8_t *lport = (const uint8_t *)&id->idiag_sport;
	const uint8_t *rport = (const uint8_t *)&id->idiag_dport;

	sk->laddr = from(id->idiag_src);
	sk->raddr = from(id->idiag_dst);
	sk->lport = load_be16(lport);
	sk->rport = load_be16(rport);
	sk->ifindex = id->idiag_if;
}

static void take_owner_and_queues(struct sockrec *sk, const struct inet_diag_msg *m)
{
	if (is_minisocket(sk))
		return;
	sk->recv_q = m->idiag_rqueue;
	sk->send_q = m->idiag_wqueue;
	sk->has |= HAS_QUEUES;
	/* Older kernels call every socket without an inode (orphaned, not accepted yet) root's. */
	if (sk->inode || m->idiag_uid) {
		sk->uid = m->idiag_uid;
		sk->has |= HAS_UID;
	}
}

/*
 * Clears what the last row left, but for what is always set (cookie, addresses), what counts by its
 * kind (cc), and tcpinfo, which is most of it: overwritten, or cleared in the end.
 */
static void begin_record(struct event *e)
{
	const size_t from = offsetof(struct sockrec, lport), to = offsetof(struct sockrec, cc);
	struct sockrec *sk = &e->sock;

	memset((uint8_t *)sk + from, 0, to - from);
	sk->cgroup_id = 0;
	sk->tcpinfo_len = 0;
	e->more.kind = MORE_NONE;
	e->more.cong[0] = '\0';
}

bool family_inet_parse(const struct family *f, const struct nlmsghdr *msg, struct event *e,
		       bool *skip)
{
	struct bytes payload = nlread_payload(msg);
	struct sockrec *out = &e->sock;
	uint16_t dump = out->dump, netns = out->netns;
	uint32_t dump_gen = out->dump_gen;
	struct inet_diag_msg m;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.idiag_family != f->family)
		return false;
	begin_record(e);
	out->dump = dump;
	out->dump_gen = dump_gen;
	out->netns = netns;
	out->proto = f->proto;
	out->family = f->family;
	out->state = state_of(&m);
	out->inode = m.idiag_inode;
	out->timer = m.idiag_timer;
	if (out->timer != TIMER_NONE) {
		out->timer_ms = m.idiag_expires;
		out->retransmits = m.idiag_retrans;
		out->has |= HAS_TIMER;
	}
	take_endpoints(out, &m.id);
	sockrow_identify(out, m.id.idiag_cookie);
	take_owner_and_queues(out, &m);
	sockattr_take_all(e, payload, readers, sizeof(readers) / sizeof(readers[0]));
	if (out->tcpinfo_len == 0)
		memset(&out->tcpinfo, 0, sizeof(out->tcpinfo));
	if (e->more.kind == MORE_SCTP)
		inetmore_finish_sctp(e);
	/* Before 5.9 the request for MPTCP sockets is understood as one for raw ones. */
	*skip = out->proto != f->proto;
	return true;
}
