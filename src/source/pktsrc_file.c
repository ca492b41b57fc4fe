/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets from a capture file, as a packet source: opens the file, gives its bytes to the reader
 * (capfile.h), applies the capture filter, which libpcap compiles for each link type, and words how
 * it ended. Owns the descriptor, unless it is standard input.
 *
 * Waits for a pipe while it opens it, and never after that.
 */
#include "source/pktsrc.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/xalloc.h"
#include "source/capfile.h"
#include "source/pktlink.h"

enum { PCAP_HEADER_BYTES = 24, SNAPLEN = 262144 };

/* The capture filter, compiled. */
struct filtercode {
	uint16_t link;
	bool swapped;
	bool fits;			/* false: it asks for what such packets have not */
	struct bpf_program program;	/* where it fits */
};

struct pktsrc_file {
	struct pktsrc pktsrc;
	struct capfile *file;
	char *name;			/* for sentences */
	uint64_t size;			/* 0 = unknown: not a regular file */
	int fd;
	bool is_regular;		/* never waits */
	bool done;
	int failed;			/* -errno for the next step() to report, `why` says it */
	struct errmsg why;
	char *filter;			/* NULL: everything passes */
	struct filtercode *codes;	/* by capiface.mark: at most two for each link type */
	int16_t code_count;
};

static struct pktsrc_file *pktsrc_file_of(struct pktsrc *p)
{
	return (struct pktsrc_file *)p;
}

static const struct pktsrc_file *pktsrc_file_of_const(const struct pktsrc *p)
{
	return (const struct pktsrc_file *)p;
}

/* ---- input */

static bool is_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

static ssize_t read_input(void *ctx, void *to, size_t n, bool wait)
{
	const struct pktsrc_file *p = ctx;
	ssize_t got;

	if (!wait && !p->is_regular && !is_ready(p->fd))
		return -EAGAIN;
	do {
		got = read(p->fd, to, n);
	} while (got < 0 && errno == EINTR && !signals_say_stop());
	return got < 0 ? -errno : got;
}

static int open_input(struct pktsrc_file *p, const char *path, struct errmsg *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct stat st;

	p->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (p->fd < 0 || fstat(p->fd, &st) < 0) {
		int r = -errno;

		errmsg_set(err, "cannot open %s: %s", p->name, strerror(-r));
		return r;
	}
	p->is_regular = S_ISREG(st.st_mode);
	if (p->is_regular)
		p->size = (uint64_t)st.st_size;
	posix_fadvise(p->fd, 0, 0, POSIX_FADV_SEQUENTIAL);	/* no pipe minds */
	return 0;
}

/* ---- the capture filter */

/*
 * A handle that compiles as for a file of that link type and byte order: LINKTYPE_NULL has its
 * family in the order of the file, and pcap_open_dead() has no way to say so.
 */
