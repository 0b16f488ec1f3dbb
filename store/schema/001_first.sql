-- One analysis: what was captured, who spoke BGP with whom, how it went, what was found.
-- Times are nanoseconds since 1970-01-01 00:00 UTC (columns *_ns); the views v_* show them as text.
-- Sides of a peering are 0 (the lower address) and 1. NULL: the packets don't tell.
-- A later change is a new numbered file, never an edit of this one.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,          -- 'program', 'version', …
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE capture (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    first_ns INTEGER,
    last_ns INTEGER,
    digits INTEGER NOT NULL DEFAULT 6,          -- behind the point of a second, as the capture has them: 6 or 9
    complete INTEGER NOT NULL DEFAULT 0,        -- 1: read to its end
    packets INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    bgp_packets INTEGER NOT NULL DEFAULT 0,
    ospf_packets INTEGER NOT NULL DEFAULT 0,
    icmp_errors INTEGER NOT NULL DEFAULT 0,
    truncated_packets INTEGER NOT NULL DEFAULT 0,
    duplicate_packets INTEGER NOT NULL DEFAULT 0,
    damaged_frames INTEGER NOT NULL DEFAULT 0,
    encrypted_packets INTEGER NOT NULL DEFAULT 0,
    fragments_lost INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    announced INTEGER NOT NULL DEFAULT 0,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    stepped_back INTEGER NOT NULL DEFAULT 0,
    passed_over INTEGER NOT NULL DEFAULT 0      -- packets of peerings beyond the ceiling
) STRICT;
INSERT INTO capture (id) VALUES (1);

CREATE TABLE capture_file (
    id INTEGER PRIMARY KEY,        -- 0, 1, 2 … in the order given
    path TEXT NOT NULL,
    link_type TEXT NOT NULL,
    packets INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    dropped INTEGER NOT NULL,      -- by its writer's own count
    damage TEXT,                   -- what is wrong with it
    damage_offset INTEGER
) STRICT;

CREATE TABLE peering (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,            -- '10.0.12.1-10.0.12.2'
    type TEXT NOT NULL,            -- 'ebgp', 'ibgp', 'unknown'
    hold_time INTEGER,             -- agreed, seconds
    midway INTEGER NOT NULL,       -- 1: joined in mid-session
    connections INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    first_ns INTEGER,
    last_ns INTEGER
) STRICT;

