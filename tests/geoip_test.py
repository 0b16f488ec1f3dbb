#!/usr/bin/env python3
"""Who and where (--geoip): what databases in MaxMind's format say of prefixes, next hops and peers.

usage: geoip_test.py BINARY [TEST...]

In:  the program, captures of tests/captures, databases that are written here; and, if it is there, the folder
     ../../shared/mmdb with test databases of other makers, good and damaged. Out: what differs, and a last line
     `N passed, N failed, N skipped`.
"""
import glob
import ipaddress
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.request

import program

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


def put(path, data):
    """As who updates it should: nobody sees half of it."""
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.rename(path + ".new", path)


class Page:
    """A command that shows a page, and what it says of itself."""

    def __init__(self, *words):
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        self.words = [BINARY] + list(words) + ["--web", str(self.port)]

    def __enter__(self):
        self.child = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=CAPTURES, text=True)
        said = self.wait_for("page")
        if "no page" in said or "without its page" in said:
            self.__exit__()
            raise unittest.SkipTest("this routetap was built without its page")
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.rest = self.child.communicate(timeout=60)[1]

    def wait_for(self, words):
        for line in self.child.stderr:
            if words in line:
                return line
        raise AssertionError("never said: " + words)

    def ask(self, path):
        with urllib.request.urlopen("http://127.0.0.1:%d/api/v1/%s" % (self.port, path), timeout=30) as answer:
            return json.load(answer)

    def countries(self):
        return {s["address"]: s.get("geo", {}).get("country") for p in self.ask("peerings")["peerings"] for s in p["sides"]}


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

    def test_a_folder_stands_for_what_is_in_it(self):
        with open(os.path.join(self.folder, "README.txt"), "w") as file:
            file.write("no database\n")
        self.assertEqual(run(PLAIN, "--json", "--geoip", self.folder)[:2],
                         run(PLAIN, "--json", *[w for path in sorted(self.paths) for w in ("--geoip", path)])[:2])
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        status, _, said = run(PLAIN, "--geoip", empty)
        self.assertNotEqual(status, 0)
        self.assertIn("--geoip %s: " % empty, said)

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
        self.assertEqual(sides["10.0.12.1"], {"asn": None, "organization": None, "city": None, "country": "SE", "country_name": None})
        self.assertEqual(sides["10.0.12.2"]["country"], None)
        again = json.loads(self.other("report", "--json", db, *self.words))
        self.assertEqual(again["peerings"], told["peerings"])
        self.assertNotIn('"geo"', self.other("report", "--json", db))
        for words in (("analyze", "-q", PLAIN), ("report", db)):
            self.assertIn("10.0.12.1  SE\n", self.other(*words, *self.words))
            self.assertNotIn("10.0.12.1  SE", self.other(*words))
        with Page("serve", db, *self.words) as page:
            self.assertEqual(page.countries(), {"10.0.12.1": "SE", "10.0.12.2": None})

    def test_differences(self):
        words = [PLAIN, "--from", "10.0.12.1", "--against", "10.0.12.2"]
        told = {t["prefix"]: t for t in map(json.loads, run(*words, "--json", *self.words)[1].splitlines())}
        self.assertEqual(told["45.99.0.0/16"]["geo"]["prefix"]["organization"], "Example Transit")
        self.assertEqual(told["46.1.0.0/16"]["geo"]["origin"], "same")
        self.assertIn("prefix: AS 3356 Example Transit, another than its origin; next hop: SE", run(*words, *self.words)[1])
        self.assertNotIn("prefix: ", run(*words)[1])

    def test_history(self):
        """With each announcement of a history; and with what the page finds of a prefix."""
        payloads = os.path.join(self.folder, "vrps.csv")
        with open(payloads, "w", encoding="utf-8") as file:
            file.write("ASN,IP Prefix,Max Length,Trust Anchor\nAS3356,45.99.0.0/16,16,x\n")
        words = self.words + ["--rpki", payloads]
        told = [json.loads(line) for line in run(PLAIN, "--json", "--history", "45.99.0.0/16", *words)[1].splitlines()]
        self.assertEqual({(c["rpki"], c["geo"]["origin"]) for c in told}, {("valid", "same"), ("invalid", "other")})
        self.assertIn("RPKI invalid  prefix: AS 3356 Example Transit, another than its origin; next hop: SE",
                      run(PLAIN, "--history", "45.99.0.0/16", *words)[1])
        db = os.path.join(self.folder, "kept.db")
        self.other("analyze", "-q", "--db", db, PLAIN)
        with Page("serve", db, *words) as page:
            found = page.ask("routes?q=45.99.0.0%2F16")
            now = [r["route"] for r in found["routes"]]
            self.assertEqual([(r["rpki"], r["geo"]["origin"], r["geo"]["next_hop"]["country"]) for r in now], [("invalid", "other", "SE")])
            self.assertEqual([c["rpki"] for c in found["changes"]], [c["rpki"] for c in told])
        with Page("serve", db) as page:
            route = page.ask("routes?q=45.99.0.0%2F16")["routes"][0]["route"]
            self.assertEqual(("rpki" in route, "geo" in route), (False, False))

    def replaced(self, page, path):
        """Another file is taken; a damaged one leaves the one before in use, in whichever way it came."""
        norway = database({"10.0.12.1/32": {"country": {"iso_code": "NO", "names": {"en": "Norway"}}}})
        finland = database({"10.0.12.1/32": {"country_code": "FI", "country": "Finland"}})
        self.assertEqual(page.countries()["10.0.12.1"], "SE")
        put(path, norway)
        page.wait_for("has changed and was read again")
        self.assertEqual(page.countries()["10.0.12.1"], "NO")
        os.truncate(path, 100)
        page.wait_for("what was read before stays in use")
        self.assertEqual(page.countries()["10.0.12.1"], "NO")
        put(path, b"\xff" * 30 + finland[30:])  # whole as far as its end tells
        page.wait_for("what was read before stays in use")
        self.assertEqual(page.countries()["10.0.12.1"], "NO")
        os.unlink(path)
        page.child.send_signal(signal.SIGHUP)
        page.wait_for("what was read before stays in use")
        with open(path, "wb") as file:  # in place, in two pieces
            file.write(finland[:50])
            file.flush()
            file.write(finland[50:])
        page.child.send_signal(signal.SIGHUP)
        page.wait_for("of --geoip was read again")
        self.assertEqual(page.countries()["10.0.12.1"], "FI")
        self.assertIsNone(page.child.poll())

    def test_replaced_while_serving(self):
        db = os.path.join(self.folder, "kept.db")
        self.other("analyze", "-q", "--db", db, PLAIN)
        with Page("serve", db, "--geoip", self.paths[2]) as page:
            self.replaced(page, self.paths[2])
        self.assertEqual(page.child.returncode, 0, page.rest)

    def test_replaced_while_listening(self):
        """The same; and who rings says who and where it is."""
        db, told = os.path.join(self.folder, "live.db"), os.path.join(self.folder, "told")
        alert = "severity=info wait=0s tee -a " + told
        words = ["monitor", "--config", "none", "-r", PLAIN, "--replay", "0.5", "--db", db, "--alert-command", alert]
        with Page(*words, "--geoip", self.paths[2]) as page:
            for _ in range(300):
                time.sleep(0.1)
                if "10.0.12.1" in page.countries() and os.path.exists(told) and os.path.getsize(told):
                    break
            self.replaced(page, self.paths[2])
        with open(told, encoding="utf-8") as file:
            self.assertIn('"places":"10.0.12.1: SE"', file.read().replace(": \"", ":\""))

    def test_configured_folder(self):
        """A name is sought where geoipupdate puts what it fetches."""
        conf = os.path.join(self.folder, "GeoIP.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write("# of an account\nAccountID 1\nDatabaseDirectory  %s\n" % self.folder)
        inside = "touch /etc/GeoIP.conf 2>/dev/null; mount --bind %s /etc/GeoIP.conf || exit 77; exec %s routes -q %s --json --geoip asn" % (
            conf, BINARY, PLAIN)
        if not os.path.exists("/etc/GeoIP.conf"):
            inside = "mount -t tmpfs none /etc && cp %s /etc/GeoIP.conf || exit 77; exec %s routes -q %s --json --geoip asn" % (conf, BINARY, PLAIN)
        done = subprocess.run(["unshare", "-rm", "sh", "-c", inside], capture_output=True, cwd=CAPTURES, timeout=300, check=False)
        if not done.stdout and (done.returncode == 77 or b"unshare" in done.stderr):
            self.skipTest("no namespace to have a folder /etc of our own in")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Example Transit", done.stdout.decode())

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
            self.other("analyze", "-q", PLAIN, "--geoip", path, status=(0, 1))
            if os.path.basename(path).startswith("GeoLite2"):
                self.assertEqual(status, 0, path)

    @unittest.skipUnless(os.path.isdir(SHARED), "there is no folder of other makers' databases")
    def test_shared_while_serving(self):
        """Each takes the place of the one before, or is refused; there are answers all the while."""
        db, path = os.path.join(self.folder, "kept.db"), self.paths[2]
        self.other("analyze", "-q", "--db", db, PLAIN)
        with Page("serve", db, "--geoip", path) as page:
            for one in sorted(glob.glob(os.path.join(SHARED, "*.mmdb"))):
                shutil.copy(one, path + ".new")
                os.rename(path + ".new", path)
                page.child.send_signal(signal.SIGHUP)
                said = page.wait_for("geoip")
                self.assertEqual(len(page.countries()), 2)
                if os.path.basename(one).startswith("GeoLite2"):
                    self.assertIn("read again", said, one)
                if "broken" in one or "corrupt" in one:
                    self.assertIn("stays in use", said, one)


if __name__ == "__main__":
    program.main(__name__)
