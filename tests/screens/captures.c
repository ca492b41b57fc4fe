/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the screens of a capture file are painted from: written packet by packet, so that what they
 * show can be reasoned from here. Knows nothing of sockmon.
 */
#include "captures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../packets/craft.h"

#define MS 1000000ull

static void wait_ms(struct capture *c, unsigned ms)
{
	c->time_ns += ms * MS;
}

static void handshake(struct capture *c, struct flow *f, unsigned rtt_ms)
{
	craft_tcp(c, f, 0, SYN, 0);
	wait_ms(c, rtt_ms);
	craft_tcp(c, f, 1, SYN | ACK, 0);
	craft_tcp(c, f, 0, ACK, 0);
}

/* A question, and `count` segments in answer, the second of which is sent again. */
static void fetch(struct capture *c, struct flow *f, unsigned rtt_ms, unsigned count, bool again)
{
	craft_tcp(c, f, 0, PSH | ACK, 180);
	wait_ms(c, rtt_ms);
	for (unsigned i = 0; i < count; i++) {
		craft_tcp(c, f, 1, PSH | ACK, 1400);
		if (again && i == 1) {
			wait_ms(c, 300);
			f->seq[1] -= 1400;
			craft_tcp(c, f, 1, PSH | ACK, 1400);
		}
		craft_tcp(c, f, 0, ACK, 0);
	}
}

static void part(struct capture *c, struct flow *f, unsigned rtt_ms)
{
	craft_tcp(c, f, 0, FIN | ACK, 0);
	wait_ms(c, rtt_ms);
	craft_tcp(c, f, 1, FIN | ACK, 0);
	craft_tcp(c, f, 0, ACK, 0);
}

static struct flow flow_of(unsigned version, uint8_t to, uint16_t from_port, uint16_t port)
{
	return (struct flow){
		.version = version,
		.host = { 1, to },
		.port = { from_port, port },
		.seq = { 1000, 5000 },
	};
}

/* One that goes on, one that ended, one over IPv6 that was reset. */
static void write_web(struct capture *c)
{
	struct flow open = flow_of(4, 80, 40000, 443), over = flow_of(4, 81, 40001, 80);
	struct flow reset = flow_of(6, 82, 40002, 443);

	handshake(c, &open, 12);
	fetch(c, &open, 12, 40, true);
	handshake(c, &over, 30);
	fetch(c, &over, 30, 7, false);
	wait_ms(c, 61000);
	part(c, &over, 30);
	handshake(c, &reset, 8);
	craft_tcp(c, &reset, 0, PSH | ACK, 900);
	craft_tcp(c, &reset, 1, RST | ACK, 0);
}

/* Four questions, each from a port of its own: no burst, whatever the sum of their means. */
static void write_questions(struct capture *c)
{
	static const uint8_t answer[200] = { 0 };

	for (unsigned i = 0; i < 4; i++) {
		struct flow f = flow_of(4, 53, (uint16_t)(50000 + i), 53);

		craft_udp(c, &f, 0, answer, 40);
		wait_ms(c, 60);
		craft_udp(c, &f, 1, answer, sizeof(answer));
		wait_ms(c, 2000);
	}
}

/* A SYN sent again, one that was refused, a datagram that nobody took, a tunnel, an echo. */
static void write_rest(struct capture *c)
{
	struct flow late = flow_of(4, 25, 40003, 25), refused = flow_of(4, 80, 40004, 8080);
	struct flow nobody = flow_of(4, 14, 40005, 514), tunnel = flow_of(4, 7, 40006, 4789);
	struct flow echo = flow_of(4, 9, 0, 0);

	craft_tcp(c, &late, 0, SYN, 0);
	wait_ms(c, 1000);
	late.seq[0]--;
	handshake(c, &late, 25);
	craft_tcp(c, &refused, 0, SYN, 0);
	craft_tcp(c, &refused, 1, RST | ACK, 0);
	craft_udp(c, &nobody, 0, NULL, 90);
	craft_error(c, &nobody, 14, UDP, 3, 3);
	for (unsigned i = 0; i < 3; i++) {
		craft_udp(c, &tunnel, 0, NULL, 500);
		craft_udp(c, &tunnel, 1, NULL, 500);
	}
	craft_echo(c, &echo, 0, 1);
	craft_echo(c, &echo, 1, 1);
}

static void write_mixed(struct capture *c)
{
	write_web(c);
	write_questions(c);
	write_rest(c);
}

void captures_write_mixed(const char *path)
{
	static const struct scenario mixed = {
		.name = "mixed", .write = write_mixed, .link = craft_ethernet, .linktype = 1,
	};
	struct capture *c = test_malloc(sizeof(*c));
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(craft_file(c, &mixed, f), 0);
	assert_int_equal(fclose(f), 0);
	test_free(c);
}

void captures_write_many(const char *path)
{
	const uint32_t header[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262144, 101 };
	uint8_t packet[16 + 29] = { 0 };
	uint32_t record[4] = { 1767268800, 0, 29, 29 };
	FILE *f = fopen(path, "wb");
	unsigned i;

	assert_non_null(f);
	assert_int_equal(fwrite(header, sizeof(header), 1, f), 1);
	memcpy(packet, record, sizeof(record));
	memcpy(packet + 16, "\x45\0\0\x1d\0\0\0\0\x40\x11\0\0\x0a\0\0\x01\x0a\0\0\x02", 20);
	memcpy(packet + 36, "\x10\0\0\x35\0\x09\0\0", 8);
	for (i = 0; i < CAPTURES_PACKETS; i++) {
		packet[37] = (uint8_t)(i % CAPTURES_FLOWS);
		assert_int_equal(fwrite(packet, sizeof(packet), 1, f), 1);
	}
	assert_int_equal(fclose(f), 0);
}
