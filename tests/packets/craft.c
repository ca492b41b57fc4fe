/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * craft: headers from Ethernet to TCP, and the capture file around them. Knows no scenario, and
 * nothing of sockmon: what is read back must not have been written by the same hand.
 */
#include "craft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define START_NS 1700000000000000000ull
#define STEP_NS 1000001ull
#define SNAPLEN_MAX 262144u

/* ---- the packet being built: network byte order */

void craft_put(struct capture *c, const void *bytes, uint32_t n)
{
	if (n > PACKET_MAX - c->len)
		abort();
	if (bytes)
		memcpy(c->packet + c->len, bytes, n);
	else
		memset(c->packet + c->len, 0, n);
	c->len += n;
}

void craft_put8(struct capture *c, unsigned value)
{
	craft_put(c, &(uint8_t){ (uint8_t)value }, 1);
}

void craft_put16(struct capture *c, unsigned value)
{
	craft_put8(c, value >> 8);
	craft_put8(c, value & 0xff);
}

void craft_put32(struct capture *c, uint32_t value)
{
	craft_put16(c, value >> 16);
	craft_put16(c, value & 0xffff);
}

static uint32_t sum16(const uint8_t *bytes, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static void set_checksum(struct capture *c, uint32_t at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	c->packet[at] = (uint8_t)(~sum >> 8);
	c->packet[at + 1] = (uint8_t)~sum;
}

/* The transport header began at l4 and has its checksum `field` bytes on. */
static void finish_transport(struct capture *c, const struct flow *f, uint8_t proto, uint32_t l4,
			     uint32_t field)
{
	uint32_t sum = sum16(c->packet + l4, c->len - l4) + proto + (c->len - l4);

	sum += sum16(c->packet + c->addrs_at, f->version == 4 ? 8 : 32);
	set_checksum(c, l4 + field, sum);
}

/* ---- the file: its own byte order */

static void file32(struct capture *c, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		fputc((int)(value >> (c->s->big_endian ? 24 - 8 * i : 8 * i) & 0xff), c->file);
}

static void file16(struct capture *c, uint16_t value)
{
	fputc(c->s->big_endian ? value >> 8 : value & 0xff, c->file);
	fputc(c->s->big_endian ? value & 0xff : value >> 8, c->file);
}

static void write_file_header(struct capture *c)
{
	file32(c, c->s->nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
	file16(c, 2);
	file16(c, 4);
	file32(c, 0);
	file32(c, 0);
	file32(c, c->s->snaplen ? c->s->snaplen : SNAPLEN_MAX);
	file32(c, c->s->linktype);
}

void craft_record(struct capture *c, uint32_t caplen, uint32_t len, uint32_t n)
{
	uint64_t fraction_ns = c->time_ns % 1000000000;

	file32(c, (uint32_t)(c->time_ns / 1000000000));
	file32(c, (uint32_t)(c->s->nanoseconds ? fraction_ns : fraction_ns / 1000));
	file32(c, caplen);
	file32(c, len);
	fwrite(c->packet, 1, n, c->file);
	c->time_ns += STEP_NS;
	c->len = 0;
}

void craft_emit(struct capture *c)
{
	uint32_t caplen;

	if (c->length_at) {
		c->packet[c->length_at] = (uint8_t)(c->len - c->length_at);
		c->packet[c->length_at + 1] = (uint8_t)((c->len - c->length_at) >> 8);
		c->length_at = 0;
	}
	for (uint32_t i = 0; i < c->s->trailer; i++)
		craft_put8(c, 0xfc);
	if (c->len < c->s->pad_to)
		craft_put(c, NULL, c->s->pad_to - c->len);
	caplen = c->s->snaplen && c->s->snaplen < c->len ? c->s->snaplen : c->len;
	craft_record(c, caplen, c->len, caplen);
}

/* ---- link headers */

static unsigned ethertype_of(const struct flow *f)
{
	return f->version == 4 ? 0x0800 : 0x86dd;
}

void craft_macs(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put(c, (const uint8_t[]){ 2, 0, 0, 0, 0, f->host[!from] }, 6);
	craft_put(c, (const uint8_t[]){ 2, 0, 0, 0, 0, f->host[from] }, 6);
}

void craft_ethernet(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, ethertype_of(f));
}

void craft_vlan(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, 0x8100);
	craft_put16(c, 42);
	craft_put16(c, ethertype_of(f));
}

