/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer: exports are written into one and flushed by their owner.
 *
 * Invariants: data[len] is always '\0' once anything was added (so the content can be read as a
 * C string), len < cap. A failed allocation sets `failed`, keeps what is there and makes further
 * additions no-ops: check once at the end.
 */
#ifndef SOCKMON_BASE_BUF_H
#define SOCKMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;	/* owned; NULL while nothing was added */
	size_t len;
	size_t cap;
	bool failed;
};

void buf_init(struct buf *b);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b);	/* len = 0, memory kept */

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *text);
void buf_addc_growing(struct buf *b, char c);	/* buf_addc()'s, where there is no room */
static inline void buf_addc(struct buf *b, char c)
{
	if (b->failed || b->cap - b->len < 2) {
		buf_addc_growing(b, c);
		return;
	}
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}
void buf_addu(struct buf *b, unsigned long long n);	/* decimal, without stdio or locale */
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_pad(struct buf *b, char c, size_t n);		/* n times c */

/*
 * Writes everything to fd, retrying on EINTR and short writes; 0 or -errno. -EINTR: SIGNAL_QUIT
 * came while the reader took nothing. Does not reset.
 */
int buf_write(const struct buf *b, int fd);

#endif
