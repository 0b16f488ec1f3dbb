-- OSPF: who speaks on which link, what neighbours show of each other, and the link-state database with its history.
-- Router IDs and areas are texts ('10.255.0.1', '0.0.0.0'). Of LSAs, IDs and sequence numbers are numbers, since there
-- may be many; the views show them as people write them.

-- Nothing asks for sides by their address alone.
DROP INDEX side_address;

-- A link as the capture shows it.
CREATE TABLE ospf_link (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    name TEXT NOT NULL,            -- '10.0.12.0/24', '10.0.12.0/24 vlan 110'
    type TEXT NOT NULL,            -- 'broadcast', 'point-to-point', …; 'unknown'
    prefix TEXT,                   -- OSPFv2: '10.0.12.0/24'
    vlan INTEGER,
    dr TEXT,                       -- router ID of the designated router
    bdr TEXT,
    dr_changes INTEGER NOT NULL
) STRICT;

-- One router's interface on a link.
CREATE TABLE ospf_speaker (
    id INTEGER PRIMARY KEY,
    link INTEGER REFERENCES ospf_link (id),
    version INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    area TEXT NOT NULL,
    router_id TEXT NOT NULL,
    address TEXT,                  -- NULL: known by what others say of it only
    mac TEXT,
    unseen INTEGER NOT NULL,       -- 1: nothing that it sends is in the capture
    first_ns INTEGER,
    last_ns INTEGER,
    hello_interval INTEGER,        -- seconds; NULL: no Hello was seen
    dead_interval INTEGER,
    priority INTEGER,
    options INTEGER,
    mask INTEGER,                  -- OSPFv2
    mtu INTEGER,                   -- of its Database Descriptions
    authentication INTEGER,        -- enum ospf_auth
    key_id INTEGER,
    hellos INTEGER NOT NULL,       -- packets that it sent
    database_descriptions INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    updates INTEGER NOT NULL,
    acknowledgments INTEGER NOT NULL,
    other_packets INTEGER NOT NULL,
    bad_checksums INTEGER NOT NULL
) STRICT;

-- Two routers on one link; side 0 has the lower router ID.
CREATE TABLE ospf_adjacency (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,            -- '10.0.12.0/24 10.255.0.1-10.255.0.2'
    version INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    area TEXT NOT NULL,
    link INTEGER NOT NULL REFERENCES ospf_link (id),
    first_ns INTEGER,
    losses INTEGER NOT NULL
) STRICT;

