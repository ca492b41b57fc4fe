/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/query.c, sort.c, group.c: what of a model comes out, in which order, in which groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "query/query.h"

#define T0 1700000000000000000ull

struct host {
	struct model *m;
	uint64_t cookies;
	uint32_t flows;
};

static void host_init(struct host *h)
{
	struct event e = { .kind = EV_HOST, .time_ns = T0 };

	*h = (struct host){ .m = model_new(1000, 1000, 1) };
	assert_non_null(h->m);
	memcpy(e.host.name, "test", sizeof("test"));
	model_apply(h->m, &e);
}

static void host_fini(struct host *h)
{
	model_free(h->m);
}

static struct addr at(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

struct ends {
	const char *laddr;
	uint16_t lport;
	const char *raddr;
	uint16_t rport;
};

static uint64_t add_socket(struct host *h, enum sockproto proto, enum sockstate state,
			   struct ends ends, uint32_t rtt_us)
{
	struct event e = { .kind = EV_SOCKET, .time_ns = T0 };
	struct sockrec *rec = &e.sock;

	rec->cookie = ++h->cookies;
	rec->has = HAS_COOKIE | HAS_QUEUES;
	rec->inode = 100 + (uint32_t)h->cookies;
	rec->proto = proto;
	rec->state = state;
	rec->laddr = at(ends.laddr);
	rec->raddr = at(ends.raddr);
	rec->lport = ends.lport;
	rec->rport = ends.rport;
	rec->family = addr_is_v4(&rec->laddr) ? AF_INET : AF_INET6;
	if (rtt_us) {
		rec->tcpinfo_len = sizeof(rec->tcpinfo);
		rec->tcpinfo.rtt = rtt_us;
		rec->tcpinfo.total_retrans = 1;
	}
	model_apply(h->m, &e);
	return rec->cookie;
}

static void add_flow(struct host *h, uint8_t proto, struct ends ends, uint64_t sent,
		     uint64_t received)
{
	struct event e = { .kind = EV_FLOW, .time_ns = T0 };
	struct flowrec *rec = &e.flow.rec;
	struct addr l = at(ends.laddr), r = at(ends.raddr);
	unsigned local = flowkey_make(&rec->key, proto, &l, ends.lport, &r, ends.rport);

	rec->id = h->flows++;
	rec->gen = 1;
	rec->first_ns = rec->last_ns = T0;
	rec->opener = (uint8_t)local;
	rec->dir[local] = (struct flowcount){ .packets = 1, .segs = 1, .bytes = sent };
	rec->dir[1 - local] = (struct flowcount){ .packets = 1, .segs = 1, .bytes = received };
	model_apply(h->m, &e);
}

static void add_local(struct host *h, const char *addr)
{
	struct event e = { .kind = EV_ADDR, .time_ns = T0 };

	e.addr.ifindex = 1;
	e.addr.addr = at(addr);
	model_apply(h->m, &e);
}

static void hold(struct host *h, uint64_t cookie, uint32_t pid, const char *comm,
		 const char *cmdline)
{
	struct event e = { .kind = EV_PROC, .time_ns = T0 };

	e.proc.pid = pid;
	e.proc.start_ticks = pid;
	snprintf(e.proc.comm, sizeof(e.proc.comm), "%s", comm);
	snprintf(e.proc.cmdline, sizeof(e.proc.cmdline), "%s", cmdline);
	model_apply(h->m, &e);
	e = (struct event){ .kind = EV_HOLDER, .time_ns = T0 };
	e.holder.pid = pid;
	e.holder.inode = 100 + (uint32_t)cookie;
	e.holder.fd = 3;
	e.holder.held = true;
	model_apply(h->m, &e);
}

/* The local ports of the rows in order, headings as [label]: "22 80 [tcp] 443". */
static const char *shown(const struct host *h, const struct result *r, char out[400])
{
	size_t len = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < r->count; i++) {
		const char *space = i ? " " : "";
		struct row row;
		struct value v;

		if (r->items[i].is_group) {
			len += (size_t)snprintf(out + len, 400 - len, "%s[%s]", space,
						r->groups[r->items[i].id].label);
			continue;
		}
		assert_true(model_row(h->m, r->items[i].id, &row));
		assert_true(column_get(column_find("lport"), &row, &v));
		len += (size_t)snprintf(out + len, 400 - len, "%s%u", space, (unsigned)v.u64);
		assert_true(len < 400);
	}
	return out;
}

