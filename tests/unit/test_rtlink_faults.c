/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/rtlink.c when dumps are interrupted or fail, and when drivers leave things out. */
#include "netlink_fixture.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/clock.h"
#include "source/rtlink.h"

enum { REPEATS_MAX = 3 };	/* rtlink.c's */

static void answer_link(uint32_t seq, int ifindex, bool with_stats, uint16_t flags)
{
	static const struct rtnl_link_stats64 stats = { .rx_packets = 1 };
	union {
		struct nlmsghdr head;
		char bytes[1024];
	} m = { .head = { .nlmsg_len = 0 } };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(m.bytes);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

	msg->nlmsg_type = RTM_NEWLINK;
	info->ifi_index = ifindex;
	mnl_attr_put_strz(msg, IFLA_IFNAME, "eth");
	if (with_stats)
		mnl_attr_put(msg, IFLA_STATS64, sizeof(stats), &stats);
	answer(msg, seq, flags);
}

static void answer_addr(uint32_t seq, uint32_t ifindex)
{
	static const uint8_t bytes[4] = { 172, 17, 0, 2 };
	union {
		struct nlmsghdr head;
		char bytes[256];
	} m = { .head = { .nlmsg_len = 0 } };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(m.bytes);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

	msg->nlmsg_type = RTM_NEWADDR;
	info->ifa_family = AF_INET;
	info->ifa_prefixlen = 16;
	info->ifa_index = ifindex;
	mnl_attr_put(msg, IFA_LOCAL, sizeof(bytes), bytes);
	answer(msg, seq, NLM_F_MULTI);
}

