/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: what is known of this host now, and the join of sockets, flows and processes.
 *
 * model_apply() is the only mutator; one thread (main) calls everything here. The model reads no
 * clock, file or locale: its time is the time of its last event, so the same events give the same
 * state.
 *
 * Invariants:
 *  - every socket of the last complete dump is exactly one row; one that went on to TIME_WAIT since, under
 *    whatever cookie, is the same row;
 *  - every live flow is on at least one row: on the row of the socket with its exact tuple (a loopback
 *    flow with two local sockets is on two rows), else on a row of its own, whose `owner` is the
 *    unconnected or listening socket that serves it, if there is one;
 *  - an unconnected datagram socket's row carries the sum of what flows carried while it served
 *    them;
 *  - totals count every flow once;
 *  - a socket keeps the process it had (TIME_WAIT has no inode: net/ipv4/inet_diag.c);
 *  - a socket that ended stays a row for hostrec.keep_closed_ns, with its final counters, and is in no total;
 *    every end is in the log of lives, however short the life was.
 *
 * Borrowed pointers (rows and what they point to) hold until the next model_apply().
 */
#ifndef SOCKMON_MODEL_MODEL_H
#define SOCKMON_MODEL_MODEL_H

#include "event.h"

#define MODEL_NONE UINT32_MAX		/* no socket, flow or process */
#define MODEL_RATE_UNKNOWN UINT64_MAX

enum {
	MODEL_HISTORY = 300,		/* ticks of totals kept for sparklines */
	MODEL_LIVES = 8192,		/* entries of the log of lives */
	MODEL_CLOSED_MAX = 8192,	/* ended sockets kept as rows; the oldest go first */
};

/* Why a row has no process. Names in reasons.c; in JSON as no_process_reason. */
enum procreason {
	PROC_KNOWN,
	PROC_TIME_WAIT,		/* the kernel keeps no owner of it, and it was never seen with one */
	PROC_HANDSHAKE,		/* SYN_RECV: not a full socket yet */
	PROC_ACCEPT_QUEUE,	/* waits for its listener's accept() */
	PROC_EXITED,		/* orphaned: the process closed it or ended, the kernel finishes it */
	PROC_KERNEL,		/* no process holds it: the kernel's own (NFS, WireGuard …) */
	PROC_NO_PERMISSION,	/* some processes' descriptors may not be read */
	PROC_LOOKING,		/* sockets or /proc have not been looked at since it appeared */
	PROC_NOT_LOOKED,	/* --no-process */
	PROC_FORWARDED,		/* neither end is this host's */
	PROC_CLOSED_PORT,	/* nobody listens there: it was refused */
	PROC_JUST_CLOSED,	/* its socket is gone, the flow is not expired yet */
	PROC_MULTICAST,		/* multicast or broadcast that no socket here has asked for */
	PROC_NO_SOCKET,		/* an end is ours and no socket matches: a raw or packet socket */
	PROC_OTHER_NETNS,	/* its owner is in a namespace that is not looked at, or its end is */
	PROC_NOT_OURS,		/* passing by: neither end is this host's and this host does not forward it (promiscuous) */
	PROC_FILE,		/* read from a capture file */
	PROCREASONS
};

/* Why a socket's row has no traffic. In JSON as no_traffic_reason. */
enum wirereason {
	TRAFFIC_SEEN,
	TRAFFIC_NO_CAPTURE,	/* packets are not being looked at */
	TRAFFIC_LISTENING,	/* a listener has none of its own */
	TRAFFIC_IDLE,		/* none since the capture began, and the kernel's counters agree */
	TRAFFIC_UNSEEN,		/* the kernel's counters moved, and nothing here tells why (offload, lost) */
	TRAFFIC_OTHER_IFACE,	/* they moved, and only some interfaces are looked at */
	TRAFFIC_FILTERED,	/* they moved, and a capture filter leaves packets out */
	TRAFFIC_DROPPED,	/* they moved, and the kernel had no room for all packets meanwhile */
	TRAFFIC_BEFORE,		/* they have not moved since the capture began: what it carried was before */
	TRAFFIC_FLOW_GONE,	/* they moved, and the flow that had it may be gone: pushed out, or another's now */
	TRAFFIC_NONE,		/* none since the capture began (no counters to compare with) */
	WIREREASONS
};

