#!/usr/bin/env python3
"""`monitor` on interfaces: captures are sent into veth pairs in a network namespace while it listens.

usage: live_test.py BINARY [NAME...]        names of tests; without: all
       live_test.py --send IFACE SPEED WAY CAPTURE [FIRST LAST]     (its own hand in the namespace)

Needs root, ip and network namespaces; elsewhere it says so and skips. In: nothing. Out: what failed, a last line
`N passed, N failed, N skipped`.
"""
import calendar
import concurrent.futures
import gzip
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

import spaces

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
SPACE = "rt-test-%d" % os.getpid()
SLOW = 3 if "debug" in " ".join(sys.argv[1:2]) or "clang" in " ".join(sys.argv[1:2]) else 1  # sanitizers take their time

# ---- sending ----


def packets(path):
    """(time, bytes) of a classic pcap of Ethernet."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    unit = 1e9 if b"\x3c" in data[:4] else 1e6
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, size, _ = struct.unpack(order + "4I", data[at:at + 16])
        yield seconds + fraction / unit, data[at + 16:at + 16 + size]
        at += 16 + size


def vxlan(frame):
    udp = struct.pack(">HHHH", 50000, 4789, 16 + len(frame), 0) + struct.pack(">II", 0x08000000, 77 << 8) + frame
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    return b"\x02\0\0\0\0\x0a\x02\0\0\0\0\x0b\x08\x00" + ip + udp


def tagged(frame):
    return frame[:12] + b"\x88\xa8\x00\x65\x81\x00\x00\xc9" + frame[12:]


WAYS = {"plain": lambda f: f, "tagged": tagged, "vxlan": vxlan}


def send(interface, speed, way, path, first=0, last=None):
    """Sends them as they came; with two interfaces ("a,b") each direction into its own."""
    wires = []
    for name in interface.split(","):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        wire.bind((name, 0))
        wires.append(wire)
    begin = start = sender = None
    for when, frame in list(packets(path))[first:last]:
        if begin is None:
            begin, start, sender = when, time.monotonic(), frame[6:12]
        time.sleep(max(0, start + (when - begin) / speed - time.monotonic()))
        wires[len(wires) - 1 if frame[6:12] != sender else 0].send(WAYS[way](frame))
    print("%.3f" % time.time(), flush=True)


# ---- the other side ----


class Fixture:
    """A namespace with veth pairs: what is sent into sN comes out of tN."""
    count = 0
    lock = threading.Lock()

    def wire(self):
        with Fixture.lock:
            Fixture.count += 1
            n = Fixture.count
        ip("link", "add", "s%d" % n, "mtu", "9000", "type", "veth", "peer", "name", "t%d" % n, "mtu", "9000")
        for end in "st":
            ip("link", "set", "%s%d" % (end, n), "up")
        return "s%d" % n, "t%d" % n


def ip(*words):
    subprocess.run(("ip", "-n", SPACE) + words, check=True, capture_output=True)


def carries(wire):
    """Waits until what is sent there goes out: the kernel drops it for up to a second after a link came up."""
    while '"operstate":"UP"' not in subprocess.run(("ip", "-n", SPACE, "-j", "link", "show", wire), check=True, capture_output=True, text=True).stdout:
        time.sleep(0.05)


def inside(*words):
    return ("ip", "netns", "exec", SPACE) + words


class Monitor:
    def __init__(self, binary, interfaces, *words, config="none", env=None, by=()):
        line = inside(*by, binary, "monitor", "--config", config, "--json", *words)
        for name in interfaces:
            line += ("-i", name)
        self.process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=env, start_new_session=True)
        self.told, self.said, self.waiting = [], [], threading.Condition()
        for target, stream in ((self.listen, self.process.stdout), (self.overhear, self.process.stderr)):
            threading.Thread(target=target, args=(stream,), daemon=True).start()
        self.until(lambda: len([w for w in self.said if "listening on" in w]) == len(interfaces), 20, "listens")

    def listen(self, stream):
        for line in stream:
            with self.waiting:
                self.told.append((time.time(), json.loads(line)))
                self.waiting.notify_all()

    def overhear(self, stream):
        for line in stream:
            with self.waiting:
                self.said.append(line.strip())
                self.waiting.notify_all()

    def until(self, true, seconds, what):
        with self.waiting:
            if not self.waiting.wait_for(true, seconds * SLOW):
                raise AssertionError("%s: not within %s s; said %s, told %s" % (what, seconds * SLOW, self.said[-5:], [t[1].get("code", t[1]["event"]) for t in self.told]))

    def finding(self, code, seconds, event="opened"):
        found = []

        def there():
            found[:] = [t for t in self.told if t[1].get("code") == code and t[1]["event"] == event]
            return bool(found)
        self.until(there, seconds, "%s (%s)" % (code, event))
        return found[0]

    def pid(self):
        """ip netns exec becomes the program."""
        return self.process.pid

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(20 * SLOW)
        if status:
            raise AssertionError("exit %s: %s" % (status, self.said[-5:]))


def replay(wires, speed, name, way="plain", *span):
    run = subprocess.run(inside(sys.executable, os.path.abspath(__file__), "--send", wires, str(speed), way,
                                os.path.join(CAPTURES, name), *map(str, span)), capture_output=True, text=True, check=False, timeout=120)
    if run.returncode:
        raise AssertionError("could not send: " + run.stderr[-300:])
    return float(run.stdout)


def asked(path, sql):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def moment(text):
    """Seconds since 1970 of a time as it is told."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def check(true, words):
    if not true:
        raise AssertionError(words)


