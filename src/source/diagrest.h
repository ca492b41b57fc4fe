/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which tables may rest for a round: known to be empty without being asked for.
 *
 * Only MPTCP's. To find that there are none the kernel walks a table as large as its memory allows,
 * bucket by bucket under a lock, which costs more than all other dumps together. But each MPTCP
 * socket has TCP sockets, and a new one new TCP sockets: while these are the same, and in the same
 * states, as when there was no MPTCP socket, there is none. One whose TCP sockets came and went
 * between two rounds would be missed; so after a while the table is asked for anyway.
 */
#ifndef SOCKMON_SOURCE_DIAGREST_H
#define SOCKMON_SOURCE_DIAGREST_H

#include "source/diagdump.h"

/* Zeroed is ready. */
struct diagrest {
	struct {
		uint64_t tcp;		/* what the TCP sockets were like when it was found empty */
		uint8_t rounds;		/* that it may still rest; 0: none */
	} tables[FAMILY_ROWS_MAX];
	uint64_t tcp;			/* what they are like in this round */
	uint8_t tcp_dumps;		/* whole ones of this round: of both families both are needed */
};

void diagrest_begin_round(struct diagrest *r);

/* sock_diag has ended its answer for table `at`. Tables come in the order of families.c. */
void diagrest_note(struct diagrest *r, unsigned at, const struct diagdump *d);

/* Is table `at` empty as it was? Counts as a round of rest. */
bool diagrest_take(struct diagrest *r, unsigned at);

#endif
