-- Storage commitment that somebody asks of us (PS3.4 J): what was asked, until it is answered, and what of it was not here.

-- objects: a(ss) of SOP class and instance, little-endian GVariant; empty once it is answered. digest: SHA-256 of them, by which the
-- same question is known. step_uid: the performed procedure step that it names, or ''. state: NegPledgeState.
CREATE TABLE pledge (
  id INTEGER PRIMARY KEY,
  transaction_uid TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,           -- the peer's name, or the AE title of somebody who is none
  is_peer INTEGER NOT NULL CHECK (is_peer IN (0, 1)),
  step_uid TEXT NOT NULL,
  digest TEXT NOT NULL,
  n_objects INTEGER NOT NULL,
  objects BLOB,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  message TEXT NOT NULL DEFAULT '',  -- why it could not be told
  asked_us INTEGER NOT NULL,
  answered_us INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX pledge_open ON pledge (source) WHERE state = 0;
CREATE INDEX pledge_asked ON pledge (asked_us);

-- Of which studies the objects were that are here.
CREATE TABLE pledge_study (
  pledge_id INTEGER NOT NULL REFERENCES pledge (id) ON DELETE CASCADE,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  PRIMARY KEY (pledge_id, study_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pledge_study_study ON pledge_study (study_id);

CREATE TABLE pledge_missing (
  pledge_id INTEGER NOT NULL REFERENCES pledge (id) ON DELETE CASCADE,
  sop_instance_uid TEXT NOT NULL,
  PRIMARY KEY (pledge_id, sop_instance_uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX pledge_missing_uid ON pledge_missing (sop_instance_uid);

-- What was found again when the index was made anew: whether it had left is in no file, so that is what is said of it. What came lately is
-- brought back to the page when all is found (neg_desk_bring_found()).
DROP TRIGGER desk_came;
CREATE TRIGGER desk_came AFTER INSERT ON instance
WHEN NEW.object_class = 0 AND NEW.source NOT IN ('viewer', 'desk', 'rebuild') BEGIN
  INSERT INTO desk (study_id, arrived_us, changed_us, due_us)
    SELECT study_id, NEW.received_us, NEW.received_us, NEW.received_us FROM series WHERE id = NEW.series_id
    ON CONFLICT DO UPDATE SET changed_us = max (changed_us, excluded.changed_us), due_us = max (due_us + 1, excluded.due_us),
      state = iif (state >= 2, 0, state);
END;
CREATE TRIGGER desk_found AFTER INSERT ON instance WHEN NEW.object_class = 0 AND NEW.source = 'rebuild' BEGIN
  INSERT INTO desk (study_id, arrived_us, changed_us, due_us, state, words, decided_us)
    SELECT study_id, NEW.received_us, NEW.received_us, 0, 3, 'The index was made anew: whether this study had left is not known',
      CAST (strftime ('%s', 'now') AS INTEGER) * 1000000
    FROM series WHERE id = NEW.series_id
    ON CONFLICT DO UPDATE SET arrived_us = min (arrived_us, excluded.arrived_us), changed_us = max (changed_us, excluded.changed_us),
      due_us = iif (state < 2, max (due_us + 1, excluded.decided_us), due_us);
END;

-- What a modality worklist or an order says of a study that waits has come or changed: entries are made of all who speak of them.
CREATE TRIGGER desk_expected AFTER INSERT ON entry_source WHEN NEW.kind = 1 BEGIN
  UPDATE desk SET due_us = max (due_us + 1, CAST (strftime ('%s', 'now') AS INTEGER) * 1000000) WHERE state < 2 AND study_id IN (
    SELECT study_rowid FROM entry WHERE id = NEW.entry_id
    UNION SELECT study_rowid FROM entry WHERE study_uid <> '' AND study_uid = NEW.study_uid
    UNION SELECT study_rowid FROM entry WHERE accession <> '' AND accession = NEW.accession
    UNION SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id = NEW.patient_id);
END;
CREATE TRIGGER desk_expected_anew AFTER UPDATE OF patient_name, birth_date, sex, accession_issuer, date, time, modalities, description,
  body_part, location ON entry_source WHEN NEW.kind = 1 BEGIN
  UPDATE desk SET due_us = max (due_us + 1, CAST (strftime ('%s', 'now') AS INTEGER) * 1000000) WHERE state < 2 AND study_id IN (
    SELECT study_rowid FROM entry WHERE id = NEW.entry_id
    UNION SELECT study_rowid FROM entry WHERE study_uid <> '' AND study_uid = NEW.study_uid
    UNION SELECT study_rowid FROM entry WHERE accession <> '' AND accession = NEW.accession
    UNION SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id = NEW.patient_id);
END;
