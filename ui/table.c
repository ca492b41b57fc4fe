/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moving about in a list, and staying on the same thing while the list changes. Paints nothing and
 * knows nothing of what the lines are.
 */
#include "ui/table.h"

enum { WHEEL_LINES = 3 };

static uint32_t last_line(const struct table *t)
{
	return t->count ? t->count - 1 : 0;
}

static uint32_t smaller(uint32_t x, uint32_t y)
{
	return x < y ? x : y;
}

static uint32_t forward(const struct table *t, uint32_t from, uint32_t by)
{
	return last_line(t) - from < by ? last_line(t) : from + by;
}

static uint32_t back(uint32_t from, uint32_t by)
{
	return from < by ? 0 : from - by;
}

void table_place(struct table *t, uint32_t count, int64_t at)
{
	t->count = count;
	if (!t->ident)
		t->selected = 0;
	else if (at >= 0)
		t->selected = (uint32_t)at;
	t->selected = smaller(t->selected, last_line(t));
}

void table_fit(struct table *t, int page)
{
	uint32_t lowest;

	t->page = page > 1 ? (uint32_t)page : 1;
	lowest = t->count > t->page ? t->count - t->page : 0;
	t->top = smaller(t->top, lowest);
	if (t->selected < t->top)
		t->top = t->selected;
	if (t->selected - t->top >= t->page)
		t->top = t->selected - t->page + 1;
}

/* The wheel moves the window; the selection comes along only as far as it must. */
static void scroll(struct table *t, bool down)
{
	uint32_t lowest = t->count > t->page ? t->count - t->page : 0;

	t->top = down ? smaller(t->top + WHEEL_LINES, lowest) : back(t->top, WHEEL_LINES);
	if (t->selected < t->top)
		t->selected = t->top;
	if (t->page && t->selected - t->top >= t->page)
		t->selected = t->top + t->page - 1;
	t->selected = smaller(t->selected, last_line(t));
}

void table_move(struct table *t, enum move m)
{
	switch (m) {
	case MOVE_UP:
		t->selected = back(t->selected, 1);
		break;
	case MOVE_DOWN:
		t->selected = forward(t, t->selected, 1);
		break;
	case MOVE_PAGE_UP:
		t->selected = back(t->selected, t->page);
		break;
	case MOVE_PAGE_DOWN:
		t->selected = forward(t, t->selected, t->page);
		break;
	case MOVE_FIRST:
		t->selected = 0;
		break;
	case MOVE_LAST:
		t->selected = last_line(t);
		break;
	case MOVE_WHEEL_UP:
	case MOVE_WHEEL_DOWN:
		scroll(t, m == MOVE_WHEEL_DOWN);
		break;
	}
}

void table_select(struct table *t, uint32_t line)
{
	t->selected = smaller(line, last_line(t));
}
