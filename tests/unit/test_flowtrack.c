/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net/flowtrack.c: tables of packets in, what was sent again, late, missed or refused out. Whole
 * transfers: test_flowtrack_transfer.c.
 */
#include "track_fixture.h"

static void test_flowtrack_clean_connection_says_nothing_bad(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 100, 0, 0, 0 },
		{ 20, B, SYNACK, 500, 101, 0, 0 },
		{ 50, A, ACK, 101, 501, 0, 0 },
		{ 60, A, ACK, 101, 501, 50, 0 },
		{ 90, B, ACK, 501, 151, 0, 0 },
		{ 100, B, ACK, 501, 151, 30, 0 },
		{ 140, A, ACK, 151, 531, 0, 0 },
		{ 200, A, FINACK, 151, 531, 0, 0 },
		{ 220, B, ACK, 531, 152, 0, 0 },
		{ 220, B, FINACK, 531, 152, 0, 0 },
		{ 250, A, ACK, 152, 532, 0, 0 },
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 700);

	(void)state;
	assert_true(r.known);
	assert_counts(&r.end[A], 0, 0, 0);
	assert_counts(&r.end[B], 0, 0, 0);
	assert_int_equal(r.end[A].bits | r.end[B].bits, 0);
	assert_int_equal(r.synack_us, 20);
	assert_int_equal(r.ack_us, 50);
	assert_int_equal(r.end[A].rtt_min_us, 20);
	assert_int_equal(r.end[B].rtt_min_us, 30);
	assert_string_equal(r.history, "ShADadFf");
}

static void test_flowtrack_tells_late_from_sent_again(void **state)
{
	static const struct step late[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, A, ACK, 1200, 5000, 100, 0 },
		{ 27500, A, ACK, 1100, 5000, 100, 0 },
		{ 29000, B, ACK, 5000, 1100, 0, 0 },
		{ 36500, B, ACK, 5000, 1300, 0, 0 },
	};
	static const struct step again[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, A, ACK, 1200, 5000, 100, 0 },
		{ 29000, B, ACK, 5000, 1100, 0, 0 },
		{ 30100, A, ACK, 1100, 5000, 100, 0 },
		{ 39100, B, ACK, 5000, 1300, 0, 0 },
	};
	struct flowreport r = play_everywhere(late, COUNT(late), 600);

	(void)state;
	assert_counts(&r.end[A], 0, 1, 0);
	assert_int_equal(r.end[A].bits, 0);
	r = play_everywhere(again, COUNT(again), 600);
	assert_counts(&r.end[A], 1, 0, 0);
	assert_int_equal(r.end[A].bits, 0);
	/* And what had to wait for it gave no sample. */
	assert_int_equal(r.end[A].rtt_min_us, 9000);
	assert_int_equal(r.end[A].rtt_us, 9000);
}

static void test_flowtrack_partly_new_is_new(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 60000, A, ACK, 1000, 5000, 150, 0 },	/* put together anew, one more */
		{ 90000, A, ACK, 1020, 5000, 130, 0 },	/* nothing new */
		{ 90010, A, ACK, 1150, 5000, 262144, 0 },
		{ 90020, A, ACK, 1150, 5000, 262144, 0 },
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 300);

	(void)state;
	assert_counts(&r.end[A], 2, 0, 0);
}

static void test_flowtrack_counts_segments_of_a_super_packet(void **state)
{
	static const struct step steps[] = { { 0, A, ACK, 1000, 1, 3000, 0 },
					     { 900, A, ACK, 1000, 1, 3000, 0 } };
	struct pktmeta m = meta(&steps[0], TCP);
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	(void)state;
	assert_int_equal(seqgaps_init(&pool, 1), 0);
	flowtrack_begin(&t);
	m.segs = 3;
	flowtrack_step(&t, &pool, &m);
	m.time_ns += NSEC_PER_SEC;
	flowtrack_step(&t, &pool, &m);
	flowtrack_publish(&t, A, &r);
	assert_int_equal(r.end[A].retrans, 3);
	seqgaps_fini(&pool);
}

