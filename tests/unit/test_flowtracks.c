/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net/flowtracks.c and what net/flowtab.c feeds it: which packets are followed, what ICMP errors and
 * fragments do to a flow, and that records come back. What a record tells is test_flowtrack.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "net/flowtracks.h"

enum { SEED = 42, CLIENT_PORT = 40000, MSS = 1460 };

#define START_NS (1700000000ull * NSEC_PER_SEC)

/* A packet between the n-th client and the server; reverse: from the server. */
static struct pktmeta packet(unsigned n, uint8_t proto, bool reverse)
{
	uint8_t client_v4[4] = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n },
		server_v4[4] = { 192, 0, 2, 1 };
	struct addr client = addr_from_v4(client_v4), server = addr_from_v4(server_v4);
	struct pktmeta m = {
		.kind = PKT_FLOW,
		.time_ns = START_NS,
		.ip_bytes = 140,
		.payload_bytes = 100,
		.segs = 1,
		.ifindex = 2,
		.wscale = WSCALE_NONE,
	};

	if (reverse)
		m.from = (uint8_t)flowkey_make(&m.key, proto, &server, 443, &client, CLIENT_PORT);
	else
		m.from = (uint8_t)flowkey_make(&m.key, proto, &client, CLIENT_PORT, &server, 443);
	return m;
}

static struct pktmeta tcp(bool reverse, uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct pktmeta m = packet(0, IPPROTO_TCP, reverse);

	m.tcp_flags = flags;
	m.seq = seq;
	m.ack = ack;
	m.window = 1000;
	if (flags & WIRE_SYN) {
		m.payload_bytes = 0;
		m.mss = reverse ? 0 : MSS;
		m.wscale = reverse ? WSCALE_NONE : 7;
	}
	return m;
}

/* That a port at the server does not answer to the n-th client. */
static struct pktmeta unreachable(unsigned n, uint8_t proto)
{
	struct pktmeta about = packet(n, proto, false), m = packet(n, IPPROTO_ICMP, true);

	m.key.port[0] = m.key.port[1] = 0;
	m.is_error = true;
	m.icmp_type = 3;
	m.icmp_code = 3;
	m.about = about.key;
	m.about_from = about.from;
	return m;
}

static void add(struct flowtab *t, struct pktmeta m)
{
	flowtab_add(t, &m);
}

/* The flow of that protocol, which is among the changes. */
static struct flowrec collect(struct flowtab *t, uint8_t proto)
{
	struct flowout out[8];
	uint32_t count = flowtab_collect(t, out, 8);

	for (uint32_t i = 0; i < count; i++)
		if (out[i].rec.key.proto == proto)
			return out[i].rec;
	fail();
	return (struct flowrec){ 0 };
}

static void establish(struct flowtab *t)
{
	struct pktmeta ack = tcp(false, WIRE_ACK, 1, 1);

	ack.payload_bytes = 0;
	add(t, tcp(false, WIRE_SYN, 0, 0));
	add(t, tcp(true, WIRE_SYN | WIRE_ACK, 0, 1));
	add(t, ack);
}

static void test_flowtracks_mere_syn_tells_what_it_offered(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta syn = tcp(false, WIRE_SYN, 5000, 0);
	struct flowrec alone, answered;

	(void)state;
	flowtab_add(t, &syn);
	alone = collect(t, IPPROTO_TCP);
	assert_true(alone.report.known);
	assert_int_equal(alone.report.end[syn.from].mss, MSS);
	assert_int_equal(alone.report.end[syn.from].wscale, 7);
	assert_string_equal(alone.report.history, "S");
	/* And so it does when it has a record. */
	syn = tcp(true, WIRE_SYN | WIRE_ACK, 9000, 5001);
	syn.time_ns += 3000000;
	flowtab_add(t, &syn);
	answered = collect(t, IPPROTO_TCP);
	assert_int_equal(answered.report.end[!syn.from].mss, MSS);
	assert_int_equal(answered.report.end[!syn.from].wscale, 7);
	assert_int_equal(answered.report.synack_us, 3000);
	assert_string_equal(answered.report.history, "Sh");
	flowtab_free(t);
}

static void test_flowtracks_first_datagram_is_a_question(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta question = packet(0, IPPROTO_UDP, false),
		       answer = packet(0, IPPROTO_UDP, true);
	struct flowrec rec;

	(void)state;
	question.ecn = 3;
	answer.time_ns += 2000000;
	flowtab_add(t, &question);
	flowtab_add(t, &answer);
	rec = collect(t, IPPROTO_UDP);
	assert_int_equal(rec.report.end[question.from].rtt_us, 2000);
	assert_int_equal(rec.report.end[question.from].ce, 1);
	assert_string_equal(rec.report.history, "Dd");
	flowtab_free(t);
}

