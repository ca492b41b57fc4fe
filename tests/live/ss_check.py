#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ss_check.py SS SOCKMON: what differs between `ss -H -tuanep` and `sockmon -1 -o json`, a line each; status 1 if anything.

Rows are matched by the socket's cookie. ss asks for no sockets that are only bound (its mask is from before
they could be listed), so rows of sockmon in TCP's CLOSE may be more.
"""
import ipaddress
import json
import re
import sys

STATES = {"UNCONN": "CLOSE", "ESTAB": "ESTABLISHED", "LISTEN": "LISTEN", "SYN-SENT": "SYN_SENT",
          "SYN-RECV": "SYN_RECV", "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2", "TIME-WAIT": "TIME_WAIT",
          "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK", "CLOSING": "CLOSING"}
# ss's names for UDP, which are not those of TCP's states.
UDP_STATES = {"UNCONN": "UNCONN", "ESTAB": "ESTABLISHED"}


def plain(text):
    """An address as sockmon writes it: v4-mapped as IPv4, without scope."""
    text = text.strip("[]").split("%")[0]
    if text == "*":
        return "::"
    addr = ipaddress.ip_address(text)
    return str(getattr(addr, "ipv4_mapped", None) or addr)


def end_of(text):
    addr, _, port = text.rpartition(":")
    return plain(addr), 0 if port == "*" else int(port)


def from_ss(line):
    proto, state, recv_q, send_q, local, peer, *rest = line.split()
    rest = " ".join(rest)

    def find(pattern, otherwise=None):
        match = re.search(pattern, rest)
        return match.group(1) if match else otherwise

    (laddr, lport), (raddr, rport) = end_of(local), end_of(peer)
    return find(r"\bsk:(\w+)"), {
        "proto": proto,
        "state": (UDP_STATES if proto == "udp" else STATES)[state],
        "recv_q": int(recv_q), "send_q": int(send_q),
        "laddr": laddr, "lport": lport, "rport": rport, "raddr": raddr if rport else "",
        "inode": int(find(r"\bino:(\d+)", 0)), "uid": int(find(r"\buid:(\d+)", 0)),
        "owners": sorted(re.findall(r"pid=(\d+),fd=(\d+)", rest)),
    }


def from_sockmon(row):
    holders = [(str(holder["pid"]), str(holder["fd"])) for holder in row.get("holders", [])]
    listens = row["state"] == "LISTEN"
    return row["cookie"].removeprefix("0x"), {
        "proto": row["proto"], "state": row["state"], "recv_q": row.get("recv_q", 0),
        "send_q": row.get("backlog_max" if listens else "send_q", 0),
        "laddr": row["laddr"], "lport": row.get("lport", 0), "rport": row.get("rport", 0),
        "raddr": row.get("raddr", "") if row.get("rport") else "",
        "inode": row.get("inode", 0), "uid": row.get("uid", 0), "owners": sorted(holders),
    }


def differences(ss, sockmon):
    for cookie, wanted in ss.items():
        found = sockmon.get(cookie)
        if not found:
            yield f"missing: {wanted}"
            continue
        for key, value in wanted.items():
            if found[key] != value:
                yield f"{wanted['proto']} {wanted['laddr']}:{wanted['lport']} {wanted['state']}: " \
                      f"{key} is {found[key]!r}, ss says {value!r}"
    for cookie in sockmon.keys() - ss.keys():
        if sockmon[cookie]["proto"] != "tcp" or sockmon[cookie]["state"] != "CLOSE":
            yield f"ss does not have {sockmon[cookie]}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        ss = dict(from_ss(line) for line in file)
    with open(sys.argv[2], encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    sockmon = dict(from_sockmon(row) for row in rows)
    lines = list(differences(ss, sockmon))
    if len(sockmon) != len(rows):
        lines.append(f"{len(rows)} rows, {len(sockmon)} cookies")
    if len(ss) < 20:
        lines.append(f"ss lists {len(ss)} sockets: too few to compare")
    print("\n".join(lines))
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
