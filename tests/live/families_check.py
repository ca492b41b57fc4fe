#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""families_check.py SS MPTCP NETLINK SOCKMON: what differs between what ss prints with every detail and sockmon's JSON.

SS is `ss -H -tuwx0 -aeimopn -O`, MPTCP `ss -H -M …`, NETLINK `ss -H -f netlink …`. One line a difference, and status 1; else
one line that says how many values of how many sockets were compared. Left out is what runs on between two looks: times since the last
packet, timers' remainders, and the counters of sockets that belong to ss, sockmon and the shell that runs them.
"""
import json
import re
import sys

from ss_check import STATES, UDP_STATES, end_of

UNIX = {"u_str": "unix_stream", "u_dgr": "unix_dgram", "u_seq": "unix_seqpacket"}
SKMEM = {"r": "rmem_alloc", "rb": "rcvbuf", "t": "wmem_alloc", "tb": "sndbuf", "f": "fwd_alloc", "w": "wmem_queued",
         "o": "optmem", "bl": "backlog", "d": "drops"}
# ss's word -> the field of struct tcp_info, and what one of its units is in the field's.
TCP = {"rto": ("rto", 1000), "ato": ("ato", 1000), "mss": ("snd_mss", 1), "pmtu": ("pmtu", 1), "rcvmss": ("rcv_mss", 1),
       "advmss": ("advmss", 1), "cwnd": ("snd_cwnd", 1), "ssthresh": ("snd_ssthresh", 1),
       "bytes_sent": ("bytes_sent", 1), "bytes_retrans": ("bytes_retrans", 1), "bytes_acked": ("bytes_acked", 1),
       "bytes_received": ("bytes_received", 1), "segs_out": ("segs_out", 1), "segs_in": ("segs_in", 1),
       "data_segs_out": ("data_segs_out", 1), "data_segs_in": ("data_segs_in", 1), "delivered": ("delivered", 1),
       "unacked": ("unacked", 1), "lost": ("lost", 1), "sacked": ("sacked", 1), "reordering": ("reordering", 1),
       "rcv_space": ("rcv_space", 1), "rcv_ssthresh": ("rcv_ssthresh", 1), "notsent": ("notsent_bytes", 1),
       "minrtt": ("min_rtt", 1000), "rcv_rtt": ("rcv_rtt", 1000), "snd_wnd": ("snd_wnd", 1), "rcv_wnd": ("rcv_wnd", 1),
       "rehash": ("rehash", 1), "backoff": ("backoff", 1)}
# Rates in bits a second there, in bytes here; ss drops what is less than a byte.
TCP_RATES = {"pacing_rate": "pacing_rate", "delivery_rate": "delivery_rate"}
# linux/netlink.h; without sock_diag, which ss and sockmon use themselves.
NETLINK = {0: "route", 6: "xfrm", 9: "audit", 10: "fib_lookup", 12: "netfilter", 15: "kobject_uevent", 16: "generic"}
ETHERTYPES = {"2048": "ip"}
OPTIONS = ("ts", "sack", "ecn", "ecnseen", "fastopen")
MPTCP = {"subflows": ("subflows", 10), "add_addr_signal": ("add_addr_signal", 10), "subflows_max": ("subflows_max", 10),
         "token": ("token", 16), "write_seq": ("write_seq", 16), "snd_una": ("snd_una", 16), "rcv_nxt": ("rcv_nxt", 16)}


class Comparison:
    def __init__(self):
        self.values = self.sockets = 0
        self.lines = []
        self.seen = set()

    def matched(self, row):
        """A row of sockmon is one of ss's; no two are the same one."""
        self.sockets += 1
        if id(row) in self.seen:
            self.lines.append(f"two of ss are one row: {row}")
        self.seen.add(id(row))

    def unmatched(self, rows):
        """What ss does not have: but for sockets that are only bound, and those of sockmon itself."""
        for row in rows:
            bound = row["proto"] in ("tcp", "mptcp") and row["state"] == "CLOSE"
            if id(row) not in self.seen and row["proto"] != "netlink" and not bound \
                    and row.get("process") != "sockmon":
                self.lines.append(f"ss does not have {row}")

    def value(self, what, key, found, wanted):
        self.values += 1
        if found != wanted:
            self.lines.append(f"{what}: {key} is {found!r}, ss says {wanted!r}")

    def near(self, what, key, found, wanted, apart):
        self.values += 1
        if found is None or abs(found - wanted) > apart:
            self.lines.append(f"{what}: {key} is {found!r}, ss says {wanted!r}")


