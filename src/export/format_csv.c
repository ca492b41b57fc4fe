/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv: RFC 4180 (CRLF, quotes doubled), the JSON keys as heading, an empty cell for unknown.
 *
 * Names come from strangers and the reader is often a spreadsheet: text that would be taken for a
 * formula gets a leading ' (OWASP, CSV injection), and control characters are made visible.
 */
#include "export/snapshot.h"

#include <string.h>

#include "export/cell.h"
#include "export/groupfields.h"

static const char line_end[] = "\r\n";

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
	return first && strchr("=+-@", first);
}

static void add_text(struct buf *b, const char *text, struct buf *scratch)
{
	buf_reset(scratch);
	if (looks_like_formula(text[0]))
		buf_addc(scratch, '\'');
	cell_add_text(scratch, text, strlen(text));
	if (scratch->len)
		add_quoted(b, scratch->data, scratch->len);
	b->failed |= scratch->failed;
}

static void add_row(struct buf *b, const struct collist *l, const struct row *r,
		    struct buf *scratch, struct holderlist *holders)
{
	enum columnof of = OF_ROW;
	bool has_part = true;

	for (unsigned i = 0; i < l->count; i++) {
		const struct column *c = l->cols[i];
		struct value v;

		if (i)
			buf_addc(b, ',');
		if (c->of != of) {
			of = c->of;
			has_part = column_part_known(of, r);
		}
		if (!has_part || !column_get(c, r, &v))
			continue;
		if (c->type == VT_UINT)
			buf_addu(b, v.u64);
		else if (c->type == VT_TEXT || (c->type == VT_ADDR && v.text))
			add_text(b, v.text, scratch);
		else
			cell_add(b, c, r, &v, holders); /* digits, colons, words of ours */
	}
	buf_adds(b, line_end);
}

static void add_heading(struct buf *b, const struct collist *l)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (i)
			buf_addc(b, ',');
		buf_adds(b, snapshot_key(l->cols[i]));
	}
	buf_adds(b, line_end);
}

static int add_rows(const struct snapshot *s, struct buf *b, struct buf *scratch)
{
	struct holderlist holders = { 0 };
	struct collist list;
	struct row r;
	uint32_t at = 0;
	int err = collist_init(&list, s, NULL);

	if (err < 0)
		return err;
	if (s->header && s->first)
		add_heading(b, &list);
	while (err == 0 && snapshot_next_row(s, &at, &r)) {
		add_row(b, &list, &r, scratch, &holders);
		err = snapshot_spill(s, b);
	}
	holderlist_fini(&holders);
	collist_fini(&list);
	return err;
}

static void add_group_heading(struct buf *b, const struct column *c)
{
	const struct groupfield *f;

	buf_adds(b, snapshot_key(c));
	for (unsigned i = 0; (f = groupfield_at(i)); i++) {
		buf_addc(b, ',');
		buf_adds(b, f->key);
	}
	for (enum sockstate st = ST_ESTABLISHED; st < SOCKSTATES; st++) {
		buf_adds(b, ",by_state.");
		buf_adds(b, sockstate_name(st, false));
	}
	buf_adds(b, line_end);
}

static void add_group(struct buf *b, const struct snapshot *s, const struct group *g,
		      struct buf *scratch)
{
	const struct column *c = s->query->group;
	const struct groupfield *f;
	uint64_t n;

	if (g->known && (c->type == VT_TEXT || c->type == VT_ADDR || c->type == VT_HOLDERS))
		add_text(b, g->label, scratch);
	else if (g->known)
		cell_add(b, c, NULL, &g->value, NULL);
	for (unsigned i = 0; (f = groupfield_at(i)); i++) {
		buf_addc(b, ',');
		if (groupfield_get(f, s, g, &n))
			buf_addu(b, n);
	}
	for (enum sockstate st = ST_ESTABLISHED; st < SOCKSTATES; st++) {
		buf_addc(b, ',');
		buf_addu(b, g->by_state[st]);
	}
	buf_adds(b, line_end);
}

static int add_groups(const struct snapshot *s, struct buf *b, struct buf *scratch)
{
	const struct group *g;
	uint32_t at = 0;
	int err = 0;

	if (s->header && s->first)
		add_group_heading(b, s->query->group);
	while (err == 0 && (g = snapshot_next_group(s, &at))) {
		add_group(b, s, g, scratch);
		err = snapshot_spill(s, b);
	}
	return err;
}

int format_csv_write(const struct snapshot *s, struct buf *b)
{
	struct buf scratch;
	int err;

	buf_init(&scratch);
	err = s->query->group ? add_groups(s, b, &scratch) : add_rows(s, b, &scratch);
	buf_fini(&scratch);
	return err < 0 ? err : snapshot_finish(s, b);
}
