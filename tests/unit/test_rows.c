/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows: what a row has, and the reason for what it lacks. */
#include "model_fixture.h"

#include <errno.h>

enum { TCP = 6, UDP = 17, ICMP = 1 };

static enum procreason reason_of(const struct fx *fx, uint64_t cookie)
{
	struct row r = fx_socket_row(fx, cookie);

	assert_int_equal(r.proc == NULL, r.proc_reason != PROC_KNOWN);
	return r.proc_reason;
}

static enum procreason flow_reason(const struct fx *fx, uint32_t id)
{
	return fx_flow_row(fx, id).proc_reason;
}

static void flow(struct fx *fx, uint32_t id, uint8_t proto, const char *src, const char *dst, uint8_t wire)
{
	struct flowrec f = fx_flowrec(fx, id, proto, src, 40000, dst, 80);

	f.wire_state = wire;
	f.got_here = 1;
	fx_flow(fx, &f, false);
}

/* It was not addressed to this host, nor sent by it. */
static void overheard(struct fx *fx, uint32_t id, uint8_t proto, const char *src, const char *dst)
{
	struct flowrec f = fx_flowrec(fx, id, proto, src, 40000, dst, 80);

	fx_flow(fx, &f, false);
}

static void test_rows_every_reason_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	assert_null(procreason_name(PROC_KNOWN));
	assert_null(wirereason_name(TRAFFIC_SEEN));
	for (enum procreason r = PROC_KNOWN + 1; r < PROCREASONS; r++) {
		assert_non_null(procreason_name(r));
		assert_non_null(procreason_sentence(r));
	}
	for (enum wirereason r = TRAFFIC_SEEN + 1; r < WIREREASONS; r++) {
		assert_non_null(wirereason_name(r));
		assert_non_null(wirereason_sentence(r));
	}
}

static void test_rows_states_without_an_inode_say_why_they_have_no_process(void **state)
{
	struct fx *fx = *state;
	struct sockrec time_wait = fx_tcp(ST_TIME_WAIT, 1, 40001, 80);
	struct sockrec handshake = fx_tcp(ST_SYN_RECV, 2, 80, 40002);
	struct sockrec orphan = fx_tcp(ST_FIN_WAIT2, 3, 40003, 80);

	fx_socket(fx, &time_wait);
	fx_socket(fx, &handshake);
	fx_socket(fx, &orphan);
	assert_int_equal(reason_of(fx, 1), PROC_TIME_WAIT);
	assert_int_equal(reason_of(fx, 2), PROC_HANDSHAKE);
	assert_int_equal(reason_of(fx, 3), PROC_EXITED);
}

static void test_rows_connection_not_yet_accepted_waits_in_its_listeners_queue(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 80, 40001), l = fx_receiver(SP_TCP, 2, "0.0.0.0", 80);

	fx_socket(fx, &s);
	assert_int_equal(reason_of(fx, 1), PROC_EXITED);
	fx_socket(fx, &l);
	assert_int_equal(reason_of(fx, 1), PROC_ACCEPT_QUEUE);
	s.inode = 501;		/* accept() */
	fx_socket(fx, &s);
	assert_int_equal(reason_of(fx, 1), PROC_LOOKING);
	fx_proc(fx, 100, 1, "nginx");
	fx_holder(fx, 100, 501, 9, true);
	assert_int_equal(reason_of(fx, 1), PROC_KNOWN);
}

static void test_rows_socket_without_a_holder_is_looked_for_then_hidden_or_the_kernels(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 795, 2049);

	s.inode = 501;
	fx_proc_pass(fx, 0);
	fx_pass_time(fx, 10);
	fx_socket(fx, &s);
	assert_int_equal(reason_of(fx, 1), PROC_LOOKING);
	fx_pass_time(fx, 10);
	fx_proc_pass(fx, 3);
	assert_int_equal(reason_of(fx, 1), PROC_NO_PERMISSION);
	fx_proc_pass(fx, 0);
	assert_int_equal(reason_of(fx, 1), PROC_KERNEL);
}

