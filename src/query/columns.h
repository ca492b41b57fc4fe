/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The column table: filter keywords, sort keys, export keys, the screens' columns, the help and the man
 * page's section all come from it. To add one: a row in columns.c and a getter of five lines beside it.
 */
#ifndef SOCKMON_QUERY_COLUMNS_H
#define SOCKMON_QUERY_COLUMNS_H

#include "base/errmsg.h"
#include "model/model.h"
#include "query/value.h"

enum scope {
	SCOPE_IDENTITY,	/* who and where: neither kernel nor wire alone */
	SCOPE_KERNEL,
	SCOPE_WIRE,
};

struct column {
	const char *name;	/* keyword: -C, -S, -g, filter; unique */
	const char *key;	/* JSON key, nested with a dot ("tcp_info.rtt"); NULL: for screens only */
	const char *title;	/* heading on a screen and in -o table */
	const char *help;	/* one line */
	enum vtype type;
	enum unit unit;
	enum scope scope;
	uint8_t width;		/* cells on a screen */
	uint32_t arg;		/* for getters that serve several columns (an offset, an index) */
	bool (*get)(const struct column *c, const struct row *r, struct value *v);
};

/* Rows of one nested key prefix stand together; order is the order of JSON keys and CSV columns. */
const struct column *column_at(unsigned i);		/* NULL past the end */
const struct column *column_find(const char *name);	/* by name or key, case-blind; NULL: unknown */
unsigned column_index(const struct column *c);

/* The nearest name to a mistyped one, for "did you mean"; NULL: none is near. */
const char *column_suggest(const char *name);

/* Parses "process,local,remote" into cols; returns the count, or -EINVAL with the sentence. */
int columns_parse(const char *list, const struct column **cols, unsigned max, struct errmsg *err);

static inline bool column_get(const struct column *c, const struct row *r, struct value *v)
{
	return c->get(c, r, v);
}

#endif
