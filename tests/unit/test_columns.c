/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/columns*.c: the registry, and what each row of the fixture shows. */
#include "query_fixture.h"

#include <errno.h>
#include <strings.h>

static void check_cell(const struct row *r, const char *name, const char *text)
{
	const struct column *c = column_find(name);
	struct value v;
	char out[160];

	if (!c)
		fail_msg("no column %s", name);
	if (!column_get(c, r, &v)) {
		if (strcmp(text, "-") != 0)
			fail_msg("%s is unknown, not \"%s\"", name, text);
		return;
	}
	value_format(c, &v, TEXT_EXACT, false, out, sizeof(out));
	if (strcmp(out, text) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", name, out, text);
}

struct cell {
	unsigned row;
	const char *name;
	const char *text; /* "-": unknown */
};

static void check_cells(const struct cell *cells, size_t count)
{
	struct fixture f;

	fixture_init(&f);
	for (size_t i = 0; i < count; i++)
		check_cell(&f.row[cells[i].row], cells[i].name, cells[i].text);
	fixture_fini(&f);
}

#define CHECK_CELLS(cells) check_cells(cells, sizeof(cells) / sizeof((cells)[0]))

static void test_columns_are_complete_and_unique(void **state)
{
	const struct column *c, *other;
	unsigned count = 0;

	(void)state;
	for (; (c = column_at(count)); count++) {
		assert_true(c->name[0] && c->title[0] && c->help[0] && c->width && c->get);
		assert_int_equal(column_index(c), count);
		assert_ptr_equal(column_find(c->name), c);
		if (c->key)
			assert_ptr_equal(column_find(c->key), c);
		for (unsigned i = 0; (other = column_at(i)) != c; i++) {
			assert_int_not_equal(strcasecmp(c->name, other->name), 0);
			assert_true(!c->key || !other->key || strcmp(c->key, other->key) != 0);
		}
	}
	assert_true(count > 120);
	assert_null(column_at(count));
	assert_null(column_at(UINT32_MAX));
}

/* JSON is written in one go: an object that was left is never entered again. */
static void test_columns_of_one_prefix_stand_together(void **state)
{
	static const char *const prefixes[] = { "tcp_info.", "skmem." };

	(void)state;
	for (unsigned p = 0; p < 2; p++) {
		const struct column *c;
		unsigned runs = 0;
		bool inside = false;

		for (unsigned i = 0; (c = column_at(i)); i++) {
			bool in = c->key && strncmp(c->key, prefixes[p], strlen(prefixes[p])) == 0;

			runs += in && !inside;
			inside = in;
		}
		assert_int_equal(runs, 1);
	}
}

static void test_columns_have_every_key_of_the_contract_in_order(void **state)
{
	static const char *const keys[] = {
		"side",
		"proto",
		"family",
		"laddr",
		"lport",
		"raddr",
		"rport",
		"state",
		"wire_state",
		"recv_q",
		"send_q",
		"backlog_max",
		"timer",
		"timer_ms",
		"retransmits",
		"inode",
		"cookie",
		"uid",
		"netns",
		"iface",
		"mark",
		"pid",
		"process",
		"cmdline",
		"fd",
		"holders",
		"no_process_reason",
		"cong",
		"tcp_info.rto",
		"tcp_info.rtt",
		"tcp_info.rttvar",
		"tcp_info.snd_cwnd",
		"tcp_info.total_retrans",
		"tcp_info.bytes_sent",
		"skmem.rmem_alloc",
		"skmem.rcvbuf",
		"skmem.wmem_alloc",
		"skmem.sndbuf",
		"skmem.fwd_alloc",
		"skmem.wmem_queued",
		"skmem.optmem",
		"skmem.backlog",
		"skmem.drops",
		"rx_packets",
		"tx_packets",
		"rx_bytes",
		"tx_bytes",
		"rx_segs",
		"tx_segs",
		"rx_payload",
		"tx_payload",
		"rx_rate",
		"tx_rate",
		"rate_source",
		"first_seen",
		"last_seen",
	};
	unsigned last = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct column *c = column_find(keys[i]);

		if (!c || !c->key || strcmp(c->key, keys[i]) != 0)
			fail_msg("no key %s", keys[i]);
		if (i && column_index(c) <= last)
			fail_msg("%s stands too early", keys[i]);
		last = column_index(c);
	}
}

