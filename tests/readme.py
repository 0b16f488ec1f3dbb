#!/usr/bin/env python3
"""What README.md and its neighbours say of routetap is so.

usage: readme.py BINARY [--update]

In:  README.md, CONTRIBUTING.md, SECURITY.md and docs/*.md. Out: what differs, and a last line `N passed, N failed, N skipped`.

- A block that begins with ```console and a line `$ routetap …` is run among tests/captures; what follows in the block has to be
  its output. With --update such blocks are filled in: read the difference before you commit it.
- Other commands of routetap in blocks (`$ ./run …`, `$ sudo routetap …`) have to be understood; files of ours that they name have
  to be there.
- Files that are named in `backquotes`, and links, lead to something.
"""
import difflib
import glob
import os
import re
import shlex
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


def lines_of(text):
    """(program, words) of each command of routetap that stands in a block."""
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for line in re.findall(r"^\$ (.*)$", block, re.M):
            words = shlex.split(line.split("|")[-1].split("&&")[-1])
            while words and words[0] in ("sudo", "time"):
                words.pop(0)
            if words and words[0] in ("./run", "routetap"):
                yield words[0], words[1:]


def misunderstood(binary, program, words):
    for word in words if program == "./run" else []:
        if word.startswith("tests/") and not os.path.exists(os.path.join(TOP, word)):
            return word + " is not there"
    run = subprocess.run([binary] + words + ["--help"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False, text=True)
    return run.stderr if run.returncode else ""


def leads_nowhere(path, text):
    """Names of files, and links, that nothing stands behind."""
    for name in re.findall(r"`([\w./*-]+\.(?:c|h|def|py|md|mjs|in|json))`", text):
        if name[0] not in "/." and not re.search("NAME|FOLDER", name) and not glob.glob(os.path.join(TOP, "**", name), recursive=True):
            yield name
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not os.path.exists(os.path.join(os.path.dirname(path), link)):
            yield link


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
    for path in [README] + [os.path.join(TOP, name) for name in ("CONTRIBUTING.md", "SECURITY.md")] + sorted(glob.glob(os.path.join(TOP, "docs", "*.md"))):
        with open(path, encoding="utf-8") as file:
            page = file.read()
        wrong = [misunderstood(binary, *line) for line in lines_of(page)]
        wrong += [name + " is not there" for name in leads_nowhere(path, page)]
        for words in filter(None, wrong):
            failed += 1
            print("%s: %s" % (os.path.relpath(path, TOP), words.strip()))
        passed += wrong.count("")
    if update:
        with open(README, "w", encoding="utf-8") as file:
            file.write(BLOCK.sub(lambda m: "$ routetap %s\n%s" % (m.group(1), told(binary, m.group(1).split())), text))
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    sys.exit(1 if failed and not update or not passed + failed else 0)


if __name__ == "__main__":
    main()
