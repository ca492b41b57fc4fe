/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One rtnetlink message to one record: interfaces and addresses (linux/rtnetlink.h, if_link.h,
 * if_addr.h). Pure functions over untrusted bytes; `gone` is set for the DEL kind of message.
 */
#ifndef SOCKMON_SOURCE_RTPARSE_H
#define SOCKMON_SOURCE_RTPARSE_H

#include <linux/netlink.h>

#include "event.h"

/*
 * RTM_NEWLINK, RTM_DELLINK. False: malformed, without a name, or about something else that has the
 * same number (a bridge's port).
 */
bool rtparse_link(const struct nlmsghdr *msg, struct ifacerec *out, bool *has_stats);

/* RTM_NEWADDR, RTM_DELADDR of IPv4 and IPv6: the local address, not the peer's. False: not one. */
bool rtparse_addr(const struct nlmsghdr *msg, struct addrrec *out);

#endif
