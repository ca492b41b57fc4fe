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
	assert_true(i >= 9);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
