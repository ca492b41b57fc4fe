/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the capture file reader share, and nobody else includes: capfile.c (opening,
 * interfaces, sentences), capfile_pcap.c and capfile_pcapng.c (the formats), capfile_names.c (name
 * resolution blocks).
 */
#ifndef SOCKMON_SOURCE_CAPFILE_PARTS_H
#define SOCKMON_SOURCE_CAPFILE_PARTS_H

#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "source/capfile.h"

/* A format: how to go on behind the first four bytes. */
struct capformat {
	bool one_link;
	bool (*is)(const uint8_t magic[static 4]);
	/* Consumes the header; as capfile_open(), but `why` is for the middle of a sentence. */
	int (*open)(struct capfile *f);
	int (*next)(struct capfile *f, struct pktraw *raw, struct capiface **iface);
};

/* Names learned and not taken yet, one behind the other: an address, a length, the text. */
struct capnames {
	struct buf buf;
	size_t at;
};

struct capfile {
	struct capwindow window;
	const struct capformat *format;
	struct capiface *ifaces;	/* of this section, by id; owned */
	uint32_t iface_count, iface_room;
	uint32_t ifaces_taken;		/* of iface_count: by capfile_take_iface() */
	bool swapped;
	bool any_link, known_link;	/* an interface was seen; one with a known link type */
	uint32_t unknown_link;		/* of the last that had none, as the file has it */
	uint64_t packets;
	struct errmsg why;

	/* pcap */
	uint32_t header_bytes;		/* of a record */
	uint32_t ns_per_tick;
	uint16_t minor;			/* of the format's version */

	/* pcapng */
	uint64_t latest_ns;		/* of the last packet that had a time */
	uint64_t dropped, if_dropped;	/* by all interfaces of all sections */
	struct capnames names;
};

extern const struct capformat capfile_pcap, capfile_pcapng;

static inline uint16_t capfile_u16(const struct capfile *f, const uint8_t *p)
{
	uint16_t n;

	memcpy(&n, p, sizeof(n));
	return f->swapped ? __builtin_bswap16(n) : n;
}

static inline uint32_t capfile_u32(const struct capfile *f, const uint8_t *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return f->swapped ? __builtin_bswap32(n) : n;
}

static inline uint64_t capfile_u64(const struct capfile *f, const uint8_t *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof(n));
	return f->swapped ? __builtin_bswap64(n) : n;
}

/* -EPROTO: what is wrong with the record at the window's front, for capfile_next()'s *why. */
int capfile_damaged(struct capfile *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * After the window could not be filled: CAPRECORD_END between two records (nothing is left of the
 * input), else an error.
 */
int capfile_ended(struct capfile *f);

/* One more interface of the current section, its link type set. 0, -ENOMEM, -EPROTO: too many. */
int capfile_add_iface(struct capfile *f, uint32_t file_link, struct capiface **out);

/* Adds the names of a name resolution block's body; what is malformed ends it. */
void capfile_add_names(struct capfile *f, struct bytes body);

#endif
