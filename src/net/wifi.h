/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IEEE 802.11 frames, bare, or behind a radiotap or PPI header. Link decoders for the table of
 * links.c: each moves *b past all headers to the network header, see struct link. A frame that
 * carries no packet of its own (management, control, encrypted, a later fragment, an aggregate)
 * has ethertype 0.
 */
#ifndef SOCKMON_NET_WIFI_H
#define SOCKMON_NET_WIFI_H

#include "net/links.h"

bool wifi_decode_80211(struct bytes *b, struct linkhead *h);
bool wifi_decode_radiotap(struct bytes *b, struct linkhead *h);
bool wifi_decode_ppi(struct bytes *b, struct linkhead *h);

#endif
