/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet, decoded once, to a fixed-size record. Pure functions over a bounds-checked cursor:
 * no I/O, no clock, no allocation. Reads only the bytes captured; lengths come from the headers,
 * so a small snaplen makes no counter smaller as long as it holds these: a packet that it cut
 * within its headers is undecodable, for nothing tells its flow. The outermost IP header owns the
 * packet.
 */
#ifndef SOCKMON_NET_DECODE_H
#define SOCKMON_NET_DECODE_H

#include "base/bytes.h"
#include "net/flowkey.h"

/* TCP flags as in the header's 13th octet (RFC 9293 3.1). */
enum {
	WIRE_FIN = 0x01,
	WIRE_SYN = 0x02,
	WIRE_RST = 0x04,
	WIRE_PSH = 0x08,
	WIRE_ACK = 0x10,
	WIRE_URG = 0x20,
	WIRE_ECE = 0x40,
	WIRE_CWR = 0x80,
};

enum { WSCALE_NONE = 0xff };

/* What a packet turned out to be. Everything but PKT_FLOW is only counted, by kind. */
enum pktkind {
	PKT_FLOW,		/* IP with a whole enough header: has a flow key */
	PKT_NOT_IP,		/* ARP, LLDP, 802.2 …: pktmeta.ethertype says what */
	PKT_UNDECODABLE,	/* cut short or malformed before a flow key was known */
	PKT_KINDS
};

/* Where the packet was seen, from sll_pkttype (packet(7)); files say PKT_SEEN unless cooked. */
enum pktway {
	PKT_SEEN,		/* passing by, or unknown */
	PKT_IN,			/* addressed to this host */
	PKT_OUT,		/* sent by this host */
};

/* What the source knows of a packet before its bytes are read. Lengths in bytes. */
struct pktraw {
	uint64_t time_ns;	/* wall clock, since the epoch */
	const uint8_t *data;	/* borrowed until decode_packet() returns */
	uint32_t caplen;	/* bytes at data */
	uint32_t wirelen;	/* bytes on the wire; >= caplen */
	uint32_t ifindex;	/* 0 = unknown */
	uint16_t linktype;	/* LINKTYPE_* of the tcpdump registry (see links.h) */
	uint16_t ethertype;	/* for LINK_RAW_ETHERTYPE: what data starts with */
	uint16_t gso_size;	/* payload bytes of one segment (virtio_net_hdr); 0 = not a super-packet */
	uint16_t vlan;		/* id of the tag that the kernel took off (tp_vlan_tci); 0 = none */
	uint16_t netns;		/* index of the namespace that it was captured in; 0 = sockmon's own */
	uint8_t way;		/* enum pktway */
};

/* Most packets are told by its first 112 bytes: what only an ICMP error has comes last. */
struct pktmeta {
	struct flowkey key;		/* valid for PKT_FLOW */
	uint64_t time_ns;
	uint32_t ifindex;
	uint32_t wire_bytes;		/* the frame, link header and padding included */
	uint32_t ip_bytes;		/* IP header and all that it covers; BIG TCP: > 65,535 */
	uint32_t payload_bytes;		/* transport payload */
	/*
	 * Segments on the wire; 1 unless gso_size told otherwise. A tunnel's super-packet is cut
	 * behind its inner headers, which count as payload here: as a rule one segment too many
	 * at most.
	 */
	uint32_t segs;
	uint16_t ethertype;		/* of the innermost frame looked at */
	uint16_t vlan;			/* outermost VLAN id, 0 = none */
	uint8_t kind;			/* enum pktkind */
	uint8_t way;			/* enum pktway */
	uint8_t from;			/* the end of key (0, 1) that sent it */
	uint8_t ecn;			/* of TOS, traffic class the last two bits: 3 = CE */
	bool fragment;			/* a later fragment: no ports */
	bool fragment_first;		/* a first one: more follow, without ports */
	bool is_error;			/* ICMP, ICMPv6: another packet failed, see `about` */
	uint8_t about_from;		/* is_error: the end of `about` that sent that packet */
	uint32_t fragment_id;		/* IP identification, of both kinds of fragment */
	uint32_t seq, ack;		/* TCP, host order; seq also of ICMP echo, both ways */
	uint16_t window;		/* TCP, as in the header: not scaled */
	uint16_t mss;			/* TCP with SYN: its option (RFC 9293 3.7.1); 0 = none */
	uint8_t wscale;			/* likewise (RFC 7323 2), at most 14; else WSCALE_NONE */
	uint8_t tcp_flags;		/* WIRE_*; 0 for other protocols */
	uint8_t icmp_type, icmp_code;	/* ICMP, ICMPv6 */
	uint32_t payload_captured;	/* bytes at payload */
	/*
	 * The transport payload that was captured: for names in DNS. Borrowed: valid as long as
	 * pktraw.data is. NULL: none, or not a datagram.
	 */
	const uint8_t *payload;
	struct flowkey about;		/* is_error: the flow of the packet that failed */
	/*
	 * Of both kinds of fragment: what IP says that the whole is. All have the same, but that of
	 * the transport header only the first, where others are in front of it. Not set elsewhere.
	 */
	uint8_t fragment_proto;
};

/*
 * Never fails: what cannot be understood comes back as PKT_NOT_IP or PKT_UNDECODABLE, to be
 * counted.
 */
void decode_packet(const struct pktraw *raw, struct pktmeta *out);

#endif
