/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/capfile_pcapng.c, capfile_names.c: the newer format, block by block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/links.h"
#include "source/pktlink.h"
#include "tests/unit/capfile_fixture.h"

enum {
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECRETS = 10,
	BLOCK_CUSTOM = 0xbad,
	ENDS_MAX = 32,
};

static const char bytes[] = "abcdefghijklmnopqrstuvwxyz";

/* Which blocks of the tour below carry a packet, and where each block ends. */
struct tour {
	struct image f;
	size_t ends[ENDS_MAX];
	bool is_packet[ENDS_MAX];
	unsigned count;
};

static void note_block(struct tour *t, bool is_packet)
{
	assert_true(t->count < ENDS_MAX);
	t->ends[t->count] = t->f.buf.len;
	t->is_packet[t->count++] = is_packet;
}

static void put_old_packet(struct image *f, unsigned iface, uint64_t ticks, uint32_t caplen)
{
	ng_begin(f, BLOCK_OLD_PACKET);
	put16(f, iface);
	put16(f, 0xffff);	/* drops: not known */
	put32(f, (uint32_t)(ticks >> 32));
	put32(f, (uint32_t)ticks);
	put32(f, caplen);
	put32(f, caplen + 5);
	buf_add(&f->buf, bytes, caplen);
	ng_end(f);
}

static void put_simple_packet(struct image *f, uint32_t wirelen, uint32_t caplen)
{
	ng_begin(f, BLOCK_SIMPLE_PACKET);
	put32(f, wirelen);
	buf_add(&f->buf, bytes, caplen);
	ng_end(f);
}

static void put_name(struct image *f, unsigned type, const void *value, size_t len)
{
	ng_option(f, type, value, len);	/* a record has the shape of an option */
}

static void put_statistics(struct image *f, uint32_t iface, uint64_t if_dropped, uint64_t dropped)
{
	ng_begin(f, BLOCK_STATISTICS);
	put32(f, iface);
	put64(f, 0);
	put16(f, 5);
	put16(f, 8);
	put64(f, if_dropped);
	put16(f, 7);
	put16(f, 8);
	put64(f, dropped);
	put32(f, 0);
	ng_end(f);
}

/* One block of every kind; a second section in the other byte order. */
static void write_tour(struct tour *t, bool swapped)
{
	struct image *f = &t->f;

	*t = (struct tour){ .f = { .swapped = swapped } };
	ng_section(f);
	note_block(t, false);
	ng_iface(f, LINK_ETHERNET, 10, -1, 0);
	note_block(t, false);
	ng_iface(f, LINK_LINUX_SLL2, 0, 9, 0);
	note_block(t, false);
	ng_packet(f, 0, 1000000001, bytes, 7, 0);
	note_block(t, true);
	ng_packet(f, 1, 2000000000000000003, bytes, 26, 2);
	note_block(t, true);
	put_old_packet(f, 0, 3000000004, 9);
	note_block(t, true);
	put_simple_packet(f, 1000, 10);
	note_block(t, true);
	ng_begin(f, BLOCK_NAMES);
	put_name(f, 1, "\x0a\0\0\1host", 9);
	put32(f, 0);
	ng_end(f);
	note_block(t, false);
	ng_begin(f, BLOCK_SECRETS);
	buf_add(&f->buf, bytes, 25);
	ng_end(f);
	note_block(t, false);
	ng_begin(f, BLOCK_CUSTOM);
	put32(f, 32473);
	ng_end(f);
	note_block(t, false);
	put_statistics(f, 1, 5, 6);
	note_block(t, false);
	f->swapped = !swapped;
	ng_section(f);
	note_block(t, false);
	ng_iface(f, LINK_RAW, 0, 0, 0);
	note_block(t, false);
	ng_packet(f, 0, 5, bytes, 0, 1);
	note_block(t, true);
}

