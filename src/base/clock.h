/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks. Only sources and the app read them: the model's time is the time of its events.
 */
#ifndef SOCKMON_BASE_CLOCK_H
#define SOCKMON_BASE_CLOCK_H

#include <stdint.h>

#define NSEC_PER_SEC 1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull

uint64_t clock_mono_ns(void);	/* CLOCK_MONOTONIC */
uint64_t clock_wall_ns(void);	/* CLOCK_REALTIME, since the epoch */

/*
 * Event time: the wall clock at the start, carried on by the monotonic clock, so that it never
 * jumps or runs backwards when somebody sets the time.
 */
struct eventclock {
	uint64_t wall0_ns;
	uint64_t mono0_ns;
};

void eventclock_init(struct eventclock *c);
uint64_t eventclock_now(const struct eventclock *c);

/*
 * RFC 3339 in UTC with nanoseconds, "2026-11-21T22:14:03.118000000Z"; out holds at least 32
 * bytes.
 */
void clock_format_rfc3339(uint64_t wall_ns, char out[static 32]);

/*
 * The same for very many: what was written last is kept, because the next is often of the same
 * second. All zeros = nothing yet. The text is valid until the next call.
 */
enum { CLOCK_RFC3339_LEN = 30 };	/* of every year up to 9999, and 64 bits end in 2554 */

struct clocktext {
	uint64_t second;
	char text[32];
};

const char *clocktext_rfc3339(struct clocktext *last, uint64_t wall_ns);

#endif
