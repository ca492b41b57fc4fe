/* SPDX-License-Identifier: GPL-2.0-or-later */
/* join: which socket a flow is on or is served by, in whatever order they come. */
#include "model_fixture.h"

enum { TCP = 6, UDP = 17 };

static const char us[] = "10.0.0.2", peer[] = "10.0.0.9";

/* A flow that the peer opened to us, with 1000 bytes from it and 3000 back. */
static struct flowrec flow_to(struct fx *fx, uint32_t id, uint8_t proto, const char *src, uint16_t sport,
			      const char *dst, uint16_t dport)
{
	struct flowrec f = fx_flowrec(fx, id, proto, src, sport, dst, dport);

	fx_carried(&f, 1000, 3000);
	fx_flow(fx, &f, false);
	return f;
}

static void listener(struct fx *fx, uint64_t cookie, enum sockproto proto, const char *laddr, uint16_t port)
{
	struct sockrec r = fx_receiver(proto, cookie, laddr, port);

	fx_socket(fx, &r);
	fx_dump_ends(fx, 60, true);	/* a dump of nothing: flows look again */
}

static void assert_on_row(const struct fx *fx, uint64_t cookie, uint32_t id)
{
	struct row r = fx_socket_row(fx, cookie);

	assert_non_null(r.flow);
	assert_int_equal(r.sk->flow, id);
	assert_int_equal(r.flow->rec.id, id);
	assert_false(fx_has_flow_row(fx, id));
}

static void assert_owned_by(const struct fx *fx, uint32_t id, uint64_t cookie)
{
	struct row r = fx_flow_row(fx, id);

	assert_non_null(r.owner);
	assert_int_equal(r.owner->rec.cookie, cookie);
}

static void test_join_flow_before_socket_and_socket_before_flow_are_the_same(void **state)
{
	struct fx *fx = *state;
	struct sockrec first = fx_tcp(ST_ESTABLISHED, 1, 5432, 40001);
	struct sockrec second = fx_tcp(ST_ESTABLISHED, 2, 5432, 40002);

	flow_to(fx, 0, TCP, peer, 40001, us, 5432);
	assert_true(fx_has_flow_row(fx, 0));
	fx_socket(fx, &first);
	assert_on_row(fx, 1, 0);
	fx_socket(fx, &second);
	assert_null(fx_socket_row(fx, 2).flow);
	flow_to(fx, 1, TCP, us, 5432, peer, 40002);
	assert_on_row(fx, 2, 1);
}

static void test_join_local_end_is_the_sockets_whoever_opened(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 5432, 40001);
	struct row r;

	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, peer, 40001, us, 5432);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.flow->rec.dir[r.local].bytes, 3000);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 1000);
	assert_int_equal(r.flow->rec.key.port[r.local], 5432);
}

static void test_join_local_connection_is_one_flow_on_two_rows_counted_once(void **state)
{
	struct fx *fx = *state;
	struct sockrec client = fx_tcp(ST_ESTABLISHED, 1, 42110, 6379), server;
	struct flowrec f;
	struct row c, s;

	client.laddr = client.raddr = fx_addr("127.0.0.1");
	server = client;
	server.cookie = 2;
	server.lport = client.rport;
	server.rport = client.lport;
	fx_capture(fx);
	fx_socket(fx, &client);
	fx_socket(fx, &server);
	f = fx_flowrec(fx, 0, TCP, "127.0.0.1", 42110, "127.0.0.1", 6379);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
	fx_carried(&f, 700, 5000);
	fx_flow(fx, &f, false);
	fx_tick(fx);
	c = fx_socket_row(fx, 1);
	s = fx_socket_row(fx, 2);
	assert_ptr_equal(c.flow, s.flow);
	assert_int_not_equal(c.local, s.local);
	assert_false(fx_has_flow_row(fx, 0));
	assert_int_equal(model_totals(fx->m)->flows, 1);
	assert_int_equal(model_totals(fx->m)->flows_without_socket, 0);
	/* what one end of this host sends the other receives: both directions, each once */
	assert_int_equal(model_totals(fx->m)->tx_bps, 5700);
	assert_int_equal(model_totals(fx->m)->rx_bps, 5700);
}

