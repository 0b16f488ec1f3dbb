"""The network of ospf_lab.py: eight routers of two makes, a backbone, an area with two ways into it, and an NSSA with two
border routers, of which one translates. Costs make ways of equal cost, also over links that run side by side.

    area 1                       area 0 (LAN)                area 2 (NSSA)
    r8 ── LAN ── r5 ══ r1 ──┐                ┌── r3 ── r6 ── LAN ── r7
           │          └── r2 ──┤ r1 r2 r3 r4 ├── r4 ──┘
           └── r2              └── r3 ── r4 ──┘  r7 ── r4

ends: router, cost, priority. outside: prefix, type of metric, metric.
"""


def link(name, area, kind, *ends):
    return {"name": name, "area": area, "kind": kind, "bits": 24 if kind == "broadcast" else 28, "ends": ends}


def router(runs, areas, *outside):
    return {"runs": runs, "areas": areas, "outside": [o for pair in outside for o in pair]}


def both(four, six, kind, metric):
    return (four, kind, metric), (six, kind, metric)


PLAN = {
    "nssa": 2,
    "routers": {
        "r1": router("frr", [0, 1]),
        "r2": router("bird", [0, 1], both("192.0.2.0/27", "2001:db8:e4::/48", 1, 5)),
        "r3": router("frr", [0, 2]),
        "r4": router("bird", [0, 2]),
        "r5": router("frr", [1], both("198.51.100.128/25", "2001:db8:e2::/48", 2, 100),
                     both("203.0.113.0/26", "2001:db8:e5::/48", 1, 30)),
        "r6": router("bird", [2], both("192.0.2.64/26", "2001:db8:e6::/48", 1, 40),
                     both("192.0.2.128/26", "2001:db8:e7::/48", 2, 10)),
        "r7": router("frr", [2], both("192.0.2.192/26", "2001:db8:e8::/48", 2, 20)),
        "r8": router("bird", [1], both("198.51.100.0/25", "2001:db8:e1::/48", 1, 50),
                     both("198.51.100.128/25", "2001:db8:e2::/48", 2, 100)),
    },
    "links": [
        link("lan0", 0, "broadcast", ("r1", 10), ("r2", 10), ("r3", 10, 9), ("r4", 10, 5)),
        link("p34", 0, "ptp", ("r3", 10), ("r4", 10)),
        link("p15", 1, "ptp", ("r1", 10), ("r5", 10)),
        link("q15", 1, "ptp", ("r1", 10), ("r5", 10)),
        link("p25", 1, "ptp", ("r2", 10), ("r5", 10)),
        link("lan1", 1, "broadcast", ("r5", 10, 3), ("r8", 20)),
        link("p28", 1, "ptp", ("r2", 15), ("r8", 25)),
        link("p36", 2, "ptp", ("r3", 10), ("r6", 10)),
        link("p46", 2, "ptp", ("r4", 10), ("r6", 10)),
        link("p47", 2, "ptp", ("r4", 30), ("r7", 30)),
        link("lan2", 2, "broadcast", ("r6", 10), ("r7", 10, 2)),
    ],
}


def cut(lab):
    """One of two links side by side, and one of two ways into the NSSA."""
    lab.cut_link("q15")
    lab.cut_link("p46")


def dearer(lab):
    """A way that was as cheap as others."""
    lab.routers["r2"].cost("lan0", 14)
    lab.routers["r5"].cost("p25", 3)


CHANGES = [("after two links went and two costs changed", lambda lab: (cut(lab), dearer(lab)))]


def peculiar(version, runs, theirs, ours):
    """Not held against ours: what FRR's ospf6d (8.4) knows beyond an area. It goes on by one border router only where
    several are as near (RFC 2328 16.2 (6)), takes the nearer AS boundary router where RFC 2328 16.4.1 has the one within
    another area than the backbone, goes to the translator and not to the forwarding address, and at times keeps what was
    flushed. BIRD's tables of the same databases are held against ours whole."""
    return version == 3 and runs == "frr" and "intra-area" not in ((theirs or ours)[0], (ours or theirs)[0])
