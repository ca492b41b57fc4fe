/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wifi: 802.11 headers of every length, and what radiotap says of the frame behind it
 * (test_decode.c has whole packets, cut at every byte).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/decode.h"
#include "net/wifi.h"

enum { LLC_SNAP = 8, REST = 20, WIRE = 1000 };

typedef bool link_decoder(struct bytes *b, struct linkhead *h);

/*
 * A radio header, `header` bytes of an 802.11 header that starts with fc, LLC/SNAP for IPv4, and
 * REST bytes. Returns the bytes consumed, or -1 where the header was cut short.
 */
static int decode(link_decoder *decoder, const uint8_t *radio, size_t radio_len, const uint8_t *fc,
		  size_t header, struct linkhead *h)
{
	static const uint8_t llc[LLC_SNAP] = { 0xaa, 0xaa, 3, 0, 0, 0, 8, 0 };
	size_t len = radio_len + header + LLC_SNAP + REST;
	uint8_t *frame = calloc(1, len);
	struct bytes b = bytes_of(frame, len);
	int used;

	assert_non_null(frame);
	if (radio_len)
		memcpy(frame, radio, radio_len);
	memcpy(frame + radio_len, fc, 2);
	memcpy(frame + radio_len + header, llc, sizeof(llc));
	*h = (struct linkhead){ .wire_bytes = WIRE };
	used = decoder(&b, h) ? (int)(b.p - frame) : -1;
	free(frame);
	return used;
}

static void test_wifi_header_length_follows_frame_control(void **state)
{
	static const struct {
		uint8_t fc[2];
		uint8_t header;
	} frames[] = {
		{ { 0x08, 0x00 }, 24 },		/* data */
		{ { 0x08, 0x01 }, 24 },		/* to an access point */
		{ { 0x08, 0x02 }, 24 },		/* from one */
		{ { 0x08, 0x03 }, 30 },		/* between two: four addresses */
		{ { 0x88, 0x01 }, 26 },		/* QoS */
		{ { 0x88, 0x03 }, 32 },
		{ { 0x88, 0x81 }, 30 },		/* QoS and HT control */
		{ { 0x88, 0x83 }, 36 },
		{ { 0x08, 0x81 }, 24 },		/* strictly ordered, which is no HT control */
		{ { 0x18, 0x01 }, 24 },		/* data and an acknowledgement */
		{ { 0x08, 0x3d }, 24 },		/* first fragment, sent again */
	};
	struct linkhead h;

	(void)state;
	for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		const uint8_t *fc = frames[i].fc;
		int header = frames[i].header;

		assert_int_equal(decode(wifi_decode_80211, NULL, 0, fc, (size_t)header, &h),
				 header + LLC_SNAP);
		assert_int_equal(h.ethertype, 0x0800);
		assert_int_equal(h.wire_bytes, WIRE);
	}
}

static void test_wifi_frames_without_a_packet_have_no_ethertype(void **state)
{
	static const uint8_t fcs[][2] = {
		{ 0x80, 0x00 },			/* beacon */
		{ 0xd4, 0x00 },			/* acknowledgement */
		{ 0x48, 0x01 },			/* no data */
		{ 0xc8, 0x01 },			/* QoS, no data */
		{ 0x08, 0x41 },			/* protected */
		{ 0x0c, 0x00 },			/* extension */
		{ 0x09, 0x00 },			/* another protocol version */
	};
	struct linkhead h;

	(void)state;
	for (unsigned i = 0; i < sizeof(fcs) / sizeof(fcs[0]); i++) {
		assert_true(decode(wifi_decode_80211, NULL, 0, fcs[i], 24, &h) >= 0);
		assert_int_equal(h.ethertype, 0);
	}
}

static void test_wifi_later_fragments_and_aggregates_start_with_no_packet(void **state)
{
	uint8_t frame[26 + LLC_SNAP + REST] = {
		0x88, 0x01, [26] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0,
	};
	struct bytes b = bytes_of(frame, sizeof(frame));
	struct linkhead h = { .wire_bytes = WIRE };

	(void)state;
	assert_true(wifi_decode_80211(&b, &h));
	assert_int_equal(h.ethertype, 0x0800);

	frame[22] = 0x31;	/* sequence 3, fragment 1 */
	b = bytes_of(frame, sizeof(frame));
	assert_true(wifi_decode_80211(&b, &h));
	assert_int_equal(h.ethertype, 0);

	frame[22] = 0x30;
	frame[24] = 0x80;	/* QoS: A-MSDU */
	b = bytes_of(frame, sizeof(frame));
	assert_true(wifi_decode_80211(&b, &h));
	assert_int_equal(h.ethertype, 0);
}

