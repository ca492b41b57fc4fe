/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_unix.c: what the kernel's rows say of the sockets that tests/data/record_local.py
 * makes; names of every kind; short and hostile rows.
 */
#include "family_fixture.h"

#include <linux/unix_diag.h>

static const struct event *named(const struct kept *k, const char *name, uint8_t state)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < k->count; i++) {
		const struct event *e = &k->events[i];

		if (strcmp(e->more.un.name, name) != 0 || e->sock.state != state)
			continue;
		assert_null(found);
		found = e;
	}
	if (!found)
		fail_msg("no socket named \"%s\"", name);
	return found;
}

static const struct event *with_inode(const struct kept *k, uint32_t inode)
{
	for (size_t i = 0; i < k->count; i++) {
		if (k->events[i].sock.inode == inode)
			return &k->events[i];
	}
	fail_msg("no socket with inode %u", inode);
	return NULL;
}

static void test_family_unix_every_socket_has_its_kind_and_owner(void **state)
{
	unsigned count[SOCKPROTOS] = { 0 };
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	assert_int_equal(k.count, 12);
	for (size_t i = 0; i < k.count; i++) {
		const struct event *e = &k.events[i];

		count[e->sock.proto]++;
		assert_int_equal(e->more.kind, MORE_UNIX);
		assert_int_not_equal(e->sock.inode, 0);
		assert_int_equal(e->sock.has & ~HAS_PEER,
				 HAS_QUEUES | HAS_UID | HAS_SHUTDOWN | HAS_COOKIE);
		assert_int_equal(e->sock.uid, 0);
		assert_int_equal(e->sock.skmem_count, SKMEM_VALUES);
	}
	assert_int_equal(count[SP_UNIX_STREAM], 7);
	assert_int_equal(count[SP_UNIX_SEQPACKET], 2);
	assert_int_equal(count[SP_UNIX_DGRAM], 3);
}

static void test_family_unix_listener_has_queue_limit_and_pending(void **state)
{
	const struct event *e;
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	e = named(&k, "listen.sock", ST_LISTEN);
	assert_int_equal(e->sock.recv_q, 1);
	assert_int_equal(e->sock.send_q, 5);
	assert_int_equal(e->more.un.pending, 1);
	assert_true(e->more.un.vfs_ino != 0);
	assert_int_equal(e->sock.has & HAS_PEER, 0);
	e = named(&k, "@test@name", ST_LISTEN);
	assert_int_equal(e->sock.send_q, 16);
	assert_int_equal(e->more.un.pending, 0);
	assert_int_equal(e->more.un.vfs_ino, 0);
}

static void test_family_unix_both_ends_name_each_other(void **state)
{
	const struct event *server, *client;
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	server = named(&k, "@test@name", ST_ESTABLISHED);
	assert_int_equal(server->sock.recv_q, 20);
	assert_true(server->sock.has & HAS_PEER);
	client = with_inode(&k, server->sock.peer);
	assert_true(client->sock.has & HAS_PEER);
	assert_int_equal(client->sock.peer, server->sock.inode);
	assert_int_equal(client->sock.state, ST_ESTABLISHED);
	assert_true(client->sock.send_q > 0);
	assert_true(client->more.un.name[0] == '\0');
}

static void test_family_unix_peer_not_accepted_yet_is_nobody(void **state)
{
	unsigned waiting = 0;
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	for (size_t i = 0; i < k.count; i++) {
		const struct sockrec *sk = &k.events[i].sock;

		waiting += (sk->has & HAS_PEER) && sk->peer == 0 && sk->state == ST_ESTABLISHED;
	}
	assert_int_equal(waiting, 1);
}

static void test_family_unix_shutdown_is_told(void **state)
{
	unsigned both = 0;
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	for (size_t i = 0; i < k.count; i++) {
		const struct sockrec *sk = &k.events[i].sock;

		if (sk->proto == SP_UNIX_SEQPACKET)
			both |= sk->shutdown; /* 2: writes; its peer 1: reads */
		else
			assert_int_equal(sk->shutdown, 0);
	}
	assert_int_equal(both, 3);
}

