/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waist 1: all that a source may say. Read this file first.
 *
 * Sources (live netlink, /proc, rtnetlink, live capture, a capture file, a synthetic host) produce
 * struct event; model_apply() is the only consumer that changes anything. Records are plain data:
 * they own no pointers, and strings are NUL-terminated, unsanitised bytes from outside (may be
 * hostile; made harmless where they are shown).
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
	EV_SOCKET_GONE,	/* the kernel freed a socket: its final record (no inode, no uid). A TIME_WAIT may follow */
	EV_DUMP_DONE,	/* a dump ended: sweep what it did not mention, if it was complete */
	EV_LOST,	/* events of sockets' ends were lost: how many times, cumulative */
	EV_KILLED,	/* the user had a socket destroyed, or tried */
	EV_FLOW,	/* a flow's counters, or its end */
	EV_CAPTURE,	/* the capture's totals */
	EV_PROC,	/* a process: seen, or changed */
	EV_PROC_GONE,
	EV_HOLDER,	/* a descriptor of a process refers to a socket (or no longer does) */
	EV_PROC_PASS,	/* a whole pass over /proc ended */
	EV_IFACE,	/* an interface: seen, changed, gone */
	EV_ADDR,	/* an address of this host: added, removed */
	EV_NETNS,	/* a network namespace: seen, gone */
	EV_CGROUP,	/* a cgroup's path */
	EV_USER,	/* a user's name */
	EV_NAME,	/* an address's name, learned from a DNS answer or a capture file */
	EV_IFCOUNT,	/* what the capture saw at an interface */
	EV_NOTICE,	/* what a source cannot do, and what would help */
	EV_TICK,	/* an interval ended: rates are taken here. Carries its time only */
};

enum {
	EVENT_NAME_MAX = 16,	/* comm, interface: as in the kernel (TASK_COMM_LEN, IFNAMSIZ) */
	EVENT_CMDLINE_MAX = 256,
	EVENT_TEXT_MAX = 320,
	EVENT_PATH_MAX = 256,		/* a cgroup's path: its end, where it is longer */
	UNIX_NAME_MAX = 108,		/* sun_path */
	SKMEM_VALUES = 9,
};

struct hostrec {
	char name[64];
	char version[32];	/* sockmon's */
	bool offline;		/* a capture file: no sockets, no addresses, local = initiator */
	bool no_process;	/* owners are not being looked for (--no-process, offline) */
	bool no_capture;	/* packets are not being looked at (--no-capture, -1, no right) */
	uint64_t keep_closed_ns;	/* how long sockets that ended stay rows, and for one tick at least; 0 = not at all */
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
	HAS_SOCKOPT = 1 << 11,
	HAS_CLASS = 1 << 12,
	HAS_MD5 = 1 << 13,	/* TCP-MD5 or TCP-AO keys are set; told with CAP_NET_ADMIN only */
	HAS_PEER = 1 << 14,	/* unix: peer is the other end's inode */
	HAS_DROPS = 1 << 15,	/* drops, without the rest of skmem (/proc/net) */
};

/* struct inet_diag_sockopt, in the order of its bits (linux/inet_diag.h). */
enum sockoptbit {
	SOCKOPT_RECVERR = 1 << 0,
	SOCKOPT_IS_ICSK = 1 << 1,
	SOCKOPT_FREEBIND = 1 << 2,
	SOCKOPT_HDRINCL = 1 << 3,
	SOCKOPT_MC_LOOP = 1 << 4,
	SOCKOPT_TRANSPARENT = 1 << 5,
	SOCKOPT_MC_ALL = 1 << 6,
	SOCKOPT_NODEFRAG = 1 << 7,
	SOCKOPT_BIND_NO_PORT = 1 << 8,
	SOCKOPT_RECVERR_RFC4884 = 1 << 9,
	SOCKOPT_DEFER_CONNECT = 1 << 10,
};

/* What the congestion control tells of itself: INET_DIAG_VEGASINFO, _DCTCPINFO, _BBRINFO. */
enum cckind { CC_NONE, CC_VEGAS, CC_DCTCP, CC_BBR };

