/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before sockets are destroyed, and what became of each.
 */
#ifndef SOCKMON_UI_KILLASK_H
#define SOCKMON_UI_KILLASK_H

#include "ui/view.h"

void killask_open(
	struct ui *u); /* of the marked rows, else of the selected one; details: of theirs */

#endif
