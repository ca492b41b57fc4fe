/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/flowkey.c: both directions of a conversation have one key, and nothing else has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/flowkey.h"

static struct addr at(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static unsigned make(struct flowkey *k, uint8_t proto, const char *src, uint16_t sport,
		     const char *dst, uint16_t dport)
{
	struct addr s = at(src), d = at(dst);

	memset(k, 0xa5, sizeof(*k)); /* what was there before must not show */
	return flowkey_make(k, proto, &s, sport, &d, dport);
}

static void test_flowkey_is_the_same_in_both_directions(void **state)
{
	struct flowkey there, back;

	(void)state;
	assert_int_equal(make(&there, 6, "10.0.0.2", 40000, "10.0.0.1", 443), 1);
	assert_int_equal(make(&back, 6, "10.0.0.1", 443, "10.0.0.2", 40000), 0);
	assert_true(flowkey_equal(&there, &back));
	assert_int_equal(flowkey_hash(&there, 1), flowkey_hash(&back, 1));
	assert_int_equal(there.port[0], 443);
	assert_int_equal(there.port[1], 40000);
	assert_int_equal(there.proto, 6);
	assert_int_equal(there.netns, 0);
	assert_int_equal(there.reserved, 0);
}

static void test_flowkey_same_address_goes_by_port(void **state)
{
	struct flowkey there, back;

	(void)state;
	assert_int_equal(make(&there, 17, "::1", 65535, "::1", 53), 1);
	assert_int_equal(make(&back, 17, "::1", 53, "::1", 65535), 0);
	assert_true(flowkey_equal(&there, &back));
	assert_int_equal(there.port[0], 53);
}

static void test_flowkey_orders_addresses_as_bytes(void **state)
{
	struct flowkey k;

	(void)state;
	assert_int_equal(make(&k, 6, "200.0.0.1", 1, "9.0.0.1", 2), 1);
	assert_int_equal(make(&k, 6, "2001:db8::1", 1, "10.0.0.1", 2), 1);
	assert_int_equal(make(&k, 6, "0.0.0.0", 9, "255.255.255.255", 1), 0);
}

static void test_flowkey_equal_ends_give_end_zero(void **state)
{
	struct flowkey k;

	(void)state;
	assert_int_equal(make(&k, 17, "127.0.0.1", 7, "127.0.0.1", 7), 0);
	assert_int_equal(k.port[0], 7);
	assert_int_equal(k.port[1], 7);
	assert_true(addr_equal(&k.addr[0], &k.addr[1]));
}

static void test_flowkey_differs_by_each_part(void **state)
{
	struct flowkey k, other;

	(void)state;
	make(&k, 6, "10.0.0.1", 1, "10.0.0.2", 2);
	make(&other, 17, "10.0.0.1", 1, "10.0.0.2", 2);
	assert_false(flowkey_equal(&k, &other));
	make(&other, 6, "10.0.0.1", 2, "10.0.0.2", 1); /* ports stay with their ends */
	assert_false(flowkey_equal(&k, &other));
	make(&other, 6, "10.0.0.1", 1, "10.0.0.3", 2);
	assert_false(flowkey_equal(&k, &other));
	make(&other, 6, "10.0.0.1", 1, "10.0.0.2", 2);
	assert_true(flowkey_equal(&k, &other));
	other.netns = 1;
	assert_false(flowkey_equal(&k, &other));
}

static void test_flowkey_hash_depends_on_the_seed(void **state)
{
	struct flowkey k;

	(void)state;
	make(&k, 6, "10.0.0.1", 1, "10.0.0.2", 2);
	assert_int_equal(flowkey_hash(&k, 1), flowkey_hash(&k, 1));
	assert_int_not_equal(flowkey_hash(&k, 1), flowkey_hash(&k, 2));
	assert_int_not_equal(hash_u64(5, 1), hash_u64(5, 2));
	assert_int_not_equal(hash_random_seed(), hash_random_seed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowkey_is_the_same_in_both_directions),
		cmocka_unit_test(test_flowkey_same_address_goes_by_port),
		cmocka_unit_test(test_flowkey_orders_addresses_as_bytes),
		cmocka_unit_test(test_flowkey_equal_ends_give_end_zero),
		cmocka_unit_test(test_flowkey_differs_by_each_part),
		cmocka_unit_test(test_flowkey_hash_depends_on_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