static void test_flowtracks_connection_met_midway_is_known_from_its_first_packet(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowrec rec;

	(void)state;
	add(t, tcp(false, WIRE_ACK, 1000, 7000));
	rec = collect(t, IPPROTO_TCP);
	assert_true(rec.report.known);
	assert_string_equal(rec.report.history, "D");
	add(t, tcp(true, WIRE_ACK, 7000, 1100));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[0].retrans + rec.report.end[1].retrans, 0);
	assert_int_equal(rec.report.end[0].zero_windows + rec.report.end[1].zero_windows, 0);
	assert_string_equal(rec.report.history, "Dd");
	flowtab_free(t);
}

/* Whatever the first one was: the slot has kept where it ends. */
static void test_flowtracks_repeats_of_the_first_packet_count(void **state)
{
	enum { PACKETS = 9 };
	static const struct {
		uint8_t flags;
		uint32_t payload;
		const char *history;
	} rows[] = {
		{ WIRE_FIN | WIRE_ACK, 0, "FT" },
		{ WIRE_ACK, 100, "DT" },
		{ WIRE_FIN | WIRE_ACK, 100, "DFT" },
		{ WIRE_SYN, 0, "ST" },
		{ WIRE_SYN | WIRE_ACK, 0, "ht" },	/* by whom it was not opened */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct flowtab *t = flowtab_new(16, SEED);
		struct pktmeta m = tcp(false, rows[i].flags, 0xffffffff, 7000);
		struct flowrec rec;

		m.payload_bytes = rows[i].payload;
		for (unsigned n = 0; n < PACKETS; n++, m.time_ns += NSEC_PER_SEC)
			flowtab_add(t, &m);
		rec = collect(t, IPPROTO_TCP);
		assert_int_equal(rec.report.end[m.from].retrans, PACKETS - 1);
		assert_string_equal(rec.report.history, rows[i].history);
		flowtab_free(t);
	}
}

/* Its acknowledgement and its window count, too. */
static void test_flowtracks_first_acknowledgement_counts(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = tcp(false, WIRE_ACK, 1000, 7000);
	struct flowrec rec;

	(void)state;
	m.payload_bytes = 0;
	flowtab_add(t, &m);
	flowtab_add(t, &m);
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[m.from].dupacks, 1);
	assert_int_equal(rec.report.end[m.from].zero_windows, 0);
	m = packet(1, IPPROTO_TCP, false);
	m.tcp_flags = WIRE_ACK;
	m.seq = 1000;
	m.ack = 7000;
	flowtab_add(t, &m);
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[m.from].zero_windows, 1);
	flowtab_free(t);
}

static void test_flowtracks_first_echo_is_told_by_its_number(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m[3];
	struct flowrec rec;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		m[i] = packet(0, IPPROTO_ICMP, i == 2);
		m[i].key.port[0] = m[i].key.port[1] = 77;
		m[i].icmp_type = i == 2 ? 0 : 8;
		m[i].seq = 5 + i;
		m[i].time_ns += i * 1000000;
		flowtab_add(t, &m[i]);
	}
	rec = collect(t, IPPROTO_ICMP);
	assert_int_equal(rec.report.end[m[0].from].rtt_us, 0);	/* 5 and 6 were asked, 7 answered */
	m[2].seq = 6;
	flowtab_add(t, &m[2]);
	m[0].seq = 8;
	m[0].time_ns = m[2].time_ns;
	flowtab_add(t, &m[0]);
	m[2].seq = 8;
	m[2].time_ns += 4000000;
	flowtab_add(t, &m[2]);
	rec = collect(t, IPPROTO_ICMP);
	assert_int_equal(rec.report.end[m[0].from].rtt_us, 4000);
	flowtab_free(t);
}

static void test_flowtracks_copy_at_another_point_is_not_sent_again(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m;
	struct flowrec rec;

	(void)state;
	establish(t);
	for (uint32_t i = 0; i < 10; i++) {
		m = tcp(false, WIRE_ACK, 1 + i * 100, 1);
		flowtab_add(t, &m);
		m.ifindex = 3;
		flowtab_add(t, &m);
		m.ifindex = 2;
		m.way = PKT_OUT;
		flowtab_add(t, &m);
	}
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[m.from].retrans, 0);
	assert_int_equal(rec.dir[m.from].packets, 12);
	/* But the same at the first point is. */
	add(t, tcp(false, WIRE_ACK, 1, 1));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[m.from].retrans, 1);
	flowtab_free(t);
}

