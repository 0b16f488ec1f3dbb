#!/usr/bin/env python3
"""What routetap writes for other tools of the families of routes_lab, against what the routers themselves had.

usage: families_test.py BINARY [TEST...]

In:  the program, and the network that routes_lab.py stored: one capture, and the tables of its routers at three moments. Out:
what MRT tables and BMP feeds have otherwise, read by the RFCs (rfc_reader.py), by tshark and by pmacct's collector; and a last
line `N passed, N failed, N skipped`.
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import program

import bmp_test
import export_test
import rfc_reader
import routes_lab

CAPTURE = os.path.join(routes_lab.STORED, "lan.pcap.gz")

def run(*words):
    return export_test.run(*words, status=(0, 1))


def until(when):
    return ("--until", "%.6f" % when)


class Families(unittest.TestCase):
    maxDiff = 4000

    def hold(self, moment, truth, found):
        score = routes_lab.Score()
        held = score.compare(moment, truth, found)
        self.assertEqual(score.failed, 0)
        return held

    def test_table(self):
        """MRT: each router's table, with the subtypes of RFC 6396 4.3 and RFC 8050 4 that its families ask for."""
        held, kinds = 0, set()
        for moment, when, truth in routes_lab.stored_moments():
            dump = export_test.records(run("export", "mrt", "-q", "--table", "--at", "%.6f" % when, CAPTURE))
            found, there = rfc_reader.mrt_tables(dump)
            held += self.hold(moment, truth, found)
            kinds |= there
        self.assertEqual(kinds, {1, 2, 4, 6, 8, 10, 12})
        self.assertGreater(held, 150)

    def test_feed(self):
        """BMP: what is left of all that it said up to a moment."""
        held = 0
        for moment, when, truth in routes_lab.stored_moments():
            found, ended = rfc_reader.bmp_tables(bmp_test.told(run("export", "bmp", "-q", *until(when), CAPTURE)))
            held += self.hold(moment, truth, found)
        self.assertGreater(held, 150)
        # End-of-RIB of each family passes through: the first session of GoBGP has seven
        self.assertEqual(sorted(set(ended["10.88.0.1", "10.88.0.2"])), sorted(routes_lab.EVERY))

    def test_feed_again(self):
        """A collector that comes late is told the tables of all families, each with its End-of-RIB."""
        moment, when, truth = routes_lab.stored_moments()[-1]
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)
            words = [export_test.BINARY, "monitor", "-r", CAPTURE, "--replay", "4", "--config", "none", "--no-sandbox", "-q", "--bmp",
                     "127.0.0.1:%d" % server.getsockname()[1]]
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as monitor:
                try:
                    first, _ = server.accept()
                    first.settimeout(20)
                    data = b""
                    while len(data) < 4000:  # well into the first sessions
                        part = first.recv(65536)
                        self.assertTrue(part)
                        data += part
                    first.close()
                    second, _ = server.accept()
                    second.settimeout(4)
                    data = b""
                    try:
                        while part := second.recv(65536):
                            data += part
                    except socket.timeout:
                        pass
                    second.close()
                finally:
                    monitor.terminate()
                    monitor.wait(20)
                    monitor.stderr.close()
        self.assertEqual(data[:6][5], bmp_test.INITIATION)
        found, ended = rfc_reader.bmp_tables(bmp_test.told(data))
        self.hold(moment, truth, found)
        self.assertEqual(sorted(set(ended["10.88.0.1", "10.88.0.2"])), sorted(routes_lab.EVERY))


    def test_changes(self):
        """Another label, ESI or gateway changes a route and makes no other one."""
        (_, first, _), (_, later, _) = routes_lab.stored_moments()[:2]
        told = run("routes", "--json", "-q", "--between", "%.6f" % first, "%.6f" % later, "--from", "10.88.0.1", CAPTURE)
        changes = {(c["family"], c.get("rd"), c["prefix"]): c for c in map(json.loads, told.splitlines()) if c["to"] == "10.88.0.2"}
        want = {("ipv4-labeled-unicast", None, "10.3.0.0/24"): ("label 200", "label 299"),
                ("vpnv4-unicast", "65000:1", "10.2.0.0/24"): ("label 100", "label 199"),
                ("l2vpn-evpn", "1.1.1.1:65000", "[5]:[10]:[24]:[10.5.0.0]"): ("label 20 gateway 10.6.0.1", "label 30 gateway 10.6.0.2"),
                ("l2vpn-evpn", "1.1.1.1:65000", "[2]:[100]:[48]:[aa:bb:cc:dd:ee:01]:[32]:[10.0.0.1]"):
                    ("VNI 1000 ESI 00:11:22:33:44:55:66:77:88:99", "VNI 1999 ESI 00:22:22:33:44:55:66:77:88:99")}
        for key, (before, after) in want.items():
            self.assertEqual((changes[key]["what"], changes[key]["changes"]), ("changed", {"labels": {"before": before, "after": after}}), key)
        # … and its history tells the same
        told = [json.loads(line) for line in run("routes", "--json", "-q", "--history", "10.2.0.0/24", "--from", "10.88.0.1", *until(later), CAPTURE).splitlines()]
        self.assertIn({"labels": {"before": "label 100", "after": "label 199"}}, [t.get("changes") for t in told])

    def test_events(self):
        """JSON events, applied to a table, leave what the routers had; in pmacct's names."""
        moment, when, truth = routes_lab.stored_moments()[1]
        events = [json.loads(line) for line in run("export", "json", "-q", *until(when), CAPTURE).splitlines()]
        held = 0
        for source, to, families, theirs in truth:
            if any(isinstance(k[3], str) for k in theirs):
                continue
            table = {}
            for e in events:
                if e["log_type"] not in ("update", "withdraw") or (e["peer_ip"], e["local_ip"]) != (source, to):
                    continue
                key = rfc_reader.FAMILIES[e["afi"], e["safi"]], e.get("rd"), e["ip_prefix"], e.get("as_path_id")
                table.pop(key, None)
                if e["log_type"] == "update":
                    table[key] = (e["as_path"], [int(x) for x in e.get("label", "").split()], e.get("local_pref"))
            want = {k: (v["as_path"], v["labels"], v["local_pref"]) for k, v in theirs.items()}
            self.assertEqual({k: v for k, v in table.items() if k[0] in families}, want, (source, to))
            held += len(want)
        self.assertGreater(held, 40)


