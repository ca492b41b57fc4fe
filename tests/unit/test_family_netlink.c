/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_netlink.c: what the kernel's rows say of the sockets that
 * tests/data/record_local.py makes; short and hostile rows.
 */
#include "family_fixture.h"

#include <linux/netlink_diag.h>

enum { PORT_ROUTE = 7001, PORT_GENERIC, PORT_DIAG };

static unsigned find(const struct kept *k, uint16_t protocol, uint32_t portid,
		     const struct event **out)
{
	unsigned count = 0;

	for (size_t i = 0; i < k->count; i++) {
		const struct event *e = &k->events[i];

		if (e->sock.lport != protocol || e->more.netlink.portid != portid)
			continue;
		*out = e;
		count++;
	}
	return count;
}

static void test_family_netlink_protocol_and_port_are_told(void **state)
{
	const struct event *e = NULL;
	struct kept k;

	(void)state;
	play_whole("diag_netlink", FIXTURE_NETLINK, &k);
	assert_int_equal(find(&k, NETLINK_GENERIC, PORT_GENERIC, &e), 1);
	assert_int_equal(e->more.kind, MORE_NETLINK);
	assert_int_equal(e->sock.proto, SP_NETLINK);
	assert_int_equal(e->sock.state, ST_CLOSE);
	assert_int_equal(e->sock.rport, 0);
	assert_int_equal(e->sock.has, HAS_QUEUES | HAS_COOKIE);
	assert_int_equal(e->more.netlink.protocol, NETLINK_GENERIC);
	assert_int_equal(e->more.netlink.groups, 0);
	assert_int_equal(e->sock.skmem_count, SKMEM_VALUES);
	assert_int_equal(find(&k, NETLINK_ROUTE, 0, &e), 1); /* the kernel's own end */
}

static void test_family_netlink_member_of_groups_comes_twice_as_one(void **state)
{
	struct kept k;
	const struct event *e = NULL;
	uint64_t cookie = 0;

	(void)state;
	play_whole("diag_netlink", FIXTURE_NETLINK, &k);
	assert_int_equal(find(&k, NETLINK_ROUTE, PORT_ROUTE, &e), 2);
	assert_int_equal(e->more.netlink.groups, 0x41);
	cookie = e->sock.cookie;
	for (size_t i = 0; i < k.count; i++) {
		if (k.events[i].more.netlink.portid == PORT_ROUTE)
			assert_int_equal(k.events[i].sock.cookie, cookie);
	}
}

static void test_family_netlink_dump_under_way_is_flagged(void **state)
{
	const struct event *e = NULL;
	struct kept k;

	(void)state;
	play_whole("diag_netlink", FIXTURE_NETLINK, &k);
	assert_int_equal(find(&k, NETLINK_SOCK_DIAG, PORT_DIAG, &e), 1);
	assert_int_equal(e->more.netlink.flags & NDIAG_FLAG_CB_RUNNING, NDIAG_FLAG_CB_RUNNING);
	assert_int_equal(find(&k, NETLINK_ROUTE, PORT_ROUTE, &e), 2);
	assert_int_equal(e->more.netlink.flags & NDIAG_FLAG_CB_RUNNING, 0);
}

static void test_family_netlink_asks_for_every_protocol(void **state)
{
	const struct netlink_diag_req *req;
	union request r;

	(void)state;
	req = make_request(FIXTURE_NETLINK, 0, sizeof(*req), &r);
	assert_int_equal(req->sdiag_family, AF_NETLINK);
	assert_int_equal(req->sdiag_protocol, NDIAG_PROTO_ALL);
	assert_int_equal(req->ndiag_ino, 0);
	assert_int_equal(req->ndiag_show,
			 NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS | NDIAG_SHOW_FLAGS);
}

/* ---- rows made here ---- */

static void begin(struct row *r)
{
	struct netlink_diag_msg m = { .ndiag_family = AF_NETLINK,
				      .ndiag_type = SOCK_RAW,
				      .ndiag_protocol = 31,
				      .ndiag_state = 1,
				      .ndiag_portid = 0xfffff001,
				      .ndiag_dst_portid = 5,
				      .ndiag_dst_group = 6,
				      .ndiag_ino = 7,
				      .ndiag_cookie = { 8, 0 } };

	row_begin(r, &m, sizeof(m));
}

static void test_family_netlink_nothing_told_is_nothing_known(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r);
	assert_true(parse_row(&r, FIXTURE_NETLINK, &e));
	assert_begun_clean(&e);
	assert_int_equal(e.sock.has, HAS_COOKIE);
	assert_int_equal(e.sock.lport, 31);
	assert_int_equal(e.more.netlink.portid, 0xfffff001);
	assert_int_equal(e.more.netlink.dst_portid, 5);
	assert_int_equal(e.more.netlink.dst_group, 6);
	assert_int_equal(e.more.netlink.groups, 0);
	assert_int_equal(e.more.netlink.flags, 0);
}

static void test_family_netlink_first_32_groups_are_taken(void **state)
{
	unsigned long groups[20] = { 0x80000001ul, ~0ul };
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r);
	row_add(&r, NETLINK_DIAG_GROUPS, groups, sizeof(groups));
	assert_true(parse_row(&r, FIXTURE_NETLINK, &e));
	assert_int_equal(e.more.netlink.groups, 0x80000001);
	soil(&e);
	begin(&r);
	row_add(&r, NETLINK_DIAG_GROUPS, groups, 3);
	assert_true(parse_row(&r, FIXTURE_NETLINK, &e));
	assert_int_equal(e.more.netlink.groups, 0);
}

static void test_family_netlink_cut_and_foreign_rows_are_harmless(void **state)
{
	static const uint32_t values[SKMEM_VALUES];
	struct netlink_diag_msg foreign = { .ndiag_family = AF_PACKET };
	struct event e;
	struct row r;

	(void)state;
	begin(&r);
	row_add(&r, NETLINK_DIAG_GROUPS, values, sizeof(unsigned long));
	row_add(&r, NETLINK_DIAG_MEMINFO, values, sizeof(values));
	row_add(&r, NETLINK_DIAG_FLAGS, values, 4);
	row_add(&r, NETLINK_DIAG_TX_RING, values, 16);
	cut_everywhere(&r, FIXTURE_NETLINK, sizeof(struct netlink_diag_msg));
	row_begin(&r, &foreign, sizeof(foreign));
	assert_false(parse_row(&r, FIXTURE_NETLINK, &e));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_netlink_protocol_and_port_are_told),
		cmocka_unit_test(test_family_netlink_member_of_groups_comes_twice_as_one),
		cmocka_unit_test(test_family_netlink_dump_under_way_is_flagged),
		cmocka_unit_test(test_family_netlink_asks_for_every_protocol),
		cmocka_unit_test(test_family_netlink_nothing_told_is_nothing_known),
		cmocka_unit_test(test_family_netlink_first_32_groups_are_taken),
		cmocka_unit_test(test_family_netlink_cut_and_foreign_rows_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
