/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tunnels: the IP protocols that are tunnels, and the UDP ports that tunnels are given.
 *
 * Owns nothing. Deliberately reads no packet: a tunnel on another port goes without its name. A
 * port says little where the other end's is a service's own: a question to port 53 may come from
 * any.
 */
#include "net/tunnels.h"

#include <netinet/in.h>

enum { PROTO_L2TP = 115, PORT_ANY = 0, SERVICES_END = 1024, ANY_IP = 0 };

struct tunnel {
	uint8_t proto;
	uint8_t version;	/* of the IP that carries it; ANY_IP */
	uint16_t port;		/* at either end */
	const char *name;
};

static const struct tunnel tunnels[] = {
	{ IPPROTO_UDP, ANY_IP, 4789, "vxlan" },		/* RFC 7348 */
	{ IPPROTO_UDP, ANY_IP, 8472, "vxlan" },		/* Linux before that */
	{ IPPROTO_UDP, ANY_IP, 6081, "geneve" },	/* RFC 8926 */
	{ IPPROTO_UDP, ANY_IP, 2152, "gtp-u" },		/* 3GPP TS 29.281 */
	{ IPPROTO_UDP, ANY_IP, 51820, "wireguard" },
	{ IPPROTO_UDP, ANY_IP, 4500, "esp" },		/* RFC 3948 */
	{ IPPROTO_UDP, ANY_IP, 3544, "teredo" },	/* RFC 4380 */
	{ IPPROTO_UDP, ANY_IP, 1701, "l2tp" },		/* RFC 3931 */
	{ IPPROTO_GRE, ANY_IP, PORT_ANY, "gre" },
	{ IPPROTO_ESP, ANY_IP, PORT_ANY, "esp" },
	{ IPPROTO_IPIP, 4, PORT_ANY, "ipip" },
	{ IPPROTO_IPV6, 4, PORT_ANY, "sit" },
	{ IPPROTO_IPIP, 6, PORT_ANY, "ip6tnl" },	/* either version in IPv6 (RFC 2473) */
	{ IPPROTO_IPV6, 6, PORT_ANY, "ip6tnl" },
	{ PROTO_L2TP, ANY_IP, PORT_ANY, "l2tp" },
};

#define TUNNELS (sizeof(tunnels) / sizeof(tunnels[0]))

static bool fits_port(const struct tunnel *t, const uint16_t port[2])
{
	if (t->port == PORT_ANY)
		return true;
	for (unsigned end = 0; end < 2; end++)
		if (port[end] == t->port && port[!end] >= SERVICES_END)
			return true;
	return false;
}

const char *tunnel_name(const struct flowkey *k)
{
	for (unsigned i = 0; i < TUNNELS; i++) {
		const struct tunnel *t = &tunnels[i];

		if (t->proto != k->proto)
			continue;
		if (t->version != ANY_IP && (t->version == 4) != addr_is_v4(&k->addr[0]))
			continue;
		if (fits_port(t, k->port))
			return t->name;
	}
	return NULL;
}