static void assert_tour(const struct seen *s, unsigned packets)
{
	static const struct pktraw wanted[] = {
		{ .time_ns = 1000000001000, .caplen = 7, .wirelen = 7, .ifindex = 1,
		  .linktype = LINK_ETHERNET },
		{ .time_ns = 2000000000000000003, .caplen = 26, .wirelen = 26, .ifindex = 2,
		  .linktype = LINK_LINUX_SLL2, .way = PKT_OUT },
		{ .time_ns = 3000000004000, .caplen = 9, .wirelen = 14, .ifindex = 1,
		  .linktype = LINK_ETHERNET },
		{ .time_ns = 3000000004000, .caplen = 10, .wirelen = 1000, .ifindex = 1,
		  .linktype = LINK_ETHERNET },
		{ .time_ns = 5 * NSEC_PER_SEC, .caplen = 0, .wirelen = 0, .ifindex = 1,
		  .linktype = LINK_RAW, .way = PKT_IN },
	};

	assert_int_equal(s->opened, 0);
	assert_int_equal(s->packets, packets);
	for (unsigned i = 0; i < packets; i++) {
		const struct pktraw *p = &s->packet[i], *w = &wanted[i];
		uint64_t sum = w->caplen;

		for (uint32_t k = 0; k < w->caplen; k++)
			sum = sum * 31 + (uint8_t)bytes[k];
		assert_int_equal(s->sum[i], sum);
		assert_int_equal(p->time_ns, w->time_ns);
		assert_int_equal(p->caplen, w->caplen);
		assert_int_equal(p->wirelen, w->wirelen);
		assert_int_equal(p->ifindex, w->ifindex);
		assert_int_equal(p->linktype, w->linktype);
		assert_int_equal(p->way, w->way);
	}
}

static void test_capfile_every_kind_of_block_is_read_in_both_orders(void **state)
{
	static const size_t piece_sizes[] = { 1, 7, 4096, SIZE_MAX };

	(void)state;
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		struct tour t;

		write_tour(&t, swapped);
		for (size_t i = 0; i < sizeof(piece_sizes) / sizeof(*piece_sizes); i++) {
			struct seen s = read_part(&t.f, t.f.buf.len, piece_sizes[i]);

			assert_tour(&s, 5);
			assert_int_equal(s.ended, CAPRECORD_END);
			/* What comes before the first interface, and it, are read while opening. */
			assert_int_equal(s.others, 7);
			assert_int_equal(s.if_dropped, 5);
			assert_int_equal(s.dropped, 6);
		}
		buf_fini(&t.f.buf);
	}
}

static void test_capfile_pcapng_cut_anywhere_gives_its_whole_packets(void **state)
{
	(void)state;
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		unsigned blocks = 0, packets = 0;
		struct tour t;

		write_tour(&t, swapped);
		for (size_t len = 1; len < t.f.buf.len; len++) {
			struct seen s = read_part(&t.f, len, SIZE_MAX);
			bool clean;

			while (blocks < t.count && t.ends[blocks] <= len)
				packets += t.is_packet[blocks++];
			clean = blocks && t.ends[blocks - 1] == len;
			if (blocks < 2 && !clean) {
				assert_int_equal(s.opened, -EPROTO);
				assert_non_null(strstr(s.err.text, "NAME is not a capture file"));
				continue;
			}
			assert_tour(&s, packets);
			assert_int_equal(s.ended, clean ? CAPRECORD_END : -EIO);
			assert_int_equal(clean, !s.err.text[0]);
		}
		buf_fini(&t.f.buf);
	}
}

/* It is read or refused, and it ends. */
static void test_capfile_pcapng_with_any_byte_inverted_ends(void **state)
{
	struct tour t;

	(void)state;
	write_tour(&t, false);
	for (size_t at = 0; at < t.f.buf.len; at++) {
		struct seen s;

		t.f.buf.data[at] = (char)~t.f.buf.data[at];
		s = read_whole(&t.f);
		assert_true(s.packets <= 5);
		assert_int_equal(s.opened || s.ended, s.err.text[0] != '\0');
		t.f.buf.data[at] = (char)~t.f.buf.data[at];
	}
	buf_fini(&t.f.buf);
}

