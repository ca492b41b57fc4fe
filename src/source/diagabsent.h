/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentence about sockets that the user asked for and that this kernel does not list. For
 * diag.c.
 */
#ifndef SOCKMON_SOURCE_DIAGABSENT_H
#define SOCKMON_SOURCE_DIAGABSENT_H

#include "event.h"

/*
 * missing: bits 1 << enum sockproto. text_only: as in struct diag_options. Asks the kernel by
 * socket(2) which kinds it has at all, and may so load a module. "" where nothing is missing.
 */
void diagabsent_format(uint32_t missing, bool text_only, char out[static EVENT_TEXT_MAX]);

#endif
