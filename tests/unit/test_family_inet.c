/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/family_inet.c: what the kernel's rows say, by the kind of socket; short, long and hostile
 * ones.
 */
#include "diag_fixture.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "source/diag.h"
#include "source/family_inet.h"
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
	assert_string_equal(kept_more(&k, 9001, 8001)->cong, "bbr");
	assert_int_equal(sk->tcpinfo_len, TCPINFO_WHOLE);
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
	_Alignas(8) uint8_t bytes[2048];
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

/* As the table's row; a row that is to be passed over is no row. */
static bool parse_as(unsigned family, const struct row *r, struct event *out)
{
	bool skip = true;

	return family_at(family)->parse(family_at(family), r->head, out, &skip) && !skip;
}

static bool parse(const struct row *r, struct event *out)
{
	return parse_as(FIXTURE_TCP4, r, out);
}

static void test_family_inet_newer_states_are_mapped(void **state)
{
	struct event e = { .kind = EV_SOCKET };
	struct row r;

	(void)state;
	row_begin(&r, 12);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.state, ST_SYN_RECV);
	row_begin(&r, 13);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.state, ST_CLOSE);
	row_begin(&r, 200);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.state, ST_UNKNOWN);
}

static void test_family_inet_tcpinfo_is_taken_by_length(void **state)
{
	static const uint16_t lengths[] = { 1, 104, 192, 232, 248, 256, 280, 400 };
	uint8_t info[400];
	struct event e;
	struct row r;

	(void)state;
	memset(info, 0xee, sizeof(info));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t len = lengths[i] < TCPINFO_WHOLE ? lengths[i] : TCPINFO_WHOLE;
		uint8_t got[TCPINFO_WHOLE];

		/* What the record had before must not shine through. */
		memset(&e, 0x55, sizeof(e));
		row_begin(&r, ST_ESTABLISHED);
		row_add(&r, INET_DIAG_INFO, info, lengths[i]);
		assert_true(parse(&r, &e));
		assert_int_equal(e.sock.tcpinfo_len, len);
		memcpy(got, &e.sock.tcpinfo, sizeof(e.sock.tcpinfo));
		memcpy(got + sizeof(e.sock.tcpinfo), &e.more.ecn, sizeof(e.more.ecn));
		for (size_t at = 0; at < sizeof(got); at++)
			assert_int_equal(got[at], at < len ? 0xee : 0);
	}
}

static void test_family_inet_row_without_tcpinfo_clears_the_former(void **state)
{
	static const struct tcpinfo none;
	struct event e;
	struct row r;

	(void)state;
	memset(&e, 0x55, sizeof(e));
	row_begin(&r, ST_TIME_WAIT);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.tcpinfo_len, 0);
	assert_memory_equal(&e.sock.tcpinfo, &none, sizeof(none));
	assert_int_equal(e.sock.skmem_count, 0);
	assert_int_equal(e.more.cong[0], '\0');
	assert_int_equal(e.sock.dump, 0x5555);
	assert_int_equal(e.sock.netns, 0x5555);
	assert_int_equal(e.sock.dump_gen, 0x55555555);
}

static void test_family_inet_skmem_of_old_and_new_kernels(void **state)
{
	uint32_t values[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_LISTEN);
	row_add(&r, INET_DIAG_SKMEMINFO, values, 32);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.skmem_count, 8);
	assert_int_equal(e.sock.skmem[SKMEM_BACKLOG], 8);
	assert_int_equal(e.sock.skmem[SKMEM_DROPS], 0);
	row_begin(&r, ST_LISTEN);
	row_add(&r, INET_DIAG_SKMEMINFO, values, sizeof(values));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.skmem_count, SKMEM_VALUES);
	assert_int_equal(e.sock.skmem[SKMEM_DROPS], 9);
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
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		row_add(&r, types[i], "", 0);
	row_add(&r, INET_DIAG_MARK, "123", 3);
	row_add(&r, INET_DIAG_CGROUP_ID, "1234567", 7);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has, HAS_QUEUES);
	row_add(&r, INET_DIAG_MARK, &mark, sizeof(mark));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has, HAS_QUEUES | HAS_MARK);
	assert_int_equal(e.sock.mark, 77);
}

