/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints one of the program's tables, a row a line with a TAB between fields, for the tests that hold the
 * documents against it. Usage: list-tables columns|keys|reasons.
 *
 * Owns nothing. What --help prints is not here: the program says it itself.
 */
#include <stdio.h>
#include <string.h>

#include "query/columns.h"
#include "ui/commands.h"

/* name, JSON key or "-", help */
static void list_columns(void)
{
	const struct column *c;

	for (unsigned i = 0; (c = column_at(i)); i++)
		printf("%s\t%s\t%s\n", c->name, c->key ? c->key : "-", c->help);
}

/* keys with a blank between them, help */
static void list_keys(void)
{
	const struct command *c;

	for (unsigned i = 0; (c = command_at(i)); i++) {
		for (unsigned k = 0; k < COMMAND_KEYS && c->keys[k]; k++) {
			char name[12];

			key_name(c->keys[k], name);
			printf("%s%s", k ? " " : "", name);
		}
		printf("\t%s\n", c->help);
	}
}

/* name, sentence; what is known has neither */
static void list_reasons(void)
{
	for (unsigned r = 0; r < PROCREASONS; r++)
		if (procreason_name(r))
			printf("%s\t%s\n", procreason_name(r), procreason_sentence(r));
	for (unsigned r = 0; r < WIREREASONS; r++)
		if (wirereason_name(r))
			printf("%s\t%s\n", wirereason_name(r), wirereason_sentence(r));
}

static const struct {
	const char *name;
	void (*list)(void);
} tables[] = {
	{ "columns", list_columns },
	{ "keys", list_keys },
	{ "reasons", list_reasons },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(argv[1], tables[i].name) == 0) {
			tables[i].list();
			return 0;
		}
	}
	fprintf(stderr, "usage: list-tables columns|keys|reasons\n");
	return 2;
}
