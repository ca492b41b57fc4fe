/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporters share: going through a snapshot's rows or groups, and handing the buffer on
 * before it grows large. Private to export/. It does not know any format.
 */
#ifndef SOCKMON_EXPORT_SNAPSHOT_H
#define SOCKMON_EXPORT_SNAPSHOT_H

#include "export/formats.h"

/*
 * The writers behind the rows of formats.c, and the table's own choice of columns, ended by NULL.
 */
extern const char *const format_table_columns[];
int format_table_write(const struct snapshot *s, struct buf *b);
int format_json_write(const struct snapshot *s, struct buf *b);
int format_jsonl_write(const struct snapshot *s, struct buf *b);
int format_csv_write(const struct snapshot *s, struct buf *b);
int format_json_begin(struct stream **out, const struct snapshot *s, struct buf *b);
int format_jsonl_begin(struct stream **out, const struct snapshot *s, struct buf *b);
int format_csv_begin(struct stream **out, const struct snapshot *s, struct buf *b);

/* Writes a whole snapshot as one piece, for the formats that go row by row. */
int snapshot_write_as_stream(int (*begin)(struct stream **out, const struct snapshot *s,
					  struct buf *b),
			     const struct snapshot *s, struct buf *b);

/*
 * The next row (or group's heading) at or after item *at, which moves on. false (NULL) at the end.
 * Rows that have left the model since the query ran are passed over.
 */
bool snapshot_next_row(const struct snapshot *s, uint32_t *at, struct row *r);
const struct group *snapshot_next_group(const struct snapshot *s, uint32_t *at);

/* Between rows: flushes once the buffer is large. 0, -errno of the flush, or -ENOMEM. */
int snapshot_spill(const struct snapshot *s, struct buf *b);
/* At the end: flushes what is left. */
int snapshot_finish(const struct snapshot *s, struct buf *b);

/* The capture of this snapshot; NULL where packets are not looked at. */
const struct capturerec *snapshot_capture(const struct snapshot *s);

/* What a column is called in machine formats: its key, or for a screen column its name. */
static inline const char *snapshot_key(const struct column *c)
{
	return c->key ? c->key : c->name;
}

/* The columns to show: the ones asked for, or else the format's own choice. */
struct collist {
	const struct column **cols; /* owned; NULL where count is 0 */
	unsigned count;
};

/* own: the choice by name, ended by NULL; or NULL for every column that has a key. 0 or -ENOMEM. */
int collist_init(struct collist *l, const struct snapshot *s, const char *const *own);
void collist_fini(struct collist *l);

/* Scratch for all holders of a row's socket; grows, and is reused from row to row. */
struct holderlist {
	struct holder *holders; /* owned */
	unsigned count;
	unsigned cap;
};

/* Fills it with the row's holders (none: count 0); when memory is short, with as many as fit. */
void holderlist_load(struct holderlist *l, const struct row *r);
void holderlist_fini(struct holderlist *l);

#endif