static uint64_t time_read(int resolution, int64_t offset, uint64_t ticks)
{
	struct image f = { .swapped = false };
	struct seen s;

	ng_section(&f);
	ng_iface(&f, LINK_ETHERNET, 0, resolution, offset);
	ng_packet(&f, 0, ticks, bytes, 4, 0);
	s = read_whole(&f);
	buf_fini(&f.buf);
	assert_int_equal(s.packets, 1);
	return s.packet[0].time_ns;
}

static void test_capfile_times_are_in_the_interfaces_units(void **state)
{
	const uint64_t latest = (1ull << 33) * NSEC_PER_SEC;

	(void)state;
	assert_int_equal(time_read(-1, 0, 1700000000123456), 1700000000123456000);
	assert_int_equal(time_read(0, 0, 1700000000), 1700000000 * NSEC_PER_SEC);
	assert_int_equal(time_read(3, 0, 1500), 1500000000);
	assert_int_equal(time_read(9, 0, 1700000000123456789), 1700000000123456789);
	assert_int_equal(time_read(12, 0, 1234567890123456789), 1234567890123456);
	assert_int_equal(time_read(19, 0, UINT64_MAX), 1844674407);
	assert_int_equal(time_read(0x80, 0, 7), 7 * NSEC_PER_SEC);
	assert_int_equal(time_read(0x81, 0, 3), 1500000000);
	assert_int_equal(time_read(0x80 | 20, 0, (1 << 20) + (1 << 18)), 1250000000);
	assert_int_equal(time_read(0x80 | 34, 0, 5ull << 33), 2500000000);
	assert_int_equal(time_read(0x80 | 63, 0, 3ull << 62), 1500000000);
	assert_int_equal(time_read(6, 100, 1000001), 101000001000);
	assert_int_equal(time_read(6, -1, 3000000), 2 * NSEC_PER_SEC);
	/* What is beyond is put on the edge. */
	assert_int_equal(time_read(6, -10, 3000000), 0);
	assert_int_equal(time_read(6, INT64_MIN, 3000000), 0);
	assert_int_equal(time_read(0, 0, UINT64_MAX), latest);
	assert_int_equal(time_read(0, INT64_MAX, UINT64_MAX), latest);
}

static void test_capfile_impossible_units_are_damage(void **state)
{
	static const struct {
		int resolution;
		const char *words;
	} cases[] = {
		{ 20, "in units of 10^-20 s" },
		{ 127, "in units of 10^-127 s" },
		{ 0x80 | 64, "in units of 2^-64 s" },
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct image f = { .swapped = true };
		struct seen s;

		ng_section(&f);
		ng_iface(&f, LINK_ETHERNET, 0, cases[i].resolution, 0);
		s = read_whole(&f);
		assert_int_equal(s.opened, -EPROTO);
		assert_non_null(strstr(s.err.text, cases[i].words));
		buf_fini(&f.buf);
	}
}

