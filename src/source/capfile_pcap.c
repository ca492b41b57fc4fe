/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The older format (draft-ietf-opsawg-pcap): one header, one link type, records of 16 bytes and a
 * packet. Either byte order; micro- or nanoseconds; Kuznetzov's records, which are 8 bytes longer;
 * the lengths of versions before 2.4, which may stand the other way round.
 *
 * What a record says is put right (more captured than sent, four milliards of microseconds). The
 * file's snaplen is not looked at: files say 0, and less than they hold.
 */
#include "source/capfile_parts.h"

#include <errno.h>

enum {
	MAGIC_US = 0xa1b2c3d4,
	MAGIC_NS = 0xa1b23c4d,
	MAGIC_KUZNETZOV = 0xa1b2cd34,	/* Linux 2.0 and 2.2 of Red Hat and SuSE */
	HEADER_BYTES = 24,
	RECORD_BYTES = 16,
	RECORD_BYTES_KUZNETZOV = 24,
	VERSION_MAJOR = 2,
	LINK_MASK = 0x03ffffff,		/* above: the length of a check sequence, and a flag */
	CACHE_LINE = 64,
	CAPLEN_MAX = 262144,		/* libpcap's MAXIMUM_SNAPLEN: beyond is damage */
};

struct variant {
	uint32_t magic;
	uint32_t record_bytes;
	uint32_t ns_per_tick;
};

static const struct variant variants[] = {
	{ MAGIC_US, RECORD_BYTES, 1000 },
	{ MAGIC_NS, RECORD_BYTES, 1 },
	{ MAGIC_KUZNETZOV, RECORD_BYTES_KUZNETZOV, 1000 },
};

static const struct variant *variant_of(uint32_t magic)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++)
		if (variants[i].magic == magic)
			return &variants[i];
	return NULL;
}

static uint32_t magic_of(const uint8_t at[static 4])
{
	uint32_t magic;

	memcpy(&magic, at, sizeof(magic));
	return magic;
}

static bool pcap_is(const uint8_t at[static 4])
{
	return variant_of(magic_of(at)) || variant_of(__builtin_bswap32(magic_of(at)));
}

static int pcap_open(struct capfile *f)
{
	const uint8_t *at = capwindow_peek(&f->window, HEADER_BYTES);
	const struct variant *v;
	struct capiface *iface;
	unsigned major;

	if (!at)
		return capfile_ended(f);
	v = variant_of(magic_of(at));
	f->swapped = !v;
	if (!v)
		v = variant_of(__builtin_bswap32(magic_of(at)));
	major = capfile_u16(f, at + 4);
	f->minor = capfile_u16(f, at + 6);
	if (major != VERSION_MAJOR)
		return capfile_damaged(f, "version %u.%u of pcap, not 2.4", major, f->minor);
	f->header_bytes = v->record_bytes;
	f->ns_per_tick = v->ns_per_tick;
	capwindow_skip(&f->window, HEADER_BYTES);
	return capfile_add_iface(f, capfile_u32(f, at + 20) & LINK_MASK, &iface);
}

/* Before version 2.3 the lengths stood the other way round; in 2.3 either way. */
static bool lengths_are_swapped(const struct capfile *f, uint32_t caplen, uint32_t wirelen)
{
	return f->minor < 3 || (f->minor == 3 && caplen > wirelen);
}

static uint64_t time_of(const struct capfile *f, const uint8_t *at)
{
	uint64_t part_ns = (uint64_t)capfile_u32(f, at + 4) * f->ns_per_tick;

	if (part_ns >= NSEC_PER_SEC)
		part_ns = NSEC_PER_SEC - 1;
	return capfile_u32(f, at) * NSEC_PER_SEC + part_ns;
}

static int pcap_next(struct capfile *f, struct pktraw *raw, struct capiface **iface)
{
	const uint8_t *at = capwindow_peek(&f->window, f->header_bytes);
	uint32_t caplen, wirelen;

	if (!at)
		return capfile_ended(f);
	caplen = capfile_u32(f, at + 8);
	wirelen = capfile_u32(f, at + 12);
	if (f->minor < 4 && lengths_are_swapped(f, caplen, wirelen)) {
		wirelen = caplen;
		caplen = capfile_u32(f, at + 12);
	}
	if (caplen > CAPLEN_MAX)
		return capfile_damaged(f, "a packet of %u captured bytes", caplen);
	at = capwindow_peek(&f->window, f->header_bytes + caplen);
	if (!at)
		return capfile_ended(f);
	capwindow_skip(&f->window, f->header_bytes + caplen);
	/* The next one is somewhere else, and wanted as soon as this one was looked at. */
	__builtin_prefetch(at + f->header_bytes + caplen);
	__builtin_prefetch(at + f->header_bytes + caplen + CACHE_LINE);
	*raw = (struct pktraw){
		.time_ns = time_of(f, at),
		.data = at + f->header_bytes,
		.caplen = caplen,
		.wirelen = wirelen < caplen ? caplen : wirelen,
		.linktype = f->ifaces->link,
	};
	*iface = f->ifaces;
	return CAPRECORD_PACKET;
}

const struct capformat capfile_pcap = {
	.one_link = true,
	.is = pcap_is,
	.open = pcap_open,
	.next = pcap_next,
};
