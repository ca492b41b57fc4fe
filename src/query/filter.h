/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter language: ss's, extended by every column (see sockmon(1), FILTER). One grammar for the
 * command line, the UI's prompt and exports. A filter is immutable after parsing; matching
 * allocates nothing.
 */
#ifndef SOCKMON_QUERY_FILTER_H
#define SOCKMON_QUERY_FILTER_H

#include "base/buf.h"
#include "base/errmsg.h"
#include "model/model.h"

struct filter;

struct filter_error {
	struct errmsg msg;	/* one sentence */
	size_t at, len;		/* the spot in the text, in bytes; len may be 0 (the end) */
};

/* "" or only spaces gives a filter that matches everything. 0, or -EINVAL with *err filled. */
int filter_parse(struct filter **out, const char *text, struct filter_error *err);
void filter_free(struct filter *f);

bool filter_match(const struct filter *f, const struct row *r);		/* f == NULL matches everything */

/* What the filter looks at: NEED_* bits of columns.h. */
uint32_t filter_needs(const struct filter *f);				/* f == NULL: nothing */

/*
 * The kinds of socket that it asks for by name, bits 1 << enum sockproto: by protocol or family, by
 * a unix socket's path, by a column that one kind has; not those that it asks to be without. 0:
 * none, it is about whatever there is.
 */
uint32_t filter_protos(const struct filter *f);

/* The text with a caret line under the spot, for stderr: "port 44x\n     ^^^". */
void filter_error_caret(const struct filter_error *err, const char *text, struct buf *out);

#endif
