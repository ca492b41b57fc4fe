/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage: what the kernel counted against what was captured. A round here is: the dump, the flows
 * as they were published, the tick; then a second goes by.
 */
#include "model_fixture.h"

enum { TCP = 6, LPORT = 40000, RPORT = 80, SYN_ACKED = 1, OLD_TCPINFO = 192 };

struct ways {
	uint64_t rx, tx;
};

static void begin_capture(struct fx *fx)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture.live = true;
	e.capture.began_ns = fx->now_ns;
	model_apply(fx->m, &e);
}

/* Packets for want of room; flows that were pushed out, and that expired or were replaced. */
static void say_of_capture(struct fx *fx, uint64_t dropped, uint64_t evicted, uint64_t expired)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture = *model_capture(fx->m);
	e.capture.dropped = dropped;
	e.capture.totals.evicted_flows = evicted;
	e.capture.totals.expired_flows = expired;
	model_apply(fx->m, &e);
}

/* What it told is all that had passed up to then; the rest stays as it was said last. */
static void tell_all_up_to(struct fx *fx, uint64_t time_ns)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture = *model_capture(fx->m);
	e.capture.told_ns = time_ns;
	model_apply(fx->m, &e);
}

static int setup(void **state)
{
	int r = fx_setup(state);
	struct fx *fx = *state;

	fx_keep_closed(fx, 60000);
	begin_capture(fx);
	fx_pass_time(fx, 1);
	return r;
}

static struct sockrec tcp(enum sockstate state, uint64_t cookie, uint64_t received, uint64_t sent)
{
	struct sockrec s = fx_tcp(state, cookie, LPORT, RPORT);

	s.tcpinfo_len = sizeof(struct tcpinfo);
	s.tcpinfo.bytes_received = received;
	s.tcpinfo.bytes_sent = sent;
	s.tcpinfo.bytes_acked = sent + SYN_ACKED;
	return s;
}

/* The flow of 10.0.0.2:LPORT, which opened it. */
static struct flowrec our_flow(const struct fx *fx, bool syn_seen)
{
	struct flowrec f = fx_flowrec(fx, 0, TCP, "10.0.0.2", LPORT, "10.0.0.9", RPORT);

	f.opener_certain = syn_seen;
	return f;
}

static void carry(struct flowrec *f, uint64_t received, uint64_t sent)
{
	f->dir[f->opener] = (struct flowcount){ 1, 1, sent + 40, sent };
	f->dir[!f->opener] = (struct flowcount){ 1, 1, received + 40, received };
}

static void publish(struct fx *fx, struct flowrec *f, uint64_t received, uint64_t sent)
{
	carry(f, received, sent);
	fx_flow(fx, f, false);
}

static void dump(struct fx *fx, const struct sockrec *s)
{
	fx_dump_begins(fx);
	if (s)
		fx_socket(fx, s);
	fx_dump_ends(fx, 0, true);
}

static void end_round(struct fx *fx)
{
	tell_all_up_to(fx, fx->now_ns);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
}

static bool coverage_of(const struct fx *fx, uint64_t cookie, struct coverage *c)
{
	return model_coverage(fx->m, fx_socket_row(fx, cookie).sk, c);
}

static void assert_coverage(const struct fx *fx, uint64_t cookie, struct ways kernel,
			    struct ways missing)
{
	struct coverage c;

	assert_true(coverage_of(fx, cookie, &c));
	assert_int_equal(c.kernel[0], kernel.rx);
	assert_int_equal(c.kernel[1], kernel.tx);
	assert_int_equal(c.missing[0], missing.rx);
	assert_int_equal(c.missing[1], missing.tx);
	assert_int_equal(c.reason != TRAFFIC_SEEN, missing.rx || missing.tx);
}

static void assert_nothing_to_say(const struct fx *fx, uint64_t cookie)
{
	struct coverage c;

	assert_false(coverage_of(fx, cookie, &c));
}

static const struct ways none;

static void test_coverage_of_a_connection_seen_from_its_syn_is_exact(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 0, 0);
	struct coverage c;

	dump(fx, &s);
	publish(fx, &f, 0, 0);
	end_round(fx);
	assert_nothing_to_say(fx, 1);	/* nothing was carried yet */
	s = tcp(ST_ESTABLISHED, 1, 5000, 300);
	dump(fx, &s);
	publish(fx, &f, 5000, 300);
	end_round(fx);
	assert_nothing_to_say(fx, 1);	/* the ring may hold packets of then */
	dump(fx, &s);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 5000, 300 }, none);
	assert_true(coverage_of(fx, 1, &c));
	assert_true(c.whole);
	assert_int_equal(c.surplus[0] + c.surplus[1], 0);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 5300);
	assert_int_equal(model_totals(fx->m)->covered_missing, 0);
}

