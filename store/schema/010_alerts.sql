-- Alerts that fire, and those that are over of which not every sink has heard: monitor goes on with them in its next run.
CREATE TABLE alert (
    key INTEGER PRIMARY KEY,       -- of this time that it fires
    about TEXT NOT NULL,           -- 'capture', 'peering', 'adjacency'
    subject TEXT NOT NULL,         -- its name; '': the capture
    name TEXT NOT NULL,            -- a finding's code, or 'bgp-session-down'
    severity TEXT NOT NULL,
    at TEXT NOT NULL,              -- '': unknown
    finding INTEGER NOT NULL,      -- its number; 0: a change of state
    count INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    firing INTEGER NOT NULL,       -- 0: it is over since last_ns
    while_down INTEGER NOT NULL,   -- 1: what was found while its subject was down
    confidence TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    advice TEXT NOT NULL,
    called TEXT NOT NULL,          -- names of routers, as it was told
    places TEXT NOT NULL           -- likewise
) STRICT;

-- Who was told that it fires, and when last, by the wall clock.
CREATE TABLE alert_told (
    alert INTEGER NOT NULL REFERENCES alert (key) ON DELETE CASCADE,
    sink INTEGER NOT NULL,         -- a hash of where it is
    told_ns INTEGER NOT NULL,
    PRIMARY KEY (alert, sink)
) STRICT, WITHOUT ROWID;
