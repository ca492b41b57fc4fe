/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/dns.c: names and addresses in answers, and what a stranger may write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/dns.h"

/* A message under construction. */
struct message {
	uint8_t at[2048];
	size_t len;
};

static void put_bytes(struct message *m, const void *data, size_t len)
{
	assert_true(m->len + len <= sizeof(m->at));
	memcpy(m->at + m->len, data, len);
	m->len += len;
}

static void put16(struct message *m, unsigned v)
{
	put_bytes(m, (const uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

static void put_header(struct message *m, unsigned flags, unsigned questions, unsigned answers)
{
	m->len = 0;
	put16(m, 0x1234);
	put16(m, flags);
	put16(m, questions);
	put16(m, answers);
	put16(m, 0);
	put16(m, 0);
}

/* "www.example.org", without compression. */
static void put_name(struct message *m, const char *name)
{
	while (*name) {
		uint8_t len = (uint8_t)strcspn(name, ".");

		put_bytes(m, &len, 1);
		put_bytes(m, name, len);
		name += len + (name[len] == '.');
	}
	put_bytes(m, "", 1);
}

static void put_pointer(struct message *m, unsigned to)
{
	put16(m, 0xc000 | to);
}

static void put_question(struct message *m, const char *name, unsigned type)
{
	put_name(m, name);
	put16(m, type);
	put16(m, 1);
}

static void put_fields(struct message *m, unsigned type, unsigned class, uint32_t ttl, unsigned len)
{
	put16(m, type);
	put16(m, class);
	put16(m, ttl >> 16);
	put16(m, ttl & 0xffff);
	put16(m, len);
}

/* An A record of the name at `owner` in the message. */
static void put_a(struct message *m, unsigned owner, uint32_t ttl, uint8_t last)
{
	put_pointer(m, owner);
	put_fields(m, 1, 1, ttl, 4);
	put_bytes(m, (const uint8_t[]){ 192, 0, 2, last }, 4);
}

/* Exactly as long as it is, so that reading on is found. */
static bool read_message(const struct message *m, size_t len, struct dnsanswer *out)
{
	uint8_t *exact = malloc(len ? len : 1);
	bool good;

	assert_non_null(exact);
	memcpy(exact, m->at, len);
	good = dns_read_answer(bytes_of(exact, len), out);
	free(exact);
	return good;
}

static void assert_addr(const struct addr *a, const char *text)
{
	char buf[ADDR_TEXT_MAX];

	addr_format(a, buf);
	assert_string_equal(buf, text);
}

static void make_simple(struct message *m, const char *name)
{
	put_header(m, 0x8180, 1, 2);
	put_question(m, name, 1);
	put_a(m, 12, 300, 1);
	put_a(m, 12, 60, 2);
}

static void test_dns_answer_names_its_addresses(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	make_simple(&m, "www.example.org");
	assert_true(read_message(&m, m.len, &a));
	assert_string_equal(a.name, "www.example.org");
	assert_int_equal(a.addr_count, 2);
	assert_addr(&a.addr[0], "192.0.2.1");
	assert_addr(&a.addr[1], "192.0.2.2");
	assert_int_equal(a.ttl, 60);
}

static void test_dns_answer_that_is_cut_gives_what_came_before(void **state)
{
	struct dnsanswer a;
	struct message m;
	size_t first, whole;

	(void)state;
	make_simple(&m, "www.example.org");
	whole = m.len;
	first = whole - 16;
	for (size_t len = 0; len <= whole; len++) {
		assert_int_equal(read_message(&m, len, &a), len >= first);
		if (len >= first)
			assert_int_equal(a.addr_count, len == whole ? 2 : 1);
	}
}

/* Mixed case is a resolver's guard against forgeries (draft-vixie-dnsext-dns0x20). */
static void test_dns_case_does_not_matter(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	put_header(&m, 0x8180, 1, 1);
	put_question(&m, "wWw.EXample.ORG", 1);
	put_name(&m, "www.exAMPLE.org");
	put_fields(&m, 1, 1, 5, 4);
	put_bytes(&m, "\xc0\x00\x02\x01", 4);
	assert_true(read_message(&m, m.len, &a));
	assert_string_equal(a.name, "www.example.org");
}

/* The name that was asked for is the one that is known. */
static void test_dns_follows_cnames_to_the_name_that_was_asked_for(void **state)
{
	struct dnsanswer a;
	struct message m;
	unsigned first, second;

	(void)state;
	put_header(&m, 0x8180, 1, 4);
	put_question(&m, "shop.example.org", 28);
	put_pointer(&m, 12);
	first = (unsigned)m.len + 10;
	put_fields(&m, 5, 1, 20, 15);
	put_name(&m, "lb.example.net");
	assert_int_equal(m.len - first, 16);
	m.at[first - 1] = 16;
	put_pointer(&m, first);
	second = (unsigned)m.len + 10;
	put_fields(&m, 5, 1, 900, 5);
	put_bytes(&m, "\x02" "n7", 3);
	put_pointer(&m, first + 3);
	put_a(&m, 12, 1, 9);	/* of the name before the last CNAME: does not count */
	put_pointer(&m, second);
	put_fields(&m, 28, 1, 600, 16);
	put_bytes(&m, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16);
	assert_true(read_message(&m, m.len, &a));
	assert_string_equal(a.name, "shop.example.org");
	assert_int_equal(a.addr_count, 1);
	assert_addr(&a.addr[0], "2001:db8::7");
	assert_int_equal(a.ttl, 20);
}

static void test_dns_records_of_other_names_do_not_count(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	put_header(&m, 0x8180, 1, 2);
	put_question(&m, "www.example.org", 1);
	put_name(&m, "bank.example.com");
	put_fields(&m, 1, 1, 5, 4);
	put_bytes(&m, "\xc0\x00\x02\x01", 4);
	assert_false(read_message(&m, m.len, &a));
	put_a(&m, 12, 5, 2);
	assert_true(read_message(&m, m.len, &a));
	assert_int_equal(a.addr_count, 1);
	assert_addr(&a.addr[0], "192.0.2.2");
}

static void test_dns_what_is_no_answer_is_refused(void **state)
{
	static const uint16_t flags[] = { 0x0100, 0x8183, 0x8182, 0xa180 };
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		make_simple(&m, "www.example.org");
		m.at[2] = (uint8_t)(flags[i] >> 8);
		m.at[3] = (uint8_t)flags[i];
		assert_false(read_message(&m, m.len, &a));
	}
	make_simple(&m, "www.example.org");
	m.at[5] = 2;		/* questions */
	assert_false(read_message(&m, m.len, &a));
	put_header(&m, 0x8180, 1, 1);
	put_question(&m, "www.example.org", 15);	/* MX */
	put_a(&m, 12, 300, 1);
	assert_false(read_message(&m, m.len, &a));
	put_header(&m, 0x8180, 1, 1);
	put_question(&m, "www.example.org", 1);
	put_pointer(&m, 12);
	put_fields(&m, 1, 3, 300, 4);			/* not the Internet's class */
	put_bytes(&m, "\xc0\x00\x02\x01", 4);
	assert_false(read_message(&m, m.len, &a));
}

static void test_dns_names_with_other_characters_are_refused_whole(void **state)
{
	static const char *const names[] = { "www.exa mple.org", "a\x1b[31m.org", "b\xc3\xbc" "cher.org",
					     "\"quoted\".org", "*.example.org", "a/b.org" };
	static const char *const fine[] = { "a-b.org", "_dmarc.example.org", "localhost", "4u.org",
					    "1.2.3.4a", "xn--bcher-kva.example" };
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		make_simple(&m, names[i]);
		assert_false(read_message(&m, m.len, &a));
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		make_simple(&m, fine[i]);
		assert_true(read_message(&m, m.len, &a));
		assert_string_equal(a.name, fine[i]);
	}
	/* A dot within a label is no end of it. */
	make_simple(&m, "www-example.org");
	m.at[12 + 1 + 3] = '.';
	assert_false(read_message(&m, m.len, &a));
}

static void test_dns_name_that_looks_like_an_address_is_refused(void **state)
{
	static const char *const names[] = { "192.0.2.77", "77", "www.77", "" };
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		make_simple(&m, names[i]);
		assert_false(read_message(&m, m.len, &a));
	}
}

