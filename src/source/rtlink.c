/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rtnetlink source: dumps interfaces and addresses at the start and after a loss, interfaces
 * again on refresh(), and passes on what the kernel multicasts meanwhile. Owns the netlink socket
 * and the set of what it has told; deliberately keeps no statistics of its own, and does not know
 * routes.
 */
#include "source/rtlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/nlread.h"
#include "source/nlsock.h"
#include "source/rtknown.h"
#include "source/rtparse.h"

#define STEP_NS		 (5 * NSEC_PER_MSEC)
#define STALL_NS	 (2 * NSEC_PER_SEC)
#define REFRESH_EVERY_NS (900 * NSEC_PER_MSEC)	/* rounds of a second are not quite one apart */
#define REOPEN_EVERY_NS	 (1 * NSEC_PER_SEC)

#define GROUP(number)	 (1u << ((number)-1))

/* A dump that interfaces were added and removed under is made again, but not for ever. */
enum { REPEATS_MAX = 3 };

/* What is dumped, in this order. */
struct rtdump {
	enum rtkind kind;
	uint16_t request;
};

static const struct rtdump rtdumps[] = {
	{ RT_IFACE, RTM_GETLINK },
	{ RT_ADDR, RTM_GETADDR },
};

enum {
	RTDUMPS = sizeof(rtdumps) / sizeof(rtdumps[0]),
	DUMP_LINKS = 0,
	EVERY_DUMP = (1 << RTDUMPS) - 1
};

/*
 * Invariants: `at` is the dump under way while dumping. What is mentioned by a dump, or by a
 * multicast meanwhile, has the number of the current round in `known`; the rest is stale when the
 * dump ends whole.
 */
struct rtlink {
	struct source source;
	struct nlsock nl;
	struct rtknown known;
	uint16_t netns; /* in every event */
	unsigned todo; /* bits: dumps to make */
	unsigned at;
	bool dumping;
	bool interrupted;
	unsigned repeats;
	uint32_t round;
	uint64_t heard_ns; /* event time of the last datagram, or of the request */
	uint64_t refreshed_ns;
	uint64_t retry_ns; /* after a failure: not before */
};

static void tell_gone(struct rtlink *r, const struct rtkey *key, uint64_t now_ns,
		      const struct sink *out)
{
	struct event e = { .time_ns = now_ns };

	if (key->kind == RT_IFACE) {
		e.kind = EV_IFACE;
		e.iface = (struct ifacerec){ .ifindex = key->ifindex, .netns = r->netns,
					     .gone = true };
	} else {
		e.kind = EV_ADDR;
		e.addr = (struct addrrec){ .ifindex = key->ifindex,
					   .netns = r->netns,
					   .prefix = (uint8_t)key->prefix,
					   .addr = key->addr,
					   .gone = true };
	}
	rtknown_take(&r->known, key);
	sink_send(out, &e);
}

static void take_link(struct rtlink *r, const struct nlmsghdr *msg, bool reply, uint64_t now_ns,
		      const struct sink *out)
{
	struct event e = { .kind = EV_IFACE, .time_ns = now_ns };
	struct rtkey key = { .kind = RT_IFACE };
	bool has_stats;

	if (!rtparse_link(msg, &e.iface, &has_stats))
		return;
	e.iface.netns = r->netns;
	key.ifindex = e.iface.ifindex;
	if (e.iface.gone) {
		rtknown_take(&r->known, &key);
	} else if (!has_stats && !reply) {
		/*
		 * Wireless drivers send such: not a reason to show an interface with nothing
		 * received.
		 */
		r->todo |= 1u << DUMP_LINKS;
		return;
	} else {
		rtknown_put(&r->known, &key, r->round);
	}
	sink_send(out, &e);
}

static void take_addr(struct rtlink *r, const struct nlmsghdr *msg, uint64_t now_ns,
		      const struct sink *out)
{
	struct event e = { .kind = EV_ADDR, .time_ns = now_ns };
	struct rtkey key = { .kind = RT_ADDR };

	if (!rtparse_addr(msg, &e.addr))
		return;
	e.addr.netns = r->netns;
	key.ifindex = e.addr.ifindex;
	key.addr = e.addr.addr;
	key.prefix = e.addr.prefix;
	if (e.addr.gone)
		rtknown_take(&r->known, &key);
	else
		rtknown_put(&r->known, &key, r->round);
	sink_send(out, &e);
}

static void sweep(struct rtlink *r, uint64_t now_ns, const struct sink *out)
{
	enum rtkind kind = rtdumps[r->at].kind;
	const struct rtkey *stale;
	size_t at = 0;

	while ((stale = rtknown_stale(&r->known, kind, r->round, &at))) {
		struct rtkey key = *stale;

		tell_gone(r, &key, now_ns, out);
	}
}

static void end_dump(struct rtlink *r, int error, uint64_t now_ns, const struct sink *out)
{
	r->dumping = false;
	if (error) {
		r->todo |= 1u << r->at;
		r->retry_ns = now_ns + REOPEN_EVERY_NS;
	} else if (r->interrupted && r->repeats < REPEATS_MAX) {
		r->todo |= 1u << r->at;
		r->repeats++;
	} else {
		/* Never whole: what it mentioned was told, the next refresh tries again. */
		if (!r->interrupted)
			sweep(r, now_ns, out);
		r->repeats = 0;
		r->retry_ns = 0;
	}
}

