/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cell means, and what that looks like. Painters name meanings; a theme gives colours. A
 * state is never told by colour alone.
 */
#ifndef SOCKMON_UI_THEME_H
#define SOCKMON_UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum style {
	STYLE_NORMAL,
	STYLE_TITLE,		/* the program's name, headings of cards */
	STYLE_DIM,		/* labels, unknown values, TIME_WAIT */
	STYLE_COLHEAD,		/* column headings */
	STYLE_SORTED,		/* the sort column's heading */
	STYLE_RULE,		/* the lines */
	STYLE_SELECTED,		/* the selected row */
	STYLE_PROCESS,
	STYLE_RX,
	STYLE_TX,
	STYLE_ESTABLISHED,
	STYLE_LISTEN,		/* blue */
	STYLE_OPENING,		/* SYN_SENT, SYN_RECV: cyan */
	STYLE_CLOSING,		/* FIN_WAIT…, LAST_ACK, CLOSING: yellow */
	STYLE_TROUBLE,		/* CLOSE_WAIT, alerts: orange, with '!' */
	STYLE_ERROR,		/* drops: red, with the word */
	STYLE_GOOD,		/* a filter that parses: green */
	STYLE_BADINPUT,		/* one that does not: red */
	STYLE_GROUP,		/* a group's heading row */
	STYLE_BARKEY,		/* function bar: the key */
	STYLE_BARTEXT,		/* function bar: the word */
	STYLE_TAB,		/* a view's tab */
	STYLE_TABON,		/* the current view's */
	STYLE_MARKED,		/* a marked row */
	STYLES
};

enum { COLOR_DEFAULT = -1 };

struct look {
	int16_t fg, bg;		/* 0..255 of the xterm palette, or COLOR_DEFAULT (the terminal's own) */
	int16_t fg8;		/* the nearest of the first eight, for terminals with only those */
	uint8_t attr;		/* GRID_* bits */
};

struct theme {
	const char *name;
	const char *help;
	struct look look[STYLES];
};

const struct theme *theme_at(unsigned i);		/* NULL past the end; 0 = default, last = monochrome */
const struct theme *theme_find(const char *name);
const struct theme *theme_mono(void);

#endif
