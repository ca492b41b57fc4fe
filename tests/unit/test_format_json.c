/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -o json and -o jsonl: valid whatever the names are, nested, and honest about what is unknown. */
#include "export_fixture.h"

#include <ctype.h>

#define TEXT(name_, value_)                                                                       \
	{                                                                                         \
		.name = name_, .key = name_, .help = value_, .type = VT_TEXT, .get = fixture_text \
	}

static const struct column lport = {
	.name = "lport",
	.key = "lport",
	.type = VT_UINT,
	.get = fixture_lport,
};
static const struct column rtt = {
	.name = "rtt",
	.key = "tcp_info.rtt",
	.type = VT_UINT,
	.arg = 23000,
	.get = fixture_number,
};
static const struct column rto = {
	.name = "rto",
	.key = "tcp_info.rto",
	.type = VT_UINT,
	.get = fixture_unknown,
};
static const struct column rcvbuf = {
	.name = "rcvbuf",
	.key = "skmem.rcvbuf",
	.type = VT_UINT,
	.arg = 7,
	.get = fixture_number,
};
static const struct column pid = {
	.name = "pid",
	.key = "pid",
	.type = VT_UINT,
	.get = fixture_unknown,
};
static const struct column laddr = {
	.name = "laddr",
	.key = "laddr",
	.type = VT_ADDR,
	.get = fixture_addr,
};
static const struct column cookie = {
	.name = "cookie",
	.key = "cookie",
	.type = VT_HEX,
	.get = fixture_huge,
};
static const struct column bytes = {
	.name = "bytes",
	.key = "bytes",
	.type = VT_UINT,
	.get = fixture_huge,
};
static const struct column nonblock = {
	.name = "nonblock",
	.key = "nonblock",
	.type = VT_BOOL,
	.get = fixture_number,
};
static const struct column seen = {
	.name = "seen",
	.key = "seen",
	.type = VT_TIME,
	.arg = 1500000000,
	.get = fixture_number,
};
static const struct column screen_only = TEXT("local", "*:80");

#define HEADER(sep, capture)                                                                           \
	"\"schema\":\"sockmon.snapshot/1\"" sep "\"version\":\"0.1.0\"" sep                            \
	"\"host\":\"web1\"" sep "\"time\":\"1970-01-01T00:00:02.000000000Z\"" sep                      \
	"\"interval_s\":null" sep "\"capture\":" capture sep                                           \
	"\"sockets\":{\"count\":2,\"by_state\":{\"ESTABLISHED\":2,\"SYN_SENT\":0,\"SYN_RECV\":0,"      \
	"\"FIN_WAIT1\":0,\"FIN_WAIT2\":0,\"TIME_WAIT\":0,\"CLOSE\":0,\"CLOSE_WAIT\":0,\"LAST_ACK\":0," \
	"\"LISTEN\":0,\"CLOSING\":0},\"interrupted_dumps\":0,\"lost_events\":null,\"closed\":0}" sep         \
	"\"sources\":{}"

/* A reader of JSON (RFC 8259) that only says where a value ends; NULL: it is none. */
static const char *json_end(const char *p);

static const char *string_end(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL; /* the NUL among them */
		if (*p != '\\')
			continue;
		if (*++p != 'u') {
			if (!*p || !strchr("\"\\/bfnrt", *p))
				return NULL;
			continue;
		}
		for (int i = 0; i < 4; i++)
			if (!isxdigit((unsigned char)*++p))
				return NULL;
	}
	return p + 1;
}

