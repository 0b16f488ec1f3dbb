#!/usr/bin/env python3
"""A capture tells the same story however it comes: whole, as ten rotated files, through a pipe, or packed by gzip.

usage: same_findings.py BINARY [CAPTURE...]     without captures: all of tests/captures

In:  captures. Out: for each that differs, in which way and by which findings; a last line
`N passed, N failed, N skipped`. Compared are each finding's code, severity, time, side, title and evidence; frames of
rotated files are counted on from file to file, as they stand in the whole. Of a damaged file only that it is damaged is
compared: the finding names the file and the place.
"""
import collections
import concurrent.futures
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = 10
LITTLE = (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
BIG = (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d")


def octets(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def records(data):
    """The records of a classic pcap, the last one perhaps torn; None if it is something else."""
    if data[:4] not in LITTLE + BIG:
        return None
    order, at, out = "little" if data[:4] in LITTLE else "big", 24, []
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at + 8:at + 12], order)
        out.append(data[at:end])
        at = end
    return out


def rotate(data, folder):
    """Writes the capture as up to ten files of equally many packets: [(path, packets before it)], or None."""
    packets = records(data)
    if packets is None:
        return None
    share, files = max(1, -(-len(packets) // PARTS)), []
    for first in range(0, max(len(packets), 1), share):
        path = os.path.join(folder, "part%02d.pcap" % len(files))
        with open(path, "wb") as file:
            file.write(data[:24] + b"".join(packets[first:first + share]))
        files.append((path, first))
    return files


def findings(binary, paths, before=None, stdin=None):
    """The findings of a report, as a multiset of what must not differ."""
    run = subprocess.run([binary, "analyze", "--json"] + paths, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                         capture_output=True, timeout=120, check=False)
    if run.returncode not in (0, 1):
        raise ValueError("exit %d: %s" % (run.returncode, run.stderr[-500:].decode(errors="replace")))
    out = collections.Counter()
    for f in json.loads(run.stdout)["findings"]:
        frames = tuple(e["frame"] + (before or {}).get(e["file"], 0) for e in f["evidence"] if e.get("frame") is not None)
        title = f["title"]
        if f["code"] == "capture-damaged":  # names the file, and the place in it
            title, frames = None, ()
        out[(f["code"], f["severity"], f["time"], f.get("at"), title, frames)] += 1
    return out


def ways(binary, path, folder):
    """(name of the way, its findings) for each other way in which the capture can come."""
    data = octets(path)
    yield "through a pipe", findings(binary, ["-"], stdin=data)
    packed = os.path.join(folder, "packed.gz")
    with gzip.open(packed, "wb") as file:
        file.write(data)
    yield "packed", findings(binary, [packed])
    parts = rotate(data, folder)
    if parts:
        yield "rotated", findings(binary, [p for p, _ in parts], dict(parts))


def judge(binary, path):
    with tempfile.TemporaryDirectory() as folder:
        try:
            whole = findings(binary, [path])
            for name, other in ways(binary, path, folder):
                if other != whole:
                    yield "%s %s: only whole %s, only so %s" % (os.path.basename(path), name, list((whole - other))[:3], list((other - whole))[:3])
        except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as why:
            yield "%s: %s" % (os.path.basename(path), why)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    captures = sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "captures", "*.pcap*")))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for differs in pool.map(lambda c: list(judge(binary, c)), captures):
            failed += bool(differs)
            for words in differs:
                print(words)
    print("%d passed, %d failed, 0 skipped" % (len(captures) - failed, failed))
    sys.exit(1 if failed or not captures else 0)


if __name__ == "__main__":
    main()
