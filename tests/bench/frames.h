/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet frames for the benchmarks: a fixed mix of TCP and UDP over IPv4 and IPv6, both directions, of
 * a given number of flows, the same on every run.
 *
 * Owns nothing. Deliberately no checksums: nothing that is measured looks at them.
 */
#ifndef TESTS_BENCH_FRAMES_H
#define TESTS_BENCH_FRAMES_H

#include <stdint.h>

enum { FRAME_MAX = 1514 };

/* A sequence of pseudo-random numbers; `state` starts as any number but 0. */
uint64_t frames_random(uint64_t *state);

/*
 * Writes a frame of `flow`: of 100, 70 are TCP over IPv4, 15 TCP over IPv6, 10 and 5 UDP. `back`: from
 * its second end. `opens`: a SYN without payload, where it is TCP. seq[] are the flow's own two, counted
 * on. Returns the frame's length, at most FRAME_MAX; `payload` is at most 1400.
 */
uint32_t frames_write(uint8_t frame[static FRAME_MAX], uint32_t flow, int back, int opens,
		      uint32_t payload, uint32_t seq[static 2]);

/* Writes the n-th of 2^32 SYNs that are each of a flow of its own, over IPv4. Returns the length, 54. */
uint32_t frames_write_syn(uint8_t frame[static FRAME_MAX], uint32_t n);

#endif
