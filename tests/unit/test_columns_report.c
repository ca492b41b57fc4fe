/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/columns_report.c, alerts.c: how it went on the wire, and how much of it was captured. */
#include "query_fixture.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include "base/clock.h"
#include "query/alerts.h"

static const char *cell(const struct row *r, const char *name, char out[300])
{
	const struct column *c = column_find(name);
	struct value v;

	if (!c)
		fail_msg("no column %s", name);
	if (!column_get(c, r, &v))
		return "-";
	if (!column_part_known(c->of, r))
		fail_msg("%s is known, its part is not", name);
	value_format(c, &v, TEXT_EXACT, false, out, 300);
	return out;
}

static void check(const struct row *r, const char *name, const char *want)
{
	char out[300];
	const char *text = cell(r, name, out);

	if (strcmp(text, want) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", name, text, want);
}

static const char *const of_the_report[] = {
	"wire_rtt", "wire_rtt_min", "wire_retrans", "tx_retrans", "rx_retrans", "wire_ooo",
	"tx_ooo", "rx_ooo", "tx_dupacks", "rx_dupacks", "wire_zero_window", "tx_zero_window",
	"rx_zero_window", "synack_time",
	"ack_time", "wire_mss", "peer_mss", "wire_wscale", "peer_wscale", "ecn", "history",
	"icmp_error", "icmp_errors",
};

/* Row a, whose packets were followed from the SYN on; the peer opened it. */
static struct flowreport *followed(struct fixture *f)
{
	struct flowrec *rec = &f->flow[ROW_A].rec;
	unsigned local = f->row[ROW_A].local;

	rec->opener = !local;
	rec->opener_certain = true;
	rec->closer = OPENER_UNKNOWN;
	rec->report.known = true;
	rec->report.end[0].wscale = rec->report.end[1].wscale = WSCALE_NONE;
	return &rec->report;
}

static int setup(void **state)
{
	static struct fixture f;

	fixture_init(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_fini(*state);
	return 0;
}

static void test_report_that_nobody_made_is_unknown_and_not_zero(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(of_the_report) / sizeof(of_the_report[0]); i++) {
		check(&f->row[ROW_A], of_the_report[i], "-");	/* a flow without a report */
		check(&f->row[ROW_C], of_the_report[i], "-");	/* no flow */
	}
}

/* The sum of an unconnected socket's flows went in no way of its own. */
static void test_report_of_a_sum_is_unknown(void **state)
{
	struct fixture *f = *state;

	followed(f)->end[0].retrans = 5;
	f->sk[ROW_A].flow = MODEL_NONE;
	for (size_t i = 0; i < sizeof(of_the_report) / sizeof(of_the_report[0]); i++)
		check(&f->row[ROW_A], of_the_report[i], "-");
	check(&f->row[ROW_A], "midstream", "-");
	check(&f->row[ROW_A], "closed_by", "-");
	check(&f->row[ROW_A], "tunnel", "-");
}

static void test_report_is_told_as_the_local_end_sees_it(void **state)
{
	struct fixture *f = *state;
	const struct row *r = &f->row[ROW_A];
	struct flowreport *p = followed(f);

	p->end[r->local] = (struct endreport){ .retrans = 1, .ooo = 2, .dupacks = 3, .rtt_us = 400,
					       .rtt_min_us = 300, .zero_windows = 4, .mss = 1460,
					       .wscale = 7 };
	p->end[!r->local] = (struct endreport){ .retrans = 11, .ooo = 12, .dupacks = 13,
						.rtt_us = 9, .zero_windows = 14, .mss = 536,
						.wscale = WSCALE_NONE };
	check(r, "wire_retrans", "12");
	check(r, "tx_retrans", "1");
	check(r, "rx_retrans", "11");
	check(r, "wire_ooo", "14");
	check(r, "tx_ooo", "2");
	check(r, "rx_ooo", "12");
	check(r, "tx_dupacks", "3");
	check(r, "rx_dupacks", "13");
	check(r, "wire_zero_window", "18");
	check(r, "tx_zero_window", "4");
	check(r, "rx_zero_window", "14");
	check(r, "wire_rtt", "400");
	check(r, "wire_rtt_min", "300");
	check(r, "wire_mss", "1460");
	check(r, "peer_mss", "536");
	check(r, "wire_wscale", "7");
	check(r, "peer_wscale", "-");
}

static void test_report_counts_of_nothing_are_zero_once_it_is_followed(void **state)
{
	struct fixture *f = *state;

	followed(f);
	check(&f->row[ROW_A], "wire_retrans", "0");
	check(&f->row[ROW_A], "rx_ooo", "0");
	check(&f->row[ROW_A], "icmp_errors", "0");
	check(&f->row[ROW_A], "wire_rtt", "-");
	check(&f->row[ROW_A], "wire_mss", "-");
	check(&f->row[ROW_A], "icmp_error", "-");
	check(&f->row[ROW_A], "history", "-");
}

static void test_report_of_datagrams_counts_no_segments(void **state)
{
	struct fixture *f = *state;
	const struct row *r = &f->row[ROW_A];

	followed(f)->end[r->local].rtt_us = 1500;
	f->flow[ROW_A].rec.key.proto = IPPROTO_UDP;
	check(r, "wire_rtt", "1500");
	check(r, "wire_retrans", "-");
	check(r, "midstream", "-");
	check(r, "ecn", "-");
	f->flow[ROW_A].rec.key.port[0] = 50000;	/* vxlan: no question and answer */
	f->flow[ROW_A].rec.key.port[1] = 4789;
	check(r, "tunnel", "vxlan");
	check(r, "wire_rtt", "-");
	check(r, "wire_rtt_min", "-");
}

static void test_report_without_data_takes_the_handshakes_round_trip(void **state)
{
	struct fixture *f = *state;
	const struct row *r = &f->row[ROW_A];
	struct flowreport *p = followed(f);

	p->synack_us = 200;
	check(r, "wire_rtt", "-");	/* the peer opened it, and has not answered the SYN+ACK */
	p->ack_us = 1100;
	check(r, "wire_rtt", "900");
	check(r, "synack_time", "200");
	check(r, "ack_time", "1100");
	f->flow[ROW_A].rec.opener = r->local;
	check(r, "wire_rtt", "200");
	p->end[r->local].bits = END_SYN_RESENT;
	check(r, "wire_rtt", "-");
	check(r, "synack_time", "200");
}

static void test_report_tells_ecn_as_far_as_it_went(void **state)
{
	struct fixture *f = *state;
	const struct row *r = &f->row[ROW_A];
	struct flowreport *p = followed(f);

	check(r, "ecn", "off");
	p->end[0].bits = END_ECN_ASKED;
	check(r, "ecn", "asked");
	p->end[1].bits = END_ECN_ASKED;
	check(r, "ecn", "on");
	p->end[1].ce = 1;
	check(r, "ecn", "ce");
	p->end[1].ce = 0;
	f->flow[ROW_A].rec.opener_certain = false;
	check(r, "ecn", "-");		/* what was offered was not seen */
	p->end[0].bits = END_ECE;
	check(r, "ecn", "ce");
}

static void test_report_says_who_closed_it(void **state)
{
	struct fixture *f = *state;
	const struct row *r = &f->row[ROW_A];
	struct flowrec *rec = &f->flow[ROW_A].rec;

	followed(f);
	check(r, "closed_by", "-");
	rec->rst_from = (uint8_t)(1u << !r->local);
	rec->wire_state = WS_ESTABLISHED;
	check(r, "closed_by", "-");	/* nobody heeded it */
	rec->wire_state = WS_RESET;
	check(r, "closed_by", "remote");
	rec->rst_from = (uint8_t)(1u << r->local);
	check(r, "closed_by", "local");
	rec->rst_from = 3;
	check(r, "closed_by", "-");
	rec->closer = !r->local;
	check(r, "closed_by", "remote");
	check(r, "midstream", "false");
	rec->opener_certain = false;
	check(r, "midstream", "true");
}

static void test_report_names_the_icmp_error_by_the_flows_version(void **state)
{
	static const struct {
		bool v6;
		uint8_t type, code;
		const char *name;
	} cases[] = {
		{ false, ICMP_UNREACH, ICMP_UNREACH_PORT, "port-unreachable" },
		{ false, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, "too-big" },
		{ false, ICMP_UNREACH, 200, "unreachable" },
		{ false, ICMP_TIMXCEED, 0, "ttl-exceeded" },
		{ false, 99, 0, "other" },
		{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port-unreachable" },
		{ true, ICMP6_PACKET_TOO_BIG, 0, "too-big" },
		{ true, ICMP_UNREACH, 0, "ttl-exceeded" },	/* 3 is another thing there */
	};
	struct fixture *f = *state;
	struct flowreport *p = followed(f);

	p->icmp_errors = 2;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flowkey *k = &f->flow[ROW_A].rec.key;

		k->addr[0] = fixture_addr(cases[i].v6 ? "2001:db8::2" : "10.0.0.2");
		p->icmp_type = cases[i].type;
		p->icmp_code = cases[i].code;
		check(&f->row[ROW_A], "icmp_error", cases[i].name);
	}
	check(&f->row[ROW_A], "icmp_errors", "2");
}

/* ---- coverage: of a model that was told of a socket and its flow */

static void tell_flow(struct model *m, uint64_t time_ns, uint64_t captured)
{
	struct event e = { .kind = EV_FLOW, .time_ns = time_ns };
	struct addr l = fixture_addr("10.0.0.2"), r = fixture_addr("10.0.0.9");
	struct flowrec *rec = &e.flow.rec;

	rec->gen = 1;
	rec->first_ns = rec->last_ns = NSEC_PER_SEC;
	rec->opener = (uint8_t)flowkey_make(&rec->key, IPPROTO_TCP, &l, 5000, &r, 80);
	rec->opener_certain = true;
	rec->dir[rec->opener].payload = rec->dir[rec->opener].bytes = captured;
	model_apply(m, &e);
}

/* A socket that sent so much, of which so much was captured. */
static struct row covered(struct fixture *f, uint64_t sent, uint64_t captured, bool dropped)
{
	struct event e = { .kind = EV_CAPTURE, .time_ns = NSEC_PER_SEC };
	uint32_t ids[8];
	struct row r;

	e.capture.live = true;
	e.capture.began_ns = 1;
	model_apply(f->m, &e);
	e.kind = EV_SOCKET;
	e.sock = (struct sockrec){ .cookie = 77, .has = HAS_COOKIE, .proto = SP_TCP,
				   .family = AF_INET, .state = ST_ESTABLISHED, .lport = 5000,
				   .rport = 80, .laddr = fixture_addr("10.0.0.2"),
				   .raddr = fixture_addr("10.0.0.9"),
				   .tcpinfo_len = sizeof(struct tcpinfo) };
	e.sock.tcpinfo.bytes_sent = sent;
	e.sock.tcpinfo.bytes_acked = sent + 1;
	model_apply(f->m, &e);
	tell_flow(f->m, e.time_ns, captured);
	model_apply(f->m, &(struct event){ .kind = EV_TICK, .time_ns = e.time_ns });
	e = (struct event){ .kind = EV_CAPTURE, .time_ns = 2 * NSEC_PER_SEC };
	e.capture.live = true;
	e.capture.told_ns = e.time_ns;
	e.capture.began_ns = 1;
	e.capture.dropped = dropped;
	model_apply(f->m, &e);
	model_apply(f->m, &(struct event){ .kind = EV_TICK, .time_ns = e.time_ns });
	assert_int_equal(model_row_ids(f->m, ids), 1);
	assert_true(model_row(f->m, ids[0], &r));
	return r;
}

static void test_seen_is_percent_with_one_decimal_rounded_down(void **state)
{
	static const struct {
		uint64_t sent, captured;
		const char *seen, *missing, *reason;
	} cases[] = {
		{ 5000, 5000, "100.0", "0", "-" },	{ 1000, 998, "99.8", "2", "unseen" },
		{ 10000000, 9999999, "99.9", "1", "unseen" },
		{ 3, 2, "66.6", "1", "unseen" },	{ 500, 0, "0.0", "500", "unseen" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		struct row r;

		fixture_init(&f);
		r = covered(&f, cases[i].sent, cases[i].captured, false);
		check(&r, "seen", cases[i].seen);
		check(&r, "seen_missing", cases[i].missing);
		check(&r, "seen_reason", cases[i].reason);
		fixture_fini(&f);
	}
}

static void test_seen_of_a_row_with_nothing_to_compare_is_unknown(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < ROWS; i++) {
		check(&f->row[i], "seen", "-");
		check(&f->row[i], "seen_missing", "-");
		check(&f->row[i], "seen_reason", "-");
	}
}

static bool lets_through(const struct row *r, const char *text)
{
	struct filter_error err;
	struct filter *filter;
	bool is;

	if (filter_parse(&filter, text, &err))
		fail_msg("%s: %s", text, err.msg.text);
	is = filter_match(filter, r);
	filter_free(filter);
	return is;
}

static void test_seen_filters_by_tenths_of_a_percent(void **state)
{
	struct fixture *f = *state;
	struct row r = covered(f, 1000, 998, true);
	struct filter_error err;
	struct filter *filter;

	assert_true(lets_through(&r, "seen < 100"));
	assert_true(lets_through(&r, "seen = 99.8"));
	assert_true(lets_through(&r, "seen <= 99.8%"));
	assert_false(lets_through(&r, "seen > 99.8"));
	assert_true(lets_through(&r, "seen_reason dropped"));
	assert_false(lets_through(&f->row[ROW_C], "seen < 100"));
	assert_int_equal(filter_parse(&filter, "seen < 99.", &err), -EINVAL);
	assert_int_equal(filter_parse(&filter, "seen < all", &err), -EINVAL);
}

static void alerts_with(const struct row *r, const char *part)
{
	const char *sentence = alert_sentence(r);

	if (!part ? sentence != NULL : !sentence || !strstr(sentence, part))
		fail_msg("\"%s\" instead of \"%s\"", sentence ? sentence : "none", part ? part : "none");
}

static void test_alert_of_what_was_not_captured_says_why(void **state)
{
	struct fixture *f = *state;
	struct row r = covered(f, 1000, 998, true);

	alerts_with(&r, "part of it was not captured: the kernel had no room");
	r.flow = NULL;
	alerts_with(&r, NULL);		/* that nothing of it was seen is told by its reason */
}

static void test_alert_of_datagrams_that_were_refused(void **state)
{
	struct fixture *f = *state;
	struct flowrec *rec = &f->flow[ROW_F].rec;

	rec->wire_state = WS_REFUSED;
	alerts_with(&f->row[ROW_F], NULL);
	rec->key.proto = IPPROTO_UDP;
	alerts_with(&f->row[ROW_F], "nobody listens there");
}

static void test_alert_of_windows_that_were_closed(void **state)
{
	struct fixture *f = *state;
	struct row *r = &f->row[ROW_A];
	struct flowreport *p = followed(f);

	alerts_with(r, NULL);
	p->end[r->local].zero_windows = 1;
	alerts_with(r, "its window was closed");
	p->end[!r->local].zero_windows = 1;
	alerts_with(r, "the peer closed its window");
}

/* The kernel's word and the wire's are of two moments: only what stays is told. */
static void test_alert_of_kernel_and_wire_waits_for_an_interval(void **state)
{
	struct fixture *f = *state;
	struct row *r = &f->row[ROW_A];
	struct flowrec *rec = &f->flow[ROW_A].rec;

	rec->wire_state = WS_TIME_WAIT;
	rec->closer = OPENER_UNKNOWN;
	rec->last_ns = 5 * NSEC_PER_SEC;
	for (uint64_t s = 4; s <= 6; s++)
		model_apply(f->m, &(struct event){ .kind = EV_TICK, .time_ns = s * NSEC_PER_SEC });
	alerts_with(r, NULL);
	model_apply(f->m, &(struct event){ .kind = EV_TICK, .time_ns = 7 * NSEC_PER_SEC });
	alerts_with(r, "the wire has seen both ends close");
	rec->wire_state = WS_ESTABLISHED;
	alerts_with(r, NULL);
	f->sk[ROW_A].rec.state = ST_TIME_WAIT;
	f->sk[ROW_A].since_ns = 3 * NSEC_PER_SEC;
	alerts_with(r, "the wire still carries its packets");
	f->sk[ROW_A].since_ns = 4500 * NSEC_PER_MSEC;
	alerts_with(r, NULL);
	f->sk[ROW_A].rec.state = ST_SYN_SENT;
	alerts_with(r, "the SYN was answered on the wire");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_report_that_nobody_made_is_unknown_and_not_zero),
		TEST(test_report_of_a_sum_is_unknown),
		TEST(test_report_is_told_as_the_local_end_sees_it),
		TEST(test_report_counts_of_nothing_are_zero_once_it_is_followed),
		TEST(test_report_of_datagrams_counts_no_segments),
		TEST(test_report_without_data_takes_the_handshakes_round_trip),
		TEST(test_report_tells_ecn_as_far_as_it_went),
		TEST(test_report_says_who_closed_it),
		TEST(test_report_names_the_icmp_error_by_the_flows_version),
		TEST(test_seen_is_percent_with_one_decimal_rounded_down),
		TEST(test_seen_of_a_row_with_nothing_to_compare_is_unknown),
		TEST(test_seen_filters_by_tenths_of_a_percent),
		TEST(test_alert_of_what_was_not_captured_says_why),
		TEST(test_alert_of_datagrams_that_were_refused),
		TEST(test_alert_of_windows_that_were_closed),
		TEST(test_alert_of_kernel_and_wire_waits_for_an_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
