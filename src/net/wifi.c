/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wifi: from a radio header to the network header of an 802.11 data frame.
 *
 * Owns nothing. Deliberately decrypts nothing, joins no fragments, takes no aggregate apart (an
 * A-MSDU is several packets, and a record has room for one), and verifies no checksum, but believes
 * a receiver that says that it was wrong.
 */
#include "net/wifi.h"

#include <linux/if_ether.h>

#include "net/layers.h"

/* IEEE 802.11 9.2.4.1, as bytes: the first and the second of frame control. */
enum frame_control {
	FC0_VERSION = 0x03,
	FC0_TYPE = 0x0c,
	FC0_TYPE_DATA = 0x08,
	FC0_NO_DATA = 0x40,	/* a data frame without data: only its header counts */
	FC0_QOS = 0x80,
	FC1_TO_DS = 0x01,
	FC1_FROM_DS = 0x02,
	FC1_PROTECTED = 0x40,
	FC1_ORDER = 0x80,	/* with QoS: an HT control field follows */
};

enum { QOS_AMSDU = 0x80, FRAGMENT_MASK = 0x0f, FCS_BYTES = 4 };

/* https://www.radiotap.org/fields/: bits of the first word of "present", and of Flags. */
enum radiotap {
	PRESENT_TSFT = 1u << 0,
	PRESENT_FLAGS = 1u << 1,
	FLAG_FCS = 0x10,	/* the frame ends with its checksum */
	FLAG_PADDED = 0x20,	/* its header is filled up to a multiple of four */
	FLAG_BAD_FCS = 0x40,
};

enum { PPI_80211 = 105 };

static uint32_t load_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t load_le16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static bool carries_packet(const uint8_t *fc)
{
	return (fc[0] & (FC0_VERSION | FC0_TYPE | FC0_NO_DATA)) == FC0_TYPE_DATA &&
	       !(fc[1] & FC1_PROTECTED);
}

/* Three addresses, the fourth between access points; then QoS, then HT control. */
static uint32_t addresses_end(const uint8_t *fc)
{
	return (fc[1] & (FC1_TO_DS | FC1_FROM_DS)) == (FC1_TO_DS | FC1_FROM_DS) ? 30 : 24;
}

static uint32_t header_bytes(const uint8_t *fc, bool padded)
{
	uint32_t n = addresses_end(fc);

	if (fc[0] & FC0_QOS)
		n += fc[1] & FC1_ORDER ? 6 : 2;
	return padded ? (n + 3) & ~3u : n;
}

static bool decode_frame(struct bytes *b, struct linkhead *h, bool padded)
{
	const uint8_t *at = b->p;

	h->ethertype = 0;
	if (bytes_left(b) < 2)
		return false;
	if (!carries_packet(at))
		return true;
	if (!bytes_skip(b, header_bytes(at, padded)))
		return false;
	if (at[22] & FRAGMENT_MASK)
		return true;
	if (at[0] & FC0_QOS && at[addresses_end(at)] & QOS_AMSDU)
		return true;
	h->ethertype = ETH_P_802_2;
	return layers_skip(b, h);
}

bool wifi_decode_80211(struct bytes *b, struct linkhead *h)
{
	return decode_frame(b, h, false);
}

/*
 * The Flags field; 0 where there is none. at: the header, len >= 8 bytes. Fields come in the order
 * of their bits, behind the last word of "present" (bit 31: another follows), each aligned to its
 * size.
 */
static uint8_t radiotap_flags(const uint8_t *at, uint32_t len)
{
	uint32_t present = load_le32(at + 4), field = 8;

	for (uint32_t word = present; word >> 31; field += 4) {
		if (field + 4 > len)
			return 0;
		word = load_le32(at + field);
	}
	if (!(present & PRESENT_FLAGS))
		return 0;
	if (present & PRESENT_TSFT)
		field = ((field + 7) & ~7u) + 8;
	return field < len ? at[field] : 0;
}

/* Version, padding, length, present; the frame is behind `length` bytes. */
bool wifi_decode_radiotap(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = b->p;
	uint32_t len;
	uint8_t flags;

	if (bytes_left(b) < 8 || at[0])
		return false;
	len = load_le16(at + 2);
	if (len < 8 || !bytes_skip(b, len))
		return false;
	flags = radiotap_flags(at, len);
	if (flags & FLAG_BAD_FCS)
		return false;
	if (flags & FLAG_FCS)
		h->wire_bytes -= h->wire_bytes < FCS_BYTES ? h->wire_bytes : FCS_BYTES;
	return decode_frame(b, h, flags & FLAG_PADDED);
}

/* Version, flags, length, link type of what follows: of all that it could be, 802.11 is what is. */
bool wifi_decode_ppi(struct bytes *b, struct linkhead *h)
{
	const uint8_t *at = b->p;
	uint32_t len;

	if (bytes_left(b) < 8 || at[0])
		return false;
	len = load_le16(at + 2);
	if (len < 8 || !bytes_skip(b, len))
		return false;
	if (load_le32(at + 4) == PPI_80211)
		return decode_frame(b, h, false);
	h->ethertype = 0;
	return true;
}
