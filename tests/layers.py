#!/usr/bin/env python3
"""Who may include whom, and other things that keep the house in order.

In:  the sources of the repository this file stands in. Out: a line for each breach; exit 0 when there is none.

    cli -> web -> store -> state -> decode -> base
     |                       +---> capture -> base
     +---> alert -> state

1. A folder includes what stands to its right, never to its left.
2. state sees one header of capture: packet.h.
3. web sees store and base only.
4. A library, a socket or a clock is used in one place each (OUTSIDE, CLOCKS).
5. Outsiders see the face of decode/bgp and decode/ospf (bgp.h, ospf.h) and their rows (.def), nothing else.
6. decode and state are strict C17: no feature macro, no POSIX header, and neither opens or prints anything.
7. No header includes itself by a detour; each compiles alone and twice.
8. No function is longer than 80 lines.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAY = {
    "base": {"base"},
    "decode": {"decode", "base"},
    "capture": {"capture", "base"},
    "state": {"state", "decode", "base"},
    "store": {"store", "state", "decode", "base"},
    "web": {"web", "store", "base"},
    "alert": {"alert", "state", "decode", "base"},
    "veil": {"veil", "decode", "base"},
    "cli": {"cli", "alert", "veil", "web", "store", "state", "decode", "capture", "base"},
}
#   header                                         where alone it may be included
OUTSIDE = [
    (r"pcap(/.*)?\.h",                             ["capture/"]),
    (r"(zlib|zstd|zstd_errors|bzlib|lzma)\.h",     ["capture/", "web/gzip.c"]),
    (r"nettle/.*",                                 ["state/", "veil/"]),
    (r"maxminddb\.h",                              ["state/geo.c"]),
    (r"rtrlib/.*",                                 ["cli/rtr.c"]),
    (r"librdkafka/.*",                             ["cli/kafka.c", "tests/"]),
    (r"sqlite3\.h",                                ["store/"]),
    (r"microhttpd\.h",                             ["web/"]),
    (r"(cap-ng|seccomp)\.h",                       ["capture/privdrop.c"]),
    (r"(sys/socket|sys/un)\.h",                   ["web/", "alert/", "cli/notify.c", "cli/collector.c", "capture/rebind.c"]),
    (r"(arpa/inet|netdb|netinet/.*)(\.h)?",       ["web/", "alert/syslog.c", "cli/collector.c", "capture/rebind.c"]),
    (r"curl/.*",                                   ["alert/webhook.c"]),
    (r"spawn\.h",                                  ["alert/command.c"]),
]
CLOCKS = ["base/wall.c", "base/wall.h", "capture/source_live.c", "capture/source_replay.c", "web/server.c",
          "alert/bell.c", "alert/sender.c", "alert/command.c", "cli/"]
CLOCK = re.compile(r"(?<![\w.>])(clock_gettime|gettimeofday|timespec_get|clock|time|wall_now|wall_steady)\s*\(")
OUTSIDE_WORLD = re.compile(r"(?<![\w.>])(fopen|freopen|printf|fprintf|puts|putchar|getenv|system)\s*\(")
STRICT = {"decode", "state", "veil"}
STRICT_BUT = {"state/geo.c"}  # opens the one file that state/ opens
C17 = {"assert", "ctype", "errno", "float", "inttypes", "limits", "math", "stdalign", "stdarg", "stdbool", "stddef",
       "stdint", "stdio", "stdlib", "stdnoreturn", "string", "nettle/*", "maxminddb"}
FACES = {"decode/bgp": "decode/bgp/bgp.h", "decode/ospf": "decode/ospf/ospf.h"}
POSIX_ROOMS = {"capture", "store", "web", "alert", "cli", "tests"}
LONGEST = 80

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
breaches = []


def breach(path, line, words):
    breaches.append("%s:%d: %s" % (path, line, words))


def sources():
    for room in sorted(MAY) + ["tests"]:
        for folder, below, names in os.walk(os.path.join(TOP, room)):
            below.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h", ".def")):
                    yield os.path.relpath(os.path.join(folder, name), TOP)


def within(path, places):
    return any(path == place or place.endswith("/") and path.startswith(place) for place in places)


def check_ours(path, line, room, wanted):
    """Rules 1, 2, 3 and 5, for an #include "..." of our own."""
    if not os.path.exists(os.path.join(TOP, wanted)):
        breach(path, line, 'includes "%s": paths start at the top of the repository' % wanted)
        return
    to = wanted.split("/")[0]
    if to not in MAY[room] and not (room == "state" and wanted == "capture/packet.h"):
        breach(path, line, '%s may not include "%s"' % (room, wanted))
    for folder, face in FACES.items():
        if wanted.startswith(folder + "/") and not path.startswith(folder + "/") and wanted != face and not wanted.endswith(".def"):
            breach(path, line, 'outside of %s only "%s" and rows may be included, not "%s"' % (folder, face, wanted))


