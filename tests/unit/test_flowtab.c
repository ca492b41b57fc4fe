/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net/flowtab.c with its index and points: the books balance after every packet, and the right flow
 * goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/flowtab.h"

enum { SEED = 42, OUT_MAX = 4096 };

#define START_NS (1700000000ull * NSEC_PER_SEC)

/* A packet of the n-th tuple. reverse: from the server. */
static struct pktmeta packet(unsigned n, uint8_t proto, bool reverse)
{
	uint8_t client_v4[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	uint8_t server_v4[4] = { 192, 0, 2, 1 };
	struct addr client = addr_from_v4(client_v4), server = addr_from_v4(server_v4);
	struct pktmeta m = {
		.kind = PKT_FLOW, .time_ns = START_NS, .wire_bytes = 114, .ip_bytes = 100,
		.payload_bytes = 60, .segs = 1, .ifindex = 2,
	};

	if (reverse)
		m.from = (uint8_t)flowkey_make(&m.key, proto, &server, 443, &client, 40000);
	else
		m.from = (uint8_t)flowkey_make(&m.key, proto, &client, 40000, &server, 443);
	return m;
}

static struct pktmeta tcp(unsigned n, bool reverse, uint8_t flags)
{
	struct pktmeta m = packet(n, IPPROTO_TCP, reverse);

	m.tcp_flags = flags;
	m.ack = flags & WIRE_ACK ? 1 : 0;	/* every SYN has the sequence number 0 */
	if (flags & WIRE_SYN)
		m.payload_bytes = 0;
	return m;
}

static void establish(struct flowtab *t, unsigned n)
{
	struct pktmeta m = tcp(n, false, WIRE_SYN);

	flowtab_add(t, &m);
	m = tcp(n, true, WIRE_SYN | WIRE_ACK);
	flowtab_add(t, &m);
	m = tcp(n, false, WIRE_ACK);
	flowtab_add(t, &m);
}

static void assert_balance(const struct flowtab *t)
{
	const struct flowtotals *n = flowtab_totals(t);
	uint64_t packets, bytes;

	flowtab_sum(t, &packets, &bytes);
	assert_int_equal(n->packets, packets + n->repeats + n->expired_packets +
					     n->evicted_packets + n->not_ip + n->undecodable);
	assert_int_equal(n->bytes, bytes + n->repeat_bytes + n->expired_bytes + n->evicted_bytes +
					   n->not_ip_bytes + n->undecodable_bytes);
	assert_true(n->live_flows <= n->flow_limit);
}

static struct flowout *collect_all(struct flowtab *t, uint32_t *count)
{
	struct flowout *out = calloc(OUT_MAX, sizeof(*out));

	assert_non_null(out);
	*count = flowtab_collect(t, out, OUT_MAX);
	assert_false(flowtab_has_changes(t));
	return out;
}

/* The one change that waits. */
static struct flowout collect_one(struct flowtab *t)
{
	struct flowout out[2];

