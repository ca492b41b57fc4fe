/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows with something to say: the table of troubles that a row shows, worst first. To add one: a
 * row in alerts.c and a predicate beside it.
 */
#ifndef SOCKMON_QUERY_ALERTS_H
#define SOCKMON_QUERY_ALERTS_H

#include "model/model.h"

/* The sentence of the row's worst trouble; NULL: nothing is wrong with it. */
const char *alert_sentence(const struct row *r);

#endif
