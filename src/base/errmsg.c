/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one sentence that explains a failure. Formats and cuts it; prints nothing.
 */
#include "base/errmsg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut may have split the last character: drops its head, for the text must stay UTF-8. */
static void drop_split_character(char *text, size_t len)
{
	size_t head = len;
	unsigned char lead;
	size_t wanted;

	while (head > 0 && len - head < 3 && ((unsigned char)text[head - 1] & 0xc0) == 0x80)
		head--;
	if (head == 0)
		return;
	lead = (unsigned char)text[head - 1];
	wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (len - (head - 1) < wanted)
		text[head - 1] = '\0';
}

void errmsg_set(struct errmsg *err, const char *fmt, ...)
{
	char text[sizeof(err->text)]; /* an argument may be err->text itself */
	va_list args;
	int n;

	if (!err)
		return;
	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= sizeof(text))
		drop_split_character(text, sizeof(text) - 1);
	memcpy(err->text, text, strlen(text) + 1);
}
