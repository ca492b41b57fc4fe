/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/capture.c over pktsrc_file.c: whatever a file holds, its flows and its end are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/links.h"
#include "source/capture.h"

enum { FLOWS_MAX = 20000, FRAME = 14 + 20 + 8 + 10 };

/* What a source said. */
struct heard {
	struct flowrec flow[FLOWS_MAX];		/* by id */
	unsigned flows, captures, notices, after_end;
	uint64_t last_ns;
	struct capturerec capture;
	char notice[EVENT_TEXT_MAX];
	struct ifacerec iface[3];		/* by number */
	struct ifcountrec ifcount[3];
};

static void hear(void *ctx, const struct event *e)
{
	struct heard *h = ctx;

	assert_true(e->time_ns >= h->last_ns);
	h->last_ns = e->time_ns;
	h->after_end += h->capture.ended;
	if (e->kind == EV_FLOW) {
		assert_true(e->flow.rec.id < FLOWS_MAX);
		h->flow[e->flow.rec.id] = e->flow.rec;
		h->flows++;
	} else if (e->kind == EV_CAPTURE) {
		h->capture = e->capture;
		h->captures++;
	} else if (e->kind == EV_IFACE) {
		assert_in_range(e->iface.ifindex, 1, 2);
		h->iface[e->iface.ifindex] = e->iface;
	} else if (e->kind == EV_IFCOUNT) {
		assert_in_range(e->ifcount.ifindex, 1, 2);
		assert_int_equal(h->iface[e->ifcount.ifindex].ifindex, e->ifcount.ifindex);
		h->ifcount[e->ifcount.ifindex] = e->ifcount;
	} else {
		assert_int_equal(e->kind, EV_NOTICE);
		assert_int_equal(e->notice.source, NOTICE_CAPTURE);
		memcpy(h->notice, e->notice.text, sizeof(h->notice));
		h->notices++;
	}
}

/* ---- files */

struct capfile {
	FILE *f;
	char path[256];
};

static void put32(FILE *f, uint32_t v)
{
	assert_int_equal(fwrite(&v, sizeof(v), 1, f), 1);
}

static struct capfile file_new(void)
{
	struct capfile c = { .path = "/tmp/test_capture.XXXXXX" };
	int fd = mkstemp(c.path);

	assert_true(fd >= 0);
	c.f = fdopen(fd, "wb");
	assert_non_null(c.f);
	return c;
}

static struct capfile pcap_new(uint32_t link)
{
	struct capfile c = file_new();
	const uint32_t header[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, link };

	for (unsigned i = 0; i < 6; i++)
		put32(c.f, header[i]);
	return c;
}

/* UDP from 10.0.N.N:1000 to 10.255.0.1:53 with ten bytes, in Ethernet. */
static void make_frame(uint8_t frame[FRAME], unsigned n)
{
	static const uint8_t start[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 38, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 255, 0, 1,
		0x03, 0xe8, 0, 53, 0, 18, 0, 0,
	};

	memset(frame, 0, FRAME);
	memcpy(frame, start, sizeof(start));
	frame[28] = (uint8_t)(n >> 8);
	frame[29] = (uint8_t)n;
}

static void put_record(FILE *f, uint32_t s, uint32_t us, uint32_t caplen, uint32_t len,
		       const void *data, size_t bytes)
{
	put32(f, s);
	put32(f, us);
	put32(f, caplen);
	put32(f, len);
	if (bytes)
		assert_int_equal(fwrite(data, bytes, 1, f), 1);
}

static void put_packet(FILE *f, unsigned n, uint32_t s)
{
	uint8_t frame[FRAME];

	make_frame(frame, n);
	put_record(f, s, 5, FRAME, FRAME, frame, FRAME);
}

static int try_open(struct capfile *c, struct source **s, struct errmsg *err)
{
	struct capture_options opt = { .file = c->path };

	assert_int_equal(fclose(c->f), 0);
	return capture_new(s, &opt, err);
}

static struct heard *read_opened(struct source *s)
{
	struct sink sink = { .apply = hear, .ctx = calloc(1, sizeof(struct heard)) };

	assert_non_null(sink.ctx);
	for (unsigned steps = 0; s->ops->busy(s); steps++) {
		assert_true(steps < 10000);
		assert_int_equal(s->ops->due_ns(s), 0);
		assert_int_equal(s->ops->step(s, 1, &sink), 0);
	}
	assert_int_equal(s->ops->due_ns(s), SOURCE_NEVER);
	assert_int_equal(s->ops->step(s, 1, &sink), 0);
	return sink.ctx;
}

