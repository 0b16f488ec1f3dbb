#!/usr/bin/env python3
"""Holds routetap's CPU time and memory against tshark and tcpdump on large captures, and its counts against a truth.

In:  --captures DIR with any of a.pcap (a full table), a-bird-frr.pcap (the same as two routers pack it), b.pcap (an
     hour of churn), c.pcap (b among gigabytes of other traffic), d.pcap (two thousand peerings), e.pcap (OSPF: a database
     of a hundred thousand LSAs, sent, and refreshed for an hour); what is not there is left out. --truth DIR with
     truth-NAME.json or NAME-truth.json: counts by an independent reader. Shortest paths are timed in a network that
     ospf_net.py makes, by ospf_time of the same build (tests/tools; built with RT_TESTS).
Out: a table of figures against bars; exit 0 when all bars hold.

CPU time is user plus system of the child, ours the median of --runs; the capture is in memory before any run, for
reading it from the disk costs CPU too. Peers take minutes, so theirs is remembered in
DIR/peers.json by name, size and stamp of the capture; --refresh forgets it, and --peer-runs takes ours and theirs in
turn. Peak memory is ru_maxrss, which Linux never shows below what this script itself holds (some 15 MiB).
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile

MIB = 1 << 20
TSHARK = ["tshark", "-r", "{}", "-Y", "bgp", "-T", "fields", "-e", "bgp.type"]
TSHARK_JSON = ["tshark", "-r", "{}", "-Y", "bgp", "-T", "json"]
TSHARK_OSPF = ["tshark", "-r", "{}", "-Y", "ospf", "-T", "fields", "-e", "ospf.msg"]
TCPDUMP = ["tcpdump", "-nr", "{}", "-w", "/dev/null"]

#         capture            ours                  peer         at most this share of the peer's CPU time
RACES = [
    ("a.pcap",          ["analyze"],          TSHARK,      0.20),
    ("a-bird-frr.pcap", ["analyze"],          TSHARK,      0.10),
    ("b.pcap",          ["analyze"],          TSHARK,      0.05),
    ("c.pcap",          ["analyze"],          TCPDUMP,     0.80),
    ("d.pcap",          ["analyze"],          TSHARK,      0.06),
    ("e.pcap",          ["analyze"],          TSHARK_OSPF, 0.05),
    ("a.pcap",          ["decode", "--json"], TSHARK_JSON, 0.10),
]
# Twice the packets may cost at most this many times the CPU: a little more than two, for tables that outgrow a cache.
LINEAR = 2.4
# The second half of a-bird-frr.pcap is the table sent back, which is other work than the table: it is not asked here.
STRAIGHT = ["a.pcap", "b.pcap", "d.pcap"]
LSA_BYTES = 400 + 40  # besides what the LSA is itself, of which an AS-external-LSA has 36 and a Router-LSA more
MONITOR_PACKETS, CHANGES_PACKETS = 400000, 200000  # a CPU second, into SQLite; each change of a route kept, too
SPF_ROUTERS, SPF_MS, SPF_ROUNDS = 2000, 50, 40


def spawn(argv, out=None):
    """CPU seconds, peak KiB and exit status of one run; standard output to `out` or to nowhere."""
    with open(out or os.devnull, "wb") as sink, open(os.devnull, "wb") as nowhere:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=nowhere)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, child.returncode


def warm(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(MIB):
            pass


class Peers:
    """CPU times of the peers, remembered beside the captures."""

    def __init__(self, folder, refresh):
        self.path = os.path.join(folder, "peers.json")
        self.known = {}
        if not refresh and os.path.exists(self.path):
            with open(self.path) as file:
                self.known = json.load(file)

    def key(self, argv, capture):
        facts = os.stat(capture)
        return "%s %d %d: %s" % (os.path.basename(capture), facts.st_size, facts.st_mtime, " ".join(argv))

    def times(self, argv, capture):
        return self.known.setdefault(self.key(argv, capture), [])

    def run(self, argv, capture):
        cpu, _, status = spawn([word.format(capture) for word in argv])
        if status != 0:
            sys.exit("%s failed on %s with status %d" % (argv[0], capture, status))
        self.times(argv, capture).append(round(cpu, 3))
        with open(self.path + ".new", "w") as file:
            json.dump(self.known, file, indent=1)
        os.replace(self.path + ".new", self.path)


class Board:
    """The table: what was measured, what may be, and whether it holds."""

    def __init__(self):
        self.rows, self.bad = [], 0

    def row(self, what, figure, bar, holds):
        self.bad += not holds
        self.rows.append((what, figure, bar, "ok" if holds else "OVER"))
        print("%-34s %-44s %-30s %s" % self.rows[-1], flush=True)


def race(board, peers, args, capture, ours, peer, share):
    name = os.path.basename(capture)
    mine, peak = [], 0
    for turn in range(max(args.runs, 1)):
        if len(peers.times(peer, capture)) < args.peer_runs:
            peers.run(peer, capture)
        cpu, rss, status = spawn([args.binary] + ours + [capture])
        if status != 0:
            board.row("%s %s" % (ours[0], name), "exit status %d" % status, "0", False)
            return
        mine.append(cpu)
        peak = max(peak, rss)
    cpu, theirs = statistics.median(mine), statistics.median(peers.times(peer, capture))
    board.row("cpu %s %s" % (ours[0], name), "%.2f s, %s %.2f s, share %.4f" % (cpu, peer[0], theirs, cpu / theirs),
              "share <= %.2f (%.2f s)" % (share, share * theirs), cpu <= share * theirs)
    if ours[0] == "analyze":
        memory(board, name, peak * 1024, args.truth)


def truth_of(folder, name):
    for form in ("truth-%s.json", "%s-truth.json"):
        path = os.path.join(folder or "", form % name.split(".")[0])
        if folder and os.path.exists(path):
            with open(path) as file:
                return json.load(file)
    return None


def memory(board, name, peak, truth_dir):
    """Bars: 64 MiB in the haystack; 400 octets an LSA besides its own; else 32 MiB, and 100 octets a route, and 32 KiB a peering."""
    if name == "c.pcap":
        board.row("memory " + name, "%.1f MiB" % (peak / MIB), "< 64 MiB", peak < 64 * MIB)
        return
    truth = truth_of(truth_dir, name)
    if truth is None:
        board.row("memory " + name, "%.1f MiB" % (peak / MIB), "no truth, no bar", True)
        return
    if "database_total" in truth:
        lsas = truth["database_total"]
        board.row("memory " + name, "%.1f MiB (%d LSAs: %d octets each)" % (peak / MIB, lsas, peak // lsas),
                  "<= %d octets an LSA" % LSA_BYTES, peak <= LSA_BYTES * lsas)
        return
    routes, peerings = truth["adj_rib_in_routes"], truth["sides"] // 2
    base = 32 * MIB if peerings < 100 else 32 * 1024 * peerings
    board.row("memory " + name, "%.1f MiB (%d routes, %d peerings)" % (peak / MIB, routes, peerings),
              "<= %.1f MiB" % ((base + 100 * routes) / MIB), peak <= base + 100 * routes)


def halve(capture, path):
    """The first half of a pcap's octets, cut between two packets."""
    size = os.path.getsize(capture)
    with open(capture, "rb") as whole, open(path, "wb") as half:
        head = whole.read(24)
        order = "little" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else "big"
        half.write(head)
        while whole.tell() < size // 2:
            record = whole.read(16)
            half.write(record + whole.read(int.from_bytes(record[8:12], order)))