/* Each is ahead of the other by turns; nothing of it is missing, nor too much. */
static void test_coverage_of_two_moments_is_no_alarm(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct coverage c;

	for (uint64_t n = 0; n < 10; n++) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, n * 10000, n * 8000);

		publish(fx, &f, n ? n * 10000 - 4000 : 0, n * 8000);
		dump(fx, &s);
		if (n % 2)
			publish(fx, &f, n * 10000 + 5000, n * 8000 + 7000);
		end_round(fx);
		if (!coverage_of(fx, 1, &c))
			continue;
		assert_int_equal(c.missing[0] + c.missing[1], 0);
		assert_int_equal(c.surplus[0] + c.surplus[1], 0);
	}
	assert_true(coverage_of(fx, 1, &c));
	assert_int_equal(c.kernel[0], 80000);	/* of the round before the last */
}

static void test_coverage_counts_what_was_lost_and_says_why(void **state)
{
	static const struct {
		bool filtered, limited;
		uint64_t dropped;
		enum wirereason reason;
	} cases[] = {
		{ false, false, 0, TRAFFIC_UNSEEN },
		{ false, true, 0, TRAFFIC_OTHER_IFACE },
		{ false, true, 7, TRAFFIC_DROPPED },
		{ true, true, 7, TRAFFIC_FILTERED },
	};
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	uint64_t received = 1000;
	struct coverage c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++, received += 1000) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, received, 50);
		struct event e = fx_event(fx, EV_CAPTURE);

		dump(fx, &s);
		publish(fx, &f, received / 2, 50);
		e.capture = (struct capturerec){ .live = true, .filtered = cases[i].filtered,
						 .limited = cases[i].limited,
						 .dropped = cases[i].dropped };
		end_round(fx);
		model_apply(fx->m, &e);
		end_round(fx);
		assert_coverage(fx, 1, (struct ways){ received, 50 }, (struct ways){ received / 2 });
		assert_true(coverage_of(fx, 1, &c));
		assert_int_equal(c.reason, cases[i].reason);
		assert_int_equal(model_totals(fx->m)->covered_missing, received / 2);
	}
}

/* Both go on all the time; 3000 of 10000 are lost once, and all else is captured a little later. */
static void test_coverage_finds_a_loss_while_traffic_goes_on(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	uint64_t former = 0;
	struct coverage c;

	for (uint64_t n = 1; n < 20; n++) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, n * 10000, n * 10000);
		uint64_t lost = n < 5 ? 0 : 3000, ahead = n % 3 * 700;
		uint64_t asked_ns = fx->now_ns;

		dump(fx, &s);
		fx_pass_time(fx, 60);
		f.last_ns = asked_ns + 50 * NSEC_PER_MSEC;
		publish(fx, &f, n * 10000 + ahead - lost, n * 10000 + ahead - lost);
		tell_all_up_to(fx, asked_ns);
		fx_tick(fx);
		fx_pass_time(fx, 940);
		assert_true(coverage_of(fx, 1, &c));
		assert_int_equal(c.kernel[0], n * 10000);	/* of this very round */
		assert_true(c.missing[0] >= former && c.missing[0] <= lost);
		assert_true(n < 7 || c.missing[0] == 3000);
		assert_int_equal(c.missing[1], c.missing[0]);
		former = c.missing[0];
	}
}

/* The ring has given out nothing that is later, and what it still holds is not missing. */
static void test_coverage_waits_where_the_capture_has_not_told_all(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 5000, 5000);
	uint64_t told_ns = fx->now_ns;

	dump(fx, &s);
	f.last_ns = fx->now_ns + 60 * NSEC_PER_MSEC;
	publish(fx, &f, 1000, 1000);
	for (unsigned i = 0; i < 5; i++) {
		fx_pass_time(fx, 1000);
		tell_all_up_to(fx, told_ns - 1);
		fx_tick(fx);
		assert_nothing_to_say(fx, 1);
	}
	publish(fx, &f, 5000, 5000);
	tell_all_up_to(fx, told_ns);
	fx_tick(fx);
	assert_coverage(fx, 1, (struct ways){ 5000, 5000 }, none);
}