static void test_rows_netlink_socket_without_a_port_number_is_the_kernels(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_SOCKET);

	e.sock = fx_sock(SP_NETLINK, ST_CLOSE, 1);
	e.sock.family = AF_NETLINK;
	e.sock.inode = 4;
	e.more.kind = MORE_NETLINK;
	model_apply(fx->m, &e);
	assert_int_equal(reason_of(fx, 1), PROC_KERNEL);
	assert_int_equal(model_totals(fx->m)->unresolved, 0);
	assert_int_equal(model_take_ownerless(fx->m), 0);
	e.sock.cookie = 2;
	e.sock.inode = 5;
	e.more.netlink.portid = 4711;
	model_apply(fx->m, &e);
	assert_int_equal(reason_of(fx, 2), PROC_LOOKING);
	assert_int_equal(model_totals(fx->m)->unresolved, 1);
}

static void test_rows_unix_socket_knows_what_stands_beside_its_peer(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_SOCKET);

	e.sock = fx_sock(SP_UNIX_STREAM, ST_ESTABLISHED, 1);
	e.sock.family = AF_UNIX;
	e.sock.has |= HAS_PEER;
	e.sock.inode = 10;
	e.sock.peer = 11;
	model_apply(fx->m, &e);
	assert_null(fx_socket_row(fx, 1).peer_more);
	e.sock.cookie = 2;
	e.sock.inode = 11;
	e.sock.peer = 10;
	e.more.kind = MORE_UNIX;
	memcpy(e.more.un.name, "/run/x", 7);
	model_apply(fx->m, &e);
	assert_string_equal(fx_socket_row(fx, 1).peer_more->un.name, "/run/x");
	assert_null(fx_socket_row(fx, 2).peer_more);
}

static void test_rows_owners_not_looked_for_are_not_blamed_on_anybody(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 795, 2049);
	struct event e = fx_event(fx, EV_HOST);

	e.host.no_process = true;
	model_apply(fx->m, &e);
	s.inode = 501;
	fx_socket(fx, &s);
	assert_int_equal(reason_of(fx, 1), PROC_NOT_LOOKED);
}

static void test_rows_flow_without_a_socket_says_what_it_is(void **state)
{
	struct fx *fx = *state;

	flow(fx, 0, TCP, "10.0.3.4", "1.1.1.1", WS_ESTABLISHED);
	flow(fx, 1, TCP, "203.0.113.66", "10.0.0.2", WS_REFUSED);
	flow(fx, 2, TCP, "10.0.0.2", "192.0.2.1", WS_TIME_WAIT);
	flow(fx, 3, UDP, "10.0.0.30", "224.0.0.251", WS_NONE);
	flow(fx, 4, UDP, "10.0.0.30", "10.0.0.255", WS_NONE);
	flow(fx, 5, ICMP, "10.0.0.2", "192.0.2.1", WS_NONE);
	flow(fx, 6, UDP, "10.0.0.30", "10.0.1.255", WS_NONE);
	assert_int_equal(flow_reason(fx, 0), PROC_FORWARDED);
	assert_int_equal(flow_reason(fx, 1), PROC_CLOSED_PORT);
	assert_int_equal(flow_reason(fx, 2), PROC_JUST_CLOSED);
	assert_int_equal(flow_reason(fx, 3), PROC_MULTICAST);
	assert_int_equal(flow_reason(fx, 4), PROC_MULTICAST);
	assert_int_equal(flow_reason(fx, 5), PROC_LOOKING);	/* newer than the last dump */
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(flow_reason(fx, 5), PROC_NO_SOCKET);
	assert_int_equal(flow_reason(fx, 6), PROC_FORWARDED);	/* nobody's broadcast here */
}

static void test_rows_flow_that_only_passes_by_is_not_ours(void **state)
{
	struct fx *fx = *state;

	overheard(fx, 0, TCP, "10.0.3.4", "1.1.1.1");
	overheard(fx, 1, UDP, "10.0.0.30", "239.1.1.1");
	overheard(fx, 2, UDP, "10.0.0.30", "255.255.255.255");
	assert_int_equal(flow_reason(fx, 0), PROC_NOT_OURS);
	assert_int_equal(flow_reason(fx, 1), PROC_MULTICAST);
	assert_int_equal(flow_reason(fx, 2), PROC_MULTICAST);
}

static void portless(struct fx *fx, uint32_t id, uint8_t proto, const char *src, const char *dst)
{
	struct flowrec f = fx_flowrec(fx, id, proto, src, 0, dst, 0);

	fx_flow(fx, &f, false);
}

