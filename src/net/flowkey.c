/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical order of a flow's ends. Does not know which end is local: that is the join's business.
 */
#include "net/flowkey.h"

static int compare_ends(const struct addr *x, uint16_t xport, const struct addr *y, uint16_t yport)
{
	int order = memcmp(x->b, y->b, sizeof(x->b));

	return order ? order : (int)xport - (int)yport;
}

unsigned flowkey_make(struct flowkey *key, uint8_t proto, const struct addr *src, uint16_t sport,
		      const struct addr *dst, uint16_t dport)
{
	unsigned from = compare_ends(src, sport, dst, dport) > 0;

	*key = (struct flowkey){ .proto = proto };
	key->addr[from] = *src;
	key->port[from] = sport;
	key->addr[!from] = *dst;
	key->port[!from] = dport;
	return from;
}
