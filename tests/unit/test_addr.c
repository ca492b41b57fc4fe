/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/addr.c: both versions in one form, and text that comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "net/addr.h"

static struct addr parsed(const char *text)
{
	struct addr a;

	if (addr_parse(text, &a))
		fail_msg("\"%s\" is not taken for an address", text);
	return a;
}

static void assert_text(const char *text, const char *canonical)
{
	struct addr a = parsed(text);
	char out[ADDR_TEXT_MAX];

	assert_int_equal(addr_format(&a, out), strlen(canonical));
	assert_string_equal(out, canonical);
}

static void test_addr_text_is_canonical(void **state)
{
	(void)state;
	assert_text("0.0.0.0", "0.0.0.0");
	assert_text("10.0.0.1", "10.0.0.1");
	assert_text("255.255.255.255", "255.255.255.255");
	assert_text("109.90.9.100", "109.90.9.100");
	assert_text("::", "::");
	assert_text("[::1]", "::1");
	assert_text("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	assert_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	assert_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

/* Every pattern of zero groups, with groups of one to four digits between them. */
static void test_addr_text_of_v6_is_the_c_librarys(void **state)
{
	static const uint16_t groups[] = { 1, 0x2f, 0x304, 0xffff, 0x1000 };

	(void)state;
	for (unsigned zeros = 0; zeros < 256; zeros++)
		for (unsigned start = 0; start < sizeof(groups) / sizeof(groups[0]); start++) {
			char want[ADDR_TEXT_MAX], got[ADDR_TEXT_MAX];
			struct addr a;

			for (unsigned i = 0; i < 8; i++) {
				uint16_t n = zeros >> i & 1 ? 0 : groups[(start + i) % 5];

				a.b[2 * i] = (uint8_t)(n >> 8);
				a.b[2 * i + 1] = (uint8_t)n;
			}
			if (addr_is_v4(&a))
				continue;
			assert_non_null(inet_ntop(AF_INET6, a.b, want, sizeof(want)));
			assert_int_equal(addr_format(&a, got), strlen(want));
			assert_string_equal(got, want);
		}
}

static void test_addr_mapped_is_the_v4_address(void **state)
{
	struct addr v4 = parsed("192.0.2.7"), mapped = parsed("::ffff:192.0.2.7");
	struct addr hex = parsed("[::ffff:c000:207]");

	(void)state;
	assert_true(addr_is_v4(&mapped));
	assert_true(addr_equal(&v4, &mapped));
	assert_true(addr_equal(&v4, &hex));
	assert_text("::ffff:192.0.2.7", "192.0.2.7");
	v4 = parsed("::192.0.2.7");
	assert_false(addr_is_v4(&v4));
}

static void test_addr_from_bytes_of_either_version(void **state)
{
	struct in_addr in4;
	struct in6_addr in6;
	struct addr a, want;

	(void)state;
	inet_pton(AF_INET, "198.51.100.9", &in4);
	inet_pton(AF_INET6, "2001:db8::9", &in6);
	a = addr_from_v4(&in4);
	want = parsed("198.51.100.9");
	assert_true(addr_equal(&a, &want));
	a = addr_from_v6(&in6);
	want = parsed("2001:db8::9");
	assert_true(addr_equal(&a, &want));
	inet_pton(AF_INET6, "::ffff:198.51.100.9", &in6);
	a = addr_from_v6(&in6);
	assert_true(addr_is_v4(&a));
}

static void test_addr_parse_refuses_what_is_not_an_address(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"[",
		"]",
		"[::1",
		"::1]",
		"[[::1]]",
		"[10.0.0.1]",
		"10.0.0",
		"10.0.0.256",
		"10.0.0.1 ",
		" 10.0.0.1",
		"010.0.0.1",
		"0x7f.0.0.1",
		"2130706433",
		":::",
		"1:2:3:4:5:6:7",
		"1::2::3",
		"::g",
		"fe80::1%lo",
		"host",
		"10.0.0.1/8",
		"::1/64",
		"0000000000000000000000000000000000000000000000000000000000000001::1",
	};
	struct addr a = { { 42 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (addr_parse(bad[i], &a) != -EINVAL)
			fail_msg("\"%s\" is taken for an address", bad[i]);
		assert_int_equal(a.b[0], 42);
	}
}

static void assert_class(bool (*is)(const struct addr *), const char *text, bool want)
{
	struct addr a = parsed(text);

	if (is(&a) != want)
		fail_msg("%s is judged wrongly", text);
}

static void test_addr_any_is_of_either_version(void **state)
{
	struct addr v4 = parsed("0.0.0.0"), v6 = parsed("::");

	(void)state;
	assert_class(addr_is_any, "0.0.0.0", true);
	assert_class(addr_is_any, "::", true);
	assert_class(addr_is_any, "::1", false);
	assert_class(addr_is_any, "0.0.0.1", false);
	assert_false(addr_equal(&v4, &v6));
}

static void test_addr_classes_end_where_they_should(void **state)
{
	(void)state;
	assert_class(addr_is_loopback, "127.0.0.1", true);
	assert_class(addr_is_loopback, "127.255.255.255", true);
	assert_class(addr_is_loopback, "128.0.0.0", false);
	assert_class(addr_is_loopback, "126.255.255.255", false);
	assert_class(addr_is_loopback, "::1", true);
	assert_class(addr_is_loopback, "::2", false);
	assert_class(addr_is_loopback, "::7f00:1", false);
	assert_class(addr_is_multicast, "224.0.0.0", true);
	assert_class(addr_is_multicast, "239.255.255.255", true);
	assert_class(addr_is_multicast, "223.255.255.255", false);
	assert_class(addr_is_multicast, "240.0.0.0", false);
	assert_class(addr_is_multicast, "255.255.255.255", true);
	assert_class(addr_is_multicast, "255.255.255.254", false);
	assert_class(addr_is_multicast, "ff02::1", true);
	assert_class(addr_is_multicast, "fe02::1", false);
}

static bool in(const char *text, const char *net, unsigned prefix)
{
	struct addr a = parsed(text), n = parsed(net);

	return addr_in_prefix(&a, &n, prefix);
}

static void test_addr_prefix_counts_in_its_own_version(void **state)
{
	(void)state;
	assert_true(in("10.1.2.3", "10.0.0.0", 8));
	assert_false(in("11.1.2.3", "10.0.0.0", 8));
	assert_true(in("10.127.0.0", "10.0.0.0", 9));
	assert_false(in("10.128.0.0", "10.0.0.0", 9));
	assert_true(in("1.2.3.4", "1.2.3.4", 32));
	assert_false(in("1.2.3.5", "1.2.3.4", 32));
	assert_true(in("1.2.3.5", "1.2.3.4", 31));
	assert_true(in("200.1.1.1", "0.0.0.0", 0));
	assert_true(in("10.1.2.3", "10.9.9.9", 8)); /* the net's host bits do not count */
	assert_true(in("2001:db8::1", "2001:db8::", 32));
	assert_false(in("2001:db9::1", "2001:db8::", 32));
	assert_true(in("2001:db9::1", "2001:db8::", 31));
	assert_true(in("::1", "::1", 128));
	assert_false(in("::2", "::1", 128));
	assert_true(in("::1", "::", 0));
}

static void test_addr_prefix_never_matches_across_versions(void **state)
{
	(void)state;
	assert_false(in("10.0.0.1", "::", 0));
	assert_false(in("::1", "0.0.0.0", 0));
	assert_false(in("10.0.0.1", "10.0.0.1", 33));
	assert_false(in("::1", "::1", 129));
	assert_false(in("10.0.0.1", "10.0.0.1", UINT32_MAX));
}

/* inet_ntop(3) is the judge of every octet. */
static void test_addr_formats_v4_as_the_c_library_does(void **state)
{
	char want[INET_ADDRSTRLEN], got[ADDR_TEXT_MAX];
	unsigned i;

	(void)state;
	for (i = 0; i < 256; i++) {
		uint8_t b[4] = { (uint8_t)i, (uint8_t)(255 - i), (uint8_t)(i * 7),
				 (uint8_t)(i / 3) };
		struct addr a = addr_from_v4(b);

		inet_ntop(AF_INET, b, want, sizeof(want));
		assert_int_equal(addr_format(&a, got), strlen(want));
		assert_string_equal(got, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_text_is_canonical),
		cmocka_unit_test(test_addr_text_of_v6_is_the_c_librarys),
		cmocka_unit_test(test_addr_mapped_is_the_v4_address),
		cmocka_unit_test(test_addr_from_bytes_of_either_version),
		cmocka_unit_test(test_addr_parse_refuses_what_is_not_an_address),
		cmocka_unit_test(test_addr_any_is_of_either_version),
		cmocka_unit_test(test_addr_classes_end_where_they_should),
		cmocka_unit_test(test_addr_prefix_counts_in_its_own_version),
		cmocka_unit_test(test_addr_prefix_never_matches_across_versions),
		cmocka_unit_test(test_addr_formats_v4_as_the_c_library_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
