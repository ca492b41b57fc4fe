#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP: check.py SOCKMON DIR EXPECTED.tsv: what sockmon says of each capture in DIR, and what it should.

Also: the books balance, a file cut at any byte or with any byte wrong never crashes the reader, and what
was read before is never lost. Deliberately decodes no packet itself: the numbers are expected.tsv's.
"""
import json
import os
import re
import struct
import subprocess
import sys

# Cut within their packets: status 1, and everything before the cut is still output.
CUT = {"truncated_record", "truncated_header", "truncated_caplen", "caplen_huge"}
# Cannot be opened at all: status 1 and no output.
REFUSED = {"truncated_file_header", "unknown_link"}
LONGEST_CUT = 140
COUNTS = ("tx_packets", "rx_packets", "tx_bytes", "rx_bytes", "tx_payload", "rx_payload")


class Run:
    """One run of sockmon: its status, its words on stderr, its bytes on stdout."""

    def __init__(self, program, *args, data=None):
        done = subprocess.run([program, *args], input=data, capture_output=True, timeout=60)
        self.status = done.returncode
        self.words = done.stderr.decode()
        self.out = done.stdout

    def snapshot(self):
        return json.loads(self.out)


class Tap:
    """Numbers the results; what went wrong comes before the line that says so."""

    def __init__(self):
        self.number = 0

    def result(self, name, problems):
        self.number += 1
        for problem in problems:
            for line in str(problem).splitlines():
                print("#", line)
        print(f"{'not ok' if problems else 'ok'} {self.number} - {name}", flush=True)

    def plan(self):
        print(f"1..{self.number}")


def read_expected(path):
    """{file: ({flow: counts}, totals)}"""
    files = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(words) < 2:
                continue
            flows, totals = files.setdefault(words[0], ({}, {}))
            numbers = [int(word) for word in words[2:]]
            if words[1] == "total":
                totals.update(zip(("packets", "ip", "not_ip", "undecodable"), numbers))
            else:
                flows[without_identifier(words[1])] = dict(zip(COUNTS, numbers))
    return files


def without_identifier(flow):
    """An echo's identifier is part of its flow's key, but no port: rows do not show it."""
    return re.sub(r":\d+(?= |$)", ":0", flow) if flow.startswith("icmp") else flow


def end_of(row, side):
    addr = row[side + "addr"]
    return f"[{addr}]:{row.get(side + 'port', 0)}" if ":" in addr else f"{addr}:{row.get(side + 'port', 0)}"


def flows_of(snapshot):
    return {f"{row['proto']} {end_of(row, 'l')} {end_of(row, 'r')}": {key: row.get(key, 0) for key in COUNTS}
            for row in snapshot["rows"]}


def sum_of(snapshot, what):
    return sum(row.get("tx_" + what, 0) + row.get("rx_" + what, 0) for row in snapshot["rows"])


def imbalance(snapshot):
    """All that was read is in one of the header's sums, and what is live on the rows; in packets and in bytes."""
    capture = snapshot["capture"]
    for what, repeat, extra in (("packets", "repeat_packets", ""), ("bytes", "repeat_bytes", "_bytes")):
        booked = (capture["live_" + what] + capture[repeat] + capture["expired_" + what] + capture["evicted_" + what] +
                  capture["not_ip" + extra] + capture["undecodable" + extra])
        if booked != capture[what]:
            yield f"{capture[what]} {what}, {booked} accounted for: {capture}"
        if sum_of(snapshot, what) != capture["live_" + what]:
            yield f"{capture['live_' + what]} {what} of live flows, {sum_of(snapshot, what)} on rows"


def flow_problems(found, wanted):
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"missing: {name}"
        elif name not in wanted:
            yield f"not in the file: {name} {found[name]}"
        else:
            for key in COUNTS:
                if found[name][key] != wanted[name][key]:
                    yield f"{name}: {key} is {found[name][key]}, wanted {wanted[name][key]}"


