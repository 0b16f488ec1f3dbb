#!/usr/bin/env python3
"""Live and offline tell the same story: with TICKs in every silence and a review every second, the last words of
`monitor -r` are those of `analyze`.

usage: same_story.py BINARY [CAPTURE...]     without captures: all of tests/captures

In:  captures. Out: for each that differs, what; a last line `N passed, N failed, N skipped`. Compared are peerings with
all their connections, transitions and notifications, OSPF's adjacencies and databases, and the findings that are not
over, whatever their numbers. What is found of OSPF is looked at again and again in both ways, offline without
taking anything back: there only what was found counts, not how often, and over or not.
"""
import collections
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise ValueError("%s: exit %d: %s" % (words[1], done.returncode, done.stderr[-500:].decode(errors="replace")))
    return done.stdout


def plain(finding):
    """A finding without what the order of telling gives it."""
    return json.dumps({k: v for k, v in finding.items() if k != "id"}, sort_keys=True)


def story(document):
    """What was told but for findings; findings that are so; those of OSPF that are so, and all of them."""
    told = json.loads(document)
    findings = collections.Counter(plain(f) for f in told["findings"] if not f.get("over") and not f["code"].startswith("ospf-"))
    of_ospf = [(f["code"], f.get("adjacency"), f["at"], bool(f.get("over"))) for f in told["findings"] if f["code"].startswith("ospf-")]
    rest = {k: v for k, v in told.items() if k not in ("findings", "routetap", "version")}
    return rest, findings, {f[:3] for f in of_ospf if not f[3]}, {f[:3] for f in of_ospf}


def differences(one, other, path=""):
    if type(one) is not type(other):
        yield "%s: %r, %r" % (path, one, other)
    elif isinstance(one, dict):
        for key in sorted(set(one) | set(other)):
            yield from differences(one.get(key), other.get(key), path + "/" + key)
    elif isinstance(one, list):
        if len(one) != len(other):
            yield "%s: %d of them, %d" % (path, len(one), len(other))
        for i, (a, b) in enumerate(zip(one, other)):
            yield from differences(a, b, "%s/%d" % (path, i))
    elif one != other:
        yield "%s: %r, %r" % (path, one, other)


def judge(binary, capture):
    with tempfile.TemporaryDirectory() as folder:
        try:
            db = os.path.join(folder, "live.db")
            offline, found, ospf_found, _ = story(run(binary, "analyze", "--json", capture))
            run(binary, "monitor", "--config", "none", "--no-sandbox", "-r", capture, "--replay", "max", "--db", db)
            live, seen, ospf_seen, ospf_ever = story(run(binary, "report", "--json", db))
        except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as why:
            return ["%s: %s" % (os.path.basename(capture), why)]
        words = list(differences(offline, live))[:4]
        words += ["only offline: " + f for f in list(found - seen)[:3]] + ["only live: " + f for f in list(seen - found)[:3]]
        words += ["only offline: %s %s at %s" % f for f in sorted(ospf_found - ospf_ever, key=str)]
        words += ["only live: %s %s at %s" % f for f in sorted(ospf_seen - ospf_found, key=str)]
        return ["%s: %s" % (os.path.basename(capture), w) for w in words]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    captures = sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "captures", "*.pcap*")))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for words in pool.map(lambda c: judge(binary, c), captures):
            failed += bool(words)
            for line in words:
                print(line)
    print("%d passed, %d failed, 0 skipped" % (len(captures) - failed, failed))
    sys.exit(1 if failed or not captures else 0)


if __name__ == "__main__":
    main()