/* Data and its acknowledgement, the n-th of a connection, at an interface. */
static void add_exchange(struct flowtab *t, uint32_t n, uint32_t ifindex)
{
	struct pktmeta data = tcp(false, WIRE_ACK, 1 + 100 * n, 1);
	struct pktmeta ack = tcp(true, WIRE_ACK, 1, 101 + 100 * n);

	ack.payload_bytes = 0;
	data.ifindex = ack.ifindex = ifindex;
	data.time_ns += (n + 1) * 100 * NSEC_PER_MSEC;
	ack.time_ns = data.time_ns + NSEC_PER_MSEC;
	flowtab_add(t, &data);
	flowtab_add(t, &ack);
}

/* From one interface to another, back, and to a third: nothing of it is seen twice. */
static void test_flowtracks_connection_that_moves_is_counted_on(void **state)
{
	static const uint32_t ifindex[] = { 2, 2, 2, 3, 3, 3, 3, 2, 2, 4, 4, 4, 4, 4, 4 };
	enum { EXCHANGES = sizeof(ifindex) / sizeof(*ifindex) };
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta again = tcp(false, WIRE_ACK, 101, 1);
	struct flowrec rec;

	(void)state;
	establish(t);
	for (uint32_t n = 0; n < EXCHANGES; n++)
		add_exchange(t, n, ifindex[n]);
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.dir[again.from].packets, 2 + EXCHANGES);
	assert_int_equal(rec.dir[again.from].payload, 100 * EXCHANGES);
	assert_int_equal(rec.dir[!again.from].packets, 1 + EXCHANGES);
	assert_int_equal(flowtab_totals(t)->repeats, 0);
	assert_int_equal(flowtab_totals(t)->repeat_bytes, 0);
	assert_int_equal(rec.ifindex, 4);
	assert_string_equal(rec.report.history, "ShADa");
	/* And it is followed there. */
	again.ifindex = 4;
	again.time_ns += 10 * NSEC_PER_SEC;
	flowtab_add(t, &again);
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[again.from].retrans, 1);
	assert_int_equal(rec.dir[again.from].packets, 3 + EXCHANGES);
	flowtab_free(t);
}

enum { STREAM = 3000, TAPS = 3 };

/* What one end sends: data, some of it again; or mere acknowledgements. */
static void make_stream(struct pktmeta stream[static STREAM], bool acks, unsigned short dice[3])
{
	uint32_t next = 0xffffff00;

	for (unsigned i = 0; i < STREAM; i++) {
		bool again = i > 10 && nrand48(dice) % 8 == 0;
		uint32_t from = again ? next - 100 * (1 + (uint32_t)nrand48(dice) % 5) : next;

		stream[i] = tcp(acks, WIRE_ACK, acks ? 1 : from, acks ? from : 1);
		stream[i].payload_bytes = acks ? 0 : 100;
		stream[i].time_ns += i * NSEC_PER_MSEC;
		next += again ? 0 : 100;
	}
}

/* All taps see all packets, however far one is read before the others. */
static void test_flowtracks_copies_count_once_in_whatever_order_taps_are_read(void **state)
{
	static struct pktmeta stream[STREAM];
	unsigned short dice[3] = { 9, 8, 7 };
	struct pktmeta other = tcp(true, WIRE_ACK, 1, 0xffffff00);

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct flowtab *t = flowtab_new(16, SEED);
		unsigned at[TAPS] = { 0 }, farthest = 0, most = 1 + round * 20;

		make_stream(stream, round & 1, dice);
		other.from = !stream[0].from;
		if (!(round & 1))
			flowtab_add(t, &other);
		while (at[0] + at[1] + at[2] < TAPS * STREAM) {
			unsigned tap = (unsigned)nrand48(dice) % TAPS;
			unsigned n = (unsigned)nrand48(dice) % most + 1;

			if (at[tap] == STREAM)
				continue;
			for (; n && at[tap] < STREAM; n--) {
				struct pktmeta m = stream[at[tap]++];

				m.ifindex = 2 + tap;
				flowtab_add(t, &m);
			}
			farthest = at[tap] > farthest ? at[tap] : farthest;
			assert_int_equal(collect(t, IPPROTO_TCP).dir[stream[0].from].packets,
					 farthest);
		}
		flowtab_free(t);
	}
}

