/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets that ended: how they stay rows, what they keep, when they go. Told by the kernel's events and by dumps, in
 * either order.
 */
#include "model_fixture.h"

enum { KEEP_MS = 5000 };

static int setup(void **state)
{
	fx_setup(state);
	fx_keep_closed(*state, KEEP_MS);
	return 0;
}

#define CLOSED_TEST(f) cmocka_unit_test_setup_teardown(f, setup, fx_teardown)

static struct sockrec connection(uint64_t cookie, uint64_t received, uint64_t acked)
{
	struct sockrec r = fx_tcp(ST_ESTABLISHED, cookie, 40000, 80);

	r.has |= HAS_UID | HAS_QUEUES;
	r.uid = 33;
	r.inode = 700;
	r.recv_q = 12;
	r.tcpinfo_len = sizeof(r.tcpinfo);
	r.tcpinfo.bytes_received = received;
	r.tcpinfo.bytes_acked = acked;
	return r;
}

static struct sockrec time_wait(uint64_t cookie)
{
	struct sockrec r = fx_tcp(ST_TIME_WAIT, cookie, 40000, 80);

	r.has |= HAS_TIMER;
	r.timer = TIMER_TIME_WAIT;
	return r;
}

static void dump_nothing(struct fx *fx)
{
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
}

static struct flowrec traffic(const struct fx *fx, uint8_t wire_state)
{
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = wire_state;
	f.opener_certain = true;
	fx_carried(&f, 1000, 500);
	return f;
}

static void test_closed_socket_stays_with_its_final_counters_and_its_process(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct row row;

	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	fx_socket(fx, &r);
	r.tcpinfo.bytes_received = 777;
	fx_socket_gone(fx, &r);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->end, END_CLOSED);
	assert_int_equal(row.sk->ended_ns, fx->now_ns);
	assert_true(row.sk->final);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 777);
	assert_int_equal(row.sk->rec.inode, 700);
	assert_true(row.sk->rec.has & HAS_UID);
	assert_int_equal(row.sk->rec.uid, 33);
	assert_int_equal(row.sk->rec.has & HAS_QUEUES, 0);
	assert_int_equal(row.sk->rec.recv_q, 0);
	assert_string_equal(row.proc->rec.comm, "curl");
	assert_int_equal(row.sk->holders, 0);
}

static void test_closed_socket_is_in_no_total_but_its_own(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	const struct model_totals *t = model_totals(fx->m);

	fx_socket(fx, &r);
	assert_int_equal(t->unresolved, 1);
	fx_socket_gone(fx, &r);
	assert_int_equal(t->sockets, 0);
	assert_int_equal(t->unresolved, 0);
	assert_int_equal(t->by_state[ST_ESTABLISHED] + t->by_state[ST_CLOSE], 0);
	assert_int_equal(t->by_proto[SP_TCP], 0);
	assert_int_equal(t->closed, 1);
	assert_int_equal(model_row_count(fx->m), 1);
}

static void test_closed_row_goes_after_its_time(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct row row;

	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	fx_pass_time(fx, KEEP_MS - 1);
	fx_tick(fx);
	assert_true(fx_find(fx, 1, 0, &row));
	fx_pass_time(fx, 1);
	fx_tick(fx);
	assert_false(fx_find(fx, 1, 0, &row));
	assert_int_equal(model_totals(fx->m)->closed, 0);
}

