/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets through libpcap: capture files, and live where our own ring cannot be had. What libpcap
 * hands over is as hostile as the file (a capture length above the wire length, four milliards of
 * microseconds) and is put right before anybody sees it.
 *
 * Does not wait: a live handle is non-blocking, a file is always there (standard input is read as
 * it comes).
 */
#include "source/pktsrc.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "net/links.h"

enum {
	SNAPLEN_DEFAULT = 160,
	BUFFER_KIB_DEFAULT = 8192,
	TIMEOUT_MS = 50,
	GZIP_MAGIC = 0x1f,		/* no capture format begins with it */
	STDIO_BUFFER = 1 << 17,
};

/* 2^33 seconds: year 2242, and no sum of two times overflows. */
static const int64_t seconds_max = 1ll << 33;

struct pktsrc_pcap {
	struct pktsrc pktsrc;
	pcap_t *pcap;
	char *name;			/* of the file or the interface, for sentences */
	uint64_t packets;		/* read since the start */
	uint64_t size;			/* of the file, 0 = unknown */
	uint32_t ifindex;
	uint16_t linktype;
	uint16_t netns;
	bool live;
	bool has_filter;
	struct bpf_program filter;	/* a file's: live, the kernel has it */
	int failed;			/* -errno for the next step() to report */
	struct pktstats stats;
	struct pcap_stat last;		/* 32 bits wide each: only differences count */
};

/* Where a packet goes while pcap_dispatch() runs. */
struct delivery {
	struct pktsrc_pcap *p;
	void (*each)(void *ctx, const struct pktraw *raw);
	void *ctx;
	unsigned count;			/* read, whether they pass or not */
};

static struct pktsrc_pcap *pktsrc_pcap_of(struct pktsrc *p)
{
	return (struct pktsrc_pcap *)p;
}

static const struct pktsrc_pcap *pktsrc_pcap_of_const(const struct pktsrc *p)
{
	return (const struct pktsrc_pcap *)p;
}

static int64_t clamp(int64_t n, int64_t max)
{
	return n < 0 ? 0 : n < max ? n : max;
}

/* tv_usec holds nanoseconds: both kinds of handle are opened so. */
static uint64_t time_ns(const struct timeval *tv)
{
	int64_t s = tv->tv_sec;

	/* The format's seconds are unsigned; libpcap 1.10 reads them as signed. */
	if (s < 0 && s >= INT32_MIN)
		s = (uint32_t)s;
	return (uint64_t)clamp(s, seconds_max) * NSEC_PER_SEC +
	       (uint64_t)clamp(tv->tv_usec, NSEC_PER_SEC - 1);
}

static void deliver(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	struct delivery *d = (struct delivery *)(void *)user;
	struct pktraw raw = {
		.time_ns = time_ns(&h->ts),
		.data = data,
		.caplen = h->caplen,
		.wirelen = h->len < h->caplen ? h->caplen : h->len,
		.ifindex = d->p->ifindex,
		.linktype = d->p->linktype,
		.netns = d->p->netns,
	};

	d->count++;
	if (!d->p->has_filter || pcap_offline_filter(&d->p->filter, h, data))
		d->each(d->ctx, &raw);
}

static void say_failed(const struct pktsrc_pcap *p, struct errmsg *err)
{
	if (p->live)
		errmsg_set(err, "%s: %s; capture ended", p->name, pcap_geterr(p->pcap));
	else
		errmsg_set(err,
			   "%s ended early: stopped after packet %llu (%s); what was read is shown",
			   p->name, (unsigned long long)p->packets, pcap_geterr(p->pcap));
}

static int pcap_step(struct pktsrc *src, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);
	struct delivery d = { .p = p, .each = each, .ctx = ctx };

	if (!p->failed && pcap_dispatch(p->pcap, (int)max, deliver, (u_char *)&d) < 0)
		p->failed = -EIO;
	p->packets += d.count;
	if (!d.count && p->failed) {
		say_failed(p, err);
		return p->failed;
	}
	return (int)d.count;
}

static int pcap_fd(const struct pktsrc *src)
{
	const struct pktsrc_pcap *p = pktsrc_pcap_of_const(src);

	return p->live ? pcap_get_selectable_fd(p->pcap) : -1;
}

static void pcap_live_stats(struct pktsrc *src, struct pktstats *out)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);
	struct pcap_stat now;

	if (p->live && pcap_stats(p->pcap, &now) == 0) {
		p->stats.dropped += now.ps_drop - p->last.ps_drop;
		p->stats.if_dropped += now.ps_ifdrop - p->last.ps_ifdrop;
		p->last = now;
	}
	*out = p->stats;
}