static void test_flowtrack_probes_are_nothing_sent_again(void **state)
{
	static const struct step idle[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1100, 0, 0 },
		{ 9000000, A, ACK, 1099, 5000, 0, 0 },		/* keep-alive */
		{ 9000100, B, ACK, 5000, 1100, 0, 0 },
		{ 18000000, A, ACK, 1099, 5000, 1, 0 },		/* with a byte */
		{ 18000100, B, ACK, 5000, 1100, 0, 0 },
	};
	static const struct step closed[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1100, 0, -WINDOW },
		{ 300000, A, ACK, 1100, 5000, 1, 0 },		/* probes with a new byte */
		{ 300100, B, ACK, 5000, 1100, 0, -WINDOW },
		{ 900000, A, ACK, 1100, 5000, 1, 0 },
		{ 900100, B, ACK, 5000, 1100, 0, -WINDOW },
		{ 990000, B, ACK, 5000, 1100, 0, 0 },
		{ 990100, A, ACK, 1100, 5000, 50, 0 },
	};
	struct flowreport r = PLAY(idle);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_counts(&r.end[B], 0, 0, 0);
	r = PLAY(closed);
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.end[B].zero_windows, 1);
	assert_string_equal(r.history, "ShADaw");
}

/* A keystroke that nobody acknowledged is no keep-alive. */
static void test_flowtrack_one_byte_is_sent_again(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 1, 0 },
		{ 220000, A, ACK, 1000, 5000, 1, 0 },
		{ 220100, B, ACK, 5000, 1001, 0, 0 },
	};
	static const struct step fin[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, FINACK, 1000, 5000, 0, 0 },
		{ 220000, A, FINACK, 1000, 5000, 0, 0 },
		{ 220100, B, ACK, 5000, 1001, 0, 0 },
		{ 220200, A, FINACK, 1000, 5000, 0, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_counts(&r.end[A], 1, 0, 0);
	r = PLAY(fin);
	assert_counts(&r.end[A], 2, 0, 0);
	assert_string_equal(r.history, "ShAFTa");
}

static void test_flowtrack_knows_duplicate_acks(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1100, 0, 0 },
		{ 20101, B, ACK, 5000, 1100, 0, 0 },	/* nothing outstanding */
		{ 20200, A, ACK, 1200, 5000, 100, 0 },
		{ 20300, B, ACK, 5000, 1100, 0, 0 },	/* 1 */
		{ 20301, B, ACK, 5000, 1100, 0, 5 },	/* the window changed */
		{ 20302, B, ACK, 5000, 1100, 0, 5 },	/* 2 */
		{ 20303, B, ACK, 5000, 1100, 7, 5 },	/* it has data */
		{ 20304, B, ACK, 5007, 1000, 0, 5 },	/* an older one, late */
		{ 20304, B, ACK, 5007, 1100, 0, 5 },	/* 3 */
		{ 20305, B, FINACK, 5007, 1100, 0, 5 },
		{ 20306, B, ACK, 5008, 1100, 0, 5 },	/* 4 */
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 300);

	(void)state;
	assert_counts(&r.end[B], 0, 0, 4);
	assert_counts(&r.end[A], 0, 0, 0);
}

/* What the other end sent is not known: whether it waits for an acknowledgement neither. */
static void test_flowtrack_knows_duplicate_acks_of_one_direction_alone(void **state)
{
	static const struct step steps[] = {
		{ 0, A, ACK, 1000, 5000, 100, 0 },
		{ 10, A, ACK, 1100, 6000, 0, 0 },
		{ 20, A, ACK, 1100, 6000, 0, 0 },	/* 1 */
		{ 30, A, ACK, 1100, 6000, 0, 0 },	/* 2 */
		{ 40, A, ACK, 1100, 6000, 0, 9 },	/* the window changed */
		{ 50, A, ACK, 1100, 6000, 50, 9 },	/* it has data */
		{ 60, A, ACK, 1149, 6000, 0, 9 },	/* keep-alive */
		{ 70, A, ACK, 1150, 7000, 0, 9 },
		{ 80, A, ACK, 1150, 7000, 0, 9 },	/* 3 */
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 200);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 3);
	assert_counts(&r.end[B], 0, 0, 0);
}

/* When all else is as it was: most packets go a shorter way. */
static void test_flowtrack_nothing_is_lost_in_the_steady_state(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1100, 50, 0 },
		{ 20200, A, ACK, 1100, 5050, 0, 0 },
		{ 20300, B, ACK, 5050, 1100, 0, 0 },
		{ 20400, A, ACK, 1100, 5050, 100, 0 },
		{ 20500, A, ACK, 1200, 5050, 100, 0 },
		{ 20600, B, ACK, 5050, 1200, 0, 0 },
		{ 20601, B, ACK, 5050, 1200, 0, 0 },	/* a duplicate */
		{ 20700, B, ACK, 5050, 1300, 0, -WINDOW },
		{ 20800, B, ACK, 5050, 1300, 50, 0 },
		{ 20900, B, ACK, 5100, 1300, 50, -WINDOW },
		{ 21000, B, ACK, 5100, 1300, 50, 0 },	/* again */
		{ 21100, A, ACK | WIRE_ECE, 1300, 5150, 100, 0 },
		{ 21200, A, FINACK, 1400, 5150, 0, 0 },
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 500);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_counts(&r.end[B], 1, 0, 1);
	assert_int_equal(r.end[B].zero_windows, 2);
	assert_int_equal(r.end[A].bits, END_ECE);
	assert_string_equal(r.history, "ShADdawtF");
}

