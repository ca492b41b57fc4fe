#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records sock_diag replies of this kernel for the unit tests: tests/data/README.md says which.

    sudo unshare --net python3 tests/data/record_diag.py tests/data
    sudo unshare --net python3 tests/data/record_diag.py --run COMMAND...

Must run in a fresh network namespace: it makes every socket that the replies show. With --run it runs the
command while the sockets are there, instead of recording.
"""
import os
import socket
import struct
import subprocess
import sys
import time

SEQ, PORTID = 7, 4242   # what the recorded messages carry
MPTCP = 262             # IPPROTO_MPTCP
HOST, GHOST = "10.77.0.1", "10.77.0.9"   # ours; one that gets packets and never answers
HOST6 = "2001:db8:77::1"

keep = []


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def network():
    ip("link", "set", "lo", "up")
    ip("link", "add", "near0", "type", "veth", "peer", "name", "far0")
    ip("addr", "add", HOST + "/24", "dev", "near0")
    ip("addr", "add", HOST6 + "/64", "dev", "near0", "nodad")
    ip("link", "set", "near0", "up")
    ip("link", "set", "far0", "up")
    ip("neigh", "add", GHOST, "lladdr", "02:00:00:00:00:09", "dev", "near0", "nud", "permanent")


def listener(port, host=HOST, family=socket.AF_INET, backlog=16, v6only=None):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((host, port))
    s.listen(backlog)
    keep.append(s)
    return s


def pair(server, cport, to=None, family=socket.AF_INET):
    """A connection from local port cport: (client, accepted)."""
    c = socket.socket(family)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    c.bind(("", cport))
    c.connect(to or server.getsockname()[:2])
    a, _ = server.accept()
    keep.extend((c, a))
    return c, a


def fill(s):
    """Writes until nothing more fits, so that a FIN waits behind the data."""
    s.setblocking(False)
    try:
        while True:
            s.send(b"x" * 65536)
    except BlockingIOError:
        pass


def half_open(port):
    """A SYN from the ghost: our SYN-ACK is never answered."""
    tcp = struct.pack("!HHIIBBHHH", 9009, port, 1, 0, 5 << 4, 2, 65535, 0, 0)
    pseudo = socket.inet_aton(GHOST) + socket.inet_aton(HOST) + struct.pack("!BBH", 0, 6, len(tcp))
    total = sum(struct.unpack(f"!{(len(pseudo) + len(tcp)) // 2}H", pseudo + tcp))
    total = (total & 0xffff) + (total >> 16)
    tcp = tcp[:16] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + tcp[18:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0,
                       socket.inet_aton(GHOST), socket.inet_aton(HOST))
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(head + tcp, (HOST, 0))
    raw.close()


def tcp_sockets():
    server = listener(8001)
    c, a = pair(server, 9001)                   # ESTABLISHED, 300 bytes unread
    a.send(b"y" * 300)
    c, a = pair(server, 9002)                   # FIN_WAIT2 with its process, CLOSE_WAIT
    c.shutdown(socket.SHUT_WR)
    c, a = pair(server, 9003)                   # TIME_WAIT
    c.close()
    a.close()
    c, a = pair(server, 9004)                   # FIN_WAIT2 as a minisocket, CLOSE_WAIT
    c.close()
    c, a = pair(server, 9005)                   # FIN_WAIT1, orphaned
    fill(c)
    c.close()
    c, a = pair(server, 9006)                   # LAST_ACK, orphaned
    c.shutdown(socket.SHUT_WR)
    time.sleep(0.05)
    fill(a)
    a.close()
    c = socket.socket()                         # SYN_SENT
    c.bind(("", 9007))
    c.setblocking(False)
    c.connect_ex((GHOST, 80))
    keep.append(c)
    c = socket.socket()                         # bound, no more
    c.bind((HOST, 9008))
    keep.append(c)
    half_open(8001)                             # SYN_RECV
    c = socket.socket()                         # ESTABLISHED, not accepted yet: no inode
    c.bind(("", 9010))
    c.connect((HOST, 8001))
    keep.append(c)


def tcp6_sockets():
    dual = listener(8002, "::", socket.AF_INET6, v6only=0)
    only = listener(8003, "::", socket.AF_INET6, v6only=1)
    pair(dual, 9102, (HOST, 8002))              # IPv4 at a dual-stack listener: v4-mapped
    pair(only, 9103, (HOST6, 8003), socket.AF_INET6)


def udp_sockets():
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((host, 7001))                    # wildcard, one datagram unread
        c = socket.socket(family, socket.SOCK_DGRAM)
        c.bind((HOST if family == socket.AF_INET else HOST6, 7002))
        c.connect((HOST if family == socket.AF_INET else HOST6, 7001))
        c.send(b"z" * 100)
        keep.extend((s, c))


def mptcp_sockets():
    """A connection over MPTCP, and its subflow on port 8100 among the TCP sockets."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
    server.bind((HOST, 8100))
    server.listen(5)
    c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
    c.bind(("", 9200))
    c.connect((HOST, 8100))
    a, _ = server.accept()
    c.send(b"w" * 1000)
    keep.extend((server, c, a))


def dump(family, protocol, ext, sport=0, extra=b""):
    """The reply's messages one after the other, without what names this run."""
    nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
    states = 0xfff if sport else 0xffffffff     # of bit 13 the kernel ignores the port
    request = struct.pack("=BBBBI", family, protocol, ext, 0, states)
    request += struct.pack("!H", sport) + bytes(46) + extra
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


def record_mptcp(where):
    protocol = struct.pack("=HHI", 8, 3, MPTCP)     # INET_DIAG_REQ_PROTOCOL
    for name, reply in {
        "diag_mptcp4": dump(socket.AF_INET, 255, 0xfe, extra=protocol),
        "diag_subflow": dump(socket.AF_INET, 6, 0xfe, sport=8100),
    }.items():
        with open(os.path.join(where, name + ".bin"), "wb") as f:
            f.write(reply)


def record(where):
    tcp_ext, udp_ext = 0xfe, 0xf0
    for name, request in {
        "diag_tcp4": (socket.AF_INET, 6, tcp_ext),
        "diag_tcp6": (socket.AF_INET6, 6, tcp_ext),
        "diag_udp4": (socket.AF_INET, 17, udp_ext),
        "diag_udp6": (socket.AF_INET6, 17, udp_ext),
        "diag_absent": (socket.AF_INET, 33, 0),     # DCCP: no module for it
    }.items():
        with open(os.path.join(where, name + ".bin"), "wb") as f:
            f.write(dump(*request))


def main():
    network()
    tcp_sockets()
    tcp6_sockets()
    udp_sockets()
    time.sleep(0.1)
    if sys.argv[1] == "--run":
        sys.exit(subprocess.run(sys.argv[2:]).returncode)
    record(sys.argv[1])
    mptcp_sockets()                             # after the rest: subflows are TCP sockets too
    time.sleep(0.1)
    record_mptcp(sys.argv[1])


main()
