#!/usr/bin/env python3
"""Routers' own tables against those that routetap makes of what it heard: FRR and BIRD, OSPFv2 and OSPFv3, three areas.

usage: ospf_lab.py BINARY              build the network (ospf_lab_plan.py), let it come to rest, compare; change it,
                                       let it come to rest, compare both moments
       ospf_lab.py BINARY --stored     compare the network that is stored in ospf_lab/, from captures alone
       ospf_lab.py BINARY --store      as without, and store it there

What routetap has is what `path --json FILE... ROUTER` says. Building needs root, network namespaces, tcpdump, FRR and BIRD;
elsewhere it says so and skips. Last line of output: `N passed, N failed, N skipped`.
"""
import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import ospf_lab_routers
from ospf_lab_plan import CHANGES, PLAN, peculiar

HERE = os.path.dirname(os.path.abspath(__file__))
STORED = os.path.join(HERE, "ospf_lab")
TYPES = {"intra": "intra-area", "inter": "inter-area", "E1": "external type 1", "N1": "external type 1",
         "E2": "external type 2", "N2": "external type 2"}
REST_S, PATIENCE_S = 5.5, 60  # longer than MinLSInterval (RFC 2328 B): what is held back for it has come by then


def heard(binary, routers, captures, at=None):
    """{(version, router): {prefix: (type, cost, metric of type 2, {next hop …})}} as routetap has it."""
    found = {}
    moment = ["--at", "%.6f" % at] if at else []
    for router in routers:
        told = subprocess.run([binary, "path", "--json"] + moment + captures + [router], capture_output=True, text=True,
                              timeout=120, check=False)
        if told.returncode:
            raise RuntimeError("path %s: exit %d: %s" % (router, told.returncode, told.stderr))
        for table in json.loads(told.stdout)["tables"]:
            found[table["version"], router] = {
                r["prefix"]: (TYPES[r["type"]], r["cost"], r.get("external_metric"),
                              {hop["address"] for hop in r["next_hops"]} or {""}) for r in table["routes"]}
    return found


def kept(binary, captures, folder):
    """The captures as a database that `analyze --db` keeps."""
    path = os.path.join(folder, "kept.db")
    if not os.path.exists(path):
        told = subprocess.run([binary, "analyze", "-q", "--db", path] + captures, capture_output=True, text=True, timeout=120, check=False)
        if told.returncode:
            raise RuntimeError("analyze --db: exit %d: %s" % (told.returncode, told.stderr))
    return [path]


class Score:
    def __init__(self):
        self.passed = self.failed = 0

    def compare(self, moment, truth, found):
        """truth: [[version, router, make, table], …]"""
        held = let_be = 0
        for version, router, runs, theirs in truth:
            ours, lines = found.get((version, router), {}), []
            for prefix in sorted(set(theirs) | set(ours)):
                a, b = theirs.get(prefix), ours.get(prefix)
                let_be += peculiar(version, runs, a, b)
                held += not peculiar(version, runs, a, b)
                if a != b and not peculiar(version, runs, a, b):
                    lines.append("%s: OSPFv%d %s (%s) %s: its table %s, routetap %s" % (moment, version, router, runs, prefix, a, b))
            self.passed += not lines
            self.failed += bool(lines)
            if lines:
                print("\n".join(lines))
        print("%s: %d tables, %d routes held against ours, %d not" % (moment, len(truth), held, let_be))


CUT = ["p46", "q15"]  # what the changes of the plan cut


