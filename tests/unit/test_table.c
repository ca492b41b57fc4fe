/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving in a list, staying on the same thing, sets of identities, frozen order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/idset.h"
#include "ui/roworder.h"
#include "ui/table.h"

static struct table table_of(uint32_t count, int page)
{
	struct table t = { .count = count };

	table_fit(&t, page);
	return t;
}

static void test_selection_stays_on_top_until_one_moves(void **state)
{
	struct table t = table_of(10, 5);

	(void)state;
	table_place(&t, 10, TABLE_GONE);
	assert_int_equal(t.selected, 0);
}

static void test_selection_follows_its_identity(void **state)
{
	struct table t = table_of(10, 5);

	(void)state;
	table_move(&t, MOVE_DOWN);
	t.ident = 42;
	table_place(&t, 10, 7);
	table_fit(&t, 5);
	assert_int_equal(t.selected, 7);
	assert_int_equal(t.top, 3);
}

static void test_a_lost_identity_keeps_the_line(void **state)
{
	struct table t = table_of(10, 5);

	(void)state;
	table_move(&t, MOVE_LAST);
	t.ident = 42;
	table_place(&t, 4, TABLE_GONE);
	table_fit(&t, 5);
	assert_int_equal(t.selected, 3);
	assert_int_equal(t.top, 0);
}

static void test_moves_stop_at_both_ends(void **state)
{
	struct table t = table_of(3, 2);

	(void)state;
	table_move(&t, MOVE_UP);
	assert_int_equal(t.selected, 0);
	table_move(&t, MOVE_PAGE_DOWN);
	table_move(&t, MOVE_PAGE_DOWN);
	table_move(&t, MOVE_DOWN);
	assert_int_equal(t.selected, 2);
	table_move(&t, MOVE_FIRST);
	assert_int_equal(t.selected, 0);
}

static void test_an_empty_list_survives_every_move(void **state)
{
	struct table t = table_of(0, 5);
	int m;

	(void)state;
	for (m = MOVE_UP; m <= MOVE_WHEEL_DOWN; m++) {
		table_move(&t, (enum move)m);
		table_fit(&t, 0);
		assert_int_equal(t.selected, 0);
		assert_int_equal(t.top, 0);
	}
}

static void test_the_wheel_drags_the_selection_only_when_it_must(void **state)
{
	struct table t = table_of(100, 10);

	(void)state;
	table_select(&t, 5);
	table_move(&t, MOVE_WHEEL_DOWN);
	assert_int_equal(t.top, 3);
	assert_int_equal(t.selected, 5);
	table_move(&t, MOVE_WHEEL_DOWN);
	assert_int_equal(t.selected, 6);
	table_move(&t, MOVE_LAST);
	table_fit(&t, 10);
	table_move(&t, MOVE_WHEEL_UP);
	assert_int_equal(t.top, 87);
	assert_int_equal(t.selected, 96);
}

static void test_idset_holds_what_was_added_and_no_more_than_its_limit(void **state)
{
	static const uint64_t step = 0x9e3779b97f4a7c15;
	struct idset s = { 0 };
	uint64_t id = 1;
	unsigned i;

	(void)state;
	for (i = 0; i < IDSET_MAX; i++, id += step)
		assert_true(idset_add(&s, id));
	assert_false(idset_add(&s, id));
	assert_true(idset_add(&s, 1));		/* it is there already */
	assert_int_equal(s.count, IDSET_MAX);
	for (i = 1; i < s.count; i++)
		assert_true(s.ids[i - 1] < s.ids[i]);
	idset_remove(&s, 1);
	idset_remove(&s, 1);
	assert_false(idset_has(&s, 1));
	assert_true(idset_has(&s, 1 + step));
	assert_int_equal(s.count, IDSET_MAX - 1);
}

static void test_frozen_order_keeps_rows_and_puts_new_ones_last(void **state)
{
	struct item then[] = { { 5, false }, { 3, false }, { 9, false } };
	struct item now[] = { { 9, false }, { 7, false }, { 3, false }, { 1, false }, { 5, false } };
	static const uint32_t wanted[] = { 5, 3, 9, 7, 1 };
	struct result none = { 0 };
	struct orderentry *order;
	uint32_t entries = 0;
	unsigned i;

	(void)state;
	order = roworder_take(then, 3, &none, &entries);
	assert_int_equal(entries, 3);
	roworder_apply(order, entries, now, 5, &none);
	for (i = 0; i < 5; i++)
		assert_int_equal(now[i].id, wanted[i]);
	free(order);
}

static void test_frozen_groups_keep_their_rows_below_them(void **state)
{
	struct group groups[] = { { .label = "b" }, { .label = "a" }, { .label = "new" } };
	struct result r = { .groups = groups, .group_count = 3 };
	struct item then[] = { { 0, true }, { 5, false }, { 1, true }, { 3, false } };
	struct item now[] = { { 2, true },  { 8, false }, { 1, true }, { 4, false },
			      { 3, false }, { 0, true },  { 5, false } };
	static const struct item wanted[] = { { 0, true },  { 5, false }, { 1, true }, { 3, false },
					      { 4, false }, { 2, true },  { 8, false } };
	struct orderentry *order;
	uint32_t entries = 0;
	unsigned i;

	(void)state;
	order = roworder_take(then, 4, &r, &entries);
	roworder_apply(order, entries, now, 7, &r);
	for (i = 0; i < 7; i++) {
		assert_int_equal(now[i].id, wanted[i].id);
		assert_int_equal(now[i].is_group, wanted[i].is_group);
	}
	free(order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selection_stays_on_top_until_one_moves),
		cmocka_unit_test(test_selection_follows_its_identity),
		cmocka_unit_test(test_a_lost_identity_keeps_the_line),
		cmocka_unit_test(test_moves_stop_at_both_ends),
		cmocka_unit_test(test_an_empty_list_survives_every_move),
		cmocka_unit_test(test_the_wheel_drags_the_selection_only_when_it_must),
		cmocka_unit_test(test_idset_holds_what_was_added_and_no_more_than_its_limit),
		cmocka_unit_test(test_frozen_order_keeps_rows_and_puts_new_ones_last),
		cmocka_unit_test(test_frozen_groups_keep_their_rows_below_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
