/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of JSON (RFC 8259) that json and jsonl are made of. Always valid UTF-8. Private to
 * export/.
 */
#ifndef SOCKMON_EXPORT_JSON_WRITE_H
#define SOCKMON_EXPORT_JSON_WRITE_H

#include "export/snapshot.h"

/*
 * A quoted string: control characters (bidi controls among them) as \u00XX, invalid UTF-8 as
 * U+FFFD.
 */
void json_add_string(struct buf *b, const char *text, size_t len);
void json_add_text(struct buf *b, const char *text); /* the same, NUL-terminated */

/* A known value, by its column's type. r and scratch serve VT_HOLDERS only. */
void json_add_value(struct buf *b, const struct column *c, const struct row *r,
		    const struct value *v, struct holderlist *scratch);

/* {"ESTABLISHED":3, …}: every state, for they are all known. */
void json_add_by_state(struct buf *b, const uint32_t *by_state);

/* The members of the header without braces, separator between them: "," or ",\n". */
void json_add_header(struct buf *b, const struct snapshot *s, const char *separator);

#endif
