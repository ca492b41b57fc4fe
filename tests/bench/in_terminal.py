#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""in_terminal.py PIDFILE COMMAND...: runs it in a terminal of 160x50, reads what it draws and forgets it, until SIGTERM."""
import fcntl
import os
import pty
import signal
import struct
import sys
import termios


def main():
    pid, terminal = pty.fork()
    if not pid:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        os.environ["TERM"] = "xterm-256color"
        os.execvp(sys.argv[2], sys.argv[2:])
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as file:
        print(pid, file=file)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
