/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files, see capfile.h: tells the formats apart, also from what is no capture, keeps the
 * interfaces, and words what is wrong. Owns the window, never the input. Knows no format's records.
 */
#include "source/capfile_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "source/pktlink.h"

enum {
	IFACES_MAX = 1 << 16,
	IFACES_FIRST = 8,
	MAGIC_MAX = 8,
};

static const struct capformat *const formats[] = { &capfile_pcap, &capfile_pcapng };

/* What people try to read instead, by its first bytes. */
struct foreign {
	const char *magic;
	uint8_t bytes;
	const char *what;		/* "NAME " and this is the sentence */
};

#define COMPRESSED(by, tool, cat)						\
	"is " by "-compressed: run `" tool "` first, or pipe it: `" cat		\
	" FILE | sockmon -r -`"
#define CONVERT " capture, which is not read here: convert it with `editcap -F pcapng`"

static const struct foreign foreigns[] = {
	{ "\x1f\x8b", 2, COMPRESSED("gzip", "gunzip", "zcat") },
	{ "\x1f\x9d", 2, COMPRESSED("compress", "uncompress", "zcat") },
	{ "\x28\xb5\x2f\xfd", 4, COMPRESSED("zstd", "unzstd", "zstdcat") },
	{ "\xfd\x37zXZ", 5, COMPRESSED("xz", "unxz", "xzcat") },
	{ "BZh", 3, COMPRESSED("bzip2", "bunzip2", "bzcat") },
	{ "\x04\x22\x4d\x18", 4, COMPRESSED("lz4", "unlz4", "lz4cat") },
	{ "PK\x03\x04", 4, "is a zip archive: unpack it first" },
	{ "snoop\0\0", 7, "is a snoop" CONVERT },
	{ "GMBU", 4, "is a Network Monitor" CONVERT },
	{ "XCP\0", 4, "is a NetXRay" CONVERT },
	{ "TRSNIFF", 7, "is a Sniffer" CONVERT },
	{ "{", 1, "is not a capture file but looks like JSON" },
};

static int grow_ifaces(struct capfile *f)
{
	uint32_t room = f->iface_room ? 2 * f->iface_room : IFACES_FIRST;
	struct capiface *ifaces = realloc(f->ifaces, room * sizeof(*ifaces));

	if (!ifaces) {
		errmsg_set(&f->why, "not enough memory for %u interfaces", room);
		return -ENOMEM;
	}
	f->ifaces = ifaces;
	f->iface_room = room;
	return 0;
}

int capfile_add_iface(struct capfile *f, uint32_t file_link, struct capiface **out)
{
	struct capiface *i;
	int r = 0;

	if (f->iface_count == IFACES_MAX)
		return capfile_damaged(f, "more than %d interfaces", IFACES_MAX);
	if (f->iface_count == f->iface_room)
		r = grow_ifaces(f);
	if (r)
		return r;
	i = &f->ifaces[f->iface_count++];
	*i = (struct capiface){
		.file_link = file_link,
		.link = pktlink_of(file_link),
		.mark = CAPFILE_NO_MARK,
	};
	f->any_link = true;
	if (i->link == PKTLINK_UNKNOWN)
		f->unknown_link = file_link;
	else
		f->known_link = true;
	*out = i;
	return 0;
}

int capfile_damaged(struct capfile *f, const char *fmt, ...)
{
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	errmsg_set(&f->why, "damaged at byte %llu: %s",
		   (unsigned long long)capwindow_offset(&f->window), what);
	return -EPROTO;
}

int capfile_ended(struct capfile *f)
{
	const struct capwindow *w = &f->window;
	unsigned long long offset = capwindow_offset(w);

	if (w->failed == -EAGAIN)
		return -EAGAIN;
	if (w->failed) {
		errmsg_set(&f->why, "at byte %llu: %s", offset + capwindow_left(w),
			   strerror(-w->failed));
		return w->failed;
	}
	if (!capwindow_left(w))
		return CAPRECORD_END;
	errmsg_set(&f->why, "cut short at byte %llu, in a record that begins at byte %llu",
		   offset + capwindow_left(w), offset);
	return -EIO;
}