static void test_rows_what_the_kernel_itself_says_is_the_kernels(void **state)
{
	enum { IGMP = 2, GRE = 47, ESP = 50, ICMPV6 = 58 };
	struct fx *fx = *state;

	flow(fx, 0, ICMP, "192.0.2.1", "10.0.0.2", WS_NONE);	/* they ping us */
	flow(fx, 1, ICMP, "10.0.0.2", "192.0.2.1", WS_NONE);	/* we them */
	portless(fx, 2, ICMP, "10.0.0.2", "192.0.2.1");
	portless(fx, 3, IGMP, "10.0.0.2", "224.0.0.22");
	portless(fx, 4, ICMPV6, "2001:db8::2", "ff02::1:ff00:1");
	portless(fx, 5, ICMPV6, "2001:db8::9", "ff02::1:ff00:2");
	portless(fx, 6, GRE, "10.0.0.2", "192.0.2.1");
	portless(fx, 7, ESP, "192.0.2.1", "10.0.0.2");
	portless(fx, 8, 132, "192.0.2.1", "10.0.0.2");
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(flow_reason(fx, 0), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 1), PROC_NO_SOCKET);
	assert_int_equal(flow_reason(fx, 2), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 3), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 4), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 5), PROC_MULTICAST);
	assert_int_equal(flow_reason(fx, 6), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 7), PROC_KERNEL);
	assert_int_equal(flow_reason(fx, 8), PROC_NO_SOCKET);
}

static void test_rows_refused_datagrams_went_to_a_closed_port(void **state)
{
	struct fx *fx = *state;

	flow(fx, 0, UDP, "192.0.2.1", "10.0.0.2", WS_REFUSED);
	assert_int_equal(flow_reason(fx, 0), PROC_CLOSED_PORT);
}

static void test_rows_flow_whose_socket_went_was_just_closed(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	fx_socket(fx, &s);
	flow(fx, 0, TCP, "10.0.0.2", "10.0.0.9", WS_ESTABLISHED);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(flow_reason(fx, 0), PROC_JUST_CLOSED);
}

static void ends_after(struct fx *fx, uint8_t dump, uint64_t took_ms)
{
	struct event e = fx_event(fx, EV_DUMP_DONE);

	e.dump = (struct dumprec){ .dump = dump, .complete = true, .gen = fx->gen,
				   .took_ns = took_ms * NSEC_PER_MSEC };
	model_apply(fx->m, &e);
}

/* The UDP dump says nothing of a TCP flow. */
static void test_rows_flow_is_looked_for_until_every_dump_began_after_it(void **state)
{
	struct fx *fx = *state;
	struct event e;

	ends_after(fx, 0, 0);
	ends_after(fx, 2, 0);
	fx_pass_time(fx, 1000);
	flow(fx, 0, TCP, "10.0.0.2", "192.0.2.1", WS_NONE);
	fx_pass_time(fx, 1000);
	ends_after(fx, 2, 100);
	assert_int_equal(flow_reason(fx, 0), PROC_LOOKING);
	ends_after(fx, 0, 1500);			/* it began before the flow */
	assert_int_equal(flow_reason(fx, 0), PROC_LOOKING);
	fx_pass_time(fx, 1000);
	ends_after(fx, 0, 100);
	assert_int_equal(flow_reason(fx, 0), PROC_NO_SOCKET);
	flow(fx, 1, UDP, "10.0.0.2", "192.0.2.1", WS_NONE);
	fx_pass_time(fx, 1000);
	ends_after(fx, 0, 100);
	assert_int_equal(flow_reason(fx, 1), PROC_LOOKING);
	e = fx_event(fx, EV_DUMP_DONE);		/* the module was unloaded: nothing to wait for */
	e.dump = (struct dumprec){ .dump = 2, .gen = fx->gen, .error = -ENOENT };
	model_apply(fx->m, &e);
	assert_int_equal(flow_reason(fx, 1), PROC_NO_SOCKET);
}

static void test_rows_local_is_ours_and_in_a_file_who_opened(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_HOST);
	struct row r;

	flow(fx, 0, TCP, "192.0.2.1", "10.0.0.2", WS_ESTABLISHED);
	r = fx_flow_row(fx, 0);
	assert_int_equal(r.flow->rec.key.port[r.local], 80);
	e.host.offline = true;
	model_apply(fx->m, &e);
	flow(fx, 1, TCP, "192.0.2.2", "10.0.0.2", WS_ESTABLISHED);
	r = fx_flow_row(fx, 1);
	assert_int_equal(r.flow->rec.key.port[r.local], 40000);
	assert_int_equal(r.proc_reason, PROC_FILE);
}

