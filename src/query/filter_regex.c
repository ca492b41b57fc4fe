/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_regex: is a pattern small enough to be compiled? glibc's regcomp() writes out every
 * repeat, so "((a{99}){99}){99}" takes all memory, and "((((a+)+)+)+)…" doubles with each plus.
 *
 * Estimates, and errs on the large side; does not judge whether the pattern is correct: that is
 * regcomp()'s.
 */
#include <ctype.h>

#include "query/filter_code.h"

enum { COST_MAX = 4000, GROUPS_MAX = 16 };

/* Nodes of the sequence so far, and of the last atom in it, which a repeat multiplies. */
struct cost {
	unsigned long sum, last;
};

static void add_atom(struct cost *c, unsigned long atom)
{
	c->sum += atom;
	c->last = atom;
}

static void repeat_last(struct cost *c, unsigned long times)
{
	c->sum += c->last * (times - 1);
	c->last *= times;
	if (c->sum > COST_MAX)
		c->last = c->sum = COST_MAX + 1;
}

/* The length of "[…]" with its closing bracket; a ']' that comes first is a member. */
static size_t bracket_len(const char *p)
{
	size_t len = 1 + (p[1] == '^');

	for (len += p[len] == ']'; p[len] && p[len] != ']'; len++) {
		if (p[len] == '[' && p[len + 1] && strchr(":.=", p[len + 1])) {
			const char *end = strchr(p + len + 2, ']');

			len = end ? (size_t)(end - p) : strlen(p) - 1;
		}
	}
	return len + (p[len] == ']');
}

/*
 * "{2,5}" makes five copies, "{2,}" three; a brace without numbers is a letter. Returns its
 * length.
 */
static size_t repeat_braces(const char *p, struct cost *c)
{
	unsigned long times = 0, number = 0;
	size_t len = 1;

	for (; isdigit((unsigned char)p[len]) || p[len] == ','; len++) {
		number = p[len] == ',' ? 0 : number * 10 + (unsigned long)(p[len] - '0');
		if (number > COST_MAX)
			number = COST_MAX;
		if (number + 1 > times)
			times = number + 1;
	}
	repeat_last(c, times ? times : 1);
	return len;
}

bool filter_regex_is_affordable(const char *pattern)
{
	struct cost groups[GROUPS_MAX] = { 0 };
	unsigned depth = 0;

	for (const char *p = pattern; *p;) {
		size_t len = 1;

		if (*p == '(') {
			if (++depth == GROUPS_MAX)
				return false;
			groups[depth] = (struct cost){ 0 };
		} else if (*p == ')' && depth) {
			depth--;
			add_atom(&groups[depth], groups[depth + 1].sum + 1);
		} else if (*p == '*' || *p == '+' || *p == '?') {
			repeat_last(&groups[depth], 2);
		} else if (*p == '{') {
			len = repeat_braces(p, &groups[depth]);
		} else {
			/* A reference back makes matching exponential, on text from outside. */
			if (*p == '\\' && isdigit((unsigned char)p[1]))
				return false;
			add_atom(&groups[depth], 1);
			len = *p == '[' ? bracket_len(p) : *p == '\\' && p[1] ? 2 : 1;
		}
		if (groups[depth].sum > COST_MAX)
			return false;
		p += len;
	}
	return true;
}