static pcap_t *open_handle(uint16_t link, bool swapped, char why[PCAP_ERRBUF_SIZE])
{
	uint32_t header[] = { 0xa1b2c3d4, 0, 0, 0, SNAPLEN, link };
	const uint16_t version[] = { 2, 4 };
	pcap_t *pcap;
	FILE *f;

	memcpy(&header[1], version, sizeof(version));
	if (swapped) {
		for (size_t i = 0; i < sizeof(header) / sizeof(*header); i++)
			header[i] = __builtin_bswap32(header[i]);
		header[1] = header[1] << 16 | header[1] >> 16;	/* two numbers of 16 bits */
	}
	f = fmemopen(header, PCAP_HEADER_BYTES, "r");
	if (!f) {
		snprintf(why, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
		return NULL;
	}
	/* It is read at once, so the header may go. */
	pcap = pcap_fopen_offline(f, why);
	if (!pcap)
		fclose(f);
	return pcap;
}

static int compile(const struct pktsrc_file *p, struct filtercode *out, struct errmsg *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = open_handle(out->link, out->swapped, why);
	int r = 0;

	if (!pcap || pcap_compile(pcap, &out->program, p->filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		errmsg_set(err, "capture filter '%s' for %s packets of %s: %s; see pcap-filter(7)",
			   p->filter, pktlink_name(out->link), p->name,
			   pcap ? pcap_geterr(pcap) : why);
		r = -EINVAL;
	}
	if (pcap)
		pcap_close(pcap);
	return r;
}

/*
 * Sets i->mark. One whose packets are not decoded keeps none: none of them passes. An error is that
 * of the file's first link type alone: where the filter is good for one and asks for what another
 * has not (an Ethernet address), none of the other's packets passes, and the rest is read.
 */
static int find_code(struct pktsrc_file *p, struct capiface *i, struct errmsg *err)
{
	struct filtercode code = { .link = i->link, .swapped = capfile_is_swapped(p->file) };
	int16_t n = 0;

	if (!p->filter || i->mark != CAPFILE_NO_MARK || i->link == PKTLINK_UNKNOWN)
		return 0;
	while (n < p->code_count &&
	       (p->codes[n].link != code.link || p->codes[n].swapped != code.swapped))
		n++;
	if (n == p->code_count) {
		int r = compile(p, &code, err);

		code.fits = !r;
		if (r && !n)
			return r;
		p->codes = xreallocarray(p->codes, (size_t)n + 1, sizeof(*p->codes));
		p->codes[p->code_count++] = code;
	}
	i->mark = n;
	return 0;
}

static bool passes(const struct pktsrc_file *p, const struct capiface *i, const struct pktraw *raw)
{
	struct pcap_pkthdr h = { .caplen = raw->caplen, .len = raw->wirelen };

	return i->mark != CAPFILE_NO_MARK && p->codes[i->mark].fits &&
	       pcap_offline_filter(&p->codes[i->mark].program, &h, raw->data);
}

/* ---- the source */

static void note_end(struct pktsrc_file *p)
{
	uint32_t link;

	p->done = true;
	if (capfile_has_only_unknown_links(p->file, &link))
		p->failed = pktlink_refuse(p->name, link, &p->why);
}

static void note_failure(struct pktsrc_file *p, int r, const struct errmsg *why)
{
	p->done = true;
	p->failed = r;
	errmsg_set(&p->why,
		   "%s ended early: stopped after packet %llu (%s); what was read is shown",
		   p->name, (unsigned long long)capfile_packets(p->file), why->text);
}

/* One record. What capfile_next() returns; CAPRECORD_END after a failure, too: it is noted. */
static int step_record(struct pktsrc_file *p, void (*each)(void *ctx, const struct pktraw *raw),
		       void *ctx)
{
	struct capiface *iface;
	struct errmsg why;	/* set by a failure, and not zeroed for every packet */
	struct pktraw raw;
	int r = capfile_next(p->file, false, &raw, &iface, &why);

	if (r == CAPRECORD_END)
		note_end(p);
	else if (r < 0 && r != -EAGAIN)
		note_failure(p, r, &why);
	if (r != CAPRECORD_PACKET)
		return r < 0 && r != -EAGAIN ? CAPRECORD_END : r;
	if (!p->filter) {
		each(ctx, &raw);
		return CAPRECORD_PACKET;
	}
	p->failed = find_code(p, iface, &p->why);
	if (p->failed) {
		p->done = true;
		return CAPRECORD_END;
	}
	if (passes(p, iface, &raw))
		each(ctx, &raw);
	return CAPRECORD_PACKET;
}

static int file_step(struct pktsrc *src, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct pktsrc_file *p = pktsrc_file_of(src);
	unsigned count = 0;
	int r = CAPRECORD_OTHER;

	while (count < max && r > 0 && !p->done) {
		r = step_record(p, each, ctx);
		count += r > 0;
	}
	if (count)
		return (int)count;
	if (p->failed)
		*err = p->why;
	return p->done ? p->failed : r;
}

static int file_fd(const struct pktsrc *src)
{
	const struct pktsrc_file *p = pktsrc_file_of_const(src);

	return p->is_regular || p->done ? -1 : p->fd;
}

static void file_stats(struct pktsrc *src, struct pktstats *out)
{
	*out = (struct pktstats){ 0 };
	capfile_lost(pktsrc_file_of(src)->file, &out->dropped, &out->if_dropped);
}

static bool file_take_name(struct pktsrc *src, struct addr *addr, char name[static DNS_NAME_MAX])
{
	return capfile_take_name(pktsrc_file_of(src)->file, addr, name);
}

static bool file_take_iface(struct pktsrc *src, uint32_t *ifindex, char name[static EVENT_NAME_MAX])
{
	return capfile_take_iface(pktsrc_file_of(src)->file, ifindex, name);
}

static void file_progress(const struct pktsrc *src, uint64_t *at, uint64_t *size)
{
	const struct pktsrc_file *p = pktsrc_file_of_const(src);

	*at = capfile_offset(p->file);
	*size = p->size;
}

static void file_close(struct pktsrc *src)
{
	struct pktsrc_file *p = pktsrc_file_of(src);

	capfile_close(p->file);
	if (p->fd > STDIN_FILENO)
		close(p->fd);
	for (int16_t i = 0; i < p->code_count; i++)
		if (p->codes[i].fits)
			pcap_freecode(&p->codes[i].program);
	free(p->codes);
	free(p->filter);
	free(p->name);
	free(p);
}

static const struct pktsrc_ops ops = {
	.step = file_step,
	.fd = file_fd,
	.stats = file_stats,
	.take_name = file_take_name,
	.take_iface = file_take_iface,
	.progress = file_progress,
	.close = file_close,
};

/*
 * pcap has one link type. pcapng may have others further on: there, none that is known is told at
 * the end only.
 */
static int check_first_iface(struct pktsrc_file *p, struct errmsg *err)
{
	struct capiface *i = capfile_first_iface(p->file);

	if (!i)
		return 0;
	if (i->link == PKTLINK_UNKNOWN && capfile_has_one_link(p->file))
		return pktlink_refuse(p->name, i->file_link, err);
	return find_code(p, i, err);
}

int pktsrc_file_open(struct pktsrc **out, const char *path, const struct pktsrc_options *opt,
		     struct errmsg *err)
{
	struct pktsrc_file *p = xcalloc(1, sizeof(*p));
	const struct capinput input = { .read = read_input, .ctx = p };
	int r;

	p->pktsrc.ops = &ops;
	p->name = xstrdup(strcmp(path, "-") == 0 ? "standard input" : path);
	p->filter = opt->filter ? xstrdup(opt->filter) : NULL;
	r = open_input(p, path, err);
	if (!r)
		r = capfile_open(&p->file, &input, p->name, err);
	if (!r)
		r = check_first_iface(p, err);
	if (r)
		file_close(&p->pktsrc);
	else
		*out = &p->pktsrc;
	return r;
}