static void test_family_inet_congestion_name_is_cut_and_ended(void **state)
{
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_CONG, "a name that is far too long", 27);
	assert_true(parse(&r, &e));
	assert_string_equal(e.more.cong, "a name that is ");
}

static void test_family_inet_row_without_cookie_is_known_by_inode(void **state)
{
	struct event a, b;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	r.msg->idiag_inode = 4711;
	r.msg->id.idiag_cookie[0] = r.msg->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	assert_true(parse(&r, &a));
	assert_int_equal(a.sock.has & HAS_COOKIE, 0);
	assert_true(a.sock.cookie >> 63);
	r.msg->idiag_inode = 4712;
	assert_true(parse(&r, &b));
	assert_true(a.sock.cookie != b.sock.cookie);
}

static void test_family_inet_malformed_rows_leave_the_record_alone(void **state)
{
	struct event e, before;
	struct row r;

	(void)state;
	memset(&e, 0x55, sizeof(e));
	before = e;
	row_begin(&r, ST_ESTABLISHED);
	r.head->nlmsg_len--;
	assert_false(parse(&r, &e));
	row_begin(&r, ST_ESTABLISHED);
	r.msg->idiag_family = AF_INET6;
	assert_false(parse(&r, &e));
	assert_memory_equal(&e, &before, sizeof(e));
}

static void test_family_inet_attribute_longer_than_its_row_ends_the_row(void **state)
{
	struct event e;
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
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has & (HAS_TOS | HAS_SHUTDOWN), HAS_TOS);
	assert_int_equal(e.sock.tos, 16);
}

/* ---- congestion control, options, upper layers ---- */

static void test_family_inet_congestion_controls_tell_of_themselves(void **state)
{
	static const struct tcpvegas_info vegas = { 1, 2, 3, 4 };
	static const struct tcp_dctcp_info dctcp = { 1, 2, 3, 4, 5 };
	static const struct tcp_bbr_info bbr = { 1, 2, 3, 4, 5 };
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.cc_kind, CC_NONE);
	row_add(&r, INET_DIAG_VEGASINFO, &vegas, sizeof(vegas));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.cc_kind, CC_VEGAS);
	assert_int_equal(e.sock.cc.vegas.minrtt, 4);
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_DCTCPINFO, &dctcp, sizeof(dctcp));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.cc_kind, CC_DCTCP);
	assert_int_equal(e.sock.cc.dctcp.ce_state, 2);
	assert_int_equal(e.sock.cc.dctcp.ab_tot, 5);
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_BBRINFO, &bbr, sizeof(bbr) - 1);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.cc_kind, CC_NONE);
	row_add(&r, INET_DIAG_BBRINFO, &bbr, sizeof(bbr));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.cc_kind, CC_BBR);
	assert_int_equal(e.sock.cc.bbr.bw_hi, 2);
	assert_int_equal(e.sock.cc.bbr.cwnd_gain, 5);
}

static void test_family_inet_recorded_bbr_has_its_gains(void **state)
{
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	play_whole("diag_tcp4", FIXTURE_TCP4, &k);
	sk = kept_socket(&k, 9001, 8001);
	assert_int_equal(sk->cc_kind, CC_BBR);
	assert_true(sk->cc.bbr.min_rtt > 0 && sk->cc.bbr.min_rtt < 1000000);
	assert_true(sk->has & HAS_SOCKOPT);
	assert_true(sk->sockopt & SOCKOPT_IS_ICSK);
	assert_false(sk->sockopt & SOCKOPT_TRANSPARENT);
	assert_int_equal(kept_socket(&k, 9003, 8001)->cc_kind, CC_NONE);
}