def check_theirs(path, line, room, wanted):
    """Rules 4 and 6, for an #include <...>."""
    for pattern, places in OUTSIDE:
        if re.fullmatch(pattern, wanted) and not within(path, places):
            breach(path, line, "<%s> belongs in %s only" % (wanted, " ".join(places)))
    if room in STRICT and path not in STRICT_BUT:
        name = re.sub(r"\.h$", "", wanted)
        if name not in C17 and os.path.dirname(name) + "/*" not in C17:
            breach(path, line, "<%s> is not C17, and %s is strict" % (wanted, room))


def check_words(path, room, text):
    """Clocks, feature macros and long functions, in the text without comments and strings."""
    bare = NOISE.sub(lambda found: "\n" * found.group().count("\n"), text)
    if not within(path, CLOCKS):
        for found in CLOCK.finditer(bare):
            breach(path, bare.count("\n", 0, found.start()) + 1, "%s(): time is an argument here" % found.group(1))
    if room in STRICT:
        for found in re.finditer(r"#\s*define\s+(_\w*_SOURCE)\b", bare):
            breach(path, bare.count("\n", 0, found.start()) + 1, "%s: %s is strict C17" % (found.group(1), room))
        for found in OUTSIDE_WORLD.finditer(bare):
            if path not in STRICT_BUT:
                breach(path, bare.count("\n", 0, found.start()) + 1, "%s() in %s" % (found.group(1), room))
    opened = None
    for number, line in enumerate(bare.split("\n"), 1):
        if line.startswith("{"):
            opened = number
        elif line.startswith("}") and opened:
            if number - opened - 1 > LONGEST:
                breach(path, opened, "a function of %d lines: a table or a type is missing" % (number - opened - 1))
            opened = None


def check_circles(graph):
    """Rule 7, first half: depth first, with the way we came by."""
    done = set()

    def visit(path, way):
        if path in way:
            breach(path, 1, "includes itself: " + " -> ".join(way[way.index(path):] + [path]))
        elif path not in done:
            for wanted in graph.get(path, ()):
                visit(wanted, way + [path])
            done.add(path)

    for path in sorted(graph):
        visit(path, [])


def compiles_twice(compiler, path):
    define = ["-D_DEFAULT_SOURCE"] if path.split("/")[0] in POSIX_ROOMS else []
    run = subprocess.run([compiler, "-std=c17", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wno-unused", "-Wno-unused-function",
                          "-Werror", "-I", TOP, "-x", "c", "-"] + define,
                         input='#include "%s"\n#include "%s"\ntypedef int layers_not_empty;\n' % (path, path), capture_output=True, text=True, check=False)
    return path, run.returncode, run.stderr


def check_alone(headers):
    compiler = next((c for c in (os.environ.get("CC"), "gcc", "cc", "clang") if c and shutil.which(c)), None)
    if not compiler:
        sys.exit("layers: no compiler to try the headers with")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, status, words in pool.map(lambda h: compiles_twice(compiler, h), headers):
            if status:
                breach(path, 1, "does not compile alone and twice:\n" + "\n".join(words.splitlines()[:6]))


def main():
    graph, headers, files = {}, [], 0
    for path in sources():
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            text = file.read()
        files += 1
        room = path.split("/")[0]
        if path.endswith(".h"):
            headers.append(path)
        graph[path] = []
        for found in INCLUDE.finditer(text):
            line = text.count("\n", 0, found.start(2)) + 1
            if found.group(1) == '"':
                graph[path].append(found.group(2))
            if room == "tests":
                continue
            (check_ours if found.group(1) == '"' else check_theirs)(path, line, room, found.group(2))
        if room != "tests":
            check_words(path, room, text)
    check_circles({path: wants for path, wants in graph.items() if path.endswith(".h")})
    check_alone(headers)
    for words in breaches:
        print(words)
    print("%d files, %d headers, %d breaches" % (files, len(headers), len(breaches)))
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
