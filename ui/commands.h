/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of commands: what each key does and where. The help screen, the function bar and the
 * man page's section on keys follow from it.
 */
#ifndef SOCKMON_UI_COMMANDS_H
#define SOCKMON_UI_COMMANDS_H

#include "ui/view.h"

enum { COMMAND_KEYS = 4 };

enum command_group {
	COMMANDS_MOVE,
	COMMANDS_ROWS,
	COMMANDS_SHOW,
	COMMANDS_PROGRAM,
	COMMAND_GROUPS
};

struct command {
	uint32_t keys[COMMAND_KEYS];	/* 0 ends them; the first is the one that the bar names */
	const char *word;		/* in the function bar; NULL: not there */
	const char *help;		/* one line */
	uint8_t where;			/* enum where bits */
	uint8_t group;			/* enum command_group: the section of the help */
	uint8_t rank;			/* in the bar, the highest goes first when it is full */
	void (*run)(struct ui *u, int arg);
	int arg;
	bool of_host;			/* serves sockets only: a capture file has none */
};

const struct command *command_at(unsigned i);				/* NULL past the end */
const struct command *command_find(uint32_t key, enum where where);	/* NULL: no such key here */
bool command_serves(const struct ui *u, const struct command *c);	/* for what is looked at, whatever the view */
const char *command_group_title(enum command_group g);

/* The function bar in the last line: paints, and notes where the items are. */
void commands_paint_bar(struct ui *u, struct grid *g, int y);
const struct command *commands_bar_at(const struct ui *u, int x);

#endif
