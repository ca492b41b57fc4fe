/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/procnet_{inet,local,sctp}.c and procfield.c: lines made by hand, among them hostile ones.
 */
#include "procnet_fixture.h"

#include <linux/netlink_diag.h>

#include "source/procfield.h"

#define TCP_ENDS "  12: 0100007F:1F90 0200007F:C001 "

static void test_procnet_timer_has_its_name_time_and_count(void **state)
{
	struct event e;

	(void)state;
	e = parsed(FIXTURE_TCP4, TCP_ENDS "01 00000005:00000007 01:0000000A 00000003  1000  9 77");
	assert_int_equal(e.sock.timer, TIMER_RETRANS);
	assert_int_equal(e.sock.timer_ms, 100);
	assert_int_equal(e.sock.retransmits, 3);
	assert_int_equal(e.sock.has, HAS_TIMER | HAS_QUEUES | HAS_UID);
	assert_int_equal(e.sock.send_q, 5);
	assert_int_equal(e.sock.recv_q, 7);
	assert_int_equal(e.sock.uid, 1000);
	e = parsed(FIXTURE_TCP4, TCP_ENDS "01 0:0 04:0000000A 00000003  1000  9 77");
	assert_int_equal(e.sock.timer, TIMER_PROBE);
	assert_int_equal(e.sock.retransmits, 9);
	e = parsed(FIXTURE_TCP4, TCP_ENDS "01 0:0 02:FFFFFFFFFFFFFFFF FFFFFFFF  0  999 77");
	assert_int_equal(e.sock.timer_ms, UINT32_MAX);
	assert_int_equal(e.sock.retransmits, UINT8_MAX);
}

static void test_procnet_minisockets_have_no_owner_and_no_queues(void **state)
{
	struct event e;

	(void)state;
	e = parsed(FIXTURE_TCP4, TCP_ENDS "06 0:0 03:00000100 0 0 0 0 3 0");
	assert_int_equal(e.sock.state, ST_TIME_WAIT);
	assert_int_equal(e.sock.has, HAS_TIMER);
	e = parsed(FIXTURE_TCP4, TCP_ENDS "0C 0:0 01:00000100 1 33 0 0 0 0");
	assert_int_equal(e.sock.state, ST_SYN_RECV);
	assert_int_equal(e.sock.has, HAS_TIMER);
	assert_int_equal(e.sock.uid, 0);
	/* Not accepted yet: whole, but nobody's. */
	e = parsed(FIXTURE_TCP4, TCP_ENDS "01 0:9 00:0 0 0 0 0 1 0");
	assert_int_equal(e.sock.has, HAS_QUEUES);
	assert_int_equal(e.sock.recv_q, 9);
}

static void test_procnet_unheard_of_state_is_unknown(void **state)
{
	struct event e;

	(void)state;
	e = parsed(FIXTURE_TCP4, TCP_ENDS "FE 0:0 0:0 0 0 0 5");
	assert_int_equal(e.sock.state, ST_UNKNOWN);
	e = parsed(FIXTURE_TCP4, TCP_ENDS "0D 0:0 0:0 0 0 0 5");
	assert_int_equal(e.sock.state, ST_CLOSE);
}

static void test_procnet_inode_names_a_socket_in_its_namespace(void **state)
{
	static const char line[] = TCP_ENDS "01 0:0 0:0 0 0 0 5";
	const struct family *f = family_of(FIXTURE_TCP4);
	uint64_t cookie = parsed(FIXTURE_TCP4, line).sock.cookie;
	struct event e;
	bool skip;

	(void)state;
	assert_int_equal(parsed(FIXTURE_TCP4, line).sock.cookie, cookie);
	assert_true(parsed(FIXTURE_UDP4, line).sock.cookie != cookie);
	soil(&e);
	e.sock.netns = 14;
	assert_true(f->text->parse(f, line, &e, &skip));
	assert_true(e.sock.cookie != cookie);
}

static void test_procnet_tuple_names_a_socket_without_inode(void **state)
{
	static const char tail[] = " 06 0:0 03:1 0 0 0 0";
	static const char *const ends[] = {
		"1: 0100007F:1F90 0200007F:C001", "1: 0100007F:1F91 0200007F:C001",
		"1: 0100007F:1F90 0200007F:C002", "1: 0100007F:1F90 0300007F:C001",
		"1: 0200007F:1F90 0100007F:C001",
	};
	enum { COUNT = sizeof(ends) / sizeof(ends[0]) };
	uint64_t cookies[COUNT];
	char line[128];

	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(line, sizeof(line), "%s%s", ends[i], tail);
		cookies[i] = parsed(FIXTURE_TCP4, line).sock.cookie;
		assert_true(cookies[i] >> 62 == 3);
		assert_int_equal(parsed(FIXTURE_TCP4, line).sock.cookie, cookies[i]);
		for (unsigned j = 0; j < i; j++)
			assert_true(cookies[i] != cookies[j]);
	}
}

