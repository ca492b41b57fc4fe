/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/human.c: short text for any number, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"

#define KILO 1000ull
#define MEGA 1000000ull
#define GIGA 1000000000ull
#define DAY  86400ull

struct shown {
	uint64_t n;
	const char *text;
};

static void assert_shown(size_t (*format)(char *, size_t, uint64_t), const struct shown *s,
			 size_t count)
{
	char out[64];
	size_t i;

	for (i = 0; i < count; i++) {
		assert_int_equal(format(out, sizeof(out), s[i].n), strlen(s[i].text));
		assert_string_equal(out, s[i].text);
	}
}
#define SHOWN(format, ...)                                          \
	assert_shown(format, (const struct shown[]){ __VA_ARGS__ }, \
		     sizeof((const struct shown[]){ __VA_ARGS__ }) / sizeof(struct shown))

static void test_human_count_has_three_digits_and_a_unit(void **state)
{
	(void)state;
	SHOWN(human_count, { 0, "0" }, { 7, "7" }, { 999, "999" }, { 1000, "1.0K" },
	      { 1234, "1.2K" }, { 1250, "1.3K" }, { 45200000, "45.2M" }, { 99949, "99.9K" },
	      { 99950, "100K" }, { 999 * MEGA, "999M" }, { 1 * GIGA, "1.0G" },
	      { 18 * GIGA * GIGA, "18.0E" }, { UINT64_MAX, "18.4E" });
}

static void test_human_count_carries_to_the_next_unit(void **state)
{
	(void)state;
	SHOWN(human_count, { 999499, "999K" }, { 999500, "1.0M" }, { 999999, "1.0M" },
	      { 999500 * GIGA - 1, "999T" }, { 999500 * GIGA, "1.0P" });
}

/* Around each power of ten and of two, where lengths change. */
static void test_human_count_is_never_wider_than_five(void **state)
{
	uint64_t ten = 1, n;
	char out[64];
	int i, near;

	(void)state;
	for (i = 0; i < 20; i++, ten *= 10) {
		for (near = -60; near <= 60; near++) {
			n = ten + (uint64_t)(near * (int64_t)(ten / 1200 + 1));
			assert_in_range(human_count(out, sizeof(out), n), 1, 5);
			n = (1ull << (3 * i)) + (uint64_t)near;
			assert_in_range(human_count(out, sizeof(out), n), 1, 5);
		}
	}
}

static void test_human_bytes_and_rates_have_units(void **state)
{
	char out[64];

	(void)state;
	SHOWN(human_bytes, { 0, "0 B" }, { 812 * KILO, "812 KB" }, { 1234567, "1.2 MB" });
	human_rate(out, sizeof(out), 45200000, false);
	assert_string_equal(out, "45.2 MB/s");
	human_rate(out, sizeof(out), 45200000, true);
	assert_string_equal(out, "362 Mb/s");
	human_rate(out, sizeof(out), 0, true);
	assert_string_equal(out, "0 b/s");
	human_rate(out, sizeof(out), UINT64_MAX, true);
	assert_string_equal(out, "18.4 Eb/s");
	human_rate(out, sizeof(out), 1ull << 61, true); /* eight times that is 0 in 64 bits */
	assert_string_equal(out, "18.4 Eb/s");
}

static void test_human_us_rounds_to_what_is_read(void **state)
{
	(void)state;
	SHOWN(human_us, { 0, "0us" }, { 52, "52us" }, { 999, "999us" }, { 1000, "1.0ms" },
	      { 1249, "1.2ms" }, { 9949, "9.9ms" }, { 9950, "10ms" }, { 21300, "21ms" },
	      { 230 * KILO, "230ms" }, { 999499, "999ms" }, { 999500, "1.0s" },
	      { 1500 * KILO, "1.5s" }, { 9950 * KILO, "10s" }, { 59499999, "59s" },
	      { 59500000, "1m00s" }, { 192 * MEGA, "3m12s" }, { 7500 * MEGA, "2h05m" },
	      { UINT64_MAX, "213503982d" });
}

