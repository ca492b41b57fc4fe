/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pktlink.h. Owns nothing; what a link type looks like is the business of net/links.c. */
#include "source/pktlink.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "net/links.h"

/*
 * libpcap's interface numbers raw IP otherwise than files do
 * (https://www.tcpdump.org/linktypes.html); some files carry its numbers.
 */
static const struct {
	uint32_t number;
	uint16_t link;
} differing[] = {
	{ 12, LINK_RAW },	/* DLT_RAW here and on most systems */
	{ 14, LINK_RAW },	/* on OpenBSD */
	{ LINK_RAW_ETHERTYPE, PKTLINK_UNKNOWN },	/* ours: who says so means something else */
};

uint16_t pktlink_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof(differing) / sizeof(*differing); i++)
		if (differing[i].number == number)
			return differing[i].link;
	if (number > UINT16_MAX || !link_find((uint16_t)number))
		return PKTLINK_UNKNOWN;
	return (uint16_t)number;
}

const char *pktlink_name(uint16_t link)
{
	const struct link *l = link_find(link);

	return l ? l->name : "unknown";
}

int pktlink_refuse(const char *name, uint32_t number, struct errmsg *err)
{
	char known[256] = "";
	size_t len = 0;
	const struct link *l;

	for (unsigned i = 0; (l = link_at(i)) && len < sizeof(known); i++)
		if (l->linktype != LINK_RAW_ETHERTYPE)
			len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s",
						len ? ", " : "", l->name);
	errmsg_set(err, "%s: link type %u is not supported (known: %s)", name, number, known);
	return -EPROTONOSUPPORT;
}
