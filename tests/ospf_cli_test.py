#!/usr/bin/env python3
"""OSPF's commands as users meet them: lsdb, topology, path, and secrets.

usage: ospf_cli_test.py BINARY [TEST...]

In:  the program, captures of tests/captures, and those of ../shared/captures/lab beside the repository if it is there.
Out: what differs from the promise of the manual page, and a last line `N passed, N failed, N skipped`.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
LAB = os.path.join(HERE, "..", "..", "shared", "captures", "lab")
BINARY = None
DONE, USAGE = 0, 2
AREAS = "ospf-multi-area-frr-frr-frr.pcap"          # r1 in area 0, r2 at the border, an E1 and an E2 route of r3 in area 1
VIRTUAL = "ospf-virtual-link-frr-frr-frr-frr.pcap"  # r1 - r2 = r4 by a virtual link over r3
CUT = "ospf-bgp-reroute-frr-frr-frr.pcap"           # a triangle of which a side is cut
LATE = "ospf-capture-midstream-frr-frr.pcap"
V3 = "ospf-multi-area-frr6-frr6-frr6.pcap"


class Run:
    def __init__(self, *words):
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LANG", "COLUMNS", "LC_CTYPE")}
        environment.update(LC_ALL="C.UTF-8", TZ="UTC")
        run = subprocess.run([BINARY] + list(words), stdin=subprocess.DEVNULL, capture_output=True, cwd=CAPTURES,
                             env=environment, timeout=120, check=False)
        self.status, self.out, self.err = run.returncode, run.stdout.decode(), run.stderr.decode()
        self.lines = [re.sub(" +", " ", line.strip()) for line in self.out.splitlines()]


def told(*words):
    return json.loads(Run(*words, "--json", "--quiet").out)


class Case(unittest.TestCase):
    longMessage = True

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="routetap-ospf-")
        self.addCleanup(shutil.rmtree, self.folder)

    def kept(self, capture):
        path = os.path.join(self.folder, os.path.basename(capture) + ".db")
        Run("analyze", "--quiet", "--db", path, capture)
        return path

    def has(self, run, *lines):
        self.assertEqual(run.status, DONE, run.err)
        for line in lines:
            self.assertIn(line, run.lines, run.out)


class Lsdb(Case):
    def test_text(self):
        self.has(Run("lsdb", AREAS), "as of 2026-11-20 13:24:52.612 UTC", "OSPFv2, area 0.0.0.0", "OSPFv2, the whole AS",
                 "Router 1.1.1.1 1.1.1.1 0x80000005 19 0x02bc 2 links",
                 "Router 1.1.1.2 1.1.1.2 0x80000005 20 0x19a0 2 links, ABR",
                 "Network 10.41.1.2 1.1.1.2 0x80000001 20 0x30e5 10.41.1.0/24, 2 routers")
        self.has(Run("lsdb", "--type", "summary", AREAS),
                 "Summary (network) 10.42.2.0 1.1.1.2 0x80000001 22 0x19fe 10.42.2.0/24 cost 10")
        self.has(Run("lsdb", "--type", "5", AREAS), "AS-External 203.0.1.0 1.1.1.3 0x80000001 24 0xfd64 203.0.1.0/24 E1 cost 30",
                 "AS-External 203.0.2.0 1.1.1.3 0x80000001 24 0xdafb 203.0.2.0/24 E2 cost 40")

    def test_what_it_says(self):
        self.has(Run("lsdb", "-a", "--type", "network", AREAS), "router 1.1.1.1", "router 1.1.1.2")

    def test_choices(self):
        self.assertEqual({l["type"] for l in told("lsdb", "--type", "3", AREAS)["lsdb"]}, {3})
        self.assertEqual({l["name"] for l in told("lsdb", "--type", "router", AREAS)["lsdb"]}, {"Router-LSA"})
        self.assertEqual({l["type"] for l in told("lsdb", "--type", "0x2009", V3)["lsdb"]}, {0x2009})
        self.assertEqual({l["area"] for l in told("lsdb", "--area", "1", VIRTUAL)["lsdb"]}, {"0.0.0.1"})
        self.assertEqual({l["area"] for l in told("lsdb", VIRTUAL)["lsdb"]}, {"0.0.0.0", "0.0.0.1"})

    def test_wrong_use(self):
        for words in (["--type", "noise"], ["--type", "0"], ["--area", "1.2.3"], ["--at", "never"]):
            run = Run("lsdb", *words, AREAS)
            self.assertEqual((run.status, run.out), (USAGE, ""), words)

    def test_moments(self):
        """Nothing is there before the first flood, and the two LSAs of the cut link are older before it."""
        self.assertEqual(told("lsdb", "--at", "+0", CUT)["lsdb"], [])
        before = {l["link_state_id"]: len(l["links"]) for l in told("lsdb", "--at", "+21", CUT)["lsdb"]}
        after = {l["link_state_id"]: len(l["links"]) for l in told("lsdb", CUT)["lsdb"]}
        self.assertEqual(before, {"10.255.0.1": 5, "10.255.0.2": 5, "10.255.0.3": 5})
        self.assertEqual(after, {"10.255.0.1": 4, "10.255.0.2": 5, "10.255.0.3": 4})


class Changes(Case):
    def test_text(self):
        run = Run("lsdb", "--changes", "--width", "160", "--since", "+10", CUT)
        self.has(run, "2026-11-20 13:27:41.981 changed Router 10.255.0.1 0x80000006 area 0.0.0.0 link to router 10.255.0.3 gone",
                 "2026-11-20 13:27:42.621 changed Router 10.255.0.3 0x80000006 area 0.0.0.0 link to router 10.255.0.1 gone")
        self.assertEqual(len(run.lines), 2, run.out)

    def test_json(self):
        changes = told("lsdb", "--changes", AREAS)["changes"]
        self.assertEqual([c["time"] for c in changes], sorted(c["time"] for c in changes))
        self.assertEqual(set(c["change"] for c in changes if c["what"]), {"changed"})
        for only in (["--type", "5"], ["--area", "0"], ["--until", "+8"]):
            fewer = told("lsdb", "--changes", *only, AREAS)["changes"]
            self.assertTrue(fewer and len(fewer) < len(changes), only)
            self.assertTrue(all(c in changes for c in fewer), only)

    def test_kept(self):
        for capture in sorted(glob.glob(os.path.join(CAPTURES, "ospf-*.pcap"))):
            self.assertEqual(told("lsdb", "--changes", self.kept(capture)), told("lsdb", "--changes", capture), capture)


class Topology(Case):
    def test_text(self):
        self.has(Run("topology", VIRTUAL), "OSPFv2, area 0.0.0.0 3 routers, 1 network",
                 "10.255.0.2 ABR 10.41.1.0/24 net 10 10.41.1.2", "10.255.0.4 virtual 20 10.42.2.2",
                 "10.41.1.0/24 10.255.0.2 10.255.0.1, 10.255.0.2", "10.255.0.2 0.0.0.0 4 prefixes, metric 10 to 20")

    def test_between_moments(self):
        run = Run("topology", "--since", "+21", CUT)
        self.has(run, "- link 10.255.0.1 to 10.255.0.3 from 10.43.3.1 in area 0.0.0.0",
                 "- link 10.255.0.3 to 10.255.0.1 from 10.43.3.3 in area 0.0.0.0")
        self.assertEqual(len(run.lines), 5, run.out)
        self.has(Run("topology", "--since", "+30", CUT), "nothing")

    def test_json(self):
        areas = told("topology", VIRTUAL)["domains"][0]["areas"]
        self.assertEqual([[r["router_id"] for r in a["routers"]] for a in areas],
                         [["10.255.0.1", "10.255.0.2", "10.255.0.4"], ["10.255.0.2", "10.255.0.3", "10.255.0.4"]])
        self.assertEqual([n["prefix"] for n in areas[1]["networks"]], ["10.42.2.0/24", "10.43.3.0/24"])
        self.assertTrue(all(l["described_back"] for a in areas for l in a["links"]))
        self.assertEqual(told("topology", "--area", "1", VIRTUAL)["domains"][0]["areas"], areas[1:])

    def test_one_end_only(self):
        """A capture that begins late has what was flooded since, and says what is missing."""
        text = Run("topology", LATE).out
        links = [l for d in told("topology", LATE)["domains"] for a in d["areas"] for l in a["links"]]
        self.assertEqual("not described back" in text or "other end not seen" in text,
                         any(not l["described_back"] for l in links))

    def test_dot(self):
        """Every node of a link is declared, braces are closed; Graphviz reads it where it is installed."""
        for capture in (VIRTUAL, V3, CUT):
            run = Run("topology", "--format", "dot", capture)
            self.assertEqual(run.out.count("{"), run.out.count("}"))
            nodes = set(re.findall(r'^ +("[^"]+") \[label="[^"]*", shape=', run.out, re.M))
            ends = {end for pair in re.findall(r'^ +("[^"]+") -- ("[^"]+") \[', run.out, re.M) for end in pair}
            self.assertTrue(ends and ends <= nodes, run.out)
            if shutil.which("dot"):
                done = subprocess.run(["dot", "-Tsvg"], input=run.out.encode(), capture_output=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_kept(self):
        for capture in (VIRTUAL, CUT, V3):
            kept = self.kept(capture)
            for words in (["topology", "-a"], ["topology", "--since", "+21"], ["topology", "-a", "--at", "+15"]):
                self.assertEqual(told(*words, kept), told(*words, capture), words)

    def test_wrong_use(self):
        self.assertEqual(Run("topology", "--format", "svg", CUT).status, USAGE)
        self.assertEqual(Run("topology", "--format", "dot", "--since", "+1", CUT).status, USAGE)


class Path(Case):
    def way(self, *words):
        (way,) = told("path", *words)["ways"]
        return way

    def test_out_of_the_as(self):
        way = self.way(AREAS, "1.1.1.1", "203.0.1.7")
        self.assertEqual([(h["router_id"], h["type"], h["cost"], h["end"]) for h in way["hops"]],
                         [("1.1.1.1", "E1", 50, None), ("1.1.1.2", "E1", 40, "area-not-seen")])
        self.assertEqual(way["hops"][0]["next_hops"], [{"router_id": "1.1.1.2", "address": "10.41.1.2", "area": "0.0.0.0",
                                                        "from_address": "10.41.1.1"}])
        self.assertEqual([b["code"] for b in way["believed"]], ["summary"])

    def test_text(self):
        self.has(Run("path", AREAS, "1.1.1.1", "203.0.2.0/24"),
                 "OSPFv2: from 1.1.1.1 to 203.0.2.0/24 metric 40 outside, cost 20 to get there",
                 "1.1.1.1 0.0.0.0 40+20 E2 203.0.2.0/24 1.1.1.2 at 10.41.1.2",
                 "1.1.1.2 0.0.0.0 40+10 E2 203.0.2.0/24 on in an area not seen", "To be believed:")
        self.has(Run("path", CUT, "10.255.0.1", "10.255.0.3"), "OSPFv2: from 10.255.0.1 to 10.255.0.3 cost 20",
                 "10.255.0.3 here")
        self.has(Run("path", CUT, "10.255.0.1", "192.0.2.1"), "OSPFv2: from 10.255.0.1 to 192.0.2.1 no way",
                 "10.255.0.1 no route")

    def test_moments(self):
        self.assertEqual([h["router_id"] for h in self.way(CUT, "10.255.0.1", "10.255.0.3", "--at", "+21")["hops"]],
                         ["10.255.0.1", "10.255.0.3"])
        self.assertEqual([h["router_id"] for h in self.way(CUT, "10.255.0.1", "10.255.0.3")["hops"]],
                         ["10.255.0.1", "10.255.0.2", "10.255.0.3"])

    def test_equal_ways(self):
        """While the triangle is whole, both ends of its far side are as near."""
        way = self.way(CUT, "10.255.0.1", "10.42.2.0/24", "--at", "+21")
        self.assertEqual([h["router_id"] for h in way["hops"][0]["next_hops"]], ["10.255.0.2", "10.255.0.3"])
        self.assertEqual([h["router_id"] for h in way["other_ways"]], ["10.255.0.3"])

    def test_router_by_address(self):
        self.assertEqual(self.way(AREAS, "10.41.1.1", "1.1.1.3")["from"], "1.1.1.1")
        self.assertEqual(self.way(V3, "fd00:ff::1", "2001:db8:e:1::1")["from"], "1.1.1.1")
        run = Run("path", AREAS, "9.9.9.9", "1.1.1.3")
        self.assertIn("9.9.9.9 is no router", run.err)

    def test_late_capture(self):
        for router in {l["advertising_router"] for l in told("lsdb", LATE)["lsdb"] if l["type"] == 1}:
            for way in told("path", LATE, router, router)["ways"]:
                self.assertTrue(way["reached"])

    def test_every_route_leads_there(self):
        """Whatever a router's table has, a way follows it to where it ends, at the cost that the table says."""
        for capture in sorted(glob.glob(os.path.join(CAPTURES, "ospf-*.pcap"))):
            for domain in told("topology", "-a", capture)["domains"]:
                for table in domain["tables"]:
                    for route in table["routes"]:
                        ways = told("path", capture, table["router_id"], route["prefix"])["ways"]
                        (way,) = [w for w in ways if w["version"] == domain["version"]]
                        words = "%s: %s to %s" % (os.path.basename(capture), table["router_id"], route["prefix"])
                        self.assertTrue(way["reached"], words)
                        first = way["hops"][0]
                        if first["end"] not in ("area-not-seen", "leaves-ospf"):
                            self.assertEqual((first["cost"], first["next_hops"]), (route["cost"], route["next_hops"]), words)

    def test_table(self):
        self.has(Run("path", AREAS, "1.1.1.1"), "OSPFv2: routes of 1.1.1.1 7 prefixes",
                 "1.1.1.3/32 inter 20 0.0.0.0 1.1.1.2 at 10.41.1.2", "203.0.2.0/24 E2 40+20 0.0.0.0 1.1.1.2 at 10.41.1.2",
                 "10.41.1.0/24 intra 10 0.0.0.0 its own")
        self.assertEqual(told("path", VIRTUAL, "10.255.0.1")["tables"],
                         [{"version": 2, **t} for t in told("topology", "-a", VIRTUAL)["domains"][0]["tables"]
                          if t["router_id"] == "10.255.0.1"])

    def test_kept(self):
        for capture, places in ((AREAS, ["1.1.1.1", "203.0.1.7"]), (CUT, ["10.255.0.1", "10.255.0.3"]), (LATE, ["10.255.0.1"])):
            self.assertEqual(told("path", self.kept(capture), *places), told("path", capture, *places))

    def test_wrong_use(self):
        for words in ([CUT], ["10.255.0.1"], [CUT, "10.0.0.0/8"], [CUT, "here", "there"]):
            run = Run("path", *words)
            self.assertEqual((run.status, run.out, run.err.count("\n")), (USAGE, "", 1), words)