# ---- tests ----


def arrives(binary, fixture, folder):
    """A finding comes within two seconds of the packets that prove it; SIGTERM ends in order, and all is kept."""
    wire, tap = fixture.wire()
    db = os.path.join(folder, "a.db")
    m = Monitor(binary, [tap], "--db", db)
    last = replay(wire, 4, "cease-shutdown-frr-bird-vlan.pcap")
    when, f = m.finding("bgp-cease-administrative-shutdown", 2)
    check(when - last < 2 * SLOW, "it took %.1f s" % (when - last))
    check(f["peering"] == "10.0.12.1-10.0.12.2" and f["at"] == "10.0.12.2" and f["evidence"][0]["file"] == tap, f)
    m.end()
    check(asked(db, "PRAGMA integrity_check") == [("ok",)], "integrity")
    check(asked(db, "SELECT complete FROM run") == [(1,)], "the run is not complete")
    check(asked(db, "SELECT count(*) FROM transition")[0][0] >= 8, "transitions")
    check(asked(db, "SELECT sum(opens) FROM series_side WHERE step = 10") == [(2,)] and asked(db, "SELECT sum(opens) FROM series_side WHERE step = 3600") == [(2,)], "series")
    check(asked(db, "SELECT live, packets FROM capture_file")[0][0] == 1, "interface")
    check(asked(db, "SELECT sum(packets) FROM series_tap WHERE step = 10") == asked(db, "SELECT packets FROM capture_file"), "tap series")


def two_tags(binary, fixture, folder):
    """Behind two VLAN tags all the same, with nanoseconds."""
    wire, tap = fixture.wire()
    m = Monitor(binary, [tap], "--immediate-mode", "-p", "-s", "256")
    replay(wire, 8, "cease-rejected-frr-exabgp.pcap", "tagged")
    _, f = m.finding("bgp-cease-connection-rejected", 3)
    check(len(f["evidence"][0]["time"]) == len("2026-03-01T10:00:00.123456789Z"), f["evidence"][0]["time"])
    m.end(signal.SIGINT)


def carriers(binary, fixture, folder):
    """What is in VXLAN is seen when it is asked for."""
    wire, tap = fixture.wire()
    deaf, m = Monitor(binary, [tap], "-v"), Monitor(binary, [tap], "--carriers", "vxlan,gre")
    replay(wire, 8, "cease-rejected-frr-exabgp.pcap", "vxlan")
    m.finding("bgp-cease-connection-rejected", 3)
    m.end()
    deaf.end()
    check(not deaf.told, "nothing was asked for: %s" % deaf.told[:1])


