/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring and wrapping text. The widths are those of grid.c's cells.
 */
#include "ui/text.h"

#include <string.h>

#include "base/utf8.h"

static int cells_of(uint32_t cp)
{
	return utf8_is_control(cp) ? 1 : utf8_width(cp);
}

int text_cells(const char *text)
{
	size_t len = strlen(text), at = 0;
	int cells = 0;

	while (at < len) {
		uint32_t cp;

		at += utf8_decode(text + at, len - at, &cp);
		cells += cells_of(cp);
	}
	return cells;
}

size_t text_wrap(const char *text, int width, size_t *skip)
{
	size_t len = strlen(text), at = 0, cut = 0;
	int cells = 0;

	while (at < len) {
		uint32_t cp;
		size_t n = utf8_decode(text + at, len - at, &cp);

		if (cells + cells_of(cp) > width && at)
			break;
		if (cp == ' ')
			cut = at;
		else if (cp == ',')
			cut = at + n;
		cells += cells_of(cp);
		at += n;
	}
	if (at < len && text[at] != ' ' && cut)
		at = cut;
	*skip = at + (at < len && text[at] == ' ');
	return at;
}