static void test_join_socket_with_equal_ends_is_one_row(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 5000, 5000);

	s.laddr = s.raddr = fx_addr("127.0.0.1");	/* a simultaneous open with itself */
	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, "127.0.0.1", 5000, "127.0.0.1", 5000);
	assert_on_row(fx, 1, 0);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_true(fx_has_flow_row(fx, 0));
}

static void test_join_v4_mapped_socket_matches_its_ipv4_packets(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 8080, 33112);
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 0, 0, 2 };

	s.family = AF_INET6;
	s.dump = 1;
	s.laddr = addr_from_v6(mapped);
	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, peer, 33112, us, 8080);
	assert_on_row(fx, 1, 0);
}

static void test_join_tuple_that_changes_is_matched_anew(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_receiver(SP_UDP, 1, us, 5000);

	fx_socket(fx, &s);
	flow_to(fx, 0, UDP, us, 5000, peer, 53);
	flow_to(fx, 1, UDP, us, 5000, peer, 54);
	assert_owned_by(fx, 0, 1);
	s.state = ST_ESTABLISHED;		/* connect() */
	s.raddr = fx_addr(peer);
	s.rport = 53;
	fx_socket(fx, &s);
	assert_on_row(fx, 1, 0);
	assert_null(fx_flow_row(fx, 1).owner);
	s.rport = 54;				/* and again, elsewhere */
	fx_socket(fx, &s);
	assert_on_row(fx, 1, 1);
	assert_true(fx_has_flow_row(fx, 0));
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
}

static void test_join_wildcard_datagram_socket_serves_its_peers_and_carries_their_sum(void **state)
{
	struct fx *fx = *state;
	struct flowrec f;
	struct row r;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	assert_null(fx_socket_row(fx, 1).flow);
	for (uint32_t id = 0; id < 3; id++)
		f = flow_to(fx, id, UDP, peer, (uint16_t)(40000 + id), us, 53);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.sk->served, 3);
	assert_non_null(r.flow);
	assert_int_equal(r.flow->rec.dir[r.local].bytes, 9000);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 3000);
	fx_carried(&f, 1500, 3000);
	fx_flow(fx, &f, false);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 3500);
	fx_flow(fx, &f, true);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.sk->served, 2);
	assert_int_equal(r.flow->rec.dir[!r.local].bytes, 3500);	/* carried is carried */
	assert_owned_by(fx, 0, 1);
	assert_owned_by(fx, 1, 1);
}

/* A connected datagram socket 10.0.0.2:53 to the peer's port 40000. */
static struct sockrec child_of(uint64_t cookie)
{
	struct sockrec s = fx_tcp(ST_ESTABLISHED, cookie, 53, 40000);

	s.proto = SP_UDP;
	s.dump = 3;		/* of its own: a test ends it alone */
	return s;
}

static uint64_t received(const struct fx *fx, uint64_t cookie)
{
	struct row r = fx_socket_row(fx, cookie);

	return r.flow ? r.flow->rec.dir[!r.local].bytes : 0;
}

static void grow(struct fx *fx, struct flowrec *f, uint64_t sent)
{
	f->last_ns = fx->now_ns;
	fx_carried(f, sent, 0);
	fx_flow(fx, f, false);
}

static void test_join_sum_leaves_out_what_a_connected_child_carried(void **state)
{
	struct fx *fx = *state;
	struct sockrec child = child_of(2);
	struct flowrec f = fx_flowrec(fx, 0, UDP, peer, 40000, us, 53);

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	grow(fx, &f, 1000);
	fx_socket(fx, &child);
	assert_on_row(fx, 2, 0);
	grow(fx, &f, 9000);
	assert_int_equal(received(fx, 1), 1000);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 3, true);
	assert_owned_by(fx, 0, 1);
	assert_int_equal(received(fx, 1), 1000);
	grow(fx, &f, 9500);
	assert_int_equal(received(fx, 1), 1500);
}

static void test_join_restarted_servers_sum_starts_at_nothing(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, UDP, peer, 40000, us, 53);
	struct row r;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	grow(fx, &f, 9000);
	assert_int_equal(received(fx, 1), 9000);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 2, true);
	grow(fx, &f, 9200);
	listener(fx, 2, SP_UDP, "0.0.0.0", 53);
	assert_owned_by(fx, 0, 2);
	assert_null(fx_socket_row(fx, 2).flow);		/* it has had no traffic */
	fx_pass_time(fx, 1000);
	grow(fx, &f, 9700);
	assert_int_equal(received(fx, 2), 500);
	r = fx_socket_row(fx, 2);
	assert_int_equal(r.flow->rec.first_ns, fx->now_ns);
}

