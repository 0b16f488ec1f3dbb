#!/usr/bin/env python3
"""A disk that is full is a finding; the capture goes on, and so does the record once there is room again. One that is read-only is
refused in words.

usage: disk_test.py BINARY

Needs root, to mount a small file system in memory; elsewhere it says so and skips. In: nothing; the capture of
kill_test.py. Out: what failed, a last line `N passed, N failed, N skipped`.
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import kill_test

ROOM = 24 << 20


def check(true, words):
    if not true:
        raise AssertionError(words)


class Run:
    """monitor, and what it says, with the time."""

    def __init__(self, binary, capture, disk):
        self.told, self.said = [], []
        self.child = subprocess.Popen([binary, "monitor", "--config", "none", "-r", capture, "--replay", "1", "--json", "-v", "--db", os.path.join(disk, "f.db"),
                                       "--evidence", os.path.join(disk, "ring"), "--evidence-size", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for to, stream in ((self.told, self.child.stdout), (self.said, self.child.stderr)):
            threading.Thread(target=self.listen, args=(to, stream), daemon=True).start()

    @staticmethod
    def listen(to, stream):
        for line in stream:
            to.append((time.monotonic(), line.strip()))

    def until(self, words, seconds):
        end = time.monotonic() + seconds
        while not any(words in line for _, line in self.said):
            check(time.monotonic() < end and self.child.poll() is None, "never said: %s; said %s" % (words, self.said))
            time.sleep(0.05)
        return time.monotonic()


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def story(binary, capture, disk):
    run, filler = Run(binary, capture, disk), os.path.join(disk, "filler")
    db = os.path.join(disk, "f.db")
    while run.child.poll() is None and not os.path.exists(os.path.join(disk, "ring")):
        time.sleep(0.01)
    fill(filler)  # the database is open: before the first of what happens is there
    full = run.until("the disk is full", 10)
    time.sleep(2)
    os.unlink(filler)
    again = run.until("takes what happens again", 12)
    check(run.child.wait(60) == 0, run.said)
    time.sleep(0.2)
    states = [when for when, line in run.told if '"event":"state"' in line]
    check(len([w for w in states if full < w < again]) > 100, "nothing was told while the disk was full")
    codes = [(json.loads(line)["event"], json.loads(line)["code"]) for _, line in run.told if '"capture-not-kept"' in line]
    check(codes == [("opened", "capture-not-kept"), ("over", "capture-not-kept")], codes)
    db = sqlite3.connect(db)
    check(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)] and not db.execute("PRAGMA foreign_key_check").fetchall(), "integrity")
    kept = db.execute("SELECT over_ns - first_ns, explanation FROM finding WHERE code = 'capture-not-kept'").fetchall()
    check(len(kept) == 1 and kept[0][0] > 1e9 and "disk is full" in kept[0][1], kept)
    sides, series = (db.execute(sql).fetchone()[0] for sql in ("SELECT sum(updates) FROM side", "SELECT sum(updates) FROM series_side WHERE step = 3600"))
    check(sides and sides == series, "the series tell of %s UPDATEs, the sides of %s" % (series, sides))
    first, last = db.execute("SELECT min(time_ns), max(time_ns) FROM transition").fetchone()
    check(last - first > 5e9, "the record ends early")
    db.close()


def read_only(binary, capture, disk):
    """A file system that is read-only when it begins: said in words that name it, and exit status 1; what is kept there can be
    read all the same."""
    def run(*words):
        done = subprocess.run([binary, *words], capture_output=True, text=True, check=False, timeout=30)
        return done.returncode, done.stderr
    monitor = ("monitor", "--config", "none", "-q", "-r", capture)
    old, mount = os.path.join(disk, "f.db"), ["mount", "-o", "remount,ro", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        print("it cannot be made read-only: skipped")
        return
    for words, want in ((monitor + ("--db", old), "f.db: cannot be written to: Read-only file system"),
                        (monitor + ("--db", os.path.join(disk, "g.db")), "g.db: cannot be made: Read-only file system"),
                        (monitor + ("--evidence", os.path.join(disk, "new")), "new: Read-only file system"),
                        (("analyze", "-q", capture, "--db", old), "f.db: cannot be written to: Read-only file system")):
        status, said = run(*words)
        check(status == 1 and want in said, (words, status, said))
    check(run("report", old)[0] == 0, "it can be read")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="rt-disk-") as folder:
        disk, capture = os.path.join(folder, "disk"), os.path.join(folder, "in.pcap")
        os.mkdir(disk)
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % ROOM, "tmpfs", disk], capture_output=True, check=False).returncode:
            print("a small disk takes root: skipped")
            print("0 passed, 0 failed, 1 skipped")
            return
        try:
            kill_test.make_capture(capture)
            story(os.path.abspath(sys.argv[1]), capture, disk)
            read_only(os.path.abspath(sys.argv[1]), capture, disk)
            failed = 0
        except (AssertionError, subprocess.SubprocessError, OSError, sqlite3.Error) as why:
            print("%s: %s" % (type(why).__name__, why))
            failed = 1
        finally:
            subprocess.run(["umount", "-l", disk], check=False)
    print("%d passed, %d failed, 0 skipped" % (1 - failed, failed))
    sys.exit(failed)


if __name__ == "__main__":
    main()
