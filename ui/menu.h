/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small list that pops up over the screen: to sort by, to group by, columns on and off. The
 * caller fills it, and does what was chosen.
 */
#ifndef SOCKMON_UI_MENU_H
#define SOCKMON_UI_MENU_H

#include "ui/grid.h"
#include "ui/keys.h"
#include "ui/table.h"

enum { MENU_ITEMS_MAX = 72 };

struct menu_item {
	char label[96];
	uint32_t value;		/* the caller's */
	bool on;		/* ticked */
};

struct menu {
	const char *title;
	bool many;		/* items are ticked one by one; choosing does not close it */
	struct menu_item items[MENU_ITEMS_MAX];
	struct table table;
	int x, y, w, h;		/* where it was painted: for the mouse */
};

enum menu_result { MENU_OPEN, MENU_CHOSEN, MENU_CLOSED };

void menu_start(struct menu *m, const char *title, bool many);
void menu_add(struct menu *m, uint32_t value, bool on, const char *label, const char *help);
void menu_select(struct menu *m, uint32_t value);

/* MENU_CHOSEN: menu_chosen() is it. With `many`, Enter closes and Space chooses. */
enum menu_result menu_key(struct menu *m, const struct key *k);
struct menu_item *menu_chosen(struct menu *m);

void menu_paint(struct menu *m, struct grid *g);

#endif
