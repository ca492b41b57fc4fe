/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/rtlink.c with rtparse and rtknown: messages made here, the set by itself, and a round over
 * this machine's own rtnetlink, which needs no right and has a loopback everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "source/rtknown.h"
#include "source/rtlink.h"
#include "source/rtparse.h"

struct message {
	_Alignas(8) uint8_t bytes[1024];
	struct nlmsghdr *head;
};

static void message_begin(struct message *m, uint16_t type, const void *header, size_t len)
{
	memset(m->bytes, 0, sizeof(m->bytes));
	m->head = (void *)m->bytes;
	m->head->nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	m->head->nlmsg_type = type;
	memcpy(NLMSG_DATA(m->head), header, len);
}

static void message_add(struct message *m, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type };
	uint8_t *at = m->bytes + NLMSG_ALIGN(m->head->nlmsg_len);

	assert_true(NLMSG_ALIGN(m->head->nlmsg_len) + a.nla_len <= sizeof(m->bytes));
	memcpy(at, &a, sizeof(a));
	memcpy(at + sizeof(a), data, len);
	m->head->nlmsg_len = NLMSG_ALIGN(m->head->nlmsg_len) + a.nla_len;
}

static void link_begin(struct message *m, uint16_t type, uint8_t family, int ifindex)
{
	struct ifinfomsg info = { .ifi_family = family,
				  .ifi_type = ARPHRD_ETHER,
				  .ifi_index = ifindex,
				  .ifi_flags = IFF_UP };

	message_begin(m, type, &info, sizeof(info));
}

static void addr_begin(struct message *m, uint16_t type, uint8_t family, uint8_t prefix)
{
	struct ifaddrmsg info = { .ifa_family = family, .ifa_prefixlen = prefix, .ifa_index = 4 };

	message_begin(m, type, &info, sizeof(info));
}

static struct addr text_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void test_rtlink_interface_has_name_master_and_statistics(void **state)
{
	struct rtnl_link_stats64 stats = { .rx_packets = 1,
					   .tx_packets = 2,
					   .rx_bytes = 1ull << 40,
					   .tx_bytes = 4,
					   .rx_dropped = 5,
					   .tx_dropped = 6,
					   .rx_errors = 7,
					   .tx_errors = 8 };
	uint32_t master = 9;
	struct ifacerec iface;
	struct message m;
	bool has_stats;

	(void)state;
	link_begin(&m, RTM_NEWLINK, AF_UNSPEC, 4);
	message_add(&m, IFLA_IFNAME, "eth0", 5);
	message_add(&m, IFLA_MASTER, &master, sizeof(master));
	message_add(&m, IFLA_STATS64, &stats, sizeof(stats));
	assert_true(rtparse_link(m.head, &iface, &has_stats));
	assert_true(has_stats);
	assert_false(iface.gone);
	assert_int_equal(iface.ifindex, 4);
	assert_int_equal(iface.type, ARPHRD_ETHER);
	assert_int_equal(iface.flags, IFF_UP);
	assert_int_equal(iface.master, 9);
	assert_string_equal(iface.name, "eth0");
	assert_true(iface.rx_bytes == 1ull << 40);
	assert_int_equal(iface.tx_bytes, 4);
	assert_int_equal(iface.rx_packets, 1);
	assert_int_equal(iface.tx_packets, 2);
	assert_int_equal(iface.rx_dropped, 5);
	assert_int_equal(iface.tx_dropped, 6);
	assert_int_equal(iface.rx_errors, 7);
	assert_int_equal(iface.tx_errors, 8);
}

static void test_rtlink_interface_without_statistics_says_so(void **state)
{
	struct ifacerec iface;
	struct message m;
	bool has_stats;

	(void)state;
	link_begin(&m, RTM_NEWLINK, AF_UNSPEC, 4);
	message_add(&m, IFLA_IFNAME, "a name without its end", 22);
	message_add(&m, IFLA_STATS64, "too short", 9);
	assert_true(rtparse_link(m.head, &iface, &has_stats));
	assert_false(has_stats);
	assert_string_equal(iface.name, "a name without ");
}