static void test_closed_rows_are_not_kept_where_the_host_says_so(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(1);
	struct row row;

	fx_keep_closed(fx, 0);
	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	assert_false(fx_find(fx, 1, 0, &row));
	assert_int_equal(model_totals(fx->m)->closed, 0);
	fx_socket(fx, &tw);	/* before the tick: it is that socket still */
	assert_string_equal(fx_socket_row(fx, 1).proc->rec.comm, "curl");
	dump_nothing(fx);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_closed_rows_beyond_the_cap_push_out_the_oldest(void **state)
{
	struct fx *fx = *state;
	struct model *m = model_new(MODEL_CLOSED_MAX + 10, 1, 7);
	struct event e = fx_event(fx, EV_HOST);
	struct fx big = { .m = m, .now_ns = fx->now_ns };
	struct row row;

	e.host.keep_closed_ns = UINT32_MAX;
	model_apply(m, &e);
	for (uint32_t i = 0; i < MODEL_CLOSED_MAX + 5; i++) {
		struct sockrec r = fx_tcp(ST_CLOSE, 1 + i, (uint16_t)(1 + i), 80);

		fx_socket_gone(&big, &r);
	}
	assert_int_equal(model_totals(m)->closed, MODEL_CLOSED_MAX);
	assert_false(fx_find(&big, 5, 0, &row));
	assert_true(fx_find(&big, 6, 0, &row));
	model_free(m);
}

static void test_closed_rows_make_room_for_living_sockets(void **state)
{
	struct fx *fx = *state;

	for (uint32_t i = 0; i < FX_SOCKETS; i++) {
		struct sockrec r = fx_tcp(ST_CLOSE, 1 + i, (uint16_t)(1 + i), 80);

		fx_socket_gone(fx, &r);
	}
	assert_int_equal(model_totals(fx->m)->closed, FX_SOCKETS);
	for (uint32_t i = 0; i < FX_SOCKETS; i++) {
		struct sockrec r = fx_tcp(ST_ESTABLISHED, 1000 + i, (uint16_t)(1 + i), 80);

		fx_socket(fx, &r);
	}
	assert_int_equal(model_totals(fx->m)->sockets, FX_SOCKETS);
	assert_int_equal(model_totals(fx->m)->closed, 0);
	assert_int_equal(model_totals(fx->m)->refused_sockets, 0);
}

static void test_closed_socket_that_no_dump_listed_is_a_row_that_ended(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = traffic(fx, WS_ESTABLISHED);
	struct sockrec r = connection(1, 500, 1000);
	struct row row;

	fx_flow(fx, &f, false);
	fx_pass_time(fx, 30);
	fx_socket_gone(fx, &r);
	row = fx_socket_row(fx, 1);
	assert_true(row.sk->ended_ns != 0);
	assert_int_equal(row.flow->rec.id, 1);
	assert_false(fx_has_flow_row(fx, 1));
	assert_true(row.sk->born);
	assert_int_equal(row.sk->first_ns, f.first_ns);
	assert_int_equal(row.sk->rec.has & HAS_UID, 0);	/* events do not tell it */
	assert_int_equal(row.proc_reason, PROC_EXITED);
}

static void test_closed_unknown_socket_without_a_peer_is_no_row(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_receiver(SP_TCP, 1, "0.0.0.0", 80), u = fx_receiver(SP_UDP, 2, "0.0.0.0", 53);

	fx_socket_gone(fx, &r);
	fx_socket_gone(fx, &u);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_closed_listener_is_kept_and_listens_no_more(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_receiver(SP_TCP, 1, "0.0.0.0", 80);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.9", 5000, "10.0.0.2", 80);

	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 1);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	assert_null(fx_flow_row(fx, 1).owner);
	f.id = 2;
	f.key.port[0] = 5001;
	fx_flow(fx, &f, false);
	assert_null(fx_flow_row(fx, 2).owner);
}

static void test_closed_datagram_socket_keeps_what_its_flows_carried(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_receiver(SP_UDP, 1, "0.0.0.0", 53);
	struct flowrec f = fx_flowrec(fx, 1, 17, "10.0.0.9", 5000, "10.0.0.2", 53);

	fx_carried(&f, 300, 900);
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.dir[0].bytes, 900);
	assert_true(fx_has_flow_row(fx, 1));
	fx_carried(&f, 400, 1900);
	fx_flow(fx, &f, false);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.dir[0].bytes, 900);
}

