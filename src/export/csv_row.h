/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row as a line of CSV. Which columns can be known at all is decided once for all rows that have
 * the same parts; the cells of the others are but commas, and cost no call. Private to export/.
 *
 * Names come from strangers and the reader is often a spreadsheet: text that would be taken for a
 * formula gets a leading ' (OWASP, CSV injection), and control characters are made visible.
 */
#ifndef SOCKMON_EXPORT_CSV_ROW_H
#define SOCKMON_EXPORT_CSV_ROW_H

#include "base/clock.h"
#include "export/snapshot.h"

struct csvfield {
	const struct column *col;
	struct clocktext last;	/* VT_TIME: what was written last */
};

struct csvknown;

struct csvplan {
	struct csvfield *fields;	/* owned; by column, in the order of the cells */
	unsigned count;
	uint32_t used;			/* parts of a row that any of them belongs to: bits 1 << enum columnof */
	uint32_t parts;			/* those that the rows of `known` have */
	struct csvknown *known;		/* owned; the fields that such a row may know, ascending */
	unsigned known_count;
	struct buf scratch;		/* for text that is not clean */
	struct holderlist holders;
};

int csvplan_init(struct csvplan *p, const struct snapshot *s);	/* 0 or -ENOMEM */
void csvplan_fini(struct csvplan *p);

void csvplan_add_row(struct csvplan *p, struct buf *b, const struct row *r);

/* A cell of text, made harmless and quoted where it has to be. */
void csvplan_add_text(struct csvplan *p, struct buf *b, const char *text);

#endif
