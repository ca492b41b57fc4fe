/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iftab: interfaces with their rates, and which addresses are this host's. */
#include "model_fixture.h"

#include "model/state.h"

static void iface(struct fx *fx, uint32_t ifindex, const char *name, uint64_t rx_bytes, bool gone)
{
	struct event e = fx_event(fx, EV_IFACE);

	e.iface = (struct ifacerec){ .ifindex = ifindex, .gone = gone, .rx_bytes = rx_bytes };
	memcpy(e.iface.name, name, strlen(name));
	model_apply(fx->m, &e);
}

static bool is_local(const struct fx *fx, const char *text)
{
	struct addr a = fx_addr(text);

	return iftab_is_local(fx->m->ifaces, 0, &a);
}

static void test_iftab_interfaces_are_listed_by_index_whatever_their_order(void **state)
{
	struct fx *fx = *state;

	iface(fx, 7, "veth1", 0, false);
	iface(fx, 1, "lo", 0, false);
	iface(fx, 3, "eth0", 0, false);
	assert_string_equal(model_iface_at(fx->m, 0)->rec.name, "lo");
	assert_string_equal(model_iface_at(fx->m, 1)->rec.name, "eth0");
	assert_string_equal(model_iface_at(fx->m, 2)->rec.name, "veth1");
	assert_null(model_iface_at(fx->m, 3));
	assert_string_equal(model_iface(fx->m, 0, 3)->rec.name, "eth0");
	assert_null(model_iface(fx->m, 0, 2));
}

static void test_iftab_interface_that_went_is_unknown_and_its_going_twice_is_nothing(void **state)
{
	struct fx *fx = *state;

	iface(fx, 3, "eth0", 0, false);
	iface(fx, 3, "", 0, true);
	iface(fx, 3, "", 0, true);
	assert_null(model_iface(fx->m, 0, 3));
	assert_null(model_iface_at(fx->m, 0));
}

static void test_iftab_rate_needs_two_readings_some_time_apart(void **state)
{
	struct fx *fx = *state;

	iface(fx, 3, "eth0", 1000, false);
	assert_int_equal(model_iface(fx->m, 0, 3)->rx_bps, MODEL_RATE_UNKNOWN);
	fx_pass_time(fx, 10);
	iface(fx, 3, "eth0", 3000, false);	/* too soon */
	assert_int_equal(model_iface(fx->m, 0, 3)->rx_bps, MODEL_RATE_UNKNOWN);
	fx_pass_time(fx, 990);
	iface(fx, 3, "eth0", 5000, false);
	assert_int_equal(model_iface(fx->m, 0, 3)->rx_bps, 4000);
}

/* Its section of the file may begin more than once, with time between. */
static void test_iftab_interface_of_a_file_has_a_name_and_no_rate(void **state)
{
	struct fx *fx = *state;
	struct event e;

	for (unsigned i = 0; i < 3; i++) {
		e = fx_event(fx, EV_IFACE);
		e.iface = (struct ifacerec){ .ifindex = 2, .no_stats = true, .name = "wlan0" };
		model_apply(fx->m, &e);
		fx_pass_time(fx, 990);
	}
	e = fx_event(fx, EV_IFCOUNT);
	e.ifcount = (struct ifcountrec){ .ifindex = 2, .rx_packets = 7 };
	model_apply(fx->m, &e);
	assert_string_equal(model_iface(fx->m, 0, 2)->rec.name, "wlan0");
	assert_int_equal(model_iface(fx->m, 0, 2)->seen.rx_packets, 7);
	assert_int_equal(model_iface(fx->m, 0, 2)->rx_bps, MODEL_RATE_UNKNOWN);
	assert_int_equal(model_iface_coverage(model_iface(fx->m, 0, 2)), -1);
}

static void test_iftab_counter_that_was_reset_gives_no_rate(void **state)
{
	struct fx *fx = *state;

	iface(fx, 3, "eth0", 5000, false);
	fx_pass_time(fx, 1000);
	iface(fx, 3, "eth0", 10, false);
	assert_int_equal(model_iface(fx->m, 0, 3)->rx_bps, MODEL_RATE_UNKNOWN);
	fx_pass_time(fx, 1000);
	iface(fx, 3, "eth0", 510, false);
	assert_int_equal(model_iface(fx->m, 0, 3)->rx_bps, 500);
}

