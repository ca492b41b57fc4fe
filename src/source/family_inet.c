/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP, UDP and UDP-Lite sockets out of sock_diag: builds the request and reads one reply message
 * into a struct sockrec (net/ipv4/inet_diag.c is the other end). Pure functions over untrusted
 * bytes; sends, receives and remembers nothing.
 *
 * Which attributes a row has follows from its kind: a request socket (SYN_RECV) and a TIME_WAIT
 * minisocket have next to nothing, everything else has what was asked for and what its kernel
 * knows.
 */
#include "source/family_inet.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/nlread.h"

/* The bit of idiag_ext that asks for an attribute. */
#define EXT(attribute) (1u << ((attribute)-1))

/*
 * Every state, those that later kernels may add included. Bit 13 lists sockets that are bound and
 * do no more (6.8 and later, inet_csk's TCP_BOUND_INACTIVE), at the price of a walk over the bound
 * ports.
 */
#define EVERY_STATE 0xffffffffu

/* include/net/tcp_states.h, beyond what the rows of a dump are documented to have. */
enum { KERNEL_NEW_SYN_RECV = 12, KERNEL_BOUND_INACTIVE = 13 };

/* INET_DIAG_SHUTDOWN, _CGROUP_ID and _MARK (with CAP_NET_ADMIN) come unasked. */
static uint8_t wanted_ext(enum sockproto proto)
{
	unsigned ext = EXT(INET_DIAG_SKMEMINFO) | EXT(INET_DIAG_TOS) | EXT(INET_DIAG_TCLASS) |
		       EXT(INET_DIAG_SHUTDOWN);

	if (proto == SP_TCP)
		ext |= EXT(INET_DIAG_INFO) | EXT(INET_DIAG_CONG);
	return (uint8_t)ext;
}

void family_inet_request(const struct family *f, void *buf, uint32_t seq)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(msg, sizeof(*req));

	msg->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	req->sdiag_family = f->family;
	req->sdiag_protocol = sockproto_ipproto(f->proto);
	req->idiag_ext = wanted_ext(f->proto);
	req->idiag_states = EVERY_STATE;
}

void family_inet_without_congestion(void *buf)
{
	struct inet_diag_req_v2 *req = mnl_nlmsg_get_payload(buf);

	req->idiag_ext &= (uint8_t)~EXT(INET_DIAG_CONG);
}

static void take_tcpinfo(struct sockrec *sk, const struct nlread_attr *a)
{
	size_t len = a->len < sizeof(sk->tcpinfo) ? a->len : sizeof(sk->tcpinfo);

	memcpy(&sk->tcpinfo, a->data, len);
	memset((uint8_t *)&sk->tcpinfo + len, 0, sizeof(sk->tcpinfo) - len);
	sk->tcpinfo_len = (uint16_t)len;
}

static void take_cong(struct sockrec *sk, const struct nlread_attr *a)
{
	size_t len = a->len < sizeof(sk->cong) - 1 ? a->len : sizeof(sk->cong) - 1;

	memcpy(sk->cong, a->data, len);
	sk->cong[len] = '\0';
	sk->has |= HAS_CONG;
}

/* Older kernels have fewer values, newer ones may have more. */
static void take_skmem(struct sockrec *sk, const struct nlread_attr *a)
{
	size_t values = a->len / sizeof(sk->skmem[0]);

	if (values > SKMEM_VALUES)
		values = SKMEM_VALUES;
	memcpy(sk->skmem, a->data, values * sizeof(sk->skmem[0]));
	sk->skmem_count = (uint8_t)values;
}

static void take_tos(struct sockrec *sk, const struct nlread_attr *a)
{
	sk->tos = a->data[0];
	sk->has |= HAS_TOS;
}

static void take_tclass(struct sockrec *sk, const struct nlread_attr *a)
{
	sk->tclass = a->data[0];
	sk->has |= HAS_TCLASS;
}

static void take_shutdown(struct sockrec *sk, const struct nlread_attr *a)
{
	sk->shutdown = a->data[0];
	sk->has |= HAS_SHUTDOWN;
}