static void test_rows_quiet_sockets_say_whether_the_kernel_agrees(void **state)
{
	struct fx *fx = *state;
	struct sockrec idle = fx_tcp(ST_ESTABLISHED, 1, 40001, 80), moved = fx_tcp(ST_ESTABLISHED, 2, 40002, 80);
	struct sockrec listening = fx_receiver(SP_TCP, 3, "0.0.0.0", 80);
	struct sockrec udp = fx_receiver(SP_UDP, 4, "0.0.0.0", 53);

	idle.tcpinfo_len = moved.tcpinfo_len = sizeof(struct tcpinfo);
	idle.tcpinfo.bytes_received = moved.tcpinfo.bytes_received = 5000;
	for (unsigned i = 0; i < 2; i++) {
		fx_socket(fx, &idle);
		fx_socket(fx, &moved);
		fx_socket(fx, &listening);
		fx_socket(fx, &udp);
		assert_int_equal(fx_socket_row(fx, 1).wire_reason, i ? TRAFFIC_BEFORE : TRAFFIC_NO_CAPTURE);
		fx_capture(fx);
		fx_pass_time(fx, 1000);
		moved.tcpinfo.bytes_received += 9;
	}
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_BEFORE);
	assert_int_equal(fx_socket_row(fx, 2).wire_reason, TRAFFIC_UNSEEN);
	assert_int_equal(fx_socket_row(fx, 3).wire_reason, TRAFFIC_LISTENING);
	assert_int_equal(fx_socket_row(fx, 4).wire_reason, TRAFFIC_NONE);
	idle.tcpinfo.bytes_received = 0;
	idle.tcpinfo.bytes_acked = 1;	/* its SYN */
	idle.cookie = 5;
	idle.lport = 40005;
	fx_socket(fx, &idle);
	assert_int_equal(fx_socket_row(fx, 5).wire_reason, TRAFFIC_IDLE);
}

static void test_rows_why_traffic_was_not_seen_follows_from_the_capture(void **state)
{
	static const struct {
		bool filtered, limited;
		uint64_t dropped;
		enum wirereason reason;
	} cases[] = {
		{ false, false, 0, TRAFFIC_UNSEEN },
		{ false, true, 0, TRAFFIC_OTHER_IFACE },
		{ false, true, 9, TRAFFIC_DROPPED },
		{ true, true, 9, TRAFFIC_FILTERED },
	};
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40001, 80);
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture.live = true;
	e.capture.began_ns = fx->now_ns;
	model_apply(fx->m, &e);
	s.tcpinfo_len = sizeof(struct tcpinfo);
	fx_socket(fx, &s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fx_pass_time(fx, 1000);
		s.tcpinfo.bytes_received += 100;
		fx_socket(fx, &s);
		e.capture.filtered = cases[i].filtered;
		e.capture.limited = cases[i].limited;
		e.capture.dropped = cases[i].dropped;
		model_apply(fx->m, &e);
		assert_int_equal(fx_socket_row(fx, 1).wire_reason, cases[i].reason);
	}
}

static void test_rows_closed_connection_still_says_whether_its_counters_moved(void **state)
{
	struct fx *fx = *state;
	struct sockrec idle = fx_tcp(ST_ESTABLISHED, 1, 40001, 80), moved = fx_tcp(ST_ESTABLISHED, 2, 40002, 80);

	fx_capture(fx);
	idle.tcpinfo_len = moved.tcpinfo_len = sizeof(struct tcpinfo);
	idle.tcpinfo.bytes_received = moved.tcpinfo.bytes_received = 5000;
	fx_socket(fx, &idle);
	fx_socket(fx, &moved);
	fx_pass_time(fx, 1000);
	moved.tcpinfo.bytes_received += 9;
	fx_socket(fx, &moved);
	idle = fx_tcp(ST_TIME_WAIT, 1, 40001, 80);
	moved = fx_tcp(ST_TIME_WAIT, 2, 40002, 80);
	fx_socket(fx, &idle);
	fx_socket(fx, &moved);
	assert_int_equal(fx_socket_row(fx, 1).wire_reason, TRAFFIC_NONE);	/* nothing left to compare */
	assert_int_equal(fx_socket_row(fx, 2).wire_reason, TRAFFIC_UNSEEN);
}

