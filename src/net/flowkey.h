/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a flow: both endpoints, the IP protocol and the namespace. Ends are in canonical order
 * (end 0 <= end 1 by address, then port), so both directions have one key.
 *
 * ports[]: host order. TCP, UDP, UDPLITE, SCTP, DCCP: the ports. ICMP/ICMPv6 echo: the identifier
 * in both. ESP: 0. No ports known (a later fragment without its first): 0.
 * The struct has no padding: it is hashed and compared as bytes.
 */
#ifndef SOCKMON_NET_FLOWKEY_H
#define SOCKMON_NET_FLOWKEY_H

#include <endian.h>

#include "base/hash.h"
#include "net/addr.h"

struct flowkey {
	struct addr addr[2];
	uint16_t port[2];
	uint8_t proto;		/* IP protocol number */
	uint8_t reserved;	/* 0 */
	uint16_t netns;		/* index of the capturing namespace; 0 = sockmon's own */
};

_Static_assert(sizeof(struct flowkey) == 40, "hashed as bytes: no padding");

static inline uint64_t flowkey_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/* The order of memcmp(), in two compares: this runs once a packet. */
static inline bool flowkey_is_after(const struct addr *x, uint16_t xport, const struct addr *y,
				    uint16_t yport)
{
	uint64_t xh = flowkey_load64(x->b), yh = flowkey_load64(y->b);
	uint64_t xl = flowkey_load64(x->b + 8), yl = flowkey_load64(y->b + 8);

	if (xh != yh)
		return xh > yh;
	return xl != yl ? xl > yl : xport > yport;
}

/*
 * Fills *key in canonical order; returns the end (0 or 1) at which `src` stands. Equal ends give
 * 0.
 */
static inline unsigned flowkey_make(struct flowkey *key, uint8_t proto, const struct addr *src,
				    uint16_t sport, const struct addr *dst, uint16_t dport)
{
	unsigned from = flowkey_is_after(src, sport, dst, dport);

	key->addr[from] = *src;
	key->addr[!from] = *dst;
	key->port[from] = sport;
	key->port[!from] = dport;
	key->proto = proto;
	key->reserved = 0;
	key->netns = 0;
	return from;
}

static inline bool flowkey_equal(const struct flowkey *x, const struct flowkey *y)
{
	return memcmp(x, y, sizeof(*x)) == 0;
}

static inline uint64_t flowkey_hash(const struct flowkey *k, uint64_t seed)
{
	return hash_bytes(k, sizeof(*k), seed);
}

#endif
