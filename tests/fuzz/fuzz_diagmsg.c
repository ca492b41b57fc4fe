/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_diagmsg: any bytes as a netlink datagram. The first byte chooses the family (a row of
 * families.c, or, past the last, rtnetlink), three more keep the rest aligned; the rest is the
 * datagram.
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

static void check_socket(void *ctx, const struct event *e)
{
	const struct sockrec *sk = &e->sock;
	const uint8_t *info = (const uint8_t *)&sk->tcpinfo;
	const uint8_t *index = ctx;

	require(e->kind == EV_SOCKET && e->time_ns == 5);
	require(sk->dump == *index && sk->dump_gen == 3);
	require(sk->state < SOCKSTATES && sk->skmem_count <= SKMEM_VALUES);
	require(sk->tcpinfo_len <= sizeof(sk->tcpinfo));
	require(memchr(sk->cong, '\0', sizeof(sk->cong)) != NULL);
	for (size_t i = sk->tcpinfo_len; i < sizeof(sk->tcpinfo); i++)
		require(info[i] == 0);
}

static void feed_diag(uint8_t index, struct bytes datagram)
{
	struct sink sink = { check_socket, &index };
	struct diagdump d;

	/* What an earlier row may have left in the record. */
	memset(&d, 0x5a, sizeof(d));
	diagdump_begin(&d, index, 3, (struct diagdump_id){ .seq = 7, .portid = 4242 });
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
	if (family_at(data[0]))
		feed_diag(data[0], bytes_of(data + 4, size - 4));
	else
		feed_rtnetlink(bytes_of(data + 4, size - 4));
	return 0;
}
