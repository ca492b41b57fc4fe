/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and mouse events, free of curses: what the terminal gives and what tests feed.
 */
#ifndef SOCKMON_UI_KEYS_H
#define SOCKMON_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEY_ENTER_ = 0x110000,	/* above every code point; below: the character itself, 1..26 are C-a … C-z */
	KEY_ESC_,
	KEY_TAB_,
	KEY_BACKTAB_,
	KEY_BACKSPACE_,
	KEY_DELETE_,
	KEY_UP_,
	KEY_DOWN_,
	KEY_LEFT_,
	KEY_RIGHT_,
	KEY_PGUP_,
	KEY_PGDN_,
	KEY_HOME_,
	KEY_END_,
	KEY_INSERT_,
	KEY_F0_,		/* KEY_F0_ + n = Fn, n <= 12 */
	KEY_MOUSE_ = KEY_F0_ + 16,
};

#define KEY_CTRL_(c) ((uint32_t)(c) & 0x1f)

enum mousekind { MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key {
	uint32_t code;
	int16_t x, y;		/* KEY_MOUSE_: the cell */
	uint8_t mouse;		/* enum mousekind */
};

/*
 * "F1", "C-l", "Enter", "PgDn", "/", "Space": for help and for tests. Writes at most 12 bytes with
 * '\0'.
 */
void key_name(uint32_t code, char out[static 12]);

/* The reverse; 0 = no such key. */
uint32_t key_from_name(const char *name, size_t len);

#endif