static void test_flowtrack_counts_how_often_a_window_closed(void **state)
{
	static const struct step steps[] = {
		{ 0, A, SYN, 999, 0, 0, -WINDOW },	/* not in a SYN, not in a RST */
		OPEN_AT(1000, 5000),
		{ 20000, B, ACK, 5000, 1000, 0, -WINDOW },
		{ 20001, B, ACK, 5000, 1000, 0, -WINDOW },
		{ 20002, B, ACK, 5000, 1000, 0, 0 },
		{ 20003, B, ACK, 5000, 1000, 5, -WINDOW },
		{ 20004, A, RST, 1000, 5000, 0, -WINDOW },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_int_equal(r.end[A].zero_windows, 0);
	assert_int_equal(r.end[B].zero_windows, 2);
	assert_string_equal(r.history, "SThAawdR");
}

static void test_flowtrack_acknowledged_but_never_seen_is_a_gap_of_the_capture(void **state)
{
	static const struct step between[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20010, A, ACK, 1200, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1300, 0, 0 },
		{ 20200, A, ACK, 1300, 5000, 100, 0 },
	};
	/* Nothing followed that would show it, but what the peer and then the sender itself say. */
	static const struct step last[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1300, 0, 0 },
		{ 20200, A, ACK, 1300, 5000, 0, 0 },
		{ 20300, A, ACK, 1300, 5000, 100, 0 },
	};
	/* The acknowledgement was captured before what it is about. */
	static const struct step turned[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1300, 0, 0 },
		{ 20101, A, ACK, 1100, 5000, 200, 0 },
		{ 20300, A, ACK, 1300, 5000, 100, 0 },
	};
	struct flowreport r = play_everywhere(between, COUNT(between), 700);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.end[A].bits, END_FLOW_GAPS);
	assert_int_equal(r.end[B].bits, 0);
	assert_string_equal(r.history, "ShADaG");
	r = play_everywhere(last, COUNT(last), 700);
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.end[A].bits, END_FLOW_GAPS);
	r = play_everywhere(turned, COUNT(turned), 700);
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.end[A].bits, 0);
}

static void test_flowtrack_nonsense_jumps_count_nothing(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
		{ 20001, A, ACK, 0x60000000, 5000, 100, 0 },	/* forged */
		{ 20002, A, ACK, 1100, 5000, 100, 0 },
		{ 20003, A, ACK, 1200, 5000, 0xf0000000, 0 },	/* no packet is so long */
		{ 20004, B, ACK, 5000, 0x70000000, 0, 0 },
		{ 20004, A, ACK, 1250, 5000, 50, 0 },	/* is not acknowledged by that */
		{ 20005, B, ACK, 5000, 1200, 0, 0 },
		{ 20005, A, ACK, 1200, 5000, 50, 0 },
		{ 20007, A, RST, 99999, 0, 0, 0 },		/* says nothing */
		{ 20008, A, ACK, 1300, 5000, 100, 0 },
		{ 20009, A, ACK, 9999, 5000, 0, 0 },		/* nor does this */
		{ 20009, A, ACK, 1400, 5000, 100, 0 },
		{ 20010, A, SYN, 7777777, 5000, 0, 0 },
		{ 20011, A, ACK, 1500, 5000, 100, 0 },
	};
	struct flowreport r = play_everywhere(steps, COUNT(steps), 300);

	(void)state;
	assert_counts(&r.end[A], 0, 1, 0);
	assert_int_equal(r.end[A].bits | r.end[B].bits, 0);
}

