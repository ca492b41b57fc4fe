/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/diag.c and diagdump.c: when a dump is whole and when it is not, by recorded replies; and
 * rounds over this machine's own sock_diag, which needs no right. A kernel without it must be
 * refused with a sentence.
 */
#include "diag_fixture.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/diag.h"
#include "source/nlread.h"

static void test_diag_whole_dump_is_complete(void **state)
{
	struct diagdump d;
	struct kept k;

	(void)state;
	play("diag_tcp4", FIXTURE_TCP4, &d, &k);
	assert_true(d.done);
	assert_true(diagdump_is_complete(&d));
	assert_int_equal(k.count, 18);
}

static void test_diag_absent_module_is_an_error_and_no_empty_table(void **state)
{
	struct diagdump d;
	struct kept k;

	(void)state;
	play("diag_absent", FIXTURE_UDP4, &d, &k);
	assert_true(d.done);
	assert_int_equal(d.error, -ENOENT);
	assert_false(diagdump_is_complete(&d));
	assert_int_equal(k.count, 0);
}

static void test_diag_dump_without_its_end_is_not_complete(void **state)
{
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct diagdump d;
	struct reply r;

	(void)state;
	read_reply("diag_tcp4", &r);
	for (size_t len = 0; len + 4 <= r.len; len += 4) {
		k.count = 0;
		diagdump_begin(&d, FIXTURE_TCP4, 1, fixture_id());
		diagdump_feed(&d, bytes_of(r.bytes, len), 5, &sink);
		assert_false(diagdump_is_complete(&d));
	}
}

/* Where a datagram ends is the kernel's choice. */
static void test_diag_dump_in_many_datagrams_is_the_same(void **state)
{
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct diagdump d;
	struct reply r;
	size_t at = 0;

	(void)state;
	read_reply("diag_tcp4", &r);
	diagdump_begin(&d, FIXTURE_TCP4, 1, fixture_id());
	while (at < r.len) {
		const struct nlmsghdr *msg = (const void *)(r.bytes + at);

		assert_false(diagdump_is_complete(&d));
		diagdump_feed(&d, bytes_of(msg, msg->nlmsg_len), 5, &sink);
		at += NLMSG_ALIGN(msg->nlmsg_len);
	}
	assert_true(diagdump_is_complete(&d));
	assert_int_equal(k.count, 18);
}

static void test_diag_interrupted_dump_tells_its_rows_and_is_not_complete(void **state)
{
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct diagdump d;
	struct reply r;

	(void)state;
	read_reply("diag_udp4", &r);
	((struct nlmsghdr *)(void *)r.bytes)->nlmsg_flags |= NLM_F_DUMP_INTR;
	diagdump_begin(&d, FIXTURE_UDP4, 1, fixture_id());
	diagdump_feed(&d, bytes_of(r.bytes, r.len), 5, &sink);
	assert_true(d.done);
	assert_int_equal(d.error, 0);
	assert_int_equal(k.count, 2);
	assert_false(diagdump_is_complete(&d));
}

static void test_diag_row_that_cannot_be_read_makes_the_dump_incomplete(void **state)
{
	struct diagdump d;
	struct kept k;

	(void)state;
	/* Rows of the wrong family: none is told, and none may be taken for gone. */
	play("diag_udp6", FIXTURE_UDP4, &d, &k);
	assert_true(d.done);
	assert_int_equal(k.count, 0);
	assert_false(diagdump_is_complete(&d));
}

static void test_diag_leftovers_of_another_dump_are_passed_over(void **state)
{
	static const struct diagdump_id others[] = { { FIXTURE_SEQ + 1, FIXTURE_PORTID },
						     { FIXTURE_SEQ, FIXTURE_PORTID + 1 } };
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct diagdump d;
	struct reply r;

	(void)state;
	read_reply("diag_udp4", &r);
	for (unsigned i = 0; i < 2; i++) {
		diagdump_begin(&d, FIXTURE_UDP4, 1, others[i]);
		diagdump_feed(&d, bytes_of(r.bytes, r.len), 5, &sink);
		assert_false(d.done);
		assert_int_equal(k.count, 0);
	}
}

static void test_diag_dump_of_another_namespace_says_which(void **state)
{
	struct kept k = { .count = 0 };
	struct sink sink = { keep_event, &k };
	struct diagdump d;
	struct reply r;

	(void)state;
	read_reply("diag_udp4", &r);
	diagdump_begin(&d, dump_index(5, FIXTURE_UDP4), 3, fixture_id());
	diagdump_feed(&d, bytes_of(r.bytes, r.len), 5, &sink);
	assert_true(diagdump_is_complete(&d));
	assert_int_equal(k.count, 2);
	assert_int_equal(k.events[1].sock.netns, 5);
	assert_int_equal(k.events[1].sock.dump, dump_index(5, FIXTURE_UDP4));
	assert_int_equal(k.events[1].sock.dump_gen, 3);
}

