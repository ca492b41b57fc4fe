/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_vsock.c: rows made by hand after linux/vm_sockets_diag.h, because few kernels have
 * the module that would send them.
 */
#include "family_fixture.h"

#include <linux/vm_sockets_diag.h>

static void begin(struct row *r, uint8_t state)
{
	struct vsock_diag_msg m = { .vdiag_family = AF_VSOCK,
				    .vdiag_type = SOCK_STREAM,
				    .vdiag_state = state,
				    .vdiag_shutdown = 2,
				    .vdiag_src_cid = 3,
				    .vdiag_src_port = 70000,
				    .vdiag_dst_cid = UINT32_MAX,
				    .vdiag_dst_port = 1024,
				    .vdiag_ino = 55,
				    .vdiag_cookie = { 7, 9 } };

	row_begin(r, &m, sizeof(m));
}

static void test_family_vsock_ends_have_32_bits(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r, ST_ESTABLISHED);
	assert_true(parse_row(&r, FIXTURE_VSOCK, &e));
	assert_begun_clean(&e);
	assert_int_equal(e.sock.proto, SP_VSOCK);
	assert_int_equal(e.sock.family, AF_VSOCK);
	assert_int_equal(e.sock.state, ST_ESTABLISHED);
	assert_int_equal(e.sock.inode, 55);
	assert_int_equal(e.sock.cookie, 9ull << 32 | 7);
	assert_int_equal(e.sock.has, HAS_SHUTDOWN | HAS_COOKIE);
	assert_int_equal(e.sock.shutdown, 2);
	assert_int_equal(e.more.kind, MORE_VSOCK);
	assert_int_equal(e.more.vsock.type, SOCK_STREAM);
	assert_int_equal(e.more.vsock.cid, 3);
	assert_int_equal(e.more.vsock.port, 70000);
	assert_int_equal(e.more.vsock.peer_cid, UINT32_MAX);
	assert_int_equal(e.more.vsock.peer_port, 1024);
}

static void test_family_vsock_unheard_of_state_is_unknown(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r, 77);
	assert_true(parse_row(&r, FIXTURE_VSOCK, &e));
	assert_int_equal(e.sock.state, ST_UNKNOWN);
}

static void test_family_vsock_reserved_fields_of_the_request_are_zero(void **state)
{
	const struct vsock_diag_req *req;
	union request r;

	(void)state;
	req = make_request(FIXTURE_VSOCK, 0, sizeof(*req), &r);
	assert_int_equal(req->sdiag_family, AF_VSOCK);
	assert_int_equal(req->sdiag_protocol | req->pad, 0);
	assert_int_equal(req->vdiag_ino | req->vdiag_show, 0);
	assert_int_equal(req->vdiag_states, 0xffffffff);
}

static void test_family_vsock_cut_and_foreign_rows_are_harmless(void **state)
{
	struct vsock_diag_msg foreign = { .vdiag_family = AF_UNIX };
	struct event e;
	struct row r;

	(void)state;
	begin(&r, ST_LISTEN);
	row_add(&r, 1, "abc", 3);
	cut_everywhere(&r, FIXTURE_VSOCK, sizeof(struct vsock_diag_msg));
	row_begin(&r, &foreign, sizeof(foreign));
	assert_false(parse_row(&r, FIXTURE_VSOCK, &e));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_vsock_ends_have_32_bits),
		cmocka_unit_test(test_family_vsock_unheard_of_state_is_unknown),
		cmocka_unit_test(test_family_vsock_reserved_fields_of_the_request_are_zero),
		cmocka_unit_test(test_family_vsock_cut_and_foreign_rows_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
