#!/usr/bin/env python3
"""The page's server as browsers, programs and strangers meet it.

usage: web_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs from the API's own description, what a stranger
gets that he should not, and a last line `N passed, N failed, N skipped`.
"""
import calendar
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
# Captures that differ in what they have: nothing, one OPEN, many findings, several peerings, IPv6, damage, no BGP at all.
SHOWN = ["hold-sigstop-frr-bird", "open-bad-as-frr-bird", "cease-shutdown-frr-frr", "ibgp-mesh-rr-bird", "conn-ttl-frr-bird-v6",
         "healthy-frr-bird-torn", "healthy-frr-bird-caploss", "healthy-frr-bird-midstream", "role-mismatch-frr-bird",
         "cap-af-one-side-frr-bird", "graceful-restart-frr-bird", "conn-refused-frr-none-span", "healthy-frr-bird-nano",
         "md5-mismatch-bird-gobgp", "next-hop-frr-frr-missing-vlan", "flapping-frr-bird-clear", "update-source-frr-gobgp-passive"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A routetap that serves, until it is left."""

    def __init__(self, *words, port=None, command="serve", tls=None):
        self.port, self.tls = port or free_port(), tls
        self.run = subprocess.Popen([BINARY, command] + list(words) + ["--web", str(self.port)], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CAPTURES)
        self.said = []
        while True:
            line = self.run.stderr.readline()
            self.said.append(line)
            if "the page is at" in line:
                return
            if not line:
                raise AssertionError("it does not serve: " + "".join(self.said))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, how=signal.SIGINT):
        if self.run.poll() is None:
            self.run.send_signal(how)
        out, err = self.run.communicate(timeout=20)
        return self.run.returncode, out, err

    def connect(self, timeout=20):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, path, method="GET", **headers):
        """Status, headers in lower case, and body."""
        link = self.connect()
        try:
            link.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                link.putheader(name.replace("_", "-"), value)
            link.endheaders()
            answer = link.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            link.close()

    def json(self, path, **headers):
        status, _, body = self.ask("/api/v1/" + path, **headers)
        if status != 200:
            raise AssertionError("%s: %d %s" % (path, status, body[:300]))
        return json.loads(body)


# ---- schemas: as much of them as the description uses

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(value, int if name == "integer" else (int, float))
    return isinstance(value, TYPES[name])


def check(value, schema, document, where, wrong):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, name) for name in names):
        wrong.append("%s: %r is no %s" % (where, value, " or ".join(names)))
        return
    if "enum" in schema and value not in schema["enum"]:
        wrong.append("%s: %r is none of %s" % (where, value, schema["enum"]))
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        wrong.append("%s: %r does not match %s" % (where, value, schema["pattern"]))
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        wrong.append("%s: %r is below %s" % (where, value, schema["minimum"]))
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        wrong += ["%s: %s is missing" % (where, key) for key in schema.get("required", []) if key not in value]
        for key, one in value.items():
            if key in known or isinstance(others, dict):
                check(one, known.get(key, others), document, where + "." + key, wrong)
            elif others is False:
                wrong.append("%s: %s is not described" % (where, key))
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1 << 30):
            wrong.append("%s: %d items" % (where, len(value)))
        for i, one in enumerate(value):
            check(one, schema.get("items", {}), document, "%s[%d]" % (where, i), wrong)


class Case(unittest.TestCase):
    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="routetap-web-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def database(self, name):
        path = os.path.join(self.folder, name + ".db")
        if not os.path.exists(path):
            capture = os.path.join(CAPTURES, name + ".pcap")
            subprocess.run([BINARY, "analyze", "-q", "--db", path, capture if os.path.exists(capture) else capture + ".gz"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return path

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path


class Description(Case):
    """The answers are as /api/v1/openapi.json says."""

    def hold(self, server, document, path, pattern):
        answer = server.json(path)
        schema = document["paths"]["/api/v1/" + pattern]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        wrong = []
        check(answer, schema, document, path, wrong)
        self.assertEqual(wrong, [])
        return answer

    def test_answers_of_many_captures(self):
        for name in SHOWN:
            with self.subTest(name), Server(self.database(name)) as server:
                document = server.json("openapi.json")
                for path in ("overview", "capture", "capture/series", "codes", "sparks", "ospf", "ospf/activity", "ospf/topology", "ospf/lsdb", "findings", "peerings"):
                    answer = self.hold(server, document, path, path)
                for peering in answer["peerings"]:
                    this = "peerings/" + urllib.parse.quote(peering["id"], safe="")
                    self.hold(server, document, this, "peerings/{peering}")
                    for what in ("transitions", "notifications", "connections", "series", "transfers", "messages"):
                        self.hold(server, document, this + "/" + what, "peerings/{peering}/" + what)
                for finding in server.json("findings")["findings"]:
                    self.hold(server, document, "findings/%d" % finding["id"], "findings/{id}")

    def test_the_description_itself(self):
        with Server(self.database(SHOWN[0])) as server:
            text = server.ask("/api/v1/openapi.json")[2].decode()
            document = json.loads(text)
            self.assertEqual(document["openapi"], "3.1.0")
            for name in re.findall(r'"#/components/schemas/(\w+)"', text):
                self.assertIn(name, document["components"]["schemas"])
            for path, row in document["paths"].items():
                self.assertEqual(set(re.findall(r"{(\w+)}", path)), {p["name"] for p in row["get"]["parameters"] if p["in"] == "path"})
                words = [p["name"] + "=" + ("10.0.0.1" if path.endswith("/routes") else p["schema"].get("enum", ["1"])[0]) for p in row["get"]["parameters"]
                         if p["in"] == "query" and p["name"] != "peering"]
                if "{" not in path and "live" not in path:
                    with self.subTest(path):
                        self.assertEqual(server.ask(path + ("?" + "&".join(words) if words else ""))[0], 200)

    def test_the_same_as_the_report(self):
        for name in ("ibgp-mesh-rr-bird", "hold-sigstop-frr-bird"):
            path = self.database(name)
            report = json.loads(subprocess.run([BINARY, "report", "--json", path], capture_output=True, text=True, check=True).stdout)
            with self.subTest(name), Server(path) as server:
                self.assertEqual({p["id"] for p in server.json("peerings")["peerings"]}, {p["id"] for p in report["peerings"]})
                for told in report["peerings"]:
                    this = "peerings/" + told["id"]
                    shown = server.json(this)
                    for key in ("id", "type", "sides", "hold_time", "keepalive_interval", "first", "last", "packets"):
                        self.assertEqual(shown[key], told[key], key)
                    for key in ("transitions", "notifications", "connections"):
                        self.assertEqual(server.json(this + "/" + key + "?limit=5000")[key][::-1], told[key], key)
                for told in report["findings"]:
                    self.assertEqual(server.json("findings/%d" % told["id"])["finding"], told)


class Lists(Case):
    def test_filters(self):
        with Server(self.database("ibgp-mesh-rr-bird")) as server:
            everything = server.json("peerings")
            self.assertEqual(everything["matched"], 3)
            one = everything["peerings"][0]
            address = one["sides"][0]["address"]
            self.assertEqual({p["id"] for p in server.json("peerings?q=" + address)["peerings"]},
                             {p["id"] for p in everything["peerings"] if address in p["id"]})
            self.assertEqual(server.json("peerings?q=AS%d" % one["sides"][0]["asn"])["matched"], 3)
            self.assertEqual(server.json("peerings?q=99.99")["matched"], 0)
            self.assertEqual(server.json("peerings?state=down")["matched"], sum(not p["up"] for p in everything["peerings"]))
            self.assertEqual(server.json("peerings?state=up")["matched"], sum(p["up"] for p in everything["peerings"]))
            self.assertEqual(server.json("peerings?type=ebgp")["matched"], 0)
            self.assertEqual(server.json("peerings?since=2100-01-01T00:00:00Z")["matched"], 0)

    def test_orders_and_pages(self):
        with Server(self.database("ibgp-mesh-rr-bird")) as server:
            names = [p["id"] for p in server.json("peerings?sort=address")["peerings"]]
            self.assertEqual(names, sorted(names))
            self.assertEqual(names[::-1], [p["id"] for p in server.json("peerings?sort=address&reverse=1")["peerings"]])
            self.assertEqual(names[1:2], [p["id"] for p in server.json("peerings?sort=address&limit=1&offset=1")["peerings"]])
            for order in ("worst", "as", "state", "since", "margin", "routes", "lost"):
                self.assertEqual(server.json("peerings?sort=" + order)["matched"], 3, order)

    def test_pages_of_what_happened(self):
        with Server(self.database("flapping-frr-bird-clear")) as server:
            this = "peerings/10.0.12.1-10.0.12.2/transitions"
            whole = server.json(this + "?limit=5000")["transitions"]
            self.assertGreater(len(whole), 20)
            pages, before = [], ""
            while before is not None:
                page = server.json(this + "?limit=7" + before)
                pages += page["transitions"]
                before = None if page["next"] is None else "&before=%d" % page["next"]
            self.assertEqual(pages, whole)
            middle = whole[10]["time"]
            later = server.json(this + "?limit=5000&since=" + middle)["transitions"]
            earlier = server.json(this + "?limit=5000&until=" + middle)["transitions"]
            self.assertEqual(later + earlier, whole)

    def test_findings(self):
        with Server(self.database("hold-sigstop-frr-bird")) as server:
            found = server.json("findings?order=worst")["findings"]
            self.assertEqual(found[0]["severity"], "error")
            code = found[0]["code"]
            self.assertEqual({f["code"] for f in server.json("findings?code=" + code)["findings"]}, {code})
            self.assertEqual(server.json("findings?severity=error")["matched"], sum(f["severity"] == "error" for f in found))
            self.assertEqual(server.json("findings?q=KEEPALIVES")["matched"], sum("KEEPALIVE" in f["title"] for f in found))
            self.assertEqual(server.json("findings?peering=10.0.12.1-10.0.12.2")["matched"], len(found))
            one = server.json("findings/%d" % found[0]["id"])
            self.assertTrue(one["finding"]["evidence"] and one["about"]["meaning"])
            self.assertIn("frr", [c["vendor"] for c in one["commands"]])

    def test_series(self):
        with Server(self.database("hold-sigstop-frr-bird")) as server:
            this = server.json("peerings/10.0.12.1-10.0.12.2")
            series = server.json("peerings/10.0.12.1-10.0.12.2/series")
            self.assertEqual((series["step"], series["hold_time"]), (10, 9))
            for told, shown in zip(this["sides"], series["sides"]):
                self.assertEqual(sum(shown["updates"]), told["messages"]["update"])
                self.assertEqual(sum(shown["segment_bytes"]), told["tcp"]["bytes"])
                self.assertEqual(min(m for m in shown["margin_s"] if m is not None), told["min_hold_margin_s"])
                self.assertEqual(shown["routes"][0]["held"][-1][1], told["routes"]["ipv4-unicast"])
                self.assertEqual({len(shown[key]) for key in shown if key not in ("address", "hold_time", "routes")}, {len(shown["time"])})
            begin = series["sides"][0]["time"][1]
            later = server.json("peerings/10.0.12.1-10.0.12.2/series?since=%d&until=%d" % (begin, begin + 10))["sides"][0]
            self.assertEqual(later["time"], [begin])
            spark = server.json("sparks")["peerings"][0]
            self.assertEqual((spark["peering"], spark["lost"]), ("10.0.12.1-10.0.12.2", 1))
            self.assertEqual(sum(spark["updates"]), sum(s["messages"]["update"] for s in this["sides"]))

    def test_both_opens(self):
        with Server(self.database("cap-af-one-side-frr-bird")) as server:
            rows = {o["key"]: o for o in server.json("peerings/10.0.12.1-10.0.12.2")["offers"]}
            self.assertEqual(rows["ipv4-unicast"]["fit"], "agreed")
            self.assertEqual((rows["ipv6-unicast"]["fit"], rows["ipv6-unicast"]["use"]), ("one-sided", "not in use"))
            self.assertEqual(rows["hold-time"]["offers"], ["9 s", "9 s"])
        with Server(self.database("role-mismatch-frr-bird")) as server:
            rows = {o["key"]: o for o in server.json("peerings/10.0.12.1-10.0.12.2")["offers"]}
            self.assertEqual((rows["role"]["offers"], rows["role"]["fit"]), (["peer", "customer"], "conflict"))

    def test_next_hops_of_another_family_in_words(self):
        """RFC 8950: agreed for each family by itself, whoever else offers the capability."""
        path = os.path.join(self.folder, "next-hops.db")
        shutil.copy(self.database("cap-af-one-side-frr-bird"), path)
        db = sqlite3.connect(path)
        for side, rows in ((0, "000100010002000100800002"), (1, "000100010002")):
            value = bytes.fromhex(rows)
            capability = bytes([2, len(value) + 2, 5, len(value)]) + value
            size = 29 + len(capability)
            message = b"\xff" * 16 + size.to_bytes(2, "big") + b"\x01\x04\xfd\xe8\x00\x09" + bytes([1, 1, 1, side + 1, len(capability)]) + capability
            db.execute("UPDATE open_message SET bytes = ? WHERE side = ?", (message, side))
        db.commit()
        db.close()
        with Server(path) as server:
            rows = {o["key"]: o for o in server.json("peerings/10.0.12.1-10.0.12.2")["offers"]}
        self.assertEqual(rows["extended-next-hop"]["offers"],
                         ["ipv4-unicast with IPv6 next hops, vpnv4-unicast with IPv6 next hops", "ipv4-unicast with IPv6 next hops"])
        self.assertEqual((rows["extended-next-hop"]["use"], rows["extended-next-hop"]["fit"]), ("ipv4-unicast with IPv6 next hops", "agreed"))


class Packets(Case):
    """What stands in no database: read again from the capture, or from the ring of evidence."""

    NAME = "hold-sigstop-frr-bird"
    PEERING = "peerings/10.0.12.1-10.0.12.2"

    def told(self):
        """The messages as `decode` tells them."""
        out = subprocess.run([BINARY, "decode", "--json", os.path.join(CAPTURES, self.NAME + ".pcap")], capture_output=True, text=True, check=True).stdout
        return [json.loads(line) for line in out.splitlines()]

    def test_steps(self):
        told = self.told()
        with Server(os.path.join(CAPTURES, self.NAME + ".pcap"), command="analyze") as server:
            steps = server.json(self.PEERING + "/messages?limit=1000")["steps"]
            messages = [s for s in steps if s["kind"] == "message"]
            self.assertEqual([(m["frame"], m["message"], m["length"]) for m in messages], [(t["frame"], t["type"], t["length"]) for t in told])
            self.assertEqual([s["time"] for s in steps], sorted(s["time"] for s in steps))
            # states are those of the database
            kept = server.json(self.PEERING + "/transitions?limit=1000")["transitions"]
            key = lambda time, to: (time, to)
            self.assertEqual(sorted(key(s["time"], s["to"]) for s in steps if s["kind"] == "state"), sorted(key(t["time"], t["to"]) for t in kept))
            # pages
            pages = []
            while True:
                page = server.json(self.PEERING + "/messages?limit=7&offset=%d" % len(pages))
                pages += page["steps"]
                if not page["more"]:
                    break
            self.assertEqual(pages, steps)
            middle = steps[len(steps) // 2]["time"]
            before, after = (server.json(self.PEERING + "/messages?limit=1000&%s=%s" % (word, middle))["steps"] for word in ("until", "since"))
            self.assertEqual(before + after, steps)

    def test_messages_in_full(self):
        with Server(os.path.join(CAPTURES, self.NAME + ".pcap"), command="analyze") as server:
            document = server.json("openapi.json")
            told = self.told()
            answer = server.json(self.PEERING + "/messages?whole=1&limit=1000")
            wrong = []
            check(answer, {"$ref": "#/components/schemas/Messages"}, document, "messages", wrong)
            self.assertEqual(wrong, [])
            self.assertEqual(len(answer["steps"]), 50)
            for step in answer["steps"]:
                if step["kind"] == "message":
                    same = next(t for t in told if t["frame"] == step["frame"] and t["type"] == step["message"] and t["length"] == step["length"])
                    for key, value in step["decoded"].items():
                        self.assertEqual(value, same[key])
                    self.assertEqual(len(step["bytes"]), 2 * step["length"])
                    self.assertTrue(step["bytes"].startswith("ff" * 16))

    def file_of(self, server, words=""):
        status, headers, body = server.ask("/api/v1/" + self.PEERING + "/packets" + words)
        self.assertEqual((status, headers["content-type"]), (200, "application/x-pcapng"))
        path = os.path.join(self.folder, "again.pcapng")
        with open(path, "wb") as file:
            file.write(body)
        return path

    def test_a_file_of_its_packets(self):
        with Server(os.path.join(CAPTURES, self.NAME + ".pcap"), command="analyze") as server:
            path = self.file_of(server)
            out = subprocess.run([BINARY, "decode", "--json", path], capture_output=True, text=True, check=True).stdout
            strip = lambda rows: [{k: v for k, v in r.items() if k not in ("file", "frame")} for r in rows]
            self.assertEqual(strip(json.loads(line) for line in out.splitlines()), strip(self.told()))
            path = self.file_of(server, "?since=2026-11-20T14:07:33Z&until=2026-11-20T14:07:34Z")
            out = subprocess.run([BINARY, "decode", "--json", path], capture_output=True, text=True, check=True).stdout
            self.assertEqual([json.loads(line)["type"] for line in out.splitlines()], ["NOTIFICATION"])

    def test_from_a_database(self):
        database = self.database(self.NAME)
        with Server(database) as server:
            self.assertEqual(server.json(self.PEERING + "/messages")["source"], "files")
        moved = os.path.join(self.folder, "moved.db")
        shutil.copy(database, moved)
        with sqlite3.connect(moved) as db:
            db.execute("UPDATE capture_file SET path = '/nowhere/gone.pcap'")
        with Server(moved) as server:
            status, _, body = server.ask("/api/v1/" + self.PEERING + "/messages")
            self.assertEqual(status, 404)
            self.assertIn("not there any more", json.loads(body)["error"])
        shutil.copy(os.path.join(CAPTURES, self.NAME + ".pcap"), os.path.join(self.folder, "gone.pcap"))
        with Server(moved) as server:  # beside the database it is found
            self.assertTrue(server.json(self.PEERING + "/messages")["steps"])

    def test_while_it_is_watched(self):
        database, ring = os.path.join(self.folder, "watched.db"), os.path.join(self.folder, "ring")
        with Server("--config", "none", "-r", self.NAME + ".pcap", "--replay", "1", "--db", database, "--evidence", ring, command="monitor") as server:
            for _ in range(100):
                if server.ask("/api/v1/" + self.PEERING + "/messages")[0] == 200:
                    break
                time.sleep(0.1)
            answer = server.json(self.PEERING + "/messages")
            self.assertEqual(answer["source"], "evidence")
            self.assertEqual(answer["steps"][0]["kind"], "tcp")
            self.file_of(server)
            kept = server.json("capture")["kept"]
            self.assertGreater(kept["database_bytes"], 0)
            self.assertGreater(kept["evidence_bytes"], 0)
            self.assertEqual(server.end()[0], 0)
        with Server(database) as server:
            self.assertEqual(server.json(self.PEERING + "/messages")["source"], "evidence")
            self.assertEqual(server.json("capture")["kept"]["evidence_bytes"], sum(os.path.getsize(os.path.join(ring, f)) for f in os.listdir(ring)))

    def test_a_page_needs_a_database(self):
        run = subprocess.run([BINARY, "monitor", "--config", "none", "-q", "-r", self.NAME + ".pcap", "--web", "1"], capture_output=True, text=True, cwd=CAPTURES, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("--db FILE", run.stderr)

    def test_many_who_ask(self):
        """More than can wait are turned away, nobody else is held up, and the end comes at once."""
        path = os.path.join(self.folder, "long.pcap")
        with open(os.path.join(CAPTURES, self.NAME + ".pcap"), "rb") as file:
            capture = file.read()
        with open(path, "wb") as file:
            file.write(capture[:24] + capture[24:] * 10000)
        with Server(path, command="analyze") as server:
            links = []
            for _ in range(30):
                link = server.connect()
                link.request("GET", "/api/v1/" + self.PEERING + "/messages?offset=4000000000")
                links.append(link)
            server.json("overview")
            refused = 0
            for link in links[8:]:
                link.sock.settimeout(0.3)
                try:
                    refused += link.getresponse().status == 503
                except OSError:
                    pass
            self.assertGreater(refused, 10)
            self.assertEqual(server.end()[0], 0)
            for link in links:
                link.close()


class Ospf(Case):
    """Captures of OSPF alone are not among tests/captures: those of BGP over it serve."""

    NAME = "next-hop-frr-frr-missing-vlan"

    def told(self, *words):
        return json.loads(subprocess.run([BINARY, *words, self.database(self.NAME)], capture_output=True, text=True, check=True).stdout)

    def test_the_same_as_other_commands(self):
        report, topology, lsdb = self.told("report", "--json")["ospf"], self.told("topology", "--format", "json"), self.told("lsdb", "--json")
        with Server(self.database(self.NAME)) as server:
            shown = server.json("ospf")
            self.assertTrue(shown["adjacencies"])
            self.assertEqual(len(shown["adjacencies"]), len(shown["standing"]))
            strip = lambda rows: sorted(({k: v for k, v in a.items() if k != "transitions"} for a in rows), key=lambda a: a["id"])
            self.assertEqual(strip(shown["adjacencies"]), strip(report["adjacencies"]))
            self.assertEqual(sorted(t["time"] for t in shown["transitions"]), sorted(t["time"] for a in report["adjacencies"] for t in a["transitions"]))
            drawn = server.json("ospf/topology")
            self.assertEqual([d["areas"] for d in drawn["domains"]], [d["areas"] for d in topology["domains"]])
            key = lambda l: (l["version"], l["area"] or "", l["type"], l["link_state_id"], l["advertising_router"])
            got = server.json("ospf/lsdb?whole=1&limit=1000")
            self.assertEqual(sorted(got["lsas"], key=key), sorted(lsdb["lsdb"], key=key))
            self.assertEqual((got["matched"], got["all"]), (len(lsdb["lsdb"]),) * 2)
            one = lsdb["lsdb"][0]
            some = server.json("ospf/lsdb?limit=1&q=" + urllib.parse.quote(one["name"].upper() + " " + one["advertising_router"]))
            self.assertEqual(some["lsas"][0]["advertising_router"], one["advertising_router"])
            self.assertLess(some["matched"], got["all"])

    def test_other_moments(self):
        with Server(self.database(self.NAME)) as server:
            activity = server.json("ospf/activity")
            self.assertGreater(sum(i[k] for i in activity["intervals"] for k in ("new", "refreshed", "changed", "flushed")), 0)
            first = min(l["time"] for l in activity["latest"])
            self.assertEqual(server.json("ospf/lsdb?at=2000-01-01T00:00:00Z")["all"], 0)
            self.assertEqual(server.json("ospf/topology?at=2000-01-01T00:00:00Z")["domains"], [])
            self.assertTrue(0 < server.json("ospf/lsdb?at=" + first)["all"] <= server.json("ospf/lsdb")["all"])


class Routes(Case):
    def test_a_prefix_from_packets_and_from_a_database(self):
        name = "prefix-flapping-frr-bird"
        capture, kept = os.path.join(CAPTURES, name + ".pcap"), os.path.join(self.folder, "routes.db")
        run = lambda *words: subprocess.run([BINARY, *words], capture_output=True, text=True, check=False).stdout
        run("analyze", "-q", "--db", kept, "--keep-routes", "all", capture)
        told = [json.loads(line) for line in run("decode", "--json", capture).splitlines()]
        prefix = next(r["prefix"] for t in told for r in t.get("withdrawn", []))
        history = [json.loads(line) for line in run("routes", "--json", "--history", prefix, capture).splitlines()]
        self.assertGreater(len(history), 3)
        answers = []
        for path, source in ((self.database(name), "files"), (kept, "database")):
            with Server(path) as server:
                answers.append(server.json("routes?q=" + urllib.parse.quote(prefix, safe="")))
                self.assertEqual(answers[-1]["source"], source)
                within = server.json("routes?q=" + prefix.split("/")[0])
                self.assertLessEqual({r["route"]["prefix"] for r in answers[-1]["routes"]}, {r["route"]["prefix"] for r in within["routes"]})
                wrong = []
                check(answers[-1], {"$ref": "#/components/schemas/Routes"}, server.json("openapi.json"), "routes", wrong)
                self.assertEqual(wrong, [])
                for bad in ("routes", "routes?q=", "routes?q=lemon", "routes?q=10.0.0.0/33"):
                    self.assertIn(server.ask("/api/v1/" + bad)[0], (400, 404), bad)
        self.assertEqual(answers[0]["changes"], history)
        self.assertEqual(answers[0]["changes"], answers[1]["changes"])
        self.assertEqual(answers[0]["routes"], answers[1]["routes"])
        live = {(c["from"], c.get("path_id")): c["what"] not in ("withdrawn", "lost-with-session") for c in history}
        self.assertEqual(len(answers[0]["routes"]), sum(live.values()))


class Tap(Case):
    """Whether the tap is healthy."""

    def capture(self, name):
        with Server(self.database(name)) as server:
            return server.json("capture")

    def test_one_way(self):
        told = self.capture("healthy-frr-bird-oneway")["one_way"]
        self.assertEqual((told["matched"], len(told["peerings"])), (1, 1))
        one = told["peerings"][0]
        self.assertEqual({one["heard"], one["missing"]}, set(one["peering"].split("-")))
        self.assertTrue(one["acknowledged"])
        with Server(self.database("healthy-frr-bird-oneway")) as server:
            heard = {s["address"]: s["tcp"]["segments"] for s in server.json("peerings/" + one["peering"])["sides"]}
        self.assertEqual(heard[one["missing"]], 0)
        self.assertGreater(heard[one["heard"]], 0)
        self.assertEqual(self.capture("hold-sigstop-frr-bird")["one_way"], {"peerings": [], "matched": 0})

    def test_what_packets_came_in(self):
        told = self.capture("healthy-frr-bird-v6-vlan")
        self.assertEqual(told["carriers"], [{"name": "vlan", "packets": told["capture"]["bgp_packets"]}])
        self.assertEqual(self.capture("hold-sigstop-frr-bird")["carriers"], [])

    def test_duplicates(self):
        told = self.capture("conn-refused-frr-none-span")
        self.assertGreater(told["capture"]["duplicate_packets"], 0)
        self.assertEqual(sum(p["packets"] for p in told["duplicates"]["peerings"]), told["capture"]["duplicate_packets"])

    def test_over_time(self):
        database = self.database("hold-sigstop-frr-bird")
        with Server(database) as server:
            capture, series = server.json("capture"), server.json("capture/series")
            self.assertEqual(sum(series["packets"]), capture["capture"]["packets"])
            self.assertEqual(sum(series["bytes"]), capture["capture"]["bytes"])
            self.assertEqual(len(series["time"]), len(series["dropped"]))
            # packets stand in the interval in which they came, though files are read ahead
            run = subprocess.run([BINARY, "decode", "--json", os.path.join(CAPTURES, "hold-sigstop-frr-bird.pcap")], capture_output=True, text=True, check=True)
            first = series["time"][0] + series["step"]
            early = [m for m in map(json.loads, run.stdout.splitlines()) if calendar.timegm(time.strptime(m["time"][:19], "%Y-%m-%dT%H:%M:%S")) < first]
            self.assertLess(max(m["frame"] for m in early), series["packets"][0] + 3)
            part = server.json("capture/series?since=%d" % first)
            self.assertEqual(part["time"], series["time"][1:])
            self.assertEqual(capture["kept"]["database_bytes"], os.path.getsize(database))
            self.assertIsNone(capture["kept"]["evidence_bytes"])

    def test_convergence_after_a_loss(self):
        with Server(self.database("killed-bird-frr")) as server:
            told = server.json("convergence?peering=10.0.12.1-10.0.12.2")["convergence"]
            self.assertEqual(server.ask("/api/v1/convergence?peering=10.9.9.1-10.9.9.2")[0], 404)
        self.assertEqual(len(told), 1)
        one = told[0]
        self.assertEqual((one["trigger"], one["code"], one["end"]), ("session-lost", "bgp-closed-without-notification", "goes-on"))
        self.assertEqual((one["lost_routes"], one["prefixes"], one["as_before"], one["followed"]), (6, 4, 4, 1))
        self.assertEqual(one["announcements"], sum(side["announcements"] for side in one["sides"]))
        self.assertEqual(one["last"], max((side["last"] for side in one["sides"]), key=lambda point: point["frame"]))

    def test_a_table_on_its_way(self):
        with Server(self.database("table-exabgp-gobgp")) as server:
            told = server.json("peerings/10.0.12.1-10.0.12.2/transfers")["transfers"]
            finding = server.json("findings?code=bgp-table-transfer")["findings"][0]
        self.assertEqual(len(told), 1)
        one = told[0]
        self.assertEqual((one["from"], one["routes"], one["end_of_rib"]), ("10.0.12.1", 20002, True))
        self.assertIn(" %d routes in %.1f s" % (one["routes"], one["took_s"]), finding["title"])
        self.assertIn(" " + one["line"] + " ", finding["explanation"])
        self.assertLess(abs(one["sender_s"] + one["window_s"] + one["loss_s"] + one["path_s"] - one["took_s"]), 0.01)
        self.assertLessEqual((len(one["line"]) - 1) * one["part_s"], one["took_s"])
        self.assertLess(one["first"]["frame"], one["last"]["frame"])
        with Server(self.database("hold-sigstop-frr-bird")) as server:
            self.assertEqual(server.json("peerings/10.0.12.1-10.0.12.2/transfers")["transfers"], [])


class Strangers(Case):
    """What must not be had, and how it is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.database(cls, SHOWN[0]))
        cls.addClassCleanup(cls.server.end)

    def test_names(self):
        # DNS rebinding: a name of somebody else that points here
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1].evil.example", "", "localhost:80:80"):
            with self.subTest(host):
                self.assertEqual(self.server.ask("/api/v1/overview", Host=host)[0], 421)
                self.assertEqual(self.server.ask("/", Host=host)[0], 421)
        for host in ("localhost", "LOCALHOST:1", "127.0.0.1:9999", "[::1]", "192.0.2.1"):
            with self.subTest(host):
                self.assertEqual(self.server.ask("/api/v1/overview", Host=host)[0], 200)

    def test_a_name_that_was_given(self):
        with Server(self.database(SHOWN[0]), "--web-name", "tap.example") as server:
            self.assertEqual(server.ask("/api/v1/overview", Host="tap.example:8179")[0], 200)
            self.assertEqual(server.ask("/api/v1/overview", Host="tap2.example")[0], 421)

    def test_methods_and_bodies(self):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            status, headers, _ = self.server.ask("/api/v1/overview", method)
            self.assertEqual((status, headers.get("allow")), (405, "GET, HEAD"), method)
        self.assertEqual(self.server.ask("/api/v1/overview", Content_Length="5")[0], 413)
        self.assertEqual(self.server.ask("/api/v1/overview", Transfer_Encoding="chunked")[0], 413)
        status, headers, body = self.server.ask("/api/v1/overview", "HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["content-length"]), 100)

    def test_headers_of_every_answer(self):
        for path in ("/", "/api/v1/overview", "/nowhere", "/metrics"):
            _, headers, _ = self.server.ask(path, Accept_Encoding="gzip")
            policy = headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["x-frame-options"], "DENY")
            self.assertFalse([h for h in headers if h.startswith("access-control")], path)

    def test_bad_addresses(self):
        refused = {"/api/v1/peerings?nonsense=1": 400, "/api/v1/peerings?limit=x": 400, "/api/v1/peerings?limit=1&limit=2": 400,
                   "/api/v1/peerings?state=sideways": 400, "/api/v1/peerings?q=%00": 400, "/api/v1/peerings?q=%ff": 400, "/%": 400,
                   "/api/v1/peerings?since=yesterday": 400, "/api/v1/nowhere": 404, "/api/v1/findings/0": 404,
                   "/api/v1/findings/99999999999999999999": 404, "/api/v1/findings/1x": 404, "/api/v1/peerings/nobody": 404,
                   "/../../etc/passwd": 404, "/%2e%2e/%2e%2e/etc/passwd": 404, "/app.js/../../x": 404, "/" + "a" * 3000: 414,
                   "/api/v1/peerings/%s" % urllib.parse.quote("' OR 1=1 --"): 404}
        for path, status in refused.items():
            with self.subTest(path[:60]):
                got, _, body = self.server.ask(path)
                self.assertEqual(got, status)
                self.assertIn("error", json.loads(body))
        self.assertEqual(self.server.json("peerings?q=" + urllib.parse.quote("' OR 1=1 --"))["matched"], 0)

    def test_headers_without_end(self):
        for size in (20000, 2000000):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as link:
                try:
                    link.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * size + b"\r\n\r\n")
                    first = link.recv(64)
                except ConnectionError:
                    first = b""
                self.assertNotIn(b" 200 ", first)
        self.assertEqual(self.server.ask("/api/v1/overview")[0], 200)

    def test_a_crowd_that_only_waits(self):
        """Far more connections than are kept, each without a request: they go, and whoever asks is answered."""
        with Server(self.database(SHOWN[0])) as server:
            crowd = []
            try:
                for _ in range(400):
                    link = socket.create_connection(("127.0.0.1", server.port), timeout=5)
                    link.sendall(b"GET /api/v1/over")
                    crowd.append(link)
                began = time.monotonic()
                self.assertEqual(server.ask("/api/v1/overview")[0], 200)
                self.assertLess(time.monotonic() - began, 12)
            finally:
                for link in crowd:
                    link.close()
            with open("/proc/%d/status" % server.run.pid, encoding="ascii") as file:
                resident = int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
            self.assertLess(resident, 200 << 10)

    def test_many_who_listen(self):
        links = []
        try:
            answers = []
            for _ in range(40):
                link = self.server.connect()
                link.request("GET", "/api/v1/live")
                links.append(link)
                answers.append(link.getresponse().status)
            self.assertEqual((answers.count(200), answers.count(503)), (32, 8))
            self.assertEqual(self.server.ask("/api/v1/overview")[0], 200)
        finally:
            for link in links:
                link.close()


