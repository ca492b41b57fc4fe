/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowtrack.c: handshakes, round trips, what was offered, errors, and the letters of it all. */
#include "track_fixture.h"

/* RFC 6298 2.3: of 20 us an eighth is 2.5: it must not round away. */
static void test_flowtrack_smooths_small_round_trips(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 20, B, SYNACK, 500, 101, 0, 0 },
		{ 30, A, ACK, 101, 501, 10, 0 },
		{ 34, B, ACK, 501, 111, 0, 0 },		/* 4: 18 */
		{ 40, A, ACK, 111, 501, 10, 0 },
		{ 44, B, ACK, 501, 121, 0, 0 },		/* 16.25 */
		{ 50, A, ACK, 121, 501, 10, 0 },
		{ 54, B, ACK, 501, 131, 0, 0 },		/* 14.72 */
		{ 60, A, ACK, 131, 501, 10, 0 },
		{ 64, B, ACK, 501, 141, 0, 0 },		/* 13.38 */
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_in_range(r.end[A].rtt_us, 12, 14);
	assert_in_range(r.end[A].rtt_min_us, 3, 4);	/* the clock inside has 256 ns */
}

static void test_flowtrack_times_one_segment_at_a_time(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 1000, B, SYNACK, 500, 101, 0, 0 },
		{ 1000, A, ACK, 101, 501, 10, 0 },
		{ 1900, A, ACK, 111, 501, 10, 0 },
		{ 1950, A, ACK, 121, 501, 10, 0 },
		{ 2000, B, ACK, 501, 131, 0, 0 },	/* of the first: 1000 */
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_in_range(r.end[A].rtt_min_us, 999, 1000);
	assert_in_range(r.end[A].rtt_us, 999, 1000);
}

/* Karn: which of the two was acknowledged? */
static void test_flowtrack_what_was_sent_again_gives_no_sample(void **state)
{
	static const struct step data[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 500, B, SYNACK, 500, 101, 0, 0 },
		{ 1000, A, ACK, 101, 501, 10, 0 },
		{ 3000, A, ACK, 101, 501, 10, 0 },
		{ 3010, B, ACK, 501, 111, 0, 0 },
	};
	static const struct step syn[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 1000, A, SYN, 100, 0, 0, 0 },
		{ 1010, B, SYNACK, 500, 101, 0, 0 },
		{ 3010, B, SYNACK, 500, 101, 0, 0 },
		{ 3040, A, ACK, 101, 501, 0, 0 },
	};
	struct flowreport r = PLAY(data);

	(void)state;
	assert_int_equal(r.end[A].rtt_us, 500);
	assert_int_equal(r.end[A].rtt_min_us, 500);
	assert_counts(&r.end[A], 1, 0, 0);
	assert_string_equal(r.history, "ShDTa");
	r = PLAY(syn);
	assert_int_equal(r.end[A].rtt_us, 0);
	assert_int_equal(r.end[B].rtt_us, 0);
	assert_int_equal(r.synack_us, 1010);
	assert_int_equal(r.ack_us, 3040);
	assert_int_equal(r.end[A].bits, END_SYN_RESENT);
	assert_int_equal(r.end[B].bits, END_SYN_RESENT);
	assert_counts(&r.end[A], 1, 0, 0);
	assert_counts(&r.end[B], 1, 0, 0);
	assert_string_equal(r.history, "SThtA");
}

/* RFC 7413: the data of a SYN may be refused, and comes again then. */
static void test_flowtrack_syn_with_data(void **state)
{
	static const struct step taken[] = {
		{ 0, A, SYN, 100, 0, 40, 0 },
		{ 30, B, SYNACK, 500, 141, 0, 0 },
		{ 31, B, ACK, 501, 141, 20, 0 },
		{ 60, A, ACK, 141, 521, 0, 0 },
	};
	static const struct step refused[] = {
		{ 0, A, SYN, 100, 0, 40, 0 },
		{ 30, B, SYNACK, 500, 101, 0, 0 },
		{ 60, A, ACK, 101, 501, 40, 0 },
		{ 90, B, ACK, 501, 141, 0, 0 },
	};
	struct flowreport r = play_everywhere(taken, COUNT(taken), 600);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_counts(&r.end[B], 0, 0, 0);
	assert_int_equal(r.synack_us, 30);
	assert_int_equal(r.ack_us, 60);
	assert_string_equal(r.history, "SDhdA");
	r = play_everywhere(refused, COUNT(refused), 600);
	assert_counts(&r.end[A], 1, 0, 0);
	assert_int_equal(r.end[A].rtt_us, 30);
	assert_int_equal(r.end[A].bits | r.end[B].bits, 0);
}