static void test_closed_connection_lives_again_in_time_wait_with_all_it_had(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(1);
	uint64_t ended_ns;
	struct row row;

	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	fx_socket(fx, &r);
	r.tcpinfo.bytes_received = 777;
	fx_socket_gone(fx, &r);
	ended_ns = fx->now_ns;
	fx_pass_time(fx, 300);
	fx_socket(fx, &tw);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->ended_ns, 0);
	assert_int_equal(row.sk->end, END_NONE);
	assert_int_equal(row.sk->rec.state, ST_TIME_WAIT);
	assert_int_equal(row.sk->since_ns, ended_ns);
	assert_true(row.sk->final);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 777);
	assert_true(row.sk->rx_bps == MODEL_RATE_UNKNOWN);
	assert_string_equal(row.proc->rec.comm, "curl");
	assert_int_equal(model_totals(fx->m)->by_state[ST_TIME_WAIT], 1);
	assert_int_equal(model_totals(fx->m)->closed, 0);
	fx_pass_time(fx, KEEP_MS * 2);
	fx_tick(fx);	/* the time of its first end is nothing to it now */
	assert_int_equal(model_totals(fx->m)->sockets, 1);
	dump_nothing(fx);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_closed_connection_seen_in_time_wait_before_its_event_is_the_same(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(1);
	struct row row;

	fx_socket(fx, &r);
	fx_socket(fx, &tw);
	row = fx_socket_row(fx, 1);
	assert_true(row.sk->final);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 100);
	r.tcpinfo.bytes_received = 777;
	fx_socket_gone(fx, &r);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->rec.state, ST_TIME_WAIT);
	assert_int_equal(row.sk->ended_ns, 0);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 777);
	fx_socket(fx, &tw);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.tcpinfo.bytes_received, 777);
}

static void test_closed_orphan_in_fin_wait2_lives_again(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), orphan = time_wait(1);

	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	orphan.state = ST_FIN_WAIT2;
	fx_socket(fx, &orphan);
	assert_int_equal(fx_socket_row(fx, 1).sk->ended_ns, 0);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.tcpinfo.bytes_received, 100);
}

static void test_closed_socket_that_a_dump_read_before_its_end_stays_closed(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);

	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_socket_gone(fx, &r);
	fx_socket(fx, &r);
	assert_true(fx_socket_row(fx, 1).sk->ended_ns != 0);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(model_totals(fx->m)->closed, 1);
	assert_int_equal(model_totals(fx->m)->sockets, 0);
}

static void test_closed_by_a_dump_that_does_not_list_it_is_gone_until_an_event_says_how(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);

	fx_socket(fx, &r);
	dump_nothing(fx);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_VANISHED);
	r.tcpinfo.bytes_received = 777;
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.tcpinfo.bytes_received, 777);
	assert_int_equal(model_totals(fx->m)->closed, 1);
}

static void test_closed_by_a_dump_that_missed_it_lives_again_when_the_next_lists_it(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct row row;

	fx_socket(fx, &r);
	dump_nothing(fx);
	fx_dump_begins(fx);
	fx_socket(fx, &r);
	fx_dump_ends(fx, 0, true);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->ended_ns, 0);
	assert_false(row.sk->final);
	assert_int_equal(row.sk->rec.state, ST_ESTABLISHED);
	assert_int_equal(model_totals(fx->m)->sockets, 1);
	dump_nothing(fx);
	assert_int_equal(model_totals(fx->m)->closed, 1);
}

static void test_closed_ended_sockets_are_never_swept_again(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);

	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	dump_nothing(fx);
	dump_nothing(fx);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
}

static void test_closed_says_how_as_the_wire_saw_it(void **state)
{
	static const struct {
		uint8_t wire, end;
	} cases[] = { { WS_RESET, END_RESET }, { WS_REFUSED, END_REFUSED }, { WS_TIME_WAIT, END_CLOSED },
		      { WS_ESTABLISHED, END_VANISHED } };
	struct fx *fx = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockrec r = connection(10 + i, 1, 1);
		struct flowrec f = traffic(fx, cases[i].wire);

		f.gen = i + 1;
		fx_flow(fx, &f, false);
		fx_socket(fx, &r);
		dump_nothing(fx);
		assert_int_equal(fx_socket_row(fx, 10 + i).sk->end, cases[i].end);
		fx_pass_time(fx, 10);
	}
}

