/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows that the list shows: the query with its filter and toggles, its last result, and what
 * the reader made of it (frozen order, opened groups, marks). Knows nothing of the screen.
 *
 * lines[] is what the screen shows, one item a line. Rows named in it may be gone from the model by
 * now: model_row() says so.
 */
#ifndef SOCKMON_UI_ROWS_H
#define SOCKMON_UI_ROWS_H

#include "app.h"
#include "query/query.h"
#include "ui/idset.h"

enum only { ONLY_ALL, ONLY_LISTENING, ONLY_ESTABLISHED };

struct orderentry;

struct rows {
	const struct options *opt;	/* borrowed: what reset goes back to */
	struct query query;
	struct filter *filter;		/* owned; what query.filter borrows */
	char text[512];			/* its text; "" = none */
	uint8_t only;			/* enum only */
	bool no_tcp, no_udp, no_over;	/* over: TIME_WAIT, and what has ended */
	bool with_unix;

	struct result result;
	struct item *lines;		/* owned; items of the result, some left out */
	uint32_t count, cap;

	bool frozen;			/* by the reader */
	bool held;			/* while details are open */
	struct orderentry *order;	/* owned; by key: where each line stood then */
	uint32_t order_count;
	struct idset opened;		/* groups whose rows are shown */
	struct idset marks;		/* rows */

	bool stale;			/* the query changed since it ran */
	bool waited;			/* the last rows_update() put the work off */
	uint64_t version;		/* model_version() when it ran */
	uint64_t ran_ns;		/* model time when it ran */
	uint64_t cost_ns;		/* how long it took */
};

void rows_init(struct rows *r, const struct options *opt);
void rows_fini(struct rows *r);
void rows_reset(struct rows *r);	/* filter, toggles, order and groups as at the start; no marks */

/*
 * Runs the query when something changed: at once when the query did, at most ten times a second
 * when the model did. Returns true when lines[] is new.
 */
bool rows_update(struct rows *r, const struct model *m);
bool rows_want_update(const struct rows *r, const struct model *m);

/* 0, or -EINVAL with *err filled; the filter in use is then kept. "" takes the filter away. */
int rows_set_filter(struct rows *r, const char *text, struct filter_error *err);

/* What the list is sorted by where nobody asks for another order, descending: what is busy comes first. */
const struct column *rows_default_sort(const struct options *opt);
void rows_set_sort(struct rows *r, const struct column *c, bool descending);
void rows_set_group(struct rows *r, const struct column *c);	/* NULL = none */
void rows_set_only(struct rows *r, enum only only);
void rows_toggle(struct rows *r, bool *which);	/* with_unix, or one of the no_… members */
uint32_t rows_wanted_protos(const struct rows *r);	/* kinds of sockets that may be shown */
uint32_t rows_named_protos(const struct rows *r);	/* that the filter names; 0 = none */
void rows_freeze(struct rows *r, bool frozen);
void rows_hold(struct rows *r, bool held);	/* as freezing; what is frozen stays so afterwards */
void rows_set_open(struct rows *r, uint64_t group_ident, bool open);

/*
 * What selection follows: the row's identity, or one made of the group's label. 0 = no such line.
 */
uint64_t rows_ident(const struct rows *r, const struct model *m, uint32_t line);

/* Where the identity is now: line, or -1. id: the row id that it had, which finds it fast. */
int64_t rows_find(const struct rows *r, const struct model *m, uint64_t ident, uint32_t id);

const struct group *rows_group(const struct rows *r, uint32_t line);	/* NULL: not a heading */
bool rows_are_slow(const struct rows *r);	/* a query takes so long that it is not run for each key typed */
bool rows_are_narrowed(const struct rows *r);				/* by toggles, not by the filter */

#endif
