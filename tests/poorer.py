#!/usr/bin/env python3
"""A poorer capture tells less, and nothing else: no look-alike is named because packets are missing, cut or there twice.

usage: poorer.py BINARY [CAPTURE...]     without captures: all of tests/captures that have a truth

In:  captures and their truth files: "must_not" has the codes that would be wrong. Each capture is made poorer in some
ways (one direction only, packets lost here and there or all for a while, or both, cut, twice, its end only), always in the same
way. Out: for each code of "must_not" that the whole capture does not bring up and the poorer one does, a line; a last
line `N passed, N failed, N skipped`.
"""
import concurrent.futures
import glob
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER, RECORD = 24, 16
SNAP = 96

# What is right to say of a poorer capture, though it would be wrong of the whole one.
FINE = {
    # a Hello that the capture lost cannot be told from one that the network lost
    ("gap", "ospf-hello-margin-low"), ("holes", "ospf-hello-margin-low"), ("holes, cut", "ospf-hello-margin-low"),
    # nothing of the other direction is there: SYNs that are sent again have no answer that counts, and that much is said
    ("lower", "bgp-connect-no-reply"), ("higher", "bgp-connect-no-reply"),
    ("lower, away", "bgp-connect-no-reply"), ("higher, away", "bgp-connect-no-reply"),
    # the capture ends, or begins, while the router really does this; what went on before and after is not there
    ("end", "bgp-connect-closed-before-open"), ("end", "bgp-connect-refused"), ("end", "bgp-connect-no-reply"),
}


def read(path):
    """Order of bytes, the file's header, (header of the record, bytes) for each packet; None: no pcap."""
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if not order:
        return None
    packets, at = [], HEADER
    while at + RECORD <= len(data):
        second, fraction, size, wire = struct.unpack_from(order + "4I", data, at)
        at += RECORD
        if at + size > len(data):
            break
        packets.append((second, fraction, wire, data[at:at + size]))
        at += size
    return order, data[:HEADER], packets


def write(path, order, header, packets):
    with open(path, "wb") as file:
        file.write(header)
        for second, fraction, wire, data in packets:
            file.write(struct.pack(order + "4I", second, fraction, len(data), wire) + data)


def from_lower(packet, group=(b"\xe0", b"\xff")):
    """Ethernet, IP, and the lower address speaks; None: cannot be told, or to a group."""
    data = packet[3]
    if data[12:14] == b"\x08\x00":
        source, target = data[26:30], data[30:34]
    elif data[12:14] == b"\x86\xdd":
        source, target = data[22:38], data[38:54]
    else:
        return None
    return None if target[:1] in group else source < target


def gap(packets, dice):
    first = dice.randrange(max(1, len(packets) - 1))
    return packets[:first] + packets[first + max(1, len(packets) // 20):]


def away(packets, dice):
    """Nothing for some seconds, and then on."""
    if not packets:
        return packets
    first, last = packets[0][0], packets[-1][0]
    begin, seconds = first + dice.random() * (last - first), dice.choice((3, 10, 30))
    return [p for p in packets if not begin <= p[0] < begin + seconds]


def middle(packets, dice):
    """Neither how it began nor how it ended."""
    first = dice.randrange(max(1, len(packets) // 2))
    return packets[first:first + max(5, int(len(packets) * dice.uniform(0.2, 0.6)))]


def holes(packets, dice):
    return [p for p in packets if dice.random() > 0.03]


def cut(packets, _):
    return [(s, f, wire, data[:SNAP]) for s, f, wire, data in packets]


def lower(packets, dice):
    return [p for p in packets if from_lower(p) is not False]


def higher(packets, dice):
    return [p for p in packets if from_lower(p) is not True]


WAYS = {
    "lower": lower,
    "higher": higher,
    "away": away,
    "lower, away": lambda packets, dice: away(lower(packets, dice), dice),
    "higher, away": lambda packets, dice: away(higher(packets, dice), dice),
    "away, away": lambda packets, dice: away(away(packets, dice), dice),
    "holes": holes,
    "gap": gap,
    "cut": cut,
    "holes, cut": lambda packets, dice: cut(holes(packets, dice), dice),
    "twice": lambda packets, dice: [p for p in packets for _ in range(2)],
    "middle": middle,
    "end": lambda packets, dice: packets[len(packets) * 3 // 5:],
}


def codes(binary, path):
    done = subprocess.run([binary, "analyze", "--json", path], stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise ValueError("exit %d: %s" % (done.returncode, done.stderr[-500:].decode(errors="replace")))
    return {f["code"] for f in json.loads(done.stdout)["findings"] if f["severity"] != "info"}


def judge(binary, capture):
    """Lines of what is wrong; None: skipped."""
    truth = capture[:-len(".pcap")] + ".truth.json"
    if not os.path.exists(truth) or not read(capture):
        return None
    with open(truth, encoding="utf-8") as file:
        wrong = set(json.load(file).get("must_not", []))
    order, header, packets = read(capture)
    whole, bad = codes(binary, capture), []
    ospf = any(p[3][23:24] == b"\x59" or p[3][20:21] == b"\x59" for p in packets)
    with tempfile.TemporaryDirectory() as folder:
        for way, poorer in WAYS.items():
            if ospf and way.startswith(("lower", "higher")):
                continue  # half of a conversation to groups is none that a tap shows
            path = os.path.join(folder, way + ".pcap")
            write(path, order, header, poorer(packets, random.Random(os.path.basename(capture) + way)))
            for code in sorted((codes(binary, path) - whole) & wrong):
                if not code.startswith("capture-") and (way, code) not in FINE:
                    bad.append("%s, %s: %s" % (os.path.basename(capture), way, code))
    return bad


def main():
    binary, captures = sys.argv[1], sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "captures", "*.pcap")))
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for bad in pool.map(lambda capture: judge(binary, capture), captures):
            skipped += bad is None
            passed += bad == []
            failed += bool(bad)
            for line in bad or []:
                print(line)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