static void check(const struct host *h, const struct query *q, bool fold, const char *expected)
{
	struct result r;
	char out[400];

	result_init(&r);
	assert_int_equal(query_run(q, h->m, fold, &r), 0);
	assert_string_equal(shown(h, &r, out), expected);
	result_fini(&r);
}

static void check_sorted(const struct host *h, const char *column, const char *up, const char *down)
{
	struct query q = { .sort = column_find(column) };

	assert_non_null(q.sort);
	check(h, &q, false, up);
	q.descending = true;
	check(h, &q, false, down);
}

/* Ports 1 to 6: four with an RTT, two of them the same; a listener and a UDP socket without one. */
static void host_of_six(struct host *h)
{
	host_init(h);
	add_socket(h, SP_TCP, ST_ESTABLISHED, (struct ends){ "10.0.0.1", 1, "10.0.0.9", 443 }, 300);
	add_socket(h, SP_TCP, ST_LISTEN, (struct ends){ "0.0.0.0", 2, "0.0.0.0", 0 }, 0);
	add_socket(h, SP_TCP, ST_ESTABLISHED, (struct ends){ "10.0.0.1", 3, "9.0.0.9", 443 }, 100);
	add_socket(h, SP_UDP, ST_CLOSE, (struct ends){ "0.0.0.0", 4, "0.0.0.0", 0 }, 0);
	add_socket(h, SP_TCP, ST_CLOSE_WAIT, (struct ends){ "10.0.0.1", 5, "10.0.0.9", 80 }, 300);
	add_socket(h, SP_TCP, ST_ESTABLISHED, (struct ends){ "2001:db8::1", 6, "::9", 443 }, 200);
}

static void test_query_without_anything_gives_the_tables_order(void **state)
{
	struct query q = { 0 };
	struct result r;
	struct host h;

	(void)state;
	host_of_six(&h);
	check(&h, &q, false, "1 2 3 4 5 6");
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, false, &r), 0);
	assert_int_equal(r.total, 6);
	assert_int_equal(r.rows, 6);
	assert_int_equal(r.group_count, 0);
	result_fini(&r);
	host_fini(&h);
}

static void test_query_of_an_empty_model_is_empty(void **state)
{
	struct query q = { .sort = column_find("pid"), .group = column_find("state") };
	struct host h;

	(void)state;
	host_init(&h);
	check(&h, &q, false, "");
	check(&h, &q, true, "");
	host_fini(&h);
}

static void test_query_sort_is_stable_with_unknown_last(void **state)
{
	struct host h;

	(void)state;
	host_of_six(&h);
	check_sorted(&h, "rtt", "3 6 1 5 2 4", "1 5 6 3 2 4");
	check_sorted(&h, "lport", "1 2 3 4 5 6", "6 5 4 3 2 1");
	check_sorted(&h, "raddr", "3 1 5 6 2 4", "6 1 5 3 2 4");
	check_sorted(&h, "state", "5 1 3 6 2 4", "4 2 1 3 6 5");
	host_fini(&h);
}

static void test_query_sorts_long_texts_by_all_their_bytes(void **state)
{
	static const char *const lines[] = {
		"/usr/lib/a-rather-long-path/program --beta",
		"/usr/lib/a-rather-long-path/program --Alpha",
		"/USR/LIB/a-rather-long-path/program --gamma",
		"/usr/lib/a-rather-long-",
		"B",
		"a",
	};
	struct host h;

	(void)state;
	host_of_six(&h);
	for (uint32_t i = 0; i < 6; i++)
		hold(&h, i + 1, 10 + i, i % 2 ? "Odd" : "even", lines[i]);
	check_sorted(&h, "cmdline", "4 2 1 3 6 5", "5 6 3 1 2 4");
	check_sorted(&h, "process", "1 3 5 2 4 6", "2 4 6 1 3 5");
	host_fini(&h);
}

