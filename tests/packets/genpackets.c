/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * genpackets DIR: writes the capture files of the packet tests, one scenario a file, byte by byte
 * and without libpcap, so that a file says what is written here and nothing else. README.md tells
 * what each is for, expected.tsv what is in it.
 *
 * Every run writes the same bytes: time goes from 2023-11-14T22:13:20Z in steps of 1.000001 ms.
 * Hosts are 10.0.0.N and 2001:db8::N. Deliberately knows nothing of sockmon.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"

static struct flow web(unsigned version)
{
	return (struct flow){
		.version = version,
		.host = { 1, 2 },
		.port = { 40000, 80 },
		.seq = { 1000, 0xfffffff0 },
	};
}

/* Open, `tx` bytes there, `rx` bytes back, close: 6 packets from end 0, 3 from end 1. */
static void session(struct capture *c, unsigned version, uint32_t tx, uint32_t rx)
{
	struct flow f = web(version);

	craft_tcp(c, &f, 0, SYN, 0);
	craft_tcp(c, &f, 1, SYN | ACK, 0);
	craft_tcp(c, &f, 0, ACK, 0);
	craft_tcp(c, &f, 0, PSH | ACK, tx);
	craft_tcp(c, &f, 1, PSH | ACK, rx);
	craft_tcp(c, &f, 0, ACK, 0);
	craft_tcp(c, &f, 0, FIN | ACK, 0);
	craft_tcp(c, &f, 1, FIN | ACK, 0);
	craft_tcp(c, &f, 0, ACK, 0);
}

static void write_session4(struct capture *c)
{
	session(c, 4, 100, 1000);
}

static void write_session6(struct capture *c)
{
	session(c, 6, 100, 1000);
}

static void write_sessions(struct capture *c)
{
	write_session4(c);
	write_session6(c);
}

static void write_one_byte_each(struct capture *c)
{
	session(c, 4, 1, 1);
}

static void write_big(struct capture *c)
{
	session(c, 4, 100000, 1000);
	session(c, 6, 100000, 1000);
}

static void write_refused(struct capture *c)
{
	struct flow f = web(4);

	craft_tcp(c, &f, 0, SYN, 0);
	craft_tcp(c, &f, 1, RST | ACK, 0);
}

static void write_midstream(struct capture *c)
{
	struct flow f = web(4);

	craft_tcp(c, &f, 1, PSH | ACK, 100);
	craft_tcp(c, &f, 0, ACK, 0);
}

static void write_dns(struct capture *c)
{
	/* example.com, A: 29 bytes; with the answer 93.184.216.34, 45. */
	static const char query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1";
	static const char answer[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\7example\3com\0\0\1\0\1"
					"\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4\x5d\xb8\xd8\x22";
	const struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 40001, 53 } };

	craft_udp(c, &f, 0, query, sizeof(query) - 1);
	craft_udp(c, &f, 1, answer, sizeof(answer) - 1);
}

static void write_udp6(struct capture *c)
{
	const struct flow f = { .version = 6, .host = { 1, 2 }, .port = { 40001, 443 } };

	craft_udp(c, &f, 0, NULL, 100);
	craft_udp(c, &f, 0, NULL, 100);
	craft_udp(c, &f, 1, NULL, 200);
}

static void write_echo4(struct capture *c)
{
	const struct flow f = { .version = 4, .host = { 1, 2 } };

	for (unsigned i = 1; i <= 3; i++) {
		craft_echo(c, &f, 0, i);
		craft_echo(c, &f, 1, i);
	}
}

static void write_echo6(struct capture *c)
{
	const struct flow f = { .version = 6, .host = { 1, 2 } };

	for (unsigned i = 1; i <= 3; i++) {
		craft_echo(c, &f, 0, i);
		craft_echo(c, &f, 1, i);
	}
}

/*
 * The n bytes of a 3008-byte UDP datagram at `offset`; the last fragment says that no more follow.
 */
