/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A synthetic host: sockets, processes, interfaces and flows that follow from the tick number
 * alone, so that every run shows the same screens. For --demo, the screen tests and the README.
 *
 * Event time starts at a fixed date and advances by one interval at each refresh(), whatever the
 * clock says.
 */
#ifndef SOCKMON_SOURCE_SYNTH_H
#define SOCKMON_SOURCE_SYNTH_H

#include "source/source.h"

/*
 * Sockets without addresses of IP: only those of these kinds (bits 1 << enum sockproto) are listed
 * from the next round on. At first all are.
 */
void synth_want(struct source *s, uint32_t protos);

/* keep_closed_ns: as in struct hostrec. */
int synth_new(struct source **out, uint64_t interval_ns, uint64_t keep_closed_ns,
	      struct errmsg *err);

#endif
