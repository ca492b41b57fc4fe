/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arithmetic of columns. Paints nothing; which columns there are is slots.c's.
 */
#include "ui/layout.h"

#include <stddef.h>
#include <string.h>

/* Widths by slot while they are being decided; 0 = not shown. */
struct fitting {
	int w[LAYOUT_SLOTS_MAX];
	int room;		/* cells left */
	bool kernel, wire;	/* a side has a column */
};

/* What slot i costs at width w, over what it has. */
static int cost_of(const struct layout *l, const struct fitting *f, unsigned i, int w)
{
	const bool *side = l->slots[i].wire ? &f->wire : &f->kernel;
	const bool *other = l->slots[i].wire ? &f->kernel : &f->wire;

	if (f->w[i])
		return w - f->w[i];
	if (*side)
		return w + 1;			/* and the blank before it */
	return *other ? w + 1 : w;		/* and the rule */
}

static bool widen(const struct layout *l, struct fitting *f, unsigned i, int w)
{
	int cost = cost_of(l, f, i, w);

	if (w <= f->w[i])
		return true;
	if (cost > f->room)
		return false;
	f->room -= cost;
	f->w[i] = w;
	if (l->slots[i].wire)
		f->wire = true;
	else
		f->kernel = true;
	return true;
}

/* What the reader asked for comes before everything else. */
static void take_wishes(const struct layout *l, struct fitting *f)
{
	unsigned i;

	for (i = 0; i < l->slot_count; i++) {
		if (l->slots[i].wish == WISH_SHOWN && l->slots[i].width)
			widen(l, f, i, l->slots[i].width);
	}
}

static void take_steps(const struct layout *l, struct fitting *f)
{
	unsigned i;

	for (i = 0; i < l->step_count; i++) {
		const struct layout_step *s = &l->steps[i];

		if (l->slots[s->slot].wish == WISH_HIDDEN)
			continue;
		if (!widen(l, f, s->slot, s->width))
			return;
	}
}

static int smaller(int x, int y)
{
	return x < y ? x : y;
}

/* Cut contents first, then the filler nearest to the end. */
static void spread_rest(const struct layout *l, struct fitting *f)
{
	unsigned i;

	for (i = 0; i < l->slot_count; i++) {
		const struct slot *s = &l->slots[i];
		int want = smaller(s->seen, s->max);

		if (!f->w[i] || (s->narrow && f->w[i] < s->narrow_below))
			continue;
		if (want > f->w[i])
			widen(l, f, i, f->w[i] + smaller(want - f->w[i], f->room));
	}
	for (i = l->slot_count; i-- > 0;) {
		if (l->slots[i].filler && f->w[i])
			widen(l, f, i, f->w[i] + f->room);
	}
}

static void place(struct layout *l, const struct fitting *f)
{
	int x = LAYOUT_GUTTER;
	bool first = true, wire = false;
	unsigned i;

	l->placed_count = 0;
	l->rule_x = -1;
	for (i = 0; i < l->slot_count; i++) {
		if (!f->w[i])
			continue;
		if (l->slots[i].wire && !wire && f->kernel)
			l->rule_x = x++;
		else if (!first)
			x++;
		wire = l->slots[i].wire;
		first = false;
		l->placed[l->placed_count++] =
			(struct placed){ (uint8_t)i, (int16_t)x, (int16_t)f->w[i] };
		x += f->w[i];
	}
}

void layout_fit(struct layout *l, int width)
{
	struct fitting f;

	memset(&f, 0, sizeof(f));
	f.room = width - LAYOUT_GUTTER - LAYOUT_TAIL;
	if (f.room < 0)
		f.room = 0;
	l->width = width;
	take_wishes(l, &f);
	take_steps(l, &f);
	spread_rest(l, &f);
	place(l, &f);
}

const struct placed *layout_placed(const struct layout *l, unsigned slot)
{
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		if (l->placed[i].slot == slot)
			return &l->placed[i];
	}
	return NULL;
}

int layout_at(const struct layout *l, int x)
{
	unsigned i;

	for (i = 0; i < l->placed_count; i++) {
		if (x >= l->placed[i].x && x < l->placed[i].x + l->placed[i].w)
			return l->placed[i].slot;
	}
	return -1;
}

const struct column *layout_column(const struct layout *l, const struct placed *p)
{
	const struct slot *s = &l->slots[p->slot];

	return s->narrow && p->w < s->narrow_below ? s->narrow : s->col;
}
