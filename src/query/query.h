/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A query: which rows of the model, in which order, in which groups. Pure: const model in, items
 * out; the same model and query give the same result.
 */
#ifndef SOCKMON_QUERY_QUERY_H
#define SOCKMON_QUERY_QUERY_H

#include "query/columns.h"
#include "query/filter.h"

/* What the toggles of the UI and the options -t -u -x -4 -6 -l leave in. */
struct query {
	const struct filter *filter;	/* borrowed; NULL = all */
	const struct filter *also;	/* a second one that must match too (command line and UI); NULL = all */
	const struct column *sort;	/* NULL = the tables' own order */
	bool descending;
	const struct column *group;	/* NULL = none */
	uint32_t hide_states;		/* bits 1 << enum sockstate: sockets left out (w, l, e toggles) */
	uint32_t protos;		/* bits 1 << enum sockproto; 0 = all. Flows by their IP protocol */
	uint32_t hide_protos;		/* bits likewise: sockets of these kinds are left out, but for
					   those that a filter names (filter_protos()); flows never */
	bool ipv4_only, ipv6_only;
	bool hide_flows;		/* leave out traffic without a socket */
	bool hide_closed;		/* leave out what has an end: sockets, and flows without one */
	bool names;			/* ends are shown, sorted and grouped by learned names: row.names. A filter matches both */
};

/* One line of a result: a row, or a group's heading. */
struct item {
	uint32_t id;			/* row id, or index into groups */
	bool is_group;
};

/* A group: the rows whose group column shows the same text. Sums: see group.c. */
struct group {
	char label[EVENT_CMDLINE_MAX];	/* the column's whole text (none is longer), "-" where unknown; raw bytes */
	struct value value;		/* of the group column; see `known` */
	bool known;
	uint32_t rows;
	uint32_t sockets;
	uint32_t by_state[SOCKSTATES];
	uint64_t rx_bps, tx_bps;	/* MODEL_RATE_UNKNOWN where no row knows */
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
	uint64_t retrans;		/* tcp_info.total_retrans */
};

/* Owned by the caller, reused from run to run. */
struct result {
	struct item *items;
	uint32_t count;
	struct group *groups;
	uint32_t group_count;
	uint32_t rows;			/* rows that matched */
	uint32_t total;			/* rows there were */
	uint32_t item_cap, group_cap;
	void *scratch;			/* of query_run() only */
	size_t scratch_size;
};

void result_init(struct result *r);
void result_fini(struct result *r);

/*
 * 0, or -ENOMEM (the result is then empty). Groups: each heading is followed by its rows unless
 * fold.
 */
int query_run(const struct query *q, const struct model *m, bool fold, struct result *r);

/*
 * What a group's heading says in a column: MODEL_RATE_UNKNOWN where no row knows. false: that
 * column has no sum.
 */
bool group_sum(const struct group *g, const struct column *c, uint64_t *sum);

/*
 * Columns by which one may group: process, state, raddr, lport and all others that are text,
 * address or plain.
 */
bool query_can_group(const struct column *c);

#endif
