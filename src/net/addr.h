/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IP address of either version in 16 bytes, network byte order. IPv4 is kept in its v4-mapped
 * form (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so that a dual-stack socket and its IPv4 packets have
 * the same address, and comparing is memcmp(). 0.0.0.0 and :: stay different addresses.
 */
#ifndef SOCKMON_NET_ADDR_H
#define SOCKMON_NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ADDR_TEXT_MAX 48	/* room for any address_format() result with its '\0' */

struct addr {
	uint8_t b[16];
};

static inline struct addr addr_from_v4(const void *four_bytes)
{
	struct addr a = { .b = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, four_bytes, 4);
	return a;
}

static inline struct addr addr_from_v6(const void *sixteen_bytes)
{
	struct addr a;

	memcpy(a.b, sixteen_bytes, sizeof(a.b));
	return a;
}

static inline bool addr_equal(const struct addr *x, const struct addr *y)
{
	return memcmp(x->b, y->b, sizeof(x->b)) == 0;
}

bool addr_is_v4(const struct addr *a);		/* v4-mapped */
bool addr_is_any(const struct addr *a);		/* 0.0.0.0 or :: */
bool addr_is_loopback(const struct addr *a);	/* 127/8 or ::1 */
bool addr_is_multicast(const struct addr *a);	/* 224/4 (and 255.255.255.255) or ff00::/8 */

/*
 * prefix counts in the address's own version: 0..32 for v4, 0..128 for v6. Different versions never
 * match.
 */
bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned prefix);

/* Writes dotted quad or RFC 5952 text; returns the length. */
size_t addr_format(const struct addr *a, char out[static ADDR_TEXT_MAX]);

/* Parses "10.0.0.1", "2001:db8::1", "[::1]"; 0 or -EINVAL. */
int addr_parse(const char *text, struct addr *out);

#endif
