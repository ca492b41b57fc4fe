/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as CSV: see csv_row.h. Owns the plan.
 *
 * It knows no column by name. Cells of types that are rare it leaves to cell.c.
 */
#include "export/csv_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/cell.h"
#include "export/pen.h"

enum {
	CELL_ROOM = ADDR_TEXT_MAX,		/* any value but long text and holders */
	FIELD_ROOM = PEN_BLOCK + CELL_ROOM,	/* and a few commas before it */
};

/* What is needed of a field for every row, side by side. */
struct csvknown {
	const struct column *col;
	struct csvfield *field;
	unsigned cell;
	enum vtype type;
};

_Static_assert(OF_NETLINK < 32, "the parts of a row are bits of a word");

void csvplan_fini(struct csvplan *p)
{
	free(p->fields);
	free(p->known);
	buf_fini(&p->scratch);
	holderlist_fini(&p->holders);
}

int csvplan_init(struct csvplan *p, const struct snapshot *s)
{
	struct collist list;

	*p = (struct csvplan){ .count = 0 };
	buf_init(&p->scratch);
	if (collist_init(&list, s, NULL) < 0)
		return -ENOMEM;
	p->fields = calloc(list.count + 1, sizeof(*p->fields));
	p->known = calloc(list.count + 1, sizeof(*p->known));
	if (p->fields && p->known) {
		for (; p->count < list.count; p->count++) {
			p->fields[p->count].col = list.cols[p->count];
			p->used |= 1u << list.cols[p->count]->of;
		}
	}
	collist_fini(&list);
	if (p->fields && p->known)
		return 0;
	csvplan_fini(p);
	return -ENOMEM;
}

/* The parts that the row has, of those that matter. */
static uint32_t parts_of(const struct csvplan *p, const struct row *r)
{
	uint32_t parts = 0;

	for (uint32_t left = p->used; left; left &= left - 1) {
		unsigned of = (unsigned)__builtin_ctz(left);

		parts |= (uint32_t)column_part_known(of, r) << of;
	}
	return parts;
}

static void plan_for(struct csvplan *p, uint32_t parts)
{
	p->parts = parts;
	p->known_count = 0;
	for (unsigned i = 0; i < p->count; i++)
		if (parts >> p->fields[i].col->of & 1)
			p->known[p->known_count++] = (struct csvknown){
				.col = p->fields[i].col,
				.field = &p->fields[i],
				.cell = i,
				.type = p->fields[i].col->type,
			};
}

/* Quoted only where it has to be (RFC 4180 2.6); cells have no control characters left. */
static void add_quoted(struct buf *b, const char *text, size_t len)
{
	if (!memchr(text, ',', len) && !memchr(text, '"', len)) {
		buf_add(b, text, len);
		return;
	}
	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			buf_addc(b, '"');
		buf_addc(b, text[i]);
	}
	buf_addc(b, '"');
}

static bool looks_like_formula(char first)
{
	return first == '=' || first == '+' || first == '-' || first == '@';
}

void csvplan_add_text(struct csvplan *p, struct buf *b, const char *text)
{
	struct buf *scratch = &p->scratch;

	buf_reset(scratch);
	if (looks_like_formula(text[0]))
		buf_addc(scratch, '\'');
	cell_add_text(scratch, text, strlen(text));
	if (scratch->len)
		add_quoted(b, scratch->data, scratch->len);
	b->failed |= scratch->failed;
}

/* Bytes that stand for themselves in a cell without quotes. */
static inline bool is_clean_byte(char c)
{
	return c >= 0x20 && c < 0x7f && c != ',' && c != '"';
}

/* Nearly all text is short and clean: that is found out while it is copied. */
static inline void put_text(struct pen *pen, struct csvplan *p, const char *text)
{
	size_t i = 0;

	for (; i < CELL_ROOM && is_clean_byte(text[i]); i++)
		pen->at[i] = text[i];
	if (i < CELL_ROOM && !text[i] && !looks_like_formula(text[0])) {
		pen->at += i;
		return;
	}
	pen_give(pen);
	csvplan_add_text(p, pen->b, text);
	pen_take(pen, pen->b);
}

/* Anything else goes through the buf. */
static void put_other(struct pen *pen, struct csvplan *p, const struct column *c,
		      const struct row *r, const struct value *v)
{
	pen_give(pen);
	cell_add(pen->b, c, r, v, &p->holders);
	pen_take(pen, pen->b);
}

static inline void put_value(struct pen *pen, struct csvplan *p, const struct csvknown *k,
			     const struct row *r, const struct value *v)
{
	switch (k->type) {
	case VT_UINT:
		pen_number(pen, v->u64);
		break;
	case VT_HEX:
		pen_hex(pen, v->u64);
		break;
	case VT_ADDR:
		if (v->text)
			put_text(pen, p, v->text);
		else
			pen->at += addr_format(&v->addr, pen->at);
		break;
	case VT_TIME:
		pen_bytes(pen, clocktext_rfc3339(&k->field->last, v->u64), CLOCK_RFC3339_LEN);
		break;
	case VT_TEXT:
		put_text(pen, p, v->text);
		break;
	case VT_TENTHS:
	case VT_BOOL: /* digits, colons, words of ours: no quotes */
	case VT_HOLDERS:
		put_other(pen, p, k->col, r, v);
		break;
	}
}

/* The cells of this many columns that are not known; leaves room for a value. */
static inline bool put_commas(struct pen *pen, unsigned count)
{
	static const char commas[PEN_BLOCK + 1] = ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,";

	if (!pen_room(pen, count + FIELD_ROOM))
		return false;
	for (; count > PEN_BLOCK; count -= PEN_BLOCK)
		pen_block(pen, commas, PEN_BLOCK);
	pen_block(pen, commas, count);
	return true;
}

void csvplan_add_row(struct csvplan *p, struct buf *b, const struct row *r)
{
	uint32_t parts = parts_of(p, r);
	unsigned at = 0;	/* the cell that is being written */
	struct pen pen;

	if (parts != p->parts)
		plan_for(p, parts);
	pen_take(&pen, b);
	for (unsigned i = 0; i < p->known_count; i++) {
		const struct csvknown *k = &p->known[i];
		struct value v;

		if (!column_get(k->col, r, &v))
			continue;
		if (!put_commas(&pen, k->cell - at))
			return;
		at = k->cell;
		put_value(&pen, p, k, r, &v);
	}
	if (!put_commas(&pen, p->count ? p->count - 1 - at : 0))
		return;
	pen_bytes(&pen, "\r\n", 2);
	pen_give(&pen);
}
