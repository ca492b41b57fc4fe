/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model/addrnames.c: what is replaced, and who goes when there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/addrnames.h"

enum { LIMIT = 40 };

static struct addr addr_of(unsigned n)
{
	return addr_from_v4((const uint8_t[]){ 10, 0, (uint8_t)(n >> 8), (uint8_t)n });
}

static void tell(struct addrnames *t, unsigned n, const char *name, enum nameorigin origin,
		 uint32_t ttl, uint64_t now_s)
{
	struct namerec r = { .addr = addr_of(n), .origin = (uint8_t)origin, .ttl = ttl };

	snprintf(r.name, sizeof(r.name), "%s", name);
	addrnames_apply(t, &r, now_s * NSEC_PER_SEC);
}

static const char *name_of(const struct addrnames *t, unsigned n)
{
	struct addr a = addr_of(n);
	const struct namerec *r = addrnames_find(t, 0, &a);

	return r ? r->name : "-";
}

static void test_addrnames_newer_answer_replaces(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	assert_string_equal(name_of(&t, 1), "-");
	tell(&t, 1, "old.example.org", NAME_DNS, 60, 1);
	tell(&t, 1, "new.example.org", NAME_DNS, 60, 2);
	assert_string_equal(name_of(&t, 1), "new.example.org");
	assert_string_equal(name_of(&t, 2), "-");
	addrnames_fini(&t);
}

static void test_addrnames_stays_a_label_when_its_time_is_over(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	tell(&t, 1, "a.example.org", NAME_DNS, 1, 1);
	tell(&t, 2, "b.example.org", NAME_DNS, 1, 1000);
	assert_string_equal(name_of(&t, 1), "a.example.org");
	addrnames_fini(&t);
}

static void test_addrnames_the_resolver_does_not_replace_what_was_asked_for(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	tell(&t, 1, "www.example.org", NAME_DNS, 60, 1);
	tell(&t, 1, "host-1.example.net", NAME_RESOLVER, 60, 2);
	assert_string_equal(name_of(&t, 1), "www.example.org");
	tell(&t, 1, "host-1.example.net", NAME_RESOLVER, 60, 62);
	assert_string_equal(name_of(&t, 1), "host-1.example.net");
	tell(&t, 1, "", NAME_RESOLVER, 60, 63);
	assert_string_equal(name_of(&t, 1), "");
	tell(&t, 1, "www.example.org", NAME_DNS, 60, 64);
	assert_string_equal(name_of(&t, 1), "www.example.org");
	addrnames_fini(&t);
}

static void test_addrnames_what_was_learned_longest_ago_goes_first(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	for (unsigned i = 0; i < LIMIT; i++)
		tell(&t, i, "x.example.org", NAME_DNS, 3600, i);
	tell(&t, 0, "again.example.org", NAME_DNS, 3600, 50);
	tell(&t, 100, "y.example.org", NAME_DNS, 3600, 51);
	assert_string_equal(name_of(&t, 0), "again.example.org");
	assert_string_equal(name_of(&t, 1), "-");
	assert_string_equal(name_of(&t, 2), "x.example.org");
	assert_string_equal(name_of(&t, 100), "y.example.org");
	addrnames_fini(&t);
}

static void test_addrnames_whose_time_is_over_goes_before_that(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	for (unsigned i = 0; i < LIMIT; i++)
		tell(&t, i, "x.example.org", i == 5 ? NAME_DNS : NAME_FILE, i == 5 ? 1 : 0, i);
	tell(&t, 100, "y.example.org", NAME_DNS, 60, 51);
	assert_string_equal(name_of(&t, 5), "-");
	assert_string_equal(name_of(&t, 0), "x.example.org");
	tell(&t, 101, "z.example.org", NAME_DNS, 60, 52);
	assert_string_equal(name_of(&t, 0), "-");
	addrnames_fini(&t);
}

static void test_addrnames_storm_keeps_the_newest_within_the_cap(void **state)
{
	struct addrnames t;

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	for (unsigned i = 0; i < 20000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%u.example.org", i);
		tell(&t, i, name, NAME_DNS, 3600, i / 1000);
	}
	assert_true(t.slab.end <= LIMIT);
	for (unsigned i = 0; i < 20000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%u.example.org", i);
		assert_string_equal(name_of(&t, i), i >= 20000 - LIMIT ? name : "-");
	}
	addrnames_fini(&t);
}

static void test_addrnames_of_a_namespace_go_with_it(void **state)
{
	struct addr a = addr_of(1);
	struct addrnames t;
	struct namerec r = { .addr = a, .netns = 4, .origin = NAME_DNS, .ttl = 9, .name = "four" };

	(void)state;
	addrnames_init(&t, LIMIT, 7);
	tell(&t, 1, "zero", NAME_DNS, 9, 1);
	addrnames_apply(&t, &r, NSEC_PER_SEC);
	assert_string_equal(addrnames_find(&t, 4, &a)->name, "four");
	assert_string_equal(name_of(&t, 1), "zero");
	addrnames_drop_netns(&t, 4);
	assert_null(addrnames_find(&t, 4, &a));
	assert_string_equal(name_of(&t, 1), "zero");
	addrnames_apply(&t, &r, NSEC_PER_SEC);
	assert_string_equal(addrnames_find(&t, 4, &a)->name, "four");
	addrnames_fini(&t);
}

static void test_addrnames_name_without_an_end_gets_one(void **state)
{
	struct addrnames t;
	struct namerec r = { .addr = addr_of(1), .origin = NAME_FILE };

	(void)state;
	memset(r.name, 'x', sizeof(r.name));
	addrnames_init(&t, LIMIT, 7);
	addrnames_apply(&t, &r, 1);
	assert_int_equal(strlen(name_of(&t, 1)), sizeof(r.name) - 1);
	addrnames_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addrnames_newer_answer_replaces),
		cmocka_unit_test(test_addrnames_stays_a_label_when_its_time_is_over),
		cmocka_unit_test(test_addrnames_the_resolver_does_not_replace_what_was_asked_for),
		cmocka_unit_test(test_addrnames_what_was_learned_longest_ago_goes_first),
		cmocka_unit_test(test_addrnames_whose_time_is_over_goes_before_that),
		cmocka_unit_test(test_addrnames_storm_keeps_the_newest_within_the_cap),
		cmocka_unit_test(test_addrnames_of_a_namespace_go_with_it),
		cmocka_unit_test(test_addrnames_name_without_an_end_gets_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