	assert_int_equal(flowtab_collect(t, out, 2), 1);
	return out[0];
}

static void test_flowtab_counts_by_sending_end(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta there = packet(1, IPPROTO_UDP, false), back = packet(1, IPPROTO_UDP, true);
	struct flowout out;

	(void)state;
	there.way = PKT_OUT;
	back.way = PKT_IN;
	back.ip_bytes = 1000;
	back.payload_bytes = 900;
	back.segs = 3;
	back.time_ns += 5;
	back.vlan = 7;
	assert_true(flowtab_add(t, &there));
	assert_false(flowtab_add(t, &back));
	assert_false(flowtab_add(t, &back));
	out = collect_one(t);
	assert_false(out.ended);
	assert_int_equal(out.rec.dir[there.from].packets, 1);
	assert_int_equal(out.rec.dir[there.from].bytes, 100);
	assert_int_equal(out.rec.dir[back.from].packets, 2);
	assert_int_equal(out.rec.dir[back.from].segs, 6);
	assert_int_equal(out.rec.dir[back.from].bytes, 2000);
	assert_int_equal(out.rec.dir[back.from].payload, 1800);
	assert_int_equal(out.rec.first_ns, START_NS);
	assert_int_equal(out.rec.last_ns, START_NS + 5);
	assert_int_equal(out.rec.opener, there.from);
	assert_false(out.rec.opener_certain);
	assert_int_equal(out.rec.sent_here, 1 << there.from);
	assert_int_equal(out.rec.got_here, 1 << back.from);
	assert_int_equal(out.rec.points, 2);
	assert_int_equal(out.rec.ifindex, 2);
	assert_int_equal(out.rec.vlan, 7);
	flowtab_free(t);
}

static void test_flowtab_other_kinds_are_counted_by_wire_bytes(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = { .kind = PKT_NOT_IP, .wire_bytes = 60 };

	(void)state;
	assert_false(flowtab_add(t, &m));
	m.kind = PKT_UNDECODABLE;
	m.wire_bytes = 20;
	assert_false(flowtab_add(t, &m));
	assert_int_equal(flowtab_totals(t)->packets, 2);
	assert_int_equal(flowtab_totals(t)->bytes, 80);
	assert_int_equal(flowtab_totals(t)->not_ip_bytes, 60);
	assert_int_equal(flowtab_totals(t)->undecodable, 1);
	assert_false(flowtab_has_changes(t));
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_value_is_the_maximum_over_points(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = packet(1, IPPROTO_UDP, false);
	struct flowout out;

	(void)state;
	/* Port 3 sees five packets, port 4 the last two of them and then four more. */
	for (unsigned i = 0; i < 11; i++) {
		bool second = i == 4 || i >= 6;

		m.ifindex = second ? 4 : 3;
		m.way = second ? PKT_OUT : PKT_IN;
		flowtab_add(t, &m);
		assert_balance(t);
	}
	out = collect_one(t);
	assert_int_equal(out.rec.dir[m.from].packets, 6);
	assert_int_equal(out.rec.dir[m.from].bytes, 600);
	assert_int_equal(out.rec.points, 2);
	assert_int_equal(out.rec.ifindex, 4);
	assert_int_equal(flowtab_totals(t)->repeats, 5);
	assert_int_equal(flowtab_totals(t)->repeat_bytes, 500);
	flowtab_free(t);
}

static void test_flowtab_point_too_many_is_repeats(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = packet(1, IPPROTO_UDP, false);
	struct flowout out;

	(void)state;
	for (m.ifindex = 1; m.ifindex <= 6; m.ifindex++) {
		flowtab_add(t, &m);
		assert_balance(t);
	}
	m.ifindex = 6;
	flowtab_add(t, &m);
	out = collect_one(t);
	assert_int_equal(out.rec.points, 4);
	assert_int_equal(out.rec.dir[m.from].packets, 1);
	assert_int_equal(flowtab_totals(t)->repeats, 6);
	flowtab_free(t);
}

static void test_flowtab_full_slab_of_points_keeps_the_balance(void **state)
{
	struct flowtab *t = flowtab_new(2, SEED);	/* room for four points */

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct pktmeta m = packet(i % 3, IPPROTO_UDP, i % 2);

		m.ifindex = 1 + i / 3 % 4;
		flowtab_add(t, &m);
		assert_balance(t);
	}
	flowtab_free(t);
}

/* What each point saw, by a table that is too simple to be wrong. */
enum { REF_FLOWS = 50, REF_POINTS = 4 };

static void assert_matches(const struct flowout *out, uint64_t seen[REF_FLOWS][2][REF_POINTS])
{
	const struct addr *a = &out->rec.key.addr[0];
	unsigned n = a->b[15];	/* the client: 10/8 sorts before 192/8 */

	for (unsigned end = 0; end < 2; end++) {
		uint64_t most = 0;

		for (unsigned p = 0; p < REF_POINTS; p++)
			most = seen[n][end][p] > most ? seen[n][end][p] : most;
		assert_int_equal(out->rec.dir[end].packets, most);
		assert_int_equal(out->rec.dir[end].bytes, most * 100);
		assert_int_equal(out->rec.dir[end].payload, most * 60);
	}
}

static void test_flowtab_random_points_match_a_simple_table(void **state)
{
	static uint64_t seen[REF_FLOWS][2][REF_POINTS];
	struct flowtab *t = flowtab_new(4 * REF_FLOWS, SEED);	/* room for all points */
	unsigned short dice[3] = { 1, 2, 3 };
	struct flowout *out;
	uint32_t count;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned n = (unsigned)nrand48(dice) % REF_FLOWS;
		unsigned point = (unsigned)nrand48(dice) % REF_POINTS;
		struct pktmeta m = packet(n, IPPROTO_UDP, nrand48(dice) & 1);

		m.ifindex = 1 + point / 2;
		m.way = point & 1 ? PKT_OUT : PKT_IN;
		seen[n][m.from][point]++;
		flowtab_add(t, &m);
		if (i % 16 == 0)
			assert_balance(t);
	}
	out = collect_all(t, &count);
	assert_int_equal(count, REF_FLOWS);
	for (uint32_t i = 0; i < count; i++)
		assert_matches(&out[i], seen);
	free(out);
	flowtab_free(t);
}

static void make_later(struct pktmeta *m)
{
	m->fragment = true;
	m->fragment_first = false;
	m->key.port[0] = m->key.port[1] = 0;
	m->tcp_flags = 0;
}

/* One of eight is a fragment, one of eight an ICMP error about some flow. */
static void make_odd(struct pktmeta *m, unsigned short dice[3])
{
	unsigned r = (unsigned)nrand48(dice);
	struct pktmeta about = packet(r >> 8 & 0xff, r & 8 ? IPPROTO_TCP : IPPROTO_UDP, r & 16);

	m->fragment_id = r >> 20 & 7;
	if ((r & 7) == 0) {
		m->fragment_first = r & 32;
		m->fragment = !m->fragment_first;
		if (m->fragment)
			make_later(m);
	} else if ((r & 7) == 1) {
		m->key.proto = IPPROTO_ICMP;
		m->key.port[0] = m->key.port[1] = 0;
		m->tcp_flags = 0;
		m->is_error = true;
		m->icmp_type = 3;
		m->icmp_code = 3;
		m->about = about.key;
		m->about_from = about.from;
	}
}

