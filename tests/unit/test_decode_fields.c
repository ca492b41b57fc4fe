/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode: the fields beyond key and lengths: fragments, ECN, what a SYN offers, a datagram's
 * payload, and what ICMP's errors are about.
 */
#include "decode_fixture.h"

/* Raw IP, all of it captured. */
static struct pktmeta decode_raw(const uint8_t *bytes, uint32_t len)
{
	return fixture_decode(bytes, len, len, LINK_RAW, 0);
}

#define DECODE_RAW(...) \
	decode_raw((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void expect_fragment(struct pktmeta m, bool first, bool later, uint32_t id)
{
	assert_int_equal(m.kind, PKT_FLOW);
	assert_int_equal(m.fragment_first, first);
	assert_int_equal(m.fragment, later);
	assert_int_equal(m.fragment_id, id);
}

static void test_decode_fragments_are_first_or_later_and_identified(void **state)
{
	(void)state;
	expect_fragment(DECODE_RAW(IP4(5, 0, 36, 0x20, 0, 17), UDP(24), X8), true, false, 0x1234);
	expect_fragment(DECODE_RAW(IP4(5, 0, 36, 0x20, 2, 17), X8, X8), false, true, 0x1234);
	expect_fragment(DECODE_RAW(IP4(5, 0, 36, 0, 2, 17), X8, X8), false, true, 0x1234);
	/* whole, "don't fragment" or not */
	expect_fragment(DECODE_RAW(IP4(5, 0, 28, 0x40, 0, 17), UDP(8)), false, false, 0);
	expect_fragment(DECODE_RAW(IP4(5, 0, 28, 0, 0, 17), UDP(8)), false, false, 0);

	expect_fragment(DECODE_RAW(IP6(0, 24, 44), 17, 0, 0, 1, 9, 8, 7, 6, UDP(24), X8), true,
			false, 0x09080706);
	expect_fragment(DECODE_RAW(IP6(0, 16, 44), 17, 0, 0, 9, 9, 8, 7, 6, X8), false, true,
			0x09080706);
	expect_fragment(DECODE_RAW(IP6(0, 16, 44), 17, 0, 0, 8, 9, 8, 7, 6, X8), false, true,
			0x09080706);
	/* RFC 6946: an atomic fragment is whole */
	expect_fragment(DECODE_RAW(IP6(0, 16, 44), 17, 0, 0, 0, 9, 8, 7, 6, UDP(8)), false, false,
			0);
}

/* Only the first has all headers: what all have is the number of what is behind IP's own. */
static void test_decode_fragments_of_a_whole_say_what_it_begins_with(void **state)
{
	struct pktmeta first = DECODE_RAW(IP6(0, 32, 44), 60, 0, 0, 1, 9, 8, 7, 6, EXT(17, 0),
					  UDP(24), X8);
	struct pktmeta later = DECODE_RAW(IP6(0, 16, 44), 60, 0, 0, 8, 9, 8, 7, 6, X8);

	(void)state;
	assert_int_equal(first.key.proto, 17);
	assert_int_equal(first.fragment_proto, 60);
	assert_int_equal(later.fragment_proto, 60);
	first = DECODE_RAW(IP4(5, 0, 48, 0x20, 0, 51), 17, 1, 0, 0, X8, UDP(24), X8);
	later = DECODE_RAW(IP4(5, 0, 36, 0, 2, 51), X8, X8);
	assert_int_equal(first.key.proto, 17);
	assert_int_equal(first.fragment_proto, 51);
	assert_int_equal(later.fragment_proto, 51);
}

static void test_decode_ecn_is_the_last_two_bits_of_the_traffic_class(void **state)
{
	uint8_t four[] = { UDP4 }, six[] = { IP6(0, 8, 17), UDP(8) };

	(void)state;
	for (unsigned ecn = 0; ecn < 4; ecn++) {
		four[1] = (uint8_t)(0xfc | ecn);
		six[0] = 0x6f;
		six[1] = (uint8_t)(0xcf | ecn << 4);
		assert_int_equal(decode_raw(four, sizeof(four)).ecn, ecn);
		assert_int_equal(decode_raw(six, sizeof(six)).ecn, ecn);
	}
}

static void test_decode_syn_has_window_and_options(void **state)
{
	struct pktmeta m = DECODE_RAW(IP4(5, 0, 48, 0x40, 0, 6), TCP(7, WIRE_SYN), 2, 4, 5, 0xb4, 1,
				      3, 3, 7);

	(void)state;
	assert_int_equal(m.window, 502);
	assert_int_equal(m.mss, 1460);
	assert_int_equal(m.wscale, 7);
	m = DECODE_RAW(IP4(5, 0, 48, 0x40, 0, 6), TCP(7, WIRE_ACK), 2, 4, 5, 0xb4, 1, 3, 3, 7);
	assert_int_equal(m.window, 502);
	assert_int_equal(m.mss, 0);
	assert_int_equal(m.wscale, WSCALE_NONE);
	m = DECODE_RAW(UDP4);
	assert_int_equal(m.window | m.mss, 0);
	assert_int_equal(m.wscale, WSCALE_NONE);
}

/* What was read before a packet turned out malformed must not stay. */
static void test_decode_undecodable_segment_leaves_no_fields(void **state)
{
	struct pktmeta m = DECODE_RAW(IP4(5, 0, 44, 0x40, 0, 6), TCP(7, WIRE_SYN), 2, 4, 5, 0xb4);

	(void)state;
	assert_int_equal(m.kind, PKT_UNDECODABLE);
	assert_int_equal(m.seq | m.ack | m.window | m.mss | m.tcp_flags, 0);
	assert_int_equal(m.wscale, WSCALE_NONE);
}

static void test_decode_datagrams_payload_is_what_was_captured_of_it(void **state)
{
	static const uint8_t frame[] = {
		ETH(8, 0), IP4(5, 0, 36, 0, 0, 17), UDP(16), X8, 0, 0, 0, 0,
	};
	struct pktraw raw = {
		.data = frame,
		.wirelen = sizeof(frame),
		.linktype = LINK_ETHERNET,
	};
	struct pktmeta m;

	(void)state;
	for (raw.caplen = 42; raw.caplen <= sizeof(frame); raw.caplen++) {
		uint32_t captured = raw.caplen < 50 ? raw.caplen - 42 : 8;

		decode_packet(&raw, &m);
		assert_int_equal(m.payload_bytes, 8);
		assert_int_equal(m.payload_captured, captured);
		assert_ptr_equal(m.payload, captured ? frame + 42 : NULL);
	}
	assert_non_null(DECODE_RAW(IP4(5, 0, 36, 0, 0, 136), UDP(8), X8).payload);
	assert_null(DECODE_RAW(IP4(5, 0, 44, 0, 0, 6), TCP(5, WIRE_ACK), X4).payload);
	assert_null(DECODE_RAW(IP4(5, 0, 36, 0, 2, 17), X8, X8).payload);
	assert_null(DECODE_RAW(IP4(5, 0, 36, 0, 0, 50), X8, X8).payload);
}

/* ICMP's first eight bytes; what they quote was sent from .1 or .2, see the scenarios. */
#define ICMP(type, code) type, code, 0, 0, 0, 0, 0, 0
#define QUOTE4(ihl, proto) \
	0x40 | (ihl), 0, 5, 0xdc, 0, 1, 0x40, 0, 1, proto, 0, 0, 10, 0, 0, 1, 192, 168, 0, 9
#define QUOTE6(next) \
	0x60, 0, 0, 0, 5, 0, next, 1, \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9
#define PORTS 0x9c, 0x40, 0, 80, 0, 0, 0, 1

struct error {
	const char *name;
	const uint8_t *bytes;
	uint32_t len;
	uint32_t need;		/* captured bytes that tell what it is about; 0 = never */
	uint16_t sport, dport;
	uint8_t proto;
	uint8_t type, code;
};

static const struct error errors[] = {
	{ "port unreachable", .need = 52,
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(3, 3), QUOTE4(5, 17), PORTS),
	  .type = 3, .code = 3, .proto = 17, .sport = 40000, .dport = 80 },
	{ "host unreachable, for tcp with ip options", .need = 64,
	  BYTES(IP4(5, 0, 68, 0, 0, 1), ICMP(3, 1), QUOTE4(8, 6), X8, X4, PORTS),
	  .type = 3, .code = 1, .proto = 6, .sport = 40000, .dport = 80 },
	{ "source quench", .need = 52,
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(4, 0), QUOTE4(5, 132), PORTS),
	  .type = 4, .proto = 132, .sport = 40000, .dport = 80 },
	{ "time exceeded, for an echo request", .need = 56,
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(11, 0), QUOTE4(5, 1), 8, 0, 0, 0, 0x12, 0x34, 0, 1),
	  .type = 11, .proto = 1, .sport = 0x1234, .dport = 0x1234 },
	{ "parameter problem, for a protocol without ports", .need = 48,
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(12, 0), QUOTE4(5, 50), X8),
	  .type = 12, .proto = 50 },
	{ "the quote needs no whole ports of a later fragment", .need = 48,
	  BYTES(IP4(5, 0, 50, 0, 0, 1), ICMP(11, 1), 0x45, 0, 5, 0xdc, 0, 1, 0, 9, 1, 17, 0, 0,
		10, 0, 0, 1, 192, 168, 0, 9, 1, 2),
	  .type = 11, .code = 1, .proto = 17 },
	{ "behind an authentication header", .need = 64,
	  BYTES(IP4(5, 0, 68, 0, 0, 1), ICMP(3, 3), QUOTE4(5, 51), 17, 1, 0, 0, X8, PORTS),
	  .type = 3, .code = 3, .proto = 17, .sport = 40000, .dport = 80 },
	{ "icmpv6 unreachable", .need = 92,
	  BYTES(IP6(0, 56, 58), ICMP(1, 4), QUOTE6(17), PORTS),
	  .type = 1, .code = 4, .proto = 17, .sport = 40000, .dport = 80 },
	{ "too big, with an extension header", .need = 100,
	  BYTES(IP6(0, 64, 58), ICMP(2, 0), QUOTE6(60), EXT(6, 0), PORTS),
	  .type = 2, .proto = 6, .sport = 40000, .dport = 80 },
	{ "icmpv6 time exceeded, for a first fragment", .need = 100,
	  BYTES(IP6(0, 64, 58), ICMP(3, 0), QUOTE6(44), 17, 0, 0, 1, 0, 0, 0, 7, PORTS),
	  .type = 3, .proto = 17, .sport = 40000, .dport = 80 },
	{ "icmpv6 parameter problem, for an echo", .need = 96,
	  BYTES(IP6(0, 56, 58), ICMP(4, 1), QUOTE6(58), 128, 0, 0, 0, 0x12, 0x34, 0, 1),
	  .type = 4, .code = 1, .proto = 58, .sport = 0x1234, .dport = 0x1234 },

	/* no failures, or not told of what */
	{ "redirect", BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(5, 1), QUOTE4(5, 17), PORTS),
	  .type = 5, .code = 1 },
	{ "echo with what looks like a quote",
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(8, 0), QUOTE4(5, 17), PORTS), .type = 8 },
	{ "neighbour solicitation", BYTES(IP6(0, 56, 58), ICMP(135, 0), QUOTE6(17), PORTS),
	  .type = 135 },
	{ "a quote of another version",
	  BYTES(IP4(5, 0, 76, 0, 0, 1), ICMP(3, 3), QUOTE6(17), PORTS), .type = 3, .code = 3 },
	{ "a quote with a short header",
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(3, 3), QUOTE4(4, 17), PORTS), .type = 3, .code = 3 },
	{ "a quote that ends before its ports",
	  BYTES(IP4(5, 0, 51, 0, 0, 1), ICMP(3, 3), QUOTE4(5, 17), PORTS), .type = 3, .code = 3 },
	{ "a quote whose own length ends before its ports",
	  BYTES(IP4(5, 0, 56, 0, 0, 1), ICMP(3, 3), 0x45, 0, 0, 23, 0, 1, 0, 0, 1, 17, 0, 0, 10, 0,
		0, 1, 192, 168, 0, 9, PORTS), .type = 3, .code = 3 },
	{ "no quote", BYTES(IP4(5, 0, 28, 0, 0, 1), ICMP(3, 3)), .type = 3, .code = 3 },
	{ "extension headers without end in a quote",
	  BYTES(IP6(0, 184, 58), ICMP(1, 0), QUOTE6(60), EXT4, EXT4, EXT4, EXT4, EXT(17, 0)),
	  .type = 1 },
};