/* Whichever end is looked at first: what a socket has at one end takes nothing from the other's. */
static void test_join_socket_at_one_end_leaves_the_other_ends_sum_whole(void **state)
{
	struct fx *fx = *state;
	struct sockrec client = fx_sock(SP_UDP, ST_ESTABLISHED, 1);

	client.laddr = client.raddr = fx_addr("127.0.0.1");
	for (uint16_t i = 0; i < 2; i++) {
		client.cookie = 1 + i;
		client.lport = i ? 50 : 60;
		client.rport = 53;
		fx_socket(fx, &client);
		flow_to(fx, i, UDP, "127.0.0.1", client.lport, "127.0.0.1", 53);
	}
	listener(fx, 3, SP_UDP, "127.0.0.1", 53);
	assert_int_equal(received(fx, 3), 2000);
}

static void test_join_exact_address_beats_the_wildcard_in_any_order(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	listener(fx, 2, SP_UDP, us, 53);
	flow_to(fx, 0, UDP, peer, 40000, us, 53);
	assert_owned_by(fx, 0, 2);
	flow_to(fx, 1, UDP, peer, 40000, us, 54);
	listener(fx, 4, SP_UDP, us, 54);
	listener(fx, 3, SP_UDP, "0.0.0.0", 54);
	assert_owned_by(fx, 1, 4);
}

static void test_join_served_flow_moves_to_the_better_receiver_that_comes_later(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, UDP, peer, 40000, us, 53);

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	grow(fx, &f, 1000);
	flow_to(fx, 1, TCP, peer, 40000, us, 80);
	listener(fx, 2, SP_UDP, us, 53);
	assert_owned_by(fx, 0, 2);
	grow(fx, &f, 1700);
	assert_int_equal(received(fx, 1), 1000);
	assert_int_equal(received(fx, 2), 700);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
	listener(fx, 3, SP_TCP, "0.0.0.0", 80);
	assert_owned_by(fx, 1, 3);
	listener(fx, 4, SP_TCP, us, 80);
	assert_owned_by(fx, 1, 4);
}

static void test_join_served_flow_stays_where_it_is_among_equals(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 54);
	listener(fx, 2, SP_UDP, "0.0.0.0", 53);
	flow_to(fx, 0, UDP, peer, 40000, us, 53);
	fx_dump_begins(fx);
	listener(fx, 2, SP_UDP, "0.0.0.0", 53);
	fx_dump_ends(fx, 2, true);		/* the first's slot is free */
	listener(fx, 3, SP_UDP, "0.0.0.0", 53);
	assert_owned_by(fx, 0, 2);
}

static void test_join_connected_socket_beats_both(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 3, 53, 40000);

	s.proto = SP_UDP;
	s.dump = 2;
	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	flow_to(fx, 0, UDP, peer, 40000, us, 53);
	fx_socket(fx, &s);
	assert_on_row(fx, 3, 0);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
}

static void test_join_dual_stack_wildcard_takes_ipv4_unless_v6only(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_receiver(SP_UDP, 1, "::", 53), only = fx_receiver(SP_UDP, 2, "::", 54);

	s.has |= HAS_V6ONLY;
	only.has |= HAS_V6ONLY;
	only.v6only = true;
	fx_socket(fx, &s);
	fx_socket(fx, &only);
	flow_to(fx, 0, UDP, peer, 40000, us, 53);
	flow_to(fx, 1, UDP, peer, 40000, us, 54);
	flow_to(fx, 2, UDP, "2001:db8::9", 40000, "2001:db8::2", 54);
	assert_owned_by(fx, 0, 1);
	assert_null(fx_flow_row(fx, 1).owner);
	assert_owned_by(fx, 2, 2);
}

static void test_join_ipv4_wildcard_never_takes_ipv6(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	flow_to(fx, 0, UDP, "2001:db8::9", 40000, "2001:db8::2", 53);
	assert_null(fx_flow_row(fx, 0).owner);
}

static void test_join_wildcard_does_not_take_what_is_for_others(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	flow_to(fx, 0, UDP, "10.0.3.4", 40000, "192.0.2.53", 53);
	assert_null(fx_flow_row(fx, 0).owner);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
}

