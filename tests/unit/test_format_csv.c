/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -o csv: RFC 4180, and safe to open in a spreadsheet. */
#include "export_fixture.h"

#include <stdio.h>

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
static const struct column unknown = {
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
static const struct column nonblock = {
	.name = "nonblock",
	.key = "nonblock",
	.type = VT_BOOL,
	.arg = 1,
	.get = fixture_number,
};
static const struct column screen_only = {
	.name = "local",
	.help = "10.0.0.1:1000",
	.type = VT_TEXT,
	.get = fixture_text,
};

static void assert_cell(struct fixture *f, const struct column *c, const char *want)
{
	const struct column *cols[] = { &lport, c, &lport };
	char line[256];

	f->s.header = false;
	snprintf(line, sizeof(line), "1000,%s,1000\r\n", want);
	assert_string_equal(fixture_write(f, "csv", cols, 3), line);
}

static void test_csv_heading_has_the_json_keys_and_lines_end_in_crlf(void **state)
{
	const struct column *cols[] = { &lport,	 &rtt,	    &unknown,	 &laddr,
					&cookie, &nonblock, &screen_only };
	struct fixture *f = *state;

	fixture_sockets(f, 2);
	assert_string_equal(fixture_write(f, "csv", cols, 7),
			    "lport,tcp_info.rtt,pid,laddr,cookie,nonblock,local\r\n"
			    "1000,23000,,10.0.0.1,0xffffffffffffffff,true,10.0.0.1:1000\r\n"
			    "1001,23000,,10.0.0.1,0xffffffffffffffff,true,10.0.0.1:1000\r\n");
}

static void test_csv_heading_comes_once_in_a_series_and_not_when_unwanted(void **state)
{
	const struct column *cols[] = { &lport };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	f->s.first = false;
	assert_string_equal(fixture_write(f, "csv", cols, 1), "1000\r\n");
	f->s.first = true;
	f->s.header = false;
	assert_string_equal(fixture_write(f, "csv", cols, 1), "1000\r\n");
}

static void test_csv_own_columns_are_all_that_have_a_key(void **state)
{
	struct fixture *f = *state;
	const struct column *c;
	const char *text;
	unsigned keys = 0, commas = 0;

	fixture_sockets(f, 1);
	text = fixture_write(f, "csv", NULL, 0);
	for (unsigned i = 0; (c = column_at(i)); i++)
		keys += c->key != NULL;
	for (; *text != '\r'; text++)
		commas += *text == ',';
	assert_int_equal(commas + 1, keys);
}

static void test_csv_quotes_commas_and_doubles_quotes(void **state)
{
	static const struct column comma = TEXT("c", "a, b");
	static const struct column quote = TEXT("q", "say \"hi\"");
	static const struct column empty = TEXT("e", "");
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_cell(f, &comma, "\"a, b\"");
	assert_cell(f, &quote, "\"say \"\"hi\"\"\"");
	assert_cell(f, &empty, "");
}

static void test_csv_formulas_become_text(void **state)
{
	static const struct column equals = TEXT("e", "=cmd|' /C calc'!A0");
	static const struct column plus = TEXT("p", "+1,2");
	static const struct column minus = TEXT("m", "-x");
	static const struct column at = TEXT("a", "@/tmp/.X11-unix/X0");
	static const struct column tab = TEXT("t", "\t=1");
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_cell(f, &equals, "'=cmd|' /C calc'!A0");
	assert_cell(f, &plus, "\"'+1,2\"");
	assert_cell(f, &minus, "'-x");
	assert_cell(f, &at, "'@/tmp/.X11-unix/X0");
	assert_cell(f, &tab, "\\t=1"); /* visible, so no longer first */
}

static void test_csv_line_ends_and_escapes_inside_a_cell_become_visible(void **state)
{
	static const struct column hostile = TEXT("h", "a\r\n\x1b[31m,\xff");
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_cell(f, &hostile, "\"a\\r\\n\\x1b[31m,\xef\xbf\xbd\"");
}

static void test_csv_of_groups_has_the_same_keys_as_json(void **state)
{
	static const struct column process = TEXT("process", "");
	struct fixture *f = *state;

	fixture_groups(f, &process, "=a,b");
	assert_string_equal(
		fixture_write(f, "csv", NULL, 0),
		"process,connections,sockets,rx_rate,tx_rate,rx_bytes,tx_bytes,rx_packets,tx_packets,"
		"by_state.ESTABLISHED,by_state.SYN_SENT,by_state.SYN_RECV,by_state.FIN_WAIT1,"
		"by_state.FIN_WAIT2,by_state.TIME_WAIT,by_state.CLOSE,by_state.CLOSE_WAIT,"
		"by_state.LAST_ACK,by_state.LISTEN,by_state.CLOSING\r\n"
		"\"'=a,b\",3,2,10,20,,,,,2,0,0,0,0,0,0,0,0,0,0\r\n"
		",1,0,,,,,,,0,0,0,0,0,0,0,0,0,0,0\r\n");
}

static void test_csv_stops_when_the_reader_is_gone(void **state)
{
	struct sieve sieve = { .room = 0 };
	struct fixture *f = *state;

	fixture_sockets(f, 3000);
	f->s.flush = sieve_flush;
	f->s.ctx = &sieve;
	assert_int_equal(format_find("csv")->write(&f->s, &f->out), -EPIPE);
	assert_int_equal(sieve.calls, 1);
}

/* More columns without a value than are written as one piece, at the beginning, between and last. */
static void test_csv_long_runs_of_unknown_cells_are_but_commas(void **state)
{
	enum { RUN = 70, COUNT = 3 * RUN + 2 };
	static const struct column no_flow = {
		.name = "vlan",
		.key = "vlan",
		.type = VT_UINT,
		.arg = 7,
		.get = fixture_number,
		.of = OF_FLOW,		/* a socket without traffic: it is not even asked */
	};
	struct fixture *f = *state;
	const struct column *cols[COUNT];
	char want[COUNT + 16], *at = want;

	for (unsigned i = 0; i < COUNT; i++)
		cols[i] = i % 2 ? &no_flow : &unknown;
	cols[RUN] = cols[2 * RUN + 1] = &lport;
	for (unsigned i = 0; i < COUNT; i++) {
		if (i)
			*at++ = ',';
		if (cols[i] == &lport) {
			memcpy(at, "1000", 4);
			at += 4;
		}
	}
	memcpy(at, "\r\n", 3);
	fixture_sockets(f, 1);
	f->s.header = false;
	assert_string_equal(fixture_write(f, "csv", cols, COUNT), want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		T(test_csv_long_runs_of_unknown_cells_are_but_commas),
		T(test_csv_heading_has_the_json_keys_and_lines_end_in_crlf),
		T(test_csv_heading_comes_once_in_a_series_and_not_when_unwanted),
		T(test_csv_own_columns_are_all_that_have_a_key),
		T(test_csv_quotes_commas_and_doubles_quotes),
		T(test_csv_formulas_become_text),
		T(test_csv_line_ends_and_escapes_inside_a_cell_become_visible),
		T(test_csv_of_groups_has_the_same_keys_as_json),
		T(test_csv_stops_when_the_reader_is_gone),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
