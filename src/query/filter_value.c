/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_value: one value of an expression to one test, by the kind of its keyword: numbers in the
 * column's unit, text, patterns, states, interfaces. Ports and addresses are in filter_host.c.
 *
 * Says what is wrong with a value, at its spot. Deliberately looks nothing up: no names, no
 * services file.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/human.h"
#include "net/protos.h"
#include "query/filter_code.h"

enum { PATTERN_MAX = 512 };

static int out_of_memory(const struct piece *v, struct filter_error *err)
{
	return filter_fail(err, v->at, v->len, "out of memory");
}

int filter_parse_integer(const char *text, uint64_t *out)
{
	int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
	unsigned long long n;
	char *end;

	if (!isxdigit((unsigned char)text[base == 16 ? 2 : 0]))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, base);
	if (errno || *end)
		return -EINVAL;
	*out = n;
	return 0;
}

void filter_set_range(struct test *t, enum cmpop op, uint64_t lo, uint64_t hi)
{
	t->negate = op == OP_NE;
	t->lo = lo;
	t->hi = hi;
	/* Nothing is above the largest or below zero: an empty range. */
	if (op == OP_GT) {
		t->lo = hi == UINT64_MAX ? 1 : hi + 1;
		t->hi = hi == UINT64_MAX ? 0 : UINT64_MAX;
	} else if (op == OP_GE) {
		t->hi = UINT64_MAX;
	} else if (op == OP_LT) {
		t->hi = lo ? lo - 1 : 0;
		t->lo = lo ? 0 : 1;
	} else if (op == OP_LE) {
		t->lo = 0;
	}
}

static int parse_in_unit(const char *text, uint64_t unit_ns, uint64_t *out)
{
	uint64_t ns;
	int ret = human_parse_duration(text, unit_ns, &ns);

	if (!ret)
		*out = ns / unit_ns;
	return ret;
}

/*
 * RFC 3339 in UTC, as the columns show it: date, time and fraction may each be left off from the
 * right.
 */
static int parse_time(const char *text, uint64_t *out)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &tm);
	uint64_t fraction_ns = 0;
	time_t seconds;

	if (rest && (*rest == 'T' || *rest == 't'))
		rest = strptime(rest + 1, "%H:%M:%S", &tm);
	if (rest && *rest == '.') {
		rest++;
		for (uint64_t digit_ns = NSEC_PER_SEC / 10; isdigit((unsigned char)*rest); rest++) {
			fraction_ns += (uint64_t)(*rest - '0') * digit_ns;
			digit_ns /= 10;
		}
	}
	if (rest && (*rest == 'Z' || *rest == 'z'))
		rest++;
	if (!rest || *rest)
		return -EINVAL;
	seconds = timegm(&tm);
	if (seconds < 0 || (uint64_t)seconds >= UINT64_MAX / NSEC_PER_SEC)
		return -ERANGE;
	*out = (uint64_t)seconds * NSEC_PER_SEC + fraction_ns;
	return 0;
}

static int parse_bool(const char *text, uint64_t *out)
{
	static const char *const words[][4] = {
		{ "false", "no", "off", "0" },
		{ "true", "yes", "on", "1" },
	};

	for (unsigned is = 0; is < 2; is++) {
		for (unsigned i = 0; i < 4; i++) {
			if (strcasecmp(text, words[is][i]) == 0) {
				*out = is;
				return 0;
			}
		}
	}
	return -EINVAL;
}

/* "99", "99.8", "99.8%" */
static int parse_tenths(const char *text, uint64_t *out)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	uint64_t tenths = 0;

	if (!whole || whole > 9)
		return -EINVAL;
	for (size_t i = 0; i < whole; i++)
		tenths = tenths * 10 + (uint64_t)(text[i] - '0');
	tenths *= 10;
	if (rest[0] == '.' && isdigit((unsigned char)rest[1])) {
		tenths += (uint64_t)(rest[1] - '0');
		rest += 2;
	}
	rest += *rest == '%';
	if (*rest)
		return -EINVAL;
	*out = tenths;
	return 0;
}

static int parse_number(const struct column *c, const char *text, uint64_t *out)
{
	if (c->type == VT_TENTHS)
		return parse_tenths(text, out);
	if (c->type == VT_BOOL)
		return parse_bool(text, out);
	if (c->type == VT_TIME)
		return parse_time(text, out);
	switch (c->unit) {
	case UNIT_COUNT:
	case UNIT_BYTES:
	case UNIT_RATE:
		return human_parse_size(text, out);
	case UNIT_US:
		return parse_in_unit(text, NSEC_PER_USEC, out);
	case UNIT_MS:
		return parse_in_unit(text, NSEC_PER_MSEC, out);
	case UNIT_NS:
		return human_parse_duration(text, NSEC_PER_SEC, out);
	case UNIT_NONE:
	case UNIT_PERCENT:
		break;
	}
	return filter_parse_integer(text, out);
}

