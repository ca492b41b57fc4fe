/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/destroy.c: what it makes of the kernel's words on sockets that ended, and of those that it
 * could not hear.
 */
#include "netlink_fixture.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "source/destroy.h"

enum { NOW_NS = 1000, GARBAGE = 0xffffffff };

static const struct netns_place third = { .index = 3, .fd = -1 };

/* ---- the queue of a netlink socket, which a socket pair cannot be in all respects ---- */

static int next_error;	     /* of the next read */
static uint32_t next_sender; /* port of whoever sends the next datagram */

/* Stands in for the C library's. */
int recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags, struct timespec *timeout)
{
	unsigned n = 0;
	int error = next_error;

	(void)timeout;
	next_error = 0;
	if (error) {
		errno = error;
		return -1;
	}
	for (; n < count; n++) {
		struct msghdr *m = &msgs[n].msg_hdr;
		struct sockaddr_nl *sender = m->msg_name;
		ssize_t len = recvmsg(fd, m, flags);

		if (len < 0)
			break;
		*sender = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = next_sender };
		next_sender = 0;
		msgs[n].msg_len = (unsigned)len;
	}
	return n ? (int)n : -1;
}

/* ---- what the kernel sends ---- */

struct message {
	union {
		struct nlmsghdr head;
		uint8_t bytes[2048];
	};
};

static struct inet_diag_msg *begin_message(struct message *m, uint8_t af, uint16_t lport,
					   uint16_t rport)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(m);
	struct inet_diag_msg *d = mnl_nlmsg_put_extra_header(head, sizeof(*d));

	head->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	d->idiag_family = af;
	d->idiag_state = ST_CLOSE;
	d->id.idiag_sport = htons(lport);
	d->id.idiag_dport = htons(rport);
	d->id.idiag_src[0] = htonl(0x7f000001);
	d->id.idiag_dst[0] = htonl(0x7f000002);
	d->id.idiag_cookie[0] = 0x89abcdef;
	d->id.idiag_cookie[1] = 0x01234567;
	return d;
}

static void send_message(struct message *m)
{
	answer(&m->head, 0, 0);
}

static void send_tcp(uint16_t lport, uint16_t rport)
{
	struct {
		struct tcpinfo start;
		struct tcpecn ecn;
	} info = { .start = { .state = ST_CLOSE } };
	struct message m;

	info.start.bytes_acked = 1002;
	info.start.bytes_received = 301;
	begin_message(&m, AF_INET, lport, rport);
	mnl_attr_put_u8(&m.head, INET_DIAG_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(&m.head, INET_DIAG_INFO, sizeof(info), &info);
	send_message(&m);
}

static void send_of_kind(uint8_t af, uint8_t protocol)
{
	struct message m;

	begin_message(&m, af, 1000, 2000);
	mnl_attr_put_u8(&m.head, INET_DIAG_PROTOCOL, protocol);
	send_message(&m);
}

static void begin(struct world *w, const struct netns_place *where)
{
	*w = (struct world){ .now_ns = NOW_NS };
	next_error = 0;
	next_sender = 0;
	assert_int_equal(destroy_new(&w->source, where, NULL), 0);
	step(w);
	assert_int_equal(w->count, 1);
	w->count = 0;
}

static void end(struct world *w)
{
	w->source->ops->close(w->source);
}

static void test_destroy_says_at_the_start_that_ends_are_told(void **state)
{
	struct world w = { .now_ns = NOW_NS };

	(void)state;
	assert_int_equal(destroy_new(&w.source, &third, NULL), 0);
	assert_true(w.source->ops->due_ns(w.source) <= NOW_NS);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].kind, EV_LOST);
	assert_int_equal(w.heard[0].lost.times, 0);
	assert_int_equal(w.heard[0].lost.netns, 3);
	assert_false(destroy_take_loss(w.source));
	assert_true(w.source->ops->due_ns(w.source) == SOURCE_NEVER);
	step(&w);
	assert_int_equal(w.count, 1);
	end(&w);
}