static void test_rtlink_port_that_leaves_a_bridge_is_not_gone(void **state)
{
	struct ifacerec iface;
	struct message m;
	bool has_stats;

	(void)state;
	link_begin(&m, RTM_DELLINK, AF_BRIDGE, 4);
	message_add(&m, IFLA_IFNAME, "eth0", 5);
	assert_false(rtparse_link(m.head, &iface, &has_stats));
	link_begin(&m, RTM_DELLINK, AF_UNSPEC, 4);
	message_add(&m, IFLA_IFNAME, "eth0", 5);
	assert_true(rtparse_link(m.head, &iface, &has_stats));
	assert_true(iface.gone);
}

static void test_rtlink_malformed_interface_is_refused(void **state)
{
	struct ifacerec iface = { .ifindex = 77 };
	struct message m;
	bool has_stats;

	(void)state;
	link_begin(&m, RTM_NEWLINK, AF_UNSPEC, 4);
	assert_false(rtparse_link(m.head, &iface, &has_stats));
	message_add(&m, IFLA_IFNAME, "eth0", 5);
	m.head->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)) - 1;
	assert_false(rtparse_link(m.head, &iface, &has_stats));
	link_begin(&m, RTM_NEWLINK, AF_UNSPEC, -1);
	message_add(&m, IFLA_IFNAME, "eth0", 5);
	assert_false(rtparse_link(m.head, &iface, &has_stats));
	assert_int_equal(iface.ifindex, 77);
}

static void test_rtlink_local_address_counts_not_the_peers(void **state)
{
	struct addr local = text_addr("10.0.0.1"), local6 = text_addr("2001:db8::1");
	struct addrrec rec;
	struct message m;

	(void)state;
	/* In either order. */
	addr_begin(&m, RTM_NEWADDR, AF_INET, 32);
	message_add(&m, IFA_ADDRESS, "\x0a\0\0\x02", 4);
	message_add(&m, IFA_LOCAL, "\x0a\0\0\x01", 4);
	assert_true(rtparse_addr(m.head, &rec));
	assert_true(addr_equal(&rec.addr, &local));
	addr_begin(&m, RTM_DELADDR, AF_INET, 32);
	message_add(&m, IFA_LOCAL, "\x0a\0\0\x01", 4);
	message_add(&m, IFA_ADDRESS, "\x0a\0\0\x02", 4);
	assert_true(rtparse_addr(m.head, &rec));
	assert_true(addr_equal(&rec.addr, &local));
	assert_true(rec.gone);
	/* IPv6 has IFA_LOCAL with a peer only. */
	addr_begin(&m, RTM_NEWADDR, AF_INET6, 64);
	message_add(&m, IFA_ADDRESS, local6.b, 16);
	assert_true(rtparse_addr(m.head, &rec));
	assert_true(addr_equal(&rec.addr, &local6));
	assert_int_equal(rec.prefix, 64);
	assert_int_equal(rec.ifindex, 4);
	assert_false(rec.gone);
}

static void test_rtlink_malformed_address_is_refused(void **state)
{
	struct addrrec rec = { .ifindex = 77 };
	struct message m;

	(void)state;
	addr_begin(&m, RTM_NEWADDR, AF_INET, 24);
	assert_false(rtparse_addr(m.head, &rec));
	message_add(&m, IFA_LOCAL, "\x0a\0\0", 3);
	message_add(&m, IFA_ADDRESS, "0123456789abcdef", 16);
	assert_false(rtparse_addr(m.head, &rec));
	addr_begin(&m, RTM_NEWADDR, AF_INET, 33);
	message_add(&m, IFA_LOCAL, "\x0a\0\0\x01", 4);
	assert_false(rtparse_addr(m.head, &rec));
	addr_begin(&m, RTM_NEWADDR, AF_PHONET, 0);
	message_add(&m, IFA_LOCAL, "\x0a\0\0\x01", 4);
	assert_false(rtparse_addr(m.head, &rec));
	assert_int_equal(rec.ifindex, 77);
}

static struct rtkey iface_key(uint32_t ifindex)
{
	return (struct rtkey){ .kind = RT_IFACE, .ifindex = ifindex };
}