/* Events carry a row's place: none may move. */
static void test_diag_families_are_where_they_were(void **state)
{
	static const char *const names[] = {
		"tcp4",	 "tcp6",  "udp4",     "udp6",	     "udplite4", "udplite6",
		"raw4",	 "raw6",  "icmp4",    "icmp6",	     "sctp4",	 "sctp6",
		"sctp-eps", "sctp-assocs", "dccp4", "dccp6", "mptcp4",	 "mptcp6",
		"unix",	 "packet", "netlink", "vsock",
	};

	(void)state;
	for (unsigned i = 0; i < FIXTURE_ROWS; i++) {
		const struct family *f = family_at(i);

		assert_non_null(f);
		assert_string_equal(f->name, names[i]);
		assert_true(f->protos >> f->proto & 1);
		assert_true(f->request ? f->parse != NULL : f->text != NULL);
	}
	assert_null(family_at(FIXTURE_ROWS));
}

static void test_diag_status_of_short_and_odd_ends(void **state)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[32];
	} m;
	int value = -EBUSY;

	(void)state;
	memset(&m, 0, sizeof(m));
	m.head.nlmsg_len = NLMSG_LENGTH(0);
	m.head.nlmsg_type = NLMSG_DONE;
	assert_int_equal(nlread_status(&m.head), 0);
	m.head.nlmsg_type = NLMSG_ERROR;
	assert_int_equal(nlread_status(&m.head), -EBADMSG);
	m.head.nlmsg_len = NLMSG_LENGTH(sizeof(value));
	memcpy(NLMSG_DATA(&m.head), &value, sizeof(value));
	assert_int_equal(nlread_status(&m.head), -EBUSY);
	value = 5;
	memcpy(NLMSG_DATA(&m.head), &value, sizeof(value));
	assert_int_equal(nlread_status(&m.head), -EBADMSG);
}

/* ---- over the real thing ---- */

static struct addr text_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

struct heard {
	uint64_t cookie; /* looked for */
	struct sockrec found;
	unsigned finds, sockets, notices, dumps_before_find;
	struct dumprec dumps[DUMPS_MAX];
	unsigned dump_count;
	uint64_t last_ns;
};

static void hear(void *ctx, const struct event *e)
{
	struct heard *h = ctx;

	assert_true(e->time_ns >= h->last_ns);
	h->last_ns = e->time_ns;
	if (e->kind == EV_SOCKET) {
		h->sockets++;
		if (e->sock.cookie == h->cookie) {
			h->found = e->sock;
			h->finds++;
		}
	} else if (e->kind == EV_DUMP_DONE) {
		assert_true(h->dump_count < DUMPS_MAX);
		h->dumps[h->dump_count++] = e->dump;
	} else {
		assert_int_equal(e->kind, EV_NOTICE);
		h->notices++;
	}
}

/* One round; event time is counted here, in steps of a millisecond. */
static void run_round(struct source *s, uint64_t *now_ns, struct heard *h)
{
	struct sink sink = { hear, h };

	s->ops->refresh(s, *now_ns);
	assert_true(s->ops->busy(s));
	while (s->ops->busy(s)) {
		struct pollfd fds[SOURCE_FDS_MAX];
		int n = s->ops->fds(s, fds, SOURCE_FDS_MAX);

		assert_true(s->ops->due_ns(s) != SOURCE_NEVER);
		poll(fds, (nfds_t)n, s->ops->due_ns(s) > *now_ns ? 1 : 0);
		/* Event time must go on by at least what the step itself takes. */
		*now_ns += 1000000000;
		assert_int_equal(s->ops->step(s, *now_ns, &sink), 0);
	}
	assert_true(s->ops->due_ns(s) == SOURCE_NEVER);
}

static bool open_diag(struct source **s, uint32_t protos)
{
	struct diag_options opt = { .protos = protos, .ipv4 = true, .ipv6 = true,
				    .details = DETAIL_ALL };
	struct errmsg err = { "" };

	if (diag_new(s, &opt, &err) == 0)
		return true;
	assert_true(err.text[0] != '\0');
	return false;
}