static const char *members_end(const char *p, char close, bool keys)
{
	p += 1 + strspn(p + 1, "\n");
	if (*p == close)
		return p + 1;
	for (;; p++) {
		p += strspn(p, "\n");
		if (keys) {
			p = string_end(p);
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_end(p);
		if (!p)
			return NULL;
		p += strspn(p, "\n");
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return NULL;
	}
}

static const char *json_end(const char *p)
{
	static const char *const words[] = { "null", "true", "false" };

	if (*p == '{' || *p == '[')
		return members_end(p, *p == '{' ? '}' : ']', *p == '{');
	if (*p == '"')
		return string_end(p);
	for (size_t i = 0; i < 3; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	if (!isdigit((unsigned char)*p) || (*p == '0' && isdigit((unsigned char)p[1])))
		return NULL;
	p += strspn(p, "0123456789");
	return *p == '.' ? p + 1 + strspn(p + 1, "0123456789") : p;
}

/* What a text column of this value becomes in a row. */
static void assert_text(struct fixture *f, const char *value, const char *want)
{
	const struct column c = TEXT("x", value);
	const struct column *cols[] = { &c };
	const char *text = fixture_write(f, "json", cols, 1);
	const char *row = strstr(text, "{\"x\":");

	assert_non_null(row);
	assert_ptr_equal(json_end(text), text + strlen(text) - 1);
	assert_memory_equal(row + 5, want, strlen(want));
	assert_memory_equal(row + 5 + strlen(want), "}\n", 2);
}

static void test_json_is_one_object_with_the_header_and_a_row_a_line(void **state)
{
	const struct column *cols[] = { &lport,	   &laddr, &cookie,	&bytes,
					&nonblock, &seen,  &screen_only };
	struct fixture *f = *state;
	const char *row = ",\"laddr\":\"10.0.0.1\",\"cookie\":\"0xffffffffffffffff\","
			  "\"bytes\":18446744073709551615,\"nonblock\":false,"
			  "\"seen\":\"1970-01-01T00:00:01.500000000Z\",\"local\":\"*:80\"}";
	struct buf want = { 0 };

	fixture_sockets(f, 2);
	buf_adds(&want, "{\n" HEADER(",\n", "null") ",\n\"rows\":[\n{\"lport\":1000");
	buf_adds(&want, row);
	buf_adds(&want, ",\n{\"lport\":1001");
	buf_adds(&want, row);
	buf_adds(&want, "\n]\n}\n");
	assert_string_equal(fixture_write(f, "json", cols, 7), want.data);
	buf_fini(&want);
}

static void test_jsonl_is_the_header_a_row_a_line_and_their_count(void **state)
{
	const struct column *cols[] = { &lport };
	struct fixture *f = *state;

	fixture_sockets(f, 2);
	assert_string_equal(
		fixture_write(f, "jsonl", cols, 1),
		"{" HEADER(",", "null") "}\n{\"lport\":1000}\n{\"lport\":1001}\n{\"rows\":2}\n");
}

static void test_json_without_rows_is_still_an_object(void **state)
{
	struct fixture *f = *state;
	const char *text = fixture_write(f, "json", NULL, 0);

	assert_ptr_equal(json_end(text), text + strlen(text) - 1);
	assert_non_null(strstr(text, "\"rows\":[\n]\n}\n"));
	assert_string_equal(strrchr(fixture_write(f, "jsonl", NULL, 0), '{'), "{\"rows\":0}\n");
}

static void test_json_rows_of_all_columns_are_valid(void **state)
{
	struct fixture *f = *state;
	const char *text;

	fixture_sockets(f, 3);
	text = fixture_write(f, "json", NULL, 0);
	assert_ptr_equal(json_end(text), text + strlen(text) - 1);
	assert_non_null(strstr(text, "\"laddr\":\"10.0.0.1\",\"lport\":1001,"));
	assert_non_null(strstr(text, "\"state\":\"ESTABLISHED\""));
	assert_null(strstr(text, "\"tcp_info\"")); /* nothing in it is known */
	assert_null(strstr(text, "\"rx_bytes\""));
}

static void test_json_columns_of_one_prefix_are_one_object_wherever_they_stand(void **state)
{
	const struct column *cols[] = { &rtt, &lport, &rcvbuf, &rto, &rtt };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_non_null(strstr(fixture_write(f, "json", cols, 5),
			       "\n{\"tcp_info\":{\"rtt\":23000,\"rto\":null},\"lport\":1000,"
			       "\"skmem\":{\"rcvbuf\":7}}\n"));
}

static void test_json_unknown_is_null_where_it_was_asked_for(void **state)
{
	const struct column *cols[] = { &pid, &rto };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_non_null(strstr(fixture_write(f, "json", cols, 2),
			       "\n{\"pid\":null,\"tcp_info\":{\"rto\":null}}\n"));
}

static void test_json_strings_are_escaped(void **state)
{
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_text(f, "plain /path", "\"plain /path\"");
	assert_text(f, "", "\"\"");
	assert_text(f, "a\"b\\c", "\"a\\\"b\\\\c\"");
	assert_text(f, "\x1b]0;PWN\a\r\n\t", "\"\\u001b]0;PWN\\u0007\\u000d\\u000a\\u0009\"");
	assert_text(f, "\x7f\xc2\x9b\xe2\x80\xae", "\"\\u007f\\u009b\\u202e\"");
}

static void test_json_strings_are_valid_utf8(void **state)
{
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_text(f, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7",
		    "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7\"");
	assert_text(f, "\xef\xbf\xbd", "\"\xef\xbf\xbd\"");
	assert_text(f, "cut\xe6\xbc", "\"cut\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_text(f, "\xff\"", "\"\xef\xbf\xbd\\\"\"");
	assert_text(f, "\xed\xa0\x80",
		    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");    /* a surrogate */
	assert_text(f, "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""); /* overlong */
}

static void send_capture(struct fixture *f, const char *interfaces, bool live)
{
	struct event e = { .kind = EV_CAPTURE, .time_ns = 2000000000ull };

	memcpy(e.capture.interfaces, interfaces, strlen(interfaces) + 1);
	e.capture.live = live;
	e.capture.told_ns = 5000000000ull;
	e.capture.totals = (struct flowtotals){
		.packets = 1,
		.bytes = 2,
		.not_ip = 5,
		.undecodable = 6,
		.not_ip_bytes = 15,
		.undecodable_bytes = 16,
		.evicted_flows = 17,
		.evicted_packets = 7,
		.evicted_bytes = 8,
		.expired_flows = 18,
		.expired_packets = 11,
		.expired_bytes = 12,
		.repeats = 13,
		.repeat_bytes = 14,
		.fragments = 19,
		.lone_fragments = 20,
		.live_flows = 9,
		.flow_limit = 10,
	};
	e.capture.dropped = 3;
	e.capture.if_dropped = 4;
	fixture_send(f, &e);
}

#define CAPTURE(interfaces)                                                                        \
	"{\"interfaces\":" interfaces ",\"began\":null,\"filtered\":false,\"limited\":false,"          \
	"\"dropped\":3,\"if_dropped\":4,\"packets\":1,\"bytes\":2,\"not_ip\":5,\"not_ip_bytes\":15,"   \
	"\"undecodable\":6,\"undecodable_bytes\":16,\"evicted_flows\":17,\"evicted_packets\":7,"      \
	"\"evicted_bytes\":8,\"expired_flows\":18,\"expired_packets\":11,\"expired_bytes\":12,"       \
	"\"repeat_packets\":13,\"repeat_bytes\":14,\"fragments\":19,\"lone_fragments\":20,"           \
	"\"flows\":9,\"flow_limit\":10,\"live_packets\":null,\"live_bytes\":null,"                    \
	"\"covered_bytes\":0,\"missing_bytes\":0,\"seen\":null,\"by_interface\":[]}"

static void test_json_header_tells_how_complete_the_capture_is(void **state)
{
	struct fixture *f = *state;

	fixture_host(f, false);
	send_capture(f, "eth0,lo", true);
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0),
			       "\"capture\":" CAPTURE("[\"eth0\",\"lo\"]") ",\n"));
	send_capture(f, "a,b.pcap", false); /* a file's name is one name */
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0),
			       "\"capture\":" CAPTURE("[\"a,b.pcap\"]") ",\n"));
}

