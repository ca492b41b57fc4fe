/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_parse: the grammar. Each rule appends its tests and hands back the span they fill; "and",
 * "or" and "not" only turn the exits of spans, so the program is ready when the text is read.
 *
 *	either = both { or both }
 *	both   = single { [and] single }
 *	single = not single | ( either ) | { state LIST | exclude LIST } | KEYWORD [OP] LIST | WORD
 *	LIST   = VALUE{,VALUE}
 */
#include <errno.h>
#include <stdlib.h>

#include "query/filter_code.h"

struct parser {
	struct filter *f;
	const char *text;
	struct filter_error *err;
	struct token tok; /* the one to look at */
	unsigned depth;
};

/* tests[first, end): those of one condition. */
struct span {
	uint16_t first, end;
};

static struct token peek(const struct parser *p)
{
	struct token next;

	filter_token_next(p->text, p->tok.at + p->tok.len, false, &next);
	return next;
}

static void advance(struct parser *p)
{
	p->tok = peek(p);
}

static int fail_here(const struct parser *p, const char *wanted)
{
	const struct token *t = &p->tok;

	if (t->kind == TOK_UNCLOSED)
		return filter_fail(p->err, t->at, t->len, "a quote is not closed");
	if (t->kind == TOK_END)
		return filter_fail(p->err, t->at, 0, "the filter ends where %s should be", wanted);
	return filter_fail(p->err, t->at, t->len, "\"%.*s\" stands where %s should be",
			   (int)(t->len < 60 ? t->len : 60), p->text + t->at, wanted);
}

/* Takes over what t owns, also when it fails. */
static int append(struct parser *p, struct test *t, struct span *out)
{
	struct filter *f = p->f;
	struct test *tests = f->tests;

	t->yes = FILTER_EXIT_YES;
	t->no = FILTER_EXIT_NO;
	if (f->count == f->cap) {
		unsigned cap = f->cap ? f->cap * 2 : 8;

		tests = cap <= FILTER_TESTS_MAX ? reallocarray(f->tests, cap, sizeof(*tests))
						: NULL;
		if (!tests) {
			filter_test_fini(t);
			return filter_fail(p->err, p->tok.at, 0,
					   "the filter has too many conditions");
		}
		f->tests = tests;
		f->cap = cap;
	}
	out->first = (uint16_t)f->count;
	tests[f->count++] = *t;
	out->end = (uint16_t)f->count;
	return 0;
}

/* a and b, or a or b: where a does not decide, b goes on. The spans stand one after the other. */
static void join(struct filter *f, struct span *a, struct span b, bool both)
{
	uint16_t undecided = both ? FILTER_EXIT_YES : FILTER_EXIT_NO;

	for (unsigned i = a->first; i < a->end; i++) {
		struct test *t = &f->tests[i];

		t->yes = t->yes == undecided ? b.first : t->yes;
		t->no = t->no == undecided ? b.first : t->no;
	}
	a->end = b.end;
}

static uint16_t other_exit(uint16_t target)
{
	if (target == FILTER_EXIT_YES)
		return FILTER_EXIT_NO;
	return target == FILTER_EXIT_NO ? FILTER_EXIT_YES : target;
}

static void invert(struct filter *f, struct span s)
{
	for (unsigned i = s.first; i < s.end; i++) {
		f->tests[i].yes = other_exit(f->tests[i].yes);
		f->tests[i].no = other_exit(f->tests[i].no);
		f->tests[i].inverted = !f->tests[i].inverted;
	}
}

/* Adds a test to *all, which is empty at first. */
static int append_joined(struct parser *p, struct test *t, bool both, struct span *all)
{
	struct span one;
	int ret = append(p, t, &one);

	if (ret)
		return ret;
	if (all->first == all->end)
		*all = one;
	else
		join(p->f, all, one, both);
	return 0;
}

/* Calls take() with a copy of one value. */
static int with_piece(struct parser *p, const char *text, size_t len,
		      int (*take)(struct parser *p, const struct piece *v, void *ctx), void *ctx)
{
	struct piece v = { .at = (size_t)(text - p->text), .len = len };
	char *copy = strndup(text, len);
	int ret;

	if (p->tok.quoted) {
		v.at = p->tok.at;
		v.len = p->tok.len;
	}
	if (!copy)
		return filter_fail(p->err, v.at, v.len, "out of memory");
	v.text = copy;
	if (len || p->tok.quoted)
		ret = take(p, &v, ctx);
	else
		ret = filter_fail(p->err, v.at, 1, "a value is missing in the list");
	free(copy);
	return ret;
}

/*
 * The values of the current token, "80,443". What is quoted, and a pattern, is one with its
 * commas.
 */
