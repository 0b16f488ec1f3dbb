-- Many prefixes that are written at once are packed: hundreds to a row.

CREATE TABLE route_page (
    segment INTEGER NOT NULL,
    first BLOB NOT NULL,           -- the first prefix in it, as in route_prefix
    "update" INTEGER NOT NULL,     -- the first update of that
    entries BLOB NOT NULL,         -- prefixes in order, each with an update (store/route_page.h)
    PRIMARY KEY (segment, first, "update")
) STRICT, WITHOUT ROWID;

ALTER TABLE route_segment ADD COLUMN packed INTEGER NOT NULL DEFAULT 0; -- 1: in route_page; 0: in route_prefix