static void test_iftab_more_interfaces_than_room_keeps_the_first(void **state)
{
	struct fx *fx = *state;

	for (uint32_t i = 1; i <= 5000; i++)
		iface(fx, i, "x", 0, false);
	assert_non_null(model_iface_at(fx->m, 4095));
	assert_null(model_iface_at(fx->m, 4096));
}

static void test_iftab_loopback_is_local_without_being_told(void **state)
{
	struct fx *fx = *state;

	assert_true(is_local(fx, "127.0.0.1"));
	assert_true(is_local(fx, "127.9.9.9"));
	assert_true(is_local(fx, "::1"));
	assert_false(is_local(fx, "10.0.0.3"));
	assert_false(is_local(fx, "0.0.0.0"));
}

static void test_iftab_address_on_two_interfaces_is_local_until_the_last_goes(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_ADDR);

	e.addr = (struct addrrec){ .ifindex = 9, .prefix = 24, .addr = fx_addr("10.0.0.2") };
	model_apply(fx->m, &e);
	fx_address(fx, "10.0.0.2", 24, true);
	assert_true(is_local(fx, "10.0.0.2"));
	e.addr.gone = true;
	model_apply(fx->m, &e);
	assert_false(is_local(fx, "10.0.0.2"));
	assert_true(is_local(fx, "2001:db8::2"));
}

/* ip addr add 10.0.0.2/16, ip addr del 10.0.0.2/24: the kernel holds them as two. */
static void test_iftab_address_with_two_prefixes_is_local_until_both_go(void **state)
{
	struct fx *fx = *state;
	struct addr wide = fx_addr("10.0.255.255"), narrow = fx_addr("10.0.0.255");

	fx_address(fx, "10.0.0.2", 16, false);
	fx_address(fx, "10.0.0.2", 24, true);
	assert_true(is_local(fx, "10.0.0.2"));
	assert_true(iftab_is_broadcast(fx->m->ifaces, 0, &wide));
	assert_false(iftab_is_broadcast(fx->m->ifaces, 0, &narrow));
	fx_address(fx, "10.0.0.2", 24, true);
	assert_true(is_local(fx, "10.0.0.2"));
	fx_address(fx, "10.0.0.2", 16, true);
	assert_false(is_local(fx, "10.0.0.2"));
}

static void test_iftab_addresses_go_in_any_order(void **state)
{
	struct fx *fx = *state;
	char text[32];

	for (unsigned i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "10.7.0.%u", i * 37 % 50);
		fx_address(fx, text, 32, false);
		fx_address(fx, text, 32, false);	/* told twice is one */
	}
	for (unsigned i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "10.7.0.%u", i * 11 % 50);
		assert_true(is_local(fx, text));
		fx_address(fx, text, 32, true);
		assert_false(is_local(fx, text));
	}
	assert_true(is_local(fx, "10.0.0.2"));
}

static void test_iftab_many_addresses_are_all_found(void **state)
{
	struct fx *fx = *state;
	char text[32];

	for (unsigned i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "10.7.%u.%u", i * 7 % 250, i % 250);
		fx_address(fx, text, 32, false);
	}
	for (unsigned i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "10.7.%u.%u", i * 7 % 250, i % 250);
		assert_true(is_local(fx, text));
	}
	assert_false(is_local(fx, "10.8.0.1"));
}

static void test_iftab_address_change_takes_flows_from_this_host(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	fx_flow(fx, &f, false);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(fx_flow_row(fx, 0).proc_reason, PROC_NO_SOCKET);
	fx_address(fx, "10.0.0.2", 24, true);
	fx_tick(fx);
	assert_int_equal(fx_flow_row(fx, 0).proc_reason, PROC_NOT_OURS);
}

/* ---- the capture beside the interface's own statistics */

enum { ETH = 2, IFF_LOOPBACK = 0x8 };

static void statistics(struct fx *fx, uint32_t flags, uint64_t rx, uint64_t tx)
{
	struct event e = fx_event(fx, EV_IFACE);

	e.iface = (struct ifacerec){ .ifindex = ETH, .flags = flags, .name = "eth0", .rx_packets = rx,
				     .tx_packets = tx };
	model_apply(fx->m, &e);
}