/* What was sent and not acknowledged may lie in a queue; what was sent again was perhaps dropped there. */
static void test_coverage_takes_only_what_was_acknowledged_for_sent(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 0, 57000);
	struct coverage c;

	s.tcpinfo.bytes_acked = 30000 + SYN_ACKED;
	s.tcpinfo.bytes_retrans = 7000;
	dump(fx, &s);
	publish(fx, &f, 0, 30000);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 0, 30000 }, none);
	s.tcpinfo.bytes_acked = 40000 + SYN_ACKED;
	s.tcpinfo.bytes_sent = 67000;
	dump(fx, &s);
	publish(fx, &f, 0, 57000);	/* all but what was sent last, some of it more than once */
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 0, 40000 }, none);
	assert_true(coverage_of(fx, 1, &c));
	assert_int_equal(c.surplus[1], 0);	/* it was sent */
}

static void test_coverage_that_is_missing_never_comes_back(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 5000, 0);

	dump(fx, &s);
	publish(fx, &f, 4000, 0);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 5000, 0 }, (struct ways){ 1000, 0 });
	s = tcp(ST_ESTABLISHED, 1, 6000, 0);
	dump(fx, &s);
	publish(fx, &f, 5900, 0);	/* some of it was received twice */
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 6000, 0 }, (struct ways){ 1000, 0 });
	assert_int_equal(model_totals(fx->m)->covered_missing, 1000);
}

static void test_coverage_of_all_is_never_whole_where_packets_were_dropped(void **state)
{
	static const struct {
		uint64_t packets, dropped;
		int seen;
	} cases[] = { { 1000, 0, 10000 }, { 900, 100, 9000 }, { 1000000000, 1, 9999 }, { 0, 5, 0 } };
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 5000, 0);

	assert_int_equal(model_seen(fx->m), -1);
	dump(fx, &s);
	publish(fx, &f, 5000, 0);
	end_round(fx);
	end_round(fx);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event e = fx_event(fx, EV_CAPTURE);

		e.capture = *model_capture(fx->m);
		e.capture.dropped = cases[i].dropped;
		e.capture.totals.packets = cases[i].packets;
		model_apply(fx->m, &e);
		assert_int_equal(model_seen(fx->m), cases[i].seen);
	}
}

static void test_coverage_of_a_short_interval_waits_for_the_ring(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct coverage c;
	bool told = false;

	/* The packets of a dump come 250 ms after it. */
	for (uint64_t n = 0; n < 40; n++) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, n * 1000, 0);
		uint64_t late = n > 2 ? n - 2 : 0;

		dump(fx, &s);
		publish(fx, &f, late * 1000, 0);
		tell_all_up_to(fx, fx->now_ns - 250 * NSEC_PER_MSEC);
		fx_tick(fx);
		fx_pass_time(fx, 100);
		told |= coverage_of(fx, 1, &c);
		if (coverage_of(fx, 1, &c))
			assert_int_equal(c.missing[0], 0);
	}
	assert_true(told);
}

static void test_coverage_begins_midway_with_what_both_know(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, false);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000000, 2000000);
	struct coverage c;

	publish(fx, &f, 10, 20);	/* since the capture began, before the first look */
	dump(fx, &s);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 1005000, 2000700);
	dump(fx, &s);
	publish(fx, &f, 10 + 4000, 20 + 700);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	/* 10 of what was captured may be of before the first look: missing is 990 at least */
	assert_coverage(fx, 1, (struct ways){ 5000, 700 }, (struct ways){ 990, 0 });
	assert_true(coverage_of(fx, 1, &c));
	assert_false(c.whole);
	assert_int_equal(c.surplus[1], 0);
}

/* Its counters are asked for only now, and the flow is old: what it had is not taken for new. */
static void test_coverage_that_begins_late_leaves_out_what_was_captured_before(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 0, 0);

	s.tcpinfo_len = 0;
	dump(fx, &s);
	publish(fx, &f, 0, 0);
	for (unsigned i = 0; i < 3; i++) {
		publish(fx, &f, 500000, 0);
		end_round(fx);
	}
	fx_pass_time(fx, 60000);
	f = our_flow(fx, false);	/* not from its SYN on, for the model */
	f.gen = 2;
	publish(fx, &f, 500000, 0);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 900000, 0);
	dump(fx, &s);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 903000, 0);
	dump(fx, &s);
	publish(fx, &f, 501000, 0);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	/* The bytes of two headers are all that is not known of when they came. */
	assert_coverage(fx, 1, (struct ways){ 3000, 0 }, (struct ways){ 2000, 0 });
}