static int refuse(const struct capfile *f, const char *name, const uint8_t *at, struct errmsg *err)
{
	size_t left = capwindow_left(&f->window);

	for (size_t i = 0; i < sizeof(foreigns) / sizeof(*foreigns); i++) {
		const struct foreign *o = &foreigns[i];

		if (left >= o->bytes && memcmp(at, o->magic, o->bytes) == 0) {
			errmsg_set(err, "%s %s", name, o->what);
			return -EPROTO;
		}
	}
	errmsg_set(err, "%s is not a capture file: neither pcap nor pcapng", name);
	return -EPROTO;
}

/* Sets f->format, or says why there is none. */
static int find_format(struct capfile *f, const char *name, struct errmsg *err)
{
	struct capwindow *w = &f->window;
	const uint8_t *at = capwindow_peek(w, MAGIC_MAX);	/* NULL: be it less */

	if (!at && w->failed) {
		errmsg_set(err, "cannot read %s: %s", name, strerror(-w->failed));
		return w->failed;
	}
	if (!capwindow_left(w)) {
		errmsg_set(err, "%s is empty: not a capture file", name);
		return -EPROTO;
	}
	at = w->buf + w->at;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (capwindow_left(w) >= 4 && formats[i]->is(at)) {
			f->format = formats[i];
			return 0;
		}
	}
	return refuse(f, name, at, err);
}

static int read_header(struct capfile *f, const char *name, struct errmsg *err)
{
	int r = find_format(f, name, err);

	if (r)
		return r;
	r = f->format->open(f);
	if (!r)
		return 0;
	errmsg_set(err, "%s is not a capture file that can be read: %s", name, f->why.text);
	/* One that is cut short in its header is none. */
	return f->window.failed ? r : -EPROTO;
}

int capfile_open(struct capfile **out, const struct capinput *input, const char *name,
		 struct errmsg *err)
{
	struct capfile *f = xcalloc(1, sizeof(*f));
	int r;

	capwindow_init(&f->window, input);
	buf_init(&f->names.buf);
	f->window.wait = true;
	r = read_header(f, name, err);
	if (r)
		capfile_close(f);
	else
		*out = f;
	return r;
}

void capfile_close(struct capfile *f)
{
	if (!f)
		return;
	capwindow_fini(&f->window);
	buf_fini(&f->names.buf);
	free(f->ifaces);
	free(f);
}

int capfile_next(struct capfile *f, bool wait, struct pktraw *raw, struct capiface **iface,
		 struct errmsg *why)
{
	int r;

	f->window.wait = wait;
	r = f->format->next(f, raw, iface);
	if (r == CAPRECORD_PACKET)
		f->packets++;
	else if (r < 0 && r != -EAGAIN)
		*why = f->why;
	return r;
}

uint64_t capfile_packets(const struct capfile *f)
{
	return f->packets;
}

uint64_t capfile_offset(const struct capfile *f)
{
	return capwindow_offset(&f->window);
}

bool capfile_is_swapped(const struct capfile *f)
{
	return f->swapped;
}

bool capfile_has_one_link(const struct capfile *f)
{
	return f->format->one_link;
}

struct capiface *capfile_first_iface(const struct capfile *f)
{
	return f->iface_count ? f->ifaces : NULL;
}

bool capfile_take_iface(struct capfile *f, uint32_t *ifindex, char name[static EVENT_NAME_MAX])
{
	while (f->ifaces_taken < f->iface_count) {
		const struct capiface *i = &f->ifaces[f->ifaces_taken++];

		if (!i->name[0])
			continue;
		*ifindex = f->ifaces_taken;	/* by id, plus one: as in packets */
		memcpy(name, i->name, sizeof(i->name));
		return true;
	}
	return false;
}

bool capfile_has_only_unknown_links(const struct capfile *f, uint32_t *file_link)
{
	if (!f->any_link || f->known_link)
		return false;
	*file_link = f->unknown_link;
	return true;
}

void capfile_lost(const struct capfile *f, uint64_t *dropped, uint64_t *if_dropped)
{
	*dropped = f->dropped;
	*if_dropped = f->if_dropped;
}
