/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the menus of the list offer and do: sort, group, columns.
 */
#ifndef SOCKMON_UI_MENUS_H
#define SOCKMON_UI_MENUS_H

#include "ui/view.h"

void menu_open_sort(struct ui *u);
void menu_open_group(struct ui *u);
void menu_open_columns(struct ui *u);

/*
 * Sorts by the column to the right (by = 1) or left (-1) of the sorted one, among those on the
 * screen.
 */
void menu_step_sort(struct ui *u, int by);

/*
 * Sorts by a slot: as that column is usually wanted, or the other way round when it is sorted by
 * already.
 */
void menu_sort_by(struct ui *u, unsigned slot);

#endif
