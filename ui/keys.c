/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of keys, both ways; see keys.h. Reads no input: screen.c does. */
#include "ui/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { NAME_SIZE = 12, FUNCTION_KEYS = 12 };

static const struct {
	uint32_t code;
	const char *name;
} named[] = {
	{ ' ', "Space" },
	{ KEY_ENTER_, "Enter" },
	{ KEY_ESC_, "Esc" },
	{ KEY_TAB_, "Tab" },
	{ KEY_BACKTAB_, "S-Tab" },
	{ KEY_BACKSPACE_, "Backspace" },
	{ KEY_DELETE_, "Delete" },
	{ KEY_UP_, "Up" },
	{ KEY_DOWN_, "Down" },
	{ KEY_LEFT_, "Left" },
	{ KEY_RIGHT_, "Right" },
	{ KEY_PGUP_, "PgUp" },
	{ KEY_PGDN_, "PgDn" },
	{ KEY_HOME_, "Home" },
	{ KEY_END_, "End" },
	{ KEY_INSERT_, "Insert" },
	{ KEY_MOUSE_, "Mouse" },
	{ KEY_F0_ + 1, "F1" },
	{ KEY_F0_ + 2, "F2" },
	{ KEY_F0_ + 3, "F3" },
	{ KEY_F0_ + 4, "F4" },
	{ KEY_F0_ + 5, "F5" },
	{ KEY_F0_ + 6, "F6" },
	{ KEY_F0_ + 7, "F7" },
	{ KEY_F0_ + 8, "F8" },
	{ KEY_F0_ + 9, "F9" },
	{ KEY_F0_ + 10, "F10" },
	{ KEY_F0_ + 11, "F11" },
	{ KEY_F0_ + FUNCTION_KEYS, "F12" },
};

enum { NAMED = sizeof(named) / sizeof(named[0]) };

/* C-a … C-z, and the five control characters beyond: C-[ C-\ C-] C-^ C-_ */
static char control_letter(uint32_t code)
{
	return (char)(code <= 26 ? code | 0x60 : code | 0x40);
}

void key_name(uint32_t code, char out[static 12])
{
	for (unsigned i = 0; i < NAMED; i++) {
		if (named[i].code == code) {
			memcpy(out, named[i].name, strlen(named[i].name) + 1);
			return;
		}
	}
	if (code >= 1 && code < 0x20)
		snprintf(out, NAME_SIZE, "C-%c", control_letter(code));
	else if (code > 0x10ffff || utf8_is_control(code) || utf8_width(code) == 0)
		snprintf(out, NAME_SIZE, "U+%04X", (unsigned)code);
	else
		out[utf8_encode(code, out)] = '\0';
}

uint32_t key_from_name(const char *name, size_t len)
{
	uint32_t cp;

	if (len == 0)
		return 0;
	for (unsigned i = 0; i < NAMED; i++)
		if (strlen(named[i].name) == len && memcmp(named[i].name, name, len) == 0)
			return named[i].code;
	if (len == 3 && name[0] == 'C' && name[1] == '-')
		for (cp = 1; cp < 0x20; cp++)
			if (control_letter(cp) == name[2])
				return cp;
	if (utf8_decode(name, len, &cp) != len || utf8_is_control(cp))
		return 0;
	return cp == UTF8_BAD ? 0 : cp;
}
