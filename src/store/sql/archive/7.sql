-- HL7 messages as they came, with what was answered; orders, reports and who is whom, which are derived from them.
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_us INTEGER NOT NULL,
  application TEXT NOT NULL, -- MSH-3
  facility TEXT NOT NULL,    -- MSH-4
  control_id TEXT NOT NULL,  -- MSH-10
  time TEXT NOT NULL,        -- MSH-7
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  hash BLOB NOT NULL,        -- SHA-256 of the body
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3), -- NegMessageOutcome
  why TEXT NOT NULL,
  answer BLOB
) STRICT;

CREATE UNIQUE INDEX message_same ON message (control_id, application, facility, time, hash);
CREATE INDEX message_received ON message (received_us);
CREATE INDEX message_troubled ON message (id) WHERE outcome >= 2;

-- Beside its row, so that the answer and a list of many do not go through megabytes.
CREATE TABLE message_body (
  message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  body BLOB NOT NULL
) STRICT;

-- What was asked for, a row per step. The patient is who the messages say; who that is now, patient_link says.
CREATE TABLE imaging_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL, -- the last that changed it; it may have been pruned
  received_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  time_us INTEGER NOT NULL,    -- of the last event that was applied; 0: unknown
  status INTEGER NOT NULL,     -- NegOrderStatus
  urgency INTEGER NOT NULL,    -- NegUrgency
  scheduled_us INTEGER NOT NULL,
  has_images INTEGER NOT NULL DEFAULT 0, -- its entry has
  matched_entry_id INTEGER NOT NULL DEFAULT 0, -- by a person; 0: by its numbers
  matched_by TEXT NOT NULL DEFAULT '',
  issuer TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  patient_location TEXT NOT NULL,
  admission_id TEXT NOT NULL,
  placer TEXT NOT NULL,
  placer_issuer TEXT NOT NULL,
  filler TEXT NOT NULL,
  filler_issuer TEXT NOT NULL,
  accession TEXT NOT NULL,
  accession_issuer TEXT NOT NULL,
  procedure_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  modality TEXT NOT NULL,
  procedure_code TEXT NOT NULL,
  procedure TEXT NOT NULL,
  body_part TEXT NOT NULL,
  laterality TEXT NOT NULL,
  station TEXT NOT NULL,
  station_ae TEXT NOT NULL,
  location TEXT NOT NULL,
  referrer TEXT NOT NULL,
  requester TEXT NOT NULL,
  performer TEXT NOT NULL,
  reason TEXT NOT NULL,
  alerts TEXT NOT NULL,
  date TEXT NOT NULL,
  time TEXT NOT NULL,
  timezone TEXT NOT NULL,
  priority TEXT NOT NULL
) STRICT;

CREATE INDEX imaging_order_placer ON imaging_order (placer) WHERE placer <> '';
CREATE INDEX imaging_order_filler ON imaging_order (filler) WHERE filler <> '';
CREATE INDEX imaging_order_accession ON imaging_order (accession) WHERE accession <> '';
CREATE INDEX imaging_order_patient ON imaging_order (patient_id);
CREATE INDEX imaging_order_open ON imaging_order (id) WHERE status = 1;
CREATE INDEX imaging_order_awaited ON imaging_order (scheduled_us) WHERE status = 1 AND has_images = 0;

