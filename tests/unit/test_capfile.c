/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/capfile*.c: what is no capture, and the older format in all its variants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/links.h"
#include "source/pktlink.h"
#include "tests/unit/capfile_fixture.h"

enum { US = (int)0xa1b2c3d4, NS = (int)0xa1b23c4d, KUZNETZOV = (int)0xa1b2cd34, PACKETS = 5 };

static const size_t piece_sizes[] = { 1, 7, 4096, SIZE_MAX };

/* A record; the n bytes of its packet are `fill` and the numbers behind it. */
static void put_record(struct image *f, uint32_t magic, uint32_t s, uint32_t part, uint32_t caplen,
		       uint32_t wirelen, uint32_t n)
{
	put32(f, s);
	put32(f, part);
	put32(f, caplen);
	put32(f, wirelen);
	if (magic == (uint32_t)KUZNETZOV)
		put64(f, 0x0001020304050607);
	for (uint32_t i = 0; i < n; i++)
		buf_addc(&f->buf, (char)(s + i));
}

/* Where each record ends is in ends[0..PACKETS]; ends[0] is where the first begins. */
static void write_pcap(struct image *f, uint32_t magic, unsigned minor, size_t ends[PACKETS + 1])
{
	put_pcap_header(f, magic, minor, LINK_ETHERNET);
	for (unsigned i = 0; i < PACKETS; i++) {
		uint32_t caplen = 20 + 13 * i, wirelen = caplen + 100;

		ends[i] = f->buf.len;
		put_record(f, magic, 1000 + i, 7 * i, minor < 3 ? wirelen : caplen,
			   minor < 3 ? caplen : wirelen, caplen);
	}
	ends[PACKETS] = f->buf.len;
}

static void assert_packets(const struct seen *s, uint32_t magic, unsigned count)
{
	assert_int_equal(s->opened, 0);
	assert_int_equal(s->packets, count);
	for (unsigned i = 0; i < count; i++) {
		const struct pktraw *p = &s->packet[i];

		assert_int_equal(p->caplen, 20 + 13 * i);
		assert_int_equal(p->wirelen, 120 + 13 * i);
		assert_int_equal(p->linktype, LINK_ETHERNET);
		assert_int_equal(p->ifindex, 0);
		assert_int_equal(p->time_ns, (1000 + i) * NSEC_PER_SEC +
						     7 * i * (magic == (uint32_t)NS ? 1 : 1000));
	}
}

/* In every variant and byte order, cut everywhere, and in pieces of every size. */
static void check_variant(uint32_t magic, unsigned minor, bool swapped)
{
	struct image f = { .swapped = swapped };
	size_t ends[PACKETS + 1];
	unsigned whole = 0;

	write_pcap(&f, magic, minor, ends);
	for (size_t i = 0; i < sizeof(piece_sizes) / sizeof(*piece_sizes); i++) {
		struct seen s = read_part(&f, f.buf.len, piece_sizes[i]);

		assert_packets(&s, magic, PACKETS);
		assert_int_equal(s.ended, CAPRECORD_END);
	}
	for (size_t len = 0; len < f.buf.len; len++) {
		struct seen s = read_part(&f, len, SIZE_MAX);

		if (len < ends[0]) {
			assert_int_equal(s.opened, -EPROTO);
			assert_non_null(strstr(s.err.text, "NAME is "));
			continue;
		}
		while (ends[whole + 1] <= len)
			whole++;
		assert_packets(&s, magic, whole);
		assert_int_equal(s.ended, len == ends[whole] ? CAPRECORD_END : -EIO);
		assert_int_equal(len == ends[whole], !s.err.text[0]);
	}
	buf_fini(&f.buf);
}

static void test_capfile_every_pcap_variant_is_read_and_cut_anywhere(void **state)
{
	static const uint32_t magics[] = { (uint32_t)US, (uint32_t)NS, (uint32_t)KUZNETZOV };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		for (unsigned minor = 2; minor <= 4; minor++)
			for (unsigned swapped = 0; swapped < 2; swapped++)
				check_variant(magics[i], minor, swapped);
}

static void test_capfile_lengths_the_other_way_round_are_told_in_version_2_3(void **state)
{
	struct image f = { .swapped = false };
	struct seen s;

	(void)state;
	put_pcap_header(&f, (uint32_t)US, 3, LINK_ETHERNET);
	put_record(&f, (uint32_t)US, 1, 0, 1500, 60, 60);
	put_record(&f, (uint32_t)US, 2, 0, 60, 1500, 60);
	s = read_whole(&f);
	assert_int_equal(s.packets, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(s.packet[i].caplen, 60);
		assert_int_equal(s.packet[i].wirelen, 1500);
	}
	buf_fini(&f.buf);
}

