/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes of sock_diag's inet families that few sockets have, into struct sockmore: upper
 * layers of TCP, MPTCP, SCTP. For family_inet.c. All bytes are untrusted.
 */
#ifndef SOCKMON_SOURCE_INETMORE_H
#define SOCKMON_SOURCE_INETMORE_H

#include "event.h"
#include "source/nlread.h"

void inetmore_take_ulp(struct event *e, const struct nlread_attr *a);	   /* INET_DIAG_ULP_INFO */
void inetmore_take_mptcpinfo(struct event *e, const struct nlread_attr *a); /* INET_DIAG_INFO */
void inetmore_take_sctpinfo(struct event *e, const struct nlread_attr *a);  /* INET_DIAG_INFO */
void inetmore_take_locals(struct event *e, const struct nlread_attr *a);    /* INET_DIAG_LOCALS */
void inetmore_take_peers(struct event *e, const struct nlread_attr *a);     /* INET_DIAG_PEERS */

/* Once all attributes are read: an association has a state and an identity of its own. */
void inetmore_finish_sctp(struct event *e);

#endif
