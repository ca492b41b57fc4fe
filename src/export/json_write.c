/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings and values as JSON: see json_write.h. It knows no columns by name and no layout.
 */
#include "export/json_write.h"

#include <string.h>

#include "base/utf8.h"
#include "export/cell.h"

static void add_escaped(struct buf *b, uint32_t cp)
{
	static const char digits[] = "0123456789abcdef";

	buf_adds(b, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_addc(b, digits[cp >> shift & 15]);
}

/* Bytes that stand for themselves inside quotes. */
static size_t plain_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

static size_t add_one(struct buf *b, const char *text, size_t len)
{
	uint32_t cp;
	char utf8[4];
	size_t used = utf8_decode(text, len, &cp);

	if (cp == '"' || cp == '\\') {
		buf_addc(b, '\\');
		buf_addc(b, (char)cp);
	} else if (utf8_is_control(cp) && cp <= 0xffff) {
		add_escaped(b, cp);
	} else {
		buf_add(b, utf8, utf8_encode(cp, utf8));
	}
	return used;
}

void json_add_string(struct buf *b, const char *text, size_t len)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < len;) {
		size_t run = plain_run(text + i, len - i);

		buf_add(b, text + i, run);
		i += run;
		if (i < len)
			i += add_one(b, text + i, len - i);
	}
	buf_addc(b, '"');
}

void json_add_text(struct buf *b, const char *text)
{
	json_add_string(b, text, strlen(text));
}

static void add_bool(struct buf *b, const char *lead, bool is)
{
	buf_adds(b, lead);
	buf_adds(b, is ? "true" : "false");
}

static void add_holders(struct buf *b, const struct holderlist *l)
{
	buf_addc(b, '[');
	for (unsigned i = 0; i < l->count; i++) {
		buf_adds(b, i ? ",{\"pid\":" : "{\"pid\":");
		buf_addu(b, l->holders[i].pid);
		buf_adds(b, ",\"fd\":");
		buf_addu(b, (unsigned)l->holders[i].fd);
		if (l->holders[i].has_flags) {
			add_bool(b, ",\"nonblock\":", l->holders[i].nonblock);
			add_bool(b, ",\"cloexec\":", l->holders[i].cloexec);
		}
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

void json_add_value(struct buf *b, const struct column *c, const struct row *r,
		    const struct value *v, struct holderlist *scratch)
{
	switch (c->type) {
	case VT_TEXT:
		json_add_text(b, v->text);
		break;
	case VT_HOLDERS:
		holderlist_load(scratch, r);
		add_holders(b, scratch);
		break;
	case VT_UINT: /* most values are: without the way through cells */
		buf_addu(b, v->u64);
		break;
	case VT_BOOL:
	case VT_TENTHS:
		cell_add(b, c, r, v, scratch);
		break;
	case VT_ADDR:
		if (v->text) {
			json_add_text(b, v->text);
			break;
		}
		/* fall through */
	case VT_TIME: /* addresses, hex and times need no escapes */
	case VT_HEX:
		buf_addc(b, '"');
		cell_add(b, c, r, v, scratch);
		buf_addc(b, '"');
		break;
	}
}

void json_add_by_state(struct buf *b, const uint32_t *by_state)
{
	char separator = '{';

	for (enum sockstate st = ST_ESTABLISHED; st < SOCKSTATES; st++) {
		buf_addc(b, separator);
		json_add_text(b, sockstate_name(st, false));
		buf_addc(b, ':');
		buf_addu(b, by_state[st]);
		separator = ',';
	}
	buf_addc(b, '}');
}
