/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_capfile: any bytes as a capture file. The first byte chooses how it comes: in pieces of how
 * many bytes, and whether there is nothing now and then; the rest is the file.
 *
 * Looks for crashes, for a file that does not end, and for a packet that breaks what decode.c
 * relies on. Every byte of every packet is read, so that the sanitizer sees one that is not there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/capfile.h"

struct pieces {
	const uint8_t *data;
	size_t len, at, piece;
	bool stalls, stalled;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

static ssize_t read_pieces(void *ctx, void *to, size_t n, bool wait)
{
	struct pieces *p = ctx;
	size_t left = p->len - p->at;

	p->stalled = p->stalls && !p->stalled && !wait;
	if (p->stalled)
		return -EAGAIN;
	n = n < p->piece ? n : p->piece;
	n = n < left ? n : left;
	memcpy(to, p->data + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

static void check_packet(const struct pktraw *raw, const struct capiface *iface)
{
	unsigned sum = 0;

	require(raw->wirelen >= raw->caplen && raw->caplen <= CAPWINDOW_MAX);
	require(raw->linktype == iface->link && raw->way <= PKT_OUT);
	require(raw->time_ns < 1ull << 63);
	for (uint32_t i = 0; i < raw->caplen; i++)
		sum += raw->data[i];
	require(sum <= raw->caplen * 255);
}

static void check_names(struct capfile *f)
{
	char name[DNS_NAME_MAX];
	struct addr addr;

	while (capfile_take_name(f, &addr, name)) {
		require(name[0] && strlen(name) < sizeof(name));
		for (const char *c = name; *c; c++)
			require(*c > ' ' && *c < 0x7f);
	}
}

/* Each record has at least 12 bytes, and an input stalls once before each piece. */
static void read_records(struct capfile *f, size_t size)
{
	size_t most = size / 12 + size + 2, offset = capfile_offset(f);
	int r = CAPRECORD_OTHER;
	struct capiface *iface;
	struct errmsg why;
	struct pktraw raw;

	while (r > 0 || r == -EAGAIN) {
		why.text[0] = '\0';
		r = capfile_next(f, false, &raw, &iface, &why);
		require(most--);
		require((r < 0 && r != -EAGAIN) == (why.text[0] != '\0'));
		require(r > 0 ? capfile_offset(f) > offset : capfile_offset(f) == offset);
		offset = capfile_offset(f);
		if (r == CAPRECORD_PACKET)
			check_packet(&raw, iface);
	}
	require(r == CAPRECORD_END || r == -EPROTO || r == -EIO || r == -ENOMEM);
	require(r != CAPRECORD_END || offset == size);
	require(capfile_next(f, true, &raw, &iface, &why) == r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pieces from = { .data = data + 1, .len = size - 1 };
	const struct capinput input = { .read = read_pieces, .ctx = &from };
	struct errmsg err = { "" };
	struct capfile *f;

	if (!size)
		return 0;
	from.piece = data[0] & 0x7f ? data[0] & 0x7f : SIZE_MAX;
	from.stalls = data[0] & 0x80;
	if (capfile_open(&f, &input, "NAME", &err)) {
		require(err.text[0]);
		return 0;
	}
	read_records(f, size - 1);
	check_names(f);
	capfile_close(f);
	return 0;
}