-- What one router shows of the other.
CREATE TABLE ospf_neighbor (
    adjacency INTEGER NOT NULL REFERENCES ospf_adjacency (id),
    side INTEGER NOT NULL,
    speaker INTEGER NOT NULL,
    router_id TEXT NOT NULL,
    address TEXT,
    state TEXT NOT NULL,
    state_since_ns INTEGER,
    best_state TEXT NOT NULL,      -- that it ever reached
    full_count INTEGER NOT NULL,
    lost_count INTEGER NOT NULL,
    dead_interval INTEGER,         -- its own: how long it waits for the other
    min_margin_ns INTEGER,         -- least that was left of it
    min_margin_at_ns INTEGER,
    last_heard_ns INTEGER,
    requested INTEGER NOT NULL,    -- LSAs that it asked for
    answered INTEGER NOT NULL,
    flooded INTEGER NOT NULL,      -- LSAs that it sent to the other
    resent INTEGER NOT NULL,
    unacknowledged INTEGER NOT NULL,
    PRIMARY KEY (adjacency, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE ospf_transition (
    adjacency INTEGER NOT NULL REFERENCES ospf_adjacency (id),
    number INTEGER NOT NULL,       -- in the order in which they were told; some had to be proven by later packets
    side INTEGER NOT NULL,         -- whose view it is
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    time_ns INTEGER,
    file INTEGER,
    frame INTEGER,                 -- NULL: a timer, no packet
    cause TEXT NOT NULL,
    PRIMARY KEY (adjacency, number)
) STRICT, WITHOUT ROWID;

-- Who was designated router of a link, from then on.
CREATE TABLE ospf_designated (
    link INTEGER NOT NULL REFERENCES ospf_link (id),
    number INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    file INTEGER,
    frame INTEGER,
    dr TEXT,
    bdr TEXT,
    PRIMARY KEY (link, number)
) STRICT, WITHOUT ROWID;

-- A router as all its links and LSAs show it.
CREATE TABLE ospf_router (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    router_id TEXT NOT NULL,
    abr INTEGER NOT NULL,          -- area border router
    asbr INTEGER NOT NULL,         -- AS boundary router
    dr INTEGER NOT NULL,           -- of some link
    bdr INTEGER NOT NULL,
    virtual INTEGER NOT NULL       -- end of a virtual link
) STRICT;

CREATE TABLE ospf_router_address (
    router INTEGER NOT NULL REFERENCES ospf_router (id),
    number INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (router, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE ospf_router_area (
    router INTEGER NOT NULL REFERENCES ospf_router (id),
    number INTEGER NOT NULL,
    area TEXT NOT NULL,
    PRIMARY KEY (router, number)
) STRICT, WITHOUT ROWID;

-- The newest instance of each LSA.
CREATE TABLE ospf_lsa (
    id INTEGER PRIMARY KEY,
    place INTEGER,                 -- among those of its domain, by the first time that any packet spoke of it
    version INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    area INTEGER,                  -- NULL: of the whole AS
    link INTEGER,                  -- of link scope: which; NULL else
    type INTEGER NOT NULL,         -- OSPFv3: with its scope bits
    link_state_id INTEGER NOT NULL,
    advertising_router INTEGER NOT NULL,
    sequence INTEGER NOT NULL,     -- 32 bits, unsigned
    age INTEGER NOT NULL,          -- when this instance was first seen
    seen_ns INTEGER NOT NULL,      -- … that was then
    last_ns INTEGER,               -- last seen in any packet
    do_not_age INTEGER NOT NULL,
    flushed INTEGER NOT NULL,
    options INTEGER NOT NULL,      -- OSPFv2
    checksum INTEGER NOT NULL,
    length INTEGER NOT NULL,
    body_sequence INTEGER,         -- of the instance whose body this is; may be older
    body BLOB                      -- behind the header; NULL: no instance was seen whole
) STRICT;

-- What became of LSAs. The oldest may have been dropped: ospf_history_begins_ns of meta.
CREATE TABLE ospf_change (
    lsa INTEGER NOT NULL REFERENCES ospf_lsa (id),
    number INTEGER NOT NULL,
    change TEXT NOT NULL,          -- 'new', 'refreshed', 'changed', 'flushed', 'heard'
    time_ns INTEGER NOT NULL,
    file INTEGER,
    frame INTEGER,
    sequence INTEGER NOT NULL,
    age INTEGER NOT NULL,
    do_not_age INTEGER NOT NULL,
    options INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    length INTEGER NOT NULL,
    words TEXT,                    -- what is different now
    body BLOB,                     -- NULL: that of the change before, or not seen
    PRIMARY KEY (lsa, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE finding ADD COLUMN adjacency INTEGER REFERENCES ospf_adjacency (id);
CREATE INDEX finding_adjacency ON finding (adjacency) WHERE adjacency IS NOT NULL;

-- For people: sqlite3 FILE 'SELECT * FROM v_adjacencies'

CREATE VIEW v_adjacencies AS
SELECT l.name AS link, a.area, l.type, x.router_id AS router_0, x.state AS state_0, y.router_id AS router_1,
       y.state AS state_1, a.losses, (SELECT count(*) FROM finding f WHERE f.adjacency = a.id) AS findings
  FROM ospf_adjacency a JOIN ospf_link l ON l.id = a.link
       JOIN ospf_neighbor x ON x.adjacency = a.id AND x.side = 0
       JOIN ospf_neighbor y ON y.adjacency = a.id AND y.side = 1
 ORDER BY a.id;

CREATE VIEW v_ospf_transitions AS
SELECT strftime('%Y-%m-%d %H:%M:%S', t.time_ns / 1000000000, 'unixepoch') ||
           printf('.%06d', t.time_ns / 1000 % 1000000) AS utc,
       a.name AS adjacency, n.router_id AS router, t.from_state, t.to_state, t.cause, t.frame
  FROM ospf_transition t JOIN ospf_adjacency a ON a.id = t.adjacency
       JOIN ospf_neighbor n ON n.adjacency = t.adjacency AND n.side = t.side
 ORDER BY t.time_ns, t.number;

CREATE VIEW v_lsdb AS
SELECT version, printf('%d.%d.%d.%d', area >> 24, area >> 16 & 255, area >> 8 & 255, area & 255) AS area, type,
       printf('%d.%d.%d.%d', link_state_id >> 24, link_state_id >> 16 & 255, link_state_id >> 8 & 255,
              link_state_id & 255) AS link_state_id,
       printf('%d.%d.%d.%d', advertising_router >> 24, advertising_router >> 16 & 255, advertising_router >> 8 & 255,
              advertising_router & 255) AS advertising_router,
       printf('0x%08x', sequence) AS sequence, length,
       strftime('%Y-%m-%d %H:%M:%S', seen_ns / 1000000000, 'unixepoch') AS seen_utc
  FROM ospf_lsa WHERE NOT flushed ORDER BY version, ospf_lsa.area, type, ospf_lsa.link_state_id;

CREATE VIEW v_lsa_changes AS
SELECT strftime('%Y-%m-%d %H:%M:%S', c.time_ns / 1000000000, 'unixepoch') ||
           printf('.%06d', c.time_ns / 1000 % 1000000) AS utc,
       l.type,
       printf('%d.%d.%d.%d', link_state_id >> 24, link_state_id >> 16 & 255, link_state_id >> 8 & 255,
              link_state_id & 255) AS link_state_id,
       printf('%d.%d.%d.%d', advertising_router >> 24, advertising_router >> 16 & 255, advertising_router >> 8 & 255,
              advertising_router & 255) AS advertising_router,
       c.change, printf('0x%08x', c.sequence) AS sequence, c.words, c.frame
  FROM ospf_change c JOIN ospf_lsa l ON l.id = c.lsa ORDER BY c.time_ns, c.number;
