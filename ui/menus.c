/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menus: filled from the column tables, each with the function that does what was chosen.
 */
#include "ui/menus.h"

#include "ui/slots.h"

enum { NO_COLUMN = UINT32_MAX };

/* What is counted or measured is wanted largest first; names and addresses from A to Z. */
static bool wants_descending(const struct column *c)
{
	return c->type == VT_UINT && c->unit != UNIT_NONE;
}

void menu_sort_by(struct ui *u, unsigned slot)
{
	const struct column *c = u->layout.slots[slot].sort;
	bool again = u->rows.query.sort == c;

	rows_set_sort(&u->rows, c, again ? !u->rows.query.descending : wants_descending(c));
}

static void choose_sort(struct ui *u, uint32_t slot)
{
	if (slot == NO_COLUMN)
		rows_set_sort(&u->rows, NULL, false);
	else
		menu_sort_by(u, slot);
}

void menu_open_sort(struct ui *u)
{
	const struct layout *l = &u->layout;
	int now = slots_find_sort(l, u->rows.query.sort);
	unsigned i;

	ui_open_menu(u, "Sort by", false, choose_sort);
	for (i = 0; i < l->slot_count; i++)
		menu_add(&u->menu, i, (int)i == now, l->slots[i].title, l->slots[i].col->help);
	menu_add(&u->menu, NO_COLUMN, !u->rows.query.sort, "(none)",
		 "sockets as the kernel lists them, then flows");
	menu_select(&u->menu, now < 0 ? NO_COLUMN : (uint32_t)now);
}

void menu_step_sort(struct ui *u, int by)
{
	int slot = slots_find_sort(&u->layout, u->rows.query.sort);
	int count = (int)u->layout.placed_count, i, at = by > 0 ? -1 : 0;
	const struct column *c;

	if (!count)
		return;
	for (i = 0; i < count; i++) {
		if (u->layout.placed[i].slot == slot)
			at = i;
	}
	at = (at + by + count) % count;
	c = u->layout.slots[u->layout.placed[at].slot].sort;
	rows_set_sort(&u->rows, c, wants_descending(c));
}

/* What one groups by, most wanted first; all others that can be are behind "-g". */
static const struct {
	const char *column, *label, *help;
	enum { OF_BOTH, OF_HOST, OF_FILE } of;
} groups[] = {
	{ "proc", "process", "who holds the socket", OF_HOST },
	{ "state", "state", "the kernel's state", OF_HOST },
	{ "wire_state", "state", "as the packets tell", OF_FILE },
	{ "laddr", "local host", "the address that opened the flow", OF_FILE },
	{ "raddr", "remote host", "the address at the other end" },
	{ "lport", "local port", "the service, for what comes in" },
	{ "rport", "remote port", "the service, for what goes out" },
	{ "proto", "protocol", "tcp, udp, icmp" },
	{ "iface", "interface", "where the traffic is seen" },
	{ "tunnel", "tunnel", "what carries other packets", OF_FILE },
	{ "user", "user", "the socket's owner", OF_HOST },
	{ "unit", "unit", "the service, session or container", OF_HOST },
	{ "netns", "namespace", "the network namespace", OF_HOST },
};

enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static void choose_group(struct ui *u, uint32_t which)
{
	rows_set_group(&u->rows, which < GROUPS ? column_find(groups[which].column) : NULL);
	u->table.ident = 0;		/* the lines are other things now */
}

void menu_open_group(struct ui *u)
{
	const struct column *now = u->rows.query.group;
	unsigned i;

	ui_open_menu(u, "Group by", false, choose_group);
	menu_add(&u->menu, GROUPS, !now, "(none)", "one row is one connection");
	for (i = 0; i < GROUPS; i++) {
		const struct column *c = column_find(groups[i].column);

		if (!c || !query_can_group(c) ||
		    groups[i].of == (ui_is_of_file(u) ? OF_HOST : OF_FILE))
			continue;
		menu_add(&u->menu, i, c == now, groups[i].label, groups[i].help);
		if (c == now)
			menu_select(&u->menu, i);
	}
}

static void choose_column(struct ui *u, uint32_t slot)
{
	struct slot *s = &u->layout.slots[slot];
	struct menu_item *i = menu_chosen(&u->menu);

	i->on = !i->on;
	s->wish = i->on ? WISH_SHOWN : WISH_HIDDEN;
	s->chosen = true;
}

void menu_open_columns(struct ui *u)
{
	const struct layout *l = &u->layout;
	unsigned i;

	ui_open_menu(u, "Columns", true, choose_column);
	for (i = 0; i < l->slot_count; i++)
		menu_add(&u->menu, i, layout_placed(l, i) != NULL, l->slots[i].title,
			 l->slots[i].col->help);
}
