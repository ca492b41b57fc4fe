/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Letter case in ASCII, whatever the locale: a filter and an order mean the same for everybody.
 * Other bytes stand for themselves. Private to query.
 */
#ifndef SOCKMON_QUERY_FOLD_H
#define SOCKMON_QUERY_FOLD_H

#include <stdbool.h>
#include <stdint.h>

/* tolower(3) and strcasecmp(3) ask the locale: Turkish has another i. */
static inline uint8_t fold_byte(char c)
{
	return (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* <0, 0, >0 as strcmp(3) */
static inline int fold_compare(const char *x, const char *y)
{
	while (*x && fold_byte(*x) == fold_byte(*y)) {
		x++;
		y++;
	}
	return fold_byte(*x) - fold_byte(*y);
}

static inline bool fold_begins(const char *text, const char *start)
{
	while (*start && fold_byte(*text) == fold_byte(*start)) {
		text++;
		start++;
	}
	return !*start;
}

#endif
