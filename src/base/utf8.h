/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 for hostile text: decode, measure, and make visible what must not reach a terminal.
 * Independent of the locale (widths from a table of our own, not wcwidth()).
 */
#ifndef SOCKMON_BASE_UTF8_H
#define SOCKMON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD 0xfffdu	/* U+FFFD, what an invalid byte decodes to */

/* Decodes one code point at text[0..len), len > 0; returns the bytes consumed (>= 1). Overlong forms,
 * surrogates and values above U+10FFFF consume one byte and give UTF8_BAD. */
size_t utf8_decode(const char *text, size_t len, uint32_t *cp);

/* Encodes; returns 1 to 4 bytes written. */
size_t utf8_encode(uint32_t cp, char out[static 4]);

/* Terminal cells: 0 (combining), 1, or 2 (East Asian wide, emoji). Control characters: 0. */
int utf8_width(uint32_t cp);

/* C0, C1, DEL, bidi controls and line/paragraph separators: never to be sent to a terminal. */
bool utf8_is_control(uint32_t cp);

size_t utf8_cells(const char *text, size_t len);	/* the sum of the widths */

#endif
