#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that does with sockets what it is told, a line at a time, and answers each line with one.

The live tests need sockets in every state and transfers of known size, in several namespaces at once; each
actor is one process there. Answers begin with "ok" or "error". Sockets stay open until they are told to
close: when an actor ends, so do its connections. Deliberately single-threaded: a line is done before the next.

    tcp NAME [4|6]   udp NAME [4|6]   mptcp NAME   raw NAME PROTOCOL [4|6]   ping NAME [4|6]
    packet NAME raw|dgram ETHERTYPE   netlink NAME PROTOCOL GROUPS   unix NAME stream|dgram|seqpacket
    pair NAME NAME stream|dgram|seqpacket   bindpath NAME PATH   connectpath NAME PATH (@ begins an abstract one)
    option NAME LEVEL OPTION VALUE (numbers)   nonblock NAME
    reuseport NAME   bind NAME ADDR PORT   listen NAME BACKLOG
    connect NAME ADDR PORT   begin NAME ADDR PORT (does not wait)   accept NAME LISTENER
    send NAME N   recv NAME N   sendto NAME ADDR PORT N   ends NAME (waits for the peer's FIN)
    stream NAME RATE SECONDS (sends so many bytes a second, receives all that comes, a second longer)
    finish NAME (sends a FIN)   close NAME   info NAME   pid   quit
"""
import os
import socket
import struct
import sys
import time

CHUNK = 65536
KINDS = {"raw": socket.SOCK_RAW, "dgram": socket.SOCK_DGRAM, "stream": socket.SOCK_STREAM,
         "seqpacket": socket.SOCK_SEQPACKET}
# Where struct tcp_info (linux/tcp.h) has them.
TCP_INFO = {"bytes_acked": ("Q", 120), "bytes_received": ("Q", 128), "bytes_sent": ("Q", 200),
            "bytes_retrans": ("Q", 208)}


class Actor:
    def __init__(self):
        self.socks = {}

    def new(self, name, version, kind):
        family = socket.AF_INET6 if version == "6" else socket.AF_INET
        sock = self.socks[name] = socket.socket(family, kind)
        sock.settimeout(20)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def tcp(self, name, version="4"):
        self.new(name, version, socket.SOCK_STREAM)

    def udp(self, name, version="4"):
        self.new(name, version, socket.SOCK_DGRAM)

    def mptcp(self, name):
        self.socks[name] = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
        self.socks[name].settimeout(20)

    def raw(self, name, protocol, version="4"):
        family = socket.AF_INET6 if version == "6" else socket.AF_INET
        self.socks[name] = socket.socket(family, socket.SOCK_RAW, int(protocol))

    def ping(self, name, version="4"):
        if version == "6":
            self.socks[name] = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
        else:
            self.socks[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)

    def packet(self, name, kind, ethertype):
        self.socks[name] = socket.socket(socket.AF_PACKET, KINDS[kind], socket.htons(int(ethertype, 0)))

    def netlink(self, name, protocol, groups):
        self.socks[name] = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, int(protocol))
        self.socks[name].bind((0, int(groups)))

    def unix(self, name, kind):
        self.socks[name] = socket.socket(socket.AF_UNIX, KINDS[kind])
        self.socks[name].settimeout(20)

    def pair(self, one, other, kind):
        self.socks[one], self.socks[other] = socket.socketpair(socket.AF_UNIX, KINDS[kind])

    def bindpath(self, name, path):
        self.socks[name].bind(path.replace("@", "\0", 1) if path[0] == "@" else path)

    def connectpath(self, name, path):
        self.socks[name].connect(path.replace("@", "\0", 1) if path[0] == "@" else path)

    def option(self, name, level, option, value):
        self.socks[name].setsockopt(int(level), int(option), int(value))

    def nonblock(self, name):
        self.socks[name].setblocking(False)

    def reuseport(self, name):
        self.socks[name].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)

    def bind(self, name, addr, port):
        self.socks[name].bind((addr, int(port)))

    def listen(self, name, backlog):
        self.socks[name].listen(int(backlog))

    def connect(self, name, addr, port):
        self.socks[name].connect((addr, int(port)))

    def begin(self, name, addr, port):
        self.socks[name].setblocking(False)
        self.socks[name].connect_ex((addr, int(port)))

    def accept(self, name, listener):
        self.socks[name], _ = self.socks[listener].accept()
        self.socks[name].settimeout(20)

    def send(self, name, count):
        left = int(count)
        while left:
            left -= self.socks[name].send(bytes(min(left, CHUNK)))

    def recv(self, name, count):
        left = int(count)
        while left:
            got = len(self.socks[name].recv(min(left, CHUNK)))
            if not got:
                raise OSError(f"the peer ended {left} bytes early")
            left -= got

    def stream(self, name, rate, seconds):
        sock, chunk, put, began = self.socks[name], bytes(1400), 0, time.monotonic()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        while (ran := time.monotonic() - began) < float(seconds) + 1:
            try:
                while ran < float(seconds) and put < ran * int(rate):
                    put += sock.send(chunk)
            except BlockingIOError:
                pass
            try:
                while sock.recv(CHUNK):
                    pass
            except BlockingIOError:
                pass
            time.sleep(0.002)
        sock.settimeout(20)

    def sendto(self, name, addr, port, count):
        self.socks[name].sendto(bytes(int(count)), (addr, int(port)))

    def ends(self, name):
        if self.socks[name].recv(1):
            raise OSError("data instead of the end")

    def finish(self, name):
        self.socks[name].shutdown(socket.SHUT_WR)

    def close(self, name):
        self.socks.pop(name).close()

    def info(self, name):
        raw = self.socks[name].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512)
        return " ".join(f"{key}={struct.unpack_from(kind, raw, at)[0]}"
                        for key, (kind, at) in TCP_INFO.items() if len(raw) >= at + 8)

    def pid(self):
        return os.getpid()

    def quit(self):
        sys.exit(0)


def main():
    actor = Actor()
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            answer = getattr(actor, verb)(*words)
            print("ok" if answer is None else f"ok {answer}", flush=True)
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            print(f"error: {line.strip()}: {type(error).__name__}: {error}", flush=True)


main()
