/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waist 1: all that a source may say. Read this file first.
 *
 * Sources (live netlink, /proc, rtnetlink, live capture, a capture file, a synthetic host) produce
 * struct event; model_apply() is the only consumer that changes anything. Records are plain data: they
 * own no pointers, and strings are NUL-terminated, unsanitised bytes from outside (may be hostile; made
 * harmless where they are shown).
 *
 * Every count is cumulative, so a reader that misses an event is late, never wrong.
 * time_ns is event time: nanoseconds since the epoch, never running backwards within a source.
 */
#ifndef SOCKMON_EVENT_H
#define SOCKMON_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "net/flowtab.h"
#include "net/sockproto.h"
#include "net/tcpinfo.h"

enum eventkind {
	EV_HOST,	/* whose data this is; first event of a run */
	EV_SOCKET,	/* a socket as it is now (insert or update) */
	EV_DUMP_DONE,	/* a dump ended: sweep what it did not mention, if it was complete */
	EV_FLOW,	/* a flow's counters, or its end */
	EV_CAPTURE,	/* the capture's totals */
	EV_PROC,	/* a process: seen, or changed */
	EV_PROC_GONE,
	EV_HOLDER,	/* a descriptor of a process refers to a socket (or no longer does) */
	EV_PROC_PASS,	/* a whole pass over /proc ended */
	EV_IFACE,	/* an interface: seen, changed, gone */
	EV_ADDR,	/* an address of this host: added, removed */
	EV_NOTICE,	/* what a source cannot do, and what would help */
	EV_TICK,	/* an interval ended: rates are taken here. Carries its time only */
};

enum {
	EVENT_NAME_MAX = 16,	/* comm, interface: as in the kernel (TASK_COMM_LEN, IFNAMSIZ) */
	EVENT_CMDLINE_MAX = 256,
	EVENT_TEXT_MAX = 320,
	SKMEM_VALUES = 9,
};

struct hostrec {
	char name[64];
	char version[32];	/* sockmon's */
	bool offline;		/* a capture file: no sockets, no addresses, local = initiator */
	bool no_process;	/* owners are not being looked for (--no-process, offline) */
	bool no_capture;	/* packets are not being looked at (--no-capture, -1, no right) */
};

/* struct skmem of a socket: values of INET_DIAG_SKMEMINFO in the kernel's order (SK_MEMINFO_*). */
enum { SKMEM_RMEM_ALLOC, SKMEM_RCVBUF, SKMEM_WMEM_ALLOC, SKMEM_SNDBUF, SKMEM_FWD_ALLOC,
       SKMEM_WMEM_QUEUED, SKMEM_OPTMEM, SKMEM_BACKLOG, SKMEM_DROPS };

/* Which optional parts of a sockrec are known. */
enum sockhas {
	HAS_QUEUES = 1 << 0,	/* recv_q, send_q */
	HAS_TIMER = 1 << 1,	/* timer is not 0: timer_ms, retransmits */
	HAS_UID = 1 << 2,	/* not for TIME_WAIT, SYN_RECV */
	HAS_TOS = 1 << 3,
	HAS_TCLASS = 1 << 4,
	HAS_MARK = 1 << 5,
	HAS_CGROUP = 1 << 6,
	HAS_SHUTDOWN = 1 << 7,
	HAS_V6ONLY = 1 << 8,
	HAS_CONG = 1 << 9,
	HAS_COOKIE = 1 << 10,	/* else the cookie field holds an identity made of (protocol, inode) */
};

/* idiag_timer */
enum { TIMER_NONE, TIMER_RETRANS, TIMER_KEEPALIVE, TIMER_TIME_WAIT, TIMER_PROBE };

/*
 * One socket. Source: struct inet_diag_msg and its attributes (linux/inet_diag.h).
 * Addresses: a v4-mapped socket of AF_INET6 has family AF_INET6 and v4 addresses.
 */