void craft_qinq(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, 0x88a8);
	craft_put16(c, 300);
	craft_put16(c, 0x8100);
	craft_put16(c, 42);
	craft_put16(c, ethertype_of(f));
}

/* The length stays that of the largest frame, here and for PPPoE: IP tells its own. */
void craft_snap(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, 1500);
	craft_put(c, (const uint8_t[]){ 0xaa, 0xaa, 3, 0, 0, 0 }, 6);
	craft_put16(c, ethertype_of(f));
}

static unsigned ppp_protocol_of(const struct flow *f)
{
	return f->version == 4 ? 0x0021 : 0x0057;
}

/* What is between an Ethernet header, if there is one, and PPP's protocol. */
void craft_pppoe_link(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put16(c, 0x1100);
	craft_put16(c, 9);
	craft_put16(c, 1492);
	craft_put16(c, ppp_protocol_of(f));
}

void craft_pppoe(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, 0x8864);
	craft_pppoe_link(c, f, from);
}

/* Labels 1000 and 16, the last at the bottom of the stack; TTL 64. */
void craft_labels(struct capture *c, const struct flow *f, unsigned from)
{
	(void)f;
	(void)from;
	craft_put32(c, 1000 << 12 | 64);
	craft_put32(c, 16 << 12 | 1 << 8 | 64);
}

void craft_mpls(struct capture *c, const struct flow *f, unsigned from)
{
	craft_macs(c, f, from);
	craft_put16(c, 0x8100);
	craft_put16(c, 42);
	craft_put16(c, 0x8847);
	craft_labels(c, f, from);
}

void craft_ppp(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put16(c, 0xff03);
	craft_put16(c, ppp_protocol_of(f));
}

/* Both address and protocol compressed. */
void craft_ppp_short(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put8(c, ppp_protocol_of(f));
}

void craft_cisco(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put16(c, 0x0f00);
	craft_put16(c, ethertype_of(f));
}

/*
 * End 0 is a station: what it sends goes to the access point (1), the rest comes from it (2). QoS
 * data, with flags besides.
 */
static void put_wifi(struct capture *c, const struct flow *f, unsigned from, unsigned flags,
		     unsigned padding)
{
	craft_put8(c, 0x88);
	craft_put8(c, (from ? 2 : 1) | flags);
	craft_put16(c, 0);
	craft_macs(c, f, from);
	craft_put(c, (const uint8_t[]){ 2, 0, 0, 0, 0, 0xaa }, 6);
	craft_put16(c, 0x3000);
	craft_put16(c, 0);
	craft_put(c, NULL, padding);
	craft_put(c, (const uint8_t[]){ 0xaa, 0xaa, 3, 0, 0, 0 }, 6);
	craft_put16(c, ethertype_of(f));
}

void craft_wifi(struct capture *c, const struct flow *f, unsigned from)
{
	put_wifi(c, f, from, 0, 0);
}

void craft_wifi_protected(struct capture *c, const struct flow *f, unsigned from)
{
	put_wifi(c, f, from, 0x40, 0);
}

/* A timestamp, and flags: padded header (20), checksum at the end (10). */
void craft_radiotap(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put(c, (const uint8_t[]){ 0, 0, 17, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x30 }, 17);
	put_wifi(c, f, from, 0, 2);
}

void craft_ppi(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put(c, (const uint8_t[]){ 0, 0, 8, 0, 105, 0, 0, 0 }, 8);
	put_wifi(c, f, from, 0, 0);
}

/*
 * As a little-endian host writes it: at its output hook (3) and out of interface 3, or at its input
 * hook (1) and from there; a prefix "ab"; the packet.
 */
void craft_nflog(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put(c, (const uint8_t[]){ f->version == 4 ? 2 : 10, 0, 0, 5 }, 4);
	craft_put(c, (const uint8_t[]){ 8, 0, 1, 0 }, 4);
	craft_put16(c, ethertype_of(f));
	craft_put16(c, from ? 0x0100 : 0x0300);
	craft_put(c, (const uint8_t[]){ 8, 0, from ? 4 : 5, 0, 0, 0, 0, 3 }, 8);
	craft_put(c, (const uint8_t[]){ 7, 0, 10, 0, 'a', 'b', 0, 0 }, 8);
	c->length_at = c->len;
	craft_put(c, (const uint8_t[]){ 0, 0, 9, 0 }, 4);
}

