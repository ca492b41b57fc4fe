/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pktfeed.c: names learned on the way, from whom they may be, within their room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/dns.h"
#include "net/links.h"
#include "source/pktfeed.h"

enum {
	FRAME = 14 + 20 + 8 + 12 + 17 + 16,
	RECORD = 16,
	LONGEST = FRAME + (DNS_ADDRS_MAX - 1) * RECORD,
	AT_LENGTH = 16,
	AT_SPORT = 34,
	AT_COUNT = 49,
	AT_NAME = 54,
	AT_ADDR = FRAME - 4,
};

/* From port 53: a.examp.o.r is 192.0.2.1, for a minute. */
static const uint8_t answer[FRAME] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, FRAME - 14, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 53, 10, 0, 0, 2,
	0, 53, 0xc0, 0, 0, FRAME - 34, 0, 0,
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0,
	1, 'a', 5, 'e', 'x', 'a', 'm', 'p', 1, 'o', 1, 'r', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
};

/* What it answers. */
static const uint8_t question[] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
	0x45, 0, 0, FRAME - RECORD - 14, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 53,
	0xc0, 0, 0, 53, 0, FRAME - RECORD - 34, 0, 0,
	0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0,
	1, 'a', 5, 'e', 'x', 'a', 'm', 'p', 1, 'o', 1, 'r', 0, 0, 1, 0, 1,
};

struct fake {
	struct pktsrc pktsrc;
	uint8_t frame[LONGEST];
	uint32_t len, caplen;
	unsigned left;
	bool varies;		/* each packet tells of addresses of its own */
};

static void vary(struct fake *f)
{
	for (unsigned at = AT_ADDR; at < f->len; at += RECORD) {
		f->frame[at + 2] += !++f->frame[at + 3];
		f->frame[at + 1] = (uint8_t)at;
	}
}

