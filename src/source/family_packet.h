/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet sockets (linux/packet_diag.h). For families.c; the functions are those of struct family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_PACKET_H
#define SOCKMON_SOURCE_FAMILY_PACKET_H

#include "source/families.h"

void family_packet_request(const struct family *f, void *buf, uint32_t seq, uint32_t details);
bool family_packet_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			 bool *skip);

#endif