/* Outgoing, of device type 824; the family stands where cooked captures have an ethertype. */
void craft_netlink(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put16(c, 4);
	craft_put16(c, 824);
	craft_put(c, NULL, 10);
	craft_put16(c, ethertype_of(f));
}

/* Seen at end 0: what it sends is outgoing (4), the rest is for it (0). */
void craft_sll(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put16(c, from ? 0 : 4);
	craft_put16(c, 1);
	craft_put16(c, 6);
	craft_put(c, (const uint8_t[]){ 2, 0, 0, 0, 0, f->host[from], 0, 0 }, 8);
	craft_put16(c, ethertype_of(f));
}

void craft_sll2(struct capture *c, const struct flow *f, unsigned from)
{
	craft_put16(c, ethertype_of(f));
	craft_put16(c, 0);
	craft_put32(c, 3);
	craft_put16(c, 1);
	craft_put8(c, from ? 0 : 4);
	craft_put8(c, 6);
	craft_put(c, (const uint8_t[]){ 2, 0, 0, 0, 0, f->host[from], 0, 0 }, 8);
}

/* As a little-endian macOS writes it. */
void craft_null_le(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put32(c, f->version == 4 ? 0x02000000 : 0x1e000000);
}

/* As a big-endian FreeBSD writes it; OpenBSD's LOOP differs in IPv6's number only. */
void craft_null_be(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put32(c, f->version == 4 ? 2 : 28);
}

void craft_loop(struct capture *c, const struct flow *f, unsigned from)
{
	(void)from;
	craft_put32(c, f->version == 4 ? 2 : 24);
}

/* ---- IP */

static void put_ip4(struct capture *c, const struct flow *f, unsigned from, uint8_t proto,
		    uint32_t l4_len)
{
	uint32_t at = c->len, header = 20u + c->s->extra, total = header + l4_len;

	craft_put8(c, 0x40 | header / 4);
	craft_put8(c, 0);
	craft_put16(c, total > 0xffff ? 0 : total);
	craft_put16(c, 7);
	craft_put16(c, f->frag);
	craft_put8(c, 64);
	craft_put8(c, proto);
	craft_put16(c, 0);
	c->addrs_at = c->len;
	craft_put(c, (const uint8_t[]){ 10, 0, 0, f->host[from], 10, 0, 0, f->host[!from] }, 8);
	/* Options: no-operation, up to the end of the list. */
	for (unsigned i = 0; i < c->s->extra; i++)
		craft_put8(c, i + 1u < c->s->extra);
	set_checksum(c, at + 10, sum16(c->packet + at, header));
}

static void put_addr6(struct capture *c, uint8_t host)
{
	craft_put32(c, 0x20010db8);
	craft_put32(c, 0);
	craft_put32(c, 0);
	craft_put32(c, host);
}

/* 8 bytes of extension header: `next`, then a padding option or the jumbo payload option. */
static void put_extension(struct capture *c, uint8_t next, uint32_t jumbo)
{
	craft_put8(c, next);
	craft_put8(c, 0);
	craft_put16(c, jumbo ? 0xc204 : 0x0104);
	craft_put32(c, jumbo);
}

static void put_ip6(struct capture *c, const struct flow *f, unsigned from, uint8_t proto,
		    uint32_t l4_len)
{
	uint32_t payload = c->s->extra + l4_len, jumbo = payload > 0xffff ? payload + 8 : 0;

	craft_put32(c, 0x60000000);
	craft_put16(c, jumbo ? 0 : payload);
	craft_put8(c, jumbo || c->s->extra ? 0 : proto);
	craft_put8(c, 64);
	c->addrs_at = c->len;
	put_addr6(c, f->host[from]);
	put_addr6(c, f->host[!from]);
	if (jumbo)
		put_extension(c, proto, jumbo);
	/* Hop-by-hop first, then destination options (60). */
	for (unsigned left = c->s->extra; left >= 8; left -= 8)
		put_extension(c, left > 8 ? 60 : proto, 0);
}

void craft_ip(struct capture *c, const struct flow *f, unsigned from, uint8_t proto,
		   uint32_t l4_len)
{
	if (c->s->link)
		c->s->link(c, f, from);
	(f->version == 4 ? put_ip4 : put_ip6)(c, f, from, proto, l4_len);
}