static void test_columns_know_the_words_of_ss(void **state)
{
	(void)state;
	assert_ptr_equal(column_find("sport"), column_find("lport"));
	assert_ptr_equal(column_find("CWND"), column_find("snd_cwnd"));
	assert_ptr_equal(column_find("retrans"), column_find("tcp_info.total_retrans"));
	assert_string_equal(column_find("tcp_info.retrans")->name, "retrans_out");
	assert_null(column_find("no_such_column"));
	assert_null(column_find(""));
}

static void test_columns_suggest_what_is_near(void **state)
{
	(void)state;
	assert_string_equal(column_suggest("proces"), "process");
	assert_string_equal(column_suggest("stat"), "state");
	assert_string_equal(column_suggest("tx_rat"), "tx_rate");
	assert_null(column_suggest("qqqqqqqqqq"));
	assert_null(column_suggest(""));
	assert_null(column_suggest("a_name_that_is_far_longer_than_any_column_is"));
}

static void test_columns_parse_takes_a_list(void **state)
{
	const struct column *cols[3];
	struct errmsg err;

	(void)state;
	assert_int_equal(columns_parse("process, local ,tcp_info.rtt", cols, 3, &err), 3);
	assert_string_equal(cols[0]->name, "process");
	assert_string_equal(cols[1]->name, "local");
	assert_string_equal(cols[2]->name, "rtt");
	assert_int_equal(columns_parse("pid,pid,pid,pid", cols, 3, &err), -EINVAL);
	assert_non_null(strstr(err.text, "at most 3"));
	assert_int_equal(columns_parse("pid,proces", cols, 3, &err), -EINVAL);
	assert_non_null(strstr(err.text, "did you mean \"process\""));
	assert_int_equal(columns_parse("", cols, 3, &err), -EINVAL);
	assert_int_equal(columns_parse("pid,", cols, 3, &err), -EINVAL);
	assert_int_equal(columns_parse("pid fd", cols, 3, &err), -EINVAL);
	assert_int_equal(columns_parse(",", cols, 3, NULL), -EINVAL);
}

static void test_columns_tell_ends_and_sides(void **state)
{
	static const struct cell cells[] = {
		{ ROW_A, "side", "both" },
		{ ROW_B, "side", "socket" },
		{ ROW_F, "side", "flow" },
		{ ROW_A, "proto", "tcp" },
		{ ROW_F, "proto", "tcp" },
		{ ROW_E, "proto", "udp" },
		{ ROW_D, "family", "inet6" },
		{ ROW_F, "family", "inet" },
		{ ROW_A, "laddr", "10.0.0.2" },
		{ ROW_F, "laddr", "10.0.3.4" },
		{ ROW_F, "rport", "443" },
		{ ROW_F, "lport", "50122" },
		{ ROW_B, "laddr", "0.0.0.0" },
		{ ROW_B, "raddr", "-" },
		{ ROW_B, "rport", "-" },
		{ ROW_A, "local", "10.0.0.2:443" },
		{ ROW_B, "local", "*:80" },
		{ ROW_B, "remote", "*" },
		{ ROW_D, "local", "[2001:db8::2]:22" },
		{ ROW_F, "remote", "1.1.1.1:443" },
	};

	(void)state;
	CHECK_CELLS(cells);
}

static void test_columns_tell_what_the_kernel_says(void **state)
{
	static const struct cell cells[] = {
		{ ROW_A, "state", "ESTABLISHED" },
		{ ROW_E, "state", "UNCONN" },
		{ ROW_F, "state", "-" },
		{ ROW_B, "recv_q", "3" },
		{ ROW_B, "send_q", "-" },
		{ ROW_B, "backlog_max", "511" },
		{ ROW_A, "backlog_max", "-" },
		{ ROW_A, "send_q", "65536" },
		{ ROW_C, "recv_q", "-" },
		{ ROW_C, "timer", "timewait" },
		{ ROW_C, "timer_ms", "41000" },
		{ ROW_A, "timer", "-" },
		{ ROW_G, "timer", "on" },
		{ ROW_G, "retransmits", "2" },
		{ ROW_A, "retransmits", "-" },
		{ ROW_A, "cookie", "0x1000" },
		{ ROW_F, "cookie", "-" },
		{ ROW_A, "uid", "33" },
		{ ROW_B, "uid", "-" },
		{ ROW_A, "iface", "eth0" },
		{ ROW_B, "iface", "-" },
		{ ROW_A, "mark", "5" },
		{ ROW_E, "drops", "7" },
		{ ROW_A, "drops", "-" },
		{ ROW_A, "netns", "-" },
		{ ROW_A, "sendq_cell", "65.5K" },
		{ ROW_B, "sendq_cell", "/511" },
		{ ROW_C, "sendq_cell", "41s" },
		{ ROW_G, "sendq_cell", "2 rtx" },
		{ ROW_F, "sendq_cell", "-" },
	};

	(void)state;
	CHECK_CELLS(cells);
}

