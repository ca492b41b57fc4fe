/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink sockets of every protocol (linux/netlink_diag.h). For families.c; the functions are those
 * of struct family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_NETLINK_H
#define SOCKMON_SOURCE_FAMILY_NETLINK_H

#include "source/families.h"

void family_netlink_request(const struct family *f, void *buf, uint32_t seq, uint32_t details);
bool family_netlink_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			  bool *skip);

#endif
