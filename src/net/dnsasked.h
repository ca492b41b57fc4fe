/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which DNS questions were seen: an answer is believed only where its question passed before, for
 * else one packet from anybody's port 53 could name any address. What is kept of a question is a
 * seeded hash of its flow, its id and the beginning of the name that it asks for. Fixed size: a
 * newer question takes the place of an older one. Owned by whoever reads the packets; pure.
 */
#ifndef SOCKMON_NET_DNSASKED_H
#define SOCKMON_NET_DNSASKED_H

#include "net/decode.h"
#include "net/dns.h"

enum { DNSASKED_SLOTS = 1024 };

struct dnsasked {
	uint64_t seed;
	uint32_t slot[DNSASKED_SLOTS];	/* 0 = free */
};

void dnsasked_init(struct dnsasked *a, uint64_t hash_seed);

/* m: a datagram to DNS_PORT. What is no question, or cut off, is not kept. */
void dnsasked_note(struct dnsasked *a, const struct pktmeta *m);

/* m: a datagram from DNS_PORT. Did the question pass that it answers? */
bool dnsasked_has(const struct dnsasked *a, const struct pktmeta *m);

#endif
