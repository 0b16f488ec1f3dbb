#!/usr/bin/env python3
"""The page's server as strangers, browsers and Prometheus meet it: who gets in, what the page is made of, news, metrics.

usage: web_door_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what a stranger gets that he should not, what else is wrong, and a
last line `N passed, N failed, N skipped`.
"""
import gzip
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
import urllib.parse

import web_served
from web_served import CAPTURES, HERE, SHOWN, Case, Server, free_port

BINARY = None


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

    def test_ospf(self):
        with Server(self.database("ospf-healthy-lan-frr6-bird6")) as server:
            _, _, body = server.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
            rows = dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))
            states = [v for k, v in rows.items() if k.startswith("routetap_ospf_neighbor_state{")]
            self.assertEqual(states, ["8", "8"])
            self.assertEqual((rows["routetap_ospf_adjacencies"], rows["routetap_ospf_adjacencies_up"]), ("1", "1"))
            left = [float(v) for k, v in rows.items() if k.startswith("routetap_ospf_neighbor_dead_remaining_seconds{")]
            dead = [float(v) for k, v in rows.items() if k.startswith("routetap_ospf_neighbor_dead_interval_seconds{")]
            self.assertTrue(len(left) == 2 and all(0 <= x <= dead[0] for x in left), (left, dead))

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


if __name__ == "__main__":
    web_served.main(__name__)