static struct heard *read_options(struct capfile *c, struct capture_options opt, char trouble[512])
{
	struct errmsg err = { "" };
	struct source *s;
	struct heard *h;

	opt.file = c->path;
	assert_int_equal(fclose(c->f), 0);
	assert_int_equal(capture_new(&s, &opt, &err), 0);
	h = read_opened(s);
	snprintf(trouble, 512, "%s", capture_trouble(s) ? capture_trouble(s) : "");
	s->ops->close(s);
	unlink(c->path);
	assert_true(h->capture.ended);
	assert_false(h->capture.live);
	assert_int_equal(h->after_end, 0);
	return h;
}

static struct heard *read_all(struct capfile *c, char trouble[512])
{
	return read_options(c, (struct capture_options){ 0 }, trouble);
}

static void assert_refused(struct capfile *c, int error, const char *words)
{
	struct errmsg err = { "" };
	struct source *s = NULL;

	assert_int_equal(try_open(c, &s, &err), error);
	assert_null(s);
	assert_non_null(strstr(err.text, c->path));
	assert_non_null(strstr(err.text, words));
	unlink(c->path);
}

static void test_capture_file_tells_every_flow_then_its_end(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char trouble[512];
	struct heard *h;

	(void)state;
	for (unsigned i = 0; i < 30; i++)
		put_packet(c.f, i % 3, 1000 + i);
	h = read_all(&c, trouble);
	assert_string_equal(trouble, "");
	assert_int_equal(h->notices, 0);
	assert_int_equal(h->flows, 3);
	assert_false(h->capture.truncated);
	assert_int_equal(h->capture.totals.packets, 30);
	assert_int_equal(h->capture.totals.bytes, 30 * 38);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(h->flow[i].dir[0].packets, 10);
		assert_int_equal(h->flow[i].dir[0].payload, 100);
	}
	assert_int_equal(h->last_ns, 1029 * NSEC_PER_SEC + 5000);
	assert_non_null(strstr(c.path, h->capture.interfaces));
	free(h);
}

static void test_capture_file_has_its_whole_name(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char was[sizeof(c.path)], trouble[512];
	struct heard *h;

	(void)state;
	memcpy(was, c.path, sizeof(was));
	memset(c.path + strlen(was), 'x', 200);
	assert_int_equal(rename(was, c.path), 0);
	h = read_all(&c, trouble);
	assert_string_equal(h->capture.interfaces, strrchr(c.path, '/') + 1);
	free(h);
}

static void test_capture_file_is_sent_in_slices_that_lose_nothing(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct capture_options opt = { .publish_at_end_only = true };
	char trouble[512];
	struct heard *h;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		put_packet(c.f, i, 1000);
	h = read_options(&c, opt, trouble);
	assert_int_equal(h->flows, 10000);
	assert_int_equal(h->captures, 3);
	assert_int_equal(h->capture.totals.live_flows, 10000);
	free(h);
}

/* A file is finite and its reader wants all of it, however long it was in the making. */
/* All at once, as a copy: what each slice put in place of the one before. */
struct mirror {
	struct flowrec flow[FLOWS_MAX];		/* by id, as it is now */
	bool live[FLOWS_MAX];
	unsigned flows, ends, captures;
};

static void mirror_apply(void *ctx, const struct event *e)
{
	struct mirror *m = ctx;
	uint32_t id = e->flow.rec.id;

	m->captures += e->kind == EV_CAPTURE;
	if (e->kind != EV_FLOW)
		return;
	assert_true(id < FLOWS_MAX);
	if (e->flow.ended) {
		assert_true(m->live[id]);
		assert_int_equal(m->flow[id].gen, e->flow.rec.gen);
		m->ends++;
	} else {
		assert_true(!m->live[id] || m->flow[id].gen != e->flow.rec.gen);
		m->flows++;
	}
	m->live[id] = !e->flow.ended;
	m->flow[id] = e->flow.rec;
}