static void test_destroy_tcp_end_has_its_final_counters(void **state)
{
	const struct sockrec *sk;
	struct world w;

	(void)state;
	begin(&w, &third);
	send_tcp(40000, 443);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].kind, EV_SOCKET_GONE);
	assert_int_equal(w.heard[0].time_ns, NOW_NS);
	assert_int_equal(w.heard[0].more.kind, MORE_NONE);
	sk = &w.heard[0].sock;
	assert_true(sk->cookie == 0x0123456789abcdef);
	assert_int_equal(sk->netns, 3);
	assert_int_equal(sk->proto, SP_TCP);
	assert_int_equal(sk->family, AF_INET);
	assert_int_equal(sk->lport, 40000);
	assert_int_equal(sk->rport, 443);
	assert_int_equal(sk->laddr.b[15], 1);
	assert_int_equal(sk->raddr.b[15], 2);
	assert_int_equal(sk->tcpinfo_len, TCPINFO_WHOLE);
	assert_int_equal(sk->tcpinfo.bytes_acked, 1002);
	assert_int_equal(sk->tcpinfo.bytes_received, 301);
	end(&w);
}

static void test_destroy_knows_neither_owner_nor_queues(void **state)
{
	struct inet_diag_msg *d;
	struct message m;
	struct world w;

	(void)state;
	begin(&w, NULL);
	d = begin_message(&m, AF_INET6, 5353, 0);
	d->idiag_rqueue = d->idiag_wqueue = GARBAGE;
	d->idiag_uid = 1000;
	d->idiag_inode = 77;
	mnl_attr_put_u8(&m.head, INET_DIAG_PROTOCOL, IPPROTO_UDP);
	send_message(&m);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].sock.proto, SP_UDP);
	assert_int_equal(w.heard[0].sock.family, AF_INET6);
	assert_int_equal(w.heard[0].sock.has, HAS_COOKIE);
	assert_int_equal(w.heard[0].sock.inode, 0);
	assert_int_equal(w.heard[0].sock.uid, 0);
	assert_int_equal(w.heard[0].sock.recv_q, 0);
	assert_int_equal(w.heard[0].sock.send_q, 0);
	assert_int_equal(w.heard[0].sock.tcpinfo_len, 0);
	end(&w);
}

static void test_destroy_passes_over_what_never_had_a_port(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NULL);
	send_tcp(0, 0);
	send_tcp(80, 0);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].sock.lport, 80);
	end(&w);
}

static void test_destroy_tells_tcp_and_udp_of_both_versions_and_nothing_else(void **state)
{
	static const uint8_t families[] = { AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_PACKET };
	struct world w;
	unsigned told = 0;

	(void)state;
	begin(&w, NULL);
	for (unsigned f = 0; f < sizeof(families); f++) {
		for (unsigned protocol = 0; protocol < 256; protocol++) {
			send_of_kind(families[f], (uint8_t)protocol);
			step(&w);
			told += w.count;
			w.count = 0;
		}
	}
	assert_int_equal(told, 4);
	end(&w);
}

/* Whole messages of another type, and every beginning of a right one. */
static void test_destroy_passes_over_what_it_does_not_understand(void **state)
{
	struct message m;
	struct world w;
	uint32_t whole;

	(void)state;
	begin(&w, NULL);
	begin_message(&m, AF_INET, 1, 2);
	mnl_attr_put_u8(&m.head, INET_DIAG_PROTOCOL, IPPROTO_TCP);
	whole = m.head.nlmsg_len;
	m.head.nlmsg_type = SOCK_DESTROY;
	send_message(&m);
	m.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	for (uint32_t len = 1; len < whole - 3; len++) {
		m.head.nlmsg_len = len;
		send_message(&m);
	}
	step(&w);
	assert_int_equal(w.count, 0);
	/* It says to be longer than it is. */
	m.head.nlmsg_len = whole;
	assert_int_equal(send(kernel_fd, &m, whole - 4, MSG_NOSIGNAL), whole - 4);
	step(&w);
	assert_int_equal(w.count, 0);
	send_message(&m);
	step(&w);
	assert_int_equal(w.count, 1);
	end(&w);
}

static void test_destroy_believes_nobody_but_the_kernel(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NULL);
	next_sender = 4321;
	send_tcp(1, 2);
	send_tcp(3, 4);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].sock.lport, 3);
	end(&w);
}

static void count_event(void *ctx, const struct event *e)
{
	unsigned *next = ctx;

	assert_int_equal(e->kind, EV_SOCKET_GONE);
	assert_int_equal(e->sock.lport, *next);
	++*next;
}

