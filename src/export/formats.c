/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of output formats. To add one: a row here and format_x.c. It writes nothing itself.
 */
#include "export/formats.h"

#include <string.h>

#include "export/snapshot.h"

static const struct format formats[] = {
	{ "table", "txt", "aligned columns, for people", format_table_write, NULL,
	  format_table_columns },
	{ "json", "json", "one object a snapshot", format_json_write, format_json_begin, NULL },
	{ "jsonl", "jsonl", "one row a line, the header first", format_jsonl_write,
	  format_jsonl_begin, NULL },
	{ "csv", "csv", "RFC 4180, one row a line", format_csv_write, format_csv_begin, NULL },
};

const struct format *format_at(unsigned i)
{
	return i < sizeof(formats) / sizeof(formats[0]) ? &formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
	const struct format *f;

	for (unsigned i = 0; (f = format_at(i)); i++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static uint32_t needs_of(const struct column *c, bool single)
{
	return single && c->unit == UNIT_RATE && c->scope == SCOPE_WIRE ? 0 : columns_needs(&c, 1);
}

uint32_t format_needs(const struct format *f, const struct column *const *cols, unsigned count,
		      bool single)
{
	const struct column *c;
	uint32_t needs = 0;

	for (unsigned i = 0; i < count; i++)
		needs |= needs_of(cols[i], single);
	for (unsigned i = 0; !count && f->columns && f->columns[i]; i++)
		needs |= needs_of(column_find(f->columns[i]), single);
	for (unsigned i = 0; !count && !f->columns && (c = column_at(i)); i++)
		needs |= c->key ? needs_of(c, single) : 0;
	return needs;
}
