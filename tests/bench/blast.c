/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blast INTERFACE FLOWS PER-SECOND SECONDS: sends frames of that many flows out of an interface, evenly,
 * from a packet socket; prints how many were sent. They are for nobody: who receives them only looks.
 * blast INTERFACE syn COUNT PER-SECOND: that many SYNs instead, each of a flow of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "frames.h"

enum { BATCH = 50 };

struct blast {
	int fd;
	uint32_t flows;		/* 0: SYNs */
	uint64_t random, sent;
	uint64_t most;		/* to be sent; 0: until the time is over */
	uint32_t (*seq)[2];
	uint8_t frame[BATCH][FRAME_MAX];
	struct iovec piece[BATCH];
	struct mmsghdr message[BATCH];
};

static int open_socket(const char *interface)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_IP),
				    .sll_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !addr.sll_ifindex || bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	return fd;
}

/* Of at most 200 bytes: it is packets that cost, not bytes. */
static uint32_t write_frame(struct blast *b, uint8_t *frame, uint64_t n)
{
	uint64_t dice = frames_random(&b->random);
	uint32_t flow;
	int opens;

	if (!b->flows)
		return frames_write_syn(frame, (uint32_t)n);
	opens = n < b->flows;
	flow = opens ? (uint32_t)n : (uint32_t)(dice >> 32) % b->flows;
	return frames_write(frame, flow, !opens && (dice & 1), opens, (uint32_t)(dice >> 8) % 128,
			    b->seq[flow]);
}

static int send_batch(struct blast *b)
{
	unsigned count = BATCH;
	int done;

	if (b->most && b->most - b->sent < BATCH)
		count = (unsigned)(b->most - b->sent);
	for (unsigned i = 0; i < count; i++) {
		b->piece[i] = (struct iovec){
			.iov_base = b->frame[i],
			.iov_len = write_frame(b, b->frame[i], b->sent + i),
		};
		b->message[i].msg_hdr.msg_iov = &b->piece[i];
		b->message[i].msg_hdr.msg_iovlen = 1;
	}
	done = sendmmsg(b->fd, b->message, count, 0);
	if (done < 0)
		return errno == ENOBUFS ? 0 : -errno;
	b->sent += (uint64_t)done;
	return 0;
}

/* Sleeps to the moment when the next batch is due, so that a late one does not push the others back. */
static void wait_until(const struct timespec *start, double seconds)
{
	struct timespec due = *start;

	due.tv_sec += (time_t)seconds;
	due.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
	if (due.tv_nsec >= 1000000000) {
		due.tv_sec++;
		due.tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
}

static bool is_done(const struct blast *b, double at, double seconds)
{
	return b->most ? b->sent >= b->most : at >= seconds;
}

static int run(struct blast *b, double per_second, double seconds)
{
	struct timespec start;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (double at = 0; !rc && !is_done(b, at, seconds); at += BATCH / per_second) {
		wait_until(&start, at);
		rc = send_batch(b);
	}
	return rc;
}

int main(int argc, char **argv)
{
	struct blast *b = calloc(1, sizeof(*b));
	bool syn = argc == 5 && strcmp(argv[2], "syn") == 0;
	double per_second = argc == 5 ? strtod(argv[syn ? 4 : 3], NULL) : 0;
	double seconds = argc == 5 && !syn ? strtod(argv[4], NULL) : 0;
	int rc;

	if (!b || per_second <= 0) {
		fprintf(stderr, "usage: blast INTERFACE FLOWS PER-SECOND SECONDS\n"
				"       blast INTERFACE syn COUNT PER-SECOND\n");
		return 2;
	}
	b->most = syn ? strtoull(argv[3], NULL, 10) : 0;
	b->flows = syn ? 0 : (uint32_t)strtoul(argv[2], NULL, 10);
	b->random = 1;
	b->seq = calloc(b->flows ? b->flows : 1, sizeof(*b->seq));
	b->fd = open_socket(argv[1]);
	rc = b->fd < 0 || !b->seq || !(b->flows || b->most) ? -errno : run(b, per_second, seconds);
	if (rc || b->fd < 0)
		fprintf(stderr, "blast: %s: %s\n", argv[1], strerror(rc ? -rc : EINVAL));
	printf("%llu\n", (unsigned long long)b->sent);
	free(b->seq);
	free(b);
	return rc ? 1 : 0;
}