/* Interfaces 1 and 2, no addresses. */
static void begin(struct world *w)
{
	uint32_t seq;

	*w = (struct world){ .now_ns = 1000 * NSEC_PER_SEC };
	assert_int_equal(rtlink_new(&w->source, NULL, NULL), 0);
	step(w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_link(seq, 1, true, NLM_F_MULTI);
	answer_link(seq, 2, true, NLM_F_MULTI);
	answer_done(seq, 0, 0);
	step(w);
	assert_int_equal(take_request(&seq), RTM_GETADDR);
	answer_done(seq, 0, 0);
	step(w);
	assert_false(w->source->ops->busy(w->source));
	assert_int_equal(count_kind(w, EV_IFACE), 2);
	w->count = 0;
}

static void end(struct world *w)
{
	w->source->ops->close(w->source);
}

static void refresh(struct world *w)
{
	w->now_ns += 2 * NSEC_PER_SEC;
	w->source->ops->refresh(w->source, w->now_ns);
	step(w);
}

static void test_rtlink_whole_dump_sweeps_what_it_did_not_mention(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	refresh(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_link(seq, 1, true, NLM_F_MULTI);
	answer_done(seq, 0, 0);
	step(&w);
	assert_int_equal(w.count, 2);
	assert_true(w.heard[1].iface.gone);
	assert_int_equal(w.heard[1].iface.ifindex, 2);
	end(&w);
}

static void test_rtlink_interrupted_dump_sweeps_nothing_and_is_repeated(void **state)
{
	/* The mark may be on a row, or on the end alone. */
	static const uint16_t marks[][2] = { { NLM_F_DUMP_INTR, 0 }, { 0, NLM_F_DUMP_INTR } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct world w;
		uint32_t first, second;

		begin(&w);
		refresh(&w);
		assert_int_equal(take_request(&first), RTM_GETLINK);
		answer_link(first, 1, true, NLM_F_MULTI | marks[i][0]);
		answer_done(first, 0, marks[i][1]);
		step(&w);
		assert_int_equal(w.count, 1);
		assert_false(w.heard[0].iface.gone);
		assert_true(w.source->ops->busy(w.source));
		assert_int_equal(take_request(&second), RTM_GETLINK);
		assert_int_not_equal(first, second);
		answer_link(second, 1, true, NLM_F_MULTI);
		answer_done(second, 0, 0);
		step(&w);
		assert_int_equal(w.count, 3);
		assert_true(w.heard[2].iface.gone);
		end(&w);
	}
}

static void test_rtlink_interrupted_again_and_again_gives_up_for_now(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	refresh(&w);
	for (unsigned i = 0; i <= REPEATS_MAX; i++) {
		assert_int_equal(take_request(&seq), RTM_GETLINK);
		answer_link(seq, 1, true, NLM_F_MULTI | NLM_F_DUMP_INTR);
		answer_done(seq, 0, 0);
		step(&w);
	}
	assert_int_equal(take_request(&seq), 0);
	assert_false(w.source->ops->busy(w.source));
	assert_int_equal(w.count, REPEATS_MAX + 1);
	for (unsigned i = 0; i < w.count; i++)
		assert_false(w.heard[i].iface.gone);
	end(&w);
}

static void test_rtlink_failed_dump_sweeps_nothing_and_is_tried_later(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	refresh(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_done(seq, -ENOMEM, 0);
	step(&w);
	assert_int_equal(w.count, 0);
	assert_int_equal(take_request(&seq), 0);
	assert_false(w.source->ops->busy(w.source));
	w.now_ns = w.source->ops->due_ns(w.source);
	step(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	end(&w);
}

static void test_rtlink_news_without_statistics_are_asked_for(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	answer_link(0, 1, false, 0);
	step(&w);
	assert_int_equal(w.count, 0);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_link(seq, 1, true, NLM_F_MULTI);
	answer_link(seq, 2, false, NLM_F_MULTI);	/* this is all the kernel has */
	answer_done(seq, 0, 0);
	step(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(take_request(&seq), 0);
	end(&w);
}

static void test_rtlink_silent_kernel_is_asked_over_a_new_socket(void **state)
{
	unsigned before;
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	refresh(&w);
	before = opened;
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	w.now_ns = w.source->ops->due_ns(w.source);
	step(&w);
	assert_int_equal(opened, before + 1);
	w.now_ns = w.source->ops->due_ns(w.source);
	step(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	end(&w);
}

static void test_rtlink_every_event_carries_the_namespace(void **state)
{
	const struct netns_place where = { .index = 3, .fd = -1 };
	struct world w = { .now_ns = 1000 * NSEC_PER_SEC };
	uint32_t seq;

	(void)state;
	assert_int_equal(rtlink_new(&w.source, &where, NULL), 0);
	step(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_link(seq, 1, true, NLM_F_MULTI);
	answer_done(seq, 0, 0);
	step(&w);
	assert_int_equal(take_request(&seq), RTM_GETADDR);
	answer_addr(seq, 1);
	answer_done(seq, 0, 0);
	step(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.heard[0].kind, EV_IFACE);
	assert_int_equal(w.heard[0].iface.netns, 3);
	assert_int_equal(w.heard[1].kind, EV_ADDR);
	assert_int_equal(w.heard[1].addr.netns, 3);
	w.count = 0;
	refresh(&w);
	assert_int_equal(take_request(&seq), RTM_GETLINK);
	answer_done(seq, 0, 0);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_true(w.heard[0].iface.gone);
	assert_int_equal(w.heard[0].iface.netns, 3);
	end(&w);
}

static void test_rtlink_gone_address_carries_the_namespace(void **state)
{
	const struct netns_place where = { .index = 3, .fd = -1 };
	struct world w = { .now_ns = 1000 * NSEC_PER_SEC };
	uint32_t seq;

	(void)state;
	assert_int_equal(rtlink_new(&w.source, &where, NULL), 0);
	for (unsigned round = 0; round < 2; round++) {
		step(&w);
		assert_int_equal(take_request(&seq), RTM_GETLINK);
		answer_done(seq, 0, 0);
		step(&w);
		assert_int_equal(take_request(&seq), RTM_GETADDR);
		if (round == 0)
			answer_addr(seq, 1);
		answer_done(seq, 0, 0);
		step(&w);
		if (round > 0)
			break;
		refresh(&w);	/* no answer: it begins again from nothing */
		w.now_ns = w.source->ops->due_ns(w.source);
		step(&w);
		w.now_ns = w.source->ops->due_ns(w.source);
	}
	assert_true(last_of(&w, EV_ADDR)->addr.gone);
	assert_int_equal(last_of(&w, EV_ADDR)->addr.netns, 3);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtlink_whole_dump_sweeps_what_it_did_not_mention),
		cmocka_unit_test(test_rtlink_interrupted_dump_sweeps_nothing_and_is_repeated),
		cmocka_unit_test(test_rtlink_interrupted_again_and_again_gives_up_for_now),
		cmocka_unit_test(test_rtlink_failed_dump_sweeps_nothing_and_is_tried_later),
		cmocka_unit_test(test_rtlink_news_without_statistics_are_asked_for),
		cmocka_unit_test(test_rtlink_silent_kernel_is_asked_over_a_new_socket),
		cmocka_unit_test(test_rtlink_every_event_carries_the_namespace),
		cmocka_unit_test(test_rtlink_gone_address_carries_the_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
