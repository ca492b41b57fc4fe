/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which columns fit: by priority, exactly within the width, each side of the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/slots.h"

enum { WIDEST = 400 };

static void start(struct layout *l)
{
	slots_init(l, NULL, 0, false);
	assert_true(l->slot_count > 0);
}

static bool shows(const struct layout *l, const char *name)
{
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		if (strcmp(l->slots[l->placed[i].slot].col->name, name) == 0)
			return true;
	}
	return false;
}

static unsigned slot_of(const struct layout *l, const char *name)
{
	unsigned i;

	for (i = 0; i < l->slot_count; i++) {
		if (strcmp(l->slots[i].col->name, name) == 0)
			return i;
	}
	fail_msg("no slot shows %s", name);
	return 0;
}

static int right_edge(const struct layout *l)
{
	const struct placed *last = &l->placed[l->placed_count - 1];

	return last->x + last->w;
}

static void test_every_column_that_is_named_exists(void **state)
{
	struct layout l;

	(void)state;
	start(&l);
	assert_true(l.step_count >= 20);
	slot_of(&l, "iface");
	slot_of(&l, "proc");
	slot_of(&l, "sendq_cell");
	slot_of(&l, "alert_text");
	slot_of(&l, "drops");
}

static void test_cells_never_overlap_nor_leave_the_screen(void **state)
{
	struct layout l;
	int width, end;
	unsigned i;

	(void)state;
	start(&l);
	for (width = 0; width <= WIDEST; width++) {
		layout_fit(&l, width);
		for (i = 0, end = 0; i < l.placed_count; i++) {
			assert_true(l.placed[i].x > end - 1 + (i > 0));
			assert_true(l.placed[i].w > 0);
			end = l.placed[i].x + l.placed[i].w;
		}
		assert_true(!l.placed_count || end <= width - LAYOUT_TAIL);
	}
}

static void test_a_column_that_fits_stays_when_the_screen_grows(void **state)
{
	struct layout l;
	bool before[LAYOUT_SLOTS_MAX] = { false };
	int width;
	unsigned i;

	(void)state;
	start(&l);
	for (width = 0; width <= WIDEST; width++) {
		layout_fit(&l, width);
		for (i = 0; i < l.slot_count; i++) {
			assert_true(!before[i] || layout_placed(&l, i));
			before[i] = layout_placed(&l, i) != NULL;
		}
	}
}

static void test_the_usual_widths_are_filled_to_the_edge(void **state)
{
	static const int widths[] = { 40, 60, 80, 100, 120, 160, 200 };
	struct layout l;
	unsigned i;

	(void)state;
	start(&l);
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		layout_fit(&l, widths[i]);
		assert_int_equal(right_edge(&l), widths[i] - LAYOUT_TAIL);
	}
}

static void test_80_columns_show_both_sides(void **state)
{
	struct layout l;

	(void)state;
	start(&l);
	layout_fit(&l, 80);
	assert_true(shows(&l, "proc") && shows(&l, "local") && shows(&l, "remote") &&
		    shows(&l, "state"));
	assert_true(shows(&l, "recv_q") && shows(&l, "sendq_cell"));
	assert_true(shows(&l, "rx_rate") && shows(&l, "tx_rate"));
	assert_false(shows(&l, "pid"));
	assert_true(l.rule_x > 0);
}

static void test_a_file_has_the_wires_columns_and_no_rule(void **state)
{
	static const int widths[] = { 40, 80, 120, 200 };
	struct layout l;

	(void)state;
	slots_init(&l, NULL, 0, true);
	for (unsigned i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		layout_fit(&l, widths[i]);
		assert_int_equal(right_edge(&l), widths[i] - LAYOUT_TAIL);
		assert_int_equal(l.rule_x, -1);
		assert_true(shows(&l, "remote") && shows(&l, "rx_bytes") && shows(&l, "tx_bytes"));
		assert_false(shows(&l, "proc") || shows(&l, "seen") || shows(&l, "recv_q"));
	}
	layout_fit(&l, 80);
	assert_true(shows(&l, "proto") && shows(&l, "wire_state") && shows(&l, "duration"));
	assert_string_equal(layout_column(&l, layout_placed(&l, slot_of(&l, "local")))->name,
			    "local");
	layout_fit(&l, 120);
	assert_true(shows(&l, "bytes") && shows(&l, "rx_packets") && shows(&l, "tx_packets"));
	assert_true(shows(&l, "wire_rtt") && shows(&l, "wire_retrans") && shows(&l, "first_seen"));
}

static void test_the_rule_stands_between_kernel_and_wire(void **state)
{
	struct layout l;
	int width;
	unsigned i;

	(void)state;
	start(&l);
	for (width = 40; width <= WIDEST; width++) {
		layout_fit(&l, width);
		for (i = 0; i < l.placed_count; i++)
			assert_int_equal(l.placed[i].x > l.rule_x, l.slots[l.placed[i].slot].wire);
	}
}

