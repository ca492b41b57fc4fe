/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files in memory, byte by byte, in either byte order; and an input that gives them out in
 * pieces. For tests only.
 */
#ifndef SOCKMON_TESTS_UNIT_CAPFILE_FIXTURE_H
#define SOCKMON_TESTS_UNIT_CAPFILE_FIXTURE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "source/capfile.h"

enum { NG_SECTION = 0x0a0d0d0a };

/* A file being written. */
struct image {
	struct buf buf;
	bool swapped;
	size_t block_at;		/* where the block that is being written begins */
};

static inline void put16(struct image *f, unsigned n)
{
	uint16_t v = f->swapped ? __builtin_bswap16((uint16_t)n) : (uint16_t)n;

	buf_add(&f->buf, &v, sizeof(v));
}

static inline void put32(struct image *f, uint32_t n)
{
	uint32_t v = f->swapped ? __builtin_bswap32(n) : n;

	buf_add(&f->buf, &v, sizeof(v));
}

static inline void put64(struct image *f, uint64_t n)
{
	uint64_t v = f->swapped ? __builtin_bswap64(n) : n;

	buf_add(&f->buf, &v, sizeof(v));
}

static inline void put_pcap_header(struct image *f, uint32_t magic, unsigned minor, uint32_t link)
{
	put32(f, magic);
	put16(f, 2);
	put16(f, minor);
	put32(f, 0);
	put32(f, 0);
	put32(f, 65535);
	put32(f, link);
}

/* ---- pcapng */

static inline void ng_begin(struct image *f, uint32_t type)
{
	f->block_at = f->buf.len;
	put32(f, type);
	put32(f, 0);
}

static inline void ng_pad(struct image *f)
{
	while ((f->buf.len - f->block_at) % 4)
		buf_addc(&f->buf, 0);
}

/* Its length, at both ends. */
static inline void ng_end(struct image *f)
{
	uint32_t len;

	ng_pad(f);
	len = (uint32_t)(f->buf.len - f->block_at) + 4;
	put32(f, len);
	memcpy(f->buf.data + f->block_at + 4, f->buf.data + f->buf.len - 4, 4);
}

static inline void ng_option(struct image *f, unsigned code, const void *value, size_t len)
{
	put16(f, code);
	put16(f, (unsigned)len);
	buf_add(&f->buf, value, len);
	ng_pad(f);
}

static inline void ng_section(struct image *f)
{
	ng_begin(f, NG_SECTION);
	put32(f, 0x1a2b3c4d);
	put16(f, 1);
	put16(f, 0);
	put64(f, UINT64_MAX);
	ng_end(f);
}

/* resolution < 0: none given. */
static inline void ng_iface(struct image *f, unsigned link, uint32_t snaplen, int resolution,
			    int64_t offset)
{
	uint8_t byte = (uint8_t)resolution;

	ng_begin(f, 1);
	put16(f, link);
	put16(f, 0);
	put32(f, snaplen);
	ng_option(f, 2, "eth0", 4);
	if (resolution >= 0)
		ng_option(f, 9, &byte, 1);
	if (offset) {
		put16(f, 14);
		put16(f, 8);
		put64(f, (uint64_t)offset);
	}
	put32(f, 0);
	ng_end(f);
}

/* flags 0: no option. */
static inline void ng_packet(struct image *f, uint32_t iface, uint64_t ticks, const void *data,
			     uint32_t len, uint32_t flags)
{
	ng_begin(f, 6);
	put32(f, iface);
	put32(f, (uint32_t)(ticks >> 32));
	put32(f, (uint32_t)ticks);
	put32(f, len);
	put32(f, len);
	buf_add(&f->buf, data, len);
	ng_pad(f);
	if (flags) {
		put16(f, 2);
		put16(f, 4);
		put32(f, flags);
		put32(f, 0);
	}
	ng_end(f);
}

/* ---- input */

struct pieces {
	const char *data;
	size_t len, at, piece;		/* bytes that one read gives at most */
	bool stalls;			/* every other read has nothing, unless it may wait */
	bool stalled;
	int error;			/* -errno in place of the end */
};

static inline ssize_t read_pieces(void *ctx, void *to, size_t n, bool wait)
{
	struct pieces *p = ctx;

	p->stalled = p->stalls && !p->stalled && !wait;
	if (p->stalled)
		return -EAGAIN;
	if (p->at == p->len)
		return p->error;
	if (n > p->piece)
		n = p->piece;
	if (n > p->len - p->at)
		n = p->len - p->at;
	memcpy(to, p->data + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

/* What reading a file gave. */
enum { SEEN_MAX = 64 };

struct seen {
	int opened;			/* what capfile_open() returned */
	int ended;			/* what the last capfile_next() returned */
	unsigned packets, others;
	struct pktraw packet[SEEN_MAX];	/* data: not to be followed */
	uint64_t sum[SEEN_MAX];		/* of each packet's bytes */
	uint64_t dropped, if_dropped;
	struct errmsg err;
};

static inline void see_packet(struct seen *s, const struct pktraw *raw)
{
	uint64_t sum = raw->caplen;

	for (uint32_t i = 0; i < raw->caplen; i++)
		sum = sum * 31 + raw->data[i];
	if (s->packets < SEEN_MAX) {
		s->packet[s->packets] = *raw;
		s->sum[s->packets] = sum;
	}
	s->packets++;
}

static inline struct seen read_image(struct pieces *from)
{
	const struct capinput input = { .read = read_pieces, .ctx = from };
	struct seen s = { .ended = CAPRECORD_OTHER };
	struct capiface *iface;
	struct capfile *f;
	struct pktraw raw;

	s.opened = capfile_open(&f, &input, "NAME", &s.err);
	if (s.opened)
		return s;
	while (s.ended > 0 || s.ended == -EAGAIN) {
		s.ended = capfile_next(f, false, &raw, &iface, &s.err);
		if (s.ended == CAPRECORD_PACKET)
			see_packet(&s, &raw);
		s.others += s.ended == CAPRECORD_OTHER;
	}
	capfile_lost(f, &s.dropped, &s.if_dropped);
	capfile_close(f);
	return s;
}

/* The first len bytes of an image, in pieces. */
static inline struct seen read_part(const struct image *f, size_t len, size_t piece)
{
	struct pieces from = { .data = f->buf.data, .len = len, .piece = piece };
	/* Exactly as long as it may be read, for the sanitizer to see. */
	char *copy = len ? malloc(len) : NULL;
	struct seen s;

	if (copy) {
		memcpy(copy, f->buf.data, len);
		from.data = copy;
	}
	s = read_image(&from);
	free(copy);
	return s;
}

static inline struct seen read_whole(const struct image *f)
{
	return read_part(f, f->buf.len, SIZE_MAX);
}

#endif
