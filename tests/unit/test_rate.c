/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate: differences over event time, unknown rather than wrong. */
#include "model_fixture.h"

enum { TCP = 6, UDP = 17 };

static struct flowrec our_flow(const struct fx *fx, uint32_t id)
{
	return fx_flowrec(fx, id, TCP, "10.0.0.2", (uint16_t)(40000 + id), "10.0.0.9", 80);
}

static void test_rate_of_a_flow_is_unknown_until_two_ticks(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, 0);
	struct row r;

	fx_capture(fx);
	fx_carried(&f, 1000, 2000);
	fx_flow(fx, &f, false);
	assert_int_equal(fx_flow_row(fx, 0).flow->bps[0], MODEL_RATE_UNKNOWN);
	fx_tick(fx);
	assert_int_equal(fx_flow_row(fx, 0).flow->bps[0], MODEL_RATE_UNKNOWN);
	assert_false(model_totals(fx->m)->rates_known);
	fx_pass_time(fx, 2000);
	fx_carried(&f, 5000, 2200);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	r = fx_flow_row(fx, 0);
	assert_int_equal(r.flow->bps[r.local], 2000);
	assert_int_equal(r.flow->bps[!r.local], 100);
	assert_true(model_totals(fx->m)->rates_known && model_totals(fx->m)->rates_from_wire);
	assert_int_equal(model_totals(fx->m)->tx_bps, 2000);
	assert_int_equal(model_totals(fx->m)->rx_bps, 100);
}

static void test_rate_of_a_counter_that_ran_backwards_is_unknown(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, 0);
	struct row r;

	fx_capture(fx);
	fx_carried(&f, 1000, 1000);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
	fx_carried(&f, 500, 1500);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	r = fx_flow_row(fx, 0);
	assert_int_equal(r.flow->bps[r.local], MODEL_RATE_UNKNOWN);
	assert_int_equal(r.flow->bps[!r.local], 500);
	assert_int_equal(model_totals(fx->m)->tx_bps, 0);
}

static void test_rate_of_what_passes_through_is_not_this_hosts(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, TCP, "10.0.3.4", 1, "1.1.1.1", 2);

	fx_capture(fx);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
	fx_carried(&f, 1000, 1000);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	assert_int_equal(fx_flow_row(fx, 0).flow->bps[0], 1000);
	assert_int_equal(model_totals(fx->m)->tx_bps + model_totals(fx->m)->rx_bps, 0);
}

static struct sockrec counted(uint64_t received, uint64_t acked)
{
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	s.tcpinfo_len = sizeof(struct tcpinfo);
	s.tcpinfo.bytes_received = received;
	s.tcpinfo.bytes_acked = acked;
	return s;
}

static void test_rate_of_a_socket_comes_from_what_was_acknowledged(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = counted(100, 1000);

	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->tx_bps, MODEL_RATE_UNKNOWN);
	fx_tick(fx);
	fx_pass_time(fx, 500);
	s = counted(200, 4000);
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, 200);
	assert_int_equal(fx_socket_row(fx, 1).sk->tx_bps, 6000);
	fx_tick(fx);
	assert_false(model_totals(fx->m)->rates_from_wire);
	assert_int_equal(model_totals(fx->m)->tx_bps, 6000);
}

static void test_rate_of_readings_too_close_is_the_former_one(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = counted(0, 0);

	fx_socket(fx, &s);
	fx_pass_time(fx, 1000);
	s = counted(1000, 0);
	fx_socket(fx, &s);
	fx_pass_time(fx, 1);
	s = counted(2000, 0);
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, 1000);
	fx_pass_time(fx, 1000);
	s = counted(2300, 0);
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, 300);
}

static void test_rate_of_a_short_tcp_info_is_unknown(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = counted(0, 0);

	s.tcpinfo_len = 104;	/* Linux 3.x: it ends before the byte counters */
	fx_socket(fx, &s);
	fx_pass_time(fx, 1000);
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, MODEL_RATE_UNKNOWN);
	assert_int_equal(fx_socket_row(fx, 1).sk->rate_ns, 0);
}

/* A socket of 1000 bytes/s each way that a TIME_WAIT takes the place of. */
static void test_rate_of_a_closed_connection_is_unknown(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = counted(0, 0);

	fx_socket(fx, &s);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
	s = counted(1000, 1000);
	fx_socket(fx, &s);
	fx_tick(fx);
	assert_int_equal(model_totals(fx->m)->tx_bps, 1000);
	fx_pass_time(fx, 1000);
	s = fx_tcp(ST_TIME_WAIT, 1, 40000, 80);
	fx_socket(fx, &s);
	fx_tick(fx);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, MODEL_RATE_UNKNOWN);
	assert_int_equal(fx_socket_row(fx, 1).sk->tx_bps, MODEL_RATE_UNKNOWN);
	assert_int_equal(model_totals(fx->m)->tx_bps + model_totals(fx->m)->rx_bps, 0);
}

static void test_rate_after_a_reading_without_counters_needs_two_readings_again(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = counted(1000, 0);

	fx_socket(fx, &s);
	fx_pass_time(fx, 1000);
	s.tcpinfo_len = 104;
	fx_socket(fx, &s);
	fx_pass_time(fx, 1000);
	s = counted(5000, 0);
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, MODEL_RATE_UNKNOWN);
	fx_pass_time(fx, 1000);
	s = counted(5300, 0);
	fx_socket(fx, &s);
	assert_true(fx_socket_row(fx, 1).sk->moved);
	assert_int_equal(fx_socket_row(fx, 1).sk->rx_bps, 300);
}

