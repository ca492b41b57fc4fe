/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The growing byte buffer. Owns its memory, never the descriptor that it is written to, and does
 * not look at what it holds: escaping is the exporter's.
 */
#include "base/buf.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"

#define BUF_FIRST 256

void buf_init(struct buf *b)
{
	*b = (struct buf){ 0 };
}

void buf_fini(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Room for n more bytes and the '\0'. */
static bool reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *data;

	if (b->failed)
		return false;
	if (n < b->cap - b->len)
		return true;
	if (n >= SIZE_MAX / 2 - b->len)
		goto fail;
	while (cap - b->len <= n)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		goto fail;
	b->data = data;
	b->cap = cap;
	return true;
fail:
	b->failed = true;
	return false;
}

static void grown_by(struct buf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n)
		memcpy(b->data + b->len, bytes, n);
	grown_by(b, n);
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc_growing(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addu(struct buf *b, unsigned long long n)
{
	char digits[20]; /* 2^64 - 1 */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	int n;

	if (!reserve(b, 0))
		return;
	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, args);
	if (n < 0) {
		b->data[b->len] = '\0';
		b->failed = true;
	} else if ((size_t)n < b->cap - b->len) {
		b->len += (size_t)n;
	} else if (!reserve(b, (size_t)n)) {
		b->data[b->len] = '\0';
	} else {
		vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

void buf_pad(struct buf *b, char c, size_t n)
{
	if (!reserve(b, n))
		return;
	memset(b->data + b->len, c, n);
	grown_by(b, n);
}

/*
 * Another program that shares the descriptor may have made it non-blocking: 0 once it takes bytes
 * again.
 */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

int buf_write(const struct buf *b, int fd)
{
	size_t done = 0;
	ssize_t n;
	int err;

	while (done < b->len) {
		n = write(fd, b->data + done, b->len - done);
		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n == 0)
			return -EIO;
		err = errno == EAGAIN ? wait_writable(fd) : errno == EINTR ? 0 : -errno;
		if (!err && signals_peek() & SIGNAL_QUIT)
			err = -EINTR;	/* told to stop, and whoever reads this does not */
		if (err)
			return err;
	}
	return b->failed ? -ENOMEM : 0; /* what is there was written, but it is not all */
}
