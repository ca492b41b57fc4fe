/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends sockets: SOCK_DESTROY (linux/sock_diag.h, net/core/sock_diag.c). The socket is named by its
 * whole tuple and its cookie, always: without a cookie the kernel looks the tuple up as a packet
 * would be, and kills the listener of the port when the connection is gone.
 */
#ifndef SOCKMON_SOURCE_KILLER_H
#define SOCKMON_SOURCE_KILLER_H

#include "event.h"
#include "source/netns.h"

struct killer;

/* One netlink socket in that namespace. 0 or -errno. */
int killer_new(struct killer **out, const struct netns_place *where);
void killer_free(struct killer *k);	/* NULL is fine */

/*
 * Destroys one socket and waits for the kernel's answer (microseconds; at most a second). 0, or
 * -errno: -EPERM (needs CAP_NET_ADMIN), -EOPNOTSUPP (this kind, or this kernel, cannot), -ENOENT
 * (gone before), -EINVAL (rec has no cookie), -ETIMEDOUT.
 */
int killer_destroy(struct killer *k, const struct sockrec *rec);

/* "it needs CAP_NET_ADMIN": for a line per socket. Never NULL. */
const char *killer_why(int error);

#endif