static void counted(struct fx *fx, uint64_t rx, uint64_t rx_segs, uint64_t tx, uint64_t tx_segs)
{
	struct event e = fx_event(fx, EV_IFCOUNT);

	e.ifcount = (struct ifcountrec){ .ifindex = ETH, .rx_packets = rx, .rx_segs = rx_segs,
					 .tx_packets = tx, .tx_segs = tx_segs };
	model_apply(fx->m, &e);
}

static int coverage_of_eth(const struct fx *fx)
{
	return model_iface_coverage(model_iface(fx->m, 0, ETH));
}

static void next_round(struct fx *fx)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture = *model_capture(fx->m);
	e.capture.told_ns = fx->now_ns;
	if (e.capture.live)
		model_apply(fx->m, &e);
	fx_tick(fx);
	fx_pass_time(fx, 1000);
}

static void test_iface_coverage_counts_from_the_captures_beginning(void **state)
{
	struct fx *fx = *state;

	statistics(fx, 0, 5000, 6000);
	next_round(fx);
	fx_capture(fx);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), -1);	/* it was not looked at */
	statistics(fx, 0, 5100, 6000);			/* the base */
	counted(fx, 100, 100, 0, 0);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), -1);
	statistics(fx, 0, 5300, 6200);
	counted(fx, 290, 290, 200, 200);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), -1);	/* the statistics are held against the next count */
	counted(fx, 300, 300, 200, 200);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), 10000);
	statistics(fx, 0, 15100, 6000);
	next_round(fx);
	counted(fx, 4000, 4000, 998, 998);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), 4998);
	assert_int_equal(model_iface(fx->m, 0, ETH)->base.rx_packets, 5100);
}

static void drop_some(struct fx *fx)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture = *model_capture(fx->m);
	e.capture.dropped++;
	model_apply(fx->m, &e);
}

/* Its own count, super-packets and segments captured, and a round in which they are compared. */
static int compare(struct fx *fx, uint64_t own, uint64_t frames, uint64_t segs)
{
	statistics(fx, 0, own, 0);
	counted(fx, frames, segs, 0, 0);
	next_round(fx);
	next_round(fx);
	return coverage_of_eth(fx);
}

/* A super-packet is one to some interfaces: more segments were captured than these counted. */
static void test_iface_coverage_of_super_packets_counts_frames(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	assert_int_equal(compare(fx, 0, 0, 0), -1);
	assert_int_equal(compare(fx, 10, 10, 400), 10000);
	assert_int_equal(compare(fx, 20, 20, 800), 10000);
	assert_int_equal(compare(fx, 100, 100, 4000), 10000);
	drop_some(fx);
	assert_int_equal(compare(fx, 200, 150, 6000), 7500);
}

/* To others it is its segments. */
static void test_iface_coverage_of_segments_counts_segments(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	assert_int_equal(compare(fx, 0, 0, 0), -1);
	assert_int_equal(compare(fx, 400, 10, 400), 10000);
	assert_int_equal(compare(fx, 800, 20, 800), 10000);
	drop_some(fx);
	assert_int_equal(compare(fx, 820, 21, 820), 10000);
	assert_int_equal(compare(fx, 900, 22, 850), 9444);
	assert_int_equal(compare(fx, 1000, 26, 1010), 9500);
}

/* Nothing told which it is before packets were dropped. */
static void test_iface_coverage_of_unsettled_unit_is_unknown(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	assert_int_equal(compare(fx, 0, 0, 0), -1);
	assert_int_equal(compare(fx, 50, 50, 50), 10000);
	drop_some(fx);
	assert_int_equal(compare(fx, 300, 100, 350), -1);
	assert_int_equal(compare(fx, 500, 120, 450), 9000);	/* either way so much is missing */
}

/* What leaves lo is what comes in there, and is captured once. */
static void test_iface_coverage_of_loopback_counts_each_packet_once(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	statistics(fx, IFF_LOOPBACK, 70, 70);
	counted(fx, 0, 0, 0, 0);
	statistics(fx, IFF_LOOPBACK, 170, 170);
	counted(fx, 100, 100, 0, 0);
	next_round(fx);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), 10000);
}

