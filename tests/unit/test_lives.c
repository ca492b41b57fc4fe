/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of lives: what is entered, once, and what is corrected later. */
#include "model_fixture.h"

#include "model/lifelog.h"

/* The first look at the kernel's tables is over: what appears from now on is new. */
static int setup(void **state)
{
	struct fx *fx;

	fx_setup(state);
	fx = *state;
	fx_keep_closed(fx, 5000);
	fx_dump_ends(fx, 0, true);
	fx_dump_ends(fx, 2, true);
	fx_pass_time(fx, 1000);
	return 0;
}

#define LIVES_TEST(f) cmocka_unit_test_setup_teardown(f, setup, fx_teardown)

static struct sockrec connection(uint64_t cookie)
{
	struct sockrec r = fx_tcp(ST_ESTABLISHED, cookie, 40000, 80);

	r.has |= HAS_UID;
	r.uid = 33;
	r.inode = 700;
	r.tcpinfo_len = sizeof(r.tcpinfo);
	return r;
}

static void final_counters(struct sockrec *r)
{
	r->tcpinfo.bytes_received = 300;
	r->tcpinfo.bytes_acked = 1002;		/* SYN and FIN count */
	r->tcpinfo.bytes_sent = 1200;
	r->tcpinfo.bytes_retrans = 200;
	r->tcpinfo.total_retrans = 2;
}

static const struct life *newest(const struct fx *fx)
{
	const struct life *l = model_life(fx->m, 0);

	assert_non_null(l);
	return l;
}

static void test_lives_connection_is_told_when_it_opens_and_when_it_ends(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	const struct life *l;

	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	fx_socket(fx, &r);
	l = newest(fx);
	assert_string_equal(life_word(l), "opened");
	assert_int_equal(l->cookie, 1);
	assert_int_equal(l->pid, 9);
	assert_string_equal(l->comm, "curl");
	assert_int_equal(l->rport, 80);
	assert_false(l->incoming);
	fx_pass_time(fx, 1500);
	final_counters(&r);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	l = newest(fx);
	assert_string_equal(life_word(l), "closed");
	assert_int_equal(l->time_ns, fx->now_ns);
	assert_int_equal(l->age_ns, 1500 * NSEC_PER_MSEC);
	assert_int_equal(l->rx_bytes, 300);
	assert_int_equal(l->tx_bytes, 1000);
	assert_int_equal(l->retrans, 2);
	assert_int_equal(l->uid, 33);
	assert_string_equal(l->comm, "curl");
}

static void test_lives_of_before_the_first_look_are_not_news_and_have_no_age(void **state)
{
	struct fx *fx;
	struct sockrec r = connection(1), tw = fx_tcp(ST_TIME_WAIT, 2, 40001, 80);

	fx_setup(state);
	fx = *state;
	fx_socket(fx, &r);
	fx_socket(fx, &tw);
	fx_dump_ends(fx, 0, true);
	fx_socket(fx, &r);
	fx_socket(fx, &tw);
	assert_int_equal(model_life_count(fx->m), 0);
	fx_pass_time(fx, 1000);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->age_ns, 0);
}

static void test_lives_shorter_than_a_refresh_have_one_entry(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.opener_certain = true;
	f.wire_state = WS_TIME_WAIT;
	fx_flow(fx, &f, false);
	fx_pass_time(fx, 50);
	final_counters(&r);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->age_ns, 50 * NSEC_PER_MSEC);
	assert_int_equal(newest(fx)->tx_bytes, 1000);
	assert_int_equal(newest(fx)->uid, UINT32_MAX);
}

static void test_lives_end_that_is_told_three_times_is_one_entry(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1), tw = fx_tcp(ST_TIME_WAIT, 1, 40000, 80);

	fx_socket(fx, &r);
	final_counters(&r);
	fx_socket_gone(fx, &r);
	fx_socket(fx, &tw);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);	/* the minisocket's own end */
	fx_socket_gone(fx, &r);		/* and once more, of a socket that is no row any more */
	assert_int_equal(model_row_count(fx->m), 0);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_int_equal(newest(fx)->kind, LIFE_ENDED);
}