/*
 * More tuples than room, several points, every flag, time that jumps, expiry and publishing in
 * between.
 */
static void storm(struct flowtab *t)
{
	unsigned short dice[3] = { 4, 5, 6 };
	struct flowout out[8];
	uint64_t now = START_NS;

	for (unsigned i = 0; i < 60000; i++) {
		unsigned r = (unsigned)nrand48(dice);
		uint8_t proto = r & 0x1000 ? IPPROTO_TCP : IPPROTO_UDP;
		struct pktmeta m = packet(r % 300, proto, r >> 13 & 1);

		m.kind = r >> 14 & 63 ? PKT_FLOW : r >> 20 & 1 ? PKT_NOT_IP : PKT_UNDECODABLE;
		m.ifindex = r >> 21 & 3;
		m.way = (uint8_t)((r >> 23) % 3);
		m.tcp_flags = m.key.proto == IPPROTO_TCP ? (uint8_t)nrand48(dice) & 0x17 : 0;
		m.seq = m.ack = (uint32_t)nrand48(dice) & 3;
		m.ip_bytes = (uint32_t)nrand48(dice);
		m.time_ns = now + (uint64_t)nrand48(dice) - (1u << 30);
		m.payload_bytes = (uint32_t)nrand48(dice) & 0xfff;
		make_odd(&m, dice);
		flowtab_add(t, &m);
		if (m.fragment_first) {
			assert_balance(t);
			make_later(&m);
			flowtab_add(t, &m);
		}
		assert_balance(t);
		now += (uint64_t)nrand48(dice) * 2;
		if (i % 8 == 0)
			flowtab_expire(t, now, 16);
		if (i % 100 == 0)
			flowtab_collect(t, out, 8);
		assert_balance(t);
	}
	assert_true(flowtab_totals(t)->evicted_flows > 1000);
	assert_true(flowtab_totals(t)->expired_flows > 100);
	assert_true(flowtab_totals(t)->repeats > 1000);
	assert_true(flowtab_totals(t)->fragments > 100);
	assert_true(flowtab_totals(t)->lone_fragments > 100);
}

static void test_flowtab_balances_after_every_packet_of_a_storm(void **state)
{
	struct flowtab *t = flowtab_new(64, SEED);

	(void)state;
	storm(t);
	flowtab_free(t);
	t = flowtab_new(64, SEED);
	flowtab_keep_former(t);
	storm(t);
	flowtab_free(t);
}

static size_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	size_t total = 0, resident = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu %zu", &total, &resident), 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* A packet each of tuples first to first + count - 1, none of which is known. */
static void flood(struct flowtab *t, unsigned first, unsigned count, uint8_t flags)
{
	enum { BATCH = 64 };
	static struct pktmeta m[BATCH];

	for (unsigned done = 0; done < count; done += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			m[i] = tcp(first + done + i, false, flags);
		assert_int_equal(flowtab_add_batch(t, m, BATCH), BATCH);
	}
}

static void test_flowtab_ten_million_syns_leave_memory_flat_and_connections_alone(void **state)
{
	enum { LIMIT = 1 << 16, KEPT = 1000, SLICE = 1000000 / 64 * 64, SLICES = 10 };
	struct flowtab *t = flowtab_new(LIMIT, SEED);
	size_t before = 0;

	(void)state;
	for (unsigned n = 0; n < KEPT; n++)
		establish(t, n);
	for (unsigned i = 0; i < SLICES; i++) {
		flood(t, KEPT + i * SLICE, SLICE, WIRE_SYN);
		assert_balance(t);
		assert_int_equal(flowtab_totals(t)->live_flows, LIMIT);
		before = i ? before : resident_bytes();
	}
	assert_true(resident_bytes() < before + (1 << 20));
	assert_int_equal(flowtab_totals(t)->evicted_flows, SLICES * SLICE + KEPT - LIMIT);
	assert_int_equal(flowtab_totals(t)->packets, SLICES * SLICE + 3 * KEPT);
	for (unsigned n = 0; n < KEPT; n++) {
		struct pktmeta m = tcp(n, true, WIRE_ACK);

		assert_false(flowtab_add(t, &m));
	}
	flowtab_free(t);
}

static void assert_knows(struct flowtab *t, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		struct pktmeta m = tcp(n, true, WIRE_ACK);

		assert_false(flowtab_add(t, &m));
	}
}

/* Whatever they claim to be: nobody answered. */
static void test_flowtab_flood_of_lone_segments_leaves_connections_alone(void **state)
{
	static const uint8_t flags[] = {
		WIRE_FIN, WIRE_FIN | WIRE_ACK, WIRE_PSH | WIRE_ACK, WIRE_ACK, WIRE_SYN | WIRE_ACK,
	};
	enum { LIMIT = 4096, KEPT = 1000, FLOOD = 64000 };

	(void)state;
	for (unsigned i = 0; i < sizeof(flags); i++) {
		struct flowtab *t = flowtab_new(LIMIT, SEED);

		for (unsigned n = 0; n < KEPT; n++)
			establish(t, n);
		for (unsigned again = 0; again < 2; again++) {
			flood(t, KEPT, FLOOD, flags[i]);
			assert_balance(t);
			assert_knows(t, KEPT);
		}
		flowtab_free(t);
	}
}

