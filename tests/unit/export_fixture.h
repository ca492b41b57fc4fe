/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of the export formats: a model of a few sockets, and columns whose values the test
 * chooses, so that what is tested is the format and not the column table.
 */
#ifndef TESTS_UNIT_EXPORT_FIXTURE_H
#define TESTS_UNIT_EXPORT_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "export/formats.h"

enum { FIXTURE_ITEMS = 4000 };

struct fixture {
	struct model *m;
	struct item items[FIXTURE_ITEMS];
	struct group groups[2];
	struct result result;
	struct query query;
	struct buf out;
	struct snapshot s;
};

/* Getters by what arg points into: one text, number … for all rows. */
static inline bool fixture_unknown(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	(void)r;
	(void)v;
	return false;
}

static inline bool fixture_text(const struct column *c, const struct row *r, struct value *v)
{
	(void)r;
	v->text = c->help; /* the help of a test's column is its value */
	return true;
}

static inline bool fixture_number(const struct column *c, const struct row *r, struct value *v)
{
	(void)r;
	v->u64 = c->arg;
	return true;
}

static inline bool fixture_huge(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	(void)r;
	v->u64 = UINT64_MAX;
	return true;
}

static inline bool fixture_lport(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = r->sk->rec.lport;
	return true;
}

static inline bool fixture_addr(const struct column *c, const struct row *r, struct value *v)
{
	static const uint8_t one[4] = { 10, 0, 0, 1 };

	(void)c;
	(void)r;
	v->addr = addr_from_v4(one);
	v->text = NULL;
	return true;
}

static inline void fixture_send(struct fixture *f, const struct event *e)
{
	model_apply(f->m, e);
}

static inline void fixture_host(struct fixture *f, bool no_capture)
{
	struct event e = { .kind = EV_HOST, .time_ns = 1000000000ull };

	memcpy(e.host.name, "web1", 5);
	memcpy(e.host.version, "0.1.0", 6);
	e.host.no_capture = no_capture;
	fixture_send(f, &e);
}

static inline void fixture_sockets(struct fixture *f, unsigned count)
{
	static const uint8_t one[4] = { 10, 0, 0, 1 }, two[4] = { 10, 0, 0, 2 };
	uint32_t ids[FIXTURE_ITEMS];

	assert_true(count <= FIXTURE_ITEMS);
	for (unsigned i = 0; i < count; i++) {
		struct event e = { .kind = EV_SOCKET, .time_ns = 2000000000ull };

		e.sock.cookie = i + 1;
		e.sock.has = HAS_COOKIE;
		e.sock.proto = SP_TCP;
		e.sock.family = AF_INET;
		e.sock.state = ST_ESTABLISHED;
		e.sock.inode = 100 + i;
		e.sock.laddr = addr_from_v4(one);
		e.sock.raddr = addr_from_v4(two);
		e.sock.lport = (uint16_t)(1000 + i);
		e.sock.rport = 443;
		fixture_send(f, &e);
	}
	assert_int_equal(model_row_count(f->m), count);
	f->result.count = model_row_ids(f->m, ids);
	for (unsigned i = 0; i < f->result.count; i++)
		f->items[i] = (struct item){ .id = ids[i] };
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->m = model_new(5000, 5000, 1);
	if (!f->m)
		return -1;
	f->result.items = f->items;
	f->result.groups = f->groups;
	f->s.m = f->m;
	f->s.result = &f->result;
	f->s.query = &f->query;
	f->s.header = true;
	f->s.first = true;
	fixture_host(f, true);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	model_free(f->m);
	buf_fini(&f->out);
	free(f);
	return 0;
}

/* The format's output of these columns, until the next call. */
static inline const char *fixture_write(struct fixture *f, const char *format,
					const struct column *const *cols, unsigned count)
{
	f->s.cols = cols;
	f->s.col_count = count;
	buf_reset(&f->out);
	assert_int_equal(format_find(format)->write(&f->s, &f->out), 0);
	return f->out.data;
}

/* Two groups of the column: one known (by label), one not. */
static inline void fixture_groups(struct fixture *f, const struct column *by, const char *label)
{
	f->query.group = by;
	f->groups[0] = (struct group){
		.known = true,
		.rows = 3,
		.sockets = 2,
		.rx_bps = 10,
		.tx_bps = 20,
		.rx_bytes = 5,
		.tx_bytes = 6,
		.rx_packets = 7,
		.tx_packets = 8,
	};
	memcpy(f->groups[0].label, label, strlen(label) + 1);
	f->groups[0].value.text = f->groups[0].label;
	f->groups[0].by_state[ST_ESTABLISHED] = 2;
	f->groups[1] = (struct group){
		.label = "-",
		.rows = 1,
		.rx_bps = MODEL_RATE_UNKNOWN,
		.tx_bps = MODEL_RATE_UNKNOWN,
	};
	f->items[0] = (struct item){ .id = 0, .is_group = true };
	f->items[1] = (struct item){ .id = 1, .is_group = true };
	f->result.count = 2;
	f->result.group_count = 2;
}

/* A flush that counts, keeps nothing, and fails once `room` is used up. */
struct sieve {
	size_t room, taken, largest;
	unsigned calls;
};

static inline int sieve_flush(void *ctx, struct buf *b)
{
	struct sieve *s = ctx;

	s->calls++;
	if (b->len > s->largest)
		s->largest = b->len;
	if (b->len > s->room)
		return -EPIPE;
	s->room -= b->len;
	s->taken += b->len;
	buf_reset(b);
	return 0;
}

#endif
