/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_wire: any bytes as the packets of two flows, one of TCP and one of another protocol or of
 * TCP as well, that share a small pool of gaps. Eight bytes are a packet: which flow, end and kind,
 * TCP flags, how far its numbers lie from those that came before, length, time.
 *
 * Looks for crashes, for gaps that get lost or are out of order, counters that fall, letters that
 * change, and states that are none.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "net/flowtab.h"
#include "net/flowtrack.h"
#include "net/wirestate.h"

enum { FLOWS = 2, POOL = 20, RECORD = 8 };

/* The first byte of a packet. */
enum {
	OP_FLOW = 0x01,
	OP_FROM = 0x02,
	OP_ERROR = 0x04,
	OP_FRAGMENT = 0x08,	/* with OP_FAR: a first one */
	OP_FAR = 0x10,		/* numbers are much farther away */
	OP_LONG = 0x20,
	OP_BACK = 0x40,		/* time runs backwards */
	OP_UNWANTED = 0x80,	/* what the error says is that it did not arrive */
};

struct flow {
	struct flowtrack track;
	struct wirestate_track wire;
	struct flowreport report;
	uint32_t at[2];		/* sequence numbers, roughly where its ends are */
	uint8_t proto;
	bool begun;
};

struct run {
	struct flow flows[FLOWS];
	struct seqgaps pool;
	uint64_t now_ns;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t far_off(const uint8_t *p, uint8_t op)
{
	uint32_t off = (uint32_t)(int16_t)load_be16(p);

	return op & OP_FAR ? off * 0x10001u : off;
}

static struct pktmeta packet_of(struct run *r, struct flow *f, const uint8_t *p)
{
	uint8_t op = p[0];
	unsigned from = op & OP_FROM ? 1 : 0;
	uint64_t pass = p[7] * (uint64_t)p[7] * p[7] * 1000u;
	struct pktmeta m = {
		.kind = PKT_FLOW, .key.proto = f->proto, .wscale = p[6], .mss = load_be16(p + 3),
		.from = (uint8_t)from, .tcp_flags = p[1], .ecn = p[6] & 3, .window = p[6] >> 4,
		.payload_bytes = op & OP_LONG ? p[6] * 0x10101u : p[6] & 0x3f,
		.segs = op & OP_LONG ? p[6] * 0x10101u + 1 : 1,
		.seq = f->at[from] + far_off(p + 2, op), .ack = f->at[!from] + far_off(p + 4, op),
		.fragment = (op & (OP_FRAGMENT | OP_FAR)) == OP_FRAGMENT,
		.fragment_first = (op & (OP_FRAGMENT | OP_FAR)) == (OP_FRAGMENT | OP_FAR),
		.icmp_type = p[2], .icmp_code = p[3],
	};

	r->now_ns += op & OP_BACK ? 0 - pass : pass;
	m.time_ns = r->now_ns;
	f->at[from] = m.seq + m.payload_bytes;
	return m;
}

static unsigned check_list(const struct seqgaps *p, uint32_t head)
{
	unsigned count = 0;

	for (uint32_t n = head; n; n = p->slab[n].next, count++) {
		const struct seqgap *g = &p->slab[n];

		require(n <= p->used && count < SEQGAPS_PER_END);
		require(seq_before(g->begin, g->end));
		require(!g->next || !seq_before(p->slab[g->next].begin, g->end));
	}
	return count;
}

static void check_pool(const struct run *r)
{
	unsigned held = 0;

	for (unsigned i = 0; i < FLOWS; i++)
		for (unsigned e = 0; e < 2 && r->flows[i].begun; e++)
			held += check_list(&r->pool, r->flows[i].track.end[e].gaps);
	require(held == r->pool.held && held <= POOL && r->pool.used <= POOL);
}

static void check_end(const struct endreport *was, const struct endreport *is)
{
	require(is->retrans >= was->retrans && is->ooo >= was->ooo && is->dupacks >= was->dupacks);
	require(is->zero_windows >= was->zero_windows && is->ce >= was->ce);
	require((was->bits & ~is->bits) == 0);
	require(!was->rtt_min_us || (is->rtt_min_us && is->rtt_min_us <= was->rtt_min_us));
	require((is->rtt_us > 0) == (is->rtt_min_us > 0) && is->rtt_us >= is->rtt_min_us);
	require(is->wscale == WSCALE_NONE || is->wscale < 15);
}

static void check_report(struct flow *f)
{
	struct flowreport is;
	size_t length;

	flowtrack_publish(&f->track, 0, &is);
	length = strnlen(is.history, sizeof(is.history));
	require(is.known && length <= HISTORY_MAX);
	require(length == HISTORY_MAX ||
		strncmp(is.history, f->report.history, strlen(f->report.history)) == 0);
	require(is.icmp_errors >= f->report.icmp_errors);
	require(!f->report.synack_us || is.synack_us == f->report.synack_us);
	require(!f->report.ack_us || is.ack_us == f->report.ack_us);
	check_end(&f->report.end[0], &is.end[0]);
	check_end(&f->report.end[1], &is.end[1]);
	f->report = is;
}

static void check_wire(const struct flow *f)
{
	struct flowrec rec = { .wire_state = f->wire.state, .closer = f->wire.closer };

	require(f->wire.state < WS_STATES && f->wire.closer <= OPENER_UNKNOWN);
	for (unsigned e = 0; e < 2; e++)
		require((unsigned)wirestate_of_end(&rec, e) < WS_STATES);
}

static void flow_begin(struct flow *f, const struct pktmeta *m)
{
	wirestate_begin(&f->wire, m);
	flowtrack_begin(&f->track);
	f->report = (struct flowreport){ 0 };
	f->begun = true;
}

/* As flowtab.c does. */
static void step(struct run *r, const uint8_t *p)
{
	struct flow *f = &r->flows[p[0] & OP_FLOW];
	struct pktmeta m = packet_of(r, f, p);
	bool is_tcp = f->proto == IPPROTO_TCP;

	if (!f->begun || (is_tcp && !m.fragment && wirestate_restarts(&f->wire, &m))) {
		if (f->begun)
			flowtrack_end(&f->track, &r->pool);
		flow_begin(f, &m);
	}
	if (p[0] & OP_ERROR) {
		m.is_error = true;
		m.key.proto = p[1] & 1 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		flowtrack_error(&f->track, &m);
		if ((p[0] & OP_UNWANTED) || wirestate_is_unreachable(&m))
			wirestate_unreachable(&f->wire, is_tcp, m.from);
	} else {
		if (!is_tcp)
			wirestate_answered(&f->wire, m.from);
		else if (!m.fragment)
			wirestate_step(&f->wire, &m);
		flowtrack_step(&f->track, &r->pool, &m);
	}
	check_report(f);
	check_wire(f);
	check_pool(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .now_ns = 1700000000000000000 };

	if (size < 1 + RECORD || seqgaps_init(&r.pool, POOL))
		return 0;
	r.flows[0].proto = IPPROTO_TCP;
	r.flows[1].proto = data[0] & 1 ? IPPROTO_TCP : IPPROTO_UDP;
	r.flows[0].at[data[0] >> 1 & 1] = 0u - data[0];
	for (size_t at = 1; at + RECORD <= size; at += RECORD)
		step(&r, data + at);
	for (unsigned i = 0; i < FLOWS; i++)
		if (r.flows[i].begun)
			flowtrack_end(&r.flows[i].track, &r.pool);
	require(r.pool.held == 0);
	seqgaps_fini(&r.pool);
	return 0;
}