def silence(binary, fixture, folder):
    """Nothing comes any more: the hold time runs out when it runs out, not when a packet comes."""
    wire, tap = fixture.wire()
    m = Monitor(binary, [tap], "-v")
    last = replay(wire, 1, "healthy-frr-frr-ibgp.pcap", "plain", 0, 20)
    m.until(lambda: any(t[1].get("to") == "Established" for t in m.told), 10, "comes up")
    m.finding("bgp-hold-timer-expired", 30)
    # by the stamps of the packets: when this test gets to read what was told says more of the machine than of monitor
    out = [moment(t[1]["time"]) - last for t in m.told if t[1].get("cause") == "hold-time-ran-out" and t[1]["from"] == "Established"]
    check(out and all(6 < late < 10 for late in out), "after %s s" % out)
    m.end()


def unanswered(binary, fixture, folder):
    """A SYN without an answer, and sent again, is told three seconds after it."""
    wire, tap = fixture.wire()
    m = Monitor(binary, [tap])
    last = replay(wire, 1, "conn-acl-peer-frr-bird.pcap", "plain", 2, 8)
    when, _ = m.finding("bgp-connect-no-reply", 7)
    check(1.5 < when - last < 5 + SLOW, "after %.1f s" % (when - last))
    m.end()


def two_interfaces(binary, fixture, folder):
    """Each direction on an interface of its own: one story, in order of time."""
    (a, x), (b, y) = fixture.wire(), fixture.wire()
    db = os.path.join(folder, "two.db")
    m = Monitor(binary, [x, y], "--db", db, "-v")
    replay(a + "," + b, 4, "cease-rejected-frr-exabgp.pcap")
    m.finding("bgp-cease-connection-rejected", 3)
    m.end()
    codes = [t[1].get("code") for t in m.told]
    check("capture-one-direction" not in codes and "capture-packets-missing" not in codes, codes)
    check(asked(db, "SELECT count(*) FROM capture_file WHERE packets > 5") == [(2,)], "both heard something")
    run = subprocess.run([binary, "analyze", "--json", os.path.join(CAPTURES, "cease-rejected-frr-exabgp.pcap")], capture_output=True, text=True, check=False)
    want = [(t["side"], t["from"], t["to"]) for t in json.loads(run.stdout)["peerings"][0]["transitions"]]
    got = asked(db, "SELECT s.address, from_state, to_state FROM transition t JOIN side s USING (peering, side) ORDER BY number")
    check(got == want, "other states than in the capture: %s, %s" % (got, want))


def rights(binary, fixture, folder):
    """Root is given up, capabilities and system calls with it; packets of interest are kept within their size."""
    wire, tap = fixture.wire()
    os.chmod(folder, 0o755)
    home = os.path.join(folder, "home")
    os.mkdir(home)
    shutil.chown(home, "nobody")
    os.chmod(folder, 0o711)
    m = Monitor(binary, [tap], "--user", "nobody", "--db", os.path.join(home, "r.db"), "--evidence", os.path.join(home, "packets"), "--evidence-size", "2")
    with open("/proc/%d/status" % m.pid(), encoding="ascii") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    check("0" not in status["Uid"].split("\t"), status["Uid"])
    check(all(int(status[k], 16) == 0 for k in ("CapPrm", "CapEff", "CapAmb")), "capabilities are left")
    check(status["NoNewPrivs"] == "1", "new privileges")
    if not b"__asan_init" in open(binary, "rb").read():
        check(status["Seccomp"] == "2", "no seccomp")
    replay(wire, 8, "cease-rejected-frr-exabgp.pcap")
    m.finding("bgp-cease-connection-rejected", 3)
    m.end()
    check(not [w for w in m.said if "listening" not in w], m.said)
    names = os.listdir(os.path.join(home, "packets"))
    check(names == ["evidence-00000001.pcapng"], names)
    run = subprocess.run([binary, "analyze", "--json", os.path.join(home, "packets", names[0])], capture_output=True, text=True, check=False)
    codes = [f["code"] for f in json.loads(run.stdout)["findings"]]
    check("bgp-cease-connection-rejected" in codes, "the kept packets tell %s" % codes)


