/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: what each event changes. Matching is join.c's, rates are rate.c's, reading is rows.c's.
 */
#include "model/state.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct model *model_new(uint32_t socket_limit, uint32_t flow_limit, uint64_t hash_seed)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->seed = hash_seed;
	sktab_init(&m->socks, socket_limit, hash_seed);
	flowmirror_init(&m->flows, flow_limit, hash_seed);
	slab_init(&m->sums, sizeof(struct flow), socket_limit);
	m->procs = proctab_new(hash_seed);
	m->ifaces = iftab_new();
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	sktab_fini(&m->socks);
	flowmirror_fini(&m->flows);
	slab_fini(&m->sums);
	proctab_free(m->procs);
	iftab_free(m->ifaces);
	free(m);
}

static bool is_unresolved(const struct sk *s)
{
	return s->rec.inode && s->proc == MODEL_NONE;
}

/* Takes a socket into the totals (by = 1) or out of them (-1). Out before, in after each change. */
static void count_socket(struct model *m, const struct sk *s, int by)
{
	struct model_totals *t = &m->totals;

	t->sockets += (uint32_t)by;
	t->by_state[s->rec.state < SOCKSTATES ? s->rec.state : ST_UNKNOWN] += (uint32_t)by;
	t->by_proto[s->rec.proto] += (uint32_t)by;
	if (is_unresolved(s))
		t->unresolved += (uint32_t)by;
}

static void insert_socket(struct model *m, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t sk = sktab_insert(&m->socks, rec, now_ns);

	if (sk == MODEL_NONE) {
		m->totals.refused_sockets++;
		return;
	}
	join_owner(m, sk);
	join_socket(m, sk);
	rate_socket(sktab_at(&m->socks, sk), now_ns);
	count_socket(m, sktab_at(&m->socks, sk), 1);
}

static void apply_socket(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	uint32_t sk;
	struct sk *s;
	bool moved;

	if (rec->proto >= SOCKPROTOS || rec->dump >= DUMPS_MAX)
		return;
	sk = sktab_find(&m->socks, rec->cookie);
	if (sk == MODEL_NONE) {
		insert_socket(m, rec, e->time_ns);
		return;
	}
	s = sktab_at(&m->socks, sk);
	count_socket(m, s, -1);
	moved = !sk_same_tuple(&s->rec, rec);
	if (moved)
		join_unlink_socket(m, sk);
	sktab_update(&m->socks, sk, rec, e->time_ns);
	if (moved)
		join_socket(m, sk);
	if (is_unresolved(s))
		join_owner(m, sk);
	rate_socket(s, e->time_ns);
	count_socket(m, s, 1);
}

static void remove_socket(struct model *m, uint32_t sk)
{
	count_socket(m, sktab_at(&m->socks, sk), -1);
	join_unlink_socket(m, sk);
	join_drop_owner(m, sk);
	sktab_remove(&m->socks, sk);
}

/* Removes what a complete dump did not mention. */
static void sweep(struct model *m, const struct dumprec *d)
{
	struct sktab *t = &m->socks;
	bool mentioned_any = t->fresh_gen[d->dump] == d->gen;

	if (t->in_dump[d->dump] == (mentioned_any ? t->fresh[d->dump] : 0))
		return;
	for (uint32_t sk = 0; sk < t->slab.end; sk++) {
		const struct sk *s = sktab_at(t, sk);

		if (s->used && s->rec.dump == d->dump && s->rec.dump_gen != d->gen)
			remove_socket(m, sk);
	}
}

/* Notes when a dump began; 0: the kernel has no such table (now), nothing to wait for. */
static void note_dump(struct model *m, uint8_t dump, uint64_t began_ns)
{
	m->dump_began_ns[dump] = began_ns;
	m->dump_ns = 0;
	for (unsigned i = 0; i < DUMPS_MAX; i++) {
		uint64_t ns = m->dump_began_ns[i];

		if (ns && (!m->dump_ns || ns < m->dump_ns))
			m->dump_ns = ns;
	}
}

static void apply_dump_done(struct model *m, const struct event *e)
{
	const struct dumprec *d = &e->dump;

	if (d->dump >= DUMPS_MAX)
		return;
	if (d->complete) {
		sweep(m, d);
		note_dump(m, d->dump, e->time_ns > d->took_ns ? e->time_ns - d->took_ns : 0);
	} else if (d->error == -ENOENT) {
		note_dump(m, d->dump, 0);
	} else {
		m->totals.interrupted_dumps++;
	}
	join_settle(m);
}

static void end_flow(struct model *m, uint32_t id)
{
	join_unlink_flow(m, id);
	flowmirror_end(&m->flows, id);
}

