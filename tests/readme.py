#!/usr/bin/env python3
"""What README.md shows of routetap is what routetap prints.

usage: readme.py BINARY [--update]

In:  README.md. Each block that begins with ```console and a line `$ routetap …` is run among tests/captures; what
follows in the block has to be its output. Out: the differences, and a last line `N passed, N failed, N skipped`.
With --update the blocks are filled in: read the difference before you commit it.
"""
import difflib
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"(?<=```console\n)\$ routetap ([^\n]*)\n(.*?)(?=```)", re.S)
README = os.path.join(TOP, "README.md")


def told(binary, words):
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", NO_COLOR="1")
    run = subprocess.run([binary] + words, cwd=os.path.join(TOP, "tests", "captures"), env=env, stdin=subprocess.DEVNULL,
                         capture_output=True, timeout=60, check=False, text=True)
    return run.stdout


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, update = os.path.abspath(sys.argv[1]), "--update" in sys.argv
    with open(README, encoding="utf-8") as file:
        text = file.read()
    passed = failed = 0
    for found in BLOCK.finditer(text):
        want, got = found.group(2), told(binary, found.group(1).split())
        if want == got:
            passed += 1
            continue
        failed += 1
        print("README.md: routetap %s:" % found.group(1))
        print("\n".join(difflib.unified_diff(want.splitlines(), got.splitlines(), "README.md", "now", lineterm="")))
    if update:
        with open(README, "w", encoding="utf-8") as file:
            file.write(BLOCK.sub(lambda m: "$ routetap %s\n%s" % (m.group(1), told(binary, m.group(1).split())), text))
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    sys.exit(1 if failed and not update or not passed + failed else 0)


if __name__ == "__main__":
    main()
