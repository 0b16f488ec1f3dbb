#!/usr/bin/env python3
"""Holds our link-state database against those of the routers of a capture, LSA by LSA.

usage: lsdb_test.py BINARY [CAPTURE...]     without captures: all of tests/captures, and of ../shared/captures/lab beside
                                            the repository if it is there

In:  NAME.truth.json with `lsdb`: what the routers showed at the moment `states_read`: type, ID, advertising router,
     sequence number, area, age.
Out: a line for each capture that differs, and a last line `N passed, N failed, N skipped`.

Ours is asked for that moment three times: of the capture; of a database kept of it; and, by `report --json`, at the
end. Areas that the capture does not show cannot be known. What a router holds at MaxAge it is about to drop.
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "..", "shared", "captures", "lab")
MAX_AGE = 3600
AGES_APART = 4  # seconds: each hop adds one, and routers count whole ones, each from its own start
BINARY = None


def run(*words):
    done = subprocess.run([BINARY] + list(words), capture_output=True, timeout=120, check=False)
    return done.stdout.decode()


def key(lsa):
    number = lsa["type"]
    return lsa["area"], int(number, 16) if isinstance(number, str) else number, lsa["link_state_id"], lsa["advertising_router"]


def differences(ours, truth):
    mine = {key(l): l for l in ours if l["version"] == truth["ospf_version"]}
    areas = {l["area"] for l in mine.values()}
    theirs = {key(l): l for l in truth["lsdb"] if l["in_capture"] and l["age"] < MAX_AGE and l["area"] in areas}
    for name in sorted(set(mine) | set(theirs), key=str):
        text = "type %d %s of %s in area %s" % (name[1], name[2], name[3], name[0])
        if name not in mine:
            yield text + " is missing"
        elif name not in theirs:
            yield text + " is too much"
        elif mine[name]["sequence"] != theirs[name]["sequence"]:
            yield "%s: %s, not %s" % (text, mine[name]["sequence"], theirs[name]["sequence"])
        elif abs(mine[name]["age"] - theirs[name]["age"]) > AGES_APART:
            yield "%s is %d s old, not %d" % (text, mine[name]["age"], theirs[name]["age"])


def past(fresh, again):
    """What is kept knows of a moment in the past when an instance came, and of ages only whole seconds then."""
    for lsa in fresh + again:
        del lsa["last_seen"]
    for one, other in zip(fresh, again):
        if abs(one["age"] - other["age"]) <= 1:
            other["age"] = one["age"]
    if fresh != again:
        yield "the database that was kept tells something else of that moment"


def judge(capture):
    """None to skip it; else what differs."""
    truth_path = capture[:-len(".pcap")] + ".truth.json"
    if not os.path.exists(truth_path):
        return None
    with open(truth_path, encoding="utf-8") as file:
        truth = json.load(file)
    if not truth.get("lsdb"):
        return None
    at = str(truth["states_read"])
    with tempfile.TemporaryDirectory(prefix="routetap-lsdb-") as folder:
        kept = os.path.join(folder, "kept.db")
        report = json.loads(run("analyze", "--quiet", "--json", "--db", kept, capture))
        if report["capture"]["truncated_packets"]:
            return None  # what was cut off cannot be known
        fresh = json.loads(run("lsdb", "--quiet", "--json", "--at", at, capture))
        again = json.loads(run("lsdb", "--quiet", "--json", "--at", at, kept))
        last = json.loads(run("lsdb", "--quiet", "--json", kept))
        now = json.loads(run("lsdb", "--quiet", "--json", capture))
    found = list(differences(fresh["lsdb"], truth))
    found += past(fresh["lsdb"], again["lsdb"])
    if now != last:
        found.append("the database that was kept tells something else of the end")
    short = [(key(l), l["sequence"], l["age"]) for l in last["lsdb"]]
    if sorted(short, key=str) != sorted([(key(l), l["sequence"], l["age"]) for l in report["ospf"]["lsdb"]], key=str):
        found.append("at the end lsdb and analyze differ")
    return found


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv[1])
    captures = sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "captures", "*ospf*.pcap")))
    if not sys.argv[2:]:
        if os.path.isdir(LAB):
            captures += sorted(glob.glob(os.path.join(LAB, "*ospf*.pcap")))
        else:
            print("skipped: the captures of the lab are not beside the repository")
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for capture, found in zip(captures, pool.map(judge, captures)):
            skipped += found is None
            passed += found == []
            failed += bool(found)
            for line in found or []:
                print("%s: %s" % (os.path.basename(capture), line))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