static void expect_about(const struct error *e, const struct pktmeta *m)
{
	bool is_v4 = e->bytes[0] >> 4 == 4;
	struct flowkey key;
	struct addr src, dst;

	assert_int_equal(addr_parse(is_v4 ? "10.0.0.1" : "2001:db8::1", &src), 0);
	assert_int_equal(addr_parse(is_v4 ? "192.168.0.9" : "2001:db8::9", &dst), 0);
	assert_int_equal(flowkey_make(&key, e->proto, &src, e->sport, &dst, e->dport), 0);
	assert_memory_equal(&m->about, &key, sizeof(key));
	assert_int_equal(m->about_from, 0);
}

static void expect_error(const struct error *e, uint32_t caplen)
{
	const uint32_t header = e->bytes[0] >> 4 == 4 ? 28 : 48;
	struct pktmeta m = fixture_decode(e->bytes, caplen, e->len, LINK_RAW, 0);

	assert_int_equal(m.kind, caplen < header ? PKT_UNDECODABLE : PKT_FLOW);
	assert_int_equal(m.is_error, e->need && caplen >= e->need);
	if (m.is_error)
		expect_about(e, &m);
	if (m.kind != PKT_FLOW)
		return;
	/* The packet itself counts whole, and belongs to the flow of its own addresses. */
	assert_int_equal(m.icmp_type, e->type);
	assert_int_equal(m.icmp_code, e->code);
	assert_int_equal(m.key.port[0] | m.key.port[1], 0);
	assert_int_equal(m.payload_bytes, m.ip_bytes - header);
}