/* An end at a time: data of one is no connection, however much of it; the other's answer makes one. */
static void test_flowtab_one_direction_alone_is_worth_no_more_than_datagrams(void **state)
{
	struct flowtab *t = flowtab_new(3, SEED);
	struct pktmeta one_way = tcp(1, false, WIRE_ACK), two_way = tcp(2, false, WIRE_ACK), m;

	(void)state;
	flowtab_add(t, &two_way);
	m = tcp(2, true, WIRE_ACK);
	flowtab_add(t, &m);
	for (unsigned i = 0; i < 9; i++)
		flowtab_add(t, &one_way);
	establish(t, 3);
	establish(t, 4);
	assert_false(flowtab_add(t, &two_way));
	assert_true(flowtab_add(t, &one_way));
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_evicts_closed_then_half_open_then_idle_first(void **state)
{
	static const uint64_t evicted_bytes[] = { 1, 21, 321, 8321 };
	struct flowtab *t = flowtab_new(5, SEED);
	struct pktmeta closed = tcp(0, false, WIRE_RST), half = tcp(1, false, WIRE_SYN);
	struct pktmeta once = packet(2, IPPROTO_UDP, false), often = packet(3, IPPROTO_UDP, false);

	(void)state;
	closed.ip_bytes = 1;
	half.ip_bytes = 20;
	once.ip_bytes = 300;
	often.ip_bytes = 4000;
	establish(t, 4);
	flowtab_add(t, &often);
	flowtab_add(t, &often);
	flowtab_add(t, &once);
	flowtab_add(t, &half);
	flowtab_add(t, &closed);
	for (unsigned i = 0; i < 4; i++) {
		establish(t, 100 + i);
		assert_int_equal(flowtab_totals(t)->evicted_flows, i + 1);
		assert_int_equal(flowtab_totals(t)->evicted_bytes, evicted_bytes[i]);
	}
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_busy_flow_outlives_an_idle_one_of_its_rank(void **state)
{
	struct flowtab *t = flowtab_new(3, SEED);
	struct pktmeta eldest = tcp(1, false, WIRE_ACK), younger = tcp(2, false, WIRE_ACK);

	(void)state;
	establish(t, 0);
	establish(t, 1);
	establish(t, 2);
	/* All were just active: the eldest goes. After that, whoever had packets since stays. */
	establish(t, 3);
	assert_false(flowtab_add(t, &eldest));
	establish(t, 4);
	assert_int_equal(flowtab_totals(t)->evicted_flows, 2);
	assert_false(flowtab_add(t, &eldest));
	assert_true(flowtab_add(t, &younger));
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_expires_by_kind(void **state)
{
	static const unsigned seconds[] = { 61, 121, 3601 };
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta half = tcp(0, false, WIRE_SYN), closed = tcp(1, false, WIRE_RST);
	struct pktmeta udp = packet(2, IPPROTO_UDP, false);

	(void)state;
	flowtab_add(t, &half);
	flowtab_add(t, &closed);
	flowtab_add(t, &udp);
	establish(t, 3);
	for (unsigned i = 0; i < 3; i++) {
		static const unsigned left_before[] = { 4, 2, 1 }, left_after[] = { 2, 1, 0 };

		flowtab_expire(t, START_NS + (seconds[i] - 1) * NSEC_PER_SEC, 16);
		assert_int_equal(flowtab_totals(t)->live_flows, left_before[i]);
		flowtab_expire(t, START_NS + seconds[i] * NSEC_PER_SEC, 16);
		assert_int_equal(flowtab_totals(t)->live_flows, left_after[i]);
		assert_balance(t);
	}
	flowtab_free(t);
}

static void test_flowtab_expires_nothing_when_time_runs_backwards(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = packet(0, IPPROTO_UDP, false);

	(void)state;
	flowtab_add(t, &m);
	flowtab_expire(t, START_NS - 7200 * NSEC_PER_SEC, 16);
	flowtab_expire(t, 0, 16);
	assert_int_equal(flowtab_totals(t)->live_flows, 1);
	flowtab_free(t);
}

static void test_flowtab_expired_flow_is_told_as_ended_and_its_id_used_again(void **state)
{
	struct flowtab *t = flowtab_new(1, SEED);
	struct pktmeta m = packet(0, IPPROTO_UDP, false);
	struct flowout first, ended, again;

	(void)state;
	flowtab_add(t, &m);
	first = collect_one(t);
	flowtab_expire(t, START_NS + 200 * NSEC_PER_SEC, 1);
	assert_int_equal(flowtab_totals(t)->expired_packets, 1);
	ended = collect_one(t);
	assert_true(ended.ended);
	assert_int_equal(ended.rec.gen, first.rec.gen);
	assert_int_equal(ended.rec.dir[m.from].packets, 1);
	assert_false(flowtab_has_changes(t));
	assert_true(flowtab_add(t, &m));
	again = collect_one(t);
	assert_false(again.ended);
	assert_int_equal(again.rec.id, first.rec.id);
	assert_int_not_equal(again.rec.gen, first.rec.gen);
	assert_int_equal(again.rec.dir[m.from].packets, 1);
	flowtab_free(t);
}

static void test_flowtab_ended_flow_that_was_not_published_yields_its_slot(void **state)
{
	struct flowtab *t = flowtab_new(1, SEED);
	struct pktmeta m = packet(0, IPPROTO_UDP, false);

	(void)state;
	flowtab_add(t, &m);
	flowtab_expire(t, START_NS + 200 * NSEC_PER_SEC, 1);
	m = packet(1, IPPROTO_UDP, false);
	assert_true(flowtab_add(t, &m));
	assert_int_equal(flowtab_totals(t)->evicted_flows, 0);
	assert_int_equal(flowtab_totals(t)->expired_flows, 1);
	assert_int_equal(flowtab_totals(t)->live_flows, 1);
	assert_false(collect_one(t).ended);
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_syn_on_a_closed_flow_begins_another(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m;
	struct flowout before, after;

	(void)state;
	establish(t, 0);
	m = tcp(0, true, WIRE_RST);
	flowtab_add(t, &m);
	before = collect_one(t);
	assert_int_equal(before.rec.wire_state, WS_RESET);
	assert_int_equal(before.rec.rst_from, 1 << m.from);
	m = tcp(0, false, WIRE_SYN);
	m.seq = 77777;
	assert_true(flowtab_add(t, &m));
	after = collect_one(t);
	assert_int_equal(after.rec.id, before.rec.id);
	assert_int_equal(after.rec.gen, before.rec.gen + 1);
	assert_int_equal(after.rec.wire_state, WS_SYN_SENT);
	assert_int_equal(after.rec.dir[0].packets + after.rec.dir[1].packets, 1);
	assert_int_equal(after.rec.rst_from, 0);
	assert_int_equal(flowtab_totals(t)->expired_packets, 4);
	assert_balance(t);
	flowtab_free(t);
}

static void assert_former_and_new(struct flowtab *t)
{
	struct flowout *out;
	uint32_t count;

	out = collect_all(t, &count);
	assert_int_equal(count, 2);
	assert_true(flowkey_equal(&out[0].rec.key, &out[1].rec.key));
	assert_int_not_equal(out[0].rec.id, out[1].rec.id);
	for (unsigned i = 0; i < 2; i++) {
		bool former = out[i].rec.wire_state == WS_RESET;
		uint64_t packets = out[i].rec.dir[0].packets + out[i].rec.dir[1].packets;

		assert_false(out[i].ended);
		assert_int_equal(packets, former ? 4 : 2);
		assert_int_equal(out[i].rec.wire_state, former ? WS_RESET : WS_SYN_RECV);
	}
	assert_int_not_equal(out[0].rec.wire_state, out[1].rec.wire_state);
	free(out);
}

static void test_flowtab_former_flow_of_a_tuple_stays_where_that_is_wanted(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m;

	(void)state;
	flowtab_keep_former(t);
	establish(t, 0);
	m = tcp(0, true, WIRE_RST);
	flowtab_add(t, &m);
	m = tcp(0, false, WIRE_SYN);
	m.seq = 77777;
	assert_true(flowtab_add(t, &m));
	m = tcp(0, true, WIRE_SYN | WIRE_ACK);
	m.ack = 77778;
	assert_false(flowtab_add(t, &m));
	assert_former_and_new(t);
	assert_int_equal(flowtab_totals(t)->live_flows, 2);
	assert_int_equal(flowtab_totals(t)->expired_flows, 0);
	assert_balance(t);
	/* Both grow too old, and a slot of a flow that was not in the index serves another. */
	flowtab_expire(t, START_NS + 4000 * NSEC_PER_SEC, 16);
	assert_int_equal(flowtab_totals(t)->live_flows, 0);
	assert_int_equal(flowtab_totals(t)->expired_packets, 6);
	establish(t, 0);
	m = tcp(0, true, WIRE_ACK);
	assert_false(flowtab_add(t, &m));
	assert_balance(t);
	flowtab_free(t);
}

/* One tuple is used over and over, in a table that has room for few: the former ones go first. */
static void test_flowtab_former_flows_are_evicted_at_the_cap(void **state)
{
	struct flowtab *t = flowtab_new(8, SEED);
	struct pktmeta m;

	(void)state;
	flowtab_keep_former(t);
	for (unsigned n = 1; n <= 4; n++)
		establish(t, n);
	for (unsigned i = 0; i < 100; i++) {
		m = tcp(0, false, WIRE_SYN);
		m.seq = 1000 + i;
		assert_true(flowtab_add(t, &m));
		m = tcp(0, true, WIRE_RST);
		assert_false(flowtab_add(t, &m));
		assert_balance(t);
	}
	assert_int_equal(flowtab_totals(t)->live_flows, 8);
	assert_int_equal(flowtab_totals(t)->evicted_flows, 96);
	assert_int_equal(flowtab_totals(t)->evicted_packets, 192);
	for (unsigned n = 1; n <= 4; n++) {
		m = tcp(n, true, WIRE_ACK);
		assert_false(flowtab_add(t, &m));
	}
	flowtab_free(t);
}

static void test_flowtab_answer_to_another_syn_begins_another(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta syn = tcp(0, false, WIRE_SYN), accept = tcp(0, true, WIRE_SYN | WIRE_ACK);
	struct flowout before, after;

	(void)state;
	establish(t, 0);
	before = collect_one(t);
	/* Its FINs were lost, or it was forged: a SYN alone changes nothing. */
	syn.seq = 77777;
	assert_false(flowtab_add(t, &syn));
	assert_int_equal(collect_one(t).rec.wire_state, WS_ESTABLISHED);
	accept.ack = 77778;
	assert_true(flowtab_add(t, &accept));
	after = collect_one(t);
	assert_int_equal(after.rec.gen, before.rec.gen + 1);
	assert_int_equal(after.rec.wire_state, WS_SYN_RECV);
	assert_int_equal(after.rec.opener, syn.from);
	assert_int_equal(after.rec.dir[0].packets + after.rec.dir[1].packets, 1);
	assert_int_equal(flowtab_totals(t)->expired_packets, 4);
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_first_seen_is_the_earliest_stamp(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = packet(0, IPPROTO_UDP, false);
	struct flowout out;

	(void)state;
	flowtab_add(t, &m);
	/* Rings of several CPUs are read one after the other. */
	m.time_ns = START_NS - 1000;
	flowtab_add(t, &m);
	m.time_ns = START_NS - 500;
	flowtab_add(t, &m);
	out = collect_one(t);
	assert_true(out.rec.first_ns == START_NS - 1000);
	assert_true(out.rec.last_ns == START_NS);
	flowtab_free(t);
}

static void test_flowtab_collects_in_slices_and_each_change_once(void **state)
{
	struct flowtab *t = flowtab_new(64, SEED);
	struct flowout out[7];
	unsigned seen[64] = { 0 };
	uint32_t n;

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		struct pktmeta m = packet(i % 60, IPPROTO_UDP, false);

		flowtab_add(t, &m);
	}
	while ((n = flowtab_collect(t, out, 7)))
		for (uint32_t i = 0; i < n; i++)
			seen[out[i].rec.id]++;
	for (unsigned i = 0; i < 60; i++)
		assert_int_equal(seen[i], 1);
	flowtab_free(t);
}

static void test_flowtab_flood_of_new_flows_does_not_silence_the_others(void **state)
{
	enum { FLOOD = 64, ROOM = 8, CHANGED = 3 };
	struct flowtab *t = flowtab_new(128, SEED);
	struct flowout out[ROOM];
	unsigned told = 0;

	(void)state;
	for (unsigned n = 0; n < CHANGED; n++)
		establish(t, n);
	flowtab_collect(t, out, ROOM);
	for (unsigned n = 0; n < CHANGED; n++) {
		struct pktmeta m = tcp(n, true, WIRE_ACK);

		flowtab_add(t, &m);
	}
	for (unsigned n = 0; n < FLOOD; n++) {
		struct pktmeta m = tcp(1000 + n, false, WIRE_SYN);

		flowtab_add(t, &m);
	}
	assert_int_equal(flowtab_collect(t, out, ROOM), ROOM);
	for (unsigned i = 0; i < ROOM; i++)
		told += out[i].rec.wire_state == WS_ESTABLISHED;
	assert_int_equal(told, CHANGED);
	flowtab_free(t);
}

/* The one flow that is wanted at once; NULL: there is none. */
static const struct flowout *urgent(struct flowtab *t, struct flowout out[2])
{
	uint32_t count = flowtab_collect_began(t, out, 2);

	assert_true(count < 2);
	assert_false(flowtab_has_begun(t));
	return count ? &out[0] : NULL;
}

static void test_flowtab_completed_handshake_is_urgent_like_a_beginning(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta syn = tcp(0, false, WIRE_SYN), accept = tcp(0, true, WIRE_SYN | WIRE_ACK);
	struct pktmeta ack = tcp(0, false, WIRE_ACK), data = tcp(0, true, WIRE_ACK);
	struct flowout out[2];

	(void)state;
	flowtab_add(t, &syn);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_SYN_SENT);
	flowtab_add(t, &accept);
	assert_null(urgent(t, out));
	assert_true(flowtab_has_changes(t));
	flowtab_add(t, &ack);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_ESTABLISHED);
	assert_int_equal(out[0].rec.dir[ack.from].packets, 2);
	assert_int_equal(out[0].rec.dir[accept.from].packets, 1);
	/* It is told once, and what follows has time. */
	assert_false(flowtab_has_changes(t));
	flowtab_add(t, &data);
	flowtab_add(t, &ack);
	assert_null(urgent(t, out));
	assert_int_equal(collect_one(t).rec.dir[ack.from].packets, 3);
	flowtab_free(t);
}

static void test_flowtab_reset_and_refusal_are_urgent_and_told_once(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta syn = tcp(1, false, WIRE_SYN), fin = tcp(0, false, WIRE_FIN | WIRE_ACK);
	struct pktmeta rst = tcp(0, true, WIRE_RST), refusal = tcp(1, true, WIRE_RST | WIRE_ACK);
	struct flowout out[2];

	(void)state;
	establish(t, 0);
	assert_non_null(urgent(t, out));
	flowtab_add(t, &fin);
	assert_null(urgent(t, out));
	flowtab_add(t, &rst);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_RESET);
	flowtab_add(t, &rst);
	assert_null(urgent(t, out));
	flowtab_add(t, &syn);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_SYN_SENT);
	flowtab_add(t, &refusal);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_REFUSED);
	flowtab_free(t);
}

