/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell of the list reads in the room that it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/cells.h"

static const struct cellmode narrow = { .sendq_shown = true };
static const struct cellmode wide = {
	.proto_shown = true, .wire_state_shown = true, .sendq_shown = true
};

static void check(const struct row *r, const char *column, enum celllook look,
		  const struct cellmode *mode, int w, const char *expected)
{
	struct celltext t;

	cell_make(column_find(column), look, r, mode, w, &t);
	assert_string_equal(t.text, expected);
}

static struct sk a_socket(enum sockproto proto, enum sockstate state)
{
	return (struct sk){ .rec = { .proto = (uint8_t)proto, .state = (uint8_t)state } };
}

static void test_a_syn_that_was_sent_again_fits_its_cell(void **state)
{
	struct sk s = a_socket(SP_TCP, ST_SYN_SENT);
	struct row r = { .sk = &s };

	(void)state;
	s.rec.has = HAS_TIMER | HAS_QUEUES;
	s.rec.retransmits = 5;
	check(&r, "sendq_cell", CELL_SENDQ, &narrow, 5, "5 rtx");
	s.rec.retransmits = 10;
	check(&r, "sendq_cell", CELL_SENDQ, &narrow, 5, "10rtx");
	check(&r, "sendq_cell", CELL_SENDQ, &narrow, 6, "10 rtx");
	check(&r, "sendq_cell", CELL_SENDQ, &narrow, 0, "10 rtx");
	s.rec.retransmits = 0;
	s.rec.send_q = 1;
	check(&r, "sendq_cell", CELL_SENDQ, &narrow, 5, "1");
}

static void test_how_often_a_syn_was_sent_is_said_once(void **state)
{
	struct sk s = a_socket(SP_TCP, ST_SYN_SENT);
	struct row r = { .sk = &s };
	struct cellmode alone = { .bits = false };

	(void)state;
	s.rec.has = HAS_TIMER;
	s.rec.retransmits = 3;
	s.rec.tcpinfo_len = sizeof(s.rec.tcpinfo);
	s.rec.tcpinfo.total_retrans = 3;
	check(&r, "total_retrans", CELL_RETRANS, &narrow, 4, "");
	check(&r, "total_retrans", CELL_RETRANS, &alone, 4, "3");
	s.rec.state = ST_ESTABLISHED;
	check(&r, "total_retrans", CELL_RETRANS, &narrow, 4, "3");
}

static void test_a_listener_that_is_not_tcp_says_so(void **state)
{
	struct sk s = a_socket(SP_MPTCP, ST_LISTEN);
	struct row r = { .sk = &s };

	(void)state;
	check(&r, "state", CELL_STATE, &narrow, 10, "LSTN mptcp");
	check(&r, "state", CELL_STATE, &narrow, 12, "LISTEN mptcp");
	check(&r, "state", CELL_STATE, &wide, 12, "LISTEN");
	s.rec.proto = SP_SCTP;
	check(&r, "state", CELL_STATE, &narrow, 10, "LSTN sctp");
	check(&r, "state", CELL_STATE, &narrow, 11, "LISTEN sctp");
	s.rec.proto = SP_TCP;
	check(&r, "state", CELL_STATE, &narrow, 10, "LISTEN");
	s.rec.proto = SP_UNIX_STREAM;	/* its path says it */
	check(&r, "state", CELL_STATE, &narrow, 10, "LISTEN");
}

static void test_traffic_that_is_over_says_how_and_is_dim(void **state)
{
	struct flow f = { .rec = { .key.proto = 6, .wire_state = WS_REFUSED } };
	struct row r = { .flow = &f };
	struct celltext t;

	(void)state;
	check(&r, "state", CELL_STATE, &narrow, 10, "REFUSED");
	check(&r, "state", CELL_STATE, &wide, 10, "");
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_DIM);
	f.rec.dir[0].packets = 1;
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_DIM);
	f.rec.wire_state = WS_RESET;
	check(&r, "state", CELL_STATE, &narrow, 10, "RESET");
	f.rec.wire_state = WS_ESTABLISHED;
	check(&r, "state", CELL_STATE, &narrow, 10, "tcp");
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_NORMAL);
}