static void test_closed_by_the_user_is_killed_whichever_is_told_first(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);

	fx_socket(fx, &r);
	fx_killed(fx, 1, 0);
	assert_int_equal(fx_socket_row(fx, 1).sk->ended_ns, 0);	/* not before the kernel says so */
	dump_nothing(fx);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_KILLED);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_KILLED);
	r.cookie = 2;
	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	fx_killed(fx, 2, 0);
	assert_int_equal(fx_socket_row(fx, 2).sk->end, END_KILLED);
	r.cookie = 3;
	fx_socket(fx, &r);
	fx_killed(fx, 3, -1);	/* EPERM: it was not */
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 3).sk->end, END_CLOSED);
}

static void test_closed_socket_keeps_its_flow_until_a_new_one_has_the_tuple(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = traffic(fx, WS_ESTABLISHED);
	struct sockrec r = connection(1, 1, 1);

	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.id, 1);
	assert_false(fx_has_flow_row(fx, 1));
	r.cookie = 2;
	fx_socket(fx, &r);
	assert_int_equal(fx_socket_row(fx, 2).flow->rec.id, 1);
	assert_null(fx_socket_row(fx, 1).flow);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 2).flow->rec.id, 1);
}

static void test_closed_socket_does_not_take_a_connection_that_began_later(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);
	struct flowrec f;

	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	fx_pass_time(fx, 100);
	f = traffic(fx, WS_SYN_SENT);
	fx_flow(fx, &f, false);
	assert_null(fx_socket_row(fx, 1).flow);
	assert_true(fx_has_flow_row(fx, 1));
}

static void test_closed_row_that_goes_leaves_its_process_to_its_flow(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = traffic(fx, WS_RESET);
	struct sockrec r = connection(1, 1, 1);

	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &r);
	fx_tick(fx);
	fx_pass_time(fx, KEEP_MS);
	fx_tick(fx);
	assert_string_equal(fx_flow_row(fx, 1).proc->rec.comm, "curl");
}

/* A series of snapshots, each after a tick, has every end once. */
static void test_closed_row_is_there_at_one_tick_however_short_it_is_kept(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);
	struct event host = fx_event(fx, EV_HOST);

	host.host.keep_closed_ns = 1;
	model_apply(fx->m, &host);
	fx_tick(fx);
	fx_socket(fx, &r);
	fx_pass_time(fx, 1);
	fx_socket_gone(fx, &r);
	fx_pass_time(fx, 1000);
	fx_tick(fx);
	assert_int_equal(model_row_count(fx->m), 1);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	fx_pass_time(fx, 1000);
	fx_tick(fx);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_closed_socket_does_not_take_the_holder_of_its_inode_used_again(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);

	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	fx_proc(fx, 9, 1, "other");
	fx_holder(fx, 9, 700, 3, true);
	assert_null(fx_socket_row(fx, 1).proc);
}

static void test_closed_event_of_a_hostile_source_is_refused(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);

	r.proto = SOCKPROTOS;
	fx_socket_gone(fx, &r);
	r.proto = SP_TCP;
	r.dump = DUMPS_MAX;
	fx_socket_gone(fx, &r);
	r.dump = 0;
	r.netns = NETNS_MAX;
	fx_socket_gone(fx, &r);
	r.netns = 0;
	r.cookie = 0;
	fx_socket_gone(fx, &r);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_closed_record_asked_for_amid_a_dump_is_not_swept(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 1, 1);

	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_socket(fx, &r);
	fx->gen--;		/* an answer to a question of before */
	fx_socket(fx, &r);
	fx->gen++;
	fx_dump_ends(fx, 0, true);
	assert_int_equal(model_totals(fx->m)->sockets, 1);
}

/* The same tuple's TIME_WAIT under another cookie. */
static void test_closed_connection_that_no_dump_listed_goes_on_under_another_cookie(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(2);
	struct row row;

	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	fx_pass_time(fx, 20);
	fx_socket(fx, &tw);
	assert_int_equal(model_row_count(fx->m), 1);
	row = fx_socket_row(fx, 2);
	assert_int_equal(row.sk->rec.state, ST_TIME_WAIT);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 100);
	assert_int_equal(row.sk->end, END_NONE);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_life(fx->m, 0)->cookie, 2);
	dump_nothing(fx);
	assert_int_equal(model_row_count(fx->m), 0);
	assert_int_equal(model_totals(fx->m)->sockets + model_totals(fx->m)->closed, 0);
}

