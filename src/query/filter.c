/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter: the outside of the filter language: make one, ask it, say what is wrong with a text.
 *
 * Owns the tests. How they come to be is filter_parse.c's, what they look at filter_test.c's.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "query/filter_code.h"

int filter_fail(struct filter_error *err, size_t at, size_t len, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return -EINVAL;
	va_start(args, fmt);
	vsnprintf(err->msg.text, sizeof(err->msg.text), fmt, args);
	va_end(args);
	err->at = at;
	err->len = len;
	return -EINVAL;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < f->count; i++)
		filter_test_fini(&f->tests[i]);
	free(f->tests);
	free(f);
}

int filter_parse(struct filter **out, const char *text, struct filter_error *err)
{
	struct filter *f;
	int ret;

	if (strlen(text) > FILTER_TEXT_MAX)
		return filter_fail(err, FILTER_TEXT_MAX, 0,
				   "the filter is too long: at most %d bytes", FILTER_TEXT_MAX);
	f = calloc(1, sizeof(*f));
	if (!f)
		return filter_fail(err, 0, 0, "out of memory");
	ret = filter_compile(f, text, err);
	if (ret) {
		filter_free(f);
		return ret;
	}
	*out = f;
	return 0;
}

bool filter_match(const struct filter *f, const struct row *r)
{
	unsigned at = 0;

	if (!f || !f->count)
		return true;
	while (at < FILTER_EXIT_NO) {
		const struct test *t = &f->tests[at];
		bool known, fits = t->fits(t, r, &known);

		at = known && fits != t->negate ? t->yes : t->no;
	}
	return at == FILTER_EXIT_YES;
}

uint32_t filter_needs(const struct filter *f)
{
	uint32_t needs = 0;

	for (unsigned i = 0; f && i < f->count; i++)
		needs |= f->tests[i].col ? f->tests[i].col->needs : 0;
	return needs;
}

/* Columns that only one kind of socket has. */
static uint32_t kinds_of_column(const struct column *c)
{
	switch (c ? c->of : OF_ROW) {
	case OF_UNIX:
		return ROW_KINDS_UNIX;
	case OF_PACKET:
		return 1u << SP_PACKET;
	case OF_NETLINK:
		return 1u << SP_NETLINK;
	default:
		return 0;
	}
}

uint32_t filter_protos(const struct filter *f)
{
	uint32_t kinds = 0;

	for (unsigned i = 0; f && i < f->count; i++) {
		const struct test *t = &f->tests[i];

		if (t->negate == t->inverted)
			kinds |= t->kinds | kinds_of_column(t->col);
	}
	return kinds;
}

/* One line of what was typed, whatever was typed. */
static void add_visible(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t cp;
		size_t used = utf8_decode(text + at, len - at, &cp);

		if (cp == UTF8_BAD || utf8_is_control(cp))
			buf_addc(out, cp == '\n' || cp == '\t' ? ' ' : '?');
		else
			buf_add(out, text + at, used);
		at += used;
	}
}

/* The cells that add_visible() fills. */
static size_t visible_cells(const char *text, size_t len)
{
	size_t cells = 0;

	for (size_t at = 0; at < len;) {
		uint32_t cp;

		at += utf8_decode(text + at, len - at, &cp);
		cells += cp == UTF8_BAD || utf8_is_control(cp) ? 1 : (size_t)utf8_width(cp);
	}
	return cells;
}

void filter_error_caret(const struct filter_error *err, const char *text, struct buf *out)
{
	size_t size = strlen(text);
	size_t at = err->at < size ? err->at : size;
	size_t len = err->len < size - at ? err->len : size - at;
	size_t carets = visible_cells(text + at, len);

	add_visible(out, text, size);
	buf_addc(out, '\n');
	buf_pad(out, ' ', visible_cells(text, at));
	buf_pad(out, '^', carets ? carets : 1);
}
