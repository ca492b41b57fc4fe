/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cells of interfaces; see ifcells.h. Tables and getters; no state.
 */
#include "ui/ifcells.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"

enum { COVERED_ENOUGH = 9990 };		/* of 10000: less is worth a look */

static void put(char *out, const char *text)
{
	snprintf(out, IFCELL_TEXT, "%.*s", IFCELL_TEXT - 1, text);
}

static void make_name(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	(void)bits;
	snprintf(out, IFCELL_TEXT, "%.*s", EVENT_NAME_MAX, i->rec.name);
}

static void make_netns(const struct model *m, const struct iface *i, bool bits, char *out)
{
	const struct netnsrec *n = model_netns(m, i->rec.netns);

	(void)bits;
	if (n)
		put(out, n->name);
}

/* IFF_RUNNING is the carrier: a cable that is plugged in, a peer that is up. */
static bool is_up(const struct iface *i)
{
	return i->rec.flags & IFF_UP && i->rec.flags & IFF_RUNNING;
}

static void make_state(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	(void)bits;
	if (i->rec.no_stats)
		put(out, "-");
	else
		put(out, is_up(i) ? "up" : i->rec.flags & IFF_UP ? "no link" : "down");
}

static void make_type(const struct model *m, const struct iface *i, bool bits, char *out)
{
	static const struct {
		uint16_t type;
		const char *name;
	} types[] = {
		{ ARPHRD_ETHER, "ethernet" },	    { ARPHRD_LOOPBACK, "loopback" },
		{ ARPHRD_NONE, "tunnel" },	    { ARPHRD_TUNNEL, "ipip" },
		{ ARPHRD_TUNNEL6, "ip6tnl" },	    { ARPHRD_SIT, "sit" },
		{ ARPHRD_IPGRE, "gre" },	    { ARPHRD_IP6GRE, "ip6gre" },
		{ ARPHRD_PPP, "ppp" },		    { ARPHRD_INFINIBAND, "infiniband" },
		{ ARPHRD_IEEE80211, "802.11" },	    { ARPHRD_IEEE80211_PRISM, "802.11" },
		{ ARPHRD_IEEE80211_RADIOTAP, "802.11" }, { ARPHRD_NETLINK, "netlink" },
	};
	size_t k;

	(void)m;
	(void)bits;
	for (k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
		if (types[k].type == i->rec.type) {
			put(out, types[k].name);
			return;
		}
	}
	if (i->rec.no_stats)
		put(out, "-");
	else
		snprintf(out, IFCELL_TEXT, "type %u", i->rec.type);
}

static void make_master(const struct model *m, const struct iface *i, bool bits, char *out)
{
	const struct iface *master = i->rec.master ? model_iface(m, i->rec.netns, i->rec.master)
						   : NULL;

	(void)bits;
	if (master)
		snprintf(out, IFCELL_TEXT, "%.*s", EVENT_NAME_MAX, master->rec.name);
	else if (i->rec.master)		/* in a namespace that is not looked at */
		snprintf(out, IFCELL_TEXT, "if%u", i->rec.master);
}

/* As in the list of connections: "81.7K", in bits "654K". */
static void put_rate(char *out, uint64_t bps, bool bits)
{
	if (bps == MODEL_RATE_UNKNOWN)
		put(out, "-");
	else
		human_count(out, IFCELL_TEXT, bits ? bps * 8 : bps);
}

static void make_rx(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	put_rate(out, i->rx_bps, bits);
}

static void make_tx(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	put_rate(out, i->tx_bps, bits);
}

static void make_nothing(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	(void)i;
	(void)bits;
	out[0] = '\0';
}

static uint64_t since(uint64_t base, uint64_t now)
{
	return now > base ? now - base : 0;	/* the driver was reset */
}

bool ifcell_packets(const struct iface *i, uint64_t out[static 2])
{
	if (!i->base.ifindex)
		return false;
	out[0] = since(i->base.rx_packets, i->rec.rx_packets);
	out[1] = i->rec.flags & IFF_LOOPBACK ? 0 : since(i->base.tx_packets, i->rec.tx_packets);
	return true;
}