static void test_query_toggles_leave_rows_out(void **state)
{
	struct query q = { 0 };
	struct host h;

	(void)state;
	host_of_six(&h);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "172.16.0.1", 7, "172.16.0.2", 443 }, 1, 1);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "fd00::1", 8, "fd00::2", 53 }, 1, 1);
	check(&h, &q, false, "1 2 3 4 5 6 7 8");
	q = (struct query){ .hide_states = 1u << ST_LISTEN | 1u << ST_ESTABLISHED };
	check(&h, &q, false, "4 5 7 8");
	q = (struct query){ .hide_flows = true };
	check(&h, &q, false, "1 2 3 4 5 6");
	q = (struct query){ .protos = 1u << SP_UDP };
	check(&h, &q, false, "4 8");
	q = (struct query){ .protos = 1u << SP_TCP | 1u << SP_UNIX_STREAM };
	check(&h, &q, false, "1 2 3 5 6 7");
	q = (struct query){ .ipv4_only = true };
	check(&h, &q, false, "1 2 3 4 5 7");
	q = (struct query){ .ipv6_only = true };
	check(&h, &q, false, "6 8");
	host_fini(&h);
}

static void add_unix(struct host *h, const char *path)
{
	struct event e = { .kind = EV_SOCKET, .time_ns = T0 };

	e.sock.cookie = ++h->cookies;
	e.sock.has = HAS_COOKIE | HAS_QUEUES;
	e.sock.inode = 100 + (uint32_t)h->cookies;
	e.sock.proto = SP_UNIX_STREAM;
	e.sock.family = AF_UNIX;
	e.sock.state = ST_LISTEN;
	e.more.kind = MORE_UNIX;
	snprintf(e.more.un.name, sizeof(e.more.un.name), "%s", path);
	model_apply(h->m, &e);
}

static void check_paths(const struct host *h, const struct query *q, const char *expected)
{
	struct result r;
	char out[400] = "";
	size_t len = 0;

	result_init(&r);
	assert_int_equal(query_run(q, h->m, false, &r), 0);
	for (uint32_t i = 0; i < r.count; i++) {
		const struct column *c = column_find("laddr");
		struct row row;
		struct value v;
		char text[120];

		assert_true(model_row(h->m, r.items[i].id, &row));
		assert_true(column_get(c, &row, &v));
		value_format(c, &v, TEXT_EXACT, false, text, sizeof(text));
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s", i ? " " : "", text);
		assert_true(len < sizeof(out));
	}
	assert_string_equal(out, expected);
	result_fini(&r);
}

/* Addresses by version and bytes, then paths, by all their bytes. */
static void test_query_sorts_and_groups_paths_after_addresses(void **state)
{
	struct query q = { .sort = column_find("laddr") };
	struct host h;

	(void)state;
	host_init(&h);
	add_unix(&h, "/run/systemd/journal/stdout");
	add_unix(&h, "/run/systemd/journal/Dev-log");
	add_socket(&h, SP_TCP, ST_LISTEN, (struct ends){ "::1", 2, "::", 0 }, 0);
	add_unix(&h, "@abstract");
	add_socket(&h, SP_TCP, ST_LISTEN, (struct ends){ "10.0.0.1", 1, "0.0.0.0", 0 }, 0);
	check_paths(&h, &q,
		    "10.0.0.1 ::1 /run/systemd/journal/Dev-log /run/systemd/journal/stdout @abstract");
	q.descending = true;
	check_paths(&h, &q,
		    "@abstract /run/systemd/journal/stdout /run/systemd/journal/Dev-log ::1 10.0.0.1");
	q = (struct query){ .group = q.sort };
	check(&h, &q, true,
	      "[10.0.0.1] [::1] [/run/systemd/journal/Dev-log] [/run/systemd/journal/stdout] "
	      "[@abstract]");
	q = (struct query){ .ipv4_only = true };
	check_paths(&h, &q, "10.0.0.1");
	q = (struct query){ .ipv6_only = true };
	check_paths(&h, &q, "::1");
	q = (struct query){ .protos = 1u << SP_UNIX_STREAM, .sort = column_find("laddr") };
	check_paths(&h, &q,
		    "/run/systemd/journal/Dev-log /run/systemd/journal/stdout @abstract");
	host_fini(&h);
}

