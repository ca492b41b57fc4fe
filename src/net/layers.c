/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layers: from the ethertype that a link header named to the network header, layer by layer.
 *
 * Owns nothing. Deliberately checks no length field (IP tells its own), keeps of a tag its id only,
 * and looks into no pseudowire: what is not IP behind the last layer is told by its ethertype. The
 * layers are not counted: each takes bytes of the frame, so there is an end.
 */
#include "net/layers.h"

#include <linux/if_ether.h>

#define LENGTH_MAX 1500		/* up to here an "ethertype" is a length (IEEE 802.3 3.2.6) */
#define VLAN_ID_MASK 0x0fff

/* RFC 1332, RFC 5072, RFC 3032 4.3. */
enum ppp_protocol {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS_UNICAST = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
};

/* What one layer said. */
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

uint16_t layers_of_version(uint8_t first_byte)
{
	switch (first_byte >> 4) {
	case 4:
		return ETH_P_IP;
	case 6:
		return ETH_P_IPV6;
	}
	return 0;
}

/*
 * RFC 3032 2.1: labels of four bytes, down to the one that says it is the last. None says what
 * follows: that is told by the version nibble (RFC 4928 3).
 */
static enum layer skip_labels(struct bytes *b, struct linkhead *h)
{
	const uint8_t *label;
	uint16_t inner;

	do {
		label = bytes_take(b, 4);
		if (!label)
			return LAYER_CUT;
	} while (!(label[2] & 1));
	if (!bytes_left(b))
		return LAYER_CUT;
	inner = layers_of_version(*b->p);
	if (inner)
		h->ethertype = inner;
	return LAYER_LAST;
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

/* RFC 1661 2 and 6.5: the protocol's first byte is even, so an odd one stands for both. */
static enum layer skip_ppp(struct bytes *b, struct linkhead *h)
{
	uint8_t low, high = 0;

	if (!bytes_u8(b, &low))
		return LAYER_CUT;
	if (!(low & 1)) {
		high = low;
		if (!bytes_u8(b, &low))
			return LAYER_CUT;
	}
	switch (high << 8 | low) {
	case PPP_IPV4:
		h->ethertype = ETH_P_IP;
		return LAYER_MORE;
	case PPP_IPV6:
		h->ethertype = ETH_P_IPV6;
		return LAYER_MORE;
	case PPP_MPLS_UNICAST:
		h->ethertype = ETH_P_MPLS_UC;
		return LAYER_MORE;
	case PPP_MPLS_MULTICAST:
		h->ethertype = ETH_P_MPLS_MC;
		return LAYER_MORE;
	}
	return LAYER_LAST;
}

/* RFC 2516 4: version and type, code, session, length. Only code 0 carries PPP. */
static enum layer skip_pppoe(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = bytes_take(b, 6);

	if (!at)
		return LAYER_CUT;
	return at[1] ? LAYER_LAST : skip_ppp(b, h);
}

static enum layer skip_layer(struct bytes *b, struct linkhead *h)
{
	switch (h->ethertype) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
	case ETH_P_QINQ1:
	case ETH_P_QINQ2:
		return skip_tag(b, h);
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		return skip_labels(b, h);
	case ETH_P_PPP_SES:
		return skip_pppoe(b, h);
	case LAYER_PPP:
		return skip_ppp(b, h);
	}
	return h->ethertype <= LENGTH_MAX ? skip_llc(b, h) : LAYER_LAST;
}

bool layers_skip(struct bytes *b, struct linkhead *h)
{
	enum layer layer = LAYER_MORE;

	while (layer == LAYER_MORE) {
		if (h->ethertype == ETH_P_IP || h->ethertype == ETH_P_IPV6)
			return true;
		layer = skip_layer(b, h);
	}
	return layer != LAYER_CUT;
}
