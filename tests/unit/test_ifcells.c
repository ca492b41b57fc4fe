/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the line of an interface reads, that it fills the usual screens, and its past rates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/if.h>

#include "base/clock.h"
#include "ui/ifcells.h"
#include "ui/ifhistory.h"

static struct model *a_model(void **state)
{
	return *state;
}

static int setup(void **state)
{
	*state = model_new(16, 16, 1);
	return 0;
}

static int teardown(void **state)
{
	model_free(*state);
	return 0;
}

/* A reading of its bytes, and the tick behind it. */
static void read_at(struct model *m, unsigned second, uint32_t ifindex, uint64_t rx, uint64_t tx)
{
	struct event e = { .kind = EV_IFACE, .time_ns = second * NSEC_PER_SEC };

	e.iface = (struct ifacerec){ .ifindex = ifindex, .flags = IFF_UP | IFF_RUNNING, .type = 1,
				     .rx_bytes = rx, .tx_bytes = tx };
	memcpy(e.iface.name, ifindex == 2 ? "eth0" : "eth1", 5);
	model_apply(m, &e);
}

static void tick_at(struct model *m, unsigned second)
{
	struct event e = { .kind = EV_TICK, .time_ns = second * NSEC_PER_SEC };

	model_apply(m, &e);
}

static void assert_cell(const struct iface *i, enum ifcell cell, const char *text)
{
	struct model *m = model_new(1, 1, 1);
	char out[IFCELL_TEXT];

	ifcell_make(m, i, cell, false, out);
	assert_string_equal(out, text);
	model_free(m);
}

static void test_ifcells_state_is_up_only_with_a_carrier(void **state)
{
	struct iface i = { .rx_bps = 1500, .tx_bps = MODEL_RATE_UNKNOWN };

	(void)state;
	assert_cell(&i, IFCELL_STATE, "down");
	i.rec.flags = IFF_UP;
	assert_cell(&i, IFCELL_STATE, "no link");
	i.rec.flags = IFF_UP | IFF_RUNNING;
	assert_cell(&i, IFCELL_STATE, "up");
	assert_cell(&i, IFCELL_RX, "1.5K");
	assert_cell(&i, IFCELL_TX, "-");
}

/* What it is, and what it counted, nobody wrote down. */
static void test_ifcells_of_a_files_interface_say_what_was_captured(void **state)
{
	struct iface i = {
		.rec = { .ifindex = 1, .no_stats = true, .name = "eth0" },
		.seen = { .ifindex = 1, .rx_packets = 12, .rx_segs = 12 },
		.coverage = -1,
		.rx_bps = MODEL_RATE_UNKNOWN,
		.tx_bps = MODEL_RATE_UNKNOWN,
	};
	static const uint8_t unknown[] = { IFCELL_STATE, IFCELL_TYPE, IFCELL_RX, IFCELL_TX,
					   IFCELL_PACKETS, IFCELL_SEEN, IFCELL_DROPS,
					   IFCELL_ERRORS };

	(void)state;
	assert_cell(&i, IFCELL_NAME, "eth0");
	assert_cell(&i, IFCELL_CAPTURED, "12");
	for (unsigned k = 0; k < sizeof(unknown); k++)
		assert_cell(&i, unknown[k], "-");
}

static void test_ifcells_count_since_the_capture_began(void **state)
{
	struct iface i = {
		.rec = { .ifindex = 2, .rx_packets = 1100, .tx_packets = 250 },
		.base = { .ifindex = 2, .rx_packets = 1000, .tx_packets = 200 },
	};

	(void)state;
	assert_cell(&i, IFCELL_PACKETS, "150");
	assert_cell(&i, IFCELL_CAPTURED, "-");		/* it is not looked at */
	i.seen = (struct ifcountrec){ .ifindex = 2, .rx_packets = 40, .rx_segs = 100,
				      .tx_packets = 49, .tx_segs = 49 };
	assert_cell(&i, IFCELL_CAPTURED, "149");	/* one way by segments, one by packets */
	i.way[0].not_segs = true;	/* it is known to count super-packets */
	assert_cell(&i, IFCELL_CAPTURED, "89");
	i.way[0].not_segs = false;
	i.base.ifindex = 0;
	assert_cell(&i, IFCELL_PACKETS, "-");
}

