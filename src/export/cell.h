/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exact text of a value, as table and CSV show it: all digits, no units, and nothing in it
 * that could act on a terminal. Private to export/.
 */
#ifndef SOCKMON_EXPORT_CELL_H
#define SOCKMON_EXPORT_CELL_H

#include "export/snapshot.h"

/*
 * Text from outside, made harmless: control characters become visible (\n \x1b \u202e), invalid
 * UTF-8 becomes U+FFFD. Returns the terminal cells it takes.
 */
size_t cell_add_text(struct buf *b, const char *text, size_t len);

/* A known value. r and scratch serve VT_HOLDERS only. Returns the terminal cells. */
size_t cell_add(struct buf *b, const struct column *c, const struct row *r, const struct value *v,
		struct holderlist *scratch);

#endif
