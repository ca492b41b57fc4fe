/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a file of /proc/net in slices and has its lines parsed. Owns the descriptor and what was
 * read of a line that has not ended yet; what a line means is in procnet_inet.c, procnet_local.c
 * and procnet_sctp.c.
 */
#include "source/procnet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/families.h"

/* The kernel hands out a page or so at a time. No line of its own comes near this. */
enum { BUFFER_BYTES = 65536 };

/*
 * Invariants: bytes[0..len) begins where a line does, or is the middle of one that is too long to
 * be kept (overlong) and is thrown away up to its end. len < BUFFER_BYTES between steps.
 */
struct procnet_read {
	const struct procnet *format;
	int fd;
	size_t len;
	bool past_heading;
	bool overlong;
	char bytes[BUFFER_BYTES + 1]; /* and a '\0' behind a last line without an end */
};

/* What one step works with. */
struct slice {
	const struct family *family;
	const struct sink *out;
	uint32_t *malformed;
	struct event event;
};

int procnet_open(struct procnet_read **out, const char *dir, const struct procnet *p)
{
	struct procnet_read *r;
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, p->file);
	int fd, err;

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = malloc(sizeof(*r));
	if (!r) {
		err = -ENOMEM;
		close(fd);
		return err;
	}
	r->format = p;
	r->fd = fd;
	r->len = 0;
	r->past_heading = false;
	r->overlong = false;
	*out = r;
	return 0;
}

void procnet_close(struct procnet_read *r)
{
	if (!r)
		return;
	close(r->fd);
	free(r);
}

/* line: without its end, NUL-terminated. */
static void take_line(struct procnet_read *r, struct slice *s, const char *line)
{
	bool skip = false;

	if (r->overlong) { /* its rest; counted already */
		r->overlong = false;
		return;
	}
	if (!r->past_heading) {
		r->past_heading = true;
		return;
	}
	if (!r->format->parse(s->family, line, &s->event, &skip))
		++*s->malformed;
	else if (!skip)
		sink_send(s->out, &s->event);
}

/* The lines that ended; the rest goes to the front, and is given up where it fills the buffer. */
static void take_lines(struct procnet_read *r, struct slice *s)
{
	char *line = r->bytes, *end = r->bytes + r->len, *feed;

	while ((feed = memchr(line, '\n', (size_t)(end - line)))) {
		*feed = '\0';
		take_line(r, s, line);
		line = feed + 1;
	}
	r->len = (size_t)(end - line);
	memmove(r->bytes, line, r->len);
	if (r->overlong || r->len == BUFFER_BYTES) {
		if (!r->overlong)
			++*s->malformed;
		r->overlong = true;
		r->len = 0;
	}
}

static void take_last_line(struct procnet_read *r, struct slice *s)
{
	if (r->len == 0)
		return;
	r->bytes[r->len] = '\0';
	r->len = 0;
	take_line(r, s, r->bytes);
}

int procnet_step(struct procnet_read *r, const struct family *f, const struct event *base,
		 uint64_t deadline_ns, const struct sink *out, uint32_t *malformed)
{
	struct slice s = { .family = f, .out = out, .malformed = malformed };

	s.event.kind = EV_SOCKET;
	s.event.time_ns = base->time_ns;
	s.event.sock.dump = base->sock.dump;
	s.event.sock.dump_gen = base->sock.dump_gen;
	s.event.sock.netns = base->sock.netns;
	do {
		ssize_t n = read(r->fd, r->bytes + r->len, BUFFER_BYTES - r->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0) {
			take_last_line(r, &s);
			return 0;
		}
		r->len += (size_t)n;
		take_lines(r, &s);
	} while (clock_mono_ns() < deadline_ns);
	return 1;
}