static void test_procnet_malformed_inet_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		":",
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0", /* no inode */
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 x",
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 -1",
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 4294967296", /* 32 bits */
		"1: 0100007F:10000 0200007F:C001 01 0:0 0:0 0 0 0 1",	      /* 16 bits */
		"1: 0100007F:1F90 0200007F:C001 100 0:0 0:0 0 0 0 1",	      /* 8 bits */
		"1: 0100007F:1F90 0200007F:C001 01 0:100000000 0:0 0 0 0 1",
		"1: 0100007G:1F90 0200007F:C001 01 0:0 0:0 0 0 0 1",
		"1: 100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 1",
		"1: 0100007F0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 1",
		"1: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:C001 01 "
		"0:0 0:0 0 0 0 1", /* IPv6 */
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:99999999999999999 0 0 0 1",
		"1: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 1000a 0 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_malformed(FIXTURE_TCP4, lines[i]);
	assert_malformed(FIXTURE_TCP6, TCP_ENDS "01 0:0 0:0 0 0 0 5");
}

static void test_procnet_numbers_are_whole_and_within_range(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t value;
	} numbers[] = {
		{ "ffffffffffffffff", UINT64_MAX, true, UINT64_MAX },
		{ "10000000000000000", UINT64_MAX, false, 0 },
		{ "00000000000000000000fF", 255, true, 255 },
		{ "100", 255, false, 0 },
		{ "9", 8, false, 0 },
		{ "0", 0, true, 0 },
		{ "", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ "0x1", 9, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct procfield f = { numbers[i].text, strlen(numbers[i].text) };
		uint64_t n = 4711;

		assert_int_equal(procfield_hex(&f, numbers[i].max, &n), numbers[i].good);
		assert_int_equal(n, numbers[i].good ? numbers[i].value : 4711);
	}
}

#define UNIX_HEAD "ffff8a: 00000002 00000000 "

static void test_procnet_unix_path_is_the_rest_of_the_line(void **state)
{
	static const struct {
		const char *rest, *name;
	} lines[] = {
		{ " /a b: c ", "/a b: c " },
		{ "   two", "  two" },
		{ " \x1b[2J", "\x1b[2J" },
		{ " ", "" },
		{ "", "" },
	};
	char line[128], longest[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct event e;

		snprintf(line, sizeof(line), UNIX_HEAD "00010000 0001 01 12%s", lines[i].rest);
		e = parsed(FIXTURE_UNIX, line);
		assert_string_equal(e.more.un.name, lines[i].name);
	}
	snprintf(longest, sizeof(longest), "%s0 0002 03 12 %0200d", UNIX_HEAD, 0);
	assert_int_equal(strlen(parsed(FIXTURE_UNIX, longest).more.un.name), UNIX_NAME_MAX);
}

static void test_procnet_unix_connection_not_accepted_is_passed_over(void **state)
{
	struct event e;
	bool skip = false;

	(void)state;
	assert_true(parse(FIXTURE_UNIX, UNIX_HEAD "00000000 0001 02     0 /x", &e, &skip));
	assert_true(skip);
	e = parsed(FIXTURE_UNIX, UNIX_HEAD "00010000 0005 01 12 /x");
	assert_int_equal(e.sock.state, ST_LISTEN);
	e = parsed(FIXTURE_UNIX, UNIX_HEAD "00000000 0005 03 12 /x");
	assert_int_equal(e.sock.state, ST_ESTABLISHED);
}

static void test_procnet_unix_path_with_line_feeds_leaves_the_text_whole(void **state)
{
	static const char text[] = "Num       RefCount Protocol Flags    Type St Inode Path\n"
				   "ffff8a: 00000002 00000000 00010000 0001 01 12 /tmp/a\n"
				   "\n"
				   "the rest: of a name\n"
				   "cafe\n"
				   "ffff8b: 00000002 00000000 00010000 0001 01 13 /tmp/b\n"
				   "ffff8c: 00000002 00000000 00010000 0001 01 14 @forged\n"
				   "ffff8d: cut\n";
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };

	(void)state;
	/* Only what begins like a socket can be a malformed one. */
	assert_int_equal(read_whole(FIXTURE_UNIX, text, sizeof(text) - 1, &sink), 1);
	assert_int_equal(k.count, 3);
	assert_string_equal(k.events[0].more.un.name, "/tmp/a");
	assert_string_equal(k.events[1].more.un.name, "/tmp/b");
	assert_int_equal(k.events[2].sock.inode, 14);
}

