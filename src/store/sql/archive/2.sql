-- The reading list. An entry holds everything that its row on the screen shows, sorts by or is found by. Its texts are
-- numbered "doc": another number whenever what a search finds has changed, so that what is packed about a number stays
-- true. k_: folded for sorting and searching.
CREATE TABLE entry (
  doc INTEGER PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,
  study_uid TEXT NOT NULL,
  study_rowid INTEGER NOT NULL,
  patient_name TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  name_key TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  accession TEXT NOT NULL,
  accession_issuer TEXT NOT NULL,
  modalities TEXT NOT NULL,
  description TEXT NOT NULL,
  body_part TEXT NOT NULL,
  location TEXT NOT NULL,
  referrer TEXT NOT NULL,
  study_date TEXT NOT NULL,
  study_time TEXT NOT NULL,
  peers TEXT NOT NULL,
  time_us INTEGER NOT NULL,
  arrived_us INTEGER NOT NULL,
  is_conflict INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  status INTEGER NOT NULL,
  claimed_by TEXT NOT NULL,
  claimed_at TEXT NOT NULL,
  claimed_us INTEGER NOT NULL,
  n_here INTEGER NOT NULL,
  n_there INTEGER NOT NULL,
  n_series_here INTEGER NOT NULL,
  n_priors INTEGER NOT NULL,
  n_priors_here INTEGER NOT NULL,
  k_patient TEXT NOT NULL,
  k_id TEXT NOT NULL,
  k_accession TEXT NOT NULL,
  k_description TEXT NOT NULL,
  k_modality TEXT NOT NULL,
  k_body_part TEXT NOT NULL,
  k_location TEXT NOT NULL,
  k_referrer TEXT NOT NULL
) STRICT;

CREATE INDEX entry_study ON entry (study_uid) WHERE study_uid <> '';
CREATE INDEX entry_here ON entry (study_rowid) WHERE study_rowid <> 0;
CREATE INDEX entry_patient ON entry (patient_id, time_us) WHERE patient_id <> '';
CREATE INDEX entry_accession ON entry (accession) WHERE accession <> '';
CREATE INDEX entry_claimed ON entry (claimed_by) WHERE claimed_by <> '';

CREATE TABLE entry_number (next_id INTEGER NOT NULL, next_doc INTEGER NOT NULL) STRICT;
INSERT INTO entry_number VALUES (1, 0);

CREATE TABLE entry_count (
  status INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (status, urgency)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_counted AFTER INSERT ON entry BEGIN
  INSERT INTO entry_count VALUES (NEW.status, NEW.urgency, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER entry_uncounted AFTER DELETE ON entry BEGIN
  UPDATE entry_count SET n = n - 1 WHERE status = OLD.status AND urgency = OLD.urgency;
END;
CREATE TRIGGER entry_recounted AFTER UPDATE OF status, urgency ON entry
WHEN NEW.status <> OLD.status OR NEW.urgency <> OLD.urgency BEGIN
  UPDATE entry_count SET n = n - 1 WHERE status = OLD.status AND urgency = OLD.urgency;
  INSERT INTO entry_count VALUES (NEW.status, NEW.urgency, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- What a peer (kind 0) or a modality worklist (kind 1) said, by the entry that it became part of.
CREATE TABLE entry_source (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
  search TEXT NOT NULL,
  peer TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  step_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  accession TEXT NOT NULL,
  accession_issuer TEXT NOT NULL,
  date TEXT NOT NULL,
  time TEXT NOT NULL,
  modalities TEXT NOT NULL,
  description TEXT NOT NULL,
  body_part TEXT NOT NULL,
  location TEXT NOT NULL,
  referrer TEXT NOT NULL,
  urgency INTEGER NOT NULL,
  n_instances INTEGER NOT NULL,
  UNIQUE (kind, search, peer, study_uid, step_id, accession, issuer, patient_id, name_key)
) STRICT;

CREATE INDEX entry_source_entry ON entry_source (entry_id);

-- Each column's order of the whole list, in pages of some hundred doc numbers: a search with its hits as bits walks a
-- million of them in a moment, and reads only the rows that are shown. Smallest key first, newest first among equals.
-- The highest bit of a number: the same key as the one before it in the page.
CREATE TABLE entry_page (
  id INTEGER PRIMARY KEY,
  "column" INTEGER NOT NULL, -- NegEntryColumn
  first_key ANY NOT NULL,
  first_age INTEGER NOT NULL, -- negative time
  first_id INTEGER NOT NULL,
  last_key ANY NOT NULL,
  docs BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX entry_page_order ON entry_page ("column", first_key, first_age, first_id, last_key);

-- Which docs of a block have a piece of text in them; see neg-entries-postings.c. In small blocks, which are written
-- often, those of a block are neighbours (id: block << 44 | piece), in large ones those of a piece, which are read
-- together (piece << 14 | block).
CREATE TABLE entry_posting_small (id INTEGER PRIMARY KEY, docs BLOB NOT NULL) STRICT;
CREATE TABLE entry_posting_large (id INTEGER PRIMARY KEY, docs BLOB NOT NULL) STRICT;
CREATE TABLE entry_block (first_doc INTEGER PRIMARY KEY, n_docs INTEGER NOT NULL) STRICT;