static void test_capfile_says_where_it_was_cut(void **state)
{
	struct image f = { .swapped = false };
	size_t ends[PACKETS + 1];
	struct seen s;

	(void)state;
	write_pcap(&f, (uint32_t)US, 4, ends);
	s = read_part(&f, ends[2] + 3, SIZE_MAX);
	/* 24 + (16 + 20) + (16 + 33) */
	assert_string_equal(s.err.text,
			    "cut short at byte 112, in a record that begins at byte 109");
	buf_fini(&f.buf);
}

static void test_capfile_hostile_pcap_records_are_put_right_or_end_it(void **state)
{
	struct image f = { .swapped = false };
	struct seen s;

	(void)state;
	put_pcap_header(&f, (uint32_t)US, 4, LINK_ETHERNET);
	put_record(&f, (uint32_t)US, UINT32_MAX, UINT32_MAX, 10, 3, 10);
	put_record(&f, (uint32_t)US, 0, 0, 0, 0, 0);
	put_record(&f, (uint32_t)US, 0, 0, 262144, 262144, 262144);
	put_record(&f, (uint32_t)US, 0, 0, 262145, 262145, 262145);
	s = read_whole(&f);
	assert_int_equal(s.packets, 3);
	assert_int_equal(s.packet[0].wirelen, 10);
	assert_int_equal(s.packet[0].time_ns, UINT32_MAX * NSEC_PER_SEC + NSEC_PER_SEC - 1);
	assert_int_equal(s.packet[2].caplen, 262144);
	assert_int_equal(s.ended, -EPROTO);
	assert_string_equal(s.err.text,
			    "damaged at byte 262226: a packet of 262145 captured bytes");
	buf_fini(&f.buf);
}

static void test_capfile_nanoseconds_beyond_a_second_are_put_right(void **state)
{
	struct image f = { .swapped = true };
	struct seen s;

	(void)state;
	put_pcap_header(&f, (uint32_t)NS, 4, LINK_ETHERNET);
	put_record(&f, (uint32_t)NS, 5, 4000000000u, 1, 1, 1);
	s = read_whole(&f);
	assert_int_equal(s.packet[0].time_ns, 6 * NSEC_PER_SEC - 1);
	buf_fini(&f.buf);
}

static void test_capfile_other_versions_of_pcap_are_refused(void **state)
{
	static const uint16_t majors[] = { 0, 1, 3, 543 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct image f = { .swapped = false };
		struct seen s;

		put_pcap_header(&f, (uint32_t)US, 4, LINK_ETHERNET);
		memcpy(f.buf.data + 4, &majors[i], 2);
		s = read_whole(&f);
		assert_int_equal(s.opened, -EPROTO);
		assert_non_null(strstr(s.err.text, "of pcap, not 2.4"));
		buf_fini(&f.buf);
	}
}

static uint16_t link_read(uint32_t number)
{
	struct image f = { .swapped = true };
	struct seen s;

	put_pcap_header(&f, (uint32_t)US, 4, number);
	put_record(&f, (uint32_t)US, 1, 1, 1, 1, 1);
	s = read_whole(&f);
	buf_fini(&f.buf);
	assert_int_equal(s.packets, 1);
	return s.packet[0].linktype;
}

static void test_capfile_link_type_is_told_from_the_bits_above_it(void **state)
{
	(void)state;
	assert_int_equal(link_read(0x44000001), LINK_ETHERNET);	/* with a check sequence of 4 */
	assert_int_equal(link_read(LINK_LINUX_SLL2), LINK_LINUX_SLL2);
	assert_int_equal(link_read(12), LINK_RAW);
	assert_int_equal(link_read(14), LINK_RAW);
	assert_int_equal(link_read(0x10001), PKTLINK_UNKNOWN);
	assert_int_equal(link_read(LINK_RAW_ETHERTYPE), PKTLINK_UNKNOWN);
	assert_int_equal(link_read(PKTLINK_UNKNOWN), PKTLINK_UNKNOWN);
	assert_int_equal(link_read(0x7777), PKTLINK_UNKNOWN);
}

