/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_test: does a row fit? One function per kind of test.
 *
 * Text is case-blind as fold.h says, patterns as regexec(3) does. Allocates nothing, and makes text
 * only where the question is about text: a port, a state or an address is compared as what it is.
 */
#include <stdlib.h>

#include "query/endtext.h"
#include "query/filter_code.h"
#include "query/fold.h"

bool filter_test_range(const struct test *t, const struct row *r, bool *known)
{
	struct value v;

	*known = column_get(t->col, r, &v);
	return *known && v.u64 >= t->lo && v.u64 <= t->hi;
}

bool filter_test_masked(const struct test *t, const struct row *r, bool *known)
{
	struct value v;

	*known = column_get(t->col, r, &v);
	return *known && (v.u64 & t->hi) == (t->lo & t->hi);
}

/* The text of a cell of any type, in `out` or the value's own; NULL: unknown. */
static const char *cell_text(const struct column *c, const struct row *r, struct value *v,
			     char *out, size_t size)
{
	if (!column_get(c, r, v))
		return NULL;
	if (c->type == VT_TEXT || c->type == VT_HOLDERS || (c->type == VT_ADDR && v->text))
		return v->text;
	value_format(c, v, TEXT_EXACT, false, out, size);
	return out;
}

static bool text_fits(const struct test *t, const struct row *r, bool *known,
		      bool (*fits)(const struct test *t, const char *text))
{
	char out[64];
	struct value v;
	const char *text = cell_text(t->col, r, &v, out, sizeof(out));

	*known = text;
	return text && fits(t, text);
}

static bool is_same(const struct test *t, const char *text)
{
	return fold_compare(text, t->text) == 0;
}

bool filter_test_text(const struct test *t, const struct row *r, bool *known)
{
	return text_fits(t, r, known, is_same);
}

/* An end may be shown by name and by number: whichever the user sees, both are it. */
static bool either_fits(const struct test *t, const struct row *r, bool *known,
			bool (*fits)(const struct test *t, const char *text))
{
	struct row other;

	if (text_fits(t, r, known, fits))
		return true;
	if (t->col->get != endtext_get || !endtext_name(r, t->col->arg))
		return false;
	other = *r;
	other.names = !r->names;
	return text_fits(t, &other, known, fits);
}

static bool matches(const struct test *t, const char *text)
{
	return regexec(t->regex, text, 0, NULL, 0) == 0;
}

bool filter_test_regex(const struct test *t, const struct row *r, bool *known)
{
	return either_fits(t, r, known, matches);
}

static bool contains(const struct test *t, const char *text)
{
	for (; *text; text++) {
		if (fold_begins(text, t->text))
			return true;
	}
	return !*t->text;
}

bool filter_test_contains(const struct test *t, const struct row *r, bool *known)
{
	return either_fits(t, r, known, contains);
}

bool filter_test_ports(const struct test *t, const struct row *r, bool *known)
{
	bool fits = false;

	*known = false;
	for (enum rowend end = ROW_LOCAL; end <= ROW_REMOTE; end++) {
		uint32_t port = t->ends & 1u << end ? row_port(r, end) : 0;

		if (!port)
			continue;
		*known = true;
		fits |= port >= t->lo && port <= t->hi;
	}
	return fits;
}

static bool host_fits(const struct test *t, const struct row *r, enum rowend end, bool *known)
{
	const struct addr *addr = row_addr(r, end);
	uint32_t port = row_port(r, end);
	bool any_port = t->lo == 0 && t->hi == UINT32_MAX;

	if ((!addr && !t->any_addr) || (!port && !any_port))
		return false;
	*known = true;
	return (t->any_addr || addr_in_prefix(addr, &t->addr, t->prefix)) && port >= t->lo &&
	       port <= t->hi;
}

bool filter_test_hosts(const struct test *t, const struct row *r, bool *known)
{
	bool fits = false;

	*known = false;
	for (enum rowend end = ROW_LOCAL; end <= ROW_REMOTE; end++) {
		if (t->ends & 1u << end)
			fits |= host_fits(t, r, end, known);
	}
	return fits;
}

bool filter_test_states(const struct test *t, const struct row *r, bool *known)
{
	*known = r->sk && r->sk->rec.state != ST_UNKNOWN && r->sk->rec.state < SOCKSTATES;
	return *known && t->lo & 1u << r->sk->rec.state;
}

/* Bits 1 << enum sockproto in lo; hi: traffic without a socket too. */
bool filter_test_protos(const struct test *t, const struct row *r, bool *known)
{
	*known = r->sk || r->flow;
	return r->sk ? t->lo >> (r->sk->rec.proto & 31) & 1 : t->hi;
}

bool filter_test_wire_states(const struct test *t, const struct row *r, bool *known)
{
	enum wirestate state = row_wire_state(r);

	*known = state != WS_NONE;
	return *known && t->lo & 1u << state;
}

bool filter_test_ifindex(const struct test *t, const struct row *r, bool *known)
{
	uint32_t ifindex = row_ifindex(r);

	*known = ifindex;
	return ifindex && ifindex == t->lo;
}

void filter_test_fini(struct test *t)
{
	if (t->regex)
		regfree(t->regex);
	free(t->regex);
	free(t->text);
	t->regex = NULL;
	t->text = NULL;
}