static void test_closed_minisocket_listed_before_the_end_of_its_socket_is_the_same_connection(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(2);

	dump_nothing(fx);
	fx_pass_time(fx, 100);
	fx_socket(fx, &tw);
	assert_int_equal(model_life_count(fx->m), 1);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_row_count(fx->m), 1);
	assert_int_equal(fx_socket_row(fx, 2).sk->rec.tcpinfo.bytes_received, 100);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_life(fx->m, 0)->rx_bytes, 100);
}

static void test_closed_connection_whose_tuple_was_used_again_is_not_the_former_ones(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), former = time_wait(2), later = time_wait(3);

	fx_socket(fx, &former);
	fx_dump_ends(fx, 0, true);
	fx_pass_time(fx, 300);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_row_count(fx->m), 1);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.tcpinfo.bytes_received, 100);
	fx_socket(fx, &later);
	assert_int_equal(model_row_count(fx->m), 1);
	assert_int_equal(fx_socket_row(fx, 3).sk->rec.tcpinfo.bytes_received, 100);
}

static void test_closed_connection_of_another_tuple_or_that_was_reset_has_no_minisocket(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(2);
	struct flowrec f = traffic(fx, WS_RESET);

	fx_socket_gone(fx, &r);
	tw.rport = 81;
	fx_socket(fx, &tw);
	assert_int_equal(model_row_count(fx->m), 2);
	fx_flow(fx, &f, false);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_RESET);
	tw = time_wait(3);
	fx_socket(fx, &tw);
	assert_int_equal(model_totals(fx->m)->sockets + model_totals(fx->m)->closed, 3);
}

static void test_closed_connection_is_asked_for_since_it_may_wait(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), udp = fx_sock(SP_UDP, ST_ESTABLISHED, 2);
	struct sockquery q[4];

	udp.raddr = fx_addr("10.0.0.9");
	udp.lport = udp.rport = 53;
	fx_socket(fx, &r);
	fx_socket(fx, &udp);
	fx_socket_gone(fx, &r);
	fx_socket_gone(fx, &udp);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 1);
	assert_int_equal(q[0].lport, 40000);
	assert_int_equal(q[0].rport, 80);
	assert_int_equal(q[0].proto, SP_TCP);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
}

static void test_closed_first_by_us_on_the_wire_is_in_time_wait_at_once(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(1);
	struct flowrec f = traffic(fx, WS_TIME_WAIT);
	struct row row;

	f.closer = 0;		/* 10.0.0.2 */
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &r);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->ended_ns, 0);
	assert_int_equal(row.sk->rec.state, ST_TIME_WAIT);
	assert_true(row.sk->final);
	assert_int_equal(model_totals(fx->m)->by_state[ST_TIME_WAIT], 1);
	dump_nothing(fx);	/* no: the kernel has too many, and made none */
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	fx_socket(fx, &tw);
	dump_nothing(fx);
	assert_int_equal(model_row_count(fx->m), 1);	/* the flow */
	assert_true(fx_has_flow_row(fx, 1));
	assert_int_equal(model_life_count(fx->m), 1);
}

static void test_closed_first_by_the_peer_does_not_wait(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct flowrec f = traffic(fx, WS_TIME_WAIT);

	f.closer = 1;
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
}

static void test_closed_socket_learns_of_the_reset_that_is_told_later(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct flowrec f = traffic(fx, WS_ESTABLISHED);

	fx_flow(fx, &f, false);
	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_CLOSED);
	f.wire_state = WS_RESET;
	fx_flow(fx, &f, false);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_RESET);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_life(fx->m, 0)->end, END_RESET);
}

static void test_closed_by_a_dump_alone_comes_back_whatever_the_wire_says(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct flowrec f = traffic(fx, WS_RESET);

	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	dump_nothing(fx);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_RESET);
	assert_int_equal(model_life_count(fx->m), 1);
	fx_socket(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->ended_ns, 0);
	assert_int_equal(model_life_count(fx->m), 0);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	fx_socket(fx, &r);	/* a record from before its end */
	assert_true(fx_socket_row(fx, 1).sk->ended_ns != 0);
}

