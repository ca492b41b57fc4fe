/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The families of IPv4 and IPv6 that inet_diag knows (TCP, UDP, UDP-Lite, raw, SCTP, DCCP, MPTCP):
 * one request and one reply (linux/inet_diag.h) serve them all. For families.c; the functions are
 * those of struct family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_INET_H
#define SOCKMON_SOURCE_FAMILY_INET_H

#include "source/families.h"

void family_inet_request(const struct family *f, void *buf, uint32_t seq, uint32_t details);

/*
 * TCP over IPv4 and IPv6 in one walk over the kernel's table, which is as large as memory allows
 * and costs more than few sockets in it: the request of before Linux 3.3, which SOCK_DIAG_BY_FAMILY
 * takes one family for. Its answers are TCPDIAG_GETSOCK messages, of the same form
 * (inet_diag_dump_compat() of net/ipv4/inet_diag.c).
 */
void family_inet_request_both(const struct family *f, void *buf, uint32_t seq, uint32_t details);
bool family_inet_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
		       bool *skip);

/*
 * The question for the socket of one tuple, whatever its cookie; buf as for a request. The answer
 * may be another socket: where there is none of that very tuple the kernel looks on as for a packet
 * that comes in.
 */
void family_inet_ask(const struct family *f, void *buf, uint32_t seq, uint32_t details,
		     const struct sockquery *q);

#endif
