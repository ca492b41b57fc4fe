/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of socket families. A row's place is its dump's index in every event: add at the
 * end.
 */
#include "source/families.h"

#include <sys/socket.h>

#include "source/family_inet.h"

static const struct family families[] = {
	{ "tcp4", SP_TCP, AF_INET, family_inet_request, family_inet_without_congestion,
	  family_inet_parse },
	{ "tcp6", SP_TCP, AF_INET6, family_inet_request, family_inet_without_congestion,
	  family_inet_parse },
	{ "udp4", SP_UDP, AF_INET, family_inet_request, NULL, family_inet_parse },
	{ "udp6", SP_UDP, AF_INET6, family_inet_request, NULL, family_inet_parse },
	{ "udplite4", SP_UDPLITE, AF_INET, family_inet_request, NULL, family_inet_parse },
	{ "udplite6", SP_UDPLITE, AF_INET6, family_inet_request, NULL, family_inet_parse },
};

_Static_assert(sizeof(families) / sizeof(families[0]) <= DUMPS_MAX,
	       "sockrec.dump is below DUMPS_MAX");

const struct family *family_at(unsigned i)
{
	return i < sizeof(families) / sizeof(families[0]) ? &families[i] : NULL;
}