static const char *number_hint(const struct column *c)
{
	if (c->type == VT_BOOL)
		return "yes or no";
	if (c->type == VT_TIME)
		return "a time such as 2026-11-21T22:14:03Z";
	if (c->type == VT_TENTHS)
		return "a number such as 99.5";
	if (c->unit == UNIT_US || c->unit == UNIT_MS || c->unit == UNIT_NS)
		return "a duration such as 100ms or 1.5s";
	if (c->unit == UNIT_BYTES || c->unit == UNIT_RATE || c->unit == UNIT_COUNT)
		return "a number such as 300, 64k or 1Mi";
	return "a whole number";
}

/* "8000-8100": both ends belong to it. */
static int parse_span(const struct column *c, const char *text, uint64_t *lo, uint64_t *hi)
{
	const char *dash = strchr(text, '-');
	char first[64];
	size_t len;

	if (!dash || c->type != VT_UINT)
		return -EINVAL;
	len = (size_t)(dash - text);
	if (len >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, len);
	first[len] = '\0';
	if (parse_number(c, first, lo) || parse_number(c, dash + 1, hi))
		return -EINVAL;
	return *lo <= *hi ? 0 : -ERANGE;
}

int filter_to_number(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	uint64_t lo, hi;
	int ret = parse_number(t->col, v->text, &lo);

	t->fits = filter_test_range;
	if (!ret) {
		filter_set_range(t, op, lo, lo);
		return 0;
	}
	ret = parse_span(t->col, v->text, &lo, &hi);
	if (ret == -ERANGE)
		return filter_fail(err, v->at, v->len,
				   "\"%.60s\" is empty: the smaller end comes first", v->text);
	if (ret)
		return filter_fail(err, v->at, v->len, "\"%.60s\" is no value for %s: it takes %s",
				   v->text, t->col->name, number_hint(t->col));
	if (op != OP_EQ && op != OP_NE)
		return filter_fail(err, v->at, v->len, "a range goes with = or != only");
	filter_set_range(t, op, lo, hi);
	return 0;
}

int filter_to_text(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	t->fits = filter_test_text;
	t->negate = op == OP_NE;
	t->text = strdup(v->text);
	return t->text ? 0 : out_of_memory(v, err);
}

/* "closed, reset, refused": all that the column can have. */
static void list_words(const struct column *c, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; c->word(i) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "", c->word(i));
}

/* Checked, so that "end resett" is an error and not an empty screen. */
int filter_to_word(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	char words[320];

	for (unsigned i = 0; t->col->word(i); i++) {
		if (strcasecmp(t->col->word(i), v->text) == 0)
			return filter_to_text(v, op, t, err);
	}
	list_words(t->col, words, sizeof(words));
	return filter_fail(err, v->at, v->len, "\"%.60s\" is no value for %s: it is one of %s",
			   v->text, t->col->name, words);
}

int filter_to_contained(const struct piece *v, enum cmpop op, struct test *t,
			struct filter_error *err)
{
	t->fits = filter_test_contains;
	t->negate = op == OP_NE;
	t->text = strdup(v->text);
	return t->text ? 0 : out_of_memory(v, err);
}

