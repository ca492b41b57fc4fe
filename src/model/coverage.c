/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of what TCP sockets carried was captured: the kernel's counters against the wire's.
 *
 * Owns the records of the sockets that both know, taken when either says that it carried something.
 * A dump and the flows are not of one moment, so that two readings are compared of which one is
 * certainly older: the kernel's, with the wire's from when every packet of then has left the ring
 * and was published. The capture is asked right after the dumps and answers within the round. What
 * is missing is missing, and not merely late; what passed between the two readings hides as much of
 * it. The base is put the same way: where the SYN was not captured, the wire's is from before the
 * kernel's, which hides what one interval carried, and claims nothing false. What was not captured
 * never will be: the most that was ever missing stands.
 *
 * Of what was sent only that counts which certainly passed the wire: what was acknowledged, each
 * byte once. What was merely sent may lie in a queueing discipline, and one may have dropped it
 * before the tap, so that it had to be sent again.
 *
 * Counters are compared as differences to their base, in arithmetic that wraps: a base may be
 * "negative" where a flow was lost and another one goes on in its place.
 *
 * Without a flow all is missing only where something tells why. Address translation on this host
 * hides a socket's packets behind another tuple, and a flow may be gone before it was found: then
 * nothing is claimed.
 *
 * Deliberately not estimated: what was captured beyond the kernel's counters is told only of
 * sockets that were followed from their SYN on.
 */
#include "model/state.h"

#include "base/clock.h"

enum {
	SYN_SLACK_MS = 100,	/* the clocks of packets and of events may be a little apart */
};

enum { RX, TX };	/* struct coverage */

/* What the kernel said, and when; ns is 0: there is none. */
struct reading {
	uint64_t k[2];		/* payload that certainly passed the wire */
	uint64_t sent;		/* all that it tried to send, again or not */
	uint64_t ns;
};

struct cover {
	uint64_t base_k[2], base_w[2];	/* the kernel's and the wire's counters where comparing began */
	uint64_t judged_k[2];		/* the kernel's that missing[] is about */
	struct reading then;		/* its later ones, which wait for the wire */
	struct reading next;		/* and those of the round after */
	uint64_t judged_w[2];		/* the wire's when judged_k was judged */
	uint64_t missing[2], surplus[2];
	uint32_t dropped;		/* by the kernel's ring when comparing began: its low bits */
	uint32_t flows_gone;		/* pushed out, expired or replaced when comparing began: likewise */
	uint32_t sk;			/* MODEL_NONE: its row went, `then` is still to be judged */
	uint32_t flow, gen;		/* MODEL_NONE: no packet was seen yet */
	uint8_t end;			/* of the flow's key at which the socket stands */
	uint8_t reason;			/* enum wirereason */
	bool used : 1;
	bool from_zero : 1;		/* of all that the socket carried: the base is its beginning */
	bool whole : 1;			/* and the SYN was captured */
	bool peer_opened : 1;
	bool fin : 1;			/* the kernel's count of received bytes had the peer's FIN in it */
	bool final : 1;			/* `then` is the last: the socket is gone */
	bool unmatched : 1;		/* its packets are not in a flow of its tuple, though none were lost */
};

void coverage_init(struct model *m, uint32_t limit)
{
	slab_init(&m->covers, sizeof(struct cover), limit);
}

static struct cover *cover_at(const struct model *m, uint32_t id)
{
	return slab_at(&m->covers, id);
}

/* Is there a capture that the kernel's counters can be held against? */
static bool is_comparing(const struct model *m)
{
	return m->capturing && m->capture.live && !m->capture.ended && !m->host.no_capture;
}

/* What was read from then on was read while packets were looked at. */
static uint64_t since_ns(const struct model *m)
{
	return m->capture.began_ns ? m->capture.began_ns : m->capturing_ns;
}

static uint64_t less(uint64_t n, uint64_t by)
{
	return n > by ? n - by : 0;
}

/* Positive where x is ahead of y. */
static int64_t ahead(uint64_t x, uint64_t y)
{
	return (int64_t)(x - y);
}

/* ---- the two counts */

static bool has_peers_fin(enum sockstate state)
{
	return state == ST_CLOSE_WAIT || state == ST_LAST_ACK || state == ST_CLOSING;
}

static bool may_have_our_fin_acked(enum sockstate state)
{
	return state == ST_FIN_WAIT2 || state == ST_TIME_WAIT || state == ST_CLOSE;
}