static void end_socket(struct host *h, uint64_t cookie, uint64_t time_ns)
{
	struct event e = { .kind = EV_SOCKET_GONE, .time_ns = time_ns };

	e.sock.cookie = cookie;
	e.sock.has = HAS_COOKIE;
	e.sock.proto = SP_TCP;
	e.sock.family = AF_INET;
	e.sock.state = ST_CLOSE;
	e.sock.laddr = at("10.0.0.1");
	e.sock.raddr = at(cookie == 1 ? "10.0.0.9" : "9.0.0.9");
	e.sock.lport = (uint16_t)cookie;
	e.sock.rport = 443;
	model_apply(h->m, &e);
}

/* Sockets 1 and 3 end, one after the other. */
static void host_of_ended(struct host *h)
{
	struct event e = { .kind = EV_HOST, .time_ns = T0 };

	host_of_six(h);
	e.host.keep_closed_ns = UINT64_MAX / 2;
	model_apply(h->m, &e);
	end_socket(h, 1, T0 + 1000);
	end_socket(h, 3, T0 + 2000);
}

static void test_query_leaves_ended_sockets_out_where_asked(void **state)
{
	struct query q = { 0 };
	struct host h;

	(void)state;
	host_of_ended(&h);
	check(&h, &q, false, "1 2 3 4 5 6");
	q = (struct query){ .hide_closed = true };
	check(&h, &q, false, "2 4 5 6");
	/* Of the same protocol, what is over comes last. */
	q = (struct query){ .sort = column_find("proto") };
	check(&h, &q, false, "2 5 6 1 3 4");
	host_fini(&h);
}

static void add_tcp_flow(struct host *h, uint16_t lport, enum wirestate state)
{
	struct event e = { .kind = EV_FLOW, .time_ns = T0 };
	struct addr l = at("10.0.0.1"), r = at("10.0.0.7");

	flowkey_make(&e.flow.rec.key, IPPROTO_TCP, &l, lport, &r, 443);
	e.flow.rec.id = h->flows++;
	e.flow.rec.gen = 1;
	e.flow.rec.first_ns = e.flow.rec.last_ns = T0;
	e.flow.rec.wire_state = (uint8_t)state;
	e.flow.rec.opener = e.flow.rec.closer = OPENER_END0;
	model_apply(h->m, &e);
}

/* What the packets alone know to be over is as closed as a socket that ended. */
static void test_query_leaves_flows_that_are_over_out_with_ended_sockets(void **state)
{
	struct query q = { 0 };
	struct host h;

	(void)state;
	host_init(&h);
	add_local(&h, "10.0.0.1");
	add_tcp_flow(&h, 1, WS_REFUSED);
	add_tcp_flow(&h, 2, WS_ESTABLISHED);
	add_tcp_flow(&h, 3, WS_RESET);
	add_tcp_flow(&h, 4, WS_TIME_WAIT);
	add_tcp_flow(&h, 5, WS_CLOSING);
	check(&h, &q, false, "1 2 3 4 5");
	q.hide_closed = true;
	check(&h, &q, false, "2 5");
	q = (struct query){ .sort = column_find("proto") };
	check(&h, &q, false, "2 5 1 3 4");
	host_fini(&h);
}

static void check_filtered(const struct host *h, struct query q, const char *text, bool also,
			   const char *expected)
{
	struct filter_error err;
	struct filter *filter;

	assert_int_equal(filter_parse(&filter, text, &err), 0);
	if (also)
		q.also = filter;
	else
		q.filter = filter;
	check(h, &q, false, expected);
	filter_free(filter);
}

