/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink messages and attributes (linux/netlink.h) read from a bounded run of bytes: the reading
 * side of diag and rtlink. libmnl's own walkers round the end up to 4, past a message whose length
 * is not.
 *
 * The bytes begin at a multiple of 4, as every receive buffer does; values in them are aligned to 4
 * at most, so whoever wants one copies it. Everything handed out is borrowed from the bytes.
 */
#ifndef SOCKMON_SOURCE_NLREAD_H
#define SOCKMON_SOURCE_NLREAD_H

#include <errno.h>
#include <linux/netlink.h>

#include "base/bytes.h"

struct nlread_attr {
	uint16_t type; /* without the flag bits */
	size_t len;    /* of data */
	const uint8_t *data;
};

static inline void nlread_skip_padded(struct bytes *b, size_t len)
{
	size_t padded = NLMSG_ALIGN(len);

	b->p += padded < bytes_left(b) ? padded : bytes_left(b);
}

/* The next message, consumed; NULL at the end, and, with bytes left, where it does not fit. */
static inline const struct nlmsghdr *nlread_msg(struct bytes *b)
{
	const struct nlmsghdr *msg = (const void *)b->p;

	if (bytes_left(b) < sizeof(*msg) || msg->nlmsg_len < sizeof(*msg) ||
	    msg->nlmsg_len > bytes_left(b))
		return NULL;
	nlread_skip_padded(b, msg->nlmsg_len);
	return msg;
}

/* What follows the message's header. */
static inline struct bytes nlread_payload(const struct nlmsghdr *msg)
{
	return bytes_of((const uint8_t *)msg + sizeof(*msg), msg->nlmsg_len - sizeof(*msg));
}

/* The next attribute, consumed; false at the end, and, with bytes left, where it does not fit. */
static inline bool nlread_attr(struct bytes *b, struct nlread_attr *out)
{
	struct nlattr head;

	if (bytes_left(b) < sizeof(head))
		return false;
	memcpy(&head, b->p, sizeof(head));
	if (head.nla_len < sizeof(head) || head.nla_len > bytes_left(b))
		return false;
	out->type = head.nla_type & NLA_TYPE_MASK;
	out->len = head.nla_len - sizeof(head);
	out->data = b->p + sizeof(head);
	nlread_skip_padded(b, head.nla_len);
	return true;
}

/*
 * What NLMSG_DONE or NLMSG_ERROR says: 0 or -errno. A dump whose *_diag module is missing ends in a
 * DONE with -ENOENT, which libmnl takes for an empty table.
 */
static inline int nlread_status(const struct nlmsghdr *msg)
{
	struct bytes payload = nlread_payload(msg);
	int status;

	if (!bytes_copy(&payload, &status, sizeof(status)))
		return msg->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	return status > 0 ? -EBADMSG : status;
}

#endif
