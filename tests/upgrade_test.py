#!/usr/bin/env python3
"""Databases of an earlier routetap (tests/old: written by monitor with --keep-routes all, of two BGP sessions and an OSPF
adjacency) opened by this one: nothing in them is lost, readers and the page answer, monitor goes on in them; one of a later
routetap is refused and left alone.

usage: upgrade_test.py BINARY [NAME...]

In: nothing. Out: what failed, a last line `N passed, N failed, N skipped`. What goes on needs root and network namespaces;
elsewhere it is skipped, in words.
"""
import glob
import gzip
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
import live_test
import spaces

HERE = os.path.dirname(os.path.abspath(__file__))
OLD = sorted(glob.glob(os.path.join(HERE, "old", "schema-*.db.gz")))
check = live_test.check


class Skipped(Exception):
    pass


def unpack(old, folder, name="old.db"):
    path = os.path.join(folder, name)
    with gzip.open(old) as source, open(path, "wb") as to:
        to.write(source.read())
    return path


def run(binary, *words, status=0):
    run = subprocess.run([binary, *words], capture_output=True, text=True, check=False, timeout=60)
    check(run.returncode == status, "%s: exit %d: %s" % (words, run.returncode, run.stderr[-300:]))
    return run


def tables(path):
    """{table: (columns, rows)}"""
    db = sqlite3.connect(path)
    names = [n for n, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    found = {n: ([c[1] for c in db.execute("PRAGMA table_info(%s)" % n)], db.execute("SELECT * FROM %s" % n).fetchall()) for n in names}
    db.close()
    return found


def kept(before, path, changed=()):
    """Each row is there, with each of its columns."""
    after = tables(path)
    for name, (columns, rows) in before.items():
        if name in changed:
            continue
        check(name in after, "no table " + name)
        now, at = after[name][1], [after[name][0].index(c) for c in columns]
        have = {tuple(r[i] for i in at) for r in now}
        lost = [r for r in rows if r not in have]
        check(not lost, "%s lost %d of %d rows: %s" % (name, len(lost), len(rows), lost[:2]))
    return after


def sound(path):
    check(live_test.asked(path, "PRAGMA integrity_check") == [("ok",)] and not live_test.asked(path, "PRAGMA foreign_key_check"), "integrity")


def readers(binary, old, folder):
    """report, routes, lsdb and topology; rows stay what they were."""
    path = unpack(old, folder)
    before = tables(path)
    report = json.loads(run(binary, "report", "--json", path).stdout)
    check(len(report["peerings"]) == len(before["peering"][1]) == 1 and len(report["ospf"]["adjacencies"]) == 1, "peerings, adjacencies")
    check(len(report["findings"]) == len(before["finding"][1]), "findings")
    check(sum(len(p["transitions"]) for p in report["peerings"]) == len(before["transition"][1]), "transitions")
    kept(before, path)
    sound(path)
    check(live_test.asked(path, "PRAGMA user_version")[0][0] > int(old[-9:-6]), "it stayed old")
    routes = [json.loads(line) for line in run(binary, "routes", "--json", path).stdout.splitlines()]
    check(routes, "no routes")
    held = sum(n for p in report["peerings"] for s in p["sides"] for n in s["routes"].values())
    check(len(routes) == held, "%d routes, the sides have %d" % (len(routes), held))
    at = ("--at", "2026-11-20T13:11:00Z")  # of OSPF: an hour later what is not seen again is too old
    lsas = [a for line in run(binary, "lsdb", "--json", *at, path).stdout.splitlines() for a in json.loads(line)["lsdb"]]
    check(len(lsas) == len(before["ospf_lsa"][1]), "LSAs: %s" % lsas)
    check("172.31.255.2" in run(binary, "topology", *at, path).stdout, "topology")


def page(binary, old, folder):
    """All that the page asks for is answered."""
    path = unpack(old, folder)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    child = subprocess.Popen([binary, "serve", path, "--web", "127.0.0.1:%d" % port], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        said = child.stderr.readline()
        check("the page is at" in said or "without" in said, said)
        if "without" in said:
            raise Skipped("built without the page")
        base = "http://127.0.0.1:%d" % port
        ask = lambda p: urllib.request.urlopen(base + p, timeout=10)
        paths = [p.format(peering="10.0.12.1-10.0.12.2", id=1) for p, how in json.load(ask("/api/v1/openapi.json"))["paths"].items()
                 if "get" in how and not p.endswith(("/live", "/packets", "/messages"))]  # these want the captures, or never end
        check(len(paths) > 18, paths)
        for p in paths:
            p += "?q=0.0.0.0/0" if p.endswith("/routes") else ""
            with ask(p) as answer:
                check(answer.status == 200 and answer.read(), p)
    finally:
        child.terminate()
        child.communicate(timeout=10)


def goes_on(binary, old, folder):
    """monitor, twice; what was there is there, and the new comes behind it."""
    lacks = spaces.lacking()
    if lacks:
        raise Skipped(lacks)
    path = unpack(old, folder)
    before = tables(path)
    subprocess.run(["ip", "netns", "add", live_test.SPACE], capture_output=True, check=True)
    try:
        live_test.ip("link", "set", "lo", "up")
        wire, tap = live_test.Fixture().wire()
        for _ in range(2):
            m = live_test.Monitor(binary, [tap], "--db", path, "--keep-routes", "all")
            live_test.replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
            m.finding("bgp-cease-administrative-shutdown", 4)
            time.sleep(1 * live_test.SLOW)
            m.end()
    finally:
        subprocess.run(["ip", "netns", "del", live_test.SPACE], capture_output=True, check=False)
    # sums grow; how a peering stands, and who speaks OSPF, is of the run at hand; and what was open is closed
    after = kept(before, path, ("capture", "meta", "peering", "side", "side_route", "ospf_speaker", "ospf_neighbor", "ospf_router",
                                "ospf_router_address", "ospf_router_area", "finding", "connection", "route_table"))
    sound(path)
    for name in ("connection", "finding", "transition", "capture_file", "route_table"):
        check(len(after[name][1]) > len(before[name][1]), "no more rows of " + name)
    check(len(after["peering"][1]) == 1, "the peering is the same")
    for name in ("finding", "connection", "route_table"):
        check({r[0] for r in before[name][1]} < {r[0] for r in after[name][1]}, name)
    packets = [dict(zip(*(t["capture"][0], t["capture"][1][0])))["packets"] for t in (before, after)]
    check(packets[1] >= packets[0] + 2 * 37, "packets: %s" % packets)
    report = json.loads(run(binary, "report", "--json", path).stdout)
    check(sum(f["code"] == "bgp-cease-administrative-shutdown" for f in report["findings"]) == 2, "both losses")


def later(binary, old, folder):
    """A database of a later routetap, and an old one that cannot be written to: refused, and left as it is."""
    path = unpack(old, folder)
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.commit()
    db.close()
    with open(path, "rb") as file:
        bytes_then = file.read()
    for words in (("report", path), ("routes", path), ("serve", path), ("monitor", "--config", "none", "-r", os.path.join(live_test.CAPTURES, "cease-shutdown-frr-frr.pcap"), "--db", path)):
        check("later routetap (schema 999" in run(binary, *words, status=1).stderr, words)
    with open(path, "rb") as file:
        check(file.read() == bytes_then, "it was written to")


def read_only(binary, old, folder):
    """An old one that cannot be written to."""
    if os.geteuid() != 0:
        raise Skipped("another user takes root")
    path = unpack(old, folder)
    os.chmod(folder, 0o755)
    os.chmod(path, 0o644)
    run = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", binary, "report", path], capture_output=True, text=True, check=False)
    check(run.returncode == 1 and "earlier routetap" in run.stderr and "a copy of it" in run.stderr, run.stderr)


TESTS = [readers, page, goes_on, later, read_only]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, failed, passed, skipped = os.path.abspath(sys.argv[1]), [], 0, 0
    check(OLD, "no old database")
    for test in (t for t in TESTS if not sys.argv[2:] or t.__name__ in sys.argv[2:]):
        for old in OLD:
            with tempfile.TemporaryDirectory(prefix="rt-upgrade-") as folder:
                try:
                    test(binary, old, folder)
                    passed += 1
                except Skipped as why:
                    print("%s: %s: skipped" % (test.__name__, why))
                    skipped += 1
                except (AssertionError, subprocess.SubprocessError, OSError, sqlite3.Error, KeyError, ValueError) as why:
                    failed.append("%s, %s: %s: %s" % (test.__name__, os.path.basename(old), type(why).__name__, why))
    for words in failed:
        print(words)
    print("%d passed, %d failed, %d skipped" % (passed, len(failed), skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