static void test_coverage_without_any_packet_counts_what_moved(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 7000, 9000);
	struct coverage c;

	dump(fx, &s);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	assert_nothing_to_say(fx, 1);	/* what it carried was before */
	s = tcp(ST_ESTABLISHED, 1, 7100, 9000);
	dump(fx, &s);
	say_of_capture(fx, 7, 0, 0);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 100, 0 }, (struct ways){ 100, 0 });
	assert_true(coverage_of(fx, 1, &c));
	assert_int_equal(c.reason, TRAFFIC_DROPPED);
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_DROPPED);
}

/* Address translation on this host hides its packets behind another tuple. */
static void test_coverage_without_any_packet_or_loss_is_unknown(void **state)
{
	struct fx *fx = *state;
	struct sockrec s;

	for (uint64_t n = 0; n < 4; n++) {
		s = tcp(ST_ESTABLISHED, 1, n * 1000, n * 2000);
		dump(fx, &s);
		end_round(fx);
	}
	assert_nothing_to_say(fx, 1);
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_UNSEEN);
	assert_int_equal(model_seen(fx->m), -1);
	for (uint64_t n = 4; n < 7; n++) {	/* a loss elsewhere does not make it visible */
		s = tcp(ST_ESTABLISHED, 1, n * 1000, n * 2000);
		dump(fx, &s);
		say_of_capture(fx, n, 0, 0);
		end_round(fx);
	}
	assert_nothing_to_say(fx, 1);
}

/* Its tuple has another's flow before its own was published. */
static void test_coverage_of_an_end_whose_tuple_was_reused_at_once_is_unknown(void **state)
{
	struct fx *fx = *state;
	struct flowrec f;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 5000, 6000);

	dump(fx, NULL);
	end_round(fx);
	fx_socket_gone(fx, &s);
	fx_pass_time(fx, 20);
	f = our_flow(fx, true);
	fx_pass_time(fx, 20);
	publish(fx, &f, 100, 100);
	say_of_capture(fx, 3, 0, 0);
	end_round(fx);
	end_round(fx);
	assert_nothing_to_say(fx, 1);
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_FLOW_GONE);
	assert_int_equal(model_totals(fx->m)->covered_missing, 0);
}

static void test_coverage_without_a_flow_is_unknown_where_flows_went(void **state)
{
	static const struct {
		bool limited;
		uint64_t evicted, expired;
		bool known;
	} cases[] = {
		{ false, 1, 0, false }, { false, 0, 1, false },
		{ true, 1, 0, false }, { true, 0, 1, true },
	};
	struct fx *fx = *state;

	for (uint16_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockrec s = tcp(ST_ESTABLISHED, i + 1u, 0, 0);
		struct event e = fx_event(fx, EV_CAPTURE);
		struct coverage c;

		s.lport += i;
		e.capture = (struct capturerec){ .live = true, .limited = cases[i].limited };
		model_apply(fx->m, &e);
		fx_socket(fx, &s);
		end_round(fx);
		s.tcpinfo.bytes_received = 1000;
		fx_socket(fx, &s);
		say_of_capture(fx, 9, cases[i].evicted, cases[i].expired);
		end_round(fx);
		end_round(fx);
		assert_int_equal(coverage_of(fx, i + 1u, &c), cases[i].known);
	}
}

/* The row of a live socket, too, says that its flow was there. */
static void test_coverage_lost_with_its_flow_is_called_so(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);

	dump(fx, &s);
	publish(fx, &f, 1000, 0);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 2000, 0);
	dump(fx, &s);
	end_round(fx);
	fx_flow(fx, &f, true);
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_FLOW_GONE);
}

static void test_coverage_of_one_born_meanwhile_counts_from_zero(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 7000, 9000);

	dump(fx, NULL);
	end_round(fx);
	dump(fx, &s);
	say_of_capture(fx, 7, 0, 0);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 7000, 9000 }, (struct ways){ 7000, 9000 });
}

/* A dump that counts in a hash bucket may miss one; it has been idle since before the capture. */
static void test_coverage_of_an_old_one_that_a_dump_missed_is_not_claimed(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 7000, 9000);

	s.tcpinfo.last_data_recv = s.tcpinfo.last_data_sent = 3600 * 1000;
	dump(fx, NULL);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	assert_nothing_to_say(fx, 1);
}