const char *procreason_name(enum procreason r);		/* "time-wait"; NULL for PROC_KNOWN */
const char *procreason_sentence(enum procreason r);	/* for the details view */
const char *wirereason_name(enum wirereason r);
const char *wirereason_sentence(enum wirereason r);

/*
 * How much of what a TCP socket carried was captured, in bytes of payload, since both kernel and
 * capture know it: proven, not estimated. The kernel's counters are compared with what the wire
 * had a moment later, when every packet of then has left the ring.
 */
struct coverage {
	uint64_t kernel[2];	/* what the kernel says, by way: 0 received, 1 sent and acknowledged */
	uint64_t missing[2];	/* what of that certainly was not captured; grows only */
	uint64_t surplus[2];	/* what was captured beyond it: received twice or not accepted. Where whole; else 0 */
	bool whole;		/* from the socket's beginning: the SYN was captured, and no flow of it was lost since */
	uint8_t reason;		/* enum wirereason: why something is missing; TRAFFIC_SEEN where nothing is */
};

/* How a socket ended. Names in reasons.c; in JSON as `end`. */
enum endreason {
	END_NONE,		/* it lives */
	END_CLOSED,		/* in order, or by its process's end */
	END_RESET,		/* RST on the wire, or the kernel says so */
	END_REFUSED,		/* its SYN was answered by RST */
	END_KILLED,		/* by the user of sockmon */
	END_VANISHED,		/* a dump does not list it any more, and no event said why */
	ENDREASONS
};

const char *endreason_name(enum endreason e);	/* "closed"; NULL for END_NONE */

/*
 * An entry of the log of lives. TCP, SCTP and DCCP sockets are told when they connect, are
 * accepted or listen, and when they end; UDP and UDP-Lite sockets that have a peer when they end;
 * all others never. An MPTCP connection is told by its subflows. What was there at the first look
 * has no beginning here.
 */
enum lifekind { LIFE_OPENED, LIFE_LISTENING, LIFE_ENDED, LIFE_LOST, LIFEKINDS };

struct life {
	uint64_t time_ns;
	uint64_t age_ns;		/* LIFE_ENDED: how long it lived; 0 = not known: older than sockmon's first look */
	uint64_t cookie;		/* of a flow's end without a socket: a number of its own */
	uint64_t rx_bytes, tx_bytes;	/* payload, final; MODEL_RATE_UNKNOWN = not known */
	uint64_t lost;			/* LIFE_LOST: overflows up to now */
	struct addr laddr, raddr;
	uint32_t pid;			/* 0 = not known */
	uint32_t uid;			/* UINT32_MAX = not known */
	uint32_t retrans;		/* total_retrans */
	uint16_t lport, rport, netns;
	uint8_t kind;			/* enum lifekind */
	uint8_t end;			/* LIFE_ENDED: enum endreason */
	uint8_t proto, family;
	bool incoming;			/* the peer opened it */
	bool by_listener;		/* pid and comm are its listener's */
	char comm[EVENT_NAME_MAX];
};

const char *life_word(const struct life *l);	/* "opened", "listening", "closed", "reset", "refused" …: never NULL */

/* A process that holds, or held, a socket. */
struct proc {
	struct procrec rec;
	uint32_t refs;		/* sockets that name it as their first holder */
	bool exited;
	bool used;		/* slot in use */
};

struct holder {
	uint32_t pid;
	int32_t fd;
	bool has_flags, nonblock, cloexec;	/* as in struct holderrec */
};

