#!/usr/bin/env python3
"""What the page's server answers, held against the API's own description and the captures.

usage: web_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs, and a last line `N passed, N failed, N skipped`.
"""
import calendar
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import time
import urllib.parse

import web_served
from web_served import CAPTURES, SHOWN, Case, Server, check

BINARY = None


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

    def part(self, name, first, last):
        """A capture of the frames from the first to the last of another one."""
        with open(os.path.join(CAPTURES, name + ".pcap"), "rb") as f:
            whole = f.read()
        out, at, frame = whole[:24], 24, 0
        while at < len(whole):
            end = at + 16 + struct.unpack_from("<I", whole, at + 8)[0]
            frame += 1
            if first <= frame <= last:
                out += whole[at:end]
            at = end
        path = os.path.join(self.folder, "%s-%d-%d.pcap" % (name, first, last))
        with open(path, "wb") as f:
            f.write(out)
        return path

    def asked(self, capture, question, *words):
        path = os.path.join(self.folder, os.path.basename(capture) + "".join(words) + ".db")
        subprocess.run([BINARY, "analyze", "-q", "--db", path, *words, capture], capture_output=True, check=False)
        with Server(path) as server:
            answer, wrong = server.json("routes?q=" + question), []
            check(answer, {"$ref": "#/components/schemas/Routes"}, server.json("openapi.json"), "routes", wrong)
            self.assertEqual(wrong, [])
            return answer

    def test_a_table_of_mid_session_is_partial(self):
        # frames 3 to 12 of it are the OPENs, and the first UPDATEs
        late = self.part("graceful-restart-frr-bird", 14, 30)
        for words, source in (((), "files"), (("--keep-routes", "all"), "database")):
            got = self.asked(late, "45.1.0.1", *words)
            self.assertEqual(got["source"], source)
            self.assertEqual(sorted(t["from"] for t in got["partial"]), ["10.0.12.1", "10.0.12.2"], source)
            self.assertEqual(got["partial_sides"], len(got["partial"]))
            self.assertEqual([(r["route"]["prefix"], r.get("partial")) for r in got["routes"]], [("45.1.0.0/16", True)], source)
        # two that say nothing at all while it is listened
        quiet = os.path.join(CAPTURES, "healthy-frr-bird-midstream.pcap")
        for words in ((), ("--keep-routes", "all")):
            self.assertEqual([t["from"] for t in self.asked(quiet, "45.1.0.1", *words)["partial"]], ["10.0.12.1", "10.0.12.2"], words)
        whole = self.asked(self.part("graceful-restart-frr-bird", 1, 30), "45.1.0.1")
        self.assertEqual((whole["partial"], [r.get("partial") for r in whole["routes"]]), ([], [None]))

    def test_what_outlives_its_session_is_stale(self):
        restart = "graceful-restart-frr-bird"
        away = self.asked(self.part(restart, 1, 40), "46.1.0.1")
        # the one that restarts, and announced it, is 10.0.12.2; the other one has it still
        self.assertEqual([r.get("stale") for r in away["routes"] if r["route"]["from"] == "10.0.12.2"], [True])
        back = self.asked(self.part(restart, 1, 60), "46.1.0.1")
        self.assertEqual({r.get("stale") for r in back["routes"]}, {None})


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

    def test_doubts_over_time(self):
        for name, columns in (("healthy-frr-bird-oneway", ("one_way",)), ("conn-refused-frr-none-span", ("duplicates",)),
                              ("pmtu-blackhole-bird-frr-snap96", ("truncated",)), ("hold-sigstop-frr-bird", ())):
            with Server(self.database(name)) as server:
                capture, series = server.json("capture")["capture"], server.json("capture/series")
                self.assertEqual([c for c in ("one_way", "duplicates", "truncated") if any(series[c])], list(columns), name)
                self.assertEqual(sum(series["duplicates"]), capture["duplicate_packets"], name)
                self.assertEqual(sum(series["truncated"]), capture["truncated_packets"], name)
                text = server.ask("/metrics")[2].decode()
                self.assertIn("\nroutetap_capture_one_way_peers %d\n" % ("one_way" in columns), text)

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


if __name__ == "__main__":
    web_served.main(__name__)
