/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of the connections view: which, how wide, in which order of importance. Where they
 * land in a given width is layout.c's; what is in a cell is cells.c's.
 */
#include "ui/slots.h"

#include <string.h>

#include "ui/cells.h"

struct slotrow {
	const char *name;
	const char *title;
	uint8_t width, max;		/* when asked for by hand; when there is room */
	bool right;
	const char *narrow;		/* stands in below `narrow_below` cells */
	uint8_t narrow_below;
	bool filler;
	const char *sort;		/* NULL: sorted by what it shows */
	bool at_wire;			/* stands right of the rule though it is not the wire's alone */
	enum celllook look;
};

/* In the order of the screen, the wire's last. */
static const struct slotrow rows[] = {
	{ "proc", "PROCESS", 12, 24, .filler = true, .look = CELL_PROCESS },
	{ "pid", "PID", 7, 7, .right = true },
	{ "fd", "FD", 5, 5, .right = true },
	{ "user", "USER", 8, 16, .look = CELL_PLAIN },
	{ "uid", "UID", 6, 10, .right = true },
	{ "unit", "UNIT", 16, 40, .look = CELL_DIM },
	{ "cmdline", "COMMAND", 20, 60, .look = CELL_DIM },
	{ "proto", "PROTO", 5, 7, .look = CELL_PROTO },
	{ "netns", "NETNS", 8, 20, .look = CELL_DIM },
	{ "local", "LOCAL", 21, 47, .narrow = "lport", .narrow_below = 14, .sort = "lport",
	  .look = CELL_END },
	{ "remote", "REMOTE", 21, 47, .filler = true, .look = CELL_END },
	{ "state", "STATE", 11, 12, .look = CELL_STATE },
	{ "recv_q", "RECVQ", 5, 5, .right = true },
	{ "sendq_cell", "SENDQ", 5, 6, .right = true, .sort = "send_q", .look = CELL_SENDQ },
	{ "timer", "TIMER", 9, 9, .look = CELL_PLAIN },
	{ "rtt", "RTT", 5, 6, .right = true },
	{ "min_rtt", "MINRTT", 6, 6, .right = true },
	{ "rttvar", "RTTVAR", 6, 6, .right = true },
	{ "total_retrans", "RETR", 4, 5, .right = true, .look = CELL_RETRANS },
	{ "cong", "CONG", 6, 10, .look = CELL_PLAIN },
	{ "snd_cwnd", "CWND", 5, 5, .right = true },
	{ "snd_ssthresh", "SSTHR", 5, 5, .right = true },
	{ "snd_mss", "MSS", 5, 5, .right = true },
	{ "delivery_rate", "DELIV/s", 7, 7, .right = true },
	{ "pacing_rate", "PACE/s", 6, 6, .right = true },
	{ "bytes_sent", "SENT", 6, 6, .right = true },
	{ "bytes_received", "RCVD", 6, 6, .right = true },
	{ "bytes_retrans", "RETRB", 5, 5, .right = true, .look = CELL_TROUBLE },
	{ "drops", "DROPS", 5, 5, .right = true, .look = CELL_TROUBLE },
	{ "inode", "INODE", 10, 10, .right = true },
	{ "mark", "MARK", 8, 10, .right = true },
	{ "rx_rate", "RX/s", 6, 6, .right = true, .look = CELL_RX },
	{ "tx_rate", "TX/s", 5, 5, .right = true, .look = CELL_TX },
	{ "seen", "SEEN", 4, 5, .right = true, .at_wire = true, .look = CELL_SEEN },
	{ "rx_bytes", "RX", 5, 5, .right = true },
	{ "tx_bytes", "TX", 5, 5, .right = true },
	{ "rx_packets", "RXPKT", 5, 5, .right = true },
	{ "tx_packets", "TXPKT", 5, 5, .right = true },
	{ "wire_state", "WIRE", 11, 11, .look = CELL_WIRE_STATE },
	{ "history", "HISTORY", 8, 13, .look = CELL_PLAIN },
	{ "wire_rtt", "WRTT", 5, 6, .right = true },
	{ "wire_retrans", "WRETR", 5, 5, .right = true, .look = CELL_TROUBLE },
	{ "wire_ooo", "OOO", 5, 5, .right = true, .look = CELL_TROUBLE },
	{ "wire_zero_window", "ZWIN", 5, 5, .right = true, .look = CELL_TROUBLE },
	{ "iface", "IFACE", 6, 15, .at_wire = true, .look = CELL_PLAIN },
	{ "first_seen", "FIRST", 8, 8, .look = CELL_PLAIN },
	{ "last_seen", "LAST", 8, 8, .look = CELL_PLAIN },
	{ "rx_flags", "RXFLG", 8, 8, .look = CELL_PLAIN },
	{ "tx_flags", "TXFLG", 8, 8, .look = CELL_PLAIN },
	{ "alert_text", "WHAT IS WRONG", 30, 80, .filler = true, .at_wire = true,
	  .look = CELL_ALERT },
};

