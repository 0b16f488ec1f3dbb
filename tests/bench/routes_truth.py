#!/usr/bin/env python3
"""Route changes into SQLite at speed, and the table held against its generator's truth prefix by prefix.

usage: routes_truth.py BINARY --captures DIR [--runs N]

In:  DIR/a.pcap (a full table), and beside it truth.json with rib_sha256: the SHA-256 of the sorted lines
     `NLRI-as-hex AFI AS_PATH-attribute-as-hex`.
Out: figures against bars; exit 0 when all hold. What is not there is skipped, and said to be.

The database is read here, by Python's sqlite3 and a reader of attributes of its own; what `routetap routes` tells of the
capture and of the database is then held against the same rows.
"""
import argparse
import hashlib
import ipaddress
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

RATE = 400000


def run_timed(argv, out=os.devnull):
    with open(out, "wb") as sink:
        child = subprocess.Popen(argv, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, argv
    return usage.ru_utime + usage.ru_stime


def attributes(data):
    """code -> the whole attribute, and its value."""
    found, at = {}, 0
    while at < len(data):
        long = data[at] & 0x10
        size = int.from_bytes(data[at + 2:at + 4], "big") if long else data[at + 2]
        head = 4 if long else 3
        found[data[at + 1]] = data[at:at + head + size], data[at + head:at + head + size]
        at += head + size
    return found


def path_text(value, width):
    """"1 2 {3,4}", as bgpdump writes it."""
    words, at = [], 0
    while at < len(value):
        kind, count = value[at], value[at + 1]
        at += 2
        asns = [str(int.from_bytes(value[at + i * width:at + (i + 1) * width], "big")) for i in range(count)]
        words.append("{%s}" % ",".join(asns) if kind == 1 else " ".join(asns))
        at += count * width
    return " ".join(words)


def prefixes(nlri):
    at = 0
    while at < len(nlri):
        size = 1 + (nlri[at] + 7) // 8
        yield nlri[at:at + size]
        at += size


def text_of(prefix, afi):
    size = 4 if afi == 1 else 16
    return "%s/%d" % (ipaddress.ip_address(prefix[1:].ljust(size, b"\0")), prefix[0])


def table_of(path):
    """Lines as in the truth, and (prefix, path) as they are told."""
    whole, told = {}, {}
    with sqlite3.connect(path) as db:
        for family, nlri, as4, data in db.execute(
                'SELECT t.family, u.nlri, a.as4, a.bytes FROM route_update u JOIN route_table t ON t.id = u."table"'
                ' LEFT JOIN route_attributes a ON a.id = u.attributes ORDER BY u.id'):
            afi = 1 if family.startswith("ipv4") else 2
            path_attr = attributes(data)[2] if data else None
            for prefix in prefixes(nlri):
                whole[prefix, afi] = path_attr
                told[text_of(prefix, afi)] = path_text(path_attr[1], 4 if as4 else 2) if data else None
    return whole, told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--captures", required=True)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    capture, truth = (os.path.join(args.captures, name) for name in ("a.pcap", "truth.json"))
    if not os.path.exists(capture) or not os.path.exists(truth):
        print("skipped: a.pcap and truth.json are not in", args.captures)
        return 0
    bad = 0

    def row(what, figure, bar, holds):
        nonlocal bad
        bad += not holds
        print("%-44s %-30s %-16s %s" % (what, figure, bar, "ok" if holds else "OVER"), flush=True)

    with tempfile.TemporaryDirectory() as folder:
        db = os.path.join(folder, "a.db")
        cpu = min(run_timed([args.binary, "analyze", "-q", "--db", db, "--keep-routes", "all", capture]) for _ in range(args.runs))
        whole, told = table_of(db)
        with sqlite3.connect(db) as handle:
            changes = handle.execute("SELECT sum(prefixes) FROM route_segment").fetchone()[0]
        row("changes a CPU second, analysis included", "%.0f (%d in %.2f s)" % (changes / cpu, changes, cpu), ">= %d" % RATE, changes / cpu >= RATE)
        lines = sorted("%s %d %s" % (p.hex(), afi, attr[0].hex()) for (p, afi), attr in whole.items())
        bare = sorted("%s %d %s" % (p.hex(), afi, attr[1].hex()) for (p, afi), attr in whole.items())
        want = json.load(open(truth, encoding="utf-8"))["rib_sha256"]
        sums = [hashlib.sha256("\n".join(each).encode()).hexdigest() for each in (lines, bare)]
        row("%d routes of the database" % len(whole), sums[want == sums[1]][:16], want[:16], want in sums)
        for name, source in (("capture", capture), ("database", db)):
            out = os.path.join(folder, "told")
            run_timed([args.binary, "routes", "-q", "-m", source], out)
            with open(out, encoding="utf-8") as file:
                have = {f[5]: f[6] for f in (line.split("|") for line in file)}
            wrong = sum(have.get(p) != path for p, path in told.items()) + len(set(have) - set(told))
            row("routes of the %s that differ" % name, "%d of %d" % (wrong, len(have)), "0", wrong == 0)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