static void test_lives_connection_first_seen_in_time_wait_ended(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1), tw = fx_tcp(ST_TIME_WAIT, 1, 40000, 80);

	fx_socket(fx, &tw);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_string_equal(life_word(newest(fx)), "closed");
	assert_true(newest(fx)->rx_bytes == MODEL_RATE_UNKNOWN);
	final_counters(&r);
	fx_socket_gone(fx, &r);		/* the dump was faster than the event */
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->rx_bytes, 300);
}

static void test_lives_event_right_after_the_sweep_corrects_the_row_and_the_entry(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);

	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_string_equal(life_word(newest(fx)), "gone");
	final_counters(&r);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "closed");
	assert_int_equal(newest(fx)->tx_bytes, 1000);
}

static void test_lives_event_after_the_sweep_corrects_the_entry(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);

	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_string_equal(life_word(newest(fx)), "gone");
	fx_tick(fx);
	fx_pass_time(fx, 6000);
	fx_tick(fx);
	assert_int_equal(model_row_count(fx->m), 0);
	final_counters(&r);
	fx_socket_gone(fx, &r);		/* its process closed it only now */
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "closed");
	assert_int_equal(newest(fx)->rx_bytes, 300);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_lives_socket_that_a_dump_missed_has_no_end_in_the_log(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	uint64_t version;

	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_VANISHED);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "gone");
	version = model_lives_version(fx->m);
	fx_socket(fx, &r);		/* the next one lists it */
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(model_lives_total(fx->m), 1);
	assert_true(model_lives_version(fx->m) > version);
	fx_pass_time(fx, 100);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "closed");
}

/* The ends of connections that no dump has listed are told late, those of flows with the packet's time. */
static void test_lives_are_in_the_order_of_their_times(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 50000, "10.0.0.9", 81);

	f.wire_state = WS_REFUSED;
	f.opener_certain = true;
	fx_pass_time(fx, 5);
	f.last_ns = fx->now_ns;
	fx_pass_time(fx, 5);
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	assert_string_equal(life_word(model_life(fx->m, 0)), "opened");
	assert_string_equal(life_word(model_life(fx->m, 1)), "refused");
	assert_int_equal(model_life(fx->m, 1)->time_ns, f.last_ns);
	assert_int_equal(model_life(fx->m, 1)->age_ns, 5 * NSEC_PER_MSEC);
	for (uint32_t i = 1; i < model_life_count(fx->m); i++)
		assert_true(model_life(fx->m, i)->time_ns <= model_life(fx->m, i - 1)->time_ns);
}

static void test_lives_beginning_has_the_time_of_its_syn(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.opener_certain = true;
	f.wire_state = WS_ESTABLISHED;
	fx_flow(fx, &f, false);
	fx_pass_time(fx, 700);
	fx_socket(fx, &r);
	assert_int_equal(newest(fx)->time_ns, f.first_ns);
	fx_pass_time(fx, 300);
	fx_socket_gone(fx, &r);
	assert_int_equal(newest(fx)->age_ns, 1000 * NSEC_PER_MSEC);
}

static void test_lives_flow_that_comes_after_the_end_tells_its_age(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.9", 80, "10.0.0.2", 40000);

	f.opener_certain = true;
	f.wire_state = WS_CLOSING;
	fx_pass_time(fx, 40);
	fx_socket_gone(fx, &r);
	assert_int_equal(newest(fx)->age_ns, 0);
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->age_ns, 40 * NSEC_PER_MSEC);
	assert_true(newest(fx)->incoming);
	assert_int_equal(fx_socket_row(fx, 1).sk->first_ns, f.first_ns);
}

static void test_lives_reset_is_told_when_it_is_seen_and_once(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = WS_ESTABLISHED;
	f.opener_certain = true;
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	fx_pass_time(fx, 100);
	f.wire_state = WS_RESET;
	f.last_ns = fx->now_ns;
	fx_pass_time(fx, 8);
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "reset");
	assert_int_equal(newest(fx)->time_ns, f.last_ns);
	assert_int_equal(newest(fx)->age_ns, 100 * NSEC_PER_MSEC);
	fx_pass_time(fx, 60000);	/* its process closes it only now */
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "reset");
}

static void test_lives_rst_that_the_kernel_did_not_heed_is_taken_back(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = WS_RESET;
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 2);
	fx_socket(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_string_equal(life_word(newest(fx)), "opened");
}

