/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table: aligned columns for people, each as wide as its widest cell; numbers exact and to the
 * right, text to the left, "-" for unknown. It cuts nothing: a pipe has no width.
 *
 * Every line is gone through twice, to measure and to write. Lines are kept in between as far as
 * KEEP_BYTES reach (about 100,000 rows); the ones after that are made again, so memory does not
 * grow with rows.
 */
#include "export/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/cell.h"
#include "export/groupfields.h"
#include "export/pen.h"

enum { KEEP_BYTES = 16 * 1024 * 1024 };

/*
 * Before each cell's text in the kept lines, at any alignment. Fresh memory is a good part of a
 * table's cost, and nearly every cell is short ASCII: then one byte is the length in bytes and in
 * cells. LONG_HEAD says that this follows.
 */
struct cellhead {
	uint32_t len;	/* bytes */
	uint32_t cells; /* on a terminal */
};

enum {
	LONG_HEAD = 255,
	SHORT_TEXT = 120, /* longer texts go the slow way */
};

struct shape {
	size_t width; /* cells */
	bool right;   /* numbers */
};

/*
 * The lines of a table. Invariant: kept holds whole lines of `count` cells each, a head before
 * every cell, and every cell fits its column's width.
 */
struct layout {
	const struct snapshot *s;
	struct collist cols;  /* of rows */
	struct shape *shapes; /* owned; by column */
	unsigned count;
	struct buf kept;
	struct holderlist holders;
};

/* Adds the next line at or after item *at, which moves on; false at the end. */
typedef bool line_fn(struct layout *l, uint32_t *at);

static int layout_init(struct layout *l, unsigned count)
{
	buf_init(&l->kept);
	l->count = count;
	l->shapes = calloc(count ? count : 1, sizeof(*l->shapes));
	return l->shapes ? 0 : -ENOMEM;
}

static void layout_fini(struct layout *l)
{
	free(l->shapes);
	buf_fini(&l->kept);
	holderlist_fini(&l->holders);
	collist_fini(&l->cols);
}

/* A cell is: cell_begin, its text added to kept, cell_end with what begin gave. */
static size_t cell_begin(struct layout *l)
{
	buf_addc(&l->kept, '\0');
	return l->kept.len;
}

static void cell_end(struct layout *l, unsigned col, size_t begin, size_t cells)
{
	size_t len = l->kept.len - begin;
	bool is_short = len == cells && len < LONG_HEAD;
	struct cellhead head = { .len = (uint32_t)len, .cells = (uint32_t)cells };
	char *text;

	if (!is_short)
		buf_add(&l->kept, &head, sizeof(head)); /* room: it belongs before the text */
	if (l->kept.failed)
		return;
	if (cells > l->shapes[col].width)
		l->shapes[col].width = cells;
	text = l->kept.data + begin;
	text[-1] = (char)(is_short ? len : LONG_HEAD);
	if (is_short)
		return;
	memmove(text + sizeof(head), text, len);
	memcpy(text, &head, sizeof(head));
}

/* Reads the head at p; returns the text after it. */
static const char *cell_read(const char *p, struct cellhead *head)
{
	uint8_t len = (uint8_t)*p++;

	if (len != LONG_HEAD) {
		head->len = head->cells = len;
		return p;
	}
	memcpy(head, p, sizeof(*head));
	return p + sizeof(*head);
}

static void put_text(struct layout *l, unsigned col, const char *text)
{
	size_t begin = cell_begin(l);

	cell_end(l, col, begin, cell_add_text(&l->kept, text, strlen(text)));
}

static void put_blanks(struct pen *pen, size_t n)
{
	static const char blanks[PEN_BLOCK + 1] = "                                ";

	for (; n > PEN_BLOCK; n -= PEN_BLOCK) {
		if (!pen_room(pen, PEN_BLOCK))
			return;
		pen_block(pen, blanks, PEN_BLOCK);
	}
	if (pen_room(pen, PEN_BLOCK))
		pen_block(pen, blanks, n);
}

/*
 * Writes the line at p; returns the one after it. Short texts are copied as blocks: see
 * kept_slack().
 */
static const char *write_line(const struct layout *l, struct pen *pen, const char *p)
{
	for (unsigned col = 0; col < l->count; col++) {
		const struct shape *shape = &l->shapes[col];
		struct cellhead head;
		size_t pad;

		p = cell_read(p, &head);
		pad = shape->width - head.cells;
		if (!pen_room(pen, head.len + PEN_BLOCK))
			return p;
		if (col)
			pen_char(pen, ' ');
		if (shape->right && pad)
			put_blanks(pen, pad);
		if (!pen_room(pen, head.len + PEN_BLOCK))
			return p;
		if (head.len <= PEN_BLOCK)
			pen_block(pen, p, head.len);
		else
			pen_bytes(pen, p, head.len);
		if (!shape->right && pad && col + 1 < l->count) /* no blanks at the end */
			put_blanks(pen, pad);
		p += head.len;
	}
	if (pen_room(pen, 1))
		pen_char(pen, '\n');
	return p;
}

/* Behind what is kept a block can be read. false: memory is short. */
static bool kept_slack(struct layout *l)
{
	size_t len = l->kept.len;

	if (!l->kept.data)
		return true;
	buf_pad(&l->kept, '\0', PEN_BLOCK);
	if (!l->kept.failed)
		l->kept.len = len;
	return !l->kept.failed;
}

static int write_kept(struct layout *l, struct buf *b)
{
	const char *p;
	struct pen pen;
	int err = kept_slack(l) ? 0 : -ENOMEM;

	p = l->kept.data;
	while (err == 0 && p && p < l->kept.data + l->kept.len) {
		pen_take(&pen, b);
		p = write_line(l, &pen, p);
		pen_give(&pen);
		err = snapshot_spill(l->s, b);
	}
	buf_reset(&l->kept);
	return err;
}

