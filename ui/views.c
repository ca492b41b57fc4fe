/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of views. To add one: a row here and view_x.c.
 */
#include <stddef.h>

#include "ui/view.h"

static const struct view *const views[] = {
	&view_conns,
	&view_events,
	&view_ifaces,
	&view_detail,
	&view_help,
};

const struct view *view_at(unsigned i)
{
	return i < sizeof(views) / sizeof(views[0]) ? views[i] : NULL;
}