/* A socket and what the join knows of it. */
struct sk {
	struct sockrec rec;
	uint64_t first_ns;		/* event time of the first upsert; of its flow's start where that is all there is */
	uint64_t since_ns;		/* when it came into this state; 0 = it was in it at first sight */
	uint64_t rx_bps, tx_bps;	/* from tcp_info, bytes/s; MODEL_RATE_UNKNOWN */
	uint64_t rate_ns;		/* when rec.tcpinfo was last read; 0 = there is none */
	uint64_t ended_ns;		/* 0 = it lives */
	uint32_t flow;			/* its flow; MODEL_NONE */
	uint32_t sum;			/* unconnected: what its flows carried; MODEL_NONE */
	uint32_t served;		/* flows that it serves without being their exact match */
	uint32_t served_head;		/* their list; the model's own */
	uint32_t proc;			/* slot of its first holder; MODEL_NONE */
	uint32_t inode;			/* the last inode it had (rec.inode is 0 in TIME_WAIT) */
	int32_t fd;			/* of the first holder; -1 */
	uint32_t more, ecn;		/* what few sockets have; MODEL_NONE */
	uint32_t cover;			/* model_coverage(); MODEL_NONE */
	uint32_t peer;			/* the socket at the other end, where that is on this host and has IP addresses */
	uint16_t holders;		/* how many descriptors refer to it now; no more than fit here */
	uint8_t cong;			/* model_cong() */
	uint8_t end;			/* enum endreason */
	uint8_t local_end;		/* the end of its flow key at which it stands */
	bool counted : 1;		/* counters were seen once */
	bool moved : 1;			/* and were different later: it carried something */
	bool final : 1;			/* rec.tcpinfo is what the kernel said last, not what it says now */
	bool born : 1;			/* first_ns is when it began: it was not there at the first look */
	bool logged : 1;		/* its end is in the log of lives */
	bool killed : 1;		/* EV_KILLED named it */
	bool missed : 1;		/* a dump does not list it, and that is all that says that it ended */
	bool assumed : 1;		/* in TIME_WAIT as the wire has it: the kernel has not been asked since */
	bool aborted : 1;		/* the kernel reset its counters as it ended */
	bool used : 1;
};

/* A flow and what the join knows of it. */
struct flow {
	struct flowrec rec;
	uint64_t prev_bytes[2];		/* at the last tick, by sending end */
	uint64_t bps[2];		/* bytes/s over the last interval, by sending end; MODEL_RATE_UNKNOWN */
	uint32_t sk[2];			/* socket whose local end is end 0, 1; MODEL_NONE */
	uint32_t proc;			/* who held its socket, when that is gone; MODEL_NONE */
	uint32_t served_next[2], served_prev[2];	/* list of the flows that sk[e] serves; likewise */
	bool exact[2];			/* sk[e] has this flow's exact tuple; else it serves it */
	uint8_t ours;			/* bit e: end e is an address of this host */
	uint8_t taken;			/* bit e: end e has or had a socket */
	bool elsewhere;			/* ours is 0, but an end is an address of another namespace of this host */
	bool had_socket;		/* a socket had its exact tuple once */
	bool used;
};

/* One row: waist 2. */
struct row {
	const struct model *m;
	const struct sk *sk;		/* NULL: traffic without a socket */
	const struct flow *flow;	/* NULL: no traffic; .rec.key of a sum has only the local end */
	const struct proc *proc;	/* NULL: see proc_reason */
	const struct sk *owner;		/* sk == NULL: the socket that serves this flow. sk != NULL: the listener that it
					   waits at or came from, whose process `proc` is. Else NULL */
	const struct sockmore *more;	/* NULL: nothing beyond sk->rec */
	const struct tcpecn *ecn;	/* NULL: all of it is 0 */
	const struct sk *peer;		/* unix: the other end, where it is known */
	const struct sockmore *peer_more;	/* of peer; NULL: none */
	const struct proc *peer_proc;	/* the process of the other end, where it is on this host */
	uint64_t ident;			/* what selection, marks and diff follow; never 0 */
	uint8_t local;			/* the end of flow's key that is this row's local side */
	uint8_t proc_reason;		/* enum procreason */
	uint8_t wire_reason;		/* enum wirereason */
	bool names;			/* for whoever shows it: ends by the names learned for them. model_row() leaves it false */
};