static void test_join_multicast_goes_to_who_bound_its_port(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 5353);
	flow_to(fx, 0, UDP, peer, 5353, "224.0.0.251", 5353);
	flow_to(fx, 1, UDP, peer, 5353, "10.0.0.255", 5353);
	assert_owned_by(fx, 0, 1);
	assert_owned_by(fx, 1, 1);
}

static void test_join_listener_owns_a_half_open_flow_until_its_socket_comes(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 2, 80, 40000);
	struct row r;

	listener(fx, 1, SP_TCP, "0.0.0.0", 80);
	flow_to(fx, 0, TCP, peer, 40000, us, 80);
	assert_owned_by(fx, 0, 1);
	r = fx_socket_row(fx, 1);
	assert_int_equal(r.sk->served, 1);
	assert_null(r.flow);		/* a listener has no traffic of its own */
	fx_socket(fx, &s);
	assert_on_row(fx, 2, 0);
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
}

static void test_join_bound_tcp_socket_that_does_not_listen_owns_nothing(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_receiver(SP_TCP, 1, "0.0.0.0", 80);

	s.state = ST_CLOSE;
	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, peer, 40000, us, 80);
	assert_null(fx_flow_row(fx, 0).owner);
}

static void own(struct fx *fx, uint32_t pid, const char *comm, uint32_t inode)
{
	fx_proc(fx, pid, 1, comm);
	fx_holder(fx, pid, inode, 3, true);
}

static void test_join_flow_of_a_closed_socket_keeps_its_process(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40000, 443);
	struct row r;

	s.inode = 501;
	own(fx, 100, "curl", 501);
	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, us, 40000, peer, 443);
	fx_proc_gone(fx, 100, 1);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	r = fx_flow_row(fx, 0);
	assert_non_null(r.proc);
	assert_string_equal(r.proc->rec.comm, "curl");
}

static void test_join_flow_of_a_closed_server_connection_is_not_its_listeners(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 2, 80, 40000);
	struct row r;

	s.inode = 502;
	own(fx, 880, "worker", 502);
	listener(fx, 1, SP_TCP, "0.0.0.0", 80);
	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, peer, 40000, us, 80);
	fx_dump_begins(fx);
	s = fx_receiver(SP_TCP, 1, "0.0.0.0", 80);
	fx_socket(fx, &s);
	fx_dump_ends(fx, 0, true);
	r = fx_flow_row(fx, 0);
	assert_null(r.owner);
	assert_string_equal(r.proc->rec.comm, "worker");
	assert_int_equal(fx_socket_row(fx, 1).sk->served, 0);
}

static void test_join_flow_of_a_closed_unconnected_socket_keeps_its_process(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_receiver(SP_UDP, 1, "0.0.0.0", 40000);
	struct row r;

	s.inode = 501;
	own(fx, 100, "dig", 501);
	fx_socket(fx, &s);
	flow_to(fx, 0, UDP, us, 40000, peer, 53);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 2, true);
	r = fx_flow_row(fx, 0);
	assert_null(r.owner);
	assert_non_null(r.proc);
	assert_string_equal(r.proc->rec.comm, "dig");
}

static void test_join_new_connection_with_the_tuple_of_a_time_wait_takes_the_flow(void **state)
{
	struct fx *fx = *state;
	struct sockrec old = fx_tcp(ST_TIME_WAIT, 1, 40000, 443), new = fx_tcp(ST_ESTABLISHED, 2, 40000, 443);

	fx_socket(fx, &old);
	flow_to(fx, 0, TCP, us, 40000, peer, 443);
	assert_on_row(fx, 1, 0);
	fx_pass_time(fx, 10);
	fx_socket(fx, &new);
	assert_on_row(fx, 2, 0);
	assert_null(fx_socket_row(fx, 1).flow);
	fx_socket(fx, &old);
	assert_on_row(fx, 2, 0);
}

static void test_join_id_given_to_another_flow_is_another_flow(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 5432, 40001);
	struct flowrec f;

	fx_socket(fx, &s);
	flow_to(fx, 0, TCP, peer, 40001, us, 5432);
	f = fx_flowrec(fx, 0, TCP, peer, 40002, us, 5432);
	f.gen = 2;
	fx_flow(fx, &f, false);
	assert_null(fx_socket_row(fx, 1).flow);
	assert_int_equal(fx_flow_row(fx, 0).flow->rec.gen, 2);
	assert_int_equal(model_row_count(fx->m), 2);
}

