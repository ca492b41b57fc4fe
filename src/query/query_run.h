/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of a query: what matches (query.c), in which order (sort.c), in which groups
 * (group.c). Private to them. All memory is the result's.
 */
#ifndef SOCKMON_QUERY_QUERY_RUN_H
#define SOCKMON_QUERY_QUERY_RUN_H

#include "query/query.h"

/*
 * Room for `size` bytes in the result's scratch memory, aligned for anything; what was there is
 * lost. NULL: none.
 */
void *result_get_scratch(struct result *r, size_t size);

/* Room for items and groups; what is there stays. 0 or -ENOMEM. */
int result_reserve_items(struct result *r, uint32_t count);
int result_reserve_groups(struct result *r, uint32_t count);

/*
 * Unknown comes last in both directions; of equals, what is over (TIME_WAIT, ended) after what
 * lives.
 */
enum { SORT_OVER = 1 << 29, SORT_UNKNOWN = 1 << 30 };

/*
 * A row by the column that sorts. The words compare as big numbers, first word first: a number is
 * in w[0]; an address is its version and its bytes; text is its first 23 bytes in lower case (15,
 * where it stands for an address), and a last byte that says whether more follow. Rows whose value
 * is unknown have no words, only a place.
 */
struct sortkey {
	uint64_t w[3];
	uint32_t id;
	uint32_t pos;	/* in the tables' own order: makes the sort stable; and SORT_ bits, which come first */
};

/* false: unknown */
bool sort_fill_key(const struct column *c, const struct row *r, struct sortkey *out);

/* Puts the ids in order; keys come in the order of their pos, and what else is in them is lost. */
void sort_keys(const struct query *q, const struct model *m, struct sortkey *keys,
		   uint32_t count);

/*
 * Turns r->items (rows in order) into headings and rows; without the rows when folded. 0 or
 * -ENOMEM.
 */
int group_items(const struct query *q, const struct model *m, bool fold, struct result *r);

#endif