static void test_ifcells_of_lo_count_once_what_is_sent_and_received(void **state)
{
	struct iface i = {
		.rec = { .ifindex = 1, .flags = IFF_LOOPBACK, .rx_packets = 70, .tx_packets = 70 },
		.base = { .ifindex = 1, .rx_packets = 10, .tx_packets = 10 },
	};

	(void)state;
	assert_cell(&i, IFCELL_PACKETS, "60");
}

static void test_ifcells_losses_are_trouble_when_they_are_new(void **state)
{
	struct iface i = { .rec = { .ifindex = 2, .rx_dropped = 5, .tx_errors = 3 },
			   .base = { .ifindex = 2, .rx_dropped = 5, .tx_errors = 2 } };

	(void)state;
	assert_cell(&i, IFCELL_DROPS, "5");
	assert_int_equal(ifcell_style(IFCELL_DROPS, &i), STYLE_NORMAL);
	assert_int_equal(ifcell_style(IFCELL_ERRORS, &i), STYLE_TROUBLE);
	i.rec.tx_dropped = 1;
	assert_int_equal(ifcell_style(IFCELL_DROPS, &i), STYLE_TROUBLE);
}

static void test_ifcells_fill_the_usual_screens(void **state)
{
	static const int widths[] = { 40, 80, 120, 200 };
	struct layout l;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const struct placed *last;

		ifcells_init(&l);
		l.slots[IFCELL_NETNS].wish = WISH_HIDDEN;
		layout_fit(&l, widths[i]);
		last = &l.placed[l.placed_count - 1];
		assert_int_equal(last->x + last->w, widths[i] - LAYOUT_TAIL);
	}
	assert_non_null(layout_placed(&l, IFCELL_MASTER));
}

static void test_ifhistory_takes_a_tick_once_and_keeps_each_its_own(void **state)
{
	struct model *m = a_model(state);
	struct ifhistory h = { NULL, 0, 0 };
	const struct ifpast *past;

	read_at(m, 1, 2, 0, 0);
	read_at(m, 1, 3, 0, 0);
	tick_at(m, 1);
	ifhistory_take(&h, m);
	read_at(m, 2, 2, 1000, 10);
	read_at(m, 2, 3, 7, 0);
	tick_at(m, 2);
	ifhistory_take(&h, m);
	ifhistory_take(&h, m);
	past = ifhistory_find(&h, model_iface(m, 0, 2));
	assert_int_equal(past->count, 1);		/* the first reading had no rate */
	assert_int_equal(past->rx_bps[0], 1000);
	assert_int_equal(ifpast_load(past), 1010);
	assert_int_equal(ifhistory_find(&h, model_iface(m, 0, 3))->rx_bps[0], 7);
	ifhistory_fini(&h);
}

static void test_ifhistory_forgets_what_is_gone_and_what_is_long_past(void **state)
{
	struct model *m = a_model(state);
	struct ifhistory h = { NULL, 0, 0 };
	struct event gone = { .kind = EV_IFACE, .time_ns = 500 * NSEC_PER_SEC };
	const struct ifpast *past;
	unsigned t;

	for (t = 1; t <= IFHISTORY_TICKS + 20; t++) {
		read_at(m, t, 2, t * 100, 0);
		read_at(m, t, 3, t * (t % 2), t);
		tick_at(m, t);
		ifhistory_take(&h, m);
	}
	gone.iface = (struct ifacerec){ .ifindex = 2, .gone = true };
	past = ifhistory_find(&h, model_iface(m, 0, 2));
	assert_int_equal(past->count, IFHISTORY_TICKS);
	assert_int_equal(past->rx_bps[IFHISTORY_TICKS - 1], 100);
	model_apply(m, &gone);
	tick_at(m, 501);
	ifhistory_take(&h, m);
	assert_int_equal(h.count, 1);
	assert_non_null(ifhistory_find(&h, model_iface(m, 0, 3)));
	assert_int_equal(ifpast_load(NULL), 0);
	ifhistory_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ifcells_state_is_up_only_with_a_carrier),
		cmocka_unit_test(test_ifcells_of_a_files_interface_say_what_was_captured),
		cmocka_unit_test(test_ifcells_count_since_the_capture_began),
		cmocka_unit_test(test_ifcells_of_lo_count_once_what_is_sent_and_received),
		cmocka_unit_test(test_ifcells_losses_are_trouble_when_they_are_new),
		cmocka_unit_test(test_ifcells_fill_the_usual_screens),
		cmocka_unit_test_setup_teardown(
			test_ifhistory_takes_a_tick_once_and_keeps_each_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_ifhistory_forgets_what_is_gone_and_what_is_long_past, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
