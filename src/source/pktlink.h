/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the link type numbers of files and of libpcap to those of net/links.h. Stateless.
 */
#ifndef SOCKMON_SOURCE_PKTLINK_H
#define SOCKMON_SOURCE_PKTLINK_H

#include <stdint.h>

#include "base/errmsg.h"

enum { PKTLINK_UNKNOWN = 0xffff };	/* not in net/links.c: not decoded, only counted */

uint16_t pktlink_of(uint32_t number);	/* PKTLINK_UNKNOWN: not known */
const char *pktlink_name(uint16_t link);

/* "NAME: link type N is not supported", and which are. -EPROTONOSUPPORT. */
int pktlink_refuse(const char *name, uint32_t number, struct errmsg *err);

#endif