static void send_iface(struct fixture *f, uint64_t time_ns, uint64_t rx, uint64_t rx_bytes)
{
	struct event e = { .kind = EV_IFACE, .time_ns = time_ns };

	e.iface = (struct ifacerec){ .ifindex = 2, .name = "eth0", .rx_packets = rx,
				     .rx_bytes = rx_bytes, .rx_dropped = 4, .tx_errors = rx };
	fixture_send(f, &e);
}

static void test_json_header_shows_each_interface_beside_its_own_statistics(void **state)
{
	struct fixture *f = *state;
	struct event e = { .kind = EV_IFCOUNT, .time_ns = 4000000000ull };

	fixture_host(f, false);
	send_capture(f, "any", true);
	send_iface(f, 3000000000ull, 100, 10000);
	send_iface(f, 4000000000ull, 300, 30000);
	e.ifcount = (struct ifcountrec){ .ifindex = 2, .rx_packets = 150, .rx_segs = 199,
					 .rx_bytes = 19000 };
	fixture_send(f, &e);
	fixture_send(f, &(struct event){ .kind = EV_TICK, .time_ns = 4000000000ull });
	fixture_send(f, &(struct event){ .kind = EV_TICK, .time_ns = 5000000000ull });
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0),
			       "\"by_interface\":[{\"name\":\"eth0\",\"netns\":null,\"rx_packets\":150,"
			       "\"tx_packets\":0,\"rx_segs\":199,\"tx_segs\":0,\"rx_bytes\":19000,"
			       "\"tx_bytes\":0,\"own\":{\"rx_packets\":200,\"tx_packets\":0,"
			       "\"rx_bytes\":20000,\"tx_bytes\":0,\"rx_dropped\":0,\"tx_dropped\":0,"
			       "\"rx_errors\":0,\"tx_errors\":200},\"seen\":99.50}]}"));
}