static void test_capture_file_that_is_held_comes_slice_by_slice(void **state)
{
	enum { FLOWS = 10000 };
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct capture_options opt = { .file = c.path, .hold = true };
	struct mirror *m = calloc(1, sizeof(*m));
	struct sink sink = { .apply = mirror_apply, .ctx = m };
	struct errmsg err = { "" };
	struct source *s;
	unsigned seen = 0;

	(void)state;
	assert_non_null(m);
	for (unsigned n = 0; n < FLOWS; n++)
		put_packet(c.f, n, n);
	assert_int_equal(fclose(c.f), 0);
	assert_int_equal(capture_new(&s, &opt, &err), 0);
	assert_false(capture_next_slice(s, &sink));	/* not read yet */
	while (s->ops->busy(s))
		assert_int_equal(s->ops->step(s, 1, &sink), 0);
	assert_int_equal(m->flows, 0);
	assert_int_equal(m->captures, 1);
	while (capture_next_slice(s, &sink)) {
		unsigned n = 0;

		/* In the order of the file, which here is that of the table, and no two at once. */
		for (; n < FLOWS_MAX && m->live[n]; n++) {
			unsigned number = (unsigned)(m->flow[n].first_ns / NSEC_PER_SEC);

			assert_int_equal(number, seen + n);
			assert_int_equal(m->flow[n].dir[0].packets + m->flow[n].dir[1].packets, 1);
		}
		assert_true(n > 0 && n < FLOWS);
		seen += n;
		for (; n < FLOWS_MAX; n++)
			assert_false(m->live[n]);
	}
	assert_int_equal(seen, FLOWS);
	assert_int_equal(m->flows, FLOWS);
	for (unsigned i = 0; i < FLOWS_MAX; i++)
		assert_false(m->live[i]);
	assert_false(capture_next_slice(s, &sink));
	s->ops->close(s);
	unlink(c.path);
	free(m);
}

static void test_capture_file_flows_do_not_grow_old(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char trouble[512];
	struct heard *h;

	(void)state;
	put_packet(c.f, 1, 1000);
	put_packet(c.f, 2, 1000000);
	h = read_all(&c, trouble);
	assert_int_equal(h->capture.totals.live_flows, 2);
	free(h);
}

/* One TCP segment 10.0.0.1:1000 - 10.255.0.1:53 without payload. */
static void put_tcp(FILE *f, bool back, uint8_t flags, uint32_t seq)
{
	uint8_t frame[14 + 20 + 20];

	make_frame(frame, 1);
	frame[17] = 40;
	frame[23] = 6;
	memset(frame + 38, 0, sizeof(frame) - 38);
	frame[41] = (uint8_t)seq;
	frame[46] = 0x50;
	frame[47] = flags;
	if (back) {
		uint8_t client[4];

		memcpy(client, frame + 26, 4);
		memcpy(frame + 26, frame + 30, 4);
		memcpy(frame + 30, client, 4);
		memcpy(client, frame + 34, 2);
		memcpy(frame + 34, frame + 36, 2);
		memcpy(frame + 36, client, 2);
	}
	put_record(f, 1000, 0, sizeof(frame), sizeof(frame), frame, sizeof(frame));
}

static void test_capture_file_tells_a_connection_whose_tuple_is_used_again(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char trouble[512];
	struct heard *h;

	(void)state;
	for (uint32_t seq = 1; seq <= 2; seq++) {
		put_tcp(c.f, false, WIRE_SYN, seq);
		put_tcp(c.f, true, WIRE_RST | WIRE_ACK, 0);
	}
	h = read_all(&c, trouble);
	assert_int_equal(h->flows, 2);
	assert_int_equal(h->capture.totals.live_flows, 2);
	assert_int_equal(h->capture.totals.expired_packets, 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(h->flow[i].wire_state, WS_REFUSED);
		assert_int_equal(h->flow[i].dir[0].packets, 1);
		assert_int_equal(h->flow[i].dir[1].packets, 1);
	}
	free(h);
}

static void test_capture_file_without_packets_is_no_trouble(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char trouble[512];
	struct heard *h = read_all(&c, trouble);

	(void)state;
	assert_string_equal(trouble, "");
	assert_int_equal(h->capture.totals.packets, 0);
	assert_int_equal(h->captures, 1);
	free(h);
}

