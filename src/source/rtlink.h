/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtnetlink: interfaces, their statistics and this host's addresses; dumped at the start, then
 * followed by multicast (RTNLGRP_LINK, IPV4_IFADDR, IPV6_IFADDR). After a loss everything is
 * dumped again. refresh() asks for the interfaces' statistics anew. Needs no privilege.
 */
#ifndef SOCKMON_SOURCE_RTLINK_H
#define SOCKMON_SOURCE_RTLINK_H

#include "source/netns.h"
#include "source/source.h"

/* Every event carries where's index. -EPERM where another namespace may not be entered. */
int rtlink_new(struct source **out, const struct netns_place *where, struct errmsg *err);

#endif