static void test_capfile_what_is_no_capture_says_what_to_do(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *words;
	} cases[] = {
		{ "", 0, "NAME is empty: not a capture file" },
		{ "\x1f\x8b\x08", 3, "NAME is gzip-compressed: run `gunzip` first, or pipe it: "
				     "`zcat FILE | sockmon -r -`" },
		{ "\x1f\x9d\x90xxxxxx", 9, "run `uncompress` first" },
		{ "\x28\xb5\x2f\xfdxxxxxxx", 11, "run `unzstd` first" },
		{ "\xfd" "7zXZ\0xxxxx", 11, "run `unxz` first" },
		{ "BZh91AY&SY", 10, "run `bunzip2` first" },
		{ "\x04\x22\x4d\x18xxxxxxx", 11, "run `unlz4` first" },
		{ "PK\x03\x04xxxx", 8, "zip archive" },
		{ "snoop\0\0\0\0\0\0\2", 12, "snoop capture, which is not read here: convert it" },
		{ "GMBU\0\2xxxx", 10, "Network Monitor" },
		{ "XCP\0xxxxxx", 10, "NetXRay" },
		{ "TRSNIFF data    \x1a", 17, "Sniffer" },
		{ "{\"schema\":\"sockmon.snapshot/1\"}", 31, "not a capture file but looks" },
		{ "hello, world", 12, "NAME is not a capture file: neither pcap nor pcapng" },
		{ "\xd4", 1, "NAME is not a capture file" },
		{ "\xd4\xc3\xb2\xa1", 4, "NAME is not a capture file that can be read: cut short" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pieces from = {
			.data = cases[i].bytes,
			.len = cases[i].len,
			.piece = 2,
		};
		struct seen s = read_image(&from);

		assert_int_equal(s.opened, -EPROTO);
		assert_non_null(strstr(s.err.text, cases[i].words));
	}
}

static void test_capfile_input_that_fails_is_named(void **state)
{
	struct image f = { .swapped = false };
	struct pieces from = { .piece = 100, .error = -EIO };
	size_t ends[PACKETS + 1];
	struct seen s = read_image(&from);

	(void)state;
	assert_int_equal(s.opened, -EIO);
	assert_string_equal(s.err.text, "cannot read NAME: Input/output error");
	write_pcap(&f, (uint32_t)US, 4, ends);
	from = (struct pieces){ .data = f.buf.data, .len = ends[3], .piece = 9, .error = -ESTALE };
	s = read_image(&from);
	assert_int_equal(s.packets, 3);
	assert_int_equal(s.ended, -ESTALE);
	assert_non_null(strstr(s.err.text, "at byte 171: Stale file handle"));
	buf_fini(&f.buf);
}

/* Whatever is missing when an input has nothing, the same call later goes on. */
static void test_capfile_that_must_not_wait_loses_nothing(void **state)
{
	struct image f = { .swapped = true };
	size_t ends[PACKETS + 1];

	(void)state;
	write_pcap(&f, (uint32_t)NS, 4, ends);
	for (size_t piece = 1; piece < 40; piece++) {
		struct pieces from = {
			.data = f.buf.data,
			.len = f.buf.len,
			.piece = piece,
			.stalls = true,
		};
		struct seen s = read_image(&from);

		assert_packets(&s, (uint32_t)NS, PACKETS);
		assert_int_equal(s.ended, CAPRECORD_END);
	}
	buf_fini(&f.buf);
}

/* More than the window holds at once, so that records lie across its end. */
static void test_capfile_longer_than_its_window_is_the_same_packets(void **state)
{
	struct image f = { .swapped = false };
	struct pieces from = { .piece = 100003 };
	const struct capinput input = { .read = read_pieces, .ctx = &from };
	struct errmsg err = { "" };
	struct capiface *iface;
	struct capfile *c;
	struct pktraw raw;
	uint32_t n = 0;

	(void)state;
	put_pcap_header(&f, (uint32_t)US, 4, LINK_ETHERNET);
	for (uint32_t i = 0; i < 2000; i++)
		put_record(&f, (uint32_t)US, i, 0, i, i, i);
	from.data = f.buf.data;
	from.len = f.buf.len;
	assert_int_equal(capfile_open(&c, &input, "NAME", &err), 0);
	while (capfile_next(c, true, &raw, &iface, &err) == CAPRECORD_PACKET) {
		assert_int_equal(raw.caplen, n);
		for (uint32_t k = 0; k < raw.caplen; k++)
			assert_int_equal(raw.data[k], (uint8_t)(n + k));
		n++;
	}
	assert_int_equal(n, 2000);
	assert_int_equal(capfile_packets(c), 2000);
	assert_int_equal(capfile_offset(c), f.buf.len);
	assert_string_equal(err.text, "");
	capfile_close(c);
	buf_fini(&f.buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capfile_every_pcap_variant_is_read_and_cut_anywhere),
		cmocka_unit_test(
			test_capfile_lengths_the_other_way_round_are_told_in_version_2_3),
		cmocka_unit_test(test_capfile_says_where_it_was_cut),
		cmocka_unit_test(test_capfile_hostile_pcap_records_are_put_right_or_end_it),
		cmocka_unit_test(test_capfile_nanoseconds_beyond_a_second_are_put_right),
		cmocka_unit_test(test_capfile_other_versions_of_pcap_are_refused),
		cmocka_unit_test(test_capfile_link_type_is_told_from_the_bits_above_it),
		cmocka_unit_test(test_capfile_what_is_no_capture_says_what_to_do),
		cmocka_unit_test(test_capfile_input_that_fails_is_named),
		cmocka_unit_test(test_capfile_that_must_not_wait_loses_nothing),
		cmocka_unit_test(test_capfile_longer_than_its_window_is_the_same_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