static void take_message(struct rtlink *r, const struct nlmsghdr *msg, uint64_t now_ns,
			 const struct sink *out)
{
	bool reply = r->dumping && msg->nlmsg_seq == r->nl.seq && msg->nlmsg_pid == r->nl.portid;

	if (reply && (msg->nlmsg_flags & NLM_F_DUMP_INTR))
		r->interrupted = true;
	if (msg->nlmsg_type == RTM_NEWLINK || msg->nlmsg_type == RTM_DELLINK)
		take_link(r, msg, reply, now_ns, out);
	else if (msg->nlmsg_type == RTM_NEWADDR || msg->nlmsg_type == RTM_DELADDR)
		take_addr(r, msg, now_ns, out);
	else if (reply && (msg->nlmsg_type == NLMSG_DONE || msg->nlmsg_type == NLMSG_ERROR))
		end_dump(r, nlread_status(msg), now_ns, out);
}

/* Begins again from nothing: with a socket that has neither leftovers nor gaps. */
static void start_over(struct rtlink *r, uint64_t now_ns)
{
	r->dumping = false;
	r->todo = EVERY_DUMP;
	r->retry_ns = now_ns + REOPEN_EVERY_NS;
	/* Failed: the socket is closed, and step() tries again when it is time. */
	nlsock_reopen(&r->nl);
}

static void begin_dump(struct rtlink *r, uint64_t now_ns)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[NLSOCK_REQUEST_BYTES];
	} request = { .header = { .nlmsg_len = 0 } };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(&request);

	r->at = r->todo & 1u << DUMP_LINKS ? DUMP_LINKS : DUMP_LINKS + 1;
	r->todo &= ~(1u << r->at);
	r->dumping = true;
	r->interrupted = false;
	r->round++;
	r->heard_ns = now_ns;
	msg->nlmsg_type = rtdumps[r->at].request;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = nlsock_next_seq(&r->nl);
	/* Both kinds of header begin with the family, and are zero but for what is filtered by. */
	mnl_nlmsg_put_extra_header(msg, r->at == DUMP_LINKS ? sizeof(struct ifinfomsg)
							    : sizeof(struct ifaddrmsg));
	if (nlsock_send(&r->nl, msg))
		start_over(r, now_ns);
}

/* One datagram; false: nothing there. */
static bool receive(struct rtlink *r, uint64_t now_ns, const struct sink *out)
{
	const struct nlmsghdr *msg;
	struct bytes datagram;
	int err = nlsock_recv(&r->nl, &datagram);

	if (err == -EAGAIN) {
		if (r->dumping && now_ns >= r->heard_ns + STALL_NS)
			start_over(r, now_ns);
		return false;
	}
	if (err) {
		/*
		 * Most likely multicasts come faster than they are read: asking at once would add
		 * to it.
		 */
		start_over(r, now_ns);
		return false;
	}
	r->heard_ns = now_ns;
	while ((msg = nlread_msg(&datagram)))
		take_message(r, msg, now_ns, out);
	return true;
}

static int rtlink_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct rtlink *r = (struct rtlink *)s;
	uint64_t start_ns = clock_mono_ns();

	if (!r->nl.socket && now_ns >= r->retry_ns)
		start_over(r, now_ns);
	for (uint64_t ran_ns = 0; r->nl.socket && ran_ns < STEP_NS;
	     ran_ns = clock_mono_ns() - start_ns) {
		uint64_t at_ns = now_ns + ran_ns; /* statistics are compared with packets */

		if (!r->dumping && r->todo && at_ns >= r->retry_ns)
			begin_dump(r, at_ns);
		else if (!receive(r, at_ns, out))
			break;
	}
	return 0;
}

static int rtlink_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct rtlink *r = (const struct rtlink *)s;

	if (!r->nl.socket || max < 1)
		return 0;
	out[0] = (struct pollfd){ .fd = nlsock_fd(&r->nl), .events = POLLIN };
	return 1;
}

static uint64_t rtlink_due_ns(const struct source *s)
{
	const struct rtlink *r = (const struct rtlink *)s;

	if (r->dumping)
		return r->heard_ns + STALL_NS; /* earlier if the descriptor is ready */
	return r->todo || !r->nl.socket ? r->retry_ns : SOURCE_NEVER;
}

static void rtlink_refresh(struct source *s, uint64_t now_ns)
{
	struct rtlink *r = (struct rtlink *)s;

	if (now_ns < r->refreshed_ns + REFRESH_EVERY_NS)
		return;
	r->refreshed_ns = now_ns;
	r->todo |= 1u << DUMP_LINKS;
}

/* While it cannot ask, nobody should wait. */
static bool rtlink_busy(const struct source *s)
{
	const struct rtlink *r = (const struct rtlink *)s;

	return r->dumping || (r->todo && r->retry_ns == 0);
}

static void rtlink_close(struct source *s)
{
	struct rtlink *r = (struct rtlink *)s;

	nlsock_close(&r->nl);
	rtknown_fini(&r->known);
	free(r);
}

static const struct source_ops rtlink_ops = {
	.notice = NOTICE_INTERFACES,
	.step = rtlink_step,
	.fds = rtlink_fds,
	.due_ns = rtlink_due_ns,
	.refresh = rtlink_refresh,
	.busy = rtlink_busy,
	.close = rtlink_close,
};

int rtlink_new(struct source **out, const struct netns_place *where, struct errmsg *err)
{
	const uint32_t groups =
		GROUP(RTNLGRP_LINK) | GROUP(RTNLGRP_IPV4_IFADDR) | GROUP(RTNLGRP_IPV6_IFADDR);
	struct rtlink *r = xcalloc(1, sizeof(*r));
	int rc = nlsock_open_in(&r->nl, NETLINK_ROUTE, groups, where);

	if (rc) {
		errmsg_set(err, "cannot ask the kernel for its interfaces: rtnetlink: %s",
			   strerror(-rc));
		free(r);
		return rc;
	}
	r->source.ops = &rtlink_ops;
	r->netns = netns_index(where);
	rtknown_init(&r->known);
	r->todo = EVERY_DUMP;
	*out = &r->source;
	return 0;
}