static void test_flowtracks_follows_an_end_that_outgrew_its_slot(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m;
	struct flowrec rec;
	uint32_t next = 1;

	(void)state;
	establish(t);
	for (unsigned i = 0; i < 70000; i++, next += m.payload_bytes) {
		m = tcp(false, WIRE_ACK, next, 1);
		m.payload_bytes = 100000;
		m.ip_bytes = 100040;
		m.segs = 69;
		flowtab_add(t, &m);
	}
	add(t, tcp(false, WIRE_ACK, next - 100, 1));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.dir[m.from].packets, 70003);
	assert_int_equal(rec.dir[m.from].segs, 70000 * 69 + 3);
	assert_int_equal(rec.dir[m.from].payload, 70000ull * 100000 + 100);
	assert_int_equal(rec.dir[m.from].bytes, 70000ull * 100040 + 3 * 140);
	assert_int_equal(rec.points, 2);
	assert_int_equal(rec.ifindex, 2);
	assert_int_equal(rec.report.end[m.from].retrans, 1);
	assert_int_equal(flowtab_totals(t)->repeats, 0);
	flowtab_free(t);
}

static void test_flowtracks_later_fragments_are_counted_in_their_flow_only(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta first = packet(0, IPPROTO_UDP, false), later = first;
	struct flowrec rec;

	(void)state;
	first.fragment_first = true;
	first.fragment_id = later.fragment_id = 77;
	later.fragment = true;
	later.key.port[0] = later.key.port[1] = 0;
	/* Both in one batch, as they come. */
	assert_int_equal(flowtab_add_batch(t, (struct pktmeta[]){ first, later }, 2), 1);
	rec = collect(t, IPPROTO_UDP);
	assert_int_equal(rec.dir[first.from].packets, 2);
	assert_int_equal(rec.dir[first.from].payload, 200);
	assert_int_equal(flowtab_totals(t)->fragments, 1);
	assert_int_equal(flowtab_totals(t)->lone_fragments, 0);
	/* One of another datagram. */
	later.fragment_id = 78;
	assert_true(flowtab_add(t, &later));
	rec = collect(t, IPPROTO_UDP);
	assert_int_equal(rec.key.port[0] + rec.key.port[1], 0);
	assert_int_equal(flowtab_totals(t)->lone_fragments, 1);
	flowtab_free(t);
}

static void test_flowtracks_udp_is_refused_until_it_is_answered(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowout out[8];
	struct flowrec rec;

	(void)state;
	add(t, packet(0, IPPROTO_UDP, false));
	add(t, packet(0, IPPROTO_UDP, false));
	add(t, unreachable(0, IPPROTO_UDP));
	assert_int_equal(flowtab_collect(t, out, 8), 2);
	assert_int_equal(out[1].rec.key.proto, IPPROTO_ICMP);
	assert_int_equal(out[1].rec.dir[0].packets + out[1].rec.dir[1].packets, 1);
	rec = out[0].rec;
	assert_int_equal(rec.wire_state, WS_REFUSED);
	assert_int_equal(rec.report.icmp_errors, 1);
	assert_int_equal(rec.report.icmp_type, 3);
	assert_int_equal(rec.report.icmp_code, 3);
	add(t, packet(0, IPPROTO_UDP, false));
	assert_int_equal(collect(t, IPPROTO_UDP).wire_state, WS_REFUSED);
	add(t, packet(0, IPPROTO_UDP, true));
	rec = collect(t, IPPROTO_UDP);
	assert_int_equal(rec.wire_state, WS_NONE);
	assert_int_equal(rec.report.icmp_errors, 1);
	flowtab_free(t);
}

static void test_flowtracks_refusal_is_urgent_and_told_once(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowkey errors;
	struct flowout out[8];

	(void)state;
	add(t, packet(0, IPPROTO_UDP, false));
	add(t, unreachable(1, IPPROTO_UDP));
	assert_int_equal(flowtab_collect(t, out, 8), 2);
	errors = out[1].rec.key;
	for (unsigned i = 0; i < 3; i++) {
		struct pktmeta error = unreachable(0, IPPROTO_UDP);

		error.key = errors; /* a flow that does not begin now */
		flowtab_add(t, &error);
		assert_int_equal(flowtab_collect_began(t, out, 1), i == 0);
		flowtab_collect(t, out, 8);
	}
	flowtab_free(t);
}

