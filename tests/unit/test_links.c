/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links: the table, and what each kind of link header says by itself (test_decode.c has whole
 * packets).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/decode.h"
#include "net/links.h"

/* Returns the bytes consumed, or -1 where the header was cut short. */
static int link_decode(uint16_t linktype, const uint8_t *data, size_t len, struct linkhead *h)
{
	const struct link *type = link_find(linktype);
	struct bytes b = bytes_of(data, len);

	assert_non_null(type);
	return type->decode(&b, h) ? (int)(b.p - data) : -1;
}

static void test_links_every_row_is_found_by_its_number(void **state)
{
	unsigned i = 0;

	(void)state;
	for (const struct link *row; (row = link_at(i)); i++) {
		assert_ptr_equal(link_find(row->linktype), row);
		assert_non_null(row->decode);
		assert_true(row->name[0]);
	}
	assert_true(i >= 18);
	assert_null(link_at(i));
	assert_null(link_at(~0u));
}

static void test_links_unknown_number_is_not_found(void **state)
{
	(void)state;
	assert_null(link_find(0x7777));
	assert_null(link_find(0xffff));
}

static void test_links_names_are_libpcaps(void **state)
{
	(void)state;
	assert_string_equal(link_find(LINK_ETHERNET)->name, "EN10MB");
	assert_string_equal(link_find(LINK_LINUX_SLL)->name, "LINUX_SLL");
	assert_string_equal(link_find(LINK_LINUX_SLL2)->name, "LINUX_SLL2");
	assert_string_equal(link_find(LINK_RAW)->name, "RAW");
	assert_string_equal(link_find(LINK_PPP_SERIAL)->name, "PPP_SERIAL");
	assert_string_equal(link_find(LINK_80211_RADIOTAP)->name, "IEEE802_11_RADIO");
}

static void test_links_cooked_packet_types_say_which_way(void **state)
{
	static const uint8_t ways[] = { PKT_IN, PKT_IN, PKT_IN, PKT_SEEN, PKT_OUT, PKT_SEEN };

	(void)state;
	for (uint8_t type = 0; type < sizeof(ways); type++) {
		const uint8_t sll[16] = { [1] = type, [3] = 1, [14] = 8, [15] = 6 };
		const uint8_t sll2[20] = { [0] = 8, [1] = 6, [9] = 1, [10] = type };
		struct linkhead h = { .way = 77 };

		assert_int_equal(link_decode(LINK_LINUX_SLL, sll, sizeof(sll), &h), 16);
		assert_int_equal(h.way, ways[type]);
		h.way = 77;
		assert_int_equal(link_decode(LINK_LINUX_SLL2, sll2, sizeof(sll2), &h), 20);
		assert_int_equal(h.way, ways[type]);
	}
}

static void test_links_a_header_that_does_not_tell_leaves_way_and_interface(void **state)
{
	static const uint8_t frame[14] = { [12] = 8, [13] = 0 };
	struct linkhead h = { .way = PKT_OUT, .ifindex = 9 };

	(void)state;
	assert_int_equal(link_decode(LINK_ETHERNET, frame, sizeof(frame), &h), 14);
	assert_int_equal(h.ethertype, 0x0800);
	assert_int_equal(h.way, PKT_OUT);
	assert_int_equal(h.ifindex, 9);
	assert_int_equal(h.vlan, 0);
}

/* LINKTYPE_LINUX_SLL: with these device types the protocol field is no ethertype. */
static void test_links_cooked_radio_and_netlink_are_not_ip(void **state)
{
	static const uint16_t hatypes[] = { 770, 801, 802, 803, 824, 826 };

	(void)state;
	for (unsigned i = 0; i < sizeof(hatypes) / sizeof(hatypes[0]); i++) {
		uint8_t sll[16 + 20] = { [2] = (uint8_t)(hatypes[i] >> 8), [14] = 8, [16] = 0x45 };
		struct linkhead h = { 0 };

		sll[3] = (uint8_t)hatypes[i];
		assert_int_equal(link_decode(LINK_LINUX_SLL, sll, sizeof(sll), &h), 16);
		assert_int_equal(h.ethertype, 0);
	}
}