static void test_coverage_does_not_count_the_peers_fin(void **state)
{
	static const struct {
		enum sockstate state;
		uint64_t received;	/* of 1000 bytes of payload */
		bool fin_seen;
	} cases[] = {
		{ ST_ESTABLISHED, 1000, false },
		{ ST_ESTABLISHED, 1001, true },	/* state and counters are not read at once */
		{ ST_FIN_WAIT1, 1000, false },
		{ ST_FIN_WAIT2, 1000, false },
		{ ST_CLOSE_WAIT, 1001, true },
		{ ST_LAST_ACK, 1001, true },
		{ ST_CLOSING, 1001, true },
	};
	struct fx *fx = *state;

	for (uint16_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flowrec f = fx_flowrec(fx, i, TCP, "10.0.0.2", LPORT + i, "10.0.0.9", RPORT);
		struct sockrec s = tcp(cases[i].state, i + 1u, cases[i].received, 10);
		struct coverage c;

		s.lport += i;
		f.opener_certain = true;
		f.tcp_flags[!f.opener] = cases[i].fin_seen ? WIRE_FIN | WIRE_ACK : WIRE_ACK;
		fx_socket(fx, &s);
		publish(fx, &f, 1000, 10);
		end_round(fx);
		end_round(fx);
		assert_coverage(fx, i + 1u, (struct ways){ 1000, 10 }, none);
		assert_true(coverage_of(fx, i + 1u, &c) && c.whole && !c.surplus[0]);
	}
}

/* Its last state is not told; the peer's FIN may be counted or not. */
static void test_coverage_of_an_end_counts_the_fin_where_it_is(void **state)
{
	struct fx *fx = *state;

	for (uint16_t fin = 0; fin < 2; fin++) {
		struct flowrec f = fx_flowrec(fx, fin, TCP, "10.0.0.2", LPORT + fin, "10.0.0.9", RPORT);
		struct sockrec s = tcp(ST_ESTABLISHED, fin + 1u, 400, 10);
		struct coverage c;

		s.lport += fin;
		f.opener_certain = true;
		fx_socket(fx, &s);
		publish(fx, &f, 400, 10);
		end_round(fx);
		s.tcpinfo.bytes_received = 1000 + fin;
		fx_socket_gone(fx, &s);
		end_round(fx);
		publish(fx, &f, 1000, 10);
		end_round(fx);
		assert_coverage(fx, fin + 1u, (struct ways){ 1000, 10 }, none);
		assert_true(coverage_of(fx, fin + 1u, &c));
		assert_int_equal(c.surplus[0], 0);
	}
}

static void test_coverage_of_kernels_without_bytes_sent_takes_syn_and_fin_off(void **state)
{
	static const struct {
		enum sockstate state;
		uint64_t acked;		/* of 1000 bytes of payload */
		bool we_opened;
	} cases[] = {
		{ ST_ESTABLISHED, 1001, true }, { ST_ESTABLISHED, 1000, false },
		{ ST_FIN_WAIT1, 1001, true },	{ ST_FIN_WAIT2, 1002, true },
		{ ST_FIN_WAIT2, 1001, false },	{ ST_CLOSE_WAIT, 1001, true },
		{ ST_LAST_ACK, 1000, false },
	};
	struct fx *fx = *state;

	for (uint16_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flowrec f = fx_flowrec(fx, i, TCP, "10.0.0.2", LPORT + i, "10.0.0.9", RPORT);
		struct sockrec s = tcp(cases[i].state, i + 1u, 0, 0);

		f.opener_certain = true;
		carry(&f, 0, 1000);
		if (!cases[i].we_opened)
			f.opener = !f.opener;
		s.lport += i;
		s.tcpinfo_len = OLD_TCPINFO;
		s.tcpinfo.bytes_acked = cases[i].acked;
		fx_socket(fx, &s);
		fx_flow(fx, &f, false);
		end_round(fx);
		end_round(fx);
		assert_coverage(fx, i + 1u, (struct ways){ 0, 1000 }, none);
	}
}

/* Who opened it was not seen: base and end have the SYN in them alike, or neither has. */
static void test_coverage_of_an_end_seen_midway_takes_the_fin_for_no_payload(void **state)
{
	struct fx *fx = *state;

	for (uint16_t syn = 0; syn < 2; syn++) {
		struct flowrec f = fx_flowrec(fx, syn, TCP, "10.0.0.2", LPORT + syn, "10.0.0.9", RPORT);
		struct sockrec s = tcp(ST_ESTABLISHED, syn + 1u, 0, 5000);
		struct coverage c;

		s.lport += syn;
		s.tcpinfo.bytes_acked = 5000 + syn;
		publish(fx, &f, 0, 0);
		fx_socket(fx, &s);
		end_round(fx);
		s.tcpinfo.bytes_sent = 6000;
		s.tcpinfo.bytes_acked = 6000 + syn + 1;
		fx_socket_gone(fx, &s);
		publish(fx, &f, 0, 1000);
		end_round(fx);
		end_round(fx);
		assert_true(coverage_of(fx, syn + 1u, &c));
		assert_true(c.kernel[1] == 1000);
		assert_int_equal(c.missing[1], 0);
	}
}