def restarts(binary, fixture, folder):
    """A second run goes on in the same database, after a kill, too; two at once are refused."""
    wire, tap = fixture.wire()
    db = os.path.join(folder, "again.db")
    for n in range(3):
        m = Monitor(binary, [tap], "--db", db)
        if n == 0:
            second = subprocess.run(inside(binary, "monitor", "--config", "none", "-i", tap, "--db", db), capture_output=True, text=True, check=False, timeout=20)
            check(second.returncode == 1 and "another routetap" in second.stderr, second.stderr)
        replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
        m.finding("bgp-cease-administrative-shutdown", 3)
        time.sleep(1.6 * SLOW)
        if n == 1:
            m.process.kill()
            m.process.wait()
        else:
            m.end()
    check(asked(db, "PRAGMA integrity_check") == [("ok",)] and not asked(db, "PRAGMA foreign_key_check"), "integrity")
    check(asked(db, "SELECT count(*) FROM run") == [(3,)] and asked(db, "SELECT sum(complete) FROM run") == [(2,)], "runs")
    check(asked(db, "SELECT count(*) FROM peering") == [(1,)], "one peering")
    check(asked(db, "SELECT count(*), sum(over_ns IS NULL) FROM finding WHERE code = 'bgp-cease-administrative-shutdown'") == [(3, 1)], "findings of each run")
    for step in (10, 60, 3600):
        opens = asked(db, "SELECT sum(opens) FROM series_side WHERE step = %d" % step)
        check(opens == [(6,)], "series of %d s: %s of %s, %s" % (step, opens, asked(db, "SELECT side, step, start_s, opens FROM series_side WHERE opens"), asked(db, "SELECT * FROM meta")))


def get(path, port=8179):
    run = subprocess.run(inside("curl", "-s", "-m", "10", "http://127.0.0.1:%d%s" % (port, path)), capture_output=True, text=True, check=False)
    return run.stdout


def taken_away(binary, fixture, folder):
    """The database is moved away while it is written to, then deleted, then another one is put there: each time it is told as a
    finding, what happens from then on is kept at the path that was given, the page follows, and what was moved is whole."""
    wire, tap = fixture.wire()
    home, aside = os.path.join(folder, "home"), os.path.join(folder, "aside.db")
    db = os.path.join(home, "x.db")
    os.mkdir(home)
    m = Monitor(binary, [tap], "--db", db, "--web", "8301", "--evidence", os.path.join(folder, "ring"))
    replay(wire, 8, "cease-rejected-frr-exabgp.pcap")
    m.finding("bgp-cease-connection-rejected", 3)
    check("10.0.12" in get("/api/v1/peerings", 8301), "the page shows nothing")
    time.sleep(1.2 * SLOW)
    os.rename(db, aside)
    m.until(lambda: any("was deleted or moved" in w for w in m.said), 5, "tells that it is gone")
    m.finding("capture-not-kept", 5)
    check(asked(aside, "PRAGMA integrity_check") == [("ok",)], "integrity of what was moved")
    check(asked(aside, "SELECT count(*) FROM finding WHERE code = 'bgp-cease-connection-rejected'") == [(1,)], "what was moved has lost a finding")
    replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
    m.finding("bgp-cease-administrative-shutdown", 3)
    end = time.monotonic() + 8 * SLOW
    while "bgp-cease-administrative-shutdown" not in get("/api/v1/findings", 8301):
        check(time.monotonic() < end, "the page shows the old file still: " + get("/api/v1/findings", 8301)[:300])
        time.sleep(0.2)
    check("capture-not-kept" in get("/api/v1/findings", 8301), "the page does not tell")
    codes = [c for c, in asked(db, "SELECT code FROM finding ORDER BY id")]
    check("capture-not-kept" in codes and "bgp-cease-administrative-shutdown" in codes, codes)
    check(asked(db, "SELECT max(opens) < 10 FROM series_side") == [(1,)], "what was counted before is counted again")
    check(asked(db, "SELECT value FROM meta WHERE key = 'evidence'") == [(os.path.join(folder, "ring"),)], "evidence")
    shutil.rmtree(home)
    m.until(lambda: any("nothing is kept until that works" in w for w in m.said), 5, "tells that there is no place for it")
    os.mkdir(home)
    m.until(lambda: any("takes what happens again" in w for w in m.said), 10, "tells that there is a place again")
    os.rename(aside, db)  # back
    m.until(lambda: any("what stands there now" in w for w in m.said), 5, "tells that another one is there")
    time.sleep(1.2 * SLOW)
    m.end()
    check(asked(db, "PRAGMA integrity_check") == [("ok",)] and not asked(db, "PRAGMA foreign_key_check"), "integrity")
    kept = [c for c, in asked(db, "SELECT code FROM finding WHERE code LIKE 'bgp-cease%' ORDER BY id")]
    check(kept[0] == "bgp-cease-connection-rejected" and "bgp-cease-administrative-shutdown" in kept, kept)
    got = asked(db, "SELECT count(*), count(DISTINCT name), (SELECT count(*) FROM run) FROM peering")
    check(got == [(1, 1, 2)], "peerings, runs of the file that came back: %s" % got)
    check(not os.path.exists(db + "-wal"), "a log is left")


