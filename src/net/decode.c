/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode: one captured packet in, one struct pktmeta out: link header (links.c), IP header,
 * transport header (protos.c). This is the hot path: it allocates nothing, and reads each header
 * once.
 *
 * Lengths. An IP packet is as long as its header says, so that Ethernet padding never counts; where
 * the header says 0 (BIG TCP, TSO in some drivers) and where it claims more than was on the wire,
 * it is as long as the wire's bytes behind the link header. So a hostile length cannot inflate a
 * counter. All of it is in 32 bits: a BIG TCP packet has more than 65,535 bytes.
 *
 * Deliberately joins no fragments, looks into no tunnel, keeps no state, verifies no checksum (an
 * offloading sender's are wrong). The packet that an ICMP error quotes is only named: its lengths
 * count nothing.
 */
#include "net/decode.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "net/links.h"
#include "net/protos.h"

#define EXTENSIONS_MAX 16	/* in one packet; RFC 8200 4.1 foresees seven */

/* Extension headers that <netinet/in.h> does not name (RFC 7401, RFC 5533). */
enum {
	PROTO_HIP = 139,
	PROTO_SHIM6 = 140,
};

/*
 * What an IP header said. The cursor that goes with it stands behind the header, and ends where IP
 * ends.
 */
struct iphead {
	struct addr src, dst;
	uint32_t total_bytes;		/* the header and all that it covers */
	uint32_t header_bytes;		/* options, extension and authentication headers included */
	uint32_t fragment_id;		/* where one of the next two is set */
	uint8_t proto;
	uint8_t fragment_proto;		/* likewise: what the fragmented part begins with */
	uint8_t ecn;
	bool fragment;			/* a later one: no transport header follows */
	bool fragment_first;
};

static inline uint32_t min_u32(uint32_t x, uint32_t y)
{
	return x < y ? x : y;
}

/*
 * The cursor's end moves to where IP's bytes end, if so many were captured: padding is no header.
 */
static inline void clip(struct bytes *b, uint32_t len)
{
	if (bytes_left(b) > len)
		b->end = b->p + len;
}

/* RFC 4302 2.2: counted in words, and two less. at: the header, eight bytes of it at least. */
static inline uint32_t auth_bytes(const uint8_t *at)
{
	return (at[1] + 2u) * 4;
}

/* Moves past authentication headers, as a rule one; h->proto then names what follows. */
static bool skip_auth(struct bytes *b, struct iphead *h)
{
	for (unsigned i = 0; h->proto == IPPROTO_AH && !h->fragment; i++) {
		const uint8_t *at = b->p;

		if (i == EXTENSIONS_MAX || bytes_left(b) < 8 || !bytes_skip(b, auth_bytes(at)))
			return false;
		h->proto = at[0];
		h->header_bytes += auth_bytes(at);
	}
	return true;
}

/* RFC 791 3.1. wire_bytes: on the wire from b->p on. */
static inline bool decode_ipv4(struct bytes *b, uint32_t wire_bytes, struct iphead *h)
{
	const uint8_t *at = b->p;
	uint32_t total_bytes, fragment;

	if (bytes_left(b) < 20 || at[0] >> 4 != 4)
		return false;
	h->header_bytes = (at[0] & 0x0fu) * 4;
	total_bytes = load_be16(at + 2);
	if (!total_bytes)
		total_bytes = wire_bytes;
	if (h->header_bytes < 20)
		return false;
	h->total_bytes = min_u32(total_bytes, wire_bytes);
	clip(b, h->total_bytes);	/* a shorter one than the header fails below */
	fragment = load_be16(at + 6) & 0x3fff;
	h->fragment = fragment & 0x1fff;
	h->fragment_first = fragment == 0x2000;
	h->fragment_id = load_be16(at + 4);
	h->ecn = at[1] & 3;
	h->proto = h->fragment_proto = at[9];
	h->src = addr_from_v4(at + 12);
	h->dst = addr_from_v4(at + 16);
	return bytes_skip(b, h->header_bytes) && skip_auth(b, h);
}

static bool is_extension(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case PROTO_HIP:
	case PROTO_SHIM6:
		return true;
	}
	return false;
}