class Door(Case):
    """Tokens, TLS, and where it listens."""

    def refused(self, *words):
        run = subprocess.run([BINARY, "serve", self.database(SHOWN[0])] + list(words), capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(run.returncode, 1, run.stderr)
        return run.stderr

    def test_off_loopback(self):
        self.assertIn("--web-token-file", self.refused("--web", "0.0.0.0:%d" % free_port()))

    def test_tokens(self):
        token = self.file("token", "correct-horse-battery\n")
        with Server(self.database(SHOWN[0]), "--web-token-file", token) as server:
            for path in ("/api/v1/overview", "/metrics", "/api/v1/live", "/api/v1/openapi.json"):
                status, headers, _ = server.ask(path)
                self.assertEqual((status, headers["www-authenticate"]), (401, "Bearer"), path)
            for wrong in ("Bearer correct-horse-batterz", "Bearer ", "Basic correct-horse-battery", "correct-horse-battery",
                          "Bearer correct-horse-battery2", "Bearer correct-horse-batter"):
                self.assertEqual(server.ask("/api/v1/overview", Authorization=wrong)[0], 401, wrong)
            self.assertEqual(server.ask("/api/v1/overview", Authorization="bearer correct-horse-battery")[0], 200)
            # the page itself holds nothing secret, and is what asks for the token
            self.assertEqual(server.ask("/", Accept_Encoding="gzip")[0], 200)

    def test_bad_token_files(self):
        self.assertIn("chmod", self.refused("--web-token-file", self.file("open", "correct-horse-battery\n", 0o644)))
        self.assertIn("16", self.refused("--web-token-file", self.file("short", "secret\n")))
        self.assertIn("empty", self.refused("--web-token-file", self.file("empty", "")))
        self.assertIn("No such", self.refused("--web-token-file", "/nowhere/token"))

    def test_a_port_that_is_taken(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            self.assertIn("in use", self.refused("--web", str(s.getsockname()[1])))

    def test_tls(self):
        if not shutil.which("openssl"):
            self.skipTest("no openssl to make a certificate with")
        cert, key = os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
                        "-days", "2", "-subj", "/CN=localhost"], capture_output=True, check=True)
        os.chmod(key, 0o600)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with Server(self.database(SHOWN[0]), "--tls-cert", cert, "--tls-key", key, tls=context) as server:
            self.assertTrue(any("https://" in line for line in server.said))
            self.assertEqual(server.ask("/api/v1/overview")[0], 200)
            for version, fine in (("-tls1_1", False), ("-tls1_2", True)):
                run = subprocess.run(["openssl", "s_client", version, "-cipher", "ALL@SECLEVEL=0", "-connect", "127.0.0.1:%d" % server.port],
                                     stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
                self.assertEqual(run.returncode == 0, fine, version)
        self.assertIn("belong together", self.refused("--tls-cert", cert))
        os.chmod(key, 0o644)
        self.assertIn("chmod", self.refused("--tls-cert", cert, "--tls-key", key))


class Page(Case):
    def test_files(self):
        with Server(self.database(SHOWN[0])) as server:
            status, headers, body = server.ask("/", Accept_Encoding="gzip")
            text = gzip.decompress(body).decode() if headers.get("content-encoding") == "gzip" else body.decode()
            self.assertEqual(status, 200)
            self.assertIn("<title>routetap", text)
            for view in ("/findings", "/findings/1", "/peerings/10.0.12.1-10.0.12.2", "/capture"):
                self.assertEqual(server.ask(view, Accept_Encoding="gzip")[2], body, view)
            if "/app.js" not in text:
                self.skipTest("built without its page")
            self.assertEqual(server.ask("/")[0], 406)
            whole = 0
            for path in ("/app.js", "/app.css", "/icon.svg", "/"):
                _, headers, body = server.ask(path, Accept_Encoding="gzip")
                whole += len(body)
                again = server.ask(path, Accept_Encoding="gzip", If_None_Match=headers["etag"])
                self.assertEqual((again[0], again[2]), (304, b""), path)
                # no other host is ever asked
                hosts = set(re.findall(rb"\bhttps?://([\w.-]+)", gzip.decompress(body)))
                self.assertLessEqual(hosts, {b"www.w3.org"}, path)
            self.assertLess(whole, 250 << 10)

    def test_not_asked_twice(self):
        with Server(self.database(SHOWN[0])) as server:
            _, headers, body = server.ask("/api/v1/overview")
            self.assertEqual(server.ask("/api/v1/overview", If_None_Match=headers["etag"])[0], 304)
            self.assertEqual(server.ask("/api/v1/overview", If_None_Match='"other"')[0], 200)
            _, headers, small = server.ask("/api/v1/overview", Accept_Encoding="gzip, br")
            self.assertEqual((headers["content-encoding"], gzip.decompress(small)), ("gzip", body))
            self.assertNotIn("content-encoding", server.ask("/api/v1/overview", Accept_Encoding="gzip;q=0, identity")[1])

    def test_assets_while_drawing(self):
        self.file("index.html", "<title>drawn</title>")
        with Server(self.database(SHOWN[0]), "--assets", self.folder) as server:
            self.assertIn(b"drawn", server.ask("/")[2])
            self.assertEqual(server.ask("/" + SHOWN[0] + ".db")[0], 404)

    def test_analyze_and_show(self):
        with Server(os.path.join(CAPTURES, "hold-sigstop-frr-bird.pcap"), command="analyze") as server:
            self.assertEqual(server.json("overview")["peerings"], {"total": 1, "up": 1})
            status, out, _ = server.end(signal.SIGTERM)
            self.assertEqual(status, 0)
            self.assertIn("KEEPALIVE", out)


class Live(Case):
    def test_news(self):
        path = self.database("hold-sigstop-frr-bird")
        copy = os.path.join(self.folder, "live.db")
        shutil.copy(path, copy)
        with Server(copy) as server:
            link = server.connect()
            link.request("GET", "/api/v1/live")
            answer = link.getresponse()
            self.assertEqual(answer.getheader("Content-Type").split(";")[0], "text/event-stream")
            self.assertEqual(answer.readline(), b"retry: 1000\n")
            time.sleep(0.6)
            tag = server.ask("/api/v1/overview")[1]["etag"]
            with sqlite3.connect(copy) as db:
                db.execute("INSERT INTO finding (id, code, severity, confidence, peering, count, title, explanation, evidence_lost)"
                           " VALUES (777, 'bgp-peer-silent', 'error', 'certain', 1, 1, 'something new', '', 0)")
                db.execute("UPDATE side SET state = 'Active', state_since_ns = (SELECT last_ns + 1000 FROM capture) WHERE side = 1")
            db.close()
            began, event = time.monotonic(), b""
            while b"gained" not in event:
                event = answer.readline()
            news = json.loads(answer.readline().split(b":", 1)[1])
            self.assertLess(time.monotonic() - began, 2)
            self.assertEqual([f["title"] for f in news["findings"]], ["something new"])
            self.assertEqual([(s["side"], s["state"]) for s in news["states"]], [("10.0.12.2", "Active")])
            self.assertEqual(server.json("overview")["peerings"]["up"], 0)
            self.assertEqual(server.ask("/api/v1/overview", If_None_Match=tag)[0], 200)
            self.assertTrue(server.json("overview")["live"])
            link.close()

    def test_an_analysis_that_is_done_anew(self):
        path = os.path.join(self.folder, "anew.db")
        shutil.copy(self.database("hold-sigstop-frr-bird"), path)
        with Server(path) as server:
            self.assertEqual(server.json("overview")["peerings"]["total"], 1)
            subprocess.run([BINARY, "analyze", "-q", "--db", path, os.path.join(CAPTURES, "ibgp-mesh-rr-bird.pcap")],
                           stdout=subprocess.DEVNULL, check=True)
            self.assertEqual(server.json("overview")["peerings"]["total"], 3)


class Metrics(Case):
    def test_both_forms(self):
        with Server(self.database("cease-shutdown-frr-frr")) as server:
            _, headers, body = server.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
            self.assertTrue(headers["content-type"].startswith("application/openmetrics-text"))
            self.assertTrue(body.endswith(b"# EOF\n"))
            text = body.decode()
            self.assertIn("# TYPE routetap_bgp_peer_lost counter", text)
            self.assertIn('routetap_bgp_peer_state{local="10.0.12.1",peer="10.0.12.2"} ', text)
            self.assertIn('cause="Cease/Hard Reset"', text)
            _, headers, body = server.ask("/metrics")
            self.assertTrue(headers["content-type"].startswith("text/plain"))
            self.assertIn("# TYPE routetap_bgp_peer_lost_total counter", body.decode())
            if not shutil.which("promtool"):
                self.skipTest("no promtool")
            run = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
            self.assertEqual((run.returncode, run.stdout + run.stderr), (0, b""))

    def test_dashboard_and_alerts_ask_for_what_there_is(self):
        packaging = os.path.join(os.path.dirname(HERE), "packaging")
        with Server(self.database("ibgp-mesh-rr-bird")) as server:
            text = server.ask("/metrics")[2].decode()
        there = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
        labels = set(re.findall(r'[{,](\w+)="', text)) | {"instance", "job"}
        for name in ("grafana/routetap.json", "prometheus/routetap.rules.yml"):
            with open(os.path.join(packaging, name), encoding="utf-8") as file:
                asked = file.read()
            if name.endswith("json"):
                asked = "\n".join(t["expr"] for p in json.loads(asked)["panels"] for t in p["targets"])
            self.assertGreater(len(re.findall(r"routetap_\w+", asked)), 8)
            self.assertEqual(set(re.findall(r"\broutetap_\w+", asked)) - there, set(), name)
            self.assertEqual(set(re.findall(r'[{,](\w+)=~?"', asked)) - labels - {"cause"}, set(), name)

    def test_alerts(self):
        if not shutil.which("promtool"):
            self.skipTest("no promtool")
        rules = os.path.join(os.path.dirname(HERE), "packaging", "prometheus")
        for words in (["check", "rules", "routetap.rules.yml"], ["test", "rules", "routetap.rules.test.yml"]):
            run = subprocess.run(["promtool"] + words, cwd=rules, capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_numbers(self):
        with Server(self.database("hold-sigstop-frr-bird")) as server:
            text = server.ask("/metrics")[2].decode()
            rows = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
            ends = '{local="10.0.12.1",peer="10.0.12.2"}'
            self.assertEqual(rows["routetap_bgp_peer_state" + ends], "6")
            self.assertEqual(rows["routetap_bgp_peer_hold_time_seconds" + ends], "9")
            self.assertEqual(rows['routetap_bgp_peer_lost_total{local="10.0.12.2",peer="10.0.12.1"}'], "1")
            self.assertTrue(0 < float(rows["routetap_bgp_peer_hold_remaining_seconds" + ends]) <= 9)


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv[1])
    if "without its page" in subprocess.run([BINARY, "serve", "x"], capture_output=True, text=True, check=False).stderr:
        print("built without libmicrohttpd: nothing to test")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    names = sys.argv[2:]
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names, sys.modules[__name__]) if names else loader.loadTestsFromModule(sys.modules[__name__])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    print("%d passed, %d failed, %d skipped" % (max(0, result.testsRun - failed - skipped), failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
