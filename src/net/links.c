/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links: one row for each link type: its number, libpcap's name, and the function that moves a
 * cursor from the first captured byte to the network header. Radio headers are wifi.c's, tags and
 * the like behind a link header layers.c's.
 *
 * Owns nothing. Deliberately reads no network header beyond its version nibble, gives no link
 * addresses back, and looks into no tunnel.
 */
#include "net/links.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "net/decode.h"
#include "net/layers.h"
#include "net/wifi.h"

/* linux/netfilter/nfnetlink_log.h; its numbers are the file format's (LINKTYPE_NFLOG). */
enum nflog_attribute {
	NFLOG_HEADER = 1,
	NFLOG_IN = 4,
	NFLOG_OUT = 5,
	NFLOG_PAYLOAD = 9,
};

enum { FAMILY_IPV4 = 2, FAMILY_IPV6 = 10, HOOK_LOCAL_IN = 1, HOOK_LOCAL_OUT = 3 };

static bool decode_ethernet(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, ETH_HLEN);

	if (!at)
		return false;
	h->ethertype = load_be16(at + 12);
	return h->ethertype == ETH_P_IP || h->ethertype == ETH_P_IPV6 || layers_skip(b, h);
}

/*
 * Cooked capture of a double-tagged frame on Linux 6.11 and later: the protocol field already names
 * what is behind the inner tag, but the data starts with that tag's last four bytes. Told by the
 * version nibble, which does not fit here and does behind them.
 */
static void skip_swallowed_tag(struct bytes *b, struct linkhead *h)
{
	unsigned version = h->ethertype == ETH_P_IP ? 4 : 6;

	if (h->ethertype != ETH_P_IP && h->ethertype != ETH_P_IPV6)
		return;
	if (bytes_left(b) < 5 || b->p[0] >> 4 == version)
		return;
	if (load_be16(b->p + 2) != h->ethertype || b->p[4] >> 4 != version)
		return;
	h->ethertype = ETH_P_8021Q;
}

static bool is_protocol_an_ethertype(unsigned hatype)
{
	switch (hatype) {
	case ARPHRD_FRAD:
	case ARPHRD_IEEE80211:
	case ARPHRD_IEEE80211_PRISM:
	case ARPHRD_IEEE80211_RADIOTAP:
	case ARPHRD_NETLINK:
	case ARPHRD_VSOCKMON:
		return false;
	}
	return true;
}

/* The common end of both cooked headers: h->ethertype holds the protocol field. */
static bool decode_cooked(struct bytes *b, struct linkhead *h, unsigned hatype, unsigned pkttype)
{
	if (pkttype == PACKET_OUTGOING)
		h->way = PKT_OUT;
	else
		h->way = pkttype <= PACKET_MULTICAST ? PKT_IN : PKT_SEEN;
	if (!is_protocol_an_ethertype(hatype)) {
		h->ethertype = 0;
		return true;
	}
	skip_swallowed_tag(b, h);
	return layers_skip(b, h);
}

/* pkttype, hatype, address length, 8 of address, protocol (LINKTYPE_LINUX_SLL). */
static bool decode_sll(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, 16);

	if (!at)
		return false;
	h->ethertype = load_be16(at + 14);
	return decode_cooked(b, h, load_be16(at + 2), load_be16(at));
}

/*
 * protocol, 2 reserved, ifindex, hatype, pkttype, address length, 8 of address
 * (LINKTYPE_LINUX_SLL2).
 */
static bool decode_sll2(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, 20);

	if (!at)
		return false;
	h->ethertype = load_be16(at);
	h->ifindex = load_be32(at + 4);
	return decode_cooked(b, h, load_be16(at + 8), at[10]);
}

/*
 * LINKTYPE_NULL is in the byte order of the host that wrote the file, LINKTYPE_LOOP in network
 * order.
 */
static bool decode_null(struct bytes *b, struct linkhead *h)
{
	uint32_t family;

	if (!bytes_be32(b, &family))
		return false;
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:			/* AF_INET everywhere */
		h->ethertype = ETH_P_IP;
		break;
	case 10:		/* AF_INET6 of Linux, */
	case 24:		/* NetBSD and OpenBSD, */
	case 28:		/* FreeBSD, */
	case 30:		/* macOS */
		h->ethertype = ETH_P_IPV6;
		break;
	default:
		h->ethertype = 0;
	}
	return true;
}

static bool decode_raw(struct bytes *b, struct linkhead *h)
{
	if (!bytes_left(b))
		return false;
	h->ethertype = layers_of_version(*b->p);
	return true;
}

static bool decode_ipv4_link(struct bytes *b, struct linkhead *h)
{
	(void)b;
	h->ethertype = ETH_P_IP;
	return true;
}

static bool decode_ipv6_link(struct bytes *b, struct linkhead *h)
{
	(void)b;
	h->ethertype = ETH_P_IPV6;
	return true;
}

static bool decode_mpls(struct bytes *b, struct linkhead *h)
{
	h->ethertype = ETH_P_MPLS_UC;
	return layers_skip(b, h);
}

/*
 * RFC 1662 3.1: address FF and a control byte, which both ends may agree to leave out. FF begins no
 * protocol's number.
 */
static bool decode_ppp(struct bytes *b, struct linkhead *h)
{
	if (bytes_left(b) && b->p[0] == 0xff && !bytes_skip(b, 2))
		return false;
	h->ethertype = LAYER_PPP;
	return layers_skip(b, h);
}