/* Whoever asks for a kind by name wants to see it, however it is hidden otherwise. */
static void test_query_shows_hidden_kinds_that_a_filter_names(void **state)
{
	struct query q = { .hide_protos = 1u << SP_UDP };
	struct host h;

	(void)state;
	host_of_six(&h);
	check(&h, &q, false, "1 2 3 5 6");
	check_filtered(&h, q, "proto udp", false, "4");
	check_filtered(&h, q, "proto udp or lport 1", true, "1 4");
	check_filtered(&h, q, "lport 4", false, "");
	check_filtered(&h, q, "not proto tcp", false, "");
	q.protos = 1u << SP_TCP; /* nothing else was asked of the kernel */
	check_filtered(&h, q, "proto udp", false, "");
	host_fini(&h);
}

static void test_query_group_does_not_count_ended_sockets(void **state)
{
	struct query q = { .group = column_find("proto") };
	struct result r;
	struct host h;

	(void)state;
	host_of_ended(&h);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, true, &r), 0);
	assert_string_equal(r.groups[0].label, "tcp");
	assert_int_equal(r.groups[0].rows, 5);
	assert_int_equal(r.groups[0].sockets, 3);
	assert_int_equal(r.groups[0].by_state[ST_ESTABLISHED], 1);
	assert_int_equal(r.groups[0].by_state[ST_CLOSE], 0);
	result_fini(&r);
	host_fini(&h);
}

static void test_query_both_filters_must_match(void **state)
{
	struct filter *established, *https;
	struct filter_error err;
	struct query q = { 0 };
	struct host h;

	(void)state;
	host_of_six(&h);
	assert_int_equal(filter_parse(&established, "state established", &err), 0);
	assert_int_equal(filter_parse(&https, "dst 10.0.0.0/8", &err), 0);
	q.filter = established;
	check(&h, &q, false, "1 3 6");
	q.also = https;
	check(&h, &q, false, "1");
	q.filter = NULL;
	check(&h, &q, false, "1 5");
	filter_free(established);
	filter_free(https);
	host_fini(&h);
}

static void test_query_groups_have_their_rows_below(void **state)
{
	struct query q = { .group = column_find("raddr") };
	struct host h;

	(void)state;
	host_of_six(&h);
	check(&h, &q, false, "[9.0.0.9] 3 [10.0.0.9] 1 5 [::9] 6 [-] 2 4");
	check(&h, &q, true, "[9.0.0.9] [10.0.0.9] [::9] [-]");
	q.sort = column_find("lport");
	q.descending = true;
	check(&h, &q, false, "[9.0.0.9] 3 [10.0.0.9] 5 1 [::9] 6 [-] 4 2");
	q.sort = q.group;
	check(&h, &q, true, "[::9] [10.0.0.9] [9.0.0.9] [-]");
	q.group = column_find("rport");
	q.sort = NULL;
	check(&h, &q, true, "[80] [443] [-]");
	host_fini(&h);
}

static void test_query_group_counts_its_rows(void **state)
{
	struct query q = { .group = column_find("proto") };
	struct result r;
	struct host h;

	(void)state;
	host_of_six(&h);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "172.16.0.1", 7, "172.16.0.2", 443 }, 10, 1);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, true, &r), 0);
	assert_int_equal(r.group_count, 2);
	assert_int_equal(r.rows, 7);
	assert_string_equal(r.groups[0].label, "tcp");
	assert_true(r.groups[0].known);
	assert_string_equal(r.groups[0].value.text, "tcp");
	assert_int_equal(r.groups[0].rows, 6);
	assert_int_equal(r.groups[0].sockets, 5);
	assert_int_equal(r.groups[0].by_state[ST_ESTABLISHED], 3);
	assert_int_equal(r.groups[0].retrans, 4);
	assert_int_equal(r.groups[0].tx_bytes, 10);
	assert_true(r.groups[0].rx_bps == MODEL_RATE_UNKNOWN);
	assert_int_equal(r.groups[1].rows, 1);
	/* The same result serves another query. */
	q = (struct query){ .sort = column_find("lport"), .descending = true };
	assert_int_equal(query_run(&q, h.m, false, &r), 0);
	assert_int_equal(r.group_count, 0);
	assert_int_equal(r.count, 7);
	result_fini(&r);
	host_fini(&h);
}

