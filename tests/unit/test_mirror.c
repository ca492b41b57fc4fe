/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrored graphs: which cells get which dots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/mirror.h"

static void expect(bool ascii, const struct mirror *m, int w, int half, const char *screen)
{
	struct grid g;
	struct buf b;

	assert_int_equal(grid_init(&g, w, 2 * half, ascii), 0);
	mirror_paint(m, &g, 0, 0, w, half);
	buf_init(&b);
	grid_dump(&g, &b);
	assert_string_equal(b.data, screen);
	buf_fini(&b);
	grid_fini(&g);
}

static void test_mirror_grows_from_its_axis_both_ways(void **state)
{
	const uint64_t rx[] = { 8, 4, 2, 1 }, tx[] = { 0, 0, 4, 8 };
	const struct mirror m = { rx, tx, 4 };

	(void)state;
	expect(false, &m, 2, 1, "⣧⣀\n ⢻\n");
}

static void test_mirror_newest_values_stand_at_the_right(void **state)
{
	const uint64_t rx[] = { 9, 0, 0, 5 }, tx[] = { 0, 0, 0, 0 };
	const struct mirror m = { rx, tx, 4 };

	(void)state;
	expect(false, &m, 1, 1, "⢸\n\n");	/* the 9 found no room, and is no measure */
	expect(false, &m, 3, 1, " ⡇⢠\n\n");
}

static void test_mirror_only_nothing_has_no_dot(void **state)
{
	const uint64_t rx[] = { 1, 1000000 }, tx[] = { 0, 1 };
	const struct mirror m = { rx, tx, 2 };

	(void)state;
	expect(false, &m, 1, 2, "⢸\n⣸\n⠈\n\n");
}

static void test_mirror_has_letters_where_there_is_only_ascii(void **state)
{
	const uint64_t rx[] = { 4, 4, 2, 2 }, tx[] = { 0, 0, 1, 4 };
	const struct mirror m = { rx, tx, 4 };

	(void)state;
	expect(true, &m, 2, 1, ":.\n :\n");
}

static void test_mirror_survives_what_has_no_room_or_no_values(void **state)
{
	const uint64_t none[] = { 0 };
	const struct mirror m = { none, none, 0 }, quiet = { none, none, 1 };

	(void)state;
	expect(false, &m, 2, 1, "\n\n");
	expect(false, &quiet, 2, 1, "\n\n");
	assert_int_equal(mirror_peak(none, 0, 5), 0);
	assert_int_equal(mirror_peak(none, 1, -1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirror_grows_from_its_axis_both_ways),
		cmocka_unit_test(test_mirror_newest_values_stand_at_the_right),
		cmocka_unit_test(test_mirror_only_nothing_has_no_dot),
		cmocka_unit_test(test_mirror_has_letters_where_there_is_only_ascii),
		cmocka_unit_test(test_mirror_survives_what_has_no_room_or_no_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
