/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/wirestate.c: packets of a TCP connection in, the state that an onlooker would tell out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/flowtab.h"
#include "net/wirestate.h"

enum { A, B };	/* the ends */

enum {
	SYN = WIRE_SYN,
	SYNACK = WIRE_SYN | WIRE_ACK,
	ACK = WIRE_ACK,
	FINACK = WIRE_FIN | WIRE_ACK,
	RST = WIRE_RST,
};

/* One packet, and the state after it. */
struct step {
	uint8_t from, flags;
	uint32_t seq, ack, payload;
	enum wirestate then;
};

static struct pktmeta meta(const struct step *s)
{
	return (struct pktmeta){
		.from = s->from, .tcp_flags = s->flags, .seq = s->seq, .ack = s->ack,
		.payload_bytes = s->payload,
	};
}

static struct wirestate_track play(const struct step *steps, size_t count)
{
	struct wirestate_track w;

	for (size_t i = 0; i < count; i++) {
		struct pktmeta m = meta(&steps[i]);

		if (i == 0)
			wirestate_begin(&w, &m);
		wirestate_step(&w, &m);
		if (w.state != steps[i].then)
			print_message("# packet %zu: %s, not %s\n", i, wirestate_name(w.state),
				      wirestate_name(steps[i].then));
		assert_int_equal(w.state, steps[i].then);
	}
	return w;
}

#define PLAY(steps) play(steps, sizeof(steps) / sizeof(*(steps)))

static void test_wirestate_follows_a_whole_connection(void **state)
{
	static const struct step steps[] = {
		{ B, SYN, 100, 0, 0, WS_SYN_SENT },
		{ A, SYNACK, 500, 101, 0, WS_SYN_RECV },
		{ B, ACK, 101, 501, 0, WS_ESTABLISHED },
		{ B, ACK, 101, 501, 50, WS_ESTABLISHED },
		{ A, ACK, 501, 151, 0, WS_ESTABLISHED },
		{ B, FINACK, 151, 501, 10, WS_FIN_WAIT1 },
		{ A, ACK, 501, 161, 0, WS_FIN_WAIT1 },		/* the data, not the FIN */
		{ A, ACK, 501, 162, 0, WS_FIN_WAIT2 },
		{ A, ACK, 501, 162, 30, WS_FIN_WAIT2 },
		{ A, FINACK, 531, 162, 0, WS_CLOSING },
		{ B, ACK, 162, 532, 0, WS_TIME_WAIT },
		{ A, FINACK, 531, 162, 0, WS_TIME_WAIT },	/* sent again */
	};
	struct wirestate_track w = PLAY(steps);

	(void)state;
	assert_int_equal(w.opener, OPENER_END1);
	assert_true(wirestate_opener_certain(&w));
}