union ccinfo {
	struct {
		uint32_t enabled, rttcnt, rtt, minrtt;		/* us */
	} vegas;
	struct {
		uint16_t enabled, ce_state;
		uint32_t alpha, ab_ecn, ab_tot;
	} dctcp;
	struct {
		uint32_t bw_lo, bw_hi;				/* bytes/s, 64 bits in two halves */
		uint32_t min_rtt;				/* us */
		uint32_t pacing_gain, cwnd_gain;		/* << 8 */
	} bbr;
};

/* idiag_timer */
enum { TIMER_NONE, TIMER_RETRANS, TIMER_KEEPALIVE, TIMER_TIME_WAIT, TIMER_PROBE };

/*
 * One socket. Source: struct inet_diag_msg and its attributes (linux/inet_diag.h), and their like
 * of other families. Addresses: a v4-mapped socket of AF_INET6 has family AF_INET6 and v4
 * addresses. Families without IP addresses and ports leave them 0, but:
 *   raw	lport is the IP protocol		icmp	lport is the echo identifier
 *   packet	ifindex is the bound device, lport the ethertype
 *   netlink	rport is 0, lport the netlink protocol (0 route, 4 sock_diag …); the rest is in sockmore
 *   vsock	addresses and ports are in sockmore: they have 32 bits
 */
struct sockrec {
	uint64_t cookie;		/* identity: the same from SYN_RECV through ESTABLISHED to TIME_WAIT */
	uint64_t cgroup_id;
	struct addr laddr, raddr;
	uint16_t lport, rport;		/* host order; 0 = none */
	uint16_t has;			/* enum sockhas bits */
	uint16_t sockopt;		/* enum sockoptbit */
	uint16_t netns;			/* namespace index, 0 = sockmon's own */
	uint8_t proto;			/* enum sockproto */
	uint8_t family;			/* AF_* */
	uint8_t state;			/* enum sockstate */
	uint8_t timer;			/* TIMER_* */
	uint8_t retransmits;		/* or probes, by timer */
	uint8_t shutdown, tos, tclass;
	bool v6only;
	uint8_t skmem_count;		/* values in skmem[]: 0, 8 on old kernels, 9 */
	uint8_t cc_kind;		/* enum cckind */
	uint16_t dump;			/* the dump that lists it: dump_index(), below DUMPS_MAX */
	uint32_t dump_gen;		/* that dump's run number */
	uint32_t inode;			/* 0: TIME_WAIT, SYN_RECV, orphaned, or not accepted yet */
	uint32_t uid;
	uint32_t ifindex;		/* bound device, 0 = none */
	uint32_t mark;
	uint32_t recv_q, send_q;	/* bytes; LISTEN: accept queue now, and its limit */
	uint32_t timer_ms;
	uint32_t skmem[SKMEM_VALUES];
	uint32_t class_id;		/* net_cls class, else sk_priority */
	uint32_t peer;			/* unix: the peer's inode, 0 = it has none (any more) */
	union ccinfo cc;
	uint16_t tcpinfo_len;		/* bytes the kernel gave, of TCPINFO_WHOLE; 0 = none */
	struct tcpinfo tcpinfo;		/* zero beyond tcpinfo_len; what comes behind it is sockmore.ecn */
};

/* Dumps are numbered by namespace and by row of the families table. */
enum { NETNS_MAX = 64, FAMILY_ROWS_MAX = 32, DUMPS_MAX = NETNS_MAX * FAMILY_ROWS_MAX };

static inline uint16_t dump_index(unsigned netns, unsigned family_row)
{
	return (uint16_t)(netns * FAMILY_ROWS_MAX + family_row);
}

/* What few sockets have, beside their sockrec: which member is valid is `kind`. */
enum morekind { MORE_NONE, MORE_UNIX, MORE_PACKET, MORE_NETLINK, MORE_VSOCK, MORE_ULP, MORE_MPTCP, MORE_SCTP };

struct unixmore {
	char name[UNIX_NAME_MAX + 1];	/* path; abstract: begins with '@', further NULs are '@' too. NUL-terminated */
	uint32_t vfs_dev, vfs_ino;	/* of the path; 0 = none */
	uint32_t pending;		/* LISTEN: connections not accepted */
};

