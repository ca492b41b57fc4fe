/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell of the list: what a column of a row reads, and what it means. Rules: an unknown value is
 * empty on the kernel's side (there is no such thing) and "-" on the wire's (it was not seen); a
 * quiet zero is dim, and so is what another row has in its sum.
 */
#ifndef SOCKMON_UI_CELLS_H
#define SOCKMON_UI_CELLS_H

#include "query/columns.h"
#include "ui/grid.h"

enum celllook {
	CELL_PLAIN,
	CELL_DIM,
	CELL_PROCESS,
	CELL_END,		/* an address with a port: cut in its middle, the port stays */
	CELL_PROTO,		/* ss's short names */
	CELL_STATE,
	CELL_WIRE_STATE,
	CELL_RX,
	CELL_TX,
	CELL_TROUBLE,		/* above zero is worth a look */
	CELL_RETRANS,		/* likewise */
	CELL_SENDQ,
	CELL_ALERT,
	CELL_LASTED,		/* below ten seconds tenths and milliseconds count */
	CELL_SEEN,		/* percent of what the kernel counted that was captured */
};

/* How the whole list is shown. */
struct cellmode {
	bool bits;
	bool proto_shown;	/* else the state's cell tells what is not TCP */
	bool wire_state_shown;	/* else it tells how traffic without a socket ended */
	bool of_file;		/* there is no other state than the wire's */
	bool sendq_shown;	/* with how often a SYN was sent again: RETR need not */
};

struct celltext {
	char text[256];		/* raw bytes from outside, '\0'-terminated */
	enum style style;
	bool tail;		/* cut at its beginning: a path says most at its end */
};

/* w: the cells that it will have; 0 = as many as it wants. */
void cell_make(const struct column *c, enum celllook look, const struct row *r,
	       const struct cellmode *mode, int w, struct celltext *out);

void cell_paint(struct grid *g, int x, int y, int w, enum celllook look, bool right,
		const struct celltext *t);

enum style cell_state_style(enum sockstate s);
/* A socket without addresses of IP: unix, packet, netlink, vsock. */
bool cell_is_local(const struct row *r);

/*
 * Both ends of such a socket in one cell, for where there is no room for two: its path, and whose
 * the other end is.
 */
void cell_make_both_ends(const struct row *r, int w, struct celltext *out);
bool cell_has_alert(const struct row *r);

#endif
