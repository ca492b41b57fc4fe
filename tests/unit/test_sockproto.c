/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/sockproto.c: the names that scripts rely on, and every spelling of a state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "net/sockproto.h"

#define BIT(state) (1u << (state))

static void test_sockproto_names_are_the_contracts(void **state)
{
	static const char *const names[SOCKPROTOS] = {
		"tcp",	  "udp",     "udplite", "icmp",	       "icmpv6",     "sctp",
		"dccp",	  "mptcp",   "raw",	"unix_stream", "unix_dgram", "unix_seqpacket",
		"packet", "netlink", "vsock",
	};
	int p;

	(void)state;
	for (p = 0; p < SOCKPROTOS; p++)
		assert_string_equal(sockproto_name(p), names[p]);
	assert_non_null(sockproto_name(SOCKPROTOS));
}

static void test_sockproto_knows_its_packets(void **state)
{
	(void)state;
	assert_int_equal(sockproto_ipproto(SP_TCP), 6);
	assert_int_equal(sockproto_ipproto(SP_UDP), 17);
	assert_int_equal(sockproto_ipproto(SP_UDPLITE), 136);
	assert_int_equal(sockproto_ipproto(SP_ICMP4), 1);
	assert_int_equal(sockproto_ipproto(SP_ICMP6), 58);
	assert_int_equal(sockproto_ipproto(SP_SCTP), 132);
	assert_int_equal(sockproto_ipproto(SP_DCCP), 33);
	assert_int_equal(sockproto_ipproto(SP_MPTCP), 6);
	assert_int_equal(sockproto_ipproto(SP_UNIX_STREAM), 0);
	assert_int_equal(sockproto_ipproto(SP_NETLINK), 0);
	assert_int_equal(sockproto_ipproto(SOCKPROTOS), 0);
	assert_true(sockproto_is_datagram(SP_UDP));
	assert_true(sockproto_is_datagram(SP_UNIX_DGRAM));
	assert_false(sockproto_is_datagram(SP_TCP));
	assert_false(sockproto_is_datagram(SP_UNIX_SEQPACKET));
	assert_false(sockproto_is_datagram(SOCKPROTOS));
}

/* The C library has the kernel's numbers too. */
static void test_sockstate_numbers_are_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(ST_ESTABLISHED, TCP_ESTABLISHED);
	assert_int_equal(ST_SYN_RECV, TCP_SYN_RECV);
	assert_int_equal(ST_TIME_WAIT, TCP_TIME_WAIT);
	assert_int_equal(ST_CLOSE, TCP_CLOSE);
	assert_int_equal(ST_LISTEN, TCP_LISTEN);
	assert_int_equal(ST_CLOSING, TCP_CLOSING);
}

static void test_sockstate_names_are_the_kernels_and_sss(void **state)
{
	static const char *const kernel[SOCKSTATES] = {
		"",	     "ESTABLISHED", "SYN_SENT",	  "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE",	    "CLOSE_WAIT", "LAST_ACK", "LISTEN",	   "CLOSING",
	};
	static const char *const ss[SOCKSTATES] = {
		"",	     "ESTAB",  "SYN-SENT",   "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2",
		"TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN",     "CLOSING",
	};
	int s;

	(void)state;
	for (s = 0; s < SOCKSTATES; s++) {
		assert_string_equal(sockstate_name(s, false), kernel[s]);
		assert_string_equal(sockstate_name(s, true), s == ST_CLOSE ? "UNCONN" : kernel[s]);
		assert_string_equal(sockstate_short(s), ss[s]);
	}
	assert_string_equal(sockstate_name(SOCKSTATES, false), "");
	assert_string_equal(sockstate_short(SOCKSTATES), "");
}

/* Whatever a screen or an export shows of a state can be typed into a filter, in any case. */
static void test_sockstate_mask_reads_what_is_printed(void **state)
{
	char lower[32];
	size_t i;
	int s;

	(void)state;
	for (s = ST_ESTABLISHED; s < SOCKSTATES; s++) {
		assert_int_equal(sockstate_mask(sockstate_name(s, false)), BIT(s));
		assert_int_equal(sockstate_mask(sockstate_name(s, true)), BIT(s));
		assert_int_equal(sockstate_mask(sockstate_short(s)), BIT(s));
		snprintf(lower, sizeof(lower), "%s", sockstate_short(s));
		for (i = 0; lower[i]; i++)
			lower[i] = (char)tolower((unsigned char)lower[i]);
		assert_int_equal(sockstate_mask(lower), BIT(s));
	}
}

static void test_sockstate_mask_knows_every_spelling(void **state)
{
	(void)state;
	assert_int_equal(sockstate_mask("established"), BIT(ST_ESTABLISHED));
	assert_int_equal(sockstate_mask("Estab"), BIT(ST_ESTABLISHED));
	assert_int_equal(sockstate_mask("time-wait"), BIT(ST_TIME_WAIT));
	assert_int_equal(sockstate_mask("timewait"), BIT(ST_TIME_WAIT));
	assert_int_equal(sockstate_mask("tw"), BIT(ST_TIME_WAIT));
	assert_int_equal(sockstate_mask("fin-wait-1"), BIT(ST_FIN_WAIT1));
	assert_int_equal(sockstate_mask("FIN_WAIT_2"), BIT(ST_FIN_WAIT2));
	assert_int_equal(sockstate_mask("syn-rcv"), BIT(ST_SYN_RECV));
	assert_int_equal(sockstate_mask("listening"), BIT(ST_LISTEN));
	assert_int_equal(sockstate_mask("closed"), BIT(ST_CLOSE));
	assert_int_equal(sockstate_mask("unconnected"), BIT(ST_CLOSE));
}

/* ss(8), "STATE-FILTER". */
static void test_sockstate_mask_groups_are_sss(void **state)
{
	const uint32_t all = BIT(SOCKSTATES) - 2;
	const uint32_t connected = all & ~BIT(ST_LISTEN) & ~BIT(ST_CLOSE);
	const uint32_t bucket = BIT(ST_TIME_WAIT) | BIT(ST_SYN_RECV);

	(void)state;
	assert_int_equal(sockstate_mask("all"), all);
	assert_int_equal(sockstate_mask("connected"), connected);
	assert_int_equal(sockstate_mask("synchronized"), connected & ~BIT(ST_SYN_SENT));
	assert_int_equal(sockstate_mask("bucket"), bucket);
	assert_int_equal(sockstate_mask("big"), all & ~bucket);
}

static void test_sockstate_mask_of_other_words_is_empty(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"__",
		"e",
		"esta",
		"establishedd",
		"sync-sent",
		"fin-wait",
		"fin-wait-3",
		"wait",
		"443",
		"time wait",
		"ESTAB ",
		"\xc5\xbf"
		"yn-sent",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sockstate_mask(bad[i]))
			fail_msg("\"%s\" is taken for a state", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockproto_names_are_the_contracts),
		cmocka_unit_test(test_sockproto_knows_its_packets),
		cmocka_unit_test(test_sockstate_numbers_are_the_kernels),
		cmocka_unit_test(test_sockstate_names_are_the_kernels_and_sss),
		cmocka_unit_test(test_sockstate_mask_reads_what_is_printed),
		cmocka_unit_test(test_sockstate_mask_knows_every_spelling),
		cmocka_unit_test(test_sockstate_mask_groups_are_sss),
		cmocka_unit_test(test_sockstate_mask_of_other_words_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