static void test_flowtab_whole_handshake_at_once_is_told_once(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowout out[2];

	(void)state;
	establish(t, 0);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_ESTABLISHED);
	assert_false(flowtab_has_changes(t));
	flowtab_free(t);
}

static void test_flowtab_connection_met_midway_is_told_as_begun_only(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta there = tcp(0, false, WIRE_ACK), back = tcp(0, true, WIRE_ACK);
	struct flowout out[2];

	(void)state;
	there.payload_bytes = 0;
	flowtab_add(t, &there);
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_NONE);
	flowtab_add(t, &back);
	assert_null(urgent(t, out));
	assert_int_equal(collect_one(t).rec.wire_state, WS_ESTABLISHED);
	flowtab_free(t);
}

static void test_flowtab_tuple_used_again_is_urgent_though_a_change_waits(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta rst = tcp(0, true, WIRE_RST), syn = tcp(0, false, WIRE_SYN);
	struct pktmeta late = tcp(0, false, WIRE_ACK);
	struct flowout out[2];

	(void)state;
	establish(t, 0);
	flowtab_add(t, &rst);
	assert_non_null(urgent(t, out));
	flowtab_add(t, &late);
	assert_null(urgent(t, out));
	assert_true(flowtab_has_changes(t));
	syn.seq = 77777;
	assert_true(flowtab_add(t, &syn));
	assert_int_equal(urgent(t, out)->rec.wire_state, WS_SYN_SENT);
	assert_false(flowtab_has_changes(t));
	flowtab_free(t);
}

