#!/usr/bin/env python3
"""Tables and histories, held against a table that is kept here from what `routetap decode` says.

usage: routes_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import glob
import ipaddress
import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

import program

from talk import ACK, FIN, KEEPALIVE, PCAP, SYN, Talk, address, message, update

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


class Stale(unittest.TestCase):
    """Routes that outlive the session: two routers that are made up here."""
    ROUTES = [("192.0.2.0", 24), ("198.51.100.0", 24)]

    def capabilities(self, asn, *more):
        rows = [(65, struct.pack(">I", asn)), (1, b"\0\1\0\1"), (2, b""), (70, b"")] + list(more)
        return b"".join(bytes([2, len(v) + 2, c, len(v)]) + v for c, v in rows)

    def opened(self, talk, when, *more):
        """Connection, OPENs with these capabilities of both, KEEPALIVEs."""
        talk.port += 1
        talk.seq = [talk.port * 7919, talk.port * 104729 & 0xffffffff]
        yield talk.packet(when, 0, SYN)
        yield talk.packet(when + 0.001, 1, SYN | ACK)
        yield talk.packet(when + 0.002, 0, ACK)
        for side in (0, 1):
            caps = self.capabilities(talk.ases[side], *more)
            body = struct.pack(">BHH", 4, talk.ases[side], 90) + address(talk.ends[side]) + bytes([len(caps)]) + caps
            yield talk.say(when + 0.01 + side / 100, side, message(1, body))
        for side in (0, 1):
            yield talk.say(when + 0.03 + side / 100, side, KEEPALIVE)
        yield talk.packet(when + 0.05, 0, ACK)

    def at(self, packets, *words):
        """What the lower side announced, at these moments: (prefix, stale); or what became of a prefix: (time, what)."""
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
            file.write(PCAP + b"".join(packets))
            file.flush()
            told = [lines("routes", "--json", "-q", file.name, "--from", "10.9.0.1", "--at" if word[0] == "+" else "--history", word) for word in words]
        return [[(r["time"], r["what"]) for r in one] if one and "what" in one[0] else sorted((r["prefix"], r.get("stale", False)) for r in one) for one in told]

    def fresh(self, *routes, stale=False):
        return sorted(("%s/%d" % r, stale) for r in routes)

    def test_refresh(self):
        """Between BoRR and EoRR what was not said again is stale; then it is gone. RFC 7313 4.2"""
        talk, one, other = Talk(), *self.ROUTES
        packets = list(self.opened(talk, 1000)) + [
            talk.say(1001, 0, update(self.ROUTES, path=(65001,))),
            talk.say(1002, 0, message(5, b"\0\1\1\1")),
            talk.say(1003, 0, update([one], path=(65001,))),
            talk.say(1004, 0, message(5, b"\0\1\2\1")),
            talk.packet(1005, 1, ACK)]
        before, begun, half, done, told = self.at(packets, "+1.5", "+2.5", "+3.5", "+4.5", "198.51.100.0/24")
        self.assertEqual(before, self.fresh(*self.ROUTES))
        self.assertEqual(begun, self.fresh(*self.ROUTES, stale=True))
        self.assertEqual(half, sorted(self.fresh(one) + self.fresh(other, stale=True)))
        self.assertEqual(done, self.fresh(one))
        self.assertEqual([what for _, what in told], ["announced", "stale-removed"])

    GRACEFUL = (64, b"\0\x0a\0\1\1\x80")  # ten seconds, IPv4 unicast, its forwarding state is kept

    def restart(self, *more, again=None):
        """Up, routes, gone without a word; up again with these capabilities, one route, End-of-RIB."""
        talk = Talk()
        packets = list(self.opened(talk, 1000, *more)) + [
            talk.say(1001, 0, update(self.ROUTES, path=(65001,))),
            talk.packet(1002, 1, ACK), talk.packet(1003, 0, FIN | ACK), talk.packet(1003.1, 1, FIN | ACK), talk.packet(1003.2, 0, ACK)]
        if again is None:
            return packets + [talk.packet(1100, 1, ACK)]
        return packets + list(self.opened(talk, 1005, *again)) + [
            talk.say(1006, 0, update([self.ROUTES[0]], path=(65001,))),
            talk.say(1007, 0, message(2, bytes(4))), talk.packet(1008, 1, ACK)]

    def test_restart(self):
        """RFC 4724 4.2: kept, told anew or not, and swept with End-of-RIB."""
        one, other = self.ROUTES
        down, up, half, done = self.at(self.restart(self.GRACEFUL, again=(self.GRACEFUL,)), "+4", "+5.5", "+6.5", "+7.5")
        self.assertEqual(down, self.fresh(*self.ROUTES, stale=True))
        self.assertEqual(up, down)
        self.assertEqual(half, sorted(self.fresh(one) + self.fresh(other, stale=True)))
        self.assertEqual(done, self.fresh(one))

    def test_forgotten(self):
        """Whoever comes back without its forwarding state has forgotten its routes; so has who does not restart gracefully."""
        for again in (((64, b"\0\x0a\0\1\1\0"),), ()):
            down, up = self.at(self.restart(self.GRACEFUL, again=again), "+4", "+5.5")
            self.assertEqual((len(down), up), (2, []), again)
        self.assertEqual(self.at(self.restart(again=()), "+4"), [[]])

    def test_time_over(self):
        """They live for the restart time, those of a long-lived family so much longer. RFC 9494 4.2"""
        self.assertEqual([len(t) for t in self.at(self.restart(self.GRACEFUL), "+12", "+99")], [2, 0])
        llgr = (71, b"\0\1\1\x80\0\0\x14")
        self.assertEqual([len(t) for t in self.at(self.restart(self.GRACEFUL, llgr), "+12", "+30", "+99")], [2, 2, 0])
        (told,) = self.at(self.restart(self.GRACEFUL, llgr), "192.0.2.0/24")
        self.assertEqual([what for _, what in told], ["announced", "stale-removed"])

    def test_notification(self):
        """A NOTIFICATION takes the routes along, unless both have the N bit. RFC 8538 4"""
        for head, code, left in ((b"\0\x0a", (6, 4), 0), (b"\x40\x0a", (6, 4), 2), (b"\x40\x0a", (6, 9), 0)):
            talk = Talk()
            packets = list(self.opened(talk, 1000, (64, head + b"\0\1\1\x80"))) + [
                talk.say(1001, 0, update(self.ROUTES, path=(65001,))), talk.packet(1002, 1, ACK)] + list(talk.end(1003, 0, *code)) + [talk.packet(1005, 1, ACK)]
            self.assertEqual(len(self.at(packets, "+4")[0]), left, (head, code))


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

    def test_outside(self):
        """A moment that the capture does not have is told from a table that is empty then."""
        told = lambda at: subprocess.run([BINARY, "routes", PLAIN, "--at", at], capture_output=True, cwd=CAPTURES, check=True).stderr.decode()
        self.assertIn("before the capture", told("2001-01-01"))
        self.assertIn("behind the capture", told("2100-01-01"))
        self.assertNotIn("the capture", told("+5"))

    def test_wrong(self):
        for words in ((PLAIN, "192.0.2.0/33"), (PLAIN, "2001:db8::/"), (PLAIN, "--longer"), (PLAIN, "--community", "no-such"), (PLAIN, "--as-path", "("), (PLAIN, "--history", "x"), (PLAIN, "--family", "ipv5"), ()):
            run("routes", *words, status=(2,))


if __name__ == "__main__":
    program.main(__name__)
