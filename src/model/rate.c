/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rates: differences of cumulative counters over event time. A span of nothing, or a counter that
 * went backwards, gives no rate rather than a wrong one.
 */
#include "model/state.h"

#include "base/clock.h"

enum { SHORTEST_MS = 50 };	/* two readings closer than this are one */

static uint64_t per_second(uint64_t before, uint64_t now, uint64_t span_ns)
{
	if (now < before || span_ns == 0)
		return MODEL_RATE_UNKNOWN;
	return (uint64_t)((double)(now - before) * 1e9 / (double)span_ns);
}

/* A connection that is over has no counters any more, and no rate. */
void rate_forget(struct sk *s)
{
	s->rx_bps = s->tx_bps = MODEL_RATE_UNKNOWN;
	s->rate_ns = 0;
}

struct ratebase rate_base(const struct sk *s)
{
	const struct sockrec *r = &s->rec;

	return (struct ratebase){
		.received = r->tcpinfo.bytes_received,
		.acked = r->tcpinfo.bytes_acked,
		.sent = r->tcpinfo.bytes_sent,
		.retrans = r->tcpinfo.bytes_retrans,
		.read_ns = s->rate_ns,
		.state = r->state,
		.has_sent = TCPINFO_HAS(r->tcpinfo_len, bytes_retrans),
		.known = s->counted && TCPINFO_HAS(r->tcpinfo_len, bytes_received),
	};
}

/*
 * bytes_acked and bytes_received, not bytes_sent: what arrived is what was carried (bytes_sent
 * counts what a local queue dropped as well).
 */
void rate_socket(struct sk *s, const struct ratebase *base, uint64_t now_ns)
{
	const struct sockrec *r = &s->rec;
	const struct tcpinfo *t = &r->tcpinfo;
	uint64_t span_ns = now_ns - s->rate_ns;

	if (!TCPINFO_HAS(r->tcpinfo_len, bytes_received) || r->state == ST_LISTEN || s->final) {
		rate_forget(s);
		return;
	}
	if (base && s->rate_ns && span_ns >= SHORTEST_MS * NSEC_PER_MSEC) {
		s->rx_bps = per_second(base->received, t->bytes_received, span_ns);
		s->tx_bps = per_second(base->acked, t->bytes_acked, span_ns);
	}
	s->rate_ns = now_ns;
	if (base && base->known &&
	    (base->received != t->bytes_received || base->acked != t->bytes_acked))
		s->moved = true;
	s->counted = true;
}

void rate_whole_life(struct flow *f)
{
	uint64_t span_ns = f->rec.last_ns > f->rec.first_ns ? f->rec.last_ns - f->rec.first_ns : 0;
	bool long_enough = span_ns >= SHORTEST_MS * NSEC_PER_MSEC;

	for (unsigned e = 0; e < 2; e++)
		f->bps[e] = long_enough ? per_second(0, f->rec.dir[e].bytes, span_ns) :
					  MODEL_RATE_UNKNOWN;
}

static void tick_flow(struct flow *f, uint64_t span_ns)
{
	for (unsigned e = 0; e < 2; e++) {
		f->bps[e] = per_second(f->prev_bytes[e], f->rec.dir[e].bytes, span_ns);
		f->prev_bytes[e] = f->rec.dir[e].bytes;
	}
}

/* What a flow adds to this host's totals: each end that is ours sends and receives. */
static void add_to_totals(struct model_totals *t, const struct flow *f)
{
	for (unsigned e = 0; e < 2; e++) {
		if (!(f->ours & 1u << e))
			continue;
		t->tx_bps += f->bps[e] == MODEL_RATE_UNKNOWN ? 0 : f->bps[e];
		t->rx_bps += f->bps[1 - e] == MODEL_RATE_UNKNOWN ? 0 : f->bps[1 - e];
	}
}

static void tick_flows(struct model *m, uint64_t span_ns)
{
	for (uint32_t i = 0; i < m->sums.end; i++) {
		struct flow *sum = slab_at(&m->sums, i);

		if (sum->used)
			tick_flow(sum, span_ns);
	}
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		struct flow *f = flowmirror_get(&m->flows, id);

		if (!f)
			continue;
		tick_flow(f, span_ns);
		add_to_totals(&m->totals, f);
	}
}

void rate_count_flows(struct model *m)
{
	m->totals.flows = m->flows.count;
	m->totals.flows_without_socket = 0;
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		const struct flow *f = flowmirror_get(&m->flows, id);

		if (f && f->sk[0] == MODEL_NONE && f->sk[1] == MODEL_NONE)
			m->totals.flows_without_socket++;
	}
}

static void tick_sockets(struct model *m)
{
	for (uint32_t i = 0; i < m->socks.slab.end; i++) {
		const struct sk *s = sktab_at(&m->socks, i);

		if (!s->used || s->ended_ns || s->rx_bps == MODEL_RATE_UNKNOWN)
			continue;
		m->totals.rx_bps += s->rx_bps;
		m->totals.tx_bps += s->tx_bps == MODEL_RATE_UNKNOWN ? 0 : s->tx_bps;
	}
}

void rate_tick(struct model *m, uint64_t now_ns)
{
	uint64_t span_ns = m->tick_ns && now_ns > m->tick_ns ? now_ns - m->tick_ns : 0;

	if (m->tick_ns && span_ns < SHORTEST_MS * NSEC_PER_MSEC)
		return;
	m->totals.rx_bps = m->totals.tx_bps = 0;
	m->totals.rates_from_wire = m->capturing;
	if (m->capturing)
		tick_flows(m, span_ns);
	else
		tick_sockets(m);
	rate_count_flows(m);
	m->totals.rates_known = span_ns != 0;
	if (span_ns) {
		m->history[m->history_next] = (struct ratepoint){ m->totals.rx_bps, m->totals.tx_bps };
		m->history_next = (m->history_next + 1) % MODEL_HISTORY;
		if (m->history_count < MODEL_HISTORY)
			m->history_count++;
	}
	m->tick_ns = now_ns;
	m->interval_ns = span_ns;
}
