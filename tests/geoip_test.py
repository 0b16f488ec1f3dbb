#!/usr/bin/env python3
"""Who and where (--geoip): what databases in MaxMind's format say of prefixes, next hops and peers.

usage: geoip_test.py BINARY

In:  the program, captures of tests/captures, databases that are written here; and, if it is there, the folder
     ../../shared/mmdb with test databases of other makers, good and damaged. Out: what differs, and a last line
     `N passed, N failed, N skipped`.
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
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
SHARED = os.path.join(HERE, "..", "..", "shared", "mmdb")
PLAIN = "origin-change-frr-bird.pcap"
BINARY = None


def run(*words):
    done = subprocess.run([BINARY, "routes", "-q"] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def value(what):
    """One value of the data section."""
    if isinstance(what, dict):
        return bytes([7 << 5 | len(what)]) + b"".join(value(k) + value(v) for k, v in what.items())
    if isinstance(what, str):
        data = what.encode()
        return (bytes([2 << 5 | len(data)]) if len(data) < 29 else bytes([2 << 5 | 29, len(data) - 29])) + data
    data = struct.pack("!I", what).lstrip(b"\0")
    return bytes([6 << 5 | len(data)]) + data


def database(entries):
    """prefix -> what is known of it, as a file: a tree of bits with records of 24 bits, then the data."""
    nodes, data, leaves = [[None, None]], b"", {}
    for prefix, known in entries.items():
        net = ipaddress.ip_network(prefix)
        at = 0
        for bit in range(net.prefixlen):
            side = int(net.network_address) >> (31 - bit) & 1
            if bit == net.prefixlen - 1:
                nodes[at][side] = prefix
            else:
                if nodes[at][side] is None:
                    nodes.append([None, None])
                    nodes[at][side] = len(nodes) - 1
                at = nodes[at][side]
        leaves[prefix] = len(data)
        data += value(known)
    count = len(nodes)
    where = lambda r: count if r is None else r if isinstance(r, int) else count + 16 + leaves[r]
    tree = b"".join(struct.pack("!I", where(r))[1:] for node in nodes for r in node)
    about = {"binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "database_type": "Test",
             "ip_version": 4, "node_count": count, "record_size": 24}
    meta = bytes([7 << 5 | (len(about) + 2)]) + value("languages") + b"\0\4" + value("description") + bytes([7 << 5])
    for key, what in about.items():
        word = value(what)
        if isinstance(what, int) and key != "node_count" and key != "build_epoch":
            word = bytes([5 << 5 | (word[0] & 31)]) + word[1:]
        if key == "build_epoch":
            word = bytes([word[0] & 31, 2]) + word[1:]
        meta += value(key) + word
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + meta


MAXMIND = {"45.99.0.0/16": {"autonomous_system_number": 3356, "autonomous_system_organization": "Example Transit"},
           "46.0.0.0/8": {"autonomous_system_number": 10002, "autonomous_system_organization": "Beispiel GmbH"}}
OTHER_MAKER = {"45.1.0.0/16": {"asn": "AS10001", "as_name": "Exemple SA", "country": "FR"}}
PLACES = {"46.1.0.0/16": {"country": {"iso_code": "DE", "names": {"en": "Germany"}}, "city": {"names": {"en": "Köln"}}},
          "10.0.12.1/32": {"country": {"iso_code": "SE"}}}


class Places(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="geoip-")
        self.paths = []
        for name, entries in (("asn", MAXMIND), ("other", OTHER_MAKER), ("city", PLACES)):
            self.paths.append(os.path.join(self.folder, name + ".mmdb"))
            with open(self.paths[-1], "wb") as file:
                file.write(database(entries))
        self.words = [w for path in self.paths for w in ("--geoip", path)]
        status, _, said = run(PLAIN, *self.words[:2])
        if "without libmaxminddb" in said:
            self.skipTest("this routetap was built without libmaxminddb")
        self.assertEqual((status, said), (0, ""))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def test_json(self):
        status, told, _ = run(PLAIN, "--json", *self.words)
        self.assertEqual(status, 0)
        routes = {(r["from"], r["prefix"]): r for r in map(json.loads, told.splitlines())}
        want = {("10.0.12.1", "45.99.0.0/16"): ("other", 3356, "Example Transit", None, None),
                ("10.0.12.1", "45.1.0.0/16"): ("same", 10001, "Exemple SA", None, "FR"),
                ("10.0.12.1", "45.2.0.0/16"): ("unknown", None, None, None, None),
                ("10.0.12.2", "46.1.0.0/16"): ("same", 10002, "Beispiel GmbH", "Köln", "DE")}
        for key, (origin, *place) in want.items():
            geo = routes[key]["geo"]
            self.assertEqual(geo["origin"], origin, key)
            self.assertEqual([geo["prefix"][k] for k in ("asn", "organization", "city", "country")], place, key)
        geo = routes["10.0.12.1", "45.1.0.0/16"]["geo"]
        self.assertEqual((geo["next_hop"]["country"], geo["from"]["country"]), ("SE", "SE"))
        self.assertIsNone(routes["10.0.12.2", "46.1.0.0/16"]["geo"]["from"]["country"])

    def test_text(self):
        _, told, _ = run(PLAIN, "45.99.0.0/16", *self.words)
        self.assertIn("prefix: AS 3356 Example Transit, another than its origin; next hop: SE", told)
        self.assertIn("prefix: unknown", run(PLAIN, "45.2.0.0/16", *self.words)[1])
        self.assertNotIn("prefix:", run(PLAIN)[1])

    def other(self, *words, status=(0,)):
        done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
        self.assertIn(done.returncode, status, done.stderr)
        return done.stdout.decode()

    def test_peers(self):
        """analyze and report say who the sides are; the page's API does, too."""
        db = os.path.join(self.folder, "kept.db")
        told = json.loads(self.other("analyze", "-q", "--json", "--db", db, PLAIN, *self.words))
        sides = {s["address"]: s["geo"] for p in told["peerings"] for s in p["sides"]}
        self.assertEqual(sides["10.0.12.1"], {"asn": None, "organization": None, "city": None, "country": "SE"})
        self.assertEqual(sides["10.0.12.2"]["country"], None)
        again = json.loads(self.other("report", "--json", db, *self.words))
        self.assertEqual(again["peerings"], told["peerings"])
        self.assertNotIn('"geo"', self.other("report", "--json", db))
        for words in (("analyze", "-q", PLAIN), ("report", db)):
            self.assertIn("10.0.12.1  SE\n", self.other(*words, *self.words))
            self.assertNotIn("10.0.12.1  SE", self.other(*words))
        child = subprocess.Popen([BINARY, "serve", db, "--web", "8391", *self.words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            if "no page" in child.stderr.readline():
                return
            with urllib.request.urlopen("http://127.0.0.1:8391/api/v1/peerings", timeout=10) as answer:
                lines = json.load(answer)["peerings"]
            self.assertEqual({s["address"]: s["geo"]["country"] for s in lines[0]["sides"]}, {"10.0.12.1": "SE", "10.0.12.2": None})
        finally:
            child.terminate()
            child.communicate()

    def test_damaged_peers(self):
        """Whatever a file holds, the report is told."""
        whole = database(PLACES)
        path = os.path.join(self.folder, "damaged.mmdb")
        for n in range(0, len(whole), 11):
            with open(path, "wb") as file:
                file.write(whole[:n] + b"\xff" + whole[n + 1:])
            self.other("analyze", "-q", PLAIN, "--geoip", path, status=(0, 1))

    def test_wrong(self):
        self.assertEqual(run(PLAIN, "--geoip", "there-is-no-such-database")[0], 1)
        self.assertEqual(run(PLAIN, "--geoip", os.path.join(CAPTURES, PLAIN))[0], 1)

    def test_cut(self):
        """However much of a file is there, all is well or it is said that it is not."""
        whole = database(MAXMIND)
        path = os.path.join(self.folder, "cut.mmdb")
        for n in range(0, len(whole), 7):
            for data in (whole[:n], whole[:n] + b"\xff" + whole[n + 1:]):
                with open(path, "wb") as file:
                    file.write(data)
                status, _, said = run(PLAIN, "--geoip", path)
                self.assertIn(status, (0, 1), n)
                self.assertEqual(status == 1, "geoip" in said, (n, said))

    @unittest.skipUnless(os.path.isdir(SHARED), "there is no folder of other makers' databases")
    def test_shared(self):
        for path in glob.glob(os.path.join(SHARED, "*.mmdb")):
            status, _, said = run(PLAIN, "--geoip", path)
            self.assertIn(status, (0, 1), path)
            self.assertEqual(status == 1, "geoip" in said, (path, said))
            if os.path.basename(path).startswith("GeoLite2"):
                self.assertEqual(status, 0, path)


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv[1])
    result = unittest.TextTestRunner(verbosity=1).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed, %d skipped" % (result.testsRun - bad - len(result.skipped), bad, len(result.skipped)))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
