/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of the columns that the list of connections can show, and the order in which they are
 * given room. To show one more column: a row in slots.c, and a step if it is to appear by itself.
 */
#ifndef SOCKMON_UI_SLOTS_H
#define SOCKMON_UI_SLOTS_H

#include "query/columns.h"
#include "ui/layout.h"

/*
 * The default columns, or exactly those of `cols` when count is not 0. A capture file has columns
 * of its own: it knows no process and no kernel, so nothing divides its side from the wire's.
 */
void slots_init(struct layout *l, const struct column *const *cols, unsigned count, bool file);

/* Which namespace it is, matters where there are several: the column comes and goes by itself. */
void slots_show_netns(struct layout *l, bool several);

/* The slot that is sorted by this column; -1 = none is. */
int slots_find_sort(const struct layout *l, const struct column *sort);

#endif
