/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals as data. Handlers only set bits; they stay blocked except inside ppoll(2), so none is
 * lost between a check and a wait. Main thread only; other threads block everything.
 */
#ifndef SOCKMON_BASE_SIGNALS_H
#define SOCKMON_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

enum {
	SIGNAL_QUIT = 1 << 0,	/* SIGINT, SIGTERM, SIGQUIT */
	SIGNAL_HANGUP = 1 << 1,	/* SIGHUP: the terminal is gone */
	SIGNAL_RESIZE = 1 << 2,	/* SIGWINCH */
	SIGNAL_STOP = 1 << 3,	/* SIGTSTP */
	SIGNAL_CONT = 1 << 4,	/* SIGCONT */
};

/*
 * Installs the handlers, blocks the signals, ignores SIGPIPE and SIGXFSZ. *wait_mask: the mask to
 * give to ppoll().
 */
void signals_init(sigset_t *wait_mask);

unsigned signals_take(void);	/* the bits since the last call; clears them */
unsigned signals_peek(void);

/* Told to end: by a signal, or by the terminal's end. */
static inline bool signals_say_stop(void)
{
	return signals_peek() & (SIGNAL_QUIT | SIGNAL_HANGUP);
}

#endif
