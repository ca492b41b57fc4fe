/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: what each event changes. Sockets are sockets.c's and ends.c's, matching is join.c's,
 * rates are rate.c's, reading is rows.c's.
 */
#include "model/state.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { NAMES_MAX = 65536, ADDR_NAMES_MAX = 8192 };

struct model *model_new(uint32_t socket_limit, uint32_t flow_limit, uint64_t hash_seed)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->seed = hash_seed;
	sktab_init(&m->socks, socket_limit, hash_seed);
	flowmirror_init(&m->flows, flow_limit, hash_seed);
	slab_init(&m->mores, sizeof(struct sockmore), socket_limit);
	slab_init(&m->ecns, sizeof(struct tcpecn), socket_limit);
	slab_init(&m->sums, sizeof(struct flow), socket_limit);
	coverage_init(m, socket_limit);
	lifelog_init(&m->lives, hash_seed);
	nametab_init(&m->cgroups, sizeof(struct cgrouprec), NAMES_MAX, hash_seed);
	nametab_init(&m->users, sizeof(struct userrec), NAMES_MAX, hash_seed);
	addrnames_init(&m->names, ADDR_NAMES_MAX, hash_seed);
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
	slab_fini(&m->mores);
	slab_fini(&m->ecns);
	slab_fini(&m->sums);
	slab_fini(&m->covers);
	closedq_fini(&m->closed);
	lifelog_fini(&m->lives);
	nametab_fini(&m->cgroups);
	nametab_fini(&m->users);
	addrnames_fini(&m->names);
	proctab_free(m->procs);
	iftab_free(m->ifaces);
	free(m);
}

/* Into the sums of the live flows, or out of them. */
static void count_flow(struct model *m, const struct flowrec *r, bool in)
{
	uint64_t packets = r->dir[0].packets + r->dir[1].packets;
	uint64_t bytes = r->dir[0].bytes + r->dir[1].bytes;

	m->live_packets += in ? packets : 0 - packets;
	m->live_bytes += in ? bytes : 0 - bytes;
}

static void end_flow(struct model *m, uint32_t id)
{
	count_flow(m, &flowmirror_at(&m->flows, id)->rec, false);
	join_unlink_flow(m, id);
	flowmirror_end(&m->flows, id);
}

static void flow_began(struct model *m, const struct flowrec *rec)
{
	uint32_t former = MODEL_NONE;

	if (!m->host.offline)	/* a file keeps both */
		former = flowmirror_find(&m->flows, &rec->key, flowkey_hash(&rec->key, m->seed));
	if (former != MODEL_NONE)
		end_flow(m, former);	/* evicted, and back under another id */
	if (!flowmirror_start(&m->flows, rec))
		return;
	count_flow(m, rec, true);
	join_flow(m, rec->id);
	wanted_note_flow(m, rec->id, NULL);
	flowends_note(m, rec->id, NULL);
}

static void flow_changed(struct model *m, struct flow *f, const struct flowrec *rec)
{
	struct flowrec before = f->rec;

	count_flow(m, &before, false);
	count_flow(m, rec, true);
	f->rec = *rec;
	join_flow_grew(m, rec->id, &before);
	wanted_note_flow(m, rec->id, &before);
	flowends_note(m, rec->id, &before);
}

static void apply_flow(struct model *m, const struct event *e)
{
	const struct flowrec *rec = &e->flow.rec;
	struct flow *f = flowmirror_get(&m->flows, rec->id);

	if (rec->key.netns >= NETNS_MAX)
		return;
	if (f && (f->rec.gen != rec->gen || !flowkey_equal(&f->rec.key, &rec->key))) {
		end_flow(m, rec->id);	/* the id was given to another flow: the former was evicted */
		f = NULL;
	}
	if (f) {
		flow_changed(m, f, rec);
	} else if (!e->flow.ended) {
		flow_began(m, rec);
		f = flowmirror_get(&m->flows, rec->id);
	}
	if (f && m->host.offline)
		rate_whole_life(f);
	if (f && e->flow.ended)
		end_flow(m, rec->id);
}

/*
 * Statistics are compared from the first reading on that is younger than the capture. When that of
 * another namespace began is not known: there, from the first packet on.
 */
static void put_iface_bases(struct model *m)
{
	uint64_t since_ns = m->capture.began_ns ? m->capture.began_ns : m->capturing_ns;

	if (m->capturing && m->capture.live)
		iftab_put_bases(m->ifaces, since_ns);
}

static void apply_capture(struct model *m, const struct event *e)
{
	m->capture = e->capture;
	if (!m->capturing)
		m->capturing_ns = e->time_ns;
	m->capturing = true;
	if (e->capture.balanced) {
		m->balance = (struct capturebalance){ .totals = e->capture.totals,
						      .packets = m->live_packets + e->capture.held_packets,
						      .bytes = m->live_bytes + e->capture.held_bytes };
		m->balanced = true;
	}
	put_iface_bases(m);
	if (e->capture.ended)
		rate_count_flows(m);	/* a file has no ticks */
}