static void test_columns_tell_tcp_info_and_no_more(void **state)
{
	static const struct cell cells[] = {
		{ ROW_A, "rtt", "21300" },	 { ROW_A, "total_retrans", "2" },
		{ ROW_A, "min_rtt", "-" },	 { ROW_A, "snd_ssthresh", "-" },
		{ ROW_A, "snd_wscale", "7" },	 { ROW_A, "rcv_wscale", "9" },
		{ ROW_A, "cong", "cubic" },	 { ROW_B, "rtt", "-" },
		{ ROW_C, "total_retrans", "-" }, { ROW_F, "rtt", "-" },
	};
	static const struct tcpecn ecn = { .received_ce = 7, .accecn_opt_seen = 3 };
	struct fixture f;

	(void)state;
	CHECK_CELLS(cells);
	fixture_init(&f);
	f.sk[ROW_A].rec.tcpinfo_len = 104; /* Linux 3.x: up to total_retrans */
	check_cell(&f.row[ROW_A], "total_retrans", "2");
	check_cell(&f.row[ROW_A], "pacing_rate", "-");
	check_cell(&f.row[ROW_A], "accecn_opt_seen", "-");
	f.sk[ROW_A].rec.tcpinfo_len = sizeof(struct tcpinfo);
	check_cell(&f.row[ROW_A], "total_rto_time", "0");
	check_cell(&f.row[ROW_A], "received_ce", "-");
	f.sk[ROW_A].rec.tcpinfo_len = TCPINFO_WHOLE;
	f.sk[ROW_A].rec.tcpinfo.pacing_rate = UINT64_MAX;
	f.sk[ROW_A].rec.tcpinfo.delivery_flags = 0x5;
	check_cell(&f.row[ROW_A], "pacing_rate", "-");
	check_cell(&f.row[ROW_A], "accecn_opt_seen", "0");
	f.row[ROW_A].ecn = &ecn;
	check_cell(&f.row[ROW_A], "accecn_opt_seen", "3");
	check_cell(&f.row[ROW_A], "received_ce", "7");
	check_cell(&f.row[ROW_A], "delivery_rate_app_limited", "true");
	check_cell(&f.row[ROW_A], "fastopen_client_fail", "2");
	/* A listener fills in little; the rest of the struct is zero and says nothing. */
	f.sk[ROW_A].rec.state = ST_LISTEN;
	check_cell(&f.row[ROW_A], "bytes_sent", "-");
	check_cell(&f.row[ROW_A], "total_retrans", "-");
	check_cell(&f.row[ROW_A], "snd_cwnd", "0");
	fixture_fini(&f);
}

static void test_columns_v4_mapped_is_shown_as_v4(void **state)
{
	struct fixture f;
	struct sockrec *rec;

	(void)state;
	fixture_init(&f);
	rec = &f.sk[ROW_A].rec;
	rec->family = AF_INET6;
	check_cell(&f.row[ROW_A], "family", "inet6");
	check_cell(&f.row[ROW_A], "laddr", "10.0.0.2");
	check_cell(&f.row[ROW_A], "v6only", "false");
	check_cell(&f.row[ROW_D], "v6only", "-");
	check_cell(&f.row[ROW_G], "v6only", "-");
	f.sk[ROW_D].rec.laddr = fixture_addr("::");
	check_cell(&f.row[ROW_D], "local", "*:22");
	f.sk[ROW_D].rec.has |= HAS_V6ONLY;
	f.sk[ROW_D].rec.v6only = true;
	check_cell(&f.row[ROW_D], "v6only", "true");
	check_cell(&f.row[ROW_D], "local", "[::]:22");
	fixture_fini(&f);
}