static void test_lives_reset_of_a_flow_without_a_socket_becomes_its_sockets(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = WS_RESET;
	f.tcp_flags[0] = 0x10;
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_string_equal(life_word(newest(fx)), "reset");
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->cookie, 1);
}

/* Within this host both ends are told, each as its socket was. */
static void test_lives_reset_connection_is_reset_at_both_ends(void **state)
{
	struct fx *fx = *state;
	struct sockrec near = connection(1), far = connection(2);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.2", 80);

	near.raddr = far.raddr = fx_addr("10.0.0.2");
	far.lport = 80;
	far.rport = 40000;
	f.wire_state = WS_ESTABLISHED;
	fx_socket(fx, &near);
	fx_socket(fx, &far);
	fx_flow(fx, &f, false);
	fx_socket_gone(fx, &near);
	assert_string_equal(life_word(newest(fx)), "closed");
	fx_pass_time(fx, 10);
	f.wire_state = WS_RESET;
	f.last_ns = fx->now_ns;
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 4);
	for (uint32_t i = 0; i < 2; i++)
		assert_string_equal(life_word(model_life(fx->m, i)), "reset");
	fx_socket_gone(fx, &far);
	assert_int_equal(model_life_count(fx->m), 4);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_RESET);
	assert_int_equal(fx_socket_row(fx, 2).sk->end, END_RESET);
}

static void test_lives_half_open_attempt_that_is_reset_is_no_connection(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.9", 5000, "10.0.0.2", 80);

	f.wire_state = WS_RESET;
	f.tcp_flags[f.opener] = 0x02 | 0x04;
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 0);
}

static void test_lives_say_how_as_the_row_does(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = WS_RESET;
	fx_flow(fx, &f, false);
	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	assert_string_equal(life_word(newest(fx)), "reset");
	r = connection(2);
	r.lport = 40002;
	fx_socket(fx, &r);
	fx_socket_gone(fx, &r);
	fx_killed(fx, 2, 0);
	assert_string_equal(life_word(newest(fx)), "killed");
}

static void test_lives_request_becomes_a_connection_when_it_is_accepted(void **state)
{
	struct fx *fx = *state;
	struct sockrec listener = fx_receiver(SP_TCP, 5, "0.0.0.0", 80), r = fx_tcp(ST_SYN_RECV, 1, 80, 5000);

	listener.inode = 800;
	fx_proc(fx, 9, 1, "nginx");
	fx_holder(fx, 9, 800, 3, true);
	fx_socket(fx, &listener);
	assert_string_equal(life_word(newest(fx)), "listening");
	fx_socket(fx, &r);
	assert_int_equal(model_life_count(fx->m), 1);
	r.state = ST_ESTABLISHED;
	fx_socket(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "opened");
	assert_true(newest(fx)->incoming);
	assert_true(newest(fx)->by_listener);
	assert_string_equal(newest(fx)->comm, "nginx");
	r.state = ST_CLOSE_WAIT;
	fx_socket(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
}

static void test_lives_entry_gets_its_process_when_that_is_found(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = connection(1);

	fx_socket(fx, &r);
	assert_int_equal(newest(fx)->pid, 0);
	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	assert_int_equal(newest(fx)->pid, 9);
	assert_string_equal(newest(fx)->comm, "curl");
	assert_false(newest(fx)->by_listener);
}

static void test_lives_refused_attempt_without_a_socket_is_told_from_our_end(void **state)
{
	struct fx *fx = *state;
	struct flowrec out = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 81);
	struct flowrec in = fx_flowrec(fx, 2, 6, "10.0.0.9", 5000, "10.0.0.2", 82);
	struct flowrec through = fx_flowrec(fx, 3, 6, "10.0.0.9", 5000, "10.0.0.7", 82);
	const struct life *l;

	out.wire_state = in.wire_state = through.wire_state = WS_REFUSED;
	fx_flow(fx, &out, false);
	fx_flow(fx, &out, false);
	assert_int_equal(model_life_count(fx->m), 1);
	l = newest(fx);
	assert_string_equal(life_word(l), "refused");
	assert_int_equal(l->lport, 40000);
	assert_int_equal(l->rport, 81);
	assert_false(l->incoming);
	in.wire_state = WS_SYN_SENT;
	fx_flow(fx, &in, false);
	in.wire_state = WS_REFUSED;
	fx_flow(fx, &in, false);
	assert_int_equal(newest(fx)->lport, 82);
	assert_true(newest(fx)->incoming);
	fx_flow(fx, &through, false);
	assert_int_equal(model_life_count(fx->m), 2);
}

