/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses. Both tables are sorted arrays: interfaces by namespace and index,
 * addresses by address, namespace, interface and prefix. Hosts with more than the caps below
 * keep the first ones.
 */
#include "model/iftab.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum {
	IFACES_MAX = 4096,
	ADDRS_MAX = 65536,
	WHOLE = 10000,		/* 100 % in hundredths */
	IFF_LOOPBACK = 0x8,	/* linux/if.h */
};

enum { RX, TX };	/* struct iface */

struct iftab {
	struct iface *iface;
	unsigned iface_count, iface_cap;
	struct addrrec *addr;
	unsigned addr_count, addr_cap;
	unsigned addrs_in[NETNS_MAX];	/* how many of them each namespace has */
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

static bool is_before(const struct ifacerec *x, uint16_t netns, uint32_t ifindex)
{
	return x->netns != netns ? x->netns < netns : x->ifindex < ifindex;
}

/* The interface's place in the sorted array, or where it would stand. */
static unsigned iface_place(const struct iftab *t, uint16_t netns, uint32_t ifindex)
{
	unsigned low = 0, high = t->iface_count;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (is_before(&t->iface[mid].rec, netns, ifindex))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool place_holds(const struct iftab *t, unsigned at, uint16_t netns, uint32_t ifindex)
{
	return at < t->iface_count && t->iface[at].rec.netns == netns &&
	       t->iface[at].rec.ifindex == ifindex;
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
	t->iface[at] = (struct iface){ .rx_bps = MODEL_RATE_UNKNOWN, .tx_bps = MODEL_RATE_UNKNOWN,
				       .coverage = -1 };
	return &t->iface[at];
}

/* bytes per second, unknown where a counter went backwards (the driver was reset) */
static uint64_t rate(uint64_t before, uint64_t now, uint64_t span_ns)
{
	if (now < before)
		return MODEL_RATE_UNKNOWN;
	return (uint64_t)((double)(now - before) * 1e9 / (double)span_ns);
}

void iftab_apply_iface(struct iftab *t, const struct ifacerec *rec, uint64_t now_ns)
{
	unsigned at = iface_place(t, rec->netns, rec->ifindex);
	struct iface *i = place_holds(t, at, rec->netns, rec->ifindex) ? &t->iface[at] : NULL;

	if (rec->gone) {
		if (i)
			remove_iface(t, at);
		return;
	}
	if (!i)
		i = insert_iface(t, at);
	if (!i)
		return;
	if (rec->no_stats) {
		i->rec = *rec;
		return;
	}
	i->stats_ns = now_ns;
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

void iftab_apply_count(struct iftab *t, const struct ifcountrec *rec)
{
	unsigned at = iface_place(t, rec->netns, rec->ifindex);

	if (place_holds(t, at, rec->netns, rec->ifindex))
		t->iface[at].seen = *rec;	/* else it is told of later, and the count again */
}

void iftab_put_bases(struct iftab *t, uint64_t since_ns)
{
	for (unsigned at = 0; at < t->iface_count; at++) {
		struct iface *i = &t->iface[at];

		if (!i->base.ifindex && i->read_ns >= since_ns &&
		    (!i->rec.netns || i->seen.ifindex))
			i->base = i->rec;
	}
}

/* ---- what was captured of what passed */

/* On lo each packet is sent and received, and captured as received. */
static uint64_t packets_of(const struct iface *i, const struct ifacerec *r, unsigned way)
{
	if (way == RX)
		return r->rx_packets;
	return i->rec.flags & IFF_LOOPBACK ? 0 : r->tx_packets;
}

/* Of `all`, which is not 0; rounded down: where any is missing it is not all. */
static int32_t hundredths(uint64_t all, uint64_t missing)
{
	double seen = missing < all ? (double)(all - missing) * WHOLE / (double)all : 0;

	return missing && seen >= WHOLE ? WHOLE - 1 : (int32_t)seen;
}

/* A super-packet is one to some interfaces, its segments to others. Unsettled: the more. */
static uint64_t captured(const struct ifway *w, uint64_t frames, uint64_t segs)
{
	return (w->not_segs && !w->not_frames) || frames > segs ? frames : segs;
}

/* `own` was read after segs_before was told, and before frames were. */
static void settle_unit(struct ifway *w, uint64_t own, uint64_t frames, bool dropped)
{
	if (w->segs_before > w->segs_first && w->segs_before - w->segs_first > own)
		w->not_segs = true;
	if (!dropped && frames < own)
		w->not_frames = true;
}

/* By segments nothing may be missing where by super-packets something is. */
static bool is_doubtful(const struct ifway *w, uint64_t own, uint64_t frames, uint64_t segs)
{
	return w->not_segs == w->not_frames && frames < own && frames < segs;
}

static void judge(struct iface *i, bool dropped)
{
	const uint64_t frames[2] = { i->seen.rx_packets, i->seen.tx_packets };
	const uint64_t segs[2] = { i->seen.rx_segs, i->seen.tx_segs };
	uint64_t own = 0, seen = 0;
	bool doubtful = false;

	i->passed_waits = false;
	i->coverage = -1;
	if (!i->seen.ifindex || !i->base.ifindex)
		return;
	for (unsigned w = RX; w <= TX; w++) {
		uint64_t before = packets_of(i, &i->base, w), passed = i->way[w].passed;
		uint64_t mine = passed > before ? passed - before : 0;

		if (!i->judged)
			i->way[w].segs_first = segs[w];
		else if (passed >= before)	/* else the driver was reset */
			settle_unit(&i->way[w], mine, frames[w], dropped);
		doubtful |= is_doubtful(&i->way[w], mine, frames[w], segs[w]);
		seen += captured(&i->way[w], frames[w], segs[w]);
		own += passed - before;
	}
	i->judged = true;
	if ((int64_t)own <= 0)
		return;
	if (own > seen && own - seen > i->missing)
		i->missing = own - seen;
	if (i->missing || !dropped || !doubtful)
		i->coverage = hundredths(own, i->missing);
}

/* Has all that had passed when the statistics were read left the ring? As in coverage.c. */
static bool is_told(const struct iface *i, uint64_t told_ns)
{
	return told_ns >= i->passed_ns &&
	       (i->seen.last_ns >= i->passed_ns + TOLD_ORDER_MS * NSEC_PER_MSEC ||
		told_ns >= i->passed_ns + TOLD_LATE_MS * NSEC_PER_MSEC);
}

static void take_passed(struct iface *i)
{
	for (unsigned w = RX; w <= TX; w++) {
		i->way[w].passed = packets_of(i, &i->rec, w);
		i->way[w].segs_before = i->way[w].segs_told;
	}
	i->passed_ns = i->stats_ns;
	i->passed_waits = true;
}

/* The statistics of one moment are held against what was captured up to a little later. */
static void compare(struct iface *i, uint64_t told_ns, bool dropped)
{
	if (i->passed_waits && is_told(i, told_ns))
		judge(i, dropped);
	if (i->passed_waits || i->stats_ns == i->passed_ns)
		return;
	take_passed(i);
	if (is_told(i, told_ns))
		judge(i, dropped);
}

void iftab_tick(struct iftab *t, uint64_t told_ns, bool dropped)
{
	for (unsigned at = 0; at < t->iface_count; at++) {
		struct iface *i = &t->iface[at];

		compare(i, told_ns, dropped);
		i->way[RX].segs_told = i->seen.rx_segs;
		i->way[TX].segs_told = i->seen.tx_segs;
	}
}

int model_iface_coverage(const struct iface *i)
{
	return i->coverage;
}

/* One IPv4 address with two prefixes is two (__inet_insert_ifa(), net/ipv4/devinet.c). */
static int compare_addr(const struct addrrec *x, const struct addrrec *y)
{
	int by_addr = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	if (by_addr)
		return by_addr;
	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return (x->prefix > y->prefix) - (x->prefix < y->prefix);
}

/* The place of *rec in the sorted array, or where it would stand. */
static unsigned addr_place(const struct iftab *t, const struct addrrec *rec)
{
	unsigned low = 0, high = t->addr_count;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (compare_addr(&t->addr[mid], rec) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void remove_addr(struct iftab *t, unsigned at)
{
	t->addrs_in[t->addr[at].netns]--;
	memmove(&t->addr[at], &t->addr[at + 1], (t->addr_count - at - 1) * sizeof(*t->addr));
	t->addr_count--;
}

static bool insert_addr(struct iftab *t, unsigned at, const struct addrrec *rec)
{
	if (t->addr_count == ADDRS_MAX)
		return false;
	if (t->addr_count == t->addr_cap) {
		t->addr_cap = t->addr_cap ? t->addr_cap * 2 : 16;
		t->addr = xreallocarray(t->addr, t->addr_cap, sizeof(*t->addr));
	}
	memmove(&t->addr[at + 1], &t->addr[at], (t->addr_count - at) * sizeof(*t->addr));
	t->addr_count++;
	t->addr[at] = *rec;
	t->addrs_in[rec->netns]++;
	return true;
}

bool iftab_apply_addr(struct iftab *t, const struct addrrec *rec)
{
	unsigned at = addr_place(t, rec);
	bool known = at < t->addr_count && compare_addr(&t->addr[at], rec) == 0;

	if (rec->netns >= NETNS_MAX)
		return false;
	if (known == !rec->gone)
		return false;
	if (!rec->gone)
		return insert_addr(t, at, rec);
	remove_addr(t, at);
	return true;
}

static void drop_ifaces(struct iftab *t, uint16_t netns)
{
	unsigned from = iface_place(t, netns, 0), to = from;

	while (to < t->iface_count && t->iface[to].rec.netns == netns)
		to++;
	if (from == to)
		return;
	memmove(&t->iface[from], &t->iface[to], (t->iface_count - to) * sizeof(*t->iface));
	t->iface_count -= to - from;
}

bool iftab_drop_netns(struct iftab *t, uint16_t netns)
{
	unsigned kept = 0;

	drop_ifaces(t, netns);
	if (!iftab_knows_addresses(t, netns))
		return false;
	for (unsigned i = 0; i < t->addr_count; i++)
		if (t->addr[i].netns != netns)
			t->addr[kept++] = t->addr[i];
	t->addr_count = kept;
	t->addrs_in[netns] = 0;
	return true;
}

const struct iface *iftab_find(const struct iftab *t, uint16_t netns, uint32_t ifindex)
{
	unsigned at = iface_place(t, netns, ifindex);

	return place_holds(t, at, netns, ifindex) ? &t->iface[at] : NULL;
}

const struct iface *iftab_at(const struct iftab *t, unsigned i)
{
	return i < t->iface_count ? &t->iface[i] : NULL;
}

const struct addrrec *iftab_addr_at(const struct iftab *t, unsigned i)
{
	return i < t->addr_count ? &t->addr[i] : NULL;
}

bool iftab_knows_addresses(const struct iftab *t, uint16_t netns)
{
	return netns < NETNS_MAX && t->addrs_in[netns] > 0;
}

/* Its first entry in that namespace or a later one; NULL: there is none. */
static const struct addrrec *find_addr(const struct iftab *t, uint16_t netns, const struct addr *a)
{
	struct addrrec first = { .netns = netns, .addr = *a };
	unsigned at = addr_place(t, &first);

	if (at == t->addr_count || memcmp(&t->addr[at].addr, a, sizeof(*a)) != 0)
		return NULL;
	return &t->addr[at];
}

bool iftab_is_local(const struct iftab *t, uint16_t netns, const struct addr *a)
{
	const struct addrrec *r;

	if (addr_is_loopback(a))
		return true;
	r = find_addr(t, netns, a);
	return r && r->netns == netns;
}

bool iftab_is_elsewhere(const struct iftab *t, uint16_t netns, const struct addr *a)
{
	const struct addrrec *r;

	if (addr_is_loopback(a))
		return false;
	r = find_addr(t, 0, a);
	if (r && r->netns == netns)
		r = find_addr(t, (uint16_t)(netns + 1), a);
	return r != NULL;
}

bool iftab_is_broadcast(const struct iftab *t, uint16_t netns, const struct addr *a)
{
	if (!addr_is_v4(a) || !iftab_knows_addresses(t, netns))
		return false;
	for (unsigned i = 0; i < t->addr_count; i++) {
		const struct addrrec *r = &t->addr[i];
		uint32_t host, dst;

		if (r->netns != netns || !addr_is_v4(&r->addr) || r->prefix == 0 || r->prefix > 30)
			continue;
		memcpy(&host, &r->addr.b[12], 4);
		memcpy(&dst, &a->b[12], 4);
		if ((ntohl(host) | (UINT32_MAX >> r->prefix)) == ntohl(dst))
			return true;
	}
	return false;
}