def configured(binary, fixture, folder):
    """The configuration file, and SIGHUP, which reads it again; a service manager that is told."""
    wire, tap = fixture.wire()
    path, told = os.path.join(folder, "routetap.conf"), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(os.path.join(folder, "notify"))
    told.settimeout(20)
    with open(path, "w", encoding="utf-8") as file:
        file.write("# test\ninterface = %s\nseverity = error\nname 10.0.12.2 = before\n" % tap)
    m = Monitor.__new__(Monitor)
    env = dict(os.environ, NOTIFY_SOCKET=os.path.join(folder, "notify"), WATCHDOG_USEC="3000000")
    Monitor.__init__(m, binary, [], config=path, env=env)
    m.until(lambda: any("listening on" in w for w in m.said), 20, "listens")
    check(told.recv(500).startswith(b"READY=1"), "ready")
    with open(path, "w", encoding="utf-8") as file:
        file.write("interface = %s\nname 10.0.12.2 = after\nnonsense = 1\n" % tap)
    m.process.send_signal(signal.SIGHUP)
    m.until(lambda: any("nonsense" in w for w in m.said) and any("stays as it was" in w for w in m.said), 5, "refuses a bad file")
    with open(path, "w", encoding="utf-8") as file:
        file.write("interface = %s\nname 10.0.12.2 = after\n" % tap)
    m.process.send_signal(signal.SIGHUP)
    m.until(lambda: any("was read again" in w for w in m.said), 5, "reads again")
    with open(path, "a", encoding="utf-8") as file:
        file.write("interface = lo\ndb = /nowhere/x.db\n")
    m.process.send_signal(signal.SIGHUP)
    m.until(lambda: len([w for w in m.said if "takes a restart" in w]) == 2, 5, "tells what takes a restart")
    replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
    _, f = m.finding("bgp-cease-administrative-shutdown", 3)
    check(f["names"] == {"10.0.12.2": "after"}, f.get("names"))
    m.end()
    said = []
    while not any(b"STOPPING=1" in w for w in said):
        said.append(told.recv(500))
    check(any(b"RELOADING=1" in w for w in said) and b"WATCHDOG=1" in said, said)


def as_unit(binary, fixture, folder):
    """As the systemd unit starts it: a user of its own with CAP_NET_RAW and no more. Ready, alive, told to stop, gone."""
    if not shutil.which("setpriv"):
        print("as_unit: no setpriv, left out")
        return
    wire, tap = fixture.wire()
    os.chmod(folder, 0o755)
    home, told = os.path.join(folder, "home"), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    os.mkdir(home)
    shutil.chown(home, "nobody")
    told.bind(os.path.join(folder, "notify"))
    os.chmod(os.path.join(folder, "notify"), 0o666)
    told.settimeout(20 * SLOW)
    place = os.path.join(folder, "routetap")  # the build may lie where nobody can look
    shutil.copy(binary, place)
    os.chmod(place, 0o755)
    env = dict(os.environ, NOTIFY_SOCKET=os.path.join(folder, "notify"), WATCHDOG_USEC="1500000")
    by = ("setpriv", "--reuid", "nobody", "--clear-groups", "--no-new-privs", "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw")
    m = Monitor(place, [tap], "--db", os.path.join(home, "r.db"), env=env, by=by)
    check(told.recv(500).startswith(b"READY=1"), "ready")
    with open("/proc/%d/status" % m.pid(), encoding="ascii") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    check("0" not in status["Uid"].split("\t"), status["Uid"])
    check(all(int(status[k], 16) & ~(1 << 13) == 0 for k in ("CapPrm", "CapEff", "CapAmb", "CapBnd")), "more than CAP_NET_RAW")
    check([told.recv(500) for _ in range(3)] == [b"WATCHDOG=1"] * 3, "signs of life")
    replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
    m.finding("bgp-cease-administrative-shutdown", 3)
    m.end()
    last = b""
    while last != b"STOPPING=1":
        last = told.recv(500)
    check(not [w for w in m.said if "listening" not in w], m.said)