/*
 * bytes_acked has our SYN in it, and our FIN, which the state does not tell where it was not read
 * at once; but no more payload is acknowledged than was sent for the first time. Kernels before
 * 4.19 do not tell of that. Where the base is not the beginning who opened it is not certain: what
 * was taken off for the SYN may have been payload, which the base lacks as well.
 */
static uint64_t acknowledged(const struct cover *c, const struct ratebase *b)
{
	uint64_t acked = less(b->acked, !c->peer_opened), first = less(b->sent, b->retrans);

	if (may_have_our_fin_acked(b->state) && !(c->from_zero && b->has_sent && acked == first))
		acked = less(acked, 1);
	return b->has_sent && first < acked ? first : acked;
}

/*
 * Payload as the kernel counted it. bytes_received has the peer's FIN in it once the full socket
 * took that in.
 */
static void kernels(const struct cover *c, const struct ratebase *b, uint64_t out[2])
{
	out[RX] = less(b->received, has_peers_fin(b->state));
	out[TX] = acknowledged(c, b);
}

static struct reading reading_of(const struct cover *c, const struct ratebase *b, uint64_t now_ns)
{
	struct reading r = { .ns = now_ns ? now_ns : 1 };

	kernels(c, b, r.k);
	r.sent = b->has_sent ? b->sent : r.k[TX];
	return r;
}

static uint64_t wires(const struct cover *c, const struct flow *f, unsigned way)
{
	return f ? f->rec.dir[way == TX ? c->end : !c->end].payload : 0;
}

/*
 * What the wire had counted at the last tick, or less: no more payload came since than bytes did.
 */
static uint64_t wires_before(const struct cover *c, const struct flow *f, unsigned way)
{
	unsigned from = way == TX ? c->end : !c->end;
	const struct flowcount *now = &f->rec.dir[from];

	return less(now->payload, less(now->bytes, f->prev_bytes[from]));
}

static bool has_carried(const struct ratebase *b)
{
	return b->received || b->acked > 1 || b->sent;	/* a SYN is acknowledged like a byte */
}

static bool has_moved(const struct ratebase *former, const struct ratebase *now)
{
	return former->received != now->received || former->acked != now->acked ||
	       former->sent != now->sent;
}

/* ---- where comparing begins */

/*
 * Is the flow's SYN the socket's own? Anybody can send one for a connection that is there.
 * `former`: as in put_base().
 */
static bool starts_with(const struct flow *f, const struct sk *s, const struct ratebase *former)
{
	uint64_t slack_ns = former && has_carried(former) ? 0 : SYN_SLACK_MS * NSEC_PER_MSEC;

	return f->rec.opener_certain && f->rec.first_ns <= s->first_ns + slack_ns;
}

/* It ended before any dump listed it. */
static bool is_unlisted(const struct sk *s)
{
	return s->ended_ns && s->ended_ns == s->first_ns;
}

/*
 * Was it not there yet when the capture began, and did it carry something since? A dump may have
 * missed it, but what was idle then carried nothing since.
 */
static bool began_meanwhile(const struct model *m, const struct sk *s)
{
	const struct tcpinfo *t = &s->rec.tcpinfo;
	uint32_t idle_ms = t->last_data_sent < t->last_data_recv ? t->last_data_sent :
								   t->last_data_recv;

	return (s->born || is_unlisted(s)) && m->dump_began_ns[s->rec.dump] >= since_ns(m) &&
	       m->time_ns - since_ns(m) >= idle_ms * NSEC_PER_MSEC;
}

static void follow(struct cover *c, const struct flow *f, unsigned end)
{
	c->flow = f->rec.id;
	c->gen = f->rec.gen;
	c->end = (uint8_t)end;
	c->whole = c->from_zero && f->rec.opener_certain;
	if (c->whole)	/* else the base and what follows must have the SYN in them alike */
		c->peer_opened = f->rec.opener != end;
}

/*
 * Was it read while packets were looked at? Those of other namespaces are looked at from some time
 * after their sockets are first read.
 */
static bool is_fresh(const struct model *m, const struct sk *s, const struct ratebase *former)
{
	return !s->rec.netns && former && former->known && former->read_ns >= since_ns(m);
}

/*
 * `former`: its counters before those that it has now; NULL: it is new here. They serve as base
 * where they were read while packets were looked at already and none of this flow had been seen.
 */
