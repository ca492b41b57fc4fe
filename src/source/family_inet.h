/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP, UDP and UDP-Lite over IPv4 and IPv6: one request and one reply (linux/inet_diag.h) serve
 * them all. For families.c; the functions are those of struct family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_INET_H
#define SOCKMON_SOURCE_FAMILY_INET_H

#include "source/families.h"

void family_inet_request(const struct family *f, void *buf, uint32_t seq);
void family_inet_without_congestion(void *buf);
bool family_inet_parse(const struct family *f, const struct nlmsghdr *msg, struct sockrec *out);

#endif
