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

struct fake {
	struct pktsrc pktsrc;
	int fd;			/* an eventfd: as many packets as its count */
	unsigned sent, flows;
	atomic_bool fail, closed;
};

static int fake_step(struct pktsrc *p, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct fake *f = (struct fake *)p;
	uint8_t frame[FRAME];
	uint64_t wanted = 0;
	unsigned n;

	if (read(f->fd, &wanted, sizeof(wanted)) < 0 && atomic_load(&f->fail)) {
		errmsg_set(err, "the wire was cut");
		return -ENODEV;
	}
	for (n = 0; n < wanted && n < max; n++) {
		struct pktraw raw = {
			.time_ns = clock_wall_ns(),
			.data = frame,
			.caplen = FRAME,
			.wirelen = FRAME,
			.linktype = LINK_ETHERNET,
		};

		make_frame(frame, f->sent++ % f->flows);
		each(ctx, &raw);
	}
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
	(void)p;
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

static struct capthread *fake_start(struct fake *f, unsigned flows)
{
	struct errmsg err = { "" };
	struct capthread *t;

	*f = (struct fake){ .pktsrc.ops = &fake_ops, .flows = flows,
			    .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	assert_true(f->fd >= 0);
	assert_int_equal(capthread_start(&t, &f->pktsrc, FLOWS_MAX, &err), 0);
	return t;
}

static void fake_send(struct fake *f, uint64_t packets)
{
	assert_int_equal(write(f->fd, &packets, sizeof(packets)), sizeof(packets));
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

static void test_capthread_failure_comes_last_and_with_everything(void **state)
{
	struct fake f;
	struct capthread *t = fake_start(&f, 10000);
	struct capbatch *b;
	uint32_t flows = 0;
	bool failed;

	(void)state;
	fake_send(&f, 10000);
	atomic_store(&f.fail, true);
	do {
		b = next_batch(t);
		flows += b->count;
		failed = b->failed;
		if (failed) {
			assert_string_equal(b->trouble.text, "the wire was cut");
			assert_int_equal(b->totals.packets, 10000);
		}
		capthread_give_back(t, b);
	} while (!failed);
	assert_true(flows >= 10000);
	capthread_stop(t);
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
		cmocka_unit_test(test_capthread_slow_reader_loses_nothing),
		cmocka_unit_test(test_capthread_failure_comes_last_and_with_everything),
		cmocka_unit_test(test_capthread_stops_while_a_batch_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
