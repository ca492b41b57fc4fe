/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protos: the table, and each transport header at every length that is too short for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/protos.h"

struct header {
	uint8_t proto;
	uint8_t bytes[20];
	uint32_t need;
	struct l4head want;
	struct pktmeta meta;		/* the protocol's own fields, wscale apart */
};

static const struct header headers[] = {
	{ 6, { 0x9c, 0x40, 0, 80, 0x80, 0, 0, 1, 0x80, 0, 0, 2, 0xf0, 0xff, 0xff, 0xfe }, 20,
	  { .sport = 40000, .dport = 80, .header_bytes = 60 },
	  { .seq = 0x80000001, .ack = 0x80000002, .window = 0xfffe, .tcp_flags = 0xff } },
	{ 17, { 0x9c, 0x40, 0, 53, 0, 99 }, 8,
	  { .sport = 40000, .dport = 53, .header_bytes = 8, .is_datagram = true }, { .seq = 0 } },
	{ 136, { 0x9c, 0x40, 0, 53, 0, 8 }, 8,
	  { .sport = 40000, .dport = 53, .header_bytes = 8, .is_datagram = true }, { .seq = 0 } },
	{ 132, { 0x0b, 0x59, 0x0b, 0x5a }, 12,
	  { .sport = 2905, .dport = 2906, .header_bytes = 12 }, { .seq = 0 } },
	{ 33, { 0, 1, 0, 2, 3 }, 12, { .sport = 1, .dport = 2, .header_bytes = 12 }, { .seq = 0 } },
	{ 33, { 0, 1, 0, 2, 5, 0, 0, 0, 1 }, 12, { .sport = 1, .dport = 2, .header_bytes = 20 },
	  { .seq = 0 } },
	{ 1, { 8, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 }, { .icmp_type = 8 } },
	{ 1, { 0, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 }, { .seq = 0 } },
	{ 1, { 11, 1, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8, .is_error = true },
	  { .icmp_type = 11, .icmp_code = 1 } },
	{ 1, { 5, 1, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 },
	  { .icmp_type = 5, .icmp_code = 1 } },
	{ 58, { 128, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 }, { .icmp_type = 128 } },
	{ 58, { 129, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 }, { .icmp_type = 129 } },
	{ 58, { 4, 2, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8, .is_error = true },
	  { .icmp_type = 4, .icmp_code = 2 } },
	/* ICMP's numbers mean nothing in ICMPv6. */
	{ 58, { 8, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 }, { .icmp_type = 8 } },
	{ 58, { 11, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 }, { .icmp_type = 11 } },
	{ 1, { 128, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 }, { .icmp_type = 128 } },
	{ 1, { 1, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 }, { .icmp_type = 1 } },
};

static bool decode_bytes(uint8_t proto, const uint8_t *bytes, uint32_t len, struct l4head *out,
			 struct pktmeta *meta)
{
	uint8_t *copy = malloc(len + !len);
	bool whole;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	*out = (struct l4head){ 0 };
	*meta = (struct pktmeta){ .wscale = WSCALE_NONE };
	whole = ipproto_find(proto)->decode(bytes_of(copy, len), out, meta);
	free(copy);
	return whole;
}

static void expect_header(const struct header *h, const struct l4head *out, const struct pktmeta *m)
{
	assert_int_equal(out->sport, h->want.sport);
	assert_int_equal(out->dport, h->want.dport);
	assert_int_equal(out->header_bytes, h->want.header_bytes);
	assert_int_equal(out->is_datagram, h->want.is_datagram);
	assert_int_equal(out->is_error, h->want.is_error);
	assert_int_equal(m->seq, h->meta.seq);
	assert_int_equal(m->ack, h->meta.ack);
	assert_int_equal(m->window, h->meta.window);
	assert_int_equal(m->tcp_flags, h->meta.tcp_flags);
	assert_int_equal(m->icmp_type, h->meta.icmp_type);
	assert_int_equal(m->icmp_code, h->meta.icmp_code);
	assert_int_equal(m->mss, 0);
	assert_int_equal(m->wscale, WSCALE_NONE);
}

static void test_protos_headers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct header *h = &headers[i];

		for (uint32_t len = 0; len <= sizeof(h->bytes); len++) {
			struct pktmeta meta;
			struct l4head out;

			assert_int_equal(decode_bytes(h->proto, h->bytes, len, &out, &meta),
					 len >= h->need);
			if (len >= h->need)
				expect_header(h, &out, &meta);
		}
	}
}

