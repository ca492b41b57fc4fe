/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * query/filter*.c: the language: which rows an expression lets through, and what is said of a
 * wrong one.
 */
#include "query_fixture.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "query/fold.h"
#include "query/row.h"

struct match {
	const char *text;
	const char *rows; /* letters of those that pass */
};

static void match_rows(const struct fixture *f, const char *text, char out[ROWS + 1])
{
	struct filter_error err = { .at = 0 };
	struct filter *filter = NULL;
	unsigned len = 0;

	if (filter_parse(&filter, text, &err))
		fail_msg("\"%s\" is refused at %zu: %s", text, err.at, err.msg.text);
	for (unsigned i = 0; i < ROWS; i++) {
		if (filter_match(filter, &f->row[i]))
			out[len++] = (char)('a' + i);
	}
	out[len] = '\0';
	filter_free(filter);
}

static void check(const struct match *cases, size_t count)
{
	struct fixture f;

	fixture_init(&f);
	for (size_t i = 0; i < count; i++) {
		char rows[ROWS + 1];

		match_rows(&f, cases[i].text, rows);
		if (strcmp(rows, cases[i].rows) != 0)
			fail_msg("\"%s\" lets \"%s\" through, not \"%s\"", cases[i].text, rows,
				 cases[i].rows);
	}
	fixture_fini(&f);
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_filter_without_words_matches_everything(void **state)
{
	static const struct match cases[] = { { "", "abcdefg" }, { " \t\n", "abcdefg" } };
	struct row r = { 0 };

	(void)state;
	CHECK(cases);
	assert_true(filter_match(NULL, &r));
}

static void test_filter_takes_ss_ports(void **state)
{
	static const struct match cases[] = {
		{ "sport = :443", "a" },
		{ "sport = 443", "a" },
		{ "sport :443", "a" },
		{ "dport = :443", "cf" },
		{ "dport == https", "cf" },
		{ "dport = :https", "cf" },
		{ "dport != :443", "adg" },
		{ "dport ne :443", "adg" },
		{ "sport >= :1024", "cfg" },
		{ "sport geq 42110", "cfg" },
		{ "sport gt :42110", "cf" },
		{ "sport < :53", "d" },
		{ "sport le :53", "de" },
		{ "sport = :50000-60123", "cf" },
		{ "sport > 65535", "" },
		{ "sport < 0", "" },
		{ "( dport = :80 or dport = :443 ) and not src 10.0.3.4", "c" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_port_means_either_side(void **state)
{
	static const struct match cases[] = {
		{ "port 443", "acf" },	      { "port 22,53", "de" },
		{ "port 40000-45000", "ag" }, { "port != 443", "bdeg" },
		{ "port != 443,22", "beg" },  { "not port 443", "bdeg" },
		{ "port > 60000", "c" },      { ":443", "acf" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_takes_ss_hosts(void **state)
{
	static const struct match cases[] = {
		{ "dst 10.0.0.0/8", "ag" },
		{ "dst = 10.0.0.9", "ag" },
		{ "dst 10.0.0.9:6379", "g" },
		{ "dst 10.0.0.0/8:6379", "g" },
		{ "dst 10.0.0.9:*", "ag" },
		{ "dst 10/8", "ag" },
		{ "dst inet:10.0.0.9", "ag" },
		{ "dst != 10.0.0.9", "cdf" },
		{ "src *:80", "b" },
		{ "src *", "abcdefg" },
		{ "src 0.0.0.0", "be" },
		{ "src [2001:db8::]/32", "d" },
		{ "src [2001:db8::2]:22", "d" },
		{ "src [2001:db8::2]:23", "" },
		{ "src 2001:db8::2", "d" },
		{ "src ::/0", "d" },
		{ "src 0.0.0.0/0", "abcefg" },
		{ "host 1.1.1.1", "f" },
		{ "host 10.0.0.2", "acg" },
		{ "raddr 10.0.0.9", "ag" },
		{ "remote 10.0.0.9:40112", "a" },
		{ "remote ~ ^10[.]0[.]0[.]9:", "ag" },
		{ "10.0.0.0/24", "acg" },
		{ "*:80", "b" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_takes_states_in_any_spelling(void **state)
{
	static const struct match cases[] = {
		{ "state time-wait", "c" },
		{ "state TIME_WAIT", "c" },
		{ "state estab", "ad" },
		{ "state established", "ad" },
		{ "state = listening", "b" },
		{ "state listening,time-wait", "bc" },
		{ "state listening state time-wait", "bc" },
		{ "state all exclude established exclude listening", "ceg" },
		{ "exclude established", "bceg" },
		{ "state connected", "acdg" },
		{ "state != established", "bceg" },
		{ "state listening or state time-wait", "bc" },
		{ "state established sport = :22", "d" },
		{ "state ~ ^time", "c" },
		{ "wire_state rst", "f" },
		{ "wire_state reset,established", "af" },
		{ "wire_state != reset", "a" },
		{ "listening", "b" },
		{ "time-wait", "c" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_joins_as_ss_and_c_do(void **state)
{
	static const struct match cases[] = {
		{ "proto tcp and port 443", "acf" },
		{ "proto tcp && port 443", "acf" },
		{ "proto tcp & port 443", "acf" },
		{ "proto tcp port 443", "acf" },
		{ "proto udp or port 22", "de" },
		{ "proto udp || port 22", "de" },
		{ "proto udp | port 22", "de" },
		{ "proto udp or port 22 pid 22", "de" },
		{ "( proto udp or port 22 ) pid 22", "d" },
		{ "not proto udp", "abcdfg" },
		{ "! proto udp", "abcdfg" },
		{ "!proto udp", "abcdfg" },
		{ "not not proto udp", "e" },
		{ "not ( port 443 or proto udp )", "bdg" },
		{ "not ( port 443 and state established )", "bcdefg" },
		{ "NOT proto UDP AND port 22", "d" },
		{ "(port 443)or(port 22)", "acdf" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_takes_every_column_as_keyword(void **state)
{
	static const struct match cases[] = {
		{ "process nginx", "ab" },
		{ "process NGINX", "ab" },
		{ "process = ngin", "" },
		{ "process != nginx", "deg" },
		{ "process nginx,sshd", "abd" },
		{ "process != nginx,sshd", "eg" },
		{ "pid 880", "ab" },
		{ "pid=880", "ab" },
		{ "uid 33", "a" },
		{ "proto 17", "e" },
		{ "iface eth0", "a" },
		{ "dev = eth0", "a" },
		{ "dev eth0", "a" },
		{ "dev = 2", "a" },
		{ "interface eth0", "a" },
		{ "fwmark = 0x1/0x3", "a" },
		{ "fwmark = 0x2/0x3", "" },
		{ "fwmark = 0x5", "a" },
		{ "mark 5", "a" },
		{ "cookie 0x1003", "d" },
		{ "side flow", "f" },
		{ "tcp_info.rtt > 1ms", "a" },
		{ "drops > 0", "e" },
		{ "timer on", "g" },
		{ "no_process_reason forwarded", "f" },
		{ "alert", "eg" },
		{ "alert no", "abcdf" },
		{ "alert = no", "abcdf" },
		{ "alert != no", "eg" },
		{ "alert = yes", "eg" },
		{ "not alert", "abcdf" },
		{ "alert nginx", "" },
		{ "alert off", "abcdf" },
		{ "alert 1", "eg" },
		{ "timer ON", "g" },
		{ "side != flow,both", "bcdeg" },
		{ "end ~ ^res", "f" },
		{ "end reset", "f" },
		{ "alert redis", "g" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_reads_numbers_in_the_columns_unit(void **state)
{
	static const struct match cases[] = {
		{ "rtt > 21ms", "a" },	     { "rtt > 21300", "" },    { "rtt >= 21300us", "a" },
		{ "rtt < 1ms", "d" },	     { "rtt 1ms-1s", "a" },    { "retrans > 0", "a" },
		{ "tx_rate > 1M", "a" },     { "tx_rate > 8.4M", "" }, { "tx_rate >= 8.4M", "a" },
		{ "send_q >= 64Ki", "a" },   { "send_q > 64k", "a" },  { "send_q > 64Ki", "" },
		{ "timer_ms < 1m", "cg" },   { "timer_ms 41s", "c" },  { "rx_bytes 1k-2k", "a" },
		{ "retransmits != 0", "g" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_unknown_matches_no_comparison(void **state)
{
	static const struct match cases[] = {
		{ "rtt != 5", "ad" },
		{ "not rtt = 5", "abcdefg" },
		{ "not rtt != 5", "bcefg" },
		{ "rtt >= 0", "ad" },
		{ "min_rtt >= 0", "d" },
		{ "process !~ zz", "abdeg" },
		{ "dport != 1", "acdfg" },
		{ "send_q != 7", "adeg" }, /* a listener has none, a TIME_WAIT none either */
		{ "backlog_max 511", "b" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_patterns_are_regular_expressions(void **state)
{
	static const struct match cases[] = {
		{ "process ~ ^(nginx|sshd)$", "abd" },
		{ "process ~ NGINX", "ab" },
		{ "(process ~ ^(ng|ss))", "abd" },
		{ "process !~ ^ng", "deg" },
		{ "cmdline ~ 'worker process'", "a" },
		{ "cmdline ~ \"master process\"", "b" },
		{ "process ~ a{0,2}q$", "e" },
		{ "process~nginx", "ab" },
		{ "lport ~ ^4", "ag" },
		{ "laddr ~ ^10\\.", "acfg" },
	};

	(void)state;
	CHECK(cases);
}

static void test_filter_bare_words_match_what_is_visible(void **state)
{
	static const struct match cases[] = {
		{ "nginx", "ab" },
		{ "NGINX", "ab" },
		{ "worker", "a" },
		{ "151.101", "c" },
		{ "6379", "g" },
		{ "2001:db8", "d" },
		{ "forwarded", "f" },
		{ "udp", "e" },
		{ "eth0", "a" },
		{ "'worker process'", "a" },
		{ "process", "ab" }, /* alone it is text: "nginx: worker process" */
		{ "process or sshd", "abd" },
		{ "nothing-like-it", "" },
		{ "nginx worker", "a" },
		{ "not nginx", "cdefg" },
	};

	(void)state;
	CHECK(cases);
}

struct wrong {
	const char *text;
	const char *spot; /* what the caret stands under; "" = the end */
	const char *says; /* a part of the sentence */
};

static void refuse(const struct wrong *w)
{
	struct filter_error err;
	struct filter *filter = (struct filter *)&err;
	int ret;

	memset(&err, 0xa5, sizeof(err));
	ret = filter_parse(&filter, w->text, &err);
	if (ret != -EINVAL)
		fail_msg("\"%s\" is taken", w->text);
	assert_ptr_equal(filter, &err); /* failure leaves the result alone */
	if (!strstr(err.msg.text, w->says))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", w->text, err.msg.text, w->says);
	if (err.at + err.len > strlen(w->text) || err.len != strlen(w->spot) ||
	    strncmp(w->text + err.at, w->spot, err.len) != 0 ||
	    (!err.len && err.at != strlen(w->text)))
		fail_msg("\"%s\": the spot is %zu+%zu, not \"%s\"", w->text, err.at, err.len,
			 w->spot);
}

/* In Turkish the small letter of I has no dot. Where that locale is not installed, C has to do. */
static void test_filter_letter_case_is_that_of_ascii_whatever_the_locale(void **state)
{
	static const struct match cases[] = {
		{ "process = NGINX", "ab" },
		{ "NGINX", "ab" },
		{ "'WORKER PROCESS'", "a" },
	};

	(void)state;
	setlocale(LC_ALL, "tr_TR.UTF-8");
	CHECK(cases);
	assert_non_null(setlocale(LC_ALL, "C"));
}

static void test_filter_folds_no_byte_but_ascii_letters(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(fold_byte((char)c), c >= 'A' && c <= 'Z' ? c + 32 : c);
	assert_int_equal(fold_compare("NGINX", "nginx"), 0);
	assert_true(fold_compare("a", "B") < 0 && fold_compare("B", "a") > 0);
	assert_true(fold_compare("", "a") < 0 && fold_compare("ab", "a") > 0);
	assert_true(fold_compare("z", "\xc3\xa9") < 0);
	assert_true(fold_begins("nginx", "NG") && fold_begins("n", ""));
	assert_false(fold_begins("n", "ng") || fold_begins("", "n"));
}

static void test_filter_errors_name_the_spot(void **state)
{
	static const struct wrong cases[] = {
		{ "port 44x", "44x", "\"44x\" is not a port" },
		{ "port 4294967296", "4294967296", "0 to 65535" },
		{ "port 80-70", "80-70", "smaller end" },
		{ "port > 80-90", "80-90", "range" },
		{ "port 80,,81", ",", "missing" },
		{ "sport", "", "ends where a value" },
		{ "sport =", "", "ends where a value" },
		{ "state foo", "foo", "not a state" },
		{ "state > established", ">", "does not go with state" },
		{ "proto tpc", "tpc", "not a protocol" },
		{ "proces = nginx", "proces", "did you mean \"process\"" },
		{ "qqqqqqqqq = 1", "qqqqqqqqq", "unknown column" },
		{ "process > x", ">", "= != ~ !~" },
		{ "rtt > soon", "soon", "such as 100ms" },
		{ "send_q > much", "much", "64k" },
		{ "alert = maybe", "maybe", "yes or no" },
		{ "dst github.com", "github.com", "not an address" },
		{ "dst 10.0.0.0/33", "10.0.0.0/33", "out of range" },
		{ "dst 10.0.0.1:9999999999", "10.0.0.1:9999999999", "65535" },
		{ "process ~ (", "(", "not a regular expression" },
		{ "process ~ [", "[", "not a regular expression" },
		{ "process ~ (((a{99}){99}){99})", "(((a{99}){99}){99})", "too costly" },
		{ "process ~ ((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+",
		  "((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+", "too costly" },
		{ "process ~ (a)\\1", "(a)\\1", "too costly" },
		{ "(port 443", "(", "not closed" },
		{ "port 443)", ")", "nothing opens" },
		{ "()", ")", "where a condition" },
		{ "port 443 and", "", "ends where a condition" },
		{ "or port 443", "or", "where a condition" },
		{ "not", "", "ends where a condition" },
		{ "process 'nginx", "'nginx", "quote" },
		{ "= 3", "=", "where a condition" },
		{ "autobound", "autobound", "not known" },
		{ "user > 5", ">", "does not go with user" },
		{ "proto unixx", "unixx", "not a protocol" },
		{ "host /run/x", "/run/x", "not an address" },
		{ "fwmark = 1/x", "1/x", "mask" },
		{ "first_seen > yesterday", "yesterday", "2026-11-21T22:14:03Z" },
		{ "holders 3", "3", "needs an operator" },
		{ "side bth", "bth", "side: it is one of both, socket, flow" },
		{ "end resett", "resett", "closed, reset, refused, killed, gone" },
		{ "end != resett", "resett", "closed, reset, refused, killed, gone" },
		{ "end reset,resett", "resett", "closed" },
		{ "no_process_reason forwrded", "forwrded", "time-wait, handshake, accept-queue" },
		{ "reason kernal", "kernal", "no-permission, looking, not-looked, forwarded" },
		{ "no_traffic_reason lazy", "lazy", "no-capture, listening, idle, unseen, other-interface" },
		{ "wire_state openish", "openish", "syn-sent" },
		{ "timer off", "off", "on, keepalive, timewait, persist" },
		{ "rate_source wir", "wir", "wire, kernel" },
		{ "opener me", "me", "local, remote" },
		{ "shutdown all", "all", "none, receive, send, both" },
		{ "family ipv6", "ipv6", "inet, inet6, unix, packet, netlink, vsock" },
		{ "v6only = maybe", "maybe", "yes or no" },
		{ "nonblock = 2", "2", "yes or no" },
		{ "sockopt.recverr != si", "si", "yes or no" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refuse(&cases[i]);
}

static void test_filter_depth_and_length_are_bounded(void **state)
{
	enum { LONG = 5000 };
	struct filter_error err;
	struct filter *filter;
	char text[LONG + 1];

	(void)state;
	memset(text, '(', 1000);
	text[1000] = '\0';
	assert_int_equal(filter_parse(&filter, text, &err), -EINVAL);
	assert_non_null(strstr(err.msg.text, "nested too deeply"));
	memset(text, '!', 1000);
	assert_int_equal(filter_parse(&filter, text, &err), -EINVAL);
	assert_non_null(strstr(err.msg.text, "nested too deeply"));
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	assert_int_equal(filter_parse(&filter, text, &err), -EINVAL);
	assert_non_null(strstr(err.msg.text, "too long"));
	for (unsigned i = 0; i < 2000; i++)
		memcpy(text + i * 2, "x ", 2);
	text[4000] = '\0';
	assert_int_equal(filter_parse(&filter, text, &err), -EINVAL);
	assert_non_null(strstr(err.msg.text, "too many"));
}

static void test_filter_times_are_rfc3339(void **state)
{
	struct fixture f;
	char rows[ROWS + 1];

	(void)state;
	fixture_init(&f);
	f.sk[ROW_D].first_ns = 1795299243118000000; /* 2026-11-21T22:14:03.118Z */
	match_rows(&f, "first_seen = 2026-11-21T22:14:03.118Z", rows);
	assert_string_equal(rows, "d");
	match_rows(&f, "first_seen > 2026-11-21T22:14:03Z", rows);
	assert_string_equal(rows, "d");
	match_rows(&f, "first_seen < 2026-11-21", rows);
	assert_string_equal(rows, "");
	fixture_fini(&f);
}

/* b is a unix socket, a is www-data's in a container, d in a namespace of its own. */
static void fixture_families(struct fixture *f, struct sockmore *more)
{
	struct event e = { .kind = EV_USER, .user = { 33, "www-data" } };

	fixture_init(f);
	model_apply(f->m, &e);
	e = (struct event){ .kind = EV_CGROUP, .cgroup = { 7, false, "/docker/0123456789abcdef" } };
	model_apply(f->m, &e);
	e = (struct event){ .kind = EV_NETNS, .netns = { .index = 1, .name = "blue" } };
	model_apply(f->m, &e);
	*more = (struct sockmore){ .kind = MORE_UNIX, .un = { .name = "/run/dbus/socket" } };
	f->sk[ROW_B].rec.proto = SP_UNIX_SEQPACKET;
	f->row[ROW_B].more = more;
	f->sk[ROW_A].rec.has |= HAS_CGROUP;
	f->sk[ROW_A].rec.cgroup_id = 7;
	f->sk[ROW_D].rec.netns = 1;
	f->sk[ROW_C].ended_ns = 5;
	f->sk[ROW_C].end = END_RESET;
}

static void test_filter_takes_families_users_and_paths(void **state)
{
	static const struct match cases[] = {
		{ "proto unix", "b" },
		{ "proto unix_seqpacket", "b" },
		{ "proto unix_stream", "" },
		{ "proto inet", "acdefg" },
		{ "proto != unix", "acdefg" },
		{ "proto unix,udp", "be" },
		{ "proto != unix,udp", "acdfg" },
		{ "family unix", "b" },
		{ "src /run/dbus/socket", "b" },
		{ "laddr = /RUN/dbus/socket", "b" },
		{ "laddr ~ ^/run", "b" },
		{ "src /run", "" },
		{ "dbus/sock", "b" },
		{ "src 0.0.0.0/0", "acefg" },
		{ "user www-data", "a" },
		{ "user 33", "a" },
		{ "user != 34", "a" },
		{ "user = root", "" },
		{ "user ~ ^www", "a" },
		{ "cgroup ~ docker", "a" },
		{ "netns blue", "d" },
		{ "ns = blue", "d" },
		{ "end reset", "cf" },
		{ "ended > 1970-01-01", "c" },
	};
	struct sockmore more;
	struct fixture f;

	(void)state;
	fixture_families(&f, &more);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char rows[ROWS + 1];

		match_rows(&f, cases[i].text, rows);
		if (strcmp(rows, cases[i].rows) != 0)
			fail_msg("\"%s\" lets \"%s\" through, not \"%s\"", cases[i].text, rows,
				 cases[i].rows);
	}
	fixture_fini(&f);
}

/* b is a client of dbus, d a vsock, g netlink's. */
static void test_filter_takes_peers_paths_and_ports_of_32_bits(void **state)
{
	static const struct match cases[] = {
		{ "dst /run/dbus/socket", "b" }, { "raddr /run/dbus/socket", "b" },
		{ "raddr ~ sock", "b" },	 { "dst != /run/dbus/socket", "acdefg" },
		{ "src /run/dbus/socket", "" },	 { "lport 4000000000", "d" },
		{ "sport = :4000000000", "d" },	 { "port 70000-4294967295", "dg" },
		{ "rport 3000000000", "d" },	 { "sport > 65535", "dg" },
		{ "src *:4000000000", "d" },	 { "src *:*", "abcdefg" },
		{ "lport 4294901761", "g" },
	};
	struct sockmore server = { .kind = MORE_UNIX, .un = { .name = "/run/dbus/socket" } };
	struct sockmore vsock = { .kind = MORE_VSOCK,
				  .vsock = { SOCK_STREAM, 2, 4000000000, 3, 3000000000 } };
	struct sockmore netlink = { .kind = MORE_NETLINK, .netlink = { .portid = 4294901761 } };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.sk[ROW_B].rec.proto = SP_UNIX_STREAM;
	f.row[ROW_B].peer_more = &server;
	f.sk[ROW_D].rec.proto = SP_VSOCK;
	f.row[ROW_D].more = &vsock;
	f.sk[ROW_G].rec.proto = SP_NETLINK;
	f.row[ROW_G].more = &netlink;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char rows[ROWS + 1];

		match_rows(&f, cases[i].text, rows);
		if (strcmp(rows, cases[i].rows) != 0)
			fail_msg("\"%s\" lets \"%s\" through, not \"%s\"", cases[i].text, rows,
				 cases[i].rows);
	}
	fixture_fini(&f);
}

static uint32_t protos_of(const char *text)
{
	struct filter_error err;
	struct filter *filter;
	uint32_t protos;

	assert_int_equal(filter_parse(&filter, text, &err), 0);
	protos = filter_protos(filter);
	filter_free(filter);
	return protos;
}

static void test_filter_tells_the_kinds_that_it_names(void **state)
{
	enum { UNIX = ROW_KINDS_UNIX, NETLINK = 1 << SP_NETLINK, PACKET = 1 << SP_PACKET };

	(void)state;
	assert_int_equal(filter_protos(NULL), 0);
	assert_int_equal(protos_of(""), 0);
	assert_int_equal(protos_of("port 443 nginx"), 0);
	assert_int_equal(protos_of("proto unix"), UNIX);
	assert_int_equal(protos_of("proto UNIX_dgram"), 1 << SP_UNIX_DGRAM);
	assert_int_equal(protos_of("proto netlink or family packet"), NETLINK | PACKET);
	assert_int_equal(protos_of("proto unix,netlink and process x"), UNIX | NETLINK);
	assert_int_equal(protos_of("proto 17"), 1 << SP_UDP);
	assert_int_equal(protos_of("not proto unix"), 0);
	assert_int_equal(protos_of("proto != unix"), 0);
	assert_int_equal(protos_of("not ( port 80 or not proto unix )"), UNIX);
	assert_int_equal(protos_of("not proto != netlink"), NETLINK);
	assert_int_equal(protos_of("family vsock"), 1 << SP_VSOCK);
	assert_int_equal(protos_of("family inet6"), 0);
	assert_int_equal(protos_of("src /run/x or dst @y"), UNIX);
	assert_int_equal(protos_of("packet.ring_bytes > 0"), PACKET);
	assert_int_equal(protos_of("netlink_protocol route"), NETLINK);
}

static uint32_t needs_of(const char *text)
{
	struct filter_error err;
	struct filter *filter;
	uint32_t needs;

	assert_int_equal(filter_parse(&filter, text, &err), 0);
	needs = filter_needs(filter);
	filter_free(filter);
	return needs;
}

static void test_filter_needs_what_its_columns_need(void **state)
{
	(void)state;
	assert_int_equal(needs_of(""), 0);
	assert_int_equal(needs_of("state established and dst 10/8 and process x"), 0);
	assert_int_equal(needs_of("rtt > 1ms or not ( drops > 0 )"), NEED_INFO | NEED_SKMEM);
	assert_int_equal(needs_of("user root"), NEED_USER);
	assert_int_equal(needs_of("user 0"), 0);
	assert_int_equal(needs_of("alert"), NEED_INFO | NEED_SKMEM);
	assert_int_equal(filter_needs(NULL), 0);
}

static void check_caret(const char *text, const char *shown)
{
	struct filter_error err;
	struct filter *filter;
	struct buf out;

	buf_init(&out);
	assert_int_equal(filter_parse(&filter, text, &err), -EINVAL);
	filter_error_caret(&err, text, &out);
	assert_string_equal(out.data, shown);
	buf_fini(&out);
}

static void test_filter_caret_stands_under_the_spot(void **state)
{
	(void)state;
	check_caret("port 44x", "port 44x\n     ^^^");
	check_caret("port 443 and", "port 443 and\n            ^");
	/* Two cells a character; a control character is one. */
	check_caret("'\xe6\x97\xa5' port 44x", "'\xe6\x97\xa5' port 44x\n          ^^^");
	check_caret("'\x1b' port\t44x", "'?' port 44x\n         ^^^");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_without_words_matches_everything),
		cmocka_unit_test(test_filter_takes_ss_ports),
		cmocka_unit_test(test_filter_port_means_either_side),
		cmocka_unit_test(test_filter_takes_ss_hosts),
		cmocka_unit_test(test_filter_takes_states_in_any_spelling),
		cmocka_unit_test(test_filter_joins_as_ss_and_c_do),
		cmocka_unit_test(test_filter_takes_every_column_as_keyword),
		cmocka_unit_test(test_filter_reads_numbers_in_the_columns_unit),
		cmocka_unit_test(test_filter_unknown_matches_no_comparison),
		cmocka_unit_test(test_filter_patterns_are_regular_expressions),
		cmocka_unit_test(test_filter_bare_words_match_what_is_visible),
		cmocka_unit_test(test_filter_letter_case_is_that_of_ascii_whatever_the_locale),
		cmocka_unit_test(test_filter_folds_no_byte_but_ascii_letters),
		cmocka_unit_test(test_filter_errors_name_the_spot),
		cmocka_unit_test(test_filter_depth_and_length_are_bounded),
		cmocka_unit_test(test_filter_times_are_rfc3339),
		cmocka_unit_test(test_filter_takes_families_users_and_paths),
		cmocka_unit_test(test_filter_takes_peers_paths_and_ports_of_32_bits),
		cmocka_unit_test(test_filter_tells_the_kinds_that_it_names),
		cmocka_unit_test(test_filter_needs_what_its_columns_need),
		cmocka_unit_test(test_filter_caret_stands_under_the_spot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
