/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live packets from our own AF_PACKET ring (TPACKET_V3; packet(7),
 * Documentation/networking/packet_mmap.rst). libpcap's ring loses VLAN tags on "any" and the
 * segment size of super-packets; this one keeps both.
 *
 * Owns the socket, the ring and the user's filter. The filter that runs in the kernel is in
 * ringfilter.c. Follows no interface by name: one that is deleted and made again is another one.
 */
#include "source/pktsrc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "net/links.h"
#include "source/ringfilter.h"

enum {
	/* Ethernet, two tags, IPv6 with a few extension headers, TCP with all its options. */
	SNAPLEN_DEFAULT = 160,
	SNAPLEN_MIN = 128,
	BUFFER_KIB_DEFAULT = 8192,
	BUFFER_KIB_MAX = 1 << 20,
	BLOCK_KIB = 256,
	FRAME_BYTES = 2048,	/* has to divide the block; not used otherwise in V3 */
	RETIRE_MS = 50,
	CACHE_LINE = 64,
	FETCHED_LINES = 3,	/* the ring's headers, and those of Ethernet, IP, TCP */
	ADDRESS_AT = (sizeof(struct tpacket3_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT *
		     TPACKET_ALIGNMENT,	/* of the sockaddr_ll behind a packet's header */
};

#define LOOK_NS NSEC_PER_SEC	/* between two looks whether the interfaces are there */

_Static_assert(sizeof(struct virtio_net_hdr) == 10, "it lies right before the frame");

struct pktsrc_ring {
	struct pktsrc pktsrc;
	int fd;
	uint8_t *ring;
	size_t block_count;
	size_t block;			/* the one that is read now or next */
	uint32_t left;			/* packets of it still to hand over */
	bool in_block;
	bool has_vnet;
	uint16_t netns;
	const uint8_t *next;		/* the next packet of it */
	struct ringfilter filter;
	char *interfaces;		/* as asked for, for sentences; NULL = all */
	uint64_t look_ns;		/* when to look next whether they are there (monotonic) */
	uint64_t gone_ns;		/* when none was there any more (monotonic); 0 = some are */
	uint64_t dropped;
};

static struct pktsrc_ring *ring_of(struct pktsrc *p)
{
	return (struct pktsrc_ring *)p;
}

static struct tpacket_block_desc *block_at(const struct pktsrc_ring *p, size_t i)
{
	return (struct tpacket_block_desc *)(void *)(p->ring + i * BLOCK_KIB * 1024);
}

/* ---- packets */

static uint8_t way_of(unsigned pkttype)
{
	static const uint8_t ways[] = {
		[PACKET_HOST] = PKT_IN,
		[PACKET_BROADCAST] = PKT_IN,
		[PACKET_MULTICAST] = PKT_IN,
		[PACKET_OTHERHOST] = PKT_SEEN,
		[PACKET_OUTGOING] = PKT_OUT,
	};

	return pkttype < sizeof(ways) ? ways[pkttype] : PKT_SEEN;
}

static uint16_t gso_size_of(const uint8_t *frame)
{
	struct virtio_net_hdr v;

	memcpy(&v, frame - sizeof(v), sizeof(v));
	return v.gso_type == VIRTIO_NET_HDR_GSO_NONE ? 0 : v.gso_size;
}

/*
 * Fetches what will be looked at of a packet, which another core has written. Always inlined: see
 * flowtracks_prefetch().
 */
static inline __attribute__((always_inline)) void fetch(const uint8_t *at)
{
	for (unsigned i = 0; i < FETCHED_LINES; i++)
		__builtin_prefetch(at + (size_t)i * CACHE_LINE);
}

static void raw_of(const struct pktsrc_ring *p, const struct tpacket3_hdr *h, struct pktraw *raw)
{
	const uint8_t *start = (const uint8_t *)h;
	const struct sockaddr_ll *ll = (const void *)(start + ADDRESS_AT);

	*raw = (struct pktraw){
		.time_ns = h->tp_sec * NSEC_PER_SEC + h->tp_nsec,
		.data = start + h->tp_mac,
		.caplen = h->tp_snaplen,
		.wirelen = h->tp_len,
		.ifindex = (uint32_t)ll->sll_ifindex,
		.linktype = LINK_ETHERNET,
		.vlan = h->tp_status & TP_STATUS_VLAN_VALID ? h->hv1.tp_vlan_tci & 0xfff : 0,
		.gso_size = p->has_vnet ? gso_size_of(start + h->tp_mac) : 0,
		.way = way_of(ll->sll_pkttype),
		.netns = p->netns,
	};
	if (ll->sll_hatype != ARPHRD_ETHER && !ringfilter_is_ethernet(ll->sll_hatype)) {
		/* Tunnels, PPP and the like: their link header is not looked at. */
		uint32_t header = (uint32_t)(h->tp_net - h->tp_mac);

		header = header < raw->caplen ? header : raw->caplen;
		raw->data += header;
		raw->caplen -= header;
		raw->wirelen -= header;
		raw->linktype = LINK_RAW_ETHERTYPE;
		raw->ethertype = ntohs(ll->sll_protocol);
	}
}

/* Opens the next block that the kernel has given us, if there is one. */
static bool block_open(struct pktsrc_ring *p)
{
	struct tpacket_block_desc *b = block_at(p, p->block);

	uint32_t status = __atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE);

	if (!(status & TP_STATUS_USER))
		return false;
	/* Set from the first packet that is dropped until the statistics are read (prb_close_block()). */
	p->pktsrc.losing = p->pktsrc.losing || status & TP_STATUS_LOSING;
	p->left = b->hdr.bh1.num_pkts;
	p->next = (const uint8_t *)b + b->hdr.bh1.offset_to_first_pkt;
	p->in_block = true;
	return true;
}

static void block_close(struct pktsrc_ring *p)
{
	struct tpacket_block_desc *b = block_at(p, p->block);

	__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	p->block = (p->block + 1) % p->block_count;
	p->in_block = false;
}

/* Asked over its own socket: the thread may be in another namespace. */
static bool is_any_there(const struct pktsrc_ring *p)
{
	for (unsigned i = 0; i < p->filter.interface_count; i++) {
		struct ifreq r = { .ifr_ifindex = (int)p->filter.interfaces[i] };

		if (ioctl(p->fd, SIOCGIFNAME, &r) == 0)
			return true;
	}
	return false;
}

/*
 * A link that is down comes back; one that is deleted does not, and the kernel tells both by one
 * ENETDOWN, the deletion of one that is down or one of several by nothing at all (packet_notifier()
 * in net/packet/af_packet.c). So while no packet comes they are looked for, now and then. What was
 * captured before they went is still to come: the kernel hands its last block over when that
 * retires.
 */
static bool is_gone(struct pktsrc_ring *p)
{
	uint64_t now;

	if (!p->filter.interface_count)
		return false;
	now = clock_mono_ns();
	if (!p->gone_ns && now >= p->look_ns) {
		p->look_ns = now + LOOK_NS;
		if (!is_any_there(p))
			p->gone_ns = now;
	}
	return p->gone_ns && now - p->gone_ns > 2 * RETIRE_MS * NSEC_PER_MSEC;
}

static int check_socket(struct pktsrc_ring *p, struct errmsg *err)
{
	socklen_t len = sizeof(int);
	int e = 0;

	/* Reading it clears it, or poll() would spin. */
	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0)
		e = errno;
	if (e == ENETDOWN)
		p->look_ns = 0;
	if (is_gone(p)) {
		errmsg_set(err, "interface %s disappeared; capture ended", p->interfaces);
		return -ENODEV;
	}
	if (!e || e == ENETDOWN)
		return 0;
	errmsg_set(err, "capture ended: %s", strerror(e));
	return -e;
}

