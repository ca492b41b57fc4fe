/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets out of the text files of /proc/net (proc(5)): for families without a *_diag module, and
 * for namespaces that may not be entered (/proc/PID/net of another's is readable by anyone).
 *
 * No cookie is in them: the identity is made of (namespace, protocol, inode), or of the tuple where
 * the inode is 0 (source/sockrow.h), and HAS_COOKIE is not set. Of a listening TCP socket the file
 * has the accept queue but not its limit: send_q is 0 there and means unknown.
 *
 * Lines are untrusted: split on blanks and colons, never by column. A UNIX socket's path is printed
 * as it is, so a line feed in one makes two lines of it; the second is passed over, or a lie.
 */
#ifndef SOCKMON_SOURCE_PROCNET_H
#define SOCKMON_SOURCE_PROCNET_H

#include "event.h"

struct family;

struct procnet {
	const char *file;	/* "raw6", "sctp/eps" */

	/*
	 * One line without its end; false: malformed. The heading is not given. Sets sock and more,
	 * but dump, dump_gen and netns, of which netns must be right: it is part of the identity. A
	 * row that the dump would not have (a connection that was not accepted yet) is told by
	 * *skip.
	 */
	bool (*parse)(const struct family *f, const char *line, struct event *out, bool *skip);
};

extern const struct procnet procnet_tcp, procnet_tcp6, procnet_udp, procnet_udp6, procnet_udplite,
	procnet_udplite6, procnet_raw, procnet_raw6, procnet_icmp, procnet_icmp6, procnet_unix,
	procnet_packet, procnet_netlink, procnet_sctp_eps, procnet_sctp_assocs;

/* A file that is being read, in slices. */
struct procnet_read;

/* dir: "/proc/net"; 0 or -errno (-ENOENT: this kernel has no such file). */
int procnet_open(struct procnet_read **out, const char *dir, const struct procnet *p);

/*
 * Reads until deadline_ns of clock_mono_ns(), one event to `out` a line; base has time_ns, dump,
 * dump_gen and netns. 1: there is more, 0: the file is read, -errno. Each call reads at least one
 * piece, however late it is. *malformed is raised by the lines that could not be read.
 */
int procnet_step(struct procnet_read *r, const struct family *f, const struct event *base,
		 uint64_t deadline_ns, const struct sink *out, uint32_t *malformed);
void procnet_close(struct procnet_read *r);	/* NULL is fine */

#endif