/* Of a capture file. LOCAL is who opened the flow. */
static const struct slotrow file_rows[] = {
	{ "proto", "PROTO", 5, 7, .look = CELL_PROTO },
	{ "vlan", "VLAN", 4, 4, .right = true },
	{ "local", "LOCAL", 21, 47, .narrow = "lport", .narrow_below = 14, .sort = "lport",
	  .look = CELL_END },
	{ "remote", "REMOTE", 21, 47, .filler = true, .look = CELL_END },
	{ "wire_state", "STATE", 11, 11, .look = CELL_WIRE_STATE },
	{ "rx_packets", "RXPKT", 5, 6, .right = true },
	{ "tx_packets", "TXPKT", 5, 6, .right = true },
	{ "packets", "PKTS", 5, 6, .right = true },
	{ "rx_bytes", "RX", 5, 6, .right = true, .look = CELL_RX },
	{ "tx_bytes", "TX", 5, 6, .right = true, .look = CELL_TX },
	{ "bytes", "BYTES", 6, 6, .right = true },
	{ "rx_payload", "RXPAY", 5, 6, .right = true },
	{ "tx_payload", "TXPAY", 5, 6, .right = true },
	{ "rx_rate", "RX/s", 6, 6, .right = true },
	{ "tx_rate", "TX/s", 6, 6, .right = true },
	{ "wire_rtt", "RTT", 5, 6, .right = true },
	{ "wire_rtt_min", "MINRTT", 6, 6, .right = true },
	{ "wire_retrans", "RETR", 4, 5, .right = true, .look = CELL_TROUBLE },
	{ "wire_ooo", "OOO", 4, 5, .right = true, .look = CELL_TROUBLE },
	{ "wire_zero_window", "ZWIN", 4, 5, .right = true, .look = CELL_TROUBLE },
	{ "first_seen", "START", 8, 8, .look = CELL_PLAIN },
	{ "duration", "LASTED", 6, 6, .right = true, .look = CELL_LASTED },
	{ "last_seen", "LAST", 8, 8, .look = CELL_PLAIN },
	{ "history", "HISTORY", 8, 16, .look = CELL_PLAIN },
	{ "ecn", "ECN", 5, 5, .look = CELL_PLAIN },
	{ "tunnel", "TUNNEL", 9, 9, .look = CELL_PLAIN },
	{ "icmp_error", "ICMP", 16, 20, .look = CELL_ALERT },
	{ "rx_flags", "RXFLG", 8, 8, .look = CELL_PLAIN },
	{ "tx_flags", "TXFLG", 8, 8, .look = CELL_PLAIN },
	{ "iface", "IFACE", 6, 15, .look = CELL_PLAIN },
	{ "alert_text", "WHAT IS WRONG", 30, 80, .filler = true, .look = CELL_ALERT },
};

struct slotstep {
	const char *name;
	uint8_t width;
};

/* In the order of importance. At 40, 80 and 120 cells the steps so far fill the line exactly. */
static const struct slotstep steps[] = {
	{ "proc", 8 },
	{ "remote", 15 },
	{ "tx_rate", 5 },
	{ "rx_rate", 6 },		/* 40 */
	{ "local", 5 },
	{ "state", 10 },
	{ "remote", 21 },
	{ "recv_q", 5 },
	{ "sendq_cell", 5 },
	{ "proc", 13 },			/* 80 */
	{ "rtt", 5 },
	{ "pid", 7 },
	{ "total_retrans", 4 },
	{ "state", 11 },
	{ "netns", 8 },			/* only where there are several: slots_show_netns() */
	{ "local", 15 },
	{ "local", 19 },
	{ "proc", 14 },
	{ "seen", 4 },			/* 120 */
	{ "proc", 17 },
	{ "local", 21 },
	{ "proto", 5 },
	{ "tx_bytes", 5 },
	{ "rx_bytes", 5 },
	{ "wire_state", 11 },
	{ "alert_text", 24 },
	{ "history", 8 },
	{ "wire_rtt", 5 },
	{ "user", 8 },
	{ "snd_cwnd", 5 },
	{ "alert_text", 42 },
	{ "min_rtt", 6 },
	{ "cong", 6 },
	{ "iface", 6 },
};

