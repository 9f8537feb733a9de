-- The technologist's desk: what was received or imported and has not left yet, what its checks found, what was corrected,
-- rejected and delivered, and which steps modalities have announced.

-- All that an object's record says (NegObjectRecord): the fields' tags and texts (neg-facts.h), absent ones left out. Only of
-- what may be on the desk; of others it is read from the file.
CREATE TABLE instance_facts (
  instance_id INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
  facts BLOB NOT NULL
) STRICT;

-- A study on the desk. state: NegDeskState. due_us: when it changed and has not been checked since; 0: it is checked.
-- worst: NegSeverity of what nobody has accepted; n_findings: likewise. due_us only grows while it is not 0: whoever has checked
-- says what it was when he looked.
CREATE TABLE desk (
  study_id INTEGER PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
  arrived_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  checked_us INTEGER NOT NULL DEFAULT 0,
  worst INTEGER NOT NULL DEFAULT 0,
  n_findings INTEGER NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT '',  -- why it could not be checked
  user TEXT NOT NULL DEFAULT '',     -- who released, settled or put it aside
  words TEXT NOT NULL DEFAULT '',    -- what he said of it
  decided_us INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX desk_due ON desk (due_us) WHERE due_us > 0;
CREATE INDEX desk_open ON desk (state, worst DESC) WHERE state < 2;

-- What comes is looked at in the transaction that brings it, so that nothing is forgotten. Sources: a peer, "import"; not what
-- was made here, which is about images that have left or are being read ("viewer"), nor corrected objects ("desk"): their
-- study is noted by whoever corrects.
CREATE TRIGGER desk_came AFTER INSERT ON instance
WHEN NEW.object_class = 0 AND NEW.source NOT IN ('viewer', 'desk') BEGIN
  INSERT INTO desk (study_id, arrived_us, changed_us, due_us)
    SELECT study_id, NEW.received_us, NEW.received_us, NEW.received_us FROM series WHERE id = NEW.series_id
    ON CONFLICT DO UPDATE SET changed_us = max (changed_us, excluded.changed_us), due_us = max (due_us + 1, excluded.due_us),
      state = iif (state >= 2, 0, state);
END;

-- severity: NegSeverity. subject: SOP instance or series instance UIDs joined by backslash, '' of the whole study. A finding is
-- the same one when check, subject, found and expected are: then what a person said of it holds.
CREATE TABLE finding (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  check_name TEXT NOT NULL,
  severity INTEGER NOT NULL CHECK (severity BETWEEN 1 AND 3),
  series_uid TEXT NOT NULL,
  subject TEXT NOT NULL,
  n_objects INTEGER NOT NULL,
  found TEXT NOT NULL,
  expected TEXT NOT NULL,
  why TEXT NOT NULL,
  action TEXT NOT NULL,
  argument TEXT NOT NULL,
  accepted_by TEXT NOT NULL DEFAULT '',
  accepted_words TEXT NOT NULL DEFAULT '',
  accepted_us INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX finding_study ON finding (study_id, severity DESC);

-- What pixels were like (a GVariant's text), by the file's name, so that nothing is decoded twice; digest: SHA-256 of stored
-- values of all frames, '' not known.
CREATE TABLE pixel_facts (
  name TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER pixel_facts_gone AFTER DELETE ON instance WHEN OLD.name IS NOT NULL BEGIN
  DELETE FROM pixel_facts WHERE name = OLD.name;
END;

-- state: NegCorrectionState. spec: a{sv} as GVariant's text (neg-correction.h). seed: of the UIDs that it makes, so that the
-- same correction makes the same objects when a crash has cut it off.
CREATE TABLE correction (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL,      -- what it was asked of; may be gone
  into_study_id INTEGER NOT NULL DEFAULT 0, -- where its objects went
  spec TEXT NOT NULL,
  seed TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
  user TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  second_look INTEGER NOT NULL CHECK (second_look IN (0, 1)), -- needed
  looked_by TEXT NOT NULL DEFAULT '',
  looked_us INTEGER NOT NULL DEFAULT 0,
  applied_us INTEGER NOT NULL DEFAULT 0,
  undone_us INTEGER NOT NULL DEFAULT 0,
  undone_by TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT ''  -- why it failed
) STRICT;

CREATE INDEX correction_study ON correction (study_id);
CREATE INDEX correction_into ON correction (into_study_id) WHERE into_study_id <> 0;

-- Versions: old_id's object became new_id's, or (0) was put aside. old_study_id, new_study_id: where they are.
CREATE TABLE correction_object (
  correction_id INTEGER NOT NULL REFERENCES correction (id) ON DELETE CASCADE,
  old_id INTEGER NOT NULL,
  new_id INTEGER NOT NULL,
  old_sop_uid TEXT NOT NULL,
  new_sop_uid TEXT NOT NULL,
  PRIMARY KEY (correction_id, old_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX correction_object_new ON correction_object (new_id) WHERE new_id <> 0;
CREATE INDEX correction_object_sop ON correction_object (old_sop_uid);
CREATE INDEX correction_object_old ON correction_object (old_id);

-- What goes to one peer. state: NegDeliveryState, of all its objects together. settled: a person has said that what is missing
-- does not matter any more. commit_by_us: when the peer should have committed; 0: it is not asked.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  peer TEXT NOT NULL,
  route TEXT NOT NULL,           -- why there: the rule, or "by hand"
  job_id INTEGER NOT NULL DEFAULT 0,
  user TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  commit_by_us INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  settled_by TEXT NOT NULL DEFAULT '',
  settled_words TEXT NOT NULL DEFAULT '',
  settled_us INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX delivery_study ON delivery (study_id);

-- state: NegDeliveryState. status: of C-STORE, or the reason why it was not committed.
CREATE TABLE delivery_object (
  delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  instance_id INTEGER NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
  status INTEGER NOT NULL DEFAULT 0,
  words TEXT NOT NULL DEFAULT '',
  changed_us INTEGER NOT NULL,
  PRIMARY KEY (delivery_id, instance_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_object_instance ON delivery_object (instance_id);
CREATE INDEX delivery_object_sop ON delivery_object (sop_instance_uid);

-- Questions that a peer may answer hours later, on an association of its own and to another run of the agent.
CREATE TABLE commitment (
  transaction_uid TEXT PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  peer TEXT NOT NULL,
  asked_us INTEGER NOT NULL,
  answered_us INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX commitment_delivery ON commitment (delivery_id);

-- What a peer has accepted or refused in its last association.
CREATE TABLE peer_syntax (
  peer TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (peer, sop_class_uid, transfer_syntax_uid)
) STRICT, WITHOUT ROWID;

-- A rejection note. code: 113001 ... of DCM. What its images were, for the report, kept when they are gone.
CREATE TABLE rejection (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL,
  note_sop_uid TEXT NOT NULL UNIQUE,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,          -- of the site's list
  words TEXT NOT NULL,
  repeat INTEGER NOT NULL CHECK (repeat IN (0, 1)),
  user TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  undone_us INTEGER NOT NULL DEFAULT 0,
  undone_by TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX rejection_study ON rejection (study_id);
CREATE INDEX rejection_made ON rejection (made_us);

CREATE TABLE rejection_object (
  rejection_id INTEGER NOT NULL REFERENCES rejection (id) ON DELETE CASCADE,
  sop_instance_uid TEXT NOT NULL,
  day TEXT NOT NULL,              -- when it came, as in made
  technologist TEXT NOT NULL,
  station TEXT NOT NULL,
  modality TEXT NOT NULL,
  body_part TEXT NOT NULL,
  view TEXT NOT NULL,
  PRIMARY KEY (rejection_id, sop_instance_uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX rejection_object_day ON rejection_object (day);
CREATE INDEX rejection_object_sop ON rejection_object (sop_instance_uid);

-- How many images were made, beside which rejected ones are counted: by day (YYYYMMDD of the site's zone), written with each
-- check of a study, so that a study counts once however often it is checked.
CREATE TABLE made (
  study_id INTEGER NOT NULL,
  day TEXT NOT NULL,
  technologist TEXT NOT NULL,
  station TEXT NOT NULL,
  modality TEXT NOT NULL,
  body_part TEXT NOT NULL,
  view TEXT NOT NULL,
  n_images INTEGER NOT NULL,
  PRIMARY KEY (study_id, day, technologist, station, modality, body_part, view)
) STRICT, WITHOUT ROWID;

CREATE INDEX made_day ON made (day);

-- Modality performed procedure steps (PS3.4 F.7). status as the modality says it. is_ours: for a modality that cannot, sent to
-- @peer; told: NegPerformedTold. attributes: a(ss), path and value, as GVariant's text.
CREATE TABLE performed_step (
  sop_instance_uid TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  accession TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  modality TEXT NOT NULL,
  station TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL,
  source TEXT NOT NULL,
  is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
  told INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  attributes TEXT NOT NULL,
  received_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX performed_step_study ON performed_step (study_uid);

CREATE TABLE performed_object (
  step_uid TEXT NOT NULL REFERENCES performed_step (sop_instance_uid) ON DELETE CASCADE,
  sop_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  PRIMARY KEY (step_uid, sop_instance_uid)
) STRICT, WITHOUT ROWID;

-- What a step announces may be missing now.
CREATE TRIGGER desk_announced AFTER UPDATE ON performed_step WHEN NEW.is_ours = 0 BEGIN
  UPDATE desk SET due_us = max (due_us + 1, NEW.changed_us)
    WHERE study_id IN (SELECT id FROM study WHERE study_uid <> '' AND study_uid = NEW.study_uid);
END;

-- What is expected of a study that waits may be another thing now: an order came or changed that could be its own. Not when only
-- its images came.
CREATE TRIGGER desk_ordered AFTER INSERT ON imaging_order BEGIN
  UPDATE desk SET due_us = max (due_us + 1, NEW.changed_us) WHERE state < 2 AND study_id IN (
    SELECT study_rowid FROM entry WHERE study_uid <> '' AND study_uid = NEW.study_uid
    UNION SELECT study_rowid FROM entry WHERE accession <> '' AND accession = NEW.accession
    UNION SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id = NEW.patient_id);
END;
CREATE TRIGGER desk_reordered AFTER UPDATE OF status, matched_entry_id, issuer, patient_id, patient_name, birth_date, sex, accession,
  study_uid, modality, procedure_code, procedure, body_part, laterality ON imaging_order
WHEN (NEW.status, NEW.matched_entry_id, NEW.issuer, NEW.patient_id, NEW.patient_name, NEW.birth_date, NEW.sex, NEW.accession,
  NEW.study_uid, NEW.modality, NEW.procedure_code, NEW.procedure, NEW.body_part, NEW.laterality)
  IS NOT (OLD.status, OLD.matched_entry_id, OLD.issuer, OLD.patient_id, OLD.patient_name, OLD.birth_date, OLD.sex, OLD.accession,
  OLD.study_uid, OLD.modality, OLD.procedure_code, OLD.procedure, OLD.body_part, OLD.laterality) BEGIN
  UPDATE desk SET due_us = max (due_us + 1, NEW.changed_us) WHERE state < 2 AND study_id IN (
    SELECT study_rowid FROM entry WHERE id IN (NEW.matched_entry_id, OLD.matched_entry_id)
    UNION SELECT study_rowid FROM entry WHERE study_uid <> '' AND study_uid IN (NEW.study_uid, OLD.study_uid)
    UNION SELECT study_rowid FROM entry WHERE accession <> '' AND accession IN (NEW.accession, OLD.accession)
    UNION SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id IN (NEW.patient_id, OLD.patient_id));
END;