/* ---- transport: each call is one packet */

void craft_tcp(struct capture *c, struct flow *f, unsigned from, unsigned flags, uint32_t payload)
{
	uint32_t header = flags & SYN ? 24 : 20, l4;

	craft_ip(c, f, from, TCP, header + payload);
	l4 = c->len;
	craft_put16(c, f->port[from]);
	craft_put16(c, f->port[!from]);
	craft_put32(c, f->seq[from]);
	craft_put32(c, flags & ACK ? f->seq[!from] : 0);
	craft_put16(c, header / 4 << 12 | flags);
	craft_put16(c, 502);
	craft_put32(c, 0);
	if (flags & SYN)
		craft_put32(c, 0x02040000 | 1460);	/* maximum segment size */
	craft_put(c, NULL, payload);
	finish_transport(c, f, TCP, l4, 16);
	craft_emit(c);
	f->seq[from] += payload + !!(flags & (SYN | FIN));
}

void craft_udp(struct capture *c, const struct flow *f, unsigned from, const void *bytes,
		      uint32_t n)
{
	uint32_t l4;

	craft_ip(c, f, from, UDP, 8 + n);
	l4 = c->len;
	craft_put16(c, f->port[from]);
	craft_put16(c, f->port[!from]);
	craft_put16(c, 8 + n);
	craft_put16(c, 0);
	craft_put(c, bytes, n);
	finish_transport(c, f, UDP, l4, 6);
	craft_emit(c);
}

void craft_echo(struct capture *c, const struct flow *f, unsigned from, unsigned sequence)
{
	uint8_t proto = f->version == 4 ? ICMP : ICMP6;
	unsigned request = f->version == 4 ? 8 : 128, reply = f->version == 4 ? 0 : 129;
	uint32_t l4;

	craft_ip(c, f, from, proto, 8 + 56);
	l4 = c->len;
	craft_put8(c, from ? reply : request);
	craft_put8(c, 0);
	craft_put16(c, 0);
	craft_put16(c, 0x1234);
	craft_put16(c, sequence);
	craft_put(c, NULL, 56);
	if (f->version == 4)
		set_checksum(c, l4 + 2, sum16(c->packet + l4, c->len - l4));
	else
		finish_transport(c, f, proto, l4, 2);
	craft_emit(c);
}

void craft_error(struct capture *c, const struct flow *f, uint8_t router, uint8_t proto,
		 unsigned type, unsigned code)
{
	const struct flow back = { .version = f->version, .host = { f->host[0], router } };
	uint8_t own = f->version == 4 ? ICMP : ICMP6;
	uint32_t header = f->version == 4 ? 20 : 40, l4, addrs_at;

	craft_ip(c, &back, 1, own, 8 + header + 8);
	l4 = c->len;
	addrs_at = c->addrs_at;
	craft_put8(c, type);
	craft_put8(c, code);
	craft_put(c, NULL, 6);
	(f->version == 4 ? put_ip4 : put_ip6)(c, f, 0, proto, 8);
	craft_put16(c, f->port[0]);
	craft_put16(c, f->port[1]);
	craft_put32(c, 0);
	c->addrs_at = addrs_at;
	if (f->version == 4)
		set_checksum(c, l4 + 2, sum16(c->packet + l4, c->len - l4));
	else
		finish_transport(c, &back, own, l4, 2);
	craft_emit(c);
}

/* ---- the whole file */

/* The file without its last s->cut bytes. */
static int copy_cut(const char *image, size_t size, const struct scenario *s, FILE *file)
{
	if (size < s->cut || fwrite(image, 1, size - s->cut, file) != size - s->cut)
		return -EIO;
	return 0;
}

int craft_file(struct capture *c, const struct scenario *s, FILE *file)
{
	char *image = NULL;
	size_t size = 0;
	int err = 0;

	*c = (struct capture){ .s = s, .time_ns = START_NS };
	c->file = open_memstream(&image, &size);
	if (!c->file)
		return -errno;
	write_file_header(c);
	s->write(c);
	if (ferror(c->file))
		err = -EIO;
	if (fclose(c->file))
		err = -errno;
	if (!err)
		err = copy_cut(image, size, s, file);
	free(image);
	return err;
}