static void test_dns_pointers_go_backwards_only(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (unsigned to = 0; to < 0x4000; to++) {
		put_header(&m, 0x8180, 1, 1);
		put_bytes(&m, "\x03" "www", 4);
		put_pointer(&m, to);
		put16(&m, 1);
		put16(&m, 1);
		put_a(&m, 12, 300, 1);
		/* Nothing but the header is before it, and that has no names. */
		assert_false(read_message(&m, m.len, &a));
	}
}

static void test_dns_chain_of_pointers_has_an_end(void **state)
{
	struct dnsanswer a;
	struct message m;
	unsigned at;

	(void)state;
	for (unsigned jumps = 1; jumps < 64; jumps++) {
		put_header(&m, 0x8180, 1, 2);
		put_question(&m, "www.example.org", 1);
		put_pointer(&m, 12);
		put_fields(&m, 16, 1, 300, 2 * jumps);
		for (unsigned i = 0, to = 12; i < jumps; i++, to = at) {
			at = (unsigned)m.len;
			put_pointer(&m, to);
		}
		put_a(&m, (unsigned)m.len - 2, 300, 1);
		assert_int_equal(read_message(&m, m.len, &a), jumps < 32);
	}
}

static void test_dns_name_has_255_octets_at_most(void **state)
{
	char label[64], name[300];
	struct dnsanswer a;
	struct message m;

	(void)state;
	memset(label, 'a', 63);
	label[63] = '\0';
	for (unsigned last = 55; last < 64; last++) {
		snprintf(name, sizeof(name), "%s.%s.%s.%.*s", label, label, label, (int)last, label);
		make_simple(&m, name);
		/* 3 * 64 + 1 + last + 1 octets on the wire */
		assert_int_equal(read_message(&m, m.len, &a), 3 * 64 + 1 + last + 1 <= 255);
	}
}