static void test_family_inet_socket_options_are_the_kernels_bits(void **state)
{
	struct inet_diag_sockopt o = { .recverr = 1, .nodefrag = 1, .defer_connect = 1 };
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_SOCKOPT, &o, 1);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has & HAS_SOCKOPT, 0);
	row_add(&r, INET_DIAG_SOCKOPT, &o, sizeof(o));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has & HAS_SOCKOPT, HAS_SOCKOPT);
	assert_int_equal(e.sock.sockopt,
			 SOCKOPT_RECVERR | SOCKOPT_NODEFRAG | SOCKOPT_DEFER_CONNECT);
}

static void test_family_inet_class_and_keys(void **state)
{
	uint32_t class_id = 0x10002;
	uint8_t key[100] = { 0 };
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_CLASS_ID, &class_id, sizeof(class_id));
	row_add(&r, INET_DIAG_MD5SIG, key, sizeof(key));
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.has, HAS_QUEUES | HAS_CLASS | HAS_MD5);
	assert_int_equal(e.sock.class_id, 0x10002);
}

/* Attributes one after the other, to be put into another. */
struct nest {
	uint8_t bytes[256];
	uint16_t len;
};

static void nest_add(struct nest *n, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type };

	assert_true(n->len + NLMSG_ALIGN(a.nla_len) <= sizeof(n->bytes));
	memset(n->bytes + n->len, 0, NLMSG_ALIGN(a.nla_len));
	memcpy(n->bytes + n->len, &a, sizeof(a));
	memcpy(n->bytes + n->len + sizeof(a), data, len);
	n->len = (uint16_t)(n->len + NLMSG_ALIGN(a.nla_len));
}

static void test_family_inet_tls_says_version_and_directions(void **state)
{
	uint16_t version = 0x0304, cipher = 51, sw = 2, base = 1;
	struct nest tls = { .len = 0 }, ulp = { .len = 0 };
	struct event e;
	struct row r;

	(void)state;
	nest_add(&tls, 1, &version, 2);
	nest_add(&tls, 2, &cipher, 2);
	nest_add(&tls, 3, &sw, 2);
	nest_add(&tls, 4, &base, 1);		/* too short */
	nest_add(&tls, 6, "", 0);		/* RX_NO_PAD: a flag */
	nest_add(&tls, 99, &sw, 2);
	nest_add(&ulp, INET_ULP_INFO_NAME, "tls", 4);
	nest_add(&ulp, INET_ULP_INFO_TLS | NLA_F_NESTED, tls.bytes, tls.len);
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_ULP_INFO | NLA_F_NESTED, ulp.bytes, ulp.len);
	memset(&e, 0x55, sizeof(e));
	assert_true(parse(&r, &e));
	assert_int_equal(e.more.kind, MORE_ULP);
	assert_string_equal(e.more.ulp.name, "tls");
	assert_true(e.more.ulp.has_tls);
	assert_false(e.more.ulp.has_mptcp);
	assert_int_equal(e.more.ulp.tls_version, 0x0304);
	assert_int_equal(e.more.ulp.tls_cipher, 51);
	assert_int_equal(e.more.ulp.tls_txconf, 2);
	assert_int_equal(e.more.ulp.tls_rxconf, 0);
	assert_false(e.more.ulp.tls_zc_sendfile);
	assert_true(e.more.ulp.tls_rx_no_pad);
	/* The next row has none. */
	row_begin(&r, ST_ESTABLISHED);
	assert_true(parse(&r, &e));
	assert_int_equal(e.more.kind, MORE_NONE);
}

static void test_family_inet_hostile_nests_end_where_they_end(void **state)
{
	struct nest ulp = { .len = 0 };
	struct nlattr a = { .nla_len = 200, .nla_type = INET_ULP_INFO_TLS };
	struct event e;
	struct row r;

	(void)state;
	nest_add(&ulp, INET_ULP_INFO_NAME, "a name of more than sixteen", 27);
	memcpy(ulp.bytes + ulp.len, &a, sizeof(a));
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_ULP_INFO, ulp.bytes, (uint16_t)(ulp.len + sizeof(a)));
	assert_true(parse(&r, &e));
	assert_string_equal(e.more.ulp.name, "a name of more ");
	assert_false(e.more.ulp.has_tls);
}