/* Moves past the extension header that h->proto names; h->proto then names what follows. */
static bool skip_extension(struct bytes *b, struct iphead *h)
{
	const uint8_t *at = b->p;
	uint32_t len;

	if (bytes_left(b) < 8)
		return false;
	len = (at[1] + 1u) * 8;
	if (h->proto == IPPROTO_FRAGMENT) {
		len = 8;
		h->fragment = load_be16(at + 2) & 0xfff8;
		h->fragment_first = (load_be16(at + 2) & 0xfff9) == 1;
		h->fragment_id = load_be32(at + 4);
		h->fragment_proto = at[0];
	} else if (h->proto == IPPROTO_AH) {
		len = auth_bytes(at);
	}
	h->proto = at[0];
	return bytes_skip(b, len);
}

/*
 * RFC 8200 3 and 4. A payload length of 0 is a jumbogram's (RFC 2675), whose option Linux may leave
 * out on the way to the driver: the wire's length serves both. Only with nothing to follow is 0
 * nothing.
 */
static bool decode_ipv6(struct bytes *b, uint32_t wire_bytes, struct iphead *h)
{
	const uint8_t *at = bytes_take(b, 40);
	uint32_t payload_bytes;

	if (!at || at[0] >> 4 != 6)
		return false;
	h->proto = at[6];
	payload_bytes = load_be16(at + 4);
	if (!payload_bytes && h->proto != IPPROTO_NONE)
		payload_bytes = wire_bytes;
	payload_bytes = min_u32(payload_bytes, wire_bytes - 40);
	h->total_bytes = 40 + payload_bytes;
	clip(b, payload_bytes);
	h->fragment = h->fragment_first = false;
	h->fragment_id = 0;
	h->fragment_proto = 0;
	h->ecn = at[1] >> 4 & 3;
	h->src = addr_from_v6(at + 8);
	h->dst = addr_from_v6(at + 24);
	for (unsigned i = 0; is_extension(h->proto) && !h->fragment; i++)
		if (i == EXTENSIONS_MAX || !skip_extension(b, h))
			return false;
	h->header_bytes = (uint32_t)(b->p - at);
	return true;
}

static inline bool decode_iphead(struct bytes *b, uint32_t wire_bytes, uint16_t ethertype,
				 struct iphead *h)
{
	return ethertype == ETH_P_IP ? decode_ipv4(b, wire_bytes, h)
				     : decode_ipv6(b, wire_bytes, h);
}

/* Nearly every frame is Ethernet's with IP in it: it is spared the table and the call. */
static inline bool skip_link(const struct pktraw *raw, struct bytes *b, struct linkhead *h)
{
	const struct link *type;
	uint16_t ethertype;

	if (raw->linktype == LINK_ETHERNET && bytes_left(b) >= ETH_HLEN) {
		ethertype = load_be16(b->p + 12);
		if (ethertype == ETH_P_IP || ethertype == ETH_P_IPV6) {
			h->ethertype = ethertype;
			b->p += ETH_HLEN;
			return true;
		}
	}
	type = link_find(raw->linktype);
	return type && type->decode(b, h);
}

/* Fills what the protocol tells. false: cut short, malformed, or longer than IP's payload. */
static bool decode_transport(const struct bytes *b, const struct iphead *ip, struct l4head *l4,
			     struct pktmeta *out)
{
	const struct ipproto *proto = ip->fragment ? NULL : ipproto_find(ip->proto);

	*l4 = (struct l4head){ 0 };
	if (!proto || !proto->decode)
		return true;
	return proto->decode(*b, l4, out) && l4->header_bytes <= ip->total_bytes - ip->header_bytes;
}

/*
 * The flow of the packet that an ICMP error quotes: its IP header, and as a rule eight bytes of the
 * next (RFC 792, RFC 4443 2.4). false: too little of it, or malformed. b: stands at the quote. Out
 * of line: the path of other packets gets by with fewer registers.
 */
static __attribute__((noinline)) bool decode_quote(struct bytes b, struct pktmeta *out)
{
	struct l4head l4 = { 0 };
	struct iphead ip;

	if (!decode_iphead(&b, out->payload_bytes, out->ethertype, &ip))
		return false;
	if (!ip.fragment && !ipproto_read_ports(ip.proto, b, &l4))
		return false;
	out->about_from =
		(uint8_t)flowkey_make(&out->about, ip.proto, &ip.src, l4.sport, &ip.dst, l4.dport);
	return true;
}