static void test_wirestate_fin_is_acknowledged_across_sequence_wrap(void **state)
{
	static const struct step steps[] = {
		{ A, ACK, 0xfffffff0, 1, 5, WS_ESTABLISHED },
		{ A, FINACK, 0xfffffff5, 1, 20, WS_FIN_WAIT1 },
		{ B, ACK, 1, 0xfffffff5, 0, WS_FIN_WAIT1 },
		{ B, ACK, 1, 10, 0, WS_FIN_WAIT2 },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_simultaneous_close(void **state)
{
	static const struct step steps[] = {
		{ A, ACK, 10, 20, 5, WS_ESTABLISHED },
		{ A, FINACK, 15, 20, 0, WS_FIN_WAIT1 },
		{ B, FINACK, 20, 15, 0, WS_CLOSING },
		{ A, ACK, 16, 21, 0, WS_CLOSING },
		{ B, ACK, 21, 16, 0, WS_TIME_WAIT },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_simultaneous_open(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYN, 20, 0, 0, WS_SYN_RECV },
		{ A, SYNACK, 10, 21, 0, WS_SYN_RECV },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ A, ACK, 11, 21, 0, WS_ESTABLISHED },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_rst_in_answer_to_syn_is_refused(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, RST | ACK, 0, 11, 0, WS_REFUSED },
		{ B, RST | ACK, 0, 11, 0, WS_REFUSED },	/* the same at another point */
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_rst_after_syn_ack_is_reset(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ B, RST, 21, 0, 0, WS_RESET },
		{ A, ACK, 11, 21, 9, WS_RESET },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_rst_of_the_opener_is_no_refusal(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ A, RST, 11, 0, 0, WS_RESET },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_rst_after_the_close_changes_nothing(void **state)
{
	static const struct step steps[] = {
		{ A, FINACK, 15, 20, 0, WS_FIN_WAIT1 },
		{ B, FINACK, 20, 16, 0, WS_CLOSING },
		{ A, ACK, 16, 21, 0, WS_TIME_WAIT },
		{ B, RST, 21, 0, 0, WS_TIME_WAIT },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_picked_up_needs_data_or_both_ends(void **state)
{
	static const struct step by_ends[] = {
		{ A, ACK, 10, 20, 0, WS_NONE },
		{ A, ACK, 10, 20, 0, WS_NONE },
		{ B, ACK, 20, 10, 0, WS_ESTABLISHED },
	};
	static const struct step by_data[] = { { B, ACK, 20, 10, 1, WS_ESTABLISHED } };
	struct wirestate_track w = PLAY(by_ends);

	(void)state;
	assert_int_equal(w.opener, OPENER_END0);
	assert_false(wirestate_opener_certain(&w));
	w = PLAY(by_data);
	assert_int_equal(w.opener, OPENER_END1);
}

static void test_wirestate_syn_ack_tells_the_opener(void **state)
{
	static const struct step steps[] = {
		{ A, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ B, ACK, 11, 21, 0, WS_ESTABLISHED },
	};
	struct wirestate_track w = PLAY(steps);

	(void)state;
	assert_int_equal(w.opener, OPENER_END1);
	assert_true(wirestate_opener_certain(&w));
}

static void test_wirestate_one_direction_alone_is_followed(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ A, ACK, 11, 21, 0, WS_ESTABLISHED },
		{ A, FINACK, 11, 21, 0, WS_FIN_WAIT1 },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_restarts_only_when_over_and_only_by_another_syn(void **state)
{
	static const struct step refused[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, RST | ACK, 0, 11, 0, WS_REFUSED },
	};
	static const struct step open[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ A, ACK, 11, 21, 0, WS_ESTABLISHED },
	};
	static const struct step same = { A, SYN, 10, 0, 0, 0 }, other = { A, SYN, 99, 0, 0, 0 };
	static const struct step answer = { B, SYNACK, 99, 11, 0, 0 };
	static const struct step back = { B, SYN, 10, 0, 0, 0 };
	struct pktmeta m_same = meta(&same), m_other = meta(&other), m_answer = meta(&answer);
	struct pktmeta m_back = meta(&back);
	struct wirestate_track w = PLAY(refused);

	(void)state;
	assert_false(wirestate_restarts(&w, &m_same));
	assert_true(wirestate_restarts(&w, &m_other));
	assert_true(wirestate_restarts(&w, &m_back));
	assert_false(wirestate_restarts(&w, &m_answer));
	w = PLAY(open);
	assert_false(wirestate_restarts(&w, &m_other));
}

static void test_wirestate_restarts_when_another_syn_is_accepted(void **state)
{
	static const struct step open[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ A, ACK, 11, 21, 0, WS_ESTABLISHED },
		{ A, SYN, 99, 0, 0, WS_ESTABLISHED },
	};
	static const struct step accepts = { B, SYNACK, 70, 100, 0, 0 };
	static const struct step late = { B, SYNACK, 20, 11, 0, 0 };
	static const struct step turned = { A, SYNACK, 70, 100, 0, 0 };
	static const struct step odd = { B, SYNACK | WIRE_FIN, 70, 100, 0, 0 };
	struct pktmeta m_accepts = meta(&accepts), m_late = meta(&late), m_odd = meta(&odd);
	struct pktmeta m_turned = meta(&turned);
	struct wirestate_track w = PLAY(open);

	(void)state;
	assert_true(wirestate_restarts(&w, &m_accepts));
	assert_true(wirestate_restarts(&w, &m_turned));
	assert_false(wirestate_restarts(&w, &m_late));
	assert_false(wirestate_restarts(&w, &m_odd));
	/* Begun by it, the record knows the new SYN, and sees the same again as the same. */
	wirestate_begin(&w, &m_accepts);
	wirestate_step(&w, &m_accepts);
	assert_int_equal(w.state, WS_SYN_RECV);
	assert_int_equal(w.opener, OPENER_END0);
	assert_false(wirestate_restarts(&w, &m_accepts));
}

static void test_wirestate_picked_up_restarts_at_a_syn_ack(void **state)
{
	static const struct step open[] = { { B, ACK, 20, 10, 1, WS_ESTABLISHED } };
	static const struct step alone[] = { { B, ACK, 20, 10, 0, WS_NONE } };
	static const struct step accepts = { B, SYNACK, 70, 100, 0, 0 };
	struct pktmeta m = meta(&accepts);
	struct wirestate_track w = PLAY(open);

	(void)state;
	assert_true(wirestate_restarts(&w, &m));
	w = PLAY(alone);
	assert_false(wirestate_restarts(&w, &m));
}

static void test_wirestate_simultaneous_open_is_one_connection(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYN, 20, 0, 0, WS_SYN_RECV },
	};
	static const struct step there = { A, SYNACK, 10, 21, 0, 0 };
	static const struct step back = { B, SYNACK, 20, 11, 0, 0 };
	struct pktmeta m_there = meta(&there), m_back = meta(&back);
	struct wirestate_track w = PLAY(steps);

	(void)state;
	assert_false(wirestate_restarts(&w, &m_there));
	assert_false(wirestate_restarts(&w, &m_back));
}

