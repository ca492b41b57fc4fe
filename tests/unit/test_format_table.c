/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -o table: aligned, exact, harmless. The expected table is the documentation. */
#include "export_fixture.h"

#include <stdio.h>

#define TEXT(name_, title_, value_)                                                            \
	{                                                                                      \
		.name = name_, .key = name_, .title = title_, .help = value_, .type = VT_TEXT, \
		.get = fixture_text                                                            \
	}

static const struct column lport = {
	.name = "lport",
	.key = "lport",
	.title = "LPORT",
	.type = VT_UINT,
	.get = fixture_lport,
};
static const struct column count = {
	.name = "count",
	.key = "count",
	.title = "N",
	.type = VT_UINT,
	.unit = UNIT_BYTES,
	.arg = 45200123,
	.get = fixture_number,
};
static const struct column unknown_text = {
	.name = "user",
	.key = "user",
	.title = "USER",
	.type = VT_TEXT,
	.get = fixture_unknown,
};
static const struct column unknown_number = {
	.name = "rtt",
	.key = "rtt",
	.title = "RTT",
	.type = VT_UINT,
	.get = fixture_unknown,
};

static bool last_row_is_wide(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = r->sk->rec.lport == 4999 ? 1234567 : r->sk->rec.lport;
	return true;
}

static void
test_table_aligns_numbers_right_and_text_left_and_leaves_no_trailing_blanks(void **state)
{
	static const struct column process = TEXT("process", "PROCESS", "sshd");
	const struct column *cols[] = { &process, &lport,	 &unknown_number,
					&count,	  &unknown_text, &process };
	struct fixture *f = *state;

	fixture_sockets(f, 2);
	assert_string_equal(fixture_write(f, "table", cols, 6),
			    "PROCESS LPORT RTT        N USER PROCESS\n"
			    "sshd     1000   - 45200123 -    sshd\n"
			    "sshd     1001   - 45200123 -    sshd\n");
}

static void test_table_columns_are_as_wide_as_their_widest_cell(void **state)
{
	const struct column *cols[] = { &lport, &lport };
	struct fixture *f = *state;

	f->s.header = false;
	fixture_sockets(f, 1);
	assert_string_equal(fixture_write(f, "table", cols, 2), "1000 1000\n");
	f->s.header = true;
	assert_string_equal(fixture_write(f, "table", cols, 2), "LPORT LPORT\n 1000  1000\n");
}

static void test_table_makes_control_characters_visible_and_stays_aligned(void **state)
{
	static const struct column hostile = TEXT("process", "PROCESS", "\x1b]0;PWN\a\n\r\t\x7f");
	static const struct column bidi = TEXT("b", "B", "\xe2\x80\xae\xc2\x9b");
	const struct column *cols[] = { &hostile, &bidi, &lport };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_string_equal(fixture_write(f, "table", cols, 3),
			    "PROCESS                  B          LPORT\n"
			    "\\x1b]0;PWN\\x07\\n\\r\\t\\x7f \\u202e\\x9b  1000\n");
}

static void test_table_counts_cells_of_wide_combining_and_invalid_text(void **state)
{
	static const struct column wide =
		TEXT("a", "A", "\xe6\xbc\xa2\xe5\xad\x97");		    /* two ideographs */
	static const struct column marked = TEXT("b", "BBBB", "e\xcc\x81"); /* e and an accent */
	static const struct column invalid = TEXT("c", "CCCC", "\xff\xc3");
	const struct column *cols[] = { &wide, &marked, &invalid, &lport };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_string_equal(
		fixture_write(f, "table", cols, 4),
		"A    BBBB CCCC LPORT\n"
		"\xe6\xbc\xa2\xe5\xad\x97 e\xcc\x81    \xef\xbf\xbd\xef\xbf\xbd    1000\n");
}

static void test_table_of_nothing_is_its_heading(void **state)
{
	const struct column *cols[] = { &lport, &unknown_text };
	struct fixture *f = *state;

	assert_string_equal(fixture_write(f, "table", cols, 2), "LPORT USER\n");
	f->s.header = false;
	assert_string_equal(fixture_write(f, "table", cols, 2), "");
}

static void test_table_snapshots_of_a_series_stand_apart(void **state)
{
	const struct column *cols[] = { &lport };
	struct fixture *f = *state;

	f->s.first = false;
	fixture_sockets(f, 1);
	assert_string_equal(fixture_write(f, "table", cols, 1), "\nLPORT\n 1000\n");
}

