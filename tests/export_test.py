#!/usr/bin/env python3
"""What routetap writes for other tools, read back.

usage: export_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what an export has otherwise than `routetap decode` and the packets
themselves, and a last line `N passed, N failed, N skipped`.
"""
import collections
import glob
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

import program

from talk import ACK, KEEPALIVE, PCAP, SYN, Talk, address as octets_of, message

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
MESSAGES, STATES = {1, 4, 8, 9}, {5}
AS4 = {4, 5, 9}


def run(*words, status=(0,)):
    done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
    assert done.returncode in status, (words, done.returncode, done.stderr.decode())
    return done.stdout


def address(octets):
    return socket.inet_ntop(socket.AF_INET if len(octets) == 4 else socket.AF_INET6, octets)


def records(data):
    """The records of an MRT archive: (seconds, type, subtype, content)."""
    at = 0
    while at < len(data):
        seconds, kind, subtype, length = struct.unpack_from(">IHHI", data, at)
        content = data[at + 12:at + 12 + length]
        assert len(content) == length, "a record is cut"
        at += 12 + length
        if kind == 17:
            seconds += struct.unpack_from(">I", content)[0] / 1e6
            content = content[4:]
        yield seconds, kind, subtype, content


def bgp4mp(subtype, content):
    """(peer AS, local AS, peer, local, what follows)"""
    width = 4 if subtype in AS4 else 2
    ases = struct.unpack_from(">II" if width == 4 else ">HH", content)
    afi = struct.unpack_from(">H", content, 2 * width + 2)[0]
    at, size = 2 * width + 4, 4 if afi == 1 else 16
    return ases + (address(content[at:at + size]), address(content[at + size:at + 2 * size]), content[at + 2 * size:])


