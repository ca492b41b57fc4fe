/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_lex: cuts an expression into tokens. Owns nothing; a token points into the text.
 *
 * Deliberately knows no columns: which words are keywords is the parser's to say.
 */
#include <strings.h>

#include "query/filter_code.h"

static const struct {
	const char *sign;
	uint8_t kind;
	uint8_t op;
} signs[] = {
	/* longest first */
	{ "&&", TOK_AND, 0 },	 { "||", TOK_OR, 0 },	       { "==", TOK_OP, OP_EQ },
	{ "!=", TOK_OP, OP_NE }, { "!~", TOK_OP, OP_NOMATCH }, { ">=", TOK_OP, OP_GE },
	{ "<=", TOK_OP, OP_LE }, { "&", TOK_AND, 0 },	       { "|", TOK_OR, 0 },
	{ "!", TOK_NOT, 0 },	 { "(", TOK_OPEN, 0 },	       { ")", TOK_CLOSE, 0 },
	{ "=", TOK_OP, OP_EQ },	 { "~", TOK_OP, OP_MATCH },    { ">", TOK_OP, OP_GT },
	{ "<", TOK_OP, OP_LT },
};

static const struct {
	const char *word;
	uint8_t kind;
} joints[] = { { "and", TOK_AND }, { "or", TOK_OR }, { "not", TOK_NOT } };

/* The spellings of ss. */
static const struct {
	const char *word;
	uint8_t op;
} word_ops[] = {
	{ "eq", OP_EQ }, { "ne", OP_NE },  { "neq", OP_NE }, { "gt", OP_GT },  { "lt", OP_LT },
	{ "ge", OP_GE }, { "geq", OP_GE }, { "le", OP_LE },  { "leq", OP_LE },
};

bool filter_token_is(const struct token *t, const char *word)
{
	return t->kind != TOK_END && !t->quoted && t->text_len == strlen(word) &&
	       strncasecmp(t->text, word, t->text_len) == 0;
}

bool filter_token_word_op(const struct token *t, enum cmpop *op)
{
	for (size_t i = 0; t->kind == TOK_WORD && i < sizeof(word_ops) / sizeof(word_ops[0]); i++) {
		if (filter_token_is(t, word_ops[i].word)) {
			*op = word_ops[i].op;
			return true;
		}
	}
	return false;
}

static bool take_sign(const char *text, struct token *out)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i].sign);

		if (strncmp(text, signs[i].sign, len) == 0) {
			out->kind = signs[i].kind;
			out->op = signs[i].op;
			out->len = out->text_len = len;
			return true;
		}
	}
	return false;
}

static void take_quoted(const char *text, struct token *out)
{
	const char *end = strchr(text + 1, text[0]);

	out->quoted = true;
	out->kind = end ? TOK_WORD : TOK_UNCLOSED;
	out->text = text + 1;
	out->text_len = end ? (size_t)(end - out->text) : strlen(out->text);
	out->len = out->text_len + 1 + (end != NULL);
}

static size_t pattern_len(const char *text)
{
	unsigned open = 0;
	size_t len = 0;

	for (; text[len] && !strchr(" \t\r\n", text[len]); len++) {
		if (text[len] == '(')
			open++;
		else if (text[len] == ')' && !open--)
			break;
		else if (text[len] == '\\' && text[len + 1])
			len++;
	}
	return len;
}

static void take_word(const char *text, struct token *out)
{
	/* A '!' inside a word is one of its letters, unless it begins an operator. */
	size_t len = strcspn(text, " \t\r\n()=<>&|~!");

	while (text[len] == '!' && text[len + 1] != '=' && text[len + 1] != '~')
		len += 1 + strcspn(text + len + 1, " \t\r\n()=<>&|~!");
	out->kind = TOK_WORD;
	out->len = out->text_len = len;
	for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++) {
		if (filter_token_is(out, joints[i].word))
			out->kind = joints[i].kind;
	}
}

void filter_token_next(const char *text, size_t at, bool pattern, struct token *out)
{
	at += strspn(text + at, " \t\r\n");
	*out = (struct token){ .kind = TOK_END, .at = at, .text = text + at };
	if (!text[at])
		return;
	if (text[at] == '\'' || text[at] == '"') {
		take_quoted(text + at, out);
	} else if (pattern && pattern_len(text + at)) {
		out->kind = TOK_WORD;
		out->len = out->text_len = pattern_len(text + at);
	} else if (!take_sign(text + at, out)) {
		take_word(text + at, out);
	}
}