int filter_to_regex(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	char why[128];
	int ret;

	t->fits = filter_test_regex;
	t->negate = op == OP_NOMATCH;
	if (strlen(v->text) > PATTERN_MAX || !filter_regex_is_affordable(v->text))
		return filter_fail(err, v->at, v->len,
				   "the pattern is too costly: repeats of repeats and "
				   "references back are not taken");
	t->regex = calloc(1, sizeof(*t->regex));
	if (!t->regex)
		return out_of_memory(v, err);
	ret = regcomp(t->regex, v->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (!ret)
		return 0;
	regerror(ret, t->regex, why, sizeof(why));
	free(t->regex);
	t->regex = NULL;
	return filter_fail(err, v->at, v->len,
			   "the pattern \"%.60s\" is not a regular expression: %s", v->text, why);
}

int filter_to_states(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	t->fits = filter_test_states;
	t->negate = op == OP_NE;
	t->lo = sockstate_mask(v->text);
	if (t->lo)
		return 0;
	return filter_fail(
		err, v->at, v->len,
		"\"%.60s\" is not a state: established, syn-sent, syn-recv, fin-wait-1, "
		"fin-wait-2, time-wait, closed, close-wait, last-ack, listening, closing, or all, "
		"connected, synchronized, bucket, big",
		v->text);
}

int filter_to_wire_states(const struct piece *v, enum cmpop op, struct test *t,
			  struct filter_error *err)
{
	const char *word = strcasecmp(v->text, "rst") == 0 ? "RESET" : v->text;
	uint32_t wanted = sockstate_mask(word);

	t->fits = filter_test_wire_states;
	t->negate = op == OP_NE;
	for (unsigned ws = WS_NONE + 1; ws < WS_STATES; ws++) {
		const char *name = wirestate_name(ws);

		if (sockstate_mask(name) & wanted || strcasecmp(name, word) == 0)
			t->lo |= 1u << ws;
	}
	if (t->lo)
		return 0;
	return filter_fail(err, v->at, v->len,
			   "\"%.60s\" is not a state on the wire: syn-sent, syn-recv, established, "
			   "fin-wait-1, fin-wait-2, close-wait, closing, last-ack, time-wait, "
			   "closed, reset, refused",
			   v->text);
}

int filter_to_iface(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	uint64_t ifindex;

	if (filter_parse_integer(v->text, &ifindex))
		return filter_to_text(v, op, t, err);
	t->fits = filter_test_ifindex;
	t->negate = op == OP_NE;
	t->lo = ifindex;
	return 0;
}

/* VALUE or VALUE/MASK, as ss has it. */
int filter_to_mark(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	const char *slash = strchr(v->text, '/');
	char mark[24];
	size_t len;

	if (!slash)
		return filter_to_number(v, op, t, err);
	len = (size_t)(slash - v->text);
	if (len < sizeof(mark)) {
		memcpy(mark, v->text, len);
		mark[len] = '\0';
		if (!filter_parse_integer(mark, &t->lo) &&
		    !filter_parse_integer(slash + 1, &t->hi) && (op == OP_EQ || op == OP_NE)) {
			t->fits = filter_test_masked;
			t->negate = op == OP_NE;
			return 0;
		}
	}
	return filter_fail(err, v->at, v->len,
			   "\"%.60s\" is not a mark and its mask: as in = 0x1/0x3", v->text);
}

/* A name, or the number that uid has. */
int filter_to_user(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	uint64_t uid;

	if (filter_parse_integer(v->text, &uid))
		return filter_to_text(v, op, t, err);
	t->col = column_find("uid");
	return filter_to_number(v, op, t, err);
}

/*
 * Families and the kinds of socket that they are made of; traffic without a socket is all of
 * inet.
 */
static const struct family {
	const char *word;
	uint32_t kinds;
	bool flows;
} families[] = {
	{ "inet", (1u << SP_UNIX_STREAM) - 1, true }, { "unix", ROW_KINDS_UNIX, false },
	{ "packet", 1u << SP_PACKET, false },	      { "netlink", 1u << SP_NETLINK, false },
	{ "vsock", 1u << SP_VSOCK, false },
};

static const struct family *find_family(const char *word)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strcasecmp(families[i].word, word) == 0)
			return &families[i];
	}
	return NULL;
}

/* "inet" is one of the two here, beside "inet6": as the column has it. */
int filter_to_family(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	const struct family *family = find_family(v->text);

	t->kinds = family ? family->kinds : 0;
	return filter_to_word(v, op, t, err);
}

/*
 * Checked, so that "proto tpc" is an error and not an empty screen. A number is the IP protocol's.
 */
int filter_to_proto(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	const struct family *family = find_family(v->text);
	struct piece named = *v;
	uint64_t number;
	char buf[16];

	if (family) {
		t->fits = filter_test_protos;
		t->negate = op == OP_NE;
		t->lo = t->kinds = family->kinds;
		t->hi = family->flows;
		return 0;
	}
	if (!filter_parse_integer(v->text, &number) && number <= UINT8_MAX)
		named.text = ipproto_name((uint8_t)number, buf);
	for (unsigned p = 0; p < SOCKPROTOS; p++)
		t->kinds |= strcasecmp(sockproto_name(p), named.text) == 0 ? 1u << p : 0;
	if (t->kinds || named.text == buf || ipproto_by_name(named.text) ||
	    strncasecmp(named.text, "ip-proto-", strlen("ip-proto-")) == 0)
		return filter_to_text(&named, op, t, err);
	return filter_fail(err, v->at, v->len,
			   "\"%.60s\" is not a protocol: tcp, udp, icmp, unix, netlink, inet … "
			   "or a number",
			   v->text);
}