static uint32_t segments(uint32_t payload_bytes, uint32_t gso_size)
{
	return payload_bytes ? (payload_bytes - 1) / gso_size + 1 : 1;
}

/*
 * What most packets have not. Stores of constants side by side, which a compiler makes few of; the
 * keys, half of the record, need not be zeroed.
 */
static inline void put_nothing(struct pktmeta *out)
{
	out->ip_bytes = out->payload_bytes = 0;
	out->segs = 1;
	out->from = out->ecn = 0;
	out->fragment = out->fragment_first = false;
	out->is_error = false;
	out->about_from = 0;
	out->fragment_id = 0;
	out->seq = out->ack = 0;
	out->window = out->mss = 0;
	out->wscale = WSCALE_NONE;
	out->tcp_flags = 0;
	out->icmp_type = out->icmp_code = 0;
	out->payload_captured = 0;
	out->payload = NULL;
}

/* Of what was captured. b: behind the transport header. */
static void put_payload(struct pktmeta *out, const struct bytes *b)
{
	if (!bytes_left(b))
		return;
	out->payload = b->p;
	out->payload_captured = (uint32_t)bytes_left(b);
}

static enum pktkind decode_ip(struct bytes *b, uint32_t wire_bytes, uint32_t gso_size,
			      struct pktmeta *out)
{
	struct iphead ip;
	struct l4head l4;

	if (!decode_iphead(b, wire_bytes, out->ethertype, &ip))
		return PKT_UNDECODABLE;
	if (!decode_transport(b, &ip, &l4, out))
		return PKT_UNDECODABLE;
	out->from =
		(uint8_t)flowkey_make(&out->key, ip.proto, &ip.src, l4.sport, &ip.dst, l4.dport);
	out->ip_bytes = ip.total_bytes;
	out->payload_bytes = ip.total_bytes - ip.header_bytes - l4.header_bytes;
	if (gso_size)
		out->segs = segments(out->payload_bytes, gso_size);
	out->ecn = ip.ecn;
	if (ip.fragment || ip.fragment_first) {
		out->fragment = ip.fragment;
		out->fragment_first = ip.fragment_first;
		out->fragment_id = ip.fragment_id;
		out->fragment_proto = ip.fragment_proto;
	}
	if (l4.is_datagram && bytes_skip(b, l4.header_bytes))
		put_payload(out, b);
	else if (l4.is_error && bytes_skip(b, l4.header_bytes))
		out->is_error = decode_quote(*b, out);
	return PKT_FLOW;
}

void decode_packet(const struct pktraw *raw, struct pktmeta *out)
{
	struct bytes b = bytes_of(raw->data, raw->caplen);
	/* A file may claim to have captured more than there was. */
	uint32_t wire_bytes = raw->wirelen > raw->caplen ? raw->wirelen : raw->caplen;
	struct linkhead head = {
		.ethertype = raw->ethertype,
		.vlan = raw->vlan,
		.ifindex = raw->ifindex,
		.wire_bytes = wire_bytes,
		.way = raw->way,
	};
	bool whole = skip_link(raw, &b, &head);
	uint32_t link_bytes = (uint32_t)(b.p - raw->data);
	uint32_t left_bytes = head.wire_bytes > link_bytes ? head.wire_bytes - link_bytes : 0;

	clip(&b, left_bytes);
	out->time_ns = raw->time_ns;
	out->ifindex = head.ifindex;
	out->wire_bytes = wire_bytes;
	out->ethertype = head.ethertype;
	out->vlan = head.vlan;
	out->way = head.way;
	out->kind = PKT_NOT_IP;
	put_nothing(out);
	if (!whole)
		out->kind = PKT_UNDECODABLE;
	else if (head.ethertype == ETH_P_IP || head.ethertype == ETH_P_IPV6)
		out->kind = decode_ip(&b, left_bytes, raw->gso_size, out);
	if (out->kind == PKT_UNDECODABLE)
		put_nothing(out);	/* what was read before it turned out */
	out->key.netns = raw->netns;
	if (out->is_error)
		out->about.netns = raw->netns;
}
