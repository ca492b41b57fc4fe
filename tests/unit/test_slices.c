/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file's rows written slice by slice are, byte for byte, those written from a model that holds
 * all of them: for each format that goes row by row, with filters, columns and captures of none,
 * few and many flows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"

enum { MANY = 9000, FRAME = 14 + 20 + 20 };	/* more than two slices */

static void put32(FILE *f, uint32_t v)
{
	assert_int_equal(fwrite(&v, sizeof(v), 1, f), 1);
}

/* TCP or UDP between 10.0.n.n and 10.255.0.1, either of them sending; ports repeat. */
static void put_packet(FILE *f, unsigned n, unsigned from, unsigned us)
{
	static const uint8_t start[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0,
	};
	const uint8_t ends[2][4] = { { 10, 0, (uint8_t)(n >> 8), (uint8_t)n }, { 10, 255, 0, 1 } };
	const uint8_t ports[2][2] = { { (uint8_t)(4 + n % 3), 1 }, { 0, (uint8_t)(20 + n % 60) } };
	uint8_t frame[FRAME] = { 0 };

	memcpy(frame, start, sizeof(start));
	frame[23] = n % 4 ? 6 : 17;
	memcpy(frame + 26, ends[from], 4);
	memcpy(frame + 30, ends[!from], 4);
	memcpy(frame + 34, ports[from], 2);
	memcpy(frame + 36, ports[!from], 2);
	frame[39] = 20;			/* UDP: its length */
	frame[46] = 0x50;
	frame[47] = n % 5 ? 0x10 : 0x02;
	put32(f, 1700000000 + us / 1000000);
	put32(f, us % 1000000);
	put32(f, FRAME);
	put32(f, FRAME);
	assert_int_equal(fwrite(frame, FRAME, 1, f), 1);
}

static void make_file(char *path, unsigned flows)
{
	const uint32_t header[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "wb");
	unsigned us = 0;

	assert_non_null(f);
	for (unsigned i = 0; i < 6; i++)
		put32(f, header[i]);
	for (unsigned n = 0; n < flows; n++)
		put_packet(f, n, n & 1, us += 137);
	for (unsigned n = 0; n < flows; n += 3)
		put_packet(f, n, !(n & 1), us += 1370);
	assert_int_equal(fclose(f), 0);
}

static void read_whole(struct app *a)
{
	app_refresh(a);
	for (unsigned turns = 0; !app_round_done(a); turns++) {
		assert_true(turns < 100000);
		app_step(a, 1);
	}
}

static int write_slices(struct app *a, const struct format *f, struct snapshot *s,
			struct result *result, struct buf *out)
{
	struct stream *st;
	unsigned slices = 0;
	int rc = f->begin(&st, s, out);

	assert_int_equal(rc, 0);
	for (; app_next_slice(a); slices++) {
		assert_true(model_row_count(s->m) < MANY);
		assert_int_equal(query_run(s->query, s->m, false, result), 0);
		assert_int_equal(st->ops->rows(st, s, out), 0);
	}
	rc = st->ops->end(st, s, out);
	st->ops->free(st);
	assert_int_equal(model_row_count(s->m), 0);
	assert_true(slices != 1 || result->total < MANY);
	return rc;
}

/* What sockmon -r writes with these arguments; whole: from a model of all rows. */
static void output(struct buf *out, char **args, int count, bool whole)
{
	struct options o;
	struct format format;
	struct errmsg err = { "" };
	struct result result;
	struct query q;
	struct app *a;
	struct snapshot s;

	optind = 0;
	assert_int_equal(options_parse(&o, count, args, &err), 0);
	format = *o.format;
	if (whole)
		format.begin = NULL;
	o.format = &format;
	assert_int_equal(app_new(&a, &o, &err), 0);
	assert_int_equal(app_is_sliced(a), !whole);
	options_query(&o, &q);
	result_init(&result);
	buf_init(out);
	read_whole(a);
	s = (struct snapshot){ .m = app_model(a), .result = &result, .query = &q, .cols = o.cols,
			       .col_count = o.col_count, .header = true, .first = true };
	if (whole) {
		assert_int_equal(query_run(&q, s.m, false, &result), 0);
		assert_int_equal(format.write(&s, out), 0);
	} else {
		assert_int_equal(write_slices(a, &format, &s, &result, out), 0);
	}
	result_fini(&result);
	app_free(a);
	options_fini(&o);
}

