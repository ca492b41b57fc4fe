/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/killer.c: which socket it names to the kernel, which it does not even ask for, and whose
 * answer it believes.
 */
#include "netlink_fixture.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>

#include "source/killer.h"

enum { COOKIE_LOW = 0x89abcdef, COOKIE_HIGH = 0x01234567 };

/* What poll() finds: the answer that the kernel gives only then. 0: none was asked for. */
static uint32_t answer_while_waiting;

static void answer_with(uint32_t seq, int status)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
	} m = { .head = { .nlmsg_len = sizeof(m), .nlmsg_type = NLMSG_ERROR },
		.body = { .error = status } };

	answer(&m.head, seq, 0);
}

/* Stands in for the C library's: who waits gets the answer, or a failure. */
int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	assert_int_equal(count, 1);
	assert_in_range(timeout_ms, 0, 1001);
	if (!answer_while_waiting) {
		errno = EFAULT;
		return -1;
	}
	answer_with(answer_while_waiting, 0);
	answer_while_waiting = 0;
	fds[0].revents = POLLIN;
	return 1;
}

static struct killer *new_killer(void)
{
	struct killer *k;

	answer_while_waiting = 0;
	assert_int_equal(killer_new(&k, NULL), 0);
	return k;
}

static struct sockrec socket_of(uint8_t family, enum sockproto proto, const char *laddr,
				const char *raddr)
{
	struct sockrec rec = { .cookie = (uint64_t)COOKIE_HIGH << 32 | COOKIE_LOW,
			       .has = HAS_COOKIE,
			       .proto = (uint8_t)proto,
			       .family = family,
			       .state = ST_ESTABLISHED,
			       .lport = 40000,
			       .rport = 443,
			       .ifindex = 7 };

	assert_int_equal(addr_parse(laddr, &rec.laddr), 0);
	assert_int_equal(addr_parse(raddr, &rec.raddr), 0);
	return rec;
}

static struct sockrec connection(void)
{
	return socket_of(AF_INET, SP_TCP, "10.0.0.1", "192.0.2.9");
}

static struct sockrec listener(void)
{
	struct sockrec rec = socket_of(AF_INET, SP_TCP, "0.0.0.0", "0.0.0.0");

	rec.state = ST_LISTEN;
	rec.rport = 0;
	return rec;
}

struct request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 req;
};

static bool take_destroy(struct request *r)
{
	ssize_t len = recv(kernel_fd, r, sizeof(*r), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0)
		return false;
	assert_int_equal(len, sizeof(*r));
	assert_int_equal(r->head.nlmsg_len, sizeof(*r));
	assert_int_equal(r->head.nlmsg_type, SOCK_DESTROY);
	assert_int_equal(r->head.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	/* Always: without a cookie it would be the listener's end. */
	assert_int_equal(r->req.id.idiag_cookie[0], COOKIE_LOW);
	assert_int_equal(r->req.id.idiag_cookie[1], COOKIE_HIGH);
	return true;
}

static unsigned count_requests(void)
{
	struct request r;
	unsigned n = 0;

	while (take_destroy(&r))
		n++;
	return n;
}

static void test_killer_names_a_connection_by_tuple_and_cookie(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec = connection();
	struct request r;

	(void)state;
	answer_with(1, 0);
	assert_int_equal(killer_destroy(k, &rec), 0);
	assert_true(take_destroy(&r));
	assert_int_equal(r.req.sdiag_family, AF_INET);
	assert_int_equal(r.req.sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(ntohs(r.req.id.idiag_sport), 40000);
	assert_int_equal(ntohs(r.req.id.idiag_dport), 443);
	assert_int_equal(ntohl(r.req.id.idiag_src[0]), 0x0a000001);
	assert_int_equal(ntohl(r.req.id.idiag_dst[0]), 0xc0000209);
	for (unsigned i = 1; i < 4; i++)
		assert_int_equal(r.req.id.idiag_src[i] | r.req.id.idiag_dst[i], 0);
	assert_int_equal(r.req.id.idiag_if, 7);
	assert_int_equal(count_requests(), 0);
	killer_free(k);
}

static void test_killer_names_v6_and_v4_mapped_with_all_bytes(void **state)
{
	static const char *const pairs[][2] = { { "2001:db8::1", "2001:db8::2" },
						{ "10.0.0.1", "192.0.2.9" } };
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct killer *k = new_killer();
		struct sockrec rec = socket_of(AF_INET6, SP_UDP, pairs[i][0], pairs[i][1]);
		struct request r;

		answer_with(1, 0);
		assert_int_equal(killer_destroy(k, &rec), 0);
		assert_true(take_destroy(&r));
		assert_int_equal(r.req.sdiag_family, AF_INET6);
		assert_int_equal(r.req.sdiag_protocol, IPPROTO_UDP);
		assert_memory_equal(r.req.id.idiag_src, rec.laddr.b, 16);
		assert_memory_equal(r.req.id.idiag_dst, rec.raddr.b, 16);
		killer_free(k);
	}
}

static void test_killer_asks_for_nothing_without_a_cookie(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec = connection();

	(void)state;
	rec.has = 0;
	assert_int_equal(killer_destroy(k, &rec), -EINVAL);
	assert_int_equal(count_requests(), 0);
	killer_free(k);
}

static void test_killer_asks_for_nothing_that_the_kernel_cannot_destroy(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec;

	(void)state;
	for (unsigned proto = 0; proto < SOCKPROTOS; proto++) {
		if (proto == SP_TCP || proto == SP_UDP || proto == SP_UDPLITE)
			continue;
		rec = socket_of(AF_INET, (enum sockproto)proto, "10.0.0.1", "10.0.0.2");
		assert_int_equal(killer_destroy(k, &rec), -EOPNOTSUPP);
	}
	rec = connection();
	rec.family = AF_UNIX;
	assert_int_equal(killer_destroy(k, &rec), -EOPNOTSUPP);
	/* Bound, and no more. */
	rec = listener();
	rec.state = ST_CLOSE;
	assert_int_equal(killer_destroy(k, &rec), -EOPNOTSUPP);
	assert_int_equal(count_requests(), 0);
	killer_free(k);
}

static void test_killer_passes_on_what_the_kernel_says(void **state)
{
	static const int errors[] = { -EPERM, -EOPNOTSUPP, -ENOENT, 0 };
	struct killer *k = new_killer();
	struct sockrec rec = connection();

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		answer_with(i + 1, errors[i]);
		assert_int_equal(killer_destroy(k, &rec), errors[i]);
		assert_int_equal(count_requests(), 1);
	}
	killer_free(k);
}

