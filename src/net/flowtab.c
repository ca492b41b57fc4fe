/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow table: see flowtab.h. Owns the records (a slab reserved at the start, real only where it
 * was used), the index over them, and the lists that make eviction and publishing cheap. Reads no
 * clock.
 *
 * A slot is free (rank RANK_FREE, linked by `next`) or on the list of its rank; the order of a list
 * is that of joining it. An ended flow (RANK_ENDED) has left the index and the books of live flows,
 * and waits to be published once more. A former flow (FLOW_FORMER) has left the index only.
 * Whatever changed is also on one of the two lists of changes, in order of change; what becomes
 * urgent while it waits with the others moves over.
 */
#include "net/flowtab.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "net/flowslot.h"
#include "net/flowindex.h"
#include "net/flowpoints.h"

/* What a flow is worth at the cap: the first of the lowest rank goes. */
enum flowrank {
	RANK_FREE,
	RANK_ENDED,
	RANK_CLOSED,
	RANK_HALF_OPEN,
	RANK_ONE_PACKET,
	RANK_DATAGRAM,
	RANK_ESTABLISHED,
	RANKS
};

enum {
	LIMIT_MAX = 1 << FLOWINDEX_ID_BITS,
	POINTS_PER_FLOW = 2,	/* slab size: bridged hosts use four a flow, most none */
	SECOND_CHANCES = 8,	/* for a flow that had packets since the last look */
	BATCH = 32,
};

/* How long without a packet until a flow ends. */
static const uint64_t idle_ns[RANKS] = {
	[RANK_CLOSED] = 60 * NSEC_PER_SEC,
	[RANK_HALF_OPEN] = 60 * NSEC_PER_SEC,
	[RANK_ONE_PACKET] = 120 * NSEC_PER_SEC,
	[RANK_DATAGRAM] = 120 * NSEC_PER_SEC,
	[RANK_ESTABLISHED] = 3600 * NSEC_PER_SEC,
};

static const uint8_t rank_of_state[WS_STATES] = {
	[WS_NONE] = RANK_HALF_OPEN,
	[WS_SYN_SENT] = RANK_HALF_OPEN,
	[WS_SYN_RECV] = RANK_HALF_OPEN,
	[WS_ESTABLISHED] = RANK_ESTABLISHED,
	[WS_FIN_WAIT1] = RANK_ESTABLISHED,
	[WS_FIN_WAIT2] = RANK_ESTABLISHED,
	[WS_CLOSING] = RANK_CLOSED,
	[WS_TIME_WAIT] = RANK_CLOSED,
	[WS_RESET] = RANK_CLOSED,
	[WS_REFUSED] = RANK_CLOSED,
};

struct flowlist {
	uint32_t head, tail;
};

/* Flows that began, were established or reset are wanted at once; the rest has time. */
enum waitlist { WAIT_BEGAN, WAIT_CHANGED, WAITS };

struct flowtab {
	struct flowslot *flows;
	struct flowindex index;
	struct flowpoints points;
	struct flowtotals totals;
	struct flowlist ranked[RANKS];
	struct flowlist changes[WAITS];
	uint64_t seed;
	uint32_t limit;
	uint32_t used;		/* slots that ever held a flow: all below it are mapped */
	uint32_t free;
	uint32_t expire_at;	/* where the next flowtab_expire() goes on */
	bool keeps_former;
};

static size_t flows_bytes(uint32_t limit)
{
	return (size_t)limit * sizeof(struct flowslot);
}

struct flowtab *flowtab_new(uint32_t limit, uint64_t hash_seed)
{
	struct flowtab *t = calloc(1, sizeof(*t));
	void *flows;

