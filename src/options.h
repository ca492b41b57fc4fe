/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: a table of options from which parsing, --help and the man page follow.
 */
#ifndef SOCKMON_OPTIONS_H
#define SOCKMON_OPTIONS_H

#include "base/buf.h"
#include "base/errmsg.h"
#include "export/formats.h"
#include "query/query.h"

enum { OPTIONS_COLUMNS_MAX = 160 };

/* What has IP addresses: the tables that are shown when none is named. */
enum {
	OPTIONS_INET = 1 << SP_TCP | 1 << SP_UDP | 1 << SP_UDPLITE | 1 << SP_ICMP4 | 1 << SP_ICMP6 | 1 << SP_SCTP |
		       1 << SP_DCCP | 1 << SP_MPTCP | 1 << SP_RAWIP,
	OPTIONS_UNIX = 1 << SP_UNIX_STREAM | 1 << SP_UNIX_DGRAM | 1 << SP_UNIX_SEQPACKET,
	OPTIONS_ALL = (1 << SOCKPROTOS) - 1,
};

enum run_mode { RUN_NORMAL, RUN_HELP, RUN_VERSION, RUN_COLUMNS_HELP };

struct options {
	enum run_mode mode;
	const char *interfaces;		/* -i; NULL = any */
	const char *capture_filter;	/* -f */
	const char *read_file;		/* -r; "-" = stdin */
	uint32_t snaplen, buffer_kib;	/* 0 = default (-s 0, the maximum, is stored as such) */
	uint32_t max_flows;		/* 0 = default */
	uint32_t protos;		/* bits 1 << enum sockproto; 0 = OPTIONS_INET */
	bool ipv4, ipv6;		/* -4, -6; neither = both */
	bool listening, all;		/* -l, -a: the last one, as in ss */
	bool once;			/* -1 */
	bool series;			/* -d or -c was given */
	uint64_t interval_ns;		/* -d */
	uint64_t count;			/* -c; 0 = without end */
	const struct format *format;	/* -o; NULL = the UI (or a table when stdout is no terminal) */
	const struct column *cols[OPTIONS_COLUMNS_MAX];	/* -C */
	unsigned col_count;		/* 0 = the default */
	const struct column *sort;	/* -S */
	bool sort_descending;
	const struct column *group;	/* -g */
	bool no_header;			/* -H */
	bool numeric;			/* -n: no learned names at the ends */
	bool no_capture, no_process, demo;
	const char *netns;		/* -N; NULL = sockmon's own, "all" = every one */
	uint64_t keep_closed_ns;	/* --keep-closed: how long a socket that ended stays a row */
	bool yes;			/* --yes: --kill does not ask */
	char *kill_text;		/* --kill; owned; NULL = not asked for */
	struct filter *kill;		/* owned */
	char *filter_text;		/* the filter expression, words joined by spaces; owned; "" = none */
	struct filter *filter;		/* owned; NULL = none */
	struct filter_error filter_err;	/* where filter_text is wrong; msg.text "" = it is not */
};

/*
 * 0, or -EINVAL with the sentence (usage: exit status 2). argv's strings are borrowed and
 * permuted.
 */
int options_parse(struct options *o, int argc, char **argv, struct errmsg *err);
void options_fini(struct options *o);

/* What the options say of rows: tables, families, states, filter, sort, group. */
void options_query(const struct options *o, struct query *q);

void options_help(struct buf *out);		/* what --help prints */
void options_columns_help(struct buf *out);	/* what --columns help prints */

#endif
