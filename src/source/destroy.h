/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's word that a socket has ended: the multicast groups SKNLGRP_INET_TCP_DESTROY,
 * _INET_UDP_, _INET6_TCP_ and _INET6_UDP_DESTROY of NETLINK_SOCK_DIAG (linux/sock_diag.h). Each TCP
 * and UDP socket that is freed is an EV_SOCKET_GONE with its cookie and its final counters (never
 * with inode or uid).
 *
 * Needs no privilege. The receive buffer is made as large as may be: 16 MiB with CAP_NET_ADMIN,
 * else rmem_max. An overflow (ENOBUFS) is counted, told as EV_LOST, and wants a full dump:
 * destroy_take_loss().
 */
#ifndef SOCKMON_SOURCE_DESTROY_H
#define SOCKMON_SOURCE_DESTROY_H

#include "source/netns.h"
#include "source/source.h"

int destroy_new(struct source **out, const struct netns_place *where, struct errmsg *err);

/* Was something lost since the last call? Then what is missing from the next dump ended unseen. */
bool destroy_take_loss(struct source *s);

#endif
