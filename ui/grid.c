/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as cells in memory; see grid.h. Owns the cells and what may be in them. Knows no
 * terminal: what a style looks like is the theme's, how a cell gets out is screen.c's.
 *
 * Invariants of a cell: its text is "" (only right of a wide character) or one character that shows
 * and is no control character, then perhaps one combining mark; a wide character has both its cells
 * in the row.
 */
#include "ui/grid.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { GRID_MAX = 1000, PRINTF_MAX = 4096 };

/* What stands for characters that an ASCII terminal cannot show. */
static const struct {
	uint32_t first, last;
	char c;
} ascii_for[] = {
	{ 0x2500, 0x2501, '-' },	/* ─ ━ */
	{ 0x2502, 0x2503, '|' },	/* │ ┃ */
	{ 0x250c, 0x254b, '+' },	/* corners and crossings */
	{ 0x2574, 0x2574, '-' },	/* ╴ */
	{ 0x2575, 0x2575, '\'' },	/* ╵ */
	{ 0x2576, 0x2576, '-' },	/* ╶ */
	{ 0x2577, 0x2577, ',' },	/* ╷ */
	{ 0x2580, 0x2580, '"' },	/* ▀ */
	{ 0x2581, 0x2582, '_' },	/* ▁ ▂ */
	{ 0x2583, 0x2584, '.' },	/* ▃ ▄ */
	{ 0x2585, 0x2586, '-' },	/* ▅ ▆ */
	{ 0x2587, 0x2587, '=' },	/* ▇ */
	{ 0x2588, 0x258b, '#' },	/* █ to ▋ */
	{ 0x258c, 0x258c, '>' },	/* ▌ marks the selection */
	{ 0x258d, 0x2590, '|' },	/* ▍ to ▐ */
	{ 0x2591, 0x2591, '.' },	/* ░ */
	{ 0x2592, 0x2593, ':' },	/* ▒ ▓ */
	{ 0x25b2, 0x25b4, '^' },	/* ▲ △ ▴ */
	{ 0x25b6, 0x25b8, '>' },	/* ▶ ▷ ▸ */
	{ 0x25bc, 0x25be, 'v' },	/* ▼ ▽ ▾ */
	{ 0x25c0, 0x25c2, '<' },	/* ◀ ◁ ◂ */
	{ 0x25cb, 0x25cb, 'o' },	/* ○ */
	{ 0x25cf, 0x25cf, '*' },	/* ● */
	{ 0x2190, 0x2190, '<' },	/* ← */
	{ 0x2191, 0x2191, '^' },	/* ↑ */
	{ 0x2192, 0x2192, '>' },	/* → */
	{ 0x2193, 0x2193, 'v' },	/* ↓ */
	{ 0x21b3, 0x21b3, '>' },	/* ↳ */
	{ 0x2800, 0x2800, ' ' },	/* braille: empty */
	{ 0x2801, 0x28ff, ':' },
	{ 0x2026, 0x2026, '~' },	/* … */
	{ 0x2010, 0x2015, '-' },	/* dashes */
	{ 0x2018, 0x2019, '\'' },	/* ‘ ’ */
	{ 0x201c, 0x201d, '"' },	/* “ ” */
	{ 0x2022, 0x2022, '*' },	/* • */
	{ 0x00a0, 0x00a0, ' ' },
	{ 0x00b1, 0x00b1, '+' },	/* ± */
	{ 0x00b5, 0x00b5, 'u' },	/* µ */
	{ 0x00b7, 0x00b7, '.' },	/* · */
	{ 0x00d7, 0x00d7, 'x' },	/* × */
	{ 0x2713, 0x2714, '+' },	/* ✓ ✔ */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

static char to_ascii(uint32_t cp)
{
	if (cp < 0x80)
		return (char)cp;
	for (size_t i = 0; i < COUNT(ascii_for); i++)
		if (cp >= ascii_for[i].first && cp <= ascii_for[i].last)
			return ascii_for[i].c;
	return '?';
}

/* U+FE00 … U+FE0F: terminals disagree on whether they change the width of what they follow. */
static bool is_variation(uint32_t cp)
{
	return cp >= 0xfe00 && cp <= 0xfe0f;
}

/* What is painted for cp, and in how many cells; 0 = it joins the cell before, or is left out. */
static int paintable(const struct grid *g, uint32_t *cp)
{
	int width = 1;

	if (utf8_is_control(*cp))
		*cp = UTF8_BAD;
	else
		width = utf8_width(*cp);
	if (!g->ascii || width == 0)
		return width;
	*cp = (uint32_t)(uint8_t)to_ascii(*cp);
	return 1;
}

/* The bytes behind the '\0' are zero too: cells are compared as memory. */
static void cell_set_space(struct cell *c)
{
	memset(c->text, 0, sizeof(c->text));
	c->text[0] = ' ';
}

static void cell_blank(struct cell *c)
{
	cell_set_space(c);
	c->style = STYLE_NORMAL;
	c->attr = 0;
}

int grid_resize(struct grid *g, int width, int height)
{
	struct cell *cells;

	width = clamp(width, 1, GRID_MAX);
	height = clamp(height, 1, GRID_MAX);
	cells = calloc((size_t)width * (size_t)height, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	free(g->cells);
	g->cells = cells;
	g->width = width;
	g->height = height;
	grid_blank(g);
	return 0;
}

int grid_init(struct grid *g, int width, int height, bool ascii)
{
	struct grid fresh = { .ascii = ascii };
	int rc = grid_resize(&fresh, width, height);

	if (rc == 0)
		*g = fresh;
	return rc;
}

void grid_fini(struct grid *g)
{
	free(g->cells);
	memset(g, 0, sizeof(*g));
}

void grid_blank(struct grid *g)
{
	size_t count = (size_t)g->width * (size_t)g->height;

	for (size_t i = 0; i < count; i++)
		cell_blank(&g->cells[i]);
	g->cursor_x = g->cursor_y = -1;
}

/* NULL: outside the grid. */
static struct cell *cell_at(const struct grid *g, int x, int y)
{
	if (x < 0 || x >= g->width || y < 0 || y >= g->height)
		return NULL;
	return &g->cells[(size_t)y * (size_t)g->width + (size_t)x];
}

/* A half of a wide character goes when its other half at x is about to. */
static void split_wide(struct grid *g, int x, int y)
{
	struct cell *c = cell_at(g, x, y), *right = cell_at(g, x + 1, y);

	if (c && c->text[0] == '\0')
		cell_set_space(&c[-1]);
	if (right && right->text[0] == '\0')
		cell_set_space(right);
}

/* Puts a character of `width` cells at x; the part of it that is outside the grid is left out. */
static void put(struct grid *g, int x, int y, enum style st, uint32_t cp, int width)
{
	struct cell *c;
	int i;

	for (i = 0; i < width; i++)
		split_wide(g, x + i, y);
	for (i = 0; i < width; i++) {
		c = cell_at(g, x + i, y);
		if (!c)
			continue;
		cell_blank(c);
		c->style = (uint8_t)st;
		if (width == 2 && x < 0)
			continue;
		memset(c->text, 0, sizeof(c->text));
		if (i == 0)
			utf8_encode(cp, c->text);
	}
}

/* A mark for the character whose first cell is at x; dropped where there is no room for it. */
static void join(struct grid *g, int x, int y, uint32_t cp)
{
	struct cell *c = cell_at(g, x, y);
	char mark[4];
	size_t have, more;
	uint32_t first;

	if (!c || g->ascii || is_variation(cp))
		return;
	have = strlen(c->text);
	if (have == 0 || utf8_decode(c->text, have, &first) != have)
		return;
	more = utf8_encode(cp, mark);
	if (have + more < sizeof(c->text))
		memcpy(c->text + have, mark, more);
}

/* Cells left in a span at x of at most `max`. */
static int room(const struct grid *g, int x, int y, int max)
{
	if (y < 0 || y >= g->height || x >= g->width || x < -GRID_MAX || max <= 0)
		return 0;
	return max < g->width - x ? max : g->width - x;
}

int grid_bytes(struct grid *g, int x, int y, int max, enum style st, const char *text, size_t len)
{
	int left = room(g, x, y, max), used = 0, last = -1, width;
	uint32_t cp;

	for (size_t at = 0; at < len;) {
		at += utf8_decode(text + at, len - at, &cp);
		width = paintable(g, &cp);
		if (used + width > left)
			break;
		if (width == 0 && last >= 0) {
			join(g, x + last, y, cp);
		} else if (width > 0) {
			put(g, x + used, y, st, cp, width);
			last = used;
			used += width;
		}
	}
	return used;
}

int grid_text(struct grid *g, int x, int y, int max, enum style st, const char *text)
{
	return grid_bytes(g, x, y, max, st, text, strlen(text));
}

int grid_cells(const struct grid *g, const char *text, size_t len)
{
	uint32_t cp;
	int cells = 0;

	for (size_t at = 0; at < len && cells < 2 * GRID_MAX;) {
		at += utf8_decode(text + at, len - at, &cp);
		cells += paintable(g, &cp);
	}
	return cells;
}

int grid_right(struct grid *g, int x, int y, int max, enum style st, const char *text)
{
	int cells = grid_cells(g, text, strlen(text));

	if (cells < max)
		return grid_text(g, x + max - cells, y, cells, st, text);
	return grid_text(g, x, y, max, st, text);
}

int grid_ellipsis(struct grid *g, int x, int y, int max, enum style st, const char *text)
{
	int used;

	if (max <= 0 || grid_cells(g, text, strlen(text)) <= max)
		return grid_text(g, x, y, max, st, text);
	used = grid_text(g, x, y, max - 1, st, text);
	return used + grid_text(g, x + used, y, 1, st, "…");
}

int grid_printf(struct grid *g, int x, int y, int max, enum style st, const char *fmt, ...)
{
	char text[PRINTF_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		return 0;
	return grid_text(g, x, y, max, st, text);
}

/* The row behind the last of h rows from y. */
static int rows_end(const struct grid *g, int y, int h)
{
	if (y >= g->height || h <= 0)
		return y;
	return h < g->height - y ? y + h : g->height;
}

/* A character of one cell, w times. */
static void repeat(struct grid *g, int x, int y, int w, enum style st, uint32_t cp)
{
	int left = room(g, x, y, w);

	if (paintable(g, &cp) != 1)
		return;
	for (int i = 0; i < left; i++)
		put(g, x + i, y, st, cp, 1);
}

void grid_fill(struct grid *g, int x, int y, int w, int h, enum style st, char c)
{
	int end = rows_end(g, y, h);

	for (int row = y < 0 ? 0 : y; row < end; row++)
		repeat(g, x, row, w, st, c >= 0x20 && c < 0x7f ? (uint32_t)c : UTF8_BAD);
}

void grid_hline(struct grid *g, int x, int y, int w, enum style st)
{
	repeat(g, x, y, w, st, 0x2500);
}

void grid_vline(struct grid *g, int x, int y, int h, enum style st)
{
	int end = rows_end(g, y, h);

	for (int row = y < 0 ? 0 : y; row < end; row++)
		repeat(g, x, row, 1, st, 0x2502);
}

void grid_attr(struct grid *g, int x, int y, int w, uint8_t attr)
{
	int left = room(g, x, y, w);

	for (int i = x < 0 ? -x : 0; i < left; i++)
		cell_at(g, x + i, y)->attr |= attr;
}

void grid_restyle(struct grid *g, int x, int y, int w, enum style st)
{
	int left = room(g, x, y, w);

	for (int i = x < 0 ? -x : 0; i < left; i++)
		cell_at(g, x + i, y)->style = (uint8_t)st;
}

/* Full only when it is, and never empty when something is there. */
static int eighths_of(uint64_t part, uint64_t whole, int w)
{
	int eighths;

	if (part == 0 || whole == 0)
		return 0;
	if (part >= whole)
		return 8 * w;
	eighths = (int)((double)part / (double)whole * 8 * w);
	return clamp(eighths, 1, 8 * w - 1);
}

void grid_bar(struct grid *g, int x, int y, int w, enum style st, uint64_t part, uint64_t whole)
{
	int eighths, full;

	w = clamp(w, 0, GRID_MAX);
	eighths = eighths_of(part, whole, w);
	full = g->ascii ? (eighths + 4) / 8 : eighths / 8;
	repeat(g, x, y, full, st, 0x2588);
	repeat(g, x + full, y, w - full, st, 0x2591);
	if (!g->ascii && eighths % 8)	/* U+2589 is seven eighths, U+258F one */
		repeat(g, x + full, y, 1, st, 0x2590 - (uint32_t)(eighths % 8));
}

/* 0 … levels - 1; the lowest is for zero alone. */
static unsigned spark_level(uint64_t value, uint64_t max, unsigned levels)
{
	unsigned level;

	if (value == 0)
		return 0;
	level = (unsigned)((double)value / (double)max * (levels - 1) + 0.5);
	return level < 1 ? 1 : level >= levels ? levels - 1 : level;
}

void grid_spark(struct grid *g, int x, int y, int w, enum style st, const uint64_t *values,
		unsigned count)
{
	static const char ascii[] = "_.-=#";
	unsigned shown, level, i;
	uint64_t max = 0;

	w = clamp(w, 0, GRID_MAX);
	shown = count < (unsigned)w ? count : (unsigned)w;
	values += count - shown;
	x += w - (int)shown;	/* the newest stands at the right end */
	for (i = 0; i < shown; i++)
		max = values[i] > max ? values[i] : max;
	for (i = 0; i < shown; i++) {
		level = spark_level(values[i], max, g->ascii ? sizeof(ascii) - 1 : 8);
		repeat(g, x + (int)i, y, 1, st, g->ascii ? (uint8_t)ascii[level] : 0x2581 + level);
	}
}

void grid_dump(const struct grid *g, struct buf *out)
{
	const struct cell *row;
	int end;

	for (int y = 0; y < g->height; y++) {
		row = cell_at(g, 0, y);
		for (end = g->width; end > 0 && strcmp(row[end - 1].text, " ") == 0;)
			end--;
		for (int x = 0; x < end; x++)
			buf_adds(out, row[x].text);
		buf_addc(out, '\n');
	}
}
