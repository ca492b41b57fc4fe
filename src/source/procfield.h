/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a line of /proc/net, and the numbers in them: for procnet_*.c. Fields are borrowed
 * from the line, which is untrusted.
 */
#ifndef SOCKMON_SOURCE_PROCFIELD_H
#define SOCKMON_SOURCE_PROCFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct procfield {
	const char *at;
	size_t len;
};

/*
 * Splits at any run of the separators' characters, up to max fields; returns how many. What is
 * behind the last one of these stays unsplit.
 */
unsigned procfield_split(const char *line, const char *separators, struct procfield *out,
			 unsigned max);

/* The whole field must be digits and the number at most max; false leaves *out alone. */
bool procfield_hex(const struct procfield *f, uint64_t max, uint64_t *out);
bool procfield_dec(const struct procfield *f, uint64_t max, uint64_t *out);

/* One number of a line: where it is, how it is written, and the most that it may be. */
struct procnumber {
	uint8_t field;
	bool is_hex;
	uint64_t max;
};

/*
 * Reads the numbers of a table, in its order, into out[]; false: one of them is not there or not a
 * number.
 */
bool procfield_numbers(const struct procfield *fields, unsigned fields_count,
		       const struct procnumber *table, unsigned count, uint64_t *out);

/*
 * An address as the inet files write it: the words of the kernel's memory, each as a number of the
 * host's byte order; 8 digits are IPv4, 32 IPv6.
 */
bool procfield_hexaddr(const struct procfield *f, struct addr *out);

#endif