static void test_coverage_of_an_end_stays_on_its_row_and_in_the_totals_once(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 100, 100);

	dump(fx, &s);
	publish(fx, &f, 100, 100);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 5000, 6000);
	fx_socket_gone(fx, &s);
	end_round(fx);
	publish(fx, &f, 5000, 5500);
	end_round(fx);
	for (unsigned i = 0; i < 3; i++) {
		dump(fx, NULL);
		end_round(fx);
		assert_coverage(fx, 1, (struct ways){ 5000, 6000 }, (struct ways){ 0, 500 });
		assert_int_equal(model_totals(fx->m)->covered_kernel, 11000);
		assert_int_equal(model_totals(fx->m)->covered_missing, 500);
	}
	fx_pass_time(fx, 60000);
	end_round(fx);	/* the row goes */
	end_round(fx);
	assert_int_equal(model_totals(fx->m)->closed, 0);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 11000);
	assert_int_equal(model_totals(fx->m)->covered_missing, 500);
}

static void test_coverage_of_a_life_shorter_than_an_interval_is_found(void **state)
{
	struct fx *fx = *state;
	struct flowrec f;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 5000, 6000);
	struct coverage c;

	dump(fx, NULL);
	end_round(fx);
	f = our_flow(fx, true);
	fx_pass_time(fx, 5);
	fx_socket_gone(fx, &s);		/* before its flow was published */
	fx_pass_time(fx, 5);
	publish(fx, &f, 4999, 6000);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 4999, 6000 }, none);	/* one was the FIN */
	assert_true(coverage_of(fx, 1, &c));
	assert_true(c.whole);
}

/* Ended sockets are no rows here: what they carried counts all the same. */
static void test_coverage_of_an_end_without_a_row_is_in_the_totals(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 100, 100);

	fx_keep_closed(fx, 0);
	dump(fx, &s);
	publish(fx, &f, 100, 100);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 5000, 6000);
	fx_socket_gone(fx, &s);
	fx_pass_time(fx, 10);
	fx_tick(fx);		/* the row goes at once */
	publish(fx, &f, 4000, 6000);
	fx_pass_time(fx, 1000);
	tell_all_up_to(fx, fx->now_ns);
	fx_tick(fx);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 10999);	/* one may have been the FIN */
	assert_int_equal(model_totals(fx->m)->covered_missing, 999);
	fx_pass_time(fx, 1000);
	fx_tick(fx);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 10999);
}

static void test_coverage_of_a_reused_tuple_begins_anew(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);
	struct coverage c;

	dump(fx, &s);
	publish(fx, &f, 1000, 0);
	end_round(fx);
	fx_socket_gone(fx, &s);
	end_round(fx);
	end_round(fx);
	f = our_flow(fx, true);
	f.gen = 2;
	publish(fx, &f, 0, 0);
	s = tcp(ST_ESTABLISHED, 2, 70, 80);
	dump(fx, &s);
	publish(fx, &f, 70, 80);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, none);
	assert_coverage(fx, 2, (struct ways){ 70, 80 }, none);
	assert_true(coverage_of(fx, 2, &c));
	assert_true(c.whole);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 1150);
}

static void test_coverage_of_both_ends_of_a_loopback_connection_is_each_its_own(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, TCP, "127.0.0.1", LPORT, "127.0.0.1", RPORT);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 300, 9000), peer = tcp(ST_ESTABLISHED, 2, 9000, 300);

	s.laddr = s.raddr = peer.laddr = peer.raddr = fx_addr("127.0.0.1");
	peer.lport = RPORT;
	peer.rport = LPORT;
	f.opener_certain = true;
	fx_socket(fx, &s);
	fx_socket(fx, &peer);
	publish(fx, &f, 200, 9000);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 300, 9000 }, (struct ways){ 100, 0 });
	assert_coverage(fx, 2, (struct ways){ 9000, 300 }, (struct ways){ 0, 100 });
	assert_int_equal(model_totals(fx->m)->covered_kernel, 2 * 9300);
	assert_int_equal(model_totals(fx->m)->covered_missing, 200);
}