static int fake_step(struct pktsrc *p, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct fake *f = (struct fake *)p;
	unsigned n;

	(void)err;
	for (n = 0; n < max && f->left; n++, f->left--) {
		struct pktraw raw = { .time_ns = 1, .data = f->frame, .caplen = f->caplen,
				      .wirelen = f->len, .ifindex = 3, .linktype = LINK_ETHERNET,
				      .netns = 6, .way = PKT_IN };

		if (f->varies)
			vary(f);
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

static void set_frame(struct fake *f, const uint8_t *frame, uint32_t len)
{
	memcpy(f->frame, frame, len);
	f->len = f->caplen = len;
}

static unsigned feed_packets(struct fixture *x, unsigned packets)
{
	struct errmsg err = { "" };

	x->fake.left = packets;
	assert_int_equal(pktfeed_step(&x->feed, packets, &err), packets);
	return pktfeed_take_names(&x->feed, x->names);
}

static void ask(struct fixture *x)
{
	set_frame(&x->fake, question, sizeof(question));
	assert_int_equal(feed_packets(x, 1), 0);
	set_frame(&x->fake, answer, FRAME);
}

static int set_up(void **state)
{
	static struct fixture x;

	x = (struct fixture){ .fake = { .pktsrc.ops = &fake_ops } };
	set_frame(&x.fake, answer, FRAME);
	*state = &x;
	return pktfeed_init(&x.feed, &x.fake.pktsrc, 64, NULL);
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	pktfeed_fini(&x->feed);
	return 0;
}

static void test_pktfeed_learns_a_name_once(void **state)
{
	static const uint8_t addr[] = { 192, 0, 2, 1 };
	struct fixture *x = *state;
	struct addr a = addr_from_v4(addr);

	ask(x);
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

	ask(x);
	x->fake.frame[FRAME - 7] = 0;
	assert_int_equal(feed_packets(x, 1), 1);
	assert_int_equal(x->names[0].ttl, 1);
}

static void test_pktfeed_listens_to_dns_ports_only(void **state)
{
	struct fixture *x = *state;

	ask(x);
	x->fake.frame[AT_SPORT + 1] = 54;
	assert_int_equal(feed_packets(x, 1), 0);
	x->fake.frame[AT_SPORT + 1] = 53;
	assert_int_equal(feed_packets(x, 1), 1);
}

/* Else one packet of anybody's names any address. */
static void test_pktfeed_answer_without_a_question_is_not_believed(void **state)
{
	static const unsigned differ[] = { AT_SPORT + 3, AT_NAME - 12, AT_NAME + 1, 26 };
	struct fixture *x = *state;

	assert_int_equal(feed_packets(x, 1), 0);
	ask(x);
	for (unsigned i = 0; i < sizeof(differ) / sizeof(*differ); i++) {
		x->fake.frame[differ[i]]++;	/* port, id, name, server */
		assert_int_equal(feed_packets(x, 1), 0);
		x->fake.frame[differ[i]]--;
	}
	x->fake.frame[AT_NAME + 1] = 'A';
	assert_int_equal(feed_packets(x, 1), 1);
}

/* It answers to nobody in particular: such a name can be claimed by this link's hosts only. */
static void test_pktfeed_multicast_answer_names_what_is_local(void **state)
{
	struct fixture *x = *state;

	x->fake.frame[AT_SPORT] = DNS_MDNS_PORT >> 8;
	x->fake.frame[AT_SPORT + 1] = DNS_MDNS_PORT & 0xff;
	assert_int_equal(feed_packets(x, 1), 0);
	memcpy(x->fake.frame + AT_NAME, "\5notes\5local", 13);
	assert_int_equal(feed_packets(x, 1), 1);
	assert_string_equal(x->names[0].name, "notes.local");
	memcpy(x->fake.frame + AT_NAME, "\5notesxlocal", 13);
	x->fake.frame[AT_NAME] = 11;
	assert_int_equal(feed_packets(x, 1), 0);
	memcpy(x->fake.frame + AT_NAME, "\0\5local", 8);
	assert_int_equal(feed_packets(x, 1), 0);
}

static void test_pktfeed_reads_no_further_than_was_captured(void **state)
{
	struct fixture *x = *state;

	ask(x);
	for (x->fake.caplen = 0; x->fake.caplen < FRAME; x->fake.caplen++)
		assert_int_equal(feed_packets(x, 1), 0);
}

/* With as many addresses as are looked at. */
static void lengthen(struct fake *f)
{
	while (f->len < LONGEST) {
		memcpy(f->frame + f->len, answer + FRAME - RECORD, RECORD);
		f->len += RECORD;
	}
	f->caplen = f->len;
	f->frame[AT_COUNT] = DNS_ADDRS_MAX;
	f->frame[AT_LENGTH] = (LONGEST - 14) >> 8;
	f->frame[AT_LENGTH + 1] = (uint8_t)(LONGEST - 14);
}

/* A file is read in pieces of 64 packets, after each of which the names are taken. */
static void test_pktfeed_has_room_for_the_names_of_64_packets(void **state)
{
	struct fixture *x = *state;
	unsigned names = 0;

	ask(x);
	lengthen(&x->fake);
	x->fake.varies = true;
	for (unsigned i = 0; i < 20; i++)
		names += feed_packets(x, 64);
	assert_int_equal(names, 20 * 64 * DNS_ADDRS_MAX);
}

static void test_pktfeed_flood_of_answers_goes_unread(void **state)
{
	const struct flowtotals *totals;
	struct fixture *x = *state;

	ask(x);
	totals = flowtab_totals(x->feed.flows);
	x->fake.varies = true;
	assert_int_equal(feed_packets(x, 10000), PKTFEED_ANSWERS);
	assert_int_equal(totals->packets, 1 + 10000);
	assert_int_equal(feed_packets(x, 10), 10);
	lengthen(&x->fake);
	assert_int_equal(feed_packets(x, 10000), PKTFEED_NAMES);
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
		TEST(test_pktfeed_answer_without_a_question_is_not_believed),
		TEST(test_pktfeed_multicast_answer_names_what_is_local),
		TEST(test_pktfeed_has_room_for_the_names_of_64_packets),
		TEST(test_pktfeed_flood_of_answers_goes_unread),
		TEST(test_pktfeed_counts_by_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
