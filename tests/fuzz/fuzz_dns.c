/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_dns: any bytes as a DNS message. Looks for crashes, for reading on, and for an answer with a
 * name that could not be shown as it is.
 */
#include <stdlib.h>

#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	struct dnsanswer a;
	struct addr number;
	size_t len;

	if (!dns_read_answer(bytes_of(data, size), &a))
		return 0;
	len = strnlen(a.name, sizeof(a.name));
	require(len > 0 && len < 254 && strspn(a.name, plain) == len);
	require(a.addr_count > 0 && a.addr_count <= DNS_ADDRS_MAX && a.ttl <= INT32_MAX);
	require(addr_parse(a.name, &number) != 0);
	return 0;
}
