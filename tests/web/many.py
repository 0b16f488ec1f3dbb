#!/usr/bin/env python3
"""usage: many.py FROM.db N TO.db

In:  a database of one peering or more, with its findings. Out: another one in which the first peering stands N times,
with other addresses: every thirtieth down, every fiftieth with a finding.
"""
import shutil
import sqlite3
import sys


def main():
    source, number, to = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    shutil.copy(source, to)
    db = sqlite3.connect(to)
    columns = [row[1] for row in db.execute("PRAGMA table_info(side)")][3:]
    last = db.execute("SELECT last_ns FROM capture").fetchone()[0]
    peerings = [row[1] for row in db.execute("PRAGMA table_info(peering)")][2:]
    for i in range(1000, 1000 + number):
        low, high = "10.%d.%d.1" % (i // 250, i % 250), "10.%d.%d.2" % (i // 250, i % 250)
        db.execute("INSERT INTO peering (id, name, %s) SELECT ?, ?, %s FROM peering WHERE id = 1" % ((", ".join(peerings),) * 2), (i, low + "-" + high))
        for side, address in enumerate((low, high)):
            db.execute("INSERT INTO side (peering, side, address, %s) SELECT ?, side, ?, %s FROM side WHERE peering = 1 AND side = ?"
                       % ((", ".join(columns),) * 2), (i, address, side))
        db.execute("UPDATE side SET state = 'Established', asn = 64512 + ? + side, state_since_ns = ? WHERE peering = ?", (i, last - i * 10**9, i))
        if not i % 30:
            db.execute("UPDATE side SET state = 'Active', lost_count = 1 WHERE peering = ?", (i,))
        if not i % 50:
            db.execute("INSERT INTO finding (id, code, severity, confidence, peering, at, peer, first_ns, last_ns, count, title, explanation, evidence_lost)"
                       " VALUES (?, 'bgp-hold-margin-low', 'warning', 'certain', ?, ?, ?, ?, ?, 1, ?, '', 0)",
                       (i, i, low, high, last, last, "%s was nearly late" % low))
    db.commit()
    db.close()


if __name__ == "__main__":
    main()