static void test_query_groups_go_by_their_sum(void **state)
{
	struct query q = { .group = column_find("raddr"), .sort = column_find("tx_bytes") };
	struct host h;

	(void)state;
	host_init(&h);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "172.16.0.1", 1, "172.16.0.2", 443 }, 60, 9);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "172.16.0.1", 2, "172.16.0.3", 443 }, 100, 7);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "172.16.0.1", 3, "172.16.0.2", 443 }, 60, 8);
	check(&h, &q, false, "[172.16.0.3] 2 [172.16.0.2] 1 3");
	q.descending = true;
	check(&h, &q, false, "[172.16.0.2] 1 3 [172.16.0.3] 2");
	host_fini(&h);
}

/* tx_bytes + rx_bytes of the one group that all rows are in. */
static uint64_t total_of(const struct host *h, const struct filter *filter)
{
	struct query q = { .group = column_find("family"), .filter = filter };
	struct result r;
	uint64_t sum;

	result_init(&r);
	assert_int_equal(query_run(&q, h->m, true, &r), 0);
	assert_int_equal(r.group_count, 1);
	sum = r.groups[0].tx_bytes + r.groups[0].rx_bytes;
	result_fini(&r);
	return sum;
}

static void test_query_group_counts_both_ends_of_a_loopback_flow(void **state)
{
	struct host h;

	(void)state;
	host_init(&h);
	add_local(&h, "127.0.0.1");
	add_socket(&h, SP_TCP, ST_ESTABLISHED, (struct ends){ "127.0.0.1", 5000, "127.0.0.1", 80 },
		   1);
	add_socket(&h, SP_TCP, ST_ESTABLISHED, (struct ends){ "127.0.0.1", 80, "127.0.0.1", 5000 },
		   1);
	add_flow(&h, IPPROTO_TCP, (struct ends){ "127.0.0.1", 5000, "127.0.0.1", 80 }, 1000, 200);
	assert_int_equal(total_of(&h, NULL), 2400);	/* 1200 sent, 1200 received */
	host_fini(&h);
}

static void test_query_group_counts_served_flows_once(void **state)
{
	struct filter *sockets;
	struct filter_error err;
	struct host h;

	(void)state;
	host_init(&h);
	add_local(&h, "10.0.0.1");
	add_socket(&h, SP_UDP, ST_CLOSE, (struct ends){ "10.0.0.1", 53, "0.0.0.0", 0 }, 0);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.7", 4000 }, 300, 30);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.8", 4000 }, 100, 10);
	assert_int_equal(total_of(&h, NULL), 440);
	/* Without the flows' own rows the sum is what there is. */
	assert_int_equal(filter_parse(&sockets, "state unconn", &err), 0);
	assert_int_equal(total_of(&h, sockets), 440);
	filter_free(sockets);
	host_fini(&h);
}

static void end_flow(struct host *h, uint32_t id)
{
	struct event e = { .kind = EV_FLOW, .time_ns = T0 };
	uint32_t ids[64], count = model_row_ids(h->m, ids);
	struct row row;

	for (uint32_t i = 0; i < count; i++)
		if (model_row(h->m, ids[i], &row) && !row.sk && row.flow->rec.id == id)
			e.flow.rec = row.flow->rec;
	e.flow.ended = true;
	model_apply(h->m, &e);
}

static void test_query_group_sum_stays_when_a_served_flow_expires(void **state)
{
	struct filter *flows;
	struct filter_error err;
	struct host h;

	(void)state;
	host_init(&h);
	add_local(&h, "10.0.0.1");
	add_socket(&h, SP_UDP, ST_CLOSE, (struct ends){ "10.0.0.1", 53, "0.0.0.0", 0 }, 0);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.7", 4000 }, 300, 30);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.8", 4000 }, 100, 10);
	end_flow(&h, 0);
	assert_int_equal(total_of(&h, NULL), 440);
	/* Without the sum's row the flows are what there is. */
	assert_int_equal(filter_parse(&flows, "rport = 4000", &err), 0);
	assert_int_equal(total_of(&h, flows), 110);
	filter_free(flows);
	host_fini(&h);
}

/*
 * The socket's sum stands in a group without a remote host, and says what no other group does: all
 * groups together count every packet once.
 */
