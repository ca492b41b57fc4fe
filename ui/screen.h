/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal. screen.c is the only file that includes <curses.h>; it sends grids out (only what
 * changed) and turns input into keys. Main thread only.
 */
#ifndef SOCKMON_UI_SCREEN_H
#define SOCKMON_UI_SCREEN_H

#include "base/errmsg.h"
#include "ui/grid.h"
#include "ui/keys.h"

struct screen;

/*
 * Takes the terminal over. -ENOTTY when stdin or stdout is no terminal, -EINVAL when TERM is
 * unusable, with the sentence ("… use -o table"). Fatal signals (SEGV, ABRT, BUS, FPE, ILL) give
 * the terminal back, then do what they would have done.
 */
int screen_open(struct screen **out, struct errmsg *err);
void screen_close(struct screen *s);			/* gives the terminal back; NULL is fine */

void screen_size(const struct screen *s, int *width, int *height);
bool screen_is_ascii(const struct screen *s);		/* the locale is not UTF-8 */
void screen_set_theme(struct screen *s, const struct theme *t);

/* Sends what differs from what the terminal shows. */
void screen_show(struct screen *s, const struct grid *g);
void screen_repaint(struct screen *s);			/* C-l: forget what the terminal shows */
void screen_resized(struct screen *s);			/* after SIGWINCH: ask the terminal for its size */

/* The next key waiting; false: none. Never waits. *gone: the terminal hung up (EOF, EIO). */
bool screen_key(struct screen *s, struct key *k, bool *gone);

/*
 * C-z: gives the terminal back, stops the process group, takes the terminal again when continued.
 */
void screen_suspend(struct screen *s);

#endif
