/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a filter is made of. Private to filter*.c.
 *
 * A filter is a flat program, as the kernel's own socket filters are (INET_DIAG_REQ_BYTECODE):
 * each test jumps forward to another test, or leaves the program with accept or reject. There is
 * no tree to walk.
 *
 * Invariants: a jump goes forward or is one of the two exits, so every run ends; logic has two
 * values: a test of something unknown fails, and `not` of it succeeds.
 */
#ifndef SOCKMON_QUERY_FILTER_CODE_H
#define SOCKMON_QUERY_FILTER_CODE_H

#include <regex.h>

#include "query/columns.h"
#include "query/filter.h"
#include "query/row.h"

enum {
	FILTER_TEXT_MAX = 4096,		/* bytes of an expression */
	FILTER_DEPTH_MAX = 64,		/* of parentheses and nots */
	FILTER_TESTS_MAX = 2048,
	FILTER_EXIT_NO = 0xfffe,	/* jump targets that leave the program */
	FILTER_EXIT_YES = 0xffff,
};

enum cmpop { OP_EQ, OP_NE, OP_GT, OP_LT, OP_GE, OP_LE, OP_MATCH, OP_NOMATCH };

/* Which ends a test of an address or a port looks at: bits 1 << enum rowend. */
enum {
	END_LOCAL = 1 << ROW_LOCAL,
	END_REMOTE = 1 << ROW_REMOTE,
	END_EITHER = END_LOCAL | END_REMOTE,
};

struct test {
	/*
	 * Does the known value fit? *known = false: nothing is known, the test fails, negated or
	 * not.
	 */
	bool (*fits)(const struct test *t, const struct row *r, bool *known);
	const struct column *col;
	bool negate;		/* !=, !~ */
	bool inverted;		/* under a `not` */
	uint8_t ends;		/* END_* */
	uint8_t prefix;		/* of addr */
	bool any_addr;		/* the address does not matter */
	uint16_t yes, no;	/* where to go on */
	uint32_t kinds;		/* of socket that it names, bits 1 << enum sockproto */
	uint64_t lo, hi;	/* a range, both ends included; states: a mask in lo */
	struct addr addr;
	char *text;		/* owned */
	regex_t *regex;		/* owned */
};

struct filter {
	struct test *tests;
	unsigned count, cap;
};

/*
 * filter_test.c: the fits() of each kind. They read of a test: range, masked (lo under hi), text,
 * contains (text), regex: col and that; ports: ends, lo, hi; hosts: addr, too; states, ifindex: lo;
 * protos: lo, hi.
 */
bool filter_test_range(const struct test *t, const struct row *r, bool *known);
bool filter_test_masked(const struct test *t, const struct row *r, bool *known);
bool filter_test_text(const struct test *t, const struct row *r, bool *known);
bool filter_test_contains(const struct test *t, const struct row *r, bool *known);
bool filter_test_regex(const struct test *t, const struct row *r, bool *known);
bool filter_test_ports(const struct test *t, const struct row *r, bool *known);
bool filter_test_hosts(const struct test *t, const struct row *r, bool *known);
bool filter_test_states(const struct test *t, const struct row *r, bool *known);
bool filter_test_protos(const struct test *t, const struct row *r, bool *known);
bool filter_test_wire_states(const struct test *t, const struct row *r, bool *known);
bool filter_test_ifindex(const struct test *t, const struct row *r, bool *known);
void filter_test_fini(struct test *t);

/* filter_lex.c: the words of an expression. */
enum tokkind {
	TOK_END,
	TOK_WORD,
	TOK_OPEN,
	TOK_CLOSE,
	TOK_AND,
	TOK_OR,
	TOK_NOT,
	TOK_OP,
	TOK_UNCLOSED,	/* a quoted word without its end */
};

struct token {
	uint8_t kind;		/* enum tokkind */
	uint8_t op;		/* enum cmpop, of TOK_OP */
	bool quoted;
	size_t at, len;		/* the whole spot, quotes included */
	const char *text;	/* what it says: not terminated */
	size_t text_len;
};

