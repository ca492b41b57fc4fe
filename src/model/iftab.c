/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses. Both tables are small arrays: interfaces in order of index, addresses sorted
 * for bsearch(). Hosts with more than the caps below keep the first ones.
 */
#include "model/iftab.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { IFACES_MAX = 4096, ADDRS_MAX = 65536 };

struct iftab {
	struct iface *iface;
	unsigned iface_count, iface_cap;
	struct addrrec *addr;
	unsigned addr_count, addr_cap;
};

struct iftab *iftab_new(void)
{
	return xcalloc(1, sizeof(struct iftab));
}

void iftab_free(struct iftab *t)
{
	if (!t)
		return;
	free(t->iface);
	free(t->addr);
	free(t);
}

/* The place of ifindex in the sorted array, or where it would stand. */
static unsigned iface_place(const struct iftab *t, uint32_t ifindex)
{
	unsigned low = 0, high = t->iface_count;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (t->iface[mid].rec.ifindex < ifindex)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool place_holds(const struct iftab *t, unsigned at, uint32_t ifindex)
{
	return at < t->iface_count && t->iface[at].rec.ifindex == ifindex;
}

static void remove_iface(struct iftab *t, unsigned at)
{
	memmove(&t->iface[at], &t->iface[at + 1], (t->iface_count - at - 1) * sizeof(*t->iface));
	t->iface_count--;
}

static struct iface *insert_iface(struct iftab *t, unsigned at)
{
	if (t->iface_count == IFACES_MAX)
		return NULL;
	if (t->iface_count == t->iface_cap) {
		t->iface_cap = t->iface_cap ? t->iface_cap * 2 : 16;
		t->iface = xreallocarray(t->iface, t->iface_cap, sizeof(*t->iface));
	}
	memmove(&t->iface[at + 1], &t->iface[at], (t->iface_count - at) * sizeof(*t->iface));
	t->iface_count++;
	t->iface[at] = (struct iface){ .rx_bps = MODEL_RATE_UNKNOWN, .tx_bps = MODEL_RATE_UNKNOWN };
	return &t->iface[at];
}

/* bytes per second, 0 where a counter went backwards (the driver was reset) */
static uint64_t rate(uint64_t before, uint64_t now, uint64_t span_ns)
{
	return now < before ? 0 : (uint64_t)((double)(now - before) * 1e9 / (double)span_ns);
}

void iftab_apply_iface(struct iftab *t, const struct ifacerec *rec, uint64_t now_ns)
{
	unsigned at = iface_place(t, rec->ifindex);
	struct iface *i = place_holds(t, at, rec->ifindex) ? &t->iface[at] : NULL;

	if (rec->gone) {
		if (i)
			remove_iface(t, at);
		return;
	}
	if (!i)
		i = insert_iface(t, at);
	if (!i)
		return;
	if (i->read_ns && now_ns > i->read_ns + 100 * NSEC_PER_MSEC) {
		i->rx_bps = rate(i->rec.rx_bytes, rec->rx_bytes, now_ns - i->read_ns);
		i->tx_bps = rate(i->rec.tx_bytes, rec->tx_bytes, now_ns - i->read_ns);
	} else if (i->read_ns) {
		/* too soon for a rate: keep the older reading to measure from */
		uint64_t rx = i->rec.rx_bytes, tx = i->rec.tx_bytes;

		i->rec = *rec;
		i->rec.rx_bytes = rx;
		i->rec.tx_bytes = tx;
		return;
	}
	i->rec = *rec;
	i->read_ns = now_ns;
}

static int compare_addr(const void *x, const void *y)
{
	const struct addrrec *a = x, *b = y;
	int by_addr = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return by_addr ? by_addr : (a->ifindex > b->ifindex) - (a->ifindex < b->ifindex);
}

bool iftab_apply_addr(struct iftab *t, const struct addrrec *rec)
{
	struct addrrec *old = t->addr_count ? bsearch(rec, t->addr, t->addr_count, sizeof(*rec),
						      compare_addr) : NULL;

	if (old && rec->gone) {
		memmove(old, old + 1, (size_t)(t->addr + t->addr_count - old - 1) * sizeof(*old));
		t->addr_count--;
		return true;
	}
	if (old || rec->gone || t->addr_count == ADDRS_MAX)
		return false;
	if (t->addr_count == t->addr_cap) {
		t->addr_cap = t->addr_cap ? t->addr_cap * 2 : 16;
		t->addr = xreallocarray(t->addr, t->addr_cap, sizeof(*t->addr));
	}
	t->addr[t->addr_count++] = *rec;
	qsort(t->addr, t->addr_count, sizeof(*t->addr), compare_addr);
	return true;
}

const struct iface *iftab_find(const struct iftab *t, uint32_t ifindex)
{
	unsigned at = iface_place(t, ifindex);

	return place_holds(t, at, ifindex) ? &t->iface[at] : NULL;
}

const struct iface *iftab_at(const struct iftab *t, unsigned i)
{
	return i < t->iface_count ? &t->iface[i] : NULL;
}

bool iftab_knows_addresses(const struct iftab *t)
{
	return t->addr_count > 0;
}

bool iftab_is_local(const struct iftab *t, const struct addr *a)
{
	unsigned low = 0, high = t->addr_count;

	if (addr_is_loopback(a))
		return true;
	while (low < high) {
		unsigned mid = (low + high) / 2;
		int c = memcmp(&t->addr[mid].addr, a, sizeof(*a));

		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool iftab_is_broadcast(const struct iftab *t, const struct addr *a)
{
	if (!addr_is_v4(a))
		return false;
	for (unsigned i = 0; i < t->addr_count; i++) {
		const struct addrrec *r = &t->addr[i];
		uint32_t host, dst;

		if (!addr_is_v4(&r->addr) || r->prefix == 0 || r->prefix > 30)
			continue;
		memcpy(&host, &r->addr.b[12], 4);
		memcpy(&dst, &a->b[12], 4);
		if ((ntohl(host) | (UINT32_MAX >> r->prefix)) == ntohl(dst))
			return true;
	}
	return false;
}
