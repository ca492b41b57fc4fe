/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which ICMP errors are copies. All errors between two hosts are one flow, so that its first
 * observation point says nothing of an error about another flow that goes by elsewhere. Instead the
 * point that told of a flow first counts, and what tells the same at another one at nearly the same
 * time is a copy on its way. Fixed size: flows with a hash of the same low bits push each other out,
 * and a copy may then count. Owned by the flow table; pure.
 */
#ifndef SOCKMON_NET_ERRORCOPIES_H
#define SOCKMON_NET_ERRORCOPIES_H

#include "net/decode.h"

enum { ERRORCOPIES_BITS = 8 };

struct errorcopies {
	struct errorseen {
		uint64_t hash;		/* of the flow that it was about */
		uint64_t time_ns;	/* 0 = none */
		uint32_t ifindex;
		uint8_t way;		/* enum pktway */
		uint8_t type, code;
	} seen[1 << ERRORCOPIES_BITS];
};

/* Is this error, about the flow with that hash, a copy of one before? Remembers it if not. */
bool errorcopies_is_copy(struct errorcopies *c, uint64_t hash, const struct pktmeta *error);

#endif
