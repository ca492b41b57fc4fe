/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The join: which socket a flow belongs to, at each of its two ends, and which process a socket.
 *
 * A flow's end is matched, in this order: a socket with the exact tuple (v4-mapped addresses are
 * the same addresses here); else, where the end is this host's or a group, the socket without a
 * peer that takes its packets: exact local address before a wildcard, a dual-stack wildcard last.
 * The second kind *serves* the flow: a listener its half-open connections, an unconnected datagram
 * socket all its peers.
 *
 * Matching runs when a flow or a socket comes; join_settle() repeats it for ends without a socket
 * after receivers or addresses changed, and moves served ends to a receiver that fits better, once
 * per dump and not once per socket.
 *
 * The sum of a datagram socket has what flows carried while it served them. The first socket at an
 * end is given what was carried before, since a flow is seen before the dump that lists its socket;
 * a later one is not: that was another socket's.
 */
#include "model/state.h"

#include <assert.h>
#include <netinet/in.h>

/* The lists of served flows hold ends: flow id and end in one number. */
static uint32_t link_of(uint32_t id, unsigned e)
{
	return id * 2 + e;
}

static struct flow *flow_at(struct model *m, uint32_t id)
{
	return flowmirror_at(&m->flows, id);
}

static uint8_t ours_of(const struct model *m, const struct flowrec *r)
{
	uint8_t ours = 0;

	if (m->host.offline)
		return 0;
	if (!iftab_knows_addresses(m->ifaces))
		return r->sent_here | (uint8_t)((r->got_here & 1) << 1 | (r->got_here >> 1 & 1));
	for (unsigned e = 0; e < 2; e++)
		if (iftab_is_local(m->ifaces, &r->key.addr[e]))
			ours |= (uint8_t)(1u << e);
	return ours;
}

static void add_counts(struct flowcount *sum, const struct flowcount *now,
		       const struct flowcount *before)
{
	sum->packets += now->packets - before->packets;
	sum->segs += now->segs - before->segs;
	sum->bytes += now->bytes - before->bytes;
	sum->payload += now->payload - before->payload;
}

static const struct flowcount no_counts[2];

/* The sum of a datagram socket, started at need; NULL: another kind, or memory is short. */
static struct flow *sum_of(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct flowrec rec = { .key = { .addr = { s->rec.laddr }, .port = { s->rec.lport },
					.proto = sockproto_ipproto(s->rec.proto),
					.netns = s->rec.netns },
			       .opener = OPENER_UNKNOWN };

	if (!sockproto_is_datagram(s->rec.proto))
		return NULL;
	if (s->sum == MODEL_NONE) {
		s->sum = slab_take(&m->sums);
		if (s->sum == MODEL_NONE)
			return NULL;
		*(struct flow *)slab_at(&m->sums, s->sum) = flow_blank(&rec);
	}
	return slab_at(&m->sums, s->sum);
}

/* Adds what end e's socket sent (dir[e]) and received, first seen at since_ns. */
static void add_to_sum(struct flow *sum, const struct flow *f, unsigned e,
		       const struct flowcount before[2], uint64_t since_ns)
{
	add_counts(&sum->rec.dir[0], &f->rec.dir[e], &before[e]);
	add_counts(&sum->rec.dir[1], &f->rec.dir[1 - e], &before[1 - e]);
	if (!sum->rec.first_ns || since_ns < sum->rec.first_ns)
		sum->rec.first_ns = since_ns;
	if (f->rec.last_ns > sum->rec.last_ns)
		sum->rec.last_ns = f->rec.last_ns;
	sum->rec.ifindex = f->rec.ifindex;
}

static void add_whole_flow(struct model *m, const struct flow *f, unsigned e)
{
	struct flow *sum = sum_of(m, f->sk[e]);

	if (!sum)
		return;
	/* what it carried before the last tick is no part of the next rate */
	sum->prev_bytes[0] += f->prev_bytes[e];
	sum->prev_bytes[1] += f->prev_bytes[1 - e];
	add_to_sum(sum, f, e, no_counts, f->rec.first_ns);
}