static void take_v6only(struct sockrec *sk, const struct nlread_attr *a)
{
	sk->v6only = a->data[0] != 0;
	sk->has |= HAS_V6ONLY;
}

static void take_mark(struct sockrec *sk, const struct nlread_attr *a)
{
	memcpy(&sk->mark, a->data, sizeof(sk->mark));
	sk->has |= HAS_MARK;
}

static void take_cgroup(struct sockrec *sk, const struct nlread_attr *a)
{
	memcpy(&sk->cgroup_id, a->data, sizeof(sk->cgroup_id));
	sk->has |= HAS_CGROUP;
}

struct attr_reader {
	void (*take)(struct sockrec *sk, const struct nlread_attr *a);
	size_t min_len; /* a shorter one is passed over: unknown, not wrong */
};

static const struct attr_reader readers[] = {
	[INET_DIAG_INFO] = { take_tcpinfo, 1 },
	[INET_DIAG_CONG] = { take_cong, 1 },
	[INET_DIAG_TOS] = { take_tos, 1 },
	[INET_DIAG_TCLASS] = { take_tclass, 1 },
	[INET_DIAG_SKMEMINFO] = { take_skmem, sizeof(uint32_t) },
	[INET_DIAG_SHUTDOWN] = { take_shutdown, 1 },
	[INET_DIAG_SKV6ONLY] = { take_v6only, 1 },
	[INET_DIAG_MARK] = { take_mark, sizeof(uint32_t) },
	[INET_DIAG_CGROUP_ID] = { take_cgroup, sizeof(uint64_t) },
};

static void take_attributes(struct sockrec *sk, struct bytes attrs)
{
	struct nlread_attr a;

	while (nlread_attr(&attrs, &a)) {
		const struct attr_reader *r;

		if (a.type >= sizeof(readers) / sizeof(readers[0]))
			continue;
		r = &readers[a.type];
		if (r->take && a.len >= r->min_len)
			r->take(sk, &a);
	}
}

static uint8_t state_of(const struct inet_diag_msg *m)
{
	if (m->idiag_state == KERNEL_NEW_SYN_RECV)
		return ST_SYN_RECV;
	if (m->idiag_state == KERNEL_BOUND_INACTIVE)
		return ST_CLOSE;
	/* A state of a later kernel is not malformed, only unknown. */
	return m->idiag_state < SOCKSTATES ? m->idiag_state : ST_UNKNOWN;
}

/*
 * Request sockets, TIME_WAIT, and FIN_WAIT2 once its process has closed: kept by the kernel as
 * minisockets whose fields for owner and queues are 0 and mean nothing.
 */
static bool is_minisocket(const struct sockrec *sk)
{
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

static void take_identity(struct sockrec *sk, const struct inet_diag_sockid *id)
{
	uint64_t cookie = (uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0];

	if (cookie != 0 && cookie != UINT64_MAX) {
		sk->cookie = cookie;
		sk->has |= HAS_COOKIE;
	} else {
		/* Real cookies count up from 1: the top bit keeps these apart. */
		sk->cookie = 1ull << 63 | (uint64_t)sk->proto << 32 | sk->inode;
	}
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

bool family_inet_parse(const struct family *f, const struct nlmsghdr *msg, struct sockrec *out)
{
	struct bytes payload = nlread_payload(msg);
	uint8_t dump = out->dump;
	uint32_t dump_gen = out->dump_gen;
	struct inet_diag_msg m;

	if (!bytes_copy(&payload, &m, sizeof(m)) || m.idiag_family != f->family)
		return false;
	/* Not the whole record: tcpinfo is most of it, and either overwritten or cleared below. */
	memset(out, 0, offsetof(struct sockrec, tcpinfo));
	out->dump = dump;
	out->dump_gen = dump_gen;
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
	take_identity(out, &m.id);
	take_owner_and_queues(out, &m);
	take_attributes(out, payload);
	if (out->tcpinfo_len == 0)
		memset(&out->tcpinfo, 0, sizeof(out->tcpinfo));
	return true;
}
