-- What people learned: a line for each sitting before a video and each practice, as learning/neg-progress-line.h has it. Nothing of a
-- patient. Open: somebody was still before it when it was saved. Posted: the agent has this very line.
CREATE TABLE progress (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  topic TEXT NOT NULL,
  began_ms INTEGER NOT NULL,
  saved_ms INTEGER NOT NULL,
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  posted INTEGER NOT NULL DEFAULT 0 CHECK (posted IN (0, 1)),
  line TEXT NOT NULL
) STRICT;
CREATE INDEX progress_of_topic ON progress (person, topic, began_ms);
CREATE INDEX progress_waiting ON progress (posted) WHERE posted = 0;