static void test_capture_file_cut_short_keeps_what_was_read(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	char trouble[512];
	struct heard *h;

	(void)state;
	put_packet(c.f, 1, 1000);
	put_packet(c.f, 2, 1001);
	put_record(c.f, 1002, 0, FRAME, FRAME, "abc", 3);
	h = read_all(&c, trouble);
	assert_int_equal(h->capture.totals.packets, 2);
	assert_int_equal(h->flows, 2);
	assert_true(h->capture.truncated);
	assert_int_equal(h->notices, 1);
	assert_non_null(strstr(trouble, "ended early: stopped after packet 2 ("));
	assert_non_null(strstr(trouble, "what was read is shown"));
	assert_memory_equal(h->notice, trouble, strlen(h->notice));
	free(h);
}

static void test_capture_file_with_an_absurd_length_stops_there(void **state)
{
	static const uint32_t lengths[] = { UINT32_MAX, 1u << 30, 0x80000000 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct capfile c = pcap_new(LINK_ETHERNET);
		char trouble[512];
		struct heard *h;

		put_packet(c.f, 1, 1000);
		put_record(c.f, 1001, 0, lengths[i], lengths[i], NULL, 0);
		h = read_all(&c, trouble);
		assert_int_equal(h->capture.totals.packets, 1);
		assert_true(h->capture.truncated);
		free(h);
	}
}

static void test_capture_file_hostile_records_are_put_right(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	uint8_t frame[FRAME];
	char trouble[512];
	struct heard *h;

	(void)state;
	make_frame(frame, 1);
	put_record(c.f, 1000, 4000000000u, FRAME, FRAME, frame, FRAME);	/* microseconds */
	put_record(c.f, 900, 0, FRAME, 1, frame, FRAME);	/* more caught than sent */
	put_record(c.f, UINT32_MAX, 0, FRAME, UINT32_MAX, frame, FRAME);
	put_record(c.f, 1000, 0, 0, 0, NULL, 0);
	h = read_all(&c, trouble);
	assert_string_equal(trouble, "");
	assert_int_equal(h->capture.totals.packets, 4);
	assert_int_equal(h->capture.totals.undecodable, 1);
	assert_int_equal(h->capture.totals.bytes, 3 * 38);
	assert_int_equal(h->flow[0].first_ns, 900 * NSEC_PER_SEC);
	assert_true(h->flow[0].last_ns >= h->flow[0].first_ns);
	free(h);
}

static void test_capture_file_filter_chooses_packets(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct capture_options opt = { .pktsrc.filter = "host 10.0.0.2" };
	char trouble[512];
	struct heard *h;

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		put_packet(c.f, i % 3, 1000);
	h = read_options(&c, opt, trouble);
	assert_int_equal(h->flows, 1);
	assert_int_equal(h->capture.totals.packets, 3);
	free(h);
}

static void count_packet(void *ctx, const struct pktraw *raw)
{
	assert_non_null(raw->data);
	++*(unsigned *)ctx;
}

/* Or a filter that matches little would let one step read for minutes, and nobody could quit. */
static void test_capture_file_step_ends_after_max_packets_that_do_not_pass(void **state)
{
	struct pktsrc_options opt = { .filter = "host 10.0.0.2" };
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct errmsg err = { "" };
	struct pktsrc *p;
	unsigned passed = 0, read = 0, steps = 0;
	int n;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		put_packet(c.f, i == 55 ? 2 : 1 + 2 * (i % 2), 1000);
	assert_int_equal(fclose(c.f), 0);
	assert_int_equal(pktsrc_file_open(&p, c.path, &opt, &err), 0);
	for (; (n = p->ops->step(p, 10, count_packet, &passed, &err)) > 0; steps++)
		read += (unsigned)n;
	assert_int_equal(n, 0);
	assert_int_equal(steps, 10);
	assert_int_equal(read, 100);
	assert_int_equal(passed, 1);
	p->ops->close(p);
	unlink(c.path);
}

static void test_capture_file_of_raw_ip_has_several_numbers(void **state)
{
	static const uint32_t numbers[] = { 12, 14, LINK_RAW };

	(void)state;
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct capfile c = pcap_new(numbers[i]);
		uint8_t frame[FRAME];
		char trouble[512];
		struct heard *h;

		make_frame(frame, 1);
		put_record(c.f, 1000, 0, FRAME - 14, FRAME - 14, frame + 14, FRAME - 14);
		h = read_all(&c, trouble);
		assert_int_equal(h->flows, 1);
		assert_int_equal(h->capture.totals.bytes, 38);
		free(h);
	}
}

static void put_block(FILE *f, uint32_t type, const void *body, uint32_t len)
{
	put32(f, type);
	put32(f, len + 12);
	assert_int_equal(fwrite(body, 1, len, f), len);
	put32(f, len + 12);
}