/* One way of an interface, as its own statistics count it: super-packets, or their segments. */
struct ifway {
	uint64_t passed;		/* packets by them */
	uint64_t segs_first;		/* captured when first compared: since then own count and these are of one time */
	uint64_t segs_before;		/* captured before `passed` was read */
	uint64_t segs_told;		/* captured as of the last tick */
	bool not_segs;			/* more segments were captured than it counted: it counts super-packets */
	bool not_frames;		/* it counted more than was captured, and nothing was dropped: segments, or some of either */
};

struct iface {
	struct ifacerec rec;
	struct ifacerec base;		/* at its first reading since the capture began; ifindex 0 = none yet */
	struct ifcountrec seen;		/* what the capture saw there; ifindex 0 = it does not look */
	uint64_t stats_ns;		/* when its packets were last counted */
	struct ifway way[2];		/* received, sent */
	uint64_t passed_ns;		/* when way[].passed was read */
	bool judged;			/* compared once */
	bool passed_waits;		/* and the capture has not told yet what it saw of them */
	uint64_t missing;		/* of them, what certainly was not captured; grows only */
	int32_t coverage;		/* model_iface_coverage() */
	uint64_t rx_bps, tx_bps;	/* MODEL_RATE_UNKNOWN until two readings */
	uint64_t read_ns;
};

struct model_totals {
	uint32_t sockets;
	uint32_t by_state[SOCKSTATES];	/* stream sockets by state; datagram: UNCONN as CLOSE, connected as ESTABLISHED */
	uint32_t by_proto[SOCKPROTOS];
	uint32_t closed;		/* ended sockets that are still rows; in no other number here */
	uint32_t flows;			/* live */
	uint32_t flows_without_socket;	/* neither exact match nor owner */
	uint32_t unresolved;		/* sockets with an inode and no holder found yet */
	uint64_t interrupted_dumps;
	uint64_t lost_events;		/* overflows: some ends were missed, the dump after made up for it */
	bool events;			/* a source tells of ends: lost_events means something */
	uint64_t refused_sockets;	/* times that a socket beyond the limit was not taken */
	uint64_t rx_bps, tx_bps;	/* of this host, each flow once; from tcp_info without capture */
	bool rates_known;
	bool rates_from_wire;
	uint64_t covered_kernel, covered_missing;	/* of all TCP sockets that lived since the capture began: struct coverage */
};

/*
 * One moment at which every flow was told, and all that was captured is in one of these sums:
 * totals.packets = packets + repeats + expired + evicted + not_ip + undecodable; bytes likewise.
 */
struct capturebalance {
	struct flowtotals totals;	/* the capture's */
	uint64_t packets, bytes;	/* of the live flows: summed up here, from what each was told to have */
};

struct model *model_new(uint32_t socket_limit, uint32_t flow_limit, uint64_t hash_seed);
void model_free(struct model *m);
void model_apply(struct model *m, const struct event *e);
struct sink model_sink(struct model *m);

uint64_t model_time_ns(const struct model *m);		/* of the last event; 0 = none yet */
uint64_t model_tick_ns(const struct model *m);		/* of the last tick; 0 = none yet */
uint64_t model_interval_ns(const struct model *m);	/* between the last two ticks; 0: none */
uint64_t model_version(const struct model *m);		/* grows with every change worth painting */
const struct hostrec *model_host(const struct model *m);
const struct capturerec *model_capture(const struct model *m);
const struct capturebalance *model_balance(const struct model *m);	/* the last; NULL: none yet */
const struct model_totals *model_totals(const struct model *m);
const char *model_notice(const struct model *m, enum noticesource s);	/* "" = nothing to say */

