/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protos: one row for each IP protocol with a name: its number and, where its header says more than
 * its length, the function that reads it.
 *
 * Owns nothing. Deliberately reads fixed headers only: no TCP options, no ICMP errors' inner
 * packets, no SCTP chunks, and no length field of a transport protocol: what IP covers is the
 * length (UDP's own is that of the whole datagram in a first fragment, UDP-Lite's is the checksum's
 * coverage).
 */
#include "net/protos.h"

#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

enum icmp_echo {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_ECHO_REQUEST = 8,
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
};

/* Numbers that <netinet/in.h> does not name. */
enum {
	PROTO_OSPF = 89,
	PROTO_VRRP = 112,
	PROTO_L2TP = 115,
};

/* RFC 9293 3.1. The options may be cut off: nothing in them is needed. */
static bool decode_tcp(struct bytes l4, struct l4head *h)
{
	const uint8_t *at = bytes_take(&l4, 20);

	if (!at || at[12] >> 4 < 5)
		return false;
	h->sport = load_be16(at);
	h->dport = load_be16(at + 2);
	h->seq = load_be32(at + 4);
	h->ack = load_be32(at + 8);
	h->header_bytes = (uint32_t)(at[12] >> 4) * 4;
	h->tcp_flags = at[13];
	return true;
}

static bool take_ports(struct bytes l4, struct l4head *h, uint32_t header_bytes)
{
	const uint8_t *at = bytes_take(&l4, header_bytes);

	if (!at)
		return false;
	h->sport = load_be16(at);
	h->dport = load_be16(at + 2);
	h->header_bytes = header_bytes;
	return true;
}

static bool decode_udp(struct bytes l4, struct l4head *h)
{
	return take_ports(l4, h, 8);
}

static bool decode_sctp(struct bytes l4, struct l4head *h)
{
	return take_ports(l4, h, 12);
}

/* RFC 4340 5.1: 12 bytes with short sequence numbers, else 16; the data offset counts the rest. */
static bool decode_dccp(struct bytes l4, struct l4head *h)
{
	uint32_t header_bytes;

	if (!take_ports(l4, h, 12))
		return false;
	header_bytes = (uint32_t)l4.p[4] * 4;
	if (header_bytes < (l4.p[8] & 1 ? 16 : 12))
		return false;
	h->header_bytes = header_bytes;
	return true;
}

/*
 * Every message has eight bytes before its data (RFC 792, RFC 4443); those of echo hold an
 * identifier.
 */
static bool take_echo(struct bytes l4, struct l4head *h, unsigned request, unsigned reply)
{
	const uint8_t *at = bytes_take(&l4, 8);

	if (!at)
		return false;
	h->header_bytes = 8;
	if (at[0] == request || at[0] == reply)
		h->sport = h->dport = load_be16(at + 4);
	return true;
}

static bool decode_icmp4(struct bytes l4, struct l4head *h)
{
	return take_echo(l4, h, ICMP4_ECHO_REQUEST, ICMP4_ECHO_REPLY);
}

static bool decode_icmp6(struct bytes l4, struct l4head *h)
{
	return take_echo(l4, h, ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY);
}

/* The commonest first: ipproto_find() goes from the top, for every packet. */
static const struct ipproto protos[] = {
	{ IPPROTO_TCP, "tcp", true, decode_tcp },
	{ IPPROTO_UDP, "udp", true, decode_udp },
	{ IPPROTO_ICMP, "icmp", false, decode_icmp4 },
	{ IPPROTO_ICMPV6, "icmpv6", false, decode_icmp6 },
	{ IPPROTO_ESP, "esp", false, NULL },
	{ IPPROTO_GRE, "gre", false, NULL },
	{ IPPROTO_SCTP, "sctp", true, decode_sctp },
	{ IPPROTO_UDPLITE, "udplite", true, decode_udp },
	{ IPPROTO_DCCP, "dccp", true, decode_dccp },
	{ IPPROTO_IGMP, "igmp", false, NULL },
	{ IPPROTO_IPIP, "ipip", false, NULL },
	{ IPPROTO_IPV6, "ipv6", false, NULL },
	{ IPPROTO_AH, "ah", false, NULL },
	{ IPPROTO_NONE, "ipv6-nonxt", false, NULL },
	{ PROTO_OSPF, "ospf", false, NULL },
	{ IPPROTO_PIM, "pim", false, NULL },
	{ PROTO_VRRP, "vrrp", false, NULL },
	{ PROTO_L2TP, "l2tp", false, NULL },
};

#define PROTOS (sizeof(protos) / sizeof(protos[0]))

const struct ipproto *ipproto_find(uint8_t number)
{
	for (unsigned i = 0; i < PROTOS; i++)
		if (protos[i].number == number)
			return &protos[i];
	return NULL;
}

const struct ipproto *ipproto_by_name(const char *name)
{
	for (unsigned i = 0; i < PROTOS; i++)
		if (!strcasecmp(protos[i].name, name))
			return &protos[i];
	return NULL;
}

const char *ipproto_name(uint8_t number, char buf[static 16])
{
	const struct ipproto *proto = ipproto_find(number);

	if (proto)
		return proto->name;
	snprintf(buf, 16, "ip-proto-%u", number);
	return buf;
}
