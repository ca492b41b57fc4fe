/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow table: see flowtab.h. Owns the slots (reserved at the start, real only where they were
 * used) and what is around them (flowtab_state.h); takes packets in and ends flows. Reads no clock,
 * and does not publish: flowtab_collect.c does.
 */
#include "net/flowtab.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "net/flowtab_state.h"
#include "net/reserve.h"

enum {
	LIMIT_MAX = 1 << FLOWINDEX_ID_BITS,
	GROUP = 32,		/* packets whose memory is fetched together */
};

static size_t flows_bytes(uint32_t limit)
{
	return (size_t)limit * sizeof(struct flowslot);
}

static bool init_parts(struct flowtab *t, uint64_t seed)
{
	t->flows = reserve_new(flows_bytes(t->limit));
	t->fragments = fragments_new(seed);
	return t->flows && t->fragments && !flowindex_init(&t->index, t->limit, seed) &&
	       !flowpoints_init(&t->points, t->limit) && !flowtracks_init(&t->tracks, t->limit) &&
	       !flowset_init(&t->began, t->limit) && !flowset_init(&t->changed, t->limit);
}

struct flowtab *flowtab_new(uint32_t limit, uint64_t hash_seed)
{
	struct flowtab *t = calloc(1, sizeof(*t));

	if (!t || limit < 1 || limit > LIMIT_MAX)
		goto fail;
	t->limit = limit;
	t->free = FLOW_NONE;
	t->totals.flow_limit = limit;
	if (!init_parts(t, hash_seed))
		goto fail;
	reserve_hugepages(t->flows, flows_bytes(limit));
	flowranks_init(&t->ranks, t->flows);
	return t;
fail:
	flowtab_free(t);
	return NULL;
}

void flowtab_free(struct flowtab *t)
{
	if (!t)
		return;
	reserve_free(t->flows, flows_bytes(t->limit));
	fragments_free(t->fragments);
	flowindex_fini(&t->index);
	flowpoints_fini(&t->points);
	flowtracks_fini(&t->tracks);
	flowset_fini(&t->began);
	flowset_fini(&t->changed);
	free(t);
}

void flowtab_keep_former(struct flowtab *t)
{
	t->keeps_former = true;
}

/* ---- rank and changes */

enum { BOTH_ENDS = 3 };	/* bit e is end e */

static bool has_one_packet(const struct flowtab *t, const struct flowslot *f)
{
	return flowpoints_value(&t->points, f, 0).packets +
	       flowpoints_value(&t->points, f, 1).packets <= 1;
}

/* A connection of which one end alone was seen may be anybody's invention, like a datagram. */
static enum flowrank rank_of(const struct flowtab *t, const struct flowslot *f)
{
	enum flowrank rank = flowranks_of_state(f->wire.state);

	if (f->key.proto == IPPROTO_TCP &&
	    (rank != RANK_ESTABLISHED || wirestate_ends_seen(&f->wire) == BOTH_ENDS))
		return rank;
	if (f->key.proto != IPPROTO_TCP && f->wire.state != WS_NONE)
		return rank;
	return has_one_packet(t, f) ? RANK_ONE_PACKET : RANK_DATAGRAM;
}

/* The ends whose mere data and acknowledgements change nothing any more. */
static unsigned steady_ends(const struct flowslot *f)
{
	if (f->key.proto != IPPROTO_TCP)
		return f->rank == RANK_DATAGRAM ? BOTH_ENDS : 0;
	if (f->wire.state != WS_ESTABLISHED || f->rank == RANK_ONE_PACKET)
		return 0;
	return wirestate_ends_seen(&f->wire);
}

static void rank_update(struct flowtab *t, uint32_t id)
{
	struct flowslot *f = &t->flows[id];
	enum flowrank rank = rank_of(t, f);

	if (rank != f->rank) {
		flowranks_leave(&t->ranks, id);
		flowranks_join(&t->ranks, id, rank);
	}
	f->marks &= (uint16_t)~(FLOW_STEADY * BOTH_ENDS);
	f->marks |= (uint16_t)(FLOW_STEADY * steady_ends(f));
}

