/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_inet.c: what the kernel's rows say, by the kind of socket; short, long and hostile
 * ones.
 */
#include "diag_fixture.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/nlread.h"

enum { OWNED = HAS_QUEUES | HAS_SHUTDOWN | HAS_CGROUP | HAS_COOKIE };

static struct addr text_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void play_whole(const char *name, uint8_t family, struct kept *k)
{
	struct diagdump d;

	play(name, family, &d, k);
	assert_true(diagdump_is_complete(&d));
	for (size_t i = 0; i < k->count; i++) {
		assert_int_equal(k->events[i].kind, EV_SOCKET);
		assert_int_equal(k->events[i].time_ns, 5);
		assert_int_equal(k->events[i].sock.dump, family);
		assert_int_equal(k->events[i].sock.dump_gen, 1);
	}
}

static void test_family_inet_tcp_states_are_the_kernels(void **state)
{
	static const struct {
		uint16_t lport, rport;
		uint8_t state;
	} rows[] = {
		{ 8001, 0, ST_LISTEN },		{ 9008, 0, ST_CLOSE },
		{ 9001, 8001, ST_ESTABLISHED }, { 8001, 9001, ST_ESTABLISHED },
		{ 9002, 8001, ST_FIN_WAIT2 },	{ 8001, 9002, ST_CLOSE_WAIT },
		{ 9003, 8001, ST_TIME_WAIT },	{ 9004, 8001, ST_FIN_WAIT2 },
		{ 8001, 9004, ST_CLOSE_WAIT },	{ 9005, 8001, ST_FIN_WAIT1 },
		{ 8001, 9005, ST_ESTABLISHED }, { 9006, 8001, ST_FIN_WAIT2 },
		{ 8001, 9006, ST_LAST_ACK },	{ 9007, 80, ST_SYN_SENT },
		{ 8001, 9009, ST_SYN_RECV },	{ 9010, 8001, ST_ESTABLISHED },
		{ 8001, 9010, ST_ESTABLISHED }, { 9102, 8002, ST_ESTABLISHED },
	};
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	assert_int_equal(k.count, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sockrec *sk = kept_socket(&k, rows[i].lport, rows[i].rport);

		assert_int_equal(sk->state, rows[i].state);
		assert_int_equal(sk->proto, SP_TCP);
		assert_int_equal(sk->family, AF_INET);
		assert_true(sk->has & HAS_COOKIE);
		assert_int_not_equal(sk->cookie, 0);
	}
}

static void test_family_inet_established_has_everything(void **state)
{
	struct addr host = text_addr("10.77.0.1");
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	sk = kept_socket(&k, 9001, 8001);
	assert_true(addr_equal(&sk->laddr, &host));
	assert_true(addr_equal(&sk->raddr, &host));
	assert_int_equal(sk->has & (OWNED | HAS_UID | HAS_CONG | HAS_TOS | HAS_TIMER),
			 OWNED | HAS_UID | HAS_CONG | HAS_TOS);
	assert_int_not_equal(sk->inode, 0);
	assert_int_equal(sk->uid, 0);
	assert_int_equal(sk->recv_q, 300);
	assert_int_equal(sk->send_q, 0);
	assert_int_equal(sk->skmem_count, SKMEM_VALUES);
	assert_true(sk->skmem[SKMEM_RMEM_ALLOC] >= 300);
	assert_true(sk->cong[0] != '\0');
	assert_int_equal(sk->tcpinfo_len, sizeof(struct tcpinfo));
	assert_int_equal(sk->tcpinfo.state, ST_ESTABLISHED);
	assert_int_equal(sk->tcpinfo.bytes_received, 300);
}

static void test_family_inet_listener_has_its_queue_and_limit(void **state)
{
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	sk = kept_socket(&k, 8001, 0);
	assert_int_equal(sk->recv_q, 1);
	assert_int_equal(sk->send_q, 16);
	assert_true(addr_is_v4(&sk->raddr) && addr_is_any(&sk->raddr));
}

/* 0 there means nothing, and unknown is not zero. */
static void assert_minisocket(const struct sockrec *sk, uint8_t timer)
{
	assert_int_equal(sk->has & ~(HAS_MARK | HAS_CGROUP), HAS_COOKIE | HAS_TIMER);
	assert_int_equal(sk->inode, 0);
	assert_int_equal(sk->timer, timer);
	assert_true(sk->timer_ms > 0);
	assert_int_equal(sk->skmem_count, 0);
	assert_int_equal(sk->tcpinfo_len, 0);
	assert_int_equal(sk->tcpinfo.rto, 0);
}