/* A SYN with these options, of which `captured` bytes are there. */
static struct pktmeta syn_with(const uint8_t *options, uint32_t len, uint32_t captured,
			       uint8_t flags)
{
	uint8_t header[60] = { [12] = (uint8_t)((20 + len) / 4 << 4), [13] = flags };
	struct pktmeta meta;
	struct l4head out;

	assert_true(len <= 40 && len % 4 == 0);
	memcpy(header + 20, options, len);
	assert_true(decode_bytes(6, header, 20 + captured, &out, &meta));
	assert_int_equal(out.header_bytes, 20 + len);
	return meta;
}

#define SYN_WITH(...) \
	syn_with((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }), WIRE_SYN)

static void expect_options(struct pktmeta m, unsigned mss, unsigned wscale)
{
	assert_int_equal(m.mss, mss);
	assert_int_equal(m.wscale, wscale);
}

static void test_protos_syn_options_are_found_among_others(void **state)
{
	(void)state;
	/* as Linux sends them: MSS, SACK, timestamps, nothing, window scale */
	expect_options(SYN_WITH(2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7),
		       1460, 7);
	expect_options(SYN_WITH(1, 3, 3, 0), 0, 0);
	expect_options(SYN_WITH(2, 4, 0xff, 0xff), 65535, WSCALE_NONE);
	expect_options(SYN_WITH(253, 6, 2, 4, 5, 0xb4, 1, 1), 0, WSCALE_NONE);
	/* behind the end of the list there are none */
	expect_options(SYN_WITH(0, 2, 4, 5), 0, WSCALE_NONE);
	expect_options(SYN_WITH(2, 4, 5, 0xb4, 0, 3, 3, 7), 1460, WSCALE_NONE);
}

/* RFC 7323 2.3: what is more than 14 is 14; so it can never be taken for WSCALE_NONE. */
static void test_protos_window_scale_is_at_most_14(void **state)
{
	(void)state;
	expect_options(SYN_WITH(3, 3, 14, 0), 0, 14);
	expect_options(SYN_WITH(3, 3, 15, 0), 0, 14);
	expect_options(SYN_WITH(3, 3, 0xff, 0), 0, 14);
}

static void test_protos_malformed_options_end_the_list(void **state)
{
	(void)state;
	/* lengths 0, 1, beyond the header, and of another option */
	expect_options(SYN_WITH(2, 0, 5, 0xb4, 3, 3, 7, 0), 0, WSCALE_NONE);
	expect_options(SYN_WITH(2, 1, 5, 0xb4, 3, 3, 7, 0), 0, WSCALE_NONE);
	expect_options(SYN_WITH(1, 1, 1, 1, 1, 2, 4, 5), 0, WSCALE_NONE);
	expect_options(SYN_WITH(1, 1, 1, 2), 0, WSCALE_NONE);
	expect_options(SYN_WITH(2, 255, 5, 0xb4), 0, WSCALE_NONE);
	expect_options(SYN_WITH(2, 3, 5, 3, 3, 7, 0, 0), 0, 7);
	expect_options(SYN_WITH(3, 4, 7, 0, 2, 4, 5, 0xb4), 1460, WSCALE_NONE);
}

static void test_protos_options_cut_off_are_read_as_far_as_they_go(void **state)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7 };

	(void)state;
	for (uint32_t captured = 0; captured <= sizeof(options); captured++)
		expect_options(syn_with(options, sizeof(options), captured, WIRE_SYN),
			       captured >= 4 ? 1460 : 0, captured >= 8 ? 7 : WSCALE_NONE);
}

/* The payload behind a header without options is none, and neither are those of other segments. */
static void test_protos_only_a_syns_own_options_count(void **state)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7 };
	uint8_t header[28] = { [12] = 5 << 4, [13] = WIRE_SYN };
	struct pktmeta meta;
	struct l4head out;

	(void)state;
	expect_options(syn_with(options, sizeof(options), sizeof(options), WIRE_ACK), 0,
		       WSCALE_NONE);
	expect_options(syn_with(options, sizeof(options), sizeof(options), WIRE_SYN | WIRE_ACK),
		       1460, 7);
	memcpy(header + 20, options, sizeof(options));
	assert_true(decode_bytes(6, header, sizeof(header), &out, &meta));
	expect_options(meta, 0, WSCALE_NONE);
}