static void test_human_age_counts_whole_units(void **state)
{
	(void)state;
	SHOWN(human_age, { 0, "0s" }, { NSEC_PER_SEC - 1, "0s" }, { 41 * NSEC_PER_SEC, "41s" },
	      { 60 * NSEC_PER_SEC - 1, "59s" }, { 60 * NSEC_PER_SEC, "1m00s" },
	      { 192 * NSEC_PER_SEC, "3m12s" }, { 3600 * NSEC_PER_SEC - 1, "59m59s" },
	      { 7500 * NSEC_PER_SEC, "2h05m" }, { DAY * NSEC_PER_SEC - 1, "23h59m" },
	      { (3 * DAY + 4 * 3600) * NSEC_PER_SEC, "3d04h" },
	      { 100 * DAY * NSEC_PER_SEC - 1, "99d23h" }, { 100 * DAY * NSEC_PER_SEC, "100d" },
	      { UINT64_MAX, "213503d" });
}

static void test_human_thousands_groups_by_three(void **state)
{
	(void)state;
	SHOWN(human_thousands, { 0, "0" }, { 999, "999" }, { 1000, "1,000" },
	      { 560118204, "560,118,204" }, { UINT64_MAX, "18,446,744,073,709,551,615" });
}

static void test_human_cuts_to_the_room_given(void **state)
{
	char out[8];
	size_t size;

	(void)state;
	for (size = 0; size < sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		assert_int_equal(human_thousands(out, size, 1234567), size ? size - 1 : 0);
		assert_int_equal(out[size], '#');
		if (size) {
			assert_int_equal(strlen(out), size - 1);
			assert_memory_equal(out, "1,234,567", size - 1);
		}
	}
}

struct parsed {
	const char *text;
	int err;
	uint64_t n;
};

static int duration_in_ms(const char *text, uint64_t *out)
{
	return human_parse_duration(text, NSEC_PER_MSEC, out);
}

static void assert_parsed(int (*parse)(const char *, uint64_t *), const struct parsed *p,
			  size_t count)
{
	const uint64_t untouched = 0xdeadbeef;
	uint64_t n;
	size_t i;

	for (i = 0; i < count; i++) {
		n = untouched;
		if (parse(p[i].text, &n) != p[i].err || n != (p[i].err ? untouched : p[i].n))
			fail_msg("\"%s\" gave %d, %llu", p[i].text, parse(p[i].text, &n),
				 (unsigned long long)n);
	}
}
#define PARSED(parse, ...)                                           \
	assert_parsed(parse, (const struct parsed[]){ __VA_ARGS__ }, \
		      sizeof((const struct parsed[]){ __VA_ARGS__ }) / sizeof(struct parsed))

static void test_human_parse_u64_takes_all_or_nothing(void **state)
{
	(void)state;
	PARSED(human_parse_u64, { "0", 0, 0 }, { "0042", 0, 42 },
	       { "18446744073709551615", 0, UINT64_MAX }, { "18446744073709551616", -ERANGE, 0 },
	       { "99999999999999999999999", -ERANGE, 0 }, { "", -EINVAL, 0 }, { " 1", -EINVAL, 0 },
	       { "1 ", -EINVAL, 0 }, { "+1", -EINVAL, 0 }, { "-1", -EINVAL, 0 },
	       { "0x10", -EINVAL, 0 }, { "1k", -EINVAL, 0 }, { "1.0", -EINVAL, 0 });
}

