/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags and round trips in the record of net/flowtrack.h, for flowtrack.c and datagramtrack.c only.
 * One segment or question of each end at a time waits for its answer. Inline, because it is needed
 * for most packets. Pure: its clock is the packets'.
 */
#ifndef SOCKMON_NET_FLOWTRACK_TIMING_H
#define SOCKMON_NET_FLOWTRACK_TIMING_H

#include "base/clock.h"
#include "net/flowtrack.h"

/* flowtrack_end.flags: END_* are the lowest five bits, the offered window scale the upper four. */
enum {
	TRACK_END_BITS = 0x001f,
	TRACK_NEXT = 0x0020,	/* `next` is known. Datagrams: it sent the flow's last packet */
	TRACK_ACKED = 0x0040,	/* `acked` is known */
	TRACK_TIMING = 0x0080,	/* a segment, or a question, waits for its answer */
	TRACK_TAINTED = 0x0100,	/* its answer will not tell how long that took (Karn) */
	TRACK_START = 0x0200,	/* what is timed is its SYN. Without TRACK_TIMING: picked up midway */
	TRACK_WROTE_ACK = 0x0400,	/* its letter */
	TRACK_WROTE_DATA = 0x0800,
	TRACK_WSCALE_SHIFT = 12,
};

enum { STAMP_SHIFT = 8 };

#define STAMP_MASK ((UINT64_C(1) << 48) - 1)

/* A letter that most packets would write. */
static inline void flowtrack_write_once(struct flowtrack *t, unsigned from, enum flowletter l,
					uint16_t wrote)
{
	if (!(t->end[from].flags & wrote)) {
		t->end[from].flags |= wrote;
		flowhistory_write(&t->history, from, l);
	}
}

static inline void timing_start(struct flowtrack_end *e, uint32_t end, uint64_t now_ns)
{
	uint64_t stamp = now_ns >> STAMP_SHIFT & STAMP_MASK;

	e->timed_end = end;
	e->timed_low = (uint32_t)stamp;
	e->timed_high = (uint16_t)(stamp >> 32);
}

/* Since timing_start(); false: time went backwards. */
static inline bool timing_elapsed(const struct flowtrack_end *e, uint64_t now_ns, uint64_t *ns)
{
	uint64_t then = (uint64_t)e->timed_high << 32 | e->timed_low;
	uint64_t passed = ((now_ns >> STAMP_SHIFT) - then) & STAMP_MASK;

	if (passed > STAMP_MASK / 2)
		return false;
	*ns = passed << STAMP_SHIFT;
	return true;
}

/* To the nearest, which hides the steps of the stamps; at least 1: 0 says that nothing is known. */
static inline uint32_t timing_whole_us(uint64_t ns)
{
	uint64_t us = (ns + NSEC_PER_USEC / 2) / NSEC_PER_USEC;

	return us > UINT32_MAX ? UINT32_MAX : us ? (uint32_t)us : 1;
}

static inline void timing_add_sample(struct flowtrack *t, unsigned end, uint64_t ns)
{
	uint32_t us = timing_whole_us(ns), *min = &t->count[end].rtt_min_us;
	float *srtt = &t->end[end].srtt_us;

	if (!*min || us < *min)
		*min = us;
	if (*srtt > 0)
		*srtt += ((float)us - *srtt) / 8;	/* RFC 6298 2.3 */
	else
		*srtt = (float)us;
}

#endif
