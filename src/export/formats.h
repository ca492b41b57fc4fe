/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of output formats. To add one: a row in formats.c and format_x.c.
 * An exporter writes into a buffer and asks for a flush whenever that has grown past 64 KiB, so
 * memory does not grow with rows. Output is UTF-8, independent of the locale.
 */
#ifndef SOCKMON_EXPORT_FORMATS_H
#define SOCKMON_EXPORT_FORMATS_H

#include "base/buf.h"
#include "query/query.h"

enum { EXPORT_FLUSH_BYTES = 64 * 1024 };

/* One snapshot to write. Everything is borrowed. */
struct snapshot {
	const struct model *m;
	const struct result *result;
	const struct query *query;
	const struct column *const *cols;	/* what to show */
	unsigned col_count;			/* 0 = the format's own choice: json all keys, table a useful set */
	uint32_t absent;			/* sockets that the kernel tells nothing of: bits 1 << enum sockproto */
	bool header;				/* table, csv: a heading line */
	bool first;				/* the first snapshot of a series (csv writes its heading once) */
	/* Takes what is in *b (and resets it), the last of it too. 0 or -errno, which ends the export.
	 * NULL: all of it stays in *b. */
	int (*flush)(void *ctx, struct buf *b);
	void *ctx;
	size_t flush_bytes;			/* how much is gathered before; 0 = EXPORT_FLUSH_BYTES */
};

/*
 * A snapshot that is written piece by piece: rows() writes the rows of s->result, as often as there
 * are pieces, and end() what comes after the last. In between the model may have given up the rows
 * that were written; all else that *s refers to stays the same. All return 0 or -errno of the
 * flush; -ENOMEM. Whatever happens, free() is called last.
 */
struct stream;

struct streamops {
	int (*rows)(struct stream *st, const struct snapshot *s, struct buf *b);
	int (*end)(struct stream *st, const struct snapshot *s, struct buf *b);
	void (*free)(struct stream *st);
};

struct stream {
	const struct streamops *ops;	/* first member of each implementation */
};

struct format {
	const char *name;		/* -o NAME */
	const char *suffix;		/* of files: "json" */
	const char *help;
	int (*write)(const struct snapshot *s, struct buf *b);	/* 0 or -errno of flush; -ENOMEM */
	/* What comes before the rows. NULL: it has to see all rows before it can write the first. */
	int (*begin)(struct stream **out, const struct snapshot *s, struct buf *b);
	const char *const *columns;	/* its own choice, ended by NULL; NULL = every column with a key */
};

const struct format *format_at(unsigned i);		/* NULL past the end */
const struct format *format_find(const char *name);	/* NULL: unknown */

/*
 * What is looked at when these columns are written (count 0: the format's own choice): NEED_*
 * bits of query/columns.h. Rates need nothing of a single snapshot, which has none.
 */
uint32_t format_needs(const struct format *f, const struct column *const *cols, unsigned count,
		      bool single);

/* The usual flush: to a descriptor, ctx = int *fd. */
int snapshot_flush_fd(void *ctx, struct buf *b);

#endif