static void fragment(struct capture *c, struct flow *f, uint32_t offset, uint32_t n)
{
	bool more = offset + n < 3008;

	if (f->version == 4) {
		f->frag = (uint16_t)(offset / 8 | (more ? 0x2000 : 0));
		craft_ip(c, f, 0, UDP, n);
	} else {
		craft_ip(c, f, 0, 44, 8 + n);
		craft_put16(c, UDP << 8);
		craft_put16(c, offset | more);
		craft_put32(c, 7);
	}
	if (!offset) {
		craft_put16(c, f->port[0]);
		craft_put16(c, f->port[1]);
		craft_put16(c, 3008);
		craft_put16(c, 0);	/* no checksum */
		n -= 8;
	}
	craft_put(c, NULL, n);
	craft_emit(c);
}

static void write_fragments4(struct capture *c)
{
	struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 40002, 9 } };

	fragment(c, &f, 0, 1480);
	fragment(c, &f, 1480, 1480);
	fragment(c, &f, 2960, 48);
}

static void write_fragments6(struct capture *c)
{
	struct flow f = { .version = 6, .host = { 1, 2 }, .port = { 40002, 9 } };

	fragment(c, &f, 0, 1448);
	fragment(c, &f, 1448, 1448);
	fragment(c, &f, 2896, 112);
}

static void write_lone_fragments(struct capture *c)
{
	struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 40002, 9 } };

	fragment(c, &f, 1480, 1480);
	fragment(c, &f, 2960, 48);
}

/* A datagram that nobody takes, and a SYN that gets no farther than a router, host 3. */
static void errors(struct capture *c, unsigned version)
{
	const struct flow udp = { .version = version, .host = { 1, 2 }, .port = { 40005, 9 } };
	struct flow tcp = web(version);

	craft_udp(c, &udp, 0, NULL, 50);
	craft_error(c, &udp, 2, UDP, version == 4 ? 3 : 1, version == 4 ? 3 : 4);
	craft_tcp(c, &tcp, 0, SYN, 0);
	craft_error(c, &tcp, 3, TCP, version == 4 ? 3 : 1, version == 4 ? 1 : 3);
}

static void write_errors(struct capture *c)
{
	errors(c, 4);
	errors(c, 6);
}

static void frame(struct capture *c, unsigned ethertype, const void *bytes, uint32_t n)
{
	const struct flow f = { .host = { 1, 2 } };

	craft_macs(c, &f, 0);
	craft_put16(c, ethertype);
	craft_put(c, bytes, n);
	craft_emit(c);
}

static void write_not_ip(struct capture *c)
{
	static const uint8_t arp[28] = { 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
					 0, 0, 0, 0, 0, 0, 10, 0, 0, 2 };
	static const uint8_t lldp[] = { 2, 7, 4, 2, 0, 0, 0, 0, 1, 4, 3, 7, '0', '0', 6, 2, 0, 120,
					0, 0 };
	static const uint8_t stp[] = { 0x42, 0x42, 3, 0, 0, 0, 0, 0, 0x80, 0, 2, 0, 0, 0, 0, 1 };

	frame(c, 0x0806, arp, sizeof(arp));
	frame(c, 0x0806, arp, sizeof(arp));
	frame(c, 0x88cc, lldp, sizeof(lldp));
	frame(c, 38, stp, sizeof(stp));
}