class Mrt(unittest.TestCase):
    def test_every_capture(self):
        """The same messages and OSPF packets as decode tells, whole ones, with their ends; never back in time."""
        total = 0
        for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*"))):
            name = os.path.basename(path)
            want, late, over = [], set(), set()
            for m in map(json.loads, run("decode", "--json", "-q", name, status=(0, 1)).splitlines()):
                if m.get("truncated") or m["protocol"] != "bgp":
                    continue
                if m["type"] == "OPEN":
                    over -= {m["src"], m["dst"]}
                if m["type"] == "NOTIFICATION":
                    over.add(m["src"])
                want.append((m["src"], m["dst"], m["protocol"], m.get("length", 0)))
                if m["type"] == "UPDATE" and m["dst"] in over:  # who has ended the session hears no routes
                    late.add(want[-1])
            want.sort()
            have, latest = [], 0
            for seconds, kind, subtype, content in records(run("export", "mrt", "-q", name, status=(0, 1))):
                self.assertGreaterEqual(seconds, latest if kind == 17 else int(latest), name)  # OSPF's have whole seconds
                latest = max(latest, seconds)
                if kind == 17 and subtype in MESSAGES:
                    _, _, peer, local, message = bgp4mp(subtype, content)
                    self.assertEqual(struct.unpack_from(">H", message, 16)[0], len(message), name)
                    have.append((peer, local, "bgp", len(message)))
            self.assertFalse(collections.Counter(have) - collections.Counter(want), name)
            self.assertLessEqual(set(collections.Counter(want) - collections.Counter(have)), late, name)
            total += len(have)
        self.assertGreater(total, 1000)

    def test_states(self):
        """Both ends of a session go to Established, and what they are called comes from their OPENs."""
        states = [bgp4mp(subtype, content) for _, kind, subtype, content in records(run("export", "mrt", "-q", "healthy-frr-bird-nano.pcap"))
                  if kind == 17 and subtype in STATES]
        up = {(peer, peer_as, local, local_as) for peer_as, local_as, peer, local, rest in states if struct.unpack(">HH", rest)[1] == 6}
        self.assertEqual({(a, c) for a, _, c, _ in up}, {("10.0.12.1", "10.0.12.2"), ("10.0.12.2", "10.0.12.1")})
        self.assertTrue(all(peer_as and local_as for _, peer_as, _, local_as in up), up)
        for _, _, _, _, rest in states:
            self.assertTrue(all(0 <= s <= 6 for s in struct.unpack(">HH", rest)))

    def test_one_session(self):
        """Whoever is Established anew has ended what was before: the last word on a session that lives is Established."""
        name, last = "header-error-exabgp-raw-type.pcap", {}
        for _, kind, subtype, content in records(run("export", "mrt", "-q", name)):
            if kind == 17 and subtype in STATES:
                _, _, peer, local, rest = bgp4mp(subtype, content)
                last[local, peer] = struct.unpack(">HH", rest)[1]
        self.assertEqual(set(last.values()), {6})

    def test_phantoms(self):
        """An UPDATE that came when its receiver had ended the session is none of an archive's."""
        said = [bgp4mp(s, c)[4] for _, k, s, c in records(run("export", "mrt", "-q", "update-malformed-frr-raw-nlri-length.pcap")) if k == 17 and s in MESSAGES]
        self.assertTrue(said)
        self.assertFalse([m for m in said if m.endswith(bytes((16, 46, 3)))])

    def test_rotate(self):
        """Files by period, named as archives name them; together they are what one file holds."""
        whole = run("export", "mrt", "-q", "flapping-frr-bird-clear.pcap")
        with tempfile.TemporaryDirectory() as folder:
            run("export", "mrt", "-q", "--rotate", "1m", "-w", folder, "flapping-frr-bird-clear.pcap")
            parts, names = b"", sorted(os.listdir(folder))
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    part = file.read()
                self.assertTrue(part, name)
                for seconds, _, _, _ in records(part):
                    self.assertEqual(time.strftime("updates.%Y%m%d.%H%M", time.gmtime(seconds)), name)
                parts += part
        self.assertEqual(parts, whole)
        self.assertGreater(len(names), 0)
        run("export", "mrt", "--rotate", "1m", "flapping-frr-bird-clear.pcap", status=(2,))

    @unittest.skipUnless(shutil.which("bgpdump"), "bgpdump is not here")
    def test_table(self):
        """bgpdump reads from the dump what `routes -m` tells, to the letter."""
        total = 0
        with tempfile.TemporaryDirectory() as folder:
            dump = os.path.join(folder, "x.mrt")
            for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*"))):
                name = os.path.basename(path)
                run("export", "mrt", "-q", "--table", "-w", dump, name, status=(0, 1))
                told = subprocess.run(["bgpdump", "-m", dump], capture_output=True, check=False).stdout
                want = run("routes", "-m", "-q", name, status=(0, 1))
                self.assertEqual(sorted(told.split(b"\n")), sorted(want.split(b"\n")), name)
                total += len(want.splitlines())
        self.assertGreater(total, 100)

    @unittest.skipUnless(shutil.which("bgpdump"), "bgpdump is not here")
    def test_two_bytes(self):
        """From a speaker of two-byte ASes a table has paths and aggregators as they are meant (RFC 6793 4.2.3), in four bytes."""
        talk = Talk()
        value = lambda flags, code, v: bytes([flags, code, len(v)]) + v
        router = octets_of("10.0.0.9")
        attrs = (value(0x40, 1, b"\0") + value(0x40, 2, b"\2\4" + struct.pack(">4H", 65001, 23456, 100, 23456)) + value(0x40, 3, octets_of("10.9.0.1")) +
                 value(0xc0, 7, struct.pack(">H", 23456) + router) + value(0xc0, 17, b"\2\3" + struct.pack(">3I", 70000, 100, 80000)) +
                 value(0xc0, 18, struct.pack(">I", 80000) + router))
        narrow = lambda side: message(1, struct.pack(">BHH", 4, talk.ases[side], 90) + octets_of(talk.ends[side]) + b"\0")
        packets = [talk.packet(1000, 0, SYN), talk.packet(1000.1, 1, SYN | ACK), talk.packet(1000.2, 0, ACK)]
        packets += [talk.say(1001 + side, side, narrow(side)) for side in (0, 1)] + [talk.say(1003 + side, side, KEEPALIVE) for side in (0, 1)]
        packets += [talk.say(1005, 0, message(2, struct.pack(">HH", 0, len(attrs)) + attrs + b"\x18\xc0\0\2")), talk.packet(1006, 1, ACK)]
        with tempfile.TemporaryDirectory() as folder:
            capture, dump = os.path.join(folder, "x.pcap"), os.path.join(folder, "x.mrt")
            with open(capture, "wb") as file:
                file.write(PCAP + b"".join(packets))
            run("export", "mrt", "-q", "--table", "-w", dump, capture)
            told = subprocess.run(["bgpdump", "-m", dump], capture_output=True, check=True).stdout
            self.assertEqual(told, b"TABLE_DUMP2|1006|B|10.9.0.1|65001|192.0.2.0/24|65001 70000 100 80000|IGP|10.9.0.1|0|0||NAG|80000 10.0.0.9|\n")
            self.assertEqual(run("routes", "-m", "-q", capture), told)
            with open(dump, "rb") as file:
                self.assertNotIn(struct.pack(">H", 23456), file.read())

    def test_partial(self):
        """A capture that begins in mid-session, or has gaps, says so: on stderr, in a view's name, in the state that was before."""
        views = lambda name: {c[6:6 + struct.unpack_from(">H", c, 4)[0]].decode() for _, _, s, c in records(run("export", "mrt", "-q", "--table", name, status=(0, 1))) if s == 1}
        told = lambda *words: subprocess.run([BINARY, "export", "mrt", *words], capture_output=True, cwd=CAPTURES, check=False).stderr.decode()
        self.assertEqual(views("healthy-frr-bird-caploss.pcap"), {"10.0.12.1", "10.0.12.2 partial"})
        self.assertEqual(views("healthy-frr-bird-nano.pcap"), {"10.0.12.1", "10.0.12.2"})
        self.assertIn("partial: of 1 peer ", told("--table", "healthy-frr-bird-caploss.pcap"))
        self.assertIn("partial: of 2 peers ", told("--table", "healthy-frr-bird-midstream.pcap"))
        self.assertIn("partial: the capture joins 1 peering in mid-session", told("healthy-frr-bird-midstream.pcap"))
        for name in ("healthy-frr-bird-nano.pcap",):
            self.assertNotIn("partial", told(name) + told("--table", name))
        changes = lambda name: [struct.unpack(">HH", bgp4mp(s, c)[4]) for _, k, s, c in records(run("export", "mrt", "-q", name, status=(0, 1))) if k == 17 and s in STATES]
        self.assertEqual(changes("healthy-frr-bird-midstream.pcap")[:2], [(0, 6), (0, 6)])
        self.assertNotIn(0, [f for f, _ in changes("healthy-frr-bird-nano.pcap")])

    def test_table_at(self):
        """--at asks for the tables of a moment; in a folder the dump is named by it."""
        with tempfile.TemporaryDirectory() as folder:
            run("export", "mrt", "-q", "--table", "--at", "+0", "-w", folder, "healthy-frr-bird-nano.pcap")
            (name,) = os.listdir(folder)
            self.assertRegex(name, r"^rib\.\d{8}\.\d{4}$")
            self.assertEqual(os.path.getsize(os.path.join(folder, name)), 0)  # nothing was announced yet

    def test_peer(self):
        """--peer leaves one peering of three."""
        ends = lambda *words: {frozenset(bgp4mp(s, c)[2:4]) for _, k, s, c in records(run("export", "mrt", "-q", "ibgp-mesh-rr-bird.pcap", *words)) if k == 17}
        every = ends()
        one = sorted(min(every, key=sorted))[0]
        self.assertEqual(ends("--peer", one), {pair for pair in every if one in pair})
        self.assertLess(len(ends("--peer", one)), len(every) + 1)

    @unittest.skipUnless(shutil.which("bgpdump"), "bgpdump is not here")
    def test_bgpdump(self):
        """bgpdump reads as many messages as there are, but for ROUTE-REFRESH, which it does not know."""
        with tempfile.TemporaryDirectory() as folder:
            for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*"))):
                name, archive = os.path.basename(path), os.path.join(folder, "x.mrt")
                run("export", "mrt", "-q", name, "-w", archive, status=(0, 1))
                with open(archive, "rb") as file:
                    want = sum(kind == 17 and (subtype in STATES or bgp4mp(subtype, content)[4][18] != 5)
                               for _, kind, subtype, content in records(file.read()))
                told = subprocess.run(["bgpdump", archive], capture_output=True, check=False)
                self.assertEqual(told.returncode, 0, name)
                self.assertEqual(told.stdout.count(b"TYPE: BGP4MP_ET/"), want, name)


