/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of inet sockets that are structs, lists or nests of their own. Pure functions; what is
 * too short is passed over, what is too long is cut.
 */
#include "source/inetmore.h"

#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "source/sockrow.h"

/* TLS_INFO_* (linux/tls.h): older headers stop in the middle. */
enum { TLS_VERSION = 1, TLS_CIPHER, TLS_TXCONF, TLS_RXCONF, TLS_ZC_RO_TX, TLS_RX_NO_PAD };

/* What an attribute of a nest fills; size 0: there is no such attribute. */
struct nested {
	uint16_t offset, size; /* in struct ulpmore */
	bool flag;	       /* has no data: being there is its value */
};

#define FIELD(member) \
	{ offsetof(struct ulpmore, member), sizeof(((struct ulpmore *)0)->member), false }
#define FLAG(member) \
	{ offsetof(struct ulpmore, member), sizeof(((struct ulpmore *)0)->member), true }

static const struct nested tls_fields[] = {
	[TLS_VERSION] = FIELD(tls_version),	[TLS_CIPHER] = FIELD(tls_cipher),
	[TLS_TXCONF] = FIELD(tls_txconf),	[TLS_RXCONF] = FIELD(tls_rxconf),
	[TLS_ZC_RO_TX] = FLAG(tls_zc_sendfile), [TLS_RX_NO_PAD] = FLAG(tls_rx_no_pad),
};

static const struct nested mptcp_fields[] = {
	[MPTCP_SUBFLOW_ATTR_TOKEN_REM] = FIELD(mptcp_token_rem),
	[MPTCP_SUBFLOW_ATTR_TOKEN_LOC] = FIELD(mptcp_token_loc),
	[MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ] = FIELD(mptcp_relwrite_seq),
	[MPTCP_SUBFLOW_ATTR_MAP_SEQ] = FIELD(mptcp_map_seq),
	[MPTCP_SUBFLOW_ATTR_MAP_SFSEQ] = FIELD(mptcp_map_sfseq),
	[MPTCP_SUBFLOW_ATTR_SSN_OFFSET] = FIELD(mptcp_ssn_offset),
	[MPTCP_SUBFLOW_ATTR_MAP_DATALEN] = FIELD(mptcp_map_datalen),
	[MPTCP_SUBFLOW_ATTR_FLAGS] = FIELD(mptcp_flags),
	[MPTCP_SUBFLOW_ATTR_ID_REM] = FIELD(mptcp_id_rem),
	[MPTCP_SUBFLOW_ATTR_ID_LOC] = FIELD(mptcp_id_loc),
};

static void take_nest(struct ulpmore *ulp, const struct nlread_attr *nest,
		      const struct nested *fields, size_t count)
{
	struct bytes inside = bytes_of(nest->data, nest->len);
	struct nlread_attr a;

	while (nlread_attr(&inside, &a)) {
		const struct nested *n;
		uint8_t *at;

		if (a.type >= count || !fields[a.type].size)
			continue;
		n = &fields[a.type];
		at = (uint8_t *)ulp + n->offset;
		if (n->flag)
			*(bool *)(void *)at = true;
		else if (a.len >= n->size)
			memcpy(at, a.data, n->size);
	}
}

static void take_ulp_name(struct ulpmore *ulp, const struct nlread_attr *a)
{
	size_t len = a->len < sizeof(ulp->name) - 1 ? a->len : sizeof(ulp->name) - 1;

	memcpy(ulp->name, a->data, len);
}

void inetmore_take_ulp(struct event *e, const struct nlread_attr *a)
{
	struct bytes inside = bytes_of(a->data, a->len);
	struct ulpmore *ulp = &e->more.ulp;
	struct nlread_attr part;

	memset(ulp, 0, sizeof(*ulp));
	e->more.kind = MORE_ULP;
	while (nlread_attr(&inside, &part)) {
		if (part.type == INET_ULP_INFO_NAME) {
			take_ulp_name(ulp, &part);
		} else if (part.type == INET_ULP_INFO_TLS) {
			ulp->has_tls = true;
			take_nest(ulp, &part, tls_fields,
				  sizeof(tls_fields) / sizeof(tls_fields[0]));
		} else if (part.type == INET_ULP_INFO_MPTCP) {
			ulp->has_mptcp = true;
			take_nest(ulp, &part, mptcp_fields,
				  sizeof(mptcp_fields) / sizeof(mptcp_fields[0]));
		}
	}
}