static void test_query_group_of_a_peer_has_its_own_traffic(void **state)
{
	struct query q = { .group = column_find("raddr") };
	struct result r;
	struct host h;

	(void)state;
	host_init(&h);
	add_local(&h, "10.0.0.1");
	add_socket(&h, SP_UDP, ST_CLOSE, (struct ends){ "10.0.0.1", 53, "0.0.0.0", 0 }, 0);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.7", 4000 }, 300, 30);
	add_flow(&h, IPPROTO_UDP, (struct ends){ "10.0.0.1", 53, "10.0.0.8", 4000 }, 100, 10);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, true, &r), 0);
	assert_int_equal(r.group_count, 3);
	assert_string_equal(r.groups[0].label, "10.0.0.7");
	assert_int_equal(r.groups[0].tx_bytes, 300);
	assert_int_equal(r.groups[1].rx_bytes, 10);
	assert_int_equal(r.groups[2].tx_bytes, 0);
	end_flow(&h, 0);
	assert_int_equal(query_run(&q, h.m, true, &r), 0);
	assert_int_equal(r.group_count, 2);
	assert_int_equal(r.groups[0].tx_bytes, 100);
	assert_int_equal(r.groups[1].tx_bytes, 300);
	result_fini(&r);
	host_fini(&h);
}

/* A question of so many bytes to a port, answered within half a second. */
static void add_exchange(struct host *h, uint16_t port, uint64_t bytes)
{
	struct event e = { .kind = EV_FLOW, .time_ns = T0 };
	struct flowrec *rec = &e.flow.rec;
	struct addr l = at("10.0.0.1"), r = at("10.0.0.7");
	unsigned local = flowkey_make(&rec->key, IPPROTO_UDP, &l, (uint16_t)(4000 + h->flows), &r,
				      port);

	rec->id = h->flows++;
	rec->gen = 1;
	rec->first_ns = T0;
	rec->last_ns = T0 + 500 * NSEC_PER_MSEC;
	rec->opener = (uint8_t)local;
	rec->dir[local] = (struct flowcount){ .packets = 1, .segs = 1, .bytes = bytes };
	rec->dir[1 - local] = (struct flowcount){ .packets = 1, .segs = 1, .bytes = bytes };
	model_apply(h->m, &e);
}

/* Flows that were not at the same time have no rate together; each has its own. */
static void test_query_group_of_a_file_has_no_rate(void **state)
{
	struct event e = { .kind = EV_HOST, .time_ns = T0, .host = { .offline = true } };
	struct query q = { .group = column_find("rport"), .sort = column_find("bytes"),
			   .descending = true };
	struct result r;
	struct value v;
	struct host h;
	struct row row;
	uint64_t sum;

	(void)state;
	host_init(&h);
	model_apply(h.m, &e);
	add_exchange(&h, 123, 100);
	add_exchange(&h, 53, 100);
	add_exchange(&h, 53, 300);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, false, &r), 0);
	assert_int_equal(r.group_count, 2);
	assert_true(model_row(h.m, r.items[1].id, &row));
	assert_true(column_get(column_find("rx_rate"), &row, &v));
	assert_string_equal(r.groups[0].label, "53");
	assert_int_equal(r.groups[0].rx_bps, MODEL_RATE_UNKNOWN);
	assert_int_equal(r.groups[0].tx_bps, MODEL_RATE_UNKNOWN);
	assert_true(group_sum(&r.groups[0], column_find("bytes"), &sum));
	assert_int_equal(sum, 800);
	assert_true(group_sum(&r.groups[1], column_find("packets"), &sum));
	assert_int_equal(sum, 2);
	assert_false(group_sum(&r.groups[1], column_find("rtt"), &sum));
	assert_true(column_get(column_find("duration"), &row, &v));
	assert_int_equal(v.u64, 500 * NSEC_PER_MSEC);
	result_fini(&r);
	host_fini(&h);
}