/* Interface, time, lengths; then the frame, and its padding. */
static void put_block_of(FILE *f, uint32_t iface, unsigned n)
{
	struct {
		uint32_t head[5];
		uint8_t frame[FRAME];
	} body = { .head = { iface, 0, n, FRAME, FRAME } };

	make_frame(body.frame, n);
	assert_int_equal(sizeof(body), 20 + FRAME);
	put_block(f, 6, &body, sizeof(body));
}

/* Each slice has the counts of then; the names come first, or nobody knows whose they are. */
static void test_capture_file_tells_its_interfaces_and_what_was_seen_there(void **state)
{
	struct capfile c = file_new();
	char trouble[512];
	struct heard *h;

	(void)state;
	assert_int_equal(FRAME % 4, 0);
	put_block(c.f, 0x0a0d0d0a, "\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
	put_block(c.f, 1, "\1\0\0\0\0\0\0\0\2\0\4\0eth0", 16);
	put_block_of(c.f, 0, 1);
	put_block(c.f, 1, "\1\0\0\0\0\0\0\0\2\0\5\0wlan0\0\0", 20);
	for (unsigned n = 2; n < 5; n++)
		put_block_of(c.f, 1, n);
	h = read_all(&c, trouble);
	assert_string_equal(trouble, "");
	assert_int_equal(h->flows, 4);
	assert_string_equal(h->iface[1].name, "eth0");
	assert_string_equal(h->iface[2].name, "wlan0");
	assert_true(h->iface[1].no_stats && h->iface[2].no_stats);
	assert_int_equal(h->ifcount[1].rx_packets, 1);
	assert_int_equal(h->ifcount[2].rx_packets, 3);
	assert_int_equal(h->ifcount[2].rx_bytes, 3 * FRAME);
	free(h);
}

static void test_capture_bad_filter_is_one_sentence(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct capture_options opt = { .file = c.path, .pktsrc.filter = "port and" };
	struct errmsg err = { "" };
	struct source *s;

	(void)state;
	fclose(c.f);
	assert_int_equal(capture_new(&s, &opt, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'port and'"));
	unlink(c.path);
}

static void test_capture_file_that_cannot_be_opened_is_named(void **state)
{
	struct capture_options opt = { .file = "/nonexistent/x.pcap" };
	struct errmsg err = { "" };
	struct source *s;

	(void)state;
	assert_int_equal(capture_new(&s, &opt, &err), -ENOENT);
	assert_string_equal(err.text, "cannot open /nonexistent/x.pcap: No such file or directory");
	opt.file = "/tmp";
	assert_int_equal(capture_new(&s, &opt, &err), -EISDIR);
	assert_string_equal(err.text, "cannot read /tmp: Is a directory");
}

static void test_capture_what_is_not_a_capture_is_refused(void **state)
{
	struct capfile empty = file_new(), text = file_new(), gzip = file_new(), stub = file_new();
	struct capfile link = pcap_new(30583), own = pcap_new(LINK_RAW_ETHERTYPE);
	struct capfile wide = pcap_new(0x10000 | LINK_ETHERNET);

	(void)state;
	fputs("hello, this is not a capture file at all", text.f);
	fputs("\x1f\x8b\x08", gzip.f);
	put32(stub.f, 0xa1b2c3d4);
	assert_refused(&empty, -EPROTO, "is empty");
	assert_refused(&text, -EPROTO, "is not a capture file");
	assert_refused(&gzip, -EPROTO, "run `gunzip` first");
	assert_refused(&stub, -EPROTO, "is not a capture file");
	assert_refused(&link, -EPROTONOSUPPORT, "link type 30583 is not supported (known: ");
	assert_refused(&own, -EPROTONOSUPPORT, "link type 65534 is not supported");
	/* Not Ethernet with a bit too many. */
	assert_refused(&wide, -EPROTONOSUPPORT, "link type 65537 is not supported");
}

/* The loop waits for its descriptor, and a key is answered meanwhile. */
static void test_capture_of_a_pipe_is_polled_and_never_waits(void **state)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct sink sink = { .apply = hear, .ctx = h };
	struct capfile c = pcap_new(LINK_ETHERNET);
	char path[64], data[24 + 16 + FRAME];
	struct capture_options opt = { .file = path };
	struct errmsg err = { "" };
	struct pollfd fd = { .fd = -1 };
	struct source *s;
	int ends[2];
	FILE *f;

	(void)state;
	assert_non_null(h);
	put_packet(c.f, 1, 1000);
	assert_int_equal(fclose(c.f), 0);
	f = fopen(c.path, "rb");
	assert_int_equal(fread(data, 1, sizeof(data), f), sizeof(data));
	fclose(f);
	unlink(c.path);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], data, sizeof(data) - 1), sizeof(data) - 1);
	assert_int_equal(capture_new(&s, &opt, &err), 0);
	assert_int_equal(s->ops->fds(s, &fd, 1), 0);	/* there may be something: it is due */
	assert_int_equal(s->ops->due_ns(s), 0);
	assert_int_equal(s->ops->step(s, 1, &sink), 0);
	assert_int_equal(s->ops->due_ns(s), SOURCE_NEVER);
	assert_int_equal(s->ops->fds(s, &fd, 1), 1);
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_true(s->ops->busy(s));
	assert_int_equal(write(ends[1], data + sizeof(data) - 1, 1), 1);
	close(ends[1]);
	assert_int_equal(poll(&fd, 1, 0), 1);
	for (unsigned steps = 0; s->ops->busy(s); steps++) {
		assert_true(steps < 10);
		assert_int_equal(s->ops->step(s, 1, &sink), 0);
	}
	assert_int_equal(s->ops->fds(s, &fd, 1), 0);
	assert_int_equal(h->capture.totals.packets, 1);
	assert_null(capture_trouble(s));
	s->ops->close(s);
	close(ends[0]);
	free(h);
}