static void test_human_parse_size_knows_decimal_and_binary_units(void **state)
{
	(void)state;
	PARSED(human_parse_size, { "300", 0, 300 }, { "300B", 0, 300 }, { "1M", 0, MEGA },
	       { "1.5k", 0, 1500 }, { "1.5K", 0, 1500 }, { "4Ki", 0, 4096 }, { "64KiB", 0, 65536 },
	       { "10MB", 0, 10 * MEGA }, { "1.2 MB", 0, 1200 * KILO }, { "0.5Gi", 0, 536870912 },
	       { "2T", 0, 2000 * GIGA }, { "1Ti", 0, 1ull << 40 },
	       { "15.999Ei", 0, 18445591152204944769ull },
	       { "1.0000000000000000000000001k", 0, 1000 }, { "18.4E", 0, 18400 * MEGA * GIGA });
}

static void test_human_parse_size_refuses_the_rest(void **state)
{
	(void)state;
	PARSED(human_parse_size, { "", -EINVAL, 0 }, { "k", -EINVAL, 0 }, { ".5k", -EINVAL, 0 },
	       { "1.k", -EINVAL, 0 }, { "1.5", -EINVAL, 0 }, { "1.5B", -EINVAL, 0 },
	       { "1i", -EINVAL, 0 }, { "1iB", -EINVAL, 0 }, { "1kb", -EINVAL, 0 },
	       { "1kBB", -EINVAL, 0 }, { "1kk", -EINVAL, 0 }, { "-1k", -EINVAL, 0 },
	       { "1e3", -EINVAL, 0 }, { "1,000", -EINVAL, 0 }, { "16Ei", -ERANGE, 0 },
	       { "18.5E", -ERANGE, 0 }, { "18446744073709551616", -ERANGE, 0 },
	       { "inf", -EINVAL, 0 });
}

static void test_human_parse_duration_knows_its_units(void **state)
{
	(void)state;
	PARSED(duration_in_ms, { "100ms", 0, 100 * MEGA }, { "1.5s", 0, 1500 * MEGA },
	       { "2m", 0, 120 * GIGA }, { "3h", 0, 10800 * GIGA }, { "250us", 0, 250 * KILO },
	       { "7ns", 0, 7 }, { "1d", 0, DAY * GIGA }, { "40", 0, 40 * MEGA },
	       { "0.25", 0, 250 * KILO }, { "1.5 s", 0, 1500 * MEGA },
	       { "213503d", 0, 213503 * DAY * GIGA }, { "0.0000000001s", 0, 0 },
	       { "213504d", -ERANGE, 0 }, { "", -EINVAL, 0 }, { "ms", -EINVAL, 0 },
	       { "1M", -EINVAL, 0 }, { "1 s ", -EINVAL, 0 }, { "1sec", -EINVAL, 0 },
	       { "-1s", -EINVAL, 0 }, { "1.s", -EINVAL, 0 });
}

/* What is shown can be typed again, and means the same within what was shown. */
static void test_human_count_parses_back(void **state)
{
	uint64_t n = 1, back = 0;
	char out[64];
	int i;

	(void)state;
	for (i = 0; i < 62; i++, n = n * 2 + 1) {
		human_count(out, sizeof(out), n);
		assert_int_equal(human_parse_size(out, &back), 0);
		assert_in_range(back, n - n / 18, n + n / 18);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_human_count_has_three_digits_and_a_unit),
		cmocka_unit_test(test_human_count_carries_to_the_next_unit),
		cmocka_unit_test(test_human_count_is_never_wider_than_five),
		cmocka_unit_test(test_human_bytes_and_rates_have_units),
		cmocka_unit_test(test_human_us_rounds_to_what_is_read),
		cmocka_unit_test(test_human_age_counts_whole_units),
		cmocka_unit_test(test_human_thousands_groups_by_three),
		cmocka_unit_test(test_human_cuts_to_the_room_given),
		cmocka_unit_test(test_human_parse_u64_takes_all_or_nothing),
		cmocka_unit_test(test_human_parse_size_knows_decimal_and_binary_units),
		cmocka_unit_test(test_human_parse_size_refuses_the_rest),
		cmocka_unit_test(test_human_parse_duration_knows_its_units),
		cmocka_unit_test(test_human_count_parses_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
