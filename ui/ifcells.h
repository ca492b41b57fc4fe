/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One interface, cell by cell: which cells there are, what each reads and how wide it is. Where
 * they land is layout.c's.
 */
#ifndef SOCKMON_UI_IFCELLS_H
#define SOCKMON_UI_IFCELLS_H

#include "model/model.h"
#include "ui/layout.h"
#include "ui/theme.h"

enum { IFCELL_TEXT = 64 };

/* In the order of the screen. */
enum ifcell {
	IFCELL_NAME,
	IFCELL_NETNS,
	IFCELL_STATE,
	IFCELL_TYPE,
	IFCELL_MASTER,
	IFCELL_RX,
	IFCELL_TX,
	IFCELL_GRAPH,		/* has no text: the view paints it */
	IFCELL_PACKETS,
	IFCELL_CAPTURED,
	IFCELL_SEEN,
	IFCELL_DROPS,
	IFCELL_ERRORS,
	IFCELLS
};

void ifcells_init(struct layout *l);

/* Its text, "" = none. */
void ifcell_make(const struct model *m, const struct iface *i, enum ifcell cell, bool bits,
		 char out[static IFCELL_TEXT]);
enum style ifcell_style(enum ifcell cell, const struct iface *i);

/*
 * By both ways: what the interface counted since the capture began. What lo sends it receives: that
 * is counted once, as received. false: not known.
 */
bool ifcell_packets(const struct iface *i, uint64_t out[static 2]);

/*
 * What of that was captured: as super-packets or as their segments, whichever the interface counts.
 * false: nothing looks there.
 */
bool ifcell_captured(const struct iface *i, uint64_t out[static 2]);

#endif
