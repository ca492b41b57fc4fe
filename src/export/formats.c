/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of output formats. To add one: a row here and format_x.c. It writes nothing itself.
 */
#include "export/formats.h"

#include <string.h>

#include "export/snapshot.h"

static const struct format formats[] = {
	{ "table", "txt", "aligned columns, for people", format_table_write },
	{ "json", "json", "one object a snapshot", format_json_write },
	{ "jsonl", "jsonl", "one row a line, the header first", format_jsonl_write },
	{ "csv", "csv", "RFC 4180, one row a line", format_csv_write },
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
