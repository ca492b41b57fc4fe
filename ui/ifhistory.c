/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeping the rates of interfaces. Reads no clock: what the model calls a tick is one value.
 */
#include "ui/ifhistory.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void ifhistory_fini(struct ifhistory *h)
{
	free(h->past);
	memset(h, 0, sizeof(*h));
}

static bool is_of(const struct ifpast *p, const struct iface *i)
{
	return p->ifindex == i->rec.ifindex && p->netns == i->rec.netns;
}

static bool is_before(const struct ifpast *p, const struct iface *i)
{
	return p->netns != i->rec.netns ? p->netns < i->rec.netns : p->ifindex < i->rec.ifindex;
}

static unsigned ifaces_of(const struct model *m)
{
	unsigned count = 0;

	while (count < IFHISTORY_IFACES && model_iface_at(m, count))
		count++;
	return count;
}

static bool is_the_same_set(const struct ifhistory *h, const struct model *m, unsigned count)
{
	unsigned i;

	for (i = 0; i < h->count && i < count; i++) {
		if (!is_of(&h->past[i], model_iface_at(m, i)))
			return false;
	}
	return h->count == count;
}

/* Interfaces came or went: each keeps its own past. Both lists are in the same order. */
static void regroup(struct ifhistory *h, const struct model *m, unsigned count)
{
	struct ifpast *fresh = xcalloc(count ? count : 1, sizeof(*fresh));
	unsigned i, old = 0;

	for (i = 0; i < count; i++) {
		const struct iface *iface = model_iface_at(m, i);

		while (old < h->count && is_before(&h->past[old], iface))
			old++;
		if (old < h->count && is_of(&h->past[old], iface))
			fresh[i] = h->past[old];
		fresh[i].ifindex = iface->rec.ifindex;
		fresh[i].netns = iface->rec.netns;
	}
	free(h->past);
	h->past = fresh;
	h->count = count;
}

static void add(struct ifpast *p, uint64_t rx_bps, uint64_t tx_bps)
{
	if (rx_bps == MODEL_RATE_UNKNOWN || tx_bps == MODEL_RATE_UNKNOWN)
		return;
	if (p->count == IFHISTORY_TICKS) {
		memmove(p->rx_bps, p->rx_bps + 1, sizeof(p->rx_bps) - sizeof(p->rx_bps[0]));
		memmove(p->tx_bps, p->tx_bps + 1, sizeof(p->tx_bps) - sizeof(p->tx_bps[0]));
		p->count--;
	}
	p->rx_bps[p->count] = rx_bps;
	p->tx_bps[p->count] = tx_bps;
	p->count++;
}

void ifhistory_take(struct ifhistory *h, const struct model *m)
{
	unsigned count, i;

	if (h->tick_ns == model_tick_ns(m))
		return;
	h->tick_ns = model_tick_ns(m);
	count = ifaces_of(m);
	if (!is_the_same_set(h, m, count))
		regroup(h, m, count);
	for (i = 0; i < count; i++) {
		const struct iface *iface = model_iface_at(m, i);

		add(&h->past[i], iface->rx_bps, iface->tx_bps);
	}
}

const struct ifpast *ifhistory_find(const struct ifhistory *h, const struct iface *i)
{
	unsigned low = 0, high = h->count;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (is_before(&h->past[mid], i))
			low = mid + 1;
		else
			high = mid;
	}
	return low < h->count && is_of(&h->past[low], i) ? &h->past[low] : NULL;
}

uint64_t ifpast_load(const struct ifpast *p)
{
	unsigned n = p && p->count < IFHISTORY_LOAD_TICKS ? p->count : IFHISTORY_LOAD_TICKS, i;
	double sum = 0;

	if (!p || !n)
		return 0;
	for (i = p->count - n; i < p->count; i++)
		sum += (double)p->rx_bps[i] + (double)p->tx_bps[i];
	return (uint64_t)(sum / n);
}
