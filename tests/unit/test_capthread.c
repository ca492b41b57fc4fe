/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/capthread.c over a packet source made here: nothing is lost between the threads, and it
 * ends when told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/links.h"
#include "source/capthread.h"
#include "source/pktfeed.h"
#include "source/pktset.h"

enum { FLOWS_MAX = 20000, FRAME = 14 + 20 + 8 + 10 };

/* UDP from 10.0.N.N:1000 to 10.255.0.1:53 with ten bytes, in Ethernet. */
static void make_frame(uint8_t frame[FRAME], unsigned n)
{
	static const uint8_t start[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 38, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 255, 0, 1,
		0x03, 0xe8, 0, 53, 0, 18, 0, 0,
	};

	memset(frame, 0, FRAME);
	memcpy(frame, start, sizeof(start));
	frame[28] = (uint8_t)(n >> 8);
	frame[29] = (uint8_t)n;
}

/* What a.b is, */
static const uint8_t question[] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
	0x45, 0, 0, 49, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 53,
	0xc0, 0, 0, 53, 0, 29, 0, 0,
	0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 1, 'b', 0, 0, 1, 0, 1,
};

/* and that it is 192.0.2.1. */
static const uint8_t answer[] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, 65, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 53, 10, 0, 0, 2,
	0, 53, 0xc0, 0, 0, 45, 0, 0,
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 'a', 1, 'b', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
};

struct fake {
	struct pktsrc pktsrc;
	int fd;			/* an eventfd: as many packets as its count */
	unsigned sent, flows;
	uint16_t netns;
	uint64_t age_ns;	/* of its packets, modulo 2^64 */
	atomic_bool fail, failed, closed, endless;
	atomic_bool lose;	/* once: packets were dropped */
	atomic_bool answers;	/* its packets are DNS questions and answers in turn */
};

static int fake_step(struct pktsrc *p, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct fake *f = (struct fake *)p;
	uint64_t now = clock_wall_ns();
	uint8_t frame[FRAME];
	bool endless = atomic_load(&f->endless);
	uint64_t wanted = 0;
	unsigned n;

	if (endless) {
		wanted = max;
	} else if (read(f->fd, &wanted, sizeof(wanted)) < 0 && atomic_load(&f->fail)) {
		errmsg_set(err, "the wire was cut");
		atomic_store(&f->failed, true);
		return -ENODEV;
	}
	for (n = 0; n < wanted && n < max; n++) {
		struct pktraw raw = {
			.time_ns = now - f->age_ns,
			.data = frame,
			.caplen = FRAME,
			.wirelen = FRAME,
			.linktype = LINK_ETHERNET,
			.ifindex = 3,
			.netns = f->netns,
			.way = PKT_IN,
		};

		make_frame(frame, f->sent++ % f->flows);
		if (atomic_load(&f->answers)) {
			bool asks = f->sent & 1;

			raw.data = asks ? question : answer;
			raw.caplen = raw.wirelen = asks ? sizeof(question) : sizeof(answer);
		}
		each(ctx, &raw);
	}
	if (atomic_exchange(&f->lose, false))
		p->losing = true;
	wanted -= n;
	if (wanted)
		assert_int_equal(write(f->fd, &wanted, sizeof(wanted)), sizeof(wanted));
	return (int)n;
}

static int fake_fd(const struct pktsrc *p)
{
	return ((const struct fake *)p)->fd;
}

static void fake_stats(struct pktsrc *p, struct pktstats *out)
{
	p->losing = false;
	*out = (struct pktstats){ .dropped = 17 };
}

static void fake_close(struct pktsrc *p)
{
	struct fake *f = (struct fake *)p;

	close(f->fd);
	atomic_store(&f->closed, true);
}

static const struct pktsrc_ops fake_ops = {
	.step = fake_step, .fd = fake_fd, .stats = fake_stats, .close = fake_close,
};