static int each_piece(struct parser *p, bool whole,
		      int (*take)(struct parser *p, const struct piece *v, void *ctx), void *ctx)
{
	const char *at = p->tok.text, *end = at + p->tok.text_len, *comma;
	int ret;

	if (p->tok.kind != TOK_WORD)
		return fail_here(p, "a value");
	do {
		comma = whole || p->tok.quoted ? NULL : memchr(at, ',', (size_t)(end - at));
		ret = with_piece(p, at, (size_t)((comma ? comma : end) - at), take, ctx);
		at = comma ? comma + 1 : end;
	} while (comma && !ret);
	if (!ret)
		advance(p);
	return ret;
}

struct comparison {
	const struct subject *s;
	enum cmpop op;
	struct span all;
};

static int take_compared(struct parser *p, const struct piece *v, void *ctx)
{
	struct comparison *cmp = ctx;
	struct test t = { .col = cmp->s->col, .ends = cmp->s->ends };
	int ret;

	if (1 << cmp->op & OPS_MATCH)
		ret = filter_to_regex(v, cmp->op, &t, p->err);
	else
		ret = cmp->s->value(v, cmp->op, &t, p->err);
	if (ret) {
		filter_test_fini(&t);
		return ret;
	}
	/* One of a list, or with != none of it. */
	return append_joined(p, &t, t.negate, &cmp->all);
}

static const char *ops_text(unsigned ops)
{
	static const struct {
		unsigned ops;
		const char *text;
	} texts[] = {
		{ OPS_ORDER | OPS_MATCH, "= != < <= > >= ~ !~" },
		{ OPS_ORDER, "= != < <= > >=" },
		{ OPS_EQUAL | OPS_MATCH, "= != ~ !~" },
		{ OPS_EQUAL, "= !=" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].ops == ops)
			return texts[i].text;
	}
	return "~ !~";
}

/* The subject is the current token; an operator may follow it. */
static int parse_comparison(struct parser *p, const struct subject *s, struct span *out)
{
	struct comparison cmp = { .s = s, .op = OP_EQ };
	bool pattern;
	int ret;

	advance(p);
	if (p->tok.kind == TOK_OP || filter_token_word_op(&p->tok, &cmp.op)) {
		if (p->tok.kind == TOK_OP)
			cmp.op = p->tok.op;
		if (!(1 << cmp.op & s->ops))
			return filter_fail(p->err, p->tok.at, p->tok.len,
					   "this operator does not go with %s, which takes %s",
					   s->name, ops_text(s->ops));
		pattern = 1 << cmp.op & OPS_MATCH;
		filter_token_next(p->text, p->tok.at + p->tok.len, pattern, &p->tok);
	} else if (!(1 << OP_EQ & s->ops)) {
		return filter_fail(p->err, p->tok.at, p->tok.len, "%s needs an operator: %s",
				   s->name, ops_text(s->ops));
	}
	ret = each_piece(p, 1 << cmp.op & OPS_MATCH, take_compared, &cmp);
	if (!ret)
		*out = cmp.all;
	return ret;
}

static bool is_operator(const struct token *t)
{
	enum cmpop op;

	return t->kind == TOK_OP || filter_token_word_op(t, &op);
}

static int take_states(struct parser *p, const struct piece *v, void *ctx)
{
	uint64_t *mask = ctx;
	struct test t = { 0 };
	int ret = filter_to_states(v, OP_EQ, &t, p->err);

	if (!ret)
		*mask |= t.lo;
	return ret;
}

static bool at_states(const struct parser *p)
{
	struct token next = peek(p);

	return filter_token_is(&p->tok, "exclude") ||
	       (filter_token_is(&p->tok, "state") && !is_operator(&next));
}

/*
 * As in ss, neighbours add up: "state established state time-wait", "state all exclude listening".
 */
static int parse_states(struct parser *p, struct span *out)
{
	struct test t = { .fits = filter_test_states };

	if (filter_token_is(&p->tok, "exclude"))
		t.lo = sockstate_mask("all");
	while (at_states(p)) {
		bool exclude = filter_token_is(&p->tok, "exclude");
		uint64_t mask = 0;
		int ret;

		advance(p);
		ret = each_piece(p, false, take_states, &mask);
		if (ret)
			return ret;
		t.lo = exclude ? t.lo & ~mask : t.lo | mask;
	}
	return append(p, &t, out);
}

/* A word that is plainly an end: ":443", "*:80", "10.0.0.0/8". */
static bool word_is_end(const struct piece *v, struct test *t)
{
	if (v->text[0] == ':')
		return filter_to_ports(v, OP_EQ, t, NULL) == 0;
	if (strncmp(v->text, "*:", 2) == 0 || strchr(v->text, '/'))
		return filter_to_host(v, OP_EQ, t, NULL) == 0;
	return false;
}