static void test_rows_identity_outlives_changes_of_state_and_is_never_zero(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);
	uint64_t ident;

	fx_socket(fx, &s);
	ident = fx_socket_row(fx, 1).ident;
	s.state = ST_TIME_WAIT;
	fx_socket(fx, &s);
	assert_int_equal(fx_socket_row(fx, 1).ident, ident);
	flow(fx, 0, TCP, "10.0.3.4", "1.1.1.1", WS_ESTABLISHED);
	assert_true(fx_flow_row(fx, 0).ident != 0 && fx_flow_row(fx, 0).ident != ident);
}

static void test_rows_id_of_something_gone_is_refused(void **state)
{
	struct fx *fx = *state;
	struct sockrec s = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);
	struct flowrec f = fx_flowrec(fx, 0, TCP, "10.0.3.4", 1, "1.1.1.1", 2);
	uint32_t ids[2];
	struct row r;

	fx_socket(fx, &s);
	fx_flow(fx, &f, false);
	assert_int_equal(model_row_ids(fx->m, ids), 2);
	assert_true(model_row(fx->m, ids[0], &r) && r.sk);
	assert_true(model_row(fx->m, ids[1], &r) && !r.sk);
	fx_flow(fx, &f, true);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_false(model_row(fx->m, ids[0], &r));
	assert_false(model_row(fx->m, ids[1], &r));
	assert_false(model_row(fx->m, 12345, &r));
	assert_false(model_row(fx->m, UINT32_MAX, &r));
}

static void nginx_listens(struct fx *fx)
{
	struct sockrec r = fx_receiver(SP_TCP, 1, "0.0.0.0", 80);

	r.inode = 800;
	fx_proc(fx, 9, 1, "nginx");
	fx_holder(fx, 9, 800, 3, true);
	fx_socket(fx, &r);
}

static void test_rows_what_came_through_a_listener_is_its_process(void **state)
{
	static const struct {
		uint8_t state, reason;
	} cases[] = { { ST_ESTABLISHED, PROC_ACCEPT_QUEUE }, { ST_CLOSE_WAIT, PROC_ACCEPT_QUEUE },
		      { ST_SYN_RECV, PROC_HANDSHAKE }, { ST_TIME_WAIT, PROC_TIME_WAIT },
		      { ST_FIN_WAIT2, PROC_EXITED } };
	struct fx *fx = *state;

	nginx_listens(fx);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockrec r = fx_tcp(cases[i].state, 10 + i, 80, (uint16_t)(5000 + i));
		struct row row;

		fx_socket(fx, &r);
		row = fx_socket_row(fx, 10 + i);
		assert_int_equal(row.proc_reason, cases[i].reason);
		assert_int_equal(row.owner->rec.cookie, 1);
		assert_string_equal(row.proc->rec.comm, "nginx");
	}
}

static void test_rows_what_we_opened_is_no_listeners(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_TIME_WAIT, 2, 80, 5000);
	struct flowrec f = fx_flowrec(fx, 1, TCP, "10.0.0.2", 80, "10.0.0.9", 5000);

	nginx_listens(fx);
	fx_socket(fx, &r);
	fx_flow(fx, &f, false);
	assert_non_null(fx_socket_row(fx, 2).owner);	/* who sent the SYN was not seen */
	f.opener_certain = true;
	fx_flow(fx, &f, false);
	assert_null(fx_socket_row(fx, 2).owner);
	assert_null(fx_socket_row(fx, 2).proc);
	assert_int_equal(fx_socket_row(fx, 2).proc_reason, PROC_TIME_WAIT);
}

static void test_rows_ended_connection_without_a_process_is_its_listeners(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 2, 80, 5000);

	fx_keep_closed(fx, 5000);
	nginx_listens(fx);
	fx_socket_gone(fx, &r);
	assert_int_equal(fx_socket_row(fx, 2).proc_reason, PROC_EXITED);
	assert_string_equal(fx_socket_row(fx, 2).proc->rec.comm, "nginx");
}

static struct sockrec unix_socket(uint64_t cookie, uint32_t inode, uint32_t peer)
{
	struct sockrec r = fx_sock(SP_UNIX_STREAM, ST_ESTABLISHED, cookie);

	r.family = AF_UNIX;
	r.dump = 9;
	r.inode = inode;
	r.peer = peer;
	r.has |= HAS_PEER;
	return r;
}

