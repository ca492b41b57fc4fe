/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/clock.c: dates against the C library's, and a time that never runs backwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static void assert_date(uint64_t wall_ns, const char *text)
{
	char out[32];

	memset(out, 'x', sizeof(out));
	clock_format_rfc3339(wall_ns, out);
	assert_string_equal(out, text);
}

static void test_clock_formats_known_instants(void **state)
{
	(void)state;
	assert_date(0, "1970-01-01T00:00:00.000000000Z");
	assert_date(951782400ull * NSEC_PER_SEC + 1, "2000-02-29T00:00:00.000000001Z");
	assert_date(951868799999999999ull, "2000-02-29T23:59:59.999999999Z");
	assert_date(4107542400ull * NSEC_PER_SEC, "2100-03-01T00:00:00.000000000Z");
	assert_date(1795299243118000000ull, "2026-11-21T22:14:03.118000000Z");
	assert_date(UINT64_MAX, "2554-07-21T23:34:33.709551615Z");
}

/* Every day of the 584 years that 64 bits of nanoseconds can tell. */
static void test_clock_agrees_with_gmtime_on_every_day(void **state)
{
	uint64_t day;
	char want[64], got[32];

	(void)state;
	for (day = 0; day <= UINT64_MAX / NSEC_PER_SEC / 86400; day++) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000000Z", &tm));
		clock_format_rfc3339(day * 86400 * NSEC_PER_SEC, got);
		assert_string_equal(got, want);
	}
}

/* Within a second, over its end, back, and far away. */
static void test_clock_text_that_is_kept_is_the_same(void **state)
{
	static const uint64_t times[] = {
		0, 1, 999999999, 1000000000, 999999998, 1795299243118000000ull,
		1795299243118000000ull, 1795299243000000009ull, 1795299242999999999ull, 5, UINT64_MAX,
	};
	struct clocktext last = { .second = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char want[32];

		clock_format_rfc3339(times[i], want);
		assert_string_equal(clocktext_rfc3339(&last, times[i]), want);
		assert_int_equal(strlen(want), CLOCK_RFC3339_LEN);
	}
}

static void test_clock_reads_the_systems_clocks(void **state)
{
	struct timespec before, after;
	uint64_t ns;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &before);
	ns = clock_wall_ns();
	clock_gettime(CLOCK_REALTIME, &after);
	assert_in_range(ns / NSEC_PER_SEC, before.tv_sec, after.tv_sec);
	clock_gettime(CLOCK_MONOTONIC, &before);
	ns = clock_mono_ns();
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(ns / NSEC_PER_SEC, before.tv_sec, after.tv_sec);
}

static void test_eventclock_carries_the_wall_clock_on(void **state)
{
	struct eventclock c = { .wall0_ns = 5 * NSEC_PER_SEC, .mono0_ns = clock_mono_ns() };
	uint64_t first = eventclock_now(&c), second = eventclock_now(&c);

	(void)state;
	assert_true(first >= c.wall0_ns);
	assert_true(second >= first);
	assert_true(second - c.wall0_ns <= clock_mono_ns() - c.mono0_ns);
}

static void test_eventclock_starts_at_the_wall_clock(void **state)
{
	struct eventclock c;
	uint64_t before = clock_wall_ns();

	(void)state;
	eventclock_init(&c);
	assert_in_range(c.wall0_ns, before, clock_wall_ns());
	assert_in_range(c.mono0_ns, 1, clock_mono_ns());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_formats_known_instants),
		cmocka_unit_test(test_clock_agrees_with_gmtime_on_every_day),
		cmocka_unit_test(test_clock_text_that_is_kept_is_the_same),
		cmocka_unit_test(test_clock_reads_the_systems_clocks),
		cmocka_unit_test(test_eventclock_carries_the_wall_clock_on),
		cmocka_unit_test(test_eventclock_starts_at_the_wall_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
