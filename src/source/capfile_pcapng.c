/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newer format (draft-ietf-opsawg-pcapng): blocks, each with its length at both ends. Sections
 * in either byte order, each with interfaces of its own; packets in three kinds of block; names,
 * interface statistics. All else is passed over.
 *
 * A section's length is not looked at: it is there to jump over a section, which nobody does here.
 * An interface's number is its number in its section, plus one: a file that was appended to has the
 * same interface again.
 */
#include "source/capfile_parts.h"

#include <errno.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_HEAD = 8,			/* type and length */
	BLOCK_TAIL = 4,			/* the length again */
	BLOCK_MAX = 16 << 20,
	OPEN_MIB = 16,			/* up to here there is an interface */
	PACKET_HEAD = 20,		/* of the body of both kinds that have a time */
	VERSION_MAJOR = 1,
};

enum {
	OPTION_END = 0,
	OPTION_IF_NAME = 2,
	OPTION_IF_DESCRIPTION = 3,
	OPTION_PACKET_FLAGS = 2,
	OPTION_TIME_RESOLUTION = 9,
	OPTION_TIME_OFFSET = 14,
	OPTION_IF_DROPPED = 5,
	OPTION_OS_DROPPED = 7,
};

/* 2^33 seconds: year 2242, and no sum of two times overflows. */
#define SECONDS_MAX (1ll << 33)

struct option {
	const uint8_t *value;
	uint16_t code, len;
};

/* The next of a block's options; 0: there are no more; -EPROTO: it is longer than the block. */
static int take_option(const struct capfile *f, struct bytes *b, struct option *out)
{
	const uint8_t *head = bytes_take(b, 4);

	if (!head)
		return bytes_left(b) ? -EPROTO : 0;
	out->code = capfile_u16(f, head);
	out->len = capfile_u16(f, head + 2);
	if (out->code == OPTION_END)
		return 0;
	out->value = bytes_take(b, (out->len + 3u) & ~3u);
	return out->value ? 1 : -EPROTO;
}

/* ---- sections and interfaces */

/* Before anything else of the block is read: its length is in that order already. */
static int set_order(struct capfile *f, const uint8_t *magic)
{
	f->swapped = false;
	if (capfile_u32(f, magic) == BYTE_ORDER_MAGIC)
		return 0;
	f->swapped = true;
	if (capfile_u32(f, magic) == BYTE_ORDER_MAGIC)
		return 0;
	return capfile_damaged(f, "a section without a byte order");
}

static int read_section(struct capfile *f, struct bytes body, struct pktraw *raw,
			struct capiface **iface)
{
	unsigned major = capfile_u16(f, body.p + 4);

	(void)raw;
	(void)iface;
	if (major != VERSION_MAJOR)
		return capfile_damaged(f, "version %u.%u of pcapng, not 1.0", major,
				       capfile_u16(f, body.p + 6));
	f->iface_count = f->ifaces_taken = 0;
	return CAPRECORD_OTHER;
}

/* Powers of 10, or of 2 where the first bit is set. */
static int set_resolution(struct capfile *f, struct capiface *i, unsigned n)
{
	unsigned exponent = n & 0x7f;
	uint64_t per_second = 1;

	if (exponent > (n & 0x80 ? 63 : 19))
		return capfile_damaged(f, "an interface with times in units of %d^-%u s",
				       n & 0x80 ? 2 : 10, exponent);
	for (unsigned k = 0; k < exponent; k++)
		per_second *= n & 0x80 ? 2 : 10;
	i->per_second = per_second;
	i->ns_per_tick = NSEC_PER_SEC % per_second ? 0 : NSEC_PER_SEC / per_second;
	return 0;
}

static int64_t clamp(int64_t n, int64_t min, int64_t max)
{
	return n < min ? min : n < max ? n : max;
}

/* Up to a NUL, which should not be there. One that is empty is none. */
static void set_name(struct capiface *i, const struct option *o)
{
	size_t len = strnlen((const char *)o->value, o->len), room = sizeof(i->name) - 1;

	i->name_cut = len > room;
	memset(i->name, 0, sizeof(i->name));
	memcpy(i->name, o->value, i->name_cut ? room : len);
}

static int set_iface_option(struct capfile *f, struct capiface *i, const struct option *o)
{
	if (o->code == OPTION_TIME_RESOLUTION && o->len == 1)
		return set_resolution(f, i, *o->value);
	if (o->code == OPTION_TIME_OFFSET && o->len == sizeof(i->offset_s))
		i->offset_s = clamp((int64_t)capfile_u64(f, o->value), -SECONDS_MAX, SECONDS_MAX);
	/* A name of 50 characters is Windows' for a number; there this is what people know. */
	if (o->code == OPTION_IF_NAME || (o->code == OPTION_IF_DESCRIPTION && i->name_cut))
		set_name(i, o);
	return 0;
}

static int read_interface(struct capfile *f, struct bytes body, struct pktraw *raw,
			  struct capiface **iface)
{
	const uint8_t *head = bytes_take(&body, 8);
	struct option o;
	struct capiface *i;
	int r = capfile_add_iface(f, capfile_u16(f, head), &i);

