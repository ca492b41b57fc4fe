/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of sockets as the reader knows them: their words, and the option and the key that show
 * them. Which are shown is rows.c's.
 */
#ifndef SOCKMON_UI_KINDS_H
#define SOCKMON_UI_KINDS_H

#include <stddef.h>
#include <stdint.h>

enum { KINDS_TEXT = 128 };

/* Bits 1 << enum sockproto. "tcp, unix" */
void kinds_format(uint32_t protos, char out[static KINDS_TEXT]);

/* What asks for them: "-t -x", "-A" where not all have a letter. */
void kinds_format_options(uint32_t protos, char out[static KINDS_TEXT]);

#endif
