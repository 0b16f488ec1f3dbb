#!/usr/bin/env python3
"""Routes that a database keeps (--keep-routes), held against those of the capture that it was written from.

usage: routes_db_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
ADD_PATH = os.path.join(HERE, "routes", "add-path-bird.pcap")
TABLE = "table-frr-bird-offload.pcap.gz"
PLAIN = "origin-change-frr-bird.pcap"
BINARY = None


def run(*words, status=(0,)):
    done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
    assert done.returncode in status, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def lines(*words, status=(0,)):
    return [json.loads(line) for line in run(*words, status=status).splitlines()]


def without(rows, *keys):
    return [{k: v for k, v in row.items() if k not in keys} for row in rows]


class Databases(unittest.TestCase):
    maxDiff = 3000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="routes-db-")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def keep(self, name, which="all"):
        path = os.path.join(self.folder, os.path.basename(name) + "-" + which + ".db")
        run("analyze", "-q", "--db", path, "--keep-routes", which, name, status=(0, 1))
        return path

    def test_captures(self):
        """At the end, a third into it and two thirds into it the database tells what the capture does."""
        told = 0
        for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*")))[::2] + [os.path.join(CAPTURES, TABLE), ADD_PATH]:
            db = self.keep(path)
            capture = json.loads(run("report", "--json", db))["capture"]
            if not capture["first"]:
                continue
            with sqlite3.connect(db) as handle:
                first, last = handle.execute("SELECT first_ns, last_ns FROM capture").fetchone()
            moments = [[]] + [["--at", "+%.6f" % ((last - first) * n / 3e9)] for n in (1, 2)]
            for at in moments:
                of_file = lines("routes", "--json", "-q", path, *at, status=(0, 1))
                of_db = lines("routes", "--json", "-q", db, *at)
                # of what the capture misses, the file knows only at the end; what is stale the database does not know
                self.assertEqual(without(of_db, "partial"), without(without(of_file, "partial"), "stale"), (path, at))
                told += len(of_db)
            os.unlink(db)
        self.assertGreater(told, 20000)

    def test_questions(self):
        """Asked for a part, the database gives the same part."""
        db = self.keep(TABLE)
        for words in (["11.0.7.9"], ["11.0.0.0/16"], ["11.0.0.0/16", "--longer"], ["11.0.7.0/24", "--shorter"], ["8.8.8.8"],
                      ["--origin", "10002"], ["--origin", "4200000000"], ["--community", "10001:0"], ["--as-path", "^10001$"],
                      ["--as-path", "_10002_", "11.0.0.0/12", "--longer"], ["--from", "10.0.12.1"], ["--peer", "192.0.2.1"],
                      ["--family", "ipv6-unicast"], ["--from", "10.0.12.2", "--at", "+1"]):
            self.assertEqual(run("routes", "--json", "-q", db, *words), run("routes", "--json", "-q", TABLE, *words), words)
            self.assertEqual(run("routes", "-q", db, *words), run("routes", "-q", TABLE, *words), words)
        self.assertEqual(run("routes", "-m", "-q", db), run("routes", "-m", "-q", TABLE))

    def test_history(self):
        """Change by change, with the loss of the session at its place."""
        for name, prefix in ((PLAIN, "45.99.0.0/16"), ("hold-blackhole-frr-bird.pcap", "46.1.0.0/16"), (ADD_PATH, "192.0.2.0/24")):
            want = lines("routes", "--json", "-q", name, "--history", prefix)
            have = lines("routes", "--json", "-q", self.keep(name), "--history", prefix)
            self.assertGreater(len(want), 1)
            # a transition may have no frame of its own, and a loss is told at the first sign of it
            told = lambda rows: [(r["prefix"], r["from"], r["what"], r.get("path_id"), r.get("attributes"), r.get("changes")) for r in rows]
            self.assertEqual(told(have), told(want), name)
            frames = lambda rows: [(r["time"], r["frame"]) for r in rows if r["what"] != "lost-with-session"]
            self.assertEqual(frames(have), frames(want), name)

    def check_between(self, name, moments, *words):
        """What --between says, held against the two tables."""
        key = lambda r: (r["peering"], r["from"], r["family"], r["prefix"], r.get("rd"), r.get("path_id"))
        tables = [{key(r): r["attributes"] for r in lines("routes", "--json", "-q", name, "--at", at, *words)} for at in moments]
        want = {k: "went" for k in tables[0] if k not in tables[1]}
        want.update({k: "came" for k in tables[1] if k not in tables[0]})
        want.update({k: "changed" for k in tables[1] if k in tables[0] and tables[0][k] != tables[1][k]})
        have = lines("routes", "--json", "-q", name, "--between", *moments, *words)
        self.assertEqual({key(r): r["what"] for r in have}, want)
        self.assertEqual(have, lines("routes", "--json", "-q", self.keep(name), "--between", *moments, *words))
        for r in have:
            if r["what"] == "changed":
                self.assertEqual(r["attributes"], tables[1][key(r)])
                self.assertTrue(all(c["before"] != c["after"] for c in r["changes"].values()))
        return {w for w in want.values()}

    def test_between(self):
        self.assertEqual(self.check_between(PLAIN, ("+8", "+30")), {"changed"})
        self.assertEqual(self.check_between(PLAIN, ("+0", "+30"), "--from", "10.0.12.1"), {"came"})
        self.assertEqual(self.check_between(PLAIN, ("+30", "+0")), {"went"})
        self.assertEqual(self.check_between(ADD_PATH, ("+0", "+20")), {"came"})
        self.assertEqual(self.check_between(TABLE, ("+1", "+1.5"), "11.0.0.0/12", "--longer") - {"came"}, set())
        self.assertEqual(lines("routes", "--json", "-q", PLAIN, "--between", "+8,+30", "46.0.0.0/8", "--longer"), [])

    def test_against(self):
        """The sides of one session, held against each other prefix by prefix."""
        ends = ("10.0.12.1", "10.0.12.2")
        sides = [{r["prefix"]: r["as_path"] for r in lines("routes", "--json", "-q", PLAIN, "--from", end)} for end in ends]
        have = lines("routes", "--json", "-q", PLAIN, "--from", ends[0], "--against", ends[1])
        self.assertEqual({r["prefix"] for r in have if r["what"] == "only-from"}, set(sides[0]) - set(sides[1]))
        self.assertEqual({r["prefix"] for r in have if r["what"] == "only-against"}, set(sides[1]) - set(sides[0]))
        differ = {r["prefix"]: r["changes"]["as_path"] for r in have if r["what"] == "differs"}
        self.assertEqual(differ, {p: {"from": sides[0][p], "against": sides[1][p]} for p in set(sides[0]) & set(sides[1])})
        self.assertTrue(differ)
        self.assertEqual(have, lines("routes", "--json", "-q", self.keep(PLAIN), "--from", ends[0], "--against", ends[1]))
        one = run("routes", "-q", PLAIN, "--from", ends[0], "--against", ends[1], "--origin", "10002")
        self.assertIn("2 differ", one.splitlines()[0])

    def test_wrong_differences(self):
        for words in (("--between", "+1"), ("--between", "x", "+1"), ("--against", "10.0.12.1"), ("--between", "+0", "+1", "--at", "+1"),
                      ("--between", "+0", "+1", "-m"), ("--between", "+0", "+1", "--history", "45.99.0.0/16"),
                      ("--between", "+0", "+1", "--from", "10.0.12.1", "--against", "10.0.12.2")):
            run("routes", PLAIN, *words, status=(2,))

    def test_changes(self):
        """Without the table that comes first, changes of it are there all the same, and the table is called partial."""
        db = self.keep(PLAIN, "changes")
        every = lines("routes", "--json", "-q", PLAIN)
        some = lines("routes", "--json", "-q", db)
        self.assertLess(len(some), len(every))
        self.assertTrue(all(r["partial"] for r in some))
        for r in without(some, "partial"):
            self.assertIn(r, every)
        have = lines("routes", "--json", "-q", db, "--history", "45.99.0.0/16")
        self.assertTrue(have)

    def test_none(self):
        """A database without routes says so; what would be kept nowhere is refused."""
        db = os.path.join(self.folder, "none.db")
        run("analyze", "-q", "--db", db, PLAIN)
        done = subprocess.run([BINARY, "routes", db], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertIn(b"--keep-routes", done.stderr)
        run("analyze", "--keep-routes", "all", PLAIN, status=(2,))
        run("analyze", "--db", db, "--keep-routes", "some", PLAIN, status=(2,))

    def test_monitor(self):
        """What listens keeps the same routes as what reads."""
        db = os.path.join(self.folder, "live.db")
        run("monitor", "-r", TABLE, "--config", "none", "--db", db, "--keep-routes", "all", "--no-sandbox")
        self.assertEqual(run("routes", "-m", "-q", db), run("routes", "-m", "-q", TABLE))

    def test_damaged(self):
        """Rows that nobody wrote so are no reason to fall over."""
        db = self.keep(TABLE)
        with sqlite3.connect(db) as handle:
            handle.execute("UPDATE route_update SET nlri = randomblob(length(nlri)) WHERE id % 3 = 0")
            handle.execute("UPDATE route_attributes SET bytes = randomblob(length(bytes)) WHERE id % 5 = 0")
            handle.execute("UPDATE route_update SET \"table\" = 99 WHERE id % 7 = 0")
            handle.execute("UPDATE route_update SET attributes = 999999 WHERE id % 11 = 0")
        for words in ([], ["11.0.7.9"], ["--origin", "10002"], ["--history", "11.0.7.0/24"], ["--community", "10001:0"]):
            run("routes", "-q", db, *words)


if __name__ == "__main__":
    program.main(__name__)
