-- What a window showed, by the run of the program that showed it; clean: the run ended as it should.
-- The highest sequence is the latest: a clock may be set back.
CREATE TABLE screen (
  run TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL UNIQUE,
  saved_us INTEGER NOT NULL,
  clean INTEGER NOT NULL DEFAULT 0 CHECK (clean IN (0, 1)),
  state TEXT NOT NULL
) STRICT;