/* One good UDP packet, then the same six times with one byte wrong, or cut. */
static void write_malformed(struct capture *c)
{
	static const struct {
		uint8_t at, value;
		uint32_t len;		/* 0 = all */
	} faults[] = {
		{ .at = 14, .value = 0x45 },			/* none */
		{ .at = 14, .value = 0x44 },			/* ihl 4 */
		{ .at = 14, .value = 0x55 },			/* version 5 */
		{ .at = 17, .value = 19 },			/* total length 19 */
		{ .at = 17, .value = 27 },			/* ends in the UDP header */
		{ .at = 23, .value = TCP },			/* data offset 0 */
		{ .at = 14, .value = 0x45, .len = 10 },		/* not even a link header */
	};
	const struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 40003, 9 } };

	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		craft_ip(c, &f, 0, UDP, 8 + 20);
		craft_put16(c, f.port[0]);
		craft_put16(c, f.port[1]);
		craft_put16(c, 8 + 20);
		craft_put(c, NULL, 2 + 20);
		c->packet[faults[i].at] = faults[i].value;
		if (faults[i].len)
			c->len = faults[i].len;
		craft_emit(c);
	}
}

static void write_many(struct capture *c)
{
	for (uint16_t i = 0; i < 300; i++) {
		const struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 20000 + i, 9 } };

		craft_udp(c, &f, 0, NULL, i);
		craft_udp(c, &f, 1, NULL, 2);
	}
}

/* 20 bytes behind IP; those of SCTP and UDP-Lite begin with ports 7 and 9. */
static void write_protocols(struct capture *c)
{
	static const uint8_t protos[] = { ESP, GRE, IGMP, SCTP, UDPLITE, 200 };
	const struct flow f = { .version = 4, .host = { 1, 2 } };

	for (unsigned i = 0; i < sizeof(protos); i++) {
		craft_ip(c, &f, 0, protos[i], 20);
		craft_put32(c, 0x00070009);
		craft_put(c, NULL, 16);
		craft_emit(c);
	}
}

/* A last record whose header promises more than there is. */
static void write_session_and_promise(struct capture *c, uint32_t caplen)
{
	write_session4(c);
	craft_put(c, NULL, 60);
	craft_record(c, caplen, caplen, 60);
}

static void write_caplen_beyond_file(struct capture *c)
{
	write_session_and_promise(c, 5000);
}

static void write_caplen_huge(struct capture *c)
{
	write_session_and_promise(c, 0xffffffff);
}

static void write_caplen_over_len(struct capture *c)
{
	const struct flow f = { .version = 4, .host = { 1, 2 }, .port = { 40004, 9 } };
	uint32_t n;

	craft_ip(c, &f, 0, UDP, 8 + 10);
	craft_put16(c, f.port[0]);
	craft_put16(c, f.port[1]);
	craft_put16(c, 8 + 10);
	craft_put(c, NULL, 2 + 10);
	n = c->len;
	craft_record(c, n, 3, n);
}

static void write_nothing(struct capture *c)
{
	(void)c;
}

#define ETHERNET .linktype = 1, .link = craft_ethernet