static const struct {
	const char *filter, *columns;
} questions[] = {
	{ "", NULL },
	{ "proto udp", NULL },
	{ "rx_packets > 0 and rport < 60", "proto,local,remote,rx_packets,first_seen" },
	{ "port 25", "laddr,raddr,rtt,tx_bytes" },
	{ "laddr 10.0.35.0/24", NULL },	/* of the last slice only */
	{ "lport 1 and lport 2", NULL },	/* nothing */
};

static void assert_same_for_all(unsigned flows)
{
	static const char *const formats[] = { "csv", "json", "jsonl" };
	char path[] = "/tmp/test_slices.XXXXXX";

	make_file(path, flows);
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
		for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
			char filter[64], format[8], columns[64];
			char me[] = "sockmon", r[] = "-r", o[] = "-o", c[] = "-C";
			int count = questions[i].columns ? 8 : 6;
			char *args[] = { me, r, path, o, format, filter, count > 6 ? c : NULL, columns,
					 NULL };
			struct buf sliced, whole;

			snprintf(filter, sizeof(filter), "%s", questions[i].filter);
			snprintf(format, sizeof(format), "%s", formats[f]);
			if (questions[i].columns)
				snprintf(columns, sizeof(columns), "%s", questions[i].columns);
			output(&sliced, args, count, false);
			output(&whole, args, count, true);
			assert_int_equal(sliced.len, whole.len);
			assert_memory_equal(sliced.data, whole.data, whole.len);
			buf_fini(&sliced);
			buf_fini(&whole);
		}
	unlink(path);
}

static void test_slices_of_many_flows_are_what_the_whole_is(void **state)
{
	(void)state;
	assert_same_for_all(MANY);
}

static void test_slices_of_few_flows_are_what_the_whole_is(void **state)
{
	(void)state;
	assert_same_for_all(3);
}

static void test_slices_of_no_flows_are_what_the_whole_is(void **state)
{
	(void)state;
	assert_same_for_all(0);
}

static void test_slices_are_not_made_where_all_rows_are_needed(void **state)
{
	static const char *const more[][4] = {
		{ "-o", "table" },
		{ "-o", "csv", "-S", "rx_bytes" },
		{ "-o", "json", "-g", "proto" },
	};
	char path[] = "/tmp/test_slices.XXXXXX";

	(void)state;
	make_file(path, 3);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		char words[4][16] = { "" };
		char me[] = "sockmon", r[] = "-r";
		char *args[] = { me, r, path, words[0], words[1], words[2], words[3], NULL };
		struct errmsg err = { "" };
		struct options o;
		struct app *a;
		int n = 0;

		for (; n < 4 && more[i][n]; n++)
			snprintf(words[n], sizeof(words[n]), "%s", more[i][n]);
		args[3 + n] = NULL;
		optind = 0;
		assert_int_equal(options_parse(&o, 3 + n, args, &err), 0);
		assert_int_equal(app_new(&a, &o, &err), 0);
		assert_false(app_is_sliced(a));
		read_whole(a);
		assert_int_equal(model_row_count(app_model(a)), 3);
		assert_false(app_next_slice(a));
		assert_int_equal(model_row_count(app_model(a)), 3);
		app_free(a);
		options_fini(&o);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices_of_many_flows_are_what_the_whole_is),
		cmocka_unit_test(test_slices_of_few_flows_are_what_the_whole_is),
		cmocka_unit_test(test_slices_of_no_flows_are_what_the_whole_is),
		cmocka_unit_test(test_slices_are_not_made_where_all_rows_are_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
