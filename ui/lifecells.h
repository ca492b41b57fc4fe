/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One entry of the log of lives, cell by cell: which there are, what each reads and how wide it is.
 * Where they land is layout.c's.
 */
#ifndef SOCKMON_UI_LIFECELLS_H
#define SOCKMON_UI_LIFECELLS_H

#include "model/model.h"
#include "ui/layout.h"
#include "ui/theme.h"

enum { LIFECELL_TEXT = 64 };

/* In the order of the screen. An entry that tells of no socket has the first two only. */
enum lifecell {
	LIFECELL_TIME,
	LIFECELL_WORD,
	LIFECELL_PROCESS,
	LIFECELL_PID,
	LIFECELL_PROTO,
	LIFECELL_NETNS,
	LIFECELL_LOCAL,
	LIFECELL_WAY,
	LIFECELL_REMOTE,
	LIFECELL_AGE,
	LIFECELL_RX,
	LIFECELL_TX,
	LIFECELL_RETRANS,
	LIFECELLS
};

void lifecells_init(struct layout *l);

/* Its text, "" = none. w: the cells that it will have; 0 = as many as it wants. */
void lifecell_make(const struct model *m, const struct life *l, enum lifecell cell, int w,
		   char out[static LIFECELL_TEXT]);
enum style lifecell_style(enum lifecell cell, const struct life *l, const char *text);

#endif
