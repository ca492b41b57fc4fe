/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened in a flow, one letter each in the order that it came, in eight bytes: up to
 * HISTORY_MAX letters of five bits, the first lowest, and a mark that more did not fit. Zeek's
 * letters (conn.log's history); what each means stands at struct flowreport. Pure.
 */
#ifndef SOCKMON_NET_FLOWHISTORY_H
#define SOCKMON_NET_FLOWHISTORY_H

#include <stdint.h>

enum { HISTORY_MAX = 12 };

enum flowletter { L_SYN, L_SYNACK, L_ACK, L_DATA, L_FIN, L_RST, L_AGAIN, L_WINDOW, L_GAP };

/* From end `from`, unless it is there. */
void flowhistory_write(uint64_t *history, unsigned from, enum flowletter l);

/* A count went from `before` to `now`: once more for each of 1, 10, 100 and 1000 that it passed. */
void flowhistory_write_count(uint64_t *history, unsigned from, enum flowletter l, uint32_t before,
			     uint32_t now);

/* Upper case for `opener`'s; "+" at the end: there was no room for more. */
void flowhistory_format(uint64_t history, unsigned opener, char out[static HISTORY_MAX + 1]);

#endif
