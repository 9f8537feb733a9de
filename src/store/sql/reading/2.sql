-- What was done to annotations, never changed: an operation is the number of neg-annotations.h. The token tells the one who
-- wrote a row whether it is there.
CREATE TABLE annotation_operation (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  token INTEGER NOT NULL,
  study_uid TEXT NOT NULL,
  operation INTEGER NOT NULL CHECK (operation >= 0),
  uid TEXT NOT NULL,
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  when_us INTEGER NOT NULL
) STRICT;
CREATE INDEX annotation_operation_of_study ON annotation_operation (study_uid, sequence);
CREATE TRIGGER annotation_operation_is_kept BEFORE UPDATE ON annotation_operation
BEGIN
  SELECT raise (ABORT, 'operations on annotations are never changed');
END;
