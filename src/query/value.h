/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell's value, and its text. The type is the column's; a value that is unknown does not exist
 * (the getter returns false): it shows "-", sorts last, matches no comparison and is null in
 * JSON.
 */
#ifndef SOCKMON_QUERY_VALUE_H
#define SOCKMON_QUERY_VALUE_H

#include <stdbool.h>

#include "base/buf.h"
#include "net/addr.h"

enum vtype {
	VT_UINT,	/* u64 */
	VT_TEXT,	/* text: borrowed, or pointing to buf; raw bytes from outside */
	VT_ADDR,	/* addr; where text is not NULL that: the path of a unix socket, a vsock's cid */
	VT_BOOL,	/* u64: 0, 1 */
	VT_TIME,	/* u64: ns since the epoch */
	VT_TENTHS,	/* u64 in tenths, written as 99.8 */
	VT_HEX,		/* u64, written as a hex string "0x1a2b" (identities) */
	VT_HOLDERS,	/* an array of {pid, fd}; no comparison; text is "pid/fd pid/fd" */
};

enum unit {
	UNIT_NONE,	/* a plain number: ports, pids, ids */
	UNIT_COUNT,	/* how many */
	UNIT_BYTES,
	UNIT_RATE,	/* bytes per second */
	UNIT_US,
	UNIT_MS,
	UNIT_NS,	/* an age */
	UNIT_PERCENT,
};

struct value {
	uint64_t u64;
	struct addr addr;
	const char *text;
	char buf[128];
};

struct column;

/* How a value is written. */
enum valuetext {
	TEXT_SHORT,	/* for a cell: "45.2M", "21ms"; within the column's width where it can */
	TEXT_EXACT,	/* for tables in batch and details: all digits, no unit: "45200123", "21300" */
};

/* Writes the text of a known value; returns its length. bits: rates in bits. */
size_t value_format(const struct column *c, const struct value *v, enum valuetext style, bool bits,
		    char *out, size_t size);

/*
 * Sets the text to the words of the bits that are set, words[0] for bit 0, with blanks between
 * them; NULL: a bit without a word. false: there are none.
 */
bool value_words(struct value *v, uint32_t bits, const char *const *words, unsigned count);

/*
 * <0, 0, >0 in the natural order of the type (addresses by version, then bytes; text case-blind).
 */
int value_compare(const struct column *c, const struct value *x, const struct value *y);

#endif
