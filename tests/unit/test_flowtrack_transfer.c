/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net/flowtrack.c against the truth: a transfer over a path that loses, delays and repeats, made
 * with a seed, and seen by taps at the sender, halfway, and at the receiver. Which packet was sent
 * again is known here; what the tap can see of that is counted beside the code under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/flowtrack.h"

enum { SENDER, RECEIVER };
enum { AT_SENDER, HALFWAY, AT_RECEIVER, TAPS };

enum {
	SEGMENTS = 400,
	TAIL = 40,		/* the last ones arrive, so that all that is lost is missed */
	TRIES = 6,
	PACKETS_MAX = 3 + 2 * SEGMENTS * TRIES,
	ONE_WAY_US = 10000,
	RTT_US = 2 * ONE_WAY_US,
};

struct path {
	uint32_t apart_us;	/* from one segment to the next */
	uint32_t late_us;	/* at most, on each half of the path */
	unsigned late, lost, repeated, acks_lost, unseen;	/* per mille; unseen: by the tap */
};

/* A packet as a tap sees it. */
struct seen {
	uint64_t at_us;
	uint32_t order;		/* of those at the same time */
	uint8_t from, flags;
	uint16_t segment, copy;	/* data: which, and how often it had been sent before */
	uint32_t seq, ack, payload;
};

struct tap {
	struct seen packets[PACKETS_MAX];
	size_t count;
};

struct transfer {
	const struct path *path;
	uint64_t rng;
	uint32_t isn[2];
	uint32_t begin[SEGMENTS + 1];	/* relative to the first byte */
	bool arrived[SEGMENTS];
	unsigned sent_again;
	struct tap taps[TAPS];
	struct tap receiver;	/* all that arrived, whatever the tap there saw */
};

/* What a tap can know: what came first is new, or late; what was there, or is a copy, came again. */
struct truth {
	uint32_t retrans, ooo;
	uint32_t doubtful;	/* copies of what may have passed before the tap began */
	bool never_seen;	/* a segment that a later one or its acknowledgement shows */
};

static uint32_t draw(struct transfer *x, uint32_t below)
{
	x->rng = x->rng * 6364136223846793005u + 1442695040888963407u;
	return below ? (uint32_t)(x->rng >> 33) % below : 0;
}

static bool happens(struct transfer *x, unsigned per_mille)
{
	return draw(x, 1000) < per_mille;
}

static void see(struct tap *tap, struct seen s, uint64_t at_us)
{
	assert_true(tap->count < PACKETS_MAX);
	s.at_us = at_us;
	s.order = (uint32_t)tap->count;
	tap->packets[tap->count++] = s;
}

