/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interactive run: terminal, loop and UI together. At most 20 frames a second, none when
 * nothing changed.
 */
#ifndef SOCKMON_UI_RUN_H
#define SOCKMON_UI_RUN_H

#include "app.h"

/*
 * Returns 0 when the user quit or the terminal went away, -errno when the terminal cannot be
 * used.
 */
int ui_run(struct app *app, const sigset_t *wait_mask, struct errmsg *err);

#endif