static void fake_init(struct fake *f, uint16_t netns, unsigned flows)
{
	*f = (struct fake){ .pktsrc.ops = &fake_ops, .flows = flows, .netns = netns,
			    .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	assert_true(f->fd >= 0);
}

static struct capthread *fake_start(struct fake *f, unsigned flows)
{
	struct errmsg err = { "" };
	struct capthread *t;

	fake_init(f, 0, flows);
	assert_int_equal(capthread_start(&t, &f->pktsrc, 0, FLOWS_MAX, &err), 0);
	return t;
}

static void fake_send(struct fake *f, uint64_t packets)
{
	assert_int_equal(write(f->fd, &packets, sizeof(packets)), sizeof(packets));
}

/* Its source always has more to give. */
static struct capthread *fake_start_overloaded(struct fake *f, unsigned flows)
{
	struct capthread *t = fake_start(f, flows);

	atomic_store(&f->endless, true);
	fake_send(f, 1);
	return t;
}

/* The next batch; fails the test after ten seconds. */
static struct capbatch *next_batch(struct capthread *t)
{
	struct pollfd p = { .fd = capthread_fd(t), .events = POLLIN };
	struct capbatch *b;

	while (!(b = capthread_take(t)))
		assert_int_equal(poll(&p, 1, 10000), 1);
	return b;
}

static void test_capthread_answers_with_all_that_had_passed(void **state)
{
	enum { PACKETS = 50000, FLOWS = 10000 };
	uint64_t *packets = calloc(FLOWS, sizeof(*packets)), sum = 0;
	struct fake f;
	struct capthread *t = fake_start(&f, FLOWS);
	struct capbatch *b;
	uint32_t asked, answers;

	(void)state;
	fake_send(&f, PACKETS);
	asked = capthread_ask(t);
	do {
		b = next_batch(t);
		for (uint32_t i = 0; i < b->count; i++)
			packets[b->flows[i].rec.id] = b->flows[i].rec.dir[0].packets;
		answers = b->answers;
		assert_false(b->failed);
		if (answers == asked)
			assert_int_equal(b->totals.packets, PACKETS);
		assert_int_equal(b->stats.dropped, 17);
		capthread_give_back(t, b);
	} while (answers != asked);
	for (unsigned i = 0; i < FLOWS; i++)
		sum += packets[i];
	assert_int_equal(sum, PACKETS);
	capthread_stop(t);
	assert_true(atomic_load(&f.closed));
	free(packets);
}

static void test_capthread_tells_names_with_the_flows_that_began(void **state)
{
	static const uint8_t addr[] = { 192, 0, 2, 1 };
	struct addr a = addr_from_v4(addr);
	struct fake f;
	struct capthread *t = fake_start(&f, 1);
	struct capbatch *b;

	(void)state;
	atomic_store(&f.answers, true);
	fake_send(&f, 5);
	while (!(b = next_batch(t))->name_count)
		capthread_give_back(t, b);
	assert_int_equal(b->name_count, 1);
	assert_string_equal(b->names[0].name, "a.b");
	assert_true(addr_equal(&b->names[0].addr, &a));
	capthread_give_back(t, b);
	capthread_stop(t);
}

static void test_capthread_tells_what_each_interface_saw(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 10);
	uint64_t packets = 0;

	(void)state;
	fake_send(&f, 3000);
	capthread_ask(t);
	while (packets < 3000) {
		struct capbatch *b = next_batch(t);

		for (uint32_t i = 0; i < b->ifcount_count; i++) {
			assert_int_equal(b->ifcounts[i].ifindex, 3);
			assert_int_equal(b->ifcounts[i].tx_packets, 0);
			assert_int_equal(b->ifcounts[i].rx_bytes,
					 b->ifcounts[i].rx_packets * FRAME);
			packets = b->ifcounts[i].rx_packets;
		}
		capthread_give_back(t, b);
	}
	assert_int_equal(packets, 3000);
	capthread_stop(t);
}

/* Nobody asks, and no flow begins: the next batch would come after 1.5 s. */
static void test_capthread_tells_of_dropped_packets_at_once(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 1);
	uint64_t told = 0, since;

	(void)state;
	fake_send(&f, 1);
	do {
		struct capbatch *b = next_batch(t);

		told = b->totals.packets;
		capthread_give_back(t, b);
	} while (!told);
	/* One that is on its way because the time for it has come. */
	capthread_give_back(t, next_batch(t));
	since = clock_mono_ns();
	atomic_store(&f.lose, true);
	fake_send(&f, 1);
	capthread_give_back(t, next_batch(t));
	assert_true(clock_mono_ns() - since < NSEC_PER_SEC);
	capthread_stop(t);
}

