#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A cable between two network namespaces that loses, delays and overtakes packets exactly as it is told.

    pipe.py PID NAME PID NAME [delay=MS] [lose=N,N…] [hold=N,N…:MS]

PID is a process in the namespace, NAME the tun device to make there. Counted are the TCP packets with payload
that enter at the first end, from 1: those of `lose` disappear, those of `hold` leave MS later than they would
(so that others overtake them). All others, both ways, take `delay`. Says "ready" on stdout; ends when its
stdin does, with one line of what it did. Root, or the user namespace's root, and /dev/net/tun.
"""
import ctypes
import fcntl
import heapq
import os
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def tun(pid, name):
    """A tun device in the namespace of process pid; its descriptor works from anywhere."""
    with open(f"/proc/{pid}/ns/net") as space:
        if LIBC.setns(space.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


def carries_data(packet):
    if packet[0] >> 4 != 4 or packet[9] != 6:
        return False
    header = (packet[0] & 15) * 4
    return len(packet) > header + (packet[header + 12] >> 4) * 4


def numbers(text):
    return {int(n) for n in text.split(",") if n}


def main():
    near, far = tun(int(sys.argv[1]), sys.argv[2]), tun(int(sys.argv[3]), sys.argv[4])
    words = dict(word.split("=", 1) for word in sys.argv[5:])
    delay, lose = float(words.get("delay", 0)) / 1000, numbers(words.get("lose", ""))
    held, _, hold_ms = words.get("hold", "").partition(":")
    hold, hold_s = numbers(held), float(hold_ms or 0) / 1000
    under_way, count, order, lost, late = [], 0, 0, 0, 0

    print("ready", flush=True)
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        ready = select.select([near, far, sys.stdin], [], [], wait)[0]
        for fd in ready:
            if fd is sys.stdin:
                print(f"lost={lost} late={late} data={count}", flush=True)
                return
            packet, due = os.read(fd, 65536), time.monotonic() + delay
            if fd == near and carries_data(packet):
                count += 1
                if count in lose:
                    lost += 1
                    continue
                if count in hold:
                    late += 1
                    due += hold_s
            order += 1
            heapq.heappush(under_way, (due, order, far if fd == near else near, packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, fd, packet = heapq.heappop(under_way)
            try:
                os.write(fd, packet)
            except OSError:
                pass        # the device is down or its namespace gone: a cable that was pulled


main()
