/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trips of what is not TCP, from question to answer: an ICMP echo is told by its number,
 * anything else by who speaks after whom. Kept in the flow's record (net/flowtrack.h). Pure.
 */
#ifndef SOCKMON_NET_DATAGRAMTRACK_H
#define SOCKMON_NET_DATAGRAMTRACK_H

#include "net/flowtrack.h"

/* flowtrack_step() of anything but TCP. */
void datagramtrack_step(struct flowtrack *t, const struct pktmeta *m);

#endif
