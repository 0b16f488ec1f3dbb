#!/usr/bin/env python3
"""`monitor` over weeks of packets' time: what is rolled up, what goes when, how large the database may get, and that
memory does not grow with what happens again and again.

usage: weeks_test.py BINARY [NAME...]

In: nothing; captures are made as they are read. Out: what failed, a last line `N passed, N failed, N skipped`.
"""
import os
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

from talk import KEEPALIVE, PCAP, Talk, update

MIB = 1 << 20
DAY, WEEK = 86400, 7 * 86400
BEGIN = 1767225600  # 2026-01-01 00:00 UTC
SUMS = ("opens updates notifications keepalives route_refreshes message_bytes announced withdrawn segments segment_bytes retransmissions "
        "zero_window_ns rtt_ns rtt_count lost").split()
TAPS = "packets bytes received dropped interface_dropped duplicates truncated one_way".split()


def check(true, words):
    if not true:
        raise AssertionError(words)


def quiet(days, every, flap=WEEK):
    """A session that says KEEPALIVEs and is reset now and then; half of the time one side is slower, so that margins
    differ."""
    talk, now, end, up = Talk(), BEGIN + 3.5, BEGIN + days * DAY, None
    while now < end:
        if up is None or now - up >= flap:
            if up is not None:
                yield from talk.end(now, 1)
                now += 20
            yield from talk.begin(now)
            up = now
        now += every
        yield talk.say(now, 0, KEEPALIVE)
        yield talk.say(now + 0.2 + (every / 4 if now % DAY > DAY / 2 else 0), 1, KEEPALIVE)


def churn(rounds):
    """Sessions that come and go; of each some thousand UPDATEs with attributes that nobody has seen before, for prefixes
    that are always the same."""
    dice, now = random.Random(4271), BEGIN + 0.5
    prefixes = [("20.%d.%d.0" % (i >> 8, i & 255), 24) for i in range(2000)]
    for turn in range(rounds):
        talk = Talk(hold=90)
        talk.port += turn
        yield from talk.begin(now)
        now += 1
        for n in range(4000):
            now += 0.01
            some = dice.sample(prefixes, 3)
            path = [65001] + [dice.randrange(1, 400000) for _ in range(dice.randrange(1, 8))]
            words = update(withdraw=some) if n % 7 == 0 else update(announce=some, path=path, med=dice.randrange(1 << 30))
            yield talk.say(now, 0, words)
            if n % 20 == 0:
                yield talk.say(now + 0.001, 1, KEEPALIVE)
        yield from talk.end(now + 1, turn % 2)
        now += 5


def monitor(binary, packets, database, *words, watch=None):
    """Feeds it; returns its peak memory in KiB."""
    quarantine = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:malloc_context_size=0"
    child = subprocess.Popen([binary, "monitor", "--config", "none", "-q", "--severity", "error", "-r", "-", "--db", database, *words],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ, ASAN_OPTIONS=quarantine))
    said, over = [], threading.Event()
    threads = [threading.Thread(target=lambda: said.append(child.stderr.read()))]
    if watch:
        threads.append(threading.Thread(target=watch, args=(over,)))
    for thread in threads:
        thread.start()
    try:
        child.stdin.write(PCAP)
        for record in packets:
            child.stdin.write(record)
        child.stdin.close()
    except BrokenPipeError:
        pass
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    for thread in threads:
        thread.join()
    check(status == 0, "it ended with %d: %s" % (child.returncode, said))
    return usage.ru_maxrss


def asked(database, query, *values):
    link = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    try:
        return link.execute(query, values).fetchall()
    finally:
        link.close()


def series(database, table, step, since=0):
    """{(whose, side or 0, start): counts}"""
    side, counts = ("side", SUMS + ["margin_ns"]) if table == "series_side" else ("0", TAPS + ["NULL"])
    whose = "peering" if table == "series_side" else "file"
    rows = asked(database, "SELECT %s, %s, start_s, %s FROM %s WHERE step = ? AND start_s >= ?" % (whose, side, ", ".join(counts), table), step, since)
    return {row[:3]: row[3:] for row in rows}


