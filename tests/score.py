#!/usr/bin/env python3
"""Holds `analyze --json` against what the routers of a capture said of themselves.

usage: score.py BINARY [CAPTURE...]     without captures: all of tests/captures that have a NAME.truth.json beside them

In:  NAME.truth.json: `must` (codes that have to be found, and at which side), `must_not`, `may`; `final_states` (what
     each router showed of its neighbour at the end); `router_transitions` (what each logged, by its own clock).
Out: a line for each capture that differs, and a last line `N passed, N failed, N skipped`.

What is known to differ stands in captures/gaps.txt, a line each: `capture: difference  # why`. A difference that is
not listed fails, and so does a listed one that is gone, so that the list can only tell the truth.
"""
import concurrent.futures
import datetime
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
NEAR = 0.5  # seconds: a router's log runs a little beside its packets
# A router goes to and fro between these two as its tries fail; packets do not show which it was in.
SAME = {"active": "connect"}


def seconds(text):
    """An RFC 3339 moment in UTC as seconds; fractions of any length."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp() + (float("0." + fraction) if fraction else 0.0)


def state(name):
    name = (name or "unknown").lower()
    return SAME.get(name, name)


def pairs(report):
    """Every (router, neighbour) of a report, with its last state and its transitions as (to, seconds)."""
    for peering in report["peerings"]:
        names = [side["address"] for side in peering["sides"]]
        for me, side in enumerate(peering["sides"]):
            yield (names[me], names[1 - me]), side["state"], [
                (state(t["to"]), seconds(t["time"])) for t in peering["transitions"] if t["side"] == names[me]]
    for adjacency in (report.get("ospf") or {}).get("adjacencies", []):
        for me in adjacency["routers"]:
            other = next((r for r in adjacency["routers"] if r != me), me)
            yield (me, other), adjacency["states"].get(me), [
                (state(t["to"]), seconds(t["time"])) for t in adjacency["transitions"] if t["router"] == me]


def differences(report, truth):
    """What the report says otherwise than the truth, each as a short text that stays the same from run to run."""
    found = [(finding["code"], finding.get("at")) for finding in report["findings"]]
    for item in truth["must"]:
        code, at = (item, None) if isinstance(item, str) else (item["code"], item.get("at"))
        if code not in [c for c, _ in found]:
            yield "missed " + code
        elif at and (code, at) not in found:
            yield "%s not at %s" % (code, at)
    for item in truth["must_not"]:
        code = item if isinstance(item, str) else item["code"]
        if code in [c for c, _ in found]:
            yield "wrongly " + code
    states, moments = {}, {}
    for pair, last, transitions in pairs(report):
        states[pair] = state(last)
        for to, when in transitions:
            moments.setdefault(pair + (to,), []).append(when)
    for both, wants in truth["final_states"].items():
        for me, want in wants.items():
            other = next(name for name in both.split("|") if name != me)
            got = states.get((me, other))
            if want and got != state(want):
                yield "%s toward %s ends %s, not %s" % (me, other, got, state(want))
    missing = {}
    for me, other, when, to in truth["router_transitions"]:
        if not any(abs(when - ours) < NEAR for ours in moments.get((me, other, state(to)), [])):
            missing[(me, other, to)] = missing.get((me, other, to), 0) + 1
    for (me, other, to), times in sorted(missing.items()):
        yield "%s toward %s: %d of its steps to %s not seen" % (me, other, times, to)


def judge(binary, capture):
    base = capture
    while not os.path.exists(base + ".truth.json"):
        base, extension = os.path.splitext(base)
        if not extension:
            return capture, None
    with open(base + ".truth.json") as file:
        truth = json.load(file)
    try:
        run = subprocess.run([binary, "analyze", "--json", capture], capture_output=True, timeout=120, check=False)
        return capture, list(differences(json.loads(run.stdout), truth))
    except subprocess.TimeoutExpired:
        return capture, ["takes more than 120 s"]
    except (ValueError, KeyError, TypeError, IndexError) as why:
        return capture, ["no report: %s %s; exit %d; %s" % (type(why).__name__, why, run.returncode, run.stderr[-200:].decode(errors="replace"))]


def known_gaps():
    gaps = {}
    path = os.path.join(CAPTURES, "gaps.txt")
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                name, _, what = line.split("#")[0].strip().partition(": ")
                if what:
                    gaps.setdefault(name, []).append(what)
    return gaps


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, captures, gaps = os.path.abspath(sys.argv[1]), sys.argv[2:], known_gaps()
    captures = captures or sorted(p for p in glob.glob(os.path.join(CAPTURES, "*.pcap*")))
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for capture, differs in pool.map(lambda c: judge(binary, c), captures):
            name = os.path.basename(capture).split(".")[0]
            if differs is None:
                skipped += 1
                continue
            listed = gaps.get(name, [])
            words = [d for d in differs if d not in listed] + ["listed as a gap, and is none: " + g for g in listed if g not in differs]
            if words:
                failed += 1
                print("%s: %s" % (name, "; ".join(words)))
            else:
                passed += 1
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