def straight(board, args, capture):
    name = os.path.basename(capture)
    with tempfile.TemporaryDirectory() as folder:
        half = os.path.join(folder, "half.pcap")
        halve(capture, half)
        cpu = {path: statistics.median(spawn([args.binary, "analyze", path])[0] for _ in range(min(args.runs, 3)))
               for path in (half, capture)}
    factor = cpu[capture] / max(cpu[half], 1e-6)
    board.row("linear " + name, "%.2f s for half, %.2f s whole: %.2f" % (cpu[half], cpu[capture], factor),
              "<= %.1f" % LINEAR, factor <= LINEAR)


def count(path):
    """What a report says in all, on standard output as JSON; in a process of its own, because reports are large."""
    with open(path) as file:
        report = json.load(file)
    total = {"routes": 0}
    for peering in report["peerings"]:
        for side in peering["sides"]:
            for kind, n in (side.get("messages") or {}).items():
                total[kind] = total.get(kind, 0) + n
            for way in ("announced", "withdrawn"):
                total[way] = total.get(way, 0) + (side.get(way) or 0)
            total["routes"] += sum(n for n in (side.get("routes") or {}).values() if n is not None)
    json.dump(total, sys.stdout)


def count_lsas(board, args, capture, truth):
    told = subprocess.run([args.binary, "lsdb", "--json", capture], capture_output=True, check=False).stdout
    want = truth["database_total"] - truth["flushed"]
    try:
        got = len(json.loads(told)["lsdb"])
    except (ValueError, KeyError):
        got = -1
    board.row("count LSAs " + os.path.basename(capture), "%d" % got, "%d" % want, got == want)


def shortest_paths(board, args):
    """A graph of the whole database and all routes of one router: medians over many routers."""
    program = os.path.join(os.path.dirname(os.path.abspath(args.binary)), "tests", "ospf_time")
    if not os.path.exists(program):
        print("%-34s %s is not built" % ("spf", program))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.pcap")
        maker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ospf_net.py")
        subprocess.run([sys.executable, maker, path, str(SPF_ROUTERS)], check=True)
        told = subprocess.run([program, str(SPF_ROUNDS), path], capture_output=True, check=True).stdout
    t = json.loads(told)
    ms = t["graph_ms"] + t["paths_ms"]
    board.row("spf of %d routers" % t["routers"], "%.1f ms (%.1f of %d LSAs, %.1f of %d routes)" %
              (ms, t["graph_ms"], t["lsas"], t["paths_ms"], t["routes"]), "< %d ms" % SPF_MS, ms < SPF_MS)