/* Flows 0 to FLOWS_WAITING - 1 have had SYN and SYN-ACK, and wait. */
enum { FLOWS_WAITING = 5 };

static void let_wait(struct flowtab *t)
{
	struct flowout out[FLOWS_WAITING];
	struct pktmeta m;

	for (unsigned n = 0; n < FLOWS_WAITING; n++) {
		m = tcp(n, false, WIRE_SYN);
		flowtab_add(t, &m);
	}
	assert_int_equal(flowtab_collect(t, out, FLOWS_WAITING), FLOWS_WAITING);
	for (unsigned n = 0; n < FLOWS_WAITING; n++) {
		m = tcp(n, true, WIRE_SYN | WIRE_ACK);
		flowtab_add(t, &m);
	}
	assert_false(flowtab_has_begun(t));
}

static void acknowledge(struct flowtab *t, unsigned chosen, bool backwards)
{
	for (unsigned i = 0; i < FLOWS_WAITING; i++) {
		unsigned n = backwards ? FLOWS_WAITING - 1 - i : i;
		struct pktmeta ack = tcp(n, false, WIRE_ACK);

		if (chosen & 1u << n)
			flowtab_add(t, &ack);
	}
}

/*
 * Every subset of them completes its handshake, in either order, and then has more packets: these
 * are told once at once, and then each flow once more.
 */
