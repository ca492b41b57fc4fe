/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export/json_row.c, pen.h: what the fast way writes is what the slow one would. */
#include "export_fixture.h"

#include <stdio.h>

#include "export/json_row.h"
#include "export/json_write.h"
#include "export/pen.h"

static void check_number(uint64_t n)
{
	char want[40];
	struct buf b;
	struct pen pen;

	buf_init(&b);
	pen_take(&pen, &b);
	assert_true(pen_room(&pen, 2 * PEN_NUMBER + 1));
	pen_number(&pen, n);
	pen_char(&pen, ' ');
	pen_hex(&pen, n);
	pen_give(&pen);
	snprintf(want, sizeof(want), "%llu 0x%llx", (unsigned long long)n, (unsigned long long)n);
	assert_string_equal(b.data, want);
	buf_fini(&b);
}

static void test_pen_numbers_have_all_their_digits(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 1100; n++)
		check_number(n);
	for (uint64_t power = 10;; power *= 10) {
		check_number(power - 1);
		check_number(power);
		check_number(power + 1);
		if (power > UINT64_MAX / 10)
			break;
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		check_number(1ull << bit);
		check_number((1ull << bit) - 1);
	}
	check_number(UINT64_MAX);
}

static void test_pen_makes_room_and_keeps_what_is_there(void **state)
{
	struct buf b;
	struct pen pen;

	(void)state;
	buf_init(&b);
	buf_adds(&b, "begin ");
	pen_take(&pen, &b);
	for (unsigned i = 0; i < 5000; i++) {
		assert_true(pen_room(&pen, PEN_NUMBER + 1));
		pen_number(&pen, i % 10);
	}
	pen_give(&pen);
	assert_int_equal(b.len, 6 + 5000);
	assert_int_equal(strlen(b.data), 6 + 5000);
	assert_memory_equal(b.data, "begin 0123456789", 16);
	assert_memory_equal(b.data + b.len - 4, "6789", 4);
	buf_fini(&b);
}

/* Listeners and established ones, with tcp_info of all lengths. */
static void add_sockets(struct fixture *f)
{
	static const uint16_t lengths[] = { 0, 104, 192, TCPINFO_WHOLE };
	uint8_t info[TCPINFO_WHOLE];

	fixture_sockets(f, 8);
	for (unsigned i = 0; i < 8; i++) {
		struct event e = { .kind = EV_SOCKET, .time_ns = 2500000000ull };

		e.sock.cookie = i + 1;
		e.sock.has = HAS_COOKIE | HAS_SOCKOPT | HAS_QUEUES;
		e.sock.proto = SP_TCP;
		e.sock.family = AF_INET;
		e.sock.state = i < 4 ? ST_LISTEN : ST_ESTABLISHED;
		e.sock.laddr = addr_from_v4(i % 3 ? "\1\2\3\4" : "\xff\0\0\0");
		e.sock.lport = (uint16_t)(1000 + i);
		e.sock.sockopt = (uint16_t)(0x155 << i % 2);
		e.sock.tcpinfo_len = lengths[i % 4];
		e.sock.skmem_count = i % 2 ? SKMEM_VALUES : 0;
		memset(info, 0, sizeof(info));
		memset(info, i % 5 ? 0x11 * (int)i : 0, e.sock.tcpinfo_len);
		memcpy(&e.sock.tcpinfo, info, sizeof(e.sock.tcpinfo));
		memcpy(&e.more.ecn, info + sizeof(e.sock.tcpinfo), sizeof(e.more.ecn));
		fixture_send(f, &e);
	}
}

/* The row as json_write.c and the getters make it, one value after the other. */
static void add_slowly(struct buf *b, const struct row *r, const struct column *const *cols,
		       unsigned count, bool asked)
{
	struct holderlist holders = { 0 };
	const char *open = "";
	size_t open_len = 0;

	buf_addc(b, '{');
	for (unsigned i = 0; i < count; i++) {
		const char *key = snapshot_key(cols[i]), *dot = strchr(key, '.');
		size_t prefix = dot ? (size_t)(dot - key) : 0;
		struct value v;
		bool known = column_get(cols[i], r, &v);

		if (!known && !asked)
			continue;
		if (open_len && (open_len != prefix || memcmp(open, key, prefix) != 0)) {
			buf_addc(b, '}');
			open_len = 0;
		}
		if (b->data[b->len - 1] != '{')
			buf_addc(b, ',');
		if (prefix && !open_len) {
			json_add_string(b, key, prefix);
			buf_adds(b, ":{");
			open = key;
			open_len = prefix;
		}
		json_add_text(b, key + (prefix ? prefix + 1 : 0));
		buf_addc(b, ':');
		if (known)
			json_add_value(b, cols[i], r, &v, &holders);
		else
			buf_adds(b, "null");
	}
	buf_adds(b, open_len ? "}}" : "}");
	holderlist_fini(&holders);
}

