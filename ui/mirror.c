/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Painting mirrored graphs. Knows nothing of interfaces, and keeps no values.
 */
#include "ui/mirror.h"

#include "base/utf8.h"

enum {
	VALUES_PER_CELL = 2,
	BRAILLE_DOTS = 4,	/* of a cell, one above the other */
	ASCII_DOTS = 2,
	BRAILLE = 0x2800,
};

/* Bits of U+2800…: the left and the right dots, from the top (Unicode 16, Braille Patterns). */
static const uint8_t braille[VALUES_PER_CELL][BRAILLE_DOTS] = {
	{ 0x01, 0x02, 0x04, 0x40 },
	{ 0x08, 0x10, 0x20, 0x80 },
};

/* The last of count values that w cells have room for. */
static unsigned fitting(unsigned count, int w)
{
	unsigned most = w > 0 ? (unsigned)w * VALUES_PER_CELL : 0;

	return count < most ? count : most;
}

uint64_t mirror_peak(const uint64_t *values, unsigned count, int w)
{
	unsigned shown = fitting(count, w), i;
	uint64_t peak = 0;

	for (i = count - shown; i < count; i++)
		peak = values[i] > peak ? values[i] : peak;
	return peak;
}

static unsigned dots_of(uint64_t value, uint64_t peak, unsigned dots)
{
	unsigned n;

	if (!value || !peak)
		return 0;
	n = (unsigned)((double)value / (double)peak * dots + 0.5);
	return n < 1 ? 1 : n > dots ? dots : n;
}

/* How many dots of the line-th line from the axis are set. */
static unsigned dots_in_line(unsigned dots, unsigned line, unsigned per_line)
{
	unsigned below = line * per_line;

	if (dots <= below)
		return 0;
	return dots - below < per_line ? dots - below : per_line;
}

static void paint_braille(struct grid *g, int x, int y, enum style st, const unsigned *dots,
			  bool up)
{
	uint32_t cp = BRAILLE;
	char text[8] = "";
	unsigned side, i;

	for (side = 0; side < VALUES_PER_CELL; side++) {
		for (i = 0; i < dots[side]; i++)
			cp |= braille[side][up ? BRAILLE_DOTS - 1 - i : i];
	}
	if (cp == BRAILLE)
		return;
	utf8_encode(cp, text);
	grid_text(g, x, y, 1, st, text);
}

static void paint_ascii(struct grid *g, int x, int y, enum style st, const unsigned *dots, bool up)
{
	unsigned most = dots[0] > dots[1] ? dots[0] : dots[1];

	if (most)
		grid_text(g, x, y, 1, st, most == ASCII_DOTS ? ":" : up ? "." : "'");
}

/* One cell of one side: the values of its two columns, which may be missing. */
static void paint_cell(struct grid *g, int x, int y, bool up, unsigned line, const unsigned *dots)
{
	unsigned per_line = g->ascii ? ASCII_DOTS : BRAILLE_DOTS;
	unsigned here[VALUES_PER_CELL] = { dots_in_line(dots[0], line, per_line),
					   dots_in_line(dots[1], line, per_line) };
	enum style st = up ? STYLE_RX : STYLE_TX;

	if (g->ascii)
		paint_ascii(g, x, y, st, here, up);
	else
		paint_braille(g, x, y, st, here, up);
}

/* One side of the axis. */
static void paint_side(const struct mirror *m, struct grid *g, int x, int y, int w, int half,
		       uint64_t peak, bool up)
{
	unsigned shown = fitting(m->count, w), all = (unsigned)half;
	const uint64_t *values = (up ? m->rx : m->tx) + (m->count - shown);
	unsigned dots[VALUES_PER_CELL], line;
	int cell;

	all *= g->ascii ? ASCII_DOTS : BRAILLE_DOTS;
	for (cell = 0; cell < w; cell++) {
		for (int side = 0; side < VALUES_PER_CELL; side++) {
			int at = cell * VALUES_PER_CELL + side - (w * VALUES_PER_CELL - (int)shown);

			dots[side] = at < 0 ? 0 : dots_of(values[at], peak, all);
		}
		for (line = 0; line < (unsigned)half; line++)
			paint_cell(g, x + cell, up ? y + half - 1 - (int)line : y + (int)line, up,
				   line, dots);
	}
}

void mirror_paint(const struct mirror *m, struct grid *g, int x, int y, int w, int half)
{
	uint64_t rx = mirror_peak(m->rx, m->count, w), tx = mirror_peak(m->tx, m->count, w);
	uint64_t peak = rx > tx ? rx : tx;

	if (w <= 0 || half <= 0)
		return;
	paint_side(m, g, x, y, w, half, peak, true);
	paint_side(m, g, x, y + half, w, half, peak, false);
}
