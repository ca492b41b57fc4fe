/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a synthetic connection went, as the capture would tell it (net/flowtrack.h): it follows from
 * what the connection carried, the way to its peer and the state it is in.
 */
#ifndef SOCKMON_SOURCE_SYNTH_REPORT_H
#define SOCKMON_SOURCE_SYNTH_REPORT_H

#include "source/synth_row.h"

/* Fills f->report; all else in *f is set. local: the end of f->key that is the row's own. */
void synthreport_fill(const struct synthrow *r, unsigned local, struct flowrec *f);

#endif