static void test_table_own_columns_are_those_of_ss_and_the_rates(void **state)
{
	struct fixture *f = *state;
	const char *text;

	fixture_sockets(f, 1);
	text = fixture_write(f, "table", NULL, 0);
	assert_non_null(strstr(text, "tcp "));
	assert_non_null(strstr(text, " 10.0.0.1:1000 "));
	assert_non_null(strstr(text, " 10.0.0.2:443 "));
	assert_null(strstr(text, " \n"));
}

static void test_table_of_a_file_has_what_the_packets_tell(void **state)
{
	struct fixture *f = *state;
	struct event e = { .kind = EV_HOST, .time_ns = 1, .host = { .offline = true } };

	model_apply(f->m, &e);
	f->s.header = true;
	assert_string_equal(fixture_write(f, "table", NULL, 0),
			    "PROTO LOCAL REMOTE WIRE RXPKT TXPKT RXB TXB WRTT WRETR FIRST LASTED\n");
}

static void test_table_of_groups_has_one_line_a_group(void **state)
{
	static const struct column process = TEXT("process", "PROCESS", "");
	struct fixture *f = *state;

	fixture_groups(f, &process, "ngi\nx");
	assert_string_equal(fixture_write(f, "table", NULL, 0),
			    "PROCESS CONNS SOCKETS RX/s TX/s RX-BYTES TX-BYTES RX-PKTS TX-PKTS\n"
			    "ngi\\nx      3       2   10   20        -        -       -       -\n"
			    "-           1       0    -    -        -        -       -       -\n");
}

/* 20 MB of cells; the widest row is the last, long after the lines stopped being kept. */
static void test_table_too_large_to_keep_is_aligned_all_the_same(void **state)
{
	enum { ROWS = 4000, LONG = 5000 };
	struct column text = TEXT("a", "A", NULL), last = lport;
	const struct column *cols[] = { &last, &text };
	struct fixture *f = *state;
	const char *at;
	char *value = malloc(LONG + 1);

	assert_non_null(value);
	memset(value, 'x', LONG);
	value[LONG] = '\0';
	text.help = value;
	last.get = last_row_is_wide;
	fixture_sockets(f, ROWS);
	at = fixture_write(f, "table", cols, 2);
	assert_memory_equal(at, "  LPORT A\n", 10);
	at += 10;
	for (unsigned i = 0; i < ROWS; i++) {
		char number[16];

		snprintf(number, sizeof(number), "%7u ", i + 1 < ROWS ? 1000 + i : 1234567);
		assert_memory_equal(at, number, 8);
		assert_memory_equal(at + 8, value, LONG);
		assert_int_equal(at[8 + LONG], '\n');
		at += 8 + LONG + 1;
	}
	assert_int_equal(*at, '\0');
	free(value);
}

static void test_table_hands_on_what_it_has_and_stops_when_the_reader_is_gone(void **state)
{
	const struct column *cols[] = { &lport, &count, &count, &count, &count, &count };
	struct fixture *f = *state;
	struct sieve sieve = { .room = SIZE_MAX };
	size_t all;

	fixture_sockets(f, 3000);
	all = strlen(fixture_write(f, "table", cols, 6));
	f->s.flush = sieve_flush;
	f->s.ctx = &sieve;
	fixture_write(f, "table", cols, 6);
	assert_true(all > 2 * EXPORT_FLUSH_BYTES);
	assert_int_equal(sieve.taken, all);
	assert_true(sieve.largest < EXPORT_FLUSH_BYTES + 1024);
	sieve = (struct sieve){ .room = EXPORT_FLUSH_BYTES / 2 };
	buf_reset(&f->out);
	assert_int_equal(format_find("table")->write(&f->s, &f->out), -EPIPE);
	assert_int_equal(sieve.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		T(test_table_aligns_numbers_right_and_text_left_and_leaves_no_trailing_blanks),
		T(test_table_columns_are_as_wide_as_their_widest_cell),
		T(test_table_makes_control_characters_visible_and_stays_aligned),
		T(test_table_counts_cells_of_wide_combining_and_invalid_text),
		T(test_table_of_nothing_is_its_heading),
		T(test_table_snapshots_of_a_series_stand_apart),
		T(test_table_own_columns_are_those_of_ss_and_the_rates),
		T(test_table_of_a_file_has_what_the_packets_tell),
		T(test_table_of_groups_has_one_line_a_group),
		T(test_table_too_large_to_keep_is_aligned_all_the_same),
		T(test_table_hands_on_what_it_has_and_stops_when_the_reader_is_gone),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