_Static_assert(offsetof(struct mptcpinfo, write_seq) == 16, "kernel layout");
_Static_assert(offsetof(struct mptcpinfo, bytes_retrans) == 48, "kernel layout");
_Static_assert(sizeof(struct mptcpinfo) == 96, "kernel layout");

void inetmore_take_mptcpinfo(struct event *e, const struct nlread_attr *a)
{
	struct mptcpmore *mptcp = &e->more.mptcp;

	memset(mptcp, 0, sizeof(*mptcp));
	e->more.kind = MORE_MPTCP;
	mptcp->len = (uint16_t)(a->len < sizeof(mptcp->info) ? a->len : sizeof(mptcp->info));
	memcpy(&mptcp->info, a->data, mptcp->len);
}

/* Attributes come in any order: whichever is first clears the rest. */
static struct sctpmore *sctp_of(struct event *e)
{
	if (e->more.kind != MORE_SCTP)
		memset(&e->more.sctp, 0, sizeof(e->more.sctp));
	e->more.kind = MORE_SCTP;
	return &e->more.sctp;
}

/* The head of struct sctp_info (linux/sctp.h), of which only the streams are wanted. */
struct sctpinfo_head {
	uint32_t tag, state, rwnd;
	uint16_t unackdata, penddata, instreams, outstreams;
};

void inetmore_take_sctpinfo(struct event *e, const struct nlread_attr *a)
{
	struct bytes info = bytes_of(a->data, a->len);
	struct sctpinfo_head head;

	if (!bytes_copy(&info, &head, sizeof(head)))
		return;
	sctp_of(e)->instreams = head.instreams;
	sctp_of(e)->outstreams = head.outstreams;
}

/* One struct sockaddr_storage of the kernel's; false: neither IPv4 nor IPv6. */
static bool take_sockaddr(const uint8_t *storage, struct addr *out)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	sa_family_t family;

	memcpy(&family, storage, sizeof(family));
	if (family == AF_INET) {
		memcpy(&in, storage, sizeof(in));
		*out = addr_from_v4(&in.sin_addr);
	} else if (family == AF_INET6) {
		memcpy(&in6, storage, sizeof(in6));
		*out = addr_from_v6(&in6.sin6_addr);
	}
	return family == AF_INET || family == AF_INET6;
}

static void take_addresses(struct sctpmore *sctp, const struct nlread_attr *a, struct addr *list,
			   uint8_t *count)
{
	struct bytes left = bytes_of(a->data, a->len);
	const uint8_t *storage;
	struct addr addr;

	while ((storage = bytes_take(&left, sizeof(struct sockaddr_storage)))) {
		if (!take_sockaddr(storage, &addr))
			continue;
		if (*count < SCTP_ADDRS_MAX)
			list[(*count)++] = addr;
		else
			sctp->more_addrs++;
	}
}

void inetmore_take_locals(struct event *e, const struct nlread_attr *a)
{
	struct sctpmore *sctp = sctp_of(e);

	take_addresses(sctp, a, sctp->laddr, &sctp->laddrs);
}

void inetmore_take_peers(struct event *e, const struct nlread_attr *a)
{
	struct sctpmore *sctp = sctp_of(e);

	take_addresses(sctp, a, sctp->raddr, &sctp->raddrs);
}

/*
 * The dump has a row for the endpoint and one for each of its associations, all with the same
 * cookie (net/sctp/diag.c). Only an association has peers, and its state is counted otherwise.
 */
void inetmore_finish_sctp(struct event *e)
{
	struct sockrec *sk = &e->sock;
	uint64_t peer;

	if (!e->more.sctp.raddrs)
		return;
	if (e->more.sctp.laddrs)
		sk->laddr = e->more.sctp.laddr[0];
	sk->raddr = e->more.sctp.raddr[0];
	sk->state = sockrow_sctp_state(sk->state);
	if (sk->timer != TIMER_NONE)
		sk->timer = TIMER_RETRANS; /* the only one told: T3-rtx */
	peer = hash_bytes(&sk->raddr, sizeof(sk->raddr), sk->rport);
	sk->cookie = SOCKROW_MADE | SOCKROW_HASHED | hash_u64(sk->cookie, peer) >> 2;
	sk->has &= (uint16_t)~HAS_COOKIE;
}
