-- What routers said of their routes (--keep-routes): every table of every side, at any moment.
-- Nothing here refers to other tables by a key that SQLite checks: it would look for it at each of a million rows.

-- What one side announced of one family in one session.
CREATE TABLE route_table (
    id INTEGER PRIMARY KEY,
    peering INTEGER NOT NULL,
    side INTEGER NOT NULL,         -- who announced
    family TEXT NOT NULL,          -- 'ipv4-unicast'
    path_ids INTEGER NOT NULL,     -- 1: its routes have path identifiers
    begun_ns INTEGER NOT NULL,
    ended_ns INTEGER,              -- with the session, or with the run that listened; NULL: it lives
    ended_file INTEGER,
    ended_frame INTEGER,
    ended_update INTEGER,          -- the last route_update before that, of any table
    partial INTEGER NOT NULL       -- 1: not all that was said is here
) STRICT;

-- Path attributes as on the wire, MP_REACH_NLRI without its routes.
CREATE TABLE route_attributes (
    id INTEGER PRIMARY KEY,
    origin_as INTEGER,             -- NULL: none, or an AS_SET
    as4 INTEGER NOT NULL,          -- 1: AS numbers have four bytes
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX route_attributes_origin ON route_attributes (origin_as);

-- What an UPDATE said of routes of one family: announced, or withdrawn.
CREATE TABLE route_update (
    id INTEGER PRIMARY KEY,        -- in the order in which it was said
    "table" INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    file INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    attributes INTEGER,            -- route_attributes; NULL: withdrawn
    nlri BLOB NOT NULL             -- as on the wire
) STRICT;
CREATE INDEX route_update_table ON route_update ("table");
CREATE INDEX route_update_attributes ON route_update (attributes) WHERE attributes IS NOT NULL;

-- Where a prefix is spoken of. In segments, one behind another, so that rows never go into the midst of many.
CREATE TABLE route_prefix (
    segment INTEGER NOT NULL,
    prefix BLOB NOT NULL,          -- 4 or 6, the address, the length
    "update" INTEGER NOT NULL,
    PRIMARY KEY (segment, prefix, "update")
) STRICT, WITHOUT ROWID;

CREATE TABLE route_segment (
    id INTEGER PRIMARY KEY,
    first_update INTEGER NOT NULL,
    last_update INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    prefixes INTEGER NOT NULL      -- rows of route_prefix
) STRICT;

CREATE VIEW v_route_updates AS
SELECT strftime('%Y-%m-%d %H:%M:%S', u.time_ns / 1000000000, 'unixepoch') ||
           printf('.%06d', u.time_ns / 1000 % 1000000) AS utc,
       p.name AS peering, s.address AS said_by, t.family, iif(u.attributes IS NULL, 'withdrawn', 'announced') AS what,
       a.origin_as, hex(u.nlri) AS nlri, u.frame
  FROM route_update u JOIN route_table t ON t.id = u."table" JOIN peering p ON p.id = t.peering
       JOIN side s ON s.peering = t.peering AND s.side = t.side LEFT JOIN route_attributes a ON a.id = u.attributes
 ORDER BY u.id;