static void serve(struct model *m, uint32_t id, unsigned e, uint32_t sk)
{
	struct flow *f = flow_at(m, id);
	struct sk *s = sktab_at(&m->socks, sk);
	uint32_t next = s->served_head;

	f->sk[e] = sk;
	f->exact[e] = false;
	f->served_next[e] = next;
	f->served_prev[e] = MODEL_NONE;
	if (next != MODEL_NONE)
		flow_at(m, next / 2)->served_prev[next % 2] = link_of(id, e);
	s->served_head = link_of(id, e);
	s->served++;
	if (!(f->taken & 1u << e))
		add_whole_flow(m, f, e);
	f->taken |= (uint8_t)(1u << e);
}

static void unserve(struct model *m, uint32_t id, unsigned e)
{
	struct flow *f = flow_at(m, id);
	struct sk *s = sktab_at(&m->socks, f->sk[e]);
	uint32_t next = f->served_next[e], prev = f->served_prev[e];

	if (prev != MODEL_NONE)
		flow_at(m, prev / 2)->served_next[prev % 2] = next;
	else
		s->served_head = next;
	if (next != MODEL_NONE)
		flow_at(m, next / 2)->served_prev[next % 2] = prev;
	f->served_next[e] = f->served_prev[e] = MODEL_NONE;
	s->served--;
}

static void keep_process(struct model *m, struct flow *f, uint32_t proc)
{
	if (proc == MODEL_NONE || proc == f->proc)
		return;
	proctab_ref(m->procs, proc);
	proctab_unref(m->procs, f->proc);
	f->proc = proc;
}

static void unlink_end(struct model *m, uint32_t id, unsigned e)
{
	struct flow *f = flow_at(m, id);

	if (f->sk[e] == MODEL_NONE)
		return;
	if (f->exact[e]) {
		struct sk *s = sktab_at(&m->socks, f->sk[e]);

		s->flow = MODEL_NONE;
		keep_process(m, f, s->proc);
	} else {
		unserve(m, id, e);
	}
	f->sk[e] = MODEL_NONE;
	f->exact[e] = false;
}

static bool is_group(const struct model *m, const struct addr *a)
{
	return addr_is_multicast(a) || iftab_is_broadcast(m->ifaces, a);
}

static void look(struct model *m, uint32_t id, unsigned e)
{
	struct flow *f = flow_at(m, id);
	const struct flowkey *k = &f->rec.key;
	uint32_t sk = sktab_by_tuple(&m->socks, k, e);

	if (sk != MODEL_NONE) {
		struct sk *s = sktab_at(&m->socks, sk);

		assert(s->flow == MODEL_NONE || s->flow == id);	/* a key has one flow */
		unlink_end(m, id, e);
		f->sk[e] = sk;
		f->exact[e] = true;
		f->taken |= (uint8_t)(1u << e);
		f->had_socket = true;
		s->flow = id;
		return;
	}
	if (f->sk[e] != MODEL_NONE || !k->port[e])
		return;
	if (f->had_socket && k->proto == IPPROTO_TCP)
		return;		/* just closed: its listener has nothing to do with it any more */
	if (!(f->ours & 1u << e) && (m->host.offline || !is_group(m, &k->addr[e])))
		return;
	sk = sktab_by_port(&m->socks, k->proto, &k->addr[e], k->port[e]);
	if (sk != MODEL_NONE)
		serve(m, id, e, sk);
}