static void test_links_cooked_tunnels_carry_ip(void **state)
{
	static const uint16_t hatypes[] = { 1, 512, 519, 768, 772, 776, 778, 0xfffe };

	(void)state;
	for (unsigned i = 0; i < sizeof(hatypes) / sizeof(hatypes[0]); i++) {
		uint8_t sll[16 + 20] = { [2] = (uint8_t)(hatypes[i] >> 8), [14] = 8, [16] = 0x45 };
		struct linkhead h = { 0 };

		sll[3] = (uint8_t)hatypes[i];
		assert_int_equal(link_decode(LINK_LINUX_SLL, sll, sizeof(sll), &h), 16);
		assert_int_equal(h.ethertype, 0x0800);
	}
}

/* The guess about a tag left in the data must not eat the head of a packet that is whole. */
static void test_links_cooked_packet_that_fits_is_not_taken_for_a_tag(void **state)
{
	/* total length 2048 looks like an ethertype, identification 0x45.. like a version */
	static const uint8_t sll[16 + 20] = {
		[3] = 1, [14] = 8, [16] = 0x45, [18] = 8, [20] = 0x45,
	};
	struct linkhead h = { 0 };

	(void)state;
	assert_int_equal(link_decode(LINK_LINUX_SLL, sll, sizeof(sll), &h), 16);
	assert_int_equal(h.vlan, 0);
}

static void test_links_null_knows_every_systems_ipv6_in_both_byte_orders(void **state)
{
	static const uint8_t families[] = { 10, 24, 28, 30 };

	(void)state;
	for (unsigned i = 0; i < sizeof(families); i++) {
		const uint8_t big[4] = { 0, 0, 0, families[i] };
		const uint8_t little[4] = { families[i], 0, 0, 0 };
		struct linkhead h = { 0 };

		assert_int_equal(link_decode(LINK_NULL, big, 4, &h), 4);
		assert_int_equal(h.ethertype, 0x86dd);
		h.ethertype = 0;
		assert_int_equal(link_decode(LINK_LOOP, little, 4, &h), 4);
		assert_int_equal(h.ethertype, 0x86dd);
	}
}

static void test_links_mpls_is_followed_to_the_bottom_of_any_stack(void **state)
{
	uint8_t stack[4 * 100 + 20] = { 0 };

	(void)state;
	for (unsigned depth = 1; depth <= 100; depth++) {
		struct linkhead h = { 0 };

		memset(stack, 0, sizeof(stack));
		stack[4 * depth - 2] = 1;
		stack[4 * depth] = 0x60;
		assert_int_equal(link_decode(LINK_MPLS, stack, sizeof(stack), &h), 4 * depth);
		assert_int_equal(h.ethertype, 0x86dd);
	}
}

static void test_links_tags_are_followed_however_many_they_are(void **state)
{
	static const uint16_t types[] = { 0x8100, 0x88a8, 0x9100, 0x9200 };
	uint8_t frame[14 + 4 * 100 + 20] = { 0 };

	(void)state;
	for (unsigned depth = 1; depth <= 100; depth++) {
		struct linkhead h = { 0 };

		for (unsigned i = 0; i <= depth; i++) {
			uint16_t type = i < depth ? types[i % 4] : 0x0800;

			frame[12 + 4 * i] = (uint8_t)(type >> 8);
			frame[13 + 4 * i] = (uint8_t)type;
			frame[15 + 4 * i] = (uint8_t)(i + 1);
		}
		frame[15 + 4 * depth] = 0;
		assert_int_equal(link_decode(LINK_ETHERNET, frame, sizeof(frame), &h),
				 14 + 4 * depth);
		assert_int_equal(h.ethertype, 0x0800);
		assert_int_equal(h.vlan, 1);
		/* Cut in the last one. */
		assert_int_equal(link_decode(LINK_ETHERNET, frame, 13 + 4 * depth, &h), -1);
	}
}

static void test_links_mpls_with_a_pseudowire_is_not_ip(void **state)
{
	static const uint8_t control_word[] = { 0, 1, 1, 64, 0, 0, 0, 0, 2, 0, 0, 0 };
	static const uint8_t endless[] = { 0, 1, 0, 64, 0, 1, 0, 64 };
	struct linkhead h = { 0 };

	(void)state;
	assert_int_equal(link_decode(LINK_MPLS, control_word, sizeof(control_word), &h), 4);
	assert_int_equal(h.ethertype, 0x8847);
	assert_int_equal(link_decode(LINK_MPLS, control_word, 4, &h), -1);
	assert_int_equal(link_decode(LINK_MPLS, endless, sizeof(endless), &h), -1);
}