static void test_query_groups_by_what_is_plain(void **state)
{
	static const char *const plain[] = { "process", "state", "raddr", "lport",
					     "proto",	"uid",	 "local" };
	static const char *const sums[] = { "rtt", "tx_rate", "rx_bytes", "first_seen", "holders" };

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_true(query_can_group(column_find(plain[i])));
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		assert_false(query_can_group(column_find(sums[i])));
}

/* Java's are alike but for an option far behind. */
static void test_query_groups_command_lines_by_all_their_bytes(void **state)
{
	struct query q = { .group = column_find("cmdline") };
	char cmdline[EVENT_CMDLINE_MAX];
	struct result r;
	struct host h;

	(void)state;
	host_of_six(&h);
	memset(cmdline, 'j', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = '\0';
	hold(&h, 1, 10, "java", cmdline);
	cmdline[120] = 'k';
	hold(&h, 3, 11, "java", cmdline);
	cmdline[120] = 'j';
	cmdline[sizeof(cmdline) - 2] = 'k';
	hold(&h, 5, 12, "java", cmdline);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, true, &r), 0);
	assert_int_equal(r.group_count, 4);
	assert_string_equal(r.groups[1].label, cmdline);
	result_fini(&r);
	host_fini(&h);
}

static void test_query_many_groups_keep_every_row(void **state)
{
	enum { SOCKETS = 900 };
	struct query q = { .group = column_find("rport"),
			   .sort = column_find("lport"),
			   .descending = true };
	struct result r;
	struct host h;
	uint32_t rows = 0, group = 0;

	(void)state;
	host_init(&h);
	for (uint16_t i = 0; i < SOCKETS; i++)
		add_socket(&h, SP_TCP, ST_ESTABLISHED,
			   (struct ends){ "10.0.0.1", 1000 + i, "10.0.0.9", 2000 + i % 300 }, 1);
	result_init(&r);
	assert_int_equal(query_run(&q, h.m, false, &r), 0);
	assert_int_equal(r.group_count, 300);
	assert_int_equal(r.count, SOCKETS + 300);
	for (uint32_t i = 0; i < r.count; i++) {
		struct row row;

		if (r.items[i].is_group) {
			group = r.items[i].id;
			assert_int_equal(r.groups[group].value.u64, 2000 + group);
			assert_int_equal(r.groups[group].rows, 3);
			continue;
		}
		assert_true(model_row(h.m, r.items[i].id, &row));
		assert_int_equal(row.sk->rec.rport, 2000 + group);
		rows++;
	}
	assert_int_equal(rows, SOCKETS);
	result_fini(&r);
	host_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_without_anything_gives_the_tables_order),
		cmocka_unit_test(test_query_of_an_empty_model_is_empty),
		cmocka_unit_test(test_query_sort_is_stable_with_unknown_last),
		cmocka_unit_test(test_query_sorts_long_texts_by_all_their_bytes),
		cmocka_unit_test(test_query_toggles_leave_rows_out),
		cmocka_unit_test(test_query_sorts_and_groups_paths_after_addresses),
		cmocka_unit_test(test_query_leaves_ended_sockets_out_where_asked),
		cmocka_unit_test(test_query_leaves_flows_that_are_over_out_with_ended_sockets),
		cmocka_unit_test(test_query_shows_hidden_kinds_that_a_filter_names),
		cmocka_unit_test(test_query_group_does_not_count_ended_sockets),
		cmocka_unit_test(test_query_both_filters_must_match),
		cmocka_unit_test(test_query_groups_have_their_rows_below),
		cmocka_unit_test(test_query_group_counts_its_rows),
		cmocka_unit_test(test_query_groups_go_by_their_sum),
		cmocka_unit_test(test_query_group_counts_both_ends_of_a_loopback_flow),
		cmocka_unit_test(test_query_group_counts_served_flows_once),
		cmocka_unit_test(test_query_group_sum_stays_when_a_served_flow_expires),
		cmocka_unit_test(test_query_group_of_a_peer_has_its_own_traffic),
		cmocka_unit_test(test_query_group_of_a_file_has_no_rate),
		cmocka_unit_test(test_query_groups_by_what_is_plain),
		cmocka_unit_test(test_query_groups_command_lines_by_all_their_bytes),
		cmocka_unit_test(test_query_many_groups_keep_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
