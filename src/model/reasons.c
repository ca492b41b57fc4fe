/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of reasons: why a row has no process, why a socket has no traffic, how one ended. */
#include "model/model.h"

struct reason {
	const char *name;	/* in JSON and filters */
	const char *sentence;	/* in the details view */
};

static const struct reason proc_reasons[PROCREASONS] = {
	[PROC_KNOWN] = { NULL, NULL },
	[PROC_TIME_WAIT] = { "time-wait",
		"The kernel keeps no owner of a TIME_WAIT socket, and this one was never seen with its own." },
	[PROC_HANDSHAKE] = { "handshake",
		"The handshake is not complete: the kernel has only a request, not a socket yet." },
	[PROC_ACCEPT_QUEUE] = { "accept-queue",
		"It waits in its listener's accept queue: the process has not taken it yet." },
	[PROC_EXITED] = { "exited",
		"The process closed it or ended; the kernel is finishing the connection." },
	[PROC_KERNEL] = { "kernel",
		"No process holds it: it is the kernel's own (NFS, a tunnel, its answer to a ping) or in flight between processes." },
	[PROC_NO_PERMISSION] = { "no-permission",
		"Some processes' descriptors may not be read; CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are needed." },
	[PROC_LOOKING] = { "looking",
		"It is newer than the last look at the kernel's sockets or at /proc." },
	[PROC_NOT_LOOKED] = { "not-looked", "Owners are not looked for in this run." },
	[PROC_FORWARDED] = { "forwarded", "Neither end is an address of this host: it passes through." },
	[PROC_CLOSED_PORT] = { "closed-port", "Nobody listens on that port: the attempt was refused." },
	[PROC_JUST_CLOSED] = { "just-closed", "The connection ended and its socket is gone." },
	[PROC_MULTICAST] = { "multicast", "Multicast or broadcast that no socket here receives." },
	[PROC_NO_SOCKET] = { "no-socket",
		"An end is this host's, yet no socket matches: a raw or packet socket sent it." },
	[PROC_OTHER_NETNS] = { "other-netns",
		"An end is an address of another network namespace of this host: its socket is there." },
	[PROC_NOT_OURS] = { "not-ours",
		"Neither end is an address of this host, and this host does not pass it on: it was only overheard." },
	[PROC_FILE] = { "capture-file", "Read from a file: it holds packets only." },
};

static const struct reason wire_reasons[WIREREASONS] = {
	[TRAFFIC_SEEN] = { NULL, NULL },
	[TRAFFIC_NO_CAPTURE] = { "no-capture", "Packets are not being looked at." },
	[TRAFFIC_LISTENING] = { "listening", "A listener has no traffic of its own." },
	[TRAFFIC_IDLE] = { "idle", "No packet since the capture began, and the kernel's counters agree." },
	[TRAFFIC_UNSEEN] = { "unseen",
		"The kernel's counters moved but no packet was seen, and nothing tells why: offloaded, or lost." },
	[TRAFFIC_OTHER_IFACE] = { "other-interface",
		"The kernel's counters moved on an interface that is not looked at." },
	[TRAFFIC_FILTERED] = { "filtered",
		"The kernel's counters moved, and the capture filter leaves packets out." },
	[TRAFFIC_DROPPED] = { "dropped",
		"The kernel's counters moved, and the kernel had no room for all captured packets meanwhile." },
	[TRAFFIC_BEFORE] = { "before-capture",
		"What it carried was before the capture began: the kernel's counters have not moved since." },
	[TRAFFIC_FLOW_GONE] = { "flow-gone",
		"Its flow is not kept any more: flows were pushed out, or another connection has its addresses and ports." },
	[TRAFFIC_NONE] = { "none", "No packet since the capture began." },
};

static const char *const ends[ENDREASONS] = {
	[END_NONE] = NULL,
	[END_CLOSED] = "closed",
	[END_RESET] = "reset",
	[END_REFUSED] = "refused",
	[END_KILLED] = "killed",
	[END_VANISHED] = "gone",
};

static const char *const life_words[LIFEKINDS] = {
	[LIFE_OPENED] = "opened",
	[LIFE_LISTENING] = "listening",
	[LIFE_ENDED] = "closed",	/* where it is not known how */
	[LIFE_LOST] = "lost",
};

const char *procreason_name(enum procreason r)
{
	return proc_reasons[r].name;
}

const char *procreason_sentence(enum procreason r)
{
	return proc_reasons[r].sentence;
}

const char *wirereason_name(enum wirereason r)
{
	return wire_reasons[r].name;
}

const char *wirereason_sentence(enum wirereason r)
{
	return wire_reasons[r].sentence;
}

const char *endreason_name(enum endreason e)
{
	return ends[e];
}

const char *life_word(const struct life *l)
{
	return l->kind == LIFE_ENDED && l->end != END_NONE ? ends[l->end] : life_words[l->kind];
}
