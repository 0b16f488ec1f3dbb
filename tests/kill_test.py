#!/usr/bin/env python3
"""Killed at any moment while it writes, `monitor` leaves a database that opens, is sound, and misses at most the last
second of what was told.

usage: kill_test.py BINARY [TIMES [CAPTURE SPEED]]        20 by default

In: nothing, or a capture and how many times as fast as it came it is to be replayed; else one of many sessions that
come and go is made. Out: what failed, a last line
`N passed, N failed, N skipped`.
"""
import concurrent.futures
import datetime
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

PEERINGS, SECONDS = 400, 14
SECOND = 1.3
START = 1772359200  # 2026-03-01 10:00:00 UTC
MARKER = b"\xff" * 16


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


def opening(asn, router):
    return message(1, struct.pack(">BHHIB", 4, asn, 90, router, 0))


def segment(at, src, dst, sport, dport, seq, ack, flags, payload=b""):
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 60000, 0, 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0, src, dst)
    frame = b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\x00" + ip + tcp
    return at, struct.pack("<4I", START + int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame


def session(n, at, port):
    """Comes up, says some routes, and is shut down."""
    a, b = bytes([10, 0, n >> 8, n & 255]), bytes([10, 1, n >> 8, n & 255])
    seq, out = [1000, 5000], []

    def say(who, flags, payload=b"", wait=0.001):
        nonlocal at
        ends = ((a, b, port, 179), (b, a, 179, port))[who]
        out.append(segment(at, *ends, seq[who], seq[1 - who], flags, payload))
        seq[who] += len(payload) + bool(flags & 3)
        at += wait
    say(0, 2)
    say(1, 18)
    say(0, 16)
    for who, payload in ((0, opening(65001, 1)), (1, opening(65002, 2)), (0, message(4)), (1, message(4))):
        say(who, 24, payload)
        say(1 - who, 16)
    for i in range(3):
        say(0, 24, message(2, struct.pack(">HH", 0, 14) + b"\x40\x01\x01\x00\x40\x02\x00\x40\x03\x04\x0a\x00\x00\x01" + bytes([24, 198, 18, i])), 0.01)
        say(1, 16)
    say(1, 24, message(3, b"\x06\x02"))
    say(0, 16)
    say(1, 17)
    say(0, 17)
    say(1, 16)
    return out


def make_capture(path):
    rng, packets = random.Random(180), []
    for n in range(PEERINGS):
        at, port = rng.random() * 2, 20000
        while at < SECONDS:
            packets += session(n, at, port)
            at += 1.5 + rng.random()
            port += 1
    packets.sort(key=lambda p: p[0])
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        file.writelines(p[1] for p in packets)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def read_until(stream, until):
    """Lines that come until then, and when: they were told."""
    told, rest = [], b""
    while time.monotonic() < until:
        if select.select([stream], [], [], max(0, until - time.monotonic()))[0]:
            more = os.read(stream.fileno(), 1 << 16)
            if not more:
                raise AssertionError("it ended by itself")
            *lines, rest = (rest + more).split(b"\n")
            told += [(time.monotonic(), line) for line in lines]
    return told


def examine(path, told, killed, speed):
    """What is wrong with the database, given the lines that were told, and when it was killed."""
    told = [(when, json.loads(line)) for when, line in told]
    states = [(when, s) for when, s in told if s["event"] == "state"]
    db = sqlite3.connect(path)
    try:
        if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return "integrity_check"
        if db.execute("PRAGMA foreign_key_check").fetchall():
            return "foreign_key_check"
        kept = set(db.execute("SELECT s.address, from_state, to_state, time_ns / 1000 FROM transition t JOIN side s USING (peering, side)"))
        counts = db.execute("SELECT step, sum(updates) FROM series_side GROUP BY step").fetchall()
        sides = db.execute("SELECT sum(updates) FROM side").fetchone()[0]
        last = db.execute("SELECT last_ns FROM capture").fetchone()
    finally:
        db.close()
    # commits are half a second of ours apart, and take their time on a busy machine
    lost = [killed - when for when, s in states if when < killed - SECOND and
            (s["side"], s["from"], s["to"], round(moment(s["time"]) * 1e6)) not in kept]
    if lost:
        return "%d of %d states are missing, the oldest told %.2f s before" % (len(lost), len(states), lost[0])
    if states and states[-1][0] > killed - 3:
        reached = moment(states[-1][1]["time"]) + (killed - states[-1][0] - SECOND) * speed
        if not last or last[0] is None or last[0] / 1e9 < reached:
            return "packets were kept until %s, not until %s" % (last, reached)
    series = dict(counts)
    if speed == 1 and sides and abs(series.get(10, 0) - sides) > 2 * 400 * 3:
        return "series tell %s UPDATEs, sides %s" % (series, sides)
    return None


def kill_once(binary, capture, speed, seconds, folder, n):
    rng = random.Random(n)
    path = os.path.join(folder, "kill%d.db" % n)
    child = subprocess.Popen([binary, "monitor", "--config", "none", "--no-sandbox", "-r", capture, "--replay", str(speed), "--db", path, "-v", "--json", "-q"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        told = read_until(child.stdout, time.monotonic() + 1 + rng.random() * (seconds - 4))
    finally:
        killed = time.monotonic()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stderr.close()
    wrong = examine(path, told, killed, speed)
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    return "kill %d: %s" % (n, wrong) if wrong else None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, times = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20
    folder = tempfile.mkdtemp(prefix="rt-kill-")
    try:
        capture, speed, seconds = os.path.join(folder, "in.pcap"), 1, SECONDS
        if len(sys.argv) > 4:
            capture, speed, seconds = os.path.abspath(sys.argv[3]), float(sys.argv[4]), 12
        else:
            make_capture(capture)
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            failed = [w for w in pool.map(lambda n: kill_once(binary, capture, speed, seconds, folder, n), range(times)) if w]
    finally:
        shutil.rmtree(folder)
    for words in failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (times - len(failed), len(failed)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