/* RFC 7413: the answer may acknowledge the SYN's data, or not. */
static void test_wirestate_answer_to_data_in_a_syn_is_no_restart(void **state)
{
	static const struct step steps[] = { { A, SYN, 0xfffffff0, 0, 100, WS_SYN_SENT } };
	struct wirestate_track w = PLAY(steps);

	(void)state;
	for (uint32_t acked = 0; acked <= 101; acked++) {
		struct step accepts = { B, SYNACK, 20, 0xfffffff1 + acked, 0, 0 };
		struct pktmeta m = meta(&accepts);

		assert_int_equal(wirestate_restarts(&w, &m), acked > 100);
	}
}

/* RFC 9293 3.5.1: the peer still has the former connection, is told so, and is asked again. */
static void test_wirestate_half_open_peer_is_not_open(void **state)
{
	static const struct step steps[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, ACK, 700, 800, 0, WS_SYN_SENT },
		{ B, ACK, 700, 800, 50, WS_SYN_SENT },
		{ A, RST, 800, 0, 0, WS_SYN_SENT },
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
		{ A, ACK, 11, 21, 0, WS_ESTABLISHED },
	};

	(void)state;
	PLAY(steps);
}

static void test_wirestate_nothing_revives_after_rst(void **state)
{
	static const struct step reset[] = {
		{ A, ACK, 10, 20, 5, WS_ESTABLISHED },
		{ B, RST, 20, 0, 0, WS_RESET },
		{ A, ACK, 15, 20, 100, WS_RESET },
		{ B, ACK, 20, 115, 100, WS_RESET },
		{ A, FINACK, 115, 120, 0, WS_RESET },
		{ B, FINACK, 120, 116, 0, WS_RESET },
	};
	static const struct step refused[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, RST | ACK, 0, 11, 0, WS_REFUSED },
		{ A, ACK, 11, 21, 100, WS_REFUSED },
		{ B, SYNACK, 20, 11, 0, WS_REFUSED },
		{ A, FINACK, 111, 21, 0, WS_REFUSED },
	};

	(void)state;
	PLAY(reset);
	PLAY(refused);
}

