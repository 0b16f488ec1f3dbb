-- Losses of routes, and how long it took until the routing had settled.

CREATE TABLE episode (
    id INTEGER PRIMARY KEY,
    trigger TEXT NOT NULL,         -- 'session-lost', 'withdrawal'
    peering INTEGER NOT NULL REFERENCES peering (id), -- where it began
    side INTEGER,                  -- who withdrew, or ended the session; NULL: unknown
    code TEXT,                     -- of the finding that tells why; NULL: none
    ended TEXT NOT NULL,           -- 'settled', 'goes-on' (at the end of the capture), 'restless' (given up)
    first_ns INTEGER NOT NULL,
    first_file INTEGER,
    first_frame INTEGER,           -- NULL: a timer
    last_ns INTEGER NOT NULL,
    last_file INTEGER,
    last_frame INTEGER,
    quiet_ns INTEGER NOT NULL,     -- without a change: then it had settled
    lost INTEGER NOT NULL,         -- routes
    part INTEGER NOT NULL,         -- of prefixes so many of 2^32 were followed, chosen by chance; what follows is of these
    prefixes INTEGER NOT NULL,
    back INTEGER NOT NULL,         -- at the end they are as they were before,
    other INTEGER NOT NULL,        -- … are there with other attributes,
    gone INTEGER NOT NULL,         -- … are on no side
    explored_most INTEGER NOT NULL, -- paths of one prefix that were given up again
    explored_median INTEGER NOT NULL,
    half_ns INTEGER NOT NULL,      -- until half of the prefixes had changed last
    most_ns INTEGER NOT NULL,      -- … 95 of 100
    missed INTEGER NOT NULL,       -- 1: the capture lacks part of it: all counts are lower bounds
    kept INTEGER NOT NULL,  -- 1: graceful restart: other routes of a lost session stayed
    more_sides INTEGER NOT NULL    -- 1: than are in episode_side
) STRICT;

CREATE TABLE episode_side (
    episode INTEGER NOT NULL REFERENCES episode (id),
    number INTEGER NOT NULL,
    peering INTEGER NOT NULL REFERENCES peering (id),
    side INTEGER NOT NULL,         -- who told it
    down INTEGER NOT NULL,         -- 1: its session ended
    lost INTEGER NOT NULL,         -- routes
    first_ns INTEGER,              -- change
    first_file INTEGER,
    first_frame INTEGER,
    last_ns INTEGER,
    last_file INTEGER,
    last_frame INTEGER,
    withdrawn INTEGER NOT NULL,
    replaced INTEGER NOT NULL,
    announced INTEGER NOT NULL,
    PRIMARY KEY (episode, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX episode_side_peering ON episode_side (peering);