static void test_rtlink_what_a_round_did_not_mention_is_stale(void **state)
{
	const struct rtkey *stale;
	struct rtknown k;
	unsigned gone = 0;
	size_t at = 0;

	(void)state;
	rtknown_init(&k);
	for (uint32_t i = 1; i <= 1000; i++) {
		struct rtkey key = iface_key(i);

		rtknown_put(&k, &key, 1);
	}
	for (uint32_t i = 1; i <= 1000; i += 2) {
		struct rtkey key = iface_key(i);

		rtknown_put(&k, &key, 2);
	}
	assert_null(rtknown_stale(&k, RT_ADDR, 2, &at));
	at = 0;
	while ((stale = rtknown_stale(&k, RT_IFACE, 2, &at))) {
		struct rtkey key = *stale;

		assert_int_equal(key.ifindex % 2, 0);
		assert_true(rtknown_take(&k, &key));
		assert_false(rtknown_take(&k, &key));
		gone++;
	}
	assert_int_equal(gone, 500);
	assert_int_equal(k.count, 500);
	for (uint32_t i = 1; i <= 1000; i++) {
		struct rtkey key = iface_key(i);

		assert_int_equal(rtknown_take(&k, &key), i % 2);
	}
	assert_int_equal(k.count, 0);
	rtknown_fini(&k);
}

/* ---- over the real thing ---- */

struct heard {
	unsigned ifaces, addrs, loopbacks, loopback_addrs;
};

static void hear(void *ctx, const struct event *e)
{
	struct heard *h = ctx;

	assert_true(e->kind == EV_IFACE || e->kind == EV_ADDR);
	if (e->kind == EV_IFACE) {
		h->ifaces++;
		h->loopbacks += e->iface.type == ARPHRD_LOOPBACK && !e->iface.gone;
	} else {
		h->addrs++;
		h->loopback_addrs += addr_is_loopback(&e->addr.addr);
	}
}

/* Until nothing is under way; event time goes by in milliseconds. */
static void run_round(struct source *s, uint64_t *now_ns, struct heard *h)
{
	struct sink sink = { hear, h };

	for (unsigned i = 0; s->ops->busy(s); i++) {
		struct pollfd fds[SOURCE_FDS_MAX];
		int n = s->ops->fds(s, fds, SOURCE_FDS_MAX);

		assert_int_equal(n, 1);
		assert_true(i < 1500);
		poll(fds, (nfds_t)n, s->ops->due_ns(s) > *now_ns ? 1 : 0);
		*now_ns += 1000000;
		assert_int_equal(s->ops->step(s, *now_ns, &sink), 0);
	}
}

static void test_rtlink_round_tells_the_loopback(void **state)
{
	struct heard h = { .ifaces = 0 };
	uint64_t now_ns = 1000000000000;
	struct errmsg err = { "" };
	struct source *s;

	(void)state;
	if (rtlink_new(&s, NULL, &err)) {
		assert_true(err.text[0] != '\0');
		return;
	}
	assert_true(s->ops->busy(s));
	run_round(s, &now_ns, &h);
	assert_int_equal(h.loopbacks, 1);
	assert_true(s->ops->due_ns(s) == SOURCE_NEVER);
	/* Statistics again: interfaces and no addresses, at most once a second. */
	h = (struct heard){ .ifaces = 0 };
	s->ops->refresh(s, now_ns);
	assert_true(s->ops->busy(s));
	run_round(s, &now_ns, &h);
	assert_int_equal(h.loopbacks, 1);
	assert_int_equal(h.addrs, 0);
	s->ops->refresh(s, now_ns);
	assert_false(s->ops->busy(s));
	s->ops->refresh(s, now_ns + 1000000000);
	assert_true(s->ops->busy(s));
	s->ops->close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtlink_interface_has_name_master_and_statistics),
		cmocka_unit_test(test_rtlink_interface_without_statistics_says_so),
		cmocka_unit_test(test_rtlink_port_that_leaves_a_bridge_is_not_gone),
		cmocka_unit_test(test_rtlink_malformed_interface_is_refused),
		cmocka_unit_test(test_rtlink_local_address_counts_not_the_peers),
		cmocka_unit_test(test_rtlink_malformed_address_is_refused),
		cmocka_unit_test(test_rtlink_what_a_round_did_not_mention_is_stale),
		cmocka_unit_test(test_rtlink_round_tells_the_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