static int take_word(struct parser *p, const struct piece *v, void *ctx)
{
	struct test t = { .ends = END_EITHER };
	uint32_t mask = sockstate_mask(v->text);
	int ret = 0;

	if (!p->tok.quoted && word_is_end(v, &t))
		return append(p, &t, ctx);
	/* One state in any spelling; groups of them ("big") are too likely to be meant as text. */
	if (__builtin_popcount(mask) == 1) {
		t = (struct test){ .fits = filter_test_states, .lo = mask };
		ret = append_joined(p, &t, false, ctx);
	}
	for (unsigned i = 0; !ret && filter_word_column(i); i++) {
		t = (struct test){ .col = filter_word_column(i) };
		ret = filter_to_contained(v, OP_EQ, &t, p->err);
		if (!ret)
			ret = append_joined(p, &t, false, ctx);
	}
	return ret;
}

static int parse_bare_word(struct parser *p, struct span *out)
{
	*out = (struct span){ 0, 0 };
	return each_piece(p, true, take_word, out);
}

static int fail_unknown(const struct parser *p)
{
	int len = (int)(p->tok.text_len < 60 ? p->tok.text_len : 60);
	const char *near;
	char name[64];

	memcpy(name, p->tok.text, (size_t)len);
	name[len] = '\0';
	near = column_suggest(name);
	return filter_fail(p->err, p->tok.at, p->tok.len,
			   "unknown column \"%s\"%s%s%s (--columns help "
			   "lists them)",
			   name, near ? ": did you mean \"" : "", near ? near : "",
			   near ? "\"?" : "");
}

/* alert, v6only: a claim, which needs no value. */
static int parse_claim(struct parser *p, const struct column *c, struct span *out)
{
	struct test t = { .fits = filter_test_range, .col = c, .lo = 1, .hi = 1 };

	advance(p);
	return append(p, &t, out);
}

/* "alert nginx" is two conditions, "alert no" is one. */
static bool is_value(const struct subject *s, const struct token *next)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "1", "0" };

	if (!s->col || s->col->type != VT_BOOL)
		return next->kind == TOK_WORD;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (filter_token_is(next, words[i]))
			return true;
	}
	return false;
}

static int parse_term(struct parser *p, struct span *out)
{
	struct token next = peek(p);
	bool compared = is_operator(&next);
	const char *sentence = filter_missing(&p->tok);
	struct subject s;

	if (sentence)
		return filter_fail(p->err, p->tok.at, p->tok.len, "%s", sentence);
	if (at_states(p))
		return parse_states(p, out);
	if (!filter_subject(&p->tok, &s)) {
		if (next.kind == TOK_OP && !p->tok.quoted)
			return fail_unknown(p);
		return parse_bare_word(p, out);
	}
	if (compared || s.needs_value || is_value(&s, &next))
		return parse_comparison(p, &s, out);
	if (s.col && s.col->type == VT_BOOL)
		return parse_claim(p, s.col, out);
	return parse_bare_word(p, out);
}

static int parse_either(struct parser *p, struct span *out);

static int parse_group(struct parser *p, struct span *out)
{
	struct token open = p->tok;
	int ret;

	advance(p);
	ret = parse_either(p, out);
	if (ret)
		return ret;
	if (p->tok.kind != TOK_CLOSE)
		return filter_fail(p->err, open.at, open.len, "this parenthesis is not closed");
	advance(p);
	return 0;
}

static int parse_single(struct parser *p, struct span *out)
{
	bool is_not = p->tok.kind == TOK_NOT;
	int ret;

	if (p->tok.kind == TOK_WORD)
		return parse_term(p, out);
	if (!is_not && p->tok.kind != TOK_OPEN)
		return fail_here(p, "a condition");
	if (p->depth == FILTER_DEPTH_MAX)
		return filter_fail(p->err, p->tok.at, p->tok.len,
				   "the filter is nested too deeply");
	p->depth++;
	if (is_not) {
		advance(p);
		ret = parse_single(p, out);
		if (!ret)
			invert(p->f, *out);
	} else {
		ret = parse_group(p, out);
	}
	p->depth--;
	return ret;
}

static int parse_both(struct parser *p, struct span *out)
{
	int ret = parse_single(p, out);

	while (!ret && p->tok.kind != TOK_OR && p->tok.kind != TOK_CLOSE &&
	       p->tok.kind != TOK_END) {
		struct span next;

		if (p->tok.kind == TOK_AND)
			advance(p);
		ret = parse_single(p, &next);
		if (!ret)
			join(p->f, out, next, true);
	}
	return ret;
}

static int parse_either(struct parser *p, struct span *out)
{
	int ret = parse_both(p, out);

	while (!ret && p->tok.kind == TOK_OR) {
		struct span next;

		advance(p);
		ret = parse_both(p, &next);
		if (!ret)
			join(p->f, out, next, false);
	}
	return ret;
}

int filter_compile(struct filter *f, const char *text, struct filter_error *err)
{
	struct parser p = { .f = f, .text = text, .err = err };
	struct span all;
	int ret;

	filter_token_next(text, 0, false, &p.tok);
	if (p.tok.kind == TOK_END)
		return 0;
	ret = parse_either(&p, &all);
	if (!ret && p.tok.kind == TOK_CLOSE)
		ret = filter_fail(err, p.tok.at, p.tok.len, "nothing opens this parenthesis");
	return ret;
}