static void test_flowtrack_simultaneous_open_is_nothing_sent_again(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 10, B, SYN, 500, 0, 0, 0 },
		{ 20, A, SYNACK, 100, 501, 0, 0 },
		{ 30, B, SYNACK, 500, 101, 0, 0 },
		{ 40, A, ACK, 101, 501, 10, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_string_equal(r.history, "SsHhD");
}

/* RFC 9293 3.5.1: the answer to a SYN is an ACK of a former connection; that is reset. */
static void test_flowtrack_half_open_peer_is_no_round_trip(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 10, B, ACK, 900, 900, 0, 0 },
		{ 20, A, RST, 900, 0, 0, 0 },
		{ 1000, A, SYN, 100, 0, 0, 0 },
		{ 1010, B, SYNACK, 500, 101, 0, 0 },
		{ 1020, A, ACK, 101, 501, 10, 0 },
		{ 1030, B, ACK, 501, 111, 0, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_int_equal(r.synack_us, 1010);
	assert_int_equal(r.ack_us, 1020);
	assert_in_range(r.end[A].rtt_us, 9, 11);
	assert_counts(&r.end[A], 1, 0, 0);
}

/* The SYN+ACK went by unseen. What acknowledges the SYN later does not tell how long it took. */
static void test_flowtrack_unseen_answer_is_no_round_trip(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 50, A, ACK, 101, 501, 0, 0 },
		{ 9000, B, ACK, 501, 101, 10, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_int_equal(r.end[A].rtt_us | r.synack_us | r.ack_us, 0);
}

/* The port is tried again, with another SYN, which nobody answered before either. */
static void test_flowtrack_another_attempt_begins_anew(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 1000, A, SYN, 2000000000, 0, 0, 0 },
		{ 1030, B, SYNACK, 500, 2000000001, 0, 0 },
		{ 1050, A, ACK, 2000000001, 501, 10, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.synack_us, 30);
	assert_int_equal(r.end[A].rtt_us, 30);
}

static void test_flowtrack_time_that_runs_backwards_gives_no_sample(void **state)
{
	static const struct step tcp[] = {
		{ 1000, A, SYN, 100, 0, 0, 0 },
		{ 900, B, SYNACK, 500, 101, 0, 0 },
		{ 800, A, ACK, 101, 501, 10, 0 },
		{ 700, B, ACK, 501, 111, 0, 0 },
	};
	static const struct step udp[] = {
		{ 1000, A, 0, 0, 0, 10, 0 },
		{ 900, B, 0, 0, 0, 10, 0 },
	};
	struct flowreport r = PLAY(tcp);

	(void)state;
	assert_int_equal(r.end[A].rtt_us | r.end[B].rtt_us, 0);
	assert_int_equal(r.synack_us | r.ack_us, 0);
	r = PLAY_UDP(udp);
	assert_int_equal(r.end[A].rtt_us, 0);
}

static void test_flowtrack_round_trips_are_capped(void **state)
{
	struct pktmeta syn = tcp_at(0, A, SYN, 9, 0);
	struct pktmeta accepts = tcp_at(100000 * NSEC_PER_SEC, B, SYNACK, 19, 10);
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	(void)state;
	assert_int_equal(seqgaps_init(&pool, 1), 0);
	flowtrack_begin(&t);
	flowtrack_step(&t, &pool, &syn);
	flowtrack_step(&t, &pool, &accepts);
	accepts = tcp_at(200000 * NSEC_PER_SEC, A, ACK, 10, 20);
	flowtrack_step(&t, &pool, &accepts);
	flowtrack_publish(&t, A, &r);
	assert_true(r.end[A].rtt_us == UINT32_MAX && r.end[A].rtt_min_us == UINT32_MAX);
	assert_true(r.synack_us == UINT32_MAX && r.ack_us == UINT32_MAX);
	seqgaps_fini(&pool);
}