static int listening_socket(uint16_t *port, uint64_t *cookie)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a), cookie_len = sizeof(*cookie);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &cookie_len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void test_diag_round_finds_a_socket_of_ours(void **state)
{
	struct heard h = { .last_ns = 0 };
	uint64_t now_ns = 1000;
	struct source *s;
	uint16_t port;
	int fd;

	(void)state;
	if (!open_diag(&s, 1u << SP_TCP))
		return;
	fd = listening_socket(&port, &h.cookie);
	run_round(s, &now_ns, &h);
	assert_int_equal(h.finds, 1);
	assert_int_equal(h.found.lport, port);
	assert_int_equal(h.found.state, ST_LISTEN);
	assert_int_equal(h.found.send_q, 5);
	assert_int_equal(h.found.uid, geteuid());
	assert_true(addr_is_loopback(&h.found.laddr));
	assert_int_equal(h.dump_count, 2);
	assert_int_equal(h.dumps[0].dump, FIXTURE_TCP4);
	assert_true(h.dumps[0].complete);
	assert_true(h.dumps[0].took_ns > 0);
	close(fd);
	h.finds = h.dump_count = 0;
	run_round(s, &now_ns, &h);
	assert_int_equal(h.finds, 0);
	assert_int_equal(h.dumps[0].gen, 2);
	s->ops->close(s);
}

static void test_diag_unasked_tables_are_not_dumped(void **state)
{
	struct heard h = { .last_ns = 0 };
	uint64_t now_ns = 1000;
	struct source *s;

	(void)state;
	if (!open_diag(&s, 1u << SP_UDP))
		return;
	run_round(s, &now_ns, &h);
	assert_int_equal(h.dump_count, 2);
	assert_int_equal(h.dumps[0].dump, FIXTURE_UDP4);
	assert_int_equal(h.dumps[1].dump, FIXTURE_UDP6);
	s->ops->close(s);
}

/* A connection to the listener on that port; the tuple as its own end sees it. */
static int connected_socket(uint16_t port, uint64_t *cookie, struct sockquery *q)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a), cookie_len = sizeof(*cookie);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &cookie_len), 0);
	*q = (struct sockquery){ .proto = SP_TCP, .rport = port };
	q->raddr = q->laddr = addr_from_v4(&a.sin_addr);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	q->lport = ntohs(a.sin_port);
	return fd;
}

static void test_diag_lookup_finds_a_socket_without_a_dump(void **state)
{
	struct heard h = { .last_ns = 0 };
	struct sink sink = { hear, &h };
	struct sockquery q;
	uint64_t listener;
	struct source *s;
	uint16_t port;
	int fd, connection;

	(void)state;
	if (!open_diag(&s, 1u << SP_TCP))
		return;
	fd = listening_socket(&port, &listener);
	connection = connected_socket(port, &h.cookie, &q);
	diag_look_up(s, &q, 1, 1000);
	assert_int_equal(s->ops->due_ns(s), 0);
	assert_int_equal(s->ops->step(s, 1000, &sink), 0);
	assert_true(s->ops->due_ns(s) == SOURCE_NEVER);
	assert_int_equal(h.finds, 1);
	assert_int_equal(h.sockets, 1);
	assert_int_equal(h.found.state, ST_ESTABLISHED);
	assert_int_equal(h.found.dump, FIXTURE_TCP4);
	assert_int_equal(h.found.dump_gen, 0);
	assert_int_not_equal(h.found.inode, 0);
	/* Gone: the kernel answers with the listener, which nobody asked for. */
	q.laddr = text_addr("127.0.0.2");
	diag_look_up(s, &q, 1, 1000);
	assert_int_equal(s->ops->step(s, 1001, &sink), 0);
	assert_int_equal(h.sockets, 1);
	close(connection);
	close(fd);
	s->ops->close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_whole_dump_is_complete),
		cmocka_unit_test(test_diag_absent_module_is_an_error_and_no_empty_table),
		cmocka_unit_test(test_diag_dump_without_its_end_is_not_complete),
		cmocka_unit_test(test_diag_dump_in_many_datagrams_is_the_same),
		cmocka_unit_test(test_diag_interrupted_dump_tells_its_rows_and_is_not_complete),
		cmocka_unit_test(test_diag_row_that_cannot_be_read_makes_the_dump_incomplete),
		cmocka_unit_test(test_diag_leftovers_of_another_dump_are_passed_over),
		cmocka_unit_test(test_diag_dump_of_another_namespace_says_which),
		cmocka_unit_test(test_diag_families_are_where_they_were),
		cmocka_unit_test(test_diag_status_of_short_and_odd_ends),
		cmocka_unit_test(test_diag_round_finds_a_socket_of_ours),
		cmocka_unit_test(test_diag_unasked_tables_are_not_dumped),
		cmocka_unit_test(test_diag_lookup_finds_a_socket_without_a_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
