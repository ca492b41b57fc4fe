/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an entry of the log of lives reads, cell by cell; that its cells fill the usual screens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ui/lifecells.h"

static struct life a_life(void)
{
	struct life l = {
		.time_ns = 1767268803118000000, /* 2026-01-01T12:00:03.118Z */
		.age_ns = 50 * NSEC_PER_MSEC,
		.kind = LIFE_ENDED,
		.end = END_RESET,
		.proto = SP_TCP,
		.lport = 443,
		.rport = 52011,
		.pid = 881,
		.retrans = 6,
		.rx_bytes = 4100,
		.tx_bytes = 0,
		.incoming = true,
		.comm = "nginx",
	};

	addr_parse("10.0.0.2", &l.laddr);
	addr_parse("2001:db8::9", &l.raddr);
	return l;
}

static const char *text_of(const struct life *l, enum lifecell cell, int w)
{
	struct model *m = model_new(16, 16, 1);
	char *out = test_malloc(LIFECELL_TEXT);

	lifecell_make(m, l, cell, w, out);
	model_free(m);
	return out;
}

static void check(const struct life *l, enum lifecell cell, int w, const char *expected)
{
	const char *text = text_of(l, cell, w);

	assert_string_equal(text, expected);
	test_free((void *)(uintptr_t)text);
}

static void test_an_end_reads_what_it_was(void **state)
{
	struct life l = a_life();

	(void)state;
	check(&l, LIFECELL_TIME, 12, "12:00:03.118");
	check(&l, LIFECELL_WORD, 0, "reset");
	check(&l, LIFECELL_PROCESS, 0, "nginx");
	check(&l, LIFECELL_PID, 0, "881");
	check(&l, LIFECELL_PROTO, 0, "tcp");
	check(&l, LIFECELL_LOCAL, 0, "10.0.0.2:443");
	check(&l, LIFECELL_WAY, 1, "◀");
	check(&l, LIFECELL_REMOTE, 0, "[2001:db8::9]:52011");
	check(&l, LIFECELL_AGE, 0, "50ms");
	check(&l, LIFECELL_RX, 0, "4.1K");
	check(&l, LIFECELL_TX, 0, "0");
	check(&l, LIFECELL_RETRANS, 0, "6");
	assert_int_equal(lifecell_style(LIFECELL_WORD, &l, "reset"), STYLE_TROUBLE);
}

static void test_little_room_shows_seconds_and_ports(void **state)
{
	struct life l = a_life();

	(void)state;
	check(&l, LIFECELL_TIME, 8, "12:00:03");
	check(&l, LIFECELL_LOCAL, 6, "443");
}

static void test_what_is_not_known_is_no_number(void **state)
{
	struct life l = a_life();

	(void)state;
	l.age_ns = 0;
	l.pid = 0;
	l.comm[0] = '\0';
	l.rx_bytes = l.tx_bytes = MODEL_RATE_UNKNOWN;
	check(&l, LIFECELL_AGE, 0, "-");
	check(&l, LIFECELL_PID, 0, "");
	check(&l, LIFECELL_PROCESS, 0, "");
	check(&l, LIFECELL_RX, 0, "-");
	check(&l, LIFECELL_TX, 0, "-");
	check(&l, LIFECELL_RETRANS, 0, "");
}

static void test_a_beginning_has_no_totals(void **state)
{
	struct life l = a_life();

	(void)state;
	l.kind = LIFE_OPENED;
	l.age_ns = 0;
	check(&l, LIFECELL_AGE, 0, "");
	check(&l, LIFECELL_RX, 0, "");
	check(&l, LIFECELL_TX, 0, "");
	check(&l, LIFECELL_RETRANS, 0, "");
}

static void test_a_listener_has_no_other_end(void **state)
{
	struct life l = a_life();

	(void)state;
	l.kind = LIFE_LISTENING;
	addr_parse("::", &l.laddr);
	check(&l, LIFECELL_LOCAL, 0, "*:443");
	check(&l, LIFECELL_WAY, 0, "");
	check(&l, LIFECELL_REMOTE, 0, "*");
	l.kind = LIFE_ENDED;
	addr_parse("::", &l.raddr);
	l.rport = 0;
	check(&l, LIFECELL_WAY, 0, "");
	check(&l, LIFECELL_REMOTE, 0, "*");
}

static void test_a_loss_tells_of_no_socket(void **state)
{
	struct life l = a_life();
	unsigned cell;

	(void)state;
	l.kind = LIFE_LOST;
	check(&l, LIFECELL_WORD, 0, "lost");
	for (cell = LIFECELL_WORD + 1; cell < LIFECELLS; cell++)
		check(&l, cell, 0, "");
}

/* A name that nobody ended with '\0' stays within the cell. */
static void test_the_longest_of_everything_fits(void **state)
{
	struct life l = a_life();
	unsigned cell;

	(void)state;
	memset(l.comm, 'x', sizeof(l.comm));
	addr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &l.laddr);
	l.raddr = l.laddr;
	l.lport = l.rport = 65535;
	l.pid = UINT32_MAX;
	l.age_ns = l.rx_bytes = l.tx_bytes = UINT64_MAX - 1;
	l.retrans = UINT32_MAX;
	for (cell = 0; cell < LIFECELLS; cell++) {
		const char *text = text_of(&l, cell, 0);

		assert_true(strlen(text) < LIFECELL_TEXT);
		test_free((void *)(uintptr_t)text);
	}
	check(&l, LIFECELL_LOCAL, 0, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

static void test_the_usual_widths_are_filled_to_the_edge(void **state)
{
	static const int widths[] = { 80, 120, 200 };
	struct layout l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const struct placed *last;

		lifecells_init(&l);
		l.slots[LIFECELL_NETNS].wish = WISH_HIDDEN;
		layout_fit(&l, widths[i]);
		last = &l.placed[l.placed_count - 1];
		assert_int_equal(last->x + last->w, widths[i] - LAYOUT_TAIL);
		assert_non_null(layout_placed(&l, LIFECELL_TX));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_end_reads_what_it_was),
		cmocka_unit_test(test_little_room_shows_seconds_and_ports),
		cmocka_unit_test(test_what_is_not_known_is_no_number),
		cmocka_unit_test(test_a_beginning_has_no_totals),
		cmocka_unit_test(test_a_listener_has_no_other_end),
		cmocka_unit_test(test_a_loss_tells_of_no_socket),
		cmocka_unit_test(test_the_longest_of_everything_fits),
		cmocka_unit_test(test_the_usual_widths_are_filled_to_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
