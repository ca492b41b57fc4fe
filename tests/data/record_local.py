#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records sock_diag replies and files of /proc/net of this kernel for the unit tests: tests/data/README.md
says which.

    sudo unshare --net python3 tests/data/record_local.py tests/data
    sudo unshare --net python3 tests/data/record_local.py --run COMMAND...

UNIX, packet, netlink, raw and ping sockets, all of them the script's own: it must run in a fresh network
namespace. With --run it runs the command while the sockets are there, instead of recording.
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile

SEQ, PORTID = 7, 4242   # what the recorded messages carry
NETLINK_PORTS = {"route": 7001, "generic": 7002, "diag": 7003}

SOL_PACKET, PACKET_RX_RING, PACKET_VERSION, PACKET_FANOUT = 263, 5, 10, 18
ETH_P_ALL, ETH_P_IP = 3, 0x800
ICMPV6 = 58

keep = []


def bound(kind, name, backlog=None):
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind(name)
    if backlog is not None:
        s.listen(backlog)
    keep.append(s)
    return s


def unix_sockets():
    # Relative names: nothing of this machine gets into the recording.
    keep.append(tempfile.TemporaryDirectory())
    os.chdir(keep[-1].name)
    bound(socket.SOCK_STREAM, "listen.sock", 5)
    c = socket.socket(socket.AF_UNIX)                       # in the accept queue
    c.connect("listen.sock")
    server = bound(socket.SOCK_STREAM, b"\0test\0name", 16)
    d = socket.socket(socket.AF_UNIX)
    d.connect(b"\0test\0name")
    a, _ = server.accept()
    d.send(b"x" * 20)                                       # unread
    one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one.shutdown(socket.SHUT_WR)
    three, four = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    keep.extend((c, a, d, one, two, three, four))
    bound(socket.SOCK_DGRAM, "odd \x1b[31mname")
    keep.append(socket.socket(socket.AF_UNIX))              # nothing happened to it yet
    bound(socket.SOCK_STREAM, b"\0" + b"x" * 107)            # as long as may be


def packet_sockets():
    ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    ring.setsockopt(SOL_PACKET, PACKET_VERSION, 2)          # TPACKET_V3
    ring.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack("=7I", 65536, 4, 2048, 128, 60, 0, 0))
    ring.bind(("lo", ETH_P_ALL))
    ring.setsockopt(SOL_PACKET, PACKET_FANOUT, 1 << 16 | 77)    # PACKET_FANOUT_LB
    plain = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    idle = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"z" * 100, ("127.0.0.1", 9))                  # unread in `plain`
    s.close()
    keep.extend((ring, plain, idle))


def netlink_socket(protocol, name):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    s.bind((NETLINK_PORTS[name], 0x41 if name == "route" else 0))
    keep.append(s)
    return s


def inet_sockets():
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)
    raw6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, ICMPV6)
    raw6.bind(("::1", 0))
    with open("/proc/sys/net/ipv4/ping_group_range", "w") as f:
        f.write("0 0")
    ping = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    ping.bind(("127.0.0.1", 77))                            # the echo identifier
    ping6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, ICMPV6)
    ping6.bind(("::1", 78))
    keep.extend((raw, raw6, ping, ping6))


def dump(nl, request):
    """The reply's messages one after the other, without what names this run."""
    nl.send(struct.pack("=IHHII", 16 + len(request), 20, 0x301, 1, 0) + request)
    out = bytearray()
    while True:
        data = bytearray(nl.recv(65536))
        at = 0
        while at < len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            struct.pack_into("=II", data, at + 8, SEQ, PORTID)
            at += (length + 3) & ~3
            if kind in (2, 3):
                return bytes(out + data)
        out += data


def record(where, nl):
    for name, request in {
        "unix": struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, 0xffffffff, 0, 0x7f, ~0 & 0xffffffff, ~0 & 0xffffffff),
        "packet": struct.pack("=BBHIIII", socket.AF_PACKET, 0, 0, 0, 0x1d, ~0 & 0xffffffff, ~0 & 0xffffffff),
        "netlink": struct.pack("=BBHIIII", socket.AF_NETLINK, 255, 0, 0, 0xb, ~0 & 0xffffffff, ~0 & 0xffffffff),
    }.items():
        with open(os.path.join(where, f"diag_{name}.bin"), "wb") as f:
            f.write(dump(nl, request))
    for name in "unix", "packet", "netlink", "raw", "raw6", "icmp", "icmp6":
        with open(f"/proc/net/{name}", "rb") as f, open(os.path.join(where, f"proc-{name}.txt"), "wb") as copy:
            copy.write(f.read())


def main():
    start, where = os.getcwd(), os.path.abspath(sys.argv[1])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unix_sockets()
    packet_sockets()
    netlink_socket(socket.NETLINK_ROUTE, "route")
    netlink_socket(16, "generic")
    nl = netlink_socket(4, "diag")
    inet_sockets()
    if sys.argv[1] == "--run":
        sys.exit(subprocess.run(sys.argv[2:], cwd=start).returncode)
    record(where, nl)


main()