/* Sockets that share a port: which one is found depends on the remote end. */
static void test_killer_tries_remote_ends_for_a_listener_until_it_is_hit(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec = listener();
	struct request r;

	(void)state;
	answer_with(1, -ENOENT);
	answer_with(2, -ENOENT);
	answer_with(3, 0);
	assert_int_equal(killer_destroy(k, &rec), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(take_destroy(&r));
		assert_int_equal(ntohs(r.req.id.idiag_dport), i);
	}
	assert_int_equal(count_requests(), 0);
	killer_free(k);
}

static void test_killer_gives_a_listener_up_that_is_gone(void **state)
{
	enum { ENOUGH = 100 };
	struct killer *k = new_killer();
	struct sockrec rec = listener();
	unsigned asked;

	(void)state;
	for (uint32_t i = 1; i <= ENOUGH; i++)
		answer_with(i, -ENOENT);
	assert_int_equal(killer_destroy(k, &rec), -ENOENT);
	asked = count_requests();
	assert_in_range(asked, 2, ENOUGH - 1);
	/* No right is no reason to try on. */
	killer_free(k);
	k = new_killer();
	answer_with(1, -EPERM);
	assert_int_equal(killer_destroy(k, &rec), -EPERM);
	assert_int_equal(count_requests(), 1);
	killer_free(k);
}

static void test_killer_waits_for_the_answer_to_its_own_question(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec = connection();

	(void)state;
	answer_with(4000, -EPERM); /* to a question that was never put */
	answer_done(1, -EPERM, 0); /* no answer of this kind of message */
	answer_while_waiting = 1;
	assert_int_equal(killer_destroy(k, &rec), 0);
	assert_int_equal(answer_while_waiting, 0);
	/* It does not wait any more for whom waiting fails. */
	assert_int_equal(killer_destroy(k, &rec), -EFAULT);
	/* The answer to that comes now, too late. */
	answer_with(2, -EPERM);
	answer_while_waiting = 3;
	assert_int_equal(killer_destroy(k, &rec), 0);
	killer_free(k);
}

static void test_killer_short_answer_is_an_error(void **state)
{
	struct killer *k = new_killer();
	struct sockrec rec = connection();
	struct nlmsghdr head = { .nlmsg_len = sizeof(head), .nlmsg_type = NLMSG_ERROR };

	(void)state;
	answer(&head, 1, 0);
	assert_int_equal(killer_destroy(k, &rec), -EBADMSG);
	killer_free(k);
}

static void test_killer_why_is_never_null(void **state)
{
	(void)state;
	assert_string_equal(killer_why(-EPERM), "it needs CAP_NET_ADMIN");
	for (int error = -200; error <= 0; error++)
		assert_true(strlen(killer_why(error)) > 0);
}

static void test_killer_free_accepts_null(void **state)
{
	(void)state;
	killer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killer_names_a_connection_by_tuple_and_cookie),
		cmocka_unit_test(test_killer_names_v6_and_v4_mapped_with_all_bytes),
		cmocka_unit_test(test_killer_asks_for_nothing_without_a_cookie),
		cmocka_unit_test(test_killer_asks_for_nothing_that_the_kernel_cannot_destroy),
		cmocka_unit_test(test_killer_passes_on_what_the_kernel_says),
		cmocka_unit_test(test_killer_tries_remote_ends_for_a_listener_until_it_is_hit),
		cmocka_unit_test(test_killer_gives_a_listener_up_that_is_gone),
		cmocka_unit_test(test_killer_waits_for_the_answer_to_its_own_question),
		cmocka_unit_test(test_killer_short_answer_is_an_error),
		cmocka_unit_test(test_killer_why_is_never_null),
		cmocka_unit_test(test_killer_free_accepts_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
