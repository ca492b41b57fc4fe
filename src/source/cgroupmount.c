/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads mountinfo. Owns nothing; mount points are any user's to choose (in a user namespace), so
 * the text is not trusted.
 */
#include "source/cgroupmount.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel writes blanks, newlines and backslashes as three octal digits (mangle_path()). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++, to++) {
		unsigned value = 0;
		int n = 0;

		while (*p == '\\' && n < 3 && p[1 + n] >= '0' && p[1 + n] <= '7')
			value = value * 8 + (unsigned)(p[1 + n++] - '0');
		*to = n == 3 && value && value < 256 ? (char)value : *p;
		if (n == 3 && value && value < 256)
			p += 3;
	}
	*to = '\0';
}

static bool copy_path(char out[static PATH_MAX], char *text)
{
	size_t len;

	unescape(text);
	len = strlen(text);
	while (len > 1 && text[len - 1] == '/')
		len--;
	if (text[0] != '/' || len >= PATH_MAX)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/*
 * "36 35 98:0 ROOT POINT OPTIONS [TAGS] - TYPE SOURCE OPTIONS". A root with ".." lies outside of
 * our cgroup namespace: what is below has no name here but its own.
 */
bool cgroupmount_parse(char *line, struct cgroupmount *out)
{
	enum { ROOT = 3, POINT = 4, FIELDS = 6 };
	char *tail = strstr(line, " - "), *field[FIELDS];

	if (!tail)
		return false;
	*tail = '\0';
	tail += strlen(" - ");
	if (strncmp(tail, "cgroup2 ", strlen("cgroup2 ")) != 0)
		return false;
	for (int i = 0; i < FIELDS; i++) {
		field[i] = strsep(&line, " ");
		if (!field[i])
			return false;
	}
	if (!copy_path(out->root, field[ROOT]) || !copy_path(out->point, field[POINT]))
		return false;
	if (strcmp(out->root, "/") == 0 || strncmp(out->root, "/..", 3) == 0)
		out->root[0] = '\0';
	return true;
}

int cgroupmount_find(const char *mountinfo, struct cgroupmount *out)
{
	FILE *f = fopen(mountinfo, "re");
	struct cgroupmount m;
	char *line = NULL;
	size_t room = 0;
	int found = -ENOENT;

	if (!f)
		return -errno;
	while (getline(&line, &room, f) > 0) {
		if (!cgroupmount_parse(line, &m) || (found == 0 && m.root[0]))
			continue;
		*out = m;
		found = 0;
		if (!m.root[0])
			break;
	}
	free(line);
	fclose(f);
	return found;
}
