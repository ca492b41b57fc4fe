/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names: tables of ethertypes and netlink protocols. Reads no file: the same words everywhere.
 */
#include "query/names.h"

#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
	uint16_t type;
	const char *name;
} ethertypes[] = {
	{ ETH_P_ALL, "*" },	      { ETH_P_IP, "ip" },	  { ETH_P_IPV6, "ipv6" },
	{ ETH_P_ARP, "arp" },	      { ETH_P_RARP, "rarp" },	  { ETH_P_8021Q, "802.1q" },
	{ ETH_P_8021AD, "802.1ad" },  { ETH_P_PAE, "eapol" },	  { ETH_P_LLDP, "lldp" },
	{ ETH_P_PPP_DISC, "pppoed" }, { ETH_P_PPP_SES, "pppoe" }, { ETH_P_1588, "ptp" },
	{ ETH_P_802_2, "802.2" },     { ETH_P_TIPC, "tipc" },	  { ETH_P_MPLS_UC, "mpls" },
};

static const char *const netlinks[] = {
	[NETLINK_ROUTE] = "route",
	[NETLINK_UNUSED] = "unused",
	[NETLINK_USERSOCK] = "usersock",
	[NETLINK_FIREWALL] = "firewall",
	[NETLINK_SOCK_DIAG] = "sock_diag",
	[NETLINK_NFLOG] = "nflog",
	[NETLINK_XFRM] = "xfrm",
	[NETLINK_SELINUX] = "selinux",
	[NETLINK_ISCSI] = "iscsi",
	[NETLINK_AUDIT] = "audit",
	[NETLINK_FIB_LOOKUP] = "fib_lookup",
	[NETLINK_CONNECTOR] = "connector",
	[NETLINK_NETFILTER] = "netfilter",
	[NETLINK_IP6_FW] = "ip6_fw",
	[NETLINK_DNRTMSG] = "dnrtmsg",
	[NETLINK_KOBJECT_UEVENT] = "kobject_uevent",
	[NETLINK_GENERIC] = "generic",
	[NETLINK_SCSITRANSPORT] = "scsitransport",
	[NETLINK_ECRYPTFS] = "ecryptfs",
	[NETLINK_RDMA] = "rdma",
	[NETLINK_CRYPTO] = "crypto",
	[NETLINK_SMC] = "smc",
};

const char *names_ethertype(uint16_t type, char buf[static NAMES_BUF])
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++) {
		if (ethertypes[i].type == type)
			return ethertypes[i].name;
	}
	snprintf(buf, NAMES_BUF, "0x%04x", type);
	return buf;
}

const char *names_netlink(uint8_t protocol, char buf[static NAMES_BUF])
{
	if (protocol < sizeof(netlinks) / sizeof(netlinks[0]) && netlinks[protocol])
		return netlinks[protocol];
	snprintf(buf, NAMES_BUF, "%u", protocol);
	return buf;
}
