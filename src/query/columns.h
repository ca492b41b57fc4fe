/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The column table: filter keywords, sort keys, export keys, the screens' columns, the help and
 * the man page's section all come from it. To add one: a row in columns_*.c and a getter of five
 * lines beside it.
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

/* What a column looks at and a source may leave out, because it costs: bits. */
enum columnneed {
	NEED_INFO = 1 << 0,	/* tcp_info and its like of other protocols; the ULP and keys with it */
	NEED_SKMEM = 1 << 1,
	NEED_CONG = 1 << 2,	/* the congestion control's name */
	NEED_CC = 1 << 3,	/* and its own figures */
	NEED_TOS = 1 << 4,	/* tos, tclass, class id */
	NEED_UNIX = 1 << 5,	/* of unix sockets more than name, peer and queues */
	NEED_FLAGS = 1 << 6,	/* of descriptors: O_NONBLOCK, O_CLOEXEC */
	NEED_USER = 1 << 7,	/* users' names */
	NEED_CGROUP = 1 << 8,	/* cgroups' paths */
};

/*
 * The part of a row that a column belongs to. Where a row lacks the part, all its columns are
 * unknown: a writer of very many rows asks once, and not two hundred getters.
 */
enum columnof {
	OF_ROW,
	OF_SOCKET,
	OF_FLOW,
	OF_OPTIONS,	/* SO_* and IP_* as INET_DIAG_SOCKOPT tells them */
	OF_TCPINFO,
	OF_SKMEM,
	OF_CC,
	OF_ULP,
	OF_MPTCP,
	OF_SCTP,
	OF_UNIX,
	OF_PACKET,
	OF_NETLINK,
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
	uint16_t needs;		/* NEED_* */
	uint8_t of;		/* enum columnof */
	const char *(*word)(unsigned i);	/* its only words, NULL past the end; no function: any */
};

/* Rows of one nested key prefix stand together; order is the order of JSON keys and CSV columns. */
const struct column *column_at(unsigned i);		/* NULL past the end */
const struct column *column_find(const char *name);	/* by name or key, case-blind; NULL: unknown */
unsigned column_index(const struct column *c);

/* The nearest name to a mistyped one, for "did you mean"; NULL: none is near. */
const char *column_suggest(const char *name);

/* The NEED_* bits of all of them. */
uint32_t columns_needs(const struct column *const *cols, unsigned count);

/* false: the row lacks that part, no column of it is known. */
bool column_part_known(enum columnof of, const struct row *r);

/* Parses "process,local,remote" into cols; returns the count, or -EINVAL with the sentence. */
int columns_parse(const char *list, const struct column **cols, unsigned max, struct errmsg *err);

static inline bool column_get(const struct column *c, const struct row *r, struct value *v)
{
	return c->get(c, r, v);
}

#endif