static void test_closed_by_our_rst_keeps_counters_that_the_kernel_has_zeroed(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50);
	struct flowrec f = traffic(fx, WS_ESTABLISHED);
	struct row row;

	r.tcpinfo.rtt = 77;
	fx_flow(fx, &f, false);
	fx_socket(fx, &r);
	r.rport = 0;
	r.laddr = fx_addr("0.0.0.0");
	memset(&r.tcpinfo, 0, sizeof(r.tcpinfo));
	fx_socket_gone(fx, &r);
	row = fx_socket_row(fx, 1);
	assert_int_equal(row.sk->end, END_RESET);
	assert_int_equal(row.sk->rec.rport, 80);
	assert_int_equal(row.sk->rec.tcpinfo.rtt, 77);
	assert_int_equal(row.sk->rec.tcpinfo.bytes_received, 250);	/* on the wire */
	assert_int_equal(row.sk->rec.tcpinfo.bytes_acked, 500);
	assert_int_equal(model_life(fx->m, 0)->rx_bytes, 250);
	assert_int_equal(model_life(fx->m, 0)->tx_bytes, 500);
}

static void test_closed_unknown_by_our_rst_finds_its_flow_in_either_order(void **state)
{
	for (int flow_first = 0; flow_first < 2; flow_first++) {
		struct fx *fx = *state;
		struct sockrec r = connection(1, 0, 0);
		struct flowrec f = traffic(fx, WS_RESET);
		struct row row;

		f.tcp_flags[0] = 0x10;
		r.rport = 0;
		r.laddr = fx_addr("0.0.0.0");
		fx_pass_time(fx, 10);
		if (flow_first)
			fx_flow(fx, &f, false);
		fx_socket_gone(fx, &r);
		if (!flow_first) {
			assert_int_equal(model_life(fx->m, 0)->rport, 0);
			fx_flow(fx, &f, false);
		}
		row = fx_socket_row(fx, 1);
		assert_int_equal(row.sk->rec.rport, 80);
		assert_int_equal(row.sk->end, END_RESET);
		assert_non_null(row.flow);
		assert_false(fx_has_flow_row(fx, 1));
		assert_int_equal(model_life_count(fx->m), 1);
		assert_int_equal(model_life(fx->m, 0)->cookie, 1);
		assert_int_equal(model_life(fx->m, 0)->rport, 80);
		assert_int_equal(model_life(fx->m, 0)->end, END_RESET);
		assert_int_equal(model_life(fx->m, 0)->rx_bytes, 250);
		if (!flow_first) {
			fx_teardown(state);
			setup(state);
		}
	}
}

static void test_closed_unknown_by_our_rst_takes_no_flow_of_two_that_fit(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 0, 0);
	struct flowrec f = traffic(fx, WS_RESET), other = traffic(fx, WS_RESET);

	other.id = 2;
	other.key.port[1] = 81;
	fx_flow(fx, &f, false);
	fx_flow(fx, &other, false);
	r.rport = 0;
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.rport, 0);
	assert_int_equal(model_life(fx->m, 0)->rport, 0);
}

static void test_closed_unknown_end_is_logged_where_the_table_is_full(void **state)
{
	struct fx *fx = *state;
	struct sockrec r;

	for (uint32_t i = 0; i < FX_SOCKETS; i++) {
		r = fx_tcp(ST_ESTABLISHED, 1000 + i, (uint16_t)(1 + i), 80);
		fx_socket(fx, &r);
	}
	r = connection(1, 100, 50);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_totals(fx->m)->refused_sockets, 1);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_life(fx->m, 0)->rx_bytes, 100);
}