static void test_columns_tell_who_holds_it_or_why_not(void **state)
{
	static const struct cell cells[] = {
		{ ROW_A, "pid", "880" },
		{ ROW_A, "process", "nginx" },
		{ ROW_A, "proc", "nginx" },
		{ ROW_A, "no_process_reason", "-" },
		{ ROW_C, "process", "-" },
		{ ROW_C, "proc", "(time-wait)" },
		{ ROW_F, "no_process_reason", "forwarded" },
		{ ROW_F, "proc", "(forwarded)" },
		{ ROW_A, "fd", "7" },
		{ ROW_C, "fd", "-" },
	};
	struct fixture f;

	(void)state;
	CHECK_CELLS(cells);
	fixture_init(&f);
	f.row[ROW_F].owner = &f.sk[ROW_A]; /* the owner of a flow tells the user */
	check_cell(&f.row[ROW_F], "uid", "33");
	check_cell(&f.row[ROW_F], "cookie", "-");
	fixture_fini(&f);
}

static void test_columns_tx_is_from_local_to_remote(void **state)
{
	static const struct cell cells[] = {
		{ ROW_A, "tx_packets", "400" },	   { ROW_A, "rx_packets", "18" },
		{ ROW_A, "tx_segs", "500" },	   { ROW_A, "rx_bytes", "1900" },
		{ ROW_A, "tx_payload", "560000" }, { ROW_A, "rx_payload", "812" },
		{ ROW_A, "tx_rate", "8400000" },   { ROW_A, "rx_rate", "310" },
		{ ROW_A, "rate_source", "wire" },  { ROW_B, "tx_packets", "-" },
		{ ROW_B, "rate_source", "-" },	   { ROW_A, "wire_state", "ESTABLISHED" },
		{ ROW_A, "opener", "-" },	   { ROW_A, "vlan", "-" },
		{ ROW_A, "tx_flags", "-" },
	};
	struct fixture f;
	unsigned local;

	(void)state;
	CHECK_CELLS(cells);
	fixture_init(&f);
	local = f.row[ROW_A].local;
	f.flow[ROW_A].rec.opener = (uint8_t)!local;
	check_cell(&f.row[ROW_A], "opener", "-");	/* a guess until the SYN was seen */
	f.flow[ROW_A].rec.opener_certain = true;
	f.flow[ROW_A].rec.tcp_flags[local] = WIRE_SYN | WIRE_ACK;
	check_cell(&f.row[ROW_A], "opener", "remote");
	check_cell(&f.row[ROW_A], "tx_flags", "SA");
	check_cell(&f.row[ROW_A], "rx_flags", "-");
	f.flow[ROW_A].bps[0] = f.flow[ROW_A].bps[1] = MODEL_RATE_UNKNOWN;
	f.sk[ROW_A].tx_bps = 77;
	check_cell(&f.row[ROW_A], "tx_rate", "77");
	check_cell(&f.row[ROW_A], "rx_rate", "-");
	check_cell(&f.row[ROW_A], "rate_source", "kernel");
	fixture_fini(&f);
}

static void check_alert(const struct fixture *f, unsigned i, const char *part)
{
	const struct column *c = column_find("alert_text");
	struct value v;

	check_cell(&f->row[i], "alert", part ? "true" : "false");
	if (!part) {
		assert_false(column_get(c, &f->row[i], &v));
		return;
	}
	assert_true(column_get(c, &f->row[i], &v));
	if (!strstr(v.text, part))
		fail_msg("\"%s\" does not say \"%s\"", v.text, part);
}

static void test_columns_alert_tells_the_trouble(void **state)
{
	struct fixture f;
	struct sockrec *a;

	(void)state;
	fixture_init(&f);
	a = &f.sk[ROW_A].rec;
	check_alert(&f, ROW_A, NULL);
	check_alert(&f, ROW_B, NULL);
	check_alert(&f, ROW_C, NULL);
	check_alert(&f, ROW_F, NULL);
	check_alert(&f, ROW_E, "dropped");
	check_alert(&f, ROW_G, "no answer");
	f.sk[ROW_B].rec.recv_q = 512;
	check_alert(&f, ROW_B, "accept queue");
	a->tcpinfo.busy_time = 1000000;
	a->tcpinfo.rwnd_limited = 500001;
	check_alert(&f, ROW_A, "reads slowly");
	a->recv_q = 65536;
	check_alert(&f, ROW_A, "not reading");
	a->has |= HAS_TIMER;
	a->timer = TIMER_PROBE;
	check_alert(&f, ROW_A, "window is closed");
	a->timer = TIMER_RETRANS;
	a->retransmits = 3;
	check_alert(&f, ROW_A, "no longer acknowledges");
	f.flow[ROW_A].rec.wire_state = WS_RESET;
	check_alert(&f, ROW_A, "reset");
	f.sk[ROW_D].rec.state = ST_CLOSE_WAIT;
	check_alert(&f, ROW_D, "has not");
	fixture_fini(&f);
}

