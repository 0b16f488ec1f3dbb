#!/usr/bin/env python3
"""Every capture, whole, cut anywhere and with octets turned over: routetap must end by itself and speak JSON.

usage: every_capture.py BINARY [--seconds N | --full] [--cuts N] [--seed N] [CAPTURE...]

Without captures: tests/captures, and ../shared/captures beside the repository where that exists. Each is first read
whole by `analyze --json` and `decode --json`; then in rounds, a damaged copy of each a round (in turn cut short, cut
short through standard input, octets turned over, both), until the time or the number of cuts is spent; the damage is
the same each time for one seed. Wanted: exit status 0 or 1 (2 would say that we called it wrongly), no signal, no
word of a sanitizer, JSON that can be read, no more than WALL seconds and MEMORY.
Last line: `N passed, N failed, N skipped`, by capture; inputs that failed are kept where it says.
"""
import argparse
import concurrent.futures
import glob
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "..", "..", "shared", "captures")
WALL = 60
MEMORY = 1024  # MiB: of address space, or of resident memory under the address sanitizer, which maps terabytes
TOLD = 20  # failures, and then it is enough
WAYS = [["analyze", "--json"], ["decode", "--json"]]
SICK = [b"AddressSanitizer", b"runtime error:", b"LeakSanitizer", b"UndefinedBehaviorSanitizer", b"Assertion"]


def captures_of(given):
    if given:
        return given
    found = glob.glob(os.path.join(HERE, "captures", "*.pcap*"))
    found += glob.glob(os.path.join(SHARED, "**", "*"), recursive=True)
    return sorted(p for p in found if os.path.isfile(p) and not p.endswith((".json", ".tsv", ".md", ".txt")))


def octets(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def damage(data, number, dice):
    """The number'th way to spoil a capture; says also whether it comes through standard input."""
    kind = number % 4
    if kind != 2:
        data = data[:dice.randrange(len(data) + 1)]
    if kind >= 2:
        data = bytearray(data)
        for _ in range(dice.choice((1, 3, 10, 100)) if data else 0):
            data[dice.randrange(len(data))] = dice.choice((0, 0xff, 0x7f, 0x80, dice.randrange(256)))
    return bytes(data), kind == 1


class Runner:
    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        with open(self.binary, "rb") as file:
            self.sanitized = b"__asan_init" in file.read()
        self.env = dict(os.environ, LC_ALL="C", TZ="UTC")
        common = ":exitcode=99:allocator_may_return_null=0:"
        self.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + common + "hard_rss_limit_mb=%d:max_allocation_size_mb=512" % MEMORY
        self.env["UBSAN_OPTIONS"] = os.environ.get("UBSAN_OPTIONS", "") + common + "print_stacktrace=1"

    def limit(self):
        if not self.sanitized:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY << 20, MEMORY << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def wrong(self, words, path, through_stdin=False):
        """What is wrong with one run, in words; None when nothing is."""
        with open(path, "rb") as file, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                run = subprocess.run([self.binary] + words + ["-" if through_stdin else path], stdin=file if through_stdin else subprocess.DEVNULL,
                                     stdout=out, stderr=err, env=self.env, timeout=WALL, preexec_fn=self.limit, check=False)
            except subprocess.TimeoutExpired:
                return "still running after %d s" % WALL
            err.seek(0)
            said = err.read()
            if run.returncode not in (0, 1) or any(word in said for word in SICK):
                return "exit %d\n%s" % (run.returncode, said[:3000].decode(errors="replace"))
            out.seek(0)
            try:
                if words[0] == "decode":
                    for line in out:
                        json.loads(line)
                elif run.returncode == 0 or out.read(1):
                    out.seek(0)
                    json.load(out)
                elif not said.startswith(b"routetap: "): # what is no capture at all is told in a sentence, and in no document
                    return "exit %d without a word" % run.returncode
            except ValueError as why:
                return "exit %d, bad JSON: %s\n%s" % (run.returncode, why, said[-500:].decode(errors="replace"))
        return None


def jobs(captures, rounds, seed):
    """(name, octets or None for the file itself, path, words, through stdin), round after round."""
    for path in captures:
        for words in WAYS:
            yield path, None, words, False
    contents = {path: octets(path) for path in captures}
    dice = random.Random(seed)
    for number in range(rounds):
        for path in captures:
            data, through_stdin = damage(contents[path], number, dice)
            yield path, data, WAYS[(number // 4 + number) % 2], through_stdin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("captures", nargs="*")
    parser.add_argument("--seconds", type=float, default=120, help="stop after so long (%(default)s)")
    parser.add_argument("--full", action="store_true", help="no limit of time")
    parser.add_argument("--cuts", type=int, default=40, help="damaged copies of each capture (%(default)s)")
    parser.add_argument("--seed", type=int, default=179)
    args = parser.parse_args()
    runner, end = Runner(args.binary), time.monotonic() + (1e9 if args.full else args.seconds)
    captures = captures_of(args.captures)
    kept = tempfile.mkdtemp(prefix="routetap-every-")
    runs, failed, told = [], set(), []

    def tell(path, words):
        failed.add(path)
        told.append(path)
        if len(told) <= TOLD:
            print(words, flush=True)

    def one(number, job):
        """One run; what went wrong is told, and the input that did it stays where it is."""
        path, data, words, through_stdin = job
        if time.monotonic() > end or len(told) > TOLD:
            return
        runs.append(path)
        if data is None:
            why = runner.wrong(words, path)
            if why:
                tell(path, "%s %s: %s" % (" ".join(words), path, why))
            return
        copy = os.path.join(kept, "%d-%s" % (number, os.path.basename(path).replace(".gz", "")))
        with open(copy, "wb") as file:
            file.write(data)
        why = runner.wrong(words, copy, through_stdin)
        if not why:
            os.unlink(copy)
            return
        tell(path, "%s %s (of %s): %s" % (" ".join(words), "- < " + copy if through_stdin else copy, path, why))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        # in portions, so that damaged copies are made as they are needed
        portion = []
        for number, job in enumerate(jobs(captures, args.cuts, args.seed)):
            portion.append(pool.submit(one, number, job))
            if len(portion) == 64:
                finish(portion)
            if time.monotonic() > end:
                break
        finish(portion)
    if not os.listdir(kept):
        os.rmdir(kept)
    skipped = len(set(captures) - set(runs))
    print("%d runs%s" % (len(runs), " under the address sanitizer" if runner.sanitized else ""))
    print("%d passed, %d failed, %d skipped" % (len(captures) - len(failed) - skipped, len(failed), skipped))
    sys.exit(1 if failed or not runs else 0)


def finish(portion):
    for future in portion:
        future.result()
    portion.clear()


if __name__ == "__main__":
    main()
