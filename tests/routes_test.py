#!/usr/bin/env python3
"""Tables and histories, held against a table that is kept here from what `routetap decode` says.

usage: routes_test.py BINARY

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import glob
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
PLAIN = "origin-change-frr-bird.pcap"


def run(*words, status=(0,)):
    done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
    assert done.returncode in status, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def lines(*words, status=(0,)):
    return [json.loads(line) for line in run(*words, status=status).splitlines()]


def key(route):
    return route["family"], route["prefix"], route.get("path_id"), route.get("rd")


def path_of(attributes):
    return next((a["value"] for a in attributes if a["code"] == 2), None)


def model(name):
    """What each side had from the other, by (from, to): key -> AS path. A new OPEN or a NOTIFICATION empties both."""
    tables = {}
    for m in lines("decode", "--json", "-q", name, status=(0, 1)):
        if m["protocol"] != "bgp":
            continue
        ends = (m["src"], m["dst"])
        if m["type"] in ("OPEN", "NOTIFICATION"):
            tables[ends], tables[ends[::-1]] = {}, {}
        if m["type"] != "UPDATE" or m.get("truncated") or m.get("verdict") in ("session-reset", "disable-family"):
            continue
        table = tables.setdefault(ends, {})
        for route in m.get("withdrawn", []):
            table.pop(key(route), None)
        for route in m.get("announced", []):
            if m.get("verdict") == "treat-as-withdraw":
                table.pop(key(route), None)
            else:
                table[key(route)] = path_of(m.get("attributes", []))
    return tables


def tables_of(name, *words):
    tables = {}
    for route in lines("routes", "--json", "-q", name, *words, status=(0, 1)):
        tables.setdefault((route["from"], route["to"]), {})[key(route)] = route.get("as_path")
    return tables


class Tables(unittest.TestCase):
    maxDiff = 2000

    def test_every_capture(self):
        """Equal to the model wherever the session lives; where it does not, nothing is left."""
        compared = 0
        for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap*"))):
            name = os.path.basename(path)
            report = json.loads(run("analyze", "--json", "-q", name, status=(0, 1)))
            up = {frozenset(s["address"] for s in p["sides"]) for p in report["peerings"]
                  if all(s["state"] == "Established" for s in p["sides"])}
            have, want = tables_of(name), model(name)
            for ends in set(have) | set(want):
                if frozenset(ends) in up:
                    self.assertEqual(have.get(ends, {}), want.get(ends, {}), (name, ends))
                    compared += len(want.get(ends, {}))
        self.assertGreater(compared, 20000)

    def test_loss_empties(self):
        """A hold time that runs out takes the routes with it."""
        name = "hold-blackhole-frr-bird.pcap"
        report = json.loads(run("analyze", "--json", "-q", name))
        lost = max(t["time"] for t in report["peerings"][0]["transitions"] if t.get("from") == "Established")
        first = report["capture"]["first"]
        self.assertTrue(first < lost)
        before = tables_of(name, "--at", lost[:17] + "00Z") or tables_of(name, "--at", "+5")
        self.assertTrue(before)
        told = lines("routes", "--json", "-q", name, "--history", "46.1.0.0/16")
        self.assertIn("lost-with-session", [t["what"] for t in told])

    def test_too_early(self):
        """An UPDATE in OpenConfirm is refused with the session: it makes no route, neither then nor in a history."""
        self.assertEqual(tables_of("fsm-error-frr-raw-update-early.pcap"), {})

    def test_too_late(self):
        """What is said once the other side has ended the session reaches nobody."""
        name = "update-malformed-frr-raw-nlri-length.pcap"
        prefixes = {r["prefix"] for r in lines("decode", "--json", "-q", name) for r in r.get("announced", [])}
        self.assertIn("46.3.0.0/16", prefixes)
        self.assertEqual(lines("routes", "--json", "-q", name, "--history", "46.3.0.0/16"), [])
        self.assertNotIn('"46.3.0.0/16"', run("export", "json", "-q", name))

    def test_at(self):
        """The table as of each change of a prefix is what its history says."""
        prefix = "45.99.0.0/16"
        told = lines("routes", "--json", "-q", PLAIN, "--history", prefix)
        self.assertGreaterEqual(len(told), 2)
        for change in told:
            now = [r for r in lines("routes", "--json", "-q", PLAIN, prefix, "--at", change["time"]) if r["from"] == change["from"]]
            if change["what"] in ("withdrawn", "lost-with-session"):
                self.assertEqual(now, [])
            elif "attributes" in change:
                self.assertEqual([r["as_path"] for r in now], [path_of(change["attributes"])])
        self.assertEqual(lines("routes", "--json", "-q", PLAIN, prefix, "--at", "+0"), [])

    def test_changes(self):
        """A change of origin is told as one, with both paths."""
        changed = [t for t in lines("routes", "--json", "-q", PLAIN, "--history", "45.99.0.0/16") if t["what"] == "changed"]
        self.assertTrue(changed)
        for change in changed:
            self.assertNotEqual(change["changes"]["as_path"]["before"], change["changes"]["as_path"]["after"])


class AddPath(unittest.TestCase):
    """A live session of two BIRDs with ADD-PATH, and what `birdc show route all` of the receiver said."""
    CAPTURE = os.path.join(HERE, "routes", "add-path-bird.pcap")

    def shown(self):
        """(prefix, AS path, next hop, communities) of each route."""
        routes, prefix = [], None
        with open(os.path.join(HERE, "routes", "add-path-bird.txt"), encoding="utf-8") as file:
            for line in file:
                words = line.replace(", ", ":").split()
                if " unicast [" in line:
                    prefix = prefix if line[0] == " " else words[0]
                    routes.append([prefix, None, None, set()])
                elif "BGP.as_path:" in line:
                    routes[-1][1] = " ".join(words[1:])
                elif "BGP.next_hop:" in line:
                    routes[-1][2] = words[1]
                elif "community:" in line:
                    routes[-1][3] |= {w.strip("()").replace(",", ":") for w in words[1:]}
        return sorted(map(tuple, routes), key=str)

    def test_bird(self):
        have = []
        for r in lines("routes", "--json", "-q", self.CAPTURE, "--at", "+20"):
            told = {c for a in r["attributes"] if a["code"] in (8, 16, 32) for c in a["value"]}
            have.append((r["prefix"], r["as_path"], r["next_hop"], told))
        self.assertEqual(sorted(have, key=str), self.shown())
        self.assertEqual(len(have), 6)

    def test_one_line(self):
        rows = [row.split("|") for row in run("routes", "-m", "-q", self.CAPTURE, "--at", "+20").splitlines()]
        twice = [r for r in rows if r[5] == "192.0.2.0/24"]
        self.assertEqual([(r[0], r[6], r[7]) for r in twice], [("TABLE_DUMP2_AP", "2", "65001"), ("TABLE_DUMP2_AP", "3", "65001 65009")])
        self.assertEqual({r[0] for r in rows if ":" in r[5]}, {"TABLE_DUMP2"})

    @unittest.skipUnless(shutil.which("bgpdump"), "bgpdump is not here")
    def test_mrt(self):
        """bgpdump knows by the subtype that there are path identifiers."""
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "x.mrt")
            run("export", "mrt", "-q", self.CAPTURE, "-w", archive)
            told = subprocess.run(["bgpdump", "-m", archive], capture_output=True, check=True).stdout.decode()
        have = {tuple(r.split("|")[5:8]) for r in told.splitlines() if r.startswith("BGP4MP_ET_AP|")}
        want = {tuple(r.split("|")[5:8]) for r in run("routes", "-m", "-q", self.CAPTURE, "--at", "+20").splitlines() if r.startswith("TABLE_DUMP2_AP|")}
        self.assertEqual(have, want)


class Filters(unittest.TestCase):
    NAME = "table-frr-bird-offload.pcap.gz"

    def routes(self, *words):
        return lines("routes", "--json", "-q", self.NAME, *words)

    def setUp(self):
        self.every = self.routes()

    def test_prefixes(self):
        side = ("10.0.12.1", "10.0.12.2")
        nets = [ipaddress.ip_network(r["prefix"]) for r in self.every if (r["from"], r["to"]) == side]
        words = ("--from", side[0])
        for where in ("11.0.0.0/16", "11.0.7.0/24", "0.0.0.0/0", "46.0.0.0/8"):
            at = ipaddress.ip_network(where)
            got = lambda *more: sorted(ipaddress.ip_network(r["prefix"]) for r in self.routes(where, *words, *more))
            self.assertEqual(got(), sorted(n for n in nets if n == at))
            self.assertEqual(got("--exact"), got())
            self.assertEqual(got("--longer"), sorted(n for n in nets if n.subnet_of(at)))
            self.assertEqual(got("--shorter"), sorted(n for n in nets if at.subnet_of(n)))
        for address in ("11.0.7.9", "46.1.2.3", "46.2.255.255", "8.8.8.8"):
            over = [n for n in nets if ipaddress.ip_address(address) in n]
            longest = [n for n in over if n.prefixlen == max(n.prefixlen for n in over)]
            self.assertEqual(sorted(ipaddress.ip_network(r["prefix"]) for r in self.routes(address, *words)), sorted(longest))

    def test_attributes(self):
        community = "10001:0"
        has = lambda r: any(a["code"] == 8 and community in a["value"] for a in r["attributes"])
        self.assertEqual(self.routes("--community", community), [r for r in self.every if has(r)])
        self.assertTrue(any(map(has, self.every)))
        self.assertEqual(self.routes("--origin", "10002"), [r for r in self.every if r.get("origin_as") == 10002])
        self.assertEqual(self.routes("--as-path", "^10001$"), [r for r in self.every if r["as_path"] == "10001"])
        self.assertEqual(self.routes("--as-path", "_10002_"), [r for r in self.every if "10002" in r["as_path"].split()])
        self.assertEqual(self.routes("--family", "ipv6-unicast"), [])
        self.assertEqual(self.routes("--community", "0001:0"), [])
        self.assertEqual(self.routes("--community", "010001:00"), self.routes("--community", community))

    def test_one_line(self):
        rows = [row.split("|") for row in run("routes", "-m", "-q", self.NAME).splitlines()]
        self.assertEqual([(r[3], r[5], r[6]) for r in rows], [(r["from"], r["prefix"], r["as_path"]) for r in self.every])
        self.assertEqual({(r[0], r[2], len(r)) for r in rows}, {("TABLE_DUMP2", "B", 15)})

    def test_midway(self):
        done = subprocess.run([BINARY, "routes", "healthy-frr-bird-midstream.pcap"], capture_output=True, cwd=CAPTURES, check=False)
        self.assertIn(b"not all that was said", done.stderr)

    def test_wrong(self):
        for words in ((PLAIN, "--longer"), (PLAIN, "--community", "no-such"), (PLAIN, "--as-path", "("), (PLAIN, "--history", "x"), (PLAIN, "--family", "ipv5"), ()):
            run("routes", *words, status=(2,))


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv[1])
    result = unittest.TextTestRunner(verbosity=1).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed, %d skipped" % (result.testsRun - bad - len(result.skipped), bad, len(result.skipped)))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