static void test_capfile_packet_flags_tell_the_way(void **state)
{
	static const struct {
		uint32_t flags;
		uint8_t way;
	} cases[] = {
		{ 0, PKT_SEEN },	{ 1, PKT_IN },		   { 2, PKT_OUT },
		{ 3, PKT_SEEN },	{ 1 | 1 << 2, PKT_IN },	   { 1 | 2 << 2, PKT_IN },
		{ 1 | 4 << 2, PKT_SEEN }, { 2 | 4 << 2, PKT_OUT }, { 0xffff0000 | 2, PKT_OUT },
	};
	struct image f = { .swapped = true };
	const unsigned count = sizeof(cases) / sizeof(*cases);
	struct seen s;

	(void)state;
	ng_section(&f);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	for (unsigned i = 0; i < count; i++)
		ng_packet(&f, 0, 1, bytes, 5, cases[i].flags);
	s = read_whole(&f);
	assert_int_equal(s.packets, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(s.packet[i].way, cases[i].way);
	buf_fini(&f.buf);
}

/* ---- damage */

static void begin_damage(struct image *f)
{
	ng_section(f);
	ng_iface(f, LINK_ETHERNET, 0, -1, 0);
	ng_packet(f, 0, 1, bytes, 8, 0);
}

static void set32(struct image *f, size_t at, uint32_t n)
{
	memcpy(f->buf.data + at, &n, 4);
}

static void write_tiny_block(struct image *f)
{
	ng_begin(f, BLOCK_CUSTOM);
	ng_end(f);
	set32(f, f->block_at + 4, 8);
}

static void write_odd_block(struct image *f)
{
	ng_begin(f, BLOCK_CUSTOM);
	put32(f, 0);
	ng_end(f);
	set32(f, f->block_at + 4, 15);
}

static void write_giant_block(struct image *f)
{
	ng_begin(f, BLOCK_CUSTOM);
	ng_end(f);
	set32(f, f->block_at + 4, (16 << 20) + 4);
}

static void write_other_length_at_the_end(struct image *f)
{
	ng_begin(f, BLOCK_CUSTOM);
	ng_end(f);
	set32(f, f->buf.len - 4, 16);
}

static void write_unknown_iface(struct image *f)
{
	ng_packet(f, 1, 1, bytes, 8, 0);
}

static void write_too_many_captured(struct image *f)
{
	ng_packet(f, 0, 1, bytes, 8, 0);
	set32(f, f->block_at + 20, 9);
}

static void write_most_captured(struct image *f)
{
	ng_packet(f, 0, 1, bytes, 8, 0);
	set32(f, f->block_at + 20, UINT32_MAX);
}

static void write_simple_with_too_many(struct image *f)
{
	put_simple_packet(f, 12, 8);
}

static void write_short_packet(struct image *f)
{
	ng_begin(f, BLOCK_PACKET);
	put64(f, 0);
	put64(f, 0);
	ng_end(f);
}

static void write_section_without_order(struct image *f)
{
	ng_section(f);
	set32(f, f->block_at + 8, 0x4d3c2b1b);
}

static void write_section_of_version_2(struct image *f)
{
	ng_section(f);
	f->buf.data[f->block_at + 12] = 2;
}

static void write_iface_with_an_option_too_long(struct image *f)
{
	ng_begin(f, 1);
	put64(f, 1);
	put16(f, 2);
	put16(f, 5);
	put32(f, 0);
	ng_end(f);
}

static void test_capfile_damage_is_told_with_its_place(void **state)
{
	static const struct {
		void (*write)(struct image *f);
		const char *words;
	} cases[] = {
		{ write_tiny_block, "a block of 8 bytes" },
		{ write_odd_block, "a block of 15 bytes" },
		{ write_giant_block, "a block of 16777220 bytes" },
		{ write_other_length_at_the_end, "a block of 12 bytes ends with another length" },
		{ write_unknown_iface, "a packet of interface 1; the section has 1" },
		{ write_too_many_captured, "a packet of 9 captured bytes, longer than its block" },
		{ write_most_captured, "a packet of 4294967295 captured bytes, longer than" },
		{ write_simple_with_too_many, "a packet of 12 captured bytes, longer than" },
		{ write_short_packet, "a block of type 6 with 16 bytes, of which it needs 20" },
		{ write_section_without_order, "a section without a byte order" },
		{ write_section_of_version_2, "version 2.0 of pcapng, not 1.0" },
		{ write_iface_with_an_option_too_long, "an option longer than its block" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct image f = { .swapped = false };
		struct errmsg place = { "" };
		struct seen s;

		begin_damage(&f);
		errmsg_set(&place, "damaged at byte %zu: ", f.buf.len);
		cases[i].write(&f);
		ng_packet(&f, 0, 1, bytes, 8, 0);	/* which nobody must see */
		s = read_whole(&f);
		assert_int_equal(s.packets, 1);
		assert_int_equal(s.ended, -EPROTO);
		assert_non_null(strstr(s.err.text, cases[i].words));
		assert_memory_equal(s.err.text, place.text, strlen(place.text));
		buf_fini(&f.buf);
	}
}

static void test_capfile_interfaces_are_forgotten_with_their_section(void **state)
{
	struct image f = { .swapped = false };
	struct seen s;

	(void)state;
	begin_damage(&f);
	ng_section(&f);
	ng_packet(&f, 0, 1, bytes, 8, 0);
	s = read_whole(&f);
	assert_int_equal(s.packets, 1);
	/* 28 + 32 + 40 of the first section, 28 of the second */
	assert_string_equal(s.err.text,
			    "damaged at byte 128: a packet of interface 0; the section has 0");
	buf_fini(&f.buf);
}

static void test_capfile_too_many_interfaces_are_damage(void **state)
{
	struct image f = { .swapped = false };
	struct seen s;

	(void)state;
	ng_section(&f);
	for (unsigned i = 0; i <= 65536; i++)
		ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	s = read_whole(&f);
	assert_int_equal(s.ended, -EPROTO);
	assert_non_null(strstr(s.err.text, "more than 65536 interfaces"));
	buf_fini(&f.buf);
}

static void test_capfile_of_one_section_and_nothing_else_is_empty(void **state)
{
	struct image f = { .swapped = true };
	struct seen s;

	(void)state;
	ng_section(&f);
	s = read_whole(&f);
	assert_int_equal(s.opened, 0);
	assert_int_equal(s.packets, 0);
	assert_int_equal(s.ended, CAPRECORD_END);
	buf_fini(&f.buf);
}

/* Whoever opens it would wait for the end of it, however long it is. */
static void test_capfile_without_an_interface_is_given_up(void **state)
{
	struct image f = { .swapped = false };
	uint8_t *much = calloc(1, 1 << 20);
	struct seen s;

	(void)state;
	assert_non_null(much);
	ng_section(&f);
	for (unsigned mib = 0; mib < 17; mib++) {
		s = read_whole(&f);
		assert_int_equal(s.opened, mib < 16 ? 0 : -EPROTO);
		ng_begin(&f, 0xbad);
		buf_add(&f.buf, much, 1 << 20);
		ng_end(&f);
	}
	assert_non_null(strstr(s.err.text, "NAME is not a capture file that can be read: "
					   "no interface in its first 16 MiB"));
	free(much);
	buf_fini(&f.buf);
}

/* A block larger than the window is first, which then grows. */
static void test_capfile_large_blocks_are_read(void **state)
{
	const uint32_t len = (16 << 20) - 64;
	struct image f = { .swapped = false };
	uint8_t *large = calloc(1, len);
	struct seen s;

	(void)state;
	assert_non_null(large);
	memset(large, 'x', len);
	begin_damage(&f);
	ng_packet(&f, 0, 1, large, len, 0);
	ng_packet(&f, 0, 1, bytes, 8, 0);
	free(large);
	s = read_part(&f, f.buf.len, 70000);
	assert_int_equal(s.packets, 3);
	assert_int_equal(s.packet[1].caplen, len);
	assert_int_equal(s.sum[0], s.sum[2]);
	assert_int_equal(s.ended, CAPRECORD_END);
	buf_fini(&f.buf);
}

static void test_capfile_statistics_count_once(void **state)
{
	struct image f = { .swapped = false };
	struct seen s;

	(void)state;
	begin_damage(&f);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	put_statistics(&f, 0, 10, 100);
	put_statistics(&f, 0, 12, 101);		/* since the beginning again */
	put_statistics(&f, 1, 1000, UINT64_MAX);	/* all bits: not known */
	put_statistics(&f, 7, 5, 5);		/* of no interface */
	ng_section(&f);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	put_statistics(&f, 0, 10000, 10000);
	s = read_whole(&f);
	assert_int_equal(s.ended, CAPRECORD_END);
	assert_int_equal(s.if_dropped, 12 + 1000 + 10000);
	assert_int_equal(s.dropped, 101 + 10000);
	buf_fini(&f.buf);
}

/* ---- names, of interfaces and of addresses */

static struct capfile *open_image(struct pieces *from)
{
	const struct capinput input = { .read = read_pieces, .ctx = from };
	struct errmsg err = { "" };
	struct capfile *f;

	assert_int_equal(capfile_open(&f, &input, "NAME", &err), 0);
	return f;
}

static void pass_records(struct capfile *f)
{
	struct capiface *iface;
	struct errmsg err;
	struct pktraw raw;

	while (capfile_next(f, true, &raw, &iface, &err) > 0)
		;
}

static void assert_iface(struct capfile *f, uint32_t wanted_index, const char *wanted)
{
	char name[EVENT_NAME_MAX];
	uint32_t ifindex;

	assert_true(capfile_take_iface(f, &ifindex, name));
	assert_int_equal(ifindex, wanted_index);
	assert_string_equal(name, wanted);
}

static void put_named_iface(struct image *f, const char *name, const char *description)
{
	ng_begin(f, 1);
	put16(f, LINK_ETHERNET);
	put16(f, 0);
	put32(f, 0);
	if (name)
		ng_option(f, 2, name, strlen(name));
	if (description)
		ng_option(f, 3, description, strlen(description));
	ng_end(f);
}

static void test_capfile_gives_the_names_of_interfaces(void **state)
{
	struct image f = { .swapped = false };
	char name[EVENT_NAME_MAX];
	struct pieces from;
	struct capfile *c;
	uint32_t ifindex;

	(void)state;
	ng_section(&f);
	put_named_iface(&f, "eth0", "the first of them");
	put_named_iface(&f, NULL, "nobody's");
	put_named_iface(&f, "", NULL);
	put_named_iface(&f, "fifteen-letters", NULL);
	put_named_iface(&f, "sixteen-letters.", NULL);
	put_named_iface(&f, "\\Device\\NPF_{2E2C4F1C-0F4B-4B1E}", "Wi-Fi");
	from = (struct pieces){ .data = f.buf.data, .len = f.buf.len, .piece = SIZE_MAX };
	c = open_image(&from);
	assert_iface(c, 1, "eth0");
	assert_false(capfile_take_iface(c, &ifindex, name));
	pass_records(c);
	assert_iface(c, 4, "fifteen-letters");
	assert_iface(c, 5, "sixteen-letters");
	assert_iface(c, 6, "Wi-Fi");
	assert_false(capfile_take_iface(c, &ifindex, name));
	capfile_close(c);

	ng_section(&f);
	put_named_iface(&f, "wlan0", NULL);
	from = (struct pieces){ .data = f.buf.data, .len = f.buf.len, .piece = SIZE_MAX };
	c = open_image(&from);
	pass_records(c);
	assert_iface(c, 1, "wlan0");
	assert_false(capfile_take_iface(c, &ifindex, name));
	capfile_close(c);
	buf_fini(&f.buf);
}

static void assert_name(struct capfile *f, const char *addr_text, const char *wanted)
{
	char name[DNS_NAME_MAX], text[ADDR_TEXT_MAX];
	struct addr addr;

	assert_true(capfile_take_name(f, &addr, name));
	addr_format(&addr, text);
	assert_string_equal(text, addr_text);
	assert_string_equal(name, wanted);
}

static void test_capfile_gives_the_names_that_can_be_trusted(void **state)
{
	char longest[4 + 256] = "\x0a\0\0\x09";
	char too_long[4 + 257] = "\x0a\0\0\x0a";
	struct image f = { .swapped = true };
	char name[DNS_NAME_MAX];
	struct pieces from;
	struct capfile *c;
	struct addr addr;

	(void)state;
	memset(longest + 4, 'x', 255);
	memset(too_long + 4, 'x', 256);
	begin_damage(&f);
	ng_begin(&f, BLOCK_NAMES);
	put_name(&f, 1, "\x0a\0\0\1host.example.com\0alias", 27);
	put_name(&f, 2, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1six_-A9", 24);
	put_name(&f, 1, "\x0a\0\0\2", 5);			/* empty */
	put_name(&f, 1, "\x0a\0\0\3evil\x1b[2J", 13);
	put_name(&f, 1, "\x0a\0\0\4unended", 11);
	put_name(&f, 1, "\x0a\0\0", 3);
	put_name(&f, 77, "what is this", 13);
	put_name(&f, 1, longest, sizeof(longest));
	put_name(&f, 1, too_long, sizeof(too_long));
	put32(&f, 0);
	put_name(&f, 1, "\x0a\0\0\5behind-the-end", 19);
	ng_end(&f);
	ng_begin(&f, BLOCK_NAMES);
	put_name(&f, 1, "\x0a\0\0\6last", 9);
	put16(&f, 1);
	put16(&f, 1000);	/* longer than the block */
	ng_end(&f);
	from = (struct pieces){ .data = f.buf.data, .len = f.buf.len, .piece = 50 };
	c = open_image(&from);
	assert_false(capfile_take_name(c, &addr, name));
	pass_records(c);
	assert_name(c, "10.0.0.1", "host.example.com");
	assert_name(c, "2001:db8::1", "six_-A9");
	assert_name(c, "10.0.0.9", longest + 4);
	assert_name(c, "10.0.0.6", "last");
	assert_false(capfile_take_name(c, &addr, name));
	assert_false(capfile_take_name(c, &addr, name));
	capfile_close(c);
	buf_fini(&f.buf);
}

static void test_capfile_names_that_nobody_takes_are_bounded(void **state)
{
	struct image f = { .swapped = false };
	char name[DNS_NAME_MAX];
	unsigned count = 0;
	struct pieces from;
	struct capfile *c;
	struct addr addr;

	(void)state;
	begin_damage(&f);
	for (unsigned i = 0; i < 100; i++) {
		ng_begin(&f, BLOCK_NAMES);
		for (unsigned k = 0; k < 1000; k++)
			put_name(&f, 1, "\x0a\0\0\1a-name-of-some-length", 26);
		ng_end(&f);
	}
	from = (struct pieces){ .data = f.buf.data, .len = f.buf.len, .piece = SIZE_MAX };
	c = open_image(&from);
	pass_records(c);
	while (capfile_take_name(c, &addr, name))
		count++;
	assert_true(count > 10000 && count < 100000);
	capfile_close(c);
	buf_fini(&f.buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capfile_every_kind_of_block_is_read_in_both_orders),
		cmocka_unit_test(test_capfile_pcapng_cut_anywhere_gives_its_whole_packets),
		cmocka_unit_test(test_capfile_pcapng_with_any_byte_inverted_ends),
		cmocka_unit_test(test_capfile_times_are_in_the_interfaces_units),
		cmocka_unit_test(test_capfile_impossible_units_are_damage),
		cmocka_unit_test(test_capfile_packet_flags_tell_the_way),
		cmocka_unit_test(test_capfile_damage_is_told_with_its_place),
		cmocka_unit_test(test_capfile_interfaces_are_forgotten_with_their_section),
		cmocka_unit_test(test_capfile_too_many_interfaces_are_damage),
		cmocka_unit_test(test_capfile_of_one_section_and_nothing_else_is_empty),
		cmocka_unit_test(test_capfile_large_blocks_are_read),
		cmocka_unit_test(test_capfile_statistics_count_once),
		cmocka_unit_test(test_capfile_without_an_interface_is_given_up),
		cmocka_unit_test(test_capfile_gives_the_names_of_interfaces),
		cmocka_unit_test(test_capfile_gives_the_names_that_can_be_trusted),
		cmocka_unit_test(test_capfile_names_that_nobody_takes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