def owners(rest):
    return sorted(re.findall(r"pid=(\d+),fd=(\d+)", rest))


def holders(row):
    return sorted((str(h["pid"]), str(h["fd"])) for h in row.get("holders") or [])


def number(rest, word, digits=r"[\d.]+"):
    match = re.search(rf"(?:^|\s){re.escape(word)}:({digits})(?:\s|$|bps)", rest)
    return match.group(1) if match else None


def plain_number(value):
    """Identities are hexadecimal strings, since JSON's numbers have 53 bits."""
    return int(value, 16) if isinstance(value, str) else value


def compare_skmem(c, what, row, rest):
    match = re.search(r"skmem:\(([^)]*)\)", rest)
    skmem = row.get("skmem") or {}
    for item in match.group(1).split(",") if match else []:
        name, value = re.fullmatch(r"([a-z]+)(-?\d+)", item).groups()
        if int(value) >= 0:
            c.value(what, f"skmem.{SKMEM[name]}", skmem.get(SKMEM[name]), int(value))


def compare_common(c, what, row, rest):
    c.value(what, "holders", [] if row.get("no_process_reason") else holders(row), owners(rest))
    compare_skmem(c, what, row, rest)
    for word, key, base in (("ino", "inode", 10), ("uid", "uid", 10), ("tos", "tos", 16), ("tclass", "tclass", 16),
                            ("class_id", "class_id", 16), ("fwmark", "mark", 16)):
        text = number(rest, word, r"(?:0x)?[\da-f]+")
        if text and not (word == "ino" and row.get("family") == "unix"):
            c.value(what, key, plain_number(row.get(key, 0)), int(text, base))
    cgroup = re.search(r"(?:^|\s)cgroup:(\S+)", rest)
    if cgroup and not cgroup.group(1).startswith("unreachable"):
        c.value(what, "cgroup", row.get("cgroup"), cgroup.group(1))
    v6only = number(rest, "v6only")
    if v6only:
        c.value(what, "v6only", row.get("v6only"), v6only == "1")


def compare_tcp(c, what, row, rest):
    info = row.get("tcp_info") or {}
    for word, (field, unit) in TCP.items():
        text = number(rest, word)
        if text:
            c.near(what, f"tcp_info.{field}", info.get(field), float(text) * unit, 0.51 if unit > 1 else 0)
    for word, field in TCP_RATES.items():
        match = re.search(rf"\s{word} (\d+)bps", rest)
        if match:
            c.near(what, f"tcp_info.{field}", info.get(field), int(match.group(1)) / 8, 1)
    rtt = re.search(r"\srtt:([\d.]+)/([\d.]+)", rest)
    if rtt:
        c.near(what, "tcp_info.rtt", info.get("rtt"), float(rtt.group(1)) * 1000, 0.51)
        c.near(what, "tcp_info.rttvar", info.get("rttvar"), float(rtt.group(2)) * 1000, 0.51)
    scale = re.search(r"\swscale:(\d+),(\d+)", rest)
    if scale:
        c.value(what, "tcp_info.snd_wscale", info.get("snd_wscale"), int(scale.group(1)))
        c.value(what, "tcp_info.rcv_wscale", info.get("rcv_wscale"), int(scale.group(2)))
    retrans = re.search(r"\sretrans:(\d+)/(\d+)", rest)
    if retrans:
        c.value(what, "tcp_info.retrans", info.get("retrans"), int(retrans.group(1)))
        c.value(what, "tcp_info.total_retrans", info.get("total_retrans"), int(retrans.group(2)))
    if info and row["state"] != "LISTEN":
        words = rest.split()
        c.value(what, "options", [w for w in OPTIONS if w in (info.get("option_words") or "").split()],
                [w for w in OPTIONS if w in words])
        c.value(what, "app_limited", bool(info.get("delivery_rate_app_limited")), "app_limited" in words)
    compare_congestion(c, what, row, rest)
    ulp = re.search(r"\stcp-ulp-(\w+)", rest)
    c.value(what, "ulp", row.get("ulp"), ulp.group(1) if ulp else None)