def archive(board, args, capture):
    """Written as an archive, against what bgpdump takes to read that."""
    reader = ["bgpdump", "-m"]
    if not shutil.which(reader[0]):
        print("%-34s no bgpdump" % "export mrt")
        return
    mine, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "archive.mrt")
        for _ in range(max(args.runs, 1)):
            mine.append(spawn([args.binary, "export", "mrt", "-w", path, capture])[0])
        for _ in range(args.peer_runs):
            theirs.append(spawn(reader + [path])[0])
    ours, peer = statistics.median(mine), statistics.median(theirs)
    board.row("cpu export mrt " + os.path.basename(capture), "%.2f s, bgpdump %.2f s, share %.3f" % (ours, peer, ours / peer),
              "share <= 1.00", ours <= peer)


def counts(board, args, capture):
    name = os.path.basename(capture)
    truth = truth_of(args.truth, name)
    if truth is None:
        return
    if "database_total" in truth:
        count_lsas(board, args, capture, truth)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        spawn([args.binary, "analyze", "--json", capture], path)
        told = subprocess.run([sys.executable, __file__, "--count", path], capture_output=True, check=False)
    try:
        ours = json.loads(told.stdout)
    except ValueError:
        board.row("counts " + name, "no report", "", False)
        return
    messages = truth["messages"]
    want = {kind: messages.get(kind, 0) for kind in ("open", "update", "notification", "keepalive", "route_refresh")}
    want["announced"] = messages.get("announced_v4", 0) + messages.get("announced_v6", 0)
    want["withdrawn"] = messages.get("withdrawn_v4", 0) + messages.get("withdrawn_v6", 0)
    want["routes"] = truth["adj_rib_in_routes"]
    for kind, n in want.items():
        got = ours.get(kind)
        board.row("count %s %s" % (kind, name), "not told" if got is None else "%d" % got, "%d" % n, got == n)


def monitored(board, args, capture):
    """Packets a CPU second into a database by monitor as it is usually started, with its page; and with changes of routes."""
    name = os.path.basename(capture)
    for words, bar in ((["--web", str(args.port)], MONITOR_PACKETS), (["--web", str(args.port), "--keep-routes", "changes"], CHANGES_PACKETS)):
        rates = []
        for _ in range(max(args.runs, 1)):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "monitor.db")
                cpu, _, status = spawn([args.binary, "monitor", "-q", "--config", "none", "-r", capture, "--db", path] + words)
                with sqlite3.connect(path) as link:
                    (packets,), = link.execute("SELECT packets FROM capture")
                link.close()
                rates.append(packets / cpu if status == 0 else 0)
        rate = statistics.median(rates)
        board.row("monitor %s %s" % (" ".join(words[2:]) or "as usual", name), "%.0f packets a CPU second" % rate,
                  ">= %d" % bar if bar else "no bar", rate >= bar and rate > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", help="routetap, a release build")
    parser.add_argument("--captures", metavar="DIR")
    parser.add_argument("--truth", metavar="DIR", help="default: the captures' own folder")
    parser.add_argument("--port", type=int, default=8196, help="for monitor's page")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer-runs", type=int, default=1)
    parser.add_argument("--refresh", action="store_true", help="measure the peers again")
    parser.add_argument("--peers-only", action="store_true", help="measure the peers and print our budgets")
    parser.add_argument("--only", default="", help="captures whose name begins so")
    parser.add_argument("--count", metavar="REPORT", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.count:
        return count(args.count)
    if not args.captures or not (args.binary or args.peers_only):
        parser.error("needs a binary and --captures")
    args.truth = args.truth or args.captures
    board, peers = Board(), Peers(args.captures, args.refresh)
    there = lambda name: name.startswith(args.only) and os.path.exists(os.path.join(args.captures, name))
    for name, ours, peer, share in RACES:
        if not there(name):
            if name.startswith(args.only):
                print("%-34s not there" % ("cpu %s %s" % (ours[0], name)))
            continue
        capture = os.path.join(args.captures, name)
        warm(capture)
        if not args.peers_only:
            race(board, peers, args, capture, ours, peer, share)
            continue
        while len(peers.times(peer, capture)) < args.peer_runs:
            peers.run(peer, capture)
        theirs = statistics.median(peers.times(peer, capture))
        print("%-16s %-14s %8.2f s of %-8s x %.2f = %6.2f s for us" % (name, ours[0], theirs, peer[0], share, theirs * share), flush=True)
    if args.peers_only:
        return None
    for name in filter(there, STRAIGHT):
        straight(board, args, os.path.join(args.captures, name))
    for name in filter(there, dict.fromkeys(row[0] for row in RACES)):
        counts(board, args, os.path.join(args.captures, name))
    if there("a.pcap"):
        archive(board, args, os.path.join(args.captures, "a.pcap"))
    if there("b.pcap"):
        monitored(board, args, os.path.join(args.captures, "b.pcap"))
    if args.only in ("", "e", "e.pcap"):
        shortest_paths(board, args)
    print("%d figures, %d over their bar" % (len(board.rows), board.bad))
    sys.exit(1 if board.bad else 0)


if __name__ == "__main__":
    main()
