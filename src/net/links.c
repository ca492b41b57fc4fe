/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links: one row for each link type: its number, libpcap's name, and the function that moves a
 * cursor from the first captured byte to the network header, past VLAN tags, LLC/SNAP and PPPoE.
 *
 * Owns nothing. Deliberately reads no network header beyond its version nibble, gives no link
 * addresses back, and looks into no tunnel: what is not IP after at most LAYERS_MAX layers is told
 * by its ethertype.
 */
#include "net/links.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "net/decode.h"

#define LAYERS_MAX 8		/* tags and the like in one frame; nobody stacks more in earnest */
#define LENGTH_MAX 1500		/* up to here an "ethertype" is a length (IEEE 802.3 3.2.6) */
#define VLAN_ID_MASK 0x0fff

enum ppp_protocol {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
};

/* What one layer between the link header and the network header said. */
enum layer {
	LAYER_CUT,		/* not all of it was captured */
	LAYER_LAST,		/* h->ethertype is final */
	LAYER_MORE,		/* h->ethertype says what follows */
};

static enum layer skip_tag(struct bytes *b, struct linkhead *h)
{
	const uint8_t *tag = bytes_take(b, 4);

	if (!tag)
		return LAYER_CUT;
	/* A priority tag has id 0: the first tag that names a VLAN is the outermost. */
	if (!h->vlan)
		h->vlan = load_be16(tag) & VLAN_ID_MASK;
	h->ethertype = load_be16(tag + 2);
	return LAYER_MORE;
}

/*
 * RFC 1042 and IEEE 802.1H: an ethertype behind AA-AA-03 and the organisation 00-00-00 or 00-00-F8.
 */
static enum layer skip_llc(struct bytes *b, struct linkhead *h)
{
	const uint8_t *llc = bytes_take(b, 3), *snap;

	h->ethertype = ETH_P_802_2;
	if (!llc)
		return LAYER_CUT;
	if (llc[0] != 0xaa || llc[1] != 0xaa || llc[2] != 0x03)
		return LAYER_LAST;
	snap = bytes_take(b, 5);
	if (!snap)
		return LAYER_CUT;
	if (snap[0] || snap[1] || (snap[2] && snap[2] != 0xf8))
		return LAYER_LAST;
	h->ethertype = load_be16(snap + 3);
	return LAYER_MORE;
}

/* RFC 2516 4: version, code, session, length; then PPP's protocol, never compressed (section 7). */
static enum layer skip_pppoe(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, 8);

	if (!at)
		return LAYER_CUT;
	if (load_be16(at + 6) == PPP_IPV4)
		h->ethertype = ETH_P_IP;
	else if (load_be16(at + 6) == PPP_IPV6)
		h->ethertype = ETH_P_IPV6;
	return LAYER_LAST;
}

static enum layer skip_layer(struct bytes *b, struct linkhead *h)
{
	switch (h->ethertype) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
	case ETH_P_QINQ1:
	case ETH_P_QINQ2:
		return skip_tag(b, h);
	case ETH_P_PPP_SES:
		return skip_pppoe(b, h);
	}
	return h->ethertype <= LENGTH_MAX ? skip_llc(b, h) : LAYER_LAST;
}

/* From what h->ethertype names to the network header. */
static bool skip_layers(struct bytes *b, struct linkhead *h)
{
	enum layer layer = LAYER_MORE;

	for (unsigned i = 0; i < LAYERS_MAX && layer == LAYER_MORE; i++) {
		if (h->ethertype == ETH_P_IP || h->ethertype == ETH_P_IPV6)
			return true;
		layer = skip_layer(b, h);
	}
	return layer != LAYER_CUT;
}

static bool decode_ethernet(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, ETH_HLEN);

	if (!at)
		return false;
	h->ethertype = load_be16(at + 12);
	return skip_layers(b, h);
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
	if (load_be16(b->p + 2) == h->ethertype && b->p[4] >> 4 == version)
		skip_tag(b, h);
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
	return skip_layers(b, h);
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
	h->ethertype = 0;
	if (*b->p >> 4 == 4)
		h->ethertype = ETH_P_IP;
	else if (*b->p >> 4 == 6)
		h->ethertype = ETH_P_IPV6;
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

/* The commonest first: link_find() goes from the top, for every packet. */
static const struct link links[] = {
	{ LINK_ETHERNET, "EN10MB", decode_ethernet },
	{ LINK_RAW_ETHERTYPE, "ETHERTYPE", skip_layers },
	{ LINK_LINUX_SLL2, "LINUX_SLL2", decode_sll2 },
	{ LINK_LINUX_SLL, "LINUX_SLL", decode_sll },
	{ LINK_RAW, "RAW", decode_raw },
	{ LINK_NULL, "NULL", decode_null },
	{ LINK_LOOP, "LOOP", decode_null },
	{ LINK_IPV4, "IPV4", decode_ipv4_link },
	{ LINK_IPV6, "IPV6", decode_ipv6_link },
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
