#!/usr/bin/env python3
"""Is `monitor` as large after an hour as after ten minutes? A capture is played to it again and again, each time later.

usage: long_run.py BINARY --capture FILE [--minutes 60] [--speed 20] [--folder DIR] [--every 30] [-- OPTION...]

In:  a classic pcap, such as an hour of churn. It goes into monitor's standard input; SPEED paces it by the packets'
     stamps, so that the run takes little of a machine. Options behind -- are monitor's own.
Out: a line every --every seconds (minutes, resident MiB, private MiB, database MiB, packets, events heard on the page,
     CPU seconds), all of them in DIR/long_run.csv; then what they come to. Exit 0 if what was resident at the end is at
     most 5 % above what it was after the first sixth, and the page and its metrics answered all the time.

While it runs one client listens to the page's events and another asks for metrics, the overview and the peerings.
"""
import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from talk import Loop  # noqa: E402

MIB = 1 << 20
GROWTH = 1.05


class Listener(threading.Thread):
    """The events of the page; comes again when it is sent away."""

    def __init__(self, port, stop):
        super().__init__(daemon=True)
        self.port, self.stop, self.heard, self.broken = port, stop, 0, 0
        self.start()

    def run(self):
        while not self.stop.is_set():
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                link.request("GET", "/api/v1/live")
                answer = link.getresponse()
                while not self.stop.is_set():
                    line = answer.readline()
                    if not line:
                        break
                    self.heard += line.startswith(b"event:")
            except OSError:
                pass
            self.broken += 1
            self.stop.wait(1)


def ask(port, path):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        body = answer.read()
        return body if answer.status == 200 else None
    except OSError:
        return None
    finally:
        link.close()


def kib(pid, file, key):
    try:
        with open("/proc/%d/%s" % (pid, file)) as f:
            found = re.search(r"^%s:\s+(\d+)" % key, f.read(), re.M)
        return int(found[1]) if found else 0
    except OSError:
        return 0


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def sample(pid, port, database):
    pages = [ask(port, path) for path in ("/metrics", "/api/v1/overview", "/api/v1/peerings?limit=100")]
    metrics = (pages[0] or b"").decode()
    packets = sum(int(float(n)) for n in re.findall(r"^routetap_capture_packets_total\S* (\S+)", metrics, re.M))
    size = sum(os.path.getsize(database + end) for end in ("", "-wal") if os.path.exists(database + end))
    return {"rss": kib(pid, "status", "VmRSS") / 1024, "private": kib(pid, "smaps_rollup", "Pss_Anon") / 1024,
            "db": size / MIB, "packets": packets, "cpu": cpu_seconds(pid), "answered": None not in pages}


def watch(args, monitor, port, database, listener):
    rows, begin = [], time.monotonic()
    with open(os.path.join(args.folder, "long_run.csv"), "w") as csv:
        csv.write("minutes,rss_mib,private_mib,db_mib,packets,events,cpu_s\n")
        while monitor.poll() is None and time.monotonic() < begin + 60 * args.minutes:
            time.sleep(args.every)
            if monitor.poll() is not None:
                break
            row = sample(monitor.pid, port, database)
            row["minutes"] = (time.monotonic() - begin) / 60
            rows.append(row)
            line = "%.1f,%.2f,%.2f,%.1f,%d,%d,%.1f" % (row["minutes"], row["rss"], row["private"], row["db"],
                                                      row["packets"], listener.heard, row["cpu"])
            print(line, flush=True)
            csv.write(line + "\n")
            csv.flush()
    return rows


def judge(rows, listener):
    """Medians of the second sixth of the time and of the last: single figures jump with what is being answered."""
    sixth = max(len(rows) // 6, 1)
    bad = 0
    for key in ("rss", "private"):
        early = statistics.median(r[key] for r in rows[sixth:2 * sixth] or rows)
        late = statistics.median(r[key] for r in rows[-sixth:])
        holds = late <= GROWTH * early
        bad += not holds
        print("%-8s %.1f MiB from minute %.0f on, %.1f MiB at the end: %+.1f %%   at most %+.0f %%  %s" %
              (key, early, rows[min(sixth, len(rows) - 1)]["minutes"], late, 100 * (late / early - 1),
               100 * (GROWTH - 1), "ok" if holds else "OVER"))
    silent = sum(not r["answered"] for r in rows)
    print("page     %d of %d rounds answered, %d events heard, %d packets, %.1f s of CPU" %
          (len(rows) - silent, len(rows), listener.heard, rows[-1]["packets"], rows[-1]["cpu"]))
    return bad or silent or not listener.heard


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--capture", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--speed", type=float, default=20)
    parser.add_argument("--every", type=float, default=30)
    parser.add_argument("--folder", default=".")
    parser.add_argument("--port", type=int, default=8197)
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    args = parser.parse_args(words[:cut])
    os.makedirs(args.folder, exist_ok=True)
    database, stop = os.path.join(args.folder, "long_run.db"), threading.Event()
    with open(os.path.join(args.folder, "long_run.log"), "wb") as log:
        monitor = subprocess.Popen([args.binary, "monitor", "--config", "none", "-r", "-", "--replay", "%g" % args.speed, "--db", database,
                                    "--web", "%d" % args.port] + words[cut + 1:], stdin=subprocess.PIPE, stdout=log, stderr=log)
    loop = Loop(args.capture)
    threading.Thread(target=loop.play, args=(monitor.stdin,), daemon=True).start()
    time.sleep(2)
    listener = Listener(args.port, stop)
    try:
        rows = watch(args, monitor, args.port, database, listener)
    finally:
        stop.set()
        monitor.terminate()
    status = monitor.wait()
    print("ended with %d after %d rounds" % (status, loop.passes))
    sys.exit(1 if status or not rows or judge(rows, listener) else 0)


if __name__ == "__main__":
    main()
