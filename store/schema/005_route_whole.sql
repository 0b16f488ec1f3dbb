-- A table that was joined in its midst is whole again once the other side has asked for all of it.

ALTER TABLE route_table ADD COLUMN whole_ns INTEGER; -- partial before that moment, whole from then on; NULL: as `partial` says