static void test_family_unix_names_keep_their_raw_bytes(void **state)
{
	struct kept k;

	(void)state;
	play_whole("diag_unix", FIXTURE_UNIX, &k);
	assert_int_equal(named(&k, "odd \x1b[31mname", ST_CLOSE)->sock.proto, SP_UNIX_DGRAM);
	for (size_t i = 0; i < k.count; i++) {
		if (strncmp(k.events[i].more.un.name, "@xxx", 4) == 0)
			assert_int_equal(strlen(k.events[i].more.un.name), UNIX_NAME_MAX);
	}
}

static void test_family_unix_asks_for_what_is_wanted(void **state)
{
	const struct unix_diag_req *req;
	union request r;

	(void)state;
	req = make_request(FIXTURE_UNIX, 0, sizeof(*req), &r);
	assert_int_equal(req->sdiag_family, AF_UNIX);
	assert_int_equal(req->sdiag_protocol, 0); /* anything else is EINVAL */
	assert_int_equal(req->udiag_ino, 0);
	assert_int_equal(req->udiag_states, 0xffffffff);
	assert_int_equal(req->udiag_show,
			 UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID);
	req = make_request(FIXTURE_UNIX, DETAIL_UNIX, sizeof(*req), &r);
	assert_int_equal(req->udiag_show, 0x7f);
}

/* ---- rows made here ---- */

static void begin(struct row *r, uint8_t type, uint8_t state)
{
	struct unix_diag_msg m = { .udiag_family = AF_UNIX,
				   .udiag_type = type,
				   .udiag_state = state,
				   .udiag_ino = 4321,
				   .udiag_cookie = { 99, 1 } };

	row_begin(r, &m, sizeof(m));
}

static void assert_name(const char *bytes, size_t len, const char *shown)
{
	struct event e;
	struct row r;

	soil(&e);
	begin(&r, SOCK_STREAM, ST_CLOSE);
	row_add(&r, UNIX_DIAG_NAME, bytes, len);
	assert_true(parse_row(&r, FIXTURE_UNIX, &e));
	assert_begun_clean(&e);
	assert_string_equal(e.more.un.name, shown);
}

static void test_family_unix_name_is_a_path_or_abstract(void **state)
{
	char longest[UNIX_NAME_MAX + 1];

	(void)state;
	assert_name("/run/x", 6, "/run/x");
	assert_name("/run/x\0", 7, "/run/x");
	assert_name("/run/x\0\0\0", 9, "/run/x");
	assert_name("\0abc", 4, "@abc");
	assert_name("\0a\0c\0", 5, "@a@c@");
	assert_name("\0", 1, "@");
	assert_name("/a\0b\0", 5, "/a@b");
	assert_name("", 0, "");
	memset(longest, 'p', sizeof(longest));
	longest[UNIX_NAME_MAX] = '\0';
	assert_name(longest, sizeof(longest), longest);
}

static void test_family_unix_overlong_name_is_cut(void **state)
{
	char wide[1000];
	struct event e;
	struct row r;

	(void)state;
	memset(wide, 'w', sizeof(wide));
	soil(&e);
	begin(&r, SOCK_DGRAM, ST_CLOSE);
	row_add(&r, UNIX_DIAG_NAME, wide, sizeof(wide));
	assert_true(parse_row(&r, FIXTURE_UNIX, &e));
	assert_int_equal(strlen(e.more.un.name), UNIX_NAME_MAX);
}

static void test_family_unix_nothing_told_is_nothing_known(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r, SOCK_SEQPACKET, 200);
	assert_true(parse_row(&r, FIXTURE_UNIX, &e));
	assert_begun_clean(&e);
	assert_int_equal(e.sock.has, HAS_COOKIE);
	assert_int_equal(e.sock.cookie, 1ull << 32 | 99);
	assert_int_equal(e.sock.state, ST_UNKNOWN);
	assert_int_equal(e.sock.proto, SP_UNIX_SEQPACKET);
	assert_int_equal(e.sock.inode, 4321);
	assert_int_equal(e.sock.peer, 0);
	assert_int_equal(e.more.un.pending, 0);
	assert_true(e.more.un.name[0] == '\0');
}

