/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x: writes the rows of the view to a file. Asks for format and name, and again before a file is
 * replaced.
 */
#ifndef SOCKMON_UI_SAVEAS_H
#define SOCKMON_UI_SAVEAS_H

#include "ui/view.h"

void saveas_open(struct ui *u);

#endif