static void test_capture_table_that_is_too_small_evicts_and_says_so(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct capture_options opt = { .max_flows = 10 };
	char trouble[512];
	struct heard *h;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		put_packet(c.f, i, 1000);
	h = read_options(&c, opt, trouble);
	assert_int_equal(h->capture.totals.live_flows, 10);
	assert_int_equal(h->capture.totals.evicted_packets, 90);
	assert_int_equal(h->capture.totals.flow_limit, 10);
	free(h);
}

static void test_capture_progress_reaches_the_size(void **state)
{
	struct capfile c = pcap_new(LINK_ETHERNET);
	struct errmsg err = { "" };
	uint64_t at = 99, size = 0;
	struct source *s;

	(void)state;
	put_packet(c.f, 1, 1000);
	assert_int_equal(try_open(&c, &s, &err), 0);
	capture_progress(s, &at, &size);
	assert_int_equal(size, 24 + 16 + FRAME);
	assert_true(at <= size);
	free(read_opened(s));
	capture_progress(s, &at, &size);
	assert_int_equal(at, size);
	s->ops->close(s);
	unlink(c.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capture_file_tells_every_flow_then_its_end),
		cmocka_unit_test(test_capture_file_has_its_whole_name),
		cmocka_unit_test(test_capture_file_is_sent_in_slices_that_lose_nothing),
		cmocka_unit_test(test_capture_file_that_is_held_comes_slice_by_slice),
		cmocka_unit_test(test_capture_file_flows_do_not_grow_old),
		cmocka_unit_test(test_capture_file_tells_a_connection_whose_tuple_is_used_again),
		cmocka_unit_test(test_capture_file_without_packets_is_no_trouble),
		cmocka_unit_test(test_capture_file_cut_short_keeps_what_was_read),
		cmocka_unit_test(test_capture_file_with_an_absurd_length_stops_there),
		cmocka_unit_test(test_capture_file_hostile_records_are_put_right),
		cmocka_unit_test(test_capture_file_filter_chooses_packets),
		cmocka_unit_test(test_capture_file_step_ends_after_max_packets_that_do_not_pass),
		cmocka_unit_test(test_capture_file_of_raw_ip_has_several_numbers),
		cmocka_unit_test(
			test_capture_file_tells_its_interfaces_and_what_was_seen_there),
		cmocka_unit_test(test_capture_bad_filter_is_one_sentence),
		cmocka_unit_test(test_capture_file_that_cannot_be_opened_is_named),
		cmocka_unit_test(test_capture_what_is_not_a_capture_is_refused),
		cmocka_unit_test(test_capture_of_a_pipe_is_polled_and_never_waits),
		cmocka_unit_test(test_capture_table_that_is_too_small_evicts_and_says_so),
		cmocka_unit_test(test_capture_progress_reaches_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