static void test_family_inet_mptcp_subflow_names_its_upper_layer(void **state)
{
	const struct sockmore *more;
	struct kept k;

	(void)state;
	play_whole("diag_subflow", FIXTURE_TCP4, &k);
	assert_int_equal(k.count, 2);
	more = kept_more(&k, 8100, 9200);
	assert_int_equal(kept_socket(&k, 8100, 9200)->proto, SP_TCP);
	assert_int_equal(more->kind, MORE_ULP);
	assert_string_equal(more->ulp.name, "mptcp");
	assert_true(more->ulp.has_mptcp);
	assert_false(more->ulp.has_tls);
	assert_int_not_equal(more->ulp.mptcp_token_loc, 0);
	assert_int_equal(more->ulp.mptcp_map_datalen, 1000);
	assert_int_equal(more->ulp.mptcp_flags & 0xc0, 0xc0);	/* fully established, connected */
	assert_string_equal(more->cong, "bbr");
}

static void test_family_inet_mptcp_socket_has_its_info(void **state)
{
	const struct sockrec *sk;
	const struct sockmore *more;
	struct kept mptcp, tcp;

	(void)state;
	play_whole("diag_mptcp4", FIXTURE_MPTCP4, &mptcp);
	assert_int_equal(mptcp.count, 3);
	sk = kept_socket(&mptcp, 8100, 9200);
	more = kept_more(&mptcp, 8100, 9200);
	assert_int_equal(sk->proto, SP_MPTCP);
	assert_int_equal(sk->state, ST_ESTABLISHED);
	assert_int_equal(sk->tcpinfo_len, 0);
	assert_int_equal(more->kind, MORE_MPTCP);
	assert_int_equal(more->mptcp.len, sizeof(struct mptcpinfo));
	assert_int_equal(more->mptcp.info.bytes_received, 1000);
	assert_int_equal(kept_more(&mptcp, 9200, 8100)->mptcp.info.bytes_sent, 1000);
	assert_int_equal(kept_socket(&mptcp, 8100, 0)->state, ST_LISTEN);
	/* One inode, two sockets. */
	play_whole("diag_subflow", FIXTURE_TCP4, &tcp);
	assert_int_equal(kept_socket(&tcp, 8100, 9200)->inode, sk->inode);
	assert_true(kept_socket(&tcp, 8100, 9200)->cookie != sk->cookie);
	assert_int_equal(kept_more(&tcp, 8100, 9200)->ulp.mptcp_token_loc, more->mptcp.info.token);
}

static void test_family_inet_mptcp_info_is_taken_by_length(void **state)
{
	uint8_t info[200];
	struct event e;
	struct row r;

	(void)state;
	memset(info, 0xee, sizeof(info));
	memset(&e, 0x55, sizeof(e));
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_INFO, info, 16);
	assert_true(parse_as(FIXTURE_MPTCP4, &r, &e));
	assert_int_equal(e.more.mptcp.len, 16);
	assert_int_equal(e.more.mptcp.info.token, 0xeeeeeeee);
	assert_int_equal(e.more.mptcp.info.write_seq, 0);
	row_begin(&r, ST_ESTABLISHED);
	row_add(&r, INET_DIAG_INFO, info, sizeof(info));
	assert_true(parse_as(FIXTURE_MPTCP4, &r, &e));
	assert_int_equal(e.more.mptcp.len, sizeof(struct mptcpinfo));
	assert_int_equal(e.sock.tcpinfo_len, 0);
}

static void test_family_inet_old_kernels_raw_rows_are_no_mptcp(void **state)
{
	uint8_t protocol = 1;
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_CLOSE);
	assert_true(parse_as(FIXTURE_MPTCP4, &r, &e));
	row_add(&r, INET_DIAG_PROTOCOL, &protocol, 1);
	assert_false(parse_as(FIXTURE_MPTCP4, &r, &e));
}

/* As in the message that tells of a socket's end. */
static void test_family_inet_protocol_of_its_own_is_no_news(void **state)
{
	uint8_t protocol = IPPROTO_TCP;
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_CLOSE);
	r.msg->id.idiag_sport = htons(1000);
	row_add(&r, INET_DIAG_PROTOCOL, &protocol, 1);
	assert_true(parse(&r, &e));
	assert_int_equal(e.sock.proto, SP_TCP);
	assert_int_equal(e.sock.lport, 1000);
}

