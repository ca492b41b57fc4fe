/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pktfeed.c: names learned on the way, within their room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/dns.h"
#include "net/links.h"
#include "source/pktfeed.h"

enum { FRAME = 14 + 20 + 8 + 12 + 17 + 16, AT_SPORT = 34, AT_ADDR = FRAME - 4 };

/* From port 53: a.examp.o.r is 192.0.2.1, for a minute. */
static const uint8_t answer[FRAME] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, FRAME - 14, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 53, 10, 0, 0, 2,
	0, 53, 0xc0, 0, 0, FRAME - 34, 0, 0,
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0,
	1, 'a', 5, 'e', 'x', 'a', 'm', 'p', 1, 'o', 1, 'r', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
};

struct fake {
	struct pktsrc pktsrc;
	uint8_t frame[FRAME];
	uint32_t caplen;
	unsigned left;
	bool varies;		/* each packet tells of an address of its own */
};

static int fake_step(struct pktsrc *p, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct fake *f = (struct fake *)p;
	unsigned n;

	(void)err;
	for (n = 0; n < max && f->left; n++, f->left--) {
		struct pktraw raw = { .time_ns = 1, .data = f->frame, .caplen = f->caplen,
				      .wirelen = FRAME, .ifindex = 3, .linktype = LINK_ETHERNET,
				      .netns = 6, .way = PKT_IN };

		if (f->varies)
			f->frame[AT_ADDR + 3]++;
		each(ctx, &raw);
	}
	return (int)n;
}

static void fake_close(struct pktsrc *p)
{
	(void)p;
}

static const struct pktsrc_ops fake_ops = { .step = fake_step, .close = fake_close };

struct fixture {
	struct fake fake;
	struct pktfeed feed;
	struct namerec names[PKTFEED_NAMES];
};

static int set_up(void **state)
{
	static struct fixture x;

	x = (struct fixture){ .fake = { .pktsrc.ops = &fake_ops, .caplen = FRAME } };
	memcpy(x.fake.frame, answer, FRAME);
	*state = &x;
	return pktfeed_init(&x.feed, &x.fake.pktsrc, 64, NULL);
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	pktfeed_fini(&x->feed);
	return 0;
}

static unsigned feed_packets(struct fixture *x, unsigned packets)
{
	struct errmsg err = { "" };

	x->fake.left = packets;
	assert_int_equal(pktfeed_step(&x->feed, packets, &err), packets);
	return pktfeed_take_names(&x->feed, x->names);
}

static void test_pktfeed_learns_a_name_once(void **state)
{
	static const uint8_t addr[] = { 192, 0, 2, 1 };
	struct fixture *x = *state;
	struct addr a = addr_from_v4(addr);

	assert_int_equal(feed_packets(x, 3), 1);
	assert_string_equal(x->names[0].name, "a.examp.o.r");
	assert_true(addr_equal(&x->names[0].addr, &a));
	assert_int_equal(x->names[0].ttl, 60);
	assert_int_equal(x->names[0].netns, 6);
	assert_int_equal(x->names[0].origin, NAME_DNS);
	assert_int_equal(pktfeed_take_names(&x->feed, x->names), 0);
	assert_int_equal(feed_packets(x, 1), 1);
}

/* 0 is what lasts for ever in struct namerec. */
static void test_pktfeed_name_that_is_good_for_no_time_is_not_for_ever(void **state)
{
	struct fixture *x = *state;

	x->fake.frame[FRAME - 7] = 0;
	assert_int_equal(feed_packets(x, 1), 1);
	assert_int_equal(x->names[0].ttl, 1);
}

static void test_pktfeed_listens_to_dns_ports_only(void **state)
{
	struct fixture *x = *state;

	x->fake.frame[AT_SPORT + 1] = 54;
	assert_int_equal(feed_packets(x, 1), 0);
	x->fake.frame[AT_SPORT] = 5353 >> 8;
	x->fake.frame[AT_SPORT + 1] = 5353 & 0xff;
	assert_int_equal(feed_packets(x, 1), 1);
}

static void test_pktfeed_reads_no_further_than_was_captured(void **state)
{
	struct fixture *x = *state;

	for (x->fake.caplen = 0; x->fake.caplen < FRAME; x->fake.caplen++)
		assert_int_equal(feed_packets(x, 1), 0);
}

static void test_pktfeed_drops_names_that_there_is_no_room_for(void **state)
{
	struct fixture *x = *state;
	const struct flowtotals *totals = flowtab_totals(x->feed.flows);

	x->fake.varies = true;
	assert_int_equal(feed_packets(x, 200), PKTFEED_NAMES);
	assert_int_equal(totals->packets, 200);
	assert_int_equal(feed_packets(x, 10), 10);
}

static void test_pktfeed_counts_by_interface(void **state)
{
	static struct ifcountrec counts[IFCOUNTS_MAX];
	struct fixture *x = *state;

	feed_packets(x, 100);
	assert_int_equal(ifcounts_collect(&x->feed.ifcounts, counts), 1);
	assert_int_equal(counts[0].ifindex, 3);
	assert_int_equal(counts[0].netns, 6);
	assert_int_equal(counts[0].rx_packets, 100);
	assert_int_equal(counts[0].rx_bytes, 100 * FRAME);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pktfeed_learns_a_name_once),
		TEST(test_pktfeed_name_that_is_good_for_no_time_is_not_for_ever),
		TEST(test_pktfeed_listens_to_dns_ports_only),
		TEST(test_pktfeed_reads_no_further_than_was_captured),
		TEST(test_pktfeed_drops_names_that_there_is_no_room_for),
		TEST(test_pktfeed_counts_by_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
