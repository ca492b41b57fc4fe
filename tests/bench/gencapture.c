/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gencapture FILE FLOWS PACKETS: a capture for the benchmark of reading files. Every flow is seen once
 * before any a second time; then few flows have most of the packets, as on a real link. The same on
 * every run.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

enum { START_S = 1700000000 };

static const uint16_t payloads[] = { 0, 0, 1, 40, 128, 300, 512, 1000, 1400, 1400 };

/* A flow's rank is distributed as 1/rank: Zipf. */
static uint32_t choose(uint64_t *random, uint32_t flows)
{
	double u = (double)(frames_random(random) >> 11) / 9007199254740992.0;
	double rank = pow(flows, u) - 1;

	return rank < flows ? (uint32_t)rank : flows - 1;
}

static void write_record(FILE *file, uint64_t time_us, const uint8_t *frame, uint32_t len)
{
	uint32_t head[4] = { (uint32_t)(START_S + time_us / 1000000), (uint32_t)(time_us % 1000000),
			     len, len };

	fwrite(head, sizeof(head), 1, file);
	fwrite(frame, len, 1, file);
}

static void write_packets(FILE *file, uint32_t flows, uint64_t packets, uint32_t (*seq)[2])
{
	uint64_t random = 1, time_us = 0;
	uint8_t frame[FRAME_MAX];

	for (uint64_t i = 0; i < packets; i++) {
		int opens = i < flows;
		uint32_t flow = opens ? (uint32_t)i : choose(&random, flows);
		uint64_t dice = frames_random(&random);
		uint32_t payload = payloads[dice % 10];

		time_us += 1 + (dice >> 32) % 20;
		write_record(file, time_us, frame,
			     frames_write(frame, flow, !opens && (dice >> 16 & 1), opens, payload,
					  seq[flow]));
	}
}

int main(int argc, char **argv)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1 };
	unsigned long flows = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long long packets = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
	uint32_t (*seq)[2] = flows && flows < 1u << 26 ? calloc(flows, sizeof(*seq)) : NULL;
	FILE *file = seq ? fopen(argv[1], "wb") : NULL;
	int bad;

	if (!file) {
		fprintf(stderr, "usage: gencapture FILE FLOWS PACKETS (%s)\n", strerror(errno));
		free(seq);
		return 2;
	}
	fwrite(head, sizeof(head), 1, file);
	write_packets(file, (uint32_t)flows, packets, seq);
	bad = ferror(file);
	if (fclose(file) || bad) {
		fprintf(stderr, "gencapture: %s: %s\n", argv[1], strerror(errno));
		bad = 1;
	}
	free(seq);
	return bad ? 1 : 0;
}
