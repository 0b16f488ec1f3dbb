#!/usr/bin/env python3
"""Origins of routes held against validated payloads (--rpki): as a word with each route, and as a finding.

usage: rpki_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import ipaddress
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
PLAIN = "origin-change-frr-bird.pcap"
PAYLOADS = [("45.99.0.0/16", 16, 3356), ("45.1.0.0/16", 16, 10001), ("46.0.0.0/8", 12, 10002), ("46.2.0.0/16", 16, 10002)]
BINARY = None


def run(*words, status=0):
    done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=300, check=False)
    assert done.returncode == status, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def state_of(prefix, origin):
    """RFC 6811 2, as it is written there."""
    net = ipaddress.ip_network(prefix)
    covering = [(most, asn) for p, most, asn in PAYLOADS if net.subnet_of(ipaddress.ip_network(p))]
    if not covering:
        return "not-found"
    return "valid" if any(asn == origin and net.prefixlen <= most for most, asn in covering) else "invalid"


class Origins(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rpki-")
        self.json, self.csv = os.path.join(self.folder, "vrps.json"), os.path.join(self.folder, "vrps.csv")
        self.write(PAYLOADS)

    def write(self, payloads):
        with open(self.json, "w", encoding="utf-8") as file:
            json.dump({"metadata": {}, "roas": [{"asn": "AS%d" % a, "prefix": p, "maxLength": m, "ta": "x"} for p, m, a in payloads]}, file)
        with open(self.csv, "w", encoding="utf-8") as file:
            file.write("ASN,IP Prefix,Max Length,Trust Anchor\n" + "".join("AS%d,%s,%d,x\n" % (a, p, m) for p, m, a in payloads))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def test_routes(self):
        """The same word with each route, whichever form the file has, of a capture and of a database."""
        db = os.path.join(self.folder, "kept.db")
        run("analyze", "-q", "--db", db, "--keep-routes", "all", PLAIN)
        told = run("routes", "--json", "-q", PLAIN, "--rpki", self.json)
        routes = [json.loads(line) for line in told.splitlines()]
        for r in routes:
            self.assertEqual(r["rpki"], state_of(r["prefix"], r["origin_as"]), r["prefix"])
        self.assertEqual({r["rpki"] for r in routes}, {"valid", "invalid", "not-found"})
        for words in ((PLAIN, "--rpki", self.csv), (db, "--rpki", self.json)):
            self.assertEqual(run("routes", "--json", "-q", *words), told)
        self.assertNotIn("rpki", run("routes", "--json", "-q", PLAIN))
        self.assertIn("RPKI invalid\n", run("routes", "-q", PLAIN, "45.99.0.0/16", "--rpki", self.json))

    def test_differences(self):
        """What tables differ in has the word, too: of the version that is told, and both where it is another one."""
        first = json.loads(run("routes", "--json", "-q", PLAIN, "--history", "45.99.0.0/16").splitlines()[0])["time"]
        between = ["routes", PLAIN, "--between", first, "+14s", "--rpki", self.csv]
        told = [json.loads(line) for line in run(*between, "--json").splitlines()]
        changed = [t for t in told if t["what"] == "changed"]
        self.assertEqual([(t["prefix"], t["rpki"], t["changes"]["rpki"]) for t in changed],
                         [("45.99.0.0/16", "invalid", {"before": "valid", "after": "invalid"})])
        self.assertIn("RPKI invalid, was valid\n", run(*between))
        against = ["routes", "-q", PLAIN, "--from", "10.0.12.1", "--against", "10.0.12.2", "--rpki", self.csv]
        told = {t["prefix"]: t for t in map(json.loads, run(*against, "--json").splitlines())}
        for t in told.values():
            self.assertEqual(t["rpki"], state_of(t["prefix"], t["origin_as"]))
        self.assertEqual({t["rpki"] for t in told.values()}, {"valid", "invalid", "not-found"})
        self.assertNotIn("rpki", told["46.1.0.0/16"]["changes"])  # both are invalid
        self.assertIn("RPKI valid\n", run(*against))
        self.assertNotIn("RPKI", run(*against[:-2]))

    def test_finding(self):
        report = json.loads(run("analyze", "--json", "-q", PLAIN, "--rpki", self.csv))
        found = [f for f in report["findings"] if f["code"] == "route-rpki-invalid"]
        self.assertEqual(sorted(f["at"] for f in found), ["10.0.12.1", "10.0.12.2"])
        words = " ".join(f["title"] + " " + f["explanation"] for f in found)
        self.assertIn("AS 174 originates it; the ROA of 45.99.0.0/16 is for AS 3356.", words)
        self.assertIn("46.1.0.0/16", words)
        self.assertNotIn("route-rpki-invalid", run("analyze", "--json", "-q", PLAIN))
        self.write([("46.0.0.0/8", 16, 10002), ("45.99.0.0/16", 16, 3356), ("45.99.0.0/16", 16, 174)])
        self.assertNotIn("route-rpki-invalid", run("analyze", "--json", "-q", PLAIN, "--rpki", self.csv))

    def test_wrong(self):
        """What cannot be read ends it; an entry that is none does not."""
        for text in ("", "{}", "a,b\n1,2\n", '{"roas":[{"asn":1,"prefix":"10.0.0.0/8"},'):
            with open(self.json, "w", encoding="utf-8") as file:
                file.write(text)
            for command in ("routes", "analyze"):
                run(command, "-q", PLAIN, "--rpki", self.json, status=1)
        run("routes", "-q", PLAIN, "--rpki", os.path.join(self.folder, "none"), status=1)
        self.write([("10.0.0.0/33", 24, 1), ("46.2.0.0/16", 16, 10002)])
        self.assertIn("RPKI valid", run("routes", "-q", PLAIN, "--rpki", self.csv))

    def test_judged_anew(self):
        """Routes that stand are held against payloads that come later: told once, and not again for those that change nothing."""
        self.write(PAYLOADS[:1])  # one is invalid as it comes
        words = [BINARY, "monitor", "-r", PLAIN, "--replay", "2", "--json", "--config", "none", "--rpki", self.csv]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CAPTURES, text=True)
        self.addCleanup(lambda: (child.kill(), child.communicate()))
        found = []

        def until(words):
            for line in child.stdout:
                found.append(json.loads(line))
                if words in line:
                    return found[-1]
            self.fail("never said: " + words)

        until("174 originates it")  # the last announcement but for the end
        for payloads in (PAYLOADS[:1] + [("46.0.0.0/8", 12, 10002)], PAYLOADS[:1] + [("46.0.0.0/8", 12, 10002), ("1.0.0.0/8", 8, 1)]):
            self.write(payloads)
            child.send_signal(signal.SIGHUP)
            self.assertIn("%d validated payloads were read" % len(payloads), child.stderr.readline())
        for line in child.stdout:
            found.append(json.loads(line))
        judged = [f for f in found if "by now" in f.get("title", "")]
        self.assertEqual([f["at"] for f in judged], ["10.0.12.2"])
        self.assertIn("46.1.0.0/16", judged[0]["title"])
        self.assertIn("the payloads changed, and it was not found until then", judged[0]["explanation"])
        self.assertIn("up to 12 bits; this one has 16", judged[0]["explanation"])

    def test_reload(self):
        """SIGHUP reads the file again while packets come; one that cannot be read changes nothing."""
        words = [BINARY, "monitor", "-r", PLAIN, "--replay", "1", "-v", "--config", "none", "--no-sandbox", "--rpki", self.csv]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CAPTURES, text=True)
        try:
            child.stdout.readline()  # it listens
            self.write(PAYLOADS[:1])
            child.send_signal(signal.SIGHUP)
            self.assertIn("1 validated payloads were read", child.stderr.readline())
            with open(self.csv, "w", encoding="utf-8") as file:
                file.write("nothing of the kind")
            child.send_signal(signal.SIGHUP)
            self.assertIn("holds no validated payloads", child.stderr.readline())
            self.assertIn("stays in use", child.stderr.readline())
            self.csv = self.csv + ".new"
            self.write(PAYLOADS[:3])  # another file in its place: it is seen without a signal
            os.rename(self.csv, self.csv[:-4])
            self.assertIn("3 validated payloads were read", child.stderr.readline())
            self.assertIsNone(child.poll())
        finally:
            child.kill()
            child.communicate()


if __name__ == "__main__":
    program.main(__name__)