static void test_family_inet_minisockets_have_no_owner_and_no_queues(void **state)
{
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	assert_minisocket(kept_socket(&k, 9003, 8001), TIMER_TIME_WAIT);
	assert_minisocket(kept_socket(&k, 9004, 8001), TIMER_TIME_WAIT);
	assert_minisocket(kept_socket(&k, 8001, 9009), TIMER_RETRANS);
	/* The same state with its process still there is a whole socket. */
	assert_int_equal(kept_socket(&k, 9002, 8001)->has & (OWNED | HAS_UID), OWNED | HAS_UID);
	assert_int_not_equal(kept_socket(&k, 9002, 8001)->inode, 0);
}

static void test_family_inet_orphan_has_queues_and_no_user(void **state)
{
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	sk = kept_socket(&k, 9005, 8001);
	assert_int_equal(sk->inode, 0);
	assert_int_equal(sk->has & (OWNED | HAS_UID), OWNED);
	assert_int_equal(sk->shutdown, 3);
	assert_true(sk->send_q > 0);
	assert_int_equal(kept_socket(&k, 8001, 9010)->inode, 0);
}

static void test_family_inet_v4_mapped_keeps_family_and_has_v4_addresses(void **state)
{
	struct addr host = text_addr("10.77.0.1"), host6 = text_addr("2001:db8:77::1");
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	play_whole("diag_tcp6", FIXTURE_TCP6, &k);
	assert_int_equal(k.count, 5);
	sk = kept_socket(&k, 8002, 9102);
	assert_int_equal(sk->family, AF_INET6);
	assert_true(addr_equal(&sk->laddr, &host));
	assert_true(addr_equal(&sk->raddr, &host));
	sk = kept_socket(&k, 9103, 8003);
	assert_true(addr_equal(&sk->laddr, &host6));
	assert_true(sk->has & HAS_TCLASS);
	assert_int_equal(kept_socket(&k, 8002, 0)->has & HAS_V6ONLY, HAS_V6ONLY);
	assert_false(kept_socket(&k, 8002, 0)->v6only);
	assert_true(kept_socket(&k, 8003, 0)->v6only);
	assert_false(addr_is_v4(&kept_socket(&k, 8003, 0)->laddr));
}

static void test_family_inet_udp_has_memory_and_no_tcpinfo(void **state)
{
	static const char *const names[] = { "diag_udp4", "diag_udp6" };
	struct kept k;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct sockrec *sk;

		play_whole(names[i], (uint8_t)(FIXTURE_UDP4 + i), &k);
		assert_int_equal(k.count, 2);
		sk = kept_socket(&k, 7001, 0);
		assert_int_equal(sk->proto, SP_UDP);
		assert_int_equal(sk->state, ST_CLOSE);
		assert_true(sk->recv_q >= 100);
		assert_true(addr_is_any(&sk->laddr) && addr_is_any(&sk->raddr));
		assert_int_equal(addr_is_v4(&sk->laddr), i == 0);
		assert_int_equal(sk->tcpinfo_len, 0);
		assert_int_equal(sk->has & HAS_CONG, 0);
		assert_int_equal(sk->skmem_count, SKMEM_VALUES);
		assert_int_equal(kept_socket(&k, 7002, 7001)->state, ST_ESTABLISHED);
	}
}

/* ---- rows made here ---- */

struct row {
	_Alignas(8) uint8_t bytes[1024];
	struct nlmsghdr *head;
	struct inet_diag_msg *msg;
};

static void row_begin(struct row *r, uint8_t state)
{
	memset(r->bytes, 0, sizeof(r->bytes));
	r->head = (void *)r->bytes;
	r->msg = NLMSG_DATA(r->head);
	r->head->nlmsg_len = NLMSG_LENGTH(sizeof(*r->msg));
	r->head->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	r->msg->idiag_family = AF_INET;
	r->msg->idiag_state = state;
}

static void row_add(struct row *r, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type };
	uint8_t *at = r->bytes + NLMSG_ALIGN(r->head->nlmsg_len);

	assert_true(NLMSG_ALIGN(r->head->nlmsg_len) + a.nla_len <= sizeof(r->bytes));
	memcpy(at, &a, sizeof(a));
	memcpy(at + sizeof(a), data, len);
	r->head->nlmsg_len = NLMSG_ALIGN(r->head->nlmsg_len) + a.nla_len;
}

