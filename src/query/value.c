/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value: the text of a cell, and the order of two. Owns nothing; knows types and units, not
 * columns.
 *
 * Deliberately makes nothing harmless: text comes out as the raw bytes that came in, because a
 * screen, a JSON string and a CSV cell each need another way of showing them.
 */
#include "query/value.h"

#include "base/clock.h"
#include "base/human.h"
#include "query/columns.h"
#include "query/fold.h"

/* What a formatter needs to know. */
struct target {
	enum unit unit;
	enum valuetext style;
	uint8_t width;
	char *out;
	size_t size; /* > 0 */
};

static size_t put_bytes(const struct target *t, const char *text, size_t len)
{
	if (len >= t->size)
		len = t->size - 1;
	memcpy(t->out, text, len);
	t->out[len] = '\0';
	return len;
}

static size_t put_text(const struct target *t, const char *text)
{
	return put_bytes(t, text, strlen(text));
}

/* Without stdio: tables of 100,000 rows are written through here. */
static size_t put_number(const struct target *t, uint64_t n, unsigned base)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	return put_bytes(t, digits + at, sizeof(digits) - at);
}

static size_t format_hex(const struct target *t, const struct value *v)
{
	struct target rest = *t;

	if (t->size <= 2)
		return put_text(t, "");
	memcpy(t->out, "0x", 2);
	rest.out += 2;
	rest.size -= 2;
	return 2 + put_number(&rest, v->u64, 16);
}

static uint64_t saturating_mul(uint64_t n, uint64_t factor)
{
	uint64_t product;

	return __builtin_mul_overflow(n, factor, &product) ? UINT64_MAX : product;
}

static size_t format_uint(const struct target *t, const struct value *v)
{
	if (t->style == TEXT_EXACT)
		return put_number(t, v->u64, 10);
	switch (t->unit) {
	case UNIT_COUNT:
	case UNIT_BYTES:
	case UNIT_RATE:
		return human_count(t->out, t->size, v->u64);
	case UNIT_US:
		return human_us(t->out, t->size, v->u64);
	case UNIT_MS:
		return human_us(t->out, t->size, saturating_mul(v->u64, 1000));
	case UNIT_NS:
		return human_age(t->out, t->size, v->u64);
	case UNIT_NONE:
	case UNIT_PERCENT:
		break;
	}
	return put_number(t, v->u64, 10);
}

/* A whole number is as exact on a screen. */
static size_t format_tenths(const struct target *t, const struct value *v)
{
	struct target rest = *t;
	size_t len = put_number(t, v->u64 / 10, 10);
	char fraction[] = { '.', (char)('0' + v->u64 % 10) };

	if (t->style == TEXT_SHORT && v->u64 % 10 == 0)
		return len;
	rest.out += len;
	rest.size -= len;
	return len + put_bytes(&rest, fraction, sizeof(fraction));
}

static size_t format_text(const struct target *t, const struct value *v)
{
	return put_text(t, v->text);
}

static size_t format_addr(const struct target *t, const struct value *v)
{
	char text[ADDR_TEXT_MAX];

	if (v->text)
		return put_text(t, v->text);
	return put_bytes(t, text, addr_format(&v->addr, text));
}

/* On a screen a column of one cell is a mark. */
static size_t format_bool(const struct target *t, const struct value *v)
{
	if (t->style == TEXT_EXACT)
		return put_text(t, v->u64 ? "true" : "false");
	if (t->width == 1)
		return put_text(t, v->u64 ? "!" : "");
	return put_text(t, v->u64 ? "yes" : "no");
}

static size_t format_time(const struct target *t, const struct value *v)
{
	enum { CLOCK_AT = 11, CLOCK_LEN = 8 }; /* the "22:14:03" of "2026-11-21T22:14:03.118…" */
	char text[32];

	clock_format_rfc3339(v->u64, text);
	if (t->style == TEXT_SHORT && strlen(text) >= CLOCK_AT + CLOCK_LEN)
		return put_bytes(t, text + CLOCK_AT, CLOCK_LEN);
	return put_text(t, text);
}

static size_t (*const formatters[])(const struct target *t, const struct value *v) = {
	[VT_UINT] = format_uint,    [VT_TEXT] = format_text, [VT_ADDR] = format_addr,
	[VT_BOOL] = format_bool,    [VT_TIME] = format_time, [VT_HEX] = format_hex,
	[VT_HOLDERS] = format_text, [VT_TENTHS] = format_tenths,
};

size_t value_format(const struct column *c, const struct value *v, enum valuetext style, bool bits,
		    char *out, size_t size)
{
	const struct target t = {
		.unit = c->unit,
		.style = style,
		.width = c->width,
		.out = out,
		.size = size,
	};
	struct value in_bits;

	if (!size)
		return 0;
	if (!bits || c->unit != UNIT_RATE)
		return formatters[c->type](&t, v);
	in_bits.u64 = saturating_mul(v->u64, 8);
	return formatters[c->type](&t, &in_bits);
}

bool value_words(struct value *v, uint32_t bits, const char *const *words, unsigned count)
{
	size_t at = 0;

	for (unsigned i = 0; i < count; i++) {
		size_t len = bits & 1u << i && words[i] ? strlen(words[i]) : 0;

		if (!len || at + len + 2 > sizeof(v->buf))
			continue;
		if (at)
			v->buf[at++] = ' ';
		memcpy(v->buf + at, words[i], len);
		at += len;
	}
	v->buf[at] = '\0';
	v->text = v->buf;
	return at != 0;
}

static int compare_numbers(uint64_t x, uint64_t y)
{
	return (x > y) - (x < y);
}

/* Addresses come before what stands for them elsewhere. */
static int compare_addrs(const struct value *x, const struct value *y)
{
	int by_version;

	if (x->text && y->text)
		return fold_compare(x->text, y->text);
	if (x->text || y->text)
		return x->text ? 1 : -1;
	by_version = addr_is_v4(&y->addr) - addr_is_v4(&x->addr);
	return by_version ? by_version : memcmp(x->addr.b, y->addr.b, sizeof(x->addr.b));
}

int value_compare(const struct column *c, const struct value *x, const struct value *y)
{
	switch (c->type) {
	case VT_TEXT:
	case VT_HOLDERS:
		return fold_compare(x->text, y->text);
	case VT_ADDR:
		return compare_addrs(x, y);
	case VT_UINT:
	case VT_BOOL:
	case VT_TIME:
	case VT_TENTHS:
	case VT_HEX:
		break;
	}
	return compare_numbers(x->u64, y->u64);
}