static void test_json_header_of_a_file_has_no_sockets_rather_than_none(void **state)
{
	struct event e = { .kind = EV_HOST, .time_ns = 1 };
	struct fixture *f = *state;
	const char *text;

	e.host.offline = true;
	fixture_send(f, &e);
	text = fixture_write(f, "json", NULL, 0);
	assert_non_null(strstr(text, "\"sockets\":null,"));
	assert_non_null(strstr(text, "\"host\":null,"));
}

static void test_json_header_carries_the_notices(void **state)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = 1 };
	struct fixture *f = *state;

	e.notice.source = NOTICE_CAPTURE;
	memcpy(e.notice.text, "no \"right\"", 11);
	fixture_send(f, &e);
	e.notice.source = NOTICE_PROCESSES;
	memcpy(e.notice.text, "some hidden", 12);
	fixture_send(f, &e);
	assert_non_null(strstr(
		fixture_write(f, "json", NULL, 0),
		"\"sources\":{\"processes\":\"some hidden\",\"capture\":\"no \\\"right\\\"\"}"));
}

static void test_json_header_names_the_families_that_are_absent(void **state)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = 1 };
	struct fixture *f = *state;

	f->s.absent = 1u << SP_SCTP | 1u << SP_DCCP;
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0),
			       "\"sources\":{\"absent\":[\"sctp\",\"dccp\"]}"));
	e.notice.source = NOTICE_SOCKETS;
	memcpy(e.notice.text, "no sctp", 8);
	fixture_send(f, &e);
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0),
			       "\"sources\":{\"sockets\":\"no sctp\",\"absent\":[\"sctp\",\"dccp\"]}"));
}

static void test_json_header_counts_lost_events_where_ends_are_told(void **state)
{
	struct event e = { .kind = EV_LOST, .time_ns = 1, .lost = { .times = 3 } };
	struct fixture *f = *state;

	fixture_send(f, &e);
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0), "\"lost_events\":3,"));
}

