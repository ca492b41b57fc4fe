/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs without a screen: one snapshot, or a series, to standard output.
 */
#ifndef SOCKMON_BATCH_H
#define SOCKMON_BATCH_H

#include "app.h"

/* 0 when all was written (or the reader went away: EPIPE), -errno with the sentence otherwise. */
int batch_run(struct app *a, const sigset_t *wait_mask, struct errmsg *err);

#endif
