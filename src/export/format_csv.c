/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv: RFC 4180 (CRLF, quotes doubled), the JSON keys as heading, an empty cell for unknown. What a
 * row looks like is csv_row.c's part.
 */
#include "export/snapshot.h"

#include <errno.h>
#include <stdlib.h>

#include "export/cell.h"
#include "export/csv_row.h"
#include "export/groupfields.h"

static const char line_end[] = "\r\n";

struct csvstream {
	struct stream stream;
	struct csvplan plan;
};

static void add_heading(struct buf *b, const struct csvplan *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (i)
			buf_addc(b, ',');
		buf_adds(b, snapshot_key(p->fields[i].col));
	}
	buf_adds(b, line_end);
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
		      struct csvplan *p)
{
	const struct column *c = s->query->group;
	const struct groupfield *f;
	uint64_t n;

	if (g->known && (c->type == VT_TEXT || c->type == VT_ADDR || c->type == VT_HOLDERS))
		csvplan_add_text(p, b, g->label);
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

static int csv_rows(struct stream *st, const struct snapshot *s, struct buf *b)
{
	struct csvplan *p = &((struct csvstream *)st)->plan;
	const struct group *g;
	struct row r;
	uint32_t at = 0;
	int err = 0;

	while (err == 0) {
		g = s->query->group ? snapshot_next_group(s, &at) : NULL;
		if (s->query->group ? !g : !snapshot_next_row(s, &at, &r))
			break;
		if (g)
			add_group(b, s, g, p);
		else
			csvplan_add_row(p, b, &r);
		err = snapshot_spill(s, b);
	}
	return err;
}

static int csv_end(struct stream *st, const struct snapshot *s, struct buf *b)
{
	(void)st;
	return snapshot_finish(s, b);
}

static void csv_free(struct stream *st)
{
	csvplan_fini(&((struct csvstream *)st)->plan);
	free(st);
}

static const struct streamops csv_ops = { .rows = csv_rows, .end = csv_end, .free = csv_free };

int format_csv_begin(struct stream **out, const struct snapshot *s, struct buf *b)
{
	struct csvstream *st = calloc(1, sizeof(*st));

	if (!st)
		return -ENOMEM;
	st->stream.ops = &csv_ops;
	if (csvplan_init(&st->plan, s) < 0) {
		free(st);
		return -ENOMEM;
	}
	if (s->header && s->first && s->query->group)
		add_group_heading(b, s->query->group);
	else if (s->header && s->first)
		add_heading(b, &st->plan);
	*out = &st->stream;
	return 0;
}

int format_csv_write(const struct snapshot *s, struct buf *b)
{
	return snapshot_write_as_stream(format_csv_begin, s, b);
}
