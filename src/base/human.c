/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers to short text and back. Rounds half up, never prints more digits than a person reads, and
 * knows no locale. Alignment is the layout's.
 */
#include "base/human.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* As much of text as fits; the '\0' always does. */
static size_t put(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (size == 0)
		return 0;
	if (n >= size)
		n = size - 1;
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}

/* n / unit, rounded half up; n + unit / 2 could overflow. */
static uint64_t divide(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit >= unit - n % unit);
}

/* At most three digits, or two and a decimal; then `gap` and the unit: see human_count(). */
static void scale(char text[static 32], uint64_t n, const char *gap, const char *unit_name)
{
	static const char prefixes[] = "KMGTPE";
	const char *prefix = prefixes;
	uint64_t unit = 1000, tenths;

	if (n < unit) {
		snprintf(text, 32, "%u%s%s", (unsigned)n, gap, unit_name);
		return;
	}
	while (prefix[1] && divide(n, unit) >= 1000) { /* 999,500 is 1.0M, not 1000K */
		unit *= 1000;
		prefix++;
	}
	tenths = divide(n, unit / 10);
	if (tenths < 1000)
		snprintf(text, 32, "%u.%u%s%c%s", (unsigned)tenths / 10, (unsigned)tenths % 10, gap,
			 *prefix, unit_name);
	else
		snprintf(text, 32, "%u%s%c%s", (unsigned)divide(n, unit), gap, *prefix, unit_name);
}

size_t human_count(char *out, size_t size, uint64_t n)
{
	char text[32];

	scale(text, n, "", "");
	return put(out, size, text);
}

size_t human_bytes(char *out, size_t size, uint64_t n)
{
	char text[32];

	scale(text, n, " ", "B");
	return put(out, size, text);
}

size_t human_rate(char *out, size_t size, uint64_t bytes_per_s, bool bits)
{
	uint64_t n = bytes_per_s;
	char text[32];

	if (bits)
		n = n > UINT64_MAX / 8 ? UINT64_MAX : n * 8;
	scale(text, n, " ", bits ? "b/s" : "B/s");
	return put(out, size, text);
}

/* The two largest units, cut, not rounded: an age has not passed until it has. */
static void format_seconds(char text[static 32], uint64_t s)
{
	unsigned long long days = s / 86400;
	unsigned hours = (unsigned)(s / 3600 % 24), minutes = (unsigned)(s / 60 % 60);

	if (s < 60)
		snprintf(text, 32, "%us", (unsigned)s);
	else if (s < 3600)
		snprintf(text, 32, "%um%02us", minutes, (unsigned)(s % 60));
	else if (days == 0)
		snprintf(text, 32, "%uh%02um", hours, minutes);
	else if (days < 100)
		snprintf(text, 32, "%llud%02uh", days, hours);
	else
		snprintf(text, 32, "%llud", days);
}

/* "1.2ms", "21ms": a decimal below ten. */
static void format_in(char text[static 32], uint64_t us, uint64_t unit, const char *name)
{
	uint64_t tenths = divide(us, unit / 10);

	if (tenths < 100)
		snprintf(text, 32, "%u.%u%s", (unsigned)tenths / 10, (unsigned)tenths % 10, name);
	else
		snprintf(text, 32, "%u%s", (unsigned)divide(us, unit), name);
}

/* Each limit is where rounding would reach the next unit: 999.5 ms is 1.0s, 59.5 s is 1m00s. */
size_t human_us(char *out, size_t size, uint64_t us)
{
	char text[32];

	if (us < 1000)
		snprintf(text, sizeof(text), "%uus", (unsigned)us);
	else if (us < 999500)
		format_in(text, us, 1000, "ms");
	else if (us < 59500000)
		format_in(text, us, 1000000, "s");
	else
		format_seconds(text, us < 60000000 ? 60 : us / 1000000);
	return put(out, size, text);
}

