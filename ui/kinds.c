/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for kinds of sockets; see kinds.h. A table; no state. */
#include "ui/kinds.h"

#include <stdio.h>

#include "app.h"

#define BIT(n) (1u << (n))

/* What has no option of its own is asked for with -A. */
static const struct {
	uint32_t protos;
	const char *word;
	const char *option;
} kinds[] = {
	{ BIT(SP_TCP), "tcp", "-t" },
	{ BIT(SP_UDP), "udp", "-u" },
	{ BIT(SP_UDPLITE), "udplite", NULL },
	{ BIT(SP_ICMP4) | BIT(SP_ICMP6), "icmp", NULL },
	{ BIT(SP_SCTP), "sctp", NULL },
	{ BIT(SP_DCCP), "dccp", NULL },
	{ BIT(SP_MPTCP), "mptcp", NULL },
	{ BIT(SP_RAWIP), "raw", NULL },
	{ OPTIONS_UNIX, "unix", "-x" },
	{ BIT(SP_PACKET), "packet", NULL },
	{ BIT(SP_NETLINK), "netlink", NULL },
	{ BIT(SP_VSOCK), "vsock", NULL },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* All words fit: they are 70 bytes. */
static void add(char *out, size_t *len, const char *between, const char *word)
{
	*len += (size_t)snprintf(out + *len, KINDS_TEXT - *len, "%s%s", *len ? between : "", word);
}

void kinds_format(uint32_t protos, char out[static KINDS_TEXT])
{
	size_t len = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < KINDS; i++) {
		if (protos & kinds[i].protos)
			add(out, &len, ", ", kinds[i].word);
	}
}

void kinds_format_options(uint32_t protos, char out[static KINDS_TEXT])
{
	size_t len = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < KINDS; i++) {
		if (!(protos & kinds[i].protos))
			continue;
		if (!kinds[i].option) {
			snprintf(out, KINDS_TEXT, "-A");
			return;
		}
		add(out, &len, " ", kinds[i].option);
	}
}