def rolled(rows, step):
    """Rows of a finer step as they are in a longer one: sums, and of margins the least."""
    several = {}
    for (whose, side, start), counts in rows.items():
        several.setdefault((whose, side, start - start % step), []).append(counts)
    return {key: tuple(map(sum, zip(*(c[:-1] for c in all_of)))) + (min((c[-1] for c in all_of if c[-1] is not None), default=None),)
            for key, all_of in several.items()}


def same_sums(database, since=0):
    """Each longer interval from `since` on is the sum of the shorter ones in it."""
    for table in ("series_side", "series_tap"):
        fine = series(database, table, 10, since)
        check(fine, "no detail in " + table)
        for step in (60, 3600):
            begin = -(-since // step) * step
            have = series(database, table, step, begin)
            want = rolled({key: counts for key, counts in fine.items() if key[2] >= begin}, step)
            if table == "series_tap":  # where nothing was captured, a row says no more than none
                have, want = ({key: counts for key, counts in rows.items() if any(counts)} for rows in (have, want))
            check(have == want, "%s, step %d: %s" % (table, step, sorted(set(have.items()) ^ set(want.items()), key=str)[:4]))


KEEP_ALL = ("--keep-10s", "400d", "--keep-1min", "400d", "--keep-1h", "400d", "--keep-events", "400d", "--db-size", "4096")


def ages(binary, folder):
    """Rolled up rows are the sums of what they replace; each kind goes when it is as old as was said, and not before."""
    whole, aged = os.path.join(folder, "whole.db"), os.path.join(folder, "aged.db")
    limits = {10: 2 * DAY, 60: 6 * DAY, 3600: 15 * DAY}
    monitor(binary, quiet(28, 600), whole, *KEEP_ALL)
    monitor(binary, quiet(28, 600), aged, "--keep-10s", "2d", "--keep-1min", "6d", "--keep-1h", "15d", "--keep-events", "10d")
    same_sums(whole)
    (last,), = asked(whole, "SELECT max(start_s) FROM series_side WHERE step = 10")
    (total,), = asked(whole, "SELECT sum(segments) FROM series_side WHERE step = 3600")
    check(total > 2 * 28 * DAY / 600 - 10, "segments in all: %s" % total)
    for table in ("series_side", "series_tap"):
        for step, age in limits.items():
            have, full = series(aged, table, step), series(whole, table, step)
            first = min(key[2] for key in have)
            check(last - age - 1200 - step <= first <= last - age + 1200 + step, "%s, step %d begins %d s before the end" % (table, step, last - first))
            check(have == {key: n for key, n in full.items() if key[2] >= first}, "%s, step %d: other rows" % (table, step))
    same_sums(aged, last - 2 * DAY + 3600)
    for table, when in (("transition", "time_ns"), ("notification", "time_ns"), ("connection", "closed_ns")):
        have, full = (sorted(n for n, in asked(db, "SELECT %s FROM %s WHERE %s IS NOT NULL" % (when, table, when))) for db in (aged, whole))
        edge = (last - 10 * DAY) * 10**9
        check(full[0] < edge < full[-1] and have == [n for n in full if n >= edge], "%s: %d of %d" % (table, len(have), len(full)))
    for db in (whole, aged):
        check(asked(db, "SELECT count(*) FROM finding WHERE over_ns IS NULL") == asked(whole, "SELECT count(*) FROM finding WHERE over_ns IS NULL"), "what is so is kept however old it is")
    check(asked(aged, "SELECT count(*) FROM pragma_foreign_key_check") == [(0,)], "rows refer to what is gone")


def ceiling(binary, folder):
    """The file never gets larger than was said; the finest detail goes first, of it the oldest; what happened stays."""
    capped, cap, most = os.path.join(folder, "capped.db"), 16 * MIB, [0, 0]

    def watch(over):
        while not over.wait(0.02):
            for i, end in enumerate(("", "-wal")):
                if os.path.exists(capped + end):
                    most[i] = max(most[i], os.path.getsize(capped + end))

    monitor(binary, quiet(28, 10), capped, *KEEP_ALL[:-1], "16", watch=watch)
    check(0 < most[0] <= cap and os.path.getsize(capped) <= cap, "the file had %.1f MiB" % (most[0] / MIB))
    check(most[1] <= 32 * MIB, "the log had %.1f MiB" % (most[1] / MIB))
    (last,), = asked(capped, "SELECT max(start_s) FROM series_side WHERE step = 10")
    firsts = {step: min(key[2] for key in series(capped, "series_side", step)) for step in (10, 60, 3600)}
    check(firsts[10] > BEGIN + 7 * DAY, "all of the detail is there: was there any need to hurry?")
    check(last - firsts[10] > 3600, "nothing of the detail is there")
    check(firsts[60] <= firsts[10] and firsts[3600] == BEGIN, "what is longer goes later: %s" % {k: (last - v) / DAY for k, v in firsts.items()})
    same_sums(capped, firsts[10] + 3600)
    (spent,), = asked(capped, "SELECT sum(keepalives) FROM series_side WHERE step = 3600")
    check(spent > 2 * 28 * DAY / 10.1, "hours hold all of it: %d KEEPALIVEs" % spent)
    for table, count in (("notification", 3), ("connection", 4)):
        check(asked(capped, "SELECT count(*) FROM " + table) == [(count,)], table)
    check(asked(capped, "SELECT min(time_ns) / 1000000000 FROM transition") == [(BEGIN + 3,)], "the first change of state")
    check(asked(capped, "SELECT count(*) FROM finding WHERE code = 'bgp-cease-administrative-reset'")[0][0] >= 1, "findings")


def memory(binary, folder):
    """Three times the churn, no more memory."""
    peaks = {}
    for rounds in (6, 18):
        for keep in ("none", "changes"):
            peaks[keep, rounds] = monitor(binary, churn(rounds), os.path.join(folder, "%s%d.db" % (keep, rounds)), "--keep-routes", keep)
            check(asked(os.path.join(folder, "%s%d.db" % (keep, rounds)), "SELECT sum(updates) FROM series_side WHERE step = 3600") == [(4000 * rounds,)], "UPDATEs")
    for keep in ("none", "changes"):
        once, thrice = peaks[keep, 6], peaks[keep, 18]
        check(thrice <= 1.1 * once, "--keep-routes %s: %d KiB after 24000 UPDATEs, %d after 72000" % (keep, once, thrice))


def clock(binary, folder):
    """A clock that is set back by an hour, and after another one forth by two: the session stays up, no second of the
    series stands for an hour, and sums stay sums."""
    def stepped():
        for record in quiet(4 / 24, 20):
            when = struct.unpack("<I", record[:4])[0]
            passed = when - BEGIN
            yield struct.pack("<I", when + (0 if passed < 3600 else -3600 if passed < 7200 else 3600)) + record[4:]

    database = os.path.join(folder, "clock.db")
    monitor(binary, stepped(), database)
    check(asked(database, "SELECT count(*) FROM transition WHERE from_state = 'Established'") == [(0,)], "it was lost")
    check(not asked(database, "SELECT code FROM finding WHERE severity != 'info'"), asked(database, "SELECT code FROM finding"))
    same_sums(database)
    most = asked(database, "SELECT max(keepalives), count(*) FROM series_side WHERE step = 10")
    check(most[0][0] <= 2 and most[0][1] > 1300, "KEEPALIVEs in ten seconds, and such spans: %s" % most)
    first, last = asked(database, "SELECT first_ns, last_ns FROM capture")[0]
    check(abs((last - first) / 1e9 - 5 * 3600) < 60, "it lasted %.0f s" % ((last - first) / 1e9))


TESTS = [ages, ceiling, memory, clock]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, failed, passed = os.path.abspath(sys.argv[1]), [], 0
    for test in (t for t in TESTS if not sys.argv[2:] or t.__name__ in sys.argv[2:]):
        with tempfile.TemporaryDirectory(prefix="rt-weeks-") as folder:
            begin = time.monotonic()
            try:
                test(binary, folder)
                passed += 1
            except (AssertionError, OSError, sqlite3.Error, ValueError) as why:
                failed.append("%s: %s: %s" % (test.__name__, type(why).__name__, why))
            print("%s: %.0f s" % (test.__name__, time.monotonic() - begin))
    for words in failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (passed, len(failed)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