/* What began before the capture did may still come: late, or again. */
static void test_flowtrack_picked_up_midway(void **state)
{
	static const struct step late[] = {
		{ 20000, A, ACK, 1300, 5000, 100, 0 },
		{ 20100, A, ACK, 1100, 5000, 100, 0 },
		{ 20200, A, ACK, 1200, 5000, 100, 0 },
		{ 20300, B, ACK, 5000, 1400, 0, 0 },
		{ 20400, A, ACK, 1400, 5000, 100, 0 },
		{ 20500, B, ACK, 5000, 1500, 0, 0 },
	};
	static const struct step again[] = {
		{ 20000, A, ACK, 1300, 5000, 100, 0 },
		{ 29000, A, ACK, 1200, 5000, 100, 0 },	/* 3 ms are over */
		{ 29100, B, ACK, 5000, 1400, 0, 0 },
		{ 29200, A, ACK, 1200, 5000, 100, 0 },	/* it had that */
	};
	/* Is whole from where the other acknowledged more than what began it. */
	static const struct step whole[] = {
		{ 20000, A, ACK, 1300, 5000, 100, 0 },
		{ 20100, B, ACK, 5000, 1200, 0, 0 },
		{ 20200, A, ACK, 1400, 5000, 100, 0 },
		{ 20300, B, ACK, 5000, 1500, 0, 0 },
		{ 20400, A, ACK, 1500, 5000, 100, 0 },
		{ 20500, B, ACK, 5000, 1600, 0, 0 },
		{ 20600, A, ACK, 1200, 5000, 100, 0 },
	};
	struct flowreport r = play_everywhere(whole, COUNT(whole), 500);

	(void)state;
	assert_counts(&r.end[A], 1, 0, 0);
	assert_int_equal(r.end[A].rtt_us, 100);
	r = play_everywhere(late, COUNT(late), 500);
	assert_counts(&r.end[A], 0, 2, 0);
	assert_int_equal(r.end[A].bits, 0);
	assert_int_equal(r.synack_us, 0);
	assert_in_range(r.end[A].rtt_us, 99, 101);	/* not of the first: was it sent before? */
	r = play_everywhere(again, COUNT(again), 500);
	assert_counts(&r.end[A], 2, 0, 0);
}

/* The rest of a segment that was cut in two by IP has no ports: nobody can tell where it ends. */
static void test_flowtrack_fragments_are_no_gap(void **state)
{
	struct pktmeta m = tcp_at(epoch_ns, A, ACK, 1000, 5000), ack;
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	(void)state;
	assert_int_equal(seqgaps_init(&pool, 4), 0);
	flowtrack_begin(&t);
	m.payload_bytes = 1400;
	for (unsigned i = 0; i < 5; i++) {
		flowtrack_step(&t, &pool, &m);
		m.seq += 1400;
		ack = tcp_at(epoch_ns, B, ACK, 5000, m.seq);
		flowtrack_step(&t, &pool, &ack);
	}
	for (unsigned i = 0; i < 5; i++) {
		m.fragment_first = true;
		flowtrack_step(&t, &pool, &m);
		m.fragment_first = false;
		m.fragment = true;
		flowtrack_step(&t, &pool, &m);
		m.fragment = false;
		m.seq += 2000;
		ack = tcp_at(epoch_ns, B, ACK, 5000, m.seq);
		flowtrack_step(&t, &pool, &ack);
	}
	flowtrack_publish(&t, A, &r);
	assert_counts(&r.end[A], 0, 0, 0);
	assert_int_equal(r.end[A].bits, 0);
	seqgaps_fini(&pool);
}

static void test_flowtrack_flags_that_make_no_sense_say_nothing(void **state)
{
	static const struct step steps[] = {
		OPEN_AT(1000, 5000),
		{ 20000, A, 0, 77, 0, 100, 0 },
		{ 20000, A, WIRE_FIN | WIRE_URG | WIRE_PSH, 1000, 0, 100, 0 },
		{ 20000, A, SYN | RST, 1000, 0, 100, 0 },
		{ 20000, A, ACK, 1000, 5000, 100, 0 },
	};
	struct flowreport r = PLAY(steps);

	(void)state;
	assert_counts(&r.end[A], 0, 0, 0);
	assert_string_equal(r.history, "ShARD");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowtrack_clean_connection_says_nothing_bad),
		cmocka_unit_test(test_flowtrack_tells_late_from_sent_again),
		cmocka_unit_test(test_flowtrack_partly_new_is_new),
		cmocka_unit_test(test_flowtrack_counts_segments_of_a_super_packet),
		cmocka_unit_test(test_flowtrack_probes_are_nothing_sent_again),
		cmocka_unit_test(test_flowtrack_one_byte_is_sent_again),
		cmocka_unit_test(test_flowtrack_knows_duplicate_acks),
		cmocka_unit_test(test_flowtrack_knows_duplicate_acks_of_one_direction_alone),
		cmocka_unit_test(test_flowtrack_nothing_is_lost_in_the_steady_state),
		cmocka_unit_test(test_flowtrack_counts_how_often_a_window_closed),
		cmocka_unit_test(test_flowtrack_acknowledged_but_never_seen_is_a_gap_of_the_capture),
		cmocka_unit_test(test_flowtrack_nonsense_jumps_count_nothing),
		cmocka_unit_test(test_flowtrack_picked_up_midway),
		cmocka_unit_test(test_flowtrack_fragments_are_no_gap),
		cmocka_unit_test(test_flowtrack_flags_that_make_no_sense_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