static void test_local_is_a_port_where_there_is_little_room(void **state)
{
	struct layout l;
	unsigned local;

	(void)state;
	start(&l);
	local = slot_of(&l, "local");
	layout_fit(&l, 80);
	assert_string_equal(layout_column(&l, layout_placed(&l, local))->name, "lport");
	layout_fit(&l, 120);
	assert_string_equal(layout_column(&l, layout_placed(&l, local))->name, "local");
}

static void test_a_hidden_column_makes_room_for_the_next(void **state)
{
	struct layout l;

	(void)state;
	start(&l);
	l.slots[slot_of(&l, "recv_q")].wish = WISH_HIDDEN;
	l.slots[slot_of(&l, "sendq_cell")].wish = WISH_HIDDEN;
	layout_fit(&l, 80);
	assert_false(shows(&l, "recv_q"));
	assert_true(shows(&l, "rtt"));
}

static void test_a_column_asked_for_comes_first(void **state)
{
	struct layout l;

	(void)state;
	start(&l);
	layout_fit(&l, 40);
	assert_false(shows(&l, "pid"));
	l.slots[slot_of(&l, "pid")].wish = WISH_SHOWN;
	layout_fit(&l, 40);
	assert_true(shows(&l, "pid"));
}

static void test_cut_content_gets_the_room_that_is_left(void **state)
{
	struct layout l;
	unsigned remote;

	(void)state;
	start(&l);
	remote = slot_of(&l, "remote");
	l.slots[remote].seen = 40;
	layout_fit(&l, 135);
	assert_true(layout_placed(&l, remote)->w > 21);
	assert_true(layout_placed(&l, remote)->w <= l.slots[remote].max);
}

static void test_asked_columns_are_shown_kernel_first(void **state)
{
	const struct column *asked[] = { column_find("tx_rate"), column_find("process"),
					 column_find("rtt") };
	struct layout l;

	(void)state;
	slots_init(&l, asked, 3, false);
	layout_fit(&l, 80);
	assert_int_equal(l.placed_count, 3);
	assert_true(shows(&l, "process") && shows(&l, "rtt") && shows(&l, "tx_rate"));
	assert_string_equal(l.slots[l.placed[2].slot].col->name, "tx_rate");
}

static void test_a_click_finds_the_slot_under_it(void **state)
{
	struct layout l;
	unsigned i;

	(void)state;
	start(&l);
	layout_fit(&l, 120);
	for (i = 0; i < l.placed_count; i++) {
		assert_int_equal(layout_at(&l, l.placed[i].x), l.placed[i].slot);
		assert_int_equal(layout_at(&l, l.placed[i].x + l.placed[i].w - 1),
				 l.placed[i].slot);
	}
	assert_int_equal(layout_at(&l, 0), -1);
	assert_int_equal(layout_at(&l, l.rule_x), -1);
	assert_int_equal(layout_at(&l, 119), -1);
}

static void test_send_queue_is_sorted_by_its_bytes(void **state)
{
	struct layout l;
	unsigned slot;

	(void)state;
	start(&l);
	slot = slot_of(&l, "sendq_cell");
	assert_string_equal(l.slots[slot].sort->name, "send_q");
	assert_int_equal(slots_find_sort(&l, column_find("send_q")), slot);
	assert_int_equal(slots_find_sort(&l, column_find("cookie")), -1);
}

static void test_namespaces_have_a_column_only_where_there_are_several(void **state)
{
	struct layout l;

	(void)state;
	start(&l);
	layout_fit(&l, 400);
	assert_false(shows(&l, "netns"));
	slots_show_netns(&l, true);
	layout_fit(&l, 120);
	assert_true(shows(&l, "netns"));
	layout_fit(&l, 80);
	assert_false(shows(&l, "netns"));
	slots_show_netns(&l, false);
	layout_fit(&l, 120);
	assert_false(shows(&l, "netns"));
	/* what the reader chose stays */
	l.slots[slot_of(&l, "netns")].wish = WISH_SHOWN;
	l.slots[slot_of(&l, "netns")].chosen = true;
	slots_show_netns(&l, false);
	layout_fit(&l, 80);
	assert_true(shows(&l, "netns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_column_that_is_named_exists),
		cmocka_unit_test(test_cells_never_overlap_nor_leave_the_screen),
		cmocka_unit_test(test_a_column_that_fits_stays_when_the_screen_grows),
		cmocka_unit_test(test_the_usual_widths_are_filled_to_the_edge),
		cmocka_unit_test(test_80_columns_show_both_sides),
		cmocka_unit_test(test_a_file_has_the_wires_columns_and_no_rule),
		cmocka_unit_test(test_the_rule_stands_between_kernel_and_wire),
		cmocka_unit_test(test_local_is_a_port_where_there_is_little_room),
		cmocka_unit_test(test_a_hidden_column_makes_room_for_the_next),
		cmocka_unit_test(test_a_column_asked_for_comes_first),
		cmocka_unit_test(test_cut_content_gets_the_room_that_is_left),
		cmocka_unit_test(test_asked_columns_are_shown_kernel_first),
		cmocka_unit_test(test_a_click_finds_the_slot_under_it),
		cmocka_unit_test(test_send_queue_is_sorted_by_its_bytes),
		cmocka_unit_test(test_namespaces_have_a_column_only_where_there_are_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