struct packetmore {
	uint8_t type;			/* SOCK_RAW, SOCK_DGRAM, SOCK_PACKET */
	uint8_t version;		/* TPACKET_V1.. of its ring */
	uint16_t fanout_id;
	uint8_t fanout_type;		/* PACKET_FANOUT_* */
	bool has_fanout, has_ring;
	uint16_t flags;			/* PDI_* (linux/packet_diag.h) */
	uint32_t ring_bytes;		/* of the receive ring */
	uint32_t copy_thresh, tstamp;
};

struct netlinkmore {
	uint8_t protocol;		/* NETLINK_* */
	uint32_t portid, dst_portid, dst_group;
	uint32_t groups;		/* bits 1 << (group - 1), of the first 32 */
	uint32_t flags;			/* NDIAG_FLAG_* */
};

struct vsockmore {
	uint8_t type;			/* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
	uint32_t cid, port, peer_cid, peer_port;	/* ~0 = any */
};

/* INET_DIAG_ULP_INFO */
struct ulpmore {
	char name[EVENT_NAME_MAX];	/* "tls", "mptcp", "espintcp" … */
	bool has_tls, has_mptcp;
	uint16_t tls_version;		/* 0x0303, 0x0304; 0 = not told */
	uint16_t tls_cipher;		/* TLS_CIPHER_* */
	uint16_t tls_txconf, tls_rxconf;	/* TLS_CONF_*: 1 base, 2 sw, 3 hw, 4 hw_record; 0 = not told */
	bool tls_zc_sendfile, tls_rx_no_pad;
	uint32_t mptcp_token_rem, mptcp_token_loc;	/* told with CAP_NET_ADMIN only; 0 = not told */
	uint32_t mptcp_relwrite_seq, mptcp_ssn_offset;
	uint64_t mptcp_map_seq;
	uint32_t mptcp_map_sfseq;
	uint16_t mptcp_map_datalen;
	uint32_t mptcp_flags;		/* MPTCP_SUBFLOW_FLAG_* */
	uint8_t mptcp_id_rem, mptcp_id_loc;
};

/* struct mptcp_info (linux/mptcp.h), gated by the length that came back. */
struct mptcpinfo {
	uint8_t subflows, add_addr_signal, add_addr_accepted, subflows_max, add_addr_signal_max, add_addr_accepted_max;
	uint8_t pad[2];
	uint32_t flags, token;
	uint64_t write_seq, snd_una, rcv_nxt;
	uint8_t local_addr_used, local_addr_max, csum_enabled, pad2;
	uint32_t retransmits;
	uint64_t bytes_retrans, bytes_sent, bytes_received, bytes_acked;
	uint8_t subflows_total, endp_laminar_max, endp_fullmesh_max, reserved;
	uint32_t last_data_sent, last_data_recv, last_ack_recv;		/* ms */
};

struct mptcpmore {
	uint16_t len;			/* bytes the kernel gave */
	struct mptcpinfo info;		/* zero beyond */
};

enum { SCTP_ADDRS_MAX = 4 };

struct sctpmore {
	uint8_t laddrs, raddrs;		/* how many are in the arrays */
	uint16_t more_addrs;		/* how many there was no room for */
	struct addr laddr[SCTP_ADDRS_MAX], raddr[SCTP_ADDRS_MAX];	/* the first is in sockrec too */
	uint32_t assoc_id, instreams, outstreams, maxrt;	/* 0 = not told */
};

struct sockmore {
	struct tcpecn ecn;		/* valid where sockrec.tcpinfo_len goes beyond struct tcpinfo */
	uint8_t kind;			/* enum morekind */
	char cong[EVENT_NAME_MAX];	/* congestion control; "" = not told */
	union {
		struct unixmore un;
		struct packetmore packet;
		struct netlinkmore netlink;
		struct vsockmore vsock;
		struct ulpmore ulp;
		struct mptcpmore mptcp;
		struct sctpmore sctp;
	};
};

/* The socket of a tuple, to be asked for exactly: seen from the socket, host order. */
struct sockquery {
	struct addr laddr, raddr;
	uint16_t lport, rport;
	uint16_t netns;
	uint32_t ifindex;		/* where its packets pass: tells link-local addresses apart; 0 = not known */
	uint8_t proto;			/* enum sockproto: SP_TCP, SP_UDP, SP_UDPLITE */
};