def exit_problems(run, name, packets):
    """The status, and on stderr nothing or one sentence with the file and how far it was read."""
    bad = name in CUT or name in REFUSED
    if run.status != bad:
        yield f"status {run.status}, wanted {int(bad)}"
    if run.words.count("\n") != bad:
        yield f"on stderr: {run.words!r}"
    if bad and name + ".pcap" not in run.words:
        yield f"the file is not named: {run.words!r}"
    if name in CUT and f"packet {packets} " not in run.words:
        yield f"packet {packets} is not named: {run.words!r}"


def scenario_problems(run, name, flows, totals):
    yield from exit_problems(run, name, totals["packets"])
    if name in REFUSED:
        if run.out:
            yield f"refused, and yet on stdout: {run.out[:200]!r}"
        return
    snapshot = run.snapshot()
    yield from flow_problems(flows_of(snapshot), flows)
    for key in ("packets", "not_ip", "undecodable"):
        if snapshot["capture"][key] != totals[key]:
            yield f"capture.{key} is {snapshot['capture'][key]}, wanted {totals[key]}"
    yield from imbalance(snapshot)


def check_scenarios(tap, program, directory, expected):
    for name, (flows, totals) in expected.items():
        run = Run(program, "-r", os.path.join(directory, name + ".pcap"), "-o", "json")
        tap.result(name, list(scenario_problems(run, name, flows, totals)))
    written = {name.removesuffix(".pcap") for name in os.listdir(directory)}
    tap.result("every capture has its expectation, and every expectation its capture",
               sorted(written ^ expected.keys()))


def check_eviction(tap, program, directory):
    run = Run(program, "-r", os.path.join(directory, "many_flows.pcap"), "-o", "json", "--max-flows", "16")
    snapshot = run.snapshot()
    problems = list(imbalance(snapshot))
    if run.status or len(snapshot["rows"]) > 16 or not snapshot["capture"]["evicted_packets"]:
        problems.append(f"status {run.status}, {len(snapshot['rows'])} rows, {snapshot['capture']}")
    tap.result("at the limit of flows the books still balance", problems)


def with_other_numbers(records):
    """The same TCP segments over IPv4 and Ethernet with other sequence numbers, so that they are no repeats."""
    out, at = bytearray(records), 0
    while at < len(out):
        tcp = at + 16 + 14 + 20
        out[tcp + 4] ^= 0x40
        if out[tcp + 13] & 0x10:  # ACK
            out[tcp + 8] ^= 0x40
        at += 16 + struct.unpack_from("<I", out, at + 8)[0]
    return bytes(out)


def check_reuse(tap, program, directory):
    with open(os.path.join(directory, "tcp_handshake_v4.pcap"), "rb") as file:
        once = file.read()
    run = Run(program, "-r", "-", "-o", "json", data=once + with_other_numbers(once[24:]))
    tap.result("ports used a second time lose nothing of the first time", list(imbalance(run.snapshot())))


def check_stdin(tap, program, directory):
    path = os.path.join(directory, "vlan.pcap")
    with open(path, "rb") as file:
        piped = Run(program, "-r", "-", "-o", "json", data=file.read())
    named = Run(program, "-r", path, "-o", "json")
    tap.result("a capture on stdin gives the same rows",
               [] if not piped.status and piped.snapshot()["rows"] == named.snapshot()["rows"]
               else [piped.status, piped.words, piped.out])


def check_formats(tap, program, directory):
    path = os.path.join(directory, "many_flows.pcap")
    rows = Run(program, "-r", path, "-o", "json").snapshot()["rows"]
    lines = [json.loads(line) for line in Run(program, "-r", path, "-o", "jsonl").out.splitlines()]
    tap.result("jsonl has json's rows between its header and its count",
               [] if lines[1:-1] == rows and lines[-1] == {"rows": len(rows)} else [lines[0], lines[-1]])


def pcapng(packet):
    """The packet, in the other format: section header, interface, enhanced packet, packet again."""
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + size + body + size

    stored = block(6, struct.pack("<IIIII", 0, 391530, 0, len(packet), len(packet)) + packet)
    return (block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) +
            block(1, struct.pack("<HHI", 1, 0, 0)) + stored + stored)


