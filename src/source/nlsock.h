/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A non-blocking netlink socket with its receive buffer, for sources that dump: diag and rtlink.
 *
 * One dump at a time: a dump that is not read to its end makes the next one on the same socket fail
 * with EBUSY, so whoever gives one up reopens.
 */
#ifndef SOCKMON_SOURCE_NLSOCK_H
#define SOCKMON_SOURCE_NLSOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "source/netns.h"

enum {
	/* The kernel makes dump datagrams of at most 32 KiB, if the reader has room for them. */
	NLSOCK_BUFFER_BYTES = 65536,
	/* A request for a dump fits: its header, the family's own struct, an attribute or two. */
	NLSOCK_REQUEST_BYTES = 512,
};

struct nlmsghdr;
struct mnl_socket;

struct nlsock {
	struct mnl_socket *socket; /* NULL: closed */
	uint8_t *buffer;	   /* NLSOCK_BUFFER_BYTES */
	int bus;		   /* NETLINK_* */
	uint32_t groups;	   /* bits 1 << (group - 1) */
	uint32_t portid;	   /* the kernel's name for this socket */
	uint32_t seq;		   /* of the last request */
	struct netns_place where;  /* its descriptor is a copy of ours; -1: here */
};

/* where: the namespace; its descriptor is copied, since reopening needs it once more. */
int nlsock_open_in(struct nlsock *s, int bus, uint32_t groups, const struct netns_place *where);

int nlsock_reopen(struct nlsock *s); /* drops what is queued; on failure the socket is closed */
void nlsock_close(struct nlsock *s);
int nlsock_fd(const struct nlsock *s); /* -1: closed */

/* The request's sequence number is the caller's to take from next_seq(), before. */
uint32_t nlsock_next_seq(struct nlsock *s);
int nlsock_send(const struct nlsock *s, const struct nlmsghdr *request);
int nlsock_send_many(const struct nlsock *s, const void *requests, size_t len);

/*
 * One datagram, valid until the next call. -EAGAIN: nothing there. -ENOBUFS: multicasts were lost,
 * or the kernel had no memory for a dump's next part. -EMSGSIZE: it was cut. What did not come from
 * the kernel is empty.
 */
int nlsock_recv(struct nlsock *s, struct bytes *out);

#endif
