/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_diagmsg: any bytes as a netlink datagram. The first byte chooses the family (a row of
 * families.c, or, past the last, rtnetlink), the second the namespace's number; two more keep the
 * rest aligned, and the rest is the datagram.
 *
 * Looks for crashes, reads past the end, and records that break what event.h promises.
 */
#include <stdlib.h>

#include "source/diagdump.h"
#include "source/nlread.h"
#include "source/rtparse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_more(const struct sockmore *more)
{
	require(memchr(more->cong, '\0', sizeof(more->cong)) != NULL);
	require(more->kind <= MORE_SCTP);
	if (more->kind == MORE_UNIX)
		require(memchr(more->un.name, '\0', sizeof(more->un.name)) != NULL);
	if (more->kind == MORE_ULP)
		require(memchr(more->ulp.name, '\0', sizeof(more->ulp.name)) != NULL);
	if (more->kind == MORE_MPTCP)
		require(more->mptcp.len <= sizeof(more->mptcp.info));
	if (more->kind == MORE_SCTP)
		require(more->sctp.laddrs <= SCTP_ADDRS_MAX && more->sctp.raddrs <= SCTP_ADDRS_MAX);
}

/* The dump that a socket must say it is of. */
struct expected {
	const struct family *family;
	uint16_t dump;
	uint16_t netns;
};

static void check_socket(void *ctx, const struct event *e)
{
	const struct expected *x = ctx;
	const struct sockrec *sk = &e->sock;
	uint8_t info[TCPINFO_WHOLE];

	require(e->kind == EV_SOCKET && e->time_ns == 5);
	require(sk->dump == x->dump && sk->dump_gen == 3 && sk->netns == x->netns);
	require(sk->proto < SOCKPROTOS && (x->family->protos >> sk->proto & 1));
	require(sk->state < SOCKSTATES && sk->skmem_count <= SKMEM_VALUES);
	require(sk->has & HAS_COOKIE || sk->cookie >> 63);
	require(sk->tcpinfo_len <= sizeof(info));
	memcpy(info, &sk->tcpinfo, sizeof(sk->tcpinfo));
	memcpy(info + sizeof(sk->tcpinfo), &e->more.ecn, sizeof(e->more.ecn));
	for (size_t i = sk->tcpinfo_len; i < (sk->tcpinfo_len ? sizeof(info) : sizeof(sk->tcpinfo)); i++)
		require(info[i] == 0);
	check_more(&e->more);
}

static void feed_diag(unsigned row, unsigned netns, struct bytes datagram)
{
	struct expected x = { family_at(row), dump_index(netns, row), (uint16_t)netns };
	struct sink sink = { check_socket, &x };
	struct diagdump d;

	/* What an earlier row may have left in the record. */
	memset(&d, 0x5a, sizeof(d));
	diagdump_begin(&d, x.dump, 3, (struct diagdump_id){ .seq = 7, .portid = 4242 });
	diagdump_feed(&d, datagram, 5, &sink);
	require(d.error <= 0);
	require(!diagdump_is_complete(&d) || (d.done && !d.error));
}

static void feed_rtnetlink(struct bytes datagram)
{
	const struct nlmsghdr *msg;

	while ((msg = nlread_msg(&datagram))) {
		struct ifacerec iface;
		struct addrrec addr;
		bool has_stats;

		if (rtparse_link(msg, &iface, &has_stats))
			require(iface.ifindex && iface.name[0] &&
				memchr(iface.name, '\0', sizeof(iface.name)) != NULL);
		if (rtparse_addr(msg, &addr))
			require(addr.prefix <= 128);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	if (!family_at(data[0]))
		feed_rtnetlink(bytes_of(data + 4, size - 4));
	else if (family_at(data[0])->parse) /* else it is text: fuzz_procnet */
		feed_diag(data[0], data[1] % NETNS_MAX, bytes_of(data + 4, size - 4));
	return 0;
}
