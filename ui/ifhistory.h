/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rates of every interface over the last ticks, which the model does not keep. One record for
 * each, in the model's order; hosts with more than IFHISTORY_IFACES keep the first ones.
 */
#ifndef SOCKMON_UI_IFHISTORY_H
#define SOCKMON_UI_IFHISTORY_H

#include "model/model.h"

enum { IFHISTORY_TICKS = 300, IFHISTORY_IFACES = 256, IFHISTORY_LOAD_TICKS = 10 };

struct ifpast {
	uint32_t ifindex;
	uint16_t netns;
	uint16_t count;			/* ticks; a tick without a rate is left out */
	uint64_t rx_bps[IFHISTORY_TICKS], tx_bps[IFHISTORY_TICKS];	/* oldest first */
};

struct ifhistory {
	struct ifpast *past;		/* owned */
	unsigned count;
	uint64_t tick_ns;		/* the last tick that was taken */
};

void ifhistory_fini(struct ifhistory *h);

/* Takes the rates of the model's last tick, once. */
void ifhistory_take(struct ifhistory *h, const struct model *m);

/* NULL: nothing is known of it. Borrowed until the next ifhistory_take(). */
const struct ifpast *ifhistory_find(const struct ifhistory *h, const struct iface *i);

/* Bytes per second both ways, smoothed: what to sort by, so that lines do not swap on noise. */
uint64_t ifpast_load(const struct ifpast *p);

#endif
