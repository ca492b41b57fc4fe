/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/procnet.c, and what its readers make of whole files: recorded ones (tests/data/README.md),
 * compared with the dump of the same sockets; files in pieces, without an end, and of one endless
 * line. Single lines are tested in test_procnet_lines.c.
 */
#include "procnet_fixture.h"

#include <errno.h>
#include <sys/socket.h>

static void test_procnet_tcp_states_and_queues_are_those_of_the_dump(void **state)
{
	struct kept text, dump;
	struct diagdump d;

	(void)state;
	read_recorded(FIXTURE_TCP4, "tcp", &text);
	play("diag_tcp4", FIXTURE_TCP4, &d, &dump);
	/* All but the one that is bound and no more, which no file has. */
	assert_int_equal(text.count, 17);
	for (size_t i = 0; i < text.count; i++) {
		const struct sockrec *t = &text.events[i].sock;
		const struct sockrec *s = kept_socket(&dump, t->lport, t->rport);
		uint16_t has = HAS_QUEUES | HAS_UID | HAS_TIMER;

		assert_int_equal(t->state, s->state);
		assert_int_equal(t->proto, SP_TCP);
		assert_int_equal(t->family, AF_INET);
		assert_true(addr_equal(&t->laddr, &s->laddr) && addr_equal(&t->raddr, &s->raddr));
		assert_int_equal(t->has & ~HAS_TIMER, s->has & has & ~HAS_TIMER);
		assert_int_equal(t->inode != 0, s->inode != 0);
		if (t->state != ST_LISTEN && t->state != ST_LAST_ACK && t->state != ST_FIN_WAIT1 &&
		    t->state != ST_FIN_WAIT2)
			assert_int_equal(t->recv_q, s->recv_q);
	}
	assert_int_equal(kept_socket(&text, 8001, 0)->recv_q, 1);
	assert_int_equal(kept_socket(&text, 9001, 8001)->recv_q, 300);
}

static void test_procnet_tcp6_reads_words_and_mapped_addresses(void **state)
{
	struct addr host, host6;
	struct kept k;

	(void)state;
	assert_int_equal(addr_parse("10.77.0.1", &host), 0);
	assert_int_equal(addr_parse("2001:db8:77::1", &host6), 0);
	read_recorded(FIXTURE_TCP6, "tcp6", &k);
	assert_int_equal(k.count, 5);
	assert_true(addr_equal(&kept_socket(&k, 8002, 9102)->laddr, &host));
	assert_true(addr_equal(&kept_socket(&k, 9103, 8003)->raddr, &host6));
	assert_int_equal(kept_socket(&k, 8002, 9102)->family, AF_INET6);
}

static void test_procnet_udp_has_drops_and_no_memory(void **state)
{
	const struct sockrec *sk;
	struct kept k;

	(void)state;
	read_recorded(FIXTURE_UDP4, "udp", &k);
	assert_int_equal(k.count, 2);
	sk = kept_socket(&k, 7001, 0);
	assert_int_equal(sk->state, ST_CLOSE);
	assert_int_equal(sk->has, HAS_QUEUES | HAS_UID | HAS_DROPS);
	assert_true(sk->recv_q >= 100);
	assert_int_equal(sk->skmem[SKMEM_DROPS], 0);
	assert_int_equal(kept_socket(&k, 7002, 7001)->state, ST_ESTABLISHED);
	read_recorded(FIXTURE_UDP6, "udp6", &k);
	assert_int_equal(k.count, 2);
}

static void test_procnet_raw_and_ping_have_a_number_for_a_port(void **state)
{
	static const struct {
		const char *name;
		uint8_t row, proto;
		uint16_t lport;
	} files[] = {
		{ "raw", FIXTURE_RAW4, SP_RAWIP, 255 },
		{ "raw6", FIXTURE_RAW6, SP_RAWIP, 58 },
		{ "icmp", FIXTURE_ICMP4, SP_ICMP4, 77 },
		{ "icmp6", FIXTURE_ICMP6, SP_ICMP6, 78 },
	};
	struct kept k;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		read_recorded(files[i].row, files[i].name, &k);
		assert_int_equal(k.count, 1);
		assert_int_equal(k.events[0].sock.proto, files[i].proto);
		assert_int_equal(k.events[0].sock.lport, files[i].lport);
		assert_int_equal(k.events[0].sock.state, ST_CLOSE);
		assert_true(k.events[0].sock.has & HAS_DROPS);
	}
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