	(void)raw;
	(void)iface;
	if (!r)
		r = set_resolution(f, i, 6);
	if (r)
		return r;
	i->snaplen = capfile_u32(f, head + 4);
	while ((r = take_option(f, &body, &o)) > 0) {
		r = set_iface_option(f, i, &o);
		if (r)
			return r;
	}
	if (r)
		return capfile_damaged(f, "an interface with an option longer than its block");
	return CAPRECORD_OTHER;
}

/* ---- packets */

/* Never overflows: 2^34 times 10^9 fits. Resolutions finer than that are powers of 2. */
static uint64_t part_ns(uint64_t part, uint64_t per_second)
{
	if (per_second % NSEC_PER_SEC == 0)
		return part / (per_second / NSEC_PER_SEC);
	while (per_second > 1ull << 34) {
		per_second >>= 1;
		part >>= 1;
	}
	return part * NSEC_PER_SEC / per_second;
}

static uint64_t time_of(const struct capiface *i, uint64_t ticks)
{
	uint64_t s;

	if (i->ns_per_tick && !i->offset_s && ticks < SECONDS_MAX * NSEC_PER_SEC / i->ns_per_tick)
		return ticks * i->ns_per_tick;
	s = ticks / i->per_second;
	s = s < SECONDS_MAX ? s : SECONDS_MAX;
	if ((int64_t)s + i->offset_s < 0)
		return 0;
	return (uint64_t)clamp((int64_t)s + i->offset_s, 0, SECONDS_MAX) * NSEC_PER_SEC +
	       part_ns(ticks % i->per_second, i->per_second);
}

/* Bits 0-1: inbound, outbound; bits 2-4: how it was addressed, 4 being to somebody else. */
static uint8_t way_of(uint32_t flags)
{
	if ((flags & 3) == 2)
		return PKT_OUT;
	return (flags & 3) == 1 && (flags >> 2 & 7) != 4 ? PKT_IN : PKT_SEEN;
}

static uint8_t read_way(const struct capfile *f, struct bytes options)
{
	struct option o;

	while (take_option(f, &options, &o) > 0)
		if (o.code == OPTION_PACKET_FLAGS && o.len == 4)
			return way_of(capfile_u32(f, o.value));
	return PKT_SEEN;
}

static int find_iface(struct capfile *f, uint32_t id, struct capiface **out)
{
	if (id >= f->iface_count)
		return capfile_damaged(f, "a packet of interface %u; the section has %u", id,
				       f->iface_count);
	*out = &f->ifaces[id];
	return 0;
}

/* Both kinds have the same lengths in the same places; only how they name the interface differs. */
static int read_timed(struct capfile *f, struct bytes body, uint32_t id, struct pktraw *raw,
		      struct capiface **iface)
{
	const uint8_t *head = bytes_take(&body, PACKET_HEAD), *data;
	uint32_t caplen = capfile_u32(f, head + 12), wirelen = capfile_u32(f, head + 16);
	uint64_t ticks = (uint64_t)capfile_u32(f, head + 4) << 32 | capfile_u32(f, head + 8);
	int r = find_iface(f, id, iface);

	if (r)
		return r;
	if (caplen > bytes_left(&body))
		return capfile_damaged(f, "a packet of %u captured bytes, longer than its block",
				       caplen);
	data = bytes_take(&body, caplen);
	/* The block's length is a multiple of four, so the padding is there. */
	bytes_skip(&body, -caplen & 3);
	f->latest_ns = time_of(*iface, ticks);
	*raw = (struct pktraw){
		.time_ns = f->latest_ns,
		.data = data,
		.caplen = caplen,
		.wirelen = wirelen < caplen ? caplen : wirelen,
		.ifindex = id + 1,
		.linktype = (*iface)->link,
		.way = bytes_left(&body) ? read_way(f, body) : PKT_SEEN,
	};
	return CAPRECORD_PACKET;
}

static int read_packet(struct capfile *f, struct bytes body, struct pktraw *raw,
		       struct capiface **iface)
{
	return read_timed(f, body, capfile_u32(f, body.p), raw, iface);
}

static int read_old_packet(struct capfile *f, struct bytes body, struct pktraw *raw,
			   struct capiface **iface)
{
	return read_timed(f, body, capfile_u16(f, body.p), raw, iface);
}

/* Of the first interface, as long as its snaplen allows; has no time: that of the one before it. */
static int read_simple_packet(struct capfile *f, struct bytes body, struct pktraw *raw,
			      struct capiface **iface)
{
	uint32_t wirelen = capfile_u32(f, bytes_take(&body, 4)), caplen = wirelen;
	int r = find_iface(f, 0, iface);

	if (r)
		return r;
	if ((*iface)->snaplen && caplen > (*iface)->snaplen)
		caplen = (*iface)->snaplen;
	if (caplen > bytes_left(&body))
		return capfile_damaged(f, "a packet of %u captured bytes, longer than its block",
				       caplen);
	*raw = (struct pktraw){
		.time_ns = f->latest_ns,
		.data = body.p,
		.caplen = caplen,
		.wirelen = wirelen,
		.ifindex = 1,
		.linktype = (*iface)->link,
	};
	return CAPRECORD_PACKET;
}