CREATE TABLE side (
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,
    address TEXT NOT NULL,
    asn INTEGER,
    asn_inferred INTEGER NOT NULL, -- 1: there was no OPEN
    router_id TEXT,
    hold_time INTEGER,             -- offered
    state TEXT NOT NULL,
    state_since_ns INTEGER,
    established_count INTEGER NOT NULL,
    lost_count INTEGER NOT NULL,
    min_margin_ns INTEGER,         -- least that was left of its hold time
    min_margin_at_ns INTEGER,
    last_heard_ns INTEGER,
    opens INTEGER NOT NULL,        -- messages that it sent
    updates INTEGER NOT NULL,
    notifications INTEGER NOT NULL,
    keepalives INTEGER NOT NULL,
    route_refreshes INTEGER NOT NULL,
    other_messages INTEGER NOT NULL,
    message_bytes INTEGER NOT NULL,
    announced INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    segments INTEGER NOT NULL,     -- TCP, with payload
    segment_bytes INTEGER NOT NULL,
    retransmissions INTEGER NOT NULL,
    retransmitted_bytes INTEGER NOT NULL,
    zero_windows INTEGER NOT NULL,
    zero_window_ns INTEGER NOT NULL,
    rtt_min_ns INTEGER,
    rtt_mean_ns INTEGER,
    mss INTEGER,
    largest_delivered INTEGER,
    ttl INTEGER,
    md5 INTEGER NOT NULL,
    ao INTEGER NOT NULL,
    missed_bytes INTEGER NOT NULL, -- by the capture
    copies INTEGER NOT NULL,
    PRIMARY KEY (peering, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_address ON side (address);

-- What the other side has from this one at the end, by address family.
CREATE TABLE side_route (
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,
    family TEXT NOT NULL,          -- 'ipv4-unicast'
    routes INTEGER NOT NULL,
    PRIMARY KEY (peering, side, family)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    peering INTEGER NOT NULL REFERENCES peering (id),
    active INTEGER,                -- the side that sent the SYN
    port_0 INTEGER NOT NULL,
    port_1 INTEGER NOT NULL,
    opened_ns INTEGER,
    opened_file INTEGER,
    opened_frame INTEGER,
    closed_ns INTEGER,
    closed_file INTEGER,
    closed_frame INTEGER,
    ended TEXT NOT NULL,           -- 'open', 'fin', 'reset', 'timeout', 'refused', 'no-reply'
    ended_by INTEGER,
    established INTEGER NOT NULL   -- how many sides reached Established
) STRICT;
CREATE INDEX connection_peering ON connection (peering);

-- Every OPEN as on the wire. `number` counts through the whole analysis, here and below: it is the order of events.
CREATE TABLE open_message (
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,
    number INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    file INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    cut INTEGER NOT NULL,          -- 1: the capture has its beginning only
    bytes BLOB NOT NULL,
    PRIMARY KEY (peering, side, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE transition (
    peering INTEGER NOT NULL REFERENCES peering (id),
    number INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    side INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    time_ns INTEGER,
    file INTEGER,
    frame INTEGER,                 -- NULL: a timer, no packet
    cause TEXT NOT NULL,
    PRIMARY KEY (peering, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
    peering INTEGER NOT NULL REFERENCES peering (id),
    number INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    side INTEGER NOT NULL,         -- who sent it
    time_ns INTEGER NOT NULL,
    file INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    code INTEGER NOT NULL,
    subcode INTEGER NOT NULL,
    name TEXT NOT NULL,
    inner_code INTEGER,            -- of a hard reset (RFC 8538)
    inner_subcode INTEGER,
    inner_name TEXT,
    text TEXT,                     -- the operator's words, without control characters; as they came: in data
    data BLOB NOT NULL,
    PRIMARY KEY (peering, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,        -- 'error', 'warning', 'info'
    confidence TEXT NOT NULL,      -- 'certain', 'likely', 'possible'
    peering INTEGER REFERENCES peering (id),
    at TEXT,                       -- the side to look at first
    peer TEXT,
    at_as INTEGER,
    peer_as INTEGER,
    first_ns INTEGER,
    last_ns INTEGER,
    count INTEGER NOT NULL,
    title TEXT NOT NULL,
    explanation TEXT NOT NULL,
    evidence_lost INTEGER NOT NULL -- more frames than are kept
) STRICT;
CREATE INDEX finding_peering ON finding (peering);

CREATE TABLE evidence (
    finding INTEGER NOT NULL REFERENCES finding (id),
    number INTEGER NOT NULL,
    file INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    time_ns INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (finding, number)
) STRICT, WITHOUT ROWID;

-- For people: sqlite3 FILE 'SELECT * FROM v_findings'

CREATE VIEW v_findings AS
SELECT f.severity, f.code, p.name AS peering, f.at, f.title,
       strftime('%Y-%m-%d %H:%M:%S', f.first_ns / 1000000000, 'unixepoch') AS first_utc,
       strftime('%Y-%m-%d %H:%M:%S', f.last_ns / 1000000000, 'unixepoch') AS last_utc,
       f.count, f.confidence,
       (SELECT group_concat(e.frame, ' ') FROM evidence e WHERE e.finding = f.id) AS frames
  FROM finding f LEFT JOIN peering p ON p.id = f.peering
 ORDER BY CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, f.first_ns, f.id;

CREATE VIEW v_peerings AS
SELECT p.name, p.type, p.hold_time, a.asn AS asn_0, a.state AS state_0, b.asn AS asn_1, b.state AS state_1,
       p.connections, a.established_count,
       (SELECT sum(routes) FROM side_route r WHERE r.peering = p.id AND r.side = 0) AS routes_0,
       (SELECT sum(routes) FROM side_route r WHERE r.peering = p.id AND r.side = 1) AS routes_1,
       (SELECT count(*) FROM finding f WHERE f.peering = p.id) AS findings
  FROM peering p JOIN side a ON a.peering = p.id AND a.side = 0 JOIN side b ON b.peering = p.id AND b.side = 1
 ORDER BY p.first_ns, p.name;

CREATE VIEW v_transitions AS
SELECT strftime('%Y-%m-%d %H:%M:%S', t.time_ns / 1000000000, 'unixepoch') ||
           printf('.%06d', t.time_ns / 1000 % 1000000) AS utc,
       p.name AS peering, s.address, t.from_state, t.to_state, t.cause, t.frame
  FROM transition t JOIN peering p ON p.id = t.peering JOIN side s ON s.peering = t.peering AND s.side = t.side
 ORDER BY t.number;

CREATE VIEW v_notifications AS
SELECT strftime('%Y-%m-%d %H:%M:%S', n.time_ns / 1000000000, 'unixepoch') ||
           printf('.%06d', n.time_ns / 1000 % 1000000) AS utc,
       p.name AS peering, s.address AS sent_by, n.code, n.subcode, n.name, n.text, hex(n.data) AS data, n.frame
  FROM notification n JOIN peering p ON p.id = n.peering JOIN side s ON s.peering = n.peering AND s.side = n.side
 ORDER BY n.number;

CREATE VIEW v_connections AS
SELECT p.name AS peering, s.address AS active, c.port_0, c.port_1,
       strftime('%Y-%m-%d %H:%M:%S', c.opened_ns / 1000000000, 'unixepoch') AS opened_utc,
       (c.closed_ns - c.opened_ns) / 1e9 AS seconds, c.ended, e.address AS ended_by
  FROM connection c JOIN peering p ON p.id = c.peering
       LEFT JOIN side s ON s.peering = c.peering AND s.side = c.active
       LEFT JOIN side e ON e.peering = c.peering AND e.side = c.ended_by
 ORDER BY c.id;