/* Lost while packets go on: found within the round, and kept though others are counted twice later. */
static void test_iface_coverage_of_what_goes_on_only_grows_in_what_is_missing(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	statistics(fx, 0, 0, 0);
	counted(fx, 0, 0, 0, 0);
	next_round(fx);
	for (uint64_t n = 1; n < 10; n++) {
		struct event e = fx_event(fx, EV_IFCOUNT);
		uint64_t lost = n < 3 ? 0 : n < 6 ? 300 : 100;

		statistics(fx, 0, n * 1000, 0);
		e.ifcount = (struct ifcountrec){ .ifindex = ETH, .rx_packets = n * 1000 - lost,
						 .last_ns = fx->now_ns + 50 * NSEC_PER_MSEC };
		model_apply(fx->m, &e);
		next_round(fx);
		assert_int_equal(model_iface(fx->m, 0, ETH)->missing, n < 3 ? 0 : 300);
		assert_int_equal(coverage_of_eth(fx),
				 n < 3 ? 10000 : (int)((n * 1000 - 300) * 10000 / (n * 1000)));
	}
}

static void test_iface_statistics_that_ran_back_prove_nothing(void **state)
{
	struct fx *fx = *state;

	fx_capture(fx);
	statistics(fx, 0, 1000, 1000);
	counted(fx, 5, 5, 5, 5);
	statistics(fx, 0, 3, 3);
	next_round(fx);
	next_round(fx);
	assert_int_equal(coverage_of_eth(fx), -1);
}

static void iface_in(struct fx *fx, uint16_t netns, uint32_t ifindex, const char *name)
{
	struct event e = fx_event(fx, EV_IFACE);

	e.iface = (struct ifacerec){ .netns = netns, .ifindex = ifindex };
	memcpy(e.iface.name, name, strlen(name));
	model_apply(fx->m, &e);
}

static void address_in(struct fx *fx, uint16_t netns, const char *text, bool gone)
{
	struct event e = fx_event(fx, EV_ADDR);

	e.addr = (struct addrrec){ .netns = netns, .ifindex = 2, .prefix = 24, .gone = gone,
				   .addr = fx_addr(text) };
	model_apply(fx->m, &e);
}

static void test_iftab_interfaces_of_namespaces_share_indices(void **state)
{
	struct fx *fx = *state;

	iface_in(fx, 2, 1, "lo");
	iface_in(fx, 0, 3, "eth0");
	iface_in(fx, 2, 3, "veth7");
	assert_string_equal(model_iface(fx->m, 0, 3)->rec.name, "eth0");
	assert_string_equal(model_iface(fx->m, 2, 3)->rec.name, "veth7");
	assert_null(model_iface(fx->m, 0, 1));
	assert_null(model_iface(fx->m, 1, 3));
	assert_string_equal(model_iface_at(fx->m, 1)->rec.name, "lo");
	assert_string_equal(model_iface_at(fx->m, 2)->rec.name, "veth7");
}

static void test_iftab_address_is_local_in_its_own_namespace(void **state)
{
	struct fx *fx = *state;
	const struct iftab *t = fx->m->ifaces;
	struct addr a = fx_addr("172.17.0.2"), wide = fx_addr("172.17.0.255"), lo = fx_addr("127.0.0.1");

	assert_false(iftab_knows_addresses(t, 2));
	address_in(fx, 2, "172.17.0.2", false);
	assert_true(iftab_knows_addresses(t, 2));
	assert_true(iftab_is_local(t, 2, &a));
	assert_false(iftab_is_local(t, 0, &a));
	assert_false(iftab_is_local(t, 3, &a));
	assert_true(iftab_is_broadcast(t, 2, &wide));
	assert_false(iftab_is_broadcast(t, 0, &wide));
	assert_true(iftab_is_elsewhere(t, 0, &a));
	assert_true(iftab_is_elsewhere(t, 3, &a));
	assert_false(iftab_is_elsewhere(t, 2, &a));
	assert_true(iftab_is_local(t, 3, &lo));
	assert_false(iftab_is_elsewhere(t, 3, &lo));
	address_in(fx, 3, "172.17.0.2", false);
	assert_true(iftab_is_elsewhere(t, 2, &a));
	address_in(fx, 2, "172.17.0.2", true);
	assert_false(iftab_knows_addresses(t, 2));
	assert_false(iftab_is_local(t, 2, &a));
	assert_true(iftab_is_local(t, 3, &a));
}