/* After the heading, if any, was put: all lines. */
static int write_lines(struct layout *l, struct buf *b, line_fn *next)
{
	uint32_t at = 0, rest;
	size_t len = l->kept.len;
	int err;

	do {
		rest = at;
		len = l->kept.len;
	} while (next(l, &at) && l->kept.len <= KEEP_BYTES);
	if (l->kept.len > len) {
		do
			l->kept.len = len; /* measured, and made again below */
		while (next(l, &at));
	}
	if (l->kept.failed)
		return -ENOMEM;
	err = write_kept(l, b);
	while (err == 0 && next(l, &rest))
		err = l->kept.failed ? -ENOMEM : write_kept(l, b);
	return err;
}

/* A cell of its own in short; false: it is not ASCII, or long. */
static bool put_short(struct layout *l, unsigned col, struct pen *pen, const char *text)
{
	char *to = pen->at + 1;
	size_t len = 0;

	for (; len < SHORT_TEXT && text[len] >= 0x20 && text[len] < 0x7f; len++)
		to[len] = text[len];
	if (text[len])
		return false;
	pen_char(pen, (char)len);
	pen->at += len;
	if (len > l->shapes[col].width)
		l->shapes[col].width = len;
	return true;
}

static void put_uint(struct layout *l, unsigned col, struct pen *pen, uint64_t n)
{
	char *head = pen->at++;
	size_t len;

	pen_number(pen, n);
	len = (size_t)(pen->at - head) - 1;
	*head = (char)len;
	if (len > l->shapes[col].width)
		l->shapes[col].width = len;
}

/* Nearly all cells are numbers and short words: those need no buf. */
static void put_cell(struct layout *l, unsigned col, struct pen *pen, const struct row *r)
{
	const struct column *c = l->cols.cols[col];
	struct value v;
	bool known = column_get(c, r, &v);
	size_t begin;

	if (!pen_room(pen, SHORT_TEXT + 2))
		return;
	if (known && c->type == VT_UINT) {
		put_uint(l, col, pen, v.u64);
		return;
	}
	if (!known || c->type == VT_TEXT) {
		if (put_short(l, col, pen, known ? v.text : "-"))
			return;
	}
	pen_give(pen);
	begin = cell_begin(l);
	cell_end(l, col, begin, cell_add(&l->kept, c, r, &v, &l->holders));
	pen_take(pen, &l->kept);
}

static bool next_row(struct layout *l, uint32_t *at)
{
	struct pen pen;
	struct row r;

	if (!snapshot_next_row(l->s, at, &r))
		return false;
	pen_take(&pen, &l->kept);
	for (unsigned i = 0; i < l->count; i++)
		put_cell(l, i, &pen, &r);
	pen_give(&pen);
	return true;
}

/* What a reader of `ss -tunap` looks for, and the rates beside it. */
const char *const format_table_columns[] = {
	"proto", "state", "recv_q",  "send_q",	"local", "remote",
	"proc",	 "pid",	  "rx_rate", "tx_rate", NULL,
};

/* A capture file has neither sockets nor processes, and no moment that a rate would be of. */
static const char *const file_columns[] = {
	"proto",      "local",	    "remote",	"wire_state", "rx_packets",   "tx_packets",
	"rx_bytes",   "tx_bytes",   "wire_rtt", "wire_retrans", "first_seen", "duration",
	NULL,
};

static int write_rows(struct layout *l, struct buf *b)
{
	int err = collist_init(&l->cols, l->s,
			       model_host(l->s->m)->offline ? file_columns : format_table_columns);

	if (err == 0)
		err = layout_init(l, l->cols.count);
	if (err < 0)
		return err;
	for (unsigned i = 0; i < l->count; i++) {
		const struct column *c = l->cols.cols[i];

		l->shapes[i].right = c->type == VT_UINT || c->type == VT_HEX ||
				     c->type == VT_TENTHS;
		if (l->s->header)
			put_text(l, i, c->title);
	}
	return write_lines(l, b, next_row);
}

static bool next_group(struct layout *l, uint32_t *at)
{
	const struct group *g = snapshot_next_group(l->s, at);
	const struct groupfield *f;
	uint64_t n;

	if (!g)
		return false;
	put_text(l, 0, g->label);
	for (unsigned i = 0; (f = groupfield_at(i)); i++) {
		size_t begin = cell_begin(l);

		if (groupfield_get(f, l->s, g, &n))
			buf_addu(&l->kept, n);
		else
			buf_addc(&l->kept, '-');
		cell_end(l, i + 1, begin, l->kept.len - begin);
	}
	return true;
}

static int write_groups(struct layout *l, struct buf *b)
{
	unsigned count = 0;
	int err;

	while (groupfield_at(count))
		count++;
	err = layout_init(l, count + 1); /* the label comes first */
	if (err < 0)
		return err;
	if (l->s->header)
		put_text(l, 0, l->s->query->group->title);
	for (unsigned i = 0; i < count; i++) {
		l->shapes[i + 1].right = true;
		if (l->s->header)
			put_text(l, i + 1, groupfield_at(i)->title);
	}
	return write_lines(l, b, next_group);
}

int format_table_write(const struct snapshot *s, struct buf *b)
{
	struct layout layout = { .s = s };
	int err;

	if (!s->first)
		buf_addc(b, '\n'); /* between the snapshots of a series */
	err = s->query->group ? write_groups(&layout, b) : write_rows(&layout, b);
	layout_fini(&layout);
	return err < 0 ? err : snapshot_finish(s, b);
}