-- The current version of each report. n_entries: how many it is of; 0: of nothing that is known.
CREATE TABLE report (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  received_us INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  status INTEGER NOT NULL, -- NegReportStatus
  n_entries INTEGER NOT NULL DEFAULT 0,
  issuer TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  placer TEXT NOT NULL,
  placer_issuer TEXT NOT NULL,
  filler TEXT NOT NULL,
  filler_issuer TEXT NOT NULL,
  accession TEXT NOT NULL,
  accession_issuer TEXT NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  time TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE INDEX report_placer ON report (placer) WHERE placer <> '';
CREATE INDEX report_filler ON report (filler) WHERE filler <> '';
CREATE INDEX report_accession ON report (accession) WHERE accession <> '';
CREATE INDEX report_patient ON report (patient_id);
CREATE INDEX report_unmatched ON report (id) WHERE n_entries = 0;

CREATE TABLE report_study (
  study_uid TEXT NOT NULL,
  report_id INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
  PRIMARY KEY (study_uid, report_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_study_report ON report_study (report_id);

CREATE TABLE report_entry (
  entry_id INTEGER NOT NULL,
  report_id INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
  PRIMARY KEY (entry_id, report_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_entry_report ON report_entry (report_id);

CREATE TRIGGER report_joined AFTER INSERT ON report_entry BEGIN
  UPDATE report SET n_entries = n_entries + 1 WHERE id = NEW.report_id;
END;
CREATE TRIGGER report_parted AFTER DELETE ON report_entry BEGIN
  UPDATE report SET n_entries = n_entries - 1 WHERE id = OLD.report_id;
END;

-- An entry that reports closed: what its status was, and the sum of their versions. A status that a person gives it
-- afterwards stays, until a report has another version.
CREATE TABLE entry_closed (
  entry_id INTEGER PRIMARY KEY,
  status INTEGER NOT NULL,
  versions INTEGER NOT NULL
) STRICT;

-- What a person said of an entry that became part of another one; it is said again when they are apart again.
CREATE TABLE entry_parked (
  entry_id INTEGER PRIMARY KEY,
  status INTEGER NOT NULL,
  claimed_by TEXT NOT NULL,
  claimed_at TEXT NOT NULL,
  claimed_us INTEGER NOT NULL
) STRICT;

-- One patient is another one now: by a message ("user" is '') or by a person. It holds while it is neither undone nor
-- replaced by a later one of the same patient.
CREATE TABLE patient_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  from_issuer TEXT NOT NULL,
  from_id TEXT NOT NULL,
  from_key TEXT NOT NULL,
  from_name TEXT NOT NULL,
  to_issuer TEXT NOT NULL,
  to_id TEXT NOT NULL,
  to_key TEXT NOT NULL,
  to_name TEXT NOT NULL,
  user TEXT NOT NULL,
  message_id INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  undone_us INTEGER NOT NULL DEFAULT 0,
  undone_by TEXT NOT NULL DEFAULT '',
  replaced_by INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX patient_link_from ON patient_link (from_id, from_issuer, from_key)
  WHERE undone_us = 0 AND replaced_by = 0;
CREATE INDEX patient_link_to ON patient_link (to_id, to_issuer, to_key) WHERE undone_us = 0 AND replaced_by = 0;
CREATE INDEX patient_link_ever ON patient_link (from_id, from_issuer, from_key, to_id);
CREATE INDEX patient_link_replaced ON patient_link (replaced_by) WHERE replaced_by <> 0;

-- The names that messages gave the patient of an ID.
CREATE TABLE patient_said (
  patient_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  name_key TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  time_us INTEGER NOT NULL,
  PRIMARY KEY (patient_id, issuer, name_key)
) STRICT, WITHOUT ROWID;

-- IDs that entries of several names have had; whether they have them still is asked of the entries.
CREATE TABLE patient_namesake (
  id INTEGER PRIMARY KEY,
  patient_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  UNIQUE (patient_id, issuer)
) STRICT;
INSERT INTO patient_namesake (patient_id, issuer) SELECT patient_id, issuer FROM entry WHERE patient_id <> ''
  GROUP BY patient_id, issuer HAVING count (DISTINCT name_key) > 1;

-- Patients whose entries have still to be composed anew, because a link of theirs came or went: those from next_id on.
CREATE TABLE patient_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issuer TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  pass INTEGER NOT NULL,
  next_id INTEGER NOT NULL
) STRICT;

-- What a peer (kind 0), a modality worklist (1) or an order (2) said, by the entry that it became part of. home_id: the
-- entry that it is by itself. is_over: a canceled order, of which alone there is no entry.
CREATE TABLE entry_source_new (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),
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
  order_id INTEGER NOT NULL DEFAULT 0,
  home_id INTEGER NOT NULL DEFAULT 0,
  is_over INTEGER NOT NULL DEFAULT 0,
  timezone TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, search, peer, study_uid, step_id, accession, issuer, patient_id, name_key, order_id)
) STRICT;

INSERT INTO entry_source_new (id, entry_id, kind, search, peer, study_uid, step_id, issuer, patient_id, name_key,
  patient_name, birth_date, sex, accession, accession_issuer, date, time, modalities, description, body_part, location,
  referrer, urgency, n_instances, home_id)
SELECT id, entry_id, kind, search, peer, study_uid, step_id, issuer, patient_id, name_key, patient_name, birth_date, sex,
  accession, accession_issuer, date, time, modalities, description, body_part, location, referrer, urgency, n_instances,
  entry_id FROM entry_source;
DROP TABLE entry_source;
ALTER TABLE entry_source_new RENAME TO entry_source;

CREATE INDEX entry_source_entry ON entry_source (entry_id);
CREATE UNIQUE INDEX entry_source_order ON entry_source (order_id) WHERE order_id <> 0;
CREATE INDEX entry_source_over ON entry_source (accession) WHERE is_over = 1;
CREATE INDEX entry_source_over_study ON entry_source (study_uid) WHERE is_over = 1;
