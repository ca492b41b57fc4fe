/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line: see progress.h. Owns no descriptor and reads no clock. It knows no terminal's language:
 * carriage returns and blanks work on all of them.
 */
#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/utf8.h"

#define QUIET_NS (500 * NSEC_PER_MSEC)
#define GAP_NS (200 * NSEC_PER_MSEC)

enum {
	WIDTH_DEFAULT = 80,
	NAME_LEAST = 8,		/* cells of the name that are shown on the narrowest terminal */
	NUMBER_MAX = 32,
};

void progress_begin(struct progress *p, int fd, const char *name, uint64_t now_ns)
{
	*p = (struct progress){
		.name = strcmp(name, "-") == 0 ? "standard input" : name,
		.fd = isatty(fd) ? fd : -1,
		.begin_ns = now_ns,
		.next_ns = now_ns + QUIET_NS,
	};
}

static void add_bytes(struct buf *b, uint64_t n)
{
	char text[NUMBER_MAX];

	human_bytes(text, sizeof(text), n);
	buf_adds(b, text);
}

static void add_age(struct buf *b, uint64_t ns)
{
	char text[NUMBER_MAX];

	human_age(text, sizeof(text), ns);
	buf_adds(b, text);
}

static uint64_t left_ns(uint64_t at, uint64_t size, uint64_t elapsed_ns)
{
	return at ? (uint64_t)((double)elapsed_ns * (double)(size - at) / (double)at) : 0;
}

/* Behind the name: "  43 %  1.2 GB of 2.8 GB  4s left", or what is known of it. */
static void add_figures(struct buf *b, uint64_t at, uint64_t size, uint64_t elapsed_ns)
{
	buf_adds(b, "  ");
	if (!size) {
		add_bytes(b, at);
		buf_adds(b, "  ");
		add_age(b, elapsed_ns);
		return;
	}
	at = at < size ? at : size;	/* it may have grown since */
	buf_addu(b, (uint64_t)((double)at * 100 / (double)size));
	buf_adds(b, " %  ");
	add_bytes(b, at);
	buf_adds(b, " of ");
	add_bytes(b, size);
	buf_adds(b, "  ");
	add_age(b, left_ns(at, size, elapsed_ns));
	buf_adds(b, " left");
}

/* As much of the name as fits, one character after the other; what is not text is a question mark. */
static size_t add_name(struct buf *b, const char *name, size_t room)
{
	static const char cut[] = "\xe2\x80\xa6";	/* U+2026, one cell */
	size_t len = strlen(name), cells = 0;

	for (size_t i = 0; i < len;) {
		char utf8[4];
		uint32_t cp;
		size_t used = utf8_decode(name + i, len - i, &cp), width;

		if (utf8_is_control(cp))
			cp = '?';
		width = (size_t)utf8_width(cp);
		if (cells + width + (i + used < len) > room) {
			buf_adds(b, cut);
			return cells + 1;
		}
		buf_add(b, utf8, utf8_encode(cp, utf8));
		cells += width;
		i += used;
	}
	return cells;
}

size_t progress_format(struct buf *b, const char *name, uint64_t at, uint64_t size,
		       uint64_t elapsed_ns, size_t width)
{
	static const char verb[] = "reading ";
	size_t verb_cells = sizeof(verb) - 1, room, cells;
	struct buf figures;

	buf_init(&figures);
	add_figures(&figures, at, size, elapsed_ns);
	room = width > verb_cells + figures.len ? width - verb_cells - figures.len : 0;
	buf_adds(b, verb);
	cells = verb_cells + add_name(b, name, room > NAME_LEAST ? room : NAME_LEAST);
	buf_add(b, figures.data, figures.len);
	cells += figures.len;
	buf_fini(&figures);
	return cells;
}

static size_t terminal_width(int fd)
{
	struct winsize w;

	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col - 1u : WIDTH_DEFAULT - 1;
}

/* Nobody is told when a terminal cannot be written to: the line is but a courtesy. */
static void put(const struct progress *p, const struct buf *b)
{
	if (!b->failed && write(p->fd, b->data, b->len) < 0)
		return;
}

void progress_show(struct progress *p, uint64_t at, uint64_t size, uint64_t now_ns)
{
	struct buf b;
	size_t cells;

	if (!progress_is_due(p, now_ns))
		return;
	buf_init(&b);
	buf_addc(&b, '\r');
	cells = progress_format(&b, p->name, at, size, now_ns - p->begin_ns, terminal_width(p->fd));
	if (cells < p->shown)
		buf_pad(&b, ' ', p->shown - cells);
	put(p, &b);
	buf_fini(&b);
	p->shown = cells;
	p->next_ns = now_ns + GAP_NS;
}

void progress_end(struct progress *p)
{
	struct buf b;

	if (!p->shown)
		return;
	buf_init(&b);
	buf_addc(&b, '\r');
	buf_pad(&b, ' ', p->shown);
	buf_addc(&b, '\r');
	put(p, &b);
	buf_fini(&b);
	p->shown = 0;
}
