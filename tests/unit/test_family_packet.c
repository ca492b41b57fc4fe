/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_packet.c: what the kernel's rows say of the sockets that tests/data/record_local.py
 * makes; short and hostile rows.
 */
#include "family_fixture.h"

#include <linux/if_packet.h>
#include <linux/packet_diag.h>

/* By the ethertype, which the three of the recording differ in. */
static const struct event *of_type(const struct kept *k, uint16_t ethertype)
{
	for (size_t i = 0; i < k->count; i++) {
		if (k->events[i].sock.lport == ethertype)
			return &k->events[i];
	}
	fail_msg("no socket for ethertype %04x", ethertype);
	return NULL;
}

static void test_family_packet_ring_and_fanout_are_told(void **state)
{
	const struct packetmore *p;
	const struct event *e;
	struct kept k;

	(void)state;
	play_whole("diag_packet", FIXTURE_PACKET, &k);
	assert_int_equal(k.count, 3);
	e = of_type(&k, 3); /* ETH_P_ALL */
	p = &e->more.packet;
	assert_int_equal(e->more.kind, MORE_PACKET);
	assert_int_equal(e->sock.proto, SP_PACKET);
	assert_int_equal(e->sock.state, ST_CLOSE);
	assert_int_equal(e->sock.ifindex, 1);
	assert_int_equal(p->type, SOCK_RAW);
	assert_int_equal(p->version, TPACKET_V3);
	assert_true(p->has_ring);
	assert_int_equal(p->ring_bytes, 4 * 65536);
	assert_true(p->has_fanout);
	assert_int_equal(p->fanout_id, 77);
	assert_int_equal(p->fanout_type, PACKET_FANOUT_LB);
	assert_int_equal(p->flags, PDI_RUNNING);
}

static void test_family_packet_queue_is_the_memory_in_use(void **state)
{
	const struct event *e;
	struct kept k;

	(void)state;
	play_whole("diag_packet", FIXTURE_PACKET, &k);
	e = of_type(&k, 0x0800);
	assert_int_equal(e->more.packet.type, SOCK_DGRAM);
	assert_int_equal(e->sock.has, HAS_QUEUES | HAS_UID | HAS_COOKIE);
	assert_true(e->sock.recv_q >= 100);
	assert_int_equal(e->sock.recv_q, e->sock.skmem[SKMEM_RMEM_ALLOC]);
	assert_int_equal(e->sock.skmem_count, SKMEM_VALUES);
	assert_int_equal(e->sock.ifindex, 0);
	assert_false(e->more.packet.has_ring || e->more.packet.has_fanout);
}

static void test_family_packet_socket_for_no_protocol_does_not_run(void **state)
{
	struct kept k;

	(void)state;
	play_whole("diag_packet", FIXTURE_PACKET, &k);
	assert_int_equal(of_type(&k, 0)->more.packet.flags, 0);
}

static void test_family_packet_asks_for_all_but_lists(void **state)
{
	const struct packet_diag_req *req;
	union request r;

	(void)state;
	req = make_request(FIXTURE_PACKET, 0, sizeof(*req), &r);
	assert_int_equal(req->sdiag_family, AF_PACKET);
	assert_int_equal(req->sdiag_protocol, 0);
	assert_int_equal(req->pdiag_ino, 0);
	assert_int_equal(req->pdiag_show, PACKET_SHOW_INFO | PACKET_SHOW_RING_CFG |
						  PACKET_SHOW_FANOUT | PACKET_SHOW_MEMINFO);
}

/* ---- rows made here ---- */

static void begin(struct row *r)
{
	struct packet_diag_msg m = { .pdiag_family = AF_PACKET,
				     .pdiag_type = SOCK_PACKET,
				     .pdiag_num = 0x88cc,
				     .pdiag_ino = 5,
				     .pdiag_cookie = { 6, 0 } };

	row_begin(r, &m, sizeof(m));
}

static void test_family_packet_nothing_told_is_nothing_known(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r);
	assert_true(parse_row(&r, FIXTURE_PACKET, &e));
	assert_begun_clean(&e);
	assert_int_equal(e.sock.has, HAS_COOKIE);
	assert_int_equal(e.sock.lport, 0x88cc);
	assert_int_equal(e.sock.cookie, 6);
	assert_int_equal(e.more.packet.type, SOCK_PACKET);
	assert_false(e.more.packet.has_ring || e.more.packet.has_fanout);
	assert_int_equal(e.more.packet.ring_bytes, 0);
}

static void test_family_packet_ring_beyond_32_bits_is_the_most(void **state)
{
	struct packet_diag_ring ring = { .pdr_block_size = 1u << 30, .pdr_block_nr = 64 };
	struct event e;
	struct row r;

	(void)state;
	soil(&e);
	begin(&r);
	row_add(&r, PACKET_DIAG_RX_RING, &ring, sizeof(ring));
	assert_true(parse_row(&r, FIXTURE_PACKET, &e));
	assert_true(e.more.packet.has_ring);
	assert_int_equal(e.more.packet.ring_bytes, UINT32_MAX);
}

static void test_family_packet_short_memory_tells_no_queue(void **state)
{
	uint32_t values[SKMEM_VALUES + 3] = { [SKMEM_RMEM_ALLOC] = 10, [SKMEM_WMEM_ALLOC] = 20 };
	struct event e;
	struct row r;

	(void)state;
	for (unsigned count = 1; count <= SKMEM_VALUES + 3; count++) {
		soil(&e);
		begin(&r);
		row_add(&r, PACKET_DIAG_MEMINFO, values, count * sizeof(values[0]));
		assert_true(parse_row(&r, FIXTURE_PACKET, &e));
		assert_int_equal(e.sock.skmem_count, count < SKMEM_VALUES ? count : SKMEM_VALUES);
		assert_int_equal((e.sock.has & HAS_QUEUES) != 0, count > SKMEM_WMEM_ALLOC);
		assert_int_equal(e.sock.send_q, count > SKMEM_WMEM_ALLOC ? 20 : 0);
	}
}

static void test_family_packet_cut_and_foreign_rows_are_harmless(void **state)
{
	struct packet_diag_msg foreign = { .pdiag_family = AF_UNIX };
	struct packet_diag_info info = { .pdi_index = 3 };
	struct packet_diag_ring ring = { .pdr_block_nr = 1 };
	struct event e;
	struct row r;

	(void)state;
	begin(&r);
	row_add(&r, PACKET_DIAG_INFO, &info, sizeof(info));
	row_add(&r, PACKET_DIAG_RX_RING, &ring, sizeof(ring));
	row_add(&r, PACKET_DIAG_FILTER, &ring, sizeof(ring));
	cut_everywhere(&r, FIXTURE_PACKET, sizeof(struct packet_diag_msg));
	row_begin(&r, &foreign, sizeof(foreign));
	assert_false(parse_row(&r, FIXTURE_PACKET, &e));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_packet_ring_and_fanout_are_told),
		cmocka_unit_test(test_family_packet_queue_is_the_memory_in_use),
		cmocka_unit_test(test_family_packet_socket_for_no_protocol_does_not_run),
		cmocka_unit_test(test_family_packet_asks_for_all_but_lists),
		cmocka_unit_test(test_family_packet_nothing_told_is_nothing_known),
		cmocka_unit_test(test_family_packet_ring_beyond_32_bits_is_the_most),
		cmocka_unit_test(test_family_packet_short_memory_tells_no_queue),
		cmocka_unit_test(test_family_packet_cut_and_foreign_rows_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