static void test_lives_refused_attempt_with_a_socket_is_told_at_its_end(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_SYN_SENT, 1, 40000, 81);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 81);

	fx_socket(fx, &r);
	f.wire_state = WS_REFUSED;
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 1);
	fx_socket_gone(fx, &r);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "refused");
}

static void test_lives_of_datagram_sockets_are_told_at_their_end_where_connected(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_receiver(SP_UDP, 1, "0.0.0.0", 53), c = fx_sock(SP_UDP, ST_ESTABLISHED, 2);
	struct flowrec f = fx_flowrec(fx, 1, 17, "10.0.0.2", 5353, "10.0.0.9", 53);

	c.laddr = fx_addr("10.0.0.2");
	c.raddr = fx_addr("10.0.0.9");
	c.lport = 5353;
	c.rport = 53;
	fx_carried(&f, 200, 600);
	fx_socket(fx, &r);
	fx_socket(fx, &c);
	fx_flow(fx, &f, false);
	assert_int_equal(model_life_count(fx->m), 0);
	fx_socket_gone(fx, &r);
	fx_socket_gone(fx, &c);
	assert_int_equal(model_life_count(fx->m), 1);
	assert_int_equal(newest(fx)->cookie, 2);
	assert_int_equal(newest(fx)->tx_bytes, 100);	/* payload, from the wire */
	assert_int_equal(newest(fx)->rx_bytes, 300);
}

static void test_lives_of_other_families_do_not_flood_the_log(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_sock(SP_UNIX_STREAM, ST_ESTABLISHED, 1);

	r.family = AF_UNIX;
	fx_socket(fx, &r);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(fx_socket_row(fx, 1).sk->end, END_VANISHED);
	assert_int_equal(model_life_count(fx->m), 0);
}

static void test_lives_lost_events_are_counted_over_all_namespaces(void **state)
{
	struct fx *fx = *state;

	assert_false(model_totals(fx->m)->events);
	fx_lost(fx, 0, 0);
	assert_true(model_totals(fx->m)->events);
	assert_int_equal(model_life_count(fx->m), 0);
	fx_lost(fx, 0, 2);
	fx_lost(fx, 3, 1);
	fx_lost(fx, 0, 2);
	assert_int_equal(model_totals(fx->m)->lost_events, 3);
	assert_int_equal(model_life_count(fx->m), 2);
	assert_string_equal(life_word(newest(fx)), "lost");
	assert_int_equal(newest(fx)->lost, 3);
	fx_lost(fx, NETNS_MAX, 9);
	assert_int_equal(model_totals(fx->m)->lost_events, 3);
}

static void test_lives_log_keeps_the_newest_and_forgets_pushed_out_cookies(void **state)
{
	struct lifelog l;
	struct life entry = { .kind = LIFE_ENDED };

	(void)state;
	lifelog_init(&l, 7);
	assert_null(lifelog_end_of(&l, 1));
	assert_null(lifelog_at(&l, 0));
	for (uint64_t cookie = 1; cookie <= 3 * MODEL_LIVES; cookie++) {
		entry.cookie = entry.time_ns = cookie;
		lifelog_add(&l, &entry);
	}
	assert_int_equal(lifelog_count(&l), MODEL_LIVES);
	assert_int_equal(l.total, 3 * MODEL_LIVES);
	assert_null(lifelog_end_of(&l, 2 * MODEL_LIVES));
	assert_int_equal(lifelog_end_of(&l, 2 * MODEL_LIVES + 1)->cookie, 2 * MODEL_LIVES + 1);
	assert_int_equal(lifelog_at(&l, 0)->cookie, 3 * MODEL_LIVES);
	assert_int_equal(lifelog_at(&l, MODEL_LIVES - 1)->cookie, 2 * MODEL_LIVES + 1);
	assert_null(lifelog_at(&l, MODEL_LIVES));
	assert_null(lifelog_began(&l, 3 * MODEL_LIVES));
	assert_int_equal(l.by_cookie.count, MODEL_LIVES);
	lifelog_fini(&l);
}