static void test_family_inet_raw_port_is_the_protocol(void **state)
{
	uint8_t protocol = 58;
	struct event e;
	struct row r;

	(void)state;
	row_begin(&r, ST_CLOSE);
	r.msg->id.idiag_sport = htons(58);
	assert_true(parse_as(FIXTURE_RAW4, &r, &e));
	assert_int_equal(e.sock.proto, SP_RAWIP);
	assert_int_equal(e.sock.lport, 58);
	row_begin(&r, ST_CLOSE);
	row_add(&r, INET_DIAG_PROTOCOL, &protocol, 1);
	assert_true(parse_as(FIXTURE_RAW4, &r, &e));
	assert_int_equal(e.sock.lport, 58);
}

/* ---- SCTP: no kernel here has it; as net/sctp/diag.c writes it ---- */

static void row_add_sctp_addresses(struct row *r, uint16_t type, unsigned count, uint8_t last)
{
	struct sockaddr_storage list[6];

	memset(list, 0, sizeof(list));
	for (unsigned i = 0; i < count; i++) {
		struct sockaddr_in in = { .sin_family = AF_INET,
					  .sin_addr = { htonl(0x0a000000u + last + i) } };

		memcpy(&list[i], &in, sizeof(in));
	}
	row_add(r, type, list, (uint16_t)(count * sizeof(list[0])));
}

static void test_family_inet_sctp_association_has_its_own_identity(void **state)
{
	struct event endpoint, one, two;
	struct addr first = text_addr("10.0.0.9");
	struct row r;

	(void)state;
	row_begin(&r, ST_LISTEN);
	r.msg->id.idiag_cookie[0] = 4711;
	r.msg->id.idiag_sport = htons(5000);
	row_add_sctp_addresses(&r, INET_DIAG_LOCALS, 2, 1);
	assert_true(parse_as(FIXTURE_SCTP4, &r, &endpoint));
	assert_int_equal(endpoint.sock.state, ST_LISTEN);
	assert_int_equal(endpoint.sock.cookie, 4711);
	assert_int_equal(endpoint.more.kind, MORE_SCTP);
	assert_int_equal(endpoint.more.sctp.laddrs, 2);
	assert_int_equal(endpoint.more.sctp.raddrs, 0);

	r.msg->idiag_state = 3;		/* SCTP_STATE_ESTABLISHED */
	r.msg->id.idiag_dport = htons(6000);
	row_add_sctp_addresses(&r, INET_DIAG_PEERS, 1, 9);
	assert_true(parse_as(FIXTURE_SCTP4, &r, &one));
	assert_int_equal(one.sock.state, ST_ESTABLISHED);
	assert_true(addr_equal(&one.sock.raddr, &first));
	assert_int_equal(one.sock.has & HAS_COOKIE, 0);
	r.msg->id.idiag_dport = htons(6001);
	assert_true(parse_as(FIXTURE_SCTP4, &r, &two));
	assert_true(one.sock.cookie != two.sock.cookie && one.sock.cookie >> 63);
}

static void test_family_inet_sctp_keeps_as_many_addresses_as_fit(void **state)
{
	/* struct sctp_info: unackdata, penddata, then the streams, behind three words */
	uint16_t info[20] = { [6] = 1, [7] = 2, [8] = 10, [9] = 20 };
	struct event e;
	struct row r;

	(void)state;
	memset(&e, 0x55, sizeof(e));
	row_begin(&r, 3);
	row_add(&r, INET_DIAG_INFO, info, sizeof(info));
	row_add_sctp_addresses(&r, INET_DIAG_LOCALS, 3, 1);
	row_add_sctp_addresses(&r, INET_DIAG_PEERS, 6, 9);
	assert_true(parse_as(FIXTURE_SCTP4, &r, &e));
	assert_int_equal(e.more.sctp.laddrs, 3);
	assert_int_equal(e.more.sctp.raddrs, SCTP_ADDRS_MAX);
	assert_int_equal(e.more.sctp.more_addrs, 2);
	assert_int_equal(e.more.sctp.instreams, 10);
	assert_int_equal(e.more.sctp.outstreams, 20);
	assert_int_equal(e.sock.tcpinfo_len, 0);
}