static void test_flowtab_urgent_flows_leave_the_others_waiting(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 2u << FLOWS_WAITING; run++) {
		struct flowtab *t = flowtab_new(16, SEED);
		struct flowout out[FLOWS_WAITING + 1];
		unsigned chosen = run >> 1, told = 0;
		uint32_t count;

		let_wait(t);
		acknowledge(t, chosen, run & 1);
		count = flowtab_collect_began(t, out, FLOWS_WAITING + 1);
		assert_int_equal(count, __builtin_popcount(chosen));
		for (uint32_t i = 0; i < count; i++)
			told |= 1u << out[i].rec.id;
		assert_int_equal(told, chosen);
		acknowledge(t, chosen, false);
		assert_int_equal(flowtab_collect(t, out, FLOWS_WAITING + 1), FLOWS_WAITING);
		told = 0;
		for (uint32_t i = 0; i < FLOWS_WAITING; i++)
			told |= 1u << out[i].rec.id;
		assert_int_equal(told, (1u << FLOWS_WAITING) - 1);
		assert_false(flowtab_has_changes(t));
		flowtab_free(t);
	}
}

static void test_flowtab_batch_counts_as_single_packets_do(void **state)
{
	enum { PACKETS = 1000 };
	struct flowtab *one = flowtab_new(128, SEED), *many = flowtab_new(128, SEED);
	struct pktmeta *m = calloc(PACKETS, sizeof(*m));
	unsigned short dice[3] = { 7, 8, 9 };
	uint32_t began = 0;

	(void)state;
	for (unsigned i = 0; i < PACKETS; i++) {
		m[i] = tcp((unsigned)nrand48(dice) % 200, nrand48(dice) & 1,
			   (uint8_t)nrand48(dice) & 0x17);
		began += flowtab_add(one, &m[i]);
	}
	assert_int_equal(flowtab_add_batch(many, m, 0), 0);
	assert_int_equal(flowtab_add_batch(many, m, PACKETS), began);
	assert_memory_equal(flowtab_totals(one), flowtab_totals(many), sizeof(struct flowtotals));
	free(m);
	flowtab_free(one);
	flowtab_free(many);
}

