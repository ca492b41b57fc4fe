/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building and painting cards. Knows nothing of connections.
 */
#include "ui/cards.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/text.h"

enum { PAIR_CELLS = 27, PAIR_WIDER = 3, PAIR_GAP = 2, FIELD_LABEL = 12, LABEL_MAX = 31 };
enum { TWO_LABEL = 15, TWO_LABEL_LEAST = 8, TWO_VALUE = 16, TWO_VALUE_LEAST = 13 };

void cardside_start(struct cardside *s, int width)
{
	s->width = width > 0 ? width : 1;
	s->count = 0;
	s->open_pairs = 0;
}

static struct cardline *add_line(struct cardside *s, enum style st)
{
	struct cardline *l;

	s->open_pairs = 0;
	if (s->count == CARDS_LINES_MAX)
		return NULL;
	l = &s->lines[s->count++];
	memset(l, 0, sizeof(*l));
	l->style = (uint8_t)st;
	return l;
}

static void copy(char *out, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

static void add_text(struct cardside *s, enum style st, const char *text, size_t len)
{
	struct cardline *l = add_line(s, st);

	if (l)
		copy(l->text, sizeof(l->text), text, len);
}

void cardside_title(struct cardside *s, const char *title)
{
	if (s->count)
		add_text(s, STYLE_NORMAL, "", 0);
	add_text(s, STYLE_TITLE, title, strlen(title));
}

static unsigned pairs_in(int width)
{
	int n = (width + PAIR_GAP) / (PAIR_CELLS + PAIR_GAP);

	return n < 1 ? 1 : n > CARDS_PAIRS_MAX ? CARDS_PAIRS_MAX : (unsigned)n;
}

/* Cells of each pair of a full line. */
static int pair_cells(int width)
{
	int n = (int)pairs_in(width), each = (width - PAIR_GAP * (n - 1)) / n;

	return each < PAIR_CELLS + PAIR_WIDER ? each : PAIR_CELLS + PAIR_WIDER;
}

static void set_pair(struct cardpair *p, const char *label, const char *value, enum style st)
{
	copy(p->label, sizeof(p->label), label, strlen(label));
	copy(p->value, sizeof(p->value), value, strlen(value));
	p->style = (uint8_t)st;
}

/* What is too long for its place has a line to itself, or as many as it takes. */
void cardside_pair(struct cardside *s, const char *label, const char *value, enum style st)
{
	int cells = text_cells(label) + 1 + text_cells(value);
	bool too_long = cells > pair_cells(s->width);
	struct cardline *l;

	if (cells > s->width || strlen(value) >= sizeof(l->pair[0].value) ||
	    strlen(label) >= sizeof(l->pair[0].label)) {
		cardside_field(s, label, value, st);
		return;
	}
	l = s->open_pairs && !too_long ? &s->lines[s->count - 1] : add_line(s, STYLE_NORMAL);
	if (!l)
		return;
	if (!l->pairs)
		s->open_pairs = pairs_in(s->width);
	set_pair(&l->pair[l->pairs++], label, value, st);
	s->open_pairs = too_long ? 0 : s->open_pairs - 1;
}

void cardside_two(struct cardside *s, const char *label, const char *left, enum style left_style,
		  const char *right, enum style right_style)
{
	struct cardline *l = add_line(s, STYLE_NORMAL);

	if (!l)
		return;
	l->pairs = 2;
	l->two = true;
	set_pair(&l->pair[0], label, left, left_style);
	set_pair(&l->pair[1], "", right, right_style);
}

void cardside_break(struct cardside *s)
{
	s->open_pairs = 0;
}

/* As text_wrap(), and a line holds no more than `size` bytes with its '\0'. */
static size_t wrap(const char *text, int width, size_t size, size_t *skip)
{
	size_t len = text_wrap(text, width, skip), at = 0, step;
	uint32_t cp;

	if (len < size)
		return len;
	while ((step = utf8_decode(text + at, len - at, &cp)) && at + step < size)
		at += step;
	*skip = at;
	return at;
}

void cardside_text(struct cardside *s, enum style st, const char *text)
{
	size_t skip;

	while (*text) {
		size_t len = wrap(text, s->width, CARDS_TEXT, &skip);

		add_text(s, st, text, len);
		text += skip;
	}
}

void cardside_field(struct cardside *s, const char *label, const char *text, enum style st)
{
	size_t skip, label_len = strlen(label) < LABEL_MAX ? strlen(label) : LABEL_MAX;
	int indent = label_len < FIELD_LABEL ? FIELD_LABEL : (int)label_len + 1;
	int room = s->width - indent > 8 ? s->width - indent : 8;

	while (*text) {
		size_t len = wrap(text, room, CARDS_TEXT - LABEL_MAX - 1, &skip);
		struct cardline *l = add_line(s, STYLE_NORMAL);

		if (!l)
			return;
		snprintf(l->text, sizeof(l->text), "%-*.*s", indent, LABEL_MAX, label);
		copy(l->text + indent, sizeof(l->text) - (size_t)indent, text, len);
		l->style = (uint8_t)st;
		l->label = (uint8_t)indent;
		label = "";
		text += skip;
	}
}

static void paint_pairs(const struct cardside *s, const struct cardline *l, struct grid *g, int x,
			int y)
{
	int each = pair_cells(s->width), i;

	for (i = 0; i < l->pairs; i++) {
		const struct cardpair *p = &l->pair[i];
		int at = x + i * (each + PAIR_GAP),
		    label = grid_text(g, at, y, each, STYLE_DIM, p->label) + 1;
		int value = text_cells(p->value), room = each - label;

		if (l->pairs == 1 && value > room)	/* alone in its line */
			room = s->width - label;
		grid_right(g, at + label, y, room, p->style, p->value);
	}
}

/* The label gives way to the values, which must not lose a digit. */
static void paint_two(const struct cardside *s, const struct cardline *l, struct grid *g, int x,
		      int y)
{
	int label = s->width - 2 * (TWO_VALUE_LEAST + 1), each, i;

	label = label < TWO_LABEL_LEAST ? TWO_LABEL_LEAST : label > TWO_LABEL ? TWO_LABEL : label;
	each = (s->width - label) / 2 - 1;
	each = each > TWO_VALUE ? TWO_VALUE : each;
	grid_ellipsis(g, x, y, label, STYLE_DIM, l->pair[0].label);
	for (i = 0; i < 2; i++) {
		int at = x + label + 1 + i * (each + 1), cells = text_cells(l->pair[i].value);

		if (cells > each)
			grid_ellipsis(g, at, y, each, l->pair[i].style, l->pair[i].value);
		else
			grid_right(g, at, y, each, l->pair[i].style, l->pair[i].value);
	}
}

static void paint_text(const struct cardside *s, const struct cardline *l, struct grid *g, int x,
		       int y)
{
	int label = l->label < s->width ? l->label : s->width;

	grid_bytes(g, x, y, label, STYLE_DIM, l->text, l->label);
	grid_ellipsis(g, x + label, y, s->width - label, l->style, l->text + l->label);
}

void cardside_paint(const struct cardside *s, struct grid *g, int x, int y, int h, unsigned top)
{
	unsigned i;

	for (i = top; i < s->count && (int)(i - top) < h; i++) {
		const struct cardline *l = &s->lines[i];

		if (l->two)
			paint_two(s, l, g, x, y + (int)(i - top));
		else if (l->pairs)
			paint_pairs(s, l, g, x, y + (int)(i - top));
		else
			paint_text(s, l, g, x, y + (int)(i - top));
	}
}
