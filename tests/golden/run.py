#!/usr/bin/env python3
"""Golden stories: a capture, and what routetap has to say about it, letter by letter.

usage: run.py BINARY [STORY...]            compare; all stories without names
       run.py BINARY --update STORY...     write what it says now; read the difference before you commit it

A story is a folder here. It holds its capture as in.pcap, or a file `capture` that names one of ../captures; and any
of report.txt (analyze), report.json (analyze --json), decode.jsonl (decode --json): those that are there are compared.
A file `options` has words that come behind `analyze`. A new story begins as a folder with a capture and empty files.
Last line of output: `N passed, N failed, N skipped`.
"""
import argparse
import difflib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(os.path.dirname(HERE), "captures")
TELLINGS = [("report.txt", ["analyze"]), ("report.json", ["analyze", "--json"]), ("decode.jsonl", ["decode", "--json"])]
PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}
SHOWN = 40  # lines of a difference


def capture_of(story):
    """Folder and name of the story's capture: routetap runs in that folder, so that reports hold no path of ours."""
    folder = os.path.join(HERE, story)
    if os.path.exists(os.path.join(folder, "capture")):
        with open(os.path.join(folder, "capture")) as file:
            return CAPTURES, file.read().strip()
    return folder, "in.pcap"


def options_of(story, command):
    path = os.path.join(HERE, story, "options")
    if command != "analyze" or not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().split()


def tell(binary, story, words):
    folder, name = capture_of(story)
    words = words + options_of(story, words[0])
    run = subprocess.run([binary] + words + [name], cwd=folder, env=dict(os.environ, **PLAIN), stdin=subprocess.DEVNULL,
                         capture_output=True, timeout=120, check=False)
    # 1: a capture that is damaged is a story too
    if run.returncode not in (0, 1):
        return None, "exit %d: %s" % (run.returncode, run.stderr[-2000:].decode(errors="replace"))
    return run.stdout, None


def compare(want, got, path):
    lines = list(difflib.unified_diff(want.decode(errors="replace").splitlines(), got.decode(errors="replace").splitlines(),
                                      path, "now", lineterm="", n=1))
    return "\n".join(lines[:SHOWN] + ["... %d more lines" % (len(lines) - SHOWN)] * (len(lines) > SHOWN))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("stories", nargs="*")
    parser.add_argument("--update", action="store_true")
    args = parser.parse_intermixed_args()
    binary = os.path.abspath(args.binary)
    if args.update and not args.stories:
        parser.error("--update wants the names of the stories that you have read")
    stories = args.stories or sorted(name for name in os.listdir(HERE) if os.path.isdir(os.path.join(HERE, name)) and name[0] not in "._")
    passed = failed = 0
    for story in map(os.path.basename, (s.rstrip("/") for s in stories)):
        told = 0
        for name, words in TELLINGS:
            path = os.path.join(HERE, story, name)
            if not os.path.exists(path):
                continue
            told += 1
            got, why = tell(binary, story, words)
            with open(path, "rb") as file:
                want = file.read()
            if why is None and args.update and got != want:
                with open(path, "wb") as file:
                    file.write(got)
                print("%s/%s: written" % (story, name))
            elif why or got != want:
                failed += 1
                print("%s/%s: %s" % (story, name, why or compare(want, got, name)))
                continue
            passed += 1
        if not told:
            failed += 1
            print("%s: no report.txt, report.json or decode.jsonl to compare" % story)
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
