/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture file, read as a stream: pcap and pcapng in all their variants. One record after the
 * other is handed over where it lies in the window. Everything in it is hostile.
 *
 * Ours and not libpcap's, because libpcap refuses a pcapng file with several link types, passes
 * over its interfaces, names and statistics, cannot say where a file is damaged, and takes twice
 * the time.
 */
#ifndef SOCKMON_SOURCE_CAPFILE_H
#define SOCKMON_SOURCE_CAPFILE_H

#include "base/errmsg.h"
#include "event.h"
#include "net/addr.h"
#include "net/decode.h"
#include "net/dns.h"
#include "source/capwindow.h"

struct capfile;

/* What a file says of an interface. */
struct capiface {
	uint64_t per_second;		/* ticks of its clock */
	uint64_t ns_per_tick;		/* 0: no whole number */
	int64_t offset_s;		/* added to its times */
	uint64_t dropped, if_dropped;	/* as last said of it */
	uint32_t snaplen;		/* 0 = no limit */
	uint32_t file_link;		/* as the file has it */
	uint16_t link;			/* as source/pktlink.h has it */
	int16_t mark;			/* the reader's own, CAPFILE_NO_MARK at first */
	bool name_cut;			/* it was longer */
	char name[EVENT_NAME_MAX];	/* "" = none */
};

enum { CAPFILE_NO_MARK = -1 };

/* What capfile_next() found. */
enum caprecord {
	CAPRECORD_END,
	CAPRECORD_PACKET,
	CAPRECORD_OTHER,		/* of another kind: nothing to hand over */
};

/*
 * Reads the header, and of pcapng what comes before the first interface; waits for input. name is
 * for sentences. -EPROTO: not a capture file, or not one that is read here; else what the input
 * failed with. *err is a whole sentence.
 */
int capfile_open(struct capfile **out, const struct capinput *input, const char *name,
		 struct errmsg *err);
void capfile_close(struct capfile *f);	/* NULL is allowed */

/*
 * The next record: an enum caprecord. *raw is set for a packet, borrowed until the next call, and
 * so is *iface, which the packet came by. wait: for input that is not there yet; without, -EAGAIN.
 * Any other error is final: -EPROTO: damaged, -EIO: cut short, else what the input failed with;
 * *why says what and where, without the name of the file.
 */
int capfile_next(struct capfile *f, bool wait, struct pktraw *raw, struct capiface **iface,
		 struct errmsg *why);

uint64_t capfile_packets(const struct capfile *f);	/* read up to now */
uint64_t capfile_offset(const struct capfile *f);	/* of the next record */
bool capfile_is_swapped(const struct capfile *f);	/* not in this machine's byte order; now */
bool capfile_has_one_link(const struct capfile *f);	/* by its format: pcap */

/* The interface that the file has first; NULL: none yet. Until the next capfile_next(). */
struct capiface *capfile_first_iface(const struct capfile *f);

/* No interface up to now had a link type that is decoded: *file_link is one of theirs. */
bool capfile_has_only_unknown_links(const struct capfile *f, uint32_t *file_link);

/* Packets lost, as the file says: by the kernel, by the interface. */
void capfile_lost(const struct capfile *f, uint64_t *dropped, uint64_t *if_dropped);

/*
 * Takes the next interface that has a name, and the number that its packets carry; false: none now.
 * Those of a section are forgotten where the next one begins.
 */
bool capfile_take_iface(struct capfile *f, uint32_t *ifindex, char name[static EVENT_NAME_MAX]);

/* Takes the next name that the file gives an address; false: none now. */
bool capfile_take_name(struct capfile *f, struct addr *addr, char name[static DNS_NAME_MAX]);

#endif