struct dumprec {
	uint16_t dump;
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
	uint64_t began_ns;		/* live: event time from which on packets were looked at; 0 = a file */
	uint64_t first_ns, last_ns;	/* a file: the earliest and the latest time of its packets; 0 = none yet */
	uint64_t told_ns;		/* live: all that was captured before was told; 0 = not known */
	bool filtered;			/* a capture filter (-f) leaves packets out */
	bool limited;			/* only some interfaces (-i) are looked at */
	bool balanced;			/* every flow was told as it was when these totals were taken, or is held */
	uint64_t held_packets, held_bytes;	/* a file: of live flows that are told afterwards, slice by slice */
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
	bool has_flags;			/* the following two are known (they cost a read each: not always looked up) */
	bool nonblock, cloexec;		/* O_NONBLOCK, O_CLOEXEC of the descriptor */
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
	uint16_t netns;
	uint32_t master;		/* ifindex of its bridge or bond; 0 = none */
	uint32_t flags;			/* IFF_* */
	uint16_t type;			/* ARPHRD_* */
	bool gone;
	bool no_stats;			/* of a file: only its name and number are known */
	char name[EVENT_NAME_MAX];
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_dropped, tx_dropped;	/* its own statistics */
	uint64_t rx_errors, tx_errors;
};

/* Since the capture began; cumulative. The outgoing copies of lo are not counted (doc/design.md). */
struct ifcountrec {
	uint32_t ifindex;
	uint16_t netns;
	uint64_t rx_packets, tx_packets;	/* as captured: a super-packet is one */
	uint64_t rx_segs, tx_segs;
	uint64_t rx_bytes, tx_bytes;		/* of frames, link header included */
	uint64_t last_ns;			/* time of the last packet */
};

enum nameorigin { NAME_NONE, NAME_DNS, NAME_FILE, NAME_RESOLVER };

struct namerec {
	struct addr addr;
	uint16_t netns;
	uint8_t origin;			/* enum nameorigin */
	uint32_t ttl;			/* seconds; 0 = for good */
	char name[EVENT_PATH_MAX];	/* "" = it has none */
};

struct addrrec {
	uint32_t ifindex;
	uint16_t netns;
	uint8_t prefix;
	bool gone;
	struct addr addr;
};

struct lostrec {
	uint16_t netns;
	uint64_t times;			/* overflows of the event socket since the start */
};

struct killrec {
	uint64_t cookie;
	int error;			/* 0: it is dead; else -errno: EPERM, EOPNOTSUPP, ENOENT (gone before) */
};

struct netnsrec {
	uint16_t index;			/* 0 = sockmon's own */
	bool gone;
	uint64_t inode;			/* of its file (nsfs) */
	char name[64];			/* ip netns' name, else a container's, else "net:[INODE]" */
};

struct cgrouprec {
	uint64_t id;
	bool gone;			/* removed: the path is what it was, "" where it never was known */
	char path[EVENT_PATH_MAX];	/* from the root of cgroup2: "/system.slice/nginx.service" */
};

struct userrec {
	uint32_t uid;
	char name[32];			/* "" = there is no such user */
};

/* One line for the user, by source; an empty text takes the former one back. */
enum noticesource {
	NOTICE_SOCKETS,
	NOTICE_PROCESSES,
	NOTICE_CAPTURE,
	NOTICE_INTERFACES,
	NOTICE_NAMESPACES,	/* of other namespaces than sockmon's own */
	NOTICES
};

struct noticerec {
	uint8_t source;			/* enum noticesource */
	char text[EVENT_TEXT_MAX];
};

struct event {
	uint8_t kind;			/* enum eventkind */
	uint64_t time_ns;
	union {
		struct hostrec host;
		struct {
			struct sockrec sock;	/* EV_SOCKET, EV_SOCKET_GONE */
			struct sockmore more;	/* where kind is MORE_NONE, only that, `cong` and `ecn` are to be trusted */
		};
		struct dumprec dump;
		struct flowevent flow;
		struct capturerec capture;
		struct procrec proc;	/* EV_PROC, EV_PROC_GONE (pid, start_ticks) */
		struct holderrec holder;
		struct passrec pass;
		struct ifacerec iface;
		struct addrrec addr;
		struct lostrec lost;
		struct killrec kill;
		struct netnsrec netns;
		struct cgrouprec cgroup;
		struct userrec user;
		struct namerec name;
		struct ifcountrec ifcount;
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