static void pcap_progress(const struct pktsrc *src, uint64_t *at, uint64_t *size)
{
	const struct pktsrc_pcap *p = pktsrc_pcap_of_const(src);
	off_t offset = p->size ? ftello(pcap_file(p->pcap)) : -1;

	*size = p->size;
	*at = offset > 0 ? (uint64_t)offset : 0;
}

static void pcap_free(struct pktsrc *src)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);

	if (p->pcap)
		pcap_close(p->pcap);
	if (p->has_filter)
		pcap_freecode(&p->filter);
	free(p->name);
	free(p);
}

static const struct pktsrc_ops live_ops = {
	.step = pcap_step,
	.fd = pcap_fd,
	.stats = pcap_live_stats,
	.close = pcap_free,
};

static const struct pktsrc_ops file_ops = {
	.step = pcap_step,
	.fd = pcap_fd,
	.stats = pcap_live_stats,
	.progress = pcap_progress,
	.close = pcap_free,
};

/*
 * libpcap's interface numbers raw IP otherwise than files do
 * (https://www.tcpdump.org/linktypes.html); some files carry its numbers.
 */
static int linktype_of(int dlt)
{
	static const struct {
		int dlt, linktype;
	} differing[] = {
		{ 12, LINK_RAW },	/* DLT_RAW here and on most systems */
		{ 14, LINK_RAW },	/* on OpenBSD */
	};

	for (size_t i = 0; i < sizeof(differing) / sizeof(*differing); i++)
		if (differing[i].dlt == dlt)
			return differing[i].linktype;
	return dlt;
}

/* LINK_RAW_ETHERTYPE is ours: a file that says so means something else. */
static bool is_supported(int linktype)
{
	return linktype >= 0 && linktype <= UINT16_MAX && linktype != LINK_RAW_ETHERTYPE &&
	       link_find((uint16_t)linktype);
}

static int set_linktype(struct pktsrc_pcap *p, struct errmsg *err)
{
	char known[256] = "";
	size_t len = 0;
	const struct link *l;
	int linktype = linktype_of(pcap_datalink(p->pcap));

	if (is_supported(linktype)) {
		p->linktype = (uint16_t)linktype;
		return 0;
	}
	for (unsigned i = 0; (l = link_at(i)) && len < sizeof(known); i++)
		if (is_supported(l->linktype))
			len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s",
						len ? ", " : "", l->name);
	errmsg_set(err, "%s: link type %d is not supported (known: %s)", p->name,
		   pcap_datalink(p->pcap), known);
	return -EPROTONOSUPPORT;
}

static int compile(struct pktsrc_pcap *p, struct bpf_program *out, const char *filter,
		   struct errmsg *err)
{
	if (pcap_compile(p->pcap, out, filter, 1, PCAP_NETMASK_UNKNOWN) >= 0)
		return 0;
	errmsg_set(err, "capture filter '%s': %s; see pcap-filter(7)", filter,
		   pcap_geterr(p->pcap));
	return -EINVAL;
}

/*
 * Not given to libpcap: its pcap_dispatch() would count what passes only, and a step over a file in
 * which little does read all of it.
 */
static int set_file_filter(struct pktsrc_pcap *p, const char *filter, struct errmsg *err)
{
	int r = compile(p, &p->filter, filter, err);

	p->has_filter = !r;
	return r;
}

static int set_live_filter(struct pktsrc_pcap *p, const char *filter, struct errmsg *err)
{
	struct bpf_program code;
	int r = compile(p, &code, filter, err);

	if (r)
		return r;
	if (pcap_setfilter(p->pcap, &code) < 0) {
		errmsg_set(err, "capture filter '%s' on %s: %s", filter, p->name,
			   pcap_geterr(p->pcap));
		r = -EIO;
	}
	pcap_freecode(&code);
	return r;
}

static struct pktsrc_pcap *pktsrc_pcap_new(const struct pktsrc_ops *ops, const char *name)
{
	struct pktsrc_pcap *p = xcalloc(1, sizeof(*p));

	p->pktsrc.ops = ops;
	p->name = xstrdup(name);
	return p;
}

/* Looks at the first byte only, so that it can be put back, on a pipe too. */
static int check_first_byte(FILE *f, const char *name, struct errmsg *err)
{
	int first, r;

	errno = 0;
	first = getc(f);
	r = -errno;
	if (first == GZIP_MAGIC) {
		errmsg_set(err, "%s is gzip-compressed: run `gunzip` first", name);
		return -EPROTO;
	}
	if (first == EOF && ferror(f)) {
		errmsg_set(err, "cannot read %s: %s", name, strerror(-r));
		return r ? r : -EIO;
	}
	if (first == EOF) {
		errmsg_set(err, "%s is empty: not a capture file", name);
		return -EPROTO;
	}
	ungetc(first, f);
	return 0;
}

