/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/pktsrc_file.c: real files and pipes, capture filters, and what libpcap says of the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/links.h"
#include "source/pktlink.h"
#include "source/pktsrc.h"
#include "tests/unit/capfile_fixture.h"

/* UDP from 10.0.0.1:1000 to 10.255.0.1:53 with ten bytes, in Ethernet. */
static const uint8_t frame[] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, 38, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 255, 0, 1,
	0x03, 0xe8, 0, 53, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

enum { FRAME = sizeof(frame), ETHERNET = 14 };

static void save(const struct image *f, char path[static 64])
{
	int fd;

	snprintf(path, 64, "/tmp/test_pktsrc_file.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->buf.data, f->buf.len), f->buf.len);
	close(fd);
}

/* What a source gave. */
struct given {
	unsigned packets, by_link[3];	/* Ethernet, raw IP, unknown */
	uint64_t bytes;
	int ended;
	struct errmsg err;
};

static void give(void *ctx, const struct pktraw *raw)
{
	struct given *g = ctx;

	g->packets++;
	g->bytes += raw->wirelen;
	g->by_link[0] += raw->linktype == LINK_ETHERNET;
	g->by_link[1] += raw->linktype == LINK_RAW;
	g->by_link[2] += raw->linktype == PKTLINK_UNKNOWN;
}

static struct given read_source(struct pktsrc *p)
{
	struct given g = { .ended = 1 };

	while (g.ended > 0)
		g.ended = p->ops->step(p, 3, give, &g, &g.err);
	/* The end stays the end. */
	assert_int_equal(p->ops->step(p, 3, give, &g, &g.err), g.ended);
	return g;
}

static struct given read_file(const struct image *f, const char *filter)
{
	const struct pktsrc_options opt = { .filter = filter };
	struct given g = { 0 };
	struct pktsrc *p;
	char path[64];

	save(f, path);
	g.ended = pktsrc_file_open(&p, path, &opt, &g.err);
	if (!g.ended) {
		g = read_source(p);
		p->ops->close(p);
	}
	unlink(path);
	return g;
}

/* ---- libpcap's word */

struct oracle {
	pcap_t *pcap;
	unsigned packets;
};

static void compare(void *ctx, const struct pktraw *raw)
{
	struct oracle *o = ctx;
	const u_char *data;
	struct pcap_pkthdr *h;

	assert_int_equal(pcap_next_ex(o->pcap, &h, &data), 1);
	assert_int_equal(raw->caplen, h->caplen);
	assert_int_equal(raw->wirelen, h->len);
	assert_int_equal(raw->time_ns,
			 (uint64_t)h->ts.tv_sec * NSEC_PER_SEC + (uint64_t)h->ts.tv_usec);
	assert_memory_equal(raw->data, data, raw->caplen);
	o->packets++;
}

static void compare_with_libpcap(const struct image *f, unsigned packets)
{
	const struct pktsrc_options opt = { .filter = NULL };
	struct errmsg err = { "" };
	char path[64], why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	struct oracle o = { .packets = 0 };
	struct pktsrc *p;

	save(f, path);
	o.pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
	assert_non_null(o.pcap);
	assert_int_equal(pktsrc_file_open(&p, path, &opt, &err), 0);
	while (p->ops->step(p, 7, compare, &o, &err) > 0)
		;
	assert_string_equal(err.text, "");
	assert_int_equal(o.packets, packets);
	assert_int_equal(pcap_next_ex(o.pcap, &h, &data), PCAP_ERROR_BREAK);
	p->ops->close(p);
	pcap_close(o.pcap);
	unlink(path);
}

static void test_pktsrc_file_every_packet_of_pcap_is_libpcaps(void **state)
{
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34 };
	uint8_t data[3000];

	(void)state;
	memset(data, 0x5a, sizeof(data));
	for (unsigned variant = 0; variant < 6; variant++) {
		struct image f = { .swapped = variant & 1 };

		put_pcap_header(&f, magics[variant / 2], 4, LINK_ETHERNET);
		for (uint32_t i = 0; i < 1000; i++) {
			uint32_t len = i * 7919 % sizeof(data);

			put32(&f, 1700000000 + i);
			put32(&f, i * 997);
			put32(&f, len);
			put32(&f, len + i % 3);
			if (variant / 2 == 2)
				put64(&f, 0);
			data[0] = (uint8_t)i;
			buf_add(&f.buf, data, len);
		}
		compare_with_libpcap(&f, 1000);
		buf_fini(&f.buf);
	}
}