static void test_columns_alert_is_a_mark_where_there_is_trouble_and_nothing_else(void **state)
{
	const struct column *c = column_find("alert");
	struct fixture f;
	struct value v;
	char cell[8];

	(void)state;
	fixture_init(&f);
	assert_true(column_get(c, &f.row[ROW_E], &v));
	assert_int_equal(value_format(c, &v, TEXT_SHORT, false, cell, sizeof(cell)), 1);
	assert_string_equal(cell, "!");
	assert_true(column_get(c, &f.row[ROW_A], &v));
	assert_int_equal(value_format(c, &v, TEXT_SHORT, false, cell, sizeof(cell)), 0);
	fixture_fini(&f);
}

/* The packets of a connection may have been seen before its socket was, and the other way round. */
static void test_columns_age_counts_from_first_seen(void **state)
{
	struct event tick = { .kind = EV_TICK, .time_ns = 9000000000 };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	model_apply(f.m, &tick);
	check_cell(&f.row[ROW_A], "age", "-");
	f.flow[ROW_A].rec.first_ns = 3000000000;
	check_cell(&f.row[ROW_A], "age", "6000000000");
	f.sk[ROW_A].first_ns = 5000000000;
	check_cell(&f.row[ROW_A], "age", "6000000000");
	check_cell(&f.row[ROW_A], "first_seen", "1970-01-01T00:00:03.000000000Z");
	f.sk[ROW_A].first_ns = 2000000000;
	check_cell(&f.row[ROW_A], "age", "7000000000");
	check_cell(&f.row[ROW_A], "first_seen", "1970-01-01T00:00:02.000000000Z");
	f.sk[ROW_A].first_ns = 9000000001; /* a clock that was set back */
	f.flow[ROW_A].rec.first_ns = 0;
	check_cell(&f.row[ROW_A], "age", "-");
	fixture_fini(&f);
}

/* Every getter is asked of rows with parts missing: none may look at what is not there. */
static void test_columns_take_rows_with_parts_missing(void **state)
{
	struct fixture f;
	const struct column *c;

	(void)state;
	fixture_init(&f);
	for (unsigned parts = 0; parts < 8; parts++) {
		struct row r = f.row[ROW_A];

		r.sk = parts & 1 ? r.sk : NULL;
		r.flow = parts & 2 ? r.flow : NULL;
		r.proc = parts & 4 ? r.proc : NULL;
		for (unsigned i = 0; (c = column_at(i)); i++) {
			char out[400];
			struct value v;

			if (column_get(c, &r, &v))
				value_format(c, &v, TEXT_SHORT, false, out, sizeof(out));
			if (!r.sk && c->scope == SCOPE_KERNEL)
				assert_false(column_get(c, &r, &v));
		}
	}
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_complete_and_unique),
		cmocka_unit_test(test_columns_of_one_prefix_stand_together),
		cmocka_unit_test(test_columns_have_every_key_of_the_contract_in_order),
		cmocka_unit_test(test_columns_know_the_words_of_ss),
		cmocka_unit_test(test_columns_suggest_what_is_near),
		cmocka_unit_test(test_columns_parse_takes_a_list),
		cmocka_unit_test(test_columns_tell_ends_and_sides),
		cmocka_unit_test(test_columns_tell_what_the_kernel_says),
		cmocka_unit_test(test_columns_tell_tcp_info_and_no_more),
		cmocka_unit_test(test_columns_v4_mapped_is_shown_as_v4),
		cmocka_unit_test(test_columns_tell_who_holds_it_or_why_not),
		cmocka_unit_test(test_columns_tx_is_from_local_to_remote),
		cmocka_unit_test(test_columns_alert_tells_the_trouble),
		cmocka_unit_test(test_columns_alert_is_a_mark_where_there_is_trouble_and_nothing_else),
		cmocka_unit_test(test_columns_age_counts_from_first_seen),
		cmocka_unit_test(test_columns_take_rows_with_parts_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
