/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where packets come from: the AF_PACKET ring, a libpcap live handle, a capture file. Used by the
 * thread that owns it only. Packets are handed over as struct pktraw, valid until the callback
 * returns.
 */
#ifndef SOCKMON_SOURCE_PKTSRC_H
#define SOCKMON_SOURCE_PKTSRC_H

#include "base/errmsg.h"
#include "event.h"
#include "net/decode.h"
#include "net/dns.h"

struct pktsrc;

struct pktsrc_options {
	const char *interfaces;		/* comma list; "any" */
	const char *filter;		/* pcap-filter(7); NULL = everything */
	uint32_t snaplen;		/* bytes kept of each packet; 0 = default */
	uint32_t buffer_kib;		/* ring size; 0 = default */
	uint16_t netns;			/* index that its packets carry: live, of the namespace it is opened in */
};

struct pktstats {
	uint64_t dropped;		/* by the kernel, since open */
	uint64_t if_dropped;
};

struct pktsrc_ops {
	/*
	 * Looks at no more than `max` packets that are there now and hands over those that pass the
	 * filter; never waits. Returns how many it looked at (what else a file holds counts as one,
	 * too); 0: none now (live), or the end (file); -EAGAIN: none now (a file that is a pipe);
	 * else -errno: it failed or the file is broken from here on, *err says where.
	 */
	int (*step)(struct pktsrc *p, unsigned max, void (*each)(void *ctx, const struct pktraw *raw),
		    void *ctx, struct errmsg *err);
	int (*fd)(const struct pktsrc *p);	/* to poll for POLLIN; -1 = a file on disk, always ready */
	void (*stats)(struct pktsrc *p, struct pktstats *out);	/* cumulative */
	/*
	 * Takes the next name that the file gives an address; false: none now. NULL: this kind of
	 * source gives none.
	 */
	bool (*take_name)(struct pktsrc *p, struct addr *addr, char name[static DNS_NAME_MAX]);
	/* Likewise the next interface's name, and the number that its packets carry. */
	bool (*take_iface)(struct pktsrc *p, uint32_t *ifindex, char name[static EVENT_NAME_MAX]);
	/* For a progress bar: bytes read and size; 0 = unknown. NULL for live sources. */
	void (*progress)(const struct pktsrc *p, uint64_t *at, uint64_t *size);
	void (*close)(struct pktsrc *p);
};

struct pktsrc {
	const struct pktsrc_ops *ops;	/* first member of each implementation */
	bool more;	/* live, a set: the last step() left packets where it had looked at enough of one source */
	bool losing;	/* live: packets were dropped since the last stats(), which clears it. Not all sources know */
};

/*
 * Live: our ring (TPACKET_V3). Needs CAP_NET_RAW: -EPERM, and *err names the command that gives
 * it.
 */
int pktsrc_ring_open(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err);

/* Live through libpcap, where the ring cannot be had. One interface, or "any". */
int pktsrc_pcap_open_live(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err);

/*
 * A capture file, pcap or pcapng, "-" = stdin. opt->filter is applied in user space, compiled for
 * each link type; interfaces, snaplen unused.
 */
int pktsrc_file_open(struct pktsrc **out, const char *path, const struct pktsrc_options *opt,
		     struct errmsg *err);

#endif
