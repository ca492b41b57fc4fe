/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals as data; see signals.h. Owns the one flag that a handler may write. */
#include "base/signals.h"

#include <string.h>

static volatile sig_atomic_t signal_bits;

static const struct {
	int number;
	int bit;
} table[] = {
	{ SIGINT, SIGNAL_QUIT },    { SIGTERM, SIGNAL_QUIT },  { SIGQUIT, SIGNAL_QUIT },
	{ SIGHUP, SIGNAL_HANGUP },  { SIGWINCH, SIGNAL_RESIZE }, { SIGTSTP, SIGNAL_STOP },
	{ SIGCONT, SIGNAL_CONT },
};

enum { TABLE_ROWS = sizeof(table) / sizeof(table[0]) };

static void on_signal(int number)
{
	for (int i = 0; i < TABLE_ROWS; i++)
		if (table[i].number == number)
			signal_bits |= table[i].bit;
}

void signals_init(sigset_t *wait_mask)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t ours;

	sigemptyset(&ours);
	for (int i = 0; i < TABLE_ROWS; i++)
		sigaddset(&ours, table[i].number);
	sa.sa_mask = ours;	/* a handler's read-modify-write is not interrupted by another */
	for (int i = 0; i < TABLE_ROWS; i++)
		sigaction(table[i].number, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);		/* a reader that left, a file too large: errors of write(2) */
	sigaction(SIGXFSZ, &sa, NULL);
	sigprocmask(SIG_BLOCK, &ours, wait_mask);
	for (int i = 0; i < TABLE_ROWS; i++)
		sigdelset(wait_mask, table[i].number);
}

unsigned signals_peek(void)
{
	return (unsigned)signal_bits;
}

unsigned signals_take(void)
{
	sigset_t all, old;
	unsigned bits;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	bits = (unsigned)signal_bits;
	signal_bits = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return bits;
}
