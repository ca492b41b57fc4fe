/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets written out byte by byte, and how the tests of decode.c have them decoded.
 *
 * All of them go from 10.0.0.2 to 10.0.0.1, or from 2001:db8::2 to 2001:db8::1: the sender is end 1
 * of the key.
 */
#ifndef SOCKMON_TESTS_UNIT_DECODE_FIXTURE_H
#define SOCKMON_TESTS_UNIT_DECODE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "net/decode.h"
#include "net/links.h"

/* Headers, as initialisers. Two-byte fields that vary are given high byte first. */
#define ETH(type_hi, type_lo) 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, type_hi, type_lo
#define IP4(ihl, len_hi, len_lo, frag_hi, frag_lo, proto) \
	0x40 | (ihl), 0, len_hi, len_lo, 0x12, 0x34, frag_hi, frag_lo, 64, proto, 0, 0, \
	10, 0, 0, 2, 10, 0, 0, 1
#define IP6(len_hi, len_lo, next) \
	0x60, 0, 0, 0, len_hi, len_lo, next, 64, \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define TCP(words, flags) \
	0x9c, 0x40, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, (words) << 4, flags, 0x01, 0xf6, 0, 0, 0, 0
#define UDP(len) 0x9c, 0x41, 0, 53, 0, len, 0, 0
#define EXT(next, units) next, units, 1, 4, 0, 0, 0, 0
#define EXT4 EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(60, 0)
#define AH 51, 0, 0, 0, 0, 0, 0, 0
#define AH4 AH, AH, AH, AH
#define X4 'a', 'b', 'c', 'd'
#define X8 X4, X4
#define TAG(tpid_hi, tpid_lo, id) tpid_hi, tpid_lo, 0x60, id
#define SLL(pkttype, hatype_hi, hatype_lo, type_hi, type_lo) \
	0, pkttype, hatype_hi, hatype_lo, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, type_hi, type_lo
#define SLL2(type_hi, type_lo, ifindex, hatype_hi, hatype_lo, pkttype) \
	type_hi, type_lo, 0, 0, 0, 0, 0, ifindex, hatype_hi, hatype_lo, pkttype, 6, \
	2, 0, 0, 0, 0, 1, 0, 0
#define SNAP 0xaa, 0xaa, 3, 0, 0, 0
#define MAC 2, 0, 0, 0, 0, 1
#define WIFI(fc0, fc1) fc0, fc1, 0, 0, MAC, MAC, MAC, 0x30, 0
#define UDP4 IP4(5, 0, 28, 0, 0, 17), UDP(8)

#define BYTES(...) \
	.bytes = (const uint8_t[]){ __VA_ARGS__ }, .len = sizeof((const uint8_t[]){ __VA_ARGS__ })

/*
 * The first caplen bytes, in a block of exactly that size: a sanitizer sees a read past it. The
 * record is filled before: anything left of that would show as a difference.
 */
static inline struct pktmeta fixture_decode(const uint8_t *bytes, uint32_t caplen, uint32_t wirelen,
					    uint16_t linktype, uint16_t ethertype)
{
	uint8_t *copy = malloc(caplen + !caplen);
	struct pktraw raw = {
		.time_ns = 1700000000000000001,
		.data = copy,
		.caplen = caplen,
		.wirelen = wirelen,
		.linktype = linktype,
		.ethertype = ethertype,
	};
	struct pktmeta m;

	assert_non_null(copy);
	memcpy(copy, bytes, caplen);
	memset(&m, 0xa5, sizeof(m));
	decode_packet(&raw, &m);
	free(copy);
	return m;
}

#endif