/* Past several doublings of the index, and back through removal in the middle of its runs. */
static void test_flowtab_finds_every_flow_after_growth_and_removal(void **state)
{
	enum { FLOWS = 40000 };
	struct flowtab *t = flowtab_new(FLOWS, SEED);
	struct pktmeta m;

	(void)state;
	for (unsigned n = 0; n < FLOWS; n++) {
		m = packet(n, IPPROTO_UDP, false);
		m.time_ns += n % 2 ? 300 * NSEC_PER_SEC : 0;
		assert_true(flowtab_add(t, &m));
	}
	flowtab_expire(t, START_NS + 300 * NSEC_PER_SEC, FLOWS);
	assert_int_equal(flowtab_totals(t)->live_flows, FLOWS / 2);
	for (unsigned n = 0; n < FLOWS; n++) {
		m = packet(n, IPPROTO_UDP, true);
		assert_int_equal(flowtab_add(t, &m), n % 2 == 0);
	}
	assert_int_equal(flowtab_totals(t)->evicted_flows, 0);
	assert_balance(t);
	flowtab_free(t);
}

static void test_flowtab_unused_room_costs_no_memory(void **state)
{
	size_t before = resident_bytes();
	struct flowtab *t = flowtab_new(1 << 20, SEED);
	struct pktmeta m = packet(0, IPPROTO_UDP, false);

	(void)state;
	flowtab_add(t, &m);
	assert_true(resident_bytes() - before < 8u << 20);
	flowtab_free(t);
}

static void test_flowtab_refuses_a_limit_out_of_range(void **state)
{
	(void)state;
	assert_null(flowtab_new(0, SEED));
	assert_null(flowtab_new((1 << 24) + 1, SEED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowtab_counts_by_sending_end),
		cmocka_unit_test(test_flowtab_other_kinds_are_counted_by_wire_bytes),
		cmocka_unit_test(test_flowtab_value_is_the_maximum_over_points),
		cmocka_unit_test(test_flowtab_point_too_many_is_repeats),
		cmocka_unit_test(test_flowtab_full_slab_of_points_keeps_the_balance),
		cmocka_unit_test(test_flowtab_random_points_match_a_simple_table),
		cmocka_unit_test(test_flowtab_balances_after_every_packet_of_a_storm),
		cmocka_unit_test(test_flowtab_ten_million_syns_leave_memory_flat_and_connections_alone),
		cmocka_unit_test(test_flowtab_flood_of_lone_segments_leaves_connections_alone),
		cmocka_unit_test(test_flowtab_one_direction_alone_is_worth_no_more_than_datagrams),
		cmocka_unit_test(test_flowtab_evicts_closed_then_half_open_then_idle_first),
		cmocka_unit_test(test_flowtab_busy_flow_outlives_an_idle_one_of_its_rank),
		cmocka_unit_test(test_flowtab_expires_by_kind),
		cmocka_unit_test(test_flowtab_expires_nothing_when_time_runs_backwards),
		cmocka_unit_test(test_flowtab_expired_flow_is_told_as_ended_and_its_id_used_again),
		cmocka_unit_test(test_flowtab_ended_flow_that_was_not_published_yields_its_slot),
		cmocka_unit_test(test_flowtab_syn_on_a_closed_flow_begins_another),
		cmocka_unit_test(test_flowtab_former_flow_of_a_tuple_stays_where_that_is_wanted),
		cmocka_unit_test(test_flowtab_former_flows_are_evicted_at_the_cap),
		cmocka_unit_test(test_flowtab_answer_to_another_syn_begins_another),
		cmocka_unit_test(test_flowtab_first_seen_is_the_earliest_stamp),
		cmocka_unit_test(test_flowtab_collects_in_slices_and_each_change_once),
		cmocka_unit_test(test_flowtab_flood_of_new_flows_does_not_silence_the_others),
		cmocka_unit_test(test_flowtab_completed_handshake_is_urgent_like_a_beginning),
		cmocka_unit_test(test_flowtab_reset_and_refusal_are_urgent_and_told_once),
		cmocka_unit_test(test_flowtab_whole_handshake_at_once_is_told_once),
		cmocka_unit_test(test_flowtab_connection_met_midway_is_told_as_begun_only),
		cmocka_unit_test(test_flowtab_tuple_used_again_is_urgent_though_a_change_waits),
		cmocka_unit_test(test_flowtab_urgent_flows_leave_the_others_waiting),
		cmocka_unit_test(test_flowtab_batch_counts_as_single_packets_do),
		cmocka_unit_test(test_flowtab_finds_every_flow_after_growth_and_removal),
		cmocka_unit_test(test_flowtab_unused_room_costs_no_memory),
		cmocka_unit_test(test_flowtab_refuses_a_limit_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