/* Evicted under one id and back under another, before the first id has a new flow to tell of. */
static void test_join_flow_that_came_back_under_another_id_is_on_its_sockets_row(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 5432, 40001);

	fx_socket(fx, &s);
	flow_to(fx, 5, TCP, peer, 40001, us, 5432);
	flow_to(fx, 3, TCP, peer, 40001, us, 5432);
	assert_on_row(fx, 1, 3);
	flow_to(fx, 5, TCP, peer, 40002, us, 5432);
	assert_on_row(fx, 1, 3);
	assert_true(fx_has_flow_row(fx, 5));
	assert_int_equal(model_row_count(fx->m), 3);	/* an upper bound: one socket, two flows */
}

static void test_join_end_of_an_unknown_flow_and_an_id_past_the_limit_are_nothing(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, TCP, peer, 40001, us, 80);

	fx_flow(fx, &f, true);
	f.id = FX_FLOWS;
	fx_flow(fx, &f, false);
	f.id = UINT32_MAX;
	fx_flow(fx, &f, false);
	assert_int_equal(model_row_count(fx->m), 0);
}

static void test_join_new_address_makes_flows_ours(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_UDP, "0.0.0.0", 53);
	flow_to(fx, 0, UDP, peer, 40000, "10.0.0.7", 53);
	assert_int_equal(fx_flow_row(fx, 0).proc_reason, PROC_NOT_OURS);
	fx_address(fx, "10.0.0.7", 24, false);
	fx_tick(fx);
	assert_owned_by(fx, 0, 1);
}

/* An echo's identifier stands at both ends. */
static struct flowrec echo_to(struct fx *fx, uint32_t id, const char *src, const char *dst, uint16_t identifier)
{
	return flow_to(fx, id, 1, src, identifier, dst, identifier);
}

static void test_join_echo_goes_to_the_ping_socket_with_its_identifier(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_ICMP4, "0.0.0.0", 77);
	echo_to(fx, 1, us, peer, 77);
	echo_to(fx, 2, us, peer, 78);
	assert_owned_by(fx, 1, 1);
	assert_null(fx_flow_row(fx, 2).owner);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.dir[0].bytes, 1000);
}

static void test_join_connected_ping_socket_is_its_flows_exact_one(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_sock(SP_ICMP4, ST_ESTABLISHED, 1);

	r.laddr = fx_addr(us);
	r.raddr = fx_addr(peer);
	r.lport = 77;
	fx_socket(fx, &r);
	echo_to(fx, 1, us, peer, 77);
	assert_on_row(fx, 1, 1);
}

static void test_join_raw_socket_serves_what_no_port_tells_apart(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_RAWIP, "0.0.0.0", 89);
	listener(fx, 2, SP_RAWIP, "0.0.0.0", 6);
	flow_to(fx, 1, 89, us, 0, peer, 0);
	flow_to(fx, 2, 50, us, 0, peer, 0);
	flow_to(fx, 3, TCP, peer, 5000, us, 6);
	assert_owned_by(fx, 1, 1);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.key.proto, 89);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.key.port[0], 0);
	assert_null(fx_flow_row(fx, 2).owner);
	assert_null(fx_flow_row(fx, 3).owner);
}

static void test_join_raw_icmp_socket_serves_the_echoes_that_we_sent_and_no_ping_socket_has(void **state)
{
	struct fx *fx = *state;

	listener(fx, 1, SP_RAWIP, "0.0.0.0", 1);
	echo_to(fx, 1, us, peer, 77);
	echo_to(fx, 2, peer, us, 78);
	assert_owned_by(fx, 1, 1);
	assert_null(fx_flow_row(fx, 2).owner);	/* the kernel answers that one */
	listener(fx, 2, SP_ICMP4, "0.0.0.0", 77);
	assert_owned_by(fx, 1, 2);
}

static void test_join_sockets_of_other_families_take_no_flow(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_sock(SP_NETLINK, ST_CLOSE, 1);

	r.family = AF_NETLINK;
	fx_socket(fx, &r);
	fx_dump_ends(fx, 60, true);
	flow_to(fx, 1, 89, us, 0, peer, 0);
	assert_null(fx_flow_row(fx, 1).owner);
}

