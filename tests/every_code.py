#!/usr/bin/env python3
"""Is there a capture for every code of a finding? A code that none shows is one that nobody would miss.

usage: every_code.py BINARY

In:  state/codes.def; the captures of tests/captures and tests/golden. Out: a line for each code that no capture shows,
     and a last line `N passed, N failed, N skipped`.
"""
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# No capture alone can show these: the test that does.
ELSEWHERE = {"capture-interface-away": "live_test.py", "capture-not-kept": "disk_test.py", "route-rpki-invalid": "rpki_test.py"}


def codes():
    with open(os.path.join(HERE, os.pardir, "state", "codes.def")) as file:
        return re.findall(r'^CODE\(\w+,\s*"([a-z0-9-]+)"', file.read(), re.MULTILINE)


def shown(binary, capture):
    run = subprocess.run([binary, "analyze", "--json", capture], capture_output=True, timeout=120, check=False)
    return {finding["code"] for finding in json.loads(run.stdout)["findings"]}


def held(code, seen):
    if code not in ELSEWHERE:
        return code in seen
    with open(os.path.join(HERE, ELSEWHERE[code])) as file:
        return '"%s"' % code in file.read()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    binary, seen = os.path.abspath(sys.argv[1]), set()
    captures = glob.glob(os.path.join(HERE, "captures", "*.pcap*")) + glob.glob(os.path.join(HERE, "golden", "*", "in.pcap"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        seen.update(*pool.map(lambda capture: shown(binary, capture), captures))
    missing = [code for code in codes() if not held(code, seen)]
    for code in missing:
        print("no capture shows " + code)
    print("%d passed, %d failed, 0 skipped" % (len(codes()) - len(missing), len(missing)))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