/* The text and the dump were recorded of the same sockets. */
static void test_procnet_unix_is_the_dump_without_peers(void **state)
{
	struct kept text, dump;
	struct diagdump d;

	(void)state;
	read_recorded(FIXTURE_UNIX, "unix", &text);
	play("diag_unix", FIXTURE_UNIX, &d, &dump);
	assert_int_equal(text.count, dump.count);
	for (size_t i = 0; i < text.count; i++) {
		const struct event *t = &text.events[i];
		const struct event *s = with_inode(&dump, t->sock.inode);

		assert_int_equal(t->sock.proto, s->sock.proto);
		assert_int_equal(t->sock.state, s->sock.state);
		assert_int_equal(t->more.kind, MORE_UNIX);
		assert_string_equal(t->more.un.name, s->more.un.name);
		assert_int_equal(t->sock.has, 0);
	}
}

static void test_procnet_packet_is_the_dump_without_rings(void **state)
{
	struct kept text, dump;
	struct diagdump d;

	(void)state;
	read_recorded(FIXTURE_PACKET, "packet", &text);
	play("diag_packet", FIXTURE_PACKET, &d, &dump);
	assert_int_equal(text.count, 3);
	for (size_t i = 0; i < text.count; i++) {
		const struct event *t = &text.events[i];
		const struct event *s = with_inode(&dump, t->sock.inode);

		assert_int_equal(t->sock.lport, s->sock.lport);
		assert_int_equal(t->sock.ifindex, s->sock.ifindex);
		assert_int_equal(t->sock.recv_q, s->sock.recv_q);
		assert_int_equal(t->sock.uid, s->sock.uid);
		assert_int_equal(t->sock.has, HAS_QUEUES | HAS_UID);
		assert_int_equal(t->more.packet.type, s->more.packet.type);
		assert_int_equal(t->more.packet.flags, s->more.packet.flags);
	}
}

static void test_procnet_netlink_lists_every_socket_once(void **state)
{
	struct kept text, dump;
	struct diagdump d;

	(void)state;
	read_recorded(FIXTURE_NETLINK, "netlink", &text);
	play("diag_netlink", FIXTURE_NETLINK, &d, &dump);
	assert_int_equal(text.count, dump.count - 1);
	for (size_t i = 0; i < text.count; i++) {
		const struct event *t = &text.events[i];
		const struct event *s = with_inode(&dump, t->sock.inode);

		assert_int_equal(t->sock.lport, s->sock.lport);
		assert_int_equal(t->more.netlink.protocol, s->more.netlink.protocol);
		assert_int_equal(t->more.netlink.portid, s->more.netlink.portid);
		assert_int_equal(t->more.netlink.groups, s->more.netlink.groups);
		assert_int_equal(t->sock.has, HAS_QUEUES | HAS_DROPS);
	}
}

/* ---- sctp: no kernel at hand had it; lines after net/sctp/proc.c ---- */

static void assert_address(const struct addr *a, const char *text)
{
	char shown[ADDR_TEXT_MAX];

	addr_format(a, shown);
	assert_string_equal(shown, text);
}

