#!/usr/bin/env python3
"""Rules held against captures, and the ladder, held against `routetap decode` and `routetap analyze`.

usage: expect_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import json
import os
import re
import subprocess
import tempfile
import unittest
import xml.dom.minidom

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
HEALTHY, REFUSED, LOST = "healthy-frr-bird-nano.pcap", "open-bad-as-frr-bird.pcap", "hold-blackhole-frr-bird.pcap"

#    rule                                                            healthy  refused  lost
RULES = [
    ("peering 10.0.12.1 10.0.12.2",                                  True,    True,    True),
    ("peering 10.0.12.2 10.0.12.1 established at end",               True,    False,   False),
    ("peering 10.0.12.1 10.0.12.2 established",                      True,    False,   False),
    ("peering 10.0.12.1 10.0.12.2 not established",                  False,   True,    True),
    ("peering 10.0.12.1 10.0.12.2 established within 5s",            True,    False,   True),
    ("peering 10.0.12.1 10.0.12.2 established within 0.001ms",       False,   False,   False),
    ("no peering 10.0.12.1 10.0.12.9",                               True,    True,    True),
    ("peering 10.0.12.1 10.0.12.9 established",                      False,   False,   False),
    ("no finding error",                                             True,    False,   False),
    ("no finding",                                                   True,    False,   False),
    ("finding bgp-open-bad-peer-as",                                 False,   True,    False),
    ("finding bgp-hold-timer-expired",                               False,   False,   True),
    ("finding bgp-open-bad-peer-as at 10.0.12.9",                    False,   False,   False),
    ("route 45.1.0.0/16 from 10.0.12.1 at end",                      True,    False,   False),
    ("route 45.1.0.0/16",                                            True,    False,   False),
    ("no route 45.1.0.0/16 from 10.0.12.2",                          True,    True,    True),
    ("route 45.1.0.0/17",                                            False,   False,   False),
    ("routes from 10.0.12.1 at least 4",                             True,    False,   False),
    ("routes from 10.0.12.1 at least 5",                             False,   False,   False),
    ("routes from 10.0.12.1 at most 4",                              True,    True,    True),
    ("routes exactly 6",                                             True,    False,   False),
    ("no routes exactly 0",                                          True,    False,   False),
]
#    rule                                                            holds
OSPF = {
    "ospf-healthy-ptp-frr-bird.pcap": [
        ("adjacency 172.31.255.1 172.31.255.2",                         True),
        ("adjacency 172.31.255.2 172.31.255.1 full",                    True),
        ("adjacency 172.31.255.1 172.31.255.2 full at end",             True),
        ("adjacency 172.31.255.1 172.31.255.2 2-way",                   True),
        ("adjacency 172.31.255.1 172.31.255.2 not full",                False),
        ("adjacency 172.31.255.1 172.31.255.2 full within 1min",        True),
        ("adjacency 172.31.255.1 172.31.255.2 full within 1ms",         False),
        ("adjacency 172.31.255.1 9.9.9.9 full",                         False),
        ("no adjacency 172.31.255.1 9.9.9.9",                           True),
        ("prefix 10.20.30.0/24 reachable from 172.31.255.1",            True),
        ("prefix 10.20.30.2 reachable from 172.31.255.1",               True),
        ("prefix 203.0.113.0/24 reachable from 172.31.255.1",           False),
        ("prefix 203.0.113.0/24 not reachable from 172.31.255.1",       True),
        ("prefix 10.20.30.0/24 reachable from 9.9.9.9",                 False),
    ],
    "ospf-mtu-frr-bird.pcap": [
        ("adjacency 192.0.2.1 192.0.2.2 2-way",                         True),
        ("adjacency 192.0.2.1 192.0.2.2 full",                          False),
        ("adjacency 192.0.2.1 192.0.2.2 not full",                      True),
        ("adjacency 192.0.2.1 192.0.2.2 full within 1h",                False),
        ("finding ospf-mtu-mismatch",                                   True),
    ],
}
WRONG = ["adjacency 1.1.1.1", "adjacency 1.1.1.1 ::1", "adjacency 1.1.1.1 2.2.2.2 established", "adjacency 1.1.1.1 2.2.2.2 full within",
         "prefix 10.0.0.0/8", "prefix x reachable from 1.1.1.1", "prefix 10.0.0.0/8 reachable from ::1", "prefix 10.0.0.0/8 reachable", "", "# nothing", "hope", "no", "peering 10.0.0.1", "peering 10.0.0.1 10.0.0.2 up", "peering 10.0.0.1 10.0.0.2 established within",
         "peering 10.0.0.1 10.0.0.2 established within 5", "peering 10.0.0.1 10.0.0.2 established at noon", "finding nonsense", "finding error at x",
         "route 1.2.3.4/33", "route", "routes at least", "routes at least -1", "routes at least 5 or so", "routes 5", "x" * 2000, "no " * 40]


def run(*words, stdin=None):
    done = subprocess.run([BINARY] + list(words), input=stdin, stdin=None if stdin else subprocess.DEVNULL, capture_output=True, cwd=CAPTURES,
                          timeout=300, check=False, text=True)
    return done.returncode, done.stdout, done.stderr


class Expect(unittest.TestCase):
    maxDiff = 4000

    def test_rules(self):
        text = "# what is expected\n\n" + "".join("  %s  # says the test\n" % rule[0] for rule in RULES)
        for column, name in enumerate((HEALTHY, REFUSED, LOST), 1):
            status, out, err = run("expect", "-q", name, "-", stdin=text)
            told = [line for line in out.splitlines() if not line.startswith("#")]
            want = ["TAP version 13", "1..%d" % len(RULES)]
            want += ["%sok %d - %s" % ("" if rule[column] else "not ", i, rule[0]) for i, rule in enumerate(RULES, 1)]
            self.assertEqual(told, want, name)
            self.assertEqual((status, err), (1, ""))

    def test_status(self):
        self.assertEqual(run("expect", "-q", HEALTHY, "-", stdin="no finding error\n")[0], 0)
        self.assertEqual(run("expect", "-q", HEALTHY, "-", stdin="no finding error")[0], 0)
        self.assertEqual(run("expect", "-q", REFUSED, "-", stdin="no finding error\n")[0], 1)

    def test_why(self):
        out = run("expect", "-q", REFUSED, "-", stdin="no finding error\n")[1]
        self.assertRegex(out, r"not ok 1 - no finding error\n# error bgp-open-bad-peer-as: .*10\.0\.12\.1")

    def test_wrong(self):
        for text in WRONG:
            status, out, err = run("expect", HEALTHY, "-", stdin=text + "\n")
            self.assertEqual((status, out, err.count("\n")), (2, "", 1), (text, err))
        self.assertEqual(run("expect", HEALTHY)[0], 2)
        self.assertEqual(run("expect", HEALTHY, "/nowhere/rules")[0], 2)
        self.assertEqual(run("expect", "/nowhere/x.pcap", "-", stdin="no finding\n")[0], 1)


class Ladder(unittest.TestCase):
    def test_messages(self):
        """Each message of decode has an arrow that points the right way, or is one of several."""
        for name in (REFUSED, LOST, HEALTHY, "collision-frr-frr-ibgp.pcap", "cease-shutdown-frr-bird-vlan.pcap"):
            out = run("ladder", "-q", "--ascii", name)[1]
            arrows = {}
            for line in out.splitlines():
                found = re.match(r"[\d:.]{15} +(\d+) +\w* *\|([<-]).*([>-])\|", line)
                if found:
                    arrows.setdefault(found.group(1), []).append((found.group(2) == "<", found.group(3) == ">", line))
            for message in map(json.loads, run("decode", "--json", "-q", name)[1].splitlines()):
                if message["protocol"] != "bgp" or message["type"] not in ("OPEN", "NOTIFICATION"):
                    continue
                lines = [a for a in arrows[str(message["frame"])] if message["type"] in a[2]]
                self.assertEqual(len(lines), 1, (name, message["frame"]))
                self.assertEqual(lines[0][:2], (message["src"] == "10.0.12.2", message["src"] == "10.0.12.1"))

    def test_states(self):
        """The states in the margins are those of the report, one after another."""
        for name in (REFUSED, LOST, HEALTHY):
            peering = json.loads(run("analyze", "--json", "-q", name)[1])["peerings"][0]
            for side, pattern in enumerate((r"^[\d:.]{15}(?: +\d+)? +([A-Z]\w+) \|", r"\| ([A-Z]\w+)$")):
                want = [t["to"] for t in peering["transitions"] if t["side"] == peering["sides"][side]["address"]]
                have = re.findall(pattern, run("ladder", "-q", "--ascii", name)[1], re.M)
                self.assertEqual(have, want, (name, side))

    def test_width(self):
        for width in (100, 120, 140):
            for line in run("ladder", "-q", "-w", str(width), HEALTHY)[1].splitlines()[2:]:
                self.assertLessEqual(len(line), width)

    def test_nobody(self):
        status, out, err = run("ladder", HEALTHY, "--peer", "192.0.2.1")
        self.assertEqual((status, out), (0, ""))
        self.assertIn("no such peering", err)


class Ospf(unittest.TestCase):
    def test_rules(self):
        for name, rules in OSPF.items():
            status, out, err = run("expect", "-q", name, "-", stdin="\n".join(rule for rule, _ in rules))
            self.assertEqual((status, err), (1, ""), name)
            have = [line.startswith("ok") for line in out.splitlines() if re.match("(not )?ok", line)]
            self.assertEqual([(rule, got) for (rule, _), got in zip(rules, have)], rules, name)
            self.assertEqual(len(have), len(rules))

    def test_junit(self):
        """The same verdicts as JUnit's XML."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.xml")
            status, _, _ = run("expect", "-q", "--junit", path, HEALTHY, "-", stdin="no finding error\nroute 1.2.3.0/24\nroutes exactly 6")
            self.assertEqual(status, 1)
            suite = xml.dom.minidom.parse(path).documentElement
            self.assertEqual((suite.getAttribute("tests"), suite.getAttribute("failures")), ("3", "1"))
            cases = suite.getElementsByTagName("testcase")
            self.assertEqual([bool(c.getElementsByTagName("failure")) for c in cases], [False, True, False])
            self.assertEqual(cases[1].getAttribute("name"), "line 2: route 1.2.3.0/24")
            self.assertEqual(run("expect", "-q", "--junit", folder, HEALTHY, "-", stdin="no finding error")[0], 1)