/* What was found of the first flow stays; what came between the two is claimed by neither. */
static void test_coverage_goes_on_when_its_flow_was_pushed_out(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);
	struct coverage c;

	dump(fx, &s);
	publish(fx, &f, 900, 0);
	end_round(fx);
	dump(fx, &s);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, (struct ways){ 100, 0 });
	f = our_flow(fx, false);
	f.gen = 2;
	publish(fx, &f, 50, 0);
	s = tcp(ST_ESTABLISHED, 1, 8000, 0);
	dump(fx, &s);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, (struct ways){ 100, 0 });
	s = tcp(ST_ESTABLISHED, 1, 9000, 0);
	dump(fx, &s);
	publish(fx, &f, 50 + 600, 0);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 2000, 0 }, (struct ways){ 450, 0 });
	assert_true(coverage_of(fx, 1, &c));
	assert_false(c.whole);
}

static void test_coverage_counts_what_was_received_twice(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);
	struct coverage c;

	dump(fx, &s);
	publish(fx, &f, 1400, 0);
	end_round(fx);
	fx_socket_gone(fx, &s);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, none);
	assert_true(coverage_of(fx, 1, &c));
	assert_int_equal(c.surplus[0], 400);
	assert_int_equal(c.surplus[1], 0);
}

/* tcp_disconnect() zeroed its counters: the last that were told before stand. */
static void test_coverage_of_a_reset_keeps_the_last_word(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 2000);

	dump(fx, &s);
	publish(fx, &f, 1000, 2000);
	end_round(fx);
	s = tcp(ST_CLOSE, 1, 0, 0);
	s.rport = 0;
	fx_socket_gone(fx, &s);
	publish(fx, &f, 1500, 2500);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 2000 }, none);
}

/* Anybody can send one; the connection is older. */
static void test_coverage_is_not_whole_for_a_stray_syn(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 100000, 200000);
	struct flowrec f;
	struct coverage c;

	dump(fx, &s);
	end_round(fx);
	f = our_flow(fx, true);
	publish(fx, &f, 0, 0);
	dump(fx, &s);
	end_round(fx);
	s = tcp(ST_ESTABLISHED, 1, 100500, 200000);
	dump(fx, &s);
	publish(fx, &f, 500, 0);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 500, 0 }, none);
	assert_true(coverage_of(fx, 1, &c));
	assert_false(c.whole);
}

static void test_coverage_of_another_namespace_needs_packets(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);

	fx_netns(fx, 1, 4001, false);
	s.netns = 1;
	s.dump = dump_index(1, 0);
	for (unsigned i = 0; i < 4; i++) {
		s.tcpinfo.bytes_received += 100;
		fx_socket(fx, &s);
		end_round(fx);
	}
	assert_nothing_to_say(fx, 1);	/* whether that one is looked at is not told */
}

/* Its ring was opened after the first dump: what came in between is not missing. */
static void test_coverage_of_another_namespace_begins_where_packets_are_seen(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);
	struct flowrec f;

	fx_netns(fx, 1, 4001, false);
	s.netns = 1;
	s.dump = dump_index(1, 0);
	fx_socket(fx, &s);
	end_round(fx);
	f = our_flow(fx, false);
	f.key.netns = 1;
	publish(fx, &f, 300, 0);
	s.tcpinfo.bytes_received = 9000;
	fx_socket(fx, &s);
	end_round(fx);
	publish(fx, &f, 500, 0);
	s.tcpinfo.bytes_received = 9200;
	fx_socket(fx, &s);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 200, 0 }, none);
}

static void test_coverage_of_another_namespace_from_the_syn_on_is_whole(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);
	struct flowrec f = our_flow(fx, true);

	fx_netns(fx, 1, 4001, false);
	s.netns = f.key.netns = 1;
	s.dump = dump_index(1, 0);
	fx_socket(fx, &s);
	publish(fx, &f, 300, 0);
	end_round(fx);
	end_round(fx);
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, (struct ways){ 700, 0 });
}

static void test_coverage_ends_with_the_capture(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	struct event e = fx_event(fx, EV_CAPTURE);
	struct sockrec s = tcp(ST_ESTABLISHED, 1, 1000, 0);

	dump(fx, &s);
	publish(fx, &f, 1000, 0);
	end_round(fx);
	end_round(fx);
	e.capture.live = e.capture.ended = true;
	model_apply(fx->m, &e);
	for (unsigned i = 0; i < 3; i++) {
		s.tcpinfo.bytes_received += 5000;
		dump(fx, &s);
		end_round(fx);
	}
	assert_coverage(fx, 1, (struct ways){ 1000, 0 }, none);
}

static void test_coverage_without_a_capture_says_nothing(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_HOST);

	e.host.no_capture = true;
	model_apply(fx->m, &e);
	for (unsigned i = 0; i < 4; i++) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, i * 1000, 0);

		dump(fx, &s);
		end_round(fx);
	}
	assert_nothing_to_say(fx, 1);
	assert_int_equal(model_totals(fx->m)->covered_kernel, 0);
}