class Secrets(Case):
    @staticmethod
    def captures():
        """Those of which it is known which router signs with which secret."""
        for folder in (CAPTURES, LAB):
            for path in sorted(glob.glob(os.path.join(folder, "*ospf*.truth.json"))):
                with open(path, encoding="utf-8") as file:
                    keys = json.load(file).get("keys")
                if keys and len(keys) == 2:
                    yield path.replace(".truth.json", ".pcap"), keys

    def blamed(self, capture, *words):
        found = told("analyze", *words, capture)["findings"]
        return [f.get("at") for f in found if f["code"] == "ospf-authentication-key-mismatch"]

    def test_who_is_wrong(self):
        """With the secret of one, the other is to blame; with the same one on both, nobody."""
        count = 0
        for capture, keys in self.captures():
            secrets = {router: key[-1] for router, key in keys.items()}
            (one, other) = secrets
            if secrets[one] == secrets[other] or keys[one][0] != keys[other][0] or "96" in capture:
                continue
            count += 1
            for right, wrong in ((one, other), (other, one)):
                self.assertEqual(self.blamed(capture, "--ospf-key", "0.0.0.0=" + secrets[right]), [wrong],
                                 "%s with %s" % (capture, secrets[right]))
        self.assertGreaterEqual(count, 5)

    def test_both(self):
        """Two secrets at hand, and each signs with one of them: they differ, and neither is to blame."""
        capture = "ospf-auth-key-bird-bird-sha256.pcap"
        report = told("analyze", "--ospf-key", "0=LabKey1", "--ospf-key", "0=LabKey2", capture)
        (finding,) = [f for f in report["findings"] if f["code"] == "ospf-authentication-key-mismatch"]
        self.assertIn("Of the secrets given", finding["explanation"])
        self.assertNotIn("LabKey", json.dumps(report))

    def test_healthy(self):
        for capture in ("ospf-auth-healthy-bird-bird-sha256.pcap", "ospf-auth-healthy-frr6-frr6-sha256.pcap"):
            run = Run("analyze", "--ospf-key", "0=LabKey1", capture)
            self.assertIn("2 interfaces sign with it\n", run.err)
            run = Run("analyze", "--ospf-key", "0=other", capture)
            self.assertIn("0 interfaces sign with it, and not ", run.err)
            self.assertIn("no packet that it is for", Run("analyze", "--ospf-key", "0.0.0.9=other", capture).err)

    def test_by_address_and_from_a_file(self):
        path = os.path.join(self.folder, "key")
        with open(path, "w", encoding="utf-8") as file:
            file.write("LabKey1\n")
        os.chmod(path, 0o600)
        capture = "ospf-auth-key-frr-frr.pcap"
        self.assertEqual(self.blamed(capture, "--ospf-key", "10.20.30.1=file:" + path), self.blamed(capture))
        self.assertEqual(self.blamed(capture, "--ospf-key", "10.20.30.1=file:" + path, "--ospf-key", "10.20.30.2=file:" + path),
                         ["172.31.255.2"])

    def test_wrong_use(self):
        for value in ("LabKey1", "=LabKey1", "0.0.0.0=", "1.2.3=x", "10.0.0.0/8=x", "0=env:ROUTETAP_NO_SUCH"):
            run = Run("analyze", "--ospf-key", value, AREAS)
            self.assertEqual((run.status, run.out), (USAGE, ""), value)


if __name__ == "__main__":
    program.main(__name__)