class Svg(unittest.TestCase):
    def test_every_capture(self):
        """It is XML, and has a word for each step of the text."""
        for name in sorted(n for n in os.listdir(CAPTURES) if ".pcap" in n)[::5]:
            status, out, _ = run("ladder", "-q", "--svg", name)
            self.assertIn(status, (0, 1), name)
            page = xml.dom.minidom.parseString(out)
            said = [t for t in page.getElementsByTagName("text") if t.getAttribute("class") == "said"]
            text = run("ladder", "-q", "--ascii", name)[1].splitlines()
            self.assertEqual(len(said), sum(re.match(r"\d\d:\d\d:", line) is not None for line in text), name)


class Diff(unittest.TestCase):
    def marked(self, *words):
        status, out, err = run("diff", "-q", "-w", "200", *words)
        self.assertEqual((status, err), (0, ""))
        return {line[2:31].strip(): line[32:] for line in out.splitlines() if line.startswith("! ")}, out

    def test_sides(self):
        """What the sides differ in, and nothing that they agree on."""
        marked, out = self.marked("role-mismatch-frr-bird.pcap")
        self.assertRegex(marked["BGP Role"], r"role:peer +role:customer$")
        self.assertRegex(marked["Extended Message"], r"^yes +-$")
        self.assertNotIn("hold time", marked)
        self.assertIn("%d differences" % len(marked), out)

    def test_attempts(self):
        """A side that stopped to offer capabilities, one that came back from a restart."""
        marked, _ = self.marked("--attempts", "cease-config-change-frr-frr.pcap")
        self.assertRegex(marked["4-octet AS Number"], r"asn:10002 +-$")
        marked, out = self.marked("--attempts", "graceful-restart-frr-bird.pcap")
        self.assertEqual(list(marked), ["Graceful Restart"])
        self.assertRegex(out, "(?s)restarting:false.*restarting:true")
        self.assertIn("no side", run("diff", "--attempts", HEALTHY)[2])


if __name__ == "__main__":
    program.main(__name__)
