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
 * An ended socket keeps the flow of its exact tuple until a living one has that tuple, or its row
 * goes; it serves nothing.
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
	if (!iftab_knows_addresses(m->ifaces, r->key.netns))
		return r->sent_here | (uint8_t)((r->got_here & 1) << 1 | (r->got_here >> 1 & 1));
	for (unsigned e = 0; e < 2; e++)
		if (iftab_is_local(m->ifaces, r->key.netns, &r->key.addr[e]))
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
	bool raw = s->rec.proto == SP_RAWIP;	/* its port is its protocol */
	struct flowrec rec = { .key = { .addr = { s->rec.laddr }, .port = { raw ? 0 : s->rec.lport },
					.proto = raw ? (uint8_t)s->rec.lport :
						       sockproto_ipproto(s->rec.proto),
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

static bool is_group(const struct model *m, uint16_t netns, const struct addr *a)
{
	return addr_is_multicast(a) || iftab_is_broadcast(m->ifaces, netns, a);
}

/* A new connection with the tuple of a socket that ended before is not that socket's. */
static bool is_later(const struct flow *f, const struct sk *s)
{
	return s->ended_ns && f->rec.first_ns > s->ended_ns;
}

/* An ended socket that is no row carries nothing: its flow would be on no row either. */
static bool may_carry(const struct model *m, const struct sk *s, const struct flow *f)
{
	return sk_is_row(m, s) && !is_later(f, s);
}

const struct flow *join_flow_of(const struct model *m, const struct sk *s)
{
	const struct flow *f;
	struct flowkey key;
	uint32_t id;

	if (s->flow != MODEL_NONE)
		return flowmirror_at(&m->flows, s->flow);
	if (!m->flows.count || !sk_is_ip(&s->rec) || !sk_is_connected(&s->rec))
		return NULL;
	sk_flowkey(&s->rec, &key);
	id = flowmirror_find(&m->flows, &key, flowkey_hash(&key, m->seed));
	f = id == MODEL_NONE ? NULL : flowmirror_at(&m->flows, id);
	return f && !f->exact[s->local_end] && !is_later(f, s) ? f : NULL;
}

uint32_t join_socket_of(const struct model *m, const struct flow *f, unsigned end)
{
	const struct flowkey *k = &f->rec.key;
	uint32_t sk = f->exact[end] ? f->sk[end] :
		sktab_by_tuple(&m->socks, k, flowkey_hash(k, m->seed), end);

	return sk != MODEL_NONE && is_later(f, sktab_at(&m->socks, sk)) ? MODEL_NONE : sk;
}

bool join_was_reused(const struct model *m, const struct sk *s)
{
	struct flowkey key;
	uint32_t id;

	sk_flowkey(&s->rec, &key);
	id = flowmirror_find(&m->flows, &key, flowkey_hash(&key, m->seed));
	return id != MODEL_NONE && is_later(flowmirror_at(&m->flows, id), s);
}

/*
 * A raw socket takes what no port tells apart. Of echoes only those that this end began: all raw
 * sockets get all answers.
 */
static bool is_for_raw(const struct flow *f, unsigned e)
{
	const struct flowkey *k = &f->rec.key;

	if (k->proto == IPPROTO_ICMP || k->proto == IPPROTO_ICMPV6)
		return k->port[e] && f->rec.opener == e;
	return !k->port[0] && !k->port[1] && k->proto != IPPROTO_TCP && k->proto != IPPROTO_UDP;
}

/* The socket without a peer that takes what comes to end e; MODEL_NONE. */
static uint32_t receiver_of(const struct model *m, const struct flow *f, unsigned e)
{
	const struct flowkey *k = &f->rec.key;
	uint32_t sk = MODEL_NONE;

	if (k->port[e])
		sk = sktab_by_port(&m->socks, k->netns, k->proto, &k->addr[e], k->port[e]);
	if (sk == MODEL_NONE && is_for_raw(f, e))
		sk = sktab_by_port(&m->socks, k->netns, 0, &k->addr[e], k->proto);
	return sk;
}

static void link_exact(struct model *m, uint32_t id, unsigned e, uint32_t sk)
{
	struct flow *f = flow_at(m, id);
	struct sk *s = sktab_at(&m->socks, sk);

	if (f->exact[e] && f->sk[e] == sk)
		return;
	assert(s->flow == MODEL_NONE);	/* a key has one flow */
	unlink_end(m, id, e);
	f->sk[e] = sk;
	f->exact[e] = true;
	f->taken |= (uint8_t)(1u << e);
	f->had_socket = true;
	s->flow = id;
	coverage_linked(m, sk);
}

static void look(struct model *m, uint32_t id, unsigned e)
{
	struct flow *f = flow_at(m, id);
	const struct flowkey *k = &f->rec.key;
	uint32_t sk = sktab_by_tuple(&m->socks, k, flowkey_hash(k, m->seed), e);

	if (sk != MODEL_NONE && may_carry(m, sktab_at(&m->socks, sk), f)) {
		link_exact(m, id, e, sk);
		return;
	}
	if (f->sk[e] != MODEL_NONE)
		return;
	if (f->had_socket && k->proto == IPPROTO_TCP)
		return;		/* just closed: its listener has nothing to do with it any more */
	if (!(f->ours & 1u << e) && (m->host.offline || !is_group(m, k->netns, &k->addr[e])))
		return;
	sk = receiver_of(m, f, e);
	if (sk != MODEL_NONE)
		serve(m, id, e, sk);
}

/* A raw socket's claim is the weakest. */
static int fit_of(const struct model *m, uint32_t sk, const struct addr *addr)
{
	const struct sockrec *r = &sktab_at(&m->socks, sk)->rec;

	return sk_fit(r, addr) + (r->proto == SP_RAWIP ? 0 : 4);
}

/* Takes a better receiver than the one that serves end e: of equals the former stays. */
static void look_for_better(struct model *m, uint32_t id, unsigned e)
{
	const struct flow *f = flow_at(m, id);
	const struct addr *addr = &f->rec.key.addr[e];
	uint32_t sk = receiver_of(m, f, e);

	if (sk == MODEL_NONE || sk == f->sk[e] || fit_of(m, sk, addr) <= fit_of(m, f->sk[e], addr))
		return;
	unlink_end(m, id, e);
	serve(m, id, e, sk);
}

static void note_ends(struct model *m, struct flow *f)
{
	f->ours = ours_of(m, &f->rec);
	f->elsewhere = !f->ours && !m->host.offline &&
		       (iftab_is_elsewhere(m->ifaces, f->rec.key.netns, &f->rec.key.addr[0]) ||
			iftab_is_elsewhere(m->ifaces, f->rec.key.netns, &f->rec.key.addr[1]));
}

void join_flow(struct model *m, uint32_t id)
{
	note_ends(m, flow_at(m, id));
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

static void part(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	if (s->peer != MODEL_NONE)
		sktab_at(&m->socks, s->peer)->peer = MODEL_NONE;
	s->peer = MODEL_NONE;
}

/*
 * The two ends of a connection within this host know each other, for the sake of the process at the
 * other one.
 */
static void meet(struct model *m, uint32_t sk, const struct flowkey *key, uint64_t key_hash)
{
	struct sk *s = sktab_at(&m->socks, sk);
	uint32_t other;

	if (m->host.no_process)
		return;
	other = sktab_by_tuple(&m->socks, key, key_hash, !s->local_end);
	if (s->ended_ns || other == MODEL_NONE || sktab_at(&m->socks, other)->ended_ns)
		return;
	part(m, other);
	s->peer = other;
	sktab_at(&m->socks, other)->peer = sk;
}

void join_socket(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct flowkey key;
	uint64_t key_hash;
	uint32_t id;

	if (!sktab_index(&m->socks, sk, &key, &key_hash)) {
		m->new_receivers |= sk_is_ip(&s->rec);
		return;
	}
	meet(m, sk, &key, key_hash);
	id = flowmirror_find(&m->flows, &key, key_hash);
	if (id != MODEL_NONE)
		look(m, id, s->local_end);
}

/* The flows that it served look for another. */
static void drop_served(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	while (s->served_head != MODEL_NONE) {
		uint32_t link = s->served_head;

		if (sockproto_is_datagram(s->rec.proto)) {	/* the flow was its own */
			flow_at(m, link / 2)->had_socket = true;
			keep_process(m, flow_at(m, link / 2), s->proc);
		}
		unlink_end(m, link / 2, link % 2);
		look(m, link / 2, link % 2);
	}
}

void join_unlink_socket(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	sktab_unindex(&m->socks, sk);
	part(m, sk);
	if (s->flow != MODEL_NONE) {
		uint32_t id = s->flow;
		unsigned e = s->local_end;

		unlink_end(m, id, e);
		look(m, id, e);
	}
	drop_served(m, sk);
	if (s->sum != MODEL_NONE) {
		((struct flow *)slab_at(&m->sums, s->sum))->used = false;
		slab_put(&m->sums, s->sum);
		s->sum = MODEL_NONE;
	}
}

void join_end_socket(struct model *m, uint32_t sk, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);

	part(m, sk);
	if (!sk_is_connected(&s->rec)) {
		sktab_unindex(&m->socks, sk);
		drop_served(m, sk);	/* its sum stays: what it carried in all */
	}
	sktab_end(&m->socks, sk, now_ns);
	if (s->flow != MODEL_NONE) {
		uint32_t id = s->flow;

		if (!sk_is_row(m, s))
			unlink_end(m, id, s->local_end);
		look(m, id, s->local_end);	/* another may have its tuple by now */
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
			note_ends(m, f);
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
	s->holders = count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
	if (proc == MODEL_NONE)
		return;		/* nobody holds it now: it keeps the process that it had */
	proctab_ref(m->procs, proc);
	proctab_unref(m->procs, s->proc);
	if (s->born && s->proc == MODEL_NONE) {
		s->proc = proc;
		lives_named(m, s);
	}
	s->proc = proc;
	s->fd = fd;
}

void join_drop_owner(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	proctab_unref(m->procs, s->proc);
	s->proc = MODEL_NONE;
}