static void test_capthread_slow_reader_loses_nothing(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 100);
	struct capbatch *held = next_batch(t), *b;
	uint64_t packets = 0;

	(void)state;
	/*
	 * One batch is held, so the other is the only one; it may have been filled at any moment.
	 */
	for (unsigned i = 0; i < 50; i++) {
		fake_send(&f, 1000);
		poll(NULL, 0, 2);
	}
	capthread_give_back(t, held);
	while (packets < 50000) {
		b = next_batch(t);
		assert_true(b->totals.packets >= packets);
		packets = b->totals.packets;
		capthread_give_back(t, b);
	}
	assert_int_equal(packets, 50000);
	capthread_stop(t);
}

/* Marks a batch's flows and gives it back; returns whether it said that the source failed. */
static bool note_flows(struct capthread *t, struct capbatch *b, bool seen[FLOWS_MAX])
{
	bool failed = b->failed;

	for (uint32_t i = 0; i < b->count; i++)
		seen[b->flows[i].rec.id] = true;
	if (failed) {
		assert_string_equal(b->trouble.text, "the wire was cut");
		assert_int_equal(b->totals.packets, FLOWS_MAX);
	}
	capthread_give_back(t, b);
	return failed;
}

static void wait_until(const atomic_bool *what)
{
	for (unsigned ms = 0; !atomic_load(what); ms++) {
		assert_true(ms < 10000);
		poll(NULL, 0, 1);
	}
}

static void test_capthread_failure_comes_last_and_with_everything(void **state)
{
	bool *seen = calloc(FLOWS_MAX, sizeof(*seen)), failed = false;
	struct fake f;
	struct capthread *t = fake_start(&f, FLOWS_MAX);
	struct pollfd p = { .fd = capthread_fd(t), .events = POLLIN };
	struct capbatch *held[2];

	(void)state;
	fake_send(&f, FLOWS_MAX);
	held[0] = next_batch(t);
	held[1] = next_batch(t);
	atomic_store(&f.fail, true);
	wait_until(&f.failed);
	for (unsigned i = 0; i < 2; i++)
		assert_false(note_flows(t, held[i], seen));
	while (!failed)
		failed = note_flows(t, next_batch(t), seen);
	for (unsigned i = 0; i < FLOWS_MAX; i++)
		assert_true(seen[i]);
	assert_int_equal(poll(&p, 1, 150), 0);
	assert_null(capthread_take(t));
	capthread_stop(t);
	free(seen);
}

/* Takes batches until the question was answered; returns how many came. Fails after ten seconds. */
static unsigned take_answer(struct capthread *t, uint32_t asked)
{
	uint64_t start = clock_mono_ns();
	uint32_t answers;
	unsigned count = 0;

	do {
		struct capbatch *b = next_batch(t);

		answers = b->answers;
		capthread_give_back(t, b);
		count++;
		assert_true(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
	} while (answers != asked);
	return count;
}

/* Asks some times in a row: every question is answered, and a batch comes each 10 ms at most. */
static void ask_overloaded(unsigned flows, unsigned times)
{
	struct fake f;
	struct capthread *t = fake_start_overloaded(&f, flows);
	uint64_t start = clock_mono_ns(), gaps;
	unsigned batches = 0;

	for (unsigned i = 0; i < times; i++)
		batches += take_answer(t, capthread_ask(t));
	gaps = (clock_mono_ns() - start) / (10 * NSEC_PER_MSEC);
	assert_in_range(batches, times, gaps + 3);
	capthread_stop(t);
}

static void test_capthread_answers_under_overload(void **state)
{
	(void)state;
	ask_overloaded(100, 5);
}

/* More flows change than the batches have room for, so that there is always a backlog. */
static void test_capthread_answers_though_its_backlog_never_ends(void **state)
{
	(void)state;
	ask_overloaded(FLOWS_MAX, 2);
}

/* The ring hands blocks over after 50 ms: what passed before the question may still be in one. */
static bool late_packets_are_in_the_answer(void)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 10);
	uint64_t start = clock_mono_ns();
	uint32_t asked = capthread_ask(t), answers;
	bool in_time;

	poll(NULL, 0, 45);
	fake_send(&f, 10);
	in_time = clock_mono_ns() - start < 55 * NSEC_PER_MSEC;
	do {
		struct capbatch *b = next_batch(t);

		answers = b->answers;
		if (in_time && answers == asked)
			assert_int_equal(b->totals.packets, 10);
		capthread_give_back(t, b);
	} while (answers != asked);
	capthread_stop(t);
	return in_time;
}