def blocks(data):
    """The packets of a little-endian pcapng file: (id, bytes, comment)."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + size - 4]
        at += size
        if kind != 6:
            continue
        captured = struct.unpack_from("<I", body, 12)[0]
        options, found = 20 + (captured + 3) // 4 * 4, {}
        while options < len(body):
            code, length = struct.unpack_from("<HH", body, options)
            found[code] = body[options + 4:options + 4 + length]
            options += 4 + (length + 3) // 4 * 4
        yield struct.unpack("<Q", found[5])[0] if 5 in found else 0, body[20:20 + captured], found.get(1, b"").decode()


class Pcap(unittest.TestCase):
    def test_finding(self):
        """All of a finding's evidence and nothing else; each packet says what it proves."""
        for name, code in (("open-bad-as-frr-bird.pcap", "bgp-open-bad-peer-as"), ("hold-blackhole-frr-bird.pcap", "bgp-hold-timer-expired")):
            report = json.loads(run("analyze", "--json", "-q", name))
            frames = {e["frame"] for f in report["findings"] if f["code"] == code for e in f["evidence"]}
            packets = list(blocks(run("export", "pcap", "-q", name, "--finding", code)))
            self.assertTrue(frames)
            self.assertEqual({p[0] for p in packets}, frames)
            self.assertTrue(all(code in p[2] for p in packets))

    def test_peer(self):
        """The packets of one router of three, as they were; what is left tells the same of its sessions."""
        name = "ibgp-mesh-rr-bird.pcap"
        whole = json.loads(run("analyze", "--json", "-q", name))
        every = [side["address"] for p in whole["peerings"] for side in p["sides"]]
        peer = min(every, key=every.count)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.pcapng")
            run("export", "pcap", "-q", name, "--peer", peer, "-w", path)
            part = json.loads(run("analyze", "--json", "-q", path))
            with open(path, "rb") as file:
                packets = list(blocks(file.read()))
        with open(os.path.join(CAPTURES, name), "rb") as file:
            original = file.read()
        self.assertTrue(packets)
        self.assertTrue(all(p[1] in original for p in packets))
        self.assertEqual([p[0] for p in packets], sorted(p[0] for p in packets))
        told = lambda report: [(p["id"], p["packets"], [(s["state"], s["routes"]) for s in p["sides"]]) for p in report["peerings"] if peer in p["id"].split("-")]
        self.assertEqual(told(part), told(whole))
        self.assertLess(len(part["peerings"]), len(whole["peerings"]))

    def test_wrong(self):
        run("export", "pcap", "-", status=(2,))
        run("export", "pcap", "--finding", "nonsense", "ibgp-mesh-rr-bird.pcap", status=(2,))


