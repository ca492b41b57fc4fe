/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire's half of the details, as far as it is more than columns: the story of a connection, its
 * two ways side by side, and the proof that all of it was captured.
 */
#ifndef SOCKMON_UI_DETAILWIRE_H
#define SOCKMON_UI_DETAILWIRE_H

#include "query/columns.h"
#include "ui/cards.h"

/* Who opened and closed it, the handshake, errors. The row has a flow. */
void detailwire_story(struct cardside *s, const struct row *r);

/* What was received and what was sent, line by line. Likewise. */
void detailwire_ways(struct cardside *s, const struct row *r, bool bits);

/* How much of what the kernel counted was captured; nothing where there is nothing to compare. */
void detailwire_proof(struct cardside *s, const struct row *r);

/* The names learned for its ends, and from whom. */
void detailwire_names(struct cardside *s, const struct row *r);

#endif