static void change_note(struct flowtab *t, uint32_t id, bool urgent)
{
	struct flowslot *f = &t->flows[id];

	if ((f->marks & FLOW_CHANGED) && !urgent)
		return;
	f->marks |= FLOW_CHANGED;
	flowset_add(urgent ? &t->began : &t->changed, id);
	if (urgent)
		flowset_remove(&t->changed, id);
}

/* ---- a flow's life */

static void retire(const struct flowtab *t, const struct flowslot *f, uint64_t *packets,
		   uint64_t *bytes)
{
	for (unsigned end = 0; end < 2; end++) {
		struct flowcount value = flowpoints_value(&t->points, f, end);

		*packets += value.packets;
		*bytes += value.bytes;
	}
}

static void retire_expired(struct flowtab *t, const struct flowslot *f)
{
	t->totals.expired_flows++;
	retire(t, f, &t->totals.expired_packets, &t->totals.expired_bytes);
}

static void unindex(struct flowtab *t, uint32_t id)
{
	if (!(t->flows[id].marks & FLOW_FORMER))
		flowindex_remove(&t->index, t->flows, id);
}

/* In a flood the next flow goes soon: what that needs is fetched meanwhile. */
static void look_ahead_of_eviction(const struct flowtab *t, uint32_t next)
{
	const struct flowslot *f = &t->flows[next];

	if (next == FLOW_NONE)
		return;
	flowindex_prefetch(&t->index, flowindex_hash(&t->index, &f->key));
	if (f->next != FLOW_NONE) {
		__builtin_prefetch(&t->flows[f->next].key, 1);
		__builtin_prefetch(&t->flows[f->next].small, 1);
	}
}

