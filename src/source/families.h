/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of socket families that sock_diag can dump. To add one: a row in families.c, a file
 * family_x.c, and a canned netlink reply in tests/data.
 */
#ifndef SOCKMON_SOURCE_FAMILIES_H
#define SOCKMON_SOURCE_FAMILIES_H

#include <linux/netlink.h>

#include "event.h"

struct family {
	const char *name;	/* "tcp4": in notices */
	uint8_t proto;		/* enum sockproto */
	uint8_t family;		/* AF_* */

	/*
	 * Writes the dump request (header included) into buf of at least 512 bytes; seq as given.
	 * Returns nothing: cannot fail.
	 */
	void (*request)(const struct family *f, void *buf, uint32_t seq);

	/* Takes the congestion control's name out of such a request. NULL: it is not in there. */
	void (*without_congestion)(void *buf);

	/*
	 * Parses one reply message of untrusted length; false: malformed, count it. Leaves dump,
	 * dump_gen alone.
	 */
	bool (*parse)(const struct family *f, const struct nlmsghdr *msg, struct sockrec *out);
};

const struct family *family_at(unsigned i);	/* the i-th row; NULL past the end. i is sockrec.dump */

#endif