/* The state after the packets, of which each may tell that a RST was not heeded. */
static enum wirestate outlive(const struct step *steps, size_t count)
{
	struct wirestate_track w;

	for (size_t i = 0; i < count; i++) {
		struct pktmeta m = meta(&steps[i]);

		if (i == 0)
			wirestate_begin(&w, &m);
		wirestate_outlives_rst(&w, &m);
		wirestate_step(&w, &m);
	}
	return w.state;
}

#define OUTLIVE(steps) outlive(steps, sizeof(steps) / sizeof(*(steps)))

static void test_wirestate_outlives_a_rst_once_later_data_is_acknowledged(void **state)
{
	static const struct step forged[] = {
		{ A, ACK, 10, 20, 5, 0 }, { B, RST, 0x77777777, 0, 0, 0 },
		{ A, ACK, 15, 20, 100, 0 }, { B, RST, 0x66666666, 0, 0, 0 },
		{ A, ACK, 115, 20, 100, 0 }, { B, ACK, 20, 115, 0, 0 },
	};
	static const struct step of_the_sender[] = {
		{ A, ACK, 10, 0xfffffff0, 5, 0 }, { B, RST, 0x77777777, 0, 0, 0 },
		{ B, ACK, 0xfffffff0, 15, 100, 0 }, { A, ACK, 15, 84, 0, 0 },
	};
	static const struct step closed_then[] = {
		{ A, ACK, 10, 20, 5, 0 }, { B, RST, 0x77777777, 0, 0, 0 },
		{ A, ACK, 15, 20, 100, 0 }, { B, FINACK, 20, 115, 0, 0 },
	};

	(void)state;
	assert_int_equal(OUTLIVE(forged), WS_ESTABLISHED);
	assert_int_equal(OUTLIVE(of_the_sender), WS_ESTABLISHED);
	assert_int_equal(OUTLIVE(closed_then), WS_FIN_WAIT1);
}

/* What was under way, from both ends; what comes after a FIN; and what a RST refused. */
static void test_wirestate_real_rst_is_not_outlived(void **state)
{
	static const struct step under_way[] = {
		{ A, ACK, 10, 20, 5, 0 }, { B, RST, 20, 0, 0, 0 },
		{ A, ACK, 15, 20, 100, 0 }, { B, ACK, 20, 15, 100, 0 },
		{ A, ACK, 115, 20, 100, 0 }, { B, ACK, 120, 15, 100, 0 },
		{ B, RST | ACK, 120, 215, 0, 0 },
	};
	static const struct step after_fin[] = {
		{ A, ACK, 10, 20, 5, 0 }, { A, FINACK, 15, 20, 0, 0 },
		{ B, RST, 20, 0, 0, 0 }, { A, ACK, 16, 20, 100, 0 },
		{ B, ACK, 20, 116, 0, 0 },
	};
	static const struct step refused[] = {
		{ A, SYN, 10, 0, 0, 0 }, { B, RST | ACK, 0, 11, 0, 0 },
		{ A, ACK, 11, 21, 100, 0 }, { B, ACK, 21, 111, 0, 0 },
	};

	(void)state;
	assert_int_equal(OUTLIVE(under_way), WS_RESET);
	assert_int_equal(OUTLIVE(after_fin), WS_RESET);
	assert_int_equal(OUTLIVE(refused), WS_REFUSED);
}

static void test_wirestate_closing_is_over(void **state)
{
	static const struct step steps[] = {
		{ A, FINACK, 15, 20, 0, WS_FIN_WAIT1 },
		{ B, FINACK, 20, 16, 0, WS_CLOSING },
	};
	static const struct step syn = { A, SYN, 99, 0, 0, 0 };
	struct pktmeta m = meta(&syn);
	struct wirestate_track w = PLAY(steps);

	(void)state;
	assert_true(wirestate_restarts(&w, &m));
}

/* An ICMP error in answer to what end `sender` sent. */
static struct wirestate_track unreachable(struct wirestate_track w, bool is_tcp, unsigned sender)
{
	wirestate_unreachable(&w, is_tcp, sender);
	return w;
}

