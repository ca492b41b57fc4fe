/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the clocks, and writing a time down. Pure but for clock_gettime(2): dates are computed
 * here, because gmtime_r() reads the environment.
 */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static uint64_t read_ns(clockid_t id)
{
	struct timespec t = { 0 };

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}

void eventclock_init(struct eventclock *c)
{
	c->wall0_ns = clock_wall_ns();
	c->mono0_ns = clock_mono_ns();
}

uint64_t eventclock_now(const struct eventclock *c)
{
	return c->wall0_ns + (clock_mono_ns() - c->mono0_ns);
}

struct date {
	unsigned year, month, day;
};

/*
 * Days since 1970-01-01 to a Gregorian date. Counted in years that begin on 1 March, so that the
 * leap day comes last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
 * civil_from_days).
 */
static struct date date_of_day(uint32_t days)
{
	uint32_t since = days + 719468; /* since 0000-03-01 */
	uint32_t era = since / 146097;	/* of 400 years */
	uint32_t doe = since % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t month = (5 * doy + 2) / 153; /* 0 = March */
	struct date d = {
		.month = month < 10 ? month + 3 : month - 9,
		.day = doy - (153 * month + 2) / 5 + 1,
	};

	d.year = era * 400 + yoe + (d.month <= 2);
	return d;
}

/* n < 100; returns the end. */
static char *put_two(char *out, unsigned n)
{
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
	return out + 2;
}

/* Nine digits and the zone. */
static void put_fraction(char *out, unsigned ns)
{
	unsigned high = ns / 100000, low = ns % 100000;

	out = put_two(out, high / 100);
	out = put_two(out, high % 100);
	*out++ = (char)('0' + low / 10000);
	out = put_two(out, low / 100 % 100);
	out = put_two(out, low % 100);
	*out++ = 'Z';
	*out = '\0';
}

/* Without stdio: an export writes two of these a row. */
void clock_format_rfc3339(uint64_t wall_ns, char out[static 32])
{
	uint64_t seconds = wall_ns / NSEC_PER_SEC;
	unsigned second = (unsigned)(seconds % 86400);
	struct date d = date_of_day((uint32_t)(seconds / 86400));
	const struct {
		unsigned number;
		char after;
	} parts[] = {
		{ d.month, '-' },	    { d.day, 'T' },	    { second / 3600, ':' },
		{ second / 60 % 60, ':' }, { second % 60, '.' },
	};

	out = put_two(out, d.year / 100);
	out = put_two(out, d.year % 100);
	*out++ = '-';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		out = put_two(out, parts[i].number);
		*out++ = parts[i].after;
	}
	put_fraction(out, (unsigned)(wall_ns % NSEC_PER_SEC));
}

const char *clocktext_rfc3339(struct clocktext *last, uint64_t wall_ns)
{
	enum { FRACTION_AT = 20 };	/* of "2026-11-21T22:14:03.118000000Z" */
	uint64_t second = wall_ns / NSEC_PER_SEC;

	if (!last->text[0] || second != last->second) {
		clock_format_rfc3339(wall_ns, last->text);
		last->second = second;
	} else {
		put_fraction(last->text + FRACTION_AT, (unsigned)(wall_ns - second * NSEC_PER_SEC));
	}
	return last->text;
}