static int by_time(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static uint32_t half(struct transfer *x)
{
	uint32_t late = happens(x, x->path->late) ? draw(x, x->path->late_us) : 0;

	return ONE_WAY_US / 2 + late;
}

static void handshake(struct transfer *x)
{
	static const uint8_t flags[] = { WIRE_SYN, WIRE_SYN | WIRE_ACK, WIRE_ACK };

	for (unsigned i = 0; i < 3; i++)
		for (unsigned tap = 0; tap < TAPS; tap++) {
			unsigned from = i & 1, along = from ? AT_RECEIVER - tap : tap;

			see(&x->taps[tap],
			    (struct seen){
				    .from = (uint8_t)from,
				    .flags = flags[i],
				    .seq = x->isn[from] + (i == 2),
				    .ack = i ? x->isn[!from] + 1 : 0,
			    },
			    i * ONE_WAY_US + along * (ONE_WAY_US / 2));
		}
}

/* One copy of a segment, sent at that time; false: it did not arrive. */
static bool travel(struct transfer *x, unsigned segment, unsigned copy, uint64_t at_us)
{
	bool may_vanish = segment < SEGMENTS - TAIL;
	struct seen s = {
		.from = SENDER, .flags = WIRE_ACK, .segment = (uint16_t)segment,
		.copy = (uint16_t)copy, .seq = x->isn[SENDER] + 1 + x->begin[segment],
		.ack = x->isn[RECEIVER] + 1, .payload = x->begin[segment + 1] - x->begin[segment],
	};

	for (unsigned tap = 0; tap < TAPS; tap++) {
		if (!(may_vanish && happens(x, x->path->unseen)))
			see(&x->taps[tap], s, at_us);
		if (tap == AT_RECEIVER)
			see(&x->receiver, s, at_us);
		at_us += half(x);
		if (tap < AT_RECEIVER && may_vanish && copy < TRIES - 2 &&
		    happens(x, x->path->lost / 2))
			return false;
	}
	return true;
}

static void send_all(struct transfer *x)
{
	for (unsigned i = 0; i < SEGMENTS; i++) {
		uint64_t at_us = 3 * RTT_US + (uint64_t)i * x->path->apart_us;
		bool again = true;

		for (unsigned copy = 0; copy < TRIES && again; copy++) {
			again = !travel(x, i, copy, at_us);
			x->sent_again += copy > 0;
			again = again || (i < SEGMENTS - TAIL && happens(x, x->path->repeated));
			at_us += RTT_US + RTT_US / 2 + draw(x, RTT_US);
		}
	}
}

static void sort_by_time(struct tap *tap)
{
	qsort(tap->packets, tap->count, sizeof(*tap->packets), by_time);
}

static void acknowledge(struct transfer *x)
{
	unsigned next = 0;

	sort_by_time(&x->receiver);
	for (size_t i = 0; i < x->receiver.count; i++) {
		const struct seen *s = &x->receiver.packets[i];
		struct seen ack = { .from = RECEIVER, .flags = WIRE_ACK };

		x->arrived[s->segment] = true;
		while (next < SEGMENTS && x->arrived[next])
			next++;
		if (happens(x, x->path->acks_lost))
			continue;
		ack.seq = x->isn[RECEIVER] + 1;
		ack.ack = x->isn[SENDER] + 1 + x->begin[next];
		for (unsigned back = 0; back < TAPS; back++)
			see(&x->taps[AT_RECEIVER - back], ack, s->at_us + 1 + back * ONE_WAY_US / 2);
	}
	assert_int_equal(next, SEGMENTS);
	for (unsigned tap = 0; tap < TAPS; tap++)
		sort_by_time(&x->taps[tap]);
}

static struct transfer *transfer_new(const struct path *path, uint64_t seed)
{
	struct transfer *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->path = path;
	x->rng = seed * 7919 + 1;
	for (unsigned i = 0; i < SEGMENTS; i++)
		x->begin[i + 1] = x->begin[i] + 2 + draw(x, 3000);
	/* The numbers wrap somewhere in the middle, and at every phase of it. */
	x->isn[SENDER] = 0u - draw(x, x->begin[SEGMENTS]);
	x->isn[RECEIVER] = draw(x, UINT32_MAX);
	handshake(x);
	send_all(x);
	acknowledge(x);
	return x;
}

static struct truth truth_of(const struct tap *tap, size_t first)
{
	bool seen[SEGMENTS] = { 0 };
	int highest = -1, lowest = -1;
	struct truth truth = { 0 };

	for (size_t i = first; i < tap->count; i++) {
		const struct seen *s = &tap->packets[i];

		if (!s->payload)
			continue;
		if (lowest < 0)
			lowest = s->segment;
		if (s->segment > highest)
			highest = s->segment;
		else if (seen[s->segment] || s->copy)
			truth.retrans++;
		else
			truth.ooo++;
		if (s->segment < lowest && s->copy && !seen[s->segment])
			truth.doubtful++;
		seen[s->segment] = true;
	}
	for (int i = lowest; i >= 0 && i < highest; i++)
		truth.never_seen = truth.never_seen || !seen[i];
	return truth;
}

static struct flowreport watch(const struct tap *tap, size_t first)
{
	struct seqgaps pool;
	struct flowtrack t;
	struct flowreport r;

	assert_int_equal(seqgaps_init(&pool, 64), 0);
	flowtrack_begin(&t);
	for (size_t i = first; i < tap->count; i++) {
		const struct seen *s = &tap->packets[i];
		struct pktmeta m = {
			.kind = PKT_FLOW, .key.proto = 6, .segs = 1, .wscale = WSCALE_NONE,
			.time_ns = s->at_us * NSEC_PER_USEC, .from = s->from, .seq = s->seq,
			.ack = s->ack, .tcp_flags = s->flags, .payload_bytes = s->payload,
			.window = 1000,
		};

		flowtrack_step(&t, &pool, &m);
	}
	flowtrack_publish(&t, SENDER, &r);
	flowtrack_end(&t, &pool);
	assert_int_equal(pool.held, 0);
	seqgaps_fini(&pool);
	return r;
}

static void assert_exact(const struct tap *tap, uint64_t seed)
{
	struct truth truth = truth_of(tap, 0);
	struct flowreport r = watch(tap, 0);

	if (r.end[SENDER].retrans != truth.retrans || r.end[SENDER].ooo != truth.ooo)
		print_message("# seed %u: %u sent again, %u late; %u and %u are true\n",
			      (unsigned)seed, r.end[SENDER].retrans, r.end[SENDER].ooo,
			      truth.retrans, truth.ooo);
	assert_int_equal(r.end[SENDER].retrans, truth.retrans);
	assert_int_equal(r.end[SENDER].ooo, truth.ooo);
	assert_int_equal(r.end[RECEIVER].retrans | r.end[RECEIVER].ooo, 0);
	assert_true((r.end[SENDER].bits & END_FLOW_GAPS) || !truth.never_seen);
}

static void assert_sees_all(const struct transfer *x)
{
	for (unsigned tap = 0; tap < TAPS; tap++) {
		struct flowreport r = watch(&x->taps[tap], 0);

		assert_int_equal(r.end[SENDER].bits, 0);
		assert_in_range(r.synack_us, RTT_US - tap * ONE_WAY_US,
				RTT_US - tap * ONE_WAY_US + 1);
		assert_in_range(r.ack_us, RTT_US, RTT_US + 1);
	}
}

static const struct path mere_disorder = { .apart_us = 200, .late_us = 1400, .late = 300 };
static const struct path wild_disorder = { .apart_us = 15, .late_us = 1400, .late = 700 };
static const struct path lossy = { .apart_us = 200, .lost = 15, .acks_lost = 100 };
static const struct path all_of_it = {
	.apart_us = 200, .late_us = 1400, .late = 50, .lost = 12, .repeated = 8, .acks_lost = 200,
};
static const struct path half_seen = {
	.apart_us = 200, .late_us = 1400, .late = 50, .lost = 8, .repeated = 5, .unseen = 8,
};

/* A high-water mark would call each of these sent again. */
static void test_flowtrack_disorder_alone_is_never_sent_again(void **state)
{
	static const struct path *const paths[] = { &mere_disorder, &wild_disorder };
	uint32_t ooo = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct transfer *x = transfer_new(paths[seed & 1], seed);

		assert_sees_all(x);
		for (unsigned tap = 0; tap < TAPS; tap++) {
			assert_exact(&x->taps[tap], seed);
			assert_int_equal(watch(&x->taps[tap], 0).end[SENDER].retrans, 0);
			ooo += watch(&x->taps[tap], 0).end[SENDER].ooo;
		}
		free(x);
	}
	assert_true(ooo > 10000);
}