def compare_congestion(c, what, row, rest):
    cong = re.search(r"skmem:\([^)]*\)(?: (?:ts|sack|ecn|ecnseen|fastopen))* ([a-z][a-z0-9_-]*) (?:wscale|rto|cwnd|backoff)", rest)
    if cong:
        c.value(what, "cong", row.get("cong"), cong.group(1))
    bbr = re.search(r"\sbbr:\(bw:(\d+)bps,mrtt:([\d.]+)(?:,pacing_gain:([\d.]+))?(?:,cwnd_gain:([\d.]+))?\)", rest)
    if not bbr:
        return
    found = row.get("bbr") or {}
    c.near(what, "bbr.bw", found.get("bw"), int(bbr.group(1)) / 8, 1)
    c.near(what, "bbr.min_rtt", found.get("min_rtt"), float(bbr.group(2)) * 1000, 0.51)
    for group, key in ((3, "pacing_gain"), (4, "cwnd_gain")):
        if bbr.group(group):
            c.near(what, f"bbr.{key}", float(found.get(key) or 0), float(bbr.group(group)), 0.006)


def compare_timer(c, what, row, rest):
    timer = re.search(r"timer:\((\w+),", rest)
    c.value(what, "timer", row.get("timer"), timer.group(1) if timer else None)


def compare_inet(c, proto, fields, rest, rows):
    state, recv_q, send_q, local, peer = fields
    (laddr, lport), (raddr, rport) = end_of(local), end_of(peer)
    cookie = re.search(r"\bsk:(\w+)", rest)
    if cookie:
        row = rows["cookie"].get(f"0x{cookie.group(1)}")
    else:
        row = rows["raw"].get((laddr, lport, owners(rest)[0] if owners(rest) else None))
    what = f"{proto} {local} {peer} {state}"
    if not row:
        c.lines.append(f"missing: {what} {rest}")
        return
    c.matched(row)
    listens = row["state"] == "LISTEN"
    c.value(what, "proto", row["proto"], proto)
    c.value(what, "state", row["state"], (UDP_STATES if proto in ("udp", "raw") else STATES)[state])
    c.value(what, "recv_q", row.get("recv_q", 0), int(recv_q))
    c.value(what, "send_q", row.get("backlog_max" if listens else "send_q", 0), int(send_q))
    c.value(what, "laddr", (row["laddr"], row.get("lport", 0)), (laddr, lport))
    if rport:
        c.value(what, "raddr", (row.get("raddr"), row.get("rport")), (raddr, rport))
    compare_common(c, what, row, rest)
    if proto == "tcp":
        compare_tcp(c, what, row, rest)
        compare_timer(c, what, row, rest)
    elif proto == "mptcp":
        for word, (field, base) in MPTCP.items():
            text = number(rest, word, r"[\da-f]+")
            if text:
                c.value(what, f"mptcp.{field}", plain_number((row.get("mptcp") or {}).get(field)), int(text, base))


def compare_unix(c, fields, rest, rows):
    netid, state, recv_q, send_q, name, inode, _, peer = fields
    row = rows["unix"].get(int(inode))
    what = f"{netid} {name} {inode} {state}"
    if not row:
        c.lines.append(f"missing: {what}")
        return
    c.matched(row)
    listens = row["state"] == "LISTEN"
    c.value(what, "proto", row["proto"], UNIX[netid])
    c.value(what, "state", row["state"], {"ESTAB": "ESTABLISHED", "UNCONN": "UNCONN" if netid == "u_dgr" else "CLOSE"}.get(state, state))
    c.value(what, "recv_q", row.get("recv_q", 0), int(recv_q))
    c.value(what, "send_q", row.get("backlog_max" if listens else "send_q", 0), int(send_q))
    c.value(what, "laddr", row.get("laddr"), None if name == "*" else name)
    if peer != "0":
        c.value(what, "peer_inode", row.get("peer_inode"), int(peer))
    compare_common(c, what, row, rest)