static void test_json_escapes_what_stands_for_an_address(void **state)
{
	struct event e = { .kind = EV_SOCKET, .time_ns = 2000000000ull };
	const struct column *cols[] = { column_find("laddr"), column_find("raddr") };
	struct fixture *f = *state;
	uint32_t id;

	e.sock.cookie = 1;
	e.sock.has = HAS_COOKIE;
	e.sock.proto = SP_UNIX_STREAM;
	e.sock.state = ST_LISTEN;
	e.more.kind = MORE_UNIX;
	memcpy(e.more.un.name, "/run/\"\x1b", 8);
	fixture_send(f, &e);
	assert_int_equal(model_row_ids(f->m, &id), 1);
	f->items[0] = (struct item){ .id = id };
	f->result.count = 1;
	assert_non_null(strstr(fixture_write(f, "json", cols, 2),
			       "\n{\"laddr\":\"/run/\\\"\\u001b\",\"raddr\":null}\n"));
	assert_string_equal(fixture_write(f, "csv", cols, 2),
			    "laddr,raddr\r\n\"/run/\"\"\\x1b\",\r\n");
}

static void test_json_interval_is_in_seconds_to_the_millisecond(void **state)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} cases[] = {
		{ 1000000000ull, "\"interval_s\":1," },
		{ 100000000ull, "\"interval_s\":0.1," },
		{ 2500000001ull, "\"interval_s\":2.5," },
		{ 1003499999ull, "\"interval_s\":1.003," },
		{ 1003500000ull, "\"interval_s\":1.004," },
		{ 1999999999ull, "\"interval_s\":2," },
		{ 3600050000000ull, "\"interval_s\":3600.05," },
	};
	struct event e = { .kind = EV_TICK, .time_ns = 3000000000ull };
	struct fixture *f = *state;

	fixture_send(f, &e);
	assert_non_null(strstr(fixture_write(f, "json", NULL, 0), "\"interval_s\":null,"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		e.time_ns += cases[i].ns;
		fixture_send(f, &e);
		assert_non_null(strstr(fixture_write(f, "json", NULL, 0), cases[i].want));
	}
}

static void hold(struct fixture *f, uint32_t pid_, int fd)
{
	struct event e = { .kind = EV_PROC, .time_ns = 3 };

	e.proc.pid = pid_;
	e.proc.start_ticks = 1;
	memcpy(e.proc.comm, "nginx", 6);
	fixture_send(f, &e);
	e = (struct event){ .kind = EV_HOLDER, .time_ns = 3 };
	e.holder = (struct holderrec){ .pid = pid_, .inode = 100, .fd = fd, .held = true };
	fixture_send(f, &e);
}

static void test_json_holders_have_flags_where_they_are_known(void **state)
{
	struct event e = { .kind = EV_HOLDER, .time_ns = 4 };
	const struct column *cols[] = { column_find("holders"), column_find("nonblock"),
					column_find("cloexec") };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	hold(f, 500, 6);
	hold(f, 501, 6);
	e.holder = (struct holderrec){ .pid = 500, .inode = 100, .fd = 6, .held = true,
				       .has_flags = true, .nonblock = true };
	fixture_send(f, &e);
	assert_non_null(strstr(fixture_write(f, "json", cols, 3),
			       "\n{\"holders\":[{\"pid\":500,\"fd\":6,\"nonblock\":true,"
			       "\"cloexec\":false},{\"pid\":501,\"fd\":6}],\"nonblock\":true,"
			       "\"cloexec\":false}\n"));
}

static void test_json_has_every_holder_of_a_socket(void **state)
{
	enum { WORKERS = 100 };
	const struct column *cols[] = { column_find("holders") };
	struct fixture *f = *state;
	const char *text, *row;
	unsigned found = 0;

	fixture_sockets(f, 1);
	for (uint32_t i = 0; i < WORKERS; i++)
		hold(f, 500 + i, 6);
	text = fixture_write(f, "jsonl", cols, 1);
	row = strstr(text, "{\"holders\":[{\"pid\":500,\"fd\":6},{\"pid\":501,\"fd\":6},");
	assert_non_null(row);
	for (; (row = strstr(row, "{\"pid\":")); row++)
		found++;
	assert_int_equal(found, WORKERS);
	assert_non_null(strstr(text, "{\"pid\":599,\"fd\":6}]}\n"));
}

