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

/* n in `digits` decimal digits; more than fit are lost. Returns the end. */
static char *put_digits(char *out, unsigned n, int digits)
{
	for (int i = digits; i--; n /= 10)
		out[i] = (char)('0' + n % 10);
	return out + digits;
}

/* Without stdio: an export writes two of these a row. */
void clock_format_rfc3339(uint64_t wall_ns, char out[static 32])
{
	uint64_t seconds = wall_ns / NSEC_PER_SEC;
	unsigned second = (unsigned)(seconds % 86400);
	struct date d = date_of_day((uint32_t)(seconds / 86400));
	const struct {
		unsigned number;
		int digits;
		char after;
	} parts[] = {
		{ d.year, 4, '-' },	       { d.month, 2, '-' },	   { d.day, 2, 'T' },
		{ second / 3600, 2, ':' },     { second / 60 % 60, 2, ':' }, { second % 60, 2, '.' },
		{ (unsigned)(wall_ns % NSEC_PER_SEC), 9, 'Z' },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		out = put_digits(out, parts[i].number, parts[i].digits);
		*out++ = parts[i].after;
	}
	*out = '\0';
}
