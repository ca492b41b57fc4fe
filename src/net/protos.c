/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protos: one row for each IP protocol with a name: its number and, where its header says more than
 * its length, the function that reads it.
 *
 * Owns nothing. Deliberately reads no SCTP chunks, of TCP's options those of a SYN only, and no
 * length field of a transport protocol: what IP covers is the length (UDP's own is that of the
 * whole datagram in a first fragment, UDP-Lite's is the checksum's coverage). What an ICMP error
 * quotes is decode.c's.
 */
#include "net/protos.h"

#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

/* Numbers that <netinet/in.h> does not name. */
enum {
	PROTO_OSPF = 89,
	PROTO_VRRP = 112,
	PROTO_L2TP = 115,
};

enum tcp_option {
	OPTION_END = 0,
	OPTION_NOTHING = 1,
	OPTION_MSS = 2,
	OPTION_WSCALE = 3,
};

enum { WSCALE_MAX = 14 };

/* RFC 9293 3.2: a kind; a length that counts both, and data, with all kinds but two. */
static void read_syn_options(struct bytes options, struct pktmeta *m)
{
	while (bytes_left(&options) >= 2) {
		const uint8_t *at = options.p;

		if (at[0] == OPTION_END)
			return;
		if (at[0] == OPTION_NOTHING) {
			options.p++;
			continue;
		}
		if (at[1] < 2 || !bytes_skip(&options, at[1]))
			return;
		if (at[0] == OPTION_MSS && at[1] == 4)
			m->mss = load_be16(at + 2);
		else if (at[0] == OPTION_WSCALE && at[1] == 3)
			m->wscale = at[2] < WSCALE_MAX ? at[2] : WSCALE_MAX;
	}
}

/* RFC 9293 3.1. The options may be cut off: what is left of them is read. */
static bool decode_tcp(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	const uint8_t *at = bytes_take(&l4, 20);

	if (!at || at[12] >> 4 < 5)
		return false;
	h->sport = load_be16(at);
	h->dport = load_be16(at + 2);
	h->header_bytes = (uint32_t)(at[12] >> 4) * 4;
	m->seq = load_be32(at + 4);
	m->ack = load_be32(at + 8);
	m->tcp_flags = at[13];
	m->window = load_be16(at + 14);
	if (!(at[13] & WIRE_SYN))
		return true;
	if (bytes_left(&l4) > h->header_bytes - 20)
		l4.end = l4.p + h->header_bytes - 20;
	read_syn_options(l4, m);
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

static bool decode_udp(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	(void)m;
	h->is_datagram = true;
	return take_ports(l4, h, 8);
}

static bool decode_sctp(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	(void)m;
	return take_ports(l4, h, 12);
}

/* RFC 4340 5.1: 12 bytes with short sequence numbers, else 16; the data offset counts the rest. */
static bool decode_dccp(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	uint32_t header_bytes;

	(void)m;
	if (!take_ports(l4, h, 12))
		return false;
	header_bytes = (uint32_t)l4.p[4] * 4;
	if (header_bytes < (l4.p[8] & 1 ? 16 : 12))
		return false;
	h->header_bytes = header_bytes;
	return true;
}

enum icmp_meaning { ICMP_ECHO = 1, ICMP_ERROR };

/* By type. RFC 792; what is no failure of a packet (redirect) or too old to be met is left out. */
static const uint8_t icmp4_meanings[256] = {
	[0] = ICMP_ECHO,	/* reply */
	[3] = ICMP_ERROR,	/* unreachable */
	[4] = ICMP_ERROR,	/* source quench */
	[8] = ICMP_ECHO,	/* request */
	[11] = ICMP_ERROR,	/* time exceeded */
	[12] = ICMP_ERROR,	/* parameter problem */
};

/* RFC 4443. */
static const uint8_t icmp6_meanings[256] = {
	[1] = ICMP_ERROR,	/* unreachable */
	[2] = ICMP_ERROR,	/* packet too big */
	[3] = ICMP_ERROR,	/* time exceeded */
	[4] = ICMP_ERROR,	/* parameter problem */
	[128] = ICMP_ECHO,	/* request */
	[129] = ICMP_ECHO,	/* reply */
};

/* Every message has eight bytes before its data; those of echo hold an identifier and a number. */
static bool decode_icmp(struct bytes l4, struct l4head *h, struct pktmeta *m,
			const uint8_t meanings[static 256])
{
	const uint8_t *at = bytes_take(&l4, 8);

	if (!at)
		return false;
	h->header_bytes = 8;
	h->is_error = meanings[at[0]] == ICMP_ERROR;
	if (meanings[at[0]] == ICMP_ECHO) {
		h->sport = h->dport = load_be16(at + 4);
		m->seq = load_be16(at + 6);
	}
	m->icmp_type = at[0];
	m->icmp_code = at[1];
	return true;
}

static bool decode_icmp4(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	return decode_icmp(l4, h, m, icmp4_meanings);
}

static bool decode_icmp6(struct bytes l4, struct l4head *h, struct pktmeta *m)
{
	return decode_icmp(l4, h, m, icmp6_meanings);
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

bool ipproto_read_ports(uint8_t number, struct bytes l4, struct l4head *h)
{
	const struct ipproto *proto = ipproto_find(number);
	struct pktmeta unused;

	if (!proto || !proto->decode)
		return true;
	return proto->has_ports ? take_ports(l4, h, 4) : proto->decode(l4, h, &unused);
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