static void test_pktsrc_file_every_packet_of_pcapng_is_libpcaps(void **state)
{
	static const int resolutions[] = { -1, 6, 9, 3, 0x80 | 20, 0x80 | 32 };
	uint8_t data[3000];

	(void)state;
	memset(data, 0xa5, sizeof(data));
	for (unsigned variant = 0; variant < 12; variant++) {
		struct image f = { .swapped = variant & 1 };

		ng_section(&f);
		ng_iface(&f, LINK_ETHERNET, 0, 6, 0);
		ng_iface(&f, LINK_ETHERNET, 0, resolutions[variant / 2], variant * 1000);
		for (uint32_t i = 0; i < 500; i++) {
			data[0] = (uint8_t)i;
			ng_packet(&f, i % 2, 1000000000000 + i * 1234567ull, data,
				  i * 7919 % sizeof(data), i % 5);
		}
		compare_with_libpcap(&f, 500);
		buf_fini(&f.buf);
	}
}

/* ---- filters and link types */

static void put_mixed(struct image *f)
{
	ng_section(f);
	ng_iface(f, LINK_ETHERNET, 0, -1, 0);
	ng_iface(f, LINK_RAW, 0, -1, 0);
	ng_iface(f, 30583, 0, -1, 0);
	for (unsigned i = 0; i < 10; i++) {
		ng_packet(f, 0, i, frame, FRAME, 0);
		ng_packet(f, 1, i, frame + ETHERNET, FRAME - ETHERNET, 0);
		ng_packet(f, 2, i, frame, FRAME, 0);
	}
}

