/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of the benchmarks, header by header. See frames.h. */
#include "frames.h"

#include <netinet/in.h>
#include <string.h>

struct ends {
	uint32_t host[2];	/* last 32 bits of the address */
	uint16_t port[2];
};

uint64_t frames_random(uint64_t *state)
{
	uint64_t x = *state;	/* xorshift64* (Vigna 2016) */

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}

static void put16(uint8_t *at, uint32_t n)
{
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

static void put32(uint8_t *at, uint32_t n)
{
	put16(at, n >> 16);
	put16(at + 2, n);
}

/* Each flow has ends of its own: hosts repeat after 65521 flows, pairs with their ports do not. */
static struct ends ends_of(uint32_t flow)
{
	static const uint16_t services[] = { 443, 80, 53, 22, 5432, 8080, 3306, 6379 };

	return (struct ends){
		.host = { 0x0a000000 + flow % 65521, 0xc6120000 + flow * 40503u % 130000 },
		.port = { (uint16_t)(1024 + flow / 7 % 60000), services[flow % 8] },
	};
}

static uint32_t write_ip4(uint8_t *at, const struct ends *e, int back, uint8_t proto,
			  uint32_t len)
{
	memset(at, 0, 20);
	at[0] = 0x45;
	put16(at + 2, 20 + len);
	at[8] = 64;
	at[9] = proto;
	put32(at + 12, e->host[back]);
	put32(at + 16, e->host[!back]);
	return 20;
}

static uint32_t write_ip6(uint8_t *at, const struct ends *e, int back, uint8_t proto,
			  uint32_t len)
{
	memset(at, 0, 40);
	at[0] = 0x60;
	put16(at + 4, len);
	at[6] = proto;
	at[7] = 64;
	put32(at + 8, 0x20010db8);
	put32(at + 20, e->host[back]);
	put32(at + 24, 0x20010db8);
	put32(at + 36, e->host[!back]);
	return 40;
}

static uint32_t write_tcp(uint8_t *at, int back, int opens, uint32_t payload,
			  uint32_t seq[static 2])
{
	memset(at + 4, 0, 16);
	put32(at + 4, seq[back]);
	put32(at + 8, seq[!back]);
	at[12] = 0x50;
	at[13] = opens ? 0x02 : payload ? 0x18 : 0x10;	/* SYN, PSH ACK, ACK */
	put16(at + 14, 65535);
	seq[back] += payload + (opens ? 1 : 0);
	return 20;
}

static uint32_t write_udp(uint8_t *at, uint32_t payload)
{
	put16(at + 4, 8 + payload);
	put16(at + 6, 0);
	return 8;
}

static void write_ether(uint8_t *at, int ip6)
{
	memcpy(at, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	put16(at + 12, ip6 ? 0x86dd : 0x0800);
}

uint32_t frames_write(uint8_t frame[static FRAME_MAX], uint32_t flow, int back, int opens,
		      uint32_t payload, uint32_t seq[static 2])
{
	uint32_t kind = flow * 2654435761u % 100, n = 14;
	int ip6 = (kind >= 70 && kind < 85) || kind >= 95, tcp = kind < 85;
	uint8_t proto = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	struct ends e = ends_of(flow);
	uint32_t len;

	if (tcp && opens)
		payload = 0;
	len = payload + (tcp ? 20 : 8);
	write_ether(frame, ip6);
	n += ip6 ? write_ip6(frame + n, &e, back, proto, len) :
		   write_ip4(frame + n, &e, back, proto, len);
	put16(frame + n, e.port[back]);
	put16(frame + n + 2, e.port[!back]);
	n += tcp ? write_tcp(frame + n, back, opens, payload, seq) : write_udp(frame + n, payload);
	memset(frame + n, 'z', payload);
	return n + payload;
}

/* The port is the low half of n, and the host the high one. */
uint32_t frames_write_syn(uint8_t frame[static FRAME_MAX], uint32_t n)
{
	struct ends e = { .host = { 0x0b000000 + (n >> 16), 0xc6120001 } };
	uint32_t seq[2] = { n, 0 };

	write_ether(frame, 0);
	write_ip4(frame + 14, &e, 0, IPPROTO_TCP, 20);
	put16(frame + 34, n);
	put16(frame + 36, 80);
	write_tcp(frame + 34, 0, 1, 0, seq);
	return 54;
}