static void test_procnet_malformed_local_lines_are_refused(void **state)
{
	(void)state;
	assert_malformed(FIXTURE_UNIX, UNIX_HEAD "00010000 0001 01");
	assert_malformed(FIXTURE_UNIX, UNIX_HEAD "00010000 0003 01 12 /raw");
	assert_malformed(FIXTURE_UNIX, UNIX_HEAD "00010000 0001 01 99999999999 /x");
	assert_malformed(FIXTURE_PACKET, "0 3 3 0003 1 1 0 0");
	assert_malformed(FIXTURE_PACKET, "0 3 3 10003 1 1 0 0 5");
	assert_malformed(FIXTURE_PACKET, "0 3 3 0003 -2 1 0 0 5");
	assert_malformed(FIXTURE_NETLINK, "0 0 7001 00000041 0 0 0 2 0");
	assert_malformed(FIXTURE_NETLINK, "0 0 -7 00000041 0 0 0 2 0 5");
}

static void test_procnet_packet_device_may_be_gone(void **state)
{
	(void)state;
	assert_int_equal(parsed(FIXTURE_PACKET, "0 3 3 0003 -1 0 0 0 5").sock.ifindex, UINT32_MAX);
}

static void test_procnet_netlink_without_inode_is_its_protocol_and_port(void **state)
{
	uint64_t a = parsed(FIXTURE_NETLINK, "0 0 0 0 0 0 0 2 0 0").sock.cookie;
	uint64_t b = parsed(FIXTURE_NETLINK, "0 4 0 0 0 0 0 2 0 0").sock.cookie;
	uint64_t c = parsed(FIXTURE_NETLINK, "0 4 1 0 0 0 1 2 0 0").sock.cookie;

	(void)state;
	assert_true(a != b && b != c && a != c);
	assert_int_equal(parsed(FIXTURE_NETLINK, "0 4 1 0 0 0 1 2 6 0").sock.skmem[SKMEM_DROPS], 6);
	assert_int_equal(parsed(FIXTURE_NETLINK, "0 4 1 0 0 0 1 2 6 0").more.netlink.flags,
			 NDIAG_FLAG_CB_RUNNING);
}

static void test_procnet_malformed_sctp_lines_are_refused(void **state)
{
#define ASSOC "a b 2 1 3 0 17 0 0 0 31415 5000 40001 "
	(void)state;
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415 none");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415 1.2.3.4.5");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415 *");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 70000 1000 31415 10.0.0.1");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415 *:");
	assert_malformed(FIXTURE_SCTP_EPS, "a b 2 10 7 5000 1000 31415 1111:1111:1111:1111:1111:"
					   "1111:1111:1111:1111:1111:1111:1111");
	assert_malformed(FIXTURE_SCTP_ASSOCS, ASSOC "10.0.0.1");
	assert_malformed(FIXTURE_SCTP_ASSOCS, ASSOC "10.0.0.1 <->");
	assert_malformed(FIXTURE_SCTP_ASSOCS, ASSOC "<-> 10.0.0.2");
	assert_malformed(FIXTURE_SCTP_ASSOCS, ASSOC "10.0.0.1 -> 10.0.0.2");
	assert_malformed(FIXTURE_SCTP_ASSOCS, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_procnet_timer_has_its_name_time_and_count),
		cmocka_unit_test(test_procnet_minisockets_have_no_owner_and_no_queues),
		cmocka_unit_test(test_procnet_unheard_of_state_is_unknown),
		cmocka_unit_test(test_procnet_inode_names_a_socket_in_its_namespace),
		cmocka_unit_test(test_procnet_tuple_names_a_socket_without_inode),
		cmocka_unit_test(test_procnet_malformed_inet_lines_are_refused),
		cmocka_unit_test(test_procnet_numbers_are_whole_and_within_range),
		cmocka_unit_test(test_procnet_unix_path_is_the_rest_of_the_line),
		cmocka_unit_test(test_procnet_unix_connection_not_accepted_is_passed_over),
		cmocka_unit_test(test_procnet_unix_path_with_line_feeds_leaves_the_text_whole),
		cmocka_unit_test(test_procnet_malformed_local_lines_are_refused),
		cmocka_unit_test(test_procnet_packet_device_may_be_gone),
		cmocka_unit_test(test_procnet_netlink_without_inode_is_its_protocol_and_port),
		cmocka_unit_test(test_procnet_malformed_sctp_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