/*
 * The total rates of the last ticks, oldest first, into out; returns the count (<= max,
 * MODEL_HISTORY).
 */
unsigned model_history(const struct model *m, uint64_t *rx_bps, uint64_t *tx_bps, unsigned max);

/*
 * Rows. Ids are stable while the socket or flow lives: order of ids is the order of the tables,
 * sockets first. model_row_ids() writes all ids (out holds model_row_count() of them) and returns
 * the count.
 */
uint32_t model_row_count(const struct model *m);
uint32_t model_row_ids(const struct model *m, uint32_t *out);
bool model_row(const struct model *m, uint32_t id, struct row *out);	/* false: no such row any more */

const struct iface *model_iface(const struct model *m, uint16_t netns, uint32_t ifindex);	/* NULL: unknown */
const struct iface *model_iface_at(const struct model *m, unsigned i);		/* NULL past the end */
const struct addrrec *model_addr_at(const struct model *m, unsigned i);		/* of this host, by address; likewise */

/* All holders of a socket, lowest pid first; returns the count written. */
unsigned model_holders(const struct model *m, const struct sk *sk, struct holder *out, unsigned max);

const char *model_cong(const struct model *m, const struct sk *sk);	/* "cubic"; NULL = not told */
const struct netnsrec *model_netns(const struct model *m, uint16_t index);	/* NULL: never told */
const struct cgrouprec *model_cgroup(const struct model *m, uint64_t id);	/* NULL: not known (yet) */
const char *model_user(const struct model *m, uint32_t uid);	/* NULL: not known (yet), or there is none */

/*
 * The name learned for an address, raw bytes; NULL: none. Bounded: of too many, what was learned
 * longest ago is forgotten first. origin may be NULL.
 */
const char *model_addr_name(const struct model *m, uint16_t netns, const struct addr *a,
			    enum nameorigin *origin);

/* false: nothing to compare (not TCP, no counters, no capture, nothing carried yet). */
bool model_coverage(const struct model *m, const struct sk *s, struct coverage *out);

/*
 * The same of all TCP sockets that lived since the capture began, in hundredths of a percent,
 * rounded down; -1: nothing to compare. No more than of the packets themselves, of which the kernel
 * tells how many it dropped: below 10000 wherever anything is missing.
 */
int model_seen(const struct model *m);

/*
 * Percent of an interface's packets that the capture saw since it began, in hundredths; -1: not
 * looked at, nothing passed, or packets were dropped and it is not known whether the interface
 * counts a super-packet as one or as its segments.
 */
int model_iface_coverage(const struct iface *i);

/*
 * The log of lives, newest first; false past its end. Entries are borrowed until the next
 * model_apply().
 */
uint32_t model_life_count(const struct model *m);
const struct life *model_life(const struct model *m, uint32_t i);	/* i = 0 is the newest; NULL past the end */
uint64_t model_lives_total(const struct model *m);	/* ever entered: those pushed out too */
uint64_t model_lives_version(const struct model *m);	/* grows with every entry and every correction of one */

/*
 * What the model has met and cannot name, for the app to have it looked up. Each call empties
 * what it returns: a thing is wanted once, a cgroup or user again only after it failed and a
 * minute went by.
 */
unsigned model_take_cgroups(struct model *m, uint64_t *ids, unsigned max);
unsigned model_take_users(struct model *m, uint32_t *uids, unsigned max);

/*
 * Ends of flows that are this host's, began (or completed their handshake) since the last call
 * and have no socket of their exact tuple. Bounded: what nobody takes in time is dropped, the
 * next dump will tell.
 */
unsigned model_take_lookups(struct model *m, struct sockquery *out, unsigned max);

/* Sockets with an inode and without a holder that appeared since the last call. */
uint32_t model_take_ownerless(struct model *m);

#endif