/* Frees the slot of the cheapest flow. */
static uint32_t evict(struct flowtab *t)
{
	uint32_t id = flowranks_take_cheapest(&t->ranks);
	struct flowslot *f = &t->flows[id];

	if (flowslot_is_live(f)) {
		unindex(t, id);
		t->totals.evicted_flows++;
		retire(t, f, &t->totals.evicted_packets, &t->totals.evicted_bytes);
		t->totals.live_flows--;
	}
	look_ahead_of_eviction(t, f->next);
	flowtab_give_back(t, f);
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

/* Everything but what belongs to the slot: its links, and whether it waits to be published. */
static void flow_begin(struct flowslot *f, const struct pktmeta *m)
{
	f->key = m->key;
	f->first_ns = f->last_ns = m->time_ns;
	f->tcp_flags[0] = f->tcp_flags[1] = 0;
	f->marks &= FLOW_CHANGED;
	f->first_point = 0;
	f->small[0] = f->small[1] = (struct flowsmall){ 0 };
	f->at[0] = f->at[1] = 0;
	f->vlan = m->vlan;
	f->gen++;
	wirestate_begin(&f->wire, m);
}

static uint32_t flow_insert(struct flowtab *t, const struct pktmeta *m, uint64_t hash)
{
	uint32_t id = take_slot(t);

	flow_begin(&t->flows[id], m);
	flowindex_insert(&t->index, t->flows, hash, id);
	flowranks_join(&t->ranks, id, rank_of(t, &t->flows[id]));
	t->totals.live_flows++;
	return id;
}

static void flow_end(struct flowtab *t, uint32_t id)
{
	unindex(t, id);
	retire_expired(t, &t->flows[id]);
	t->totals.live_flows--;
	flowranks_leave(&t->ranks, id);
	flowranks_join(&t->ranks, id, RANK_ENDED);
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
	flowtab_give_back(t, f);
	flow_begin(f, m);
	return id;
}

/* ---- packets in */

static void touch(struct flowslot *f, const struct pktmeta *m)
{
	f->marks |= FLOW_TOUCHED;
	if (m->way == PKT_OUT)
		f->marks |= (uint16_t)(FLOW_SENT_HERE << m->from);
	else if (m->way == PKT_IN)
		f->marks |= (uint16_t)(FLOW_GOT_HERE << m->from);
	f->tcp_flags[m->from] |= m->tcp_flags;
	if (m->time_ns >= f->last_ns)
		f->last_ns = m->time_ns;
	else if (m->time_ns < f->first_ns)
		f->first_ns = m->time_ns;
	if (m->vlan && !f->vlan)
		f->vlan = m->vlan;
}

/* What others act upon at once: a socket may be looked up from now on, or will be gone soon. */
static bool is_urgent(unsigned before, unsigned after)
{
	if (after == before)
		return false;
	if (after == WS_ESTABLISHED)
		return before != WS_NONE;	/* met midway, it was told when it was first seen */
	return after == WS_RESET || after == WS_REFUSED;
}

/* True when this packet changed the state to one that is urgent. */
static bool state_step(struct flowtab *t, uint32_t id, const struct pktmeta *m, bool at_first)
{
	struct flowslot *f = &t->flows[id];
	unsigned before;

	if ((f->marks & FLOW_STEADY << m->from) && !(m->tcp_flags & (WIRE_SYN | WIRE_FIN | WIRE_RST)))
		return false;
	before = f->wire.state;
	if (f->key.proto != IPPROTO_TCP) {
		wirestate_answered(&f->wire, m->from);
	} else if (!m->fragment) {
		if (at_first)
			wirestate_outlives_rst(&f->wire, m);
		wirestate_step(&f->wire, m);
	}
	rank_update(t, id);
	return is_urgent(before, f->wire.state);
}

/* NULL: it has none. */
static const struct flowtrack *track_of(const struct flowtab *t, const struct flowslot *f)
{
	return f->marks & FLOW_TRACKED ? flowtracks_get(&t->tracks, f) : NULL;
}

/*
 * A flow is followed from its second packet on: most floods have no second one. Without ports there
 * is nothing to follow.
 */
static bool wants_record(const struct flowslot *f, const struct pktmeta *m)
{
	return !(f->marks & FLOW_TRACKED) && !m->fragment && (f->key.port[0] || f->key.port[1]);
}

/* An ICMP error about a flow. One about a flow that is not known changes nothing. */
static void add_error(struct flowtab *t, const struct pktmeta *m)
{
	uint64_t hash = flowindex_hash(&t->index, &m->about);
	uint32_t id = flowindex_find(&t->index, t->flows, &m->about, hash);
	struct flowslot *f;
	unsigned before;

	if (id == FLOW_NONE || errorcopies_is_copy(&t->errors, hash, m))
		return;
	f = &t->flows[id];
	if (!(f->marks & FLOW_TRACKED))
		flowtracks_begin(&t->tracks, f);
	flowtrack_error(flowtracks_get(&t->tracks, f), m);
	before = f->wire.state;
	if (wirestate_is_unreachable(m)) {
		wirestate_unreachable(&f->wire, f->key.proto == IPPROTO_TCP, m->about_from);
		rank_update(t, id);
	}
	change_note(t, id, is_urgent(before, f->wire.state));
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

/* A packet of a flow and where it may be: see fetch_index(). */
struct lookup {
	uint64_t hash;
	uint32_t guess;		/* FLOW_NONE: begins a flow, as it seems */
};

static uint32_t look_up(const struct flowtab *t, const struct pktmeta *m, const struct lookup *l)
{
	const struct flowslot *f = &t->flows[l->guess];

	if (l->guess != FLOW_NONE && flowslot_is_indexed(f) && flowkey_equal(&f->key, &m->key))
		return l->guess;
	return flowindex_find(&t->index, t->flows, &m->key, l->hash);
}

static bool add_flow(struct flowtab *t, const struct pktmeta *m, const struct lookup *l)
{
	uint32_t id = look_up(t, m, l);
	bool began = id == FLOW_NONE, urgent, at_first;
	struct flowslot *f;

	t->totals.bytes += m->ip_bytes;
	if (began) {
		id = flow_insert(t, m, l->hash);
	} else if ((m->tcp_flags & WIRE_SYN) && wirestate_restarts(&t->flows[id].wire, m)) {
		id = flow_restart(t, id, m, l->hash);
		began = true;
	}
	f = &t->flows[id];
	if (wants_record(f, m)) {
		if (began)
			flowtracks_first(&t->tracks, f, m);
		else
			flowtracks_begin(&t->tracks, f);
	}
	at_first = flowpoints_count(&t->points, f, m, track_of(t, f), &t->totals);
	touch(f, m);
	urgent = state_step(t, id, m, at_first) || began;
	if (at_first && (f->marks & FLOW_TRACKED) && !m->fragment)
		flowtrack_step(flowtracks_get(&t->tracks, f), &t->tracks.gaps, m);
	/* Most packets are of a flow that waits already: they are spared the call. */
	if (urgent || !(f->marks & FLOW_CHANGED))
		change_note(t, id, urgent);
	if (m->is_error)
		add_error(t, m);
	return began;
}

/* Gives later fragments their ports, and keeps those of first ones for them. */
static void add_fragment(struct flowtab *t, struct pktmeta *m)
{
	if (m->fragment_first)
		fragments_note(t->fragments, m);
	else if (fragments_resolve(t->fragments, m))
		t->totals.fragments++;
	else
		t->totals.lone_fragments++;
}

/*
 * Memory is far away. Before the first packet of a group is counted, the index's slots of their
 * keys are fetched, then the flows that these seem to name, then those flows' records.
 */
static void fetch_index(struct flowtab *t, struct pktmeta *m, struct lookup *l)
{
	l->guess = FLOW_NONE;
	if (m->kind != PKT_FLOW)
		return;
	if (m->fragment | m->fragment_first)
		add_fragment(t, m);
	l->hash = flowindex_hash(&t->index, &m->key);
	flowindex_prefetch(&t->index, l->hash);
}

static void fetch_flow(const struct flowtab *t, const struct pktmeta *m, struct lookup *l)
{
	if (m->kind != PKT_FLOW)
		return;
	l->guess = flowindex_guess(&t->index, l->hash);
	if (l->guess == FLOW_NONE)
		return;
	__builtin_prefetch(&t->flows[l->guess].key, 1);
	__builtin_prefetch(&t->flows[l->guess].small, 1);
}

/* Always inlined: see flowtracks_prefetch(). */
static inline __attribute__((always_inline)) void fetch_record(const struct flowtab *t,
							       const struct lookup *l)
{
	if (l->guess != FLOW_NONE)
		flowtracks_prefetch(&t->tracks, &t->flows[l->guess]);
}

static bool add_packet(struct flowtab *t, const struct pktmeta *m, const struct lookup *l)
{
	t->totals.packets++;
	if (m->kind == PKT_FLOW)
		return add_flow(t, m, l);
	add_other(t, m);
	return false;
}

/* At most GROUP of them. */
static uint32_t add_group(struct flowtab *t, struct pktmeta *m, uint32_t count)
{
	struct lookup l[GROUP];
	uint32_t began = 0;

	for (uint32_t i = 0; i < count; i++)
		fetch_index(t, &m[i], &l[i]);
	for (uint32_t i = 0; i < count; i++)
		fetch_flow(t, &m[i], &l[i]);
	for (uint32_t i = 0; i < count; i++)
		fetch_record(t, &l[i]);
	for (uint32_t i = 0; i < count; i++)
		began += add_packet(t, &m[i], &l[i]);
	return began;
}

uint32_t flowtab_add_batch(struct flowtab *t, struct pktmeta *m, uint32_t count)
{
	uint32_t began = 0;

	for (uint32_t i = 0; i < count; i += GROUP)
		began += add_group(t, m + i, count - i < GROUP ? count - i : GROUP);
	return began;
}

bool flowtab_add(struct flowtab *t, struct pktmeta *m)
{
	return flowtab_add_batch(t, m, 1) > 0;
}

void flowtab_expire(struct flowtab *t, uint64_t now_ns, uint32_t budget)
{
	for (budget = budget < t->used ? budget : t->used; budget; budget--) {
		uint32_t id = t->expire_at < t->used ? t->expire_at : 0;
		const struct flowslot *f = &t->flows[id];

		t->expire_at = id + 1;
		if (flowslot_is_live(f) && f->last_ns + flowranks_idle_ns(f->rank) < now_ns)
			flow_end(t, id);
	}
}

/* ---- the books */

const struct flowtotals *flowtab_totals(const struct flowtab *t)
{
	return &t->totals;
}

void flowtab_sum(const struct flowtab *t, uint64_t *packets, uint64_t *bytes)
{
	*packets = *bytes = 0;
	for (uint32_t id = 0; id < t->used; id++)
		if (flowslot_is_live(&t->flows[id]))
			retire(t, &t->flows[id], packets, bytes);
}
