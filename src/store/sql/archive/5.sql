-- The zone that the times of entries were made with, for dates that have none of their own. next_id: the first entry that
-- may still have a time of another zone; 0: none.
CREATE TABLE entry_zone (name TEXT NOT NULL, next_id INTEGER NOT NULL) STRICT;
INSERT INTO entry_zone VALUES ('', 1);