static void test_wirestate_unreachable_refuses_a_syn_only(void **state)
{
	static const struct step syn[] = { { B, SYN, 10, 0, 0, WS_SYN_SENT } };
	static const struct step answered[] = {
		{ A, SYN, 10, 0, 0, WS_SYN_SENT },
		{ B, SYNACK, 20, 11, 0, WS_SYN_RECV },
	};
	static const struct step open[] = { { A, ACK, 10, 20, 5, WS_ESTABLISHED } };
	struct wirestate_track w = PLAY(syn);

	(void)state;
	assert_int_equal(unreachable(w, true, A).state, WS_SYN_SENT);	/* B's SYN was not A's */
	assert_int_equal(unreachable(w, true, B).state, WS_REFUSED);
	w = PLAY(answered);
	assert_int_equal(unreachable(w, true, A).state, WS_SYN_RECV);
	assert_int_equal(unreachable(w, true, B).state, WS_SYN_RECV);
	w = PLAY(open);
	assert_int_equal(unreachable(w, true, A).state, WS_ESTABLISHED);
}

/* A host that was down is up when the SYN is sent again. */
static void test_wirestate_unreachable_is_taken_back_by_a_syn_ack(void **state)
{
	static const struct step again = { A, SYN, 10, 0, 0, 0 };
	static const struct step other = { A, SYN, 99, 0, 0, 0 };
	static const struct step accepts = { B, SYNACK, 20, 11, 0, 0 };
	static const struct step done = { A, ACK, 11, 21, 0, 0 };
	static const struct step syn[] = { { A, SYN, 10, 0, 0, WS_SYN_SENT } };
	struct pktmeta m_again = meta(&again), m_other = meta(&other), m_accepts = meta(&accepts);
	struct pktmeta m_done = meta(&done);
	struct wirestate_track w = PLAY(syn);

	(void)state;
	w = unreachable(w, true, A);
	assert_true(wirestate_restarts(&w, &m_other));
	assert_false(wirestate_restarts(&w, &m_again));
	wirestate_step(&w, &m_again);
	assert_int_equal(w.state, WS_REFUSED);
	assert_false(wirestate_restarts(&w, &m_accepts));
	wirestate_step(&w, &m_accepts);
	assert_int_equal(w.state, WS_SYN_RECV);
	wirestate_step(&w, &m_done);
	assert_int_equal(w.state, WS_ESTABLISHED);
}

static void test_wirestate_rst_after_unreachable_stays_refused(void **state)
{
	static const struct step syn[] = { { A, SYN, 10, 0, 0, WS_SYN_SENT } };
	static const struct step rst = { B, RST | ACK, 0, 11, 0, 0 };
	static const struct step accepts = { B, SYNACK, 20, 11, 0, 0 };
	struct pktmeta m_rst = meta(&rst), m_accepts = meta(&accepts);
	struct wirestate_track w = PLAY(syn);

	(void)state;
	w = unreachable(w, true, A);
	wirestate_step(&w, &m_rst);
	assert_int_equal(w.state, WS_REFUSED);
	wirestate_step(&w, &m_accepts);
	assert_int_equal(w.state, WS_REFUSED);
}

static void test_wirestate_datagrams_are_refused_until_the_other_end_answers(void **state)
{
	static const struct step question = { A, 0, 0, 0, 5, 0 };
	struct pktmeta m = meta(&question);
	struct wirestate_track w;

	(void)state;
	wirestate_begin(&w, &m);
	wirestate_answered(&w, B);
	assert_int_equal(w.state, WS_NONE);
	w = unreachable(w, false, A);
	assert_int_equal(w.state, WS_REFUSED);
	wirestate_answered(&w, A);		/* it asks again */
	assert_int_equal(w.state, WS_REFUSED);
	wirestate_answered(&w, B);
	assert_int_equal(w.state, WS_NONE);
	w = unreachable(unreachable(w, false, A), false, B);
	wirestate_answered(&w, A);
	assert_int_equal(w.state, WS_REFUSED);
	wirestate_answered(&w, B);
	assert_int_equal(w.state, WS_NONE);
	assert_int_equal(w.opener, OPENER_END0);
}

