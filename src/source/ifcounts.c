/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets by interface: see ifcounts.h. */
#include "source/ifcounts.h"

#include <string.h>

static unsigned slot_of(uint32_t ifindex, uint16_t netns)
{
	/* Numbers that the kernel gives out one after another: no stranger chooses them. */
	return (ifindex + netns * 37u) % IFCOUNTS_SLOTS;
}

/* Not an interface, or one too many. */
static struct ifcount *overflow(struct ifcounts *t)
{
	return &t->entries[IFCOUNTS_MAX];
}

void ifcounts_init(struct ifcounts *t)
{
	memset(t, 0, sizeof(*t));
	t->last = overflow(t);
}

static uint16_t *seek(struct ifcounts *t, uint32_t ifindex, uint16_t netns)
{
	unsigned at = slot_of(ifindex, netns);

	while (t->slots[at]) {
		const struct ifcountrec *r = &t->entries[t->slots[at] - 1].rec;

		if (r->ifindex == ifindex && r->netns == netns)
			break;
		at = (at + 1) % IFCOUNTS_SLOTS;
	}
	return &t->slots[at];
}

struct ifcount *ifcounts_find(struct ifcounts *t, uint32_t ifindex, uint16_t netns)
{
	uint16_t *slot;

	if (!ifindex)
		return overflow(t);
	slot = seek(t, ifindex, netns);
	if (!*slot && t->count == IFCOUNTS_MAX)
		return overflow(t);
	if (!*slot) {
		t->entries[t->count] = (struct ifcount){ .rec = { .ifindex = ifindex,
								  .netns = netns } };
		*slot = (uint16_t)++t->count;
	}
	t->last = &t->entries[*slot - 1];
	return t->last;
}

void ifcounts_drop_netns(struct ifcounts *t, uint16_t netns)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->count; i++)
		if (t->entries[i].rec.netns != netns)
			t->entries[kept++] = t->entries[i];
	t->count = kept;
	t->last = overflow(t);
	memset(t->slots, 0, sizeof(t->slots));
	for (unsigned i = 0; i < kept; i++)
		*seek(t, t->entries[i].rec.ifindex, t->entries[i].rec.netns) = (uint16_t)(i + 1);
}

unsigned ifcounts_collect(struct ifcounts *t, struct ifcountrec out[static IFCOUNTS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->count; i++) {
		struct ifcount *c = &t->entries[i];
		uint64_t now = c->rec.rx_packets + c->rec.tx_packets;

		if (now == c->told)
			continue;
		c->told = now;
		out[n++] = c->rec;
	}
	return n;
}
