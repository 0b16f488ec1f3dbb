-- What is watched for long: runs that follow each other in one database, findings that are over, series of counts.

ALTER TABLE finding ADD COLUMN over_ns INTEGER;  -- it was so until then; NULL: it is so, as far as is known
ALTER TABLE capture_file ADD COLUMN live INTEGER NOT NULL DEFAULT 0;              -- 1: an interface
ALTER TABLE capture_file ADD COLUMN received INTEGER NOT NULL DEFAULT 0;          -- by the kernel's count
ALTER TABLE capture_file ADD COLUMN interface_dropped INTEGER NOT NULL DEFAULT 0; -- by the interface's own
CREATE INDEX peering_name ON peering (name);

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    first_file INTEGER NOT NULL,   -- its capture_file rows begin there
    began_ns INTEGER,              -- of its first and last packet
    ended_ns INTEGER,
    complete INTEGER NOT NULL DEFAULT 0 -- 1: it ended in order
) STRICT;

-- What one side sent, and how close it came to losing the session, in intervals of `step` seconds (10, 60, 3600). An
-- interval in which nothing happened has no row.
CREATE TABLE series_side (
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,
    step INTEGER NOT NULL,
    start_s INTEGER NOT NULL,      -- seconds since 1970-01-01 00:00 UTC
    opens INTEGER NOT NULL,
    updates INTEGER NOT NULL,
    notifications INTEGER NOT NULL,
    keepalives INTEGER NOT NULL,
    route_refreshes INTEGER NOT NULL,
    message_bytes INTEGER NOT NULL,
    announced INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    segment_bytes INTEGER NOT NULL,
    retransmissions INTEGER NOT NULL,
    zero_window_ns INTEGER NOT NULL,
    rtt_ns INTEGER NOT NULL,       -- sum of rtt_count round trips
    rtt_count INTEGER NOT NULL,
    margin_ns INTEGER,             -- least that was left of its hold time when something reached it
    lost INTEGER NOT NULL,         -- times that it left Established
    PRIMARY KEY (peering, side, step, start_s)
) STRICT, WITHOUT ROWID;

-- Routes that the other side has from it: so many from then on.
CREATE TABLE series_route (
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,
    family TEXT NOT NULL,
    start_s INTEGER NOT NULL,
    held INTEGER NOT NULL,
    PRIMARY KEY (peering, side, family, start_s)
) STRICT, WITHOUT ROWID;

-- The tap, in the same intervals.
CREATE TABLE series_tap (
    file INTEGER NOT NULL,         -- capture_file
    step INTEGER NOT NULL,
    start_s INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    received INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    interface_dropped INTEGER NOT NULL,
    PRIMARY KEY (file, step, start_s)
) STRICT, WITHOUT ROWID;

-- What people call addresses ('address') and ASes ('as'), as the configuration says.
CREATE TABLE name (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_series AS
SELECT p.name AS peering, s.address AS side, r.step, strftime('%Y-%m-%d %H:%M:%S', r.start_s, 'unixepoch') AS utc,
       r.updates, r.keepalives, r.announced, r.withdrawn, r.segment_bytes, r.retransmissions,
       round(r.margin_ns / 1e9, 3) AS margin_s, round(r.rtt_ns / 1e6 / nullif(r.rtt_count, 0), 3) AS rtt_ms
  FROM series_side r JOIN peering p ON p.id = r.peering JOIN side s ON s.peering = r.peering AND s.side = r.side
 ORDER BY r.start_s, r.peering, r.side, r.step;
