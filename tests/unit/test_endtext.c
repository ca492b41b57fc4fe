/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/endtext.c, filter_test.c: ends by the names that were learned for them. */
#include "query_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "query/endtext.h"

static void learn(struct model *m, const char *addr, const char *name)
{
	struct event e = { .kind = EV_NAME, .time_ns = 1 };

	e.name = (struct namerec){ .addr = fixture_addr(addr), .origin = NAME_DNS, .ttl = 60 };
	snprintf(e.name.name, sizeof(e.name.name), "%s", name);
	model_apply(m, &e);
}

static void assert_end(const struct row *r, enum rowend end, const char *text)
{
	struct value v;

	endtext_set(r, end, &v);
	assert_string_equal(v.text, text);
}

static bool matches(const struct row *r, const char *filter)
{
	struct filter_error err;
	struct filter *f;
	bool fits;

	assert_int_equal(filter_parse(&f, filter, &err), 0);
	fits = filter_match(f, r);
	filter_free(f);
	return fits;
}

static void test_endtext_shows_the_name_of_the_remote_end(void **state)
{
	struct fixture *f = *state;
	struct row *a = &f->row[ROW_A];

	learn(f->m, "10.0.0.9", "client.example.org");
	learn(f->m, "10.0.0.2", "server.example.org");
	assert_end(a, ROW_REMOTE, "10.0.0.9:40112");
	a->names = true;
	assert_end(a, ROW_REMOTE, "client.example.org:40112");
	assert_end(a, ROW_LOCAL, "10.0.0.2:443");	/* its own address */
	assert_string_equal(endtext_name(a, ROW_LOCAL), "server.example.org");
}

static void test_endtext_shows_both_names_where_neither_end_is_ours(void **state)
{
	struct fixture *f = *state;
	struct row *forwarded = &f->row[ROW_F];

	learn(f->m, "10.0.3.4", "laptop.local");
	learn(f->m, "1.1.1.1", "one.one.one.one");
	forwarded->names = true;
	assert_end(forwarded, ROW_LOCAL, "laptop.local:50122");
	assert_end(forwarded, ROW_REMOTE, "one.one.one.one:443");
	f->flow[ROW_F].ours = (uint8_t)(1u << forwarded->local);
	assert_end(forwarded, ROW_LOCAL, "10.0.3.4:50122");
}

static void test_endtext_cuts_a_long_name_on_the_left(void **state)
{
	struct fixture *f = *state;
	struct row *a = &f->row[ROW_A];
	char name[256];
	struct value v;
	size_t len;

	for (size_t i = 0; i < sizeof(name) - 1; i += 3)
		memcpy(name + i, "ü.", 3);
	memcpy(name + 240, "example.com", 12);
	learn(f->m, "10.0.0.9", name);
	a->names = true;
	endtext_set(a, ROW_REMOTE, &v);
	len = strlen(v.text);
	assert_true(len > 110 && len < sizeof(v.buf));
	assert_memory_equal(v.text, "…", strlen("…"));
	assert_int_not_equal(v.text[3] & 0xc0, 0x80);
	assert_string_equal(v.text + len - 17, "example.com:40112");
}

static void test_endtext_filters_match_name_and_number(void **state)
{
	struct fixture *f = *state;
	struct row *a = &f->row[ROW_A];

	learn(f->m, "10.0.0.9", "client.example.org");
	for (unsigned names = 0; names < 2; names++) {
		a->names = names;
		assert_true(matches(a, "remote ~ client"));
		assert_true(matches(a, "remote ~ ^10.0.0.9:"));
		assert_true(matches(a, "client.example"));
		assert_true(matches(a, "10.0.0.9"));
		assert_true(matches(a, "rname = client.example.org"));
		assert_true(matches(a, "dst 10.0.0.9"));
		assert_false(matches(a, "remote ~ server"));
		assert_false(matches(a, "remote !~ client"));
	}
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_init(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	fixture_fini(f);
	free(f);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_endtext_shows_the_name_of_the_remote_end),
		TEST(test_endtext_shows_both_names_where_neither_end_is_ours),
		TEST(test_endtext_cuts_a_long_name_on_the_left),
		TEST(test_endtext_filters_match_name_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