def survives(run, at):
    """Nothing but done (0) or failed (1); what failed says so in a sentence; what is output is whole."""
    if run.status not in (0, 1):
        yield f"byte {at}: status {run.status}: {run.words}"
    elif run.words.count("\n") != run.status:
        yield f"byte {at}: status {run.status}, stderr {run.words!r}"
    elif not run.out:
        if not run.status:
            yield f"byte {at}: status 0 and no output"
    else:
        try:
            yield from (f"byte {at}: {what}" for what in imbalance(run.snapshot()))
        except ValueError as error:
            yield f"byte {at}: {error}"


def check_damage(tap, program, directory):
    with open(os.path.join(directory, "tcp_refused.pcap"), "rb") as file:
        classic = file.read()
    new = pcapng(classic[40:40 + struct.unpack("<I", classic[32:36])[0]])
    path = os.path.join(directory, "damaged")
    for kind, whole in (("pcap", classic), ("pcapng", new)):
        undamaged = Run(program, "-r", "-", "-o", "json", data=whole)
        tap.result(f"{kind}: undamaged it holds two packets",
                   [] if not undamaged.status and undamaged.snapshot()["capture"]["packets"] == 2
                   else [undamaged.status, undamaged.words])
        cut, wrong = [], []
        for at in range(len(whole)):
            for damaged, problems in ((whole[:at], cut),
                                      (whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:], wrong)):
                with open(path, "wb") as file:
                    file.write(damaged)
                problems += survives(Run(program, "-r", path, "-o", "json"), at)
        tap.result(f"{kind}: cut at any byte, what was read is output and the end is told", cut)
        tap.result(f"{kind}: with any byte inverted, it is read or refused", wrong)
    os.remove(path)


def records_of(capture):
    """(the file header, the byte order of its numbers, [(record header's words, packet)])"""
    order = "<" if capture[0] in (0xD4, 0x4D) else ">"
    found, at = [], 24
    while at < len(capture):
        words = struct.unpack_from(order + "IIII", capture, at)
        found.append((words, capture[at + 16:at + 16 + words[2]]))
        at += 16 + words[2]
    return capture[:24], order, found


def cut_everywhere(capture):
    """Each packet once for each length up to LONGEST_CUT, and the number of packets and bytes that makes."""
    head, order, found = records_of(capture)
    out, packets, most = [head], 0, 0
    for (seconds, fraction, _, wire), packet in found:
        for length in range(min(len(packet), LONGEST_CUT) + 1):
            out.append(struct.pack(order + "IIII", seconds, fraction, length, max(wire, len(packet))) + packet[:length])
            packets += 1
            most += max(wire, len(packet))
    return b"".join(out), packets, most


def cut_problems(program, capture, flows, totals):
    data, packets, most = cut_everywhere(capture)
    run = Run(program, "-r", "-", "-o", "json", data=data)
    if run.status:
        yield f"status {run.status}: {run.words}"
        return
    snapshot = run.snapshot()
    if snapshot["capture"]["packets"] != packets or snapshot["capture"]["bytes"] > most:
        yield f"{packets} packets of at most {most} bytes went in: {snapshot['capture']}"
    if snapshot["capture"]["not_ip"] and not totals["not_ip"]:
        yield f"IP, and cut off it is something else: {snapshot['capture']}"
    # A fragment whose first one was cut has no ports.
    known = set(flows) | {re.sub(r":\d+(?= |$)", ":0", name) for name in flows}
    yield from (f"not in the file: {name}" for name in sorted(flows_of(snapshot).keys() - known))
    yield from imbalance(snapshot)


def check_cuts(tap, program, directory, expected):
    for name, (flows, totals) in expected.items():
        if name in CUT or name in REFUSED:
            continue
        with open(os.path.join(directory, name + ".pcap"), "rb") as file:
            problems = list(cut_problems(program, file.read(), flows, totals))
        tap.result(f"{name}: cut at any byte a packet is what it was, or undecodable", problems)


def main():
    program, directory, expected = sys.argv[1:]
    tap = Tap()
    files = read_expected(expected)
    check_scenarios(tap, program, directory, files)
    check_eviction(tap, program, directory)
    check_reuse(tap, program, directory)
    check_stdin(tap, program, directory)
    check_formats(tap, program, directory)
    check_cuts(tap, program, directory, files)
    check_damage(tap, program, directory)
    tap.plan()


main()