static void test_protos_ports_are_read_from_a_quote(void **state)
{
	static const uint8_t bytes[8] = { 0x9c, 0x40, 0, 80, 0x12, 0x34 };
	static const uint8_t with[] = { 6, 17, 33, 132, 136 }, without[] = { 47, 50, 2, 200 };

	(void)state;
	for (unsigned i = 0; i < sizeof(with); i++) {
		for (uint32_t len = 0; len <= sizeof(bytes); len++) {
			struct l4head h = { 0 };

			assert_int_equal(ipproto_read_ports(with[i], bytes_of(bytes, len), &h),
					 len >= 4);
			assert_int_equal(h.sport, len >= 4 ? 40000 : 0);
			assert_int_equal(h.dport, len >= 4 ? 80 : 0);
		}
	}
	for (unsigned i = 0; i < sizeof(without); i++) {
		struct l4head h = { 0 };

		assert_true(ipproto_read_ports(without[i], bytes_of(bytes, 0), &h));
		assert_int_equal(h.sport | h.dport, 0);
	}
}

static void test_protos_quoted_echo_has_its_identifier(void **state)
{
	static const uint8_t bytes[8] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1 };

	(void)state;
	for (uint32_t len = 0; len <= sizeof(bytes); len++) {
		struct l4head h = { 0 };

		assert_int_equal(ipproto_read_ports(1, bytes_of(bytes, len), &h), len >= 8);
		assert_int_equal(h.sport, len >= 8 ? 0x1234 : 0);
		assert_int_equal(h.dport, len >= 8 ? 0x1234 : 0);
	}
}

static void test_protos_tcp_data_offset_below_five_is_refused(void **state)
{
	struct header h = headers[0];
	struct pktmeta meta;
	struct l4head out;

	(void)state;
	for (uint8_t words = 0; words < 16; words++) {
		h.bytes[12] = (uint8_t)(words << 4);
		assert_int_equal(decode_bytes(6, h.bytes, 20, &out, &meta), words >= 5);
	}
}

static void test_protos_names_and_numbers_go_both_ways(void **state)
{
	char buf[16];
	unsigned named = 0;

	(void)state;
	for (unsigned number = 0; number < 256; number++) {
		const struct ipproto *proto = ipproto_find((uint8_t)number);

		if (!proto)
			continue;
		named++;
		assert_int_equal(proto->number, number);
		assert_ptr_equal(ipproto_by_name(proto->name), proto);
		assert_ptr_equal(ipproto_name((uint8_t)number, buf), proto->name);
	}
	assert_true(named >= 7);
}

static void test_protos_names_are_case_blind_and_whole(void **state)
{
	(void)state;
	assert_int_equal(ipproto_by_name("tcp")->number, 6);
	assert_int_equal(ipproto_by_name("ICMPv6")->number, 58);
	assert_null(ipproto_by_name("tc"));
	assert_null(ipproto_by_name("tcpx"));
	assert_null(ipproto_by_name(""));
}

static void test_protos_unknown_number_is_named_by_itself(void **state)
{
	char buf[16];

	(void)state;
	assert_null(ipproto_find(255));
	assert_string_equal(ipproto_name(255, buf), "ip-proto-255");
	assert_ptr_equal(ipproto_name(0, buf), buf);
	assert_string_equal(buf, "ip-proto-0");
}

static void test_protos_ports_belong_to_those_that_have_them(void **state)
{
	static const uint8_t with[] = { 6, 17, 33, 132, 136 }, without[] = { 1, 50, 58 };

	(void)state;
	for (unsigned i = 0; i < sizeof(with); i++)
		assert_true(ipproto_find(with[i])->has_ports);
	for (unsigned i = 0; i < sizeof(without); i++)
		assert_false(ipproto_find(without[i])->has_ports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protos_headers_are_read_whole_or_not_at_all),
		cmocka_unit_test(test_protos_syn_options_are_found_among_others),
		cmocka_unit_test(test_protos_window_scale_is_at_most_14),
		cmocka_unit_test(test_protos_malformed_options_end_the_list),
		cmocka_unit_test(test_protos_options_cut_off_are_read_as_far_as_they_go),
		cmocka_unit_test(test_protos_only_a_syns_own_options_count),
		cmocka_unit_test(test_protos_ports_are_read_from_a_quote),
		cmocka_unit_test(test_protos_quoted_echo_has_its_identifier),
		cmocka_unit_test(test_protos_tcp_data_offset_below_five_is_refused),
		cmocka_unit_test(test_protos_names_and_numbers_go_both_ways),
		cmocka_unit_test(test_protos_names_are_case_blind_and_whole),
		cmocka_unit_test(test_protos_unknown_number_is_named_by_itself),
		cmocka_unit_test(test_protos_ports_belong_to_those_that_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
