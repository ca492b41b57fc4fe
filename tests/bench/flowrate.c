/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flowrate: what the flow table costs a packet that is decoded already. For each kind of traffic a
 * line NAME;PICOSECONDS;FLOOR, for run.sh. The floor hashes the same keys and writes as many cache
 * lines, fetched ahead as the table does, without being a table. The same packets on every run.
 */
#include <math.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "net/flowtab.h"

enum { CHUNK = 512, BATCH = 64, LINE = 64, RECORD_LINES = 4, RUNS = 3 };

struct traffic {
	const char *name;
	uint32_t flows; /* 0 = every packet begins one */
	uint32_t limit;
	uint32_t packets;
	bool zipf; /* few flows have most of the packets; else all the same */
	bool warm; /* every flow began before the clock runs */
};

static const struct traffic traffics[] = {
	{ .name = "2,000 flows", .flows = 2000, .limit = 1 << 20, .packets = 1 << 23, .warm = true },
	{ .name = "4 M packets of 1 M flows, as they begin",
	  .flows = 1000000,
	  .limit = 1 << 20,
	  .packets = 4000000,
	  .zipf = true },
	{ .name = "1 M flows that last",
	  .flows = 1000000,
	  .limit = 1 << 20,
	  .packets = 4000000,
	  .zipf = true,
	  .warm = true },
	{ .name = "flood of SYN, at the cap of 64 Ki", .limit = 1 << 16, .packets = 10000000 },
	{ .name = "flood of SYN, at the cap of 1 Mi", .limit = 1 << 20, .packets = 10000000 },
};

struct bench {
	const struct traffic *of;
	struct pktmeta packet[CHUNK];
	uint32_t *sent;	  /* sequence numbers by flow and end */
	uint8_t *records; /* the floor's */
	uint32_t record_count;
	uint64_t random, at_ns;
	uint32_t next; /* the flow of the next packet, while they begin one by one */
	bool opening;  /* so it is */
};

static uint64_t dice(uint64_t *state)
{
	uint64_t x = *state; /* xorshift64* (Vigna 2016) */

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}

/* Of CPU: what else runs takes none of it. */
static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint32_t choose(struct bench *b)
{
	double u = (double)(dice(&b->random) >> 11) / 9007199254740992.0;
	double at = b->of->zipf ? pow(b->of->flows, u) - 1 : u * b->of->flows;

	if (b->opening)
		return b->next++;
	/* Whoever has many packets is anywhere in memory. */
	return (uint32_t)((uint64_t)at * 2654435761u % b->of->flows);
}

static void tcp_packet(struct bench *b, struct pktmeta *m, uint32_t flow, bool back)
{
	uint32_t *sent = b->sent ? &b->sent[2 * (size_t)flow] : NULL;

	m->tcp_flags = b->opening ? WIRE_SYN : WIRE_ACK;
	m->window = 1000;
	if (b->opening || !sent)
		return;
	m->seq = 1 + sent[back];
	m->ack = 1 + sent[!back];
	sent[back] += m->payload_bytes;
}

/* Seven of eight are TCP. */
static void make_packet(struct bench *b, struct pktmeta *m)
{
	uint32_t flow = choose(b), host_be = htonl(0x0a000000 + flow % 65521),
		 peer_be = htonl(0xc6120000 + flow / 65521);
	uint64_t r = dice(&b->random);
	bool back = !b->opening && (r & 1);
	struct addr client = addr_from_v4(&host_be), server = addr_from_v4(&peer_be);
	uint8_t proto = b->of->flows && flow % 8 == 7 ? IPPROTO_UDP : IPPROTO_TCP;
	uint32_t payload = b->opening || (r & 2) ? 0 : 1000;

	*m = (struct pktmeta){
		.kind = PKT_FLOW,
		.time_ns = b->at_ns += 250,
		.ip_bytes = 40 + payload,
		.payload_bytes = payload,
		.wire_bytes = 54 + payload,
		.segs = 1,
		.ifindex = 2,
		.wscale = WSCALE_NONE,
	};
	if (back)
		m->from = (uint8_t)flowkey_make(&m->key, proto, &server, 443, &client, 40000);
	else
		m->from = (uint8_t)flowkey_make(&m->key, proto, &client, 40000, &server, 443);
	if (proto == IPPROTO_TCP)
		tcp_packet(b, m, flow, back);
}

