/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_procnet: any bytes as lines of a file of /proc/net. The first byte chooses the family (a row
 * of families.c that has a text), the rest is the lines.
 *
 * Looks for crashes, reads past the end, and records that break what event.h promises. Each line is
 * in a heap block of exactly its size. The reading of files is not under test:
 * tests/unit/test_procnet.c.
 */
#include <stdlib.h>
#include <string.h>

#include "source/families.h"
#include "source/procnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_socket(const struct family *f, const struct event *e)
{
	const struct sockrec *sk = &e->sock;
	const struct sockmore *more = &e->more;

	require(sk->dump == 11 && sk->dump_gen == 12 && sk->netns == 13);
	require(sk->proto < SOCKPROTOS && (f->protos >> sk->proto & 1));
	require(sk->state < SOCKSTATES && sk->skmem_count == 0 && sk->tcpinfo_len == 0);
	require(!(sk->has & HAS_COOKIE) && sk->cookie >> 63);
	require(more->cong[0] == '\0');
	if (more->kind == MORE_UNIX)
		require(memchr(more->un.name, '\0', sizeof(more->un.name)) != NULL);
	if (more->kind == MORE_SCTP)
		require(more->sctp.laddrs >= 1 && more->sctp.laddrs <= SCTP_ADDRS_MAX &&
			more->sctp.raddrs <= SCTP_ADDRS_MAX);
}

static void feed_line(const struct family *f, const uint8_t *bytes, size_t len)
{
	char *line = malloc(len + 1);
	struct event e;
	bool skip;

	require(line != NULL);
	memcpy(line, bytes, len);
	line[len] = '\0';
	/* What an earlier row may have left in the record. */
	memset(&e, 0x5a, sizeof(e));
	e.sock.dump = 11;
	e.sock.dump_gen = 12;
	e.sock.netns = 13;
	if (f->text->parse(f, line, &e, &skip) && !skip)
		check_socket(f, &e);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct family *f = size ? family_at(data[0]) : NULL;
	const uint8_t *at = data + 1, *end = data + size;

	if (!f || !f->text)
		return 0;
	while (at < end) {
		const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *stop = feed ? feed : end;

		feed_line(f, at, (size_t)(stop - at));
		at = stop + (feed != NULL);
	}
	return 0;
}
