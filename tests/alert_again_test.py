#!/usr/bin/env python3
"""Alerts over a restart of `monitor`: what still fires is the same alert and is not news, that it is over is told, and who
was not told yet is.

usage: alert_again_test.py BINARY [NAME...]        names of tests; without: all

Needs root, ip and network namespaces, as live_test.py does, whose wires it uses; elsewhere it says so and skips. In:
nothing. Out: what failed, a last line `N passed, N failed, N skipped`.
"""
import json
import os
import signal
import socket
import sqlite3
import sys
import time

sys.dont_write_bytecode = True
import live_test

CAPTURE = "cease-shutdown-frr-bird-vlan.pcap"
UP, LOST, REFUSED = (0, 16), (16, 31), (31, 37)  # packets: it comes up; is shut down; is dialled in vain
check = live_test.check


class Rung:
    """What a command was rung with: a file of JSON, an array a line."""

    def __init__(self, folder, name="rung"):
        self.path = os.path.join(folder, name)

    def sink(self, *settings):
        return ("--alert-command", "%s sh -c 'cat >> %s; echo >> %s'" % (" ".join(("wait=0s", "group=none") + settings), self.path, self.path))

    def alerts(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [a for line in file if line.endswith("\n") for a in json.loads(line)]

    def named(self, name, status="firing"):
        return [a for a in self.alerts() if a["labels"]["alertname"] == name and a["annotations"]["status"] == status]

    def until(self, name, count, status="firing", seconds=8):
        end = time.monotonic() + seconds * live_test.SLOW
        while len(self.named(name, status)) < count:
            check(time.monotonic() < end, "%s %s: %d times, not %d" % (name, status, len(self.named(name, status)), count))
            time.sleep(0.05)
        return self.named(name, status)[-1]


DOWN, CEASE = "bgp-session-down", "bgp-cease-administrative-shutdown"


def same(a, b):
    return a["labels"] == b["labels"] and a["startsAt"] == b["startsAt"]


def told(db):
    try:
        return live_test.asked(db, "SELECT name FROM alert JOIN alert_told ON alert = key WHERE name IN ('%s', '%s') ORDER BY name" % (CEASE, DOWN))
    except sqlite3.OperationalError:
        return []


def until_kept(db, count):
    """The database has who was told."""
    end = time.monotonic() + 8 * live_test.SLOW
    while len(told(db)) != count:
        check(time.monotonic() < end, "kept: %s" % told(db))
        time.sleep(0.05)


def lose(m, wire, rung, db, kept=2):
    live_test.replay(wire, 8, CAPTURE, "plain", UP[0], LOST[1])
    m.finding(CEASE, 5)
    first = [rung.until(name, 1) for name in (DOWN, CEASE)]
    until_kept(db, kept)
    return first


def leave(m, how):
    if how == signal.SIGKILL:
        m.process.kill()
        m.process.wait()
    else:
        m.end()


def story(binary, fixture, folder, how):
    wire, tap = fixture.wire()
    db, rung = os.path.join(folder, "a.db"), Rung(folder)
    m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink("resend=1h"))
    first = lose(m, wire, rung, db)
    leave(m, how)
    for _ in range(2):
        m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink("resend=1h"))
        live_test.replay(wire, 8, CAPTURE, "plain", *REFUSED)
        time.sleep(1.5 * live_test.SLOW)
        check([len(rung.named(name)) for name in (DOWN, CEASE)] == [1, 1], "rung again: %s" % [(a["labels"], a["startsAt"]) for a in rung.alerts()])
        leave(m, how)
    m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink("resend=1h"))
    live_test.replay(wire, 8, CAPTURE, "plain", *UP)
    over = [rung.until(name, 1, "resolved") for name in (DOWN, CEASE)]
    check(all(same(a, b) for a, b in zip(first, over)), "another alert is over: %s, %s" % (first, over))
    until_kept(db, 0)
    live_test.replay(wire, 8, CAPTURE, "plain", *LOST)
    again = [rung.until(name, 2) for name in (DOWN, CEASE)]
    check(not any(a["startsAt"] == b["startsAt"] for a, b in zip(first, again)), "it is a new loss")
    check(again[1]["labels"]["finding"] != first[1]["labels"]["finding"], "and another finding")
    leave(m, how)


def killed(binary, fixture, folder):
    """kill -9."""
    story(binary, fixture, folder, signal.SIGKILL)


def stopped(binary, fixture, folder):
    """In order."""
    story(binary, fixture, folder, signal.SIGTERM)


def resent(binary, fixture, folder):
    """It rings again when it is due, counted from when it rang last, not from the start."""
    wire, tap = fixture.wire()
    db, rung = os.path.join(folder, "r.db"), Rung(folder)
    resend = 8 * live_test.SLOW
    sink = rung.sink("resend=%ds" % resend)
    m = live_test.Monitor(binary, [tap], "--db", db, *sink)
    first, began = lose(m, wire, rung, db), time.monotonic()
    leave(m, signal.SIGKILL)
    m = live_test.Monitor(binary, [tap], "--db", db, *sink)
    again = rung.until(DOWN, 2, seconds=resend + 3)
    passed = time.monotonic() - began
    check(passed > resend - 3, "after %.1f s" % passed)
    check(same(first[0], again), "another one: %s" % again)
    leave(m, signal.SIGTERM)


def newcomer(binary, fixture, folder):
    """Who is rung for the first time in the second run is told what fires; a syslog that was away in the first, too; who
    was away when it was over hears that it is."""
    wire, tap = fixture.wire()
    db, rung, other = os.path.join(folder, "n.db"), Rung(folder), Rung(folder, "other")
    path = os.path.join(folder, "log")
    log = ("--syslog", "wait=0s group=none " + path)
    m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink(), *log)
    first = lose(m, wire, rung, db)
    leave(m, signal.SIGKILL)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(path)
    server.settimeout(8 * live_test.SLOW)
    m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink(), *other.sink(), *log)
    check(same(first[0], other.until(DOWN, 1)) and same(first[1], other.until(CEASE, 1)), "the newcomer")
    heard = b"".join(server.recv(4096) for _ in range(2))
    check(DOWN.encode() in heard and CEASE.encode() in heard, heard)
    check(len(rung.named(DOWN)) == 1, "it knew")
    until_kept(db, 6)
    os.unlink(path)
    server.close()
    live_test.replay(wire, 8, CAPTURE, "plain", *UP)
    rung.until(DOWN, 1, "resolved")
    until_kept(db, 2)  # of the log, which is away
    leave(m, signal.SIGKILL)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(path)
    server.settimeout(8 * live_test.SLOW)
    m = live_test.Monitor(binary, [tap], "--db", db, *rung.sink(), *other.sink(), *log)
    heard = [server.recv(4096) for _ in range(2)]
    check(all(b'status="resolved"' in one for one in heard), heard)
    until_kept(db, 0)
    leave(m, signal.SIGTERM)
    check(len(rung.named(DOWN, "resolved")) == 1, "it is over twice")
    server.close()


def no_database(binary, fixture, folder):
    """Without a database nothing is remembered: it rings anew."""
    wire, tap = fixture.wire()
    rung = Rung(folder)
    for n in range(2):
        m = live_test.Monitor(binary, [tap], *rung.sink())
        live_test.replay(wire, 8, CAPTURE, "plain", UP[0], LOST[1])
        rung.until(DOWN, n + 1)
        leave(m, signal.SIGKILL)


TESTS = [killed, stopped, resent, newcomer, no_database]


if __name__ == "__main__":
    live_test.run(TESTS, 3)
