-- Whether the tap is healthy: what was heard of each side, and what packets came in; and tables on their way.

ALTER TABLE side ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;        -- packets from it; 0 of both: not counted
ALTER TABLE side ADD COLUMN acknowledges INTEGER NOT NULL DEFAULT 0; -- 1: it was heard to acknowledge what the other says

CREATE TABLE capture_carrier (
    name TEXT PRIMARY KEY,         -- 'vlan', 'gre'; a packet may count for several
    packets INTEGER NOT NULL       -- that concern us
) STRICT, WITHOUT ROWID;

-- The first table that a side sent in a connection, and what held it back.
CREATE TABLE transfer (
    peering INTEGER NOT NULL REFERENCES peering (id),
    connection INTEGER NOT NULL,
    side INTEGER NOT NULL,         -- who sent it
    first_ns INTEGER NOT NULL,     -- of its UPDATEs
    first_file INTEGER,
    first_frame INTEGER,
    last_ns INTEGER NOT NULL,
    last_file INTEGER,
    last_frame INTEGER,
    routes INTEGER NOT NULL,
    end_of_rib INTEGER NOT NULL,   -- 1: closed it
    sender_ns INTEGER NOT NULL,    -- of its time: the sender paused
    window_ns INTEGER NOT NULL,    -- … the receiver's window was shut
    loss_ns INTEGER NOT NULL,
    line TEXT NOT NULL,            -- a letter for each part of the time: 's', 'w', 'l' as above, '-': it went on
    part_ns INTEGER NOT NULL,      -- how long a part is
    pauses INTEGER NOT NULL,       -- of the sender, that are of one length: a timer of its own; 0: none
    pause_ns INTEGER NOT NULL,
    PRIMARY KEY (peering, connection, side)
) STRICT, WITHOUT ROWID;