static void expect_ppp(uint16_t linktype, const uint8_t *data, size_t len, int used,
		       unsigned ethertype)
{
	struct linkhead h = { 0 };

	assert_int_equal(link_decode(linktype, data, len, &h), used);
	assert_int_equal(h.ethertype, ethertype);
}

#define EXPECT_PPP(linktype, used, ethertype, ...) \
	expect_ppp(linktype, (const uint8_t[]){ __VA_ARGS__ }, \
		   sizeof((const uint8_t[]){ __VA_ARGS__ }), used, ethertype)

static void test_links_ppp_with_and_without_address_and_compression(void **state)
{
	static const uint16_t types[] = { LINK_PPP, LINK_PPP_SERIAL };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_PPP(types[i], 4, 0x0800, 0xff, 3, 0, 0x21, 0x45);
		EXPECT_PPP(types[i], 3, 0x0800, 0xff, 3, 0x21, 0x45);
		EXPECT_PPP(types[i], 2, 0x0800, 0, 0x21, 0x45);
		EXPECT_PPP(types[i], 1, 0x0800, 0x21, 0x45);
		EXPECT_PPP(types[i], 4, 0x86dd, 0xff, 3, 0, 0x57, 0x60);
		EXPECT_PPP(types[i], 1, 0x86dd, 0x57, 0x60);
		EXPECT_PPP(types[i], 8, 0x0800, 0xff, 3, 2, 0x81, 0, 1, 1, 64, 0x45);
		EXPECT_PPP(types[i], 8, 0x86dd, 0xff, 3, 2, 0x83, 0, 1, 1, 64, 0x60);
		/* its own control, and a header compressed by Van Jacobson */
		EXPECT_PPP(types[i], 4, 0x880b, 0xff, 3, 0xc0, 0x21, 1);
		EXPECT_PPP(types[i], 4, 0x880b, 0xff, 3, 0, 0x2d, 1);
	}
}

static void test_links_serial_link_may_be_ciscos(void **state)
{
	(void)state;
	EXPECT_PPP(LINK_PPP_SERIAL, 4, 0x0800, 0x0f, 0, 8, 0, 0x45);
	EXPECT_PPP(LINK_PPP_SERIAL, 4, 0x86dd, 0x8f, 0, 0x86, 0xdd, 0x60);
	EXPECT_PPP(LINK_PPP_SERIAL, 4, 0x8035, 0x8f, 0, 0x80, 0x35, 0);
}

static void test_links_pppoe_carries_ppp_in_a_session_only(void **state)
{
	(void)state;
	EXPECT_PPP(LINK_PPP_ETHER, 8, 0x0800, 0x11, 0, 0, 9, 0, 30, 0, 0x21, 0x45);
	EXPECT_PPP(LINK_PPP_ETHER, 7, 0x86dd, 0x11, 0, 0, 9, 0, 30, 0x57, 0x60);
	EXPECT_PPP(LINK_PPP_ETHER, 6, 0x8864, 0x11, 9, 0, 0, 0, 4, 1, 1, 0, 0);
}

/* Hook 1 and INDEV 7, a prefix of 3 bytes and its filling, a payload of 2. */
static const uint8_t nflog_little[] = {
	2, 0, 0, 5, 8, 0, 1, 0, 8, 0, 1, 0, 8, 0, 4, 0, 0, 0, 0, 7,
	7, 0, 10, 0, 'a', 'b', 0, 0, 6, 0, 9, 0, 0x45, 0,
};
static const uint8_t nflog_big[] = {
	10, 0, 0, 5, 0, 8, 0, 1, 0x86, 0xdd, 3, 0, 0, 8, 0, 5, 0, 0, 0, 9,
	0, 8, 0x80, 18, 1, 2, 3, 4, 0, 6, 0, 9, 0x60, 0,
};

static void test_links_nflog_tells_family_interface_way_and_length(void **state)
{
	struct linkhead h = { .wire_bytes = 100, .ifindex = 1 };

	(void)state;
	assert_int_equal(link_decode(LINK_NFLOG, nflog_little, sizeof(nflog_little), &h), 32);
	assert_int_equal(h.ethertype, 0x0800);
	assert_int_equal(h.ifindex, 7);
	assert_int_equal(h.way, PKT_IN);
	assert_int_equal(h.wire_bytes, 34);

	h = (struct linkhead){ .wire_bytes = 33 };
	assert_int_equal(link_decode(LINK_NFLOG, nflog_big, sizeof(nflog_big), &h), 32);
	assert_int_equal(h.ethertype, 0x86dd);
	assert_int_equal(h.ifindex, 9);
	assert_int_equal(h.way, PKT_OUT);
	/* A payload that claims more than there was on the wire. */
	assert_int_equal(h.wire_bytes, 33);
}

