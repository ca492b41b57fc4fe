/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes out of the flow table: see flowtab.h. A flow is told whole each time, as a record of its
 * own; a slot whose end was told is free again. Owns nothing, and takes no packet in.
 */
#include "net/flowtab_state.h"

enum { PUBLISH_AHEAD = 6 };	/* flows whose memory is fetched before they are told */

static uint8_t rst_from(const struct flowslot *f)
{
	return (f->tcp_flags[0] & WIRE_RST ? 1 : 0) | (f->tcp_flags[1] & WIRE_RST ? 2 : 0);
}

static void flow_publish(struct flowtab *t, uint32_t id, struct flowout *out)
{
	const struct flowslot *f = &t->flows[id];

	out->rec = (struct flowrec){
		.key = f->key,
		.id = id,
		.gen = f->gen,
		.first_ns = f->first_ns,
		.last_ns = f->last_ns,
		.dir = { flowpoints_value(&t->points, f, 0), flowpoints_value(&t->points, f, 1) },
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
	flowtracks_publish(&t->tracks, f, &out->rec.report);
	out->ended = f->rank == RANK_ENDED;
}

/* A slot whose end was told is free. */
static void slot_release(struct flowtab *t, uint32_t id)
{
	struct flowslot *f = &t->flows[id];

	flowranks_leave(&t->ranks, id);
	flowtab_give_back(t, f);
	f->rank = RANK_FREE;
	f->next = t->free;
	t->free = id;
}

/* Where many changed, the next ones are as a rule those with the next ids. */
static inline __attribute__((always_inline)) void fetch_next(const struct flowtab *t, uint32_t id)
{
	uint32_t flow = id + 2 * PUBLISH_AHEAD, record = id + PUBLISH_AHEAD;

	if (flow >= t->used)
		return;
	__builtin_prefetch(&t->flows[flow].key);
	__builtin_prefetch(&t->flows[flow].small);
	flowtracks_prefetch(&t->tracks, &t->flows[record]);
}

static uint32_t collect(struct flowtab *t, struct flowset *set, struct flowout *out, uint32_t max)
{
	uint32_t count = 0;

	while (count < max && set->count) {
		uint32_t id = flowset_take(set);

		fetch_next(t, id);
		t->flows[id].marks &= (uint16_t)~FLOW_CHANGED;
		flow_publish(t, id, &out[count]);
		if (out[count++].ended)
			slot_release(t, id);
	}
	return count;
}

uint32_t flowtab_collect_began(struct flowtab *t, struct flowout *out, uint32_t max)
{
	return collect(t, &t->began, out, max);
}

uint32_t flowtab_collect(struct flowtab *t, struct flowout *out, uint32_t max)
{
	/* Where new flows would fill every batch, the counters of the others have their half. */
	uint32_t share = t->changed.count < max / 2 ? t->changed.count : max / 2;
	uint32_t began = flowtab_collect_began(t, out, max - share);

	return began + collect(t, &t->changed, out + began, max - began);
}

bool flowtab_has_begun(const struct flowtab *t)
{
	return t->began.count;
}

bool flowtab_has_changes(const struct flowtab *t)
{
	return t->began.count || t->changed.count;
}