static void test_wifi_radiotap_flags_tell_of_padding_and_checksum(void **state)
{
	static const uint8_t fc[] = { 0x88, 0x01 };
	/* flags where they are without, and with, the eight aligned bytes of a timestamp before */
	uint8_t bare[] = { 0, 0, 9, 0, 0x02, 0, 0, 0, 0 };
	uint8_t timed[] = { 0, 0, 17, 0, 0x03, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0 };
	struct linkhead h;

	(void)state;
	for (uint8_t flags = 0; flags < 0x40; flags++) {
		int header = flags & 0x20 ? 28 : 26;

		bare[8] = timed[16] = flags;
		assert_int_equal(decode(wifi_decode_radiotap, bare, sizeof(bare), fc,
					(size_t)header, &h),
				 9 + header + LLC_SNAP);
		assert_int_equal(h.ethertype, 0x0800);
		assert_int_equal(h.wire_bytes, flags & 0x10 ? WIRE - 4 : WIRE);
		assert_int_equal(decode(wifi_decode_radiotap, timed, sizeof(timed), fc,
					(size_t)header, &h),
				 17 + header + LLC_SNAP);
		assert_int_equal(h.wire_bytes, flags & 0x10 ? WIRE - 4 : WIRE);
	}
}

static void test_wifi_radiotap_flags_stand_behind_all_words_of_present(void **state)
{
	static const uint8_t fc[] = { 0x08, 0x01 };
	static const uint8_t three[] = {
		0, 0, 32, 0, 0x03, 0, 0, 0x80, 0, 0, 0, 0xa0, 0xff, 0xff, 0xff, 0x7f,
		1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0, 0, 0, 0, 0, 0, 0,
	};
	static const uint8_t two[] = {
		0, 0, 25, 0, 0x03, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0,
		1, 2, 3, 4, 5, 6, 7, 8, 0x10,
	};
	struct linkhead h;

	(void)state;
	assert_int_equal(decode(wifi_decode_radiotap, three, sizeof(three), fc, 24, &h),
			 32 + 24 + LLC_SNAP);
	assert_int_equal(h.wire_bytes, WIRE - 4);
	assert_int_equal(decode(wifi_decode_radiotap, two, sizeof(two), fc, 24, &h),
			 25 + 24 + LLC_SNAP);
	assert_int_equal(h.wire_bytes, WIRE - 4);
}

/* What it promises beyond its own length is not there. */
static void test_wifi_radiotap_fields_beyond_its_length_are_none(void **state)
{
	static const uint8_t fc[] = { 0x08, 0x01 };
	static const uint8_t no_room[] = { 0, 0, 8, 0, 0x02, 0, 0, 0 };
	static const uint8_t endless[] = { 0, 0, 12, 0, 0x02, 0, 0, 0x80, 0, 0, 0, 0x80 };
	struct linkhead h;

	(void)state;
	assert_int_equal(decode(wifi_decode_radiotap, no_room, sizeof(no_room), fc, 24, &h),
			 8 + 24 + LLC_SNAP);
	assert_int_equal(h.wire_bytes, WIRE);
	assert_int_equal(decode(wifi_decode_radiotap, endless, sizeof(endless), fc, 24, &h),
			 12 + 24 + LLC_SNAP);
	assert_int_equal(h.wire_bytes, WIRE);
}

static void test_wifi_radio_headers_that_cannot_be_are_refused(void **state)
{
	static const uint8_t fc[] = { 0x08, 0x01 };
	static const uint8_t damaged[] = { 0, 0, 9, 0, 0x02, 0, 0, 0, 0x40 };
	static const uint8_t version[] = { 1, 0, 8, 0, 0, 0, 0, 0 };
	static const uint8_t too_short[] = { 0, 0, 7, 0, 0, 0, 0, 0 };
	static const uint8_t too_long[] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	struct linkhead h;

	(void)state;
	assert_int_equal(decode(wifi_decode_radiotap, damaged, sizeof(damaged), fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_radiotap, version, sizeof(version), fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_radiotap, too_short, 8, fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_radiotap, too_long, 8, fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_ppi, version, sizeof(version), fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_ppi, too_short, 8, fc, 24, &h), -1);
	assert_int_equal(decode(wifi_decode_ppi, too_long, 8, fc, 24, &h), -1);
}

static void test_wifi_ppi_of_another_link_type_is_not_looked_into(void **state)
{
	static const uint8_t fc[] = { 0x08, 0x01 };
	static const uint8_t wifi[] = { 0, 0, 12, 0, 105, 0, 0, 0, 1, 2, 3, 4 };
	static const uint8_t other[] = { 0, 0, 8, 0, 1, 0, 0, 0 };
	struct linkhead h;

	(void)state;
	assert_int_equal(decode(wifi_decode_ppi, wifi, sizeof(wifi), fc, 24, &h),
			 12 + 24 + LLC_SNAP);
	assert_int_equal(h.ethertype, 0x0800);
	assert_int_equal(decode(wifi_decode_ppi, other, sizeof(other), fc, 24, &h), 8);
	assert_int_equal(h.ethertype, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wifi_header_length_follows_frame_control),
		cmocka_unit_test(test_wifi_frames_without_a_packet_have_no_ethertype),
		cmocka_unit_test(test_wifi_later_fragments_and_aggregates_start_with_no_packet),
		cmocka_unit_test(test_wifi_radiotap_flags_tell_of_padding_and_checksum),
		cmocka_unit_test(test_wifi_radiotap_flags_stand_behind_all_words_of_present),
		cmocka_unit_test(test_wifi_radiotap_fields_beyond_its_length_are_none),
		cmocka_unit_test(test_wifi_radio_headers_that_cannot_be_are_refused),
		cmocka_unit_test(test_wifi_ppi_of_another_link_type_is_not_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