static void put_base(struct cover *c, const struct flow *f, bool fresh,
		     const struct ratebase *former, const struct ratebase *now)
{
	bool new_flow = !f || (!f->prev_bytes[0] && !f->prev_bytes[1]);

	if (!c->from_zero)
		kernels(c, fresh && new_flow ? former : now, c->base_k);
	for (unsigned way = RX; way <= TX; way++) {
		if (!c->from_zero && f)
			c->base_w[way] = wires_before(c, f, way);
		c->judged_k[way] = c->base_k[way];
		c->judged_w[way] = c->base_w[way];
	}
}

/* With a filter flows that expire are no reason to think that there was one. */
static uint32_t flows_gone(const struct model *m)
{
	const struct capturerec *c = &m->capture;
	bool partial = c->filtered || c->limited;

	return (uint32_t)(c->totals.evicted_flows + (partial ? 0 : c->totals.expired_flows));
}

/* A record for the socket; NULL: nothing to compare yet, or memory is short. */
static struct cover *begin(struct model *m, uint32_t sk, const struct ratebase *former,
			   const struct ratebase *now)
{
	struct sk *s = sktab_at(&m->socks, sk);
	const struct flow *f = join_flow_of(m, s);
	bool fresh = is_fresh(m, s, former);
	struct cover blank = { .sk = sk, .flow = MODEL_NONE, .end = s->local_end, .used = true,
			       .dropped = (uint32_t)m->capture.dropped,
			       .flows_gone = flows_gone(m) };

	if (f)
		blank.from_zero = starts_with(f, s, former);
	else if (!former)
		blank.from_zero = has_carried(now) && began_meanwhile(m, s);
	if (!f && (s->rec.netns || !(blank.from_zero || (fresh && has_moved(former, now)))))
		return NULL;	/* of other namespaces only packets tell that there is a capture */
	s->cover = slab_take(&m->covers);
	if (s->cover == MODEL_NONE)
		return NULL;
	if (f)
		follow(&blank, f, s->local_end);
	put_base(&blank, f, fresh, former, now);
	*cover_at(m, s->cover) = blank;
	return cover_at(m, s->cover);
}

/*
 * Its flow was pushed out or is too old, and what it counted last is not known: goes on from here,
 * and from the beginning of the flow that it has now.
 */
static void begin_again(struct cover *c, const struct flow *f, const uint64_t now_k[2])
{
	for (unsigned way = RX; way <= TX; way++) {
		uint64_t carried = c->judged_k[way] - c->base_k[way];
		uint64_t captured = carried - c->missing[way] + c->surplus[way];

		c->base_k[way] = now_k[way] - carried;
		c->judged_k[way] = now_k[way];
		c->base_w[way] = 0 - captured;
	}
	c->flow = MODEL_NONE;
	c->then.ns = c->next.ns = 0;
	c->from_zero = c->whole = false;
	if (f)
		follow(c, f, c->end);
}

/* ---- what the kernel says */

static bool has_other_flow(const struct cover *c, const struct flow *f)
{
	return c->flow != MODEL_NONE && (!f || f->rec.id != c->flow || f->rec.gen != c->gen);
}

static bool ran_back(const struct cover *c, const uint64_t now_k[2])
{
	return ahead(c->judged_k[RX], now_k[RX]) > 0 || ahead(c->judged_k[TX], now_k[TX]) > 0;
}

/* Nothing happened. */
static bool is_settled(const struct cover *c, const struct reading *r)
{
	return r->k[RX] == c->judged_k[RX] && r->k[TX] == c->judged_k[TX];
}

/* The first one is kept: it can be judged first. Of later ones the latest. */
static void let_wait(struct cover *c, const struct reading *r)
{
	if (c->then.ns)
		c->next = *r;
	else if (!is_settled(c, r))
		c->then = *r;
}

static bool has_counters(const struct sk *s)
{
	return s->rec.proto == SP_TCP && TCPINFO_HAS(s->rec.tcpinfo_len, bytes_received) &&
	       sk_is_connected(&s->rec);
}

void coverage_record(struct model *m, uint32_t sk, const struct ratebase *former, uint64_t now_ns)
{
	const struct sk *s = sktab_at(&m->socks, sk);
	struct ratebase now = rate_base(s);
	const struct flow *f;
	struct reading r;
	struct cover *c;

	if (!is_comparing(m) || !has_counters(s) || s->final || now_ns < since_ns(m))
		return;
	c = s->cover != MODEL_NONE ? cover_at(m, s->cover) : begin(m, sk, former, &now);
	if (!c)
		return;
	f = s->flow != MODEL_NONE ? flowmirror_at(&m->flows, s->flow) : NULL;
	r = reading_of(c, &now, now_ns);
	c->fin |= has_peers_fin(s->rec.state);
	if (has_other_flow(c, f) || ran_back(c, r.k))
		begin_again(c, f, r.k);
	else
		let_wait(c, &r);
}

