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
};

static const struct header headers[] = {
	{ 6, { 0x9c, 0x40, 0, 80, 0x80, 0, 0, 1, 0x80, 0, 0, 2, 0xf0, 0xff, 0xff, 0xfe }, 20,
	  { .sport = 40000, .dport = 80, .seq = 0x80000001, .ack = 0x80000002, .header_bytes = 60,
	    .tcp_flags = 0xff } },
	{ 17, { 0x9c, 0x40, 0, 53, 0, 99 }, 8, { .sport = 40000, .dport = 53, .header_bytes = 8 } },
	{ 136, { 0x9c, 0x40, 0, 53, 0, 8 }, 8, { .sport = 40000, .dport = 53, .header_bytes = 8 } },
	{ 132, { 0x0b, 0x59, 0x0b, 0x5a }, 12,
	  { .sport = 2905, .dport = 2906, .header_bytes = 12 } },
	{ 33, { 0, 1, 0, 2, 3 }, 12, { .sport = 1, .dport = 2, .header_bytes = 12 } },
	{ 33, { 0, 1, 0, 2, 5, 0, 0, 0, 1 }, 12, { .sport = 1, .dport = 2, .header_bytes = 20 } },
	{ 1, { 8, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 } },
	{ 1, { 0, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 } },
	{ 1, { 11, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 } },
	{ 58, { 128, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 } },
	{ 58, { 129, 0, 0, 0, 0x12, 0x34 }, 8,
	  { .sport = 0x1234, .dport = 0x1234, .header_bytes = 8 } },
	/* ICMP's numbers for echo mean nothing in ICMPv6. */
	{ 58, { 8, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 } },
	{ 1, { 128, 0, 0, 0, 0x12, 0x34 }, 8, { .header_bytes = 8 } },
};

static bool decode_cut(const struct header *h, uint32_t len, struct l4head *out)
{
	uint8_t *copy = malloc(len + !len);
	bool whole;

	assert_non_null(copy);
	memcpy(copy, h->bytes, len);
	*out = (struct l4head){ 0 };
	whole = ipproto_find(h->proto)->decode(bytes_of(copy, len), out);
	free(copy);
	return whole;
}

static void test_protos_headers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct header *h = &headers[i];

		for (uint32_t len = 0; len <= sizeof(h->bytes); len++) {
			struct l4head out;

			assert_int_equal(decode_cut(h, len, &out), len >= h->need);
			if (len < h->need)
				continue;
			assert_int_equal(out.sport, h->want.sport);
			assert_int_equal(out.dport, h->want.dport);
			assert_int_equal(out.seq, h->want.seq);
			assert_int_equal(out.ack, h->want.ack);
			assert_int_equal(out.header_bytes, h->want.header_bytes);
			assert_int_equal(out.tcp_flags, h->want.tcp_flags);
		}
	}
}

static void test_protos_tcp_data_offset_below_five_is_refused(void **state)
{
	struct header h = headers[0];
	struct l4head out;

	(void)state;
	for (uint8_t words = 0; words < 16; words++) {
		h.bytes[12] = (uint8_t)(words << 4);
		assert_int_equal(decode_cut(&h, 20, &out), words >= 5);
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
		cmocka_unit_test(test_protos_tcp_data_offset_below_five_is_refused),
		cmocka_unit_test(test_protos_names_and_numbers_go_both_ways),
		cmocka_unit_test(test_protos_names_are_case_blind_and_whole),
		cmocka_unit_test(test_protos_unknown_number_is_named_by_itself),
		cmocka_unit_test(test_protos_ports_belong_to_those_that_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
