/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the synthetic host is made of: its processes, interfaces, addresses, paths and connections,
 * as tables. To add something to the demo is to add a row here; synth_row.c makes records of it.
 */
#ifndef SOCKMON_SOURCE_SYNTH_HOST_H
#define SOCKMON_SOURCE_SYNTH_HOST_H

#include "event.h"

/*
 * When a process or a connection is there. All zero: always. Else in tick t (of a period of that
 * many, or from the start): there from `born` until before `gone`, and in TIME_WAIT from `over`. 0
 * = never over, never gone. A flow is there for SYNTH_LINGER ticks longer than its socket: gone +
 * SYNTH_LINGER <= period.
 */
struct synthlife {
	uint8_t period, born, over, gone;
};

enum { SYNTH_LINGER = 2 };

enum synthprocid {
	P_NONE,
	P_JOURNALD, P_UDEVD, P_DBUS, P_AVAHI, P_DHCLIENT, P_SSHD, P_RESOLVED, P_CHRONYD, P_DNSMASQ, P_NGINX,
	P_NGINX_WORKER, P_REDIS, P_POSTGRES, P_POSTGRES_1, P_POSTGRES_2, P_POSTGRES_3, P_SSHD_1, P_SSHD_2,
	P_XORG, P_FIREFOX, P_NODE, P_JAVA, P_PYTHON, P_REDIS_CLI, P_HOSTILE, P_CURL, P_PROBE,
	SYNTH_PROCS
};

struct synthproc {
	uint32_t pid, ppid, uid;	/* of the first cycle; later ones have a pid of their own */
	struct synthlife life;
	const char *comm, *cmdline;
	const char *cgroup;
	bool blocking;			/* its sockets: not O_NONBLOCK, not O_CLOEXEC */
};

struct synthuser {
	uint32_t uid;
	const char *name;
};

struct synthiface {
	const char *name;
	uint32_t flags;			/* IFF_* */
	uint16_t type;			/* ARPHRD_* */
	uint32_t rx_mib, tx_mib;	/* carried before the demo began */
	uint32_t dropped, errors;	/* received; before the demo began, too */
	uint8_t like;			/* ifindex of the one whose packets pass here as well; 0 = none */
	uint8_t master;			/* ifindex */
};

enum { SYNTH_IFACES = 6, SYNTH_ADDRS = 6 };	/* ifindex is the place in the table + 1 */
enum { SYNTH_USERS = 11, SYNTH_NAMES = 9 };

struct synthaddr {
	const char *text;
	uint8_t ifindex, prefix;
};

/* A name that a DNS answer gave an address. */
struct synthname {
	const char *addr, *name;
};

/* What tcp_info says of the way to the peer. */
enum synthpathid {
	PATH_LAN, PATH_LOOPBACK, PATH_SLOW_READER, PATH_WAN, PATH_LOSSY, PATH_FAR, PATH_RACK, PATH_DATAGRAMS,
	SYNTH_PATHS
};

struct synthpath {
	uint32_t rtt_us, rttvar_us, min_rtt_us, rto_us;
	uint32_t cwnd, ssthresh;
	uint16_t mss;			/* also the size of datagrams */
	uint8_t busy_pct, rwnd_pct, sndbuf_pct;	/* of its age; the last two of the first */
	const char *cong;
};

enum synthflag {
	SY_FLOW = 1 << 0,	/* there are packets of it */
	SY_ACCEPTED = 1 << 1,	/* the peer opened it */
	SY_DUAL = 1 << 2,	/* an AF_INET6 socket that carries IPv4 */
	SY_V6ONLY = 1 << 3,
	SY_KERNEL = 1 << 4,	/* has an inode that no process holds */
	SY_THROUGH = 1 << 5,	/* forwarded: seen at two interfaces, in its order */
	SY_PARTLY_SEEN = 1 << 6,	/* the capture missed a part of it */
	SY_TLS = 1 << 7,	/* kTLS */
	SY_BRIEF = 1 << 8,	/* over before the next dump: its end is told, no dump lists it */
	SY_PASSING = 1 << 9,	/* neither from here nor to here: overheard */
	SY_ECN = 1 << 10,	/* both ends asked for it */
};

/* A socket (state is set), a flow (SY_FLOW), or both. */
struct synthconn {
	uint8_t proto;			/* enum sockproto */
	uint8_t state;			/* enum sockstate; 0: no socket */
	uint8_t wire;			/* enum wirestate; 0: as the state has it */
	uint8_t end_wire;		/* the same, once its socket is gone; 0: as `over` says */
	uint8_t proc, other_proc;	/* enum synthprocid; P_NONE: inode 0, unless SY_KERNEL */
	uint8_t path;			/* enum synthpathid */
	uint8_t timer, retransmits;	/* TIMER_* */
	uint16_t flags;			/* enum synthflag */
	uint8_t fd;
	uint8_t tos;
	uint16_t lport, rport;
	const char *laddr, *raddr;	/* raddr NULL: none */
	uint32_t timer_ms;
	uint32_t recv_q, send_q;	/* LISTEN: accept queue and its limit */
	uint32_t rx, tx;		/* payload, bytes/s */
	uint32_t rx_before, tx_before;	/* payload carried before it was quiet */
	uint32_t resent;		/* segments sent again before the demo began; then some more now and then */
	uint32_t drops;
	uint32_t age_s;			/* at the first tick */
	struct synthlife life;
};

extern const struct synthproc synth_procs[SYNTH_PROCS];
extern const struct synthuser synth_users[SYNTH_USERS];
extern const struct synthiface synth_ifaces[SYNTH_IFACES];
extern const struct synthaddr synth_addrs[SYNTH_ADDRS];
extern const struct synthname synth_names[SYNTH_NAMES];
extern const struct synthpath synth_paths[SYNTH_PATHS];

const struct synthconn *synth_conn_at(unsigned i);	/* NULL past the end */

#endif