/* ---- what is asked for ---- */

struct request {
	_Alignas(8) uint8_t buf[512];
	const struct nlmsghdr *head;
	const struct inet_diag_req_v2 *req;
};

static void request_of(unsigned family, uint32_t details, struct request *r)
{
	memset(r->buf, 0x55, sizeof(r->buf));
	r->head = (const void *)r->buf;
	r->req = NLMSG_DATA(r->head);
	family_at(family)->request(family_at(family), r->buf, 99, details);
	assert_int_equal(r->head->nlmsg_seq, 99);
	assert_int_equal(r->head->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

static void test_family_inet_request_asks_for_every_state(void **state)
{
	static const unsigned rows[] = { FIXTURE_TCP4,	FIXTURE_TCP6,	  FIXTURE_UDP4,
					 FIXTURE_UDP6,	FIXTURE_UDPLITE4, FIXTURE_SCTP6,
					 FIXTURE_DCCP4, FIXTURE_RAW6 };
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct family *f = family_at(rows[i]);

		request_of(rows[i], DETAIL_ALL, &r);
		assert_int_equal(r.head->nlmsg_len, NLMSG_LENGTH(sizeof(*r.req)));
		assert_int_equal(r.req->sdiag_family, f->family);
		assert_int_equal(r.req->sdiag_protocol,
				 f->proto == SP_RAWIP ? IPPROTO_RAW : sockproto_ipproto(f->proto));
		assert_int_equal(r.req->idiag_states, 0xffffffffu);
	}
}

static void test_family_inet_request_asks_for_what_is_looked_at(void **state)
{
	static const struct {
		uint32_t details;
		uint8_t tcp, udp;
	} cases[] = {
		{ DETAIL_ALL, 0xfe, 0xf0 },  { 0, 0x80, 0x80 },
		{ DETAIL_INFO, 0x82, 0x80 }, { DETAIL_SKMEM, 0xc0, 0xc0 },
		{ DETAIL_CONG, 0x88, 0x80 }, { DETAIL_CC, 0x84, 0x80 },
		{ DETAIL_TOS, 0xb0, 0xb0 },
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		request_of(FIXTURE_TCP4, cases[i].details, &r);
		assert_int_equal(r.req->idiag_ext, cases[i].tcp);
		request_of(FIXTURE_UDP4, cases[i].details, &r);
		assert_int_equal(r.req->idiag_ext, cases[i].udp);
	}
	request_of(FIXTURE_TCP4, DETAIL_ALL & ~DETAIL_BOUND, &r);
	assert_int_equal(r.req->idiag_states, 0xffffffffu & ~(1u << 13));
}

static void test_family_inet_request_for_mptcp_names_it_in_an_attribute(void **state)
{
	struct nlattr a;
	struct request r;
	uint32_t protocol;

	(void)state;
	request_of(FIXTURE_MPTCP6, DETAIL_ALL, &r);
	assert_int_equal(r.req->sdiag_family, AF_INET6);
	assert_int_equal(r.req->sdiag_protocol, 255);
	assert_int_equal(r.req->idiag_ext & 0x02, 0x02);
	assert_int_equal(r.head->nlmsg_len, NLMSG_LENGTH(sizeof(*r.req)) + 8);
	memcpy(&a, r.req + 1, sizeof(a));
	memcpy(&protocol, (const uint8_t *)(r.req + 1) + sizeof(a), sizeof(protocol));
	assert_int_equal(a.nla_type, INET_DIAG_REQ_PROTOCOL);
	assert_int_equal(protocol, 262);
}

static void test_family_inet_question_has_the_tuple_and_no_cookie(void **state)
{
	static const uint8_t protos[] = { SP_TCP, SP_UDP };
	struct sockquery q = { .laddr = text_addr("10.0.0.1"), .raddr = text_addr("10.0.0.2"),
			       .lport = 1000, .rport = 2000 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct family *f = family_at(i ? FIXTURE_UDP4 : FIXTURE_TCP4);
		_Alignas(8) uint8_t buf[512];
		const struct nlmsghdr *head = (const void *)buf;
		const struct inet_diag_req_v2 *req = NLMSG_DATA(head);
		const struct inet_diag_sockid *id = &req->id;

		q.proto = protos[i];
		family_inet_ask(f, buf, 5, DETAIL_INFO, &q);
		assert_int_equal(head->nlmsg_flags, NLM_F_REQUEST);
		/* The kernel has the ends of UDP the other way round. */
		assert_int_equal(ntohs(id->idiag_sport), i ? 2000 : 1000);
		assert_int_equal(ntohs(id->idiag_dport), i ? 1000 : 2000);
		assert_int_equal(ntohl(id->idiag_src[0]), i ? 0x0a000002 : 0x0a000001);
		assert_int_equal(ntohl(id->idiag_dst[0]), i ? 0x0a000001 : 0x0a000002);
		assert_int_equal(id->idiag_cookie[0], INET_DIAG_NOCOOKIE);
		assert_int_equal(id->idiag_cookie[1], INET_DIAG_NOCOOKIE);
	}
}

static void test_family_inet_question_about_a_link_local_tuple_names_the_link(void **state)
{
	static const struct {
		const char *laddr, *raddr;
		uint32_t asked;
	} samples[] = {
		{ "fe80::1", "fe80::2", 7 }, { "febf::1", "fe80::2", 7 },
		{ "fec0::1", "fec0::2", 0 }, { "2001:db8::1", "2001:db8::2", 0 },
		{ "fe80::1", "2001:db8::2", 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct sockquery q = { .laddr = text_addr(samples[i].laddr),
				       .raddr = text_addr(samples[i].raddr),
				       .lport = 1000,
				       .rport = 2000,
				       .ifindex = 7,
				       .proto = SP_TCP };
		_Alignas(8) uint8_t buf[512];
		const struct inet_diag_req_v2 *req = NLMSG_DATA((const struct nlmsghdr *)buf);

		family_inet_ask(family_at(FIXTURE_TCP6), buf, 5, 0, &q);
		assert_int_equal(req->id.idiag_if, samples[i].asked);
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
		cmocka_unit_test(test_family_inet_congestion_controls_tell_of_themselves),
		cmocka_unit_test(test_family_inet_recorded_bbr_has_its_gains),
		cmocka_unit_test(test_family_inet_socket_options_are_the_kernels_bits),
		cmocka_unit_test(test_family_inet_class_and_keys),
		cmocka_unit_test(test_family_inet_tls_says_version_and_directions),
		cmocka_unit_test(test_family_inet_hostile_nests_end_where_they_end),
		cmocka_unit_test(test_family_inet_mptcp_subflow_names_its_upper_layer),
		cmocka_unit_test(test_family_inet_mptcp_socket_has_its_info),
		cmocka_unit_test(test_family_inet_mptcp_info_is_taken_by_length),
		cmocka_unit_test(test_family_inet_old_kernels_raw_rows_are_no_mptcp),
		cmocka_unit_test(test_family_inet_protocol_of_its_own_is_no_news),
		cmocka_unit_test(test_family_inet_raw_port_is_the_protocol),
		cmocka_unit_test(test_family_inet_sctp_association_has_its_own_identity),
		cmocka_unit_test(test_family_inet_sctp_keeps_as_many_addresses_as_fit),
		cmocka_unit_test(test_family_inet_request_asks_for_every_state),
		cmocka_unit_test(test_family_inet_request_asks_for_what_is_looked_at),
		cmocka_unit_test(test_family_inet_request_for_mptcp_names_it_in_an_attribute),
		cmocka_unit_test(test_family_inet_question_has_the_tuple_and_no_cookie),
		cmocka_unit_test(test_family_inet_question_about_a_link_local_tuple_names_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