static void test_capthread_answer_waits_for_what_the_kernel_still_holds(void **state)
{
	unsigned tries = 0;

	(void)state;
	while (!late_packets_are_in_the_answer())
		assert_true(++tries < 50);	/* a busy machine made us late ourselves */
}

/* How long the batches of a backlog take to come, each only when one was given back. */
static uint64_t backlog_ns(void)
{
	struct fake f;
	struct capthread *t = fake_start(&f, FLOWS_MAX);
	struct capbatch *older, *newer;
	uint64_t start, spent = 0;

	fake_send(&f, FLOWS_MAX);
	older = next_batch(t);
	newer = next_batch(t);
	while (newer->backlog) {
		poll(NULL, 0, 5);	/* it has looked for an empty one, and sleeps */
		start = clock_mono_ns();
		capthread_give_back(t, older);
		older = newer;
		newer = next_batch(t);
		spent += clock_mono_ns() - start;
	}
	capthread_stop(t);
	return spent;
}

static void test_capthread_batch_given_back_asks_for_the_rest(void **state)
{
	unsigned tries = 0;

	(void)state;
	/* Alone it would look every 100 ms. A busy machine has a few tries. */
	while (backlog_ns() > 20 * NSEC_PER_MSEC)
		assert_true(++tries < 5);
}

static void test_capthread_ends_flows_that_are_idle(void **state)
{
	uint64_t start = clock_mono_ns();
	unsigned ended = 0;
	struct fake f;
	struct capthread *t = fake_start(&f, 10);

	(void)state;
	f.age_ns = 200 * NSEC_PER_SEC;
	fake_send(&f, 10);
	while (ended < 10) {
		struct capbatch *b;

		capthread_ask(t);
		b = next_batch(t);
		for (uint32_t i = 0; i < b->count; i++)
			ended += b->flows[i].ended;
		if (ended == 10)
			assert_int_equal(b->totals.expired_flows, 10);
		capthread_give_back(t, b);
		assert_true(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
	}
	assert_int_equal(ended, 10);
	capthread_stop(t);
}

/* Stamped after somebody set the clock, and read before that was noticed. */
static void test_capthread_knows_no_packet_of_the_future(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 1);
	struct capbatch *b;

	(void)state;
	f.age_ns = -3600 * NSEC_PER_SEC;
	fake_send(&f, 1);
	do
		b = next_batch(t);
	while (!b->count);
	assert_in_range(b->flows[0].rec.last_ns, clock_wall_ns() - 60 * NSEC_PER_SEC,
			clock_wall_ns() + NSEC_PER_SEC);
	capthread_give_back(t, b);
	capthread_stop(t);
}