/* Takes a better receiver than the one that serves end e: of equals the former stays. */
static void look_for_better(struct model *m, uint32_t id, unsigned e)
{
	const struct flow *f = flow_at(m, id);
	const struct flowkey *k = &f->rec.key;
	uint32_t sk = sktab_by_port(&m->socks, k->proto, &k->addr[e], k->port[e]);

	if (sk == MODEL_NONE || sk == f->sk[e] ||
	    sk_fit(&sktab_at(&m->socks, sk)->rec, &k->addr[e]) <=
		    sk_fit(&sktab_at(&m->socks, f->sk[e])->rec, &k->addr[e]))
		return;
	unlink_end(m, id, e);
	serve(m, id, e, sk);
}

void join_flow(struct model *m, uint32_t id)
{
	struct flow *f = flow_at(m, id);

	f->ours = ours_of(m, &f->rec);
	look(m, id, 0);
	look(m, id, 1);
}

void join_unlink_flow(struct model *m, uint32_t id)
{
	struct flow *f = flow_at(m, id);

	unlink_end(m, id, 0);
	unlink_end(m, id, 1);
	proctab_unref(m->procs, f->proc);
	f->proc = MODEL_NONE;
}

void join_flow_grew(struct model *m, uint32_t id, const struct flowrec *before)
{
	const struct flow *f = flow_at(m, id);

	if (memcmp(f->rec.dir, before->dir, sizeof(before->dir)) == 0)
		return;		/* a sum of nothing would be traffic that nobody saw */
	for (unsigned e = 0; e < 2; e++) {
		struct flow *sum = f->sk[e] != MODEL_NONE && !f->exact[e] ?
			sum_of(m, f->sk[e]) : NULL;

		if (sum)
			add_to_sum(sum, f, e, before->dir, f->rec.last_ns);
	}
}

void join_socket(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct flowkey key;
	uint32_t id;

	sktab_index(&m->socks, sk);
	if (!sk_is_connected(&s->rec)) {
		m->new_receivers = true;
		return;
	}
	sk_flowkey(&s->rec, &key);
	id = flowmirror_find(&m->flows, &key);
	if (id != MODEL_NONE)
		look(m, id, s->local_end);
}

void join_unlink_socket(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	sktab_unindex(&m->socks, sk);
	if (s->flow != MODEL_NONE) {
		uint32_t id = s->flow;
		unsigned e = s->local_end;

		unlink_end(m, id, e);
		look(m, id, e);
	}
	while (s->served_head != MODEL_NONE) {
		uint32_t link = s->served_head;

		if (sockproto_is_datagram(s->rec.proto)) {	/* the flow was its own */
			flow_at(m, link / 2)->had_socket = true;
			keep_process(m, flow_at(m, link / 2), s->proc);
		}
		unlink_end(m, link / 2, link % 2);
		look(m, link / 2, link % 2);
	}
	if (s->sum != MODEL_NONE) {
		((struct flow *)slab_at(&m->sums, s->sum))->used = false;
		slab_put(&m->sums, s->sum);
		s->sum = MODEL_NONE;
	}
}

void join_settle(struct model *m)
{
	if (!m->addrs_changed && !m->new_receivers)
		return;
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		struct flow *f = flowmirror_get(&m->flows, id);

		if (!f)
			continue;
		if (m->addrs_changed)
			f->ours = ours_of(m, &f->rec);
		for (unsigned e = 0; e < 2; e++) {
			if (f->sk[e] == MODEL_NONE)
				look(m, id, e);
			else if (m->new_receivers && !f->exact[e])
				look_for_better(m, id, e);
		}
	}
	m->addrs_changed = m->new_receivers = false;
}

void join_owner(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);
	uint32_t proc, count;
	int32_t fd;

	if (!s->inode)
		return;
	proc = proctab_first_holder(m->procs, s->inode, &fd, &count);
	s->holders = count;
	if (proc == MODEL_NONE)
		return;		/* nobody holds it now: it keeps the process that it had */
	proctab_ref(m->procs, proc);
	proctab_unref(m->procs, s->proc);
	s->proc = proc;
	s->fd = fd;
}

void join_drop_owner(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	proctab_unref(m->procs, s->proc);
	s->proc = MODEL_NONE;
}