/* Against an array that is sorted anew each time. */
static void test_lives_log_stays_in_order_through_late_entries_and_those_taken_back(void **state)
{
	struct lifelog l;
	uint32_t random = 1, entered = 0;

	(void)state;
	lifelog_init(&l, 7);
	for (uint32_t i = 1; i <= 4 * MODEL_LIVES; i++) {
		struct life entry = { .kind = LIFE_ENDED, .cookie = i };

		random = random * 1103515245 + 12345;
		entry.time_ns = 1000 + i - (random >> 16) % 50;
		lifelog_add(&l, &entry);
		entered++;
		if (i % 5 == 0) {
			const struct life *former = lifelog_end_of(&l, i - (random >> 20) % 5);

			assert_non_null(former);
			entry = *former;
			lifelog_take_back(&l, former);
			assert_null(lifelog_end_of(&l, entry.cookie));
			entered--;
		}
	}
	assert_int_equal(l.total, entered);
	assert_true(lifelog_count(&l) >= MODEL_LIVES - 1);
	for (uint32_t i = 1; i < lifelog_count(&l); i++)
		assert_true(lifelog_at(&l, i)->time_ns <= lifelog_at(&l, i - 1)->time_ns);
	assert_int_equal(l.by_cookie.count, lifelog_count(&l));
	lifelog_fini(&l);
}

static void test_lives_words_are_there_for_all(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < LIFEKINDS; kind++)
		for (unsigned end = 0; end < ENDREASONS; end++) {
			struct life l = { .kind = (uint8_t)kind, .end = (uint8_t)end };

			assert_non_null(life_word(&l));
		}
	assert_null(endreason_name(END_NONE));
	for (unsigned end = END_NONE + 1; end < ENDREASONS; end++)
		assert_non_null(endreason_name((enum endreason)end));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(test_lives_connection_is_told_when_it_opens_and_when_it_ends),
		cmocka_unit_test_teardown(test_lives_of_before_the_first_look_are_not_news_and_have_no_age,
					  fx_teardown),
		LIVES_TEST(test_lives_shorter_than_a_refresh_have_one_entry),
		LIVES_TEST(test_lives_end_that_is_told_three_times_is_one_entry),
		LIVES_TEST(test_lives_connection_first_seen_in_time_wait_ended),
		LIVES_TEST(test_lives_event_right_after_the_sweep_corrects_the_row_and_the_entry),
		LIVES_TEST(test_lives_event_after_the_sweep_corrects_the_entry),
		LIVES_TEST(test_lives_socket_that_a_dump_missed_has_no_end_in_the_log),
		LIVES_TEST(test_lives_are_in_the_order_of_their_times),
		LIVES_TEST(test_lives_beginning_has_the_time_of_its_syn),
		LIVES_TEST(test_lives_flow_that_comes_after_the_end_tells_its_age),
		LIVES_TEST(test_lives_reset_is_told_when_it_is_seen_and_once),
		LIVES_TEST(test_lives_rst_that_the_kernel_did_not_heed_is_taken_back),
		LIVES_TEST(test_lives_reset_of_a_flow_without_a_socket_becomes_its_sockets),
		LIVES_TEST(test_lives_reset_connection_is_reset_at_both_ends),
		LIVES_TEST(test_lives_half_open_attempt_that_is_reset_is_no_connection),
		LIVES_TEST(test_lives_say_how_as_the_row_does),
		LIVES_TEST(test_lives_request_becomes_a_connection_when_it_is_accepted),
		LIVES_TEST(test_lives_entry_gets_its_process_when_that_is_found),
		LIVES_TEST(test_lives_refused_attempt_without_a_socket_is_told_from_our_end),
		LIVES_TEST(test_lives_refused_attempt_with_a_socket_is_told_at_its_end),
		LIVES_TEST(test_lives_of_datagram_sockets_are_told_at_their_end_where_connected),
		LIVES_TEST(test_lives_of_other_families_do_not_flood_the_log),
		LIVES_TEST(test_lives_lost_events_are_counted_over_all_namespaces),
		cmocka_unit_test(test_lives_log_keeps_the_newest_and_forgets_pushed_out_cookies),
		cmocka_unit_test(test_lives_log_stays_in_order_through_late_entries_and_those_taken_back),
		cmocka_unit_test(test_lives_words_are_there_for_all),
	};

	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
