/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which packets get into the ring: the program that runs in the kernel (classic BPF with the
 * extensions of Documentation/networking/filter.rst), and what is left of the user's filter for
 * user space.
 *
 * In the kernel: the second copy of loopback packets is dropped; so are other interfaces than those
 * asked for by name; then the user's filter judges Ethernet-like frames. Packets of other links
 * (tunnels, PPP) have no Ethernet header that it could read: they all pass, and are judged in user
 * space by the filter compiled for bare IP. `vlan` is refused: no tag is left that it could match.
 *
 * Of each packet snaplen bytes are kept (128 or more), and all of one that comes from a UDP port of
 * DNS.
 */
#ifndef SOCKMON_SOURCE_RINGFILTER_H
#define SOCKMON_SOURCE_RINGFILTER_H

#include <linux/filter.h>

#include "base/errmsg.h"
#include "net/decode.h"

struct bpf_program;

enum { RINGFILTER_INTERFACES_MAX = 32 };

struct ringfilter {
	struct sock_filter *insns;
	unsigned count;
	uint32_t interfaces[RINGFILTER_INTERFACES_MAX];	/* by index */
	unsigned interface_count;			/* 0 = all */
	bool has_user_filter;
	struct bpf_program *raw;	/* the user's for bare IP; NULL: it needs a link header */
};

/*
 * interfaces: comma list, "any" or NULL. filter: NULL = everything. -ENODEV, -EINVAL with the
 * sentence.
 */
int ringfilter_init(struct ringfilter *f, const char *interfaces, const char *filter,
		    uint32_t snaplen, struct errmsg *err);
void ringfilter_fini(struct ringfilter *f);

struct sock_fprog ringfilter_program(const struct ringfilter *f);	/* borrowed from f */

/* Is a packet that the kernel passed wanted? Only those that are not Ethernet are looked at. */
bool ringfilter_passes(const struct ringfilter *f, const struct pktraw *raw);

bool ringfilter_is_ethernet(unsigned hatype);	/* ARPHRD_* whose frames have an Ethernet header */

#endif
