/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of packets for net/flowtrack.c: what test_flowtrack.c and test_flowtrack_times.c share. */
#ifndef SOCKMON_TESTS_TRACK_FIXTURE_H
#define SOCKMON_TESTS_TRACK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/flowtrack.h"

enum { A, B };	/* the ends */

enum {
	SYN = WIRE_SYN,
	SYNACK = WIRE_SYN | WIRE_ACK,
	ACK = WIRE_ACK,
	FINACK = WIRE_FIN | WIRE_ACK,
	RST = WIRE_RST,
};

enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, WINDOW = 1000 };

/* One packet. window: beside WINDOW. */
struct step {
	uint32_t at_us;
	uint8_t from, flags;
	uint32_t seq, ack, payload;
	int window;
};

static const uint64_t epoch_ns = 1700000000 * NSEC_PER_SEC;

static inline struct pktmeta meta(const struct step *s, uint8_t proto)
{
	return (struct pktmeta){
		.kind = PKT_FLOW, .key.proto = proto, .segs = 1, .wscale = WSCALE_NONE,
		.time_ns = epoch_ns + s->at_us * NSEC_PER_USEC,
		.from = s->from, .tcp_flags = s->flags, .seq = s->seq, .ack = s->ack,
		.payload_bytes = s->payload, .window = (uint16_t)(WINDOW + s->window),
	};
}

/* The same at `shift` further sequence numbers of both ends. */
static inline struct flowreport play_shifted(const struct step *steps, size_t count, uint8_t proto,
					     uint32_t shift)
{
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	assert_int_equal(seqgaps_init(&pool, 64), 0);
	flowtrack_begin(&t);
	for (size_t i = 0; i < count; i++) {
		struct pktmeta m = meta(&steps[i], proto);

		m.seq += shift;
		m.ack += shift;
		flowtrack_step(&t, &pool, &m);
	}
	flowtrack_publish(&t, steps[0].from, &r);
	flowtrack_end(&t, &pool);
	assert_int_equal(pool.held, 0);
	seqgaps_fini(&pool);
	return r;
}

#define COUNT(steps) (sizeof(steps) / sizeof(*(steps)))
#define PLAY(steps) play_shifted(steps, COUNT(steps), TCP, 0)
#define PLAY_UDP(steps) play_shifted(steps, COUNT(steps), UDP, 0)

/* No padding lies between the fields. */
static inline void assert_same(const struct flowreport *r, const struct flowreport *as)
{
	assert_memory_equal(r, as, offsetof(struct flowreport, history) + sizeof(r->history));
}

/* At every phase of wrap-around the same is said. */
static inline struct flowreport play_everywhere(const struct step *steps, size_t count,
						uint32_t span)
{
	struct flowreport first = play_shifted(steps, count, TCP, 0), r;

	for (uint32_t shift = 0u - span; shift; shift++) {
		r = play_shifted(steps, count, TCP, shift);
		assert_same(&r, &first);
	}
	r = play_shifted(steps, count, TCP, 0x80000000u - span / 2);
	assert_same(&r, &first);
	return first;
}

static inline void assert_counts(const struct endreport *e, uint32_t retrans, uint32_t ooo,
				 uint32_t dupacks)
{
	assert_int_equal(e->retrans, retrans);
	assert_int_equal(e->ooo, ooo);
	assert_int_equal(e->dupacks, dupacks);
}

/* Each is a connection with a round trip of 10 ms, and what came then. */
#define OPEN_AT(seq_a, seq_b)                                                                      \
	{ 0, A, SYN, (seq_a) - 1, 0, 0, 0 }, { 9000, B, SYNACK, (seq_b) - 1, seq_a, 0, 0 },        \
	{                                                                                          \
		10000, A, ACK, seq_a, seq_b, 0, 0                                                  \
	}

static inline struct pktmeta tcp_at(uint64_t ns, uint8_t from, uint8_t flags, uint32_t seq,
				    uint32_t ack)
{
	const struct step s = { 0, from, flags, seq, ack, 0, 0 };
	struct pktmeta m = meta(&s, TCP);

	m.time_ns = ns;
	return m;
}

#endif