static void make_chunk(struct bench *b)
{
	for (unsigned i = 0; i < CHUNK; i++)
		make_packet(b, &b->packet[i]);
}

/* As many packets in turn as the table looks at at once. */
static void floor_batch(struct bench *b, const struct pktmeta *m)
{
	uint8_t *record[BATCH];

	for (unsigned i = 0; i < BATCH; i++) {
		uint64_t hash = flowkey_hash(&m[i].key, 42);

		record[i] = b->records + (size_t)(hash % b->record_count) * RECORD_LINES * LINE;
		for (unsigned l = 0; l < RECORD_LINES; l++)
			__builtin_prefetch(record[i] + (size_t)l * LINE, 1);
	}
	for (unsigned i = 0; i < BATCH; i++)
		for (unsigned l = 0; l < RECORD_LINES; l++)
			record[i][(size_t)l * LINE]++;
}

static double time_chunk(struct bench *b, struct flowtab *t)
{
	double begin = now_ns();

	for (unsigned i = 0; i < CHUNK; i += BATCH) {
		if (t)
			flowtab_add_batch(t, &b->packet[i], BATCH);
		else
			floor_batch(b, &b->packet[i]);
	}
	return now_ns() - begin;
}

/* What is published is not measured: it goes by flow and interval, not by packet. */
static void forget_changes(struct flowtab *t)
{
	static struct flowout out[CHUNK];

	while (t && flowtab_collect(t, out, CHUNK))
		;
}

/* Nanoseconds a packet. t = NULL: the floor. */
static double run(struct bench *b, struct flowtab *t)
{
	const struct traffic *of = b->of;
	double spent = 0;
	uint32_t done = 0;

	b->random = 1;
	b->next = 0;
	b->at_ns = 1700000000000000000ull;
	while (of->warm && b->next + CHUNK <= of->flows) {
		b->opening = true;
		make_chunk(b);
		time_chunk(b, t);
	}
	forget_changes(t);
	for (; done < of->packets; done += CHUNK) {
		b->opening = !of->flows || (!of->warm && b->next + CHUNK <= of->flows);
		make_chunk(b);
		spent += time_chunk(b, t);
	}
	return spent / done;
}

static double run_table(struct bench *b, size_t *sent_bytes)
{
	struct flowtab *t = flowtab_new(b->of->limit, 42);
	double ns;

	b->sent = *sent_bytes ? calloc(1, *sent_bytes) : NULL;
	if (!t || (*sent_bytes && !b->sent))
		exit(1);
	ns = run(b, t);
	flowtab_free(t);
	free(b->sent);
	b->sent = NULL;
	return ns;
}

static double run_floor(struct bench *b)
{
	double ns;

	b->record_count = b->of->flows && b->of->flows < b->of->limit ? b->of->flows : b->of->limit;
	b->records = aligned_alloc(
		2 << 20, ((size_t)b->record_count * RECORD_LINES * LINE | ((2 << 20) - 1)) + 1);
	if (!b->records)
		exit(1);
	ns = run(b, NULL);
	free(b->records);
	return ns;
}

int main(void)
{
	static struct bench b;

	for (unsigned i = 0; i < sizeof(traffics) / sizeof(*traffics); i++) {
		size_t sent_bytes = (size_t)traffics[i].flows * 2 * sizeof(uint32_t);
		double least = INFINITY, least_floor = INFINITY;

		b.of = &traffics[i];
		for (unsigned run_nr = 0; run_nr < RUNS; run_nr++) {
			least_floor = fmin(least_floor, run_floor(&b));
			least = fmin(least, run_table(&b, &sent_bytes));
		}
		printf("%s;%.0f;%.0f\n", b.of->name, least * 1000, least_floor * 1000);
	}
	return 0;
}
