-- What the cache is kept for. need: 0: of nothing that is known, or not looked at yet; 1: of a case that is still to be
-- read; 2: it stays. Only a note of what was found when it was last looked at: who evicts looks again before anything
-- goes. case_us: of need 1, the negative time of its first case, so that what is needed last goes first.
ALTER TABLE study ADD COLUMN need INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN case_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN opened_us INTEGER NOT NULL DEFAULT 0; -- by a person, the last time
ALTER TABLE study ADD COLUMN pinned_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN pinned_by TEXT NOT NULL DEFAULT '';

DROP INDEX study_cache;
CREATE INDEX study_cache ON study (need, case_us, used_us, cache_bytes) WHERE cache_bytes > 0;
CREATE INDEX job_study ON job (study_uid, state) WHERE study_uid <> '';

-- Why a study was fetched: kind 0: a person asked for it; 1: brought ahead for the case of entry_id; 2: opened beside it.
-- entry_id 0: of no case. why: one sentence, of kind 1.
CREATE TABLE cache_purpose (
  study_uid TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),
  entry_id INTEGER NOT NULL,
  noted_us INTEGER NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (study_uid, kind, entry_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cache_purpose_noted ON cache_purpose (noted_us);

-- Of all that may be evicted, so that nobody adds it up.
CREATE TABLE cache_total (bytes INTEGER NOT NULL, n_studies INTEGER NOT NULL) STRICT;
INSERT INTO cache_total SELECT coalesce (sum (cache_bytes), 0), count (*) FROM study WHERE cache_bytes > 0;

CREATE TRIGGER cache_gained AFTER INSERT ON study WHEN NEW.cache_bytes > 0 BEGIN
  UPDATE cache_total SET bytes = bytes + NEW.cache_bytes, n_studies = n_studies + 1;
END;
CREATE TRIGGER cache_changed AFTER UPDATE OF cache_bytes ON study WHEN NEW.cache_bytes <> OLD.cache_bytes BEGIN
  UPDATE cache_total SET bytes = bytes + max (NEW.cache_bytes, 0) - max (OLD.cache_bytes, 0),
    n_studies = n_studies + (NEW.cache_bytes > 0) - (OLD.cache_bytes > 0);
END;
CREATE TRIGGER cache_lost AFTER DELETE ON study BEGIN
  UPDATE cache_total SET bytes = bytes - max (OLD.cache_bytes, 0), n_studies = n_studies - (OLD.cache_bytes > 0);
  DELETE FROM cache_purpose WHERE study_uid = OLD.study_uid AND OLD.study_uid <> '';
END;

-- What was needed may not be any more: it is to be looked at again. A row of the list that changes is deleted and inserted.
CREATE TRIGGER cache_read AFTER INSERT ON entry WHEN NEW.status >= 3 AND NEW.patient_id <> '' BEGIN
  UPDATE study SET need = 0, case_us = 0 WHERE need <> 0 AND id IN (
    SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id = NEW.patient_id
    ORDER BY time_us DESC LIMIT 200);
END;
CREATE TRIGGER cache_cancelled AFTER DELETE ON entry WHEN OLD.status = 0 AND OLD.patient_id <> '' BEGIN
  UPDATE study SET need = 0, case_us = 0 WHERE need <> 0 AND id IN (
    SELECT study_rowid FROM entry WHERE patient_id <> '' AND patient_id = OLD.patient_id
    ORDER BY time_us DESC LIMIT 200);
END;
CREATE TRIGGER cache_sent AFTER UPDATE OF state ON job WHEN NEW.state > 2 AND NEW.study_uid <> '' BEGIN
  UPDATE study SET need = 0, case_us = 0 WHERE need <> 0 AND study_uid = NEW.study_uid;
END;

-- How the cache did. day: YYYYMMDD in the site's zone.
CREATE TABLE cache_day (
  day INTEGER PRIMARY KEY,
  hits INTEGER NOT NULL DEFAULT 0,      -- opened, and all of it was here
  misses INTEGER NOT NULL DEFAULT 0,    -- opened, and some of it had to be fetched
  predicted INTEGER NOT NULL DEFAULT 0, -- of the hits: brought ahead
  missed INTEGER NOT NULL DEFAULT 0,    -- of the misses: opened beside a case, and not brought ahead
  saved_bytes INTEGER NOT NULL DEFAULT 0, -- that were brought ahead and opened: nobody waited for them
  evicted INTEGER NOT NULL DEFAULT 0,
  evicted_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
