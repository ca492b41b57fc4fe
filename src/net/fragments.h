/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Later fragments have no ports, nor what headers are in front of these: a table remembers ports
 * and protocol of first fragments for 30 s of packet time (RFC 791's and RFC 8200's reassembly
 * times), by addresses, what the whole begins with, identification and namespace. Fixed size: a
 * newer datagram takes the place of an older one. Nothing is put together; a fragment that comes
 * before its first stays without ports. Owned by the flow table; pure.
 */
#ifndef SOCKMON_NET_FRAGMENTS_H
#define SOCKMON_NET_FRAGMENTS_H

#include "net/decode.h"

struct fragments;

struct fragments *fragments_new(uint64_t hash_seed);	/* NULL: memory is short */
void fragments_free(struct fragments *f);

/* m->fragment_first: its protocol and ports are those of what follows. */
void fragments_note(struct fragments *f, const struct pktmeta *m);

/*
 * m->fragment: gives m's key (and `from`) the protocol and ports of its first; false: that was not
 * seen, or is too old.
 */
bool fragments_resolve(struct fragments *f, struct pktmeta *m);

#endif