static void test_rows_unix_sockets_know_each_other_and_their_processes(void **state)
{
	struct fx *fx = *state;
	struct sockrec x = unix_socket(1, 501, 502), y = unix_socket(2, 502, 501);
	struct sockrec waiting = unix_socket(3, 503, 0), tcp = fx_tcp(ST_ESTABLISHED, 4, 1, 2);

	tcp.inode = 502;	/* not of unix: it never is the peer */
	fx_socket(fx, &x);
	fx_socket(fx, &tcp);
	assert_null(fx_socket_row(fx, 1).peer);
	fx_socket(fx, &y);
	fx_socket(fx, &waiting);
	fx_proc(fx, 8, 1, "dbus");
	fx_holder(fx, 8, 501, 3, true);
	assert_int_equal(fx_socket_row(fx, 1).peer->rec.cookie, 2);
	assert_null(fx_socket_row(fx, 1).peer_proc);
	assert_int_equal(fx_socket_row(fx, 2).peer->rec.cookie, 1);
	assert_string_equal(fx_socket_row(fx, 2).peer_proc->rec.comm, "dbus");
	assert_null(fx_socket_row(fx, 3).peer);
}

static void test_rows_ends_of_a_connection_within_the_host_know_each_other(void **state)
{
	struct fx *fx = *state;
	struct sockrec x = fx_tcp(ST_ESTABLISHED, 1, 40000, 80), y = fx_tcp(ST_ESTABLISHED, 2, 80, 40000);
	struct sockrec other = y;

	x.raddr = y.laddr = fx_addr("10.0.0.2");
	y.raddr = fx_addr("10.0.0.2");
	other.cookie = 3;
	other.netns = 1;
	fx_socket(fx, &x);
	fx_socket(fx, &other);
	assert_null(fx_socket_row(fx, 1).peer);
	fx_socket(fx, &y);
	assert_int_equal(fx_socket_row(fx, 1).peer->rec.cookie, 2);
	assert_int_equal(fx_socket_row(fx, 2).peer->rec.cookie, 1);
	fx_socket_gone(fx, &y);
	assert_null(fx_socket_row(fx, 1).peer);
}

static void test_rows_what_stands_beside_a_record_comes_and_goes_with_it(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_SOCKET);

	e.sock = unix_socket(1, 501, 0);
	e.sock.dump_gen = fx->gen;
	e.more.kind = MORE_UNIX;
	memcpy(e.more.un.name, "/run/x", 7);
	model_apply(fx->m, &e);
	assert_string_equal(fx_socket_row(fx, 1).more->un.name, "/run/x");
	memcpy(e.more.un.name, "/run/y", 7);
	model_apply(fx->m, &e);
	assert_string_equal(fx_socket_row(fx, 1).more->un.name, "/run/y");
	e.more.kind = MORE_NONE;
	model_apply(fx->m, &e);
	assert_null(fx_socket_row(fx, 1).more);
}

static void test_rows_flow_to_another_namespace_of_this_host_says_so(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_ADDR);

	e.addr = (struct addrrec){ .ifindex = 2, .netns = 1, .prefix = 24, .addr = fx_addr("172.17.0.5") };
	flow(fx, 1, TCP, "10.0.0.9", "172.17.0.5", WS_ESTABLISHED);
	flow(fx, 2, TCP, "10.0.0.9", "172.17.0.6", WS_ESTABLISHED);
	assert_int_equal(flow_reason(fx, 1), PROC_FORWARDED);
	fx_netns(fx, 1, 4001, false);
	model_apply(fx->m, &e);
	fx_tick(fx);
	assert_int_equal(flow_reason(fx, 1), PROC_OTHER_NETNS);
	assert_int_equal(flow_reason(fx, 2), PROC_FORWARDED);
	fx_netns(fx, 1, 4001, true);
	fx_tick(fx);
	assert_int_equal(flow_reason(fx, 1), PROC_FORWARDED);
}

static void test_rows_flow_does_not_wait_for_a_table_that_is_not_read_any_more(void **state)
{
	struct fx *fx = *state;

	fx_dump_ends(fx, 9, true);	/* unix sockets were shown once */
	fx_pass_time(fx, 60000);
	fx_dump_ends(fx, 0, true);
	fx_pass_time(fx, 1000);
	flow(fx, 1, TCP, "10.0.0.2", "10.0.0.9", WS_ESTABLISHED);
	assert_int_equal(flow_reason(fx, 1), PROC_LOOKING);
	fx_pass_time(fx, 1000);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(flow_reason(fx, 1), PROC_NO_SOCKET);
}