def compare_packet(c, netid, fields, rest, rows):
    inode = int(number(rest, "ino"))
    row = rows["packet"].get(inode)
    what = f"{netid} {fields[3]} {inode}"
    if not row:
        c.lines.append(f"missing: {what}")
        return
    c.matched(row)
    protocol = re.match(r"\[?(\d+|\w+)\]?:", fields[3]).group(1)
    if protocol in ETHERTYPES:
        c.value(what, "packet.protocol", row["packet"].get("protocol"), ETHERTYPES[protocol])
    c.value(what, "packet.type", (row.get("packet") or {}).get("type"), {"p_raw": "raw", "p_dgr": "dgram"}[netid])
    compare_common(c, what, row, rest)


def compare_ss(c, path, rows, mine):
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if mine(line):
                continue
            if words[0] in UNIX:
                compare_unix(c, words[:8], line, rows)
            elif words[0].startswith("p_"):
                compare_packet(c, words[0], words[1:6], line, rows)
            else:
                compare_inet(c, words[0], words[1:6], line, rows)


def compare_mptcp(c, path, rows):
    with open(path, encoding="utf-8") as file:
        for line in file:
            compare_inet(c, "mptcp", line.split()[:5], line, rows)


def compare_netlink(c, path, rows):
    """Sockets of ss and sockmon themselves differ; the others are the same set, each once."""
    wanted = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            local = line.split()[3]
            protocol, portid = local.split(":")
            groups = int(re.search(r"groups=0x([\da-f]+)", line).group(1), 16)
            wanted.add((int(protocol), int(portid), groups))
    found = [(row["netlink"]["protocol"], row["netlink"]["portid"], int(row["netlink"]["groups"], 16))
             for row in rows["netlink"]]
    theirs = {(NETLINK[key[0]], *key[1:]) for key in wanted if key[0] in NETLINK}
    for key in theirs - set(found):
        c.lines.append(f"missing: netlink protocol, portid, groups {key}")
    c.sockets += len(theirs)
    c.values += 3 * len(theirs)
    twice = {key for key in found if found.count(key) > 1 and key[1]}
    if twice:
        c.lines.append(f"netlink sockets that are listed twice: {twice}")


def main():
    ss, mptcp, netlink, sockmon = sys.argv[1:]
    with open(sockmon, encoding="utf-8") as file:
        all_rows = json.load(file)["rows"]
    rows = {"cookie": {r["cookie"]: r for r in all_rows if r.get("cookie")},
            "raw": {(r["laddr"], r["lport"], holders(r)[0] if holders(r) else None): r
                    for r in all_rows if r["proto"] == "raw"},
            "unix": {r["inode"]: r for r in all_rows if r.get("family") == "unix" and r.get("inode")},
            "packet": {r["inode"]: r for r in all_rows if r["proto"] == "packet"},
            "netlink": [r for r in all_rows if r["proto"] == "netlink"]}
    c = Comparison()
    compare_ss(c, ss, rows, lambda line: '"ss"' in line)
    compare_mptcp(c, mptcp, rows)
    compare_netlink(c, netlink, rows)
    c.unmatched(all_rows)
    cookies = [row["cookie"] for row in all_rows if row.get("cookie")]
    if len(cookies) != len(set(cookies)):
        c.lines.append(f"{len(cookies)} rows, {len(set(cookies))} cookies")
    if c.sockets < 40:
        c.lines.append(f"{c.sockets} sockets: too few to compare")
    print("\n".join(c.lines) or f"{c.values} values of {c.sockets} sockets are the same")
    sys.exit(bool(c.lines))


main()