static void test_iftab_namespace_that_went_takes_its_own_with_it(void **state)
{
	struct fx *fx = *state;
	struct iftab *t = fx->m->ifaces;
	struct addr a = fx_addr("172.17.0.2"), b = fx_addr("172.17.0.3");

	for (uint16_t netns = 1; netns < 4; netns++) {
		iface_in(fx, netns, 1, "lo");
		iface_in(fx, netns, 2, "veth");
		address_in(fx, netns, "172.17.0.2", false);
	}
	address_in(fx, 2, "172.17.0.3", false);
	assert_true(iftab_drop_netns(t, 2));
	assert_false(iftab_drop_netns(t, 2));
	assert_null(iftab_find(t, 2, 1));
	assert_null(iftab_find(t, 2, 2));
	assert_non_null(iftab_find(t, 1, 2));
	assert_non_null(iftab_find(t, 3, 1));
	assert_false(iftab_knows_addresses(t, 2));
	assert_true(iftab_is_local(t, 1, &a));
	assert_true(iftab_is_local(t, 3, &a));
	assert_false(iftab_is_local(t, 2, &b));
	assert_false(iftab_is_elsewhere(t, 1, &b));
	assert_true(iftab_knows_addresses(t, 0));
}

static void test_iftab_address_of_a_namespace_beyond_the_last_is_refused(void **state)
{
	struct fx *fx = *state;
	struct addr a = fx_addr("172.17.0.2");

	address_in(fx, NETNS_MAX, "172.17.0.2", false);
	address_in(fx, UINT16_MAX, "172.17.0.2", false);
	assert_false(iftab_knows_addresses(fx->m->ifaces, NETNS_MAX));
	assert_false(iftab_is_local(fx->m->ifaces, UINT16_MAX, &a));
	assert_false(iftab_is_elsewhere(fx->m->ifaces, 0, &a));
	assert_false(iftab_drop_netns(fx->m->ifaces, UINT16_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_iftab_interfaces_are_listed_by_index_whatever_their_order),
		FX_TEST(test_iftab_interface_that_went_is_unknown_and_its_going_twice_is_nothing),
		FX_TEST(test_iftab_rate_needs_two_readings_some_time_apart),
		FX_TEST(test_iftab_interface_of_a_file_has_a_name_and_no_rate),
		FX_TEST(test_iftab_counter_that_was_reset_gives_no_rate),
		FX_TEST(test_iftab_more_interfaces_than_room_keeps_the_first),
		FX_TEST(test_iftab_loopback_is_local_without_being_told),
		FX_TEST(test_iftab_address_on_two_interfaces_is_local_until_the_last_goes),
		FX_TEST(test_iftab_address_with_two_prefixes_is_local_until_both_go),
		FX_TEST(test_iftab_addresses_go_in_any_order),
		FX_TEST(test_iftab_many_addresses_are_all_found),
		FX_TEST(test_iftab_address_change_takes_flows_from_this_host),
		FX_TEST(test_iftab_interfaces_of_namespaces_share_indices),
		FX_TEST(test_iface_coverage_counts_from_the_captures_beginning),
		FX_TEST(test_iface_coverage_of_super_packets_counts_frames),
		FX_TEST(test_iface_coverage_of_segments_counts_segments),
		FX_TEST(test_iface_coverage_of_unsettled_unit_is_unknown),
		FX_TEST(test_iface_coverage_of_loopback_counts_each_packet_once),
		FX_TEST(test_iface_coverage_of_what_goes_on_only_grows_in_what_is_missing),
		FX_TEST(test_iface_statistics_that_ran_back_prove_nothing),
		FX_TEST(test_iftab_address_is_local_in_its_own_namespace),
		FX_TEST(test_iftab_namespace_that_went_takes_its_own_with_it),
		FX_TEST(test_iftab_address_of_a_namespace_beyond_the_last_is_refused),
	};

	return cmocka_run_group_tests_name("iftab", tests, NULL, NULL);
}