static void check_rows(struct fixture *f, const struct column *const *cols, unsigned count,
		       bool asked)
{
	const char *text = fixture_write(f, "jsonl", asked ? cols : NULL, asked ? count : 0);

	for (uint32_t i = 0; i < f->result.count; i++) {
		struct buf want = { 0 };
		struct row r;

		text = strchr(text, '\n') + 1;
		assert_true(model_row(f->m, f->items[i].id, &r));
		add_slowly(&want, &r, cols, count, asked);
		assert_int_equal(strcspn(text, "\n"), want.len);
		assert_memory_equal(text, want.data, want.len);
		buf_fini(&want);
	}
}

static void test_json_row_is_what_the_getters_say(void **state)
{
	const struct column *cols[400], *c;
	struct fixture *f = *state;
	unsigned count = 0;

	add_sockets(f);
	for (unsigned i = 0; (c = column_at(i)); i++)
		if (c->key)
			cols[count++] = c;
	check_rows(f, cols, count, false);
	check_rows(f, cols, count, true);
}

static void test_json_row_without_any_value_is_an_empty_object(void **state)
{
	static const struct column unknown = { .name = "x", .key = "x", .get = fixture_unknown };
	const struct column *cols[] = { &unknown };
	struct fixture *f = *state;
	struct jsonplan plan;
	struct buf b = { 0 };
	struct row r;

	fixture_sockets(f, 1);
	f->s.cols = cols;
	f->s.col_count = 1;
	assert_true(model_row(f->m, f->items[0].id, &r));
	assert_int_equal(jsonplan_init(&plan, &f->s), 0);
	plan.asked = false;
	jsonplan_add_row(&plan, &b, &r);
	assert_string_equal(b.data, "{}");
	jsonplan_fini(&plan);
	buf_fini(&b);
}

static void test_json_row_has_keys_of_any_length(void **state)
{
	static const struct column longest = {
		.name = "long",
		.key = "a_prefix_that_is_longer_than_a_block_of_bytes."
		       "and_a_name_that_is_longer_than_a_block_of_bytes",
		.type = VT_BOOL,
		.arg = 1,
		.get = fixture_number,
	};
	const struct column *cols[] = { &longest };
	struct fixture *f = *state;

	fixture_sockets(f, 1);
	assert_non_null(strstr(fixture_write(f, "json", cols, 1),
			       "\n{\"a_prefix_that_is_longer_than_a_block_of_bytes\":{"
			       "\"and_a_name_that_is_longer_than_a_block_of_bytes\":true}}\n"));
}

static bool get_time(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = r->sk->rec.lport % 2 ? 1500000000 : 0;
	return true;
}

static bool get_either(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->addr = addr_from_v6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	v->text = r->sk->rec.lport % 3 ? NULL : "a\"b";
	return true;
}

/* What a column wrote last is written again only where the value is the same. */
static void test_json_row_keeps_texts_of_equal_values_only(void **state)
{
	static const struct column cols[] = {
		{ .name = "t", .key = "t", .type = VT_TIME, .get = get_time },
		{ .name = "a", .key = "a", .type = VT_ADDR, .get = get_either },
	};
	const struct column *list[] = { &cols[0], &cols[1] };
	struct fixture *f = *state;

	fixture_sockets(f, 12);
	check_rows(f, list, 2, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		cmocka_unit_test(test_pen_numbers_have_all_their_digits),
		cmocka_unit_test(test_pen_makes_room_and_keeps_what_is_there),
		T(test_json_row_is_what_the_getters_say),
		T(test_json_row_without_any_value_is_an_empty_object),
		T(test_json_row_has_keys_of_any_length),
		T(test_json_row_keeps_texts_of_equal_values_only),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
