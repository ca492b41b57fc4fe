/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand between a link header and the network header: VLAN tags, MPLS labels, LLC/SNAP,
 * PPPoE, PPP. Each layer's number is an ethertype, that of the header which follows.
 */
#ifndef SOCKMON_NET_LAYERS_H
#define SOCKMON_NET_LAYERS_H

#include "net/links.h"

/* PPP's own ethertype (IANA), for a link that starts with PPP's protocol field. */
enum { LAYER_PPP = 0x880b };

/*
 * Moves *b from what h->ethertype names to the network header. h->ethertype is then what is there,
 * or the layer that carries something else than IP. false: cut short.
 */
bool layers_skip(struct bytes *b, struct linkhead *h);

/* The ethertype that a network header's first byte tells; 0: neither version of IP. */
uint16_t layers_of_version(uint8_t first_byte);

#endif
