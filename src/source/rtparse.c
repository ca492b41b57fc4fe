/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads RTM_*LINK and RTM_*ADDR messages. Keeps nothing, sends nothing.
 */
#include "source/rtparse.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "source/nlread.h"

static void take_name(struct ifacerec *out, const struct nlread_attr *a)
{
	size_t len = a->len < sizeof(out->name) - 1 ? a->len : sizeof(out->name) - 1;

	memcpy(out->name, a->data, len);
	out->name[len] = '\0';
}

/* The first eight counters are older than the attribute itself, so a shorter one is broken. */
static bool take_stats(struct ifacerec *out, const struct nlread_attr *a)
{
	struct rtnl_link_stats64 stats;
	const size_t needed =
		offsetof(struct rtnl_link_stats64, tx_dropped) + sizeof(stats.tx_dropped);

	if (a->len < needed)
		return false;
	memcpy(&stats, a->data, needed);
	out->rx_bytes = stats.rx_bytes;
	out->tx_bytes = stats.tx_bytes;
	out->rx_errors = stats.rx_errors;
	out->tx_errors = stats.tx_errors;
	out->rx_packets = stats.rx_packets;
	out->tx_packets = stats.tx_packets;
	out->rx_dropped = stats.rx_dropped;
	out->tx_dropped = stats.tx_dropped;
	return true;
}

bool rtparse_link(const struct nlmsghdr *msg, struct ifacerec *out, bool *has_stats)
{
	struct bytes attrs = nlread_payload(msg);
	struct ifacerec iface = { .gone = msg->nlmsg_type == RTM_DELLINK };
	struct nlread_attr a;
	struct ifinfomsg head;
	bool stats = false;

	/*
	 * A bridge says with RTM_DELLINK of AF_BRIDGE that a port left it, not that the interface
	 * went.
	 */
	if (!bytes_copy(&attrs, &head, sizeof(head)) || head.ifi_family != AF_UNSPEC ||
	    head.ifi_index <= 0)
		return false;
	iface.ifindex = (uint32_t)head.ifi_index;
	iface.flags = head.ifi_flags;
	iface.type = head.ifi_type;
	while (nlread_attr(&attrs, &a)) {
		if (a.type == IFLA_IFNAME)
			take_name(&iface, &a);
		else if (a.type == IFLA_MASTER && a.len == sizeof(iface.master))
			memcpy(&iface.master, a.data, sizeof(iface.master));
		else if (a.type == IFLA_STATS64)
			stats = take_stats(&iface, &a);
	}
	if (iface.name[0] == '\0')
		return false;
	*out = iface;
	*has_stats = stats;
	return true;
}

static bool take_addr(uint8_t family, const struct nlread_attr *a, struct addr *out)
{
	if (family == AF_INET && a->len == 4)
		*out = addr_from_v4(a->data);
	else if (family == AF_INET6 && a->len == 16)
		*out = addr_from_v6(a->data);
	else
		return false;
	return true;
}

bool rtparse_addr(const struct nlmsghdr *msg, struct addrrec *out)
{
	struct bytes attrs = nlread_payload(msg);
	struct addrrec rec = { .gone = msg->nlmsg_type == RTM_DELADDR };
	struct ifaddrmsg head;
	struct nlread_attr a;
	bool has_addr = false, has_local = false;

	if (!bytes_copy(&attrs, &head, sizeof(head)) ||
	    head.ifa_prefixlen > (head.ifa_family == AF_INET ? 32 : 128))
		return false;
	rec.ifindex = head.ifa_index;
	rec.prefix = head.ifa_prefixlen;
	while (nlread_attr(&attrs, &a)) {
		/* On a point-to-point link IFA_ADDRESS is the other end's. */
		if (a.type == IFA_LOCAL)
			has_local |= take_addr(head.ifa_family, &a, &rec.addr);
		else if (a.type == IFA_ADDRESS && !has_local)
			has_addr |= take_addr(head.ifa_family, &a, &rec.addr);
	}
	if (!has_addr && !has_local)
		return false;
	*out = rec;
	return true;
}