size_t human_age(char *out, size_t size, uint64_t ns)
{
	char text[32];

	format_seconds(text, ns / NSEC_PER_SEC);
	return put(out, size, text);
}

size_t human_thousands(char *out, size_t size, uint64_t n)
{
	char text[32];
	size_t at = sizeof(text);
	unsigned digits = 0;

	text[--at] = '\0';
	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + n % 10);
		digits++;
		n /= 10;
	} while (n);
	return put(out, size, text + at);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at *text, at least one; moves past them. */
static int read_digits(const char **text, uint64_t *out)
{
	const char *at = *text;
	uint64_t n = 0;

	if (!is_digit(*at))
		return -EINVAL;
	for (; is_digit(*at); at++) {
		if (__builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*at - '0'), &n))
			return -ERANGE;
	}
	*text = at;
	*out = n;
	return 0;
}

int human_parse_u64(const char *text, uint64_t *out)
{
	uint64_t n;
	int err = read_digits(&text, &n);

	if (err)
		return err;
	if (*text)
		return -EINVAL;
	*out = n;
	return 0;
}

/* A number as written: whole + fraction / scale. scale is 1 where no '.' was. */
struct decimal {
	uint64_t whole, fraction, scale;
};

/* Moves past the number. Digits after the twelfth decimal weigh nothing and are skipped. */
static int read_decimal(const char **text, struct decimal *d)
{
	int err = read_digits(text, &d->whole);

	d->fraction = 0;
	d->scale = 1;
	if (err || **text != '.')
		return err;
	(*text)++;
	if (!is_digit(**text))
		return -EINVAL;
	for (; is_digit(**text); (*text)++) {
		if (d->scale == 1000000000000)
			continue;
		d->fraction = d->fraction * 10 + (uint64_t)(**text - '0');
		d->scale *= 10;
	}
	return 0;
}

static int multiply(const struct decimal *d, uint64_t unit, uint64_t *out)
{
	unsigned __int128 n = (unsigned __int128)d->whole * unit +
			      (unsigned __int128)d->fraction * unit / d->scale;

	if (n > UINT64_MAX)
		return -ERANGE;
	*out = (uint64_t)n;
	return 0;
}

/* The multiplier at *text (1 where there is none); moves past it. */
static uint64_t read_multiplier(const char **text)
{
	static const char small[] = "kmgtpe", large[] = "KMGTPE";
	uint64_t decimal = 1000, binary = 1024;
	size_t i;

	for (i = 0; small[i]; i++, decimal *= 1000, binary *= 1024) {
		if (**text != small[i] && **text != large[i])
			continue;
		(*text)++;
		if (**text != 'i')
			return decimal;
		(*text)++;
		return binary;
	}
	return 1;
}

int human_parse_size(const char *text, uint64_t *out)
{
	struct decimal d;
	uint64_t unit;
	int err = read_decimal(&text, &d);

	if (err)
		return err;
	while (*text == ' ')
		text++;
	unit = read_multiplier(&text);
	if (*text == 'B')
		text++;
	if (*text || (unit == 1 && d.scale != 1)) /* half a byte */
		return -EINVAL;
	return multiply(&d, unit, out);
}

int human_parse_duration(const char *text, uint64_t default_unit_ns, uint64_t *out_ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 },
		{ "us", NSEC_PER_USEC },
		{ "ms", NSEC_PER_MSEC },
		{ "s", NSEC_PER_SEC },
		{ "m", 60 * NSEC_PER_SEC },
		{ "h", 3600 * NSEC_PER_SEC },
		{ "d", 86400 * NSEC_PER_SEC },
	};
	struct decimal d;
	size_t i;
	int err = read_decimal(&text, &d);

	if (err)
		return err;
	while (*text == ' ')
		text++;
	if (!*text)
		return multiply(&d, default_unit_ns, out_ns);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].name) == 0)
			return multiply(&d, units[i].ns, out_ns);
	}
	return -EINVAL;
}
