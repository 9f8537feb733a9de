-- How often each column's order has changed: what a reader keeps of one in memory is of a version.
CREATE TABLE entry_order (
  "column" INTEGER PRIMARY KEY, -- NegEntryColumn
  version INTEGER NOT NULL
) STRICT;
