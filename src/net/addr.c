/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP addresses: classes, prefixes, text. Resolves no names, and knows no scope ids.
 */
#include "net/addr.h"

#include <arpa/inet.h>
#include <errno.h>

enum {
	V4_AT = 12,	/* where the IPv4 address stands in its mapped form */
	V6_GROUPS = 8,
};

static const uint8_t mapped_head[V4_AT] = { [10] = 0xff, [11] = 0xff };
static const struct addr v6_any;
static const struct addr v6_loopback = { .b = { [15] = 1 } };

bool addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, mapped_head, V4_AT) == 0;
}

bool addr_is_any(const struct addr *a)
{
	return addr_equal(a, &v6_any) || (addr_is_v4(a) && memcmp(a->b + V4_AT, "\0\0\0", 4) == 0);
}

bool addr_is_loopback(const struct addr *a)
{
	return addr_is_v4(a) ? a->b[V4_AT] == 127 : addr_equal(a, &v6_loopback);
}

bool addr_is_multicast(const struct addr *a)
{
	const uint8_t *v4 = a->b + V4_AT;

	if (!addr_is_v4(a))
		return a->b[0] == 0xff;
	return (v4[0] & 0xf0) == 0xe0 || memcmp(v4, "\xff\xff\xff\xff", 4) == 0;
}

bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned prefix)
{
	bool v4 = addr_is_v4(net);
	unsigned bits = prefix + (v4 ? 8 * V4_AT : 0);
	unsigned whole, rest;

	if (addr_is_v4(a) != v4 || prefix > (v4 ? 32 : 128))
		return false;
	whole = bits / 8;
	rest = bits % 8;
	if (memcmp(a->b, net->b, whole) != 0)
		return false;
	return rest == 0 || (a->b[whole] ^ net->b[whole]) >> (8 - rest) == 0;
}

static char *put_octet(char *out, uint8_t n)
{
	if (n >= 100)
		*out++ = (char)('0' + n / 100);
	if (n >= 10)
		*out++ = (char)('0' + n / 10 % 10);
	*out++ = (char)('0' + n % 10);
	return out;
}

static size_t format_v4(const uint8_t *four_bytes, char *out)
{
	char *at = out;

	for (int i = 0; i < 4; i++) {
		at = put_octet(at, four_bytes[i]);
		*at++ = '.';
	}
	*--at = '\0';
	return (size_t)(at - out);
}

static char *put_group(char *out, unsigned n)
{
	static const char digits[] = "0123456789abcdef";

	if (n >= 0x1000)
		*out++ = digits[n >> 12];
	if (n >= 0x100)
		*out++ = digits[n >> 8 & 15];
	if (n >= 0x10)
		*out++ = digits[n >> 4 & 15];
	*out++ = digits[n & 15];
	return out;
}

struct gap {
	int at, len;
};

/* The longest run of zeros, of two at least; of equal ones the first (RFC 5952 4.2). */
static struct gap longest_gap(const unsigned *groups)
{
	struct gap best = { .at = -1, .len = 1 };

	for (int i = 0; i < V6_GROUPS; i++) {
		int len = 0;

		while (i + len < V6_GROUPS && groups[i + len] == 0)
			len++;
		if (len > best.len)
			best = (struct gap){ i, len };
		i += len;
	}
	return best;
}

/* Not inet_ntop(3), which goes through stdio: a big capture file has millions of these. */
static size_t format_v6(const uint8_t *b, char *out)
{
	unsigned groups[V6_GROUPS];
	struct gap gap;
	char *at = out;

	for (int i = 0; i < V6_GROUPS; i++)
		groups[i] = (unsigned)b[2 * i] << 8 | b[2 * i + 1];
	gap = longest_gap(groups);
	for (int i = 0; i < V6_GROUPS; i++) {
		if (i == gap.at) {
			*at++ = ':';
			i += gap.len - 1;
			if (i == V6_GROUPS - 1)
				*at++ = ':';
			continue;
		}
		if (i)
			*at++ = ':';
		if (i == 6 && gap.at == 0 && gap.len == 6)
			return (size_t)(at - out) + format_v4(b + V4_AT, at);	/* ::192.0.2.1, as inet_ntop() */
		at = put_group(at, groups[i]);
	}
	*at = '\0';
	return (size_t)(at - out);
}

size_t addr_format(const struct addr *a, char out[static ADDR_TEXT_MAX])
{
	return addr_is_v4(a) ? format_v4(a->b + V4_AT, out) : format_v6(a->b, out);
}

/* Both read by inet_pton(3): four decimal parts, no octal, no short forms. */
int addr_parse(const char *text, struct addr *out)
{
	char inside[ADDR_TEXT_MAX];
	uint8_t v4[4], v6[16];
	size_t len = strlen(text);

	if (inet_pton(AF_INET, text, v4) == 1) {
		*out = addr_from_v4(v4);
		return 0;
	}
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(inside))
		return -EINVAL;
	memcpy(inside, text, len);
	inside[len] = '\0';
	if (inet_pton(AF_INET6, inside, v6) != 1)
		return -EINVAL;
	*out = addr_from_v6(v6);
	return 0;
}