static void holders_changed(void *ctx, uint32_t inode)
{
	struct model *m = ctx;

	for (uint32_t sk = sktab_inode_first(&m->socks, inode); sk != MODEL_NONE;
	     sk = sktab_inode_next(&m->socks, sk)) {
		sockets_count(m, sktab_at(&m->socks, sk), -1);
		join_owner(m, sk);
		sockets_count(m, sktab_at(&m->socks, sk), 1);
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
	put_iface_bases(m);
}

static void apply_ifcount(struct model *m, const struct event *e)
{
	iftab_apply_count(m->ifaces, &e->ifcount);
}

static void apply_addr(struct model *m, const struct event *e)
{
	if (iftab_apply_addr(m->ifaces, &e->addr))
		m->addrs_changed = true;
}

/* It went: nothing of it can be looked at any more. */
static void drop_netns(struct model *m, uint16_t index)
{
	sockets_drop_netns(m, index);
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		const struct flow *f = flowmirror_get(&m->flows, id);

		if (f && f->rec.key.netns == index)
			end_flow(m, id);
	}
	iftab_drop_netns(m->ifaces, index);
	addrnames_drop_netns(&m->names, index);
	m->lost[index] = 0;
	m->netns_known &= ~(1ull << index);
	m->addrs_changed = true;
}

static void apply_netns(struct model *m, const struct event *e)
{
	const struct netnsrec *r = &e->netns;
	bool known = r->index < NETNS_MAX && m->netns_known >> r->index & 1;

	if (r->index >= NETNS_MAX)
		return;
	if (known && (r->gone || m->netns[r->index].inode != r->inode))
		drop_netns(m, r->index);	/* or its number was given to another */
	if (r->gone)
		return;
	m->netns[r->index] = *r;
	m->netns[r->index].name[sizeof(r->name) - 1] = '\0';
	m->netns_known |= 1ull << r->index;
}

static void apply_cgroup(struct model *m, const struct event *e)
{
	struct cgrouprec r = e->cgroup;

	r.path[sizeof(r.path) - 1] = '\0';
	nametab_put(&m->cgroups, r.id, &r);
}

static void apply_user(struct model *m, const struct event *e)
{
	struct userrec r = e->user;

	r.name[sizeof(r.name) - 1] = '\0';
	nametab_put(&m->users, r.uid, &r);
}

static void apply_name(struct model *m, const struct event *e)
{
	if (e->name.netns < NETNS_MAX)
		addrnames_apply(&m->names, &e->name, e->time_ns);
}

const char *model_addr_name(const struct model *m, uint16_t netns, const struct addr *a,
			    enum nameorigin *origin)
{
	const struct namerec *r = addrnames_find(&m->names, netns, a);

	if (!r || !r->name[0])
		return NULL;
	if (origin)
		*origin = r->origin;
	return r->name;
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
	bool keep = e->host.keep_closed_ns, kept = m->host.keep_closed_ns;

	while (keep != kept && ends_drop_oldest(m))
		;	/* they carry flows where they are rows, and only there */
	m->host = e->host;
	sockets_count_closed(m);
}

static void apply_tick(struct model *m, const struct event *e)
{
	ends_expire(m, e->time_ns);
	join_settle(m);
	coverage_tick(m);
	iftab_tick(m->ifaces, m->capture.told_ns, m->capture.dropped > 0);
	rate_tick(m, e->time_ns);
}

static void (*const handlers[])(struct model *, const struct event *) = {
	[EV_HOST] = apply_host,
	[EV_SOCKET] = sockets_apply,
	[EV_SOCKET_GONE] = ends_apply_gone,
	[EV_DUMP_DONE] = sockets_apply_dump_done,
	[EV_LOST] = lives_apply_lost,
	[EV_KILLED] = ends_apply_killed,
	[EV_FLOW] = apply_flow,
	[EV_CAPTURE] = apply_capture,
	[EV_PROC] = apply_proc,
	[EV_PROC_GONE] = apply_proc_gone,
	[EV_HOLDER] = apply_holder,
	[EV_PROC_PASS] = apply_pass,
	[EV_IFACE] = apply_iface,
	[EV_ADDR] = apply_addr,
	[EV_NETNS] = apply_netns,
	[EV_CGROUP] = apply_cgroup,
	[EV_USER] = apply_user,
	[EV_NAME] = apply_name,
	[EV_IFCOUNT] = apply_ifcount,
	[EV_NOTICE] = apply_notice,
	[EV_TICK] = apply_tick,
};

void model_apply(struct model *m, const struct event *e)
{
	if (e->kind >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[e->kind])
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
