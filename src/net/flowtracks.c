/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slab of records: see flowtracks.h. A flow of one packet needs none: its report is made from
 * the slot when it is published, and thrown away.
 */
#include "net/flowtracks.h"

#include <errno.h>
#include <netinet/in.h>

#include "net/reserve.h"

static size_t slab_bytes(uint32_t limit)
{
	return (size_t)limit * FLOWTRACK_BYTES;
}

int flowtracks_init(struct flowtracks *t, uint32_t limit)
{
	int r = seqgaps_init(&t->gaps, limit);

	if (r)
		return r;
	t->slab = reserve_new(slab_bytes(limit));
	if (!t->slab)
		return -ENOMEM;
	reserve_hugepages(t->slab, slab_bytes(limit));
	t->limit = limit;
	t->free = FLOW_NONE;
	return 0;
}

void flowtracks_fini(struct flowtracks *t)
{
	seqgaps_fini(&t->gaps);
	reserve_free(t->slab, slab_bytes(t->limit));
	t->slab = NULL;
}

static uint8_t *record(const struct flowtracks *t, uint32_t n)
{
	return t->slab + (size_t)n * FLOWTRACK_BYTES;
}

/* There is one for every flow. */
static uint32_t take(struct flowtracks *t)
{
	uint32_t n = t->free;

	if (n == FLOW_NONE)
		return t->used++;
	memcpy(&t->free, record(t, n), sizeof(t->free));
	return n;
}

static bool is_mere_syn(const struct pktmeta *m)
{
	return (m->tcp_flags & (WIRE_SYN | WIRE_ACK | WIRE_RST | WIRE_FIN)) == WIRE_SYN;
}

static bool is_icmp(const struct flowslot *f)
{
	return f->key.proto == IPPROTO_ICMP || f->key.proto == IPPROTO_ICMPV6;
}

/* In the slot: its sequence numbers are in wire, its lengths are all that the end has sent. */
static void keep(struct flowslot *f, const struct pktmeta *m)
{
	f->first = (struct flowfirst){ .ecn = m->ecn };
	if (m->tcp_flags & WIRE_SYN) {
		f->first.mss = m->mss;
		f->first.wscale = m->wscale;
	} else {
		f->first.window = m->window;
		f->first.icmp_type = m->icmp_type;
	}
	f->marks |= FLOW_FIRST_KEPT;
}

/*
 * Not kept: a SYN+ACK, for which the slot has no room, and a segment that was cut in two, whose
 * rest has no ports. What has more segments than the slot counts is a forgery.
 */
void flowtracks_first(struct flowtracks *t, struct flowslot *f, const struct pktmeta *m)
{
	bool is_tcp = f->key.proto == IPPROTO_TCP;

	if (m->fragment || (is_tcp && m->fragment_first) || m->segs > UINT16_MAX)
		return;
	if (!is_tcp || !(m->tcp_flags & WIRE_SYN) || is_mere_syn(m))
		keep(f, m);
	else
		flowtracks_begin(t, f);
}

/* The first packet, told again; without FLOW_FIRST_KEPT only whose and when it was. */
static struct pktmeta first_packet(const struct flowslot *f)
{
	unsigned from = f->wire.opener;
	bool is_syn = f->tcp_flags[from] & WIRE_SYN;

	return (struct pktmeta){
		.key = f->key,
		.kind = PKT_FLOW,
		.time_ns = f->first_ns,
		.from = (uint8_t)from,
		.ip_bytes = f->small[from].bytes,
		.payload_bytes = f->small[from].payload,
		.segs = f->small[from].segs,
		.tcp_flags = f->tcp_flags[from],
		.seq = f->wire.syn_seq,
		.ack = f->wire.fin_end[!from],
		.window = is_syn ? 0 : f->first.window,
		.mss = is_syn ? f->first.mss : 0,
		.wscale = is_syn ? f->first.wscale : WSCALE_NONE,
		.icmp_type = is_icmp(f) ? f->first.icmp_type : 0,
		.ecn = f->first.ecn,
	};
}

static void begin(struct flowtrack *track, struct seqgaps *gaps, const struct flowslot *f)
{
	struct pktmeta first = first_packet(f);

	flowtrack_begin(track);
	if (f->marks & FLOW_FIRST_KEPT)
		flowtrack_step(track, gaps, &first);
}

void flowtracks_begin(struct flowtracks *t, struct flowslot *f)
{
	uint32_t n = take(t);

	begin((struct flowtrack *)record(t, n), &t->gaps, f);
	f->marks = (uint16_t)((f->marks & ~FLOW_FIRST_KEPT) | FLOW_TRACKED);
	f->track = n;
}

void flowtracks_end(struct flowtracks *t, struct flowslot *f)
{
	if (!(f->marks & FLOW_TRACKED))
		return;
	flowtrack_end(flowtracks_get(t, f), &t->gaps);
	memcpy(record(t, f->track), &t->free, sizeof(t->free));
	t->free = f->track;
	f->marks &= (uint16_t)~FLOW_TRACKED;
}

void flowtracks_publish(struct flowtracks *t, const struct flowslot *f, struct flowreport *out)
{
	struct flowtrack brief;

	if (f->marks & FLOW_TRACKED) {
		flowtrack_publish(flowtracks_get(t, f), f->wire.opener, out);
	} else if (f->marks & FLOW_FIRST_KEPT) {
		begin(&brief, &t->gaps, f);
		flowtrack_publish(&brief, f->wire.opener, out);
		flowtrack_end(&brief, &t->gaps);
	} else {
		*out = (struct flowreport){ 0 };
	}
}