static int open_file(FILE **out, const char *path, const char *name, struct errmsg *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rbe");
	int r;

	if (!f) {
		r = -errno;
		errmsg_set(err, "cannot open %s: %s", name, strerror(-r));
		return r;
	}
	setvbuf(f, NULL, _IOFBF, STDIO_BUFFER);
	r = check_first_byte(f, name, err);
	if (r && !is_stdin)
		fclose(f);
	if (!r)
		*out = f;
	return r;
}

/* libpcap takes the file over, but only where it succeeds. */
static int pcap_of_file(struct pktsrc_pcap *p, FILE *f, struct errmsg *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct stat st;

	p->pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!p->pcap) {
		errmsg_set(err, "%s is not a capture file that can be read: %s", p->name, why);
		if (f != stdin)
			fclose(f);
		return -EPROTO;
	}
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode))
		p->size = (uint64_t)st.st_size;
	return 0;
}

int pktsrc_pcap_open_file(struct pktsrc **out, const char *path, const struct pktsrc_options *opt,
			  struct errmsg *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct pktsrc_pcap *p;
	FILE *f = NULL;
	int r = open_file(&f, path, name, err);

	if (r)
		return r;
	p = pktsrc_pcap_new(&file_ops, name);
	r = pcap_of_file(p, f, err);
	if (!r)
		r = set_linktype(p, err);
	if (!r && opt->filter)
		r = set_file_filter(p, opt->filter, err);
	if (r)
		pcap_free(&p->pktsrc);
	else
		*out = &p->pktsrc;
	return r;
}

static int activate(struct pktsrc_pcap *p, const struct pktsrc_options *opt, struct errmsg *err)
{
	uint32_t kib = opt->buffer_kib ? opt->buffer_kib : BUFFER_KIB_DEFAULT;
	int r;

	pcap_set_snaplen(p->pcap, (int)(opt->snaplen ? opt->snaplen : SNAPLEN_DEFAULT));
	pcap_set_buffer_size(p->pcap, kib < INT32_MAX / 1024 ? (int)kib * 1024 : INT32_MAX);
	/*
	 * Immediate mode stays off: it would make fixed frames of the ring (TPACKET_V2), 40 times
	 * dearer.
	 */
	pcap_set_timeout(p->pcap, TIMEOUT_MS);
	pcap_set_tstamp_precision(p->pcap, PCAP_TSTAMP_PRECISION_NANO);
	r = pcap_activate(p->pcap);
	if (r >= 0)
		return 0;
	errmsg_set(err, "cannot capture on %s: %s (%s)", p->name, pcap_geterr(p->pcap),
		   pcap_statustostr(r));
	if (r == PCAP_ERROR_PERM_DENIED)
		return -EPERM;
	return r == PCAP_ERROR_NO_SUCH_DEVICE ? -ENODEV : -EIO;
}

int pktsrc_pcap_open_live(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err)
{
	const char *name = opt->interfaces ? opt->interfaces : "any";
	struct pktsrc_pcap *p = pktsrc_pcap_new(&live_ops, name);
	char why[PCAP_ERRBUF_SIZE] = "";
	int r = -EIO;

	p->live = true;
	p->netns = opt->netns;
	p->ifindex = if_nametoindex(p->name);
	p->pcap = pcap_create(p->name, why);
	if (!p->pcap) {
		errmsg_set(err, "cannot capture on %s: %s", p->name, why);
		goto fail;
	}
	r = activate(p, opt, err);
	if (r)
		goto fail;
	/*
	 * "any": the second cooked form tells the interface. Where it cannot be had, the first will
	 * do.
	 */
	if (!p->ifindex)
		pcap_set_datalink(p->pcap, DLT_LINUX_SLL2);
	r = set_linktype(p, err);
	/*
	 * Always a filter, be it empty: without one the kernel copies whole packets, whatever the
	 * snaplen.
	 */
	if (!r)
		r = set_live_filter(p, opt->filter ? opt->filter : "", err);
	if (!r && pcap_setnonblock(p->pcap, 1, why) < 0) {
		errmsg_set(err, "cannot capture on %s: %s", p->name, why);
		r = -EIO;
	}
	if (r)
		goto fail;
	*out = &p->pktsrc;
	return 0;
fail:
	pcap_free(&p->pktsrc);
	return r;
}