def returns(binary, fixture, folder):
    """An interface that goes down, or is deleted and made anew, is listened to again, without the rights that opened it; what nobody
    could hear in the meantime is no silence of a session that goes on."""
    wire, tap = fixture.wire()
    os.chmod(folder, 0o755)
    home = os.path.join(folder, "home")
    os.mkdir(home)
    shutil.chown(home, "nobody")
    db = os.path.join(home, "back.db")
    m = Monitor(binary, [tap], "-v", "--user", "nobody", "--db", db)
    replay(wire, 4, "healthy-frr-frr-ibgp.pcap", "plain", 0, 20)  # a session whose hold time is 9 s
    m.until(lambda: any(t[1].get("to") == "Established" for t in m.told), 5, "comes up")
    ip("link", "del", tap)
    m.until(lambda: any(tap in w and "until it is back" in w for w in m.said), 5, "tells that it went away")
    time.sleep(14)
    ip("link", "add", wire, "mtu", "9000", "type", "veth", "peer", "name", tap, "mtu", "9000")
    for end in (wire, tap):
        ip("link", "set", end, "up")
    carries(wire)
    back = lambda: len([w for w in m.said if "is back, and" in w])
    m.until(lambda: back() == 1, 5, "tells that it is back")
    came = time.time()
    replay(wire, 8, "cease-rejected-frr-exabgp.pcap")
    m.finding("bgp-cease-connection-rejected", 3)
    ip("link", "set", tap, "down")
    m.until(lambda: len([w for w in m.said if "until it is back" in w]) == 2, 5, "tells that it is down")
    ip("link", "set", tap, "up")
    m.until(lambda: back() == 2, 5, "tells that it is up")
    carries(wire)
    replay(wire, 8, "cease-shutdown-frr-bird-vlan.pcap")
    m.finding("bgp-cease-administrative-shutdown", 3)
    m.end()
    blamed = [t[1] for t in m.told if t[1].get("code") == "bgp-hold-timer-expired" and t[0] < came + 8]
    check(not blamed, blamed)  # since it is back nobody was silent for a whole hold time
    check(asked(db, "SELECT sum(dropped), max(interface_dropped) < 1000000 FROM capture_file") == [(0, 1)], "drops")