void coverage_linked(struct model *m, uint32_t sk)
{
	const struct sk *s = sktab_at(&m->socks, sk);
	const struct flow *f = flowmirror_at(&m->flows, s->flow);
	struct ratebase now = rate_base(s);

	if (s->rec.netns && !starts_with(f, s, &now))
		return;		/* it may have been read before its namespace was looked at */
	if (s->cover == MODEL_NONE && s->rate_ns)
		coverage_record(m, sk, &now, s->rate_ns);	/* as of when it was read */
}

void coverage_final(struct model *m, uint32_t sk, const struct ratebase *former, uint64_t now_ns)
{
	const struct sk *s = sktab_at(&m->socks, sk);
	struct ratebase last = rate_base(s);
	struct cover *c;

	if (!is_comparing(m) || !has_counters(s))
		return;
	last.state = ST_CLOSE;
	c = s->cover != MODEL_NONE ? cover_at(m, s->cover) : begin(m, sk, former, &last);
	if (!c)
		return;
	c->then = reading_of(c, &last, now_ns);
	c->then.k[RX] = less(c->then.k[RX], c->fin);
	c->final = true;
	c->next.ns = 0;
}

/* ---- what the wire says to that */

static const struct flow *flow_of(const struct model *m, const struct cover *c)
{
	const struct flow *f = c->flow == MODEL_NONE ? NULL : flowmirror_get(&m->flows, c->flow);

	return f && f->rec.gen == c->gen ? f : NULL;
}

/* Its first packets were published after the socket was. */
static void look_for_flow(const struct model *m, struct cover *c)
{
	const struct sk *s = c->sk == MODEL_NONE ? NULL : sktab_at(&m->socks, c->sk);
	const struct flow *f = s && c->flow == MODEL_NONE ? join_flow_of(m, s) : NULL;

	if (f)
		follow(c, f, s->local_end);
}

static enum wirereason why_missing(const struct model *m, uint32_t dropped)
{
	if (m->capture.filtered)
		return TRAFFIC_FILTERED;
	if ((uint32_t)m->capture.dropped != dropped)
		return TRAFFIC_DROPPED;
	return m->capture.limited ? TRAFFIC_OTHER_IFACE : TRAFFIC_UNSEEN;
}

/*
 * The kernel's state and counters are not read at once, and a socket that is gone has no state: of
 * what the wire seems to lack one byte may be the peer's FIN.
 */
static bool may_hold_fin(const struct cover *c, const struct flow *f)
{
	return !c->fin && (c->final || (f && f->rec.tcp_flags[!c->end] & WIRE_FIN));
}

/* Here it is the kernel's reading that must be the later one, unless the socket is gone. */
static uint64_t surplus_of(const struct cover *c, uint64_t wire, unsigned way)
{
	const struct reading *latest = c->next.ns ? &c->next : &c->then;
	uint64_t counted = way == TX ? latest->sent : latest->k[RX];
	uint64_t captured = (c->final ? wire : c->judged_w[way]) - c->base_w[way];
	int64_t surplus = ahead(captured, counted - c->base_k[way]);

	return c->whole && surplus > 0 ? (uint64_t)surplus : 0;
}

static void judge_way(const struct model *m, struct cover *c, const struct flow *f, unsigned way)
{
	uint64_t wire = wires(c, f, way), captured = wire - c->base_w[way];
	int64_t missing = ahead(c->then.k[way] - c->base_k[way], captured);

	if (way == RX && missing > 0 && may_hold_fin(c, f)) {
		c->then.k[RX]--;
		missing--;
	}
	if (missing > 0 && (uint64_t)missing > c->missing[way]) {
		c->reason = (uint8_t)why_missing(m, c->dropped);
		c->missing[way] = (uint64_t)missing;
	}
	c->surplus[way] = surplus_of(c, wire, way);
	c->judged_k[way] = c->then.k[way];
	c->judged_w[way] = wire;
}

/* Was there a flow of it that was not found in time, or is gone? */
static bool may_have_had_flow(const struct model *m, const struct cover *c)
{
	const struct sk *s = c->sk == MODEL_NONE ? NULL : sktab_at(&m->socks, c->sk);

	return flows_gone(m) != c->flows_gone || (s && join_was_reused(m, s));
}

