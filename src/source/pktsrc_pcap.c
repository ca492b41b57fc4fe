/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets through libpcap, where our own ring cannot be had. Live only: capture files are read by
 * pktsrc_file.c. What libpcap hands over is put right before anybody sees it. Does not wait: the
 * handle is non-blocking.
 */
#include "source/pktsrc.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/pktlink.h"

enum {
	SNAPLEN_DEFAULT = 160,
	BUFFER_KIB_DEFAULT = 8192,
	TIMEOUT_MS = 50,
};

/* 2^33 seconds: year 2242, and no sum of two times overflows. */
static const int64_t seconds_max = 1ll << 33;

struct pktsrc_pcap {
	struct pktsrc pktsrc;
	pcap_t *pcap;
	char *name;			/* of the interface, for sentences */
	uint32_t ifindex;
	uint16_t linktype;
	uint16_t netns;
	int failed;			/* -errno for the next step() to report */
	struct pktstats stats;
	struct pcap_stat last;		/* 32 bits wide each: only differences count */
};

/* Where a packet goes while pcap_dispatch() runs. */
struct delivery {
	struct pktsrc_pcap *p;
	void (*each)(void *ctx, const struct pktraw *raw);
	void *ctx;
	unsigned count;
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

/* tv_usec holds nanoseconds: the handle is opened so. */
static uint64_t time_ns(const struct timeval *tv)
{
	return (uint64_t)clamp(tv->tv_sec, seconds_max) * NSEC_PER_SEC +
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
	d->each(d->ctx, &raw);
}

static int pcap_step(struct pktsrc *src, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);
	struct delivery d = { .p = p, .each = each, .ctx = ctx };

	if (!p->failed && pcap_dispatch(p->pcap, (int)max, deliver, (u_char *)&d) < 0)
		p->failed = -EIO;
	if (!d.count && p->failed) {
		errmsg_set(err, "%s: %s; capture ended", p->name, pcap_geterr(p->pcap));
		return p->failed;
	}
	return (int)d.count;
}

static int pcap_fd(const struct pktsrc *src)
{
	return pcap_get_selectable_fd(pktsrc_pcap_of_const(src)->pcap);
}

static void pcap_counts(struct pktsrc *src, struct pktstats *out)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);
	struct pcap_stat now;

	if (pcap_stats(p->pcap, &now) == 0) {
		p->stats.dropped += now.ps_drop - p->last.ps_drop;
		p->stats.if_dropped += now.ps_ifdrop - p->last.ps_ifdrop;
		p->last = now;
	}
	*out = p->stats;
}

static void pcap_free(struct pktsrc *src)
{
	struct pktsrc_pcap *p = pktsrc_pcap_of(src);

	if (p->pcap)
		pcap_close(p->pcap);
	free(p->name);
	free(p);
}

static const struct pktsrc_ops ops = {
	.step = pcap_step,
	.fd = pcap_fd,
	.stats = pcap_counts,
	.close = pcap_free,
};

static int set_linktype(struct pktsrc_pcap *p, struct errmsg *err)
{
	uint32_t dlt = (uint32_t)pcap_datalink(p->pcap);

	p->linktype = pktlink_of(dlt);
	return p->linktype == PKTLINK_UNKNOWN ? pktlink_refuse(p->name, dlt, err) : 0;
}

static int set_filter(struct pktsrc_pcap *p, const char *filter, struct errmsg *err)
{
	struct bpf_program code;
	int r = 0;

	if (pcap_compile(p->pcap, &code, filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		errmsg_set(err, "capture filter '%s': %s; see pcap-filter(7)", filter,
			   pcap_geterr(p->pcap));
		return -EINVAL;
	}
	if (pcap_setfilter(p->pcap, &code) < 0) {
		errmsg_set(err, "capture filter '%s' on %s: %s", filter, p->name,
			   pcap_geterr(p->pcap));
		r = -EIO;
	}
	pcap_freecode(&code);
	return r;
}

static struct pktsrc_pcap *pktsrc_pcap_new(const char *name)
{
	struct pktsrc_pcap *p = xcalloc(1, sizeof(*p));

	p->pktsrc.ops = &ops;
	p->name = xstrdup(name);
	return p;
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
	struct pktsrc_pcap *p = pktsrc_pcap_new(name);
	char why[PCAP_ERRBUF_SIZE] = "";
	int r = -EIO;

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
		r = set_filter(p, opt->filter ? opt->filter : "", err);
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
