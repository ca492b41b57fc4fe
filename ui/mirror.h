/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A graph of two rates against time, mirrored at an axis: what was received grows upwards, what was
 * sent downwards, both in one scale. In braille, two values to a cell; in a grid of ASCII in dots
 * and colons.
 */
#ifndef SOCKMON_UI_MIRROR_H
#define SOCKMON_UI_MIRROR_H

#include "ui/grid.h"

struct mirror {
	const uint64_t *rx, *tx;	/* borrowed; oldest first */
	unsigned count;			/* of either */
};

/*
 * In w cells and 2 * half lines from (x, y), the newest values at the right edge. Nothing is the
 * only value without a dot.
 */
void mirror_paint(const struct mirror *m, struct grid *g, int x, int y, int w, int half);

/* The highest value that so many cells show; 0 = none. */
uint64_t mirror_peak(const uint64_t *values, unsigned count, int w);

#endif