struct sockrec {
	uint64_t cookie;		/* identity: the same from SYN_RECV through ESTABLISHED to TIME_WAIT */
	uint64_t cgroup_id;
	struct addr laddr, raddr;
	uint16_t lport, rport;		/* host order; 0 = none */
	uint16_t has;			/* enum sockhas bits */
	uint16_t netns;			/* namespace index, 0 = sockmon's own */
	uint8_t proto;			/* enum sockproto */
	uint8_t family;			/* AF_INET, AF_INET6 */
	uint8_t state;			/* enum sockstate */
	uint8_t timer;			/* TIMER_* */
	uint8_t retransmits;		/* or probes, by timer */
	uint8_t shutdown, tos, tclass;
	bool v6only;
	uint8_t skmem_count;		/* values in skmem[]: 0, 8 on old kernels, 9 */
	uint8_t dump;			/* index of the dump that lists it (below DUMPS_MAX) */
	uint32_t dump_gen;		/* that dump's run number */
	uint32_t inode;			/* 0: TIME_WAIT, SYN_RECV, orphaned, or not accepted yet */
	uint32_t uid;
	uint32_t ifindex;		/* bound device, 0 = none */
	uint32_t mark;
	uint32_t recv_q, send_q;	/* bytes; LISTEN: accept queue now, and its limit */
	uint32_t timer_ms;
	uint32_t skmem[SKMEM_VALUES];
	char cong[EVENT_NAME_MAX];
	uint16_t tcpinfo_len;		/* bytes the kernel gave; 0 = none */
	struct tcpinfo tcpinfo;		/* zero beyond tcpinfo_len */
};

enum { DUMPS_MAX = 64 };

struct dumprec {
	uint8_t dump;
	bool complete;		/* false: interrupted or failed; update, never sweep */
	uint32_t gen;
	int error;		/* 0 or -errno that the kernel gave in NLMSG_DONE / NLMSG_ERROR */
	uint64_t took_ns;
};

struct flowevent {
	struct flowrec rec;
	bool ended;
};

struct capturerec {
	struct flowtotals totals;
	uint64_t dropped;		/* by the kernel, the ring being full */
	uint64_t if_dropped;		/* by the interface, where libpcap tells; else 0 */
	bool live;
	bool ended;			/* a file was read to its end (or as far as it goes) */
	bool truncated;			/* it ended early: notice says where */
	char interfaces[256];		/* as asked: "any", "eth0,lo", a cut one ends in "…"; a file: its name */
};

struct procrec {
	uint32_t pid;
	uint32_t ppid;
	uint32_t uid;			/* of /proc/PID: the effective uid */
	uint64_t start_ticks;		/* field 22 of /proc/PID/stat: with pid, the identity */
	bool hidden;			/* its descriptors may not be read: no permission */
	char comm[EVENT_NAME_MAX];
	char cmdline[EVENT_CMDLINE_MAX];	/* arguments joined by spaces, cut */
};

struct holderrec {
	uint32_t pid;
	uint32_t inode;
	int32_t fd;
	bool held;			/* false: no longer */
};

/*
 * A pass over every process: after it an inode that nobody holds is known to have no holder in
 * sight.
 */
struct passrec {
	uint32_t processes;
	uint32_t hidden;		/* processes whose descriptors could not be read */
};

struct ifacerec {
	uint32_t ifindex;
	uint32_t master;		/* ifindex of its bridge or bond; 0 = none */
	uint32_t flags;			/* IFF_* */
	uint16_t type;			/* ARPHRD_* */
	bool gone;
	char name[EVENT_NAME_MAX];
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_dropped, tx_dropped;	/* its own statistics */
};

struct addrrec {
	uint32_t ifindex;
	uint8_t prefix;
	bool gone;
	struct addr addr;
};

/* One line for the user, by source; an empty text takes the former one back. */
enum noticesource { NOTICE_SOCKETS, NOTICE_PROCESSES, NOTICE_CAPTURE, NOTICE_INTERFACES, NOTICES };

struct noticerec {
	uint8_t source;			/* enum noticesource */
	char text[EVENT_TEXT_MAX];
};

struct event {
	uint8_t kind;			/* enum eventkind */
	uint64_t time_ns;
	union {
		struct hostrec host;
		struct sockrec sock;
		struct dumprec dump;
		struct flowevent flow;
		struct capturerec capture;
		struct procrec proc;	/* EV_PROC, EV_PROC_GONE (pid, start_ticks) */
		struct holderrec holder;
		struct passrec pass;
		struct ifacerec iface;
		struct addrrec addr;
		struct noticerec notice;
	};
};

/* Where a source sends its events: the model, a recorder, a test. */
struct sink {
	void (*apply)(void *ctx, const struct event *e);
	void *ctx;
};

static inline void sink_send(const struct sink *s, const struct event *e)
{
	s->apply(s->ctx, e);
}

#endif
