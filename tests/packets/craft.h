/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets and capture files for tests, byte by byte and without libpcap. A packet is built in
 * struct capture with the calls below, in network byte order; the whole-packet ones emit it, and
 * the next begins.
 */
#ifndef SOCKMON_TESTS_PACKETS_CRAFT_H
#define SOCKMON_TESTS_PACKETS_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PACKET_MAX (1u << 17)

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum {
	ICMP = 1, IGMP = 2, TCP = 6, UDP = 17, GRE = 47, ESP = 50, ICMP6 = 58, SCTP = 132,
	UDPLITE = 136,
};

struct capture;

/* Two hosts that talk. End 0 starts. */
struct flow {
	unsigned version;		/* 4 or 6 */
	uint8_t host[2];
	uint16_t port[2];
	uint32_t seq[2];
	uint16_t frag;			/* IPv4's flags and offset, for the next packet */
};

struct scenario {
	const char *name;
	void (*write)(struct capture *c);
	/* Appends the link header; NULL: none. */
	void (*link)(struct capture *c, const struct flow *f, unsigned from);
	uint32_t linktype;
	uint32_t snaplen;		/* 0 = everything */
	uint32_t pad_to;		/* least frame */
	uint32_t trailer;		/* bytes of checksum behind each packet */
	uint32_t cut;			/* bytes taken off the file's end */
	uint8_t extra;			/* bytes of IPv4 options or IPv6 extension headers */
	bool big_endian, nanoseconds;
};

struct capture {
	const struct scenario *s;
	FILE *file;
	uint64_t time_ns;
	uint32_t len;			/* of the packet being built */
	uint32_t addrs_at;		/* where its IP addresses stand, for checksums */
	uint32_t length_at;		/* where its last attribute's length is to stand; 0 = nowhere */
	uint8_t packet[PACKET_MAX];
};

/* Bytes of the packet being built; NULL: zeros. */
void craft_put(struct capture *c, const void *bytes, uint32_t n);
void craft_put8(struct capture *c, unsigned value);
void craft_put16(struct capture *c, unsigned value);
void craft_put32(struct capture *c, uint32_t value);
void craft_macs(struct capture *c, const struct flow *f, unsigned from);

/*
 * The scenario's link header, then IP's for l4_len bytes to follow. More than 65,535 make it BIG
 * TCP.
 */
void craft_ip(struct capture *c, const struct flow *f, unsigned from, uint8_t proto,
	      uint32_t l4_len);

/* The packet is complete: padded, cut to the snaplen, written. */
void craft_emit(struct capture *c);

/* Writes a record that says caplen and len, and holds the first n bytes built. */
void craft_record(struct capture *c, uint32_t caplen, uint32_t len, uint32_t n);

/* One whole packet each, checksums included. */
void craft_tcp(struct capture *c, struct flow *f, unsigned from, unsigned flags, uint32_t payload);
void craft_udp(struct capture *c, const struct flow *f, unsigned from, const void *bytes,
	       uint32_t n);
void craft_echo(struct capture *c, const struct flow *f, unsigned from, unsigned sequence);

/*
 * Host `router` tells f's end 0 that its packet failed. The quote is an IP header and the eight
 * bytes that craft_udp() and craft_tcp() begin with.
 */
void craft_error(struct capture *c, const struct flow *f, uint8_t router, uint8_t proto,
		 unsigned type, unsigned code);

/* For scenario.link. */
void craft_ethernet(struct capture *c, const struct flow *f, unsigned from);
void craft_vlan(struct capture *c, const struct flow *f, unsigned from);
void craft_qinq(struct capture *c, const struct flow *f, unsigned from);
void craft_snap(struct capture *c, const struct flow *f, unsigned from);
void craft_pppoe(struct capture *c, const struct flow *f, unsigned from);
void craft_sll(struct capture *c, const struct flow *f, unsigned from);
void craft_sll2(struct capture *c, const struct flow *f, unsigned from);
void craft_null_le(struct capture *c, const struct flow *f, unsigned from);
void craft_null_be(struct capture *c, const struct flow *f, unsigned from);
void craft_loop(struct capture *c, const struct flow *f, unsigned from);
void craft_mpls(struct capture *c, const struct flow *f, unsigned from);
void craft_labels(struct capture *c, const struct flow *f, unsigned from);
void craft_ppp(struct capture *c, const struct flow *f, unsigned from);
void craft_ppp_short(struct capture *c, const struct flow *f, unsigned from);
void craft_cisco(struct capture *c, const struct flow *f, unsigned from);
void craft_pppoe_link(struct capture *c, const struct flow *f, unsigned from);
void craft_wifi(struct capture *c, const struct flow *f, unsigned from);
void craft_wifi_protected(struct capture *c, const struct flow *f, unsigned from);
void craft_radiotap(struct capture *c, const struct flow *f, unsigned from);
void craft_ppi(struct capture *c, const struct flow *f, unsigned from);
void craft_nflog(struct capture *c, const struct flow *f, unsigned from);
void craft_netlink(struct capture *c, const struct flow *f, unsigned from);

/* Writes the scenario's whole file. 0 or -errno. */
int craft_file(struct capture *c, const struct scenario *s, FILE *file);

#endif
