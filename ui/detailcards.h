/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the details of a connection say: every known value, in cards, under ss's names. To show one
 * more value in a certain card: a word in the table; all others of tcp_info come at the end by
 * themselves.
 */
#ifndef SOCKMON_UI_DETAILCARDS_H
#define SOCKMON_UI_DETAILCARDS_H

#include "query/columns.h"
#include "ui/cards.h"

void detail_verdict(struct cardside *s, const struct row *r);		/* in plain words, over everything else */
void detail_process(struct cardside *s, const struct row *r);		/* likewise */
/* A value as the details show it: exact, and times as people read them. */
void detail_format(const struct column *c, const struct value *v, bool bits, char *out, size_t size);

void detail_kernel(struct cardside *s, const struct row *r, bool bits);
void detail_wire(struct cardside *s, const struct row *r, bool bits);

#endif
