-- What this home has for its site: progress of learning, feedback, calls for help, what a superuser publishes. A post is here before
-- anybody is told that it is sent, and stays until every place has it. kind: 0 progress, 1 feedback, 2 support, 3 publish, 4 withdraw.
-- state: 0 waiting, 1 done, 2 refused (by a place, for good; message says why).
CREATE TABLE post (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),
  json TEXT NOT NULL,
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2),
  places INTEGER NOT NULL DEFAULT 0, -- that have it: 1 the folder, 2 the webhook
  tries INTEGER NOT NULL DEFAULT 0,
  made_us INTEGER NOT NULL,
  next_us INTEGER NOT NULL DEFAULT 0,
  done_us INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  answer TEXT NOT NULL DEFAULT '', -- JSON
  answered_us INTEGER NOT NULL DEFAULT 0,
  is_seen INTEGER NOT NULL DEFAULT 0 -- the answer, by who asked
) STRICT;
CREATE INDEX post_by_need ON post (state, next_us);

-- Files of the data folder (posts/UUID.NUMBER), written before the row.
CREATE TABLE post_file (
  post_id INTEGER NOT NULL REFERENCES post ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (post_id, number)
) STRICT, WITHOUT ROWID;
