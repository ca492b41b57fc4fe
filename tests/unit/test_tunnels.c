/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tunnels: names by protocol and port, and what must go without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/tunnels.h"

static const char *name_of(unsigned version, uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct addr src, dst;
	struct flowkey key;

	assert_int_equal(addr_parse(version == 4 ? "10.0.0.1" : "2001:db8::1", &src), 0);
	assert_int_equal(addr_parse(version == 4 ? "10.0.0.2" : "2001:db8::2", &dst), 0);
	flowkey_make(&key, proto, &src, sport, &dst, dport);
	return tunnel_name(&key);
}

static void test_tunnels_ports_name_them_at_either_end(void **state)
{
	static const struct {
		uint16_t port;
		const char *name;
	} known[] = {
		{ 4789, "vxlan" }, { 8472, "vxlan" }, { 6081, "geneve" }, { 2152, "gtp-u" },
		{ 51820, "wireguard" }, { 4500, "esp" }, { 3544, "teredo" }, { 1701, "l2tp" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (unsigned version = 4; version <= 6; version += 2) {
			assert_string_equal(name_of(version, 17, 40000, known[i].port),
					    known[i].name);
			assert_string_equal(name_of(version, 17, known[i].port, 40000),
					    known[i].name);
			assert_string_equal(name_of(version, 17, known[i].port, known[i].port),
					    known[i].name);
		}
	}
}

static void test_tunnels_protocols_name_them(void **state)
{
	(void)state;
	assert_string_equal(name_of(4, 47, 0, 0), "gre");
	assert_string_equal(name_of(6, 47, 0, 0), "gre");
	assert_string_equal(name_of(6, 50, 0, 0), "esp");
	assert_string_equal(name_of(4, 115, 0, 0), "l2tp");
	assert_string_equal(name_of(4, 4, 0, 0), "ipip");
	assert_string_equal(name_of(4, 41, 0, 0), "sit");
	assert_string_equal(name_of(6, 4, 0, 0), "ip6tnl");
	assert_string_equal(name_of(6, 41, 0, 0), "ip6tnl");
}

static void test_tunnels_other_flows_have_no_name(void **state)
{
	(void)state;
	assert_null(name_of(4, 17, 40000, 53));
	assert_null(name_of(4, 17, 0, 0));
	assert_null(name_of(4, 1, 4789, 4789));
	assert_null(name_of(4, 51, 0, 0));
	assert_null(name_of(4, 132, 4789, 4789));
}

static void test_tunnels_port_of_a_tunnel_means_nothing_to_tcp(void **state)
{
	(void)state;
	assert_null(name_of(4, 6, 40000, 4789));
	assert_null(name_of(4, 6, 51820, 40000));
}

/* 51820 is one of the ports that Linux gives to whoever asks for any. */
static void test_tunnels_question_to_a_service_from_such_a_port_is_none(void **state)
{
	(void)state;
	assert_null(name_of(4, 17, 51820, 53));
	assert_null(name_of(6, 17, 443, 51820));
	assert_string_equal(name_of(4, 17, 51820, 1024), "wireguard");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tunnels_ports_name_them_at_either_end),
		cmocka_unit_test(test_tunnels_protocols_name_them),
		cmocka_unit_test(test_tunnels_other_flows_have_no_name),
		cmocka_unit_test(test_tunnels_port_of_a_tunnel_means_nothing_to_tcp),
		cmocka_unit_test(test_tunnels_question_to_a_service_from_such_a_port_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