class Others(unittest.TestCase):
    @unittest.skipUnless(shutil.which("tshark"), "tshark is not here")
    def test_tshark(self):
        """It finds in the feed what it finds in the packets: that VPN routes had path identifiers it does not know there, either."""
        asked = ["-T", "fields", "-E", "aggregator=\n", "-e", "_ws.expert.message"]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.pcap")
            with open(path, "wb") as file:
                file.write(bmp_test.as_pcap(run("export", "bmp", "-q", CAPTURE)))
            errors = lambda *words: sorted(line for line in subprocess.run(["tshark", *words, *asked], capture_output=True, text=True, check=True).stdout.splitlines()
                                           if "invalid" in line or "Malformed" in line)
            self.assertEqual(errors("-r", path, "-d", "tcp.port==11019,bmp"), errors("-r", CAPTURE, "-Y", "bgp.type == 2"))

    @unittest.skipUnless(shutil.which("pmbmpd") or os.path.exists("/usr/sbin/pmbmpd"), "pmbmpd is not here")
    def test_pmacct(self):
        """Its events, applied to a table, leave what the router had. It knows a peer by its address alone, so one router at a time."""
        moment, when, truth = routes_lab.stored_moments()[1]
        held = 0
        for source, to, _, theirs in truth:
            known = {k: v for k, v in theirs.items() if k[0] in PMACCT.values()}
            if any(isinstance(k[3], str) for k in known):
                continue
            found = self.collect(source, to, when)
            self.assertEqual(sorted(found, key=str), sorted(known, key=str), (source, to))
            for key, (next_hop, path, origin, med, labels) in found.items():
                want = known[key]
                self.assertEqual((next_hop, path, origin, med or None, labels),
                                 (want["next_hop"], want["as_path"], want["origin"], want["med"] or None, want["labels"]), key)
            held += len(found)
        self.assertGreater(held, 30)

    def collect(self, source, to, when):
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
            port, log = server.getsockname()[1], os.path.join(folder, "log.json")
            server.close()
            conf = os.path.join(folder, "conf")
            with open(conf, "w") as file:
                file.write("bmp_daemon_ip: 127.0.0.1\nbmp_daemon_port: %d\nbmp_daemon_msglog_file: %s\nbmp_daemon_msglog_output: json\nlogfile: %s/log\n" % (port, log, folder))
            with subprocess.Popen([shutil.which("pmbmpd") or "/usr/sbin/pmbmpd", "-f", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as collector:
                try:
                    for _ in range(100):
                        try:
                            socket.create_connection(("127.0.0.1", port), 1).close()
                            break
                        except OSError:
                            time.sleep(0.1)
                    run("export", "bmp", "-q", "--bmp", "127.0.0.1:%d" % port, "--peer", to, *until(when), CAPTURE)
                    lines = []
                    for _ in range(100):
                        if os.path.exists(log):
                            with open(log) as file:
                                lines = file.read().splitlines()
                        if any('"term"' in line for line in lines):
                            break
                        time.sleep(0.1)
                finally:
                    stop(collector)
        return table_of([json.loads(line) for line in lines], source, to)


def stop(collector):
    """A signal that comes just before it begins to wait is not heard."""
    for send in (collector.terminate, collector.terminate, collector.kill):
        send()
        try:
            collector.wait(5)
            return
        except subprocess.TimeoutExpired:
            pass


PMACCT = {(1, 1): "ipv4-unicast", (2, 1): "ipv6-unicast", (1, 4): "ipv4-labeled-unicast", (2, 4): "ipv6-labeled-unicast",
          (1, 128): "vpnv4-unicast", (2, 128): "vpnv6-unicast"}


def table_of(events, source, to):
    table = {}
    for e in events:
        if e.get("bmp_msg_type") != "route_monitor" or e["peer_ip"] != source or (e["afi"], e["safi"]) not in PMACCT:
            continue
        key = (PMACCT[e["afi"], e["safi"]], e["rd"].split(":", 1)[1] if "rd" in e else None, e["ip_prefix"], e.get("as_path_id"))
        if e["log_type"] == "withdraw":
            table.pop(key, None)
        else:
            table[key] = (e["bgp_nexthop"], e["as_path"], {"i": "IGP", "e": "EGP", "u": "INCOMPLETE"}[e["origin"]], e.get("med"), [int(e["label"])] if "label" in e else [])
    return table


if __name__ == "__main__":
    program.main(__name__, export_test)
