/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns that are a plain field of a kernel struct: where the field is, how wide, and what its
 * values mean, packed in column.arg, so that one getter serves a whole struct.
 *
 * Every column of OF_TCPINFO whose type is VT_UINT is such a field, of struct tcpinfo where it is
 * not FIELD_APART. Writers of very many rows use that to go without a call for each value.
 */
#ifndef SOCKMON_QUERY_FIELD_H
#define SOCKMON_QUERY_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	FIELD_OFFSET_MASK = 0xfff,
	FIELD_SIZE_SHIFT = 12,
	FIELD_SIZE_MASK = 0xf,
	FIELD_LISTENER = 1 << 16,	/* tcp_info: a listener fills it in too (tcp_get_info() in net/ipv4/tcp.c) */
	FIELD_ALL_ONES = 1 << 17,	/* ~0: no measurement, or no limit */
	FIELD_ZERO = 1 << 18,		/* 0: no measurement yet, or not told */
	FIELD_INFINITE = 1 << 19,	/* 0x7fffffff: TCP_INFINITE_SSTHRESH */
	FIELD_HIGH_NIBBLE = 1 << 20,	/* of two bit-fields in one byte */
	FIELD_LOW_NIBBLE = 1 << 21,
	FIELD_ONE_BIT = 1 << 22,
	FIELD_NEXT_TWO_BITS = 1 << 23,
	FIELD_APART = 1 << 24,		/* tcp_info: of struct tcpecn */
	FIELD_UNKNOWN = FIELD_ALL_ONES | FIELD_ZERO | FIELD_INFINITE,
	FIELD_BITS = FIELD_HIGH_NIBBLE | FIELD_LOW_NIBBLE | FIELD_ONE_BIT | FIELD_NEXT_TWO_BITS,
};

#define FIELD_OF(type, member)                     \
	((uint32_t)offsetof(type, member) |        \
	 (uint32_t)sizeof(((type *)0)->member) << FIELD_SIZE_SHIFT)

/* Where the field ends: a reply must be as long for it to be known. */
static inline size_t field_end(uint32_t arg)
{
	return (arg & FIELD_OFFSET_MASK) + (arg >> FIELD_SIZE_SHIFT & FIELD_SIZE_MASK);
}

static inline uint64_t field_load(const void *base, uint32_t arg)
{
	const char *at = (const char *)base + (arg & FIELD_OFFSET_MASK);
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (arg >> FIELD_SIZE_SHIFT & FIELD_SIZE_MASK) {
	case sizeof(u32):
		memcpy(&u32, at, sizeof(u32));
		return u32;
	case sizeof(u64):
		memcpy(&u64, at, sizeof(u64));
		return u64;
	case sizeof(u16):
		memcpy(&u16, at, sizeof(u16));
		return u16;
	default:
		return *(const uint8_t *)at;
	}
}

/* Does the value as loaded stand for "none yet"? */
static inline bool field_means_unknown(uint32_t arg, uint64_t n)
{
	bool wide = (arg >> FIELD_SIZE_SHIFT & FIELD_SIZE_MASK) == sizeof(uint64_t);

	return (arg & FIELD_ALL_ONES && n == (wide ? UINT64_MAX : UINT32_MAX)) ||
	       (arg & FIELD_ZERO && n == 0) || (arg & FIELD_INFINITE && n == INT32_MAX);
}

static inline uint64_t field_bits(uint32_t arg, uint64_t n)
{
	if (arg & FIELD_HIGH_NIBBLE)
		return n >> 4 & 0xf;
	if (arg & FIELD_LOW_NIBBLE)
		return n & 0xf;
	if (arg & FIELD_ONE_BIT)
		return n & 1;
	return n >> 1 & 3;
}

/* The field's value out of `len` bytes at base; false: unknown. */
static inline bool field_get(const void *base, size_t len, uint32_t arg, uint64_t *out)
{
	uint64_t n;

	if (len < field_end(arg))
		return false;
	n = field_load(base, arg);
	if (arg & FIELD_UNKNOWN && field_means_unknown(arg, n))
		return false;
	*out = arg & FIELD_BITS ? field_bits(arg, n) : n;
	return true;
}

#endif
