/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fatal signals (SEGV, ABRT, BUS, FPE, ILL) while the terminal is ours: it is given back, one line
 * says so, and then happens what would have happened, core dump and exit status included. Main
 * thread only; at most one at a time, since a handler gets no argument.
 */
#ifndef SOCKMON_UI_CRASH_H
#define SOCKMON_UI_CRASH_H

/*
 * Remembers the terminal's modes, to come back to; before anybody changes them. Forgets the bytes.
 */
void crash_note_modes(void);

/*
 * Adds a byte to what gives the screen back (as tputs() wants it: returns c). Beyond 256 they are
 * lost.
 */
int crash_append(int c);

void crash_arm(void);
void crash_disarm(void);	/* the handlers from before are back */

#endif
