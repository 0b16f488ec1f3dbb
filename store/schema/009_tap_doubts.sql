-- Since when the tap is sick. Of the whole capture: they stand in the rows of its first file or interface.
ALTER TABLE series_tap ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series_tap ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0; -- packets cut at the snapshot length
ALTER TABLE series_tap ADD COLUMN one_way INTEGER NOT NULL DEFAULT 0;   -- packets of connections of which the other end is not heard
