/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VSOCK sockets (linux/vm_sockets_diag.h). For families.c; the functions are those of struct
 * family.
 */
#ifndef SOCKMON_SOURCE_FAMILY_VSOCK_H
#define SOCKMON_SOURCE_FAMILY_VSOCK_H

#include "source/families.h"

void family_vsock_request(const struct family *f, void *buf, uint32_t seq, uint32_t details);
bool family_vsock_parse(const struct family *f, const struct nlmsghdr *msg, struct event *out,
			bool *skip);

#endif