static void test_pktsrc_file_of_several_link_types_is_read_whole(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	put_mixed(&f);
	g = read_file(&f, NULL);
	assert_int_equal(g.ended, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(g.by_link[i], 10);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_filter_is_compiled_for_each_link_type(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	put_mixed(&f);
	g = read_file(&f, "udp port 53");
	assert_int_equal(g.ended, 0);
	assert_int_equal(g.by_link[0], 10);
	assert_int_equal(g.by_link[1], 10);
	assert_int_equal(g.by_link[2], 0);	/* nobody knows what is in them */
	g = read_file(&f, "udp port 54");
	assert_int_equal(g.ended, 0);
	assert_int_equal(g.packets, 0);
	buf_fini(&f.buf);
}

/* Only where it is the first: what was read before is not given up for what came behind it. */
static void test_pktsrc_file_filter_that_a_link_type_cannot_have_lets_none_of_it_pass(void **state)
{
	const char *filter = "ether host 2:0:0:0:0:1";
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	ng_section(&f);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	ng_iface(&f, LINK_RAW, 0, -1, 0);
	ng_packet(&f, 0, 1, frame, FRAME, 0);
	g = read_file(&f, filter);
	assert_int_equal(g.ended, 0);
	assert_int_equal(g.packets, 1);
	ng_packet(&f, 1, 1, frame + ETHERNET, FRAME - ETHERNET, 0);
	ng_packet(&f, 0, 1, frame, FRAME, 0);
	g = read_file(&f, filter);
	assert_int_equal(g.ended, 0);
	assert_int_equal(g.by_link[0], 2);
	assert_int_equal(g.by_link[1], 0);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_filter_that_the_first_link_type_cannot_have_is_told(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	ng_section(&f);
	ng_iface(&f, LINK_RAW, 0, -1, 0);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	ng_packet(&f, 1, 1, frame, FRAME, 0);
	g = read_file(&f, "ether host 2:0:0:0:0:1");
	assert_int_equal(g.ended, -EINVAL);
	assert_int_equal(g.packets, 0);
	assert_non_null(strstr(g.err.text, "'ether host 2:0:0:0:0:1' for RAW packets of /tmp/"));
	buf_fini(&f.buf);
}

/* Of a link type that is not decoded nobody could say: so it is the next that tells. */
static void test_pktsrc_file_bad_filter_is_told_behind_an_unknown_link_type(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	ng_section(&f);
	ng_iface(&f, 30583, 0, -1, 0);
	ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
	ng_packet(&f, 0, 1, frame, FRAME, 0);
	ng_packet(&f, 1, 1, frame, FRAME, 0);
	g = read_file(&f, "port and");
	assert_int_equal(g.ended, -EINVAL);
	assert_int_equal(g.packets, 0);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_bad_filter_is_told_at_once_in_both_formats(void **state)
{
	struct image ng = { .swapped = false }, old = { .swapped = false };
	struct given g;

	(void)state;
	ng_section(&ng);
	ng_iface(&ng, LINK_ETHERNET, 0, -1, 0);
	put_pcap_header(&old, 0xa1b2c3d4, 4, LINK_ETHERNET);
	g = read_file(&ng, "port and");
	assert_int_equal(g.ended, -EINVAL);
	assert_non_null(strstr(g.err.text, "'port and'"));
	g = read_file(&old, "port and");
	assert_int_equal(g.ended, -EINVAL);
	assert_non_null(strstr(g.err.text, "see pcap-filter(7)"));
	buf_fini(&ng.buf);
	buf_fini(&old.buf);
}

/* LINKTYPE_NULL has its family in the order of the file. */
static void test_pktsrc_file_filter_knows_the_byte_order(void **state)
{
	(void)state;
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		struct image f = { .swapped = swapped };
		struct given g;

		put_pcap_header(&f, 0xa1b2c3d4, 4, LINK_NULL);
		put64(&f, 0);
		put32(&f, 4 + FRAME - ETHERNET);
		put32(&f, 4 + FRAME - ETHERNET);
		put32(&f, 2);	/* AF_INET */
		buf_add(&f.buf, frame + ETHERNET, FRAME - ETHERNET);
		g = read_file(&f, "udp");
		assert_int_equal(g.packets, 1);
		g = read_file(&f, "ip6");
		assert_int_equal(g.packets, 0);
		buf_fini(&f.buf);
	}
}

/* A hostile file could make a filter be compiled for each of a million sections. */
static void test_pktsrc_file_many_sections_share_their_filters(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	for (unsigned i = 0; i < 40000; i++) {
		f.swapped = i & 1;
		ng_section(&f);
		ng_iface(&f, LINK_ETHERNET, 0, -1, 0);
		ng_packet(&f, 0, 1, frame, FRAME, 0);
	}
	g = read_file(&f, "udp");
	assert_int_equal(g.ended, 0);
	assert_int_equal(g.packets, 40000);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_of_unknown_link_types_only_says_so(void **state)
{
	struct image ng = { .swapped = false }, old = { .swapped = false };
	struct given g;

	(void)state;
	ng_section(&ng);
	ng_iface(&ng, 30583, 0, -1, 0);
	ng_packet(&ng, 0, 1, frame, FRAME, 0);
	g = read_file(&ng, NULL);
	assert_int_equal(g.packets, 1);
	assert_int_equal(g.ended, -EPROTONOSUPPORT);
	assert_non_null(strstr(g.err.text, ": link type 30583 is not supported (known: EN10MB, "));
	put_pcap_header(&old, 0xa1b2c3d4, 4, 30583);
	g = read_file(&old, NULL);
	assert_int_equal(g.ended, -EPROTONOSUPPORT);
	assert_non_null(strstr(g.err.text, ": link type 30583 is not supported (known: EN10MB, "));
	buf_fini(&ng.buf);
	buf_fini(&old.buf);
}

/* ---- input */

static void test_pktsrc_file_that_ends_early_is_one_sentence(void **state)
{
	struct image f = { .swapped = false };
	struct given g;

	(void)state;
	put_mixed(&f);
	f.buf.len -= 2;
	g = read_file(&f, NULL);
	assert_int_equal(g.packets, 29);
	assert_int_equal(g.ended, -EIO);
	assert_non_null(strstr(g.err.text, " ended early: stopped after packet 29 (cut short at "));
	assert_non_null(strstr(g.err.text, "); what was read is shown"));
	f.buf.len += 2;
	f.buf.data[f.buf.len - 1] ^= 1;
	g = read_file(&f, NULL);
	assert_int_equal(g.packets, 29);
	assert_int_equal(g.ended, -EPROTO);
	assert_non_null(strstr(g.err.text, " ended early: stopped after packet 29 (damaged at "));
	buf_fini(&f.buf);
}

static void test_pktsrc_file_that_is_cut_while_it_is_read_ends(void **state)
{
	const struct pktsrc_options opt = { .filter = NULL };
	struct image f = { .swapped = false };
	struct errmsg err = { "" };
	struct pktsrc *p;
	struct given g;
	char path[64];

	(void)state;
	put_pcap_header(&f, 0xa1b2c3d4, 4, LINK_ETHERNET);
	for (unsigned i = 0; i < 20000; i++) {
		put64(&f, 0);
		put32(&f, FRAME);
		put32(&f, FRAME);
		buf_add(&f.buf, frame, FRAME);
	}
	save(&f, path);
	assert_int_equal(pktsrc_file_open(&p, path, &opt, &err), 0);
	assert_int_equal(truncate(path, 1000), 0);
	g = read_source(p);
	assert_int_equal(g.ended, -EIO);
	assert_true(g.packets > 0 && g.packets < 20000);
	p->ops->close(p);
	unlink(path);
	buf_fini(&f.buf);
}

static bool is_ready(const struct pktsrc *p)
{
	struct pollfd fd = { .fd = p->ops->fd(p), .events = POLLIN };

	assert_true(fd.fd >= 0);
	return poll(&fd, 1, 0) == 1;
}

static void test_pktsrc_file_that_is_a_pipe_never_waits(void **state)
{
	const struct pktsrc_options opt = { .filter = NULL };
	struct image f = { .swapped = false };
	struct errmsg err = { "" };
	struct given g = { 0 };
	struct pktsrc *p;
	char path[64];
	int ends[2];
	size_t part;

	(void)state;
	put_mixed(&f);
	part = f.buf.len - 2 * FRAME;
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], f.buf.data, part), part);
	assert_int_equal(pktsrc_file_open(&p, path, &opt, &err), 0);
	assert_int_equal(p->ops->step(p, 1000, give, &g, &err), 2 + 28);	/* two interfaces */
	assert_int_equal(g.packets, 28);
	assert_false(is_ready(p));
	assert_int_equal(p->ops->step(p, 1000, give, &g, &err), -EAGAIN);
	assert_string_equal(err.text, "");
	assert_int_equal(write(ends[1], f.buf.data + part, 2 * FRAME), 2 * FRAME);
	assert_true(is_ready(p));
	assert_int_equal(p->ops->step(p, 1000, give, &g, &err), 2);
	assert_int_equal(p->ops->step(p, 1000, give, &g, &err), -EAGAIN);
	close(ends[1]);
	assert_true(is_ready(p));
	assert_int_equal(p->ops->step(p, 1000, give, &g, &err), 0);
	assert_int_equal(p->ops->fd(p), -1);
	assert_int_equal(g.packets, 30);
	p->ops->close(p);
	close(ends[0]);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_progress_is_in_bytes(void **state)
{
	const struct pktsrc_options opt = { .filter = NULL };
	struct image f = { .swapped = false };
	uint64_t at = 0, before = 0, size = 0;
	struct errmsg err = { "" };
	struct given g = { 0 };
	struct pktsrc *p;
	char path[64];

	(void)state;
	put_mixed(&f);
	save(&f, path);
	assert_int_equal(pktsrc_file_open(&p, path, &opt, &err), 0);
	while (p->ops->step(p, 1, give, &g, &err) > 0) {
		p->ops->progress(p, &at, &size);
		assert_true(at > before && at <= size);
		before = at;
	}
	assert_int_equal(at, f.buf.len);
	assert_int_equal(size, f.buf.len);
	assert_int_equal(p->ops->fd(p), -1);
	p->ops->close(p);
	unlink(path);
	buf_fini(&f.buf);
}

static void test_pktsrc_file_that_cannot_be_one_is_named(void **state)
{
	const struct pktsrc_options opt = { .filter = NULL };
	struct errmsg err = { "" };
	struct pktsrc *p;

	(void)state;
	assert_int_equal(pktsrc_file_open(&p, "/nonexistent/x", &opt, &err), -ENOENT);
	assert_string_equal(err.text, "cannot open /nonexistent/x: No such file or directory");
	assert_int_equal(pktsrc_file_open(&p, "/", &opt, &err), -EISDIR);
	assert_string_equal(err.text, "cannot read /: Is a directory");
	assert_int_equal(pktsrc_file_open(&p, "/dev/null", &opt, &err), -EPROTO);
	assert_string_equal(err.text, "/dev/null is empty: not a capture file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pktsrc_file_every_packet_of_pcap_is_libpcaps),
		cmocka_unit_test(test_pktsrc_file_every_packet_of_pcapng_is_libpcaps),
		cmocka_unit_test(test_pktsrc_file_of_several_link_types_is_read_whole),
		cmocka_unit_test(test_pktsrc_file_filter_is_compiled_for_each_link_type),
		cmocka_unit_test(
			test_pktsrc_file_filter_that_a_link_type_cannot_have_lets_none_of_it_pass),
		cmocka_unit_test(
			test_pktsrc_file_filter_that_the_first_link_type_cannot_have_is_told),
		cmocka_unit_test(test_pktsrc_file_bad_filter_is_told_behind_an_unknown_link_type),
		cmocka_unit_test(test_pktsrc_file_bad_filter_is_told_at_once_in_both_formats),
		cmocka_unit_test(test_pktsrc_file_filter_knows_the_byte_order),
		cmocka_unit_test(test_pktsrc_file_many_sections_share_their_filters),
		cmocka_unit_test(test_pktsrc_file_of_unknown_link_types_only_says_so),
		cmocka_unit_test(test_pktsrc_file_that_ends_early_is_one_sentence),
		cmocka_unit_test(test_pktsrc_file_that_is_cut_while_it_is_read_ends),
		cmocka_unit_test(test_pktsrc_file_that_is_a_pipe_never_waits),
		cmocka_unit_test(test_pktsrc_file_progress_is_in_bytes),
		cmocka_unit_test(test_pktsrc_file_that_cannot_be_one_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