/* ---- what else is of use */

static int read_names(struct capfile *f, struct bytes body, struct pktraw *raw,
		      struct capiface **iface)
{
	(void)raw;
	(void)iface;
	capfile_add_names(f, body);
	return CAPRECORD_OTHER;
}

/* Counted since the capture began. All bits set is how some writers say that they do not know. */
static void add_lost(uint64_t *last, uint64_t now, uint64_t *total)
{
	if (now <= *last || now == UINT64_MAX)
		return;
	if (__builtin_add_overflow(*total, now - *last, total))
		*total = UINT64_MAX;
	*last = now;
}

static int read_statistics(struct capfile *f, struct bytes body, struct pktraw *raw,
			   struct capiface **iface)
{
	uint32_t id = capfile_u32(f, bytes_take(&body, 12));	/* and a time */
	struct capiface *i = id < f->iface_count ? &f->ifaces[id] : NULL;
	struct option o;

	(void)raw;
	(void)iface;
	while (i && take_option(f, &body, &o) > 0) {
		if (o.len != sizeof(uint64_t))
			continue;
		if (o.code == OPTION_IF_DROPPED)
			add_lost(&i->if_dropped, capfile_u64(f, o.value), &f->if_dropped);
		else if (o.code == OPTION_OS_DROPPED)
			add_lost(&i->dropped, capfile_u64(f, o.value), &f->dropped);
	}
	return CAPRECORD_OTHER;
}

/* ---- blocks */

struct block {
	uint32_t type;
	uint32_t least;			/* bytes of body that `read` may take for granted */
	int (*read)(struct capfile *f, struct bytes body, struct pktraw *raw,
		    struct capiface **iface);
};

/* The commonest first. */
static const struct block blocks[] = {
	{ BLOCK_PACKET, PACKET_HEAD, read_packet },
	{ BLOCK_SIMPLE_PACKET, 4, read_simple_packet },
	{ BLOCK_OLD_PACKET, PACKET_HEAD, read_old_packet },
	{ BLOCK_INTERFACE, 8, read_interface },
	{ BLOCK_STATISTICS, 12, read_statistics },
	{ BLOCK_NAMES, 0, read_names },
	{ BLOCK_SECTION, 16, read_section },
};

static const struct block *block_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (blocks[i].type == type)
			return &blocks[i];
	return NULL;
}

static int read_block(struct capfile *f, uint32_t type, struct bytes body, struct pktraw *raw,
		      struct capiface **iface)
{
	const struct block *b = block_of(type);

	if (!b)
		return CAPRECORD_OTHER;
	if (bytes_left(&body) < b->least)
		return capfile_damaged(f, "a block of type %u with %zu bytes, of which it needs %u",
				       type, bytes_left(&body), b->least);
	return b->read(f, body, raw, iface);
}

static int pcapng_next(struct capfile *f, struct pktraw *raw, struct capiface **iface)
{
	const uint8_t *at = capwindow_peek(&f->window, BLOCK_HEAD + BLOCK_TAIL);
	uint32_t type, len;
	int r;

	if (!at)
		return capfile_ended(f);
	type = capfile_u32(f, at);
	r = type == BLOCK_SECTION ? set_order(f, at + BLOCK_HEAD) : 0;
	if (r)
		return r;
	len = capfile_u32(f, at + 4);
	if (len < BLOCK_HEAD + BLOCK_TAIL || len > BLOCK_MAX || len % 4)
		return capfile_damaged(f, "a block of %u bytes", len);
	at = capwindow_peek(&f->window, len);
	if (!at)
		return capfile_ended(f);
	if (capfile_u32(f, at + len - BLOCK_TAIL) != len)
		return capfile_damaged(f, "a block of %u bytes ends with another length", len);
	r = read_block(f, type, bytes_of(at + BLOCK_HEAD, len - BLOCK_HEAD - BLOCK_TAIL), raw,
		       iface);
	if (r >= 0)
		capwindow_skip(&f->window, len);
	return r;
}

static bool pcapng_is(const uint8_t at[static 4])
{
	return load_be32(at) == BLOCK_SECTION;
}

/*
 * Up to the first interface: only then can a capture filter be checked. Not for ever: while a file
 * is opened nobody can be asked to stop.
 */
static int pcapng_open(struct capfile *f)
{
	struct capiface *iface;
	struct pktraw raw;
	int r = CAPRECORD_OTHER;

	while (r == CAPRECORD_OTHER && !f->iface_count) {
		if (capwindow_offset(&f->window) >= (uint64_t)OPEN_MIB << 20) {
			errmsg_set(&f->why, "no interface in its first %d MiB", OPEN_MIB);
			return -EPROTO;
		}
		r = pcapng_next(f, &raw, &iface);
	}
	return r < 0 ? r : 0;
}

const struct capformat capfile_pcapng = {
	.is = pcapng_is,
	.open = pcapng_open,
	.next = pcapng_next,
};
