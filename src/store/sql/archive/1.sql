-- Studies, series and objects that are here, deleted ones by their UID, the queue of transfers, the audit trail.
-- Text is '' where an object does not say; times "_us" are UTC, 0: never. A study is its UID and its patient: ids are
-- never used again, so that no id ever means another patient.
CREATE TABLE study (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_uid TEXT NOT NULL,
  issuer TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL,
  date TEXT NOT NULL,
  time TEXT NOT NULL,
  timezone TEXT NOT NULL,
  accession TEXT NOT NULL,
  accession_issuer TEXT NOT NULL,
  description TEXT NOT NULL,
  referrer TEXT NOT NULL,
  institution TEXT NOT NULL,
  arrived_us INTEGER NOT NULL,
  used_us INTEGER NOT NULL,             -- opened, or an object came
  cache_bytes INTEGER NOT NULL DEFAULT 0, -- of files that may be evicted
  UNIQUE (study_uid, issuer, patient_id, name_key)
) STRICT;

-- What may be evicted, least recently used first, and how much it is.
CREATE INDEX study_cache ON study (used_us, cache_bytes) WHERE cache_bytes > 0;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study (id),
  series_uid TEXT NOT NULL,
  number INTEGER,
  modality TEXT NOT NULL,
  date TEXT NOT NULL,
  time TEXT NOT NULL,
  description TEXT NOT NULL,
  body_part TEXT NOT NULL,
  laterality TEXT NOT NULL,
  station TEXT NOT NULL,
  n_instances INTEGER NOT NULL DEFAULT 0, -- current ones
  UNIQUE (study_id, series_uid)
) STRICT;

-- One version of an object. name: of its file, the SHA-256 of its bytes; path: it lies there and is not ours.
CREATE TABLE instance (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  series_id INTEGER NOT NULL REFERENCES series (id),
  sop_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  number INTEGER,
  object_class INTEGER NOT NULL CHECK (object_class IN (0, 1)), -- 0: data, 1: cache
  name TEXT,
  path TEXT,
  bytes INTEGER NOT NULL,
  dataset_offset INTEGER NOT NULL,
  source TEXT NOT NULL,
  received_us INTEGER NOT NULL,
  superseded_by INTEGER, -- the newer version's id; NULL: current
  CHECK (name IS NOT NULL OR path IS NOT NULL)
) STRICT;

CREATE INDEX instance_uid ON instance (sop_instance_uid);
CREATE INDEX instance_series ON instance (series_id);

-- Whoever sent an object of class data may have deleted his: only a person's deletion, which gives leave for its study
-- and takes it back in the same transaction, removes such rows.
CREATE TABLE deletion_leave (study_id INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER instance_kept BEFORE DELETE ON instance
WHEN OLD.object_class <> 1 AND NOT EXISTS (
  SELECT 1 FROM deletion_leave JOIN series USING (study_id) WHERE series.id = OLD.series_id)
BEGIN
  SELECT RAISE (ABORT, 'an object that nobody else may have is not evicted');
END;

CREATE TABLE tombstone (
  sop_instance_uid TEXT PRIMARY KEY,
  study_uid TEXT NOT NULL,
  deleted_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  peer TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  arguments TEXT NOT NULL, -- a{sv} as GVariant's text
  state INTEGER NOT NULL,  -- NegJobState
  priority INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  next_us INTEGER NOT NULL,
  finished_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  objects INTEGER NOT NULL,
  done INTEGER NOT NULL,
  n_failed INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  message TEXT NOT NULL,
  error_code TEXT NOT NULL
) STRICT;

CREATE INDEX job_waiting ON job (next_us) WHERE state = 0;
CREATE INDEX job_listed ON job (state > 2, id DESC);

CREATE TABLE job_object (
  job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  sop_uid TEXT NOT NULL,
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
  status INTEGER NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (job_id, sop_uid)
) STRICT, WITHOUT ROWID;

-- hash: SHA-256 (hexadecimal) of the row and of the hash before it.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  event INTEGER NOT NULL,
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
  user TEXT NOT NULL,
  peer TEXT,
  study_uid TEXT,
  patient_id TEXT,
  issuer TEXT,
  detail TEXT,
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN
  SELECT RAISE (ABORT, 'the audit trail is only added to');
END;

CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit BEGIN
  SELECT RAISE (ABORT, 'the audit trail is only added to');
END;