static void test_procnet_sctp_endpoints_have_addresses(void **state)
{
	struct event e;
	struct kept k;

	(void)state;
	read_recorded(FIXTURE_SCTP_EPS, "sctp-eps", &k);
	assert_int_equal(k.count, 3);
	e = k.events[0];
	assert_int_equal(e.sock.proto, SP_SCTP);
	assert_int_equal(e.sock.family, AF_INET);
	assert_int_equal(e.sock.state, ST_LISTEN);
	assert_int_equal(e.sock.lport, 5000);
	assert_int_equal(e.sock.has, HAS_UID);
	assert_int_equal(e.sock.uid, 1000);
	assert_int_equal(e.sock.inode, 31415);
	assert_address(&e.sock.laddr, "10.0.0.1");
	assert_address(&e.sock.raddr, "0.0.0.0");
	assert_int_equal(e.more.kind, MORE_SCTP);
	assert_int_equal(e.more.sctp.laddrs, 2);
	assert_address(&e.more.sctp.laddr[1], "10.0.1.1");
	assert_int_equal(k.events[1].sock.family, AF_INET6);
	assert_address(&k.events[1].sock.laddr, "::");
	assert_address(&k.events[1].sock.raddr, "::");
	assert_int_equal(k.events[2].more.sctp.laddrs, SCTP_ADDRS_MAX);
	assert_int_equal(k.events[2].more.sctp.more_addrs, 2);
}

static void test_procnet_sctp_associations_are_read_from_the_arrow_outward(void **state)
{
	const struct event *e;
	struct kept k;

	(void)state;
	read_recorded(FIXTURE_SCTP_ASSOCS, "sctp-assocs", &k);
	assert_int_equal(k.count, 3);
	e = &k.events[0];
	assert_int_equal(e->sock.state, ST_ESTABLISHED);
	assert_int_equal(e->sock.lport, 5000);
	assert_int_equal(e->sock.rport, 40001);
	assert_int_equal(e->sock.send_q, 1200);
	assert_int_equal(e->sock.recv_q, 64);
	assert_int_equal(e->sock.has, HAS_QUEUES | HAS_UID);
	assert_address(&e->sock.laddr, "10.0.0.1");
	assert_address(&e->sock.raddr, "10.0.1.2"); /* the primary one, though not the first */
	assert_int_equal(e->more.sctp.laddrs, 2);
	assert_int_equal(e->more.sctp.raddrs, 2);
	assert_address(&e->more.sctp.raddr[1], "10.0.0.2");
	assert_int_equal(e->more.sctp.assoc_id, 17);
	assert_int_equal(e->more.sctp.instreams, 10);
	assert_int_equal(e->more.sctp.outstreams, 12);
	assert_int_equal(e->more.sctp.maxrt, 5);
	/* Of an older kernel: nothing behind the addresses. */
	e = &k.events[1];
	assert_int_equal(e->sock.family, AF_INET6);
	assert_address(&e->sock.raddr, "2001:db8::2");
	assert_int_equal(e->more.sctp.instreams, 0);
	assert_int_equal(e->sock.state, ST_CLOSE_WAIT);
	/* One socket, two associations. */
	assert_int_equal(k.events[0].sock.inode, k.events[2].sock.inode);
	assert_true(k.events[0].sock.cookie != k.events[2].sock.cookie);
}

/* ---- reading ---- */

/* It lacks its inode. */
#define LINE  "  12: 0100007F:1F90 0200007F:C001 01 0:0 0:0 0 0 0 "
#define WHOLE LINE "7"

static void test_procnet_missing_file_says_so(void **state)
{
	struct procnet_read *r = NULL;

	(void)state;
	assert_int_equal(procnet_open(&r, "/nonexistent", &procnet_raw), -ENOENT);
	assert_null(r);
	procnet_close(NULL);
}

struct counted {
	uint32_t events;
	uint64_t inodes; /* their sum */
};

static void count_event(void *ctx, const struct event *e)
{
	struct counted *c = ctx;

	c->events++;
	c->inodes += e->sock.inode;
}

