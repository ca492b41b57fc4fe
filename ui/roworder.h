/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A remembered order of lines, for the frozen list: values move, rows stay; what is new comes at
 * the end.
 */
#ifndef SOCKMON_UI_ROWORDER_H
#define SOCKMON_UI_ROWORDER_H

#include "query/query.h"

struct orderentry {
	uint64_t key;		/* the line's: row id, or the group's label hashed */
	uint32_t place;
};

/* The order of these lines, ascending by key; the caller frees it. NULL: no lines, or no memory. */
struct orderentry *roworder_take(const struct item *lines, uint32_t count,
				 const struct result *result, uint32_t *entries);

/* Puts the lines into that order. Rows stay below their heading. */
void roworder_apply(const struct orderentry *order, uint32_t entries, struct item *lines,
		    uint32_t count, const struct result *result);

#endif
