/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a crash leaves behind; see crash.h. Knows no curses: the bytes that give the screen back are
 * found before, by screen.c. In the handler, only async-signal-safe functions.
 */
#include "ui/crash.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { RESTORE_MAX = 256, STACK_SIZE = 64 * 1024 };

static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

enum { FATAL = sizeof(fatal) / sizeof(fatal[0]) };

static struct {
	struct termios modes;
	char restore[RESTORE_MAX];
	size_t len;
	struct sigaction before[FATAL];
	char stack[STACK_SIZE];		/* an overflown stack still gets its terminal back */
} crash;

void crash_note_modes(void)
{
	tcgetattr(STDIN_FILENO, &crash.modes);
	crash.len = 0;
}

int crash_append(int c)
{
	if (crash.len < sizeof(crash.restore))
		crash.restore[crash.len++] = (char)c;
	return c;
}

static void say(int number)
{
	char text[] = "\r\nsockmon: crashed (signal NN); please report it\r\n";
	char *digits = strchr(text, 'N');

	digits[0] = (char)('0' + number / 10 % 10);
	digits[1] = (char)('0' + number % 10);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		return;		/* nobody is left to tell */
}

static void restore_handlers(void)
{
	for (int i = 0; i < FATAL; i++)
		sigaction(fatal[i], &crash.before[i], NULL);
}

/*
 * The signal is raised again, and delivered when this returns: where it happened is where the core
 * says.
 */
static void on_fatal(int number)
{
	if (write(STDOUT_FILENO, crash.restore, crash.len) >= 0)
		tcsetattr(STDIN_FILENO, TCSANOW, &crash.modes);
	say(number);
	restore_handlers();
	raise(number);
}

void crash_arm(void)
{
	struct sigaction sa = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = crash.stack, .ss_size = sizeof(crash.stack) };

	sigaltstack(&stack, NULL);
	sigfillset(&sa.sa_mask);
	for (int i = 0; i < FATAL; i++)
		sigaction(fatal[i], &sa, &crash.before[i]);
}

void crash_disarm(void)
{
	stack_t stack = { .ss_flags = SS_DISABLE };

	restore_handlers();
	sigaltstack(&stack, NULL);
}
