#!/usr/bin/env python3
"""The BMP feed of routetap, read back: by the rules of RFC 7854, by tshark, by pmacct's collector.

usage: bmp_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what the feed has otherwise than the archive that `export mrt` writes
of the same packets, and a last line `N passed, N failed, N skipped`.
"""
import glob
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

import export_test
import program
from export_test import CAPTURES, MESSAGES, address, bgp4mp, records

ROUTE, STATISTICS, DOWN, UP, INITIATION, TERMINATION, MIRROR = range(7)
HEALTHY = "healthy-frr-bird-nano.pcap"


def captures():
    return [os.path.basename(path) for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*")))]


def run(*words, status=(0, 1)):
    return export_test.run(*words, status=status)


def messages(data):
    """(type, content) of each BMP message; they fill the feed exactly."""
    at = 0
    while at < len(data):
        version, length, kind = struct.unpack_from(">BIB", data, at)
        assert version == 3 and length >= 6 and at + length <= len(data), (version, length, kind)
        yield kind, data[at + 6:at + length]
        at += length


class Peer:
    def __init__(self, content):
        self.kind, self.flags = content[0], content[1]
        self.distinguisher = content[2:10]
        self.address = address(content[10:26] if self.flags & 0x80 else content[22:26])
        self.asn, self.id, self.seconds, self.micro = struct.unpack_from(">IIII", content, 26)
        self.key = (self.distinguisher, self.address)
        self.sent = bool(self.flags & 0x10)


def opens(content):
    """The OPENs of a Peer Up behind its header, and the strings behind them."""
    at, found = 42 + 20, []
    for _ in range(2):
        assert content[at:at + 16] == b"\xff" * 16 and content[at + 18] == 1
        size = struct.unpack_from(">H", content, at + 16)[0]
        found.append(content[at:at + size])
        at += size
    words = []
    while at < len(content):
        kind, size = struct.unpack_from(">HH", content, at)
        assert kind == 0
        words.append(content[at + 4:at + 4 + size].decode())
        at += 4 + size
    assert at == len(content)
    return found, words


def told(data):
    """Per (local, peer): what happened to it, in order; the rules of RFC 7854 hold throughout."""
    feed = list(messages(data))
    assert feed[0][0] == INITIATION and feed[-1][0] == TERMINATION, feed[:1]
    story, up = {}, {}
    for kind, content in feed[1:-1]:
        peer = Peer(content)
        assert peer.kind == 2 and peer.micro < 1000000
        if kind == UP:
            assert peer.key not in up, "Peer Up twice"
            local = address(content[42:58] if peer.flags & 0x80 else content[54:58])
            up[peer.key] = (local, peer.address)
            story.setdefault(up[peer.key], []).append(("up", opens(content)))
            continue
        assert peer.key in up, "of a peer that is not up"
        mine = story[up[peer.key]]
        if kind == DOWN:
            mine.append(("down", content[42], content[43:]))
            del up[peer.key]
        elif kind == ROUTE:
            mine.append(("sent" if peer.sent else "route", content[42:]))
        elif kind == MIRROR:
            assert struct.unpack_from(">HHHHH", content, 42)[:4] == (1, 2, 0, 0)
            mine.append(("mirror", content[52:]))
        else:
            assert kind == STATISTICS
            mine.append(("numbers", content[42:]))
    return story


def archive(name):
    """Per (local, peer): the UPDATEs of the archive."""
    found = {}
    for _, kind, subtype, content in records(run("export", "mrt", "-q", name)):
        if kind == 17 and subtype in MESSAGES:
            _, _, peer, local, message = bgp4mp(subtype, content)
            if message[18] == 2:
                found.setdefault((local, peer), []).append(message)
    return found


def in_order(few, many):
    rest = iter(many)
    return all(any(m == f for m in rest) for f in few)


class Feed(unittest.TestCase):
    def test_every_capture(self):
        """What is told was said, in this order; where a session comes up in full view, nothing is left out."""
        total = whole = 0
        for name in captures():
            story, said = told(run("export", "bmp", "-q", name)), archive(name)
            for pair, happened in story.items():
                routes = [h[1] for h in happened if h[0] in ("route", "mirror")]
                malformed = any(h[0] == "mirror" for h in happened)
                self.assertTrue(malformed or in_order(routes, said.get(pair, [])), (name, pair))
                total += len(routes)
                seen = [h[1][1] for h in happened if h[0] == "up"] == [[]]
                if seen and not malformed and not any(h[0] == "down" for h in happened) and "cut" not in name:
                    self.assertEqual(routes, said.get(pair, []), (name, pair))
                    whole += 1
        self.assertGreater(total, 300)
        self.assertGreater(whole, 30)

    def test_open(self):
        """Peer Up has the OPENs as they came: what the router sent, what it received."""
        story = told(run("export", "bmp", "-q", HEALTHY))
        self.assertEqual(sorted(story), [("10.0.12.1", "10.0.12.2"), ("10.0.12.2", "10.0.12.1")])
        (one, _), (other, _) = (story[pair][0][1] for pair in sorted(story))
        self.assertEqual(one, other[::-1])
        said = [m for _, kind, s, c in records(run("export", "mrt", "-q", HEALTHY)) if kind == 17 and s in MESSAGES for m in [bgp4mp(s, c)[4]] if m[18] == 1]
        self.assertEqual(sorted(one), sorted(said))

    def test_made_up(self):
        """OPENs that were not seen are made up, and the Peer Up says so."""
        story = told(run("export", "bmp", "-q", "healthy-frr-bird-midstream.pcap"))
        self.assertEqual(len(story), 2)
        for happened in story.values():
            (_, words) = happened[0][1]
            self.assertIn("not seen", words[0])

    def test_down(self):
        """Why a peer went down, as each end sees it: 1 and 3 with the NOTIFICATION; 2 with the event, 10 for the hold
        timer; 4 where the other end closed without a word (RFC 7854 4.9)."""
        for name, want in (("cease-reset-gobgp-bird.pcap", {(1, "0604" + "14" + b"reset for new policy".hex()), (3, "0604" + "14" + b"reset for new policy".hex())}),
                           ("hold-sigstop-frr-bird.pcap", {(1, "0400"), (3, "0400")}),
                           ("hold-blackhole-frr-bird.pcap", {(2, "000a")}),
                           ("killed-bird-frr.pcap", {(2, "0000"), (4, "")})):
            downs = {(h[1], (h[2][19:] if h[1] in (1, 3) else h[2]).hex())
                     for happened in told(run("export", "bmp", "-q", name)).values() for h in happened if h[0] == "down"}
            self.assertEqual(downs, want, name)

    def test_one_session(self):
        """A session that takes the place of another: down, up again, and nothing after that."""
        for pair, happened in told(run("export", "bmp", "-q", "header-error-exabgp-raw-type.pcap")).items():
            self.assertEqual([h[0] for h in happened if h[0] in ("up", "down")], ["up", "down", "up"], pair)

    def test_both_ways(self):
        """--bmp-rib both: what a router says is its Adj-RIB-Out, the same bytes as the Adj-RIB-In of who hears it."""
        story = told(run("export", "bmp", "-q", "--bmp-rib", "both", HEALTHY))
        for (local, peer), happened in story.items():
            heard = [h[1] for h in happened if h[0] == "route"]
            said = [h[1] for h in story[(peer, local)] if h[0] == "sent"]
            self.assertEqual(heard, said)
            self.assertTrue(heard)
        out = told(run("export", "bmp", "-q", "--bmp-rib", "out", HEALTHY))
        self.assertFalse([h for happened in out.values() for h in happened if h[0] == "route"])

    def test_peer(self):
        every = told(run("export", "bmp", "-q", "ibgp-mesh-rr-bird.pcap"))
        one = sorted(every)[0][0]
        self.assertEqual(set(told(run("export", "bmp", "-q", "--peer", one, "ibgp-mesh-rr-bird.pcap"))), {pair for pair in every if one in pair})


class Wire(unittest.TestCase):
    def collect(self, name, *words):
        """What a collector takes from --bmp."""
        got = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            def take():
                there, _ = server.accept()
                with there:
                    while part := there.recv(65536):
                        got.append(part)
            thread = threading.Thread(target=take)
            thread.start()
            run("export", "bmp", "-q", "--bmp", "127.0.0.1:%d" % server.getsockname()[1], name, *words, status=(0,))
            thread.join(20)
        return b"".join(got)

    def test_to_a_collector(self):
        self.assertEqual(self.collect(HEALTHY), run("export", "bmp", "-q", HEALTHY))

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        done = subprocess.run([export_test.BINARY, "export", "bmp", "-q", "--bmp", "127.0.0.1:%d" % port, HEALTHY], capture_output=True, cwd=CAPTURES, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"no connection", done.stderr)

    def test_monitor_tells_again(self):
        """A collector that comes late, or goes and comes back, is told all from the beginning; and nothing waits for it."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)
            words = [export_test.BINARY, "monitor", "-r", HEALTHY, "--replay", "1", "--config", "none", "--no-sandbox", "-q", "--bmp", "127.0.0.1:%d" % server.getsockname()[1]]
            with subprocess.Popen(words, cwd=CAPTURES, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as monitor:
                try:
                    feeds = []
                    for _ in range(2):
                        there, _ = server.accept()
                        there.settimeout(20)
                        data = b""
                        while sum(kind == ROUTE for kind, _ in whole(data)) < 2:
                            part = there.recv(65536)
                            self.assertTrue(part, (feeds, data))
                            data += part
                        feeds.append(data)
                        there.close()
                finally:
                    monitor.terminate()
                    monitor.wait(20)
                    monitor.stderr.close()
        for data in feeds:
            kinds = [kind for kind, _ in whole(data)]
            self.assertEqual(kinds[0], INITIATION)
            self.assertLess(kinds.index(UP), kinds.index(ROUTE))


def whole(data):
    """The messages that are all there."""
    at, found = 0, []
    while len(data) - at >= 6:
        length = struct.unpack_from(">I", data, at + 1)[0]
        if len(data) - at < length:
            break
        found.append((data[at + 5], data[at + 6:at + length]))
        at += length
    return found


def as_pcap(data):
    """The feed as packets, for tshark."""
    parts, seq = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101)], 1
    for payload in [b""] + [data[at:at + 1400] for at in range(0, len(data), 1400)]:
        tcp = struct.pack(">HHIIBBHHH", 40000, 11019, seq, 1, 5 << 4, 0x18 if payload else 2, 65535, 0, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
        parts.append(struct.pack("<IIII", 0, 0, 40 + len(payload), 40 + len(payload)) + ip + tcp + payload)
        seq += len(payload) or 1
    return b"".join(parts)


class Others(unittest.TestCase):
    @unittest.skipUnless(shutil.which("tshark"), "tshark is not here")
    def test_tshark(self):
        """Nothing is malformed. Not asked: what is told because it is malformed; and the words behind OPENs that were not
        seen, which tshark takes for a third OPEN."""
        asked = 0
        with tempfile.TemporaryDirectory() as folder:
            for name in captures()[::4]:
                data = run("export", "bmp", "-q", name)
                feed = list(messages(data))
                if any(kind == MIRROR or (kind == UP and opens(content)[1]) for kind, content in feed):
                    continue
                path = os.path.join(folder, "x.pcap")
                with open(path, "wb") as file:
                    file.write(as_pcap(data))
                words = ["tshark", "-r", path, "-d", "tcp.port==11019,bmp", "-T", "fields", "-e", "bmp.type", "-e", "_ws.malformed", "-e", "_ws.expert.severity"]
                lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
                kinds = [int(k) for line in lines for k in line.split("\t")[0].split(",") if k]
                self.assertEqual(kinds, [kind for kind, _ in feed], name)
                self.assertFalse([line for line in lines if line.split("\t")[1] or str(0x00800000) in line.split("\t")[2]], name)
                asked += 1
        self.assertGreater(asked, 15)


if __name__ == "__main__":
    program.main(__name__, export_test)