static void test_flowtracks_unreachable_refuses_a_syn_and_not_a_connection(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowrec rec;

	(void)state;
	add(t, tcp(false, WIRE_SYN, 0, 0));
	add(t, unreachable(0, IPPROTO_TCP));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.wire_state, WS_REFUSED);
	assert_string_equal(rec.report.history, "S");
	flowtab_free(t);
	t = flowtab_new(16, SEED);
	establish(t);
	add(t, unreachable(0, IPPROTO_TCP));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.wire_state, WS_ESTABLISHED);
	assert_int_equal(rec.report.icmp_errors, 1);
	flowtab_free(t);
}

static void test_flowtracks_error_about_a_segment_met_midway_times_nothing(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta m = tcp(false, WIRE_ACK, 1000, 7000);
	struct flowrec rec;

	(void)state;
	flowtab_add(t, &m);
	add(t, unreachable(0, IPPROTO_TCP));
	m = tcp(true, WIRE_ACK, 7000, 1100);
	m.time_ns += NSEC_PER_SEC;
	flowtab_add(t, &m);
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.icmp_errors, 1);
	assert_int_equal(rec.report.end[0].rtt_us + rec.report.end[1].rtt_us, 0);
	flowtab_free(t);
}

static void test_flowtracks_error_about_a_stranger_changes_nothing(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta seen_twice = unreachable(0, IPPROTO_UDP);
	struct flowrec rec;

	(void)state;
	add(t, packet(0, IPPROTO_UDP, false));
	collect(t, IPPROTO_UDP);
	add(t, unreachable(1, IPPROTO_UDP));
	assert_int_equal(flowtab_totals(t)->live_flows, 2);
	assert_int_equal(collect(t, IPPROTO_ICMP).wire_state, WS_NONE);
	assert_false(flowtab_has_changes(t));
	/* A copy of one at another point is the same error. */
	flowtab_add(t, &seen_twice);
	seen_twice.ifindex = 3;
	flowtab_add(t, &seen_twice);
	rec = collect(t, IPPROTO_UDP);
	assert_int_equal(rec.report.icmp_errors, 1);
	flowtab_free(t);
}

/* All errors between two hosts are one flow: where that was first seen says nothing of the others. */
static void test_flowtracks_errors_that_come_by_another_interface_count(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta there = packet(0, IPPROTO_UDP, false), error = unreachable(0, IPPROTO_UDP);

	(void)state;
	flowtab_add(t, &there);
	flowtab_add(t, &error);
	assert_int_equal(collect(t, IPPROTO_UDP).report.icmp_errors, 1);
	/* Another flow of these hosts, five seconds later elsewhere; each error with a copy. */
	there.key.port[!there.from] = error.about.port[!there.from] = 9999;
	there.time_ns += 5 * NSEC_PER_SEC;
	error.time_ns = there.time_ns;
	there.ifindex = 3;
	flowtab_add(t, &there);
	for (unsigned i = 1; i <= 3; i++) {
		error.ifindex = 3;
		error.time_ns += NSEC_PER_SEC;
		flowtab_add(t, &error);
		error.ifindex = 4;
		error.time_ns += 1000;
		flowtab_add(t, &error);
		assert_int_equal(collect(t, IPPROTO_UDP).report.icmp_errors, i);
	}
	flowtab_free(t);
}

/* A forged RST, or an old one. A copy that comes late is no sign of life. */
static void test_flowtracks_connection_outlives_a_rst_that_nobody_heeds(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct pktmeta data = tcp(false, WIRE_ACK, 1, 1), answer = tcp(true, WIRE_ACK, 1, 101);

	(void)state;
	answer.payload_bytes = 0;
	establish(t);
	add(t, tcp(true, WIRE_RST, 0x77777777, 0));
	assert_int_equal(collect(t, IPPROTO_TCP).wire_state, WS_RESET);
	data.ifindex = answer.ifindex = 3;
	flowtab_add(t, &data);
	flowtab_add(t, &answer);
	assert_int_equal(collect(t, IPPROTO_TCP).wire_state, WS_RESET);
	data.ifindex = answer.ifindex = 2;
	flowtab_add(t, &data);
	assert_int_equal(collect(t, IPPROTO_TCP).wire_state, WS_RESET);
	flowtab_add(t, &answer);
	assert_int_equal(collect(t, IPPROTO_TCP).wire_state, WS_ESTABLISHED);
	flowtab_free(t);
}