static void test_join_receiver_of_another_namespace_takes_nothing(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_receiver(SP_UDP, 1, "0.0.0.0", 53);

	r.netns = 1;
	fx_socket(fx, &r);
	fx_dump_ends(fx, 60, true);
	flow_to(fx, 1, UDP, peer, 5000, us, 53);
	assert_null(fx_flow_row(fx, 1).owner);
}

static void test_join_flow_of_an_mptcp_connection_is_its_subflows(void **state)
{
	struct fx *fx = *state;
	struct sockrec sub = fx_tcp(ST_ESTABLISHED, 1, 40000, 80), whole = sub;

	whole.proto = SP_MPTCP;
	whole.cookie = 2;
	sub.inode = whole.inode = 700;
	flow_to(fx, 1, TCP, us, 40000, peer, 80);
	fx_socket(fx, &sub);
	fx_pass_time(fx, 1);
	fx_socket(fx, &whole);
	assert_on_row(fx, 1, 1);
	assert_null(fx_socket_row(fx, 2).flow);
	assert_int_equal(model_totals(fx->m)->unresolved, 2);
	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 700, 3, true);
	assert_int_equal(model_totals(fx->m)->unresolved, 0);
	assert_non_null(fx_socket_row(fx, 1).proc);
	assert_non_null(fx_socket_row(fx, 2).proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_join_flow_before_socket_and_socket_before_flow_are_the_same),
		FX_TEST(test_join_local_end_is_the_sockets_whoever_opened),
		FX_TEST(test_join_local_connection_is_one_flow_on_two_rows_counted_once),
		FX_TEST(test_join_socket_with_equal_ends_is_one_row),
		FX_TEST(test_join_v4_mapped_socket_matches_its_ipv4_packets),
		FX_TEST(test_join_tuple_that_changes_is_matched_anew),
		FX_TEST(test_join_wildcard_datagram_socket_serves_its_peers_and_carries_their_sum),
		FX_TEST(test_join_sum_leaves_out_what_a_connected_child_carried),
		FX_TEST(test_join_restarted_servers_sum_starts_at_nothing),
		FX_TEST(test_join_socket_at_one_end_leaves_the_other_ends_sum_whole),
		FX_TEST(test_join_exact_address_beats_the_wildcard_in_any_order),
		FX_TEST(test_join_served_flow_moves_to_the_better_receiver_that_comes_later),
		FX_TEST(test_join_served_flow_stays_where_it_is_among_equals),
		FX_TEST(test_join_connected_socket_beats_both),
		FX_TEST(test_join_dual_stack_wildcard_takes_ipv4_unless_v6only),
		FX_TEST(test_join_ipv4_wildcard_never_takes_ipv6),
		FX_TEST(test_join_wildcard_does_not_take_what_is_for_others),
		FX_TEST(test_join_multicast_goes_to_who_bound_its_port),
		FX_TEST(test_join_listener_owns_a_half_open_flow_until_its_socket_comes),
		FX_TEST(test_join_bound_tcp_socket_that_does_not_listen_owns_nothing),
		FX_TEST(test_join_flow_of_a_closed_socket_keeps_its_process),
		FX_TEST(test_join_flow_of_a_closed_server_connection_is_not_its_listeners),
		FX_TEST(test_join_flow_of_a_closed_unconnected_socket_keeps_its_process),
		FX_TEST(test_join_new_connection_with_the_tuple_of_a_time_wait_takes_the_flow),
		FX_TEST(test_join_id_given_to_another_flow_is_another_flow),
		FX_TEST(test_join_flow_that_came_back_under_another_id_is_on_its_sockets_row),
		FX_TEST(test_join_end_of_an_unknown_flow_and_an_id_past_the_limit_are_nothing),
		FX_TEST(test_join_new_address_makes_flows_ours),
		FX_TEST(test_join_echo_goes_to_the_ping_socket_with_its_identifier),
		FX_TEST(test_join_connected_ping_socket_is_its_flows_exact_one),
		FX_TEST(test_join_raw_socket_serves_what_no_port_tells_apart),
		FX_TEST(test_join_raw_icmp_socket_serves_the_echoes_that_we_sent_and_no_ping_socket_has),
		FX_TEST(test_join_sockets_of_other_families_take_no_flow),
		FX_TEST(test_join_receiver_of_another_namespace_takes_nothing),
		FX_TEST(test_join_flow_of_an_mptcp_connection_is_its_subflows),
	};

	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
