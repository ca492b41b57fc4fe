/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splits lines of /proc/net and reads their numbers. Pure; what a field means is its reader's
 * business (procnet_*.c).
 */
#include "source/procfield.h"

#include <string.h>

enum { DIGITS_PER_WORD = 8 };

unsigned procfield_split(const char *line, const char *separators, struct procfield *out,
			 unsigned max)
{
	unsigned count = 0;

	for (line += strspn(line, separators); *line && count < max; count++) {
		out[count].at = line;
		out[count].len = strcspn(line, separators);
		line += out[count].len;
		line += strspn(line, separators);
	}
	return count;
}

/* 16 and more: not a digit. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

static bool parse_number(const struct procfield *f, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (f->len == 0)
		return false;
	for (size_t i = 0; i < f->len; i++) {
		unsigned digit = digit_value(f->at[i]);

		if (digit >= base || digit > max || n > (max - digit) / base)
			return false;
		n = n * base + digit;
	}
	*out = n;
	return true;
}

bool procfield_hex(const struct procfield *f, uint64_t max, uint64_t *out)
{
	return parse_number(f, 16, max, out);
}

bool procfield_dec(const struct procfield *f, uint64_t max, uint64_t *out)
{
	return parse_number(f, 10, max, out);
}

bool procfield_numbers(const struct procfield *fields, unsigned fields_count,
		       const struct procnumber *table, unsigned count, uint64_t *out)
{
	for (unsigned i = 0; i < count; i++) {
		const struct procnumber *n = &table[i];

		if (n->field >= fields_count ||
		    !parse_number(&fields[n->field], n->is_hex ? 16 : 10, n->max, &out[i]))
			return false;
	}
	return true;
}

bool procfield_hexaddr(const struct procfield *f, struct addr *out)
{
	size_t words = f->len / DIGITS_PER_WORD;
	uint32_t bytes[4];

	if (f->len % DIGITS_PER_WORD || (words != 1 && words != 4))
		return false;
	for (size_t i = 0; i < words; i++) {
		struct procfield part = { f->at + i * DIGITS_PER_WORD, DIGITS_PER_WORD };
		uint64_t word;

		if (!procfield_hex(&part, UINT32_MAX, &word))
			return false;
		bytes[i] = (uint32_t)word;
	}
	*out = words == 1 ? addr_from_v4(bytes) : addr_from_v6(bytes);
	return true;
}