class Json(unittest.TestCase):
    def events(self, *words):
        found = [json.loads(line) for line in run("export", "json", "-q", "--sensor", "tap1", *words, status=(0, 1)).splitlines()]
        self.assertEqual([e["seq"] for e in found], list(range(len(found))))
        self.assertTrue(all(e["writer_id"] == "tap1" and e["event_type"] == "log" for e in found))
        return found

    def test_every_capture(self):
        """Each route that is announced or withdrawn in a message that is whole and well formed, in the order that decode has."""
        total = 0
        for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*"))):
            name = os.path.basename(path)
            want, skip = [], False
            for m in map(json.loads, run("decode", "--json", "-q", name, status=(0, 1)).splitlines()):
                if m.get("type") != "UPDATE":
                    continue
                skip |= bool(m.get("faults") or m.get("truncated") or m.get("inferred"))
                want += [("withdraw", m["src"], m["dst"], r["prefix"]) for r in m.get("withdrawn", [])]
                want += [("update", m["src"], m["dst"], r["prefix"]) for r in m.get("announced", [])]
            if skip:
                continue
            have = [(e["log_type"], e["peer_ip"], e["local_ip"], e["ip_prefix"]) for e in self.events(name) if e["log_type"] in ("update", "withdraw")]
            self.assertEqual(have, want, name)
            total += len(have)
        self.assertGreater(total, 300)

    def test_names(self):
        """The names that pmacct's collectors use, and its forms of time and origin."""
        updates = [e for e in self.events("healthy-frr-bird-nano.pcap") if e["log_type"] == "update"]
        self.assertTrue(updates)
        for e in updates:
            self.assertRegex(e["timestamp"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")
            self.assertEqual((e["afi"], e["safi"]), (1, 1))
            self.assertIn(e["origin"], "ieu")
            self.assertEqual(e["as_path"].split()[0], str(e["peer_asn"]))
            self.assertIn("bgp_nexthop", e)

    def test_states_and_findings(self):
        events = self.events("hold-sigstop-frr-bird.pcap")
        self.assertIn(("OpenConfirm", "Established"), [(e["state_from"], e["state"]) for e in events if e["log_type"] == "state"])
        self.assertIn("bgp-hold-timer-expired", [e["code"] for e in events if e["log_type"] == "finding"])
        self.assertIn((4, 0), [(e["code"], e["subcode"]) for e in events if e["log_type"] == "notification"])

    def test_ospf_states(self):
        """Each side's states, as the report has them; a peer's address or its router ID asks for its own."""
        total = 0
        for path in sorted(glob.glob(os.path.join(CAPTURES, "ospf-*.pcap*"))):
            name = os.path.basename(path)
            want = []
            for a in json.loads(run("analyze", "--json", "-q", name, status=(0, 1)))["ospf"]["adjacencies"]:
                known = lambda state: None if state == "Unknown" else state
                want += [(t["router"], t["neighbor"], known(t["from"]), known(t["to"]), t["cause"]) for t in a["transitions"]]
            have = [(e["router_id"], e["neighbor"], e["state_from"], e["state"], e["cause"])
                    for e in self.events(name) if e["log_type"] == "ospf_state"]
            self.assertEqual(sorted(have, key=str), sorted(want, key=str), name)
            total += len(have)
        self.assertGreater(total, 200)
        name = "ospf-healthy-lan4-frr4.pcap"
        every = [e for e in self.events(name) if e["log_type"] == "ospf_state"]
        one = every[0]["router_id"]
        mine = [{**e, "seq": 0} for e in every if one in (e["router_id"], e["neighbor"])]
        self.assertLess(len(mine), len(every))
        for who in (one, every[0]["local_address"]):
            told = [{**e, "seq": 0} for e in self.events(name, "--peer", who) if e["log_type"] == "ospf_state"]
            self.assertEqual(told, mine)

    def test_ospf_lsas(self):
        """What `lsdb --changes` says became of the LSAs, in its order."""
        total = 0
        for name in ("ospf-external-frr-frr.pcap", "ospf-lsa-flapping-frr-frr.pcap", "ospf-healthy-lan-frr6-bird6.pcap", "ospf-nssa-area-frr-frr-frr.pcap"):
            said = json.loads(run("lsdb", "--changes", "--json", name, status=(0, 1)))["changes"]
            want = [(c["change"], c["type"], c["link_state_id"], c["advertising_router"], c["sequence"], c["what"]) for c in said]
            have = [(e["change"], e["lsa_type"], e["link_state_id"], e["advertising_router"], e["sequence"], e.get("what"))
                    for e in self.events(name) if e["log_type"] == "ospf_lsa"]
            self.assertEqual(have, want, name)
            total += len(have)
        self.assertGreater(total, 50)

    def test_wrong(self):
        run("export", "json", "--kafka", "nonsense", "healthy-frr-bird-nano.pcap", status=(2,))
        run("export", "json", "--kafka", "127.0.0.1:1/bgp", "-w", "x", "healthy-frr-bird-nano.pcap", status=(2,))


class Wrong(unittest.TestCase):
    def test_wrong(self):
        for words in (["export"], ["export", "xyz", "healthy-frr-bird-nano.pcap"], ["export", "mrt"]):
            run(*words, status=(2,))
        run("export", "mrt", "healthy-frr-bird-nano.pcap", "-w", "/nowhere/x.mrt", status=(1,))


if __name__ == "__main__":
    program.main(__name__)
