/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounds-checked read cursor: the only way that untrusted bytes (packets, netlink payloads,
 * files) are read. A read past the end fails and leaves the cursor where it was.
 *
 * Invariant: p <= end. The bytes are borrowed; the cursor owns nothing.
 */
#ifndef SOCKMON_BASE_BYTES_H
#define SOCKMON_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *p;
	const uint8_t *end;
};

static inline struct bytes bytes_of(const void *data, size_t len)
{
	return (struct bytes){ .p = data, .end = (const uint8_t *)data + len };
}

static inline size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->p);
}

static inline bool bytes_skip(struct bytes *b, size_t n)
{
	if (bytes_left(b) < n)
		return false;
	b->p += n;
	return true;
}

/* A borrowed pointer to the next n bytes, consumed; NULL when fewer are left. */
static inline const uint8_t *bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *at = b->p;

	return bytes_skip(b, n) ? at : NULL;
}

static inline bool bytes_copy(struct bytes *b, void *dst, size_t n)
{
	const uint8_t *at = bytes_take(b, n);

	if (!at)
		return false;
	memcpy(dst, at, n);
	return true;
}

/* Loads at a pointer that a bytes_take() has already checked. Network byte order. */
static inline uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline bool bytes_u8(struct bytes *b, uint8_t *out)
{
	return bytes_copy(b, out, 1);
}

static inline bool bytes_be16(struct bytes *b, uint16_t *out)
{
	const uint8_t *at = bytes_take(b, 2);

	if (!at)
		return false;
	*out = load_be16(at);
	return true;
}

static inline bool bytes_be32(struct bytes *b, uint32_t *out)
{
	const uint8_t *at = bytes_take(b, 4);

	if (!at)
		return false;
	*out = load_be32(at);
	return true;
}

#endif
