-- What a removal has still to do: its objects are in series of a study that has no UID, so that nobody finds them. It
-- goes piece by piece; whoever opens the archive after a crash goes on with it.
CREATE TABLE removal (
  study_id INTEGER PRIMARY KEY REFERENCES study (id),
  study_uid TEXT NOT NULL,       -- that the objects had
  is_deletion INTEGER NOT NULL CHECK (is_deletion IN (0, 1)) -- a person's; else they were evicted
) STRICT;

-- The piece whose rows went last: its files may still be there.
CREATE TABLE removal_object (
  instance_id INTEGER PRIMARY KEY,
  sop_instance_uid TEXT NOT NULL,
  object_class INTEGER NOT NULL,
  name TEXT, -- of a file of ours
  bytes INTEGER NOT NULL
) STRICT;