/* Between the two the interface counts some of either kind: all of its own were captured. */
static uint64_t counted_as(const struct ifway *w, uint64_t own, uint64_t packets, uint64_t segs)
{
	if (packets >= own || (w->not_segs && !w->not_frames))
		return packets;
	return segs <= own ? segs : own;
}

bool ifcell_captured(const struct iface *i, uint64_t out[static 2])
{
	uint64_t own[2] = { 0, 0 };

	if (!i->seen.ifindex)
		return false;
	ifcell_packets(i, own);
	out[0] = counted_as(&i->way[0], own[0], i->seen.rx_packets, i->seen.rx_segs);
	out[1] = counted_as(&i->way[1], own[1], i->seen.tx_packets, i->seen.tx_segs);
	return true;
}

static void put_sum(char *out, bool known, const uint64_t n[static 2])
{
	if (known)
		human_count(out, IFCELL_TEXT, n[0] + n[1]);
	else
		put(out, "-");
}

static void make_packets(const struct model *m, const struct iface *i, bool bits, char *out)
{
	uint64_t n[2] = { 0, 0 };
	bool known = ifcell_packets(i, n);

	(void)m;
	(void)bits;
	put_sum(out, known, n);
}

static void make_captured(const struct model *m, const struct iface *i, bool bits, char *out)
{
	uint64_t n[2] = { 0, 0 };
	bool known = ifcell_captured(i, n);

	(void)m;
	(void)bits;
	put_sum(out, known, n);
}

/* Cut, not rounded: what is not all does not read 100. */
static void make_seen(const struct model *m, const struct iface *i, bool bits, char *out)
{
	int hundredths = model_iface_coverage(i);

	(void)m;
	(void)bits;
	if (hundredths < 0)
		put(out, "-");
	else if (hundredths >= 10000)
		put(out, "100 %");
	else
		snprintf(out, IFCELL_TEXT, "%d.%d %%", hundredths / 100, hundredths / 10 % 10);
}

/* Of its own statistics, which a file does not have. */
static void put_own(char *out, const struct iface *i, uint64_t n)
{
	if (i->rec.no_stats)
		put(out, "-");
	else
		human_count(out, IFCELL_TEXT, n);
}

static void make_drops(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	(void)bits;
	put_own(out, i, i->rec.rx_dropped + i->rec.tx_dropped);
}

static void make_errors(const struct model *m, const struct iface *i, bool bits, char *out)
{
	(void)m;
	(void)bits;
	put_own(out, i, i->rec.rx_errors + i->rec.tx_errors);
}

/* In the order of the screen. */
static const struct {
	const char *title;
	uint8_t max;
	bool right, filler;
	void (*make)(const struct model *m, const struct iface *i, bool bits, char *out);
} columns[IFCELLS] = {
	[IFCELL_NAME] = { "INTERFACE", 15, .make = make_name },
	[IFCELL_NETNS] = { "NETNS", 20, .make = make_netns },
	[IFCELL_STATE] = { "STATE", 7, .make = make_state },
	[IFCELL_TYPE] = { "TYPE", 10, .make = make_type },
	[IFCELL_MASTER] = { "MASTER", 15, .make = make_master },
	[IFCELL_RX] = { "RX/s", 6, .right = true, .make = make_rx },
	[IFCELL_TX] = { "TX/s", 6, .right = true, .make = make_tx },
	[IFCELL_GRAPH] = { "", 100, .filler = true, .make = make_nothing },
	[IFCELL_PACKETS] = { "PACKETS", 7, .right = true, .make = make_packets },
	[IFCELL_CAPTURED] = { "CAPTURED", 8, .right = true, .make = make_captured },
	[IFCELL_SEEN] = { "SEEN", 6, .right = true, .make = make_seen },
	[IFCELL_DROPS] = { "DROPS", 5, .right = true, .make = make_drops },
	[IFCELL_ERRORS] = { "ERRS", 5, .right = true, .make = make_errors },
};