/* Bigger than any buffer, so that lines lie across every border. */
static void test_procnet_big_file_is_read_in_slices_without_loss(void **state)
{
	enum { LINES = 20000, ROOM = LINES * 100 };
	const struct family *f = family_of(FIXTURE_TCP4);
	struct counted got = { 0, 0 };
	struct sink sink = { count_event, &got };
	struct event base = { .kind = EV_SOCKET };
	struct procnet_read *r = NULL;
	char *text = malloc(ROOM);
	size_t len = 0;
	uint32_t malformed = 0;
	unsigned steps = 1;
	struct place p;
	int rc;

	(void)state;
	assert_non_null(text);
	len += (size_t)snprintf(text, ROOM, "the heading\n");
	for (unsigned i = 1; i <= LINES; i++)
		len += (size_t)snprintf(text + len, ROOM - len, LINE "%u\n", i);
	place_make(&p, f->text->file, text, len);
	assert_int_equal(procnet_open(&r, p.dir, f->text), 0);
	while ((rc = procnet_step(r, f, &base, 0, &sink, &malformed)) == 1)
		steps++;
	assert_int_equal(rc, 0);
	assert_int_equal(got.events, LINES);
	assert_int_equal(got.inodes, (uint64_t)LINES * (LINES + 1) / 2);
	assert_int_equal(malformed, 0);
	assert_true(steps > 10); /* late already: one piece at a time */
	procnet_close(r);
	place_remove(&p);
	free(text);
}

static uint32_t read_counted(const char *text, size_t len, struct counted *got)
{
	struct sink sink = { count_event, got };

	*got = (struct counted){ 0, 0 };
	return read_whole(FIXTURE_TCP4, text, len, &sink);
}

static void test_procnet_odd_ends_of_a_file_are_understood(void **state)
{
	static const char with_blank[] = "heading\n\n" WHOLE "\nxx";
	static const char with_nul[] = "heading\n" WHOLE "\0 rest\n\0\n" WHOLE "\n";
	struct counted got;

	(void)state;
	assert_int_equal(read_counted("", 0, &got), 0);
	assert_int_equal(got.events, 0);
	assert_int_equal(read_counted("heading", 7, &got), 0);
	assert_int_equal(got.events, 0);
	assert_int_equal(read_counted("heading\n" WHOLE, strlen("heading\n" WHOLE), &got), 0);
	assert_int_equal(got.events, 1);
	assert_int_equal(read_counted(with_blank, sizeof(with_blank) - 1, &got), 2);
	assert_int_equal(got.events, 1);
	assert_int_equal(read_counted(with_nul, sizeof(with_nul) - 1, &got), 1);
	assert_int_equal(got.events, 2);
}

static void test_procnet_endless_line_is_one_that_is_malformed(void **state)
{
	enum { ENDLESS = 300000 };
	static const char heading[] = "heading\n" WHOLE "\n", next[] = "\n" WHOLE "\n";
	size_t len = strlen(heading) + ENDLESS + strlen(next);
	char *text = malloc(len + 1);
	struct counted got;

	(void)state;
	assert_non_null(text);
	memset(text, '7', len);
	memcpy(text, heading, strlen(heading));
	memcpy(text + strlen(heading) + ENDLESS, next, strlen(next));
	assert_int_equal(read_counted(text, len, &got), 1);
	assert_int_equal(got.events, 2);
	/* Without an end, too. */
	assert_int_equal(read_counted(text, strlen(heading) + ENDLESS, &got), 1);
	assert_int_equal(got.events, 1);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_procnet_tcp_states_and_queues_are_those_of_the_dump),
		cmocka_unit_test(test_procnet_tcp6_reads_words_and_mapped_addresses),
		cmocka_unit_test(test_procnet_udp_has_drops_and_no_memory),
		cmocka_unit_test(test_procnet_raw_and_ping_have_a_number_for_a_port),
		cmocka_unit_test(test_procnet_unix_is_the_dump_without_peers),
		cmocka_unit_test(test_procnet_packet_is_the_dump_without_rings),
		cmocka_unit_test(test_procnet_netlink_lists_every_socket_once),
		cmocka_unit_test(test_procnet_sctp_endpoints_have_addresses),
		cmocka_unit_test(test_procnet_sctp_associations_are_read_from_the_arrow_outward),
		cmocka_unit_test(test_procnet_missing_file_says_so),
		cmocka_unit_test(test_procnet_big_file_is_read_in_slices_without_loss),
		cmocka_unit_test(test_procnet_odd_ends_of_a_file_are_understood),
		cmocka_unit_test(test_procnet_endless_line_is_one_that_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