def one_of_two(binary, fixture, folder):
    """One of two interfaces goes away: what was heard there is nobody's silence, and no alert of anything but the interface; a
    session heard on the other one dies of its silence as ever."""
    (a, x), (b, y) = fixture.wire(), fixture.wire()
    db, rung = os.path.join(folder, "o.db"), os.path.join(folder, "rung")
    m = Monitor(binary, [x, y], "-v", "--db", db, "--web", "8302", "--alert-command", "wait=1s cat >>" + rung)
    replay(a, 8, "ospf-healthy-lan-frr6-bird6.pcap")
    last = replay(a, 4, "healthy-frr-frr-ibgp.pcap", "plain", 0, 20)  # hold times of 9 s
    replay(b, 4, "healthy-frr-bird-v6-vlan.pcap", "plain", 0, 20)
    up = lambda: len([t for t in m.told if t[1].get("to") == "Established"])
    m.until(lambda: up() == 4, 5, "both come up")
    ip("link", "set", x, "down")
    _, f = m.finding("capture-interface-away", 5)
    check(x in f["title"] and y not in f["title"], f["title"])
    dead = lambda who: [t[1] for t in m.told if t[1].get("cause") == "hold-time-ran-out" and who in t[1]["peering"]]
    m.until(lambda: dead("2600:12::1"), 25, "who is silent where we listen")
    time.sleep(3)
    check(not dead("10.0.12."), dead("10.0.12."))
    held = [line for line in get("/metrics", 8302).splitlines() if line.startswith("routetap_bgp_peer_hold_remaining")]
    check(not [line for line in held if "10.0.12." in line], held)
    ip("link", "set", x, "up")
    m.finding("capture-interface-away", 5, "over")
    carries(a)
    replay(a, 4, "healthy-frr-frr-ibgp.pcap", "plain", 20, 24)
    m.end()
    check(not [d for d in dead("10.0.12.") if moment(d["time"]) < last + 20], dead("10.0.12."))
    left = asked(db, "SELECT from_state, to_state, cause FROM ospf_transition WHERE from_state = 'Full'")
    check(asked(db, "SELECT count(*) FROM ospf_transition WHERE to_state IN ('2-Way', 'Full')") != [(0,)] and not left, left)
    with open(rung, encoding="utf-8") as file:
        names = re.findall(r'"alertname":"([^"]+)"', file.read())
    check("capture-interface-away" in names and "ospf-adjacency-down" not in names, names)


def refuses(binary, fixture, folder):
    """What cannot be listened to is said in one sentence."""
    for words, want in ((("-i", "nowhere0"), "nowhere0"), ((), "give either interfaces"), (("-i", "lo", "--filter", "tcp prot"), "filter"),
                        (("-i", "lo", "--user", "nobody-at-all"), "no user"), (("-i", "lo", "--db", "/nowhere/at/all.db"), "/nowhere")):
        run = subprocess.run(inside(binary, "monitor", "--config", "none", *words), capture_output=True, text=True, check=False, timeout=20)
        check(run.returncode in (1, 2) and want in run.stderr and run.stderr.count("\n") <= 2, (words, run.returncode, run.stderr))


TESTS = [silence, arrives, two_tags, carriers, unanswered, two_interfaces, rights, restarts, taken_away, configured, as_unit, returns, one_of_two, refuses]


def judge(binary, test, fixture):
    with tempfile.TemporaryDirectory(prefix="rt-live-") as folder:
        try:
            test(binary, fixture, folder)
        except (AssertionError, subprocess.SubprocessError, OSError, sqlite3.Error, KeyError, IndexError) as why:
            return "%s: %s: %s" % (test.__name__, type(why).__name__, why)
    return None


def run(tests, workers):
    """The tests that argv names, or all; in a network of their own. Says how they went, and ends."""
    if len(sys.argv) < 2:
        sys.exit(sys.modules["__main__"].__doc__)
    tests = [t for t in tests if not sys.argv[2:] or t.__name__ in sys.argv[2:]]
    binary = os.path.abspath(sys.argv[1])
    lacks = spaces.lacking()
    if not lacks and "without libpcap" in subprocess.run([binary, "monitor", "-D", "--config", "none"], capture_output=True, text=True, check=False).stderr:
        lacks = "built without libpcap"
    if lacks:
        print("%s: skipped" % lacks)
        print("0 passed, 0 failed, %d skipped" % len(tests))
        return
    subprocess.run(["ip", "netns", "add", SPACE], capture_output=True, check=True)
    try:
        ip("link", "set", "lo", "up")
        subprocess.run(inside("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"), check=False, capture_output=True)
        fixture = Fixture()
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            failed = [w for w in pool.map(lambda t: judge(binary, t, fixture), tests) if w]
    finally:
        subprocess.run(["ip", "netns", "del", SPACE], capture_output=True, check=False)
    for words in failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (len(tests) - len(failed), len(failed)))
    sys.exit(1 if failed else 0)


def main():
    if len(sys.argv) > 5 and sys.argv[1] == "--send":
        send(sys.argv[2], float(sys.argv[3]), sys.argv[4], sys.argv[5], *map(int, sys.argv[6:]))
        return
    run(TESTS, 4)


if __name__ == "__main__":
    main()