/* In the order of importance. At 40 and 80 cells the steps so far fill the line exactly. */
static const struct layout_step steps[] = {
	{ IFCELL_NAME, 8 },
	{ IFCELL_RX, 6 },
	{ IFCELL_TX, 6 },
	{ IFCELL_SEEN, 6 },
	{ IFCELL_STATE, 7 },			/* 40 */
	{ IFCELL_DROPS, 5 },
	{ IFCELL_PACKETS, 7 },
	{ IFCELL_CAPTURED, 8 },
	{ IFCELL_ERRORS, 5 },
	{ IFCELL_NAME, 10 },
	{ IFCELL_GRAPH, 8 },			/* 80 */
	{ IFCELL_NETNS, 10 },			/* only where there are several */
	{ IFCELL_TYPE, 8 },
	{ IFCELL_MASTER, 8 },
	{ IFCELL_NAME, 15 },
};

void ifcells_init(struct layout *l)
{
	unsigned i;

	memset(l, 0, sizeof(*l));
	l->rule_x = -1;
	l->slot_count = IFCELLS;
	for (i = 0; i < IFCELLS; i++)
		l->slots[i] = (struct slot){
			.title = columns[i].title,
			.max = columns[i].max,
			.right = columns[i].right,
			.filler = columns[i].filler,
		};
	l->step_count = sizeof(steps) / sizeof(steps[0]);
	memcpy(l->steps, steps, sizeof(steps));
}

void ifcell_make(const struct model *m, const struct iface *i, enum ifcell cell, bool bits,
		 char out[static IFCELL_TEXT])
{
	out[0] = '\0';
	columns[cell].make(m, i, bits, out);
}

/* Since the capture began: what was lost before is past mending. */
static bool has_new(const struct iface *i, uint64_t base, uint64_t now)
{
	return i->base.ifindex && now > base;
}

static enum style seen_style(const struct iface *i)
{
	int hundredths = model_iface_coverage(i);

	return hundredths < 0			? STYLE_DIM
	       : hundredths < COVERED_ENOUGH	? STYLE_TROUBLE
						: STYLE_NORMAL;
}

enum style ifcell_style(enum ifcell cell, const struct iface *i)
{
	const struct ifacerec *now = &i->rec, *base = &i->base;

	switch (cell) {
	case IFCELL_RX:
		return i->rx_bps && i->rx_bps != MODEL_RATE_UNKNOWN ? STYLE_RX : STYLE_DIM;
	case IFCELL_TX:
		return i->tx_bps && i->tx_bps != MODEL_RATE_UNKNOWN ? STYLE_TX : STYLE_DIM;
	case IFCELL_SEEN:
		return seen_style(i);
	case IFCELL_DROPS:
		return has_new(i, base->rx_dropped + base->tx_dropped,
			       now->rx_dropped + now->tx_dropped) ? STYLE_TROUBLE
		       : now->rx_dropped + now->tx_dropped	  ? STYLE_NORMAL
								  : STYLE_DIM;
	case IFCELL_ERRORS:
		return has_new(i, base->rx_errors + base->tx_errors,
			       now->rx_errors + now->tx_errors) ? STYLE_TROUBLE
		       : now->rx_errors + now->tx_errors	? STYLE_NORMAL
								: STYLE_DIM;
	case IFCELL_STATE:
		return is_up(i) ? STYLE_GOOD : i->rec.flags & IFF_UP ? STYLE_TROUBLE : STYLE_DIM;
	case IFCELL_NAME:
		return is_up(i) || i->rec.no_stats ? STYLE_PROCESS : STYLE_DIM;
	case IFCELL_TYPE:
	case IFCELL_NETNS:
	case IFCELL_MASTER:
		return STYLE_DIM;
	default:
		return STYLE_NORMAL;
	}
}
