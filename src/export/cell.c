/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exact text of a value: see cell.h. It does not align or quote.
 */
#include "export/cell.h"

#include <string.h>

#include "base/utf8.h"

enum { NUMBER_MAX = 64 }; /* room for the exact text of all types but text and holders */

static const char hex_digits[] = "0123456789abcdef";

static bool is_plain_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* \n \r \t, \x1b up to 0xff, \u202e beyond (all control characters lie in the basic plane). */
static size_t add_visible(struct buf *b, uint32_t cp)
{
	static const char shorts[][2] = { { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' } };
	unsigned digits = cp > 0xff ? 4 : 2;

	buf_addc(b, '\\');
	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (cp == (unsigned char)shorts[i][0]) {
			buf_addc(b, shorts[i][1]);
			return 2;
		}
	buf_addc(b, digits == 4 ? 'u' : 'x');
	for (unsigned i = digits; i-- > 0;)
		buf_addc(b, hex_digits[cp >> (4 * i) & 15]);
	return 2 + digits;
}

size_t cell_add_text(struct buf *b, const char *text, size_t len)
{
	size_t cells = 0;

	if (is_plain_ascii(text, len)) {
		buf_add(b, text, len);
		return len;
	}
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		char utf8[4];

		i += utf8_decode(text + i, len - i, &cp);
		if (utf8_is_control(cp)) {
			cells += add_visible(b, cp);
			continue;
		}
		buf_add(b, utf8, utf8_encode(cp, utf8));
		cells += (size_t)utf8_width(cp);
	}
	return cells;
}

static void add_holders(struct buf *b, const struct holderlist *l)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (i)
			buf_addc(b, ' ');
		buf_addu(b, l->holders[i].pid);
		buf_addc(b, '/');
		buf_addu(b, (unsigned)l->holders[i].fd);
	}
}

size_t cell_add(struct buf *b, const struct column *c, const struct row *r, const struct value *v,
		struct holderlist *scratch)
{
	size_t before = b->len;
	char text[NUMBER_MAX];

	if (c->type == VT_TEXT || (c->type == VT_ADDR && v->text))
		return cell_add_text(b, v->text, strlen(v->text));
	if (c->type == VT_HOLDERS) {
		holderlist_load(scratch, r);
		add_holders(b, scratch);
	} else {
		buf_add(b, text, value_format(c, v, TEXT_EXACT, false, text, sizeof(text)));
	}
	return b->len - before; /* ASCII: a byte is a cell */
}