	if (!t || limit < 1 || limit > LIMIT_MAX)
		goto fail;
	t->limit = limit;
	t->seed = hash_seed;
	t->free = FLOW_NONE;
	for (unsigned i = 0; i < RANKS; i++)
		t->ranked[i] = (struct flowlist){ FLOW_NONE, FLOW_NONE };
	t->changes[WAIT_BEGAN] = t->changes[WAIT_CHANGED] = t->ranked[0];
	t->totals.flow_limit = limit;
	flows = mmap(NULL, flows_bytes(limit), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (flows == MAP_FAILED)
		goto fail;
	t->flows = flows;
	/*
	 * A million records in small pages would miss the TLB at every packet. Ids are dense: no
	 * waste.
	 */
	madvise(flows, flows_bytes(limit), MADV_HUGEPAGE);
	if (flowindex_init(&t->index, limit) ||
	    flowpoints_init(&t->points, limit * POINTS_PER_FLOW))
		goto fail;
	return t;
fail:
	flowtab_free(t);
	return NULL;
}

void flowtab_free(struct flowtab *t)
{
	if (!t)
		return;
	if (t->flows)
		munmap(t->flows, flows_bytes(t->limit));
	flowindex_fini(&t->index);
	flowpoints_fini(&t->points);
	free(t);
}

void flowtab_keep_former(struct flowtab *t)
{
	t->keeps_former = true;
}

/* ---- the lists of rank */

static void rank_leave(struct flowtab *t, struct flowslot *f)
{
	struct flowlist *l = &t->ranked[f->rank];

	if (f->prev == FLOW_NONE)
		l->head = f->next;
	else
		t->flows[f->prev].next = f->next;
	if (f->next == FLOW_NONE)
		l->tail = f->prev;
	else
		t->flows[f->next].prev = f->prev;
}

static void rank_join(struct flowtab *t, uint32_t id, uint8_t rank)
{
	struct flowslot *f = &t->flows[id];
	struct flowlist *l = &t->ranked[rank];

	f->rank = rank;
	f->prev = l->tail;
	f->next = FLOW_NONE;
	if (l->tail == FLOW_NONE)
		l->head = id;
	else
		t->flows[l->tail].next = id;
	l->tail = id;
}

static uint8_t rank_of(const struct flowslot *f)
{
	if (f->key.proto == IPPROTO_TCP)
		return rank_of_state[f->wire.state];
	return f->dir[0].packets + f->dir[1].packets > 1 ? RANK_DATAGRAM : RANK_ONE_PACKET;
}

static void rank_update(struct flowtab *t, uint32_t id)
{
	struct flowslot *f = &t->flows[id];
	uint8_t rank = rank_of(f);

	if (rank != f->rank) {
		rank_leave(t, f);
		rank_join(t, id, rank);
	}
	if (rank == RANK_DATAGRAM || f->wire.state == WS_ESTABLISHED)
		f->marks |= FLOW_STEADY;
	else
		f->marks &= (uint8_t)~FLOW_STEADY;
}

/* ---- the lists of changes */

static void change_join(struct flowtab *t, struct flowslot *f, uint32_t id, struct flowlist *l)
{
	f->marks |= FLOW_CHANGED;
	f->change_prev = l->tail;
	f->change_next = FLOW_NONE;
	if (l->tail == FLOW_NONE)
		l->head = id;
	else
		t->flows[l->tail].change_next = id;
	l->tail = id;
}

static void change_leave(struct flowtab *t, const struct flowslot *f, uint32_t id,
			 struct flowlist *l)
{
	if (l->head == id)
		l->head = f->change_next;
	else
		t->flows[f->change_prev].change_next = f->change_next;
	if (l->tail == id)
		l->tail = l->head == FLOW_NONE ? FLOW_NONE : f->change_prev;
	else
		t->flows[f->change_next].change_prev = f->change_prev;
}

static void change_note(struct flowtab *t, uint32_t id, bool urgent)
{
	struct flowslot *f = &t->flows[id];

	if (f->marks & FLOW_CHANGED) {
		if (!urgent || f->urgent)
			return;
		change_leave(t, f, id, &t->changes[WAIT_CHANGED]);
	}
	f->urgent = urgent;
	change_join(t, f, id, &t->changes[urgent ? WAIT_BEGAN : WAIT_CHANGED]);
}

static uint32_t change_pop(struct flowtab *t, struct flowlist *l)
{
	uint32_t id = l->head;

	l->head = t->flows[id].change_next;
	if (l->head == FLOW_NONE)
		l->tail = FLOW_NONE;
	else
		__builtin_prefetch(&t->flows[l->head].change_next);
	t->flows[id].marks &= (uint8_t)~FLOW_CHANGED;
	return id;
}

/* ---- a flow's life */

static void retire(const struct flowslot *f, uint64_t *flows, uint64_t *packets, uint64_t *bytes)
{
	++*flows;
	*packets += f->dir[0].packets + f->dir[1].packets;
	*bytes += f->dir[0].bytes + f->dir[1].bytes;
}

static void retire_expired(struct flowtab *t, const struct flowslot *f)
{
	retire(f, &t->totals.expired_flows, &t->totals.expired_packets, &t->totals.expired_bytes);
}

static void unindex(struct flowtab *t, uint32_t id)
{
	if (!(t->flows[id].marks & FLOW_FORMER))
		flowindex_remove(&t->index, t->flows, id);
}

/* Frees the slot of the cheapest flow. */
static uint32_t evict(struct flowtab *t)
{
	unsigned rank = RANK_ENDED, chances = SECOND_CHANCES;
	struct flowslot *f;
	uint32_t id;

	while (t->ranked[rank].head == FLOW_NONE)
		rank++;
	for (id = t->ranked[rank].head; ; id = t->ranked[rank].head) {
		f = &t->flows[id];
		rank_leave(t, f);
		if (!(f->marks & FLOW_TOUCHED) || rank < RANK_DATAGRAM || !chances--)
			break;
		f->marks &= (uint8_t)~FLOW_TOUCHED;
		rank_join(t, id, (uint8_t)rank);
	}
	if (rank != RANK_ENDED) {
		unindex(t, id);
		retire(f, &t->totals.evicted_flows, &t->totals.evicted_packets,
		       &t->totals.evicted_bytes);
		t->totals.live_flows--;
	}
	flowpoints_drop(&t->points, f);
	return id;
}

static uint32_t take_slot(struct flowtab *t)
{
	uint32_t id = t->free;

	if (id == FLOW_NONE)
		return t->used < t->limit ? t->used++ : evict(t);
	t->free = t->flows[id].next;
	return id;
}

/*
 * Everything but what belongs to the slot: its links, its hash, and whether it waits to be
 * published.
 */
static void flow_begin(struct flowslot *f, const struct pktmeta *m)
{
	f->key = m->key;
	f->first_ns = f->last_ns = m->time_ns;
	f->tcp_flags[0] = f->tcp_flags[1] = 0;
	f->marks &= FLOW_CHANGED;
	f->first_point = 0;
	f->dir[0] = f->dir[1] = (struct flowcount){ 0 };
	f->ifindex[0] = f->ifindex[1] = 0;
	f->points[0] = f->points[1] = 0;
	f->vlan = m->vlan;
	f->gen++;
	wirestate_begin(&f->wire, m);
}

static uint32_t flow_insert(struct flowtab *t, const struct pktmeta *m, uint64_t hash)
{
	uint32_t id = take_slot(t);
	struct flowslot *f = &t->flows[id];

	flow_begin(f, m);
	f->hash = (uint32_t)hash;
	flowindex_insert(&t->index, t->flows, hash, id);
	rank_join(t, id, rank_of(f));
	t->totals.live_flows++;
	return id;
}

static void flow_end(struct flowtab *t, uint32_t id)
{
	struct flowslot *f = &t->flows[id];

	unindex(t, id);
	retire_expired(t, f);
	t->totals.live_flows--;
	rank_leave(t, f);
	rank_join(t, id, RANK_ENDED);
	change_note(t, id, false);
}

/* The tuple of a flow that is over is used again; returns where the new connection is counted. */
static uint32_t flow_restart(struct flowtab *t, uint32_t id, const struct pktmeta *m, uint64_t hash)
{
	struct flowslot *f = &t->flows[id];

	if (t->keeps_former) {
		flowindex_remove(&t->index, t->flows, id);
		f->marks |= FLOW_FORMER;
		return flow_insert(t, m, hash);
	}
	retire_expired(t, f);
	flowpoints_drop(&t->points, f);
	flow_begin(f, m);
	return id;
}

/* ---- packets in */

static void touch(struct flowslot *f, const struct pktmeta *m)
{
	f->marks |= FLOW_TOUCHED;
	if (m->way == PKT_OUT)
		f->marks |= (uint8_t)(FLOW_SENT_HERE << m->from);
	else if (m->way == PKT_IN)
		f->marks |= (uint8_t)(FLOW_GOT_HERE << m->from);
	f->tcp_flags[m->from] |= m->tcp_flags;
	if (m->time_ns >= f->last_ns)
		f->last_ns = m->time_ns;
	else if (m->time_ns < f->first_ns)
		f->first_ns = m->time_ns;
	if (m->vlan && !f->vlan)
		f->vlan = m->vlan;
}

/* What others act upon at once: a socket may be looked up from now on, or will be gone soon. */
static bool is_urgent(uint8_t before, uint8_t after)
{
	if (after == before)
		return false;
	if (after == WS_ESTABLISHED)
		return before != WS_NONE;	/* met midway, it was told when it was first seen */
	return after == WS_RESET || after == WS_REFUSED;
}

/* True when this packet changed the state to one that is urgent. */
static bool track(struct flowtab *t, uint32_t id, const struct pktmeta *m)
{
	struct flowslot *f = &t->flows[id];
	uint8_t before;

	if ((f->marks & FLOW_STEADY) && !(m->tcp_flags & (WIRE_SYN | WIRE_FIN | WIRE_RST)))
		return false;
	before = f->wire.state;
	if (f->key.proto == IPPROTO_TCP && !m->fragment)
		wirestate_step(&f->wire, m);
	rank_update(t, id);
	return is_urgent(before, f->wire.state);
}

static void add_other(struct flowtab *t, const struct pktmeta *m)
{
	struct flowtotals *n = &t->totals;

	n->bytes += m->wire_bytes;
	if (m->kind == PKT_NOT_IP) {
		n->not_ip++;
		n->not_ip_bytes += m->wire_bytes;
	} else {
		n->undecodable++;
		n->undecodable_bytes += m->wire_bytes;
	}
}

static bool add_flow(struct flowtab *t, const struct pktmeta *m, uint64_t hash)
{
	uint32_t id = flowindex_find(&t->index, t->flows, &m->key, hash);
	bool began = id == FLOW_NONE, urgent;
	struct flowslot *f;

	t->totals.bytes += m->ip_bytes;
	if (began) {
		id = flow_insert(t, m, hash);
	} else if ((m->tcp_flags & WIRE_SYN) && wirestate_restarts(&t->flows[id].wire, m)) {
		id = flow_restart(t, id, m, hash);
		began = true;
	}
	f = &t->flows[id];
	touch(f, m);
	flowpoints_count(&t->points, f, m, &t->totals);
	urgent = track(t, id, m) || began;
	/* Most packets are of a flow that waits already: they are spared the call. */
	if (urgent || !(f->marks & FLOW_CHANGED))
		change_note(t, id, urgent);
	return began;
}

static uint32_t add_some(struct flowtab *t, const struct pktmeta *m, uint32_t count)
{
	uint64_t hash[BATCH];
	uint32_t began = 0;

	for (uint32_t i = 0; i < count; i++) {
		hash[i] = m[i].kind == PKT_FLOW ? flowkey_hash(&m[i].key, t->seed) : 0;
		flowindex_prefetch_slot(&t->index, hash[i]);
	}
	for (uint32_t i = 0; i < count; i++)
		flowindex_prefetch_flow(&t->index, t->flows, hash[i]);
	for (uint32_t i = 0; i < count; i++) {
		t->totals.packets++;
		if (m[i].kind == PKT_FLOW)
			began += add_flow(t, &m[i], hash[i]);
		else
			add_other(t, &m[i]);
	}
	return began;
}

uint32_t flowtab_add_batch(struct flowtab *t, const struct pktmeta *m, uint32_t count)
{
	uint32_t began = 0;

	for (; count > BATCH; m += BATCH, count -= BATCH)
		began += add_some(t, m, BATCH);
	return began + add_some(t, m, count);
}

bool flowtab_add(struct flowtab *t, const struct pktmeta *m)
{
	return add_some(t, m, 1) > 0;
}

void flowtab_expire(struct flowtab *t, uint64_t now_ns, uint32_t budget)
{
	for (budget = budget < t->used ? budget : t->used; budget; budget--) {
		uint32_t id = t->expire_at < t->used ? t->expire_at : 0;
		const struct flowslot *f = &t->flows[id];

		t->expire_at = id + 1;
		/* The shortest time first: it spares most flows a look at their third line. */
		if (f->last_ns + idle_ns[RANK_CLOSED] >= now_ns || f->rank <= RANK_ENDED)
			continue;
		if (f->last_ns + idle_ns[f->rank] < now_ns)
			flow_end(t, id);
	}
}

/* ---- changes out */

static uint8_t rst_from(const struct flowslot *f)
{
	return (f->tcp_flags[0] & WIRE_RST ? 1 : 0) | (f->tcp_flags[1] & WIRE_RST ? 2 : 0);
}

static void flow_publish(const struct flowtab *t, uint32_t id, struct flowout *out)
{
	const struct flowslot *f = &t->flows[id];

	out->rec = (struct flowrec){
		.key = f->key,
		.id = id,
		.gen = f->gen,
		.first_ns = f->first_ns,
		.last_ns = f->last_ns,
		.dir = { f->dir[0], f->dir[1] },
		.ifindex = flowpoints_main_ifindex(&t->points, f),
		.vlan = f->vlan,
		.tcp_flags = { f->tcp_flags[0], f->tcp_flags[1] },
		.wire_state = f->wire.state,
		.opener = f->wire.opener,
		.closer = f->wire.closer,
		.opener_certain = wirestate_opener_certain(&f->wire),
		.points = flowpoints_in_use(&t->points, f),
		.sent_here = f->marks / FLOW_SENT_HERE & 3,
		.got_here = f->marks / FLOW_GOT_HERE & 3,
		.rst_from = rst_from(f),
	};
	out->ended = f->rank == RANK_ENDED;
}

/* A slot whose end was told is free. */
static void slot_release(struct flowtab *t, uint32_t id)
{
	struct flowslot *f = &t->flows[id];

	rank_leave(t, f);
	flowpoints_drop(&t->points, f);
	f->rank = RANK_FREE;
	f->next = t->free;
	t->free = id;
}

static uint32_t collect(struct flowtab *t, struct flowlist *l, struct flowout *out, uint32_t max)
{
	uint32_t count = 0;

	while (count < max && l->head != FLOW_NONE) {
		uint32_t id = change_pop(t, l);

		flow_publish(t, id, &out[count]);
		if (out[count++].ended)
			slot_release(t, id);
	}
	return count;
}

uint32_t flowtab_collect_began(struct flowtab *t, struct flowout *out, uint32_t max)
{
	return collect(t, &t->changes[WAIT_BEGAN], out, max);
}

uint32_t flowtab_collect(struct flowtab *t, struct flowout *out, uint32_t max)
{
	uint32_t began = flowtab_collect_began(t, out, max);

	return began + collect(t, &t->changes[WAIT_CHANGED], out + began, max - began);
}

bool flowtab_has_begun(const struct flowtab *t)
{
	return t->changes[WAIT_BEGAN].head != FLOW_NONE;
}

bool flowtab_has_changes(const struct flowtab *t)
{
	return flowtab_has_begun(t) || t->changes[WAIT_CHANGED].head != FLOW_NONE;
}

const struct flowtotals *flowtab_totals(const struct flowtab *t)
{
	return &t->totals;
}

void flowtab_sum(const struct flowtab *t, uint64_t *packets, uint64_t *bytes)
{
	uint64_t flows = 0;

	*packets = *bytes = 0;
	for (uint32_t id = 0; id < t->used; id++)
		if (t->flows[id].rank > RANK_ENDED)
			retire(&t->flows[id], &flows, packets, bytes);
}
