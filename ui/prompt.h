/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line to type into: editing keys, a bounded history, painting. Judges nothing of what is typed.
 * A zeroed struct is a prompt without history.
 */
#ifndef SOCKMON_UI_PROMPT_H
#define SOCKMON_UI_PROMPT_H

#include "ui/grid.h"
#include "ui/keys.h"

enum { PROMPT_SIZE = 512, PROMPT_PAST = 16 };

struct prompt {
	char text[PROMPT_SIZE];		/* UTF-8, '\0'-terminated */
	size_t len;			/* bytes */
	size_t cur;			/* the cursor: a character's first byte, <= len */
	char past[PROMPT_PAST][PROMPT_SIZE];	/* what was accepted, newest first */
	unsigned past_count;
	unsigned recall;		/* 0 = not in the past, n = past[n - 1] is shown */
	char draft[PROMPT_SIZE];	/* what was typed before going into the past */
};

enum prompt_result { PROMPT_EDITING, PROMPT_ACCEPTED, PROMPT_CANCELLED };

/*
 * Begins a line with text in it (cut at a character's border), the cursor behind it. Keeps the
 * past.
 */
void prompt_start(struct prompt *p, const char *text);

/*
 * Printable characters go in at the cursor; Left Right Home End C-a C-e C-b C-f move; Backspace
 * Delete C-h C-d C-u C-w C-k remove; Up Down C-p C-n go through the past; Enter accepts (and
 * remembers), Esc and C-g cancel: the text is still there after both. Other keys do nothing.
 */
enum prompt_result prompt_key(struct prompt *p, const struct key *k);

/*
 * Paints w cells, blank behind the text, scrolled so that the cursor shows; sets the grid's cursor.
 */
void prompt_paint(const struct prompt *p, struct grid *g, int x, int y, int w, enum style st);

#endif