static void judge(const struct model *m, struct cover *c)
{
	const struct flow *f = flow_of(m, c);

	if (!f && (c->flow != MODEL_NONE || c->sk == MODEL_NONE))
		return;		/* what it counted last is not known */
	if (!f && may_have_had_flow(m, c))
		return;
	if (!f && why_missing(m, c->dropped) == TRAFFIC_UNSEEN)
		c->unmatched = true;
	if (!f && c->unmatched)
		return;
	judge_way(m, c, f, RX);
	judge_way(m, c, f, TX);
}

/* Has all that the kernel had counted left the ring? See iftab.h. One ring sees all of a flow. */
static bool is_told(const struct model *m, const struct cover *c)
{
	const struct flow *f = flow_of(m, c);
	uint64_t told_ns = m->capture.told_ns;

	return told_ns >= c->then.ns &&
	       ((f && f->rec.last_ns >= c->then.ns + TOLD_ORDER_MS * NSEC_PER_MSEC) ||
		told_ns >= c->then.ns + TOLD_LATE_MS * NSEC_PER_MSEC);
}

static void step(const struct model *m, struct cover *c)
{
	if (c->then.ns)
		look_for_flow(m, c);
	while (c->then.ns && is_told(m, c)) {
		judge(m, c);
		c->then = c->next;
		c->next.ns = 0;
	}
}

static uint64_t carried_of(const struct cover *c)
{
	return c->judged_k[RX] - c->base_k[RX] + c->judged_k[TX] - c->base_k[TX];
}

/* Its row is gone and all is said: only its sums are kept. */
static void retire(struct model *m, uint32_t id)
{
	struct cover *c = cover_at(m, id);

	m->covered_past += carried_of(c);
	m->missing_past += c->missing[RX] + c->missing[TX];
	c->used = false;
	slab_put(&m->covers, id);
}

void coverage_drop(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct cover *c;

	if (s->cover == MODEL_NONE)
		return;
	c = cover_at(m, s->cover);
	look_for_flow(m, c);
	c->sk = MODEL_NONE;
	if (!c->then.ns)
		retire(m, s->cover);
	s->cover = MODEL_NONE;
}

void coverage_tick(struct model *m)
{
	struct model_totals *t = &m->totals;

	if (!is_comparing(m))
		return;
	t->covered_kernel = t->covered_missing = 0;
	for (uint32_t id = 0; id < m->covers.end; id++) {
		struct cover *c = cover_at(m, id);

		if (!c->used)
			continue;
		step(m, c);
		if (c->sk == MODEL_NONE && !c->then.ns) {
			retire(m, id);
			continue;
		}
		t->covered_kernel += carried_of(c);
		t->covered_missing += c->missing[RX] + c->missing[TX];
	}
	t->covered_kernel += m->covered_past;
	t->covered_missing += m->missing_past;
}

/* ---- reading */

/* The row's socket may be a copy, or somebody's own. */
static bool is_of(const struct model *m, const struct cover *c, const struct sk *s)
{
	return c->used && c->sk != MODEL_NONE &&
	       sktab_at(&m->socks, c->sk)->rec.cookie == s->rec.cookie;
}

bool model_coverage(const struct model *m, const struct sk *s, struct coverage *out)
{
	const struct cover *c = s->cover < m->covers.end ? cover_at(m, s->cover) : NULL;

	if (!c || !is_of(m, c, s) || !carried_of(c))
		return false;
	*out = (struct coverage){ .whole = c->whole, .reason = TRAFFIC_SEEN };
	for (unsigned way = RX; way <= TX; way++) {
		out->kernel[way] = c->judged_k[way] - c->base_k[way];
		out->missing[way] = c->missing[way];
		out->surplus[way] = c->surplus[way];
	}
	if (out->missing[RX] || out->missing[TX])
		out->reason = c->reason;
	return true;
}

enum wirereason coverage_why_unseen(const struct model *m, const struct sk *s)
{
	const struct cover *c = s->cover != MODEL_NONE ? cover_at(m, s->cover) : NULL;

	if ((c && c->flow != MODEL_NONE) || join_was_reused(m, s))
		return TRAFFIC_FLOW_GONE;
	return why_missing(m, c ? c->dropped : 0);
}

bool coverage_has_carried(const struct sk *s)
{
	struct ratebase now = rate_base(s);

	return now.known && has_carried(&now);
}
