/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing straight into the memory of a buf, for what is written by the hundred million: room is
 * made once for many small pieces, which then go in without a call or a check. Private to
 * export/.
 *
 * Between pen_take() and pen_give() the buf is the pen's: what goes in otherwise comes after a
 * pen_give() and before the next pen_take(). Offsets stay good, pointers do not: room may move
 * the memory.
 */
#ifndef SOCKMON_EXPORT_PEN_H
#define SOCKMON_EXPORT_PEN_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

enum {
	PEN_NUMBER = 20, /* digits of 2^64 - 1 */
	PEN_BLOCK = 32,	 /* pieces up to this size are copied as one block of it */
};

struct pen {
	struct buf *b;
	char *at, *end; /* NULL where memory is short */
};

static inline void pen_take(struct pen *p, struct buf *b)
{
	p->b = b;
	p->at = b->data ? b->data + b->len : NULL;
	p->end = b->data ? b->data + b->cap : NULL;
}

static inline void pen_give(struct pen *p)
{
	if (!p->at)
		return;
	p->b->len = (size_t)(p->at - p->b->data);
	*p->at = '\0';
}

/* Room for n bytes and the '\0'; false: memory is short, and the buf says so. */
static inline bool pen_room(struct pen *p, size_t n)
{
	size_t len;

	if (p->at && (size_t)(p->end - p->at) > n)
		return true;
	pen_give(p);
	len = p->b->len;
	buf_pad(p->b, '\0', n);
	if (p->b->failed)
		return false;
	p->b->len = len;
	pen_take(p, p->b);
	return true;
}

static inline size_t pen_offset(const struct pen *p)
{
	return (size_t)(p->at - p->b->data);
}

/* A piece of len <= PEN_BLOCK, out of memory that can be read for PEN_BLOCK; room for as many. */
static inline void pen_block(struct pen *p, const char *text, size_t len)
{
	memcpy(p->at, text, PEN_BLOCK);
	p->at += len;
}

static inline void pen_bytes(struct pen *p, const char *text, size_t len)
{
	memcpy(p->at, text, len);
	p->at += len;
}

static inline void pen_char(struct pen *p, char c)
{
	*p->at++ = c;
}

static inline unsigned pen_digits(uint64_t n)
{
	static const uint64_t powers[] = {
		0ull,
		10ull,
		100ull,
		1000ull,
		10000ull,
		100000ull,
		1000000ull,
		10000000ull,
		100000000ull,
		1000000000ull,
		10000000000ull,
		100000000000ull,
		1000000000000ull,
		10000000000000ull,
		100000000000000ull,
		1000000000000000ull,
		10000000000000000ull,
		100000000000000000ull,
		1000000000000000000ull,
		10000000000000000000ull,
	};
	unsigned bits = 64 - (unsigned)__builtin_clzll(n | 1);
	unsigned least = bits * 1233 >> 12; /* log10(2) = 0.30103 */

	return least + (n >= powers[least]);
}

/* Decimal, two digits at a time; room for PEN_NUMBER. */
static inline void pen_number(struct pen *p, uint64_t n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char *at;
	uint32_t low;

	if (n < 10) { /* most are 0 */
		*p->at++ = (char)('0' + n);
		return;
	}
	at = p->at += pen_digits(n);
	for (; n > UINT32_MAX; n /= 100) {
		at -= 2;
		memcpy(at, pairs + 2 * (n % 100), 2);
	}
	for (low = (uint32_t)n; low >= 100; low /= 100) {
		at -= 2;
		memcpy(at, pairs + 2 * (low % 100), 2);
	}
	if (low < 10)
		at[-1] = (char)('0' + low);
	else
		memcpy(at - 2, pairs + 2 * low, 2);
}

/* "0x1a2b"; room for PEN_NUMBER. */
static inline void pen_hex(struct pen *p, uint64_t n)
{
	unsigned digits = n ? (67 - (unsigned)__builtin_clzll(n)) / 4 : 1;

	*p->at++ = '0';
	*p->at++ = 'x';
	for (unsigned i = digits; i-- > 0;)
		*p->at++ = "0123456789abcdef"[n >> (4 * i) & 15];
}

#endif