static void test_datagrams_that_were_refused_are_not_over(void **state)
{
	struct flow f = { .rec = { .key.proto = 17, .wire_state = WS_REFUSED } };
	struct cellmode file = { .of_file = true };
	struct sk s = a_socket(SP_UDP, ST_ESTABLISHED);
	struct row r = { .flow = &f };
	struct celltext t;

	(void)state;
	f.rec.dir[0].packets = 1;
	check(&r, "state", CELL_STATE, &narrow, 10, "udp");
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_NORMAL);
	check(&r, "wire_state", CELL_WIRE_STATE, &wide, 11, "");
	check(&r, "wire_state", CELL_WIRE_STATE, &file, 11, "REFUSED");
	assert_true(cell_has_alert(&r));
	r.sk = &s;
	check(&r, "state", CELL_STATE, &wide, 11, "ESTABLISHED");
	check(&r, "wire_state", CELL_WIRE_STATE, &wide, 11, "");
}

static void test_what_a_sockets_sum_has_is_signed_and_dim(void **state)
{
	struct flow f = { .rec = { .key.proto = 17 } };
	struct sk s = a_socket(SP_UDP, ST_CLOSE);
	struct row r = { .flow = &f, .owner = &s };
	struct celltext t;

	(void)state;
	s.flow = MODEL_NONE;
	s.sum = 7;
	for (unsigned end = 0; end < 2; end++) {
		addr_parse("10.0.0.2", &f.rec.key.addr[end]);
		f.rec.key.port[end] = 53;
	}
	f.rec.dir[0].packets = 1;
	check(&r, "local", CELL_END, &narrow, 0, "↳ 10.0.0.2:53");
	check(&r, "local", CELL_END, &narrow, 13, "↳ 10.0.0.2:53");
	check(&r, "local", CELL_END, &narrow, 12, "10.0.0.2:53");
	check(&r, "lport", CELL_END, &narrow, 5, "↳53");
	check(&r, "lport", CELL_END, &narrow, 2, "53");
	check(&r, "remote", CELL_END, &narrow, 0, "10.0.0.2:53");
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_DIM);
	s.sum = MODEL_NONE;		/* a listener has no sum */
	check(&r, "local", CELL_END, &narrow, 0, "10.0.0.2:53");
	cell_make(column_find("tx_packets"), CELL_PLAIN, &r, &narrow, 5, &t);
	assert_int_equal(t.style, STYLE_NORMAL);
}

static void test_a_wire_state_too_long_is_shortened(void **state)
{
	struct flow f = { .rec = { .key.proto = 6, .wire_state = WS_ESTABLISHED } };
	struct row r = { .flow = &f };

	(void)state;
	check(&r, "wire_state", CELL_WIRE_STATE, &wide, 11, "ESTABLISHED");
	check(&r, "wire_state", CELL_WIRE_STATE, &wide, 10, "ESTAB");
}

static void test_what_did_not_last_long_is_told_exactly(void **state)
{
	struct flow f = { .rec = { .key.proto = 6, .first_ns = 1000000000, .last_ns = 2434000000 } };
	struct row r = { .flow = &f };

	(void)state;
	check(&r, "duration", CELL_LASTED, &wide, 6, "1.4s");
	f.rec.last_ns = 63 * 1000000000ull;
	check(&r, "duration", CELL_LASTED, &wide, 6, "1m02s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_syn_that_was_sent_again_fits_its_cell),
		cmocka_unit_test(test_how_often_a_syn_was_sent_is_said_once),
		cmocka_unit_test(test_a_listener_that_is_not_tcp_says_so),
		cmocka_unit_test(test_traffic_that_is_over_says_how_and_is_dim),
		cmocka_unit_test(test_datagrams_that_were_refused_are_not_over),
		cmocka_unit_test(test_what_a_sockets_sum_has_is_signed_and_dim),
		cmocka_unit_test(test_a_wire_state_too_long_is_shortened),
		cmocka_unit_test(test_what_did_not_last_long_is_told_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