static void test_flowtrack_reads_what_was_offered(void **state)
{
	static const struct {
		uint8_t syn, answer, after, bits_a, bits_b;
	} rows[] = {
		{ WIRE_ECE | WIRE_CWR, WIRE_ECE, 0, END_ECN_ASKED, END_ECN_ASKED },
		{ WIRE_ECE | WIRE_CWR, 0, 0, END_ECN_ASKED, 0 },
		{ WIRE_ECE | WIRE_CWR, WIRE_ECE | WIRE_CWR, 0, END_ECN_ASKED, 0 },	/* reflected */
		{ WIRE_ECE, 0, 0, 0, 0 },
		{ 0, 0, WIRE_ECE, END_ECE, 0 },
		{ 0, 0, WIRE_CWR, END_CWR, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pktmeta m[] = {
			tcp_at(epoch_ns, A, SYN | rows[i].syn, 9, 0),
			tcp_at(epoch_ns, B, SYNACK | rows[i].answer, 19, 10),
			tcp_at(epoch_ns, A, ACK | rows[i].after, 10, 20),
		};
		struct seqgaps pool;
		struct flowtrack t;
		struct flowreport r;

		assert_int_equal(seqgaps_init(&pool, 1), 0);
		m[0].mss = 1460;
		m[0].wscale = 7;
		m[1].mss = 536;
		m[2].ecn = 3;
		flowtrack_begin(&t);
		for (unsigned n = 0; n < 3; n++)
			flowtrack_step(&t, &pool, &m[n]);
		flowtrack_publish(&t, A, &r);
		assert_int_equal(r.end[A].bits, rows[i].bits_a);
		assert_int_equal(r.end[B].bits, rows[i].bits_b);
		assert_int_equal(r.end[A].mss, 1460);
		assert_int_equal(r.end[B].mss, 536);
		assert_int_equal(r.end[A].wscale, 7);
		assert_int_equal(r.end[B].wscale, WSCALE_NONE);
		assert_int_equal(r.end[A].ce, 1);
		assert_int_equal(r.end[B].ce, 0);
		seqgaps_fini(&pool);
	}
}

static void test_flowtrack_datagrams_are_timed_from_question_to_answer(void **state)
{
	static const struct step asked[] = {
		{ 1000, A, 0, 0, 0, 10, 0 },
		{ 1500, B, 0, 0, 0, 20, 0 },
		{ 1510, B, 0, 0, 0, 20, 0 },	/* more of the answer: no question */
		{ 9000, A, 0, 0, 0, 10, 0 },
		{ 9300, B, 0, 0, 0, 20, 0 },
	};
	static const struct step alone[] = { { 1000, A, 0, 0, 0, 0, 0 }, { 1000, A, 0, 0, 0, 0, 0 } };
	struct flowreport r = PLAY_UDP(asked);

	(void)state;
	assert_in_range(r.end[A].rtt_min_us, 299, 300);
	assert_in_range(r.end[A].rtt_us, 474, 475);	/* 500, and an eighth nearer to 300 */
	assert_int_equal(r.end[B].rtt_us, 0);
	assert_string_equal(r.history, "Dd");
	r = PLAY_UDP(alone);
	assert_int_equal(r.end[A].rtt_us, 0);
	assert_string_equal(r.history, "");
}

/* The first one, or its answer, got lost; or not: nobody can tell. */
static void test_flowtrack_datagrams_asked_twice_give_no_sample(void **state)
{
	static const struct step lost[] = {
		{ 0, A, 0, 0, 0, 10, 0 },
		{ 5000000, A, 0, 0, 0, 10, 0 },
		{ 5010000, B, 0, 0, 0, 20, 0 },
	};
	static const struct step next[] = {
		{ 0, A, 0, 0, 0, 10, 0 },
		{ 5000000, A, 0, 0, 0, 10, 0 },
		{ 5010000, B, 0, 0, 0, 20, 0 },
		{ 6000000, A, 0, 0, 0, 10, 0 },
		{ 6010000, B, 0, 0, 0, 20, 0 },
	};
	struct flowreport r = PLAY_UDP(lost);

	(void)state;
	assert_int_equal(r.end[A].rtt_us | r.end[A].rtt_min_us, 0);
	r = PLAY_UDP(next);
	assert_in_range(r.end[A].rtt_us, 9999, 10001);
	assert_in_range(r.end[A].rtt_min_us, 9999, 10001);
}

/* Packets of end A are requests, those of B replies. */
static struct flowreport ping(const struct step *steps, size_t count, uint8_t proto)
{
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	assert_int_equal(seqgaps_init(&pool, 1), 0);
	flowtrack_begin(&t);
	for (size_t i = 0; i < count; i++) {
		struct pktmeta m = meta(&steps[i], proto);

		m.icmp_type = proto == ICMP ? steps[i].from == A ? 8 : 0
			      : steps[i].from == A ? 128 : 129;
		flowtrack_step(&t, &pool, &m);
	}
	flowtrack_publish(&t, A, &r);
	seqgaps_fini(&pool);
	return r;
}

static void test_flowtrack_echoes_are_told_by_their_number(void **state)
{
	static const struct step lost[] = {
		{ 0, A, 0, 1, 0, 56, 0 },		/* lost */
		{ 1000000, A, 0, 2, 0, 56, 0 },
		{ 1010000, B, 0, 2, 0, 56, 0 },
		{ 2000000, A, 0, 3, 0, 56, 0 },
		{ 2010000, B, 0, 3, 0, 56, 0 },
	};
	static const struct step many[] = {		/* several on their way; the number wraps */
		{ 0, A, 0, 65535, 0, 56, 0 },
		{ 1000, A, 0, 0, 0, 56, 0 },
		{ 1100, B, 0, 65534, 0, 56, 0 },	/* of one before that was timed */
		{ 2000, A, 0, 1, 0, 56, 0 },
		{ 2500, B, 0, 65535, 0, 56, 0 },
		{ 3500, B, 0, 0, 0, 56, 0 },
	};
	static const struct step twice[] = {		/* the same number: which was it? */
		{ 0, A, 0, 7, 0, 56, 0 },
		{ 1000000, A, 0, 7, 0, 56, 0 },
		{ 1001000, B, 0, 7, 0, 56, 0 },
	};
	static const struct step late[] = {		/* begins with a reply */
		{ 0, B, 0, 1, 0, 56, 0 },
		{ 990000, A, 0, 2, 0, 56, 0 },
		{ 1000000, B, 0, 2, 0, 56, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		uint8_t proto = i ? ICMPV6 : ICMP;
		struct flowreport r = ping(lost, COUNT(lost), proto);

		assert_in_range(r.end[A].rtt_us, 9999, 10001);
		assert_in_range(r.end[A].rtt_min_us, 9999, 10001);
		r = ping(many, COUNT(many), proto);
		assert_in_range(r.end[A].rtt_us, 2499, 2501);
		assert_int_equal(r.end[B].rtt_us, 0);
		r = ping(twice, COUNT(twice), proto);
		assert_int_equal(r.end[A].rtt_us, 0);
		r = ping(late, COUNT(late), proto);
		assert_in_range(r.end[A].rtt_us, 9999, 10001);
		assert_int_equal(r.end[B].rtt_us, 0);
	}
}

static void test_flowtrack_keeps_the_last_error(void **state)
{
	struct pktmeta error = { .is_error = true, .icmp_type = 3, .icmp_code = 1 };
	struct flowtrack t;
	struct flowreport r;

	(void)state;
	flowtrack_begin(&t);
	for (unsigned i = 0; i < 70000; i++)
		flowtrack_error(&t, &error);
	error.icmp_code = 3;
	flowtrack_error(&t, &error);
	flowtrack_publish(&t, A, &r);
	assert_int_equal(r.icmp_errors, UINT16_MAX);
	assert_int_equal(r.icmp_type, 3);
	assert_int_equal(r.icmp_code, 3);
}

static void test_flowtrack_history_repeats_some_letters_and_ends(void **state)
{
	struct pktmeta m = tcp_at(epoch_ns, A, ACK, 1000, 5000);
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	(void)state;
	assert_int_equal(seqgaps_init(&pool, 1), 0);
	m.payload_bytes = 10;
	flowtrack_begin(&t);
	for (unsigned i = 0; i < 2000; i++)
		flowtrack_step(&t, &pool, &m);
	flowtrack_publish(&t, A, &r);
	assert_string_equal(r.history, "DTTTT");
	flowtrack_publish(&t, B, &r);
	assert_string_equal(r.history, "dtttt");
	m.from = B;
	for (unsigned i = 0; i < 2000; i++) {
		m.window = i & 1 ? 0 : 5;
		flowtrack_step(&t, &pool, &m);
	}
	flowtrack_publish(&t, A, &r);
	assert_int_equal(r.end[B].zero_windows, 1000);
	assert_string_equal(r.history, "DTTTTdtwtwt+");
	seqgaps_fini(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowtrack_smooths_small_round_trips),
		cmocka_unit_test(test_flowtrack_times_one_segment_at_a_time),
		cmocka_unit_test(test_flowtrack_what_was_sent_again_gives_no_sample),
		cmocka_unit_test(test_flowtrack_syn_with_data),
		cmocka_unit_test(test_flowtrack_simultaneous_open_is_nothing_sent_again),
		cmocka_unit_test(test_flowtrack_half_open_peer_is_no_round_trip),
		cmocka_unit_test(test_flowtrack_unseen_answer_is_no_round_trip),
		cmocka_unit_test(test_flowtrack_another_attempt_begins_anew),
		cmocka_unit_test(test_flowtrack_time_that_runs_backwards_gives_no_sample),
		cmocka_unit_test(test_flowtrack_round_trips_are_capped),
		cmocka_unit_test(test_flowtrack_reads_what_was_offered),
		cmocka_unit_test(test_flowtrack_datagrams_are_timed_from_question_to_answer),
		cmocka_unit_test(test_flowtrack_datagrams_asked_twice_give_no_sample),
		cmocka_unit_test(test_flowtrack_echoes_are_told_by_their_number),
		cmocka_unit_test(test_flowtrack_keeps_the_last_error),
		cmocka_unit_test(test_flowtrack_history_repeats_some_letters_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
