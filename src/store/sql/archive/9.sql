-- Which priors a case needs, what of it is fetched, and which cases have still to be looked at.

-- Entries that somebody has to make a plan for, or whose plan may be another one now. Written in the transaction of the
-- change itself, so that nothing is forgotten however the agent ends.
CREATE TABLE prefetch_due (
  entry_id INTEGER PRIMARY KEY,
  cause INTEGER NOT NULL CHECK (cause BETWEEN 0 AND 3), -- NegPrefetchCause: the most pressing one
  next_us INTEGER NOT NULL DEFAULT 0,                   -- not before
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX prefetch_due_next ON prefetch_due (next_us);

-- The last plan of an entry. need_us: when its priors are needed; 0: now. fingerprint: what it was made of.
CREATE TABLE prefetch_plan (
  entry_id INTEGER PRIMARY KEY,
  study_uid TEXT NOT NULL,
  accession TEXT NOT NULL,
  cause INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  need_us INTEGER NOT NULL,
  planned_us INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  note TEXT NOT NULL -- why it is not complete, or why there is nothing; '' else
) STRICT;

CREATE INDEX prefetch_plan_need ON prefetch_plan (need_us);

-- One prior of a case. state: NegPrefetchState; rank: 0 first, -1 of those left alone.
CREATE TABLE prefetch_choice (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL REFERENCES prefetch_plan (entry_id) ON DELETE CASCADE,
  study_uid TEXT NOT NULL,
  peer TEXT NOT NULL,
  rule TEXT NOT NULL,
  why TEXT NOT NULL,
  rank INTEGER NOT NULL,
  state INTEGER NOT NULL,
  job_id INTEGER NOT NULL DEFAULT 0,
  n_there INTEGER NOT NULL,
  UNIQUE (entry_id, study_uid)
) STRICT;

CREATE INDEX prefetch_choice_study ON prefetch_choice (study_uid);
CREATE INDEX prefetch_choice_queued ON prefetch_choice (job_id) WHERE state = 1;
CREATE INDEX prefetch_choice_waiting ON prefetch_choice (entry_id, rank) WHERE state = 0;

-- The day (YYYYMMDD, of the site's zone) for which all that is scheduled was looked at last.
CREATE TABLE prefetch_day (day TEXT NOT NULL) STRICT;
INSERT INTO prefetch_day VALUES ('');

-- 2: ordered; 1: images have arrived. Whether they are new ones or a prior that was fetched is looked at later.
CREATE TRIGGER prefetch_entry_new AFTER INSERT ON entry
WHEN NEW.status = 0 OR (NEW.status = 1 AND NEW.n_here > 0) BEGIN
  INSERT INTO prefetch_due (entry_id, cause) VALUES (NEW.id, iif (NEW.status = 0, 2, 1))
    ON CONFLICT DO UPDATE SET cause = min (cause, excluded.cause), next_us = 0, attempts = 0;
END;

CREATE TRIGGER prefetch_entry_changed AFTER UPDATE OF status, urgency ON entry
WHEN (NEW.status = 0 AND NEW.urgency <> OLD.urgency) OR (NEW.status = 1 AND OLD.status = 0) BEGIN
  INSERT INTO prefetch_due (entry_id, cause) VALUES (NEW.id, iif (NEW.status = 0, 2, 1))
    ON CONFLICT DO UPDATE SET cause = min (cause, excluded.cause), next_us = 0, attempts = 0;
END;

CREATE TRIGGER prefetch_entry_gone AFTER DELETE ON entry
WHEN OLD.status = 0 OR EXISTS (SELECT 1 FROM prefetch_plan WHERE entry_id = OLD.id) BEGIN
  INSERT INTO prefetch_due (entry_id, cause) VALUES (OLD.id, 2) ON CONFLICT DO NOTHING;
END;

INSERT INTO prefetch_due (entry_id, cause) SELECT id, 2 FROM entry WHERE status = 0;

-- Of what is scheduled, a day's is looked for among few.
CREATE INDEX entry_scheduled ON entry (time_us) WHERE status = 0;

-- What a person removed is not fetched again by itself.
CREATE INDEX tombstone_study ON tombstone (study_uid);

-- Who is whom has changed: other numbers have to be asked for, also of who waits to be read.
CREATE TRIGGER prefetch_joined AFTER INSERT ON patient_link BEGIN
  INSERT INTO prefetch_due (entry_id, cause) SELECT id, iif (status = 0, 2, 1) FROM entry
    WHERE status < 3 AND (status = 0 OR n_here > 0) AND patient_id <> '' AND patient_id IN (NEW.from_id, NEW.to_id)
    ON CONFLICT DO UPDATE SET next_us = 0, attempts = 0;
END;
CREATE TRIGGER prefetch_parted AFTER UPDATE OF undone_us ON patient_link WHEN NEW.undone_us <> OLD.undone_us BEGIN
  INSERT INTO prefetch_due (entry_id, cause) SELECT id, iif (status = 0, 2, 1) FROM entry
    WHERE status < 3 AND (status = 0 OR n_here > 0) AND patient_id <> '' AND patient_id IN (NEW.from_id, NEW.to_id)
    ON CONFLICT DO UPDATE SET next_us = 0, attempts = 0;
END;
