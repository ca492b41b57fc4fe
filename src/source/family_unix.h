/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UNIX domain sockets of all three types (linux/unix_diag.h): one dump lists them all. For
 * families.c; the functions are those of struct family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_UNIX_H
#define SOCKMON_SOURCE_FAMILY_UNIX_H

#include "source/families.h"

void family_unix_request(const struct family *f, void *buf, uint32_t seq, uint32_t details);
bool family_unix_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
		       bool *skip);

/* SOCK_STREAM … as enum sockproto; false: no type that a UNIX socket can have. */
bool family_unix_proto(unsigned type, uint8_t *out);

#endif