static void test_flowtrack_counts_what_was_sent_again_at_every_tap(void **state)
{
	static const struct path *const paths[] = { &lossy, &all_of_it };

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct transfer *x = transfer_new(paths[seed & 1], seed);
		struct flowreport r = watch(&x->taps[AT_SENDER], 0);

		assert_true(x->sent_again > 0);
		assert_int_equal(r.end[SENDER].retrans, x->sent_again);
		assert_int_equal(r.end[SENDER].ooo, 0);
		assert_sees_all(x);
		for (unsigned tap = 0; tap < TAPS; tap++)
			assert_exact(&x->taps[tap], seed);
		free(x);
	}
}

/* Without Karn's rule, what was sent again would add half a round trip and more to some. */
static void test_flowtrack_round_trips_are_those_of_the_path(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct transfer *x = transfer_new(&lossy, seed);

		for (unsigned tap = 0; tap < TAPS; tap++) {
			struct flowreport r = watch(&x->taps[tap], 0);
			uint32_t rest = RTT_US - tap * ONE_WAY_US;

			assert_in_range(r.end[SENDER].rtt_min_us, rest ? rest : 1, rest + 1);
			/* A lost acknowledgement is made good by the next. */
			assert_in_range(r.end[SENDER].rtt_us, rest ? rest : 1, rest + 1000);
		}
		free(x);
	}
}

static void test_flowtrack_says_what_the_capture_missed(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct transfer *x = transfer_new(&half_seen, seed);

		for (unsigned tap = 0; tap < TAPS; tap++)
			assert_exact(&x->taps[tap], seed);
		free(x);
	}
}

/* Whatever the packet that a capture begins with. */
static void test_flowtrack_picked_up_anywhere_calls_nothing_late_sent_again(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct transfer *x = transfer_new(seed & 1 ? &all_of_it : &mere_disorder, seed);

		for (unsigned tap = 0; tap < TAPS; tap++)
			for (size_t first = 3; first < x->taps[tap].count / 2; first += 17) {
				struct truth truth = truth_of(&x->taps[tap], first);
				struct flowreport r = watch(&x->taps[tap], first);
				const struct endreport *e = &r.end[SENDER];

				assert_int_equal(e->retrans + e->ooo, truth.retrans + truth.ooo);
				assert_true(e->retrans <= truth.retrans);
				assert_true(e->retrans + truth.doubtful >= truth.retrans);
			}
		free(x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flowtrack_disorder_alone_is_never_sent_again),
		cmocka_unit_test(test_flowtrack_counts_what_was_sent_again_at_every_tap),
		cmocka_unit_test(test_flowtrack_round_trips_are_those_of_the_path),
		cmocka_unit_test(test_flowtrack_says_what_the_capture_missed),
		cmocka_unit_test(test_flowtrack_picked_up_anywhere_calls_nothing_late_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