static bool parse(const struct row *r, struct sockrec *out)
{
	return family_at(FIXTURE_TCP4)->parse(family_at(FIXTURE_TCP4), r->head, out);
}

static void test_family_inet_newer_states_are_mapped(void **state)
{
	struct sockrec sk = { .dump = 0 };
	struct row r;

	(void)state;
	row_begin(&r, 12);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.state, ST_SYN_RECV);
	row_begin(&r, 13);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.state, ST_CLOSE);
	row_begin(&r, 200);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.state, ST_UNKNOWN);
}

static void test_family_inet_tcpinfo_is_taken_by_length(void **state)
{
	static const uint16_t lengths[] = { 1, 104, 192, 232, 280, 400 };
	uint8_t info[400];
	struct sockrec sk;
	struct row r;

	(void)state;
	memset(info, 0xee, sizeof(info));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t len = lengths[i] < sizeof(sk.tcpinfo) ? lengths[i] : sizeof(sk.tcpinfo);
		const uint8_t *got = (const uint8_t *)&sk.tcpinfo;

		/* What the record had before must not shine through. */
		memset(&sk, 0x55, sizeof(sk));
		row_begin(&r, ST_ESTABLISHED);
		row_add(&r, INET_DIAG_INFO, info, lengths[i]);
		assert_true(parse(&r, &sk));
		assert_int_equal(sk.tcpinfo_len, len);
		for (size_t at = 0; at < sizeof(sk.tcpinfo); at++)
			assert_int_equal(got[at], at < len ? 0xee : 0);
	}
}

static void test_family_inet_row_without_tcpinfo_clears_the_former(void **state)
{
	static const struct tcpinfo none;
	struct sockrec sk;
	struct row r;

	(void)state;
	memset(&sk, 0x55, sizeof(sk));
	row_begin(&r, ST_TIME_WAIT);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.tcpinfo_len, 0);
	assert_memory_equal(&sk.tcpinfo, &none, sizeof(none));
	assert_int_equal(sk.skmem_count, 0);
	assert_int_equal(sk.cong[0], '\0');
	assert_int_equal(sk.dump, 0x55);
	assert_int_equal(sk.dump_gen, 0x55555555);
}

static void test_family_inet_skmem_of_old_and_new_kernels(void **state)
{
	uint32_t values[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct sockrec sk;
	struct row r;

	(void)state;
	row_begin(&r, ST_LISTEN);
	row_add(&r, INET_DIAG_SKMEMINFO, values, 32);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.skmem_count, 8);
	assert_int_equal(sk.skmem[SKMEM_BACKLOG], 8);
	assert_int_equal(sk.skmem[SKMEM_DROPS], 0);
	row_begin(&r, ST_LISTEN);
	row_add(&r, INET_DIAG_SKMEMINFO, values, sizeof(values));
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.skmem_count, SKMEM_VALUES);
	assert_int_equal(sk.skmem[SKMEM_DROPS], 9);
}

static void test_family_inet_short_and_unknown_attributes_are_passed_over(void **state)
{
	static const uint16_t types[] = { INET_DIAG_TOS,
					  INET_DIAG_TCLASS,
					  INET_DIAG_SHUTDOWN,
					  INET_DIAG_MARK,
					  INET_DIAG_CGROUP_ID,
					  INET_DIAG_SKMEMINFO,
					  INET_DIAG_INFO,
					  0,
					  500 };
	uint32_t mark = 77;
	struct sockrec sk;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		row_add(&r, types[i], "", 0);
	row_add(&r, INET_DIAG_MARK, "123", 3);
	row_add(&r, INET_DIAG_CGROUP_ID, "1234567", 7);
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.has, HAS_QUEUES);
	row_add(&r, INET_DIAG_MARK, &mark, sizeof(mark));
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.has, HAS_QUEUES | HAS_MARK);
	assert_int_equal(sk.mark, 77);
}

static void test_family_inet_congestion_name_is_cut_and_ended(void **state)
{
	struct sockrec sk;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_CONG, "a name that is far too long", 27);
	assert_true(parse(&r, &sk));
	assert_string_equal(sk.cong, "a name that is ");
}