static void test_family_unix_without_a_cookie_the_inode_names_it(void **state)
{
	struct unix_diag_msg m = { .udiag_family = AF_UNIX,
				   .udiag_type = SOCK_STREAM,
				   .udiag_ino = 7,
				   .udiag_cookie = { UINT32_MAX, UINT32_MAX } };
	struct event here, there;
	struct row r;

	(void)state;
	row_begin(&r, &m, sizeof(m));
	soil(&here);
	soil(&there);
	there.sock.netns = 14;
	assert_true(parse_row(&r, FIXTURE_UNIX, &here));
	assert_true(parse_row(&r, FIXTURE_UNIX, &there));
	assert_int_equal(here.sock.has & HAS_COOKIE, 0);
	assert_true(here.sock.cookie >> 63);
	assert_true(here.sock.cookie != there.sock.cookie);
}

static void test_family_unix_short_attributes_are_passed_over(void **state)
{
	static const uint8_t bytes[64];
	struct event e;
	struct row r;

	(void)state;
	for (uint16_t type = UNIX_DIAG_NAME; type <= UNIX_DIAG_MAX + 2; type++) {
		bool is_bytes = type == UNIX_DIAG_NAME || type == UNIX_DIAG_SHUTDOWN;

		soil(&e);
		begin(&r, SOCK_STREAM, ST_LISTEN);
		row_add(&r, type, bytes, is_bytes ? 0 : 3);
		assert_true(parse_row(&r, FIXTURE_UNIX, &e));
		assert_int_equal(e.sock.has, HAS_COOKIE);
		assert_int_equal(e.sock.skmem_count, 0);
		assert_int_equal(e.more.un.pending, 0);
		assert_int_equal(e.more.un.vfs_ino, 0);
	}
}

static void test_family_unix_what_is_no_unix_socket_is_refused(void **state)
{
	struct unix_diag_msg m = { .udiag_family = AF_INET, .udiag_type = SOCK_STREAM };
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	row_begin(&r, &m, sizeof(m));
	assert_false(parse_row(&r, FIXTURE_UNIX, &e));
	for (unsigned type = 0; type < 256; type++) {
		bool known = type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_SEQPACKET;

		begin(&r, (uint8_t)type, ST_CLOSE);
		assert_int_equal(parse_row(&r, FIXTURE_UNIX, &e), known);
	}
}

static void test_family_unix_cut_rows_are_harmless(void **state)
{
	static const uint32_t values[SKMEM_VALUES];
	struct row r;

	(void)state;
	begin(&r, SOCK_STREAM, ST_ESTABLISHED);
	row_add(&r, UNIX_DIAG_NAME, "/run/x", 7);
	row_add(&r, UNIX_DIAG_MEMINFO, values, sizeof(values));
	row_add(&r, UNIX_DIAG_SHUTDOWN, values, 1);
	row_add(&r, UNIX_DIAG_UID, values, 4);
	cut_everywhere(&r, FIXTURE_UNIX, sizeof(struct unix_diag_msg));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_unix_every_socket_has_its_kind_and_owner),
		cmocka_unit_test(test_family_unix_listener_has_queue_limit_and_pending),
		cmocka_unit_test(test_family_unix_both_ends_name_each_other),
		cmocka_unit_test(test_family_unix_peer_not_accepted_yet_is_nobody),
		cmocka_unit_test(test_family_unix_shutdown_is_told),
		cmocka_unit_test(test_family_unix_names_keep_their_raw_bytes),
		cmocka_unit_test(test_family_unix_asks_for_what_is_wanted),
		cmocka_unit_test(test_family_unix_name_is_a_path_or_abstract),
		cmocka_unit_test(test_family_unix_overlong_name_is_cut),
		cmocka_unit_test(test_family_unix_nothing_told_is_nothing_known),
		cmocka_unit_test(test_family_unix_without_a_cookie_the_inode_names_it),
		cmocka_unit_test(test_family_unix_short_attributes_are_passed_over),
		cmocka_unit_test(test_family_unix_what_is_no_unix_socket_is_refused),
		cmocka_unit_test(test_family_unix_cut_rows_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