static void test_destroy_takes_more_than_a_batch_in_order(void **state)
{
	enum { FIRST = 1000, MANY = 150 };
	unsigned next = FIRST;
	struct sink sink = { count_event, &next };
	struct world w;

	(void)state;
	begin(&w, NULL);
	for (unsigned i = 0; i < MANY; i++)
		send_tcp((uint16_t)(FIRST + i), 443);
	/* A step has a limited time: a loaded machine may need more of them. */
	for (unsigned steps = 0; steps < MANY && next < FIRST + MANY; steps++)
		assert_int_equal(w.source->ops->step(w.source, NOW_NS, &sink), 0);
	assert_int_equal(next, FIRST + MANY);
	end(&w);
}

static void test_destroy_overflow_is_told_and_wants_a_dump_when_it_is_over(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &third);
	for (unsigned times = 1; times <= 2; times++) {
		next_error = ENOBUFS;
		send_tcp(1, 2);
		w.count = 0;
		step(&w);
		assert_int_equal(w.count, 2);
		assert_int_equal(w.heard[0].kind, EV_LOST);
		assert_int_equal(w.heard[0].lost.times, times);
		assert_int_equal(w.heard[0].lost.netns, 3);
		assert_int_equal(w.heard[1].kind, EV_SOCKET_GONE);
		assert_true(destroy_take_loss(w.source));
		assert_false(destroy_take_loss(w.source));
	}
	end(&w);
}

static struct source *asked;

static void ask_for_loss(void *ctx, const struct event *e)
{
	unsigned *gone = ctx;

	*gone += e->kind == EV_SOCKET_GONE;
	assert_false(destroy_take_loss(asked));
}

/* As long as the queue is not empty the kernel goes on dropping. */
static void test_destroy_dump_waits_until_the_queue_is_empty(void **state)
{
	unsigned gone = 0;
	struct sink sink = { ask_for_loss, &gone };
	struct world w;

	(void)state;
	begin(&w, NULL);
	asked = w.source;
	next_error = ENOBUFS;
	send_tcp(1, 2);
	send_tcp(3, 4);
	assert_int_equal(w.source->ops->step(w.source, NOW_NS, &sink), 0);
	assert_int_equal(gone, 2);
	assert_true(destroy_take_loss(w.source));
	end(&w);
}

static void test_destroy_cut_message_is_a_loss(void **state)
{
	uint8_t filler[1024] = { 0 };
	struct message m;
	struct world w;

	(void)state;
	begin(&w, NULL);
	begin_message(&m, AF_INET, 1, 2);
	mnl_attr_put_u8(&m.head, INET_DIAG_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(&m.head, INET_DIAG_MAX + 1, sizeof(filler), filler);
	send_message(&m);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].kind, EV_LOST);
	assert_int_equal(w.heard[0].lost.times, 1);
	assert_true(destroy_take_loss(w.source));
	end(&w);
}

static void test_destroy_error_of_another_kind_does_not_keep_a_step_busy(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NULL);
	next_error = ENOMEM;
	send_tcp(1, 2);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].kind, EV_LOST);
	step(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.heard[1].kind, EV_SOCKET_GONE);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destroy_says_at_the_start_that_ends_are_told),
		cmocka_unit_test(test_destroy_tcp_end_has_its_final_counters),
		cmocka_unit_test(test_destroy_knows_neither_owner_nor_queues),
		cmocka_unit_test(test_destroy_passes_over_what_never_had_a_port),
		cmocka_unit_test(test_destroy_tells_tcp_and_udp_of_both_versions_and_nothing_else),
		cmocka_unit_test(test_destroy_passes_over_what_it_does_not_understand),
		cmocka_unit_test(test_destroy_believes_nobody_but_the_kernel),
		cmocka_unit_test(test_destroy_takes_more_than_a_batch_in_order),
		cmocka_unit_test(test_destroy_overflow_is_told_and_wants_a_dump_when_it_is_over),
		cmocka_unit_test(test_destroy_dump_waits_until_the_queue_is_empty),
		cmocka_unit_test(test_destroy_cut_message_is_a_loss),
		cmocka_unit_test(test_destroy_error_of_another_kind_does_not_keep_a_step_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