static void test_family_inet_row_without_cookie_is_known_by_inode(void **state)
{
	struct sockrec a, b;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	r.msg->idiag_inode = 4711;
	r.msg->id.idiag_cookie[0] = r.msg->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	assert_true(parse(&r, &a));
	assert_int_equal(a.has & HAS_COOKIE, 0);
	assert_true(a.cookie >> 63);
	r.msg->idiag_inode = 4712;
	assert_true(parse(&r, &b));
	assert_true(a.cookie != b.cookie);
}

static void test_family_inet_malformed_rows_leave_the_record_alone(void **state)
{
	struct sockrec sk, before;
	struct row r;

	(void)state;
	memset(&sk, 0x55, sizeof(sk));
	before = sk;
	row_begin(&r, ST_ESTABLISHED);
	r.head->nlmsg_len--;
	assert_false(parse(&r, &sk));
	row_begin(&r, ST_ESTABLISHED);
	r.msg->idiag_family = AF_INET6;
	assert_false(parse(&r, &sk));
	assert_memory_equal(&sk, &before, sizeof(sk));
}

static void test_family_inet_attribute_longer_than_its_row_ends_the_row(void **state)
{
	struct sockrec sk;
	struct nlattr a;
	struct row r;
	uint8_t tos = 16;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_TOS, &tos, 1);
	row_add(&r, INET_DIAG_SHUTDOWN, "\3", 1);
	memcpy(&a, r.bytes + NLMSG_LENGTH(sizeof(*r.msg)) + 8, sizeof(a));
	a.nla_len = 60000;
	memcpy(r.bytes + NLMSG_LENGTH(sizeof(*r.msg)) + 8, &a, sizeof(a));
	assert_true(parse(&r, &sk));
	assert_int_equal(sk.has & (HAS_TOS | HAS_SHUTDOWN), HAS_TOS);
	assert_int_equal(sk.tos, 16);
}

static void test_family_inet_request_asks_for_every_state(void **state)
{
	_Alignas(8) uint8_t buf[512];
	const struct nlmsghdr *head = (const void *)buf;
	const struct inet_diag_req_v2 *req = NLMSG_DATA(head);
	const struct family *f;

	(void)state;
	for (unsigned i = 0; (f = family_at(i)); i++) {
		f->request(f, buf, 99);
		assert_int_equal(head->nlmsg_len, NLMSG_LENGTH(sizeof(*req)));
		assert_int_equal(head->nlmsg_seq, 99);
		assert_int_equal(head->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
		assert_int_equal(req->sdiag_family, f->family);
		assert_int_equal(req->sdiag_protocol, sockproto_ipproto(f->proto));
		assert_int_equal(req->idiag_states, 0xffffffffu);
		assert_int_equal(req->idiag_ext, f->proto == SP_TCP ? 0xfa : 0xf0);
		if (!f->without_congestion)
			continue;
		f->without_congestion(buf);
		assert_int_equal(req->idiag_ext, 0xf2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family_inet_tcp_states_are_the_kernels),
		cmocka_unit_test(test_family_inet_established_has_everything),
		cmocka_unit_test(test_family_inet_listener_has_its_queue_and_limit),
		cmocka_unit_test(test_family_inet_minisockets_have_no_owner_and_no_queues),
		cmocka_unit_test(test_family_inet_orphan_has_queues_and_no_user),
		cmocka_unit_test(test_family_inet_v4_mapped_keeps_family_and_has_v4_addresses),
		cmocka_unit_test(test_family_inet_udp_has_memory_and_no_tcpinfo),
		cmocka_unit_test(test_family_inet_newer_states_are_mapped),
		cmocka_unit_test(test_family_inet_tcpinfo_is_taken_by_length),
		cmocka_unit_test(test_family_inet_row_without_tcpinfo_clears_the_former),
		cmocka_unit_test(test_family_inet_skmem_of_old_and_new_kernels),
		cmocka_unit_test(test_family_inet_short_and_unknown_attributes_are_passed_over),
		cmocka_unit_test(test_family_inet_congestion_name_is_cut_and_ended),
		cmocka_unit_test(test_family_inet_row_without_cookie_is_known_by_inode),
		cmocka_unit_test(test_family_inet_malformed_rows_leave_the_record_alone),
		cmocka_unit_test(test_family_inet_attribute_longer_than_its_row_ends_the_row),
		cmocka_unit_test(test_family_inet_request_asks_for_every_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
