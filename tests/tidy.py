#!/usr/bin/env python3
"""clang-tidy over every source file of a build, once for each state of it.

usage: tidy.py BUILD-FOLDER

In:  the compile_commands.json of a build by clang, and .clang-tidy. Out: its findings, which are errors, and a last line
`N passed, N failed, N skipped`. A file that passed is not asked about again (BUILD-FOLDER/tidy holds what passed) until
it, a header of it, its compiler's options or .clang-tidy change.
"""
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def tracked():
    run = subprocess.run(["git", "ls-files", "-z", "--", "*.c"], cwd=TOP, capture_output=True, text=True, check=True)
    return {os.path.join(TOP, name) for name in run.stdout.split("\0") if name}


def key_of(command, version):
    """What clang-tidy would see: the preprocessed text, comments and all, and how it is told to look at it."""
    words = shlex.split(command["command"])
    del words[words.index("-o"):words.index("-o") + 2]
    words[words.index("-c")] = "-E"
    run = subprocess.run(words + ["-C"], cwd=command["directory"], capture_output=True, check=False)
    if run.returncode:
        return None
    return hashlib.sha256(version + run.stdout).hexdigest()


def judge(folder, command, version):
    key = key_of(command, version)
    mark = os.path.join(folder, "tidy", key or "none")
    if key and os.path.exists(mark):
        return None
    run = subprocess.run(["clang-tidy", "-p", folder, "--quiet", "--warnings-as-errors=*", command["file"]], cwd=TOP,
                         capture_output=True, text=True, check=False)
    if run.returncode == 0 and key:
        open(mark, "w").close()
    return run.stdout + run.stderr if run.returncode else None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder, ours = os.path.abspath(sys.argv[1]), tracked()
    os.makedirs(os.path.join(folder, "tidy"), exist_ok=True)
    with open(os.path.join(folder, "compile_commands.json")) as file:
        commands = [c for c in json.load(file) if os.path.abspath(os.path.join(c["directory"], c["file"])) in ours]
    with open(os.path.join(TOP, ".clang-tidy"), "rb") as file:
        version = file.read()
    version += subprocess.run(["clang-tidy", "--version"], capture_output=True, check=False).stdout
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for words in pool.map(lambda c: judge(folder, c, version), commands):
            if words:
                failed += 1
                print(words)
    print("%d passed, %d failed, 0 skipped" % (len(commands) - failed, failed))
    sys.exit(1 if failed or not commands else 0)


if __name__ == "__main__":
    main()