static void test_dns_no_more_addresses_than_there_is_room_for(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	put_header(&m, 0x8180, 1, 40);
	put_question(&m, "www.example.org", 255);
	for (unsigned i = 0; i < 40; i++)
		put_a(&m, 12, 300, (uint8_t)i);
	assert_true(read_message(&m, m.len, &a));
	assert_int_equal(a.addr_count, DNS_ADDRS_MAX);
}

static void test_dns_odd_time_to_live_and_lengths(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	put_header(&m, 0x8180, 1, 2);
	put_question(&m, "www.example.org", 1);
	put_pointer(&m, 12);
	put_fields(&m, 1, 1, 300, 16);		/* an A record has four bytes */
	put_bytes(&m, "0123456789abcdef", 16);
	put_a(&m, 12, 0x80000001, 1);
	assert_true(read_message(&m, m.len, &a));
	assert_int_equal(a.addr_count, 1);
	assert_int_equal(a.ttl, 0);
}

/* RFC 6762: no question, the cache bit in the class, addresses behind the service's records. */
static void test_dns_multicast_answer_is_named_by_its_record(void **state)
{
	struct dnsanswer a;
	struct message m;
	unsigned host;

	(void)state;
	put_header(&m, 0x8400, 0, 1);
	m.at[11] = 2;		/* additional records */
	put_name(&m, "My Printer._ipp._tcp.local");
	put_fields(&m, 16, 0x8001, 4500, 1);
	put_bytes(&m, "", 1);
	host = (unsigned)m.len;
	put_name(&m, "printer.local");
	put_fields(&m, 1, 0x8001, 120, 4);
	put_bytes(&m, "\xc0\x00\x02\x05", 4);
	put_pointer(&m, host);
	put_fields(&m, 28, 0x8001, 120, 16);
	put_bytes(&m, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
	assert_true(read_message(&m, m.len, &a));
	assert_string_equal(a.name, "printer.local");
	assert_int_equal(a.addr_count, 2);
	assert_addr(&a.addr[1], "fe80::5");
	assert_int_equal(a.ttl, 120);
}

/* A record of no use, whose owner is the name at `owner`. */
static void put_text(struct message *m, unsigned owner)
{
	put_pointer(m, owner);
	put_fields(m, 16, 1, 300, 0);
}

/* Anybody may send what is nothing but work: there is an end to it. */
static void test_dns_message_is_not_read_for_ever(void **state)
{
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (unsigned before = 0; before < 64; before++) {
		put_header(&m, 0x8180, 1, before + 1);
		put_question(&m, "www.example.org", 1);
		for (unsigned i = 0; i < before; i++)
			put_text(&m, 12);
		put_a(&m, 12, 300, 1);
		assert_int_equal(read_message(&m, m.len, &a), before < 32);
	}
}

/* Each of these names is of 126 labels. */
static void test_dns_long_names_are_put_together_a_few_times(void **state)
{
	char name[2 * 126 + 1];
	struct dnsanswer a;
	struct message m;

	(void)state;
	for (unsigned i = 0; i < 126; i++)
		memcpy(name + 2 * i, "a.", 2);
	name[2 * 126 - 1] = '\0';
	for (unsigned addrs = 1; addrs < 5; addrs++) {
		put_header(&m, 0x8180, 1, addrs);
		put_question(&m, name, 1);
		for (unsigned i = 0; i < addrs; i++)
			put_a(&m, 12, 300, (uint8_t)i);
		assert_true(read_message(&m, m.len, &a));
		assert_int_equal(a.addr_count, 1);	/* with the question, there were two */
	}
	/* That no address needs them costs nothing. */
	put_header(&m, 0x8000, 0, 21);
	put_name(&m, name);
	put_fields(&m, 16, 1, 300, 0);
	for (unsigned i = 0; i < 19; i++)
		put_text(&m, 12);
	put_a(&m, 12, 300, 1);
	assert_true(read_message(&m, m.len, &a));
	assert_string_equal(a.name, name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns_answer_names_its_addresses),
		cmocka_unit_test(test_dns_answer_that_is_cut_gives_what_came_before),
		cmocka_unit_test(test_dns_case_does_not_matter),
		cmocka_unit_test(test_dns_follows_cnames_to_the_name_that_was_asked_for),
		cmocka_unit_test(test_dns_records_of_other_names_do_not_count),
		cmocka_unit_test(test_dns_what_is_no_answer_is_refused),
		cmocka_unit_test(test_dns_names_with_other_characters_are_refused_whole),
		cmocka_unit_test(test_dns_name_that_looks_like_an_address_is_refused),
		cmocka_unit_test(test_dns_pointers_go_backwards_only),
		cmocka_unit_test(test_dns_chain_of_pointers_has_an_end),
		cmocka_unit_test(test_dns_name_has_255_octets_at_most),
		cmocka_unit_test(test_dns_no_more_addresses_than_there_is_room_for),
		cmocka_unit_test(test_dns_odd_time_to_live_and_lengths),
		cmocka_unit_test(test_dns_multicast_answer_is_named_by_its_record),
		cmocka_unit_test(test_dns_message_is_not_read_for_ever),
		cmocka_unit_test(test_dns_long_names_are_put_together_a_few_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
