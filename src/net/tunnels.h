/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which flows carry other packets: a name by IP protocol and port, and no more than a label. The
 * outermost IP header owns the packet; nothing looks inside.
 * To add one: a row in tunnels.c.
 */
#ifndef SOCKMON_NET_TUNNELS_H
#define SOCKMON_NET_TUNNELS_H

#include "net/flowkey.h"

/* "vxlan", "wireguard", "gre" …; NULL: as far as its numbers tell, no tunnel. */
const char *tunnel_name(const struct flowkey *k);

#endif
