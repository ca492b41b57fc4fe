/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that packet and netlink sockets carry, as words. Of other numbers the number is shown: in
 * hex an ethertype, in decimal a netlink protocol. Private to query.
 */
#ifndef SOCKMON_QUERY_NAMES_H
#define SOCKMON_QUERY_NAMES_H

#include <stdint.h>

enum { NAMES_BUF = 16 };

/* "ip", "arp", "0x88cc"; "*" for all of them (ETH_P_ALL). Static, or written to buf. */
const char *names_ethertype(uint16_t type, char buf[static NAMES_BUF]);

/* "route", "sock_diag", "generic": NETLINK_* in lower case. Static, or written to buf. */
const char *names_netlink(uint8_t protocol, char buf[static NAMES_BUF]);

#endif
