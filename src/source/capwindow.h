/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window on a stream of bytes: a buffer that is read ahead into and consumed from the front. What
 * is looked at lies in one piece, whatever the pieces it came in; the window grows for a record
 * that is larger, up to CAPWINDOW_MAX.
 *
 * Not a mapping: a file that somebody cuts while it is mapped kills its reader (SIGBUS).
 *
 * Invariants: at <= end <= room; `before` + at is the offset of buf[at] in the stream.
 */
#ifndef SOCKMON_SOURCE_CAPWINDOW_H
#define SOCKMON_SOURCE_CAPWINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CAPWINDOW_MAX = 17 << 20 };

struct capinput {
	/*
	 * At least one byte and at most n; 0: the end; -EAGAIN: none now, and `wait` is false;
	 * else -errno.
	 */
	ssize_t (*read)(void *ctx, void *to, size_t n, bool wait);
	void *ctx;
};

struct capwindow {
	struct capinput input;
	uint8_t *buf;			/* owned */
	size_t room, at, end;
	uint64_t before;
	bool wait;			/* for input that is not there yet */
	bool ended;			/* the input did */
	int failed;			/* -errno of the last read, -ENOMEM; 0 = it did not */
};

void capwindow_init(struct capwindow *w, const struct capinput *input);
void capwindow_fini(struct capwindow *w);

/*
 * Reads until n bytes are there; false: they never will be (`ended`), or not now (`failed` is
 * -EAGAIN), or it failed. n <= CAPWINDOW_MAX. What was borrowed before may have moved.
 */
bool capwindow_fill(struct capwindow *w, size_t n);

/* The next n bytes, borrowed until the next peek, not consumed; NULL as capwindow_fill() says. */
static inline const uint8_t *capwindow_peek(struct capwindow *w, size_t n)
{
	if (w->end - w->at < n && !capwindow_fill(w, n))
		return NULL;
	return w->buf + w->at;
}

/* n bytes that were peeked are consumed; they stay where they are until the next peek. */
static inline void capwindow_skip(struct capwindow *w, size_t n)
{
	w->at += n;
}

static inline size_t capwindow_left(const struct capwindow *w)
{
	return w->end - w->at;
}

static inline uint64_t capwindow_offset(const struct capwindow *w)
{
	return w->before + w->at;
}

#endif
