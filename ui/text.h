/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much room hostile text takes once grid.c has made it harmless, and where it wraps.
 */
#ifndef SOCKMON_UI_TEXT_H
#define SOCKMON_UI_TEXT_H

#include <stddef.h>

/* Cells on the screen: a control character or a broken byte takes one. */
int text_cells(const char *text);

/*
 * The next line of text when it is wrapped at `width` cells: its bytes; *skip: the bytes to the
 * next line. 0 = the end. Breaks at blanks and behind commas where there are any.
 */
size_t text_wrap(const char *text, int width, size_t *skip);

#endif