static const struct scenario scenarios[] = {
	{ "tcp_handshake_v4", write_session4, ETHERNET },
	{ "tcp_v6_exthdr", write_session6, ETHERNET, .extra = 16 },
	{ "tcp_refused", write_refused, ETHERNET },
	{ "tcp_midstream", write_midstream, ETHERNET },
	{ "vlan", write_sessions, craft_vlan, .linktype = 1 },
	{ "qinq", write_sessions, craft_qinq, .linktype = 1 },
	{ "llc_snap", write_sessions, craft_snap, .linktype = 1 },
	{ "pppoe", write_sessions, craft_pppoe, .linktype = 1 },
	{ "sll", write_sessions, craft_sll, .linktype = 113 },
	{ "sll2", write_sessions, craft_sll2, .linktype = 276 },
	{ "raw_ip", write_sessions, .linktype = 101 },
	{ "ipv4_link", write_session4, .linktype = 228 },
	{ "ipv6_link", write_session6, .linktype = 229 },
	{ "null_loop", write_sessions, craft_null_le, .linktype = 0 },
	{ "null_be", write_sessions, craft_null_be, .linktype = 0, .big_endian = true },
	{ "loop", write_sessions, craft_loop, .linktype = 108 },
	{ "mpls", write_sessions, craft_mpls, .linktype = 1 },
	{ "mpls_link", write_sessions, craft_labels, .linktype = 219 },
	{ "ppp", write_sessions, craft_ppp, .linktype = 9 },
	{ "ppp_short", write_sessions, craft_ppp_short, .linktype = 9 },
	{ "ppp_serial", write_sessions, craft_ppp, .linktype = 50 },
	{ "ppp_cisco", write_sessions, craft_cisco, .linktype = 50 },
	{ "ppp_ether", write_sessions, craft_pppoe_link, .linktype = 51 },
	{ "wifi", write_sessions, craft_wifi, .linktype = 105 },
	{ "wifi_protected", write_session4, craft_wifi_protected, .linktype = 105 },
	{ "radiotap", write_sessions, craft_radiotap, .linktype = 127, .trailer = 4 },
	{ "ppi", write_sessions, craft_ppi, .linktype = 192 },
	{ "nflog", write_sessions, craft_nflog, .linktype = 239 },
	{ "netlink", write_session4, craft_netlink, .linktype = 253 },
	{ "udp_dns_v4", write_dns, ETHERNET },
	{ "udp_v6", write_udp6, ETHERNET, .nanoseconds = true },
	{ "icmp_echo", write_echo4, ETHERNET },
	{ "icmp6_echo", write_echo6, ETHERNET },
	{ "icmp_errors", write_errors, ETHERNET },
	{ "ipv4_options", write_session4, ETHERNET, .extra = 12 },
	{ "ipv4_fragments", write_fragments4, ETHERNET },
	{ "ipv6_fragments", write_fragments6, ETHERNET },
	{ "lone_fragments", write_lone_fragments, ETHERNET },
	{ "padding", write_one_byte_each, ETHERNET, .pad_to = 60 },
	{ "bigtcp", write_big, ETHERNET, .snaplen = 128 },
	{ "arp_and_lldp", write_not_ip, ETHERNET, .pad_to = 60 },
	{ "malformed", write_malformed, ETHERNET },
	{ "many_flows", write_many, ETHERNET },
	{ "other_protocols", write_protocols, ETHERNET },
	{ "truncated_record", write_session4, ETHERNET, .cut = 20 },
	{ "truncated_header", write_session4, ETHERNET, .cut = 60 },
	{ "truncated_caplen", write_caplen_beyond_file, ETHERNET },
	{ "truncated_file_header", write_nothing, ETHERNET, .cut = 14 },
	{ "caplen_huge", write_caplen_huge, ETHERNET },
	{ "caplen_over_len", write_caplen_over_len, ETHERNET },
	{ "snaplen_cut", write_session4, ETHERNET, .snaplen = 96 },
	{ "snaplen_in_header", write_session4, ETHERNET, .snaplen = 53 },
	{ "unknown_link", write_session4, .linktype = 0x7777 },
	{ "empty", write_nothing, ETHERNET },
	{ "be_ns", write_session4, ETHERNET, .big_endian = true, .nanoseconds = true },
};

static int write_file(struct capture *c, const struct scenario *s, const char *dir)
{
	char path[4096];
	FILE *file;
	int err;

	if (snprintf(path, sizeof(path), "%s/%s.pcap", dir, s->name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	file = fopen(path, "wb");
	if (!file)
		return -errno;
	err = craft_file(c, s, file);
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

int main(int argc, char **argv)
{
	struct capture *c = malloc(sizeof(*c));
	int err = c ? 0 : -ENOMEM;

	if (argc != 2) {
		fprintf(stderr, "usage: genpackets DIR\n");
		free(c);
		return 2;
	}
	for (unsigned i = 0; !err && i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		err = write_file(c, &scenarios[i], argv[1]);
		if (err)
			fprintf(stderr, "genpackets: cannot write %s/%s.pcap: %s\n", argv[1],
				scenarios[i].name, strerror(-err));
	}
	free(c);
	return err ? 1 : 0;
}
