/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files for the screens, always the same. */
#ifndef SOCKMON_TESTS_SCREENS_CAPTURES_H
#define SOCKMON_TESTS_SCREENS_CAPTURES_H

/* A bit of all that a file's screen has to tell: see captures.c. */
void captures_write_mixed(const char *path);

enum { CAPTURES_PACKETS = 400000, CAPTURES_FLOWS = 64 };	/* more than one step reads */

/* So many datagrams of one byte, of raw IPv4 (LINKTYPE_RAW). */
void captures_write_many(const char *path);

#endif
