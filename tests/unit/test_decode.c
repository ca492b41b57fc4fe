/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode: packets written out byte by byte, each with what it is, whole and cut at every byte.
 * What single fields say is in test_decode_fields.c.
 */
#include "decode_fixture.h"

enum { TCP_DATA = WIRE_PSH | WIRE_ACK };

struct scenario {
	const char *name;
	const uint8_t *bytes;
	uint32_t len;		/* captured, when whole */
	uint32_t wirelen;	/* 0 = len */
	uint32_t need;		/* captured bytes that make it understood; 0 = never */
	uint16_t linktype;
	uint16_t raw_type;	/* pktraw.ethertype */
	uint16_t ethertype;
	uint16_t sport, dport;
	uint32_t ip_bytes, payload_bytes;
	uint32_t ifindex;
	uint16_t vlan;
	uint8_t kind;
	uint8_t proto;
	uint8_t way;
	uint8_t tcp_flags;
	uint16_t echo;			/* its number */
	bool fragment;
};

#define FLOW4(number, from_port, to_port) \
	.ethertype = 0x0800, .proto = number, .sport = from_port, .dport = to_port
#define FLOW6(number, from_port, to_port) \
	.ethertype = 0x86dd, .proto = number, .sport = from_port, .dport = to_port

static const struct scenario scenarios[] = {
	/* link types */
	{ "tcp over ethernet, with options", .linktype = LINK_ETHERNET, .need = 54,
	  BYTES(ETH(8, 0), IP4(5, 0, 48, 0x40, 0, 6), TCP(6, TCP_DATA), 1, 1, 1, 0, X4),
	  FLOW4(6, 40000, 80), .ip_bytes = 48, .payload_bytes = 4, .tcp_flags = TCP_DATA },
	{ "padding to the least frame is no payload", .linktype = LINK_ETHERNET, .need = 54,
	  BYTES(ETH(8, 0), IP4(5, 0, 40, 0x40, 0, 6), TCP(5, WIRE_ACK), 0, 0, 0, 0, 0, 0),
	  FLOW4(6, 40000, 80), .ip_bytes = 40, .payload_bytes = 0, .tcp_flags = WIRE_ACK },
	{ "vlan", .linktype = LINK_ETHERNET, .need = 46,
	  BYTES(ETH(0x81, 0), 0x60, 42, 8, 0, IP4(5, 0, 32, 0, 0, 17), UDP(12), X4),
	  FLOW4(17, 40001, 53), .ip_bytes = 32, .payload_bytes = 4, .vlan = 42 },
	{ "qinq: the outer tag names the vlan", .linktype = LINK_ETHERNET, .need = 50,
	  BYTES(ETH(0x88, 0xa8), 0x01, 44, TAG(0x81, 0, 7), 8, 0, IP4(5, 0, 32, 0, 0, 17),
		UDP(12), X4),
	  FLOW4(17, 40001, 53), .ip_bytes = 32, .payload_bytes = 4, .vlan = 300 },
	{ "a priority tag before a vlan", .linktype = LINK_ETHERNET, .need = 50,
	  BYTES(ETH(0x81, 0), 0xe0, 0, TAG(0x81, 0, 7), 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .vlan = 7 },
	{ "eight tags", .linktype = LINK_ETHERNET, .need = 74,
	  BYTES(ETH(0x81, 0), 0, 1, TAG(0x91, 0, 2), TAG(0x92, 0, 3), TAG(0x81, 0, 4),
		TAG(0x81, 0, 5), TAG(0x81, 0, 6), TAG(0x81, 0, 7), TAG(0x81, 0, 8), 8, 0,
		IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .vlan = 1 },
	{ "nine tags", .linktype = LINK_ETHERNET, .need = 78,
	  BYTES(ETH(0x81, 0), 0, 1, TAG(0x81, 0, 2), TAG(0x81, 0, 3), TAG(0x81, 0, 4),
		TAG(0x81, 0, 5), TAG(0x81, 0, 6), TAG(0x81, 0, 7), TAG(0x81, 0, 8),
		TAG(0x81, 0, 9), 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .vlan = 1 },
	{ "802.3 with snap", .linktype = LINK_ETHERNET, .need = 50,
	  BYTES(ETH(0, 36), SNAP, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "802.3 spanning tree", .linktype = LINK_ETHERNET, .need = 17,
	  BYTES(ETH(0, 38), 0x42, 0x42, 3, 0, 0, 0, 0, 0, 0x80, 0),
	  .kind = PKT_NOT_IP, .ethertype = 4 },
	{ "snap addresses, but numbered information", .linktype = LINK_ETHERNET, .need = 17,
	  BYTES(ETH(0, 38), 0xaa, 0xaa, 0, 0, 0, 0, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  .kind = PKT_NOT_IP, .ethertype = 4 },
	{ "snap of another organisation", .linktype = LINK_ETHERNET, .need = 22,
	  BYTES(ETH(0, 38), 0xaa, 0xaa, 3, 0, 0, 0x0c, 8, 0, X8, X8, X8),
	  .kind = PKT_NOT_IP, .ethertype = 4 },
	{ "pppoe with ipv4", .linktype = LINK_ETHERNET, .need = 50,
	  BYTES(ETH(0x88, 0x64), 0x11, 0, 0, 9, 0, 34, 0, 0x21, IP4(5, 0, 32, 0, 0, 17),
		UDP(12), X4),
	  FLOW4(17, 40001, 53), .ip_bytes = 32, .payload_bytes = 4 },
	{ "pppoe with ipv6", .linktype = LINK_ETHERNET, .need = 70,
	  BYTES(ETH(0x88, 0x64), 0x11, 0, 0, 9, 0, 54, 0, 0x57, IP6(0, 12, 17), UDP(12), X4),
	  FLOW6(17, 40001, 53), .ip_bytes = 52, .payload_bytes = 4 },
	{ "pppoe with its own control", .linktype = LINK_ETHERNET, .need = 22,
	  BYTES(ETH(0x88, 0x64), 0x11, 0, 0, 9, 0, 10, 0xc0, 0x21, X8),
	  .kind = PKT_NOT_IP, .ethertype = 0x8864 },
	{ "arp", .linktype = LINK_ETHERNET, .need = 14,
	  BYTES(ETH(8, 6), 0, 1, 8, 0, 6, 4, 0, 1, X8, X8),
	  .kind = PKT_NOT_IP, .ethertype = 0x0806 },
	{ "cooked, outgoing", .linktype = LINK_LINUX_SLL, .need = 44,
	  BYTES(SLL(4, 0, 1, 8, 0), IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .way = PKT_OUT },
	{ "cooked, with a tag, for another host", .linktype = LINK_LINUX_SLL, .need = 48,
	  BYTES(SLL(3, 0, 1, 0x81, 0), 0, 42, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .way = PKT_SEEN, .vlan = 42 },
	{ "cooked, snap", .linktype = LINK_LINUX_SLL, .need = 52,
	  BYTES(SLL(0, 0, 1, 0, 4), SNAP, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .way = PKT_IN },
	{ "cooked netlink: its protocol is no ethertype", .linktype = LINK_LINUX_SLL, .need = 16,
	  BYTES(SLL(4, 3, 0x38, 8, 0), IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  .kind = PKT_NOT_IP, .way = PKT_OUT },
	{ "cooked v2, multicast", .linktype = LINK_LINUX_SLL2, .need = 68,
	  BYTES(SLL2(0x86, 0xdd, 3, 0, 1, 2), IP6(0, 8, 17), UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 48, .way = PKT_IN, .ifindex = 3 },
	{ "cooked v2, inner tag left in the data", .linktype = LINK_LINUX_SLL2, .need = 52,
	  BYTES(SLL2(8, 0, 3, 0, 1, 0), 0, 42, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .way = PKT_IN, .ifindex = 3, .vlan = 42 },
	{ "cooked v2, neither a packet nor a tag", .linktype = LINK_LINUX_SLL2,
	  BYTES(SLL2(8, 0, 3, 0, 1, 0), 0, 42, 8, 0, X8, X8, X8), .way = PKT_IN, .ifindex = 3 },
	{ "null, little-endian", .linktype = LINK_NULL, .need = 32,
	  BYTES(2, 0, 0, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "null, big-endian", .linktype = LINK_NULL, .need = 52,
	  BYTES(0, 0, 0, 28, IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "null, appletalk", .linktype = LINK_NULL, .need = 4, BYTES(16, 0, 0, 0, X8),
	  .kind = PKT_NOT_IP },
	{ "loop", .linktype = LINK_LOOP, .need = 52,
	  BYTES(0, 0, 0, 24, IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "raw ipv4", .linktype = LINK_RAW, .need = 28,
	  BYTES(IP4(5, 0, 28, 0, 0, 17), UDP(8)), FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "raw ipv6", .linktype = LINK_RAW, .need = 48,
	  BYTES(IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "raw, neither", .linktype = LINK_RAW, .need = 1, BYTES(0x50, 0, 0), .kind = PKT_NOT_IP },
	{ "ipv4 link", .linktype = LINK_IPV4, .need = 28,
	  BYTES(IP4(5, 0, 28, 0, 0, 17), UDP(8)), FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "ipv6 link", .linktype = LINK_IPV6, .need = 48,
	  BYTES(IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "network header of a told ethertype", .linktype = LINK_RAW_ETHERTYPE, .raw_type = 0x86dd,
	  .need = 48, BYTES(IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "tag of a told ethertype", .linktype = LINK_RAW_ETHERTYPE, .raw_type = 0x8100, .need = 32,
	  BYTES(0, 42, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8)),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .vlan = 42 },
	{ "mpls", .linktype = LINK_ETHERNET, .need = 46,
	  BYTES(ETH(0x88, 0x47), 0, 1, 1, 64, UDP4), FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "two labels behind a tag", .linktype = LINK_ETHERNET, .need = 54,
	  BYTES(ETH(0x81, 0), 0, 42, 0x88, 0x48, 0, 1, 0, 64, 0, 2, 1, 64, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .vlan = 42 },
	{ "mpls link, explicit null for ipv6", .linktype = LINK_MPLS, .need = 52,
	  BYTES(0, 0, 0x21, 64, IP6(0, 8, 17), UDP(8)), FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "a pseudowire", .linktype = LINK_ETHERNET, .need = 19,
	  BYTES(ETH(0x88, 0x47), 0, 1, 1, 64, 0, 0, 0, 0, ETH(8, 0), UDP4),
	  .kind = PKT_NOT_IP, .ethertype = 0x8847 },
	{ "ppp", .linktype = LINK_PPP, .need = 32, BYTES(0xff, 3, 0, 0x21, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "ppp, compressed", .linktype = LINK_PPP, .need = 49, BYTES(0x57, IP6(0, 8, 17), UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "ppp, its own control", .linktype = LINK_PPP, .need = 4,
	  BYTES(0xff, 3, 0xc0, 0x21, X8), .kind = PKT_NOT_IP, .ethertype = 0x880b },
	{ "serial ppp", .linktype = LINK_PPP_SERIAL, .need = 32, BYTES(0xff, 3, 0, 0x21, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "serial, cisco's", .linktype = LINK_PPP_SERIAL, .need = 32, BYTES(0x0f, 0, 8, 0, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "pppoe link", .linktype = LINK_PPP_ETHER, .need = 36,
	  BYTES(0x11, 0, 0, 9, 0, 30, 0, 0x21, UDP4), FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "802.11", .linktype = LINK_80211, .need = 60, BYTES(WIFI(8, 1), SNAP, 8, 0, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "802.11, four addresses, qos, ht control, a tag", .linktype = LINK_80211, .need = 96,
	  BYTES(WIFI(0x88, 0x83), MAC, 0, 0, 1, 2, 3, 4, SNAP, 0x81, 0, 0, 42, 0x86, 0xdd,
		IP6(0, 8, 17), UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 48, .vlan = 42 },
	{ "802.11, protected", .linktype = LINK_80211, .need = 2,
	  BYTES(WIFI(8, 0x41), SNAP, 8, 0, UDP4), .kind = PKT_NOT_IP },
	{ "802.11 beacon", .linktype = LINK_80211, .need = 2, BYTES(WIFI(0x80, 0), X8, X8),
	  .kind = PKT_NOT_IP },
	{ "802.11 with another llc", .linktype = LINK_80211, .need = 27,
	  BYTES(WIFI(8, 1), 0x42, 0x42, 3, X8), .kind = PKT_NOT_IP, .ethertype = 4 },
	{ "radiotap: the frame's checksum is not ip's", .linktype = LINK_80211_RADIOTAP, .need = 69,
	  BYTES(0, 0, 9, 0, 2, 0, 0, 0, 0x10, WIFI(8, 1), SNAP, 8, 0, IP4(5, 0, 0, 0, 0, 17),
		UDP(12), X4, 0xfc, 0x5f, 0xfc, 0x5f),
	  FLOW4(17, 40001, 53), .ip_bytes = 32, .payload_bytes = 4 },
	{ "radiotap, padded header", .linktype = LINK_80211_RADIOTAP, .need = 93,
	  BYTES(0, 0, 9, 0, 2, 0, 0, 0, 0x20, WIFI(0x88, 1), 0, 0, 0, 0, SNAP, 0x86, 0xdd,
		IP6(0, 8, 17), UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 48 },
	{ "radiotap, damaged on the air", .linktype = LINK_80211_RADIOTAP,
	  BYTES(0, 0, 9, 0, 2, 0, 0, 0, 0x50, WIFI(8, 1), SNAP, 8, 0, UDP4, X4) },
	{ "ppi", .linktype = LINK_PPI, .need = 68,
	  BYTES(0, 0, 8, 0, 105, 0, 0, 0, WIFI(8, 1), SNAP, 8, 0, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28 },
	{ "nflog, on its way out", .linktype = LINK_NFLOG, .need = 52,
	  BYTES(2, 0, 0, 5, 8, 0, 1, 0, 8, 0, 3, 0, 8, 0, 5, 0, 0, 0, 0, 3, 32, 0, 9, 0, UDP4),
	  FLOW4(17, 40001, 53), .ip_bytes = 28, .ifindex = 3, .way = PKT_OUT },
	{ "nflog: its payload ends where it says", .linktype = LINK_NFLOG, .need = 44,
	  BYTES(2, 0, 0, 5, 8, 0, 10, 0, X4, 33, 0, 9, 0, IP4(5, 0, 0, 0, 0, 17), UDP(9), 'x',
		0, 0, 0),
	  FLOW4(17, 40001, 53), .ip_bytes = 29, .payload_bytes = 1 },
	{ "netlink", .linktype = LINK_NETLINK, .need = 16,
	  BYTES(0, 4, 3, 0x38, 0, 0, X8, 0, 0, UDP4), .kind = PKT_NOT_IP },
	{ "unknown link type", .linktype = 0x7777, BYTES(IP4(5, 0, 28, 0, 0, 17), UDP(8)) },

	/* IPv4 */
	{ "ipv4 options", .linktype = LINK_IPV4, .need = 40,
	  BYTES(IP4(8, 0, 44, 0, 0, 17), 0x94, 4, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, UDP(12), X4),
	  FLOW4(17, 40001, 53), .ip_bytes = 44, .payload_bytes = 4 },
	{ "first fragment: not the datagram's length", .linktype = LINK_IPV4, .need = 28,
	  BYTES(IP4(5, 0, 36, 0x20, 0, 17), UDP(24), X8),
	  FLOW4(17, 40001, 53), .ip_bytes = 36, .payload_bytes = 8 },
	{ "later fragment: no ports", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 36, 0, 2, 17), UDP(24), X8),
	  FLOW4(17, 0, 0), .ip_bytes = 36, .payload_bytes = 16, .fragment = true },
	{ "fragment at the farthest offset", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 28, 0x10, 0, 17), X8),
	  FLOW4(17, 0, 0), .ip_bytes = 28, .payload_bytes = 8, .fragment = true },
	{ "a later fragment may be shorter than a header", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 21, 0, 3, 6), 'x'),
	  FLOW4(6, 0, 0), .ip_bytes = 21, .payload_bytes = 1, .fragment = true },
	{ "total length 0 is the wire's length", .linktype = LINK_ETHERNET, .need = 54,
	  .wirelen = 100014, BYTES(ETH(8, 0), IP4(5, 0, 0, 0x40, 0, 6), TCP(5, TCP_DATA), X4),
	  FLOW4(6, 40000, 80), .ip_bytes = 100000, .payload_bytes = 99960, .tcp_flags = TCP_DATA },
	{ "total length beyond the wire", .linktype = LINK_ETHERNET, .need = 54,
	  BYTES(ETH(8, 0), IP4(5, 0xff, 0xff, 0x40, 0, 6), TCP(5, TCP_DATA), X4),
	  FLOW4(6, 40000, 80), .ip_bytes = 44, .payload_bytes = 4, .tcp_flags = TCP_DATA },
	{ "cut by a snaplen in the payload", .linktype = LINK_ETHERNET, .need = 54, .wirelen = 1514,
	  BYTES(ETH(8, 0), IP4(5, 5, 0xdc, 0x40, 0, 6), TCP(5, TCP_DATA), X4),
	  FLOW4(6, 40000, 80), .ip_bytes = 1500, .payload_bytes = 1460, .tcp_flags = TCP_DATA },
	{ "unknown protocol", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 28, 0, 0, 200), X8),
	  FLOW4(200, 0, 0), .ip_bytes = 28, .payload_bytes = 8 },
	{ "esp", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 28, 0, 0, 50), X8), FLOW4(50, 0, 0), .ip_bytes = 28, .payload_bytes = 8 },
	{ "authentication headers before udp", .linktype = LINK_IPV4, .need = 64,
	  BYTES(IP4(5, 0, 68, 0, 0, 51), 51, 4, 0, 0, X8, X8, X4, 17, 1, 0, 0, X8, UDP(12), X4),
	  FLOW4(17, 40001, 53), .ip_bytes = 68, .payload_bytes = 4 },
	{ "later fragment behind an authentication header", .linktype = LINK_IPV4, .need = 20,
	  BYTES(IP4(5, 0, 36, 0, 2, 51), 17, 4, 0, 0, X8, X4),
	  FLOW4(51, 0, 0), .ip_bytes = 36, .payload_bytes = 16, .fragment = true },
	{ "icmp echo: its identifier", .linktype = LINK_IPV4, .need = 28,
	  BYTES(IP4(5, 0, 32, 0, 0, 1), 8, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, X4),
	  FLOW4(1, 0x1234, 0x1234), .ip_bytes = 32, .payload_bytes = 4, .echo = 0x5678 },
	{ "icmp unreachable", .linktype = LINK_IPV4, .need = 28,
	  BYTES(IP4(5, 0, 32, 0, 0, 1), 3, 1, 0, 0, 0x12, 0x34, 0, 1, X4),
	  FLOW4(1, 0, 0), .ip_bytes = 32, .payload_bytes = 4 },
	{ "sctp", .linktype = LINK_IPV4, .need = 32,
	  BYTES(IP4(5, 0, 36, 0, 0, 132), 0x9c, 0x41, 0, 53, X8, X4),
	  FLOW4(132, 40001, 53), .ip_bytes = 36, .payload_bytes = 4 },
	{ "dccp", .linktype = LINK_IPV4, .need = 32,
	  BYTES(IP4(5, 0, 40, 0, 0, 33), 0x9c, 0x41, 0, 53, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, X4),
	  FLOW4(33, 40001, 53), .ip_bytes = 40, .payload_bytes = 4 },
	{ "udplite: the length field is no length", .linktype = LINK_IPV4, .need = 28,
	  BYTES(IP4(5, 0, 36, 0, 0, 136), UDP(8), X8),
	  FLOW4(136, 40001, 53), .ip_bytes = 36, .payload_bytes = 8 },

	/* IPv6 */
	{ "six extension headers before tcp", .linktype = LINK_IPV6, .need = 120,
	  BYTES(IP6(0, 84, 0), EXT(43, 0), EXT(60, 1), X8, EXT(51, 0), EXT(44, 1), X4, 139, 9, 0, 1,
		0, 0, 0, 7, EXT(6, 0), TCP(5, WIRE_SYN), X4),
	  FLOW6(6, 40000, 80), .ip_bytes = 124, .payload_bytes = 4, .tcp_flags = WIRE_SYN },
	{ "ipv6 first fragment", .linktype = LINK_IPV6, .need = 56,
	  BYTES(IP6(0, 24, 44), 17, 0, 0, 1, 0, 0, 0, 7, UDP(24), X8),
	  FLOW6(17, 40001, 53), .ip_bytes = 64, .payload_bytes = 8 },
	{ "ipv6 later fragment", .linktype = LINK_IPV6, .need = 48,
	  BYTES(IP6(0, 16, 44), 17, 0, 0, 0x10, 0, 0, 0, 7, X8),
	  FLOW6(17, 0, 0), .ip_bytes = 56, .payload_bytes = 8, .fragment = true },
	{ "ipv6 later fragment: what it calls an extension header is data", .linktype = LINK_IPV6,
	  .need = 48, BYTES(IP6(0, 16, 44), 60, 0, 0, 0x10, 0, 0, 0, 7, X8),
	  FLOW6(60, 0, 0), .ip_bytes = 56, .payload_bytes = 8, .fragment = true },
	{ "mobility and shim6 headers", .linktype = LINK_IPV6, .need = 64,
	  BYTES(IP6(0, 24, 135), EXT(140, 0), EXT(17, 0), UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 64 },
	{ "sixteen extension headers", .linktype = LINK_IPV6, .need = 176,
	  BYTES(IP6(0, 136, 60), EXT4, EXT4, EXT4, EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(17, 0),
		UDP(8)),
	  FLOW6(17, 40001, 53), .ip_bytes = 176 },
	{ "jumbogram", .linktype = LINK_IPV6, .wirelen = 100000, .need = 68,
	  BYTES(IP6(0, 0, 0), 6, 0, 0xc2, 4, 0, 1, 0x86, 0x78, TCP(5, TCP_DATA), X4),
	  FLOW6(6, 40000, 80), .ip_bytes = 100000, .payload_bytes = 99932, .tcp_flags = TCP_DATA },
	{ "jumbogram without its option", .linktype = LINK_IPV6, .wirelen = 100000, .need = 60,
	  BYTES(IP6(0, 0, 6), TCP(5, TCP_DATA), X4),
	  FLOW6(6, 40000, 80), .ip_bytes = 100000, .payload_bytes = 99940, .tcp_flags = TCP_DATA },
	{ "nothing next, padded", .linktype = LINK_ETHERNET, .need = 54,
	  BYTES(ETH(0x86, 0xdd), IP6(0, 0, 59), 0, 0, 0, 0, 0, 0),
	  FLOW6(59, 0, 0), .ip_bytes = 40 },
	{ "payload length beyond the wire", .linktype = LINK_IPV6, .need = 48,
	  BYTES(IP6(0xff, 0xff, 17), UDP(12), X4),
	  FLOW6(17, 40001, 53), .ip_bytes = 52, .payload_bytes = 4 },
	{ "icmpv6 echo", .linktype = LINK_IPV6, .need = 48,
	  BYTES(IP6(0, 12, 58), 129, 0, 0, 0, 0x12, 0x34, 0, 1, X4),
	  FLOW6(58, 0x1234, 0x1234), .ip_bytes = 52, .payload_bytes = 4, .echo = 1 },
	{ "icmpv6 neighbour solicitation", .linktype = LINK_IPV6, .need = 48,
	  BYTES(IP6(0, 24, 58), 135, 0, 0, 0, 0, 0, 0, 0, X8, X8),
	  FLOW6(58, 0, 0), .ip_bytes = 64, .payload_bytes = 16 },

	/* malformed: never a flow */
	{ "ihl 4", .linktype = LINK_IPV4, BYTES(IP4(4, 0, 28, 0, 0, 17), UDP(8)) },
	{ "version 6 behind 0x0800", .linktype = LINK_ETHERNET,
	  BYTES(ETH(8, 0), IP6(0, 8, 17), UDP(8)) },
	{ "version 4 behind 0x86dd", .linktype = LINK_ETHERNET,
	  BYTES(ETH(0x86, 0xdd), IP4(5, 0, 48, 0, 0, 17), UDP(28), X8, X8, X4) },
	{ "total length below the header's", .linktype = LINK_IPV4,
	  BYTES(IP4(6, 0, 23, 0, 0, 17), 0, 0, 0, 0, UDP(8)) },
	{ "total length ends in the udp header", .linktype = LINK_IPV4,
	  BYTES(IP4(5, 0, 27, 0, 0, 17), UDP(8)) },
	{ "options longer than the wire", .linktype = LINK_IPV4,
	  BYTES(IP4(15, 0, 80, 0, 0, 17), UDP(8)) },
	{ "data offset 4", .linktype = LINK_IPV4, BYTES(IP4(5, 0, 40, 0, 0, 6), TCP(4, WIRE_SYN)) },
	{ "data offset beyond ip's length", .linktype = LINK_IPV4,
	  BYTES(IP4(5, 0, 40, 0, 0, 6), TCP(6, WIRE_SYN), 0, 0, 0, 0) },
	{ "dccp data offset 3 with long numbers", .linktype = LINK_IPV4,
	  BYTES(IP4(5, 0, 36, 0, 0, 33), 0x9c, 0x41, 0, 53, 3, 0, 0, 0, 1, 0, 0, 0, X4) },
	{ "authentication header longer than the packet, in the padding", .linktype = LINK_IPV4,
	  BYTES(IP4(5, 0, 36, 0, 0, 51), 17, 3, 0, 0, X8, X4, UDP(8)) },
	{ "authentication headers without end", .linktype = LINK_IPV4,
	  BYTES(IP4(5, 0, 164, 0, 0, 51), AH4, AH4, AH4, AH4, 17, 0, 0, 0, 0, 0, 0, 0, UDP(8)) },
	{ "extension header beyond the payload", .linktype = LINK_IPV6,
	  BYTES(IP6(0, 16, 60), EXT(17, 1), UDP(8), UDP(8)) },
	{ "extension header longer than the payload, in the padding", .linktype = LINK_IPV6,
	  BYTES(IP6(0, 8, 60), EXT(17, 1), X8, UDP(8)) },
	{ "extension headers without end", .linktype = LINK_IPV6,
	  BYTES(IP6(0, 144, 60), EXT4, EXT4, EXT4, EXT4, EXT(17, 0), UDP(8)) },
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static struct pktmeta decode_cut(const struct scenario *s, uint32_t caplen)
{
	return fixture_decode(s->bytes, caplen, s->wirelen ? s->wirelen : s->len, s->linktype,
			      s->raw_type);
}

static void expect_flow(const struct scenario *s, const struct pktmeta *m)
{
	struct flowkey key;
	struct addr src, dst;

	assert_int_equal(addr_parse(s->ethertype == 0x0800 ? "10.0.0.2" : "2001:db8::2", &src), 0);
	assert_int_equal(addr_parse(s->ethertype == 0x0800 ? "10.0.0.1" : "2001:db8::1", &dst), 0);
	assert_int_equal(flowkey_make(&key, s->proto, &src, s->sport, &dst, s->dport), 1);
	assert_memory_equal(&key, &m->key, sizeof(key));
	assert_int_equal(m->from, 1);
	assert_int_equal(m->seq, s->proto == 6 && !s->fragment ? 0x01020304 : s->echo);
	assert_int_equal(m->ack, s->proto == 6 && !s->fragment ? 0x05060708 : 0);
}

static void expect_whole(const struct scenario *s, const struct pktmeta *m)
{
	int kind = s->need ? s->kind : PKT_UNDECODABLE;

	assert_int_equal(m->kind, kind);
	if (kind != PKT_UNDECODABLE)
		assert_int_equal(m->ethertype, s->ethertype);
	if (kind == PKT_FLOW)
		expect_flow(s, m);
	assert_int_equal(m->time_ns, 1700000000000000001);
	assert_int_equal(m->wire_bytes, s->wirelen ? s->wirelen : s->len);
	assert_int_equal(m->ip_bytes, s->ip_bytes);
	assert_int_equal(m->payload_bytes, s->payload_bytes);
	assert_int_equal(m->segs, 1);
	assert_int_equal(m->tcp_flags, s->tcp_flags);
	assert_int_equal(m->fragment, s->fragment);
	assert_int_equal(m->vlan, s->vlan);
	assert_int_equal(m->ifindex, s->ifindex);
	assert_int_equal(m->way, s->way);
}

static void test_decode_every_scenario_as_expected(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SCENARIOS; i++) {
		struct pktmeta m = decode_cut(&scenarios[i], scenarios[i].len);

		print_message("# %s\n", scenarios[i].name);
		expect_whole(&scenarios[i], &m);
	}
}

static void test_decode_cut_at_every_byte_is_undecodable_or_as_the_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SCENARIOS; i++) {
		const struct scenario *s = &scenarios[i];

		print_message("# %s\n", s->name);
		for (uint32_t caplen = 0; caplen <= s->len; caplen++) {
			struct pktmeta m = decode_cut(s, caplen);

			if (s->need && caplen >= s->need)
				expect_whole(s, &m);
			else
				assert_int_equal(m.kind, PKT_UNDECODABLE);
		}
	}
}

/* A packet that counts nothing must not bring a flow's numbers along. */
static void test_decode_no_flow_has_no_numbers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SCENARIOS; i++) {
		for (uint32_t caplen = 0; caplen <= scenarios[i].len; caplen++) {
			struct pktmeta m = decode_cut(&scenarios[i], caplen);

			if (m.kind == PKT_FLOW)
				continue;
			assert_int_equal(m.ip_bytes | m.payload_bytes, 0);
			assert_int_equal(m.seq | m.ack, 0);
			assert_int_equal(m.from | m.tcp_flags | m.fragment, 0);
			assert_int_equal(m.fragment_first | m.is_error | m.ecn, 0);
			assert_int_equal(m.window | m.mss | m.icmp_type | m.icmp_code, 0);
			assert_int_equal(m.wscale, WSCALE_NONE);
			assert_null(m.payload);
			assert_int_equal(m.segs, 1);
		}
	}
}

static const uint8_t big_segment[] = { ETH(8, 0), IP4(5, 0, 0, 0x40, 0, 6), TCP(5, TCP_DATA) };

static uint32_t segs_of(uint32_t payload_bytes, uint16_t gso_size)
{
	struct pktraw raw = {
		.data = big_segment,
		.caplen = sizeof(big_segment),
		.wirelen = (uint32_t)sizeof(big_segment) + payload_bytes,
		.linktype = LINK_ETHERNET,
		.gso_size = gso_size,
	};
	struct pktmeta m;

	decode_packet(&raw, &m);
	assert_int_equal(m.payload_bytes, payload_bytes);
	return m.segs;
}

static void test_decode_segments_are_payload_by_gso_size_rounded_up(void **state)
{
	(void)state;
	assert_int_equal(segs_of(0, 1448), 1);
	assert_int_equal(segs_of(1, 1448), 1);
	assert_int_equal(segs_of(1448, 1448), 1);
	assert_int_equal(segs_of(1449, 1448), 2);
	assert_int_equal(segs_of(64 * 1448 + 1, 1448), 65);
	assert_int_equal(segs_of(64 * 1448, 0), 1);
	assert_int_equal(segs_of(4294000000u, 1), 4294000000u);
}

static void test_decode_source_tells_what_the_link_header_does_not(void **state)
{
	static const uint8_t frame[] = {
		ETH(0x81, 0), 0, 7, 8, 0, IP4(5, 0, 28, 0, 0, 17), UDP(8),
	};
	struct pktraw raw = {
		.data = frame,
		.caplen = sizeof(frame),
		.wirelen = sizeof(frame),
		.ifindex = 9,
		.linktype = LINK_ETHERNET,
		.vlan = 300,
		.way = PKT_OUT,
	};
	struct pktmeta m;

	(void)state;
	decode_packet(&raw, &m);
	assert_int_equal(m.kind, PKT_FLOW);
	assert_int_equal(m.ifindex, 9);
	assert_int_equal(m.way, PKT_OUT);
	/* The tag that the kernel took off stood outside the one still there. */
	assert_int_equal(m.vlan, 300);
}

static void test_decode_wire_length_below_what_was_captured(void **state)
{
	static const uint8_t packet[] = { IP4(5, 0, 32, 0, 0, 17), UDP(12), X4 };
	struct pktraw raw = {
		.data = packet,
		.caplen = sizeof(packet),
		.wirelen = 3,
		.linktype = LINK_RAW,
	};
	struct pktmeta m;

	(void)state;
	decode_packet(&raw, &m);
	assert_int_equal(m.kind, PKT_FLOW);
	assert_int_equal(m.wire_bytes, sizeof(packet));
	assert_int_equal(m.ip_bytes, sizeof(packet));
}

static int kind_of_version(uint16_t linktype, uint8_t *packet, uint32_t len, unsigned version)
{
	const struct pktraw raw = {
		.data = packet,
		.caplen = len,
		.wirelen = len,
		.linktype = linktype,
	};
	struct pktmeta m;

	packet[0] = (uint8_t)(version << 4 | (packet[0] & 0x0f));
	decode_packet(&raw, &m);
	return m.kind;
}

static void test_decode_no_other_version_is_read_as_this_one(void **state)
{
	uint8_t four[] = { IP4(5, 0, 28, 0, 0, 17), UDP(8) };
	uint8_t six[] = { IP6(0, 8, 17), UDP(8) };

	(void)state;
	for (unsigned version = 0; version < 16; version++) {
		assert_int_equal(kind_of_version(LINK_IPV4, four, sizeof(four), version),
				 version == 4 ? PKT_FLOW : PKT_UNDECODABLE);
		assert_int_equal(kind_of_version(LINK_IPV6, six, sizeof(six), version),
				 version == 6 ? PKT_FLOW : PKT_UNDECODABLE);
	}
}

static void test_decode_both_directions_have_one_key(void **state)
{
	uint8_t packet[] = { IP4(5, 0, 28, 0, 0, 17), UDP(8) };
	struct pktraw raw = {
		.data = packet,
		.caplen = sizeof(packet),
		.wirelen = sizeof(packet),
		.linktype = LINK_RAW,
	};
	struct pktmeta out, back;

	(void)state;
	decode_packet(&raw, &out);
	packet[15] = 1;
	packet[19] = 2;
	memcpy(packet + 20, (const uint8_t[]){ 0, 53, 0x9c, 0x41 }, 4);
	decode_packet(&raw, &back);
	assert_true(flowkey_equal(&out.key, &back.key));
	assert_int_equal(out.from, 1);
	assert_int_equal(back.from, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_every_scenario_as_expected),
		cmocka_unit_test(test_decode_cut_at_every_byte_is_undecodable_or_as_the_whole),
		cmocka_unit_test(test_decode_no_flow_has_no_numbers),
		cmocka_unit_test(test_decode_segments_are_payload_by_gso_size_rounded_up),
		cmocka_unit_test(test_decode_source_tells_what_the_link_header_does_not),
		cmocka_unit_test(test_decode_wire_length_below_what_was_captured),
		cmocka_unit_test(test_decode_no_other_version_is_read_as_this_one),
		cmocka_unit_test(test_decode_both_directions_have_one_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
