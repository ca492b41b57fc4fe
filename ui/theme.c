/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The themes: for each meaning a colour of the xterm palette, one of the first eight, and
 * attributes. Does not know what the terminal can do: screen.c chooses, and where there are only
 * eight colours it turns a background into reverse video and a grey into faint.
 */
#include "ui/theme.h"

#include <stddef.h>
#include <string.h>

#include "ui/grid.h"

enum { OWN = COLOR_DEFAULT };	/* the terminal's own */

/* fg, bg, fg8, attr. */
#define PLAIN { OWN, OWN, OWN, 0 }

static const struct theme themes[] = {
	{ "default", "the terminal's own background, dark",
	  {
		[STYLE_NORMAL] = PLAIN,
		[STYLE_TITLE] = { 81, OWN, 6, GRID_BOLD },
		[STYLE_DIM] = { 245, OWN, OWN, 0 },
		[STYLE_COLHEAD] = { 252, 237, OWN, 0 },
		[STYLE_SORTED] = { 231, 24, 6, GRID_BOLD },
		[STYLE_RULE] = { 240, OWN, OWN, 0 },
		[STYLE_SELECTED] = { 231, 24, OWN, GRID_BOLD },
		[STYLE_PROCESS] = PLAIN,
		[STYLE_RX] = { 114, OWN, 2, 0 },
		[STYLE_TX] = { 141, OWN, 5, 0 },
		[STYLE_ESTABLISHED] = PLAIN,
		[STYLE_LISTEN] = { 75, OWN, 4, 0 },
		[STYLE_OPENING] = { 80, OWN, 6, 0 },
		[STYLE_CLOSING] = { 221, OWN, 3, 0 },
		[STYLE_TROUBLE] = { 208, OWN, 3, GRID_BOLD },
		[STYLE_ERROR] = { 203, OWN, 1, GRID_BOLD },
		[STYLE_GOOD] = { 114, OWN, 2, 0 },
		[STYLE_BADINPUT] = { 203, OWN, 1, 0 },
		[STYLE_GROUP] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARKEY] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARTEXT] = { 252, 237, 6, 0 },
		[STYLE_TAB] = { 245, OWN, OWN, 0 },
		[STYLE_TABON] = { 231, 24, 6, GRID_BOLD },
		[STYLE_MARKED] = { 228, OWN, 3, GRID_BOLD },
	  } },
	{ "light", "the terminal's own background, light",
	  {
		[STYLE_NORMAL] = PLAIN,
		[STYLE_TITLE] = { 25, OWN, 4, GRID_BOLD },
		[STYLE_DIM] = { 242, OWN, OWN, 0 },
		[STYLE_COLHEAD] = { 235, 253, OWN, 0 },
		[STYLE_SORTED] = { 16, 153, 4, GRID_BOLD },
		[STYLE_RULE] = { 248, OWN, OWN, 0 },
		[STYLE_SELECTED] = { 16, 153, OWN, GRID_BOLD },
		[STYLE_PROCESS] = PLAIN,
		[STYLE_RX] = { 28, OWN, 2, 0 },
		[STYLE_TX] = { 91, OWN, 5, 0 },
		[STYLE_ESTABLISHED] = PLAIN,
		[STYLE_LISTEN] = { 26, OWN, 4, 0 },
		[STYLE_OPENING] = { 30, OWN, 6, 0 },
		[STYLE_CLOSING] = { 94, OWN, 3, 0 },
		[STYLE_TROUBLE] = { 166, OWN, 1, GRID_BOLD },
		[STYLE_ERROR] = { 160, OWN, 1, GRID_BOLD },
		[STYLE_GOOD] = { 28, OWN, 2, 0 },
		[STYLE_BADINPUT] = { 160, OWN, 1, 0 },
		[STYLE_GROUP] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARKEY] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARTEXT] = { 235, 253, 4, 0 },
		[STYLE_TAB] = { 242, OWN, OWN, 0 },
		[STYLE_TABON] = { 16, 153, 4, GRID_BOLD },
		[STYLE_MARKED] = { 90, OWN, 5, GRID_BOLD },
	  } },
	{ "mono", "no colour: bold, faint, underlined, reverse",
	  {
		[STYLE_NORMAL] = PLAIN,
		[STYLE_TITLE] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_DIM] = { OWN, OWN, OWN, GRID_DIM },
		[STYLE_COLHEAD] = { OWN, OWN, OWN, GRID_UNDERLINE },
		[STYLE_SORTED] = { OWN, OWN, OWN, GRID_UNDERLINE | GRID_BOLD },
		[STYLE_RULE] = { OWN, OWN, OWN, GRID_DIM },
		[STYLE_SELECTED] = { OWN, OWN, OWN, GRID_REVERSE },
		[STYLE_PROCESS] = PLAIN,
		[STYLE_RX] = PLAIN,
		[STYLE_TX] = PLAIN,
		[STYLE_ESTABLISHED] = PLAIN,
		[STYLE_LISTEN] = PLAIN,
		[STYLE_OPENING] = PLAIN,
		[STYLE_CLOSING] = PLAIN,
		[STYLE_TROUBLE] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_ERROR] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_GOOD] = PLAIN,
		[STYLE_BADINPUT] = { OWN, OWN, OWN, GRID_UNDERLINE },
		[STYLE_GROUP] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARKEY] = { OWN, OWN, OWN, GRID_BOLD },
		[STYLE_BARTEXT] = { OWN, OWN, OWN, GRID_REVERSE },
		[STYLE_TAB] = PLAIN,
		[STYLE_TABON] = { OWN, OWN, OWN, GRID_REVERSE },
		[STYLE_MARKED] = { OWN, OWN, OWN, GRID_BOLD | GRID_UNDERLINE },
	  } },
};

enum { THEMES = sizeof(themes) / sizeof(themes[0]) };

const struct theme *theme_at(unsigned i)
{
	return i < THEMES ? &themes[i] : NULL;
}

const struct theme *theme_find(const char *name)
{
	for (unsigned i = 0; i < THEMES; i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}

const struct theme *theme_mono(void)
{
	return &themes[THEMES - 1];
}