static void test_closed_namespace_ends_its_living_connections_in_the_log(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1, 100, 50), tw = time_wait(2);

	fx_netns(fx, 3, 77, false);
	r.netns = tw.netns = 3;
	r.dump = tw.dump = dump_index(3, 0);
	tw.lport = 40001;
	fx_socket(fx, &r);
	fx_socket(fx, &tw);
	fx_netns(fx, 3, 77, true);
	assert_int_equal(model_row_count(fx->m), 0);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_life(fx->m, 0)->cookie, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLOSED_TEST(test_closed_socket_stays_with_its_final_counters_and_its_process),
		CLOSED_TEST(test_closed_socket_is_in_no_total_but_its_own),
		CLOSED_TEST(test_closed_row_goes_after_its_time),
		CLOSED_TEST(test_closed_rows_are_not_kept_where_the_host_says_so),
		CLOSED_TEST(test_closed_rows_beyond_the_cap_push_out_the_oldest),
		CLOSED_TEST(test_closed_rows_make_room_for_living_sockets),
		CLOSED_TEST(test_closed_socket_that_no_dump_listed_is_a_row_that_ended),
		CLOSED_TEST(test_closed_unknown_socket_without_a_peer_is_no_row),
		CLOSED_TEST(test_closed_listener_is_kept_and_listens_no_more),
		CLOSED_TEST(test_closed_datagram_socket_keeps_what_its_flows_carried),
		CLOSED_TEST(test_closed_connection_lives_again_in_time_wait_with_all_it_had),
		CLOSED_TEST(test_closed_connection_seen_in_time_wait_before_its_event_is_the_same),
		CLOSED_TEST(test_closed_orphan_in_fin_wait2_lives_again),
		CLOSED_TEST(test_closed_socket_that_a_dump_read_before_its_end_stays_closed),
		CLOSED_TEST(test_closed_by_a_dump_that_does_not_list_it_is_gone_until_an_event_says_how),
		CLOSED_TEST(test_closed_by_a_dump_that_missed_it_lives_again_when_the_next_lists_it),
		CLOSED_TEST(test_closed_ended_sockets_are_never_swept_again),
		CLOSED_TEST(test_closed_says_how_as_the_wire_saw_it),
		CLOSED_TEST(test_closed_by_the_user_is_killed_whichever_is_told_first),
		CLOSED_TEST(test_closed_socket_keeps_its_flow_until_a_new_one_has_the_tuple),
		CLOSED_TEST(test_closed_row_is_there_at_one_tick_however_short_it_is_kept),
		CLOSED_TEST(test_closed_socket_does_not_take_a_connection_that_began_later),
		CLOSED_TEST(test_closed_row_that_goes_leaves_its_process_to_its_flow),
		CLOSED_TEST(test_closed_socket_does_not_take_the_holder_of_its_inode_used_again),
		CLOSED_TEST(test_closed_event_of_a_hostile_source_is_refused),
		CLOSED_TEST(test_closed_record_asked_for_amid_a_dump_is_not_swept),
		CLOSED_TEST(test_closed_connection_that_no_dump_listed_goes_on_under_another_cookie),
		CLOSED_TEST(test_closed_minisocket_listed_before_the_end_of_its_socket_is_the_same_connection),
		CLOSED_TEST(test_closed_connection_whose_tuple_was_used_again_is_not_the_former_ones),
		CLOSED_TEST(test_closed_connection_of_another_tuple_or_that_was_reset_has_no_minisocket),
		CLOSED_TEST(test_closed_connection_is_asked_for_since_it_may_wait),
		CLOSED_TEST(test_closed_first_by_us_on_the_wire_is_in_time_wait_at_once),
		CLOSED_TEST(test_closed_first_by_the_peer_does_not_wait),
		CLOSED_TEST(test_closed_socket_learns_of_the_reset_that_is_told_later),
		CLOSED_TEST(test_closed_by_a_dump_alone_comes_back_whatever_the_wire_says),
		CLOSED_TEST(test_closed_by_our_rst_keeps_counters_that_the_kernel_has_zeroed),
		CLOSED_TEST(test_closed_unknown_by_our_rst_finds_its_flow_in_either_order),
		CLOSED_TEST(test_closed_unknown_by_our_rst_takes_no_flow_of_two_that_fit),
		CLOSED_TEST(test_closed_unknown_end_is_logged_where_the_table_is_full),
		CLOSED_TEST(test_closed_namespace_ends_its_living_connections_in_the_log),
	};

	return cmocka_run_group_tests_name("closed", tests, NULL, NULL);
}
