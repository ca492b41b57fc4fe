/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --kill FILTER: names the sockets that match, asks, destroys them one by one and says of each
 * what became of it.
 */
#ifndef SOCKMON_KILLRUN_H
#define SOCKMON_KILLRUN_H

#include "app.h"

/*
 * 0: all that matched are gone, or nothing was to be done (none matched, the user said no);
 * -errno with the sentence when some could not be destroyed.
 */
int killrun(struct app *a, const sigset_t *wait_mask, struct errmsg *err);

#endif