static int ring_step(struct pktsrc *src, unsigned max,
		     void (*each)(void *ctx, const struct pktraw *raw), void *ctx,
		     struct errmsg *err)
{
	struct pktsrc_ring *p = ring_of(src);
	unsigned count = 0;
	struct pktraw raw;

	while (count < max && (p->in_block || block_open(p))) {
		for (; p->left && count < max; p->left--) {
			const struct tpacket3_hdr *h = (const void *)p->next;

			p->next += h->tp_next_offset;
			/* The one after the next, if it is as far as that: a guess may be wrong. */
			fetch(p->next + h->tp_next_offset);
			count++;
			raw_of(p, h, &raw);
			if (!p->filter.has_user_filter || ringfilter_passes(&p->filter, &raw))
				each(ctx, &raw);
		}
		if (!p->left)
			block_close(p);
	}
	return count ? (int)count : check_socket(p, err);
}

static int ring_fd(const struct pktsrc *src)
{
	return ((const struct pktsrc_ring *)src)->fd;
}

static void ring_stats(struct pktsrc *src, struct pktstats *out)
{
	struct pktsrc_ring *p = ring_of(src);
	struct tpacket_stats_v3 s;
	socklen_t len = sizeof(s);

	/* Reading resets them. */
	if (getsockopt(p->fd, SOL_PACKET, PACKET_STATISTICS, &s, &len) == 0)
		p->dropped += s.tp_drops;
	src->losing = false;
	*out = (struct pktstats){ .dropped = p->dropped };
}

static void ring_close(struct pktsrc *src)
{
	struct pktsrc_ring *p = ring_of(src);

	if (p->ring)
		munmap(p->ring, p->block_count * BLOCK_KIB * 1024);
	if (p->fd >= 0)
		close(p->fd);
	ringfilter_fini(&p->filter);
	free(p->interfaces);
	free(p);
}

static const struct pktsrc_ops ring_ops = {
	.step = ring_step,
	.fd = ring_fd,
	.stats = ring_stats,
	.close = ring_close,
};

/* ---- opening */