static void test_links_nflog_of_a_bridge_names_its_protocol(void **state)
{
	static const uint8_t bridge[] = {
		7, 0, 0, 5, 8, 0, 1, 0, 0x81, 0, 1, 0, 12, 0, 9, 0, 0, 42, 0x86, 0xdd, 0x60, 0,
	};
	static const uint8_t arp[] = { 3, 0, 0, 5, 8, 0, 1, 0, 8, 6, 1, 0, 6, 0, 9, 0, 0, 1 };
	struct linkhead h = { 0 };

	(void)state;
	assert_int_equal(link_decode(LINK_NFLOG, bridge, sizeof(bridge), &h), 20);
	assert_int_equal(h.ethertype, 0x86dd);
	assert_int_equal(h.vlan, 42);
	assert_int_equal(h.way, 0);
	h = (struct linkhead){ 0 };
	assert_int_equal(link_decode(LINK_NFLOG, arp, sizeof(arp), &h), 16);
	assert_int_equal(h.ethertype, 0x0806);
}

static void test_links_nflog_without_a_payload_is_cut_short(void **state)
{
	static const uint8_t no_length[] = { 2, 0, 0, 5, 3, 0, 1, 0, 8, 0, 1, 0 };
	static const uint8_t too_long[] = { 2, 0, 0, 5, 0xff, 0xff, 1, 0, 8, 0, 1, 0 };
	struct linkhead h = { 0 };

	(void)state;
	for (size_t len = 0; len < 32; len++)
		assert_int_equal(link_decode(LINK_NFLOG, nflog_little, len, &h), -1);
	assert_int_equal(link_decode(LINK_NFLOG, no_length, sizeof(no_length), &h), -1);
	assert_int_equal(link_decode(LINK_NFLOG, too_long, sizeof(too_long), &h), -1);
}

static void test_links_netlink_is_never_ip(void **state)
{
	uint8_t message[16 + 20] = { [1] = 4, [2] = 3, [3] = 0x38, [14] = 8, [16] = 0x45 };
	struct linkhead h = { .ethertype = 0x0800 };

	(void)state;
	assert_int_equal(link_decode(LINK_NETLINK, message, sizeof(message), &h), 16);
	assert_int_equal(h.ethertype, 0);
	assert_int_equal(link_decode(LINK_NETLINK, message, 15, &h), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_every_row_is_found_by_its_number),
		cmocka_unit_test(test_links_unknown_number_is_not_found),
		cmocka_unit_test(test_links_names_are_libpcaps),
		cmocka_unit_test(test_links_cooked_packet_types_say_which_way),
		cmocka_unit_test(test_links_a_header_that_does_not_tell_leaves_way_and_interface),
		cmocka_unit_test(test_links_cooked_radio_and_netlink_are_not_ip),
		cmocka_unit_test(test_links_cooked_tunnels_carry_ip),
		cmocka_unit_test(test_links_cooked_packet_that_fits_is_not_taken_for_a_tag),
		cmocka_unit_test(test_links_null_knows_every_systems_ipv6_in_both_byte_orders),
		cmocka_unit_test(test_links_mpls_is_followed_to_the_bottom_of_any_stack),
		cmocka_unit_test(test_links_tags_are_followed_however_many_they_are),
		cmocka_unit_test(test_links_mpls_with_a_pseudowire_is_not_ip),
		cmocka_unit_test(test_links_ppp_with_and_without_address_and_compression),
		cmocka_unit_test(test_links_serial_link_may_be_ciscos),
		cmocka_unit_test(test_links_pppoe_carries_ppp_in_a_session_only),
		cmocka_unit_test(test_links_nflog_tells_family_interface_way_and_length),
		cmocka_unit_test(test_links_nflog_of_a_bridge_names_its_protocol),
		cmocka_unit_test(test_links_nflog_without_a_payload_is_cut_short),
		cmocka_unit_test(test_links_netlink_is_never_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