/* Counters that run back are of a socket that was repaired (TCP_REPAIR): no number gets absurd. */
static void test_coverage_survives_counters_that_run_back(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, true);
	static const uint64_t received[] = { 1000, 1000, 10, 10, 500, 500, 500 };

	for (size_t i = 0; i < sizeof(received) / sizeof(received[0]); i++) {
		struct sockrec s = tcp(ST_ESTABLISHED, 1, received[i], 0);

		dump(fx, &s);
		publish(fx, &f, 1000 + (i > 3 ? 490 : 0), 0);
		end_round(fx);
	}
	assert_coverage(fx, 1, (struct ways){ 1490, 0 }, none);
}

static void test_coverage_of_many_short_lives_leaves_nothing_behind(void **state)
{
	struct fx *fx = *state;

	fx_keep_closed(fx, 0);
	dump(fx, NULL);
	end_round(fx);
	for (unsigned i = 0; i < 10 * FX_SOCKETS; i++) {
		struct flowrec f = our_flow(fx, true);
		struct sockrec s = tcp(ST_ESTABLISHED, i + 1, 10, 20);

		f.id = i % FX_FLOWS;
		f.gen = i + 1;
		publish(fx, &f, 10, 20);
		fx_socket_gone(fx, &s);
		end_round(fx);
		end_round(fx);
		fx_flow(fx, &f, true);
	}
	assert_int_equal(model_totals(fx->m)->covered_kernel, 10 * FX_SOCKETS * 30);
	assert_int_equal(model_totals(fx->m)->covered_missing, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_coverage_of_a_connection_seen_from_its_syn_is_exact),
		TEST(test_coverage_of_two_moments_is_no_alarm),
		TEST(test_coverage_counts_what_was_lost_and_says_why),
		TEST(test_coverage_finds_a_loss_while_traffic_goes_on),
		TEST(test_coverage_waits_where_the_capture_has_not_told_all),
		TEST(test_coverage_takes_only_what_was_acknowledged_for_sent),
		TEST(test_coverage_that_is_missing_never_comes_back),
		TEST(test_coverage_of_all_is_never_whole_where_packets_were_dropped),
		TEST(test_coverage_of_a_short_interval_waits_for_the_ring),
		TEST(test_coverage_begins_midway_with_what_both_know),
		TEST(test_coverage_that_begins_late_leaves_out_what_was_captured_before),
		TEST(test_coverage_without_any_packet_counts_what_moved),
		TEST(test_coverage_without_any_packet_or_loss_is_unknown),
		TEST(test_coverage_of_an_end_whose_tuple_was_reused_at_once_is_unknown),
		TEST(test_coverage_without_a_flow_is_unknown_where_flows_went),
		TEST(test_coverage_lost_with_its_flow_is_called_so),
		TEST(test_coverage_of_one_born_meanwhile_counts_from_zero),
		TEST(test_coverage_of_an_old_one_that_a_dump_missed_is_not_claimed),
		TEST(test_coverage_does_not_count_the_peers_fin),
		TEST(test_coverage_of_an_end_counts_the_fin_where_it_is),
		TEST(test_coverage_of_kernels_without_bytes_sent_takes_syn_and_fin_off),
		TEST(test_coverage_of_an_end_seen_midway_takes_the_fin_for_no_payload),
		TEST(test_coverage_of_an_end_stays_on_its_row_and_in_the_totals_once),
		TEST(test_coverage_of_a_life_shorter_than_an_interval_is_found),
		TEST(test_coverage_of_an_end_without_a_row_is_in_the_totals),
		TEST(test_coverage_of_a_reused_tuple_begins_anew),
		TEST(test_coverage_of_both_ends_of_a_loopback_connection_is_each_its_own),
		TEST(test_coverage_goes_on_when_its_flow_was_pushed_out),
		TEST(test_coverage_counts_what_was_received_twice),
		TEST(test_coverage_of_a_reset_keeps_the_last_word),
		TEST(test_coverage_is_not_whole_for_a_stray_syn),
		TEST(test_coverage_of_another_namespace_needs_packets),
		TEST(test_coverage_of_another_namespace_begins_where_packets_are_seen),
		TEST(test_coverage_of_another_namespace_from_the_syn_on_is_whole),
		TEST(test_coverage_ends_with_the_capture),
		TEST(test_coverage_without_a_capture_says_nothing),
		TEST(test_coverage_survives_counters_that_run_back),
		TEST(test_coverage_of_many_short_lives_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