static int open_socket(struct pktsrc_ring *p, struct errmsg *err)
{
	char self[PATH_MAX];
	ssize_t len;
	int r;

	/* Protocol 0: nothing arrives before the filter is on. */
	p->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd >= 0)
		return 0;
	r = -errno;
	if (r == -EPERM || r == -EACCES) {
		len = readlink("/proc/self/exe", self, sizeof(self) - 1);
		self[len > 0 ? len : 0] = '\0';
		errmsg_set(err,
			   "packets need CAP_NET_RAW: run `sudo sockmon`, or once "
			   "`sudo setcap cap_net_raw,cap_sys_ptrace,cap_dac_read_search+ep %s`",
			   len > 0 ? self : "PATH-of-sockmon");
	} else {
		errmsg_set(err, "cannot open a packet socket: %s", strerror(-r));
	}
	return r;
}

static int set_option(const struct pktsrc_ring *p, int name, const void *value, socklen_t len,
		      const char *what, struct errmsg *err)
{
	int level = name == SO_ATTACH_FILTER ? SOL_SOCKET : SOL_PACKET, r;

	if (setsockopt(p->fd, level, name, value, len) == 0)
		return 0;
	r = -errno;
	errmsg_set(err, "the kernel refused %s: %s", what, strerror(-r));
	return r;
}

static int map_ring(struct pktsrc_ring *p, uint32_t kib, struct errmsg *err)
{
	struct tpacket_req3 req = { .tp_block_size = BLOCK_KIB * 1024, .tp_frame_size = FRAME_BYTES,
				    .tp_retire_blk_tov = RETIRE_MS };
	void *ring;
	int r;

	kib = kib ? kib : BUFFER_KIB_DEFAULT;
	kib = kib < BUFFER_KIB_MAX ? kib : BUFFER_KIB_MAX;
	/* One block is filled while another is read. */
	req.tp_block_nr = kib < 2 * BLOCK_KIB ? 2 : kib / BLOCK_KIB;
	req.tp_frame_nr = req.tp_block_nr * (req.tp_block_size / req.tp_frame_size);
	r = set_option(p, PACKET_RX_RING, &req, sizeof(req),
		       "the capture buffer (try a smaller -B)", err);
	if (r)
		return r;
	p->block_count = req.tp_block_nr;
	ring = mmap(NULL, (size_t)req.tp_block_size * req.tp_block_nr, PROT_READ | PROT_WRITE,
		    MAP_SHARED, p->fd, 0);
	if (ring == MAP_FAILED) {
		r = -errno;
		errmsg_set(err, "cannot map the capture buffer: %s", strerror(-r));
		return r;
	}
	p->ring = ring;
	return 0;
}

static int bind_ring(struct pktsrc_ring *p, struct errmsg *err)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int r;

	/* A socket is bound to one interface or to all; of several, the filter chooses. */
	if (p->filter.interface_count == 1)
		ll.sll_ifindex = (int)p->filter.interfaces[0];
	if (bind(p->fd, (const struct sockaddr *)&ll, sizeof(ll)) == 0)
		return 0;
	r = -errno;
	errmsg_set(err, "cannot capture on %s: %s", p->interfaces ? p->interfaces : "any",
		   strerror(-r));
	return r;
}

/* The order matters: packet(7) wants the version and the vnet header before the ring. */
static int set_up(struct pktsrc_ring *p, uint32_t buffer_kib, struct errmsg *err)
{
	int version = TPACKET_V3, on = 1;
	struct sock_fprog prog = ringfilter_program(&p->filter);
	int r = set_option(p, PACKET_VERSION, &version, sizeof(version), "a packet ring", err);

	/* Without it segments are counted as packets. */
	p->has_vnet = setsockopt(p->fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) == 0;
	if (!r)
		r = set_option(p, SO_ATTACH_FILTER, &prog, sizeof(prog), "the capture filter", err);
	if (!r)
		r = map_ring(p, buffer_kib, err);
	return r ? r : bind_ring(p, err);
}

int pktsrc_ring_open(struct pktsrc **out, const struct pktsrc_options *opt, struct errmsg *err)
{
	struct pktsrc_ring *p = xcalloc(1, sizeof(*p));
	uint32_t snaplen = opt->snaplen ? opt->snaplen : SNAPLEN_DEFAULT;
	int r;

	p->pktsrc.ops = &ring_ops;
	p->fd = -1;
	p->netns = opt->netns;
	r = ringfilter_init(&p->filter, opt->interfaces, opt->filter,
			    snaplen < SNAPLEN_MIN ? SNAPLEN_MIN : snaplen, err);
	if (!r)
		r = open_socket(p, err);
	if (r)
		goto fail;
	if (p->filter.interface_count)
		p->interfaces = xstrdup(opt->interfaces);
	r = set_up(p, opt->buffer_kib, err);
	if (r)
		goto fail;
	*out = &p->pktsrc;
	return 0;
fail:
	ring_close(&p->pktsrc);
	return r;
}