def adjacencies(score, binary, captures):
    """At the end, from all taps at once: Full, or 2-Way where neither is designated router; where the link was cut, and both
    ends fell silent, Down or not known; and nothing that would keep routers apart."""
    told = subprocess.run([binary, "analyze", "--json"] + captures, capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(told.stdout)
    gone = {"Down": "gone", "Unknown": "gone"}
    states = sorted("/".join(sorted(gone.get(state, state) for state in a["states"].values())) for a in report["ospf"]["adjacencies"])
    pairs = sum(len(link["ends"]) * (len(link["ends"]) - 1) // 2 for link in PLAN["links"])
    want = sorted(["gone/gone"] * 2 * len(CUT) + ["2-Way/2-Way"] * 2 + ["Full/Full"] * (2 * (pairs - len(CUT)) - 2))
    wrong = [f["title"] for f in report["findings"] if f["severity"] == "error"]
    score.passed += states == want and not wrong
    score.failed += states != want or bool(wrong)
    if states != want or wrong:
        print("adjacencies: %s, wanted %s; %s" % (states, want, wrong))


def tables_of(lab):
    return [[version, r.id, r.plan["runs"], r.table(version)] for r in lab.routers.values() for version in (2, 3)]


def at_rest(lab, neighbors):
    """Every neighbour is there, and neither databases nor tables change: the routers are asked, until they say the same
    for longer than anything may be held back."""
    deadline, since, last = time.monotonic() + PATIENCE_S, None, None
    while time.monotonic() < deadline:
        try:
            counts = {name: r.neighbors() for name, r in lab.routers.items()}
            now = (tables_of(lab), [r.database() for r in lab.routers.values()]) if counts == neighbors else None
        except (RuntimeError, KeyError, ValueError):  # one is not there yet
            counts, now = None, None
        if now is None or now != last:
            since, last = time.monotonic(), now
        elif time.monotonic() - since > REST_S:
            return time.time(), now[0]
        time.sleep(0.3)
    raise RuntimeError("no rest within %d s; neighbours %s, wanted %s" % (PATIENCE_S, counts, neighbors))


def expected(lab):
    """How many neighbours each router must have, in either version."""
    count = {name: 0 for name in lab.routers}
    for link in lab.plan["links"]:
        up = [name for name, *_ in link["ends"] if link["name"] not in lab.cut]
        for name in up:
            count[name] += len(up) - 1
    return {name: (n, n) for name, n in count.items()}


def build(score, binary, store):
    folder = tempfile.mkdtemp(prefix="rtlab-")
    os.chmod(folder, 0o755)
    lab = ospf_lab_routers.Lab(PLAN, folder)
    moments, ids = [], [r.id for r in lab.routers.values()]
    try:
        lab.begin()
        for name, change in [("at first", None)] + CHANGES:
            if change:
                change(lab)
            when, truth = at_rest(lab, expected(lab))
            moments.append([name, when, truth])
            score.compare(name, truth, heard(binary, ids, lab.captures()))
        lab.stop_taps()
        for name, when, truth in moments[:-1]:
            score.compare(name + ", later, by --at", truth, heard(binary, ids, lab.captures(), when))
        for name, when, truth in moments:
            score.compare(name + ", of a database", truth, heard(binary, ids, kept(binary, lab.captures(), folder), when))
        if store:
            put_away(lab, moments)
    finally:
        lab.end()
        shutil.rmtree(folder, ignore_errors=True)


def put_away(lab, moments):
    shutil.rmtree(STORED, ignore_errors=True)
    os.mkdir(STORED)
    for path in lab.captures():
        with open(path, "rb") as file, gzip.GzipFile(os.path.join(STORED, os.path.basename(path) + ".gz"), "wb", 9, mtime=0) as to:
            to.write(file.read())
    plain = [{"moment": name, "when": round(when, 6), "tables": [
        {"version": v, "router": r, "runs": runs, "routes": {p: list(route[:3]) + [sorted(route[3])] for p, route in sorted(t.items())}}
        for v, r, runs, t in truth]} for name, when, truth in moments]
    with gzip.GzipFile(os.path.join(STORED, "tables.json.gz"), "wb", 9, mtime=0) as to:
        to.write(json.dumps(plain, indent=0).encode())


def stored(score, binary):
    captures = sorted(os.path.join(STORED, name) for name in os.listdir(STORED) if ".pcap" in name)
    adjacencies(score, binary, captures)
    with gzip.open(os.path.join(STORED, "tables.json.gz")) as file:
        moments = json.load(file)
    for m in moments:
        routers = sorted({t["router"] for t in m["tables"]})
        truth = [[t["version"], t["router"], t["runs"], {p: tuple(r[:3]) + (set(r[3]),) for p, r in t["routes"].items()}]
                 for t in m["tables"]]
        score.compare(m["moment"], truth, heard(binary, routers, captures, m["when"]))
        with tempfile.TemporaryDirectory() as folder:
            score.compare(m["moment"] + ", of a database", truth, heard(binary, routers, kept(binary, captures, folder), m["when"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--stored", action="store_true")
    parser.add_argument("--store", action="store_true")
    args = parser.parse_args()
    score, why = Score(), ospf_lab_routers.missing()
    if args.stored:
        stored(score, args.binary)
    elif why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    else:
        build(score, args.binary, args.store)
    print("%d passed, %d failed, 0 skipped" % (score.passed, score.failed))
    return 1 if score.failed or not score.passed else 0


if __name__ == "__main__":
    sys.exit(main())
