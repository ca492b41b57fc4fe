/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lookups of single sockets. Owns its netlink socket and the queue; the budget is shared, and what
 * is worth asking for is its caller's business.
 */
#include "source/diagask.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "source/family_inet.h"
#include "source/nlread.h"

enum {
	BUDGET_SHARE = 50,	/* one part of so many: 2 % of a core */
	BATCH = 32,		/* answers wait in the socket's buffer: room for these is always */
	QUESTION_BYTES = 128,	/* NLMSG_LENGTH(sizeof(struct inet_diag_req_v2)) is 72 */
};

/* What may be saved up: a burst of a few hundred lookups of 5 to 10 us each. */
#define BUDGET_MAX_NS ((int64_t)(4 * NSEC_PER_MSEC))

void askbudget_init(struct askbudget *b)
{
	*b = (struct askbudget){ .left_ns = BUDGET_MAX_NS };
}

int diagask_open(struct diagask *a, const struct netns_place *where, const uint32_t *runs,
		 struct askbudget *budget)
{
	a->runs = runs;
	a->count = 0;
	a->budget = budget;
	a->event = (struct event){ .kind = EV_SOCKET, .sock.netns = netns_index(where) };
	return nlsock_open_in(&a->nl, NETLINK_SOCK_DIAG, 0, where);
}

void diagask_close(struct diagask *a)
{
	nlsock_close(&a->nl);
}

static void fill_budget(struct askbudget *b, uint64_t now_ns)
{
	uint64_t gain;

	if (now_ns <= b->filled_ns)
		return;
	gain = (now_ns - b->filled_ns) / BUDGET_SHARE;
	b->filled_ns = now_ns;
	if (gain >= (uint64_t)(BUDGET_MAX_NS - b->left_ns))
		b->left_ns = BUDGET_MAX_NS;
	else
		b->left_ns += (int64_t)gain;
}

void diagask_add(struct diagask *a, const struct sockquery *q, uint64_t now_ns)
{
	fill_budget(a->budget, now_ns);
	if (a->budget->left_ns > 0 && a->count < DIAGASK_QUEUE_MAX)
		a->queue[a->count++] = *q;
}

bool diagask_waits(const struct diagask *a)
{
	return a->count > 0;
}

/* A v4-mapped tuple is found under AF_INET too: its sockets of AF_INET6 hash as IPv4. */
static const struct family *family_of(const struct sockquery *q)
{
	uint8_t family = addr_is_v4(&q->laddr) && addr_is_v4(&q->raddr) ? AF_INET : AF_INET6;
	const struct family *f;

	for (unsigned i = 0; (f = family_at(i)); i++)
		if (f->proto == q->proto && f->family == family)
			break;
	return f;
}

/*
 * Without a socket of that very tuple the kernel answers with the one that a packet would reach.
 * Of TCP that is a listener, which is known. Of UDP it is the socket that was looked for.
 */
static bool is_answer(const struct sockrec *r, const struct sockquery *q)
{
	if (r->lport != q->lport)
		return false;
	if (r->rport == q->rport && addr_equal(&r->laddr, &q->laddr) &&
	    addr_equal(&r->raddr, &q->raddr))
		return true;
	return sockproto_is_datagram(r->proto) && r->rport == 0 && addr_is_any(&r->raddr) &&
	       (addr_is_any(&r->laddr) || addr_equal(&r->laddr, &q->laddr));
}

/* The answer's family is the socket's, not the question's: a dual-stack socket is of AF_INET6. */
static bool parse_answer(struct diagask *a, const struct nlmsghdr *msg, const struct sockquery *q)
{
	struct sockrec *sock = &a->event.sock;
	const struct family *f;
	bool skip = false;

	for (unsigned i = 0; (f = family_at(i)); i++) {
		if (f->proto != q->proto || !f->request)
			continue;
		sock->dump = dump_index(sock->netns, i);
		sock->dump_gen = a->runs[i];
		if (f->parse(f, msg, &a->event, &skip))
			return !skip && is_answer(sock, q);
	}
	return false;
}

/* What was asked with one send(): the sequence numbers count up from the first. */
struct batch {
	const struct sockquery *asked;
	unsigned count;
	uint32_t first_seq;
};

static void take_answers(struct diagask *a, const struct batch *b, struct bytes datagram,
			 const struct sink *out)
{
	const struct nlmsghdr *msg;

	while ((msg = nlread_msg(&datagram))) {
		uint32_t at = msg->nlmsg_seq - b->first_seq;

		/* An error is an answer too: there is no such socket. */
		if (msg->nlmsg_type != SOCK_DIAG_BY_FAMILY || msg->nlmsg_pid != a->nl.portid ||
		    at >= b->count)
			continue;
		if (parse_answer(a, msg, &b->asked[at]))
			sink_send(out, &a->event);
	}
}

static int send_batch(struct diagask *a, struct batch *b, uint32_t details)
{
	_Alignas(struct nlmsghdr) uint8_t questions[BATCH * QUESTION_BYTES];
	size_t len = 0;

	for (unsigned i = 0; i < b->count; i++) {
		const struct family *f = family_of(&b->asked[i]);
		struct nlmsghdr *msg = (void *)(questions + len);
		uint32_t seq = nlsock_next_seq(&a->nl);

		if (i == 0)
			b->first_seq = seq;
		family_inet_ask(f, msg, seq, details, &b->asked[i]);
		len += NLMSG_ALIGN(msg->nlmsg_len);
	}
	return nlsock_send_many(&a->nl, questions, len);
}

/*
 * Afterwards nothing is on its way: the kernel has put its answers into our buffer when send()
 * returns (netlink_unicast_kernel() of net/netlink/af_netlink.c calls it like a function).
 */
static void run_batch(struct diagask *a, struct batch *b, uint32_t details, const struct sink *out)
{
	struct bytes datagram;
	int err = send_batch(a, b, details);

	while (!err) {
		err = nlsock_recv(&a->nl, &datagram);
		if (!err)
			take_answers(a, b, datagram, out);
	}
}

void diagask_run(struct diagask *a, uint32_t details, uint64_t time_ns, const struct sink *out)
{
	uint64_t start_ns = clock_mono_ns();

	a->event.time_ns = time_ns;
	for (unsigned at = 0; at < a->count; at += BATCH) {
		unsigned left = a->count - at;
		struct batch b = { .asked = a->queue + at, .count = left < BATCH ? left : BATCH };

		run_batch(a, &b, details, out);
	}
	a->count = 0;
	a->budget->left_ns -= (int64_t)(clock_mono_ns() - start_ns);
}