static void test_decode_errors_tell_what_they_are_about_at_every_cut(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		print_message("# %s\n", errors[i].name);
		for (uint32_t caplen = 0; caplen <= errors[i].len; caplen++)
			expect_error(&errors[i], caplen);
	}
}

static void test_decode_error_is_about_the_sender_of_the_quoted_packet(void **state)
{
	/* quoted: from 192.168.0.9 port 80 to 10.0.0.1 port 40000 */
	static const uint8_t packet[] = {
		IP4(5, 0, 56, 0, 0, 1), ICMP(3, 3), 0x45, 0, 0, 60, 0, 1, 0x40, 0, 1, 6, 0, 0,
		192, 168, 0, 9, 10, 0, 0, 1, 0, 80, 0x9c, 0x40, 0, 0, 0, 1,
	};
	const struct pktraw raw = {
		.data = packet,
		.caplen = sizeof(packet),
		.wirelen = sizeof(packet),
		.linktype = LINK_RAW,
		.netns = 7,
	};
	struct pktmeta m;

	(void)state;
	decode_packet(&raw, &m);
	assert_true(m.is_error);
	assert_int_equal(m.about_from, 1);
	assert_int_equal(m.about.port[0], 40000);
	assert_int_equal(m.about.port[1], 80);
	/* in the same namespace as the packet itself */
	assert_int_equal(m.about.netns, 7);
	assert_int_equal(m.key.netns, 7);
}

/* The hot path does not pay for what few packets have. */
static void test_decode_about_is_written_by_errors_only(void **state)
{
	const struct pktmeta m = DECODE_RAW(IP4(5, 0, 40, 0x40, 0, 6), TCP(5, WIRE_ACK));

	(void)state;
	assert_false(m.is_error);
	for (unsigned i = 0; i < sizeof(m.about); i++)
		assert_int_equal(((const uint8_t *)&m.about)[i], 0xa5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_fragments_are_first_or_later_and_identified),
		cmocka_unit_test(test_decode_fragments_of_a_whole_say_what_it_begins_with),
		cmocka_unit_test(test_decode_ecn_is_the_last_two_bits_of_the_traffic_class),
		cmocka_unit_test(test_decode_syn_has_window_and_options),
		cmocka_unit_test(test_decode_undecodable_segment_leaves_no_fields),
		cmocka_unit_test(test_decode_datagrams_payload_is_what_was_captured_of_it),
		cmocka_unit_test(test_decode_errors_tell_what_they_are_about_at_every_cut),
		cmocka_unit_test(test_decode_error_is_about_the_sender_of_the_quoted_packet),
		cmocka_unit_test(test_decode_about_is_written_by_errors_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