static const struct slotstep file_steps[] = {
	{ "remote", 15 },
	{ "tx_bytes", 5 },
	{ "rx_bytes", 5 },
	{ "local", 5 },			/* 40 */
	{ "proto", 5 },
	{ "wire_state", 10 },
	{ "local", 15 },
	{ "remote", 19 },
	{ "local", 19 },
	{ "duration", 6 },		/* 80 */
	{ "wire_rtt", 5 },
	{ "wire_retrans", 4 },
	{ "wire_state", 11 },
	{ "remote", 20 },
	{ "local", 20 },
	{ "rx_packets", 5 },
	{ "tx_packets", 5 },
	{ "bytes", 6 },
	{ "first_seen", 8 },		/* 120 */
	{ "remote", 21 },
	{ "local", 21 },
	{ "history", 8 },
	{ "alert_text", 24 },
	{ "wire_ooo", 4 },
	{ "wire_zero_window", 4 },
	{ "history", 16 },
	{ "tunnel", 9 },
};

/* What a host's list can show, and a file's. */
struct slottable {
	const struct slotrow *rows;
	unsigned row_count;
	const struct slotstep *steps;
	unsigned step_count;
	bool ruled;			/* the kernel's side is told from the wire's */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct slottable tables[] = {
	{ rows, COUNT(rows), steps, COUNT(steps), true },
	{ file_rows, COUNT(file_rows), file_steps, COUNT(file_steps), false },
};

static bool is_right(const struct column *c)
{
	return c->type == VT_UINT || c->type == VT_HEX || c->type == VT_TENTHS;
}

static const struct slotrow *find_row(const struct slottable *t, const struct column *c)
{
	unsigned i;

	for (i = 0; i < t->row_count; i++) {
		if (column_find(t->rows[i].name) == c)
			return &t->rows[i];
	}
	return NULL;
}

static bool is_at_wire(const struct slottable *t, const struct slotrow *r, const struct column *c)
{
	return t->ruled && (c->scope == SCOPE_WIRE || (r && r->at_wire));
}

static void add_slot(struct layout *l, const struct slottable *t, const struct slotrow *r,
		     const struct column *c)
{
	struct slot *s;

	if (l->slot_count == LAYOUT_SLOTS_MAX)
		return;
	s = &l->slots[l->slot_count++];
	*s = (struct slot){
		.col = c,
		.narrow = r && r->narrow ? column_find(r->narrow) : NULL,
		.narrow_below = r ? r->narrow_below : 0,
		.sort = r && r->sort ? column_find(r->sort) : c,
		.title = r ? r->title : c->title,
		.width = r ? r->width : c->width ? c->width : 1,
		.max = r ? r->max : 60,
		.right = r ? r->right : is_right(c),
		.filler = r && r->filler,
		.look = r ? (uint8_t)r->look : CELL_PLAIN,
		.wire = is_at_wire(t, r, c),
	};
}

static void add_steps(struct layout *l, const struct slottable *t)
{
	unsigned i, slot;

	for (i = 0; i < t->step_count && l->step_count < LAYOUT_STEPS_MAX; i++) {
		for (slot = 0; slot < l->slot_count; slot++) {
			if (l->slots[slot].col == column_find(t->steps[i].name))
				l->steps[l->step_count++] =
					(struct layout_step){ (uint8_t)slot, t->steps[i].width };
		}
	}
}

/* The kernel's, then the wire's: the rule stands once. */
static void add_asked(struct layout *l, const struct slottable *t,
		      const struct column *const *cols, unsigned count)
{
	unsigned pass, i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < count; i++) {
			const struct slotrow *r = find_row(t, cols[i]);

			if (is_at_wire(t, r, cols[i]) == (pass == 1))
				add_slot(l, t, r, cols[i]);
		}
	}
	for (i = 0; i < l->slot_count; i++)
		l->slots[i].wish = WISH_SHOWN;
}

void slots_show_netns(struct layout *l, bool several)
{
	const struct column *netns = column_find("netns");
	unsigned i;

	for (i = 0; i < l->slot_count; i++) {
		struct slot *s = &l->slots[i];

		if (s->col == netns && s->wish != WISH_SHOWN && !s->chosen)
			s->wish = several ? WISH_AUTO : WISH_HIDDEN;
	}
}

void slots_init(struct layout *l, const struct column *const *cols, unsigned count, bool file)
{
	const struct slottable *t = &tables[file];
	const struct column *c;
	unsigned i;

	memset(l, 0, sizeof(*l));
	l->rule_x = -1;
	if (count) {
		add_asked(l, t, cols, count);
		return;
	}
	for (i = 0; i < t->row_count; i++) {
		c = column_find(t->rows[i].name);
		if (c)
			add_slot(l, t, &t->rows[i], c);
	}
	add_steps(l, t);
	slots_show_netns(l, false);
}

int slots_find_sort(const struct layout *l, const struct column *sort)
{
	unsigned i;

	for (i = 0; sort && i < l->slot_count; i++) {
		if (l->slots[i].col == sort || l->slots[i].sort == sort)
			return (int)i;
	}
	return -1;
}