static void test_rate_of_a_sum_does_not_jump_when_an_old_flow_finds_its_receiver(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, UDP, "10.0.0.9", 40000, "10.0.0.2", 53);
	struct sockrec s = fx_receiver(SP_UDP, 1, "0.0.0.0", 53);
	struct row r;

	fx_capture(fx);
	fx_carried(&f, 1000000, 0);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
	fx_carried(&f, 1000600, 0);
	fx_flow(fx, &f, false);
	fx_socket(fx, &s);
	fx_tick(fx);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 1000600);
	assert_int_equal(r.flow->bps[!r.local], 600);
}

/* What the flow carried for a connected socket since the last tick is no part of its next server's rate. */
static void test_rate_of_a_sum_starts_when_its_socket_takes_over(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, UDP, "10.0.0.9", 40000, "10.0.0.2", 53);
	struct sockrec s = fx_receiver(SP_UDP, 1, "0.0.0.0", 53), child = fx_tcp(ST_ESTABLISHED, 2, 53, 40000);
	struct row r;

	child.proto = SP_UDP;
	child.dump = 3;
	fx_capture(fx);
	fx_socket(fx, &s);
	fx_carried(&f, 1000, 0);
	fx_flow(fx, &f, false);
	fx_socket(fx, &child);
	fx_tick(fx);
	fx_carried(&f, 50000, 0);
	fx_flow(fx, &f, false);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 3, true);		/* the child is gone */
	fx_carried(&f, 50700, 0);
	fx_flow(fx, &f, false);
	fx_pass_time(fx, 1000);
	fx_tick(fx);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.flow->bps[!r.local], 700);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 1700);
}

static void test_rate_in_a_file_is_the_mean_over_a_flows_life(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_HOST);
	struct flowrec f = our_flow(fx, 0);
	struct row r;

	e.host.offline = true;
	model_apply(fx->m, &e);
	fx_carried(&f, 1000, 3000);
	fx_flow(fx, &f, false);
	assert_int_equal(fx_flow_row(fx, 0).flow->bps[0], MODEL_RATE_UNKNOWN);	/* one moment */
	f.last_ns += 2 * NSEC_PER_SEC;
	fx_flow(fx, &f, false);
	r = fx_flow_row(fx, 0);
	assert_int_equal(r.flow->bps[r.local], 500);
	assert_int_equal(r.flow->bps[!r.local], 1500);
}

static void test_rate_history_keeps_the_last_ticks_oldest_first(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = our_flow(fx, 0);
	uint64_t rx[MODEL_HISTORY], tx[MODEL_HISTORY], sent = 0;

	fx_capture(fx);
	fx_tick(fx);
	assert_int_equal(model_history(fx->m, rx, tx, MODEL_HISTORY), 0);
	for (unsigned i = 1; i <= MODEL_HISTORY + 10; i++) {
		sent += i * 100;
		fx_carried(&f, sent, 0);
		fx_flow(fx, &f, false);
		fx_pass_time(fx, 1000);
		fx_tick(fx);
	}
	assert_int_equal(model_history(fx->m, rx, tx, MODEL_HISTORY), MODEL_HISTORY);
	assert_int_equal(tx[0], 1100);
	assert_int_equal(tx[MODEL_HISTORY - 1], (MODEL_HISTORY + 10) * 100);
	assert_int_equal(model_history(fx->m, rx, tx, 2), 2);
	assert_int_equal(tx[0], (MODEL_HISTORY + 9) * 100);
	assert_int_equal(tx[1], (MODEL_HISTORY + 10) * 100);
}

static void test_rate_interval_is_measured_from_tick_to_tick(void **state)
{
	struct fx *fx = *state;

	assert_int_equal(model_interval_ns(fx->m), 0);
	fx_tick(fx);
	assert_int_equal(model_interval_ns(fx->m), 0);
	fx_pass_time(fx, 1250);
	fx_tick(fx);
	assert_int_equal(model_interval_ns(fx->m), 1250 * NSEC_PER_MSEC);
	fx_pass_time(fx, 1);
	fx_tick(fx);			/* too soon to be one */
	assert_int_equal(model_interval_ns(fx->m), 1250 * NSEC_PER_MSEC);
	fx_pass_time(fx, 999);
	fx_tick(fx);
	assert_int_equal(model_interval_ns(fx->m), 1000 * NSEC_PER_MSEC);
}

static void test_rate_ticks_too_close_are_one(void **state)
{
	struct fx *fx = *state;
	uint64_t rx[4], tx[4];

	fx_tick(fx);
	fx_pass_time(fx, 1);
	fx_tick(fx);
	fx_tick(fx);
	assert_int_equal(model_history(fx->m, rx, tx, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_rate_of_a_flow_is_unknown_until_two_ticks),
		FX_TEST(test_rate_of_a_counter_that_ran_backwards_is_unknown),
		FX_TEST(test_rate_of_what_passes_through_is_not_this_hosts),
		FX_TEST(test_rate_of_a_socket_comes_from_what_was_acknowledged),
		FX_TEST(test_rate_of_readings_too_close_is_the_former_one),
		FX_TEST(test_rate_of_a_short_tcp_info_is_unknown),
		FX_TEST(test_rate_of_a_closed_connection_is_unknown),
		FX_TEST(test_rate_after_a_reading_without_counters_needs_two_readings_again),
		FX_TEST(test_rate_of_a_sum_does_not_jump_when_an_old_flow_finds_its_receiver),
		FX_TEST(test_rate_of_a_sum_starts_when_its_socket_takes_over),
		FX_TEST(test_rate_in_a_file_is_the_mean_over_a_flows_life),
		FX_TEST(test_rate_history_keeps_the_last_ticks_oldest_first),
		FX_TEST(test_rate_interval_is_measured_from_tick_to_tick),
		FX_TEST(test_rate_ticks_too_close_are_one),
	};

	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