static void test_flowtracks_tuple_used_again_is_followed_anew(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowrec rec;

	(void)state;
	establish(t);
	add(t, tcp(false, WIRE_ACK, 1, 1));
	add(t, tcp(false, WIRE_ACK, 1, 1));
	add(t, tcp(true, WIRE_RST, 1, 1));
	assert_int_equal(collect(t, IPPROTO_TCP).report.end[0].retrans, 1);
	add(t, tcp(false, WIRE_SYN, 77777, 0));
	rec = collect(t, IPPROTO_TCP);
	assert_int_equal(rec.report.end[0].retrans, 0);
	assert_string_equal(rec.report.history, "S");
	flowtab_free(t);
}

static void test_flowtracks_expired_flow_is_told_with_its_report(void **state)
{
	struct flowtab *t = flowtab_new(16, SEED);
	struct flowout out[2];

	(void)state;
	establish(t);
	flowtab_collect(t, out, 2);
	flowtab_expire(t, START_NS + 4000 * NSEC_PER_SEC, 16);
	assert_int_equal(flowtab_collect(t, out, 2), 1);
	assert_true(out[0].ended);
	assert_string_equal(out[0].rec.report.history, "ShA");
	flowtab_free(t);
}

static void test_flowtracks_records_and_gaps_come_back(void **state)
{
	enum { FLOWS = 8 };
	struct flowslot slots[FLOWS];
	struct flowtracks t = { 0 };

	(void)state;
	assert_int_equal(flowtracks_init(&t, FLOWS), 0);
	for (unsigned round = 0; round < 100; round++) {
		memset(slots, 0, sizeof(slots));
		for (uint32_t i = 0; i < FLOWS; i++) {
			struct pktmeta m = tcp(false, WIRE_ACK, 1000, 1);

			slots[i].key = m.key;
			flowtracks_begin(&t, &slots[i]);
			flowtrack_step(flowtracks_get(&t, &slots[i]), &t.gaps, &m);
			m.seq = 5000;
			flowtrack_step(flowtracks_get(&t, &slots[i]), &t.gaps, &m);
		}
		assert_int_equal(t.gaps.held, FLOWS);
		for (uint32_t i = 0; i < FLOWS; i++) {
			for (uint32_t j = 0; j < i; j++)
				assert_int_not_equal(slots[i].track, slots[j].track);
			flowtracks_end(&t, &slots[i]);
			flowtracks_end(&t, &slots[i]);
		}
		assert_int_equal(t.gaps.held, 0);
		assert_true(t.used <= FLOWS);
	}
	flowtracks_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowtracks_mere_syn_tells_what_it_offered),
		cmocka_unit_test(test_flowtracks_first_datagram_is_a_question),
		cmocka_unit_test(
			test_flowtracks_connection_met_midway_is_known_from_its_first_packet),
		cmocka_unit_test(test_flowtracks_repeats_of_the_first_packet_count),
		cmocka_unit_test(test_flowtracks_first_acknowledgement_counts),
		cmocka_unit_test(test_flowtracks_first_echo_is_told_by_its_number),
		cmocka_unit_test(test_flowtracks_copy_at_another_point_is_not_sent_again),
		cmocka_unit_test(test_flowtracks_connection_that_moves_is_counted_on),
		cmocka_unit_test(
			test_flowtracks_copies_count_once_in_whatever_order_taps_are_read),
		cmocka_unit_test(test_flowtracks_follows_an_end_that_outgrew_its_slot),
		cmocka_unit_test(test_flowtracks_later_fragments_are_counted_in_their_flow_only),
		cmocka_unit_test(test_flowtracks_udp_is_refused_until_it_is_answered),
		cmocka_unit_test(test_flowtracks_refusal_is_urgent_and_told_once),
		cmocka_unit_test(test_flowtracks_unreachable_refuses_a_syn_and_not_a_connection),
		cmocka_unit_test(test_flowtracks_error_about_a_segment_met_midway_times_nothing),
		cmocka_unit_test(test_flowtracks_error_about_a_stranger_changes_nothing),
		cmocka_unit_test(test_flowtracks_errors_that_come_by_another_interface_count),
		cmocka_unit_test(test_flowtracks_connection_outlives_a_rst_that_nobody_heeds),
		cmocka_unit_test(test_flowtracks_tuple_used_again_is_followed_anew),
		cmocka_unit_test(test_flowtracks_expired_flow_is_told_with_its_report),
		cmocka_unit_test(test_flowtracks_records_and_gaps_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
