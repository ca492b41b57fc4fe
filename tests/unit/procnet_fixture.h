/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of source/procnet*.c: a line parsed, a file with given bytes read whole. The file
 * is in a directory of its own under /tmp, which is removed.
 */
#ifndef TESTS_UNIT_PROCNET_FIXTURE_H
#define TESTS_UNIT_PROCNET_FIXTURE_H

#include "diag_fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/procnet.h"

static inline const struct family *family_of(uint8_t row)
{
	assert_non_null(family_at(row)->text);
	return family_at(row);
}

/* What must live through the parse, and what must not. */
static inline void soil(struct event *e)
{
	memset(e, 0x5a, sizeof(*e));
	e->sock.dump = 11;
	e->sock.dump_gen = 12;
	e->sock.netns = 13;
}

static inline bool parse(uint8_t row, const char *line, struct event *out, bool *skip)
{
	const struct family *f = family_of(row);

	soil(out);
	*skip = true;
	return f->text->parse(f, line, out, skip);
}

static inline struct event parsed(uint8_t row, const char *line)
{
	struct event e;
	bool skip;

	if (!parse(row, line, &e, &skip))
		fail_msg("not understood: %s", line);
	assert_false(skip);
	assert_int_equal(e.sock.dump, 11);
	assert_int_equal(e.sock.dump_gen, 12);
	assert_int_equal(e.sock.netns, 13);
	assert_int_equal(e.sock.has & HAS_COOKIE, 0);
	assert_true(e.sock.cookie >> 63);
	assert_int_equal(e.sock.tcpinfo_len, 0);
	assert_int_equal(e.sock.skmem_count, 0);
	return e;
}

static inline void assert_malformed(uint8_t row, const char *line)
{
	struct event e, before;
	bool skip;

	soil(&before);
	if (parse(row, line, &e, &skip))
		fail_msg("understood: %s", line);
	assert_memory_equal(&e, &before, sizeof(e));
}

static inline void read_text(const char *name, char *out, size_t room)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/proc-%s.txt", top ? top : ".", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot read %s", path);
	len = fread(out, 1, room - 1, f);
	fclose(f);
	assert_true(len > 0 && len < room - 1);
	out[len] = '\0';
}

/* A directory with one file in it, for procnet_open(). */
struct place {
	char dir[64];
	char path[128];
};

static inline void place_make(struct place *p, const char *file, const void *bytes, size_t len)
{
	int fd;

	snprintf(p->dir, sizeof(p->dir), "/tmp/test_procnet.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/sctp", p->dir);
	if (strchr(file, '/'))
		assert_int_equal(mkdir(p->path, 0700), 0);
	snprintf(p->path, sizeof(p->path), "%s/%s", p->dir, file);
	fd = open(p->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static inline void place_remove(const struct place *p)
{
	char sub[80];

	snprintf(sub, sizeof(sub), "%s/sctp", p->dir);
	assert_int_equal(unlink(p->path), 0);
	rmdir(sub);
	assert_int_equal(rmdir(p->dir), 0);
}

/* Reads the file whole, in as many steps as it takes; returns how many lines were malformed. */
static inline uint32_t read_whole(uint8_t row, const void *bytes, size_t len, struct sink *sink)
{
	const struct family *f = family_of(row);
	struct event base = { .time_ns = 5, .sock = { .dump = row, .dump_gen = 1, .netns = 0 } };
	struct procnet_read *r = NULL;
	uint32_t malformed = 0;
	struct place p;
	int rc;

	place_make(&p, f->text->file, bytes, len);
	assert_int_equal(procnet_open(&r, p.dir, f->text), 0);
	while ((rc = procnet_step(r, f, &base, 0, sink, &malformed)) == 1)
		;
	assert_int_equal(rc, 0);
	procnet_close(r);
	place_remove(&p);
	return malformed;
}

static inline void read_recorded(uint8_t row, const char *name, struct kept *k)
{
	struct sink sink = { keep_event, k };
	char text[16384];

	k->count = 0;
	read_text(name, text, sizeof(text));
	assert_int_equal(read_whole(row, text, strlen(text), &sink), 0);
	for (size_t i = 0; i < k->count; i++) {
		assert_int_equal(k->events[i].kind, EV_SOCKET);
		assert_int_equal(k->events[i].time_ns, 5);
		assert_int_equal(k->events[i].sock.dump, row);
		assert_int_equal(k->events[i].sock.dump_gen, 1);
	}
}

#endif