static void test_wirestate_knows_which_errors_are_final(void **state)
{
	static const struct {
		uint8_t proto, type, code;
		bool is_error, final;
	} rows[] = {
		{ 1, 3, 0, true, true },	/* net */
		{ 1, 3, 3, true, true },	/* port */
		{ 1, 3, 4, true, false },	/* fragmentation needed */
		{ 1, 3, 13, true, true },	/* prohibited */
		{ 1, 11, 0, true, false },	/* time exceeded */
		{ 1, 1, 0, true, false },
		{ 1, 3, 3, false, false },
		{ 58, 1, 4, true, true },	/* port */
		{ 58, 1, 0, true, true },
		{ 58, 2, 0, true, false },	/* too big */
		{ 58, 3, 0, true, false },
		{ 17, 3, 3, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pktmeta m = {
			.key.proto = rows[i].proto, .icmp_type = rows[i].type,
			.icmp_code = rows[i].code, .is_error = rows[i].is_error,
		};

		assert_int_equal(wirestate_is_unreachable(&m), rows[i].final);
	}
}

static void test_wirestate_name_of_anything_is_text(void **state)
{
	(void)state;
	assert_string_equal(wirestate_name(WS_NONE), "");
	assert_string_equal(wirestate_name(WS_FIN_WAIT2), "FIN_WAIT2");
	assert_string_equal(wirestate_name(WS_STATES), "");
	for (unsigned s = WS_SYN_SENT; s < WS_STATES; s++)
		assert_true(wirestate_name(s)[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wirestate_follows_a_whole_connection),
		cmocka_unit_test(test_wirestate_fin_is_acknowledged_across_sequence_wrap),
		cmocka_unit_test(test_wirestate_simultaneous_close),
		cmocka_unit_test(test_wirestate_simultaneous_open),
		cmocka_unit_test(test_wirestate_rst_in_answer_to_syn_is_refused),
		cmocka_unit_test(test_wirestate_rst_after_syn_ack_is_reset),
		cmocka_unit_test(test_wirestate_rst_of_the_opener_is_no_refusal),
		cmocka_unit_test(test_wirestate_rst_after_the_close_changes_nothing),
		cmocka_unit_test(test_wirestate_picked_up_needs_data_or_both_ends),
		cmocka_unit_test(test_wirestate_syn_ack_tells_the_opener),
		cmocka_unit_test(test_wirestate_one_direction_alone_is_followed),
		cmocka_unit_test(test_wirestate_restarts_only_when_over_and_only_by_another_syn),
		cmocka_unit_test(test_wirestate_restarts_when_another_syn_is_accepted),
		cmocka_unit_test(test_wirestate_picked_up_restarts_at_a_syn_ack),
		cmocka_unit_test(test_wirestate_simultaneous_open_is_one_connection),
		cmocka_unit_test(test_wirestate_answer_to_data_in_a_syn_is_no_restart),
		cmocka_unit_test(test_wirestate_half_open_peer_is_not_open),
		cmocka_unit_test(test_wirestate_nothing_revives_after_rst),
		cmocka_unit_test(test_wirestate_outlives_a_rst_once_later_data_is_acknowledged),
		cmocka_unit_test(test_wirestate_real_rst_is_not_outlived),
		cmocka_unit_test(test_wirestate_closing_is_over),
		cmocka_unit_test(test_wirestate_unreachable_refuses_a_syn_only),
		cmocka_unit_test(test_wirestate_unreachable_is_taken_back_by_a_syn_ack),
		cmocka_unit_test(test_wirestate_rst_after_unreachable_stays_refused),
		cmocka_unit_test(test_wirestate_datagrams_are_refused_until_the_other_end_answers),
		cmocka_unit_test(test_wirestate_knows_which_errors_are_final),
		cmocka_unit_test(test_wirestate_name_of_anything_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