/* That, or Cisco's framing: address 0F or 8F, control, ethertype (LINKTYPE_PPP_HDLC). */
static bool decode_ppp_serial(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = b->p;

	if (!bytes_left(b) || (at[0] != 0x0f && at[0] != 0x8f))
		return decode_ppp(b, h);
	if (!bytes_skip(b, 4))
		return false;
	h->ethertype = load_be16(at + 2);
	return layers_skip(b, h);
}

static bool decode_ppp_ether(struct bytes *b, struct linkhead *h)
{
	h->ethertype = ETH_P_PPP_SES;
	return layers_skip(b, h);
}

/* What came in and goes on is nobody's: only the hooks at this host's sockets tell a way. */
static void read_nflog_header(const uint8_t *value, uint8_t family, struct linkhead *h)
{
	if (family != FAMILY_IPV4 && family != FAMILY_IPV6)
		h->ethertype = load_be16(value);
	else if (value[2] == HOOK_LOCAL_IN)
		h->way = PKT_IN;
	else if (value[2] == HOOK_LOCAL_OUT)
		h->way = PKT_OUT;
}

/* What is not used is skipped, what is too short for its type likewise. */
static void read_nflog_attribute(unsigned type, const uint8_t *value, uint32_t len, uint8_t family,
				 struct linkhead *h)
{
	if (len < 4)
		return;
	if (type == NFLOG_HEADER)
		read_nflog_header(value, family, h);
	else if (type == NFLOG_IN || type == NFLOG_OUT)
		h->ifindex = load_be32(value);
}

/*
 * Length and type of an attribute, in the byte order of the host that wrote them: a type is below
 * 128 (the bit above says "nested"), so a low byte that is not 0 tells.
 */
static bool take_nflog_head(struct bytes *b, unsigned *type, uint32_t *len)
{
	const uint8_t *at = bytes_take(b, 4);
	bool little;

	if (!at)
		return false;
	little = at[2] & 0x7f;
	*type = at[little ? 2 : 3];
	*len = little ? at[0] | (uint32_t)at[1] << 8 : load_be16(at);
	return *len >= 4;
}

/*
 * Family, version, group; then attributes, each filled up to four bytes. The payload is the last,
 * and the packet is as long as it says.
 */
static bool decode_nflog(struct bytes *b, struct linkhead *h)
{
	const uint8_t *start = bytes_take(b, 4), *value;
	uint32_t len, end;
	unsigned type;

	if (!start)
		return false;
	h->ethertype = 0;
	if (start[0] == FAMILY_IPV4)
		h->ethertype = ETH_P_IP;
	else if (start[0] == FAMILY_IPV6)
		h->ethertype = ETH_P_IPV6;
	while (take_nflog_head(b, &type, &len)) {
		if (type == NFLOG_PAYLOAD) {
			end = (uint32_t)(b->p - start) + len - 4;
			h->wire_bytes = end < h->wire_bytes ? end : h->wire_bytes;
			return !h->ethertype || layers_skip(b, h);
		}
		value = bytes_take(b, (len - 1) & ~3u);
		if (!value)
			return false;
		read_nflog_attribute(type, value, len - 4, start[0], h);
	}
	return false;
}

/* The protocol behind this header is of Linux's own making (LINKTYPE_NETLINK). */
static bool decode_netlink(struct bytes *b, struct linkhead *h)
{
	h->ethertype = 0;
	return bytes_skip(b, 16);
}

/* The commonest first: link_find() goes from the top, for every packet. */
static const struct link links[] = {
	{ LINK_ETHERNET, "EN10MB", decode_ethernet },
	{ LINK_RAW_ETHERTYPE, "ETHERTYPE", layers_skip },
	{ LINK_LINUX_SLL2, "LINUX_SLL2", decode_sll2 },
	{ LINK_LINUX_SLL, "LINUX_SLL", decode_sll },
	{ LINK_RAW, "RAW", decode_raw },
	{ LINK_NULL, "NULL", decode_null },
	{ LINK_LOOP, "LOOP", decode_null },
	{ LINK_IPV4, "IPV4", decode_ipv4_link },
	{ LINK_IPV6, "IPV6", decode_ipv6_link },
	{ LINK_MPLS, "MPLS", decode_mpls },
	{ LINK_PPP, "PPP", decode_ppp },
	{ LINK_PPP_SERIAL, "PPP_SERIAL", decode_ppp_serial },
	{ LINK_PPP_ETHER, "PPP_ETHER", decode_ppp_ether },
	{ LINK_80211, "IEEE802_11", wifi_decode_80211 },
	{ LINK_80211_RADIOTAP, "IEEE802_11_RADIO", wifi_decode_radiotap },
	{ LINK_PPI, "PPI", wifi_decode_ppi },
	{ LINK_NFLOG, "NFLOG", decode_nflog },
	{ LINK_NETLINK, "NETLINK", decode_netlink },
};

#define LINKS (sizeof(links) / sizeof(links[0]))

const struct link *link_find(uint16_t linktype)
{
	for (unsigned i = 0; i < LINKS; i++)
		if (links[i].linktype == linktype)
			return &links[i];
	return NULL;
}

const struct link *link_at(unsigned i)
{
	return i < LINKS ? &links[i] : NULL;
}
