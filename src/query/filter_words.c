/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_words: the words that may stand on the left of a comparison: every column, and ss's own.
 * To add a keyword that is no column: a row in `keywords`.
 *
 * Owns nothing. The grammar is filter_parse.c's.
 */
#include "query/filter_code.h"

enum { WORD_MAX = 64 };

/* Keywords that are no columns, or mean more than their column. */
static const struct {
	const char *word;
	const char *column; /* that ~ looks at, and where values that are text go; NULL: none */
	uint8_t ends;
	uint8_t ops;
	bool needs_value;
	int (*value)(const struct piece *v, enum cmpop op, struct test *t,
		     struct filter_error *err);
} keywords[] = {
	{ "sport", "lport", END_LOCAL, OPS_ORDER, true, filter_to_ports },
	{ "dport", "rport", END_REMOTE, OPS_ORDER, true, filter_to_ports },
	{ "lport", "lport", END_LOCAL, OPS_ORDER, false, filter_to_ports },
	{ "rport", "rport", END_REMOTE, OPS_ORDER, false, filter_to_ports },
	{ "port", NULL, END_EITHER, OPS_ORDER, false, filter_to_ports },
	{ "src", "local", END_LOCAL, OPS_EQUAL, true, filter_to_host },
	{ "dst", "remote", END_REMOTE, OPS_EQUAL, true, filter_to_host },
	{ "laddr", "laddr", END_LOCAL, OPS_EQUAL, false, filter_to_host },
	{ "raddr", "raddr", END_REMOTE, OPS_EQUAL, false, filter_to_host },
	{ "local", "local", END_LOCAL, OPS_EQUAL, false, filter_to_host },
	{ "remote", "remote", END_REMOTE, OPS_EQUAL, false, filter_to_host },
	{ "host", NULL, END_EITHER, OPS_EQUAL, false, filter_to_host },
	{ "net", NULL, END_EITHER, OPS_EQUAL, false, filter_to_host },
	{ "state", "state", 0, OPS_EQUAL, true, filter_to_states },
	{ "wire_state", "wire_state", 0, OPS_EQUAL, false, filter_to_wire_states },
	{ "dev", "iface", 0, OPS_EQUAL, true, filter_to_iface },
	{ "iface", "iface", 0, OPS_EQUAL, false, filter_to_iface },
	{ "fwmark", "mark", 0, OPS_ORDER, true, filter_to_mark },
	{ "mark", "mark", 0, OPS_ORDER, false, filter_to_mark },
	{ "proto", "proto", 0, OPS_EQUAL, false, filter_to_proto },
	{ "family", "family", 0, OPS_EQUAL, false, filter_to_family },
	{ "user", "user", 0, OPS_EQUAL, false, filter_to_user },
};

/*
 * Words of ss and of other monitors for what sockmon does not know: an error, never an empty
 * screen.
 */
static const struct {
	const char *word;
	const char *sentence;
} missing[] = {
	{ "autobound", "autobound is not known to sockmon" },
};

/* Those that cost most to write come last. */
static const char *const visible[] = {
	"process", "no_process_reason", "proto", "state", "wire_state",
	"iface",   "cmdline",		"pid",	 "local", "remote",
};

const struct column *filter_word_column(unsigned i)
{
	return i < sizeof(visible) / sizeof(visible[0]) ? column_find(visible[i]) : NULL;
}

static bool find_keyword(const struct token *word, struct subject *out)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		const char *column = keywords[i].column;

		if (!filter_token_is(word, keywords[i].word))
			continue;
		*out = (struct subject){
			.name = keywords[i].word,
			.col = column ? column_find(column) : NULL,
			.ends = keywords[i].ends,
			.ops = keywords[i].ops | (column ? OPS_MATCH : 0),
			.needs_value = keywords[i].needs_value,
			.value = keywords[i].value,
		};
		return true;
	}
	return false;
}

static bool find_column(const struct token *word, struct subject *out)
{
	/* Addresses and ports have keywords; what is left is text or numbers. */
	static const struct {
		uint8_t ops;
		int (*value)(const struct piece *v, enum cmpop op, struct test *t,
			     struct filter_error *err);
	} by_type[] = {
		[VT_UINT] = { OPS_ORDER | OPS_MATCH, filter_to_number },
		[VT_TEXT] = { OPS_EQUAL | OPS_MATCH, filter_to_text },
		[VT_ADDR] = { OPS_EQUAL | OPS_MATCH, filter_to_host },
		[VT_BOOL] = { OPS_EQUAL, filter_to_number },
		[VT_TIME] = { OPS_ORDER | OPS_MATCH, filter_to_number },
		[VT_HEX] = { OPS_EQUAL | OPS_MATCH, filter_to_number },
		[VT_TENTHS] = { OPS_ORDER | OPS_MATCH, filter_to_number },
		[VT_HOLDERS] = { OPS_MATCH, filter_to_contained },
	};
	char name[WORD_MAX];
	const struct column *c;

	if (word->quoted || word->text_len >= sizeof(name))
		return false;
	memcpy(name, word->text, word->text_len);
	name[word->text_len] = '\0';
	c = column_find(name);
	if (!c)
		return false;
	*out = (struct subject){
		.name = c->name,
		.col = c,
		.ops = by_type[c->type].ops,
		.value = c->word ? filter_to_word : by_type[c->type].value,
	};
	return true;
}

/* A column under another name ("interface") is as much as its keyword ("iface"). */
bool filter_subject(const struct token *word, struct subject *out)
{
	struct token name;

	if (find_keyword(word, out))
		return true;
	if (!find_column(word, out))
		return false;
	name = (struct token){ .kind = TOK_WORD, .text = out->name, .text_len = strlen(out->name) };
	find_keyword(&name, out);
	return true;
}

const char *filter_missing(const struct token *word)
{
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		if (filter_token_is(word, missing[i].word))
			return missing[i].sentence;
	}
	return NULL;
}
