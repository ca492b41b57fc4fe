/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names in DNS answers (RFC 1035 4): which name was asked for, and the addresses that the answer
 * gives it, through CNAMEs. Reads what was captured of the message: one that is cut off gives what
 * came before. Everything in it is hostile: names are checked, pointers go backwards only. Pure.
 */
#ifndef SOCKMON_NET_DNS_H
#define SOCKMON_NET_DNS_H

#include "base/bytes.h"
#include "net/addr.h"

enum {
	DNS_PORT = 53,
	DNS_MDNS_PORT = 5353,	/* RFC 6762 */
	DNS_NAME_MAX = 256,	/* with the NUL; RFC 1035 2.3.4 has 255 octets on the wire */
	DNS_ADDRS_MAX = 16,	/* of one answer; further ones are not looked at */
};

struct dnsanswer {
	char name[DNS_NAME_MAX];	/* as asked for, without the last dot; letters, digits, '-', '_', '.' only */
	struct addr addr[DNS_ADDRS_MAX];
	unsigned addr_count;
	uint32_t ttl;			/* seconds: the shortest of the records that were used */
};

/* false: not an answer that names an address (a question, an error, another type, malformed). */
bool dns_read_answer(struct bytes message, struct dnsanswer *out);

#endif