/*
 * The token at or after `at`. A pattern reaches to the next space, or to a ')' that it has not
 * opened.
 */
void filter_token_next(const char *text, size_t at, bool pattern, struct token *out);
bool filter_token_is(const struct token *t, const char *word); /* an unquoted word, case-blind */
bool filter_token_word_op(const struct token *t, enum cmpop *op);	/* "eq", "ne", "geq" … */

/* A piece of the expression: one value of a list, or a whole word. */
struct piece {
	const char *text;	/* terminated copy */
	size_t at, len;		/* its spot */
};

/* Fills *err for a spot; returns -EINVAL. */
int filter_fail(struct filter_error *err, size_t at, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * filter_value.c: one value to one test, by the kind of the keyword. The test comes zeroed but for
 * `ends` or `col`. 0 or -EINVAL with *err filled.
 */
int filter_to_number(const struct piece *v, enum cmpop op, struct test *t,
		     struct filter_error *err);
int filter_to_text(const struct piece *v, enum cmpop op, struct test *t,
		   struct filter_error *err);
int filter_to_word(const struct piece *v, enum cmpop op, struct test *t,
		   struct filter_error *err);	/* one of the column's words */
int filter_to_family(const struct piece *v, enum cmpop op, struct test *t,
		     struct filter_error *err);
int filter_to_contained(const struct piece *v, enum cmpop op, struct test *t,
			struct filter_error *err);
int filter_to_regex(const struct piece *v, enum cmpop op, struct test *t,
		    struct filter_error *err);
int filter_to_states(const struct piece *v, enum cmpop op, struct test *t,
		     struct filter_error *err);
int filter_to_wire_states(const struct piece *v, enum cmpop op, struct test *t,
			  struct filter_error *err);
int filter_to_iface(const struct piece *v, enum cmpop op, struct test *t,
		    struct filter_error *err);
int filter_to_mark(const struct piece *v, enum cmpop op, struct test *t,
		   struct filter_error *err);
int filter_to_user(const struct piece *v, enum cmpop op, struct test *t,
		   struct filter_error *err);
int filter_to_proto(const struct piece *v, enum cmpop op, struct test *t,
		    struct filter_error *err);

/* What x OP lo..hi means as a range. */
void filter_set_range(struct test *t, enum cmpop op, uint64_t lo, uint64_t hi);
int filter_parse_integer(const char *text, uint64_t *out);	/* decimal or 0x…; 0 or -EINVAL */

/* filter_host.c: the same for ports and addresses. */
int filter_to_ports(const struct piece *v, enum cmpop op, struct test *t,
		    struct filter_error *err);
int filter_to_host(const struct piece *v, enum cmpop op, struct test *t,
		   struct filter_error *err);

/* filter_regex.c: glibc expands repeats when it compiles, and nested ones without bound. */
bool filter_regex_is_affordable(const char *pattern);

/* filter_words.c: what stands on the left of a comparison. */
enum {
	OPS_EQUAL = 1 << OP_EQ | 1 << OP_NE,
	OPS_ORDER = OPS_EQUAL | 1 << OP_GT | 1 << OP_LT | 1 << OP_GE | 1 << OP_LE,
	OPS_MATCH = 1 << OP_MATCH | 1 << OP_NOMATCH,
};

struct subject {
	const char *name;
	const struct column *col;	/* that ~ looks at; NULL: none */
	uint8_t ends;			/* END_* */
	uint8_t ops;			/* OPS_* */
	bool needs_value;		/* one of ss's own words: never a bare word */
	int (*value)(const struct piece *v, enum cmpop op, struct test *t,
		     struct filter_error *err);
};

bool filter_subject(const struct token *word, struct subject *out);

/* Why a word that other monitors know means nothing here; NULL: it is not one of them. */
const char *filter_missing(const struct token *word);

/* The cells that a bare word is looked for in; NULL past the end. */
const struct column *filter_word_column(unsigned i);

/* filter_parse.c: appends the tests of an expression to an empty filter. */
int filter_compile(struct filter *f, const char *text, struct filter_error *err);

#endif