static void apply_flow(struct model *m, const struct event *e)
{
	const struct flowrec *rec = &e->flow.rec;
	struct flow *f = flowmirror_get(&m->flows, rec->id);

	if (f && (f->rec.gen != rec->gen || !flowkey_equal(&f->rec.key, &rec->key))) {
		end_flow(m, rec->id);	/* the id was given to another flow: the former was evicted */
		f = NULL;
	}
	if (f) {
		struct flowrec before = f->rec;

		f->rec = *rec;
		join_flow_grew(m, rec->id, &before);
	} else if (!e->flow.ended) {
		uint32_t former = flowmirror_find(&m->flows, &rec->key);

		if (former != MODEL_NONE && !m->host.offline)
			end_flow(m, former);	/* evicted, and back under another id; a file keeps both */
		if (!flowmirror_start(&m->flows, rec))
			return;
		f = flowmirror_at(&m->flows, rec->id);
		join_flow(m, rec->id);
	}
	if (f && m->host.offline)
		rate_whole_life(f);
	if (f && e->flow.ended)
		end_flow(m, rec->id);
}

static void apply_capture(struct model *m, const struct event *e)
{
	m->capture = e->capture;
	m->capturing = true;
	if (e->capture.ended)
		rate_count_flows(m);	/* a file has no ticks */
}

static void holders_changed(void *ctx, uint32_t inode)
{
	struct model *m = ctx;

	for (uint32_t sk = sktab_inode_first(&m->socks, inode); sk != MODEL_NONE;
	     sk = sktab_inode_next(&m->socks, sk)) {
		count_socket(m, sktab_at(&m->socks, sk), -1);
		join_owner(m, sk);
		count_socket(m, sktab_at(&m->socks, sk), 1);
	}
}

static void apply_proc(struct model *m, const struct event *e)
{
	const struct proc *former = proctab_by_pid(m->procs, e->proc.pid);

	if (former && former->rec.start_ticks != e->proc.start_ticks) {
		struct procrec gone = former->rec;	/* its end was missed: the pid is another's now */

		proctab_apply_gone(m->procs, &gone, holders_changed, m);
	}
	proctab_apply_proc(m->procs, &e->proc);
}

static void apply_proc_gone(struct model *m, const struct event *e)
{
	proctab_apply_gone(m->procs, &e->proc, holders_changed, m);
}

static void apply_holder(struct model *m, const struct event *e)
{
	if (e->holder.inode && proctab_apply_holder(m->procs, &e->holder))
		holders_changed(m, e->holder.inode);
}

static void apply_pass(struct model *m, const struct event *e)
{
	m->pass = e->pass;
	m->pass_ns = e->time_ns;
}

static void apply_iface(struct model *m, const struct event *e)
{
	iftab_apply_iface(m->ifaces, &e->iface, e->time_ns);
}

static void apply_addr(struct model *m, const struct event *e)
{
	if (iftab_apply_addr(m->ifaces, &e->addr))
		m->addrs_changed = true;
}

static void apply_notice(struct model *m, const struct event *e)
{
	if (e->notice.source >= NOTICES)
		return;
	memcpy(m->notice[e->notice.source], e->notice.text, EVENT_TEXT_MAX);
	m->notice[e->notice.source][EVENT_TEXT_MAX - 1] = '\0';
}

static void apply_host(struct model *m, const struct event *e)
{
	m->host = e->host;
}

static void apply_tick(struct model *m, const struct event *e)
{
	join_settle(m);
	rate_tick(m, e->time_ns);
}

static void (*const handlers[])(struct model *, const struct event *) = {
	[EV_HOST] = apply_host,
	[EV_SOCKET] = apply_socket,
	[EV_DUMP_DONE] = apply_dump_done,
	[EV_FLOW] = apply_flow,
	[EV_CAPTURE] = apply_capture,
	[EV_PROC] = apply_proc,
	[EV_PROC_GONE] = apply_proc_gone,
	[EV_HOLDER] = apply_holder,
	[EV_PROC_PASS] = apply_pass,
	[EV_IFACE] = apply_iface,
	[EV_ADDR] = apply_addr,
	[EV_NOTICE] = apply_notice,
	[EV_TICK] = apply_tick,
};

void model_apply(struct model *m, const struct event *e)
{
	if (e->kind >= sizeof(handlers) / sizeof(handlers[0]))
		return;
	if (e->time_ns > m->time_ns)
		m->time_ns = e->time_ns;	/* sources may be a little apart; time never runs back */
	handlers[e->kind](m, e);
	m->version++;
}

static void apply_for_sink(void *ctx, const struct event *e)
{
	model_apply(ctx, e);
}

struct sink model_sink(struct model *m)
{
	return (struct sink){ apply_for_sink, m };
}