static void test_pktfeed_puts_times_within_its_bounds(void **state)
{
	static const uint64_t ages_s[] = { 7200, 3600, 0 };
	struct fake f = { .pktsrc.ops = &fake_ops, .flows = 3,
			  .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	struct errmsg err = { "" };
	uint64_t now = clock_wall_ns();
	struct flowout out[3];
	struct pktfeed feed;

	(void)state;
	assert_int_equal(pktfeed_init(&feed, &f.pktsrc, 3, &err), 0);
	feed.shift_ns = 3600 * NSEC_PER_SEC;
	feed.oldest_ns = now - 2 * NSEC_PER_SEC;
	feed.newest_ns = now + 1800 * NSEC_PER_SEC;
	for (unsigned i = 0; i < 3; i++) {
		f.age_ns = ages_s[i] * NSEC_PER_SEC;
		fake_send(&f, 1);
		assert_int_equal(pktfeed_step(&feed, 1, &err), 1);
	}
	assert_int_equal(flowtab_collect(feed.flows, out, 3), 3);
	assert_int_equal(out[0].rec.first_ns, feed.oldest_ns);
	assert_in_range(out[1].rec.first_ns, now, now + 60 * NSEC_PER_SEC);
	assert_int_equal(out[2].rec.first_ns, feed.newest_ns);
	assert_int_equal(feed.latest_ns, feed.newest_ns);
	pktfeed_fini(&feed);
}

/* ---- several sources */

/* Packets that flows of that namespace were seen to carry, over batches, by flow. */
struct tally {
	uint64_t packets[16];
	uint64_t dropped;
	bool failed;
	struct errmsg trouble;	/* the last there was */
};

enum { TALLY_NETNS = 2 };

static void take_batch(struct capthread *t, struct tally *by_netns)
{
	struct capbatch *b = next_batch(t);

	for (uint32_t i = 0; i < b->count; i++) {
		const struct flowrec *r = &b->flows[i].rec;
		unsigned end = r->key.port[0] == 53, n = r->key.addr[end].b[15] % 16u;

		assert_true(r->key.netns < TALLY_NETNS);
		by_netns[r->key.netns].packets[n] = r->dir[0].packets + r->dir[1].packets;
	}
	for (unsigned i = 0; i < TALLY_NETNS; i++) {
		by_netns[i].dropped = b->stats.dropped;
		by_netns[i].failed = b->failed;
		if (b->trouble.text[0])
			by_netns[i].trouble = b->trouble;
	}
	capthread_give_back(t, b);
}

/* Takes batches until flow n of that namespace has so many packets. */
static void take_until(struct capthread *t, struct tally *by_netns, unsigned netns, unsigned n,
		       uint64_t packets)
{
	uint64_t start = clock_mono_ns();

	while (by_netns[netns].packets[n] < packets) {
		take_batch(t, by_netns);
		assert_true(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
		capthread_ask(t);
	}
	assert_int_equal(by_netns[netns].packets[n], packets);
}

static void test_capthread_same_packets_in_two_namespaces_are_two_flows(void **state)
{
	struct tally seen[TALLY_NETNS] = { { .failed = false } };
	struct fake here, there;
	struct capthread *t = fake_start(&here, 4);

	(void)state;
	fake_init(&there, 1, 4);
	fake_send(&here, 40);
	fake_send(&there, 80);
	capthread_add(t, &there.pktsrc, 1);
	take_until(t, seen, 0, 3, 10);
	take_until(t, seen, 1, 3, 20);
	assert_int_equal(seen[0].dropped, 2 * 17);
	capthread_stop(t);
	assert_true(atomic_load(&here.closed));
	assert_true(atomic_load(&there.closed));
}

static void test_capthread_source_that_fails_leaves_the_others(void **state)
{
	struct tally seen[TALLY_NETNS] = { { .failed = false } };
	struct fake here, there;
	struct capthread *t = fake_start(&here, 4);

	(void)state;
	fake_init(&there, 1, 4);
	fake_send(&there, 40);
	capthread_add(t, &there.pktsrc, 1);
	take_until(t, seen, 1, 0, 10);
	atomic_store(&there.fail, true);
	wait_until(&there.closed);
	fake_send(&here, 40);
	take_until(t, seen, 0, 0, 10);
	assert_false(seen[0].failed);
	assert_string_equal(seen[0].trouble.text, "the wire was cut");
	assert_int_equal(seen[0].dropped, 2 * 17);	/* what it lost is lost */
	atomic_store(&here.fail, true);
	while (!seen[0].failed)
		take_batch(t, seen);
	capthread_stop(t);
}

static void test_capthread_dropped_namespace_is_closed_and_the_rest_goes_on(void **state)
{
	struct tally seen[TALLY_NETNS] = { { .failed = false } };
	struct fake here, there;
	struct capthread *t = fake_start(&here, 4);

	(void)state;
	fake_init(&there, 1, 4);
	capthread_drop(t, 1);	/* there is none yet */
	capthread_add(t, &there.pktsrc, 1);
	capthread_drop(t, 1);
	wait_until(&there.closed);
	fake_send(&here, 8);
	take_until(t, seen, 0, 1, 2);
	assert_int_equal(seen[0].trouble.text[0], '\0');
	capthread_stop(t);
}

static void test_capthread_source_added_after_the_end_is_closed(void **state)
{
	struct tally seen[TALLY_NETNS] = { { .failed = false } };
	struct fake here, there;
	struct capthread *t = fake_start(&here, 4);

	(void)state;
	atomic_store(&here.fail, true);
	while (!seen[0].failed)
		take_batch(t, seen);
	fake_init(&there, 1, 4);
	capthread_add(t, &there.pktsrc, 1);
	capthread_stop(t);
	assert_true(atomic_load(&there.closed));
}

static void test_capthread_busy_source_does_not_starve_another(void **state)
{
	struct tally seen[TALLY_NETNS] = { { .failed = false } };
	struct fake here, there;
	struct capthread *t = fake_start_overloaded(&here, 4);

	(void)state;
	fake_init(&there, 1, 4);
	capthread_add(t, &there.pktsrc, 1);
	fake_send(&there, 4000);
	take_until(t, seen, 1, 2, 1000);
	capthread_stop(t);
}

static void each_is_counted(void *ctx, const struct pktraw *raw)
{
	(void)raw;
	++*(unsigned *)ctx;
}

static void test_pktset_refuses_more_than_it_has_room_for_and_closes_them(void **state)
{
	static struct fake f[PKTSET_MAX + 1];
	struct errmsg err = { "" };
	struct pktsrc *set;
	unsigned count = 0;

	(void)state;
	assert_int_equal(pktset_new(&set, &err), 0);
	assert_int_equal(set->ops->step(set, 10, each_is_counted, &count, &err), 0);
	for (unsigned i = 0; i <= PKTSET_MAX; i++)
		fake_init(&f[i], (uint16_t)(i / 2), 1);
	for (unsigned i = 0; i < PKTSET_MAX; i++)
		assert_int_equal(pktset_add(set, &f[i].pktsrc, f[i].netns), 0);
	assert_int_equal(pktset_add(set, &f[PKTSET_MAX].pktsrc, 0), -ENOSPC);
	assert_true(atomic_load(&f[PKTSET_MAX].closed));
	assert_true(pktset_take_trouble(set, &err));
	assert_false(pktset_take_trouble(set, &err));
	pktset_drop(set, 3);
	for (unsigned i = 0; i < PKTSET_MAX; i++) {
		if (i / 2 == 3)
			wait_until(&f[i].closed);
		else
			fake_send(&f[i], 1);
		assert_int_equal(atomic_load(&f[i].closed), i / 2 == 3);
	}
	for (unsigned i = 0; i < PKTSET_MAX && count < PKTSET_MAX - 2; i++)
		assert_true(set->ops->step(set, 7, each_is_counted, &count, &err) <= 7);
	assert_int_equal(count, PKTSET_MAX - 2);
	set->ops->close(set);
	assert_true(atomic_load(&f[0].closed));
}

static void test_capthread_stops_while_a_batch_waits(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 10);

	(void)state;
	fake_send(&f, 100);
	next_batch(t);		/* and is never given back */
	capthread_stop(t);
	assert_true(atomic_load(&f.closed));
	capthread_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capthread_answers_with_all_that_had_passed),
		cmocka_unit_test(test_capthread_tells_names_with_the_flows_that_began),
		cmocka_unit_test(test_capthread_tells_what_each_interface_saw),
		cmocka_unit_test(test_capthread_tells_of_dropped_packets_at_once),
		cmocka_unit_test(test_capthread_slow_reader_loses_nothing),
		cmocka_unit_test(test_capthread_failure_comes_last_and_with_everything),
		cmocka_unit_test(test_capthread_answers_under_overload),
		cmocka_unit_test(test_capthread_answers_though_its_backlog_never_ends),
		cmocka_unit_test(test_capthread_answer_waits_for_what_the_kernel_still_holds),
		cmocka_unit_test(test_capthread_batch_given_back_asks_for_the_rest),
		cmocka_unit_test(test_capthread_ends_flows_that_are_idle),
		cmocka_unit_test(test_capthread_knows_no_packet_of_the_future),
		cmocka_unit_test(test_pktfeed_puts_times_within_its_bounds),
		cmocka_unit_test(test_capthread_same_packets_in_two_namespaces_are_two_flows),
		cmocka_unit_test(test_capthread_source_that_fails_leaves_the_others),
		cmocka_unit_test(test_capthread_dropped_namespace_is_closed_and_the_rest_goes_on),
		cmocka_unit_test(test_capthread_source_added_after_the_end_is_closed),
		cmocka_unit_test(test_capthread_busy_source_does_not_starve_another),
		cmocka_unit_test(test_pktset_refuses_more_than_it_has_room_for_and_closes_them),
		cmocka_unit_test(test_capthread_stops_while_a_batch_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
