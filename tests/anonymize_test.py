#!/usr/bin/env python3
"""`routetap export pcap --anonymize`: nothing of the original gets out, and the same is found.

usage: anonymize_test.py BINARY [CAPTURE…]

In:  the program; the captures given, or those of tests/captures. Out: what got out, or is found otherwise, and a last
line `N passed, N failed, N skipped`.
"""
import glob
import ipaddress
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = None
CAPTURES = []
# addresses of these stay as they are, or say nothing of anybody
PLAIN = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/24", "255.255.0.0/16", "::/128", "::1/128", "ff02::/112", "ff00::/8")]
# so many bits of these stay
CLASSES = [ipaddress.ip_network(n) for n in (
    "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "2001:db8::/32", "fc00::/7", "fe80::/10", "fe80::/64")]
FIXED_AS = {0, 23456, 65535, 4294967295}


def run(*words, status=(0,)):
    done = subprocess.run([BINARY] + list(words), capture_output=True, timeout=300, check=False)
    assert done.returncode in status, (words, done.returncode, done.stderr.decode())
    return done.stdout


def analyzed(path):
    return json.loads(run("analyze", "--json", "-q", path, status=(0, 1)))


def decoded(path):
    return [json.loads(line) for line in run("decode", "--json", "-q", path, status=(0, 1)).splitlines()]


def words_of(value):
    """All strings in a JSON document, and all numbers under "asn"."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("asn", "my_as") and isinstance(inner, int):
                yield "as", inner
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)
    elif isinstance(value, str):
        yield "text", value


def address(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def telling(found):
    """An address that says whose it is."""
    return found and not any(found in net for net in PLAIN if net.version == found.version)


def addresses(messages):
    found = (address(text.split("/")[0]) for kind, text in words_of(messages) if kind == "text")
    return {a for a in found if telling(a)}


def ases(messages):
    return {n for kind, n in words_of(messages) if kind == "as"} - FIXED_AS


def strange(a):
    """Its bytes do not stand just anywhere."""
    return len(set(a.packed)) == len(a.packed) and 0 not in a.packed if a.version == 4 else len(set(a.packed)) > 4


def in_place(was, now):
    """What stands at the same place in two documents."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in was.keys() & now.keys():
            yield from in_place(was[key], now[key])
    elif isinstance(was, list) and isinstance(now, list):
        for a, b in zip(was, now):
            yield from in_place(a, b)
    elif isinstance(was, str) and isinstance(now, str):
        yield was, now


def stays(text):
    """An address, or a prefix longer than the class that it is in: not the default route, not 10.0.0.0/8."""
    if not telling(address(text.split("/")[0])):
        return False
    if "/" not in text:
        return True
    net = ipaddress.ip_network(text, strict=False)
    same = [c.prefixlen for c in CLASSES if c.version == net.version and net.subnet_of(c)]
    return net.prefixlen > max(same, default=0) + 7


def packets(path):
    """The bytes of each packet of a pcapng file that routetap wrote."""
    with open(path, "rb") as file:
        data = file.read()
    at, out = 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            size = struct.unpack_from("<I", data, at + 20)[0]
            out.append(data[at + 28:at + 28 + size])
        at += length
    return out


def findings(report):
    return sorted((f["code"], f["severity"], len(f["evidence"])) for f in report["findings"])


def ends(report):
    """States of all sides, without names: what they become must not depend on who they are."""
    out = []
    for p in report["peerings"]:
        out.append(sorted((s["state"] or "", sum((s["messages"] or {}).values()),
                           tuple(sorted((s["routes"] or {}).items()))) for s in p["sides"]))
    for a in report["ospf"]["adjacencies"]:
        out.append(sorted(a["states"].values()) + [len(a["transitions"])])
    return sorted(out, key=str)


def lsas(messages):
    """How many LSAs, of which types; without the checksums and names."""
    return sorted(((l.get("type"), l.get("sequence"), l.get("length")) for m in messages for l in m.get("lsas", ())), key=str)


def faults(messages):
    return [sorted(f["code"] for f in m.get("faults", ())) for m in messages]


def malformed(path):
    """What Wireshark calls malformed or wrong, by frame."""
    done = subprocess.run(["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:FALSE",
                           "-Y", "_ws.malformed or ospf.lsa.chksum.bad or ip.checksum.status==0 or ospf.bad_checksum",
                           "-T", "fields", "-e", "_ws.col.Info"], capture_output=True, text=True, timeout=120, check=False)
    return len([line for line in done.stdout.splitlines() if "Malformed" in line or line])


class Anonymize(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="routetap-anonymize-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = os.path.join(self.folder, "out.pcapng")
        self.key = os.path.join(self.folder, "key")
        with open(self.key, "wb") as file:
            file.write(b"a key for tests alone, 32 bytes..")

    def make(self, capture, *words):
        run("export", "pcap", "--anonymize", "-q", "-w", self.out, capture, *words, status=(0, 1))

    def test_same_findings(self):
        for capture in CAPTURES:
            with self.subTest(os.path.basename(capture)):
                self.make(capture)
                was, now = analyzed(capture), analyzed(self.out)
                # a file that ends too early becomes one that does not
                expected = [f for f in findings(was) if f[0] != "capture-damaged"]
                self.assertEqual(expected, findings(now))
                self.assertEqual(ends(was), ends(now))
                self.assertEqual(was["capture"]["bgp_packets"], now["capture"]["bgp_packets"])

    def test_same_messages(self):
        for capture in CAPTURES:
            with self.subTest(os.path.basename(capture)):
                self.make(capture, "--anonymize-key", self.key)
                was, now = decoded(capture), decoded(self.out)
                self.assertEqual([(m["protocol"], m["type"], m["length"]) for m in was],
                                 [(m["protocol"], m["type"], m["length"]) for m in now])
                self.assertEqual([len(m.get("announced", ())) for m in was], [len(m.get("announced", ())) for m in now])
                self.assertEqual(lsas(was), lsas(now))
                self.assertEqual(faults(was), faults(now))

    def test_nothing_gets_out(self):
        for capture in CAPTURES:
            with self.subTest(os.path.basename(capture)):
                self.make(capture, "--anonymize-key", self.key)
                was, now = decoded(capture), decoded(self.out)
                pairs = {(x, y) for x, y in in_place(was, now) if stays(x)}
                same = [x for x, y in pairs if x == y]
                self.assertLessEqual(len(same), len(pairs) // 50, same)
                self.assertFalse(ases(was) & ases(now))
                self.assertEqual(len(ases(was)), len(ases(now)))
                all_bytes = b"\xfe\xfe".join(packets(self.out))
                for a in filter(strange, addresses(was)):
                    self.assertNotIn(a.packed, all_bytes, a)
                for n in ases(was):
                    if n > 65535:
                        self.assertNotIn(struct.pack(">I", n), all_bytes, n)

    def test_no_names(self):
        for capture in CAPTURES[::2]:
            with self.subTest(os.path.basename(capture)):
                names = {v for kind, v in words_of([m.get("open", {}).get("capabilities", []) for m in decoded(capture)])
                         if kind == "text" and v and not address(v)}
                names = {n for n in names if n.isascii() and any(c in n for c in "-./")}
                self.make(capture)
                with open(self.out, "rb") as file:
                    data = b"".join(packets(self.out))
                    self.assertNotIn(os.path.basename(capture).encode(), file.read())
                for texts in [m["notification"]["text"] for m in decoded(capture) if m.get("notification", {}).get("text")]:
                    self.assertNotIn(texts.encode(), data)
                for secret in (b"FRRouting", b"BIRD", b"ExaBGP", b"GoBGP", b"maintenance"):
                    self.assertNotIn(secret, data)

    def test_comments_have_no_addresses(self):
        capture = os.path.join(HERE, "captures", "md5-missing-frr-bird.pcap")
        self.make(capture)
        with open(self.out, "rb") as file:
            data = file.read()
        self.assertIn(b"bgp-md5-missing", data)
        for a in {s["address"] for p in analyzed(capture)["peerings"] for s in p["sides"]}:
            self.assertNotIn(a.encode(), data)

    def test_md5_signatures_are_gone(self):
        capture = os.path.join(HERE, "captures", "md5-missing-frr-bird.pcap")
        self.make(capture)
        signed = [p[p.index(b"\x13\x12") + 2:][:16] for p in packets(self.out) if b"\x13\x12" in p]
        self.assertTrue(signed)
        self.assertEqual({bytes(16)}, set(signed))

    def test_simple_passwords_are_gone(self):
        capture = os.path.join(HERE, "captures", "ospf-auth-key-frr-bird-simple.pcap")
        was = os.path.join(self.folder, "was.pcapng")
        run("export", "pcap", "-q", "-w", was, capture)
        secrets = {p[34 + 16:34 + 24] for p in packets(was) if p[12:14] == b"\x08\x00" and p[23] == 89}
        self.assertEqual(2, len(secrets))
        self.make(capture)
        kept = {p[34 + 16:34 + 24] for p in packets(self.out)}
        self.assertEqual(2, len(kept), "two passwords that differ still do")
        self.assertFalse(secrets & kept)

    def test_a_key_gives_the_same_again(self):
        capture = os.path.join(HERE, "captures", "healthy-frr-bird-as4.pcap")
        made = []
        for words in (("--anonymize-key", self.key), ("--anonymize-key", self.key), (), ()):
            self.make(capture, *words)
            made.append(packets(self.out))
        self.assertEqual(made[0], made[1])
        self.assertNotEqual(made[2], made[3])
        self.assertNotEqual(made[0], made[2])

    def test_a_short_key_is_none(self):
        with open(self.key, "wb") as file:
            file.write(b"short")
        run("export", "pcap", "--anonymize-key", self.key, "-w", self.out, CAPTURES[0], status=(1,))

    def test_prefixes_stay_within_each_other(self):
        capture = os.path.join(HERE, "captures", "healthy-frr-bird-as4.pcap")
        self.make(capture)
        was, now = decoded(capture), decoded(self.out)
        pairs = [(ipaddress.ip_address(a), ipaddress.ip_address(b)) for x, y in zip(was, now)
                 for a, b in ((x["src"], y["src"]), (x["dst"], y["dst"]))]
        for x, y in zip(was, now):
            for r, s in zip(x.get("announced", ()), y.get("announced", ())):
                pairs.append((ipaddress.ip_network(r["prefix"]).network_address,
                              ipaddress.ip_network(s["prefix"]).network_address))
        pairs = [p for p in pairs if p[0].version == 4]
        self.assertGreater(len(set(pairs)), 3)
        for a, b in pairs:
            for c, d in pairs:
                shared = 32 - (int(a) ^ int(c)).bit_length()
                kept = 32 - (int(b) ^ int(d)).bit_length()
                self.assertTrue(kept == shared or shared >= 24, (a, b, c, d))

    @unittest.skipUnless(shutil.which("tshark"), "tshark is not here")
    def test_wireshark_finds_nothing_new(self):
        for capture in CAPTURES[::2]:
            with self.subTest(os.path.basename(capture)):
                was = os.path.join(self.folder, "was.pcapng")
                run("export", "pcap", "-q", "-w", was, capture, status=(0, 1))
                self.make(capture)
                self.assertLessEqual(malformed(self.out), malformed(was))


def main():
    global BINARY
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BINARY = os.path.abspath(sys.argv[1])
    CAPTURES.extend(os.path.abspath(p) for p in sys.argv[2:])
    if not CAPTURES:
        CAPTURES.extend(sorted(glob.glob(os.path.join(HERE, "captures", "*.pcap"))))
    sys.exit(program.run(unittest.defaultTestLoader.loadTestsFromTestCase(Anonymize)))


if __name__ == "__main__":
    main()