static void tell_with_ecn(struct fx *fx, enum eventkind kind, uint16_t len, const struct tcpecn *ecn)
{
	struct event e = fx_event(fx, kind);

	e.sock = fx_tcp(kind == EV_SOCKET ? ST_ESTABLISHED : ST_CLOSE, 1, 40000, 80);
	e.sock.dump_gen = fx->gen;
	e.sock.tcpinfo_len = len;
	e.more.ecn = *ecn;
	model_apply(fx->m, &e);
}

static void test_rows_ecn_is_kept_where_something_of_it_is_not_zero(void **state)
{
	static const struct tcpecn none, some = { .accecn_opt_seen = 2 }, last = { .received_ce = 9 };
	struct fx *fx = *state;

	fx_keep_closed(fx, 10000);
	tell_with_ecn(fx, EV_SOCKET, sizeof(struct tcpinfo), &some);	/* left there by another row */
	assert_null(fx_socket_row(fx, 1).ecn);
	tell_with_ecn(fx, EV_SOCKET, TCPINFO_WHOLE, &none);
	assert_null(fx_socket_row(fx, 1).ecn);
	tell_with_ecn(fx, EV_SOCKET, TCPINFO_WHOLE, &some);
	assert_memory_equal(fx_socket_row(fx, 1).ecn, &some, sizeof(some));
	tell_with_ecn(fx, EV_SOCKET, TCPINFO_WHOLE, &none);
	assert_null(fx_socket_row(fx, 1).ecn);
	tell_with_ecn(fx, EV_SOCKET_GONE, TCPINFO_WHOLE, &last);
	assert_memory_equal(fx_socket_row(fx, 1).ecn, &last, sizeof(last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_every_reason_has_a_name_and_a_sentence),
		FX_TEST(test_rows_states_without_an_inode_say_why_they_have_no_process),
		FX_TEST(test_rows_connection_not_yet_accepted_waits_in_its_listeners_queue),
		FX_TEST(test_rows_socket_without_a_holder_is_looked_for_then_hidden_or_the_kernels),
		FX_TEST(test_rows_netlink_socket_without_a_port_number_is_the_kernels),
		FX_TEST(test_rows_unix_socket_knows_what_stands_beside_its_peer),
		FX_TEST(test_rows_owners_not_looked_for_are_not_blamed_on_anybody),
		FX_TEST(test_rows_flow_without_a_socket_says_what_it_is),
		FX_TEST(test_rows_flow_that_only_passes_by_is_not_ours),
		FX_TEST(test_rows_what_the_kernel_itself_says_is_the_kernels),
		FX_TEST(test_rows_refused_datagrams_went_to_a_closed_port),
		FX_TEST(test_rows_why_traffic_was_not_seen_follows_from_the_capture),
		FX_TEST(test_rows_flow_whose_socket_went_was_just_closed),
		FX_TEST(test_rows_flow_is_looked_for_until_every_dump_began_after_it),
		FX_TEST(test_rows_local_is_ours_and_in_a_file_who_opened),
		FX_TEST(test_rows_quiet_sockets_say_whether_the_kernel_agrees),
		FX_TEST(test_rows_closed_connection_still_says_whether_its_counters_moved),
		FX_TEST(test_rows_ecn_is_kept_where_something_of_it_is_not_zero),
		FX_TEST(test_rows_identity_outlives_changes_of_state_and_is_never_zero),
		FX_TEST(test_rows_id_of_something_gone_is_refused),
		FX_TEST(test_rows_what_came_through_a_listener_is_its_process),
		FX_TEST(test_rows_what_we_opened_is_no_listeners),
		FX_TEST(test_rows_ended_connection_without_a_process_is_its_listeners),
		FX_TEST(test_rows_unix_sockets_know_each_other_and_their_processes),
		FX_TEST(test_rows_ends_of_a_connection_within_the_host_know_each_other),
		FX_TEST(test_rows_what_stands_beside_a_record_comes_and_goes_with_it),
		FX_TEST(test_rows_flow_to_another_namespace_of_this_host_says_so),
		FX_TEST(test_rows_flow_does_not_wait_for_a_table_that_is_not_read_any_more),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