static void test_json_of_groups_has_groups_instead_of_rows(void **state)
{
	static const struct column process = TEXT("process", "");
	struct fixture *f = *state;
	const char *text;

	fixture_host(f, false);
	send_capture(f, "any", true);
	fixture_groups(f, &process, "a\"b");
	text = fixture_write(f, "json", NULL, 0);
	assert_ptr_equal(json_end(text), text + strlen(text) - 1);
	assert_non_null(strstr(
		text,
		",\n\"groups\":[\n"
		"{\"group\":{\"process\":\"a\\\"b\"},\"connections\":3,\"sockets\":2,\"rx_rate\":10,"
		"\"tx_rate\":20,\"rx_bytes\":5,\"tx_bytes\":6,\"rx_packets\":7,\"tx_packets\":8,"
		"\"by_state\":{\"ESTABLISHED\":2,"));
	assert_non_null(strstr(text,
			       "\n{\"group\":{\"process\":null},\"connections\":1,\"sockets\":0,"
			       "\"rx_rate\":null,\"tx_rate\":null,\"rx_bytes\":0,"));
	fixture_host(f, true); /* nothing was counted: that is not 0 */
	text = fixture_write(f, "jsonl", NULL, 0);
	assert_non_null(strstr(text, "\"rx_bytes\":null,"));
	assert_non_null(strstr(text, "\n{\"groups\":2}\n"));
}

static void test_json_memory_does_not_grow_with_rows(void **state)
{
	struct sieve sieve = { .room = SIZE_MAX };
	struct fixture *f = *state;
	size_t all;

	fixture_sockets(f, 3000);
	all = strlen(fixture_write(f, "json", NULL, 0));
	f->s.flush = sieve_flush;
	f->s.ctx = &sieve;
	fixture_write(f, "json", NULL, 0);
	assert_int_equal(sieve.taken, all);
	assert_true(sieve.largest < EXPORT_FLUSH_BYTES + 8192);
}

static void test_json_stops_when_the_reader_is_gone(void **state)
{
	struct sieve sieve = { .room = 100 };
	struct fixture *f = *state;

	fixture_sockets(f, 3000);
	f->s.flush = sieve_flush;
	f->s.ctx = &sieve;
	assert_int_equal(format_find("json")->write(&f->s, &f->out), -EPIPE);
	assert_int_equal(sieve.calls, 1);
	buf_reset(&f->out);
	assert_int_equal(format_find("jsonl")->write(&f->s, &f->out), -EPIPE);
	assert_int_equal(sieve.calls, 2);
}

static void test_formats_are_found_by_name_and_no_other(void **state)
{
	(void)state;
	for (unsigned i = 0; format_at(i); i++)
		assert_ptr_equal(format_find(format_at(i)->name), format_at(i));
	assert_non_null(format_find("jsonl"));
	assert_null(format_find("xml"));
	assert_null(format_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		T(test_json_is_one_object_with_the_header_and_a_row_a_line),
		T(test_jsonl_is_the_header_a_row_a_line_and_their_count),
		T(test_json_without_rows_is_still_an_object),
		T(test_json_rows_of_all_columns_are_valid),
		T(test_json_columns_of_one_prefix_are_one_object_wherever_they_stand),
		T(test_json_unknown_is_null_where_it_was_asked_for),
		T(test_json_strings_are_escaped),
		T(test_json_strings_are_valid_utf8),
		T(test_json_header_tells_how_complete_the_capture_is),
		T(test_json_header_shows_each_interface_beside_its_own_statistics),
		T(test_json_header_of_a_file_has_no_sockets_rather_than_none),
		T(test_json_header_carries_the_notices),
		T(test_json_header_names_the_families_that_are_absent),
		T(test_json_header_counts_lost_events_where_ends_are_told),
		T(test_json_escapes_what_stands_for_an_address),
		T(test_json_interval_is_in_seconds_to_the_millisecond),
		T(test_json_has_every_holder_of_a_socket),
		T(test_json_holders_have_flags_where_they_are_known),
		T(test_json_of_groups_has_groups_instead_of_rows),
		T(test_json_memory_does_not_grow_with_rows),
		T(test_json_stops_when_the_reader_is_gone),
		T(test_formats_are_found_by_name_and_no_other),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
